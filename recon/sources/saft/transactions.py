"""Transactions of a till as columns: heads, ticket lines, payments, roundings and raises of every `cashtransaction`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

from recon.frames.words import by_word
from recon.frames.xml_columns import plain_text, plain_words
from recon.frames.xml_records import RecordReader, Table
from recon.sources.saft.amounts import till_amounts
from recon.sources.saft.schema import names_in

RECORD: Final = "cashtransaction"

HEADS: Final = {
    "nr": (2, "nr"), "transType": (2, "trans_type"), "transAmntIn": (2, "gross"),
    "transAmntEx": (2, "net"), "amntTp": (2, "side"), "custSupID": (2, "customer_id"), "transDate": (2, "date"),
    "transTime": (2, "time"), "invoiceID": (2, "invoice_id"), "refID": (2, "refers_to"), "signature": (2, "signature"),
    "keyVersion": (2, "key_version"), "voidTransaction": (2, "is_void"), "trainingID": (2, "is_training"),
    "roundingAmnt": (3, "rounding"),
}  # fmt: skip
"""Element, depth at which it stands in a transaction, and our name; at most one each."""
LINES: Final = {
    "artGroupID": (3, "group"), "artID": (3, "article"), "qnt": (3, "quantity"),
    "lineAmntIn": (3, "gross"), "lineAmntEx": (3, "net"), "amntTp": (3, "side"),
    "cashTransLineDescr": (3, "description"), "vatCode": (4, "vat_code"), "vatPerc": (4, "vat_percent"),
    "vatAmnt": (4, "vat"),
}  # fmt: skip
PAYMENTS: Final = {
    "paymentType": (3, "payment_type"), "paidAmnt": (3, "amount"), "curCode": (3, "currency"),
}  # fmt: skip
RAISES: Final = {"raiseType": (3, "raise_type"), "raiseAmnt": (3, "amount")}
_TABLES: Final[Mapping[str, Table]] = {
    "heads": Table(RECORD, 1, HEADS), "lines": Table("ctLine", 2, LINES), "payments": Table("payment", 2, PAYMENTS),
    "raises": Table("raise", 2, RAISES),
}  # fmt: skip
_AMOUNTS: Final = {
    "heads": ("gross", "net", "rounding"),
    "lines": ("gross", "net", "vat"),
    "payments": ("amount",),
    "raises": ("amount",),
}
_FEW: Final = {
    "heads": ("trans_type", "side", "date", "time", "key_version", "is_void", "is_training"),
    "lines": ("group", "side", "vat_code", "vat_percent"),
    "payments": ("payment_type", "currency"),
    "raises": ("raise_type",),
}


@dataclass(frozen=True, slots=True)
class Till:
    """What one till took in, as its file states it; amounts in minor units, null where a text is no amount."""

    heads: pl.DataFrame
    lines: pl.DataFrame
    payments: pl.DataFrame
    raises: pl.DataFrame


def reader(prefix: str = "", *, with_chain: bool = True) -> RecordReader:
    """Return what reads the transactions of one file.

    Args:
        prefix: Of its elements, with its colon; empty: none.
        with_chain: Signatures are to be checked, so what they sign is read.
    """
    heads = HEADS if with_chain else {element: place for element, place in HEADS.items() if element != "transAmntEx"}
    return RecordReader(RECORD, names_in(RECORD), {**_TABLES, "heads": Table(RECORD, 1, heads)}, prefix)


def tables(
    piece: bytes, reading: RecordReader, *, with_chain: bool = True
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return the tables of one piece, each row with ``trans_no`` (counted from 0 in the piece), and its shapes.

    The heads have ``number`` (``nr`` as a number) and ``is_signed`` (signature and key version are stated), and only ``with_chain`` the
    signatures themselves.
    """
    found = reading.read(piece)
    named = {table: pl.DataFrame(columns).rename({"record": "trans_no"}) for table, columns in found.tables.items()}
    typed = {table: _typed(table, frame) for table, frame in named.items()}
    heads = typed["heads"]
    stated = [~_is_blank(heads["signature"]), ~by_word(heads["key_version"], _is_blank)]
    heads = heads.with_columns((stated[0] & stated[1]).alias("is_signed"))
    return {**typed, "heads": heads if with_chain else heads.drop("signature", "key_version")}, found.shapes


def _is_blank(text: pl.Series) -> pl.Series:
    return text.str.strip_chars().fill_null("") == ""


def _typed(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with amounts as minor units and words without entities."""
    return _empty(table, tuple(frame.columns)) if frame.is_empty() else _read(table, frame)


@cache
def _empty(table: str, columns: Sequence[str]) -> pl.DataFrame:
    numbers = {"trans_no": pl.UInt32()}
    return _read(table, pl.DataFrame(schema={name: numbers.get(name, pl.String()) for name in columns}))


def _read(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    amounts = [each for each in _AMOUNTS[table] if each in frame.columns]
    made = {name: frame[name] for name in frame.columns} | till_amounts(frame, amounts).to_dict()
    for name in frame.columns:
        if name not in {"trans_no", "nr", *amounts}:
            made[name] = (_words_of if name in _FEW[table] else _texts_of)(frame[name])
    if "nr" in made:
        made["nr"], made["number"] = _numbered(frame["nr"])
    return pl.DataFrame(made)


def _words_of(text: pl.Series) -> pl.Series:
    return text.cast(pl.Categorical) if text.null_count() == len(text) else plain_words(text)


def _texts_of(text: pl.Series) -> pl.Series:
    return text if text.null_count() == len(text) else plain_text(text)


def _numbered(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return numbers of transactions as they are written and as numbers; what is read as one has nothing to take off."""
    number = text.cast(pl.Int64, strict=False)
    if number.null_count() != text.null_count():
        text = plain_text(text)
        number = text.cast(pl.Int64, strict=False)
    return text, number

"""Transactions of a till as columns: heads, ticket lines, payments, roundings and raises of every `cashtransaction`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

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


def reader(prefix: str = "") -> RecordReader:
    """Return what reads the transactions of one file, whose elements have a prefix (with its colon) or none."""
    return RecordReader(RECORD, names_in(RECORD), _TABLES, prefix)


def tables(piece: bytes, reading: RecordReader) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return the tables of one piece, each row with ``trans_no`` (counted from 0 in the piece), and its shapes."""
    found = reading.read(piece)
    named = {table: pl.DataFrame(columns).rename({"record": "trans_no"}) for table, columns in found.tables.items()}
    return {table: _typed(table, frame) for table, frame in named.items()}, found.shapes


def _typed(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with amounts as minor units and words without entities."""
    amounts = _AMOUNTS[table]
    texts = [c for c in frame.columns if c not in {"trans_no", *amounts}]
    read = till_amounts(frame, amounts)
    few = _FEW[table]
    return frame.with_columns(
        *(read[c].alias(c) for c in amounts),
        *((plain_words if c in few else plain_text)(frame[c]).alias(c) for c in texts),
    )

"""Transactions of a till as columns: heads, ticket lines, payments, roundings and raises of every `cashtransaction`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.xml_columns import elements, plain_text, plain_words
from recon.frames.xml_runs import placed
from recon.sources.saft.amounts import till_amounts
from recon.sources.saft.schema import names_in

RECORD: Final = "cashtransaction"
_DEEP: Final = 64
"""More than the deepest element read; places of an element by name and depth are told apart by it."""

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
_TABLES: Final[Mapping[str, tuple[str, Mapping[str, tuple[int, str]]]]] = {
    "heads": (RECORD, HEADS), "lines": ("ctLine", LINES), "payments": ("payment", PAYMENTS), "raises": ("raise", RAISES),
}  # fmt: skip
"""Table to the element each of its rows is, and its columns."""
_DEPTHS: Final = {"heads": 1, "lines": 2, "payments": 2, "raises": 2}
_AMOUNTS: Final = {
    "heads": ("gross", "net", "rounding"),
    "lines": ("gross", "net", "vat"),
    "payments": ("amount",),
    "raises": ("amount",),
}
_FEW: Final = {
    "heads": ("trans_type", "side", "key_version", "is_void", "is_training"),
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


def tables(piece: bytes) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return the tables of one piece, each row with ``trans_no`` (counted from 0 in the piece), and its ELEMENTS."""
    found = elements(piece, RECORD, names_in(RECORD))
    name = found["name"]
    code = name.to_physical().cast(pl.UInt16) * _DEEP + found["depth"].cast(pl.UInt16)
    kinds = {each: no for no, each in enumerate(name.dtype.categories)}  # type: ignore[attr-defined]
    present = set(code.unique())
    places: dict[str, pl.Series] = {}
    made: dict[str, dict[str, pl.Series]] = {}
    for table, (element, _) in _TABLES.items():
        starts = code == kinds[element] * _DEEP + _DEPTHS[table]
        places[table] = starts.cast(pl.UInt32).cum_sum()
        made[table] = {"trans_no": found["record"].filter(starts)}
    nowhere = pl.Series(dtype=pl.UInt32)
    for table, (_, columns) in _TABLES.items():
        for element, (at, column) in columns.items():
            own = kinds[element] * _DEEP + at
            rows = (code == own).arg_true() if own in present else nowhere
            height = len(made[table]["trans_no"])
            made[table][column] = placed(found["text"].gather(rows), places[table].gather(rows), height)
    return {table: _typed(table, pl.DataFrame(columns)) for table, columns in made.items()}, found


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

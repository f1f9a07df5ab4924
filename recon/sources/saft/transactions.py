"""Transactions of a till as columns: heads, ticket lines, payments, roundings and raises of every `cashtransaction`."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.amounts import minor_units
from recon.frames.xml_columns import elements, plain_text, plain_words
from recon.sources.saft.schema import names_in

RECORD: Final = "cashtransaction"
_CHUNK: Final = 8 << 20
"""Bytes read at once: what fits a processor's cache; larger pieces are slower."""
_EXPONENT: Final = 2
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


def pieces(run: mmap.mmap | bytes, start: int, end: int, closing: bytes) -> Iterator[bytes]:
    """Yield the bytes from ``start`` to ``end`` in pieces that hold whole records."""
    position = start
    while position < end:
        stop = min(position + _CHUNK, end)
        if stop < end:
            found = run.rfind(closing, position, stop)
            while found < 0:
                stop = min(stop + _CHUNK, end)
                found = run.rfind(closing, position, stop)
            stop = found + len(closing)
        yield bytes(run[position:stop])
        _forget(run, position, stop)
        position = stop


def _forget(run: mmap.mmap | bytes, start: int, stop: int) -> None:
    """Give back the memory of a mapped file's pages that were read; they would count until the end."""
    if isinstance(run, mmap.mmap) and hasattr(run, "madvise"):
        page = mmap.PAGESIZE
        first = start // page * page
        if (last := stop // page * page) > first:
            run.madvise(mmap.MADV_DONTNEED, first, last - first)


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
            made[table][column] = _column(
                found["text"].gather(rows), places[table].gather(rows), made[table]["trans_no"]
            )
    return {table: _typed(table, pl.DataFrame(columns)) for table, columns in made.items()}, found


def _column(text: pl.Series, place: pl.Series, rows: pl.Series) -> pl.Series:
    """Return the texts as a column of its table; ``place``: row each belongs to, counted from 1."""
    height = len(rows)
    if len(text) == height:  # one in every row
        return text
    if not len(text):
        return pl.repeat(None, height, dtype=pl.String, eager=True)
    spread = pl.DataFrame({"_row": pl.int_range(1, height + 1, dtype=pl.UInt32, eager=True)})
    given = pl.DataFrame({"_row": place, "_text": text}).unique("_row", keep="first", maintain_order=True)
    return spread.join(given, on="_row", how="left", maintain_order="left")["_text"]


def _typed(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with amounts as minor units and words without entities."""
    amounts = _AMOUNTS[table]
    texts = [c for c in frame.columns if c not in {"trans_no", *amounts}]
    read = minor_units(frame, amounts, _EXPONENT)
    few = _FEW[table]
    return frame.with_columns(
        *(read[c].alias(c) for c in amounts),
        *((plain_words if c in few else plain_text)(frame[c]).alias(c) for c in texts),
    )

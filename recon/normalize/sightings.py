"""What a connection's files have shown so far: channels, status words, taxes, currencies, columns and SKUs, by kind.

Everything is told by the frames of each file; nothing here is kept. A value is compared by its key (`frames.text.fold`), and
numbers inside a status word, the day of a promise or a count of pieces, do not make it another word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from recon.frames.canonical import CanonicalFrames
from recon.frames.text import fold, fold_column
from recon.normalize.states import CHANNEL_JOINER, JOINER

ORDER_COLUMNS: Final = {
    "sales-channel": "sales_channel", "payment-channel": "payment_channel", "status": "state_text", "tax": "tax_text",
    "currency": "currency",
}  # fmt: skip
"""Kinds of things that every order names, by the column that names them."""
COLUMN, SKU = "column", "sku"
KINDS: Final = (*ORDER_COLUMNS, COLUMN, SKU)
_UNITS: Final = re.compile(r"^[0-9]+ x ")
"""Before the state of pieces, where the pieces of an order differ: ``2 x shipped, 1 x returned``."""
_DIGITS: Final = re.compile(r"\d+")
TAX_JOINER: Final = " + "


def parts_of(kind: str, text: str) -> tuple[str, ...]:
    """Return the values a cell names: both words of a state, each of several channels or taxes; blank ones are none."""
    if kind == "status":
        words = text.split(JOINER)
        pieces = [part for word in words for part in (word.split(", ") if _UNITS.match(word) else [word])]
        found = [_UNITS.sub("", piece) for piece in pieces]
    else:
        joiner = {"payment-channel": CHANNEL_JOINER, "tax": TAX_JOINER}.get(kind)
        found = text.split(joiner) if joiner else [text]
    return tuple(part.strip() for part in found if part.strip())


def key_of(kind: str, value: str) -> str:
    """Return what a value is compared by."""
    key = fold(value)
    return _DIGITS.sub("#", key) if kind == "status" else key


def values_of(frames: CanonicalFrames, kind: str) -> dict[str, tuple[str, ...]]:
    """Return every distinct cell of an order's column with the values it names."""
    cells = frames.orders[ORDER_COLUMNS[kind]].unique().drop_nulls().sort().to_list()
    return {cell: parts for cell in cells if (parts := parts_of(kind, cell))}


def sold_products(frames: CanonicalFrames) -> pl.DataFrame:
    """Return the lines of products of what is sold; fees and goods that are bought go by settings of their own."""
    sold = frames.orders.filter(pl.col("record_kind").is_in(["sale", "sale_return"])).select("order_no")
    products = frames.lines.filter(pl.col("kind") == "product")
    return products.join(sold, on="order_no", how="semi", maintain_order="left")


def keys_of(frames: CanonicalFrames, kind: str) -> frozenset[str]:
    """Return the keys of everything of a kind that the frames name."""
    if kind == SKU:
        skus = sold_products(frames)["sku"].unique().drop_nulls()
        return frozenset(fold_column(skus).to_list())
    if kind == COLUMN:
        return frozenset(fold(name) for name in odd_columns(frames.findings))
    return frozenset(key_of(kind, part) for parts in values_of(frames, kind).values() for part in parts)


def odd_columns(findings: pl.DataFrame, *codes: str) -> tuple[str, ...]:
    """Return the headings that findings of a reading call new or unused, or only those of some codes."""
    told = (
        findings.filter(pl.col("code").is_in(codes or ("columns-new", "columns-unused")))["value"]
        .drop_nulls()
        .to_list()
    )
    return tuple(dict.fromkeys(part.strip() for text in told for part in text.split(", ") if part.strip()))


def orders_naming(orders: pl.DataFrame, kind: str, values: Mapping[str, str]) -> pl.DataFrame:
    """Return the orders that name one of some values, with the value's key and its text as ``thing_key`` and ``thing``.

    ``values``: key of each value to the way it is written. An order that names two of them stands there twice.
    """
    column = ORDER_COLUMNS[kind]
    named = [
        (cell, key)
        for cell in orders[column].unique().drop_nulls().sort().to_list()
        for key in dict.fromkeys(key_of(kind, part) for part in parts_of(kind, cell))
        if key in values
    ]
    cells = pl.DataFrame(named, schema=_CELLS, orient="row")
    found = orders.join(cells, left_on=column, right_on="cell", how="inner", maintain_order="left", coalesce=False)
    return found.drop("cell").with_columns(
        pl.col("thing_key").replace_strict(dict(values), default=None, return_dtype=pl.String).alias("thing")
    )


_CELLS: Final = pl.Schema({"cell": pl.String(), "thing_key": pl.String()})


def written(kind: str, sets: Iterable[CanonicalFrames], keys: frozenset[str]) -> dict[str, str]:
    """Return these keys with the first way each is written."""
    found: dict[str, str] = {}
    for frames in sets:
        for parts in values_of(frames, kind).values():
            for part in parts:
                key = key_of(kind, part)
                if key in keys:
                    found.setdefault(key, part)
    return found

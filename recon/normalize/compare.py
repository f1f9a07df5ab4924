"""What a newer set says that an older one did not: orders known, new, changed and gone, and two alarms.

Contents are compared by value, column by column, and lines by a hash made and used in one process; nothing of it is
stored. Where an order stands (file and row) is no content.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.frames.canonical import CanonicalFrames
from recon.frames.findings import findings_from, gather, no_findings
from recon.frames.schemas import ORDERS

CHANGED: Final = pl.Schema({
    "order_key": pl.String(),
    "order_number": pl.String(),
    "columns": pl.List(pl.String()),    # names of ORDERS columns that differ; "lines" where lines do
    "before_minor": pl.Int64(),
    "after_minor": pl.Int64(),
})  # fmt: skip
_PLACE_ONLY: Final = ("order_no", "order_key", "file", "row", "updated_at")
_CONTENT: Final = tuple(column for column in ORDERS if column not in _PLACE_ONLY)
_LINE_CONTENT: Final = (
    "kind", "sku", "name", "quantity_milli", "unit_price_minor", "discount_minor", "amount_minor", "taxable",
)  # fmt: skip
_SHOP: Final = pl.col("order_key").str.extract("^([^:]*:[^:]*):").alias("shop")
"""Platform and shop, the first two parts of an order's key."""
_PAID: Final = ("paid", "overpaid", "partly_refunded", "refunded")
_NOT_PAID: Final = ("unpaid", "claimed", "cod_due", "partial")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts and changes between what was known and a new set."""

    known: int
    """Orders that are the same as before."""
    new: int
    changed: int
    gone: int
    changes: pl.DataFrame = field(repr=False)
    """CHANGED."""
    findings: pl.DataFrame = field(repr=False)
    """FINDINGS: order-gone, order-went-back."""

    @classmethod
    def nothing(cls) -> Comparison:
        """Return a comparison that found nothing, for frames that are only made again."""
        return cls(0, 0, 0, 0, pl.DataFrame(schema=CHANGED), no_findings())


def compare(before: CanonicalFrames | None, new: CanonicalFrames) -> Comparison:
    """Return what the new set adds to, changes in and lacks of what was known before."""
    if before is None or before.orders.is_empty():
        return Comparison(0, new.orders.height, 0, 0, pl.DataFrame(schema=CHANGED), no_findings())
    old = _contents(before)
    now = _contents(new)
    both = now.join(old, on="order_key", how="inner", suffix="_old", maintain_order="left")
    differs = [(pl.col(c).ne_missing(pl.col(f"{c}_old"))).alias(c) for c in (*_CONTENT, "lines")]
    flags = both.select("order_key", *differs)
    any_change = flags.select(pl.any_horizontal(pl.exclude("order_key"))).to_series()
    gone = _gone(before, new)
    return Comparison(
        known=both.height - int(any_change.sum()),
        new=now.height - both.height,
        changed=int(any_change.sum()),
        gone=gone.height,
        changes=_changes(both.filter(any_change), flags.filter(any_change)),
        findings=gather([_gone_findings(gone, new), _went_back(both.filter(any_change))]),
    )


def _contents(frames: CanonicalFrames) -> pl.DataFrame:
    """Return one row per order with its content and a hash of its lines."""
    hashes = frames.lines.select("order_no", pl.struct(_LINE_CONTENT).hash().alias("hash"))
    lines = hashes.group_by("order_no", maintain_order=True).agg(
        # Position weighs, so that lines that changed places are a change; wrapping is fine for a hash.
        (pl.col("hash") * (pl.int_range(1, pl.len() + 1, dtype=pl.UInt64) * 2 + 1)).sum().alias("lines")
    )
    picked = frames.orders.select("order_no", "order_key", *_CONTENT, "updated_at", "row", "file")
    return picked.join(lines, on="order_no", how="left", maintain_order="left").drop("order_no")


def _changes(both: pl.DataFrame, flags: pl.DataFrame) -> pl.DataFrame:
    if both.is_empty():
        return pl.DataFrame(schema=CHANGED)
    names = pl.concat_list(
        pl.when(pl.col(c)).then(pl.lit(c)) for c in flags.columns if c != "order_key"
    ).list.drop_nulls()
    return both.select(
        "order_key", "order_number", flags.select(names.alias("columns")).to_series(),
        pl.col("total_minor_old").alias("before_minor"), pl.col("total_minor").alias("after_minor"),
    ).cast(CHANGED)  # fmt: skip


def _gone(before: CanonicalFrames, new: CanonicalFrames) -> pl.DataFrame:
    """Return orders known before that the new set lacks although they lie strictly inside its period.

    On its first and last day an export may rightly hold only a part of the orders; an answer of an API holds what was
    asked for and says nothing of the rest. Orders of another platform, shop or record kind are not missed.
    """
    if new.orders.is_empty() or not new.covers_period:
        return before.orders.clear()
    first, last = new.orders["ordered_on"].min(), new.orders["ordered_on"].max()
    assert isinstance(first, dt.date)
    assert isinstance(last, dt.date)
    inside = before.orders.filter((pl.col("ordered_on") > first) & (pl.col("ordered_on") < last))
    missing = inside.join(new.orders.select("order_key"), on="order_key", how="anti", maintain_order="left")
    if missing.is_empty():
        return missing
    alike = new.orders.select(_SHOP, "record_kind").unique()
    missing = missing.with_columns(_SHOP).join(alike, on=["shop", "record_kind"], how="semi", maintain_order="left")
    refused = new.findings["order_key"].drop_nulls().unique()
    return missing.drop("shop").filter(~pl.col("order_key").is_in(refused.implode()))


def _gone_findings(gone: pl.DataFrame, new: CanonicalFrames) -> pl.DataFrame:
    newer = new.orders["file"].unique().sort().to_list()
    return findings_from(
        gone, "order-gone", amount_minor=pl.col("total_minor"), value=pl.col("order_number"),
        detail=f"Missing in {', '.join(newer[:3])}, whose period covers it.",
    )  # fmt: skip


def _went_back(changed: pl.DataFrame) -> pl.DataFrame:
    """Return orders that were paid before and are not any more: most likely an older file was imported later."""
    back = changed.filter(pl.col("payment_state_old").is_in(_PAID) & pl.col("payment_state").is_in(_NOT_PAID))
    return findings_from(
        back, "order-went-back", amount_minor=pl.col("total_minor"), value=pl.col("state_text"),
        detail=pl.format("It was {} before.", pl.col("state_text_old")),
    )  # fmt: skip

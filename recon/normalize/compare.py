"""What a newer set says that an older one did not: orders known, new, changed and gone, and two alarms.

Contents are compared by value, column by column, and lines by a hash made and used in one process; nothing of it is
stored. Where an order stands (file and row) is no content.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.domain.providers import FROM_TILLS
from recon.frames.amounts import plain_text
from recon.frames.canonical import CanonicalFrames
from recon.frames.findings import findings_from, gather, no_findings
from recon.frames.order_keys import of_marketplace, shop_of
from recon.frames.payout_keys import is_payout_row
from recon.frames.schemas import ORDERS

CHANGED: Final = pl.Schema({
    "order_key": pl.String(),
    "columns": pl.String(),             # ORDERS columns that differ, or lines, payments, refunds; joined with ", "
    "before_minor": pl.Int64(),         # total before
    "after_minor": pl.Int64(),          # total now
})  # fmt: skip
_NO_CONTENT: Final = ("order_no", "order_key", "file", "row", "updated_at", "staff")
"""Where an order stands; and who sold it, which nothing is posted by and an app may be told one day and not the next."""
_CONTENT: Final = tuple(column for column in ORDERS if column not in _NO_CONTENT)
_PARTS: Final = {
    "lines": ("kind", "sku", "name", "quantity_milli", "unit_price_minor", "discount_minor", "amount_minor", "taxable"),
    "payments": ("payment_channel", "amount_minor", "paid_on", "reference"),
    "refunds": ("refunded_on", "amount_minor", "reason"),
}  # fmt: skip
"""What counts of the rows that hang on an order."""
_STEPS: Final = {
    "unpaid": 0, "cod_due": 0, "claimed": 0, "partial": 1, "paid": 2, "overpaid": 2, "partly_refunded": 3, "refunded": 4,
}  # fmt: skip
"""How far money has come; it goes back only if an older file is imported later. Void and unknown are no steps."""


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
    """FINDINGS: order-gone, order-went-back, z-register-twice."""


def compare(
    before: CanonicalFrames | None,
    new: CanonicalFrames,
    *,
    whole_period: bool = True,
    name: str = "the newer file",
    earlier: Sequence[CanonicalFrames] = (),
) -> Comparison:
    """Return what the new set adds to, changes in and lacks of what was known before.

    Args:
        before: Everything known so far, combined; None before the first file.
        new: One more file.
        whole_period: The new file holds every order of its days, so that a missing one is gone; an answer of an API
            holds what was asked for and says nothing of the rest.
        name: What a person calls the new file.
        earlier: The sets that `before` was combined from: an order that is again exactly as one of them said, and not as the
            latest did, comes from an older export.
    """
    if before is None or before.orders.is_empty():
        return Comparison(0, new.orders.height, 0, 0, pl.DataFrame(schema=CHANGED), no_findings())
    old = _contents(before)
    now = _contents(new)
    both = now.join(old, on="order_key", how="inner", suffix="_old", maintain_order="left")
    differs = [(pl.col(c).ne_missing(pl.col(f"{c}_old"))).alias(c) for c in (*_CONTENT, *_PARTS)]
    flags = both.select("order_key", *differs)
    any_change = flags.select(pl.any_horizontal(pl.exclude("order_key"))).to_series()
    gone = _gone(before, new) if whole_period else before.orders.clear()
    return Comparison(
        known=both.height - int(any_change.sum()),
        new=now.height - both.height,
        changed=int(any_change.sum()),
        gone=gone.height,
        changes=_changes(both.filter(any_change), flags.filter(any_change)),
        findings=gather(
            [
                _gone_findings(gone, name),
                _went_back(both.filter(any_change), before, new, earlier),
                _other_tills(both.filter(any_change)),
            ]
        ),
    )


def _contents(frames: CanonicalFrames, orders: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return one row per order, or per one of some, with its content and a fingerprint each of lines, payments and refunds."""
    picked = (frames.orders if orders is None else orders).select("order_no", "order_key", *_CONTENT, "row", "file")
    for name, columns in _PARTS.items():
        part: pl.DataFrame = getattr(frames, name)
        if orders is not None:
            part = part.join(orders.select("order_no"), on="order_no", how="semi", maintain_order="left")
        prints = part.select("order_no", pl.struct(columns).hash().alias("print"))
        # Positions weigh, so that lines that changed places are a change; wrapping around is fine for a fingerprint.
        weight = pl.int_range(1, pl.len() + 1, dtype=pl.UInt64) * 2 + 1
        each = prints.group_by("order_no", maintain_order=True).agg((pl.col("print") * weight).sum().alias(name))
        picked = picked.join(each, on="order_no", how="left", maintain_order="left")
    return picked.drop("order_no")


def _changes(both: pl.DataFrame, flags: pl.DataFrame) -> pl.DataFrame:
    if both.is_empty():
        return pl.DataFrame(schema=CHANGED)
    named = pl.concat_str(
        [pl.when(pl.col(c)).then(pl.lit(c)) for c in flags.columns if c != "order_key"],
        separator=", ",
        ignore_nulls=True,
    )
    return both.select(
        "order_key", flags.select(named.alias("columns")).to_series(),
        pl.col("total_minor_old").alias("before_minor"), pl.col("total_minor").alias("after_minor"),
    ).cast(CHANGED)  # fmt: skip


def _gone(before: CanonicalFrames, new: CanonicalFrames) -> pl.DataFrame:
    """Return orders known before that the new set lacks although they lie strictly inside its period.

    On its first and last day an export may rightly hold only a part of the orders. Orders of another platform, shop or
    record kind are not missed.
    """
    if new.orders.is_empty():
        return before.orders.clear()
    first, last = new.orders["ordered_on"].min(), new.orders["ordered_on"].max()
    assert isinstance(first, dt.date)
    assert isinstance(last, dt.date)
    inside = before.orders.filter((pl.col("ordered_on") > first) & (pl.col("ordered_on") < last))
    # Transactions and payouts stand in files of their own, chosen by other days: none of them misses the other's rows.
    inside = inside.filter(~(is_payout_row() & ~of_marketplace()).fill_null(value=False))
    missing = inside.join(new.orders.select("order_key"), on="order_key", how="anti", maintain_order="left")
    if missing.is_empty():
        return missing
    alike = new.orders.select(shop_of().alias("shop"), "record_kind").unique()
    missing = missing.with_columns(shop_of().alias("shop")).join(
        alike, on=["shop", "record_kind"], how="semi", maintain_order="left"
    )
    refused = new.findings["order_key"].drop_nulls().unique()
    return missing.drop("shop").filter(~pl.col("order_key").is_in(refused.implode()))


def _gone_findings(gone: pl.DataFrame, name: str) -> pl.DataFrame:
    return findings_from(
        gone, "order-gone", amount_minor=pl.col("total_minor"), value=pl.col("order_number"),
        detail=f"Missing in {name}, whose period covers it.",
    )  # fmt: skip


def _other_tills(changed: pl.DataFrame) -> pl.DataFrame:
    """Return records of tills that are another till's of the same register number: a Z report keeps its day, and its place with its sum."""
    kinds = changed["record_kind"].cast(pl.String)
    rows = changed.filter(kinds.is_in(list(FROM_TILLS)))
    if rows.is_empty():
        return no_findings()
    moved = (pl.col("sales_channel") != pl.col("sales_channel_old")) & (
        pl.col("total_minor") != pl.col("total_minor_old")
    )
    other = ((pl.col("completed_on") != pl.col("completed_on_old")) | moved).fill_null(value=False)
    return findings_from(
        rows.filter(other), "z-register-twice", value=pl.col("order_number"), amount_minor=pl.col("total_minor"),
        detail=pl.format(
            "{} is {} of {} at {}; another file has {} of {} at {} under the same register and number.", "order_number",
            plain_text("total_minor"), "completed_on", "sales_channel", plain_text("total_minor_old"), "completed_on_old",
            "sales_channel_old",
        ),
    )  # fmt: skip


def _went_back(
    changed: pl.DataFrame, before: CanonicalFrames, new: CanonicalFrames, earlier: Sequence[CanonicalFrames]
) -> pl.DataFrame:
    """Return orders that seem to come from an older export than what is known: what they say was so before.

    Their money was further, or they were cancelled; or they are exactly as an earlier file had them; or their total changed, though
    nothing else went on, in a file that ends before the known orders do.
    """
    if changed.is_empty():
        return no_findings()
    now, then = (
        pl.col(c).cast(pl.String).replace_strict(_STEPS, default=None, return_dtype=pl.Int8)
        for c in ("payment_state", "payment_state_old")
    )
    less = (now < then) & (pl.col("order_state") != "cancelled")
    revived = (pl.col("order_state_old") == "cancelled") & (pl.col("order_state") != "cancelled")
    changed = changed.with_columns(_as_said_before(changed, earlier).alias("_again"))
    again = pl.col("_again")
    ends_before = pl.lit(_last_day(new) < _last_day(before))
    stale = ends_before & (pl.col("total_minor") != pl.col("total_minor_old")) & (now <= then)
    was = pl.format("It was {} before ({}).", pl.col("payment_state_old").cast(pl.String), pl.col("state_text_old"))
    detail = (
        pl.when(less).then(was)
        .when(revived).then(pl.format("It was cancelled before ({}).", pl.col("state_text_old")))
        .when(again).then(pl.lit("It is again as an earlier file had it, before it changed."))
        .otherwise(pl.format("Its total was {} before, and this file ends earlier than the orders that are known.", plain_text("total_minor_old")))
    )  # fmt: skip
    back = changed.filter((less | revived | again | stale).fill_null(value=False))
    return findings_from(
        back,
        "order-went-back",
        amount_minor=pl.col("total_minor"),
        value=pl.col("state_text"),
        detail=detail,
    )


def _as_said_before(changed: pl.DataFrame, earlier: Sequence[CanonicalFrames]) -> pl.Series:
    """Return which changed orders have exactly the content that an earlier file gave them."""
    content = [*_CONTENT, *_PARTS]
    asked = changed.select("order_key", *content).with_row_index("_at")
    found = pl.repeat(value=False, n=changed.height, dtype=pl.Boolean, eager=True)
    for part in earlier:
        mine = part.orders.join(asked.select("order_key"), on="order_key", how="semi")
        if mine.is_empty():
            continue
        same = asked.join(_contents(part, mine), on=["order_key", *content], how="semi", nulls_equal=True)["_at"]
        found = found | asked["_at"].is_in(same.implode())
    return found


def _last_day(frames: CanonicalFrames) -> dt.date:
    last = frames.orders["ordered_on"].max()
    return last if isinstance(last, dt.date) else dt.date.min

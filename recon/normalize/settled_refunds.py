"""Refunds that settlements show, beside what the orders and their returns state: explained, another amount, or told by nobody.

A settlement takes back at the seller's own price what the buyer got back. Where neither the order nor a return says so, the
refund counts, and the order is held until somebody has looked. Pure: no file, no clock.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import fill
from recon.frames.findings import findings_from, gather
from recon.frames.order_keys import shop_of
from recon.frames.schemas import REFUNDS

CODE: Final = "settled-refund"
NOT_TAKEN_BACK: Final = "settled-not-taken-back"
_PIECES_BACK: Final = r"[0-9]+ x (?:returned|Package Returned)"
"""What the state of an order of single pieces says of those that came back and no longer count."""
_GOODS: Final = (
    pl.col("total_minor")
    + pl.col("platform_discount_minor")
    - pl.col("shipping_minor")
    + pl.col("shipping_discount_minor")
)
"""An order's goods at the seller's own price, less the shop's own discounts."""


def refunds_shown(rows: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Return a finding per order and cycle that shows a refund; `judge_refunds` says which of them are open.

    Args:
        rows: Rows of settlements.
        legs: Their legs.
    """
    back = legs.filter(pl.col("sku") == "refund", pl.col("sale_key").is_not_null())
    back = back.join(rows.select("order_no", "file", "paid_on"), on="order_no", how="left", maintain_order="left")
    sums = back.group_by("sale_key", "cycle_key", maintain_order=True).agg(
        pl.col("amount_minor").sum(), pl.col("paid_on").max(), pl.col("file", "row").first()
    )
    return findings_from(
        sums, CODE, order_key=pl.col("sale_key"), value=pl.col("cycle_key").str.extract("([^:]*)$"),
        column=pl.col("paid_on").dt.to_string("%Y-%m-%d"), amount_minor=pl.col("amount_minor"),
    )  # fmt: skip


def paid_in_full(rows: pl.DataFrame, legs: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return a finding per order that gives something back and whose settlements take nothing back; `judge_refunds` weighs them.

    Args:
        rows: Rows of settlements.
        legs: Their legs.
        orders: The orders and the records of returns, which are not with their orders yet.
    """
    is_return, state = pl.col("record_kind") == "sale_return", pl.col("order_state")
    gives_back = is_return | (pl.col("refunded_minor") > 0) | (pl.col("payment_state") == "refunded")
    keys = orders.filter(gives_back, state != "cancelled").select(pl.concat_str(shop_of(), "order_number")).to_series()
    group = pl.col("sku")
    about = legs.filter(pl.col("sale_key").is_in(keys.implode()), group.is_in(["sale", "discount", "refund"]))
    about = about.join(rows.select("order_no", "file", "paid_on"), on="order_no", how="left", maintain_order="left")
    sums = about.group_by("sale_key", maintain_order=True).agg(
        (group == "refund").any().alias("back"), pl.col("amount_minor").sum(), pl.col("paid_on").max(),
        pl.col("cycle_key").str.extract("([^:]*)$").unique(maintain_order=True).str.join(", ").alias("cycles"),
        pl.col("file", "row").first(),
    )  # fmt: skip
    return findings_from(
        sums.filter(~pl.col("back"), pl.col("amount_minor") > 0), NOT_TAKEN_BACK, order_key=pl.col("sale_key"),
        value=pl.col("cycles"), amount_minor=pl.col("amount_minor"),
    )  # fmt: skip


def judge_refunds(frames: CanonicalFrames) -> CanonicalFrames:
    """Return the frames in which refunds that only settlements show count and hold their orders; all others are explained.

    To be called once returns are with their orders; without settlements the same frames come back.
    """
    frames = _with_not_taken_back(frames)
    of_refunds = pl.col("code") == CODE
    shown = frames.findings.filter(of_refunds)
    if shown.is_empty():
        return frames
    judged = _judged(shown, frames.orders)
    is_open = judged.filter("open")
    sums = is_open.select("order_no", "settled")
    total, refunded = pl.col("total_minor"), pl.col("refunded_minor")
    orders = frames.orders.join(sums, on="order_no", how="left", maintain_order="left").with_columns(
        pl.when(pl.col("settled").is_null()).then(refunded).otherwise(pl.min_horizontal("settled", total)).alias("refunded_minor")
    )  # fmt: skip
    findings = [frames.findings.filter(~of_refunds), _held(is_open), _differs(judged)]
    refunds = _with_refunds(frames.refunds, shown, is_open)
    return replace(frames, orders=orders.drop("settled"), refunds=refunds, findings=gather(findings))


def _judged(shown: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return the sales settlements show a refund of, with ``settled``, ``stated``, ``open`` and ``same``."""
    sums = shown.group_by("order_key", maintain_order=True).agg(
        (-pl.col("amount_minor").sum()).alias("settled"), pl.col("value").str.join(", ").alias("cycles"),
        pl.col("file", "row").first(),
    )  # fmt: skip
    sales = orders.filter(pl.col("record_kind") == "sale").drop("file", "row")
    both = sales.join(sums.filter(pl.col("settled") > 0), on="order_key", how="inner", maintain_order="left")
    total, state = pl.col("total_minor"), pl.col("order_state")
    whole = (pl.col("payment_state") == "refunded") & (pl.col("refunded_minor") == 0)
    said = state.is_in(["cancelled", "returned"]) | pl.col("state_text").str.contains(_PIECES_BACK).fill_null(
        value=False
    )
    both = both.with_columns(
        pl.when(whole).then(total).otherwise("refunded_minor").alias("stated"),
        _GOODS.alias("goods"),
        said.alias("said"),
    )
    # All of it is all of it, whether at the buyer's price or at the seller's.
    same = (pl.col("settled") == pl.col("stated")) | (
        (pl.col("stated") >= total) & ((pl.col("settled") == total) | (pl.col("settled") == pl.col("goods")))
    )
    return both.with_columns(same.alias("same"), ((pl.col("stated") == 0) & ~pl.col("said")).alias("open"))


def _with_not_taken_back(frames: CanonicalFrames) -> CanonicalFrames:
    """Return the frames with the settlements that paid more for an order's goods than its refunds leave of them."""
    of_paid = pl.col("code") == NOT_TAKEN_BACK
    paid = frames.findings.filter(of_paid)
    if paid.is_empty():
        return frames
    settled = paid.select("order_key", "value", "file", "row", pl.col("amount_minor").alias("settled"))
    sales = frames.orders.filter(pl.col("record_kind") == "sale", pl.col("order_state") != "cancelled")
    both = sales.rename({"file": "order_file", "row": "order_row"}).join(settled, on="order_key", maintain_order="left")
    whole = (pl.col("payment_state") == "refunded") & (pl.col("refunded_minor") == 0)
    both = both.with_columns(
        pl.when(whole).then("total_minor").otherwise("refunded_minor").alias("stated"), _GOODS.alias("goods")
    )
    left = pl.when(pl.col("stated") >= pl.col("total_minor")).then(0).otherwise(pl.col("goods") - pl.col("stated"))
    open_ones = both.filter(pl.col("stated") > 0, pl.col("settled") > left)
    detail = pl.format(
        "Order {} (file {}, row {}): {} went back; {} paid {} for its goods and nothing was taken back.", "order_number",
        "order_file", "order_row", plain_text("stated"), "value", plain_text("settled"),
    )  # fmt: skip
    said = findings_from(
        open_ones, NOT_TAKEN_BACK, value=pl.col("value"), amount_minor=pl.col("settled") - left, detail=detail
    )
    return replace(frames, findings=gather([frames.findings.filter(~of_paid), said]))


def _held(is_open: pl.DataFrame) -> pl.DataFrame:
    detail = pl.format("{} of order {} went back to the buyer in {}.", plain_text("settled"), "order_number", "cycles")
    return findings_from(is_open, CODE, value=pl.col("cycles"), amount_minor=-pl.col("settled"), detail=detail)


def _differs(judged: pl.DataFrame) -> pl.DataFrame:
    other = judged.filter(~pl.col("same"), pl.col("stated") > 0)
    detail = pl.format(
        "Order {}: {} went back in {}; the order and its returns say {}.", "order_number", plain_text("settled"), "cycles",
        plain_text("stated"),
    )  # fmt: skip
    apart = pl.col("settled") - pl.col("stated")
    return findings_from(other, "settled-refund-differs", value=pl.col("cycles"), amount_minor=apart, detail=detail)


def _with_refunds(refunds: pl.DataFrame, shown: pl.DataFrame, is_open: pl.DataFrame) -> pl.DataFrame:
    """Return REFUNDS with those of the open orders, each on the day of its payout."""
    capped = pl.min_horizontal("settled", "total_minor")
    days = shown.group_by("order_key").agg(pl.col("column").max().str.to_date("%Y-%m-%d").alias("day"))
    made = is_open.join(days, on="order_key", how="left", maintain_order="left").select(
        "order_no", pl.lit(1, dtype=pl.UInt32).alias("refund_no"), pl.col("day").alias("refunded_on"), capped.alias("amount_minor"),
        pl.col("cycles").alias("reason"), "row",
    ).filter(pl.col("amount_minor") > 0)  # fmt: skip
    kept = refunds.join(made.select("order_no"), on="order_no", how="anti", maintain_order="left")
    return pl.concat([kept, fill(made, REFUNDS)]).sort("order_no", maintain_order=True)

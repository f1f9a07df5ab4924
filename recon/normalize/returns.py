"""Returns of marketplaces, which come in files of their own, become refunds of the orders they belong to.

A return is read as a record of its own (``sale_return``, its order under ``order_number``), so that files may come in any
order and as often as one likes. For a plan it is taken off the orders and becomes a refund; where its order is not known it
stays and is told. Pure: no file, no clock.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import fill
from recon.frames.findings import findings_from, gather
from recon.frames.order_keys import of_marketplace, shop_of
from recon.frames.schemas import REFUNDS
from recon.normalize.named_returns import attach_named_returns
from recon.normalize.sequence import without_orders

_OUT_UNITS: Final = r"([0-9]+) x (?:returned|Package Returned)"
"""How the state text of an order of single pieces counts those that came back (`sources.profile.units`)."""
_UNCLEAR: Final = ("hold", "unknown")


def attach_returns(
    frames: CanonicalFrames, said: pl.DataFrame | None = None, *, switched_on: bool = True
) -> CanonicalFrames:
    """Return the frames with returns of known orders turned into refunds of these; without any, the same frames.

    Args:
        frames: Orders of a connection, in their latest version.
        said: Which sales other returns than the marketplaces' belong to, as persons said (`return_links.SAID`).
        switched_on: Whether such returns become documents; those of marketplaces come in files of their own, chosen by a person.
    """
    if not (frames.orders["record_kind"] == "sale_return").any():
        return frames
    attached = _attach_marketplace(frames)
    orders = attached.orders
    others = (orders["record_kind"] == "sale_return") & ~_of_marketplace(orders)
    return attach_named_returns(attached, others, said, switched_on=switched_on) if others.any() else attached


def _attach_marketplace(frames: CanonicalFrames) -> CanonicalFrames:
    orders = frames.orders
    is_return = (orders["record_kind"] == "sale_return") & _of_marketplace(orders)
    if not is_return.any():
        return frames
    returns = _returns(frames, is_return)
    known = returns.filter(pl.col("sale_no").is_not_null())
    strangers = returns.filter(pl.col("sale_no").is_null(), pl.col("order_state") != "cancelled")
    sums = _by_sale(known)
    attached = sums.filter(pl.col("attaches"))
    paid_back = known.filter(pl.col("order_state") == "completed").join(attached, on="sale_no", how="semi")
    findings = [
        _still_true(frames.findings, returns, attached),
        findings_from(
            strangers, "return-without-order", value=pl.col("order_number"), amount_minor=pl.col("total_minor")
        ),
        *_told(known, sums),
    ]
    kept = ~orders["order_no"].is_in(known["order_no"].implode())
    with_sums = orders.join(
        attached.select(pl.col("sale_no").alias("order_no"), "back"), on="order_no", how="left", maintain_order="left"
    )
    with_sums = with_sums.with_columns(
        pl.max_horizontal("refunded_minor", pl.col("back").fill_null(0)).alias("refunded_minor")
    )
    refunds = _refunds(frames.refunds, paid_back, attached)
    return without_orders(
        replace(frames, orders=with_sums.drop("back"), refunds=refunds, findings=gather(findings)), kept
    )


def _of_marketplace(orders: pl.DataFrame) -> pl.Series:
    return orders.select(of_marketplace().fill_null(value=False)).to_series()


def _returns(frames: CanonicalFrames, is_return: pl.Series) -> pl.DataFrame:
    """Return the returns with the number, state and refund of the sale each belongs to, and how many pieces they are."""
    pieces = frames.lines.group_by("order_no").agg((pl.col("quantity_milli").sum() // 1000).alias("pieces"))
    sales = frames.orders.filter(pl.col("record_kind") == "sale").select(
        pl.col("order_key").alias("sale_key"), pl.col("order_no").alias("sale_no"), pl.col("order_state").alias("sale_state"),
        pl.col("state_text").alias("sale_text"), pl.col("refunded_minor").alias("own"),
    )  # fmt: skip
    found = frames.orders.filter(is_return).with_columns(
        pl.concat_str(shop_of(), pl.col("order_number")).alias("sale_key")
    )
    found = found.join(pieces, on="order_no", how="left", maintain_order="left")
    return found.join(sales, on="sale_key", how="left", maintain_order="left")


def _by_sale(known: pl.DataFrame) -> pl.DataFrame:
    """Return per sale what was given back, and whether its own export counts that already (then nothing attaches)."""
    done = pl.col("order_state") == "completed"
    unclear = pl.col("order_state").is_in(_UNCLEAR)
    sums = known.group_by("sale_no", maintain_order=True).agg(
        pl.col("sale_key").first(), pl.col("sale_state").first(), pl.col("own").first(), pl.col("sale_text").first(),
        pl.col("total_minor").filter(done).sum().alias("back"), pl.col("pieces").filter(done).sum(),
        pl.col("pieces").filter(done | unclear).sum().alias("may_be_back"),
        pl.col("file").last(), pl.col("row").last(),
    )  # fmt: skip
    out = (
        pl.col("sale_text").str.extract_all(_OUT_UNITS).list.eval(pl.element().str.extract("^([0-9]+)").cast(pl.Int64))
    )
    sums = sums.with_columns(out.list.sum().fill_null(0).alias("out"))
    whole = pl.col("sale_state").is_in(["cancelled", "returned"])
    return sums.with_columns(
        (~whole & (pl.col("out") == 0) & (pl.col("back") > 0)).alias("attaches"),
        (~whole & (pl.col("out") > 0) & (pl.col("pieces") > pl.col("out"))).alias("newer"),
        (~whole & (pl.col("may_be_back") > pl.col("out"))).alias("open"),
    )


def _told(known: pl.DataFrame, sums: pl.DataFrame) -> list[pl.DataFrame]:
    """Return findings about sales: asked for, unclear, newer than the order, or another sum than the order's own."""
    sale = {"order_key": pl.col("sale_key"), "value": pl.col("state_text"), "amount_minor": pl.col("total_minor")}
    state = pl.col("order_state")
    # A sale whose own export counts as many pieces back as its returns may speak of is answered by that.
    unclear = known.filter(state.is_in(_UNCLEAR)).join(
        sums.filter("open"), on="sale_no", how="semi", maintain_order="left"
    )
    differs = sums.filter(pl.col("attaches"), pl.col("own") > 0, pl.col("own") != pl.col("back"))
    said = pl.format("The order says {}, its returns {}.", plain_text("own"), plain_text("back"))
    return [
        findings_from(known.filter(state == "open"), "return-requested", **sale),
        findings_from(unclear, "return-unclear", **sale),
        findings_from(sums.filter("newer"), "return-newer", order_key=pl.col("sale_key"), value=pl.col("sale_text")),
        findings_from(differs, "refund-differs", order_key=pl.col("sale_key"), amount_minor=pl.col("back") - pl.col("own"), detail=said),
    ]  # fmt: skip


def _still_true(findings: pl.DataFrame, returns: pl.DataFrame, attached: pl.DataFrame) -> pl.DataFrame:
    """Return the findings less those that the returns answer, and those about returns that are told of their sale."""
    unread = pl.col("code").is_in(["status-unknown", "order-on-hold"]) & pl.col("order_key").is_in(
        returns.filter(pl.col("sale_no").is_not_null())["order_key"].implode()
    )
    known = (pl.col("code") == "return-amount-unknown") & pl.col("order_key").is_in(attached["sale_key"].implode())
    dated_ones = attached.filter(_replaces())["sale_key"]
    dated = (pl.col("code") == "refund-undated") & pl.col("order_key").is_in(dated_ones.implode())
    return findings.filter(~(unread | known | dated).fill_null(value=False))


def _replaces() -> pl.Expr:
    """Return whether the returns of a sale stand for its own undated sum: they are not less."""
    return pl.col("back") >= pl.col("own")


def _refunds(refunds: pl.DataFrame, paid_back: pl.DataFrame, attached: pl.DataFrame) -> pl.DataFrame:
    """Return REFUNDS with those of the returns; they replace an order's own undated sum where they are not less."""
    replaced = attached.filter(_replaces())["sale_no"]
    used = paid_back.filter(pl.col("sale_no").is_in(replaced.implode()))
    made = used.select(
        pl.col("sale_no").alias("order_no"),
        pl.lit(1, dtype=pl.UInt32).alias("refund_no"),
        pl.col("completed_on").alias("refunded_on"),
        pl.col("total_minor").alias("amount_minor"),
        pl.col("order_key").str.extract("([^:]*)$").alias("reason"),
        pl.col("row"),
    )  # fmt: skip
    kept = refunds.filter(~pl.col("order_no").is_in(replaced.implode()))
    both = pl.concat([kept, fill(made, REFUNDS)]).sort("order_no", "refunded_on", maintain_order=True)
    number = (pl.int_range(pl.len(), dtype=pl.UInt32) + 1).over("order_no")
    return both.with_columns(number.cast(pl.UInt32).alias("refund_no"))

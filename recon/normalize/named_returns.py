"""Returns that are records of their own and only mention their sale (ZORT) become refunds of the sales they belong to.

What belongs to what says `recon.normalize.return_links`. A return that is done is taken off its sale and of the orders; one
that cannot be, stays and is held with its figures. Where sales returns are switched off nothing is taken off, and it is said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import fill
from recon.frames.findings import findings_from, gather
from recon.frames.schemas import REFUNDS
from recon.normalize.return_links import SAID, return_sales
from recon.normalize.sequence import without_orders

_PAYMENT_CODES: Final = (
    "paid-undated", "paid-amount-differs", "status-unknown", "payment-status-unknown", "order-on-hold", "partly-paid", "overpaid",
)  # fmt: skip
"""Findings about a return's own payment or state; they say nothing about its sale."""
_UNPAID: Final = ("unpaid", "claimed", "cod_due")
_WAITS: Final = ("open", "in_fulfilment", "shipped", "delivered")
_GONE: Final = "sale_gone"


def attach_named_returns(
    frames: CanonicalFrames, mask: pl.Series, said: pl.DataFrame | None = None, *, switched_on: bool = True
) -> CanonicalFrames:
    """Return the frames with these returns taken off their sales.

    Args:
        frames: Orders of a connection, in their latest version.
        mask: Which of the orders are such returns.
        said: What persons said (`return_links.SAID`).
        switched_on: Whether sales returns become documents.
    """
    returns = _judged(frames, mask, pl.DataFrame(schema=SAID) if said is None else said)
    if not switched_on:
        told = returns.filter(pl.col("sale_no").is_not_null(), pl.col("order_state") == "completed")
        ignored = findings_from(told, "return-ignored", **_about_sale(), detail=_belongs())
        return replace(frames, findings=gather([frames.findings, ignored]))
    live = returns.filter(pl.col("order_state") != "cancelled", ~pl.col("blocked"))
    known = live.filter(pl.col("sale_no").is_not_null(), ~pl.col("exceeds"))
    done = known.filter(pl.col("order_state") == "completed", ~pl.col(_GONE))
    findings = [
        _about_others(frames.findings, known),
        _held(live),
        *_told(known, done),
    ]
    orders = _with_refunds(frames.orders, done)
    kept = ~orders["order_no"].is_in(known["order_no"].implode())
    refunds = _refunds(frames.refunds, done)
    return without_orders(replace(frames, orders=orders, refunds=refunds, findings=gather(findings)), kept)


def _judged(frames: CanonicalFrames, mask: pl.Series, said: pl.DataFrame) -> pl.DataFrame:
    """Return the returns with the sale each belongs to, what that sale is now, and whether it holds all that comes back."""
    orders = frames.orders
    sales = orders.filter(pl.col("record_kind") == "sale")
    links = return_sales(orders.filter(mask), sales, said).rename({"return_key": "order_key"})
    gone = (pl.col("order_state") == "cancelled") | (pl.col("payment_state") == "void")
    facts = sales.select(
        pl.col("order_key").alias("sale_key"), pl.col("order_no").alias("sale_no"), gone.alias(_GONE),
        pl.col("order_number").alias("sale_number"), pl.col("total_minor").alias("sale_minor"),
        pl.col("payment_state").is_in(_UNPAID).alias("sale_unpaid"), pl.col("currency").alias("sale_currency"),
    )  # fmt: skip
    found = orders.filter(mask).join(links, on="order_key", how="left", maintain_order="left")
    found = found.join(facts, on="sale_key", how="left", maintain_order="left")
    same = (pl.col("sale_currency") == pl.col("currency")).fill_null(value=True)
    other = pl.format("{} is in {}, the return in {}", "sale_number", "sale_currency", "currency")
    found = found.with_columns(
        pl.when(same).then("sale_no").alias("sale_no"), pl.when(same).then("how").otherwise(other).alias("how")
    )
    holds = frames.findings.filter(pl.col("severity") == "hold", ~pl.col("code").is_in(_PAYMENT_CODES))
    blocked = pl.col("order_key").is_in(holds["order_key"].drop_nulls().implode())
    counts = (pl.col("order_state") == "completed") & pl.col("sale_no").is_not_null() & ~blocked
    back = pl.when(counts).then("total_minor").otherwise(0).sum().over("sale_key")
    return found.with_columns(
        blocked.alias("blocked"), back.alias("back"), (back > pl.col("sale_minor")).fill_null(value=False).alias("exceeds")
    )  # fmt: skip


def _about_sale() -> dict[str, pl.Expr]:
    return {"order_key": pl.col("sale_key"), "value": pl.col("order_number"), "amount_minor": pl.col("total_minor")}


def _belongs() -> pl.Expr:
    day_back = pl.col("ordered_on")
    return pl.format(
        "Return {} over {} of {} belongs to {} over {}: {}.",
        "order_number", plain_text("total_minor"), day_back, "sale_number", plain_text("sale_minor"), "how",
    )  # fmt: skip


def _held(live: pl.DataFrame) -> pl.DataFrame:
    """Return what holds the returns that cannot be taken off a sale."""
    own = {"value": pl.col("order_number"), "amount_minor": pl.col("total_minor")}
    alone = live.filter(pl.col("sale_no").is_null())
    too_much = live.filter(pl.col("sale_no").is_not_null(), pl.col("exceeds"))
    all_back = pl.concat_str(_belongs(), pl.format("All its returns: {}.", plain_text("back")), separator=" ")
    why = pl.format("Return {}: {}.", pl.col("order_number").fill_null("?"), "how")
    return gather(
        [
            findings_from(alone, "return-not-linked", **own, detail=why),
            findings_from(too_much, "return-exceeds-sale", **own, detail=all_back),
        ]
    )


def _told(known: pl.DataFrame, done: pl.DataFrame) -> list[pl.DataFrame]:
    """Return findings about the sales: what is taken off them, what is asked for or unclear, what has to be done by hand."""
    state, gone = pl.col("order_state"), pl.col(_GONE)
    part = done.filter("sale_unpaid", pl.col("back") < pl.col("sale_minor"))
    unclear = known.filter(~gone, ~state.is_in([*_WAITS, "completed"]))
    return [
        findings_from(done, "return-linked", **_about_sale(), detail=_belongs()),
        findings_from(known.filter(gone), "return-of-cancelled-sale", **_about_sale(), detail=_belongs()),
        findings_from(known.filter(~gone, state.is_in(_WAITS)), "return-requested", **_about_sale(), detail=_belongs()),
        findings_from(unclear, "return-unclear", **_about_sale(), detail=_belongs()),
        findings_from(part, "return-of-unpaid-sale", **_about_sale(), detail=_belongs()),
    ]  # fmt: skip


def _about_others(findings: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return the findings less those about the payment and state of returns that are told of their sale now."""
    own = pl.col("code").is_in(_PAYMENT_CODES) & pl.col("order_key").is_in(known["order_key"].implode())
    return findings.filter(~own.fill_null(value=False))


def _with_refunds(orders: pl.DataFrame, done: pl.DataFrame) -> pl.DataFrame:
    """Return the orders with what came back: a paid sale is *returned*, an unpaid one only where all of it came back."""
    whole = pl.col("back") == pl.col("sale_minor")
    sums = done.unique("sale_no", maintain_order=True).select(
        pl.col("sale_no").alias("order_no"), pl.col("back").alias("_back"), (~pl.col("sale_unpaid") | whole).alias("_is_back")
    )  # fmt: skip
    joined = orders.join(sums, on="order_no", how="left", maintain_order="left")
    refunded = pl.max_horizontal("refunded_minor", pl.col("_back").fill_null(0))
    state = pl.when(pl.col("_is_back").fill_null(value=False)).then(
        pl.lit("returned", dtype=orders["order_state"].dtype)
    )
    return joined.with_columns(
        refunded.alias("refunded_minor"), state.otherwise("order_state").alias("order_state")
    ).drop("_back", "_is_back")  # fmt: skip


def _refunds(refunds: pl.DataFrame, done: pl.DataFrame) -> pl.DataFrame:
    """Return REFUNDS with those of the returns, whose number is the reason, each sale's in the order of their days."""
    made = done.select(
        pl.col("sale_no").alias("order_no"),
        pl.lit(1, dtype=pl.UInt32).alias("refund_no"),
        pl.coalesce("completed_on", "ordered_on").alias("refunded_on"),
        pl.col("total_minor").alias("amount_minor"),
        pl.col("order_number").alias("reason"),
        pl.col("row"),
    ).filter(pl.col("amount_minor") > 0)  # fmt: skip
    both = pl.concat([refunds, fill(made, REFUNDS)]).sort("order_no", "refunded_on", maintain_order=True)
    number = (pl.int_range(pl.len(), dtype=pl.UInt32) + 1).over("order_no")
    return both.with_columns(number.cast(pl.UInt32).alias("refund_no"))

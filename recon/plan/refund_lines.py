"""Credit notes over a part that carry what their refunds consist of, and the tax in those whose source does not say it.

A credit note stands for one refund, or for the last ones of an order. Where the source states their lines and these come
to the credit note to the minor unit, it takes goods back by product, shipping and other charges where they were booked,
and the tax as stated; discounts that were a line of the sale are a line again. Otherwise it stays one line (`details`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.schemas import LineKind, VatCode
from recon.plan.columns import per_order, share_half_up
from recon.plan.details import LINED
from recon.plan.finish import split_lines
from recon.plan.items import Items
from recon.plan.lifecycle import REPOSTS
from recon.plan.lines import booked_lines
from recon.plan.own_lines import before_discounts
from recon.plan.work import Work

_SOURCE: Final = ("sku", "name", "quantity_milli", "row")
"""What is looked up of the line that a line of a document comes from."""


@dataclass(frozen=True, slots=True)
class RefundLines:
    """Lines of the credit notes that carry them."""

    lines: pl.DataFrame
    """LINED, sorted by doc_no."""
    sources: pl.DataFrame
    """Lines of the orders, then of the refunds: what ``source`` of all document lines points to."""
    itemized: pl.Series
    """Per document, whether it carries the lines of its refunds."""
    tax: pl.Series
    """Per document, the tax in a credit note over a part that is one line."""
    is_shared: pl.Series
    """Per document, whether that tax is a share of the order's because the source does not state it."""


def refund_lines(work: Work, items: Items, frame: pl.DataFrame, left_out: pl.Series) -> RefundLines:
    """Return what refunds put on the documents.

    Args:
        work: The orders of the plan.
        items: Where lines are booked.
        frame: Per document doc_no, order_no, rule_no, action, total_minor, refund_to_minor, repeats and mirrors.
        left_out: Per order, what its documents leave out on purpose.
    """
    none = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    lines, sources = pl.DataFrame(schema=LINED), work.inputs.lines
    if not work.connection.states_tax:
        return RefundLines(lines, sources, none, none.cast(pl.Int64), none)
    asked = _asked(frame)
    spans = _spans(asked, work.inputs.refunds)
    itemized = none
    if work.inputs.refund_lines.height and asked.height:
        sources = pl.concat([work.inputs.lines.select(_SOURCE), _said(work.inputs.refund_lines)])
        whole = asked.filter((left_out == 0).gather(asked["order_no"]))
        lines = _lines(_covered(whole, spans, work.inputs.refund_lines), work, items, sources.height)
        itemized = frame["doc_no"].is_in(lines["doc_no"].unique().implode())
    tax, is_shared = _tax(frame, spans, work)
    return RefundLines(lines, sources, itemized, tax, is_shared)


def _said(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines of refunds with their names; goods that did not go back to the shelf say so, as a ledger may count them in."""
    gone = pl.col("restocked").not_().fill_null(value=False)
    name = pl.coalesce("name", "sku")
    return lines.with_columns(
        pl.when(gone).then(pl.format("{} (not put back in stock)", name)).otherwise("name").alias("name")
    ).select(_SOURCE)


def _asked(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the credit notes over refunds that have no lines yet: doc_no, order_no, from_minor, to_minor."""
    reposts = pl.lit(pl.Series(REPOSTS).gather(frame["rule_no"]))
    refunds = (pl.col("action") == "credit_part") | ((pl.col("action") == "credit_rest") & ~reposts)
    own = refunds & (pl.col("refund_to_minor") > 0) & ~(pl.col("repeats") | pl.col("mirrors"))
    to = pl.col("refund_to_minor")
    return frame.filter(own).select(
        "doc_no", "order_no", (to - pl.col("total_minor")).alias("from_minor"), to.alias("to_minor")
    )


def _spans(asked: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Return the refunds of these orders, each with what was given back before it and with it."""
    mine = refunds.join(asked.select("order_no").unique(), on="order_no", how="semi", maintain_order="left")
    running = pl.col("amount_minor").cum_sum().over("order_no")
    return mine.select(
        "order_no", "refund_no", "amount_minor", "tax_minor",
        running.alias("until"), (running - pl.col("amount_minor")).alias("since"),
    )  # fmt: skip


def _covered(asked: pl.DataFrame, spans: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return doc_no, order_no and refund_no of the credit notes that are exactly some refunds with lines."""
    sums = lines.group_by("order_no", "refund_no").agg(
        (pl.col("amount_minor") + pl.col("tax_minor")).sum().alias("_sum")
    )
    stated = spans.join(sums, on=["order_no", "refund_no"]).filter(pl.col("_sum") == pl.col("amount_minor"))
    inside = (pl.col("since") >= pl.col("from_minor")) & (pl.col("until") <= pl.col("to_minor"))
    pairs = asked.join(stated, on="order_no").filter(inside)
    exact = pl.col("amount_minor").sum().over("doc_no") == pl.col("to_minor") - pl.col("from_minor")
    return pairs.filter(exact).select("doc_no", "order_no", "refund_no")


def _lines(pairs: pl.DataFrame, work: Work, items: Items, source_count: int) -> pl.DataFrame:
    """Return LINED of the credit notes whose lines all have their place."""
    given = work.inputs.refund_lines.with_row_index("_at")
    mine = pairs.join(given, on=["order_no", "refund_no"]).sort("doc_no", "refund_no", "line_no")
    if mine.is_empty():
        return pl.DataFrame(schema=LINED)
    first = work.inputs.lines.height
    booked = booked_lines(
        before_discounts(mine.with_columns(pl.lit(None, dtype=pl.Boolean).alias("taxable")), work.connection),
        items,
        pl.repeat(value=True, n=work.orders.height, dtype=pl.Boolean, eager=True),
    )
    named = mine["name"].is_not_null() | (mine["kind"] == "product")
    goods = booked.with_columns(
        mine["doc_no"], (mine["_at"] + first).cast(pl.UInt32).alias("source"), pl.lit(named).alias("_named"),
        (mine["tax_minor"] != 0).alias("_taxed"),
    )  # fmt: skip
    channel = items.channel_no.gather(mine["order_no"])
    own = [_one_line(mine, pl.col("tax_minor"), "tax", items, channel)]
    if work.connection.discounts == "line":
        own.insert(0, _one_line(mine, -pl.col("discount_minor"), "discount", items, channel))
    both = pl.concat([goods.select(own[0].columns), *own]).sort("doc_no", maintain_order=True)
    both = both.filter((pl.col("amount_minor") != 0) | (pl.col("kind") == "product"))
    homeless = both.filter((items.frame["state"] != "ok").gather(both["item"]))["doc_no"]
    return _finished(both.filter(~pl.col("doc_no").is_in(homeless.unique().implode())), source_count)


def _one_line(mine: pl.DataFrame, amount: pl.Expr, kind: str, items: Items, channel_no: pl.Series) -> pl.DataFrame:
    """Return one line per credit note over what its refunds' lines sum up to; taxed where all of them are."""
    rules = items.by_charge.filter(pl.col("kind") == kind).select("channel_no", "item")
    sums = mine.with_columns(channel_no.alias("channel_no")).group_by("doc_no", "channel_no", maintain_order=True)
    taxed = (pl.lit(kind == "tax") | (pl.col("tax_minor") != 0).all()).alias("_taxed")
    summed = sums.agg(amount.sum().alias("amount_minor"), taxed).join(rules, on="channel_no", maintain_order="left")
    return summed.select(
        "doc_no",
        pl.lit(kind, dtype=LineKind).alias("kind"),
        "item",
        pl.lit(None, dtype=pl.UInt32).alias("source"),
        pl.lit(value=False).alias("_named"),
        pl.lit(1000, dtype=pl.Int64).alias("quantity_milli"),
        "amount_minor",
        "_taxed",
    )


def _finished(lines: pl.DataFrame, source_count: int) -> pl.DataFrame:
    """Return LINED: quantities that multiply to their amounts, no VAT; which are taxed goes along as a VAT code."""
    if lines.is_empty():
        return pl.DataFrame(schema=LINED)
    code = pl.when("_taxed").then(pl.lit("vat7")).otherwise(pl.lit("none")).cast(VatCode).alias("vat_code")
    plain = lines.rename({"doc_no": "order_no"}).with_columns(pl.lit(0, dtype=pl.Int64).alias("discount_minor"), code)
    highest = lines["doc_no"].max()
    assert isinstance(highest, int)
    every = pl.repeat(value=True, n=highest + 1, dtype=pl.Boolean, eager=True)
    named = plain["_named"]
    unnamed = plain.with_columns(pl.when(named).then("source").alias("source"))
    charge = pl.col("kind").to_physical().cast(pl.UInt32) + source_count
    whole = split_lines(unnamed, every).rename({"order_no": "doc_no"})
    zero = pl.lit(0, dtype=pl.Int64).alias("vat_minor")
    return whole.with_columns(
        pl.coalesce("source", charge).alias("text_no"),
        pl.col("amount_minor").alias("net_minor"),
        zero,
        (pl.col("vat_code") == "vat7").alias("taxed"),
        pl.lit("none", dtype=VatCode).alias("vat_code"),
    ).select(pl.col(name).cast(dtype) for name, dtype in LINED.items())


def _tax(frame: pl.DataFrame, spans: pl.DataFrame, work: Work) -> tuple[pl.Series, pl.Series]:
    """Return per document the tax in a credit note over a part, and whether the source leaves any of it open.

    What refunds state counts as stated. The rest of the order's tax is shared over the rest of its total by amount, half up
    and cumulatively, so that the parts of all refunds are the order's tax.
    """
    known = spans.filter(pl.col("tax_minor").is_not_null())
    count = work.orders.height
    sums = known.group_by("order_no").agg(pl.col("amount_minor", "tax_minor").sum()).sort("order_no")
    stated = per_order(sums.with_columns(pl.col("amount_minor", "tax_minor").cast(pl.Int64)), count)
    place = frame["order_no"]
    about = pl.concat(
        [
            frame.select("doc_no", "total_minor", "refund_to_minor"),
            work.orders.select(pl.col("tax_minor").fill_null(0).alias("tax"), pl.col("total_minor").alias("whole"))[
                place
            ],
            stated.select(pl.col("amount_minor").alias("known"), pl.col("tax_minor").alias("known_tax"))[place],
            _within(frame, known),
        ],
        how="horizontal",
    )
    open_tax = (pl.col("tax") - pl.col("known_tax")).clip(lower_bound=0)
    rest = pl.col("whole") - pl.col("known")
    upto = pl.min_horizontal("refund_to_minor", "whole")
    after = (upto - pl.col("known_upto")).clip(lower_bound=0)
    before = (upto - pl.col("total_minor") - pl.col("known_before")).clip(lower_bound=0)
    share = share_half_up(open_tax, pl.min_horizontal(after, rest), rest) - share_half_up(
        open_tax, pl.min_horizontal(before, rest), rest
    )
    part = (pl.col("whole") > 0) & pl.col("refund_to_minor").is_not_null()
    shared = pl.when(part & (rest > 0)).then(share).otherwise(0).fill_null(0)
    said = pl.when(part).then("known_tax_inside").otherwise(0)
    found = about.select((shared + said).alias("tax_minor"), (shared != 0).alias("is_shared"))
    return found["tax_minor"], found["is_shared"]


def _within(frame: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return per document the sums of refunds with stated tax before it and up to its end, and the tax of those in it."""
    names = ("known_before", "known_upto", "known_tax_inside")
    if known.is_empty():
        return pl.select(pl.repeat(0, frame.height, dtype=pl.Int64).alias(name) for name in names)
    start = pl.col("refund_to_minor") - pl.col("total_minor")
    both = frame.select("doc_no", "order_no", "refund_to_minor", "total_minor").join(
        known.select("order_no", "since", "until", "amount_minor", "tax_minor"), on="order_no"
    )
    inside = (pl.col("since") >= start) & (pl.col("until") <= pl.col("refund_to_minor"))
    sums = both.group_by("doc_no").agg(
        pl.col("amount_minor").filter(pl.col("until") <= start).sum().alias("known_before"),
        pl.col("amount_minor").filter(pl.col("until") <= pl.col("refund_to_minor")).sum().alias("known_upto"),
        pl.col("tax_minor").filter(inside).sum().alias("known_tax_inside"),
    )
    joined = frame.select("doc_no").join(sums, on="doc_no", how="left", maintain_order="left")
    return joined.select(pl.col(name).fill_null(0) for name in names)

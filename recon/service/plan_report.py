"""What a person needs to see of a plan: documents by kind, what is held or left out and why, control totals."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from recon.domain.finding import FINDING_CODES
from recon.domain.providers import BOUGHT
from recon.money import plain
from recon.plan.columns import VAT_ONCE
from recon.plan.inputs import Plan
from recon.plan.products import PRODUCT
from recon.service.causes import causes, in_currencies, sums_apart, with_currency, with_purchases
from recon.service.connecting import known_catalog
from recon.service.contacts import contact_lines, creates_suppliers
from recon.service.context import Context
from recon.service.controls import control_view
from recon.service.reading import document_rows
from recon.store.batches import Batch
from recon.summaries.intake import CauseLine, KindLine
from recon.summaries.plans import PlanReport


def report(
    context: Context,
    name: str,
    made: Plan,
    orders: pl.DataFrame,
    *,
    batch: Batch | None,
    digest: str,
    is_new: bool,
    dry_run: bool,
    rows: int | None,
) -> PlanReport:
    """Return what a person needs to see of a plan."""
    documents = made.documents
    held_keys = made.results.filter(_IS_HELD).select("order_key")
    own = made.findings
    held = own.filter(pl.col("severity") == "hold").join(held_keys, on="order_key", how="semi")
    whole = (pl.col("disposition") == "ignored") & (pl.col("reason") != "")
    parts = made.results.filter((pl.col("disposition") != "ignored") & (pl.col("ignored_minor") != 0))
    left_out = parts.with_columns(pl.lit("part-left-out").alias("reason"))
    currency = context.settings.company.currency
    about = orders.select("order_key", "currency")
    names = context.store.files.names()
    ignored = with_currency(pl.concat([made.results.filter(whole), left_out], how="vertical_relaxed"), about, currency)
    held_parts = _held(held, with_currency(made.results, about, currency))
    other = own.filter(pl.col("severity").is_in(["refused", "warning"]))
    shown = documents if rows is None else documents.head(rows)
    return PlanReport(
        connection=name,
        batch=batch.batch_id if batch else None,
        digest=digest,
        documents=documents.height,
        total=plain(int(documents.select(pl.col("total_minor").cast(pl.Int128).sum()).item() or 0)),
        by_kind=kind_lines(documents),
        held=_with_sums(
            causes(held, about, currency, files=names), held_parts, _order_totals(held, orders, currency), currency
        ),
        ignored=_ignored_lines(ignored, currency),
        other=causes(other, about, currency, files=names),
        controls=control_view(made.controls),
        bought=control_view(made.bought) if made.bought else None,
        period=_period(documents),
        is_new=is_new,
        dry_run=dry_run,
        rows=document_rows(context, shown, orders, batch),
        contacts=contact_lines(
            documents,
            known_catalog(context, name),
            is_file=context.outside.capabilities(name, context.settings.connections[name]).is_file,
            new_suppliers=creates_suppliers(context.settings.connections[name]),
        ),
    )


def _period(documents: pl.DataFrame) -> tuple[str, str] | None:
    """Return first and last day of the documents; the day a product was marked is no business day."""
    dated = documents.filter(pl.col("kind") != PRODUCT)["issued_on"]
    return (str(dated.min()), str(dated.max())) if dated.len() else None


def kind_lines(documents: pl.DataFrame) -> tuple[KindLine, ...]:
    """Return count and sums of documents by kind, in the order of the kinds; a payment has no VAT of its own."""
    grouped = (
        documents.with_columns(VAT_ONCE)
        .group_by("kind")
        .agg(pl.len().alias("count"), pl.col("total_minor", "vat_minor").cast(pl.Int128).sum())
        .sort("kind")
    )
    return tuple(
        KindLine(r["kind"], r["count"], plain(r["total_minor"]), plain(r["vat_minor"]))
        for r in grouped.iter_rows(named=True)
    )


def _held(held: pl.DataFrame, results: pl.DataFrame) -> pl.DataFrame:
    """Return per order and cause what is really held; an order may have several causes."""
    amounts = results.filter(_IS_HELD).select("order_key", "held_minor", "currency")
    return held.select("code", "order_key").unique().join(amounts, on="order_key", how="inner")


def _with_sums(
    lines: tuple[CauseLine, ...], held: pl.DataFrame, totals: dict[str, int], currency: str
) -> tuple[CauseLine, ...]:
    sold, bought = sums_apart(held, "code", "held_minor")
    found = [(line, *in_currencies(sold.get(line.code, {}), currency)) for line in lines]
    summed = (
        replace(
            line,
            amount=amount,
            other_currencies=others,
            orders_total="" if (total := plain(totals.get(line.code, 0), currency)) == amount else total,
            purchases="",
        )
        for line, amount, others in found
    )
    return tuple(with_purchases(line, bought, currency) for line in summed)


_IS_HELD = (pl.col("disposition") == "held") | (pl.col("held_minor") != 0)
"""Held orders; one whose payment waits has nothing that the books' sums wait for, and is held all the same."""


def _order_totals(held: pl.DataFrame, orders: pl.DataFrame, currency: str) -> dict[str, int]:
    """Return what the buyers of the orders held for each cause pay, in the books' currency."""
    sold = ~pl.col("record_kind").is_in(BOUGHT)
    mine = orders.filter(sold, pl.col("currency") == currency).select("order_key", "total_minor")
    concerned = held.select("code", "order_key").unique().join(mine, on="order_key", how="inner")
    summed = concerned.group_by("code").agg(pl.col("total_minor").cast(pl.Int128).sum())
    return {code: int(total) for code, total in summed.iter_rows()}


def _ignored_lines(ignored: pl.DataFrame, currency: str) -> tuple[CauseLine, ...]:
    """Return what is left out by reason. ``ignored``: ORDER_RESULTS with currency."""
    grouped = ignored.group_by("reason").len("count").sort("count", "reason", descending=[True, False])
    sold, bought = sums_apart(ignored, "reason", "ignored_minor")
    lines = []
    for row in grouped.iter_rows(named=True):
        known = FINDING_CODES.get(row["reason"])
        amount, others = in_currencies(sold.get(row["reason"], {}), currency)
        line = CauseLine(
            row["reason"],
            "note",
            known.title if known else row["reason"],
            row["count"],
            row["count"],
            amount,
            known.remedy if known else "",
            other_currencies=others,
        )
        lines.append(with_purchases(line, bought, currency))
    return tuple(lines)

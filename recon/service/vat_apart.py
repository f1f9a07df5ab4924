"""What is of a month and not in its VAT figures: held, left out, planned, approved, entered by hand, or not due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from recon.domain.document import PAYMENT_KINDS, PURCHASE_KINDS
from recon.domain.providers import BOUGHT
from recon.frames.parquet import read_frame
from recon.plan.columns import BOOKS_EFFECT
from recon.proof.vat_month import POSTED_STATES, Month, VatLists
from recon.service.context import Context
from recon.service.kept_plans import batch_folder, latest_plan, latest_plan_folder
from recon.summaries.vat import VatApart

APART: Final = pl.Schema({
    "what": pl.String(),                # held, left out, planned, approved, not due or unknown contents
    "reason": pl.String(),              # finding code, state of the upload, ...
    "day": pl.Date(),
    "number": pl.String(),              # of the document, or of the order
    "kind": pl.String(),                # of the document; order
    "sold_minor": pl.Int64(),           # what it would add to sales; null: a purchase
    "bought_minor": pl.Int64(),         # what it would add to purchases; null: a sale
    "connection": pl.String(),
})  # fmt: skip
"""What is of the month and not in the figures, one row each."""
_NO_VAT: Final = [kind for kind in PAYMENT_KINDS if kind != "payment"]
"""Kinds that move money only and never make VAT due."""


def rows_apart(
    context: Context, names: Sequence[str], filed: pl.DataFrame, lists: VatLists, month: Month
) -> pl.DataFrame:
    """Return what is of the month and not in the figures."""
    parts = [part.select(pl.col(name).cast(dtype) for name, dtype in APART.items()) for part in (
        lists.not_due.select(
            pl.lit("not due").alias("what"), pl.lit("invoice is no tax invoice and not paid").alias("reason"), pl.col("issued_on").alias("day"),
            "number", "kind", pl.col("total_minor").alias("sold_minor"), _none("bought_minor"), "connection",
        ),
        lists.unknown.select(
            pl.lit("unknown contents").alias("what"), pl.lit("its plan is gone from .recon/frames").alias("reason"), pl.col("issued_on").alias("day"),
            "number", "kind", *_effect(), "connection",
        ),
        filed.filter(~pl.col("state").is_in(POSTED_STATES), ~pl.col("kind").is_in(_NO_VAT), _during("issued_on", month)).select(
            pl.lit("approved").alias("what"), pl.col("state").alias("reason"), pl.col("issued_on").alias("day"), "number", "kind", *_effect(), "connection",
        ),
        *(part for name in names for part in _of_plan(context, name, month)),
        *(_by_hand(context, name, month) for name in names),
    )]  # fmt: skip
    return pl.concat(parts).sort("what", "day", "number", nulls_last=True, maintain_order=True)


def _effect() -> tuple[pl.Expr, pl.Expr]:
    """Return what a document adds to sales, or to purchases: two figures that nobody adds up."""
    bought = pl.col("kind").cast(pl.String).is_in(PURCHASE_KINDS)
    return _in_its_block(bought, BOOKS_EFFECT)


def _in_its_block(bought: pl.Expr, amount: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    return pl.when(~bought).then(amount).alias("sold_minor"), pl.when(bought).then(amount).alias("bought_minor")


def _none(name: str) -> pl.Expr:
    return pl.lit(None, dtype=pl.Int64).alias(name)


def _during(column: str, month: Month) -> pl.Expr:
    return pl.col(column).is_between(month.first, month.last)


def _of_plan(context: Context, name: str, month: Month) -> Iterator[pl.DataFrame]:
    """Yield the documents of a draft, and orders that are held or left out, of the month."""
    drafts = [batch for batch in context.store.batches.all(name) if batch.state == "draft"]
    if drafts:
        documents = read_frame(batch_folder(context, drafts[-1]), "documents")
        some = documents.filter(
            _during("issued_on", month),
            ~pl.col("kind").cast(pl.String).is_in(["product", *PAYMENT_KINDS]),
        )
        yield some.select(
            pl.lit("planned").alias("what"), pl.lit(drafts[-1].batch_id).alias("reason"), pl.col("issued_on").alias("day"),
            pl.coalesce("number", "order_number").alias("number"), "kind", *_effect(), pl.lit(name).alias("connection"),
        )  # fmt: skip
    if latest_plan_folder(context, name) is None:
        return
    orders = latest_plan(context, name, "orders").filter(pl.col("currency") == context.settings.company.currency)
    day = pl.coalesce("paid_on", "ordered_on").alias("day")
    places = orders.select("order_key", "order_number", "record_kind", day)
    results = (
        latest_plan(context, name, "results").join(places, on="order_key", how="inner").filter(_during("day", month))
    )
    bought = pl.col("record_kind").cast(pl.String).is_in(BOUGHT)
    # Of an order that has its documents, the reason says which; what stays off them has a name of its own.
    stands = pl.col("disposition").cast(pl.String).is_in(["documents", "posted"])
    part = pl.when(stands).then(pl.lit("part-left-out")).otherwise("reason").alias("reason")
    for what, column in (("held", "held_minor"), ("left out", "ignored_minor")):
        yield results.filter(pl.col(column) != 0).select(
            pl.lit(what).alias("what"), part if what == "left out" else "reason", "day", pl.col("order_number").alias("number"), pl.lit("order").alias("kind"),
            *_in_its_block(bought, pl.col(column)), pl.lit(name).alias("connection"),
        )  # fmt: skip


def _by_hand(context: Context, name: str, month: Month) -> pl.DataFrame:
    """Return what persons said they entered by hand for orders: its day and its VAT are not known here."""
    said = [change for change in context.store.mappings.dated(name, "decision") if isinstance(change.value, dict)]
    rows = [
        {"what": "by hand", "reason": "amount and day are not known here", "number": change.value.get("number"), "kind": "order",
         "sold_minor": 0, "bought_minor": None, "connection": name, "key": change.key, "decided": change.at[:10]}
        for change in said if isinstance(change.value, dict) and change.value.get("decision") == "by-hand"
    ]  # fmt: skip
    if not rows or latest_plan_folder(context, name) is None:
        return pl.DataFrame(schema=APART)
    orders = latest_plan(context, name, "orders").select(
        pl.col("order_key").alias("key"), pl.coalesce("paid_on", "ordered_on").alias("day")
    )
    found = (
        pl.DataFrame(rows).join(orders, on="key", how="left").with_columns(pl.col("decided").str.to_date("%Y-%m-%d"))
    )
    return found.filter(_during("day", month) | _during("decided", month)).select(APART.names()).cast(APART)


def summed(rows: pl.DataFrame) -> tuple[VatApart, ...]:
    """Return how many rows there are of each cause, and their sums: sales and purchases apart."""
    grouped = rows.group_by("what", "reason", maintain_order=True).agg(
        figure for name in ("sold_minor", "bought_minor") for figure in (
            pl.col(name).count().alias(f"{name}_count"), pl.col(name).cast(pl.Int128).sum().alias(name),
        )
    )  # fmt: skip
    return tuple(
        VatApart(what=what, reason=reason, sold_count=sold, sold_minor=int(sold_minor), bought_count=bought, bought_minor=int(bought_minor))
        for what, reason, sold, sold_minor, bought, bought_minor in grouped.iter_rows()
    )  # fmt: skip

"""Completeness of a connection: the orders of its newest plan, by day and channel, against what stands in the ledger now."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import polars as pl

from recon.domain.finding import FINDING_CODES
from recon.domain.providers import source_facts
from recon.frames.parquet import scan_frame
from recon.money import plain
from recon.proof.completeness import BLOCKS, causes_of, completeness, is_whole, where_orders_went
from recon.proof.days import period
from recon.service.context import Context
from recon.service.gap_words import known_gaps
from recon.service.kept_plans import latest_plan_folder
from recon.service.ledger_reading import readings, said_by_order
from recon.service.part_frames import single_documents
from recon.store.batches import Batch
from recon.store.moments import stamp
from recon.summaries.proof import CompletenessBlock, CompletenessCause, CompletenessLine, CompletenessReport

LINES: Final = 20
"""Days and channels with a difference that are shown unless days are asked for."""
_ORDERS: Final = ("order_no", "order_key", "record_kind", "ordered_on", "sales_channel", "currency")
_RESULTS: Final = (
    "order_no", "disposition", "reason", "truth_minor", "posted_minor", "held_minor", "ignored_minor",
)  # fmt: skip
_DOCUMENTS: Final = ("document_key", "order_key", "kind", "total_minor", "issued_on")
_SUMS: Final = ("truth", "ledger", "waiting", "planned", "held", "ignored", "difference", "unlike")
_COUNTS: Final = ("order", "ledger", "waiting", "planned", "held", "ignored", "redated", "read", "unlike")


def orders_gone(context: Context, name: str, folder: Path, *, upto: Batch | None = None) -> pl.DataFrame:
    """Return one row per order of a plan: where it went, see `where_orders_went`.

    ``upto``: the batch the plan was made for; what was approved after it is left out, as the plan could not know it.
    """
    orders, results = (
        scan_frame(folder, part).select(columns).collect()
        for part, columns in (("orders", _ORDERS), ("results", _RESULTS))
    )
    documents = single_documents(folder, _DOCUMENTS)
    holding = (pl.col("severity").cast(pl.String) == "hold") & pl.col("order_key").is_not_null()
    holds = scan_frame(folder, "findings").filter(holding).select("order_key", "code").collect()
    verified = context.store.catalog.verified(name)
    sent = context.store.posted_orders_frame(verified.company_id if verified else "")
    if upto is not None and upto.last_row is not None:
        known = [
            b.batch_id for b in context.store.batches.all() if b.last_row is not None and b.last_row <= upto.last_row
        ]
        sent = sent.filter(pl.col("batch_id").is_in(known))
    decided = context.store.mappings.current(name, "decision")
    by_hand = [key for key, word in decided.items() if isinstance(word, dict) and word.get("decision") == "by-hand"]
    return where_orders_went(
        orders,
        results,
        documents,
        sent,
        by_hand=pl.Series(by_hand, dtype=pl.String),
        said=said_by_order(readings(context, name), sent),
        holds=holds,
    )


def reports(
    context: Context, connection: str | None, days: int | None, *, every_day: bool = False
) -> tuple[CompletenessReport, ...]:
    """Return completeness of one connection or of all that have a plan.

    Args:
        context: The open workspace.
        connection: Its name; None: all.
        days: The newest days of the period, all their channels; None: only where source and ledger differ.
        every_day: All days.
    """
    names = [context.connection(connection)[0]] if connection else list(context.settings.connections)
    found = []
    for name in names:
        folder = latest_plan_folder(context, name)
        if folder is not None:
            found.append(_report(context, name, folder, days, every_day=every_day))
    return tuple(found)


def _report(context: Context, name: str, folder: Path, days: int | None, *, every_day: bool) -> CompletenessReport:
    went = orders_gone(context, name, folder)
    rows = completeness(went, since=context.settings.connections[name].start_date)
    causes = causes_of(went)
    own = context.settings.company.currency
    blocks = []
    for block in BLOCKS:
        of_block = rows.filter(pl.col("block") == block)
        currencies = of_block["currency"].drop_nulls().unique().sort().to_list()
        for place, currency in enumerate(sorted(currencies, key=lambda code: code != own)):
            here = pl.col("currency") == currency
            mine = of_block.filter(here | (pl.col("currency").is_null() if place == 0 else pl.lit(value=False)))
            why = causes.filter(pl.col("block") == block, here)
            blocks.append(_block(block, str(currency), mine, why, days, every_day=every_day))
    looks, tills = readings(context, name), source_facts(context.settings.connections[name].source).is_till
    numbered = scan_frame(folder, "orders").select("order_number", "ordered_on")
    return CompletenessReport(
        connection=name,
        verdict="; ".join(verdict(block, tills=tills) for block in blocks)
        or f"no {'settlements' if tills else 'orders'}",
        read_at=stamp(looks[-1].read_at) if looks else None,
        blocks=tuple(blocks),
        known_gaps=known_gaps(context, name, numbered),
    )


def _block(
    block: str, currency: str, rows: pl.DataFrame, causes: pl.DataFrame, days: int | None, *, every_day: bool
) -> CompletenessBlock:
    differing = rows.filter(pl.col("order_count") > 0, ~is_whole())
    newest = rows["day"].drop_nulls().unique().sort()
    if every_day:
        chosen = rows
    elif days is not None:
        chosen = rows.filter(pl.col("day").is_in(newest.tail(days).implode()))
    else:
        chosen = differing.tail(LINES)
    shown = chosen.filter(pl.col("order_count") > 0, ~is_whole()).height
    return CompletenessBlock(
        block=block,
        currency=currency,
        first_day=str(newest.min() or ""),
        last_day=str(newest.max() or ""),
        total=_line(_total(rows), currency),
        lines=tuple(_line(row, currency) for row in chosen.iter_rows(named=True)),
        more=differing.height - shown,
        empty_days=tuple(str(day) for day in rows.filter(pl.col("order_count") == 0)["day"]),
        causes=_causes(causes, currency),
    )


def _total(rows: pl.DataFrame) -> dict[str, Any]:
    """Return a row over all days and channels."""
    sums = rows.select(
        *(pl.col(f"{name}_count").sum() for name in _COUNTS),
        *(pl.col(f"{name}_minor").cast(pl.Int128).sum() for name in _SUMS),
    )
    return {"day": None, "sales_channel": None, **sums.head(1).row(0, named=True)}


def _line(row: dict[str, Any], currency: str) -> CompletenessLine:
    counts = {name: int(row[f"{name}_count"] or 0) for name in _COUNTS}
    sums = {name: plain(int(row[f"{name}_minor"] or 0), currency) for name in _SUMS}
    return CompletenessLine(
        day=str(row["day"] or ""),
        sales_channel=row["sales_channel"],
        currency=currency,
        orders=counts["order"],
        in_ledger=counts["ledger"],
        waiting=counts["waiting"],
        planned=counts["planned"],
        held=counts["held"],
        ignored=counts["ignored"],
        source=sums["truth"],
        ledger=sums["ledger"],
        ledger_waiting=sums["waiting"],
        ledger_planned=sums["planned"],
        ledger_held=sums["held"],
        ledger_ignored=sums["ignored"],
        difference=sums["difference"],
        other_day=counts["redated"],
        read=counts["read"],
        unlike=counts["unlike"],
        ledger_unlike=sums["unlike"],
    )


def _causes(causes: pl.DataFrame, currency: str) -> tuple[CompletenessCause, ...]:
    grouped = (
        causes.group_by("went_to", "reason")
        .agg(pl.col("order_count").sum(), pl.col("amount_minor").cast(pl.Int128).sum())
        .sort("went_to", "order_count", "reason", descending=[False, True, False])
    )
    return tuple(
        CompletenessCause(
            went_to,
            code,
            FINDING_CODES[code].title if code in FINDING_CODES else code,
            count,
            plain(int(amount), currency),
        )
        for went_to, code, count, amount in grouped.iter_rows()
    )


def verdict(block: CompletenessBlock, *, tills: bool = False) -> str:
    """Return one sentence: how many orders, where they are, and whether every satang is accounted for.

    ``tills``: they are settlements, and invoices of sales on account.
    """
    total = block.total
    parts = [
        (total.in_ledger, "in the ledger"),
        (total.waiting, "approved and not sent"),
        (total.planned, "planned"),
        (total.held, "held"),
        (total.ignored, "not posted"),
    ]
    counted = ", ".join(f"{count:,} {words}" for count, words in parts if count)
    unit = "satang" if block.currency == "THB" else "last digit"
    complete = total.difference == plain(0, block.currency)
    whole = f"complete to the {unit}" if complete else f"{total.difference} {block.currency} unexplained"
    if total.unlike:
        whole = f"the ledger lists {total.unlike:,} of them with another sum ({total.ledger_unlike} {block.currency}); {whole}"
    noun = "record" if block.block != "sales" else "settlement" if tills else "order"
    empty = f"; no {noun}s on {_many(len(block.empty_days), 'day')}" if block.empty_days else ""
    name = f"{block.block} in {block.currency}, {period(block.first_day, block.last_day)}"
    records = f"{total.orders:,} settlements and invoices" if noun == "settlement" else _many(total.orders, noun)
    return f"{name}: {records}, {counted}; {whole}{empty}"


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def workbook_frames(context: Context, name: str, folder: Path, batch: Batch) -> dict[str, pl.DataFrame]:
    """Return the frames of the sheet Completeness for a batch: its table and the causes."""
    went = orders_gone(context, name, folder, upto=batch)
    rows = completeness(went, since=context.settings.connections[name].start_date)
    return {"completeness": rows, "completeness_causes": causes_of(went)}

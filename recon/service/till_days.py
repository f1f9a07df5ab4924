"""Which days of tills have their settlement, and what the law wants of them: gathered from files, counts, approvals and words."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from recon.config.connection import Connection
from recon.frames.schemas import ORDER_RESULTS
from recon.money import plain
from recon.proof.till_days import SETTLED, missing, registers, still_open, terms
from recon.service.context import Context
from recon.service.gap_words import known_words
from recon.service.numbering_proof import order_proof
from recon.service.returned import planned_frames
from recon.service.till_counts import count_rows
from recon.summaries.till_days import MissingZ, OpenDay, RegisterDays, TermLine, TillDays

OPEN_CODES: Final = ("till-not-closed", "day-not-closed")
"""Findings of sources about sales without a Z report of their day."""


def till_days(context: Context, name: str, rules: Connection) -> TillDays:
    """Return the days of a connection's tills; nothing in it where no settlement was taken in."""
    frames = planned_frames(context, name, rules)
    if frames is None or "settlement" not in rules.record_kinds:
        return TillDays(connection=name)
    counted = count_rows(context, name, rules, frames)
    settled = counted.select(
        pl.col("key").alias("order_key"),
        "number",
        "place",
        "day",
        "amount_minor",
        (pl.col("state") == "sent").alias("is_sent"),
        (pl.col("state") != "waiting").alias("is_counted"),
    ).cast(SETTLED)
    if not settled.height:
        return TillDays(connection=name)
    currency = context.settings.company.currency
    today = context.clock.now().astimezone(ZoneInfo(context.settings.company.timezone)).date()
    months = rules.till.bookkeeping_months
    return TillDays(
        connection=name,
        registers=tuple(_register(row) for row in registers(settled).iter_rows(named=True)),
        missing=_missing(context, name, rules, frames.orders, settled),
        open_days=_open_days(frames.findings, settled),
        terms=tuple(
            TermLine(
                first_day=str(row["first_day"]), last_day=str(row["last_day"]), settlements=row["settlements"],
                amount=plain(row["amount_minor"], currency), oldest_day=str(row["oldest_day"]), is_over=row["is_over"],
            )
            for row in terms(settled, today, months).iter_rows(named=True)
        ),
    )  # fmt: skip


def _register(row: dict[str, object]) -> RegisterDays:
    days = {name: str(row[name]) for name in ("first_day", "last_day")}
    return RegisterDays(**{**row, **days})  # type: ignore[arg-type]  # the columns are the record's fields


def _missing(
    context: Context, name: str, rules: Connection, orders: pl.DataFrame, settled: pl.DataFrame
) -> tuple[MissingZ, ...]:
    words = known_words(context, name)
    own = orders.filter(pl.col("record_kind") == "settlement")
    proof = order_proof(context, name, rules, own, pl.DataFrame(schema=ORDER_RESULTS), words=words)
    if proof is None:
        return ()
    said = {word.known: word for word in words}
    told = proof.ranges.filter(pl.col("why").is_null() | pl.col("why").is_in(list(said)))
    return tuple(
        MissingZ(
            register=row["register"],
            number=row["first"] if row["first"] == row["last"] else f"{row['first']}..{row['last']}",
            count=row["count"], after=str(row["after"] or ""), before=str(row["before"] or ""), known=row["why"] or "",
        )
        for row in missing(settled, told).iter_rows(named=True)
    )  # fmt: skip


def _open_days(findings: pl.DataFrame, settled: pl.DataFrame) -> tuple[OpenDay, ...]:
    about = findings.filter(pl.col("code").is_in(OPEN_CODES)).with_columns(pl.col("code").cast(pl.String))
    behind = still_open(about.filter(pl.col("code") == OPEN_CODES[0]), settled)
    own = settled.filter(~pl.col("is_sent")).select("order_key")
    inside = about.filter(pl.col("code") == OPEN_CODES[1]).join(own, on="order_key", how="semi", maintain_order="left")
    numbers = dict(settled.select("order_key", "number").iter_rows())
    return tuple(
        OpenDay(code=code, number=numbers.get(key, ""), text=text or "")
        for code, key, text in pl.concat([behind, inside]).select("code", "order_key", "detail").iter_rows()
    )

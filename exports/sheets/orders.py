"""Sheets of orders: where the money of each one went, and those held with cause and remedy."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import PART_LEFT_OUT, PROVENANCE, STATE_TONES, TITLES, Prepared, remedy_of, title_of, words

_KEY: Final = "orders"
_ORDERS: Final = (
    Column("order_number", "Order", width=18),
    Column("ordered_on", "Ordered on", "date", 12),
    Column("customer_name", "Customer", width=22),
    Column("payment_state", "Payment state", width=13, ours="words"),
    Column("currency", "Currency", width=9),
    Column("total_minor", "Order total", "money", 15, total=True),
    Column("truth_minor", "Truth", "money", 15, total=True),
    Column("posted_minor", "Posted before", "money", 15, total=True),
    Column("planned_minor", "Planned now", "money", 15, total=True),
    Column("held_minor", "Held", "money", 15, total=True),
    Column("ignored_minor", "Ignored", "money", 15, total=True),
    Column("disposition", "Went to", width=12, tones=STATE_TONES, ours="words"),
    Column("reason", "Reason", width=24),
    *PROVENANCE,
    Column("reason_title", "Reason in words", width=46, ours="words"),
    Column("held_cause", "Held because", width=22),
    Column("ignored_cause", "Left out because", width=22),
    Column("record_kind", "Record", width=12, ours="words"),
    Column("order_state", "Order state", width=13, ours="words"),
    Column("state_text", "In the source's words", width=22),
    Column("sales_channel", "Sales channel", width=16),
    Column("payment_channel", "Payment channel", width=20, ours="channels"),
    Column("order_key", "Order key", width=30),
    Column("file_name", "Source file", width=28),
)
_STAFF: Final = Column("staff", "Sold by", width=20)
_ORDERS_PRINTED: Final = 15

_HELD: Final = (
    Column("order_number", "Order", width=18),
    Column("ordered_on", "Ordered on", "date", 12),
    Column("currency", "Currency", width=9),
    Column("held_minor", "Held", "money", 15, total=True),
    Column("cause_title", "What is the matter", width=58, ours="words"),
    Column("remedy", "What to do", width=80, ours="words"),
    *PROVENANCE,
    Column("held_cause", "Cause", width=22),
    Column("detail", "Figures", width=46, ours="sentences"),
    Column("value", "Value", width=20),
    Column("customer_name", "Customer", width=24),
    Column("sales_channel", "Sales channel", width=16),
    Column("payment_channel", "Payment channel", width=20, ours="channels"),
    Column("record_kind", "Record", width=12, ours="words"),
    Column("order_key", "Order key", width=30),
    Column("file_name", "Source file", width=28),
)
_HELD_PRINTED: Final = 8


def results_of(prepared: Prepared) -> pl.DataFrame:
    """Return one row per order: its facts and where its money went."""
    frames = prepared.frames
    results = frames.results.drop("order_key")
    holds = frames.findings.filter(pl.col("severity").cast(pl.String) == "hold", pl.col("order_key").is_not_null())
    first_hold = holds.unique("order_key", keep="first", maintain_order=True).select(
        "order_key", pl.col("code").alias("_hold")
    )
    part = pl.coalesce("_hold", "reason")  # the reason of an order whose other part goes out is that of the documents
    joined = frames.orders.join(results, on="order_no", how="left", validate="1:1", maintain_order="left")
    return (
        joined.join(first_hold, on="order_key", how="left", maintain_order="left")
        .with_columns(
            pl.col("truth_minor", "posted_minor", "planned_minor", "held_minor", "ignored_minor").fill_null(0),
            title_of("reason").alias("reason_title"),
            *(words(column) for column in ("disposition", "record_kind", "order_state", "payment_state")),
            prepared.file_name(),
        )
        .with_columns(
            pl.when((pl.col("disposition") == "held") & pl.col("reason").is_in(list(TITLES)))
            .then("reason")
            .when((pl.col("disposition") == "held") | (pl.col("held_minor") != 0))
            .then(part)
            .alias("held_cause"),
            pl.when(pl.col("disposition") == "ignored")
            .then("reason")
            .when(pl.col("ignored_minor") != 0)
            .then(pl.lit(PART_LEFT_OUT))
            .alias("ignored_cause"),
        )
    )


def orders_table(prepared: Prepared) -> Table:
    """Every order: truth = posted + planned + held + ignored; who sold it where any of them says so."""
    frame = results_of(prepared)
    says_staff = "staff" in frame.columns and frame["staff"].null_count() < frame.height
    return prepared.table(
        _KEY,
        "Orders",
        "Every order of the files. For each one: truth = posted before + planned now + held + ignored.",
        prepared.apart(_with_staff(_ORDERS) if says_staff else _ORDERS),
        frame,
        currency_column="currency",
        printed=_ORDERS_PRINTED,
    )


def as_sealed(table: Table, sealed: pl.DataFrame) -> Table:
    """Return a table of a workbook that is read back with the seller's column, where the seal says that it has one."""
    named = (pl.col("sheet") == table.title) & (pl.col("column") == _STAFF.heading)
    if table.key != _KEY or sealed.filter(named).is_empty():
        return table
    frame = table.frame.with_columns(pl.lit(None, dtype=pl.String).alias(_STAFF.name))
    return replace(table, columns=_with_staff(table.columns), frame=frame)


def _with_staff(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns with the name of the seller behind the sales channel."""
    at = next(place for place, column in enumerate(columns, 1) if column.name == "sales_channel")
    return (*columns[:at], _STAFF, *columns[at:])


def held_table(prepared: Prepared) -> Table:
    """Orders that wait for a person, with the first finding that holds each."""
    held = results_of(prepared).filter(pl.col("held_cause").is_not_null())
    first = (
        prepared.frames.findings.filter(pl.col("order_key").is_not_null())
        .unique(["order_key", "code"], keep="first", maintain_order=True)
        .select("order_key", pl.col("code").alias("held_cause"), "detail", "value")
    )
    frame = held.join(first, on=["order_key", "held_cause"], how="left", maintain_order="left").with_columns(
        title_of("held_cause").alias("cause_title"), remedy_of("held_cause").alias("remedy")
    )
    return prepared.table(
        "held",
        "Held orders",
        "Orders that wait for a person, whole or in part: why, how much, and what to do. What is held is in no document of this batch.",
        prepared.apart(_HELD),
        frame,
        currency_column="currency",
        tab="work",
        printed=_HELD_PRINTED,
    )

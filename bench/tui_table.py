"""Figures of the virtual table: a million rows shown, scrolled, filtered, sorted, marked. ``python -m bench.tui_table [rows]``.

Measured inside the process, from the call to the first refresh after it, on a screen of 120 x 40; the frame is in memory. What a
real terminal adds is measured elsewhere.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from collections.abc import Callable

import polars as pl
from textual.app import App, ComposeResult

from tui.widgets.columns import Column
from tui.widgets.table import VirtualTable

ROUNDS = 30
CUSTOMERS = ("สมชาย ใจดี", "บริษัท น้ำใส จำกัด (มหาชน)", "ร้านทำเองที่บ้าน", "ปัญญา กำแพงทอง", "Bjørn Åse AS", "株式会社東京")


def baht(minor: int) -> str:
    return f"{minor // 100:,}.{minor % 100:02}"


COLUMNS = (
    Column("document", "Document", priority=0),
    Column("date", "Date", drop_below=90),
    Column("customer", "Customer", grow=True, priority=3),
    Column("gross", "Gross THB", amount=True, render=baht, priority=0),
    Column("status", "Status", tone=lambda word: word),
)


def documents(rows: int) -> pl.DataFrame:
    """Return an invented review table; customers differ by their number, so that no sort profits from repetition."""
    number = pl.int_range(rows, eager=True).alias("number")
    names = pl.Series(CUSTOMERS).gather(number % len(CUSTOMERS)).alias("name")
    return pl.DataFrame([number, names]).select(
        document="TIV-6801-" + pl.col("number").cast(pl.String),
        date=pl.lit("2025-01-31"),
        customer=pl.col("name") + " " + (pl.col("number") * 7919 % rows).cast(pl.String),
        gross=pl.col("number") * 7919 % 100_000_000,
        status=pl.when(pl.col("number") % 5 == 0).then(pl.lit("check")).otherwise(pl.lit("ready")),
    )


class Bench(App[None]):
    """One table."""

    def compose(self) -> ComposeResult:
        yield VirtualTable(COLUMNS, key="document")


async def timed(app: App[None], what: Callable[[], object]) -> float:
    """Return milliseconds from the call until the screen was refreshed."""
    drawn = asyncio.Event()
    begin = time.perf_counter()
    what()
    await app.workers.wait_for_complete()
    app.screen.call_after_refresh(drawn.set)
    await drawn.wait()
    return 1000 * (time.perf_counter() - begin)


async def measure(rows: int) -> None:
    """Print the figures."""
    frame = documents(rows)
    odd = (frame["gross"] % 2 == 1).arg_true()
    app = Bench()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        table = app.query_one(VirtualTable)
        say("shown", await timed(app, lambda: table.set_rows(frame)))
        for name, step in (
            ("cursor down", lambda: table.action_cursor(1)),
            ("page down", lambda: table.action_page(1)),
        ):
            times = sorted([await timed(app, step) for _round in range(ROUNDS)])
            say(name, times[ROUNDS // 2], f"worst of {ROUNDS}: {times[-1]:.1f}")
        say("to the end", await timed(app, table.action_last))
        say("filter to half", await timed(app, lambda: table.set_rows(frame, odd)))
        say("filter off", await timed(app, lambda: table.set_rows(frame)))
        say("mark all", await timed(app, table.mark_all_shown))
        say("mark like this", await timed(app, lambda: table.mark_like("status")))
        say("unmark one of all", await timed(app, table.action_mark))
        say("sum of the marked", await timed(app, lambda: table.marked_sum("gross")))
        say("sort by amount", await timed(app, lambda: table.sort_by("gross")))
        say("filter to half, sorted", await timed(app, lambda: table.set_rows(frame, odd)))
        say("sort by number", await timed(app, lambda: table.sort_by("document")))
        say("sort by Thai text", await timed(app, lambda: table.sort_by("customer")))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"{'peak memory':<24}{peak:>10} MiB\n")


def say(what: str, milliseconds: float, note: str = "") -> None:
    sys.stdout.write(f"{what:<24}{milliseconds:>10.1f} ms   {note}\n")


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))

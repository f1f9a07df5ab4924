"""One table in an app of its own, invented documents, and a list of what the table said."""

from __future__ import annotations

from typing import Any

import polars as pl
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tui.widgets.columns import Column
from tui.widgets.table import VirtualTable
from tui.widgets.table_messages import TableMessage

CUSTOMERS = ("สมชาย ใจดี", "บริษัท น้ำใส จำกัด (มหาชน)", "ร้านทำเองที่บ้าน", "Bjørn Åse AS")
STATES = ("check", "ready", "ready", "blocked")
SIGNS = {"check": "? check", "ready": "+ ready", "blocked": "! blocked"}
TONES = {"check": "check", "ready": "ready", "blocked": "bad"}

HOSTILE = (
    "[/x] 100[b]",
    "[@click=app.quit]x[/]",
    "\x1b[31mred\x1b]0;title\x07",
    "\x9b2J\x00\r\n\t",
    "a\u202eevil\u2066b",
    "株式会社東京営業部第二課",
    "บริษัทน้ำใสใจจริงการค้าและบริการขนส่งระหว่างประเทศจำกัดมหาชนสาขาที่หนึ่ง",
    "👨\u200d👩\u200d👧 ❤\ufe0f 🇹🇭 👍🏽",
    "\u0e48\u0e48\u0e33",
    "",
    "ก" + "\u0e48" * 500,
    "x" * 100_000,
)
"""Texts as an enemy, or a careless shop, would write them."""


def baht(minor: int) -> str:
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100:,}.{abs(minor) % 100:02}"


COLUMNS = (
    Column("document", "Document", priority=0),
    Column("date", "Date", drop_below=90, priority=5),
    Column("customer", "Customer", grow=True, drop_below=70, priority=4),
    Column("gross", "Gross THB", amount=True, render=baht, priority=0),
    Column("status", "Status", render=lambda word: SIGNS[word], tone=lambda word: TONES[word], priority=1),
)


def number(row: int) -> str:
    return f"TIV-6801-{row:04}"


def documents(count: int = 40) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "document": [number(row) for row in range(count)],
            "date": ["2025-01-31"] * count,
            "customer": [CUSTOMERS[row % 4] for row in range(count)],
            "gross": [(row * 7919) % 100_000 - 9_950 for row in range(count)],
            "status": [STATES[row % 4] for row in range(count)],
        },
        schema={
            "document": pl.String,
            "date": pl.String,
            "customer": pl.String,
            "gross": pl.Int64,
            "status": pl.String,
        },
    )


class TableApp(App[None]):
    """A table over a frame."""

    def __init__(self, frame: pl.DataFrame, **options: Any) -> None:
        super().__init__()
        self.frame, self.options, self.said = frame, options, list[TableMessage]()

    def compose(self) -> ComposeResult:
        yield VirtualTable(self.options.pop("columns", COLUMNS), key="document", **self.options)

    def on_mount(self) -> None:
        self.table.set_rows(self.frame)

    @property
    def table(self) -> VirtualTable:
        return self.query_one(VirtualTable)

    def all_of(self, kind: type[TableMessage]) -> list[Any]:
        return [message for message in self.said if isinstance(message, kind)]

    def last(self, kind: type[TableMessage]) -> Any:
        return self.all_of(kind)[-1]

    def on_virtual_table_cursor_moved(self, message: VirtualTable.CursorMoved) -> None:
        self.said.append(message)

    def on_virtual_table_marks_changed(self, message: VirtualTable.MarksChanged) -> None:
        self.said.append(message)

    def on_virtual_table_opened(self, message: VirtualTable.Opened) -> None:
        self.said.append(message)

    def on_virtual_table_sort_requested(self, message: VirtualTable.SortRequested) -> None:
        self.said.append(message)


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until a sort beside the screen is shown."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()

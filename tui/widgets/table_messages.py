"""What a table tells its screen: each message names the table and the key of the row."""

from __future__ import annotations

from typing import Any

from textual.message import Message
from textual.widget import Widget


class TableMessage(Message):
    """Something that happened in one table."""

    def __init__(self, table: Widget) -> None:
        self.table = table
        super().__init__()

    @property
    def control(self) -> Widget:
        """The table, for `@on(..., "#id")`."""
        return self.table


class CursorMoved(TableMessage, namespace="virtual_table"):
    """The cursor is on another row, or the row under it changed; ``key`` is none in an empty table."""

    def __init__(self, table: Widget, key: Any, position: int) -> None:  # noqa: ANN401 - text here, a number there
        self.key = key
        self.position = position
        super().__init__(table)


class MarksChanged(TableMessage, namespace="virtual_table"):
    """Other rows are marked, or marked rows went in or out of view."""

    def __init__(self, table: Widget, count: int, hidden: int) -> None:
        self.count = count
        self.hidden = hidden
        super().__init__(table)


class Opened(TableMessage, namespace="virtual_table"):
    """Enter or a double click on a row."""

    def __init__(self, table: Widget, key: Any) -> None:  # noqa: ANN401
        self.key = key
        super().__init__(table)


class SortRequested(TableMessage, namespace="virtual_table"):
    """A person wants this order; a table that sorts itself is already at it."""

    def __init__(self, table: Widget, column: str, *, descending: bool) -> None:
        self.column = column
        self.descending = descending
        super().__init__(table)

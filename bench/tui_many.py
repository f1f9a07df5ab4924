"""The review screen over many rows, for a terminal: ``python -m bench.tui_many 1000000 WORKSPACE``.

The rows of a real plan over and over, each with a key and a number of its own; everything else is the program as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from recon.review.table import ReviewTable
from recon.service import ReconService
from tui.app import ReconApp
from tui.garbage import collect_garbage_soon
from tui.preferences import Preferences
from tui.session import Session

Answer = TypeVar("Answer")


def repeated(table: ReviewTable, rows: int) -> ReviewTable:
    """Return the table with so many rows."""
    rounds = -(-rows // max(table.height, 1))
    frame = pl.concat([table.frame] * rounds).head(rows)
    at = pl.int_range(pl.len(), dtype=pl.UInt32)
    turn = (at // table.height).cast(pl.String)
    frame = frame.with_columns(at.alias("row_id"), pl.col("key") + "~" + turn, pl.col("number") + "-" + turn)
    return replace(table, frame=frame.rechunk())


class ManyRows:
    """The service, with more rows than it has."""

    def __init__(self, service: ReconService, rows: int) -> None:
        self._service, self._rows = service, rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)

    def review(self, connection: str | None) -> ReviewTable:
        """Return the long table."""
        return repeated(self._service.review(connection), self._rows)

    def detail(self, connection: str | None, key: str, **options: Any) -> Any:
        """Return the document the row was made from."""
        return replace(self._service.detail(connection, key.partition("~")[0], **options), key=key)


class ManySession(Session):
    """A session whose review is long."""

    rows = 1_000_000

    def ask(self, question: Callable[[ReconService], Answer]) -> Answer:
        """Answer with the long table."""
        return super().ask(lambda service: question(ManyRows(service, self.rows)))  # type: ignore[arg-type]


def main(rows: int, root: Path) -> None:
    """Show it until Ctrl+Q."""
    ManySession.rows = rows
    collect_garbage_soon()
    ReconApp(ManySession(root, actor="bench"), start="review", preferences=Preferences(), keep=False).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))

"""Counts over the pages of a pull: when is a question answered, and was as much delivered as announced.

What ZORT's ``count`` counts is not documented: the whole question, or one page. Both are understood; a difference is
a warning, never a stop, because rows move between pages while they are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from recon.errors import SourceUnavailable
from recon.frames.findings import no_findings, one_finding
from recon.sources.zort.envelope import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What one pull received, to hold against what was announced."""

    kind: str
    pages: int
    rows: int
    """Documents received, repeats counted."""
    distinct: int
    """Documents received, each once: rows move between pages while they are read."""
    announced: int | None
    """What ZORT announced for the whole question; None where it says nothing or counts page by page."""

    def findings(self) -> pl.DataFrame:
        """Return a finding if another number was announced than received."""
        if self.announced is None or self.announced == self.distinct:
            return no_findings()
        return one_finding(
            "count-differs",
            column="count",
            value=str(self.announced),
            detail=f"ZORT announced {self.announced} and delivered {self.distinct} ({self.kind}, {self.pages} pages).",
        )


@dataclass(slots=True)
class Asked:
    """One question, page by page, until it is answered."""

    pages: int = 0
    rows: int = 0
    ids: set[str] = field(default_factory=set)
    counts: list[tuple[int, int]] = field(default_factory=list)
    """What each page announced, and how many rows it had."""
    is_complete: bool = False

    def take(self, answer: Envelope, path: str, page_size: int) -> None:
        """Add a page, and decide whether it was the last one.

        A short page ends the question, unless more was announced than came: a server may cap pages lower than asked.

        Raises:
            SourceUnavailable: The answer has no list, or a full page brought nothing new.
        """
        if answer.records is None:
            raise SourceUnavailable(f"{path}: ZORT says yes but sends no list. Nothing was kept of this answer.")
        self.pages += 1
        # A document without an id counts as one of its own.
        ids = [str(d.get("id") or f"page {self.pages}, {place}") for place, d in enumerate(answer.records)]
        rows = len(ids) + answer.strays
        is_new = not self.ids.issuperset(ids)
        self.rows += rows
        self.ids.update(ids)
        if answer.count is not None:
            self.counts.append((answer.count, rows))
        is_short = rows < page_size
        if not is_short and not is_new:
            raise SourceUnavailable(
                f"{path}: page {self.pages} brings no document that was not there before, so the pull is not complete."
                " What was fetched is kept. Pull again with a smaller window."
            )
        self.is_complete = rows == 0 or (is_short and (not is_new or len(self.ids) >= (answer.count or 0)))

    @property
    def announced(self) -> int | None:
        """What was announced for the whole question; None where nothing was, or each page only counts itself."""
        if all(count == rows for count, rows in self.counts):
            return None
        return max(count for count, _ in self.counts)


@dataclass(slots=True)
class Tally:
    """All questions of a pull."""

    pages: int = 0
    rows: int = 0
    distinct: int = 0
    announced: int = 0
    is_announced: bool = False

    def add(self, asked: Asked) -> None:
        """Add a question that was answered."""
        self.rows += asked.rows
        self.distinct += len(asked.ids)
        self.is_announced = self.is_announced or asked.announced is not None
        self.announced += len(asked.ids) if asked.announced is None else asked.announced

    def pulled(self, kind: str) -> Pulled:
        """Return the whole pull."""
        announced = self.announced if self.is_announced else None
        return Pulled(kind=kind, pages=self.pages, rows=self.rows, distinct=self.distinct, announced=announced)

"""The review table as screens and commands know it: the rows, and every way to look at them. It never changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from recon.errors import UsageError
from recon.review import groups as grouping
from recon.review.filters import Filter, parse
from recon.review.like import Likeness, like_this
from recon.review.rows import REVIEW
from recon.review.tokens import Spoken


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows that pass a filter."""

    order: pl.Series
    """Their positions in the frame (UInt32), in the order shown."""
    count: int
    total_minor: int
    """Sum in the currency of the books."""
    problems: tuple[str, ...] = ()
    """What of the filter was not understood, in words."""
    closest: tuple[str, ...] = ()
    """Tokens that were probably meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTable:
    """All rows of one batch and the held orders beside it; see `recon.review.rows.REVIEW` for the columns."""

    connection: str
    batch: str
    """Empty: the newest plan had no documents."""
    batch_state: str
    """draft, approved, uploading or done; empty without a batch."""
    currency: str
    frame: pl.DataFrame
    decidable: bool
    """Whether documents can be approved, rejected and put back: only in a draft."""

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.frame.height

    def parse(self, text: str, spoken: Spoken | None = None) -> Filter:
        """Return the filter of a text; what is not understood is among its problems."""
        return parse(text, currency=self.currency, spoken=spoken)

    def filter(self, text: str | Filter, order: pl.Series | None = None, *, spoken: Spoken | None = None) -> Shown:
        """Return the rows that pass, in the order of ``order`` (None: the frame's), with count and sum."""
        found = self.parse(text, spoken) if isinstance(text, str) else text
        mask = found.mask(self.frame)
        if order is not None:
            kept = order.filter(mask[order])
        elif found.is_empty:
            kept = pl.int_range(self.height, dtype=pl.UInt32, eager=True)
        else:
            kept = mask.arg_true().cast(pl.UInt32)
        problems = found.problems
        return Shown(
            kept.alias("row_id"),
            kept.len(),
            self._sum(mask),
            tuple(problem.words for problem in problems),
            tuple(problem.closest for problem in problems if problem.closest),
        )

    def sum_of(self, order: pl.Series) -> int:
        """Return the sum of rows in the currency of the books."""
        ours = self.frame.select("total_minor", "currency")[order].filter(pl.col("currency") == self.currency)
        return int(ours["total_minor"].cast(pl.Int128).sum() or 0)

    def _sum(self, mask: pl.Series) -> int:
        ours = mask & (self.frame["currency"] == self.currency)
        return int(self.frame["total_minor"].filter(ours).cast(pl.Int128).sum() or 0)

    def work_order(self) -> pl.Series:
        """Return all rows, what wants attention first: check, blocked, ready, ..., posted last."""
        return self.frame.select(pl.col("row_id").sort_by("status", maintain_order=True)).to_series()

    def sort(self, order: pl.Series, column: str, *, descending: bool = False) -> pl.Series:
        """Return the same rows sorted by a column; equal ones keep their order, missing values come last.

        Raises:
            UsageError: There is no such column.
        """
        if column not in REVIEW:
            raise UsageError(f"There is no column {column!r}; there are {', '.join(REVIEW.names())}.")
        values = self.frame.select("row_id", column)[order]
        return values.sort(column, descending=descending, nulls_last=True, maintain_order=True)["row_id"]

    def window(self, order: pl.Series, start: int, length: int, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Return a few rows in the order given, all columns or some."""
        frame = self.frame if columns is None else self.frame.select(columns)
        return frame[order.slice(start, length)]

    def row(self, row_id: int) -> dict[str, Any]:
        """Return one row."""
        return self.frame.row(row_id, named=True)

    def keys(self, order: pl.Series) -> list[str]:
        """Return the keys of rows, for `decide`."""
        return self.frame["key"][order].to_list()

    def rows_of(self, keys: pl.Series | Sequence[str]) -> pl.Series:
        """Return the positions of the rows with these keys; unknown ones are left out."""
        wanted = (keys if isinstance(keys, pl.Series) else pl.Series(list(keys), dtype=pl.String)).implode()
        return self.frame["key"].is_in(wanted).arg_true().cast(pl.UInt32).alias("row_id")

    def totals(self, order: pl.Series | None = None) -> pl.DataFrame:
        """Return status, count, total_minor and foreign_count per status, of some rows or all."""
        return grouping.totals(self.frame, order, currency=self.currency)

    def groups(self, column: str, order: pl.Series | None = None) -> pl.DataFrame:
        """Return count, sum and counts per status of rows grouped by a column (see `groups.GROUPED`)."""
        return grouping.groups(self.frame, column, order, currency=self.currency)

    def group_keys(self, column: str, order: pl.Series | None = None) -> pl.DataFrame:
        """Return value and key of rows: which group each of them belongs to."""
        return grouping.group_keys(self.frame, column, order)

    def like(self, row_id: int, *, below_minor: int | None = None) -> Likeness:
        """Return what one more yes like the one to this row would cover."""
        return like_this(self.frame, row_id, below_minor=below_minor)

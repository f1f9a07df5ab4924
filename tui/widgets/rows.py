"""Which rows a table shows, in which order, and which are marked: all of it without copying the frame.

Rows are numbers of the frame; a filter or a sort is an array of such numbers. Values are read a page at a time, for the
rows on the screen only. Marks belong to rows of the frame, so that neither sort nor filter can lose one, and are
carried by key when a new frame comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

PAGE: Final = 128
_PAGES_KEPT: Final = 16


class Rows:
    """A frame, its key column, the rows shown and the rows marked."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.frame = pl.DataFrame()
        self._given: pl.Series | None = None
        self._ranks: pl.Series | None = None
        self._sorted: pl.Series | None = None
        self._order: pl.Series | None = None
        self._mask = pl.Series("marked", [], dtype=pl.Boolean)
        self._pages: dict[int, dict[str, list[Any]]] = {}
        self._shown_marks: pl.Series | None = None

    # -- what is shown ------------------------------------------------------------------------------------------------

    def take(self, frame: pl.DataFrame, order: pl.Series | None) -> None:
        """Show these rows (row numbers of the frame; none for all). Marks of a new frame are carried over by key."""
        if frame is not self.frame:
            marked = self.marked_keys()
            self.frame, self._ranks = frame, None
            self._mask = self._mask_of(marked)
        self._given = None if order is None else order.cast(pl.UInt32)
        self._arrange()

    def rank(self, rows_in_order: pl.Series | None) -> None:
        """Show what is shown in this order from now on (all rows of the frame, sorted); none for the order of the frame."""
        self._ranks = None if rows_in_order is None else rows_in_order.arg_sort().cast(pl.UInt32)
        self._sorted = rows_in_order
        self._arrange()

    def _arrange(self) -> None:
        self._pages.clear()
        self._shown_marks = None
        if self._ranks is None:
            self._order = self._given
        elif self._given is None:
            self._order = self._sorted
        else:
            self._order = self._given.gather(self._ranks.gather(self._given).arg_sort())

    @property
    def count(self) -> int:
        """How many rows are shown."""
        return self.frame.height if self._order is None else len(self._order)

    def row_at(self, position: int) -> int:
        """Return the row of the frame that is shown at this place."""
        return position if self._order is None else int(self._order[position])

    def position_of(self, row: int | None) -> int | None:
        """Return where a row of the frame is shown; none if it is not."""
        if row is None or self._order is None:
            return row
        places = (self._order == row).arg_true()
        return int(places[0]) if len(places) else None

    def row_of(self, key: object) -> int | None:
        """Return the row of the frame with this key; none if there is none."""
        if self.key not in self.frame.columns or key is None:
            return None
        places = (self.frame[self.key] == key).arg_true()
        return int(places[0]) if len(places) else None

    def key_at(self, position: int) -> Any:  # noqa: ANN401 - keys are text in one table, numbers in another
        """Return the key of the row shown at this place; none if nothing is shown there."""
        if not 0 <= position < self.count or self.key not in self.frame.columns:
            return None
        return self.frame[self.key][self.row_at(position)]

    def shown_rows(self, start: int, stop: int) -> pl.Series:
        """Return the rows of the frame shown from one place up to another."""
        start, stop = max(0, start), min(stop, self.count)
        if self._order is None:
            return pl.int_range(start, max(start, stop), dtype=pl.UInt32, eager=True)
        return self._order.slice(start, max(0, stop - start))

    def values(self, position: int, names: Sequence[str]) -> list[Any]:
        """Return the values of the row shown at this place; only its page is read, and only these columns of it."""
        number, offset = divmod(position, PAGE)
        page = self._pages.get(number)
        if page is None:
            while len(self._pages) >= _PAGES_KEPT:
                del self._pages[next(iter(self._pages))]
            page = self._pages[number] = {}
        missing = [name for name in dict.fromkeys(names) if name not in page and name in self.frame.columns]
        if missing:
            rows = self.shown_rows(number * PAGE, (number + 1) * PAGE)
            page.update(self.frame.select(missing)[rows].to_dict(as_series=False))
        return [page[name][offset] if name in page else None for name in names]

    # -- marks --------------------------------------------------------------------------------------------------------

    def is_marked(self, position: int) -> bool:
        """Whether the row shown at this place is marked."""
        return bool(self._mask[self.row_at(position)])

    @property
    def marks(self) -> pl.Series:
        """One truth value for each row of the frame."""
        return self._mask

    @marks.setter
    def marks(self, mask: pl.Series) -> None:
        self._mask = mask
        self._shown_marks = None

    def mark(self, rows: pl.Series | Sequence[int], *, on: bool = True) -> None:
        """Mark rows of the frame, or take their mark away."""
        self.marks = with_marks(self._mask, rows, on=on)

    def keep_only(self, keys: pl.Series | Sequence[object]) -> None:
        """Mark exactly the rows with these keys; keys the frame does not have are left out."""
        self.marks = self._mask_of(pl.Series(values=keys) if not isinstance(keys, pl.Series) else keys)

    def marked_keys(self) -> pl.Series:
        """Return the keys of all marked rows, shown or not, in the order of the frame."""
        if self.key not in self.frame.columns:
            return pl.Series([], dtype=pl.String)
        return self.frame[self.key].filter(self._mask)

    def marked_counts(self) -> tuple[int, int]:
        """Return how many rows are marked, and how many of these are not shown."""
        marked = int(self._mask.sum())
        if self._order is None or not marked:
            return marked, 0
        return marked, marked - int(self._mask.gather(self._order).sum())

    def _mask_of(self, keys: pl.Series) -> pl.Series:
        if not len(keys) or self.key not in self.frame.columns:
            return pl.repeat(value=False, n=self.frame.height, dtype=pl.Boolean, eager=True).alias("marked")
        column = self.frame[self.key]
        return column.is_in(keys.cast(column.dtype).implode()).fill_null(value=False).alias("marked")


def with_marks(mask: pl.Series, rows: pl.Series | Sequence[int], *, on: bool) -> pl.Series:
    """Return the marks with these rows marked or not; the given marks stay as they are."""
    if not len(rows):
        return mask
    return mask.clone().scatter(rows, on)

"""Marks while the review shows groups: a group is marked when all its documents are, and a mark on it is one on each of them."""

from __future__ import annotations

import polars as pl


class GroupMarks:
    """Which documents are marked; groups are what the list shows."""

    def __init__(self, members: pl.DataFrame, marked: pl.Series) -> None:
        """``members``: value and key of every document in view. ``marked``: keys, in view or not."""
        self._members = members
        self.marked = marked
        """Keys of all marked documents."""
        self._groups = self.whole()

    def whole(self) -> pl.Series:
        """Return the groups whose documents are all marked."""
        is_marked = pl.col("key").is_in(self.marked.implode()).all().alias("is_marked")
        return self._members.group_by("value").agg(is_marked).filter("is_marked")["value"]

    def hidden(self) -> int:
        """Return how many marked documents belong to no group in view."""
        return self.marked.len() - int(self._members["key"].is_in(self.marked.implode()).sum())

    def follow(self, groups: pl.Series) -> None:
        """Mark the documents of groups that have a mark now, and take it from those of groups that lost theirs."""
        came = groups.filter(~groups.is_in(self._groups.implode()))
        went = self._groups.filter(~self._groups.is_in(groups.implode()))
        self._groups = groups
        self.drop(self._keys_of(went))
        self.marked = pl.concat([self.marked, self._keys_of(came)]).unique(maintain_order=True)

    def drop(self, keys: pl.Series) -> None:
        """Take the marks of these documents away."""
        self.marked = self.marked.filter(~self.marked.is_in(keys.implode()))

    def _keys_of(self, groups: pl.Series) -> pl.Series:
        return self._members.filter(pl.col("value").is_in(groups.implode()))["key"]

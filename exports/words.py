"""The language of a workbook: its own words, finding texts and composed sentences, as whoever writes it hands them in.

English is what every sheet is made in, and the form in which cells are held against rules; `Words` turns it into the
language of the company where a table is finished or a cell is drawn. This package knows no catalogue (`tui.workbook_words`
does): a language is three functions. A workbook of any language is read back by the words it was written with.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from exports.columns import Column

FORMULA_WORDS: Final = re.compile(r"[^\W_][\w -]*")
"""Words of a catalogue that may stand in a formula: letters of any language, no sign that a formula or a pattern knows."""


def N_(text: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a text of a workbook for its catalogue and return it in English."""
    return text


def _same(text: str) -> str:
    return text


def _iso(day: dt.date) -> str:
    return day.isoformat()


@dataclass(frozen=True, slots=True)
class Words:
    """One language a workbook can be written in."""

    language: str = "en"
    say: Callable[[str], str] = _same
    """Translates a fixed text: a heading, a kind or state, a finding's title; what it does not know comes back."""
    sentence: Callable[[str], str] = _same
    """Translates a sentence that was composed in English, amounts and days in it too; else it comes back."""
    channel: Callable[[str], str] = _same
    """Translates a payment channel that recon names itself, at its place; one of a shop or a till comes back as it is."""
    sums: Callable[[str], str] = _same
    """Writes the sums behind names, ``1503 554.70, 1900 197.00``, as amounts are written in it."""
    day: Callable[[dt.date], str] = _iso
    """Writes a day that stands in a text."""
    day_format: str = "yyyy-mm-dd"
    """Excel's format of the cells that hold a day."""
    month_text: str = "%Y-%m"
    day_text: str = "%Y-%m-%d"
    moment_text: str = "%Y-%m-%d %H:%M:%S"

    def told(self, series: pl.Series, how: str) -> pl.Series:
        """Return a column of texts in this language; each different text is translated once."""
        if self.language == "en" or how == "" or series.dtype == pl.Null:
            return series
        spoken = {"words": self.say, "channels": self.channel, "sums": self.sums}.get(how, self.sentence)
        known = [text for text in series.cast(pl.String).unique().drop_nulls().sort().to_list() if text]
        changed = {text: said for text in known if (said := spoken(text)) != text}
        text = series.cast(pl.String)
        return text.replace(list(changed), list(changed.values())) if changed else text

    def headings(self, columns: Iterable[Column]) -> tuple[Column, ...]:
        """Return columns under the headings of this language, with the coloured words in it."""
        return tuple(column.spoken(self.say) for column in columns)


ENGLISH: Final = Words()


def language_of(names: Collection[str], titles: Sequence[str], known: Sequence[Words]) -> Words | None:
    """Return the language in which all these sheets stand among the names; None: in none of those that are known."""
    return next((words for words in known if all(words.say(title) in names for title in titles)), None)


__all__ = ["ENGLISH", "FORMULA_WORDS", "N_", "Words", "language_of"]

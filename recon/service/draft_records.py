"""What a profile in the making looks like to a screen: columns, headings, words, questions and problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from recon.sources.profile.edit import ProfileEdit
from recon.summaries.intake import CauseLine


@dataclass(frozen=True, slots=True)
class DraftColumn:
    """One canonical column and what fills it."""

    name: str
    level: str
    """order or line."""
    question: str
    required: bool
    heading: str = ""
    """As it stands in the file; empty: no column."""
    nth: int = 1
    constant: str = ""
    reason: str = ""
    repeat: str = ""
    samples: tuple[str, ...] = ()
    asked: bool = False
    """An open question is about it."""


@dataclass(frozen=True, slots=True)
class DraftHeading:
    """One column of the file."""

    heading: str
    nth: int
    samples: tuple[str, ...]
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftWord:
    """A word of a state column."""

    table: str
    """status_map or payment_map."""
    word: str
    count: int
    meaning: str
    """Empty: its orders are held."""


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """Something only a person can answer."""

    about: tuple[str, ...]
    """Key that answers it."""
    text: str


@dataclass(frozen=True, slots=True)
class DraftProblem:
    """Something that was found in the file, or in the profile."""

    severity: str
    text: str
    row: int | None = None
    column: str = ""
    value: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class ProfileDraft:
    """Everything the editor shows."""

    path: str
    file: str
    toml: str
    encoding: str
    """As found; empty: a workbook."""
    sheet: str
    settings: Mapping[str, Any]
    """Values in force by key: grain, read.era, read.date_formats, conventions.tax ..."""
    date_choices: tuple[str, ...]
    """Forms that read every date of the file."""
    columns: tuple[DraftColumn, ...]
    headings: tuple[DraftHeading, ...]
    words: tuple[DraftWord, ...]
    questions: tuple[DraftQuestion, ...]
    problems: tuple[DraftProblem, ...]
    loads: bool
    """The profile is complete; a file can be read with it."""
    orders: int | None = None
    total: str = ""
    rows: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    """First orders as they would be read."""
    causes: tuple[CauseLine, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftOf:
    """What a column profile is drafted for."""

    path: Path
    """The file it shall read."""
    edits: Sequence[ProfileEdit] = ()
    """A person's answers."""
    connection: str | None = None
    """Whose file it is."""
    sheet: str | None = None
    """Sheet of a workbook."""
    base: str = ""
    """A profile of the workspace to begin with; empty: the file's headings are looked at."""
    start: str = ""
    """Whose export it is (`recon.sources.profile.starting.STARTERS`); empty: nobody says."""

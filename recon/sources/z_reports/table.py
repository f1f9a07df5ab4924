"""A table of Z reports as rows of text under our names: one row per line, or one row per Z report by the settings' columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.domain.till_roles import HEAD_ROLES, Role, parse_role
from recon.errors import MalformedFile
from recon.frames.headings import Heading
from recon.frames.tables import TableHead, TextTable, read_body, read_head
from recon.frames.text import fold_column
from recon.sources.base import IntakeFile
from recon.sources.z_reports.words import BY_WORD, HEADINGS, LANGUAGES, REQUIRED

TEXT: Final = pl.Schema({
    "row": pl.UInt32(),
    "register": pl.String(),
    "z": pl.String(),
    "date": pl.String(),
    "time": pl.String(),
    "place": pl.String(),
    "kind": pl.String(),                # as the table says it
    "code": pl.String(),
    "name": pl.String(),
    "vat_percent": pl.String(),
    "count": pl.String(),
    "amount": pl.String(),
    "vat": pl.String(),
    "shown": pl.String(),               # heading the amount stands under
})  # fmt: skip
"""Rows of a table, as they came."""


@dataclass(frozen=True, slots=True)
class ZTable:
    """A table of Z reports."""

    frame: pl.DataFrame
    """TEXT."""
    table: TextTable
    headings: Mapping[str, str]
    """Our column to the heading of the file."""


def find_long(file: IntakeFile) -> TableHead | None:
    """Return the head of a file that has one row per line of a Z report, by its headings; None: it is no such table."""
    for language in LANGUAGES:
        try:
            return read_head(file.path, name=file.name, required=[HEADINGS[name][language][0] for name in REQUIRED])
        except MalformedFile:
            continue
    return None


def find_wide(file: IntakeFile, columns: Mapping[str, str]) -> TableHead | None:
    """Return the head of a file that has every column the settings name; None: one is missing."""
    try:
        return read_head(file.path, name=file.name, required=tuple(columns)) if columns else None
    except MalformedFile:
        return None


def read_long(head: TableHead) -> ZTable:
    """Return a table with one row per line; an empty register or number of a Z report is that of the row above."""
    found = {name: heading for name in HEADINGS if (heading := _heading(head, name)) is not None}
    table = read_body(head, [(heading.text, heading.nth) for heading in found.values()])
    frame = table.frame.select("row", *(pl.col(heading.column).alias(name) for name, heading in found.items()))
    rows = _whole(frame.with_columns(pl.lit(found["amount"].shown).alias("shown")))
    filled = rows.with_columns(pl.col("register", "z").forward_fill())
    return ZTable(filled, table, {name: heading.shown for name, heading in found.items()})


def _heading(head: TableHead, name: str) -> Heading | None:
    said = (text for language in LANGUAGES for text in HEADINGS[name][language])
    return next((found for text in said if (found := head.find(text)) is not None), None)


def read_wide(head: TableHead, columns: Mapping[str, str]) -> ZTable:
    """Return a table with one row per Z report as one row per filled column of it, by the roles the settings give."""
    roles = {heading: parse_role(text) for heading, text in columns.items()}
    places = {heading: place for heading in roles if (place := head.find(heading)) is not None}
    table = read_body(head, [(place.text, place.nth) for place in places.values()])
    of = {role.kind: pl.col(places[heading].column) for heading, role in roles.items() if role.kind in HEAD_ROLES}
    about = [of.get(name, pl.lit(None, dtype=pl.String)).alias(name) for name in HEAD_ROLES]
    parts = [
        table.frame.select("row", *about, *_role(role, heading, pl.col(places[heading].column)))
        for heading, role in roles.items()
        if role.kind not in (*HEAD_ROLES, "ignore")
    ]
    frame = pl.concat(parts).filter(pl.col("amount").is_not_null()).sort("row", maintain_order=True)
    headings = {role.kind: heading for heading, role in roles.items() if role.kind in HEAD_ROLES}
    return ZTable(_whole(frame), table, headings)


def _role(role: Role, heading: str, cell: pl.Expr) -> list[pl.Expr]:
    """Return what one column says of every row."""
    said = {
        "kind": role.kind,
        "code": role.code or heading,
        "name": heading,
        "vat_percent": role.rate or None,
        "shown": heading,
    }
    texts = [pl.lit(text, dtype=pl.String).alias(name) for name, text in said.items()]
    return [*texts, cell.alias("amount")]


def _whole(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with every column of TEXT, empty cells null."""
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in TEXT.items() if name not in frame.columns]
    texts = [name for name, dtype in TEXT.items() if dtype == pl.String]
    whole = frame.with_columns(missing).with_columns(
        pl.col(texts).cast(pl.String).str.strip_chars().replace({"": None})
    )
    return whole.select(pl.col(name).cast(dtype) for name, dtype in TEXT.items())


def kinds(words: pl.Series) -> pl.Series:
    """Return the kind of each row; null where its word is none of ours."""
    return fold_column(words).replace_strict(BY_WORD, default=None, return_dtype=pl.String).alias("kind")

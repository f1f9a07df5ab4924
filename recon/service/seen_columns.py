"""Columns no earlier file of a connection had: nothing uses them, so they hold nothing and are shown until a person has looked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from recon.frames.findings import gather, one_finding
from recon.frames.text import fold
from recon.money import plain
from recon.normalize.sightings import COLUMN, odd_columns
from recon.service.seen_eras import Eras
from recon.summaries.things import ThingLine, seen_command

_TOLD: Final = "columns-new"
"""Finding of a source that knows all columns of its format; where it stands, no other is made."""


def answered_columns(eras: Eras, said: frozenset[str]) -> frozenset[str]:
    """Return the keys of headings nobody has to be told about again: said by a person, or approved with their file."""
    told = {part for frames in eras.approved for part in odd_columns(frames.findings)}
    if eras.was_approved or eras.later:
        told |= {part for frames in eras.first for part in odd_columns(frames.findings)}
    words = {key.partition(":")[2] for key in said if key.startswith(f"{COLUMN}:")}
    return frozenset(fold(part) for part in told) | words


def without_answered(findings: pl.DataFrame, answered: frozenset[str]) -> pl.DataFrame:
    """Return findings without those about new columns that were answered, all of them."""
    is_told = findings["code"] == _TOLD
    if not answered or not is_told.any():
        return findings
    texts = findings.filter(is_told)["value"].drop_nulls().unique().to_list()
    again = [text for text in texts if all(fold(part) in answered for part in text.split(", "))]
    return findings.filter(~(is_told & findings["value"].is_in(again)).fill_null(value=False))


def new_columns(eras: Eras, answered: frozenset[str], names: Mapping[str, str]) -> tuple[list[ThingLine], pl.DataFrame]:
    """Return the columns that came later and wait for a word, and findings of those that no source tells of.

    ``names``: of files by their short digest.
    """
    done, lines, findings = set(answered), list[ThingLine](), list[pl.DataFrame]()
    for frames in eras.later:
        for code in (_TOLD, "columns-unused"):
            found = frames.findings.filter(pl.col("code") == code)
            for part in odd_columns(found, code):
                if fold(part) in done:
                    continue
                done.add(fold(part))
                line = _line(part, names, found.row(0, named=True))
                lines.append(line)
                if code != _TOLD:
                    findings.append(_finding(line, found))
    return lines, gather(findings)


def _line(heading: str, names: Mapping[str, str], first: Mapping[str, object]) -> ThingLine:
    digest = str(first["file"] or "")
    row = first["row"]
    return ThingLine(
        kind=COLUMN, value=heading, holds=False, orders=0, amount=plain(0), file=names.get(digest, digest),
        row=None if row is None else int(str(row)),
        words=f"First seen: column {heading!r}. Nothing uses it; if it holds an amount that matters, add it to the profile; else:",
        command=seen_command(COLUMN, heading), keys=(fold(heading),),
    )  # fmt: skip


def _finding(line: ThingLine, found: pl.DataFrame) -> pl.DataFrame:
    return one_finding(
        "first-seen", file=found["file"][0], row=found["row"][0], column=COLUMN, value=line.value, detail=f"{line.words} {line.command}"
    )  # fmt: skip

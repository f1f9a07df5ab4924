"""Sheet of the numbering proof: each series with its gaps and doubles, before sending and in the ledger, in words."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import STATE_TONES, Prepared
from exports.words import N_

_STAGES: Final = {
    "orders": N_("Orders of the source"),
    "documents": N_("Documents, before sending"),
    "ledger": N_("Documents, as the ledger lists them"),
    "orders-ledger": N_("Orders, by the ledger's list"),
}
_COLUMNS: Final = (
    Column("stage", "Where", width=34, ours="words"),
    Column("series", "Series", width=24),
    Column(
        "what",
        "What",
        width=14,
        tones={
            **STATE_TONES,
            "gap": "bad",
            "known gap": "quiet",
            "arrived": "warn",
            "used twice": "bad",
            "no document": "quiet",
        },
        ours="words",
    ),
    Column("first", "First", width=22),
    Column("last", "Last", width=22),
    Column("count", "Numbers", "count", 10),
    Column("expected", "From first to last", "count", 12),
    Column("missing", "Missing", "count", 10),
    Column("gaps", "Gaps", "count", 8),
    Column("doubles", "Used twice", "count", 10),
    Column("words", "What it means", width=90, ours="sentences"),
)


def numbering_table(prepared: Prepared) -> Table:
    """Every series, and under it what is missing, explained or used twice."""
    frame = prepared.frames.numbering.with_columns(pl.col("stage").replace(_STAGES))
    return prepared.table(
        "numbering",
        "Numbering",
        "A number that is missing from a running series is a gap; orders that are held or left out keep their number and are none; a known gap is one of which a person said why. "
        "Rows of the ledger come from its own list, read by `recon verify`.",
        _COLUMNS,
        frame,
    )

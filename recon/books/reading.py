"""Tell by its content what kind of books a file holds, and read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from recon.books.analyses import NOTHING_KNOWN, Analyses
from recon.books.base import Books
from recon.errors import MalformedFile


def read_books(
    path: Path, *, columns: Mapping[str, str] | None = None, decimal: str = "", analyses: Analyses = NOTHING_KNOWN
) -> Books:
    """Return what a file of a ledger says; arguments as for its readers.

    Raises:
        MalformedFile: It is neither SAF-T Financial nor a trial balance, or cannot be read.
    """
    from recon.books.saft_financial import is_saft_financial, read_saft_financial
    from recon.books.trial_balance import read_trial_balance
    from recon.frames.containers import kind_of

    if is_saft_financial(path):
        return read_saft_financial(path, analyses=analyses)
    if kind_of(path) in ("xml", "json"):
        raise MalformedFile(
            f"{path.name} is neither a SAF-T Financial file nor a table. Export SAF-T Financial or a trial balance (CSV or Excel) "
            "from the ledger. Nothing was compared.",
            file=path.name,
        )
    return read_trial_balance(path, columns=columns, decimal=decimal)

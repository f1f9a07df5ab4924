"""The part of a connection's check-list that tills have instead of charges and contacts: set-up, days, and where the books are closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from recon.config.connection import Connection
from recon.frames.canonical import CanonicalFrames
from recon.service.context import Context
from recon.service.till_days import till_days
from recon.service.till_missing import missing_for_till
from recon.summaries.checks import CheckLine
from recon.targets.base import Catalog

NAMED: Final = 8
"""Things that are missing named one by one before the rest is only counted."""


def limit_lines(rules: Connection, catalog: Catalog) -> Iterator[CheckLine]:
    """Yield from when on the ledger takes vouchers, and its departments, projects and VAT codes as last read."""
    if not catalog.accounts:
        return
    closed = catalog.closed_until
    text = (
        f"Nothing is entered there on or before {closed} (lock date, or day before its books begin)."
        if closed
        else "The ledger names no lock date."
    )
    if closed and closed >= rules.start_date:
        text = f"{text} Settlements from {rules.start_date} to {closed} are held."
        yield CheckLine(
            check="closed-until", state="warning", text=text, remedy="the lock date in the ledger, or start_date"
        )
    else:
        yield CheckLine(check="closed-until", state="ok", text=text)
    codes = f"VAT codes: {len(catalog.taxes):,}; departments: {len(catalog.classes):,}."
    if rules.till.projects:
        codes = f"VAT codes: {len(catalog.taxes):,}; departments: {len(catalog.classes):,}; projects: {len(catalog.projects):,}."
    yield CheckLine(
        check="vat-codes",
        state="ok" if catalog.taxes else "missing",
        text=codes,
        remedy="" if catalog.taxes else "recon connect --refresh",
    )


def till_lines(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> Iterator[CheckLine]:
    """Yield what settlements still lack, and what the days of the tills look like."""
    setup = missing_for_till(context, name, rules, frames)
    for line in setup[:NAMED]:
        about = " ".join(filter(None, (line.place, line.thing)))
        yield CheckLine(
            check="till-setup", state="missing", text=f"{about}: {line.why}" if about else line.why, remedy=line.where,
            count=line.settlements, total=line.amount if line.settlements else None,
        )  # fmt: skip
    if len(setup) > NAMED:
        yield CheckLine(
            check="till-setup",
            state="missing",
            text=f"{len(setup) - NAMED:,} more things are missing.",
            remedy="recon till",
        )
    if not setup:
        text = "Every group, payment and place has its account, VAT code and department; nothing waits for a count."
        yield CheckLine(check="till-setup", state="ok", text=text)
    needing = till_days(context, name, rules).needing
    if needing:
        text = f"Settlements missing, days not closed, or terms late in the books: {needing:,}."
        yield CheckLine(check="till-days", state="warning", text=text, remedy="recon till days", count=needing)
    else:
        text = "No settlement is missing, every day is closed, and nothing is late."
        yield CheckLine(check="till-days", state="ok", text=text)

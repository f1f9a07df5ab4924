"""What a file of a ledger says of its books: vouchers with their lines, and balances of accounts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

import polars as pl

BOOK_VOUCHERS: Final = pl.Schema({
    "voucher_no": pl.UInt32(),          # position in the file, from 0
    "voucher": pl.String(),             # the ledger's number of it
    "journal": pl.String(),             # id of the journal it stands in
    "voucher_type": pl.String(),        # null: not stated
    "text": pl.String(),                # null: none
    "issued_on": pl.Date(),             # null: not readable
    "entered_by": pl.String(),          # person or program that entered it; null: not stated
    "entered_on": pl.Date(),            # null: not stated
    "posted_on": pl.Date(),             # null: not stated
    "changed_on": pl.Date(),            # null: not stated
    "batch": pl.String(),               # null: not stated
    "debit_minor": pl.Int64(),          # sum of its debits
})  # fmt: skip

BOOK_LINES: Final = pl.Schema({
    "voucher_no": pl.UInt32(),
    "line_no": pl.UInt32(),             # 1.. within the voucher
    "account_code": pl.String(),
    "text": pl.String(),                # null: none
    "reference": pl.String(),           # number of an invoice or the like; null: none
    "document": pl.String(),            # number of the document it came from; null: none
    "amount_minor": pl.Int64(),         # debit > 0, credit < 0
    "tax_code": pl.String(),            # standard code, else the ledger's own; several joined with +; null: none
    "department": pl.String(),          # null: none, or the file names no departments
    "project": pl.String(),             # null: none, or the file names no projects
})  # fmt: skip

BOOK_BALANCES: Final = pl.Schema({
    "account_code": pl.String(),
    "name": pl.String(),
    "opening_minor": pl.Int64(),        # debit > 0; null: not stated
    "closing_minor": pl.Int64(),        # debit > 0; null: not stated
    "moved_minor": pl.Int64(),          # debits less credits as the file states them; null: not stated
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Books:
    """What one file says."""

    form: str
    """What kind of file it is, for a person."""
    company_number: str
    """As the file writes it; empty: it names none."""
    company_name: str = ""
    currency: str = ""
    """Empty: it names none."""
    written_by: str = ""
    """Program that wrote it; empty: not stated."""
    written_on: str = ""
    since: dt.date | None = None
    """First day it covers; None: it does not say."""
    until: dt.date | None = None
    vouchers: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BOOK_VOUCHERS))
    lines: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BOOK_LINES))
    balances: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BOOK_BALANCES))
    has_vouchers: bool = True
    """It holds vouchers; a trial balance does not."""
    has_departments: bool = False
    """Its lines say which department they belong to."""
    has_projects: bool = False
    """Its lines say which project they belong to."""
    notes: tuple[str, ...] = ()
    """What is odd about the file itself, a sentence each."""

"""Purchases as journal entries: hledger and beancount accept them and come to our balances."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from buying_shop import buying, purchase, returned
from plan_shop import frames as orders_of
from plan_shop import line, order, plan

from exports.audit_frames import AuditFrames, audit_frames
from exports.journal import write_journal
from exports.journal_accounts import account_kinds
from tests.journals import require_accepted

FEES = {"fee:shipping": {"account": "530101", "vat": "none", "withholding_percent": "1"}}
RULES = buying({"by_sku": FEES, "withholds": True, "supplier_credit": "journal", "journal_book": "5"})


@pytest.fixture
def frames() -> AuditFrames:
    """A sale, an expense with its payment and tax withheld, and a supplier's credit."""
    shipping = line("fee:shipping", 5000, taxable=False)
    records = [order("1"), purchase("1", line("BOX"), shipping), returned("2")]
    made = plan(*records, connection=RULES)
    return audit_frames(orders=orders_of(records)["orders"], documents=made.documents, postings=made.postings)


@pytest.mark.parametrize("form", ["hledger", "beancount"])
def test_purchases_balance_in_both_programs(
    tmp_path: Path, frames: AuditFrames, form: Literal["hledger", "beancount"]
) -> None:
    done = write_journal(frames, tmp_path / "books.txt", format=form)
    assert done.entries == frames.documents.height == 4
    balances = {code: minor for (code, _), minor in done.balances.items()}
    assert (balances["212101"], balances["213101"], balances["530101"]) == (10700, -50, 5000)
    require_accepted(done.path, form)


def test_accounts_of_purchases_are_told_by_what_they_do(frames: AuditFrames) -> None:
    roots = {code: account.root for code, account in account_kinds(frames.documents, frames.postings, {}).items()}
    assert (roots["510101"], roots["530101"], roots["115402"]) == ("Expenses", "Expenses", "Assets")
    assert (roots["212101"], roots["213101"]) == ("Liabilities", "Liabilities")
    assert (roots["410101"], roots["111201"]) == ("Income", "Assets")

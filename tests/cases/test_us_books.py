"""The accounts of the American months as the company file itself works them out, beside recon's own postings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from recon.sandbox.quickbooks.company import SandboxCompany
from tests.cases import story
from tests.cases.conftest import Played
from tests.clock import FakeClock

CASES = [story.CASES / name for name in ("us-shop-month", "us-api-changes", "us-tax-items")]
MONEY = re.compile(r" +[0-9.]+ (?:on|through) .* -> (.+)")
POSTING = re.compile(r"    (.+?) +debit +([0-9.]+)  credit +([0-9.]+)")


def postings(played: Played) -> tuple[Counter[str], Counter[str]]:
    """Return the sum of every account of all documents, and what credit notes give back by account; debits positive."""
    sums: Counter[str] = Counter()
    given_back: Counter[str] = Counter()
    for name in ("1-shop-documents.txt", "2-shop-documents.txt"):
        is_credit, money = False, ""
        for line in played.texts[name].splitlines():
            if line and not line.startswith(" "):
                is_credit = line.startswith("credit_note")
            if at := MONEY.fullmatch(line):
                money = at[1]
            found = POSTING.fullmatch(line)
            if found:
                minor = int(found[2].replace(".", "")) - int(found[3].replace(".", ""))
                sums[found[1]] += minor
                if is_credit and found[1] == money:
                    given_back[found[1]] += minor
    return sums, given_back


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_account_has_in_quickbooks_what_recon_posts(case: Path, told: Callable[[Path], Played]) -> None:
    """Credit memos stand on accounts receivable there until a person records the refund (`refund-to-record`)."""
    played = told(case)
    sums, given_back = postings(played)
    for account, minor in given_back.items():
        sums[account] -= minor
        sums["Accounts Receivable"] += minor
    company = SandboxCompany(played.root / ".recon" / "sandbox" / "quickbooks.db", clock=FakeClock(), durable=False)
    balances = company.books.balances()
    company.close()
    assert balances == {account: minor for account, minor in sorted(sums.items()) if minor}
    assert balances["Sales Tax Payable"] < 0 < balances["Shopify Payments Clearing"]

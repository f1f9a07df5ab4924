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
POSTING = re.compile(r"    (.+?) +debit +([0-9.]+)  credit +([0-9.]+)")


def postings(played: Played) -> Counter[str]:
    """Return the sum of every account of all documents; debits positive."""
    sums: Counter[str] = Counter()
    for name in sorted(name for name in played.texts if name.endswith("-documents.txt")):
        for line in played.texts[name].splitlines():
            found = POSTING.fullmatch(line)
            if found:
                sums[found[1]] += int(found[2].replace(".", "")) - int(found[3].replace(".", ""))
    return sums


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_account_has_in_quickbooks_what_recon_posts(case: Path, told: Callable[[Path], Played]) -> None:
    """Every credit memo is paid out by its refund there, so nothing of it stays on accounts receivable."""
    played = told(case)
    sums = postings(played)
    company = SandboxCompany(played.root / ".recon" / "sandbox" / "quickbooks.db", clock=FakeClock(), durable=False)
    balances = company.books.balances()
    credited = [kept for kept in company.truth() if kept.kind == "CreditMemo"]
    company.close()
    assert credited
    assert {kept.balance_minor for kept in credited} == {0}
    assert balances == {account: minor for account, minor in sorted(sums.items()) if minor}
    assert balances["Sales Tax Payable"] < 0 < balances["Shopify Payments Clearing"]


def test_what_was_bought_stands_in_quickbooks_as_recon_posts_it(told: Callable[[Path], Played]) -> None:
    """Items go on their own accounts there: nobody told QuickBooks which."""
    played = told(story.CASES / "us-purchases-month")
    company = SandboxCompany(played.root / ".recon" / "sandbox" / "quickbooks.db", clock=FakeClock(), durable=False)
    balances, kinds = company.books.balances(), [kept.kind for kept in company.truth()]
    on_hand = company.books.on_hand("BAG-02")
    company.close()
    assert kinds == ["Bill", "ItemReceipt", "ItemReceipt"]  # only goods QuickBooks knows are receipts of items
    assert balances == {account: minor for account, minor in sorted(postings(played).items()) if minor}
    assert on_hand == (38_000, balances["Inventory Asset"])

"""Settlements as journal entries: hledger and beancount accept them and come to our balances."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from till_shop import COUNT, group, inputs, on_account, till, z_report

from exports.audit_frames import audit_frames
from exports.journal import write_journal
from exports.journal_accounts import account_kinds
from recon.plan.plan import build_plan
from tests.journals import require_accepted


@pytest.mark.parametrize("form", ["hledger", "beancount"])
def test_settlements_balance_in_both_programs(tmp_path: Path, form: Literal["hledger", "beancount"]) -> None:
    back = (group("100@25", -12_500, "25 %"),)
    returns = z_report(
        215, back, ({"payment_channel": "Kafé Torget/BAX BankAxept", "amount_minor": -12_500},), opening_float_minor=0
    )
    given = inputs(
        z_report(), returns, on_account(), connection=till(invoices="issued"), counts={214: COUNT},
        articles=[{"sku_key": "a1", "account_code": "3000"}],
    )  # fmt: skip
    made = build_plan(given)
    frames = audit_frames(orders=given.orders, documents=made.documents, postings=made.postings)
    done = write_journal(frames, tmp_path / "books.txt", format=form)
    balances = {code: minor for (code, _), minor in done.balances.items()}
    assert (done.entries, balances["3000"], balances["output vat 3"], balances["1900"]) == (3, -1_290_000, -322_500, 0)
    roots = {code: account.root for code, account in account_kinds(made.documents, made.postings, {}).items()}
    assert (roots["output vat 3"], roots["output vat 31"], roots["1503"]) == ("Liabilities", "Liabilities", "Assets")
    require_accepted(done.path, form)

"""The sandbox PowerOffice Go: its door, what it refuses, and what its books come to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from recon.sandbox.poweroffice import SandboxPowerOffice
from tests.clock import FakeClock
from tests.recon.poweroffice_tools import Asker, refusal, settlement


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(dt.datetime(2026, 3, 15, 6, 0, tzinfo=dt.UTC))


@pytest.fixture
def go(clock: FakeClock) -> Iterator[SandboxPowerOffice]:
    with SandboxPowerOffice(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def asker(go: SandboxPowerOffice, clock: FakeClock) -> Asker:
    return Asker(go, clock)


def test_a_settlement_comes_to_the_ledger_with_vat_worked_out_from_gross(go: SandboxPowerOffice, asker: Asker) -> None:
    answer = asker.ask("POST", "/JournalEntryVouchers/ManualJournals", settlement(asker))
    assert answer.status_code == 201
    assert go.trial_balance() == []
    draft = answer.json()["Id"]
    go.person().post_draft(draft)
    assert {one.account: one.balance_minor for one in go.trial_balance()} == {
        1503: 900040, 1504: 380000, 1505: 200000, 1900: 0, 1909: 2000, 1920: 298000, 2700: -300000, 2701: -30000, 2901: -20000,
        2910: -30000, 3000: -1200000, 3030: -200000, 7740: -40,
    }  # fmt: skip
    posted = asker.get("/AccountTransactions", fromDate="2026-03-14", toDate="2026-03-14", accountNos="2700-2709")
    assert [(one["VoucherId"], one["AccountNo"]) for one in posted] == [(draft, 2700), (draft, 2701), (draft, 2700)]
    assert refusal(asker.ask("DELETE", f"/JournalEntryVouchers/{draft}"), 409) == "The voucher is already posted."

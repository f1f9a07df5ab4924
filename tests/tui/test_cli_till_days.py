"""`recon till days`: missing Z reports, days nobody closed, what is late, and where else it is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests import till_world as world
from tests.clock import FakeClock
from tests.saft_files import Day, Line, Receipt, Register
from tests.shell import Shell
from tests.tui.test_json import check

SALE = Receipt(lines=(Line(group="100", amount=10_000),), payments=(("CASH", 10_000),))


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Z 7, 8 and 11 of one till: two numbers are missing, a Sunday is none, and sales lie behind the last report."""
    reports = ((7, 7, "Z report"), (8, 9, "Z report"), (11, 12, "Z report"), (12, 13, "X report"))
    days = (Day(date=dt.date(2026, 3, day), number=z, receipts=(SALE,), report=kind) for z, day, kind in reports)
    till = Register(number="K1", days=tuple(days))
    clock = FakeClock(dt.datetime(2026, 4, 1, 6, tzinfo=dt.UTC))
    return world.begun(tmp_path, clock, till)


def test_a_missing_number_an_open_day_and_what_is_not_sent(shell: Shell) -> None:
    facts = check(shell("till", "days", "--json").expect(4))
    (till,) = facts["registers"]
    assert (till["last_number"], till["settlements"], till["without"], till["unsent"]) == ("K1/11", 3, 3, 3)
    (gap,) = facts["missing"]
    assert (gap["number"], gap["count"], gap["after"], gap["before"]) == ("K1/9..K1/10", 2, "2026-03-09", "2026-03-12")
    assert [(day["code"], day["number"]) for day in facts["open_days"]] == [("till-not-closed", "K1/11")]
    (term,) = facts["terms"]
    assert (term["first_day"], term["last_day"], term["settlements"], term["is_over"]) == (
        "2026-03-01",
        "2026-04-30",
        3,
        False,
    )
    assert facts["needing"] == 2


def test_a_persons_word_ends_the_question(shell: Shell) -> None:
    assert "K1/9..K1/10" in shell("till", "days").expect(4).out
    shell("match", "--gap", "K1/9..K1/10=the till was exchanged", "--as", "Kari")
    out = shell("till", "days").expect(4).out
    assert "known gap" in out and "the till was exchanged (Kari" in out and "missing   " not in out


def test_what_is_late_is_told_everywhere(shell: Shell) -> None:
    assert "late" not in shell("till", "days").expect(4).out
    shell.clock.forward(40 * 86_400)
    assert "late: its term is over" in shell("till", "days").expect(4).out
    assert "late in the books: 3 (recon till days)" in " ".join(shell("status").out.split())
    lines = {line["check"]: line for line in shell.json("verify", "shop", "--offline")["lines"]}
    assert (lines["till-days"]["state"], lines["till-days"]["remedy"]) == ("warning", "recon till days")
    assert lines["till-setup"]["state"] == "missing"
    assert lines["vat-codes"]["state"] == "ok"
    assert not {"charges", "contacts", "services"} & set(lines)


def test_no_further_words(shell: Shell) -> None:
    assert "without further words" in shell("till", "days", "K1/7").expect(2).err

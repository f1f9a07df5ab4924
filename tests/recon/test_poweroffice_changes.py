"""What a person changed on a draft before posting it: told line by line, with what was sent and what stands there."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from recon.targets.poweroffice.changes import changed_lines
from recon.targets.poweroffice.entries import Side
from recon.targets.poweroffice.held import Held


def side(account: str, minor: int, text: str, vat: str = "0", **more: str) -> Side:
    return Side(account=account, minor=minor, text=text, vat=vat, **({"department": "10"} | more))


OURS = (
    side("1900", 30_000, "Kontant"),
    side("1504", 20_000, "Visa"),
    side("3000", -40_000, "Mat", "3"),
    side("3030", -10_000, "Med", "31"),
)
CASH, VISA, FOOD, AWAY = OURS


def told(*theirs: Side, place: str = "draft") -> list[tuple[str, str, str, str]] | None:
    held = Held(ledger_id="1", place=place, day=dt.date(2026, 3, 14), description="", sides=theirs)  # type: ignore[arg-type]
    found = changed_lines(held, OURS)
    return None if found is None else [(one.field, one.line, one.sent, one.held) for one in found]


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ((FOOD, AWAY, CASH, VISA), []),
        ((CASH, replace(VISA, text="Kort"), replace(FOOD, minor=-15_000), replace(FOOD, minor=-25_000, text="Mat 2"), AWAY), []),
        ((replace(CASH, vat=""), VISA, FOOD, AWAY), []),
        (tuple(replace(one, vat="") for one in OURS), []),
        ((CASH, VISA, replace(FOOD, vat=""), AWAY), [("VAT code", "Mat (3000)", "3", "0")]),
        ((CASH, replace(VISA, minor=21_000), FOOD, AWAY), [("amount", "Visa (1504)", "200.00", "210.00")]),
        ((CASH, replace(VISA, account="1503"), FOOD, AWAY), [("account", "Visa (1504)", "1504", "1503")]),
        ((CASH, replace(VISA, vat="3"), FOOD, AWAY), [("VAT code", "Visa (1504)", "0", "3")]),
        (
            (CASH, VISA, replace(FOOD, text="Servert", vat="31", department="20"), AWAY),
            [("VAT code", "Mat (3000)", "3", "31"), ("department", "Mat (3000)", "10", "20")],
        ),
        (tuple(replace(one, department="20") for one in OURS), [("department", "", "10", "20")]),
        (
            tuple(replace(one, project="P1") for one in (CASH, replace(VISA, minor=20_100), FOOD, AWAY)),
            [("project", "", "none", "P1"), ("amount", "Visa (1504)", "200.00", "201.00")],
        ),
        ((CASH, VISA, FOOD), [("line", "Med (3030)", "-100.00, VAT code 31", "none")]),
        ((*OURS, side("7770", 500, "Gebyr")), [("line", "Gebyr (7770)", "none", "5.00, VAT code 0")]),
    ],
    ids=["order", "apart", "no code", "no codes", "code gone", "amount", "account", "code", "two things", "whole", "whole and line", "gone", "new"],
)  # fmt: skip
def test_each_change_is_told_as_what_it_is(theirs: tuple[Side, ...], said: list[tuple[str, str, str, str]]) -> None:
    assert told(*theirs) == said


def test_what_is_posted_or_not_stated_is_compared_by_account() -> None:
    assert told(*OURS, place="posted") is None
    assert changed_lines(Held(ledger_id="1", place="draft", day=None, description=""), OURS) is None

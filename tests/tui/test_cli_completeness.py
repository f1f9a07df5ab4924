"""`recon status`: count and sum per day and channel, source against ledger, and where the difference is."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.shell import Shell
from tests.thai_shop import MID_MONTH

SUMS = ("ledger", "ledger_waiting", "ledger_planned", "ledger_held", "ledger_ignored", "difference")
COUNTS = ("in_ledger", "waiting", "planned", "held", "ignored")


def block(shell: Shell, *words: str, place: int = 0) -> dict[str, Any]:
    found = shell.json("status", *words)["completeness"][0]["blocks"][place]
    assert isinstance(found, dict)
    return found


def check(line: dict[str, Any]) -> None:
    assert Decimal(line["source"]) == sum(Decimal(line[name]) for name in SUMS), line
    assert line["orders"] == sum(line[name] for name in COUNTS), line


@pytest.fixture
def month(shell: Shell) -> Shell:
    """Half a month planned: 34 orders of a shop, one of them in dollars."""
    shell("connect").expect(0)
    shell("import", MID_MONTH)
    shell("match", "--link-all", "--text", "--all-channels", "BSV001")
    shell("plan").expect(4)
    return shell


def test_a_plan_is_complete_at_every_step_of_its_way(month: Shell) -> None:
    plan = month.json("plan", "--dry-run")["controls"]
    for step in ("planned", "approved", "posted"):
        if step == "approved":
            month("approve", "B0001", "--as", "Nok").expect(0)
        if step == "posted":
            month("upload", "B0001")
        every = block(month, "--days", "all")
        total = every["total"]
        assert total["source"] == plan["source"]
        where = {"planned": "ledger_planned", "approved": "ledger_waiting", "posted": "ledger"}[step]
        assert total[where] == plan["documents"]
        assert total["difference"] == "0.00"
        for line in (total, *every["lines"]):
            check(line)
        assert total["orders"] + block(month, place=1)["total"]["orders"] == plan["orders"]
        for name in ("orders", *COUNTS):
            assert sum(line[name] for line in every["lines"]) == total[name]
        for name in ("source", *SUMS):
            assert sum(Decimal(line[name]) for line in every["lines"]) == Decimal(total[name])


def test_only_days_with_a_difference_are_shown_unless_asked(month: Shell) -> None:
    month("approve", "B0001", "--as", "Nok").expect(0)
    month("upload", "B0001")
    shown, every, newest = block(month), block(month, "--days", "all"), block(month, "--days", "2")
    assert 0 < len(shown["lines"]) < len(every["lines"])
    assert all(line["held"] or line["ignored"] for line in shown["lines"])
    assert sorted({line["day"] for line in newest["lines"]}) == ["2026-10-13", "2026-10-14"]
    assert (shown["more"], every["more"]) == (0, 0)
    assert newest["more"] == sum(line["day"] < "2026-10-13" for line in shown["lines"])
    assert month("status", "--days", "0").code == 2
    assert "no number of days" in month("status", "--days", "some").err


def test_a_day_without_orders_is_named(shell: Shell, tmp_path: Path) -> None:
    rows = MID_MONTH.read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "holes.csv"
    gone = tuple(f"#{number}," for number in (1008, 1009, 1014, 1015, 1016, 1017, 1018))
    path.write_text("".join(row for row in rows if not row.startswith(gone)), encoding="utf-8")
    shell("connect").expect(0)
    shell("import", path)
    shell("match", "--link-all", "--text", "--all-channels", "BSV001")
    shell("plan").expect(4)
    assert block(shell)["empty_days"] == ["2026-10-05", "2026-10-08", "2026-10-09"]
    out = shell("status").out
    assert "no orders on: 2026-10-05, 2026-10-08 .. 2026-10-09" in out
    assert "no orders on 3 days" in out


def test_the_ledgers_own_list_is_told_after_verify(month: Shell) -> None:
    month("approve", "B0001", "--as", "Nok").expect(0)
    month("upload", "B0001")
    assert month.json("status")["completeness"][0]["read_at"] is None
    month("verify", "B0001").expect(0)
    report = month.json("status")["completeness"][0]
    total = report["blocks"][0]["total"]
    assert (total["read"], total["unlike"]) == (17, 0), "16 whole orders, and one of which a part is held"
    assert report["read_at"].startswith("2026-")
    assert "the ledger's own list was read" in month("status").out


def test_before_a_plan_there_is_nothing_to_compare(shell: Shell) -> None:
    assert shell.json("status")["completeness"] == []

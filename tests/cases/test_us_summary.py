"""October of the American shop with one document a day: the same books as order by order, each order still to be found."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from recon.sandbox.quickbooks.company import SandboxCompany
from tests.cases import story
from tests.clock import FakeClock
from tests.shell import Shell

CASE = story.CASES / "us-shop-month"
DAILY = '\n[connections.shop.summary]\nsales = "day"\n'


def played(folder: Path, more: str) -> dict[str, str]:
    """Play the story with more settings; its workspace lies in ``folder``/books."""
    case = folder / "case"
    shutil.copytree(CASE, case)
    settings = case / "settings.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + more, encoding="utf-8")
    return dict(story.play(case, folder / "books"))


def balances(root: Path) -> dict[str, int]:
    company = SandboxCompany(root / ".recon" / "sandbox" / "quickbooks.db", clock=FakeClock(), durable=False)
    found = company.books.balances()
    company.close()
    return found


@pytest.fixture(scope="module")
def daily(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("daily")
    return folder / "books", played(folder, DAILY)


@pytest.fixture
def shell(daily: tuple[Path, dict[str, str]]) -> Shell:
    clock = FakeClock()
    return Shell(daily[0], clock)


def test_the_company_file_has_the_same_balances_as_order_by_order(
    daily: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    played(tmp_path, "")
    assert balances(daily[0]) == balances(tmp_path / "books")


def test_after_both_halves_of_the_month_nothing_is_left_to_post(shell: Shell) -> None:
    report = json.loads(shell("plan", "--json").expect(4).out)
    assert report["documents"] == 0
    assert report["controls"]["difference"] == "0.00"


def test_an_order_is_found_by_its_number_in_the_summary_that_holds_it(shell: Shell) -> None:
    found = json.loads(shell("show", "#1002", "--json").expect(0).out)
    assert found["header"]["number"] == "D261002-02"
    orders = {each["order_number"]: each["total"] for each in found["orders"]}
    assert orders == {"#1002": "48.26"}
    assert found["header"]["state"] == "posted"
    said = shell("show", "D261002-02").expect(0).out
    assert "#1002" in said
    assert "shopify:cedar:" in said


def test_the_workbook_lists_the_orders_of_each_summary(daily: tuple[Path, dict[str, str]]) -> None:
    book = daily[0] / "audit" / "B0001.xlsx"
    sheet = pl.read_excel(book, sheet_name="Summaries", has_header=False, infer_schema_length=0)
    rows = [row for row in sheet.rows() if row[0] and str(row[0]).startswith("D26")]
    assert ("D261002-02", "#1002") in {(row[0], row[5]) for row in rows}


def test_every_order_of_a_summary_counts_in_completeness(shell: Shell) -> None:
    report = json.loads(shell("audit", "--json").expect(0).out)
    assert "agree" in report["message"].lower()

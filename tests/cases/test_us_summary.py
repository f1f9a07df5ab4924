"""October of the American shop with one document a day: the same books as order by order, each order still to be found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from recon.sandbox.quickbooks.company import SandboxCompany
from recon.workspace import Workspace, make_workspace
from tests.cases import story, test_us_iif
from tests.cases.conftest import Played
from tests.clock import FakeClock
from tests.shell import Shell
from tui.core_texts import RULES, word
from tui.widgets.summed_orders import summed_orders
from tui.wiring import service_for

CASE = story.CASES / "us-shop-month"
DAILY = '\n[connections.shop.summary]\nsales = "day"\n'


def played(folder: Path) -> dict[str, str]:
    """Play the story with one document a day; its workspace lies in ``folder``/books."""
    case = folder / "case"
    shutil.copytree(CASE, case)
    settings = case / "settings.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + DAILY, encoding="utf-8")
    return dict(story.play(case, folder / "books"))


def balances(root: Path) -> dict[str, int]:
    company = SandboxCompany(root / ".recon" / "sandbox" / "quickbooks.db", clock=FakeClock(), durable=False)
    found = company.books.balances()
    company.close()
    return found


@pytest.fixture(scope="module")
def daily(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("daily")
    return folder / "books", played(folder)


@pytest.fixture
def shell(daily: tuple[Path, dict[str, str]]) -> Shell:
    clock = FakeClock()
    return Shell(daily[0], clock)


def test_the_company_file_has_the_same_balances_as_order_by_order(
    daily: tuple[Path, dict[str, str]], told: Callable[[Path], Played]
) -> None:
    assert balances(daily[0]) == balances(told(CASE).root)


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


def test_the_document_pane_names_the_orders_of_a_summary(shell: Shell) -> None:
    with service_for(Workspace(shell.root), clock=shell.clock) as service:
        (found,) = service.show("D261001-01")
    lines = "".join(part if isinstance(part, str) else part[0] for part in summed_orders(found, 30, str)).splitlines()
    assert lines == ["Orders", "#1001                    78.93"]
    rule = word(RULES, found.header.reason)
    assert rule == "the orders of a day in one document"


def test_the_workbook_lists_the_orders_of_each_summary(daily: tuple[Path, dict[str, str]]) -> None:
    book = daily[0] / "audit" / "B0001.xlsx"
    sheet = pl.read_excel(book, sheet_name="Summaries", has_header=False, infer_schema_length=0)
    rows = [row for row in sheet.rows() if row[0] and str(row[0]).startswith("D26")]
    assert ("D261002-02", "#1002") in {(row[0], row[5]) for row in rows}


def test_every_order_of_a_summary_counts_in_completeness(shell: Shell) -> None:
    report = json.loads(shell("audit", "--json").expect(0).out)
    assert "agree" in report["message"].lower()


def test_an_import_file_with_summaries_books_the_same_as_order_by_order(tmp_path: Path) -> None:
    books = []
    for sales in ("each", "day"):
        shell = test_us_iif.new_books(tmp_path / sales, FakeClock())
        test_us_iif.set_setting(shell, 'sales = "each"', f'sales = "{sales}"')
        batch = test_us_iif.approved(shell)
        (file,) = (Path(path) for path in shell.json("upload", batch, code=4)["files"])
        books.append(test_us_iif.importer())
        books[-1].take(file)
        report = books[-1].report(tmp_path / f"{sales}.csv")
        assert shell.json("upload", batch, "--confirm-taken", report, code=0)["state"] == "done"
    each, day = books
    assert day.balances == each.balances
    assert len(day.taken) < len(each.taken)


@pytest.fixture
def planned(tmp_path: Path) -> Shell:
    """The first half of the month, planned day by day and not approved."""
    clock = FakeClock()
    settings = (CASE / "settings.toml").read_text(encoding="utf-8")
    make_workspace(tmp_path / "books", settings + DAILY)
    shell = Shell(tmp_path / "books", clock)
    lines = (CASE / "commands.txt").read_text(encoding="utf-8").splitlines()
    for line in lines[: lines.index("= 1-shop B0001")]:
        if line.startswith("recon"):
            story._command(shell, line, CASE)
    return shell


def test_a_summary_is_decided_as_a_whole(planned: Shell) -> None:
    rows = planned.json("documents", "B0001")["documents"]
    first, second = [row["number"] for row in rows if (row["number"] or "").startswith("D26")][:2]
    refused = planned("decide", "reject", first, "--reason", "not ours", "--as", "Nok")
    assert "a summary of many orders is not rejected as one" in refused.out
    planned("decide", "approve", second, "--as", "Nok")
    partly = planned("approve", "--decided", "--as", "Nok").expect(2)
    assert "holds summaries of many orders, so it is approved as a whole" in partly.err
    assert planned.json("status")["batches"][0]["state"] == "draft"


def test_what_was_found_about_an_order_stands_beside_its_summary(planned: Shell) -> None:
    with service_for(Workspace(planned.root), clock=planned.clock) as service:
        frame = service.review("shop").frame
    summaries = frame.filter(pl.col("order_key").str.contains(":summary:"))
    found = dict(summaries.select("number", "causes").iter_rows())
    assert "gateways-not-split" in str(found["D261004-01"])
    assert summaries.filter(pl.col("number") == "D261004-01")["status"].cast(pl.String).to_list() == ["check"]

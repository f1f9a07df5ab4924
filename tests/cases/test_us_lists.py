"""Lists of QuickBooks that fill up: a customer for each buyer as long as there is room, the standing one for all when there is not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from recon.sandbox.quickbooks import chart
from recon.sandbox.quickbooks.company import SandboxCompany
from tests.cases.test_us_iif import CASE, CHANNELS, set_setting
from tests.clock import FakeClock
from tests.shell import Shell, run


def orders_with_streets(place: Path) -> Path:
    """The October export, every order billed to a street of its own."""
    with (CASE / "in" / "1-orders_export_16-october.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["Billing Name"]:
            row["Billing Street"] = f"{row['Name'].lstrip('#')} Cedar Road"
    with place.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return place


def open_company(shell: Shell) -> SandboxCompany:
    return SandboxCompany(shell.root / ".recon" / "sandbox" / "quickbooks.db", clock=FakeClock(), durable=False)


def fill(shell: Shell, count: int, most: int) -> None:
    """Let the list of names hold ``count`` of ``most``."""
    company = open_company(shell)
    company.books.begin()
    for number in range(count - len(company.books.entries(("Customer", "Vendor")))):
        chart.add(company.books, "Vendor", f"Old Vendor {number}", [])
    company.hold_at_most("EntityMetaData", most)
    company.books.commit()
    company.close()


@pytest.fixture
def shell(tmp_path: Path, clock: FakeClock) -> Shell:
    root = tmp_path / "books"
    run("init", root, "--no-input", "--company", "Cedar & Pine LLC", "--source", "shopify", "--target", "sandbox-quickbooks",
        "--start-date", "2026-01-01", clock=clock).expect(0)  # fmt: skip
    made = Shell(root, clock)
    set_setting(made, 'customers = "one"', 'customers = "each"')
    made("import", orders_with_streets(tmp_path / "october.csv")).expect(4)
    made("connect")
    made("match", "--link-all")
    made("match", "--sku", "STK-01", "--as-text")
    for channel, method in CHANNELS.items():
        made("match", "--channel", channel, "--method", method)
    return made


def planned(shell: Shell) -> dict[str, list[str]]:
    """Finding details of the plan, by code."""
    found: dict[str, list[str]] = {}
    report = shell.json("plan", code=4)
    for cause in (*report["held"], *report["other"]):
        found.setdefault(cause["code"], []).append(cause["example"])
    return found


def test_each_buyer_becomes_a_customer_once(shell: Shell) -> None:
    report = shell.json("plan", code=4)
    batch = report["batch"]
    shell("approve", batch, "--as", "Nok", "--confirm", "Cedar").expect(0)
    shell("upload", batch)
    company = open_company(shell)
    customers = [entry.full_name for entry in company.books.entries(("Customer",))]
    company.close()
    own = [name for name in customers if name.startswith("Ana Ruiz ")]
    assert len(own) == len(set(own)) > 1
    assert shell.json("upload", batch)["state"] == "done"
    company = open_company(shell)
    assert len(company.books.entries(("Customer",))) == len(customers)
    company.close()
    assert "room in its lists: names " in shell("connect").out


def test_a_list_that_fills_up_is_warned_of_with_count_and_limit(shell: Shell) -> None:
    fill(shell, 82, 100)
    said = shell("connect").out
    assert "room in its lists: names 82 of 100, " in said
    assert "missing: names (customers, vendors, employees and others together): 82 of 100, 82 %. From 95 % on" in said
    (line,) = [
        each
        for each in shell.json("verify", "shop")["lines"]
        if each["check"] == "rooms" and each["state"] == "warning"
    ]
    assert (line["count"], "82 of 100" in line["text"]) == (82, True)


def test_what_would_fill_the_list_goes_to_the_standing_customer_as_a_whole(shell: Shell) -> None:
    fill(shell, 90, 100)
    shell("connect")
    (said,) = planned(shell)["list-full"]
    assert "90 names" in said
    assert "of the 100 it can hold" in said
    report = shell.json("plan", code=4)
    assert report["contacts"] == []
    shell("approve", report["batch"], "--as", "Nok", "--confirm", "Cedar").expect(0)
    shell("upload", report["batch"])
    company = open_company(shell)
    assert len(company.books.entries(("Customer", "Vendor"))) == 90
    company.close()


def test_a_full_list_without_a_standing_customer_holds_the_orders(shell: Shell) -> None:
    set_setting(shell, 'default = "Shopify Customer"', 'default = ""')
    fill(shell, 90, 100)
    shell("connect")
    found = planned(shell)
    assert "No standing customer is named either." in found["customer-missing"][0]

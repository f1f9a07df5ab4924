"""Settlements at the command line: found by their headings, read again when a person names a part, shown in the workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from recon.workspace import make_workspace
from tests.clock import FakeClock
from tests.recon.marketplace_files import csv_bytes, headings, lazada, shopee
from tests.recon.settlement_files import csv_file, lazada_leg, lazada_rows, shopee_row, table, xlsx_file
from tests.shell import Shell

SETTINGS = """
format = 1
[company]
name = "บริษัท บ้านคอตตอน จำกัด"
tax_id = "0105500000003"
currency = "THB"
timezone = "Asia/Bangkok"
"""
CONNECTION = """
[connections.{name}]
source = "{name}"
target = "sandbox"
shop = "main"
start_date = 2026-06-01
record_kinds = ["sale", "purchase"]
[connections.{name}.accounts]
sales = "410101"
receivable = "113101"
output_vat = "215301"
undue_output_vat = "215302"
input_vat = "115401"
payable = "212101"
[connections.{name}.charges.default]
shipping = {{ treatment = "book", account = "410301" }}
platform_voucher = "spread"
[connections.{name}.contacts.by_channel]
{channel} = "ONLINE"
[connections.{name}.purchases]
account = "510111"
tax_invoice = "with-expense"
suppliers = {{ "{channel}" = "V00001" }}
[connections.{name}.marketplace]
counts_as_paid = "settled"
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    root = tmp_path / "books"
    both = (CONNECTION.format(name=name, channel=name.capitalize()) for name in ("shopee", "lazada"))
    make_workspace(root, SETTINGS + "".join(both))
    return Shell(root, FakeClock())


def put(shell: Shell, name: str, content: bytes) -> Path:
    path = shell.root / name
    path.write_bytes(content)
    return path


def codes(planned: dict[str, Any]) -> set[str]:
    return {row["code"] for part in ("held", "ignored", "other") for row in planned[part]}


def test_orders_and_settlement_come_to_receipt_and_expense(shell: Shell) -> None:
    voucher = {"โค้ดส่วนลดชำระโดยผู้ขาย": "30", "จำนวนเงินทั้งหมด": "606"}
    orders = [shopee() | voucher, shopee("260605K7Q2M8XQ") | voucher]
    shell("connect", "--connection", "shopee").expect(0)
    shell("import", put(shell, "orders.csv", csv_bytes(headings("shopee"), orders))).expect(0)
    income = put(shell, "Income.xlsx", xlsx_file("shopee", table("shopee", [shopee_row()])))
    ran = shell("import", income).expect(0)
    assert "Settled SHOPEE-2026-06-11: goods 700.00, own discounts -132.00" in ran.out
    assert shell.json("import", income)["files"][0]["status"] == "known"
    of_shopee = ("--connection", "shopee")
    matched = shell.json("match", "--sku", "CT01", "--as-text", *of_shopee)
    assert [line["sku"] for line in matched["products"]] == ["CT01"]
    (channel,) = shell.json("match", "--channel", "Shopee", "--method", "EWL001", *of_shopee)["channels"]
    assert channel["state"] == "mapped"
    planned = shell.json("plan", *of_shopee)
    kinds = {row["kind"]: row["count"] for row in planned["by_kind"]}
    assert kinds == {"receipt": 1, "expense": 1, "expense_payment": 1}  # the second order is not proved
    shell("approve", planned["batch"], "--as", "Nok").expect(0)
    shell("upload", planned["batch"]).expect(0)
    shell("verify", planned["batch"]).expect(0)
    book = openpyxl.load_workbook(shell.json("audit", planned["batch"])["path"])
    cells = [cell for row in book["Settlements"].iter_rows(values_only=True) for cell in row if cell is not None]
    assert "SHOPEE-2026-06-11" in cells
    assert cells.count(509.19) >= 1


def test_a_part_a_person_names_is_read_again_with_its_file(shell: Shell) -> None:
    shell("connect", "--connection", "lazada").expect(0)
    shell("import", put(shell, "orders.csv", csv_bytes(headings("lazada"), [lazada("998877665544332")]))).expect(0)
    rows = [*lazada_rows(), lazada_leg("ค่าอะไรใหม่", "-3.00")]
    shell("import", put(shell, "income.csv", csv_file(table("lazada", rows)))).expect(4)
    of_lazada = ("--connection", "lazada")
    shell("match", "--sku", "CT01", "--as-text", *of_lazada)
    shell("match", "--channel", "Lazada", "--method", "EWL002", *of_lazada)
    assert "settlement-leg-unknown" in codes(shell.json("plan", *of_lazada))
    path = shell.root / "recon.toml"
    settings = path.read_text(encoding="utf-8")
    where = settings.rindex('counts_as_paid = "settled"')
    named = settings[:where] + 'settlement_legs = { "ค่าอะไรใหม่" = "fee:other" }\n' + settings[where:]
    path.write_text(named, encoding="utf-8")
    planned = shell.json("plan", *of_lazada)
    assert "settlement-leg-unknown" not in codes(planned)
    kinds = {row["kind"]: row["total"] for row in planned["by_kind"]}
    assert kinds == {"receipt": "234.00", "expense": "56.32", "expense_payment": "56.32"}


def test_a_settlement_of_another_marketplace_is_not_taken_in(shell: Shell) -> None:
    income = put(shell, "income.csv", csv_file(table("lazada", lazada_rows())))
    ran = shell("import", income, "--connection", "shopee").expect(2)
    assert "lazada" in ran.err


def test_what_a_settlement_gives_back_is_settled_alone_and_only_with_a_number(shell: Shell) -> None:
    of_lazada = ("--connection", "lazada")
    shell("connect", *of_lazada).expect(0)
    rows = [*lazada_rows(), lazada_leg("คืนค่าธรรมเนียมการชำระเงิน", "17.86")]  # 7.86 were charged
    shell("import", put(shell, "income.csv", csv_file(table("lazada", rows)))).expect(0)
    shell("match", "--channel", "Lazada", "--method", "EWL002", *of_lazada)
    planned = shell.json("plan", *of_lazada)
    assert {"supplier-credit-by-hand", "settlement-given-back"} <= codes(planned)
    assert {row["kind"]: row["total"] for row in planned["by_kind"]} == {"expense": "45.46", "expense_payment": "45.46"}
    credit = "THAB12CD-2026-0608-CREDIT"
    refused = shell("match", *of_lazada, "--decide", f"{credit}=by-hand").expect(2)
    assert f"{credit}=by-hand:NUMBER" in refused.err
    shell("match", *of_lazada, "--decide", f"{credit}=by-hand:CN-7")
    again = shell.json("plan", *of_lazada)
    assert "supplier-credit-by-hand" not in codes(again)
    assert again["by_kind"] == planned["by_kind"]


def test_the_fees_of_a_payout_are_claimed_by_the_tax_invoice_a_person_enters(shell: Shell) -> None:
    of_lazada = ("--connection", "lazada")
    shell("connect", *of_lazada).expect(0)
    rows = [*lazada_rows(), lazada_leg("คืนค่าธรรมเนียมการชำระเงิน", "17.86")]
    shell("import", put(shell, "income.csv", csv_file(table("lazada", rows)))).expect(0)
    shell("match", "--channel", "Lazada", "--method", "EWL002", *of_lazada)
    planned = shell.json("plan", *of_lazada)
    shell("approve", planned["batch"], "--as", "Nok").expect(0)
    shell("upload", planned["batch"]).expect(0)
    (waits,) = shell.json("vat", "--month", "2026-06", *of_lazada)["purchases"]
    assert (waits["record"], waits["claim"]) == ("THAB12CD-2026-0608", "no number")
    assert any(
        "recon match --tax-invoice" in note for note in shell.json("vat", "--month", "2026-06", *of_lazada)["notes"]
    )
    shell("match", *of_lazada, "--tax-invoice", f"{waits['record']}=LZD-0001 2026-06-30", "--as", "Nok")
    facts = shell.json("vat", "--month", "2026-06", *of_lazada)
    assert (facts["purchases"][0]["claim"], facts["figures"]["input_vat"]) == ("yes", waits["vat"])
    credit = shell("match", *of_lazada, "--tax-invoice", f"{waits['record']}-CREDIT=LZD-0002 2026-06-30").expect(2)
    assert "it is a purchase return, which has a credit note and no tax invoice" in credit.err
    elsewhere = shell(
        "match", "--connection", "shopee", "--tax-invoice", f"{waits['record']}=LZD-0003 2026-06-30"
    ).expect(2)
    assert "There are no purchases yet" in elsewhere.err

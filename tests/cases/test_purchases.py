"""Purchases by the commands a person types: from ZORT to the sandbox PEAK, with payments, withheld tax and returns."""

from __future__ import annotations

import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from recon.sandbox.peak import SandboxPeak, sandbox_company
from recon.sandbox.zort import ZortShop
from tests.cases.zort_books import JULY, books, change, codes, keys, sale
from tests.clock import FakeClock
from tests.recon.sandbox_peak_caller import Caller
from tests.shell import SANDBOX_COMPANY, Shell, run

NOW = JULY
ACCOUNTS = {"input_vat": "115401", "undue_input_vat": "115401", "payable": "212101", "withholding_payable": "420102"}
UNPAID = {"paymentstatus": "Pending", "payments": [], "paymentamount": "0"}
KINDS = ["sale", "purchase", "purchase_return"]
SUPPLIER = "บริษัท ผู้ขาย จำกัด"


def bought(number: str, place: int = 20, **changes: Any) -> dict[str, Any]:
    """A received and paid purchase, of the same goods a sale would have."""
    document = {
        name: copy.deepcopy(value) for name, value in sale(number, place).items() if not name.startswith("orderdate")
    }
    day = "2026-06-20"
    given = {"id": 70_030_000 + int(number.rpartition("-")[2]), "customername": SUPPLIER, "purchaseorderdate": f"{day}T00:00:00",
             "purchaseorderdateString": day}  # fmt: skip
    return document | given | changes


def given_back(number: str) -> dict[str, Any]:
    """A return to the supplier."""
    document = {name: value for name, value in bought(number).items() if not name.startswith("purchaseorderdate")}
    return document | {"returnpurchaseorderdate": "2026-06-25T00:00:00", "returnpurchaseorderdateString": "2026-06-25"}


@pytest.fixture
def shell(tmp_path: Path, clock: FakeClock, shop: ZortShop) -> Shell:
    """Books with one sale, a paid purchase and one that is received and unpaid; everything is set."""
    shop.replace_orders([sale("SO-1")])
    shop.change("purchases", [bought("PO-1"), bought("PO-2", 30, **UNPAID)])
    return ready(books(tmp_path, clock, shop))


def ready(made: Shell) -> Shell:
    """Choose everything purchases need, and take the records in."""
    change(made, record_kinds=KINDS, purchases__account="510111", purchases__withholds=True)
    change(made, **{f'purchases__suppliers__"{SUPPLIER}"': "V00001"})
    change(made, **{f'purchases__by_sku__"{bought("PO-1")["list"][0]["sku"]}"__withholding_percent': "3"})
    for name, code in ACCOUNTS.items():
        change(made, **{f"accounts__{name}": code})
    made("pull").expect(0)
    made("match", "--link-all", "--text", "--all-channels", "BSV001")
    return made


def filed(root: Path, clock: FakeClock, shop: ZortShop, **settings: str) -> Shell:
    """A workspace of a ledger that takes files, with a sale, a purchase that is paid and one that is not."""
    shop.replace_orders([sale("SO-1")])
    shop.change("purchases", [bought("PO-1"), bought("PO-2", 30, **UNPAID)])
    run(
        "init", root, "--no-input", "--company", SANDBOX_COMPANY, "--source", "zort", "--target", "peak-file",
        "--source-url", shop.url, "--start-date", "2026-06-01", clock=clock,
    ).expect(0)  # fmt: skip
    made = Shell(root, clock)
    made("connect", "--stdin", "--keep", "file", stdin=keys(shop)).expect(4)
    change(ready(made), accounts__sales="410101", **settings)
    return made


def post(shell: Shell) -> dict[str, Any]:
    """Plan, approve, upload and verify; return the plan."""
    plan = shell.json("plan")
    shell("approve", plan["batch"], "--as", "Nok").expect(0)
    shell("upload", plan["batch"]).expect(0)
    verified = shell.json("verify", plan["batch"], code=0)
    assert (verified["compared"], verified["differences"], verified["missing"]) == (plan["documents"], [], [])
    return plan


def truth(shell: Shell) -> list[tuple[str, str, int, int]]:
    """What the ledger holds: kind, contact, total and what remains to be paid."""
    with SandboxPeak(
        path=shell.root / ".recon" / "sandbox" / "peak.db", company=sandbox_company(), durable=False
    ) as peak:
        return [(each.kind, each.contact_code, each.total_minor, each.remain_minor) for each in peak.truth()]


def held(shell: Shell) -> dict[str, str]:
    return {cause["code"]: cause["amount"] for cause in shell.json("plan")["held"]}


def test_purchases_go_to_the_ledger_once_and_stand_there_as_sent(shell: Shell) -> None:
    plan = post(shell)
    kinds = {kind["kind"]: kind["count"] for kind in plan["by_kind"]}
    assert kinds == {"receipt": 1, "expense": 2, "expense_payment": 1}
    assert (plan["controls"]["orders"], plan["bought"]["orders"]) == (1, 2)
    for totals in (plan["controls"], plan["bought"]):
        assert (totals["documents"], totals["difference"]) == (totals["source"], "0.00")
    one, two = ([kind, contact] for kind, contact, *_ in truth(shell)[1:])
    assert one == two == ["expense", "V00001"]
    assert sorted(row[3] for row in truth(shell)[1:]) == [0, max(row[2] for row in truth(shell)[1:])]
    again = shell.json("plan")
    assert (again["documents"], again["bought"]["posted"]) == (0, plan["bought"]["documents"])


def test_a_tax_invoice_at_hand_that_peak_is_not_told_of_is_said_and_not_called_equal(shell: Shell) -> None:
    change(shell, purchases__tax_invoice="with-expense")
    plan = post(shell)
    assert "tax-invoice-not-told" in codes(shell)
    (said,) = shell.json("verify", plan["batch"], code=0)["not_compared"]
    assert "the ledger was not told. Expenses: 2" in said
    assert "not compared" in shell("verify", plan["batch"]).out
    with SandboxPeak(
        path=shell.root / ".recon" / "sandbox" / "peak.db", company=sandbox_company(), durable=False
    ) as peak:
        assert not any(each.is_tax_invoice for each in peak.truth() if each.kind == "expense")


def test_the_doors_name_purchases_apart(shell: Shell) -> None:
    plan = shell.json("plan")
    said = shell("approve", plan["batch"], "--as", "Nok", "--dry-run").expect(0).out
    assert f"of them purchases: 3 documents, {plan['bought']['documents']}" in said
    listed = shell.json("documents", plan["batch"], "--kind", "expense_payment")["documents"]
    assert [row["kind"] for row in listed] == ["expense_payment"]
    shown = shell("show", listed[0]["document_key"]).expect(0).out
    assert "withheld" in shown
    shell("decide", "approve", "--filter", "kind:expense", "--as", "Nok").expect(0)
    sealed = shell.json("approve", "--decided", "--as", "Nok")["batch"]
    assert (sealed["purchases"], sealed["for_books"]) == (sealed["documents"], "0.00")


def test_a_purchase_paid_later_a_cancelled_one_and_a_return(shell: Shell, shop: ZortShop) -> None:
    post(shell)
    shop.change("purchases", [bought("PO-1", status="Voided"), bought("PO-2", 30)])
    shop.change("purchase_returns", [given_back("DN-3")])
    shell("pull", "--since", "2026-06-01").expect(0)
    shell("match", "--all-channels", "BSV001")
    plan = shell.json("plan")
    assert [kind["kind"] for kind in plan["by_kind"]] == ["expense_payment"]
    assert set(held(shell)) == {"purchase-cancelled", "supplier-credit-by-hand"}
    assert "journal" in shell("findings").out
    shell("match", "--decide", "PO-1=by-hand:VOID-1", "--decide", "DN-3=by-hand:JV-1", "--as", "Nok")
    assert held(shell) == {}
    post(shell)
    assert [row[3] for row in truth(shell)] == [0, 0, 0]
    done = shell.json("plan")
    assert (done["documents"], done["bought"]["held"], done["bought"]["difference"]) == (0, "0.00", "0.00")


def test_a_suppliers_credit_goes_into_the_journal_where_a_book_is_named(shell: Shell, shop: ZortShop) -> None:
    change(shell, purchases__supplier_credit="journal", purchases__journal_book="5")
    shop.change("purchase_returns", [given_back("DN-3")])
    shell("pull", "--since", "2026-06-01").expect(0)
    plan = post(shell)
    assert "supplier_credit" in {kind["kind"] for kind in plan["by_kind"]}
    assert truth(shell)[-1][0] == "journal"


def test_an_unknown_supplier_is_held_with_the_line_to_set(shell: Shell, shop: ZortShop) -> None:
    shop.change("purchases", [bought("PO-9", customername="Somebody")])
    shell("pull", "--since", "2026-06-01").expect(0)
    shell.json("plan")
    assert '"Somebody" = "CODE"' in codes(shell)["supplier-not-mapped"]


def check_lines(shell: Shell, check: str) -> list[dict[str, Any]]:
    return [line for line in shell.json("verify", "shop", "--offline")["lines"] if line["check"] == check]


def test_a_supplier_code_the_ledger_lacks_is_in_the_check_list_and_holds_before_sending(shell: Shell) -> None:
    assert {line["state"] for line in check_lines(shell, "contacts")} <= {"ok", "warning"}
    change(shell, **{f'purchases__suppliers__"{SUPPLIER}"': "NOSUCH99"})
    (lacking,) = [line for line in check_lines(shell, "contacts") if line["state"] == "missing"]
    assert "NOSUCH99" in lacking["text"] and SUPPLIER in lacking["text"]
    assert lacking["setting"] == "purchases.suppliers"
    plan = shell.json("plan")
    assert {kind["kind"] for kind in plan["by_kind"]} == {"receipt"}
    assert "no contact NOSUCH99" in codes(shell)["supplier-not-there"]


def test_two_account_settings_that_name_one_account_are_warned_about(shell: Shell) -> None:
    change(shell, accounts__undue_input_vat="115402", accounts__withholding_payable="215301")
    (said,) = [line for line in check_lines(shell, "accounts") if "cannot be told apart" in line["text"]]
    assert (said["state"], said["setting"]) == ("warning", "accounts.withholding_payable")
    assert said["text"].startswith("accounts.output_vat, accounts.withholding_payable name one account, 215301")
    change(shell, accounts__withholding_payable="213101")
    assert not [line for line in check_lines(shell, "accounts") if "cannot be told apart" in line["text"]]


def test_workbook_and_journal_have_purchases_beside_the_sales(shell: Shell, tmp_path: Path) -> None:
    plan = post(shell)
    shell("audit", plan["batch"], "-o", tmp_path / "audit.xlsx").expect(0)
    shell("verify", tmp_path / "audit.xlsx").expect(0)
    for form in ("hledger", "beancount"):
        shell("journal", plan["batch"], "--format", form, "-o", tmp_path / f"books.{form}").expect(0)
        text = (tmp_path / f"books.{form}").read_text(encoding="utf-8")
        assert "212101" in text and "510111" in text


def test_purchases_go_into_an_import_file_and_are_confirmed_by_our_number(
    tmp_path: Path, clock: FakeClock, shop: ZortShop
) -> None:
    shell = filed(tmp_path / "books", clock, shop)
    plan = shell.json("plan")
    shell("approve", plan["batch"], "--as", "Nok", "--confirm", "แซนด์บ็อกซ์").expect(0)
    sent = shell("upload", plan["batch"])
    assert "PEAK_ImportExpense" in sent.out
    listed = shell.json("documents", plan["batch"])["documents"]
    numbers = [row["number"] for row in listed if row["number"]]
    assert {"EX-PO-1", "EX-PO-2"} <= set(numbers)
    taken = tmp_path / "taken.txt"
    taken.write_text("\n".join(numbers), encoding="utf-8")
    shell("upload", plan["batch"], "--confirm-taken", taken).expect(0)
    again = shell.json("plan")
    assert (again["documents"], again["bought"]["posted"]) == (0, plan["bought"]["documents"])


def test_connect_names_what_purchases_still_lack(shell: Shell) -> None:
    change(shell, accounts__payable="", purchases__account="999999")
    change(shell, **{'purchases__suppliers__"Nobody"': "C99999"})
    said = shell("connect", "--refresh").out
    for words in ("accounts.payable", "purchases.account = 999999", "contact C99999 of supplier Nobody"):
        assert words in said


def test_what_waits_names_held_purchases_apart(shell: Shell, shop: ZortShop) -> None:
    shop.change("purchases", [bought("PO-9", customername="Somebody")])
    shell("pull", "--since", "2026-06-01").expect(0)
    plan = shell.json("plan")
    waits = shell.json("status")["waits"]
    assert [text for text in waits if " held: " in text] == [
        f"shop: purchases held: 1, {plan['bought']['held']} (recon findings --connection shop)"
    ]


def push(shell: Shell, clock: FakeClock, total: str, *, paid: bool) -> None:
    """Post an expense as the shop's own integration would: with its number as reference, and paid or not."""
    path = shell.root / ".recon" / "sandbox" / "peak.db"
    with SandboxPeak(path=path, company=sandbox_company(), durable=False, clock=clock) as peak:
        caller = Caller(peak, clock)
        (supplier,) = caller.found("/contacts?code=V00001", "PeakContacts", "contacts")
        amount = int(Decimal(total))
        line = {"description": "x", "quantity": 1, "price": amount, "accountCode": "510111", "vatType": 1}
        given = {
            "issuedDate": "20260620", "dueDate": "20260620", "contact": {"id": supplier["id"]}, "taxStatus": 1,
            "reference": "PO-20001", "products": [line],
        }  # fmt: skip
        method = {"paymentMethod": {"code": "BSV001"}, "amount": amount}
        block = {"paidPayments": {"paymentDate": "20260620", "payments": [method]}} if paid else {}
        assert caller.one("/expenses/allinone", "PeakExpenses", "expenses", {**given, **block})["resCode"] == "200"


@pytest.mark.parametrize("paid", [True, False])
def test_an_expense_that_the_shops_integration_posted_is_held_and_adopted(
    shell: Shell, shop: ZortShop, clock: FakeClock, paid: bool
) -> None:
    record = bought("PO-20001", 30) if paid else bought("PO-20001", 30, **UNPAID)
    shop.change("purchases", [record])
    shell("pull", "--since", "2026-06-01").expect(0)
    shell("match", "--all-channels", "BSV001")
    push(shell, clock, str(record["amount"]), paid=paid)
    change(shell, writers="shared")
    assert "stands-in-ledger" in held(shell)
    shell("adopt", "PO-20001", "--as", "Nok", "--reason", "ZORT posted it").expect(0)
    plan = shell.json("plan")
    assert "stands-in-ledger" not in held(shell)
    assert plan["bought"]["posted"] == str(record["amount"])
    assert "PO-20001" not in {row["order_number"] for row in shell.json("documents", plan["batch"])["documents"]}

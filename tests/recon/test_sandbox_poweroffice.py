"""The sandbox PowerOffice Go: its door, what it refuses, and what its books come to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from recon.books.reading import read_books
from recon.sandbox.poweroffice import Problem, Rules, SandboxPowerOffice, sandbox_company
from recon.sandbox.poweroffice.faults import KINDS
from tests.clock import FakeClock
from tests.recon.poweroffice_tools import CLIENT, Asker, refusal, settlement


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


DRAFTS = "/JournalEntryVouchers/ManualJournals"


def test_the_door_asks_for_three_keys_and_gives_twenty_minutes(go: SandboxPowerOffice, asker: Asker) -> None:
    assert asker.log_in().json()["expires_in"] == 1200
    for wrong in ("application_key", "client_key"):
        refused = asker.log_in(**{wrong: "nobody"})
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    assert asker.log_in(subscription_key="nobody").status_code == 401
    asker.clock.forward(1200)
    assert asker.ask("GET", "/VatCodes").status_code == 401
    go.person().end_integration()
    assert asker.log_in().json()["error"] == "invalid_client"
    older = Asker(go, asker.clock, "other", api="v1")
    asker.headers = older.headers
    assert asker.ask("GET", "/VatCodes").status_code == 401, "a token of v1 opens nothing in v2"


def test_ten_requests_in_a_second_are_all_of_a_subscription(go: SandboxPowerOffice, asker: Asker) -> None:
    other = Asker(go, asker.clock, "other")
    asker.clock.forward(1)
    codes = [CLIENT.get(f"{one.base}/LockDateSettings", headers=one.headers).status_code for one in (asker, other) * 5]
    assert codes == [200] * 10
    slow = CLIENT.get(f"{asker.base}/LockDateSettings", headers=asker.headers)
    assert (slow.status_code, slow.json()["statusCode"]) == (429, "429")
    assert "Retry-After" not in slow.headers
    assert asker.ask("GET", "/LockDateSettings").status_code == 200


def test_lists_have_pages_an_empty_one_is_204_and_odata_is_refused(asker: Asker) -> None:
    first = asker.get("/GeneralLedgerAccounts", PageNumber="1", PageSize="20", Fields="AccountNo")
    second = asker.get("/GeneralLedgerAccounts", PageNumber="2", PageSize="20")
    assert (len(first), len(second), first[0]) == (20, 11, {"AccountNo": 1500})
    assert asker.ask("GET", "/GeneralLedgerAccounts", PageNumber="3", PageSize="20").status_code == 204
    assert len(asker.get("/GeneralLedgerAccounts", accountNos="1500-1505, 3000, 7770-")) == 7
    for query in ({"$top": "5"}, {"PageSize": "20001"}, {"PageNumber": "0"}):
        assert asker.ask("GET", "/GeneralLedgerAccounts", **query).status_code == 400
    assert "fromDate" in refusal(asker.ask("GET", "/AccountTransactions", toDate="2026-03-14"))
    for path in ("/SalesOrders/Nothing", "/OutgoingInvoices"):
        assert asker.ask("POST", path, {}).status_code == 404


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"DebitAccountId": 99}, "DebitAccountId at ManualVoucherLines[0] 99 does not exist"),
    ({"DebitAccountId": "1500"}, "account 1500: use the customer's account"),
    ({"DebitAccountId": "1908"}, "1908 is not active"),
    ({"DebitAccountId": "3020", "DebitVatId": None}, "ProjectId at ManualVoucherLines[0] is required on account 3020"),
    ({"DebitAccountId": "3030"}, "locked to VAT code 31"),
    ({"DebitAccountId": "3000", "DebitVatId": None, "DepartmentId": -1}, "DepartmentId at ManualVoucherLines[0] is required"),
    ({"DebitVatId": 77}, "77 does not exist"),
    ({"DepartmentId": 77}, "77 does not exist"),
    ({"ProductId": 77}, "ProductId at ManualVoucherLines[0] 77 does not exist"),
    ({"CurrencyCode": "EUR"}, "only NOK is"),
    ({"CurrencyAmount": Decimal("3000.001")}, "at most 2 decimals"),
    ({"CurrencyAmount": -300}, "must be above zero"),
    ({"CurrencyAmount": "3000.00"}, "must be a number"),
    ({"CurrencyAmount": Decimal("2999.99")}, "does not balance: 2026-03-14: -0.01"),
    ({"PostingDate": "2026-03-13"}, "does not balance"),
    ({"PostingDate": "14.03.2026"}, "yyyy-mm-dd"),
    ({"Amount": 1}, "Unknown field at ManualVoucherLines[0]: Amount"),
]  # fmt: skip
"""What is wrong with the first line of a draft, and what Go says of it."""


def test_a_draft_that_the_chart_does_not_take_is_refused(asker: Asker) -> None:
    body = settlement(asker)
    numbers = asker.ids("/GeneralLedgerAccounts", "AccountNo")
    rest = body["ManualVoucherLines"][1:]
    for changes, words in REFUSED:
        first = body["ManualVoucherLines"][0] | changes
        if isinstance(first["DebitAccountId"], str):
            first["DebitAccountId"] = numbers[first["DebitAccountId"]]
        assert words in refusal(asker.ask("POST", DRAFTS, {**body, "ManualVoucherLines": [first, *rest]}))
    assert asker.sandbox.papers("draft") == []


def test_days_that_are_closed_and_privileges_that_lapsed(go: SandboxPowerOffice, asker: Asker) -> None:
    body, person = settlement(asker), go.person()
    person.lock(dt.date(2026, 3, 14))
    assert asker.get("/LockDateSettings") == {"LockDate": "2026-03-14"}
    assert "on or before the lock date 2026-03-14" in refusal(asker.ask("POST", DRAFTS, body))
    person.lock(None)
    assert "before the conversion date" in refusal(asker.ask("POST", DRAFTS, {**body, "VoucherDate": "2024-12-31"}))
    person.take_privilege("JournalEntryVoucher_Full")
    assert asker.ask("POST", DRAFTS, body).status_code == 403
    assert "JournalEntryVoucher_Full" in asker.get("/ClientIntegrationInformation")["InvalidPrivileges"]
    assert asker.ask("GET", "/JournalEntryVouchers").status_code == 204, "reading needs the smaller privilege"
    person.give_privilege("JournalEntryVoucher_Full")
    draft = asker.ask("POST", DRAFTS, body).json()["Id"]
    person.lock(dt.date(2026, 3, 14))
    with pytest.raises(Problem, match="lock date"):
        person.post_draft(draft)


def test_an_unbalanced_draft_is_refused_at_once_or_when_it_is_posted(go: SandboxPowerOffice, asker: Asker) -> None:
    body = settlement(asker)
    del body["ManualVoucherLines"][-3]  # the rounding
    assert "2026-03-14: 0.40" in refusal(asker.ask("POST", DRAFTS, body))
    go.change_rules(unbalanced_drafts="taken")
    draft = asker.ask("POST", DRAFTS, body).json()["Id"]
    with pytest.raises(Problem, match="does not balance"):
        go.person().post_draft(draft)
    assert go.trial_balance() == []
    go.change_rules(one_sided_drafts="refused")
    assert "are both required" in refusal(asker.ask("POST", DRAFTS, settlement(asker)))


def test_a_draft_is_seen_by_who_made_it_when_go_shows_it(go: SandboxPowerOffice, asker: Asker) -> None:
    body = settlement(asker)
    go.change_rules(draft_delay_seconds=5)
    draft = asker.ask("POST", DRAFTS, body).json()["Id"]
    assert asker.get("/JournalEntryVouchers") == []
    asker.clock.forward(5)
    [row] = asker.get(
        "/JournalEntryVouchers", isPosted="false", createdDateTimeOffsetGreaterThan="2026-03-15T06:00:00Z"
    )
    assert (row["Id"], row["IsCreatedByCurrentIntegration"], "Description" in row) == (draft, True, False)
    assert asker.get("/JournalEntryVouchers", createdDateTimeOffsetGreaterThan="2026-03-16T00:00:00+01:00") == []
    whole = asker.get(f"{DRAFTS}/{draft}")
    assert whole["Description"] == body["Description"]
    assert whole["ManualVoucherLines"][1]["CurrencyAmount"] == Decimal("9000.40")
    other = Asker(go, asker.clock, "other")
    assert other.ask("GET", f"{DRAFTS}/{draft}").status_code == 404
    typed = go.person().own_draft(body)
    assert asker.ask("GET", f"{DRAFTS}/{typed}").status_code == 404, "only what the integration made"
    assert asker.ask("DELETE", f"/JournalEntryVouchers/{draft}").status_code == 200
    assert asker.ask("GET", f"{DRAFTS}/{draft}").status_code == 404
    assert [row["IsCreatedByCurrentIntegration"] for row in asker.get("/JournalEntryVouchers")] == []
    asker.clock.forward(5)
    assert [row["IsCreatedByCurrentIntegration"] for row in asker.get("/JournalEntryVouchers")] == [False]


def test_a_cash_journal_is_posted_at_once_and_its_reference_is_free_after_reversal(asker: Asker) -> None:
    accounts, vats = asker.ids("/GeneralLedgerAccounts", "AccountNo"), asker.ids("/VatCodes", "Code")
    ten = asker.ids("/Departments", "Code")["10"]
    day = {"PostingDate": "2026-03-14"}
    body = {
        "VoucherDate": "2026-03-14", "CurrencyCode": "NOK", "ExternalImportReference": "999999999/K1/214", "ImportedVoucherNo": 214,
        "VoucherLines": [
            {"AccountId": accounts["1900"], "VatId": vats["0"], "CurrencyAmount": Decimal("59.70"), **day},
            {"AccountId": accounts["3030"], "VatId": vats["31"], "CurrencyAmount": Decimal("-59.70"), "DepartmentId": ten, **day},
        ],
    }  # fmt: skip
    made = asker.ask("POST", "/Vouchers/CashJournals", body)
    assert (made.status_code, made.json()["VoucherNo"]) == (201, 1)
    assert "already in use" in refusal(asker.ask("POST", "/Vouchers/CashJournals", body))
    posted = asker.get("/AccountTransactions", fromDate="2026-03-14", toDate="2026-03-14", accountNos="3030")
    assert (posted[0]["Amount"], posted[0]["VatAmount"], posted[0]["DepartmentCode"]) == (
        Decimal("-51.91"), Decimal("-7.79"), "10"
    )  # fmt: skip
    assert asker.ask("POST", f"/Vouchers/Reverse/{made.json()['Id']}").status_code == 200
    assert {one.balance_minor for one in asker.sandbox.trial_balance()} == {0}
    assert asker.ask("POST", "/Vouchers/CashJournals", body).status_code == 201


def test_a_sales_order_takes_vat_from_its_products_account(go: SandboxPowerOffice, asker: Asker) -> None:
    line = {"ProductCode": "110", "Quantity": 3, "ProductUnitPrice": Decimal("19.90")}
    body = {"CustomerNo": 10000, "ExternalImportReference": "K1/77", "SalesOrderLines": [line]}
    made = asker.ask("POST", "/SalesOrders/Complete", body)
    assert made.status_code == 201
    assert "already in use" in refusal(asker.ask("POST", "/SalesOrders/Complete", body))
    order = asker.get(f"/SalesOrders/{made.json()['Id']}/Complete")
    assert [order[f"{name}Amount"] for name in ("Net", "Vat", "Total")] == [
        Decimal("59.70"),
        Decimal("8.96"),
        Decimal("68.66"),
    ]
    go.change_rules(order_prices="with-vat")
    body["ExternalImportReference"] = "K1/78"
    order = asker.ask("POST", "/SalesOrders/Complete", body).json()
    assert [Decimal(str(order[f"{name}Amount"])) for name in ("Net", "Vat", "Total")] == [
        Decimal("51.91"), Decimal("7.79"), Decimal("59.7")
    ]  # fmt: skip
    assert "CustomerId" in refusal(asker.ask("POST", "/SalesOrders/Complete", {**body, "CustomerNo": 9}))
    sent = asker.ask("POST", f"/SalesOrders/{order['Id']}/createAndSendInvoice")
    assert sent.json()["title"] == "Missing privilege"
    with pytest.raises(Problem, match="DepartmentId"):
        go.person().send_order(order["Id"])
    ten = asker.ids("/Departments", "Code")["10"]
    whole = {**body, "DepartmentId": ten, "ExternalImportReference": "K1/80"}
    ready = asker.ask("POST", "/SalesOrders/Complete", whole).json()["Id"]
    go.person().send_order(ready)
    assert {one.account: one.balance_minor for one in go.trial_balance()} == {1500: 5970, 2701: -779, 3030: -5191}
    assert {
        one["VoucherId"] for one in asker.get("/AccountTransactions", fromDate="2026-01-01", toDate="2026-12-31")
    } == {ready}
    assert asker.ask("GET", f"/SalesOrders/{ready}/Complete").status_code == 404, "an invoice is no order any more"
    free = {**body, "CustomerNo": 10002, "ExternalImportReference": "K1/79"}
    assert asker.ask("POST", "/SalesOrders/Complete", free).json()["VatAmount"] == 0, "its customer pays no VAT"


def test_the_import_list_of_the_older_api(go: SandboxPowerOffice, clock: FakeClock) -> None:
    older = Asker(go, clock, api="v1")
    line: dict[str, Any] = {
        "documentNumber": 214,
        "documentDate": "2026-03-14",
        "departmentCode": "10",
        "currencyCode": "NOK",
    }
    body: dict[str, Any] = {
        "description": "Dagsoppgjør K1 Z214", "date": "2026-03-14", "type": 4, "externalImportReference": "999999999/K1/214",
        "importLines": [
            {**line, "accountNumber": 1900, "amount": Decimal("10000.40"), "vatCode": "0"},
            {**line, "accountNumber": 3000, "amount": -10000, "vatCode": "3"},
            {**line, "accountNumber": 7740, "amount": Decimal("-0.40"), "vatCode": "0"},
        ],
    }  # fmt: skip
    made = older.ask("POST", "/Import/", body).json()
    assert made["success"]
    again = older.ask("POST", "/Import/", body)
    assert (again.status_code, again.json()["success"]) == (200, False)
    for changes, words in (
        ({"externalImportReference": "x" * 51}, "50 characters"),
        ({"externalImportReference": "b", "importLines": body["importLines"][:2]}, "document 214 of 2026-03-14: 0.40"),
        ({"externalImportReference": "c", "type": "Sale"}, "'Sale' does not exist"),
    ):
        assert words in older.ask("POST", "/Import/", {**body, **changes}).json()["validation"]["summary"]
    theirs = go.person().foreign_import(
        214, dt.date(2026, 3, 14), [(1900, 1000040, ""), (3000, -1000000, "10"), (7740, -40, "")]
    )
    listed = older.get("/Import/")
    assert [one["id"] for one in listed["data"]] == [made["data"], theirs]
    assert older.get(f"/Import/{made['data']}")["data"]["externalImportReference"] == "999999999/K1/214"
    assert older.ask("POST", "/Import/Post/", {"id": made["data"]}).json()["success"]
    assert {one.account: one.balance_minor for one in go.trial_balance()} == {
        1900: 1000040,
        2700: -200000,
        3000: -800000,
        7740: -40,
    }
    assert older.get(f"/Import/{made['data']}")["data"]["isPosted"] is True


def test_an_invoice_issued_elsewhere_stands_on_the_customer(asker: Asker) -> None:
    accounts, vats = asker.ids("/GeneralLedgerAccounts", "AccountNo"), asker.ids("/VatCodes", "Code")
    [customer] = asker.get("/Customers", customerNos="10000")
    line = {"AccountId": accounts["3000"], "VatId": vats["3"], "CurrencyAmount": 1250}
    body = {
        "VoucherDate": "2026-03-14", "CurrencyCode": "NOK", "InvoiceNo": "77", "CustomerAccountId": customer["SubledgerAccountId"],
        "CurrencyAmount": 1250, "DepartmentId": asker.ids("/Departments", "Code")["20"], "OutgoingInvoiceLines": [line],
    }  # fmt: skip
    assert asker.ask("POST", "/Vouchers/OutgoingInvoiceJournals", body).status_code == 201
    assert "'77' is already in use" in refusal(asker.ask("POST", "/Vouchers/OutgoingInvoiceJournals", body))
    off = {**body, "InvoiceNo": "78", "CurrencyAmount": 1000}
    assert "not the sum" in refusal(asker.ask("POST", "/Vouchers/OutgoingInvoiceJournals", off))
    [owed] = asker.get("/AccountTransactions", fromDate="2026-03-14", toDate="2026-03-14", accountNos="1500")
    assert (owed["Amount"], owed["CustomerAccountNo"]) == (Decimal("1250.00"), 10000)
    asker.sandbox.change_rules(issued_vouchers=False)
    assert asker.ask("POST", "/Vouchers/OutgoingInvoiceJournals", {**body, "InvoiceNo": "79"}).status_code == 404


def test_a_customer_is_made_once(asker: Asker) -> None:
    body = {
        "Name": "Torgkontoret AS",
        "ExternalImportReference": "C-1",
        "MailAddress": {"ZipCode": "0150", "City": "Oslo"},
    }
    made = asker.ask("POST", "/Customers", body).json()
    assert (made["Number"], made["MailAddress"]["CountryCode"]) == (10003, "NO")
    assert "already in use" in refusal(asker.ask("POST", "/Customers", body))
    assert "10000-19999" in refusal(asker.ask("POST", "/Customers", {"Name": "B", "Number": 5}))
    assert [one["Id"] for one in asker.get("/Customers", externalImportReference="C-1")] == [made["Id"]]


def test_books_in_a_file_are_there_again_and_persons_need_no_server(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "go.db"
    with SandboxPowerOffice(path, sandbox_company(name="Kaffebua AS"), clock=clock, durable=False) as first:
        asker = Asker(first, clock)
        draft = asker.ask("POST", DRAFTS, settlement(asker)).json()["Id"]
        first.person().take_privilege("Product")
    closed = SandboxPowerOffice(path, clock=clock, durable=False)
    closed.person().post_draft(draft)
    closed.stop()
    with SandboxPowerOffice(path, clock=clock, durable=False) as again:
        assert again.companies[0].name == "Kaffebua AS"
        assert [paper.state for paper in again.papers("draft")] == ["posted"]
        assert [event.action for event in again.events()] == ["created", "posted"]
        assert Asker(again, clock).ask("GET", "/Products").status_code == 403
    assert path.stat().st_mode & 0o077 == 0


def test_the_books_are_handed_over_as_saft_financial(go: SandboxPowerOffice, asker: Asker, tmp_path: Path) -> None:
    go.person().post_draft(asker.ask("POST", DRAFTS, settlement(asker)).json()["Id"])
    content = go.saft_financial(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert content == go.saft_financial(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    root = ElementTree.fromstring(content)
    space = {"s": "urn:StandardAuditFile-Taxation-Financial:NO"}

    def texts(path: str) -> list[str]:
        return [one.text or "" for one in root.iterfind(path, space)]

    assert texts("s:Header/s:Company/s:RegistrationNumber") == ["999999999"]
    assert texts("s:GeneralLedgerEntries/s:TotalDebit") == texts("s:GeneralLedgerEntries/s:TotalCredit") == ["21100.40"]
    [cash] = [
        one
        for one in root.iterfind("s:MasterFiles//s:Account", space)
        if one.findtext("s:AccountID", "", space) == "2700"
    ]
    assert cash.findtext("s:ClosingCreditBalance", "", space) == "3000.00"
    line = next(one for one in root.iterfind(".//s:Line", space) if one.findtext("s:AccountID", "", space) == "3000")
    assert [line.findtext(path, "", space) for path in (
        "s:CreditAmount/s:Amount", "s:TaxInformation/s:TaxCode", "s:TaxInformation/s:CreditTaxAmount/s:Amount", "s:Analysis/s:AnalysisID",
    )] == ["8000.00", "3", "2000.00", "10"]  # fmt: skip
    path = tmp_path / "books.xml"
    path.write_bytes(content)
    read = read_books(path)
    assert read.vouchers["text"].to_list() == [settlement(asker)["Description"]]
    moved = {
        int(row["account_code"]): row["moved_minor"]
        for row in read.balances.iter_rows(named=True)
        if row["moved_minor"]
    }
    assert moved == {one.account: one.balance_minor for one in go.trial_balance() if one.balance_minor}
    [takeaway] = read.lines.filter(account_code="3030").iter_rows(named=True)
    assert (takeaway["amount_minor"], takeaway["tax_code"], takeaway["department"]) == (-200000, "31", "10")
    later = ElementTree.fromstring(go.saft_financial(dt.date(2026, 4, 1), dt.date(2026, 4, 30)))
    assert later.findtext("s:GeneralLedgerEntries/s:NumberOfEntries", "", space) == "0"


def test_another_process_is_a_person_too(go: SandboxPowerOffice, asker: Asker) -> None:
    draft = asker.ask("POST", DRAFTS, settlement(asker)).json()["Id"]
    url, headers = f"{go.origin}/_sandbox/", {"Sandbox-Token": go.admin_token}
    deed = {"do": "post-draft", "draft_id": draft}
    assert CLIENT.post(url + "person", json=deed).status_code == 403
    assert CLIENT.post(url + "person", json=deed, headers=headers).json() == {"done": 1}
    assert "already posted" in CLIENT.post(url + "person", json=deed, headers=headers).json()["error"]
    assert CLIENT.post(url + "person", json={"do": "sing"}, headers=headers).status_code == 400
    accounts = CLIENT.get(url + "trial-balance", headers=headers).json()["accounts"]
    assert sum(one["balance_minor"] for one in accounts) == 0


def test_every_fault_and_every_switch_is_described() -> None:
    text = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    missing = [name for name in [*KINDS, *(f.name for f in fields(Rules))] if f"`{name}`" not in text]
    assert missing == []

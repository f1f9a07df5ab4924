"""QuickBooks Desktop as a ledger, against the sandbox's company file: what is posted, found again, refused and taken back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from peak_tools import following, line, new_product, sale

from recon.domain.document import Document, DocumentLine
from recon.errors import OutcomeUnknown, TargetRejected, TargetUnavailable
from recon.sandbox.quickbooks import chart
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.sandbox.quickbooks.desk import SandboxDesk
from recon.targets.base import LedgerContact, MasterRequest
from recon.targets.quickbooks.company import Counts, Setup, rooms
from recon.targets.quickbooks.desk import CompanyFile, Recovered
from recon.targets.quickbooks.forms import TaxUse, mark
from recon.targets.quickbooks.options import QuickBooksOptions
from recon.targets.quickbooks.qbxml.rows import Row
from recon.targets.quickbooks.target import QuickBooksTarget
from tests.clock import FakeClock

OPTIONS = QuickBooksOptions(
    environment="sandbox", text_item=chart.TEXT_ITEM, receivable="Accounts Receivable", income_account="Sales",
    needed_accounts={"accounts.sales": "Sales"}, classes={}, payment_methods={"shopify payments": "Shopify Payments"},
)  # fmt: skip
DAY = dt.date(2026, 10, 31)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[SandboxCompany]:
    made = SandboxCompany(tmp_path / "cedar.sqlite", clock=FakeClock(), durable=False)
    yield made
    made.close()


def target(company: SandboxCompany, options: QuickBooksOptions = OPTIONS) -> QuickBooksTarget:
    return QuickBooksTarget(SandboxDesk(company), options)


def charge(kind: str, amount: int, account: str, no: int) -> DocumentLine:
    return line(
        amount,
        no=no,
        vat_mode="none",
        kind=kind,
        product_code=None,
        account_code=account,
        sku=None,
        description=kind.title(),
    )


def receipt(number: str = "RT-1001", **changes: object) -> Document:
    """A sale of two shirts with shipping, a discount and the shop's own tax."""
    lines = (
        line(2500, 2000, vat_mode="none", product_code="TEE-BLK-M", description="T-shirt black M"),
        charge("shipping", 600, "Shipping Income", 2),
        charge("discount", -500, "Sales Discounts", 3),
        charge("tax", 413, "Sales Tax Payable", 4),
    )
    key = f"shopify:cedar:{number}"
    base: dict[str, object] = {
        "document_key": f"{key}/receipt/1", "order_key": key, "issued_on": DAY, "due_on": DAY, "paid_on": DAY,
        "contact_code": chart.CUSTOMER, "contact_name": chart.CUSTOMER, "payment_method": "Shopify Payments Clearing",
        "payment_channel": "Shopify Payments", "currency": "USD", "remark": "",
    }  # fmt: skip
    fields = {**base, **changes}
    return sale(str(fields.pop("kind", "receipt")), number, lines=lines, vat_mode="none", **fields)


def invoice(number: str = "IV-1002") -> Document:
    made = receipt(number, kind="invoice", payment_method=None, paid_on=None, paid_minor=0)
    return dataclasses.replace(made, document_key=f"{made.order_key}/invoice/1")


def test_a_sale_stands_in_the_books_with_every_line_where_it_belongs(company: SandboxCompany) -> None:
    ledger = target(company)
    ledger.verify()
    yes = ledger.send(receipt())
    assert (yes.ledger_number, yes.total_minor) == ("RT-1001", 5513)
    (kept,) = company.truth()
    lines = [value for name, value in kept.body if name == "SalesReceiptLineRet"]
    assert [dict(one)["Amount"] for one in lines] == ["50.00", "6.00", "-5.00", "4.13"]
    assert dict(lines[0])["ItemRef"][1] == ["FullName", "TEE-BLK-M"]
    assert [dict(one)["ItemRef"][1][1] for one in lines[1:]] == [chart.TEXT_ITEM] * 3
    assert dict(kept.body)["DepositToAccountRef"][1][1] == "Shopify Payments Clearing"


def test_what_is_posted_is_found_again_and_read_back_equal(company: SandboxCompany) -> None:
    ledger = target(company)
    document = receipt()
    yes = ledger.send(document)
    found = ledger.find(document)
    assert (found.state, found.confirmation and found.confirmation.ledger_id) == ("equal", yes.ledger_id)
    ((_, held),) = ledger.read_back([(document, yes.ledger_id)])
    assert held is not None
    assert (held.number, held.total_minor, held.payment_methods) == ("RT-1001", 5513, ("Shopify Payments Clearing",))
    ((_, gone),) = ledger.read_back([(receipt("RT-9"), "FFFF-1")])
    assert gone is None


def test_an_invoice_its_payment_a_credit_memo_and_a_void(company: SandboxCompany) -> None:
    ledger = target(company)
    owed = invoice()
    yes = ledger.send(owed)
    paid = following(owed, "payment", yes.ledger_id, "P1002", payment_channel="Shopify Payments")
    paid = dataclasses.replace(paid, payment_method="Checking")
    ledger.send(paid)
    assert ledger.find(paid).state == "equal"
    credit = following(owed, "credit_note", yes.ledger_id, "CN-1002")
    assert ledger.send(credit).total_minor == 5513
    assert ledger.find(credit).state == "equal"
    other = invoice("IV-1003")
    second = ledger.send(other)
    gone = following(other, "void", second.ledger_id)
    assert ledger.find(gone).state == "absent"
    ledger.send(gone)
    assert ledger.find(gone).state == "equal"
    assert ledger.find(other).state == "voided"
    kinds = [(kept.kind, kept.total_minor, kept.is_void) for kept in company.truth()]
    assert kinds == [
        ("Invoice", 5513, False),
        ("ReceivePayment", 5513, False),
        ("CreditMemo", 5513, False),
        ("Invoice", 0, True),
    ]


def test_a_payment_above_what_is_due_is_refused_in_plain_words(company: SandboxCompany) -> None:
    ledger = target(company)
    owed = invoice()
    yes = ledger.send(owed)
    paid = dataclasses.replace(following(owed, "payment", yes.ledger_id, "P1002"), payment_method="Checking")
    ledger.send(paid)
    again = dataclasses.replace(paid, document_key=f"{paid.document_key}x")
    with pytest.raises(TargetRejected, match=r"above the amount due.*more than the amount due"):
        ledger.send(again)


def test_items_are_made_and_found_by_their_name(company: SandboxCompany) -> None:
    ledger = target(company)
    wanted = new_product("CAP-01", "Cap", currency="USD")
    assert ledger.find(wanted).state == "absent"
    ledger.send(wanted)
    assert ledger.find(wanted).state == "equal"
    assert "CAP-01" in {product.code for product in ledger.catalog().products}
    with pytest.raises(TargetRejected, match="has this name already"):
        ledger.send(wanted)


def test_customers_are_made_only_where_they_are_missing(company: SandboxCompany) -> None:
    ledger = target(company)
    asked = MasterRequest(
        contacts=(LedgerContact(code="Ana Ruiz", name="Ana Ruiz"), LedgerContact(code=chart.CUSTOMER, name="x"))
    )
    made = ledger.ensure_masters(asked)
    assert [contact.code for contact in made.contacts] == ["Ana Ruiz", chart.CUSTOMER]
    assert [entry.full_name for entry in company.books.entries(("Customer",))] == ["Ana Ruiz", chart.CUSTOMER]


def test_an_unknown_account_is_named(company: SandboxCompany) -> None:
    with pytest.raises(TargetRejected, match=r'does not know a name.*"Nowhere"'):
        target(company).send(receipt(payment_method="Nowhere"))
    assert company.truth() == []


def test_a_number_with_a_sign_of_markup_is_posted_found_and_voided(company: SandboxCompany) -> None:
    ledger = target(company)
    owed = invoice("R&D-7")
    gone = following(owed, "void", ledger.send(owed).ledger_id)
    assert ledger.send(gone).ledger_number == "R&D-7"
    assert ledger.find(owed).state == "voided"


def test_f42_a_locked_record_waits_and_a_view_only_file_stops(company: SandboxCompany) -> None:
    ledger = target(company)
    company.troubles.locked = 1
    with pytest.raises(TargetUnavailable, match="works on this record") as later:
        ledger.send(receipt())
    assert later.value.retry_after_seconds
    assert not later.value.stops_batch
    company.troubles.is_view_only = True
    with pytest.raises(TargetUnavailable, match="view-only") as stop:
        ledger.send(receipt())
    assert stop.value.stops_batch
    assert company.truth() == []


def test_f43_a_request_that_was_not_looked_at_may_be_sent_again(company: SandboxCompany) -> None:
    """3231: a request before it in the set failed, so QuickBooks took nothing of this one."""
    ledger = target(company)
    company.troubles.refuse = {"RT-1001": (3231, "The request has not been processed.")}
    with pytest.raises(TargetUnavailable, match="did not look at it") as skipped:
        ledger.send(receipt())
    assert (skipped.value.code, skipped.value.stops_batch, skipped.value.retry_after_seconds) == ("3231", False, None)
    assert company.truth() == []
    company.troubles.refuse = {}
    assert ledger.send(receipt()).total_minor == 5513
    assert len(company.truth()) == 1


def test_a_date_in_a_closed_period_is_refused_and_never_moved(company: SandboxCompany) -> None:
    company.troubles.closed_until = dt.date(2026, 12, 31)
    ledger = target(company)
    with pytest.raises(TargetRejected, match="closing date"):
        ledger.send(receipt())
    company.troubles.closed_until = dt.date(2026, 9, 30)
    assert ledger.send(receipt()).total_minor == 5513


def test_numbers_of_others_are_never_taken_for_ours(company: SandboxCompany) -> None:
    """RefNumber is not unique in QuickBooks; the sign in the memo tells ours."""
    ledger = target(company)
    ledger.send(receipt())
    (kept,) = company.truth()
    typed = [(name, "typed by hand" if name == "Memo" else value) for name, value in kept.body]
    company.books.put(dataclasses.replace(kept, body=typed))
    forget(company)
    found = ledger.find(receipt())
    assert found.state == "different"
    assert "written by somebody else" in found.differences[0]


def test_two_of_ours_are_seen_as_two(company: SandboxCompany) -> None:
    ledger = target(company)
    ledger.send(receipt())
    (kept,) = company.truth()
    body = [(name, "9-9" if name == "TxnID" else value) for name, value in kept.body]
    company.books.put(dataclasses.replace(kept, txn_id="9-9", number=99, body=body))
    forget(company)
    assert ledger.find(receipt()).state == "twice"


def test_an_edit_in_quickbooks_is_shown_field_by_field(company: SandboxCompany) -> None:
    ledger = target(company)
    ledger.send(receipt())
    (kept,) = company.truth()
    new = {"TxnDate": "2026-10-30", "TotalAmount": "55.14"}
    company.books.put(dataclasses.replace(kept, body=[(name, new.get(name, value)) for name, value in kept.body]))
    forget(company)
    assert ledger.find(receipt()).differences == (
        "date: ours 2026-10-31, QuickBooks 2026-10-30", "total: ours 55.13, QuickBooks 55.14",
    )  # fmt: skip


def forget(company: SandboxCompany) -> None:
    """Let the desk know nothing of earlier sets, as on another computer."""
    company.books.note_about("", [receipt().document_key])


class LossyDesk:
    """Hands sets over, and loses answers on the way back (F40)."""

    def __init__(self, company: SandboxCompany, *, arrives: bool) -> None:
        self._desk = SandboxDesk(company)
        self._arrives = arrives
        self.lost: dict[str, str] = {}
        self._company = company

    def company_file(self) -> CompanyFile:
        return self._desk.company_file()

    def ask(self, text: str, *, set_id: str = "", about: Sequence[str] = ()) -> str:
        if not set_id:
            return self._desk.ask(text)
        self.lost.update(dict.fromkeys(about, set_id))
        if self._arrives:
            self._company.process(text)
        raise OutcomeUnknown("The Web Connector brought no answer.", code="lost")

    def recovered(self, key: str) -> Recovered | None:
        set_id = self.lost.get(key)
        return Recovered(set_id=set_id, answer=self._company.books.answered(set_id)) if set_id else None


@pytest.mark.parametrize("arrives", [True, False])
def test_f40_a_lost_answer_is_asked_for_and_nothing_is_sent_twice(company: SandboxCompany, arrives: bool) -> None:
    ledger = QuickBooksTarget(LossyDesk(company, arrives=arrives), OPTIONS)
    with pytest.raises(OutcomeUnknown):
        ledger.send(receipt())
    found = ledger.find(receipt())
    assert found.state == ("equal" if arrives else "absent")
    assert found.is_certain is not arrives
    assert len(company.truth()) == int(arrives)


class DistortingDesk(SandboxDesk):
    """A desk whose answers to changes come distorted: a pattern in them is replaced."""

    def __init__(self, company: SandboxCompany, pattern: str, by: str) -> None:
        super().__init__(company)
        self._pattern, self._by = pattern, by

    def ask(self, text: str, *, set_id: str = "", about: Sequence[str] = ()) -> str:
        answer = super().ask(text, set_id=set_id, about=about)
        return re.sub(self._pattern, self._by, answer, flags=re.DOTALL) if set_id else answer


def test_f41_two_answers_to_one_request_are_no_answer(company: SandboxCompany) -> None:
    desk = DistortingDesk(company, r"<SalesReceiptAddRs.*</SalesReceiptAddRs>", r"\g<0>\g<0>")
    with pytest.raises(OutcomeUnknown, match="holds 2 answers"):
        QuickBooksTarget(desk, OPTIONS).send(receipt())
    assert target(company).find(receipt()).state == "equal"


def test_f41_a_yes_to_a_customer_that_names_no_id_is_looked_up(company: SandboxCompany) -> None:
    desk = DistortingDesk(company, r"<CustomerRet>.*</CustomerRet>", "")
    wanted = MasterRequest(contacts=(LedgerContact(code="Ana Ruiz", name="Ana Ruiz"),))
    with pytest.raises(OutcomeUnknown, match="names no id"):
        QuickBooksTarget(desk, OPTIONS).ensure_masters(wanted)
    assert [one.code for one in target(company).ensure_masters(wanted).contacts] == ["Ana Ruiz"]


def test_a_company_that_works_out_tax_itself_is_told_before_anything_is_sent(company: SandboxCompany) -> None:
    chart.add(company.books, "ItemSalesTax", "CA 7.25", [("TaxRate", "7.25")])
    company.use_sales_tax("CA 7.25")
    lacks = target(company).verify().missing
    assert any("CA 7.25 (7.25 %)" in one for one in lacks)
    company.use_sales_tax()
    ledger = target(company)
    assert ledger.verify().missing == ()
    assert ledger.send(receipt()).total_minor == 5513
    lines = [dict(value) for name, value in company.truth()[0].body if name == "SalesReceiptLineRet"]
    assert {one["SalesTaxCodeRef"][1][1] for one in lines} == {"Non"}


def test_what_is_missing_in_the_company_file_is_said_all_at_once(company: SandboxCompany) -> None:
    bare = QuickBooksOptions(environment="sandbox", needed_accounts={"accounts.sales": "Umsatz"}, customer="")
    lacks = target(company, bare).verify().missing
    assert [one.split(":")[0] for one in lacks] == ["accounts.sales", "contacts.default", "quickbooks.text_item"]


def test_many_items_are_read_back_in_one_question(company: SandboxCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    books = target(company)
    wanted = [new_product(f"CAP-{number:02}", f"Cap {number}", currency="USD") for number in range(3)]
    ids = [books.send(one).ledger_id for one in wanted[:2]]
    asked: list[str] = []
    monkeypatch.setattr(company, "process", lambda text: asked.append(text) or SandboxCompany.process(company, text))
    held = [one for _, one in books.read_back(list(zip(wanted, [*ids, "80FF-1"], strict=True)))]
    assert [one and (one.ledger_id, one.number) for one in held] == [(ids[0], "CAP-00"), (ids[1], "CAP-01"), None]
    assert len(asked) == 1


def test_connecting_reads_each_list_once_and_the_next_look_anew(
    company: SandboxCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(company, "process", lambda text: asked.append(text) or SandboxCompany.process(company, text))
    ledger = target(company)
    ledger.verify()
    first = ledger.catalog()
    whole = [text for text in asked if "IncludeRetElement" not in text]  # of entries not in use only ids are asked for
    assert [sum(f"<{name}QueryRq" in text for text in whole) for name in ("Item", "Account", "Customer")] == [1, 1, 1]
    chart.add(company.books, "Customer", "Ana Ruiz", [])
    assert len(ledger.catalog().contacts) == len(first.contacts) + 1


def test_a_full_list_is_said_before_it_is_full(company: SandboxCompany) -> None:
    company.books.begin()
    for number in range(11_700):
        chart.add(company.books, "Customer", f"Buyer {number}", [])
    company.books.commit()
    answered = target(company).verify()
    assert answered.missing == ()
    (names, *_) = answered.rooms
    assert (names.list, names.count, names.most, names.is_stated) == ("names", 11_702, 14_500, True)


def test_entries_not_in_use_and_other_names_take_their_place_in_a_list(company: SandboxCompany) -> None:
    before = {room.list: room.count for room in target(company).verify().rooms}
    entry = chart.add(company.books, "Customer", "Left Long Ago", [])
    company.books.begin()
    company.books.change_entry(entry, "IsActive", "false")
    chart.add(company.books, "Employee", "Kim Park", [])
    company.books.commit()
    after = {room.list: room.count for room in target(company).verify().rooms}
    assert after == before | {"names": before["names"] + 2, "customers": before["customers"] + 1}
    assert "Left Long Ago" not in {contact.code for contact in target(company).catalog().contacts}


@pytest.mark.parametrize(
    ("product", "limits"),
    [
        ("QuickBooks Premier 2024", {"names": 14_500, "items": 14_500, "accounts": 10_000, "customers": 10_500, "vendors": 10_500}),
        ("QuickBooks Enterprise Solutions 24.0", {}),
    ],
)  # fmt: skip
def test_limits_a_company_file_does_not_state_are_those_of_its_edition(product: str, limits: dict[str, int]) -> None:
    nothing = Row(name="Ret")
    host = Row(name="HostRet", children=(Row(name="ProductName", own_text=product),))
    setup = Setup(company=nothing, host=host, preferences=nothing, taxes=TaxUse())
    found = rooms(setup, Counts(customers=3, vendors=2, others=1, items=5, accounts=7))
    assert {room.list: room.most for room in found} == limits
    assert not any(room.is_stated for room in found)
    assert {room.list: room.count for room in found}.get("names", 6) == 6


def test_f42_another_company_file_stops_the_run(company: SandboxCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = SandboxDesk(company)
    ledger = QuickBooksTarget(desk, OPTIONS)
    ledger.identify()
    other = CompanyFile(path="C:\\Other.qbw", country="US", major_version=13, minor_version=0)
    monkeypatch.setattr(SandboxDesk, "company_file", lambda _self: other)
    with pytest.raises(TargetUnavailable, match="Another company file") as stop:
        ledger.send(receipt())
    assert stop.value.stops_batch
    assert company.truth() == []


def test_objections_are_all_told_at_once(company: SandboxCompany) -> None:
    bare = QuickBooksOptions(environment="sandbox")
    ledger = target(company, bare)
    document = receipt("RT-1234567890", currency="THB", contact_code="ลูกค้า")
    told = [f"{one.field}: {one.text}" for one in ledger.check(document)]
    assert any("THB" in one for one in told)
    assert any("lines 2, 3, 4 name no item" in one for one in told)
    assert any("RefNumber" in one and "at most 11" in one for one in told)
    assert any("CustomerRef" in one for one in told)
    assert company.truth() == []


def test_documents_of_a_period_are_listed_page_by_page(company: SandboxCompany) -> None:
    ledger = target(company, dataclasses.replace(OPTIONS, page_size=2))
    for number in range(5):
        ledger.send(receipt(f"RT-{number}"))
    listed = list(ledger.list_documents(["receipt", "invoice"], DAY, DAY))
    assert [one.number for one in listed] == [f"RT-{number}" for number in range(5)]
    assert list(ledger.list_documents(["receipt"], dt.date(2026, 11, 1), dt.date(2026, 11, 30))) == []


def test_the_body_is_the_same_on_every_try_and_carries_our_sign(company: SandboxCompany) -> None:
    ledger = target(company)
    body = ledger.payload(receipt())
    assert body == ledger.payload(receipt())
    assert mark(receipt()).encode() in body
    assert body.isascii()


# --- an expense that is paid at once


def fees(**changes: object) -> Document:
    """A payout's fees, paid out of its clearing account."""
    lines = tuple(charge("product", amount, account, no) for no, (amount, account) in enumerate(FEES, 1))
    return dataclasses.replace(
        receipt("SP-20261006"), kind="expense", contact_code=chart.VENDOR, lines=lines, total_minor=1018, net_minor=1018,
        payment_method="Shopify Payments Clearing", paid_minor=1018, document_key="shopify:main:purchase:SP-20261006/expense/1",
        **changes,
    )  # fmt: skip


FEES = ((788, "Merchant Fees"), (230, "Sales Discounts"))


def test_a_paid_expense_is_one_journal_entry_against_its_clearing_account(company: SandboxCompany) -> None:
    books, document = target(company), fees()
    assert books.check(document) == []
    assert books.find(document).state == "absent"
    done = books.send(document)
    assert (done.ledger_number, done.total_minor) == ("SP-20261006", 1018)
    found = books.find(document)
    assert (found.state, found.differences) == ("equal", ())
    ((_, held),) = books.read_back([(document, done.ledger_id)])
    assert held is not None
    assert [(one.account_code, one.amount_minor) for one in held.lines or ()] == [(name, sum_) for sum_, name in FEES]
    (listed,) = books.list_documents(["expense"], DAY, DAY)
    assert (listed.number, listed.contact_code) == ("SP-20261006", chart.VENDOR)


def test_only_lines_that_go_by_rate_are_held_to_quantity_times_price(company: SandboxCompany) -> None:
    """A bill goes by amounts: goods bought at a discount are no objection to it, as they are to a sale."""
    bought = dataclasses.replace(
        line(2500, 2000, product_code="TEE-BLK-M", account_code="Merchant Fees"), amount_minor=4500
    )
    bill = dataclasses.replace(
        fees(), payment_method=None, paid_minor=0, lines=(bought,), total_minor=4500, net_minor=4500
    )
    books = target(company)
    assert books.check(bill) == []
    assert books.send(bill).total_minor == 4500
    told = [one.text for one in books.check(dataclasses.replace(receipt(), lines=(bought,)))]
    assert any("is not its quantity times its price" in one for one in told)


def test_a_journal_entry_of_other_amounts_is_told_apart(company: SandboxCompany) -> None:
    books = target(company)
    books.send(fees())
    other = dataclasses.replace(fees(), total_minor=1000, net_minor=1000)
    assert any("total" in text for text in books.find(other).differences)


def test_an_unpaid_expense_stays_a_bill(company: SandboxCompany) -> None:
    document = dataclasses.replace(fees(), payment_method=None, paid_minor=0)
    assert b"<BillAdd>" in target(company).payload(document)
    assert b"<JournalEntryAdd>" in target(company).payload(fees())


def test_tax_withheld_is_refused_before_anything_is_sent(company: SandboxCompany) -> None:
    assert any("withheld" in one.text for one in target(company).check(fees(wht_minor=10)))

"""Invoices of tills in PowerOffice Go: order drafts, issued invoices and money on them, customers made once (sandbox)."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import contextmanager
from decimal import Decimal

import pytest

from recon.errors import AlreadyExists, OutcomeUnknown, TargetRejected, TargetUnavailable
from recon.sandbox.poweroffice import PowerOfficeFault, Rules, SandboxPowerOffice
from recon.targets.base import LedgerContact, MasterRequest
from recon.targets.poweroffice import PowerOfficeOptions, PowerOfficeTarget, capabilities
from recon.targets.poweroffice.customers import mail_address
from recon.verify import compare
from tests.clock import FakeClock
from tests.recon.scripted_go import changed, line, settlement

START = dt.datetime(2026, 3, 15, 6, tzinfo=dt.UTC)
OPTIONS = {"tax_id": "999999999", "invoices": "order", "order_prices": "without-vat"}


def invoice(number: str = "5001", kind: str = "invoice", **changes: object):
    """Return a sale on account: two servings with 25 % and one to take away with 15 %."""
    lines = (
        changed(
            line(1, "Mat servert", "3000", "3", 25000), product_code="100", quantity_milli=2000, unit_price_minor=12500
        ),
        changed(line(2, "Mat med seg", "3030", "31", 11500), product_code="110"),
    )
    vat = sum(one.vat_minor for one in lines)
    fields = {
        "kind": kind, "contact_code": "10000", "contact_name": "Prøvebedriften AS", "lines": lines, "payments": (),
        "payment_method": None, "paid_minor": 0, "paid_on": None, "due_on": dt.date(2026, 3, 28), "gross_minor": 36500,
        "net_minor": 36500 - vat, "vat_minor": vat, "total_minor": 36500, "remark": "Faktura fra kassen",
        "document_key": f"till:kafe:till_invoice:K1/{number}/{kind}/1",
    }  # fmt: skip
    return settlement(number, paid=(), sold=(), **{**fields, **changes})


def payment(number: str = "5001"):
    """Return money on that invoice."""
    return invoice(
        f"{number}-1", "payment", lines=(), payment_method="1920", payment_channel="Kafé Torget/BANK Bank", paid_minor=36500,
        applies_to_number=number, applies_to_kind="invoice", net_minor=36500, vat_minor=0,
    )  # fmt: skip


@contextmanager
def go(rules: Rules | None = None, **options: object):
    """Run a sandbox; gives it and a target that speaks to it."""
    clock = FakeClock(START)
    with SandboxPowerOffice(clock=clock, rules=rules, durable=False) as server:
        chosen = PowerOfficeOptions(**{**OPTIONS, **options})
        with PowerOfficeTarget(
            base_url=server.url, v1_url=server.v1_url, environment="sandbox", credentials=server.credentials, clock=clock,
            options=chosen,
        ) as target:  # fmt: skip
            yield server, target


def test_an_order_is_a_draft_and_its_totals_are_read_back():
    with go() as (_, target):
        document = invoice()
        assert target.check(document) == []
        assert target.find(document).state == "absent"
        said = target.send(document)
        assert (said.total_minor, said.vat_minor, said.ledger_number) == (36500, 6500, "5001")
        assert "sales order" in said.words
        body = json.loads(target.payload(document), parse_float=Decimal)
        assert (body["SalesOrderStatus"], body["ImportedOrderNo"], body["ExternalImportReference"]) == (
            "Draft",
            5001,
            "999999999/invoice/5001",
        )
        assert [(one["Quantity"], one["ProductUnitPrice"]) for one in body["SalesOrderLines"]] == [
            (2, Decimal("100.00")),
            (1, Decimal("100.00")),
        ]
        found = target.find(document)
        assert (found.state, found.documents[0].place) == ("equal", "draft")
        [(_, held)] = target.read_back([(document, said.ledger_id)])
        assert (held.total_minor, held.contact_code, len(held.lines)) == (36500, "10000", 2)
        [listed] = target.list_documents(["invoice"], dt.date(2026, 3, 1), dt.date(2026, 3, 31))
        assert (listed.number, listed.total_minor, listed.ledger_id) == ("5001", 36500, said.ledger_id)
        with pytest.raises(AlreadyExists):
            target.send(document)


def test_prices_with_vat_where_go_takes_them_so_and_the_difference_where_it_does_not():
    with go(Rules(order_prices="with-vat"), order_prices="with-vat") as (_, target):
        assert target.send(invoice()).total_minor == 36500
    with go(Rules(order_prices="without-vat"), order_prices="with-vat") as (_, target):
        assert target.send(invoice()).total_minor == 44475
        found = target.find(invoice())
        assert found.state == "different"
        assert any(one.startswith("total: ours 365.00, PowerOffice Go 444.75") for one in found.differences)


def test_nothing_goes_out_before_somebody_knows_what_prices_are():
    with go(order_prices="unknown") as (_, target):
        told = target.check(invoice())
        assert [one.field for one in told] == ["price"]
        assert "demo company" in told[0].remedy
        with pytest.raises(TargetRejected, match="without or with VAT"):
            target.send(invoice())
        assert any("order_prices" in text for text in target.verify().missing)


def test_a_credit_note_is_an_order_below_zero():
    with go() as (_, target):
        document = invoice("77", "credit_note")
        said = target.send(document)
        assert said.total_minor == 36500
        assert all(one["Quantity"] < 0 for one in json.loads(target.payload(document))["SalesOrderLines"])
        assert target.find(document).state == "equal"
        [listed] = target.list_documents(["credit_note"], dt.date.min, dt.date.max)
        assert (listed.number, listed.total_minor) == ("77", 36500)


def test_an_order_names_all_that_is_missing_there():
    with go() as (_, target):
        lines = (
            changed(invoice().lines[0], product_code="999"),
            changed(invoice().lines[1], product_code=None, quantity_milli=0),
        )
        told = target.check(invoice(contact_code="K77", contact_name="Ukjent AS", department="99", lines=lines))
        assert [one.field for one in told] == ["department", "customer", "line 1", "line 2", "line 2"]


def test_an_order_that_was_deleted_there_is_missing():
    with go() as (server, target):
        document = invoice()
        said = target.send(document)
        server.person().delete("order", said.ledger_id)
        assert list(target.read_back([(document, said.ledger_id)])) == [(document, None)]
        assert target.find(document).state == "absent"


def test_an_order_whose_answer_was_lost_is_found_again():
    with go() as (server, target):
        target.check(invoice())
        server.inject(PowerOfficeFault(kind="reset", path="/SalesOrders/Complete", commit=True))
        with pytest.raises(OutcomeUnknown):
            target.send(invoice())
        assert target.find(invoice()).state == "equal"


def test_customers_are_found_by_reference_number_or_organisation_and_made_once():
    with go() as (server, target):
        known = LedgerContact(code="K-12", name="Prøvebedriften", tax_id="888 888 012")
        new = LedgerContact(code="K-13", name="Ny Kunde AS", tax_id="777777777", address="Torget 1, 7013 Trondheim")
        first = target.ensure_masters(MasterRequest(contacts=(known, new))).contacts
        assert [one.code for one in first] == ["10000", "K-13"]
        assert target.ensure_masters(MasterRequest(contacts=(new,))).contacts == first[1:]
        by_code = invoice(contact_code="K-13", contact_tax_id=None)
        assert target.check(by_code) == []
        assert target.check(invoice(contact_code="K-12", contact_tax_id="888888012")) == []
        assert {one.code for one in target.catalog().contacts} == {"10000", "10001", "10002", "K-13"}
        assert server.books.masters("sandbox", "customer")[-1]["MailAddress"]["ZipCode"] == "7013"


def test_a_customer_whose_answer_was_lost_is_not_made_twice():
    with go() as (server, target):
        new = LedgerContact(code="K-13", name="Ny Kunde AS")
        target.identify()
        server.inject(PowerOfficeFault(kind="reset", path="/Customers", method="POST", commit=True))
        assert [one.code for one in target.ensure_masters(MasterRequest(contacts=(new,))).contacts] == ["K-13"]
        server.inject(PowerOfficeFault(kind="reset", path="/Customers", method="POST", commit=False))
        with pytest.raises(OutcomeUnknown):
            target.ensure_masters(MasterRequest(contacts=(LedgerContact(code="K-14", name="B"),)))
        assert sum(one["Name"] == "Ny Kunde AS" for one in server.books.masters("sandbox", "customer")) == 1
        with pytest.raises(TargetRejected, match="a code of 1 to"):
            target.ensure_masters(MasterRequest(contacts=(LedgerContact(code="", name=""),)))


def test_an_address_is_sent_only_where_its_parts_are_certain():
    assert mail_address("Torget 1, 7013 Trondheim") == {
        "AddressLine1": "Torget 1",
        "ZipCode": "7013",
        "City": "Trondheim",
        "CountryCode": "NO",
    }
    assert mail_address("7013 Trondheim") == {"ZipCode": "7013", "City": "Trondheim", "CountryCode": "NO"}
    assert mail_address("Somewhere") == {}
    assert mail_address("") == {}


def test_an_issued_invoice_and_its_payment_go_to_the_import_list_under_the_tills_number():
    with go(route="import", invoices="issued") as (server, target):
        for document, rows in ((invoice(), 3), (payment(), 2)):
            assert target.check(document) == []
            assert target.find(document).state == "absent"
            said = target.send(document)
            body = json.loads(target.payload(document), parse_float=Decimal)
            heads = [one for one in body["importLines"] if "customerCode" in one]
            assert (len(body["importLines"]), len(heads), heads[0]["invoiceNo"]) == (rows, 1, "5001")
            assert heads[0]["customMatchingReference"] == "999999999/5001"
            assert sum(one["amount"] for one in body["importLines"]) == 0
            assert target.find(document).state == "equal"
            server.person().post_import(said.ledger_id)
            found = target.find(document)
            assert (found.state, found.documents[0].place) == ("equal", "posted")
            [(_, held)] = target.read_back([(document, said.ledger_id)])
            assert (held.place, held.number) == ("posted", document.number)
            assert compare(document, held, is_voided=False) == []
        swept = list(target.list_documents(["invoice", "settlement"], dt.date(2026, 3, 1), dt.date(2026, 3, 31)))
        assert [(one.kind, one.number) for one in swept] == [("invoice", "5001")]
        assert json.loads(target.payload(invoice()))["importLines"][0]["dueDate"] == "2026-03-28"
        [told] = target.check(invoice("9", "credit_note"))[:1]
        assert "not documented" in told.text


def test_a_number_that_is_another_customers_external_number_is_not_sent():
    with go(route="import", invoices="issued") as (server, target):
        row = server.books.masters("sandbox", "customer")[1]
        with server.books.change():
            server.books.change_master("sandbox", "customer", {**row, "ExternalNumber": 10000})
        assert any("external number" in one.text for one in target.check(invoice()))


def test_issued_invoices_without_the_import_list_are_held():
    with go(invoices="issued") as (_, target):
        told = target.check(invoice())[0]
        assert 'poweroffice.route = "import"' in told.remedy
        with pytest.raises(TargetRejected, match="not documented"):
            target.send(invoice())
        assert any("till.invoices" in text for text in target.verify().missing)


def test_what_can_be_sent_follows_from_the_settings():
    assert capabilities(PowerOfficeOptions()).kinds == {"settlement"}
    assert capabilities(PowerOfficeOptions(invoices="order")).kinds == {"settlement", "invoice", "credit_note"}
    assert capabilities(PowerOfficeOptions(invoices="issued")).kinds == {"settlement"}
    there = capabilities(PowerOfficeOptions(invoices="issued", route="import"))
    assert there.kinds == there.look_first == {"settlement", "invoice", "payment"}
    with go(invoices="off") as (_, target):
        assert "takes no invoice" in target.check(invoice())[0].text
        with pytest.raises(TargetRejected):
            target.payload(invoice())


def test_who_answers_has_an_organisation_number_where_go_says_it():
    with go() as (server, target):
        assert (target.identify().name, target.identify().tax_id) == ("Prøvekafeen AS", "999999999")
        server.inject(PowerOfficeFault(kind="revoked", path="/OrganizationSettings"))
        assert target.identify().tax_id == ""
        server.inject(PowerOfficeFault(kind="status", path="/OrganizationSettings", status=503, times=9))
        with pytest.raises(TargetUnavailable):
            target.identify()

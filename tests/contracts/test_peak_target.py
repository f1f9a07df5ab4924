"""The PEAK target against the sandbox PEAK: what every target has to prove, over real sockets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest

from recon.errors import AlreadyExists, OutcomeUnknown, SettingsError, TargetRejected, TargetUnavailable
from recon.sandbox.peak import Fault, SandboxPeak
from recon.targets.base import LedgerContact, MasterRequest
from recon.targets.peak import MemoryTokenCache
from tests.recon.peak_tools import FakeClock, following, line, new_product, sale, target


@pytest.fixture
def ledger(peak, clock):
    with target(peak.url, clock, credentials=peak.credentials) as made:
        yield made


def writes(peak: SandboxPeak) -> list[str]:
    return [seen.path for seen in peak.requests if seen.method == "POST" and "clienttoken" not in seen.path.lower()]


SALES = [
    sale("receipt", "RT-1"),
    sale("invoice", "IV-1"),
    sale("receipt", "RT-2", vat_mode="none"),
    sale("receipt", "RT-3", vat_mode="excluded", lines=[line(990, vat_mode="excluded", no=n) for n in range(1, 11)]),
    sale(
        "invoice",
        "IV-2",
        lines=[line(10700), line(5000, no=2, product_code=None, account_code="410301", vat_code="none")],
    ),
    sale("receipt", "RT-4", lines=[line(3333, 3000), line(100, 1500, no=2)]),
    sale("receipt", "RT-5", is_tax_invoice=False),
]


@pytest.mark.parametrize("document", SALES, ids=[document.number for document in SALES])
def test_accepted_with_the_total_to_the_satang(ledger, peak, document):
    assert ledger.check(document) == []
    confirmation = ledger.send(document)
    assert confirmation.ledger_number == document.number
    assert confirmation.ledger_id
    assert (confirmation.total_minor, confirmation.vat_minor) == (document.total_minor, document.vat_minor)
    (truth,) = peak.truth()
    assert (truth.code, truth.total_minor, truth.vat_minor) == (
        document.number,
        document.total_minor,
        document.vat_minor,
    )
    found = ledger.find(document)
    assert (found.state, found.differences) == ("equal", ())
    assert found.confirmation.ledger_id == confirmation.ledger_id


def test_with_ids_from_the_catalog(ledger, peak):
    catalog = ledger.catalog()
    assert {"P00001", "S00001"} <= {product.code for product in catalog.products}
    assert {"CSH001", "EWL001"} <= {method.code for method in catalog.methods}
    assert "410101" in {account.code for account in catalog.accounts}
    assert "ONLINE" in {contact.code for contact in catalog.contacts}
    document = sale()
    assert b'"paymentMethod": {"id": "' in ledger.payload(document)
    ledger.send(document)
    assert ledger.find(document).state == "equal"


def test_repeated_is_already_there_and_equal(ledger, peak):
    document = sale()
    ledger.send(document)
    with pytest.raises(AlreadyExists):
        ledger.send(document)
    assert ledger.find(document).state == "equal"
    assert len(peak.truth()) == 1


def test_f29_the_number_stands_for_something_else(ledger, peak):
    ledger.send(sale())
    other = sale(lines=[line(5000, account_code=None)], issued_on=dt.date(2026, 1, 30))
    with pytest.raises(AlreadyExists):
        ledger.send(other)
    found = ledger.find(other)
    assert found.state == "different"
    assert found.differences[:2] == ("date: ours 2026-01-30, PEAK 2026-01-31", "total: ours 50.00, PEAK 107.00")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"contact_code": "NOBODY"}, "contact"),
        ({"payment_method": "XXX999"}, "payment method"),
        ({"lines": (line(product_code="P99999"),)}, "product"),
        ({"lines": (line(product_code=None, account_code="999999"),)}, "account"),
    ],
)
def test_rejected_with_the_ledgers_words_and_ours(ledger, peak, changes, words):
    document = dataclasses.replace(sale(), **changes)
    with pytest.raises(TargetRejected) as caught:
        ledger.send(document)
    assert caught.value.code
    assert caught.value.words
    assert words in str(caught.value).lower()
    assert peak.truth() == []
    assert ledger.find(document).state == "absent"


def test_f38_a_closed_period_is_refused_and_the_date_stays(ledger, peak):
    peak.change_rules(closed_through="20260131")
    with pytest.raises(TargetRejected) as caught:
        ledger.send(sale())
    assert "code 400" in str(caught.value)
    assert peak.truth() == []


LOST = [
    ("hang", {}),
    ("close", {}),
    ("reset", {}),
    ("cut", {"how": "length"}),
    ("cut", {"how": "chunked"}),
    ("cut", {"how": "open"}),
    ("status", {"status": 500}),
    ("status", {"status": 502}),
    ("status", {"status": 503}),
    ("status", {"status": 504}),
    ("status", {"status": 429, "retry_after": "5"}),
    ("html", {}),
    ("empty", {}),
    ("wrong-type", {}),
    ("bad-gzip", {}),
    ("huge", {"size": 11 * 2**20}),
    ("redirect", {"status": 301, "text": "/elsewhere"}),
    ("redirect", {"status": 307, "text": "/api/v1/receipts/allinone"}),
    ("repeat-item", {}),
    ("drop-item", {}),
    ("drop-field", {"field": "code"}),
    ("rename-field", {"field": "code", "text": "number"}),
    ("set-field", {"field": "code", "text": "RT-9"}),
]


SHAPES = {"repeat-item", "drop-item", "drop-field", "rename-field", "set-field"}
"""These change the answer to work that was done, so there is nothing to try without it."""
LOST_OR_NOT = [(kind, more, commit) for kind, more in LOST for commit in (True, False) if commit or kind not in SHAPES]


@pytest.mark.parametrize(("kind", "more", "commit"), LOST_OR_NOT)
def test_f18_to_f27_a_lost_answer_leaves_the_outcome_open(peak, clock, kind, more, commit):
    document = sale()
    with target(peak.url, clock, credentials=peak.credentials, timeout_seconds=0.5) as ledger:
        peak.inject(Fault(kind=kind, method="POST", path="/receipts*", commit=commit, **more))
        with pytest.raises(OutcomeUnknown) as caught:
            ledger.send(document)
        assert "looked up" in str(caught.value)
        assert writes(peak) == ["/receipts/allinone"], "sent once, whatever came back"
        assert ledger.find(document).state == ("equal" if commit else "absent")
    assert len(peak.truth()) == int(commit)


def test_f20_a_ledger_that_does_not_listen_got_nothing(clock):
    with SandboxPeak(clock=clock) as peak:
        url, credentials, cache = peak.url, peak.credentials, MemoryTokenCache()
        with target(url, clock, credentials=credentials, cache=cache) as warm:
            warm.verify()
    with target(url, clock, credentials=credentials, cache=cache) as ledger, pytest.raises(TargetUnavailable) as caught:
        ledger.send(sale())
    assert not caught.value.stops_batch


def test_f30_a_fuzzy_and_ignored_filter_never_gives_the_first_row(ledger, peak):
    peak.change_rules(lookup="prefix", page_limit_max=1)
    for number in ("RT-10", "RT-100", "RT-1"):
        ledger.send(sale(number=number, document_key=number))
    assert ledger.find(sale(number="RT-1")).state == "equal"
    assert ledger.find(sale(number="RT-")).state == "absent"
    ledger.send(sale(number="rt-aa"))
    found = ledger.find(sale(number="RT-AA"))
    assert found.state == "different"
    assert "capital letters" in found.differences[0]


def test_f30_a_void_document_is_not_found_and_its_number_stands_for_two(ledger, peak):
    receipt = sale()
    first = ledger.send(receipt)
    void = following(receipt, "void", first.ledger_id)
    assert ledger.find(void).state == "absent"
    ledger.send(void)
    assert ledger.find(void).state == "equal"
    assert ledger.find(receipt).state == "voided"
    second = ledger.send(receipt)
    assert second.ledger_id != first.ledger_id
    assert ledger.find(receipt).confirmation.ledger_id == second.ledger_id
    assert ledger.find(void).state == "equal", "the id decides: the new document under the number is another one"


def test_f30_two_live_documents_under_one_number(ledger, peak):
    document = sale()
    peak.inject(Fault(kind="lag", path="/receipts*", method="POST", seconds=0))
    ledger.send(document)
    book = ledger._books
    rows = book.rows_with_number("receipt", document.number)[0]
    twin = type(rows[0])({**rows[0].raw, "id": "another"})
    book.rows_with_number = lambda kind, number: ([rows[0], twin], [])
    assert ledger.find(document).state == "twice"


def test_f30_a_lagging_index_shows_absent_until_it_has_caught_up(ledger, peak, clock):
    peak.change_rules(index_delay_seconds=90)
    confirmation = ledger.send(sale())
    assert confirmation.total_minor is None, "nothing to read back yet"
    assert ledger.find(sale()).state == "absent"
    clock.sleep(91)
    assert ledger.find(sale()).state == "equal"


def test_f26_an_expired_token_is_renewed_once_and_the_document_sent_once(ledger, peak):
    ledger.verify()
    peak.inject(Fault(kind="expired", method="POST", path="/receipts*"))
    ledger.send(sale())
    assert len(peak.truth()) == 1
    asked = [seen for seen in peak.requests if "clienttoken" in seen.path.lower()]
    assert len(asked) == 2


def test_f26_a_token_that_stays_refused_stops_the_batch(ledger, peak):
    peak.inject(Fault(kind="expired", method="POST", path="/receipts*", times=None))
    with pytest.raises(TargetUnavailable) as caught:
        ledger.send(sale())
    assert caught.value.stops_batch
    assert len(writes(peak)) == 2, "one renewal, one repeat"
    assert peak.truth() == []


@pytest.mark.parametrize("status", [200, 401])
def test_f26_a_token_that_ends_between_documents(clock, peak, status):
    peak.change_rules(token_life_seconds=3600, expired_token_status=status)
    with target(peak.url, clock, credentials=peak.credentials) as ledger:
        for number in range(3):
            ledger.send(sale(number=f"RT-{number}"))
            clock.sleep(3601)
    assert len(peak.truth()) == 3


def test_f26_a_connection_taken_away_stops_the_batch(ledger, peak):
    peak.change_rules(revoked=True)
    with pytest.raises(TargetUnavailable, match="Pro Plus") as caught:
        ledger.send(sale())
    assert caught.value.stops_batch


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (Fault(kind="concurrency", method="POST", path="/receipts*"), 8),
        (Fault(kind="rate", method="POST", path="/receipts*", seconds=60), 60),
        (Fault(kind="rate", method="POST", path="/receipts*", seconds=60, retry_after="90"), 90),
        (Fault(kind="limit", method="POST", path="/receipts*"), 60),
    ],
)
def test_f24_a_limit_says_that_nothing_was_taken_and_how_long_to_wait(ledger, peak, fault, waits):
    peak.inject(fault)
    with pytest.raises(TargetUnavailable) as caught:
        ledger.send(sale())
    assert caught.value.retry_after_seconds == waits
    assert not caught.value.stops_batch
    ledger.send(sale())
    assert len(peak.truth()) == 1


def test_f24_reads_wait_and_ask_again(ledger, peak, clock):
    peak.inject(Fault(kind="rate", method="GET", path="/receipts*", seconds=20, times=2))
    assert ledger.find(sale()).state == "absent"
    assert clock.slept == [20, 20]


def verified(peak, clock, key):
    with target(peak.url, clock, credentials=peak.credentials_of(key)) as ledger:
        return ledger.verify()


def test_f35_the_company_is_told_apart_by_its_user_token(peak, clock):
    own, other = verified(peak, clock, "sandbox"), verified(peak, clock, "other")
    assert own.company_id != other.company_id
    assert own == verified(peak, clock, "sandbox")
    assert (own.name, own.tax_id) == ("บริษัท แซนด์บ็อกซ์ จำกัด", "0105500000003")
    assert other.name == "บริษัท อีกแห่ง จำกัด"
    assert peak.credentials["user_token"] not in own.company_id


def test_f35_without_a_company_call_the_token_still_tells(peak, clock):
    with target(peak.url, clock, credentials=peak.credentials) as ledger:
        named = ledger.verify()
        peak.change_rules(user_endpoint=False)
        nameless = ledger.verify()
    assert nameless == dataclasses.replace(named, name="", tax_id="")


def test_f28_a_wrong_clock_stops_everything_and_says_by_how_much(peak, clock):
    fast = FakeClock(clock.moment + dt.timedelta(minutes=5, seconds=3))
    with target(peak.url, fast, credentials=peak.credentials) as ledger, pytest.raises(TargetUnavailable) as caught:
        ledger.verify()
    assert caught.value.stops_batch
    assert "5 min 3 s ahead of PEAK's" in str(caught.value)


def test_wrong_credentials_stop_the_batch_without_showing_them(peak, clock):
    wrong = {**peak.credentials, "connect_key": "wrong-connect-key"}
    with target(peak.url, clock, credentials=wrong) as ledger, pytest.raises(TargetUnavailable) as caught:
        ledger.send(sale())
    assert caught.value.stops_batch
    assert "wrong-connect-key" not in str(caught.value)


def test_an_empty_credential_is_named(peak, clock):
    with pytest.raises(SettingsError, match="user_token"):
        target(peak.url, clock, credentials={**peak.credentials, "user_token": ""})


def test_payment_on_an_invoice(ledger, peak):
    invoice = sale("invoice", "IV-1")
    posted = ledger.send(invoice)
    payment = following(invoice, "payment", posted.ledger_id)
    assert ledger.check(payment) == []
    assert ledger.find(payment).state == "absent"
    ledger.send(payment)
    found = ledger.find(payment)
    assert (found.state, found.documents[0].remain_minor) == ("equal", 0)
    with pytest.raises(AlreadyExists):
        ledger.send(payment)


@pytest.mark.parametrize("commit", [True, False])
def test_f36_a_lost_payment_is_found_on_its_invoice(peak, clock, commit):
    invoice = sale("invoice", "IV-1")
    with target(peak.url, clock, credentials=peak.credentials, timeout_seconds=0.5) as ledger:
        payment = following(invoice, "payment", ledger.send(invoice).ledger_id)
        peak.inject(Fault(kind="close", method="POST", path="/invoices/paid*", commit=commit))
        with pytest.raises(OutcomeUnknown):
            ledger.send(payment)
        assert ledger.find(payment).state == ("equal" if commit else "absent")


def test_f36_another_payment_of_the_sum_is_a_difference(ledger, peak):
    invoice = sale("invoice", "IV-1")
    payment = following(invoice, "payment", ledger.send(invoice).ledger_id)
    ledger.send(payment)
    found = ledger.find(dataclasses.replace(payment, paid_on=dt.date(2026, 1, 31)))
    assert found.state == "different"
    assert found.differences == ("payment: ours 107.00 on 2026-01-31 by EWL001, PEAK 107.00 on 2026-02-01 by EWL001",)


def test_void_of_an_invoice_and_again(ledger, peak):
    invoice = sale("invoice", "IV-1")
    void = following(invoice, "void", ledger.send(invoice).ledger_id)
    ledger.send(void)
    assert peak.truth() == []
    with pytest.raises(AlreadyExists):
        ledger.send(void)
    assert ledger.find(void).state == "equal"


@pytest.mark.parametrize("kind", ["invoice", "receipt"])
def test_full_credit_note(ledger, peak, kind):
    original = sale(kind, "OR-1")
    note = following(original, "credit_note", ledger.send(original).ledger_id, "CN-1")
    assert ledger.check(note) == []
    confirmation = ledger.send(note)
    assert confirmation.ledger_id
    assert confirmation.total_minor == original.total_minor
    assert ledger.find(note).state == "equal"
    with pytest.raises((AlreadyExists, TargetRejected)):
        ledger.send(note)


def test_a_partial_credit_note_is_stopped_before_it_is_sent(ledger, peak):
    original = sale("receipt", "OR-1", lines=[line(10700), line(10700, no=2)])
    note = following(original, "credit_note", ledger.send(original).ledger_id, "CN-1")
    part = dataclasses.replace(note, net_minor=10000, vat_minor=700, total_minor=10700)
    with pytest.raises(TargetRejected, match="by hand"):
        ledger.send(part)
    assert "/creditnotes" not in writes(peak)


def test_ledger_numbering_sends_our_key_as_reference_and_finds_it(peak, clock):
    document = sale(number=None)
    with target(peak.url, clock, credentials=peak.credentials, numbering="ledger") as ledger:
        assert not ledger.capabilities.searchable_by_number
        with pytest.raises(TargetUnavailable, match="does not prove"):
            ledger.find(document)
        confirmation = ledger.send(document)
        assert confirmation.ledger_number.startswith("RT")
        found = ledger.find(document)
        assert found.confirmation.ledger_number == confirmation.ledger_number
        ((_, held),) = ledger.read_back([(document, confirmation.ledger_id)])
        assert held.number == confirmation.ledger_number


def test_read_back_and_sweep(ledger, peak):
    documents = [
        sale(number=f"RT-{n}", issued_on=dt.date(2026, 1, 29 + n), due_on=dt.date(2026, 1, 31)) for n in range(3)
    ]
    posted = [(document, ledger.send(document).ledger_id) for document in documents]
    back = list(ledger.read_back([*posted, (sale(number="RT-9"), "nowhere")]))
    assert [held.number if held else None for _, held in back] == ["RT-0", "RT-1", "RT-2", None]
    assert [held.total_minor for _, held in back[:3]] == [10700] * 3
    swept = list(
        ledger.list_documents(
            ["receipt", "invoice", "credit_note", "payment"], dt.date(2026, 1, 30), dt.date(2026, 1, 31)
        )
    )
    assert sorted(held.number for held in swept) == ["RT-1", "RT-2"]


def test_the_sweep_reads_all_pages(peak, clock):
    peak.change_rules(page_limit_max=2)
    with target(peak.url, clock, credentials=peak.credentials) as ledger:
        for number in range(5):
            ledger.send(sale(number=f"RT-{number}"))
        swept = list(ledger.list_documents(["receipt"], dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
    assert len(swept) == 5


def test_f37_contacts_are_created_once(ledger, peak):
    wanted = MasterRequest(
        contacts=(
            LedgerContact(code="B-0001", name="บริษัท ผู้ซื้อใหม่ จำกัด", tax_id="0994000000006", branch="00000"),
            LedgerContact(code="B-0002", name="บริษัท ตัวอย่างผู้ซื้อ จำกัด", tax_id="0105500000011", branch="00000"),
            LedgerContact(code="ONLINE", name="somebody else"),
        )
    )
    made = ledger.ensure_masters(wanted)
    assert [contact.code for contact in made.contacts] == ["B-0001", "C00001", "ONLINE"]
    assert made.contacts[2].name == "ลูกค้าออนไลน์ (รวม)", "what exists is not changed"
    assert all(contact.ledger_id for contact in made.contacts)
    assert ledger.ensure_masters(wanted) == made
    assert len([c for c in peak.contacts() if c["code"] == "B-0001"]) == 1
    bought = sale(contact_code="B-0009", contact_tax_id="0105500000011", contact_branch="00000")
    ledger.send(bought)
    assert ledger.find(bought).documents[0].contact_code == "C00001"


def test_a_buyers_address_reaches_the_contact_for_the_full_tax_invoice(ledger, peak):
    address = "99/1 ถนนตัวอย่าง แขวงทดสอบ กรุงเทพมหานคร 10110"
    wanted = LedgerContact(code="B-7", name="บริษัท มีที่อยู่ จำกัด", tax_id="0994000000006", branch="00000", address=address)
    (made,) = ledger.ensure_masters(MasterRequest(contacts=(wanted,))).contacts
    assert made.address == address
    (held,) = [contact for contact in peak.contacts() if contact["code"] == "B-7"]
    assert held["address"] == address
    ledger.ensure_masters(MasterRequest(contacts=(LedgerContact(code="B-8", name="ก ข"),)))
    (without,) = [contact for contact in peak.contacts() if contact["code"] == "B-8"]
    assert not without.get("address"), "empty fields are left out"


@pytest.mark.parametrize("commit", [True, False])
def test_f37_a_lost_answer_to_a_contact(peak, clock, commit):
    wanted = MasterRequest(contacts=(LedgerContact(code="B-1", name="ก ข"),))
    with target(peak.url, clock, credentials=peak.credentials, timeout_seconds=0.5) as ledger:
        peak.inject(Fault(kind="close", method="POST", path="/contacts", commit=commit))
        for _ in range(2):
            try:
                made = ledger.ensure_masters(wanted)
                break
            except OutcomeUnknown:
                assert not commit
    assert made.contacts[0].code == "B-1"
    assert len([c for c in peak.contacts() if c["code"] == "B-1"]) == 1


def made_of(peak, name: str) -> list[dict]:
    return [one for one in peak.products() if one["name"] == name]


@pytest.mark.parametrize("kind", ["product", "service"])
def test_f37_a_product_is_created_once_with_our_mark_and_found_again_by_it(ledger, peak, kind):
    wanted = new_product("NEW-1", "ถุงเท้า", kind=kind)
    assert ledger.check(wanted) == []
    assert json.loads(ledger.payload(wanted))[f"Peak{kind.title()}s"][f"{kind}s"] == [
        {"name": "ถุงเท้า", "description": "sku:NEW-1"}
    ]
    assert ledger.find(wanted).state == "absent"
    confirmation = ledger.send(wanted)
    assert confirmation.ledger_number.startswith(kind[0].upper())
    with pytest.raises(AlreadyExists, match="nothing was sent"):
        ledger.send(wanted)
    found = ledger.find(wanted)
    assert (found.state, found.confirmation.ledger_number) == ("equal", confirmation.ledger_number)
    assert found.confirmation.ledger_id == confirmation.ledger_id
    ((_, held),) = ledger.read_back([(wanted, confirmation.ledger_id)])
    assert (held.kind, held.number, held.lines[0].description) == (kind, confirmation.ledger_number, "ถุงเท้า")
    ledger.send(sale(lines=[line(product_code=confirmation.ledger_number)]))


def test_f37_a_product_of_exactly_the_skus_code_counts_as_it_and_another_name_is_for_a_person(ledger):
    there = new_product("P00001", "เสื้อยืด  สีดำ M")
    with pytest.raises(AlreadyExists):
        ledger.send(there)
    assert ledger.find(there).state == "equal", "spaces are no difference"
    other = ledger.find(new_product("P00001", "กล่องข้าว"))
    assert other.state == "different"
    assert other.differences == ("name: ours กล่องข้าว, PEAK เสื้อยืด สีดำ M",)


def test_f37_two_products_with_our_mark_are_for_a_person(ledger, peak, clock):
    wanted = new_product("NEW-2", "ถุงเท้า")
    with target(peak.url, clock, credentials=peak.credentials) as other:
        assert other.find(wanted).state == "absent"
        peak.inject(Fault(kind="twice", method="POST", path="/products"))
        other.send(wanted)
    assert ledger.find(wanted).state == "twice"


def test_a_name_peak_would_refuse_is_objected_to_before_and_refused_there(ledger, peak):
    long = new_product("NEW-3", "ก" * 101)
    (objection,) = ledger.check(long)
    assert "101 characters" in objection.text
    with pytest.raises(TargetRejected):
        ledger.send(long)
    assert made_of(peak, "ก" * 101) == []


def test_the_answer_seen_from_peak_holds_no_result_code_and_counts_by_its_echo(ledger, peak):
    peak.inject(Fault(kind="drop-field", method="POST", path="/products", field="resCode"))
    assert ledger.send(new_product("NEW-4", "ถุงมือ")).ledger_number.startswith("P")
    peak.inject(Fault(kind="set-field", method="POST", path="/products", field="description", text="sku:OTHER"))
    with pytest.raises(OutcomeUnknown):
        ledger.send(new_product("NEW-5", "หมวก"))
    assert ledger.find(new_product("NEW-5", "หมวก")).state == "equal"


@pytest.mark.parametrize("kind", ["hang", "close", "reset", "cut", "html", "empty"])
@pytest.mark.parametrize("commit", [True, False])
def test_f37_a_lost_answer_to_a_product_is_open_until_it_is_looked_up(peak, clock, kind, commit):
    wanted = new_product("NEW-6", "ถุงเท้า")
    with target(peak.url, clock, credentials=peak.credentials, timeout_seconds=0.5) as ledger:
        peak.inject(Fault(kind=kind, method="POST", path="/products", commit=commit))
        with pytest.raises(OutcomeUnknown):
            ledger.send(wanted)
        assert ledger.find(wanted).state == ("equal" if commit else "absent")
        if commit:
            with pytest.raises(AlreadyExists):
                ledger.send(wanted)
        else:
            ledger.send(wanted)
    assert len(made_of(peak, "ถุงเท้า")) == 1


def test_missing_things_are_named_with_their_setting(peak, clock):
    needed = {
        "needed_products": {
            "charges.default.shipping.product (ค่าขนส่ง)": "",
            "charges.default.cod_fee.product": "S77777",
        },
        "needed_accounts": {"accounts.sales": "410101", "accounts.output_vat": "999999"},
        "needed_methods": {"channels.cash_method": "CSH009"},
    }
    with target(peak.url, clock, credentials=peak.credentials, **needed) as ledger:
        missing = ledger.verify().missing
    assert [text.partition(":")[0] for text in missing] == [
        "channels.cash_method",
        "accounts.output_vat",
        "charges.default.shipping.product (ค่าขนส่ง)",
        "charges.default.cod_fee.product",
    ]


@pytest.mark.parametrize("style", ["pascal", "lower"])
@pytest.mark.parametrize("amounts", ["number", "text", "text-with-commas"])
def test_f31_keys_in_any_case_and_amounts_in_any_form(ledger, peak, style, amounts):
    peak.change_rules(key_style=style, amounts_as=amounts, credit_note_number_key="creditNoteCode")
    document = sale(lines=[line(12345600)])
    confirmation = ledger.send(document)
    assert confirmation.total_minor == 12345600
    assert ledger.find(document).state == "equal"
    note = following(document, "credit_note", confirmation.ledger_id, "CN-1")
    assert ledger.send(note).total_minor == 12345600


def test_an_answer_without_id_is_completed_by_reading_back(ledger, peak):
    peak.change_rules(answer_has_id=False)
    assert ledger.send(sale()).ledger_id

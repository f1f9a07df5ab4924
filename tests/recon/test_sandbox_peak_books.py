"""Payments, voids, credit notes, journals and master data in the sandbox PEAK."""

from __future__ import annotations

import pytest
from sandbox_peak_caller import caller as caller
from sandbox_peak_caller import clock as clock
from sandbox_peak_caller import line, receipt
from sandbox_peak_caller import sandbox as sandbox


def payment(document_id, amount, **changes):
    block = {
        "paymentDate": "20260205",
        "payments": [{"amount": amount, "paymentMethod": {"code": "EWL002"}}],
        **changes,
    }
    return {"peakPaidPayments": {"transactionId": document_id, "paidPayments": block}}


def paid(caller, document_id, amount, path="/invoices/paidpaymentallinone", **changes):
    return caller.post(path, payment(document_id, amount, **changes)).json["PeakPaidPayments"]


def test_invoice_is_paid_in_parts_and_then_347(sandbox, caller):
    invoice_id = caller.invoice()["id"]
    first = paid(caller, invoice_id, 50)
    assert (first["transactionCode"], first["remainPaymentAmount"], first["resCode"]) == ("IV-0001", 57, "200")
    assert paid(caller, invoice_id, 58)["resDesc"] == "Payment amount exceeds the remaining amount"
    assert paid(caller, invoice_id, 57)["remainPaymentAmount"] == 0
    again = paid(caller, invoice_id, 57)
    assert (again["resCode"], again["resDesc"]) == ("347", "Transaction must be Waiting Payment Status.")
    (truth,) = sandbox.truth()
    assert (truth.status, truth.remain_minor, [row["amount"] for row in truth.payments]) == ("paid", 0, ["50", "57"])


def test_payment_refusals_record_nothing(sandbox, caller):
    invoice_id = caller.invoice()["id"]
    both = payment(invoice_id, 107)
    both["peakPaidPayments"]["transactionCode"] = "IV-0001"
    assert caller.post("/invoices/paidpaymentallinone", both).json["PeakPaidPayments"]["resCode"] == "400"
    assert paid(caller, "no-such-id", 107)["resCode"] == "347"
    assert paid(caller, invoice_id, 107, payments=[])["resDesc"] == "Missing Payment Data"
    assert (
        paid(caller, invoice_id, 107, path="/invoices/paidpayment")["resDesc"]
        == "Missing Payment Method Data At Payment [1]"
    )
    assert sandbox.truth()[0].remain_minor == 10700


def test_voiding_a_paid_invoice_is_refused_until_its_payment_is_undone(sandbox, caller):
    invoice_id = caller.invoice()["id"]
    paid(caller, invoice_id, 107)
    void = {"PeakInvoices": {"code": "IV-0001"}}
    assert caller.post("/invoices/void", void).json["PeakInvoices"]["resDesc"] == "Transaction has been paid"
    assert caller.post("/invoices/voidpayment", void).json["PeakInvoices"]["resCode"] == "200"
    assert caller.post("/invoices/voidpayment", void).json["PeakInvoices"]["resCode"] == "384"
    assert caller.post("/invoices/void", void).json["PeakInvoices"]["resCode"] == "200"
    assert paid(caller, invoice_id, 107)["resCode"] == "347"
    assert [event.action for event in sandbox.events()] == ["created", "paid", "payment-voided", "voided"]


def test_invoice_void_can_be_switched_off(sandbox, caller):
    caller.invoice()
    sandbox.change_rules(invoice_void=False)
    assert caller.post("/invoices/void", {"PeakInvoices": {"code": "IV-0001"}}).status == 404


def credit(document_id, **changes):
    note = {
        "transactionType": 103, "transactionId": document_id, "reasonType": 1, "reasonDescription": "ลูกค้าคืนสินค้า",
        "goodsReturn": "1", "transactions": {"code": "CN-0001", "issuedDate": 20260210, "remark": "คืนสินค้า"},
    }  # fmt: skip
    return {**note, **changes}


def credited(caller, document_id, **changes):
    return caller.one("/creditnotes", "PeakCreditNotes", "creditNotes", credit(document_id, **changes))


def test_credit_note_copies_every_line(sandbox, caller):
    lines = [line(), line(description="หมวก", price=53.5)]
    receipt_id = caller.receipt(products=lines, amount=160.5)["id"]
    answer = credited(caller, receipt_id)
    assert (answer["code"], answer["resCode"]) == ("CN-0001", "200")
    assert "id" not in answer
    note = sandbox.truth()[1]
    assert (note.kind, note.applies_to_id, note.total_minor, note.vat_minor, len(note.lines)) == (
        "credit_note",
        receipt_id,
        16050,
        1050,
        2,
    )
    shown = caller.found("/creditnotes?code=CN-0001", "PeakCreditNotes", "creditNotes")
    assert (shown[0]["transactionCode"], shown[0]["netAmount"]) == ("RT-0001", "160.50")


CREDIT_REFUSALS = [
    ({"transactions": {"code": "CN-1", "issuedDate": "20260210", "products": [line()]}}, "Invalid Product"),
    ({"transactionType": 102}, "Invalid Transaction"),
    ({"transactionType": 104}, "Invalid transactionType"),
    ({"transactionId": "nothing"}, "Invalid Transaction"),
    ({"reasonType": 2}, "Invalid reasonType"),
    ({"reasonDescription": ""}, "Missing reasonDescription"),
    ({"goodsReturn": 1}, "Invalid goodsReturn"),
    (
        {"transactions": {"code": "CN-1", "issuedDate": "20260130"}},
        "issuedDate must be on or after the original document",
    ),
    ({"transactions": None}, "Missing transactions"),
]


@pytest.mark.parametrize(("changes", "words"), CREDIT_REFUSALS, ids=[words for _, words in CREDIT_REFUSALS])
def test_credit_note_refusals(sandbox, caller, changes, words):
    receipt_id = caller.receipt()["id"]
    assert credited(caller, receipt_id, **changes)["resDesc"] == words
    assert len(sandbox.truth()) == 1


def test_a_document_is_credited_once_and_then_cannot_be_voided(caller):
    receipt_id = caller.receipt()["id"]
    assert credited(caller, receipt_id)["resCode"] == "200"
    assert credited(caller, receipt_id)["resDesc"] == "Transaction has been fully credited"
    void = caller.post("/receipts/void", {"PeakReceipts": {"code": "RT-0001"}})
    assert void.json["PeakReceipts"]["resDesc"] == "Transaction has a credit note"


def test_f29_credit_note_number_is_unique_and_its_key_can_differ(sandbox, caller):
    first, second = caller.receipt(code="RT-1")["id"], caller.receipt(code="RT-2")["id"]
    assert credited(caller, first)["resCode"] == "200"
    assert credited(caller, second)["resCode"] == "315"
    sandbox.change_rules(credit_note_number_key="creditNoteCode")
    own = {"code": "CN-2", "issuedDate": "20260210"}
    assert credited(caller, second, transactions=own)["creditNoteCode"] == "CN-2"


def test_credit_of_an_unpaid_invoice_leaves_nothing_to_pay(caller):
    invoice_id = caller.invoice()["id"]
    credited(caller, invoice_id, transactionType=102)
    assert paid(caller, invoice_id, 107)["resCode"] == "347"


def test_return_payments_is_an_object(caller):
    receipt_id = caller.receipt()["id"]
    body = credit(receipt_id, creditNotePayment={"returnPayments": []})
    assert caller.post("/creditnotes", {"PeakCreditNotes": {"creditNotes": [body]}}).status == 400


def contact(**changes):
    made = {"code": "C77", "name": "สมชาย ใจดี", "type": 5, "prefixNameType": 1, **changes}
    return {name: value for name, value in made.items() if value is not None}


def save(caller, value):
    return caller.one("/contacts", "PeakContacts", "contacts", value)


def test_f37_contact_with_a_known_code_is_replaced_not_doubled(sandbox, caller):
    first = save(caller, contact())
    second = save(caller, contact(taxNumber="1101700000001"))
    assert (first["id"], first["resCode"]) == (second["id"], "200")
    (shown,) = caller.found("/contacts?code=C77", "PeakContacts", "contacts")
    assert (shown["taxNumber"], shown["firstName"], shown["lastName"]) == ("1101700000001", "สมชาย", "ใจดี")
    assert len(sandbox.contacts()) == 7


CONTACT_REFUSALS = [
    ({"code": "C" * 17}, "400", "code must not be longer than 16 characters"),
    ({"name": ""}, "400", "Missing name"),
    ({"name": "ก" * 257}, "400", "name must not be longer than 256 characters"),
    ({"type": 2}, "400", "Invalid type"),
    ({"prefixNameType": None}, "400", "Missing prefixNameType"),
    ({"taxNumber": "110170000000"}, "400", "Invalid taxNumber: 13 digits"),
    ({"taxNumber": ""}, "400", "Invalid taxNumber: 13 digits"),
    ({"branchCode": "0"}, "400", "Invalid branchCode: 5 digits"),
    ({"name": "ลูกค้าออนไลน์ (รวม)"}, "100", "Contact name is duplicated"),
]


@pytest.mark.parametrize(("changes", "code", "words"), CONTACT_REFUSALS)
def test_contact_refusals(sandbox, caller, changes, code, words):
    answer = save(caller, contact(**changes))
    assert (answer["resCode"], answer["resDesc"]) == (code, words)
    assert len(sandbox.contacts()) == 6


def test_f37_contact_without_a_code_is_made_twice_where_names_may_repeat(sandbox, caller):
    sandbox.change_rules(duplicate_contact_names=True)
    codes = [save(caller, contact(code=None))["code"] for _ in range(2)]
    assert codes[0] != codes[1]


def test_contact_edit_takes_the_whole_object_only(caller):
    made = save(caller, contact())
    partial = {"PeakContacts": {"contacts": {"id": made["id"], "name": "สมชาย มีสุข"}}}
    assert caller.post("/contacts/edit", partial).json["PeakContacts"]["resCode"] == "200"
    (shown,) = caller.found("/contacts?code=C77", "PeakContacts", "contacts")
    assert shown["name"] == "สมชาย ใจดี"
    same = caller.post("/contacts/edit", {"PeakContacts": {"contacts": shown}}).json["PeakContacts"]
    assert (same["resCode"], same["resDesc"]) == ("100", "Contact name is duplicated")
    caller.post("/contacts/edit", {"PeakContacts": {"contacts": {**shown, "name": "สมชาย มีสุข"}}})
    assert caller.found("/contacts?code=C77", "PeakContacts", "contacts")[0]["name"] == "สมชาย มีสุข"
    assert caller.post("/contacts/edit", {"PeakContacts": {"contacts": [shown]}}).status == 400


def test_put_contact_says_200_and_changes_nothing(sandbox, caller):
    before = sandbox.contacts()
    assert caller.send("PUT", "/contacts", {"PeakContacts": {"contacts": [contact()]}}).status == 200
    assert sandbox.contacts() == before


def test_products_get_a_code_and_keep_the_limit_of_their_name(caller):
    made = caller.one("/products", "PeakProducts", "products", {"name": "ถุงเท้า", "description": "sku:SOCK"})
    assert (made["code"], made["description"], made["resCode"]) == ("P00007", "sku:SOCK", "200")
    long = caller.one("/products", "PeakProducts", "products", {"name": "ก" * 101})
    assert (long["resCode"], long["resDesc"]) == ("400", "name must not be longer than 100 characters")
    own = {"name": "เข็มขัด", "code": "BELT"}
    assert caller.one("/products", "PeakProducts", "products", own)["code"] == "BELT"
    assert caller.one("/products", "PeakProducts", "products", own)["resCode"] == "100"
    assert caller.found("/products?code=BELT", "PeakProducts", "products")[0]["accountCode"] == "410101"
    caller.post("/products/edit", {"PeakProducts": {"products": [{"code": "BELT", "name": "เข็มขัดหนัง"}]}})
    assert caller.found("/products?code=BELT", "PeakProducts", "products")[0]["name"] == "เข็มขัดหนัง"


def test_services_are_made_and_edited_on_one_path(caller):
    made = caller.one("/services", "PeakServices", "services", {"name": "ค่าห่อของขวัญ"})
    caller.one("/services", "PeakServices", "services", {"name": "ค่าห่อ", "code": made["code"]})
    assert [row["name"] for row in caller.found("/services", "PeakServices", "services")] == [
        "ค่าขนส่ง",
        "ค่าบริการ COD",
        "ค่าห่อ",
    ]


def test_payment_methods_and_accounts(caller):
    made = caller.one("/paymentmethods", "PeakPaymentMethods", "paymentMethods", {"name": "ธนาคาร 3", "type": 2})
    assert made["code"] == "BSV003"
    methods = caller.found("/paymentmethods", "PeakPaymentMethods", "paymentMethods")
    assert {"CSH001", "BSV001", "EWL001", "EWL002", "BSV003"} <= {row["code"] for row in methods}
    assert len(caller.found("/paymentmethods?page=1&limit=3", "PeakPaymentMethods", "paymentMethods")) == 3
    accounts = caller.found("/dailyjournals/accountcode", "PeakAccountCode", "accountCode")
    assert {"410101", "215301", "113101"} <= {row["code"] for row in accounts}
    assert {"code": "111101", "name": "เงินสด", "nameEn": "Cash"} in accounts


def test_expenses_are_paid_net_of_withheld_tax_and_a_name_doubles_the_supplier(sandbox, caller):
    supplier = next(row for row in sandbox.contacts() if row["code"] == "V00001")
    lines = [
        {
            "description": "ค่าคอมมิชชั่น",
            "quantity": 1,
            "price": 100.0,
            "accountCode": "510111",
            "vatType": 3,
            "withHoldingTaxAmount": 3.0,
        }
    ]
    expense = {"issuedDate": "20260131", "dueDate": "20260131", "contact": {"id": supplier["id"]}, "products": lines}
    made = caller.one("/expenses/allinone", "peakExpenses".replace("peak", "Peak"), "expenses", expense)
    answer = paid(caller, made["id"], 104, path="/expenses/paidpaymentallinone", withHoldingTaxAmount="3.00")
    assert (answer["resCode"], answer["remainPaymentAmount"]) == ("200", 0)
    caller.one(
        "/expenses/allinone",
        "PeakExpenses",
        "expenses",
        {**expense, "contact": {"id": supplier["id"], "name": "แพลตฟอร์ม"}},
    )
    assert len(sandbox.contacts()) == 7
    assert paid(caller, made["id"], 1, path="/expenses/paidpaymentallinone", withHoldingTaxAmount=3)["resCode"] == "347"


def test_purchase_orders_take_the_flat_dialect(sandbox, caller):
    supplier = next(row for row in sandbox.contacts() if row["code"] == "V00001")
    order = {
        "issuedDate": "20260131", "dueDate": "20260207", "contactId": supplier["id"], "taxStatus": 0,
        "products": [{"productCode": "P00001", "quantity": 50, "price": 60.0, "vatType": 3}],
    }  # fmt: skip
    assert caller.one("/purchaseorders", "PeakPurchaseOrders", "purchaseOrders", order)["resCode"] == "200"
    assert sandbox.truth()[0].total_minor == 321000


def entry(*entries, **changes):
    return {"issuedDate": "20260131", "journalTypeId": "5", "journalEntries": list(entries), **changes}


def test_journals_balance_and_are_text_throughout(sandbox, caller):
    contact_id = sandbox.contacts()[0]["id"]
    two = ({"accountCode": "212101", "debit": "107.00"}, {"accountCode": "510111", "credit": "107.00"})

    def post(*entries):
        return caller.one("/dailyjournals", "PeakDailyJournals", "dailyJournals", entry(*entries, contactId=contact_id))

    assert post(*two)["resCode"] == "200"
    assert post(two[0], {"accountCode": "510111", "credit": "106.99"})["resDesc"] == "Debit and credit do not balance"
    assert post(two[0], {"accountCode": "510111", "credit": 107})["resDesc"] == "Invalid Data Type credit"
    assert post({"accountCode": "000000", "debit": "1"})["resDesc"] == "Invalid accountCode"
    assert [document.total_minor for document in sandbox.truth()] == [10700]


def test_receipt_may_book_to_an_account_instead_of_a_channel(sandbox, caller):
    payments = {"paymentDate": "20260131", "payments": [{"accountCode": "113105", "amount": 107}]}
    assert caller.receipt(paidPayments=payments)["resCode"] == "200"
    assert sandbox.truth()[0].payments[0]["accountCode"] == "113105"
    assert receipt()["code"] == "RT-0001"

"""Documents in the sandbox PEAK: dialects, refusals, arithmetic, numbers, look-ups."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from sandbox_peak_caller import Caller, invoice, line, receipt
from sandbox_peak_caller import caller as caller
from sandbox_peak_caller import clock as clock
from sandbox_peak_caller import sandbox as sandbox

from recon.sandbox.peak import Rules, SandboxPeak, sandbox_company
from recon.sandbox.peak.amounts import PricedLine, totals


def pay(amount=107, **changes):
    return {"paymentDate": "20260131", "payments": [{"paymentMethod": {"code": "EWL001"}, "amount": amount, **changes}]}


def test_receipt_is_kept_with_its_own_number_and_shown_by_code(sandbox, caller):
    answer = caller.receipt(remark="Shopee order 1", tags=["Shopee"])
    shown = caller.found("/receipts?code=RT-0001", "PeakReceipts", "receipts")
    assert [row["id"] for row in shown] == [answer["id"]]
    assert (shown[0]["netAmount"], shown[0]["vatAmount"], shown[0]["isVoid"]) == ("107.00", Decimal("7.00"), 0)
    assert (shown[0]["contactCode"], shown[0]["issuedDate"], shown[0]["tags"]) == ("ONLINE", "20260131", ["Shopee"])
    (truth,) = sandbox.truth()
    assert (truth.code, truth.net_minor, truth.vat_minor, truth.total_minor, truth.remain_minor) == (
        "RT-0001",
        10000,
        700,
        10700,
        0,
    )


def test_lower_case_wrapper_and_both_spellings_of_the_flag(sandbox, caller):
    document = receipt(istaxInvoice=None, isTaxInvoice=1)
    reply = caller.post("/receipts/allinone", {"peakReceipts": {"receipts": [document]}})
    assert reply.json["PeakReceipts"]["receipts"][0]["resCode"] == "200"
    assert sandbox.truth()[0].is_tax_invoice


def test_nested_endpoints_refuse_the_flat_dialect(caller):
    flat = receipt(contact=None, contactCode="ONLINE")
    assert caller.receipt(contact=None, contactCode="ONLINE")["resDesc"] == "Missing Contact Data"
    method = caller.found("/paymentmethods?code=CSH001", "PeakPaymentMethods", "paymentMethods")[0]
    payments = {"paymentDate": "20260131", "payments": [{"paymentMethodId": method["id"], "amount": 107}]}
    assert caller.receipt(paidPayments=payments)["resDesc"] == "Missing Payment Method Data At Payment [1]"
    flat["paidPayments"] = payments
    assert caller.one("/receipts", "PeakReceipts", "receipts", flat)["resCode"] == "200"


def test_plain_endpoints_refuse_the_nested_dialect_unless_switched(sandbox, caller):
    assert caller.one("/receipts", "PeakReceipts", "receipts", receipt())["resDesc"] == "Missing Contact Data"
    sandbox.change_rules(plain_accepts_nested=True)
    assert caller.one("/receipts", "PeakReceipts", "receipts", receipt())["resCode"] == "200"


REFUSALS = [
    ({"paidPayments": None}, "Missing Payment Data"),
    ({"paidPayments": {"paymentDate": "20260131", "payments": []}}, "Missing Payment Data"),
    ({"paidPayments": pay(paymentMethod={"code": "EWL999"})}, "Missing Payment Method Data At Payment [1]"),
    ({"paidPayments": pay(106)}, "Payment amount does not equal the total amount"),
    ({"paidPayments": pay(108)}, "Payment amount exceeds the total amount"),
    ({"contact": {"code": "NOBODY"}}, "Missing Contact Data"),
    ({"contact": {"name": "ลูกค้า"}}, "Missing Contact Data"),
    ({"products": []}, "Missing Product Data"),
    ({"products": [line(accountCode=None)]}, "Invalid Product"),
    ({"products": [line(productCode="P99999")]}, "Invalid Product"),
    ({"products": [line(accountCode="410000")]}, "Invalid accountCode"),
    ({"products": [line(quantity=0)]}, "Invalid quantity"),
    ({"products": [line(price=-1)]}, "Invalid price"),
    ({"products": [line(price="107.00")]}, "Invalid Data Type price"),
    ({"products": [line(vatType=7)]}, "Invalid vatType"),
    ({"products": [line(vatType=None)]}, "Missing vatType"),
    ({"products": [line(description=None)]}, "Missing description"),
    ({"issuedDate": "25690131"}, "Invalid issuedDate: year 2569"),
    ({"issuedDate": "2026-01-31"}, "Invalid issuedDate format yyyyMMdd"),
    ({"issuedDate": "20260230"}, "Invalid issuedDate format yyyyMMdd"),
    ({"issuedDate": 20260131}, "Invalid issuedDate format yyyyMMdd"),
    ({"issuedDate": "๒๐๒๖๐๑๓๑"}, "Invalid issuedDate format yyyyMMdd"),
    ({"dueDate": "20260130"}, "dueDate must be on or after issuedDate"),
    ({"dueDate": None}, "Missing dueDate"),
    ({"taxStatus": 2}, "Invalid taxStatus"),
    ({"taxStatus": None}, "Missing taxStatus"),
    ({"istaxInvoice": 2}, "Invalid isTaxInvoice"),
    ({"code": "R" * 31}, "code must not be longer than 30 characters"),
    ({"code": " RT-1"}, "Invalid code"),
    ({"discountTotal": -1}, "Invalid discountTotal"),
    ({"discountTotal": 107}, "Total amount must be more than 0"),
    ({"reference": "x" * 33}, "reference must not be longer than 32 characters"),
]


@pytest.mark.parametrize(("changes", "words"), REFUSALS, ids=[words for _, words in REFUSALS])
def test_f23_refusals_come_inside_http_200(sandbox, caller, changes, words):
    answer = caller.receipt(**changes)
    assert (answer["resCode"], answer["resDesc"]) == ("400", words)
    assert sandbox.truth() == []


@pytest.mark.parametrize("body", [receipt(istaxInvoice=True), receipt(products=[line(vatType=True)])])
def test_f31_json_true_is_http_400_with_the_parsers_words(sandbox, caller, body):
    reply = caller.post("/receipts/allinone", {"PeakReceipts": {"receipts": [receipt(code="RT-A"), body]}})
    assert reply.status == 400
    assert reply.json["message"].startswith("Unexpected character encountered while parsing value: t.")
    assert sandbox.truth() == []


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"PeakReceipts": NaN}', b"\xff", b'{"PeakReceipts": []}'])
def test_unreadable_bodies_are_http_400(caller, raw):
    caller.log_in()
    assert caller.post("/receipts/allinone", raw=raw).status == 400


@pytest.mark.parametrize(
    "raw", [b'{"a": "\\ud800"}', b'{"a": ' + b"9" * 5000 + b"}", b"[" * 100_000, b'{"a": "\\ud83d\\ude00"}']
)
def test_hostile_json_never_breaks_the_server(caller, raw):
    caller.log_in()
    status = caller.post("/receipts/allinone", raw=raw).status
    assert status == (200 if b"ude00" in raw else 400)
    assert caller.get("/user").status == 200


@pytest.mark.parametrize("price", ["1E+400", "1E-400", "1e13", "0.001", "-0.0", "12345678901234567890123456789.5"])
def test_f62_strange_numbers_are_refused(sandbox, caller, price):
    body = json.dumps({"PeakReceipts": {"receipts": [receipt(products=[line(price="PRICE")])]}}).replace(
        '"PRICE"', price
    )
    caller.log_in()
    answer = caller.post("/receipts/allinone", raw=body.encode()).json["PeakReceipts"]["receipts"][0]
    assert answer["resCode"] == "400"
    assert sandbox.truth() == []


def test_envelope_refuses_a_missing_or_overfull_list(caller):
    for values in ([], [receipt(code=f"RT-{n}") for n in range(6)]):
        reply = caller.post("/receipts/allinone", {"PeakReceipts": {"receipts": values}})
        assert (reply.status, reply.json["PeakReceipts"]["resDesc"]) == (200, "Send 1 to 5 receipts")
    assert caller.post("/receipts/allinone", {"Wrong": {}}).json["PeakReceipts"]["resDesc"] == "Missing PeakReceipts"


def test_f23_every_item_has_its_own_result(sandbox, caller):
    values = [receipt(code="RT-1"), receipt(code="RT-2", taxStatus=9), receipt(code="RT-3")]
    inner = caller.post("/receipts/allinone", {"PeakReceipts": {"receipts": values}}).json["PeakReceipts"]
    assert inner["resCode"] == "200"
    assert [(item["code"], item["resCode"]) for item in inner["receipts"]] == [
        ("RT-1", "200"),
        ("RT-2", "400"),
        ("RT-3", "200"),
    ]
    assert [document.code for document in sandbox.truth()] == ["RT-1", "RT-3"]


def test_f29_live_number_is_refused_with_315_whatever_its_case_or_kind(sandbox, caller):
    caller.receipt(code="ab-1")
    assert caller.receipt(code="ab-1")["resCode"] == "315"
    assert caller.receipt(code="AB-1")["resDesc"] == "Transaction number is duplicated"
    assert caller.invoice(code="ab-1")["resCode"] == "315"
    sandbox.change_rules(code_unique_across_kinds=False)
    assert caller.invoice(code="ab-1")["resCode"] == "200"


def test_f30_voided_number_is_free_again_and_get_returns_two_rows(sandbox, caller):
    first = caller.receipt()
    assert caller.post("/receipts/void", {"PeakReceipts": {"code": "RT-0001"}}).json["PeakReceipts"]["resCode"] == "200"
    again = caller.post("/receipts/void", {"PeakReceipts": {"code": "RT-0001"}}).json["PeakReceipts"]
    assert (again["resCode"], again["resDesc"]) == ("384", "Receipt not found")
    second = caller.receipt()
    shown = caller.found("/receipts?code=RT-0001", "PeakReceipts", "receipts")
    assert [(row["id"], row["isVoid"]) for row in shown] == [(first["id"], 1), (second["id"], 0)]
    assert [document.id for document in sandbox.truth()] == [second["id"]]
    assert len(sandbox.truth(live_only=False)) == 2


def test_f39_peak_numbers_what_has_no_number_and_never_twice(caller):
    numbers = [caller.receipt(code=None)["code"] for _ in range(2)]
    assert numbers == ["RT-20260200001", "RT-20260200002"]
    caller.post("/receipts/void", {"PeakReceipts": {"code": numbers[1]}})
    assert caller.receipt(code="RT-20260200003")["resCode"] == "200"
    assert caller.receipt(code=None)["code"] == "RT-20260200004"


def test_f30_unknown_filters_return_everything(caller):
    for number in range(3):
        caller.receipt(code=f"RT-{number}")
    assert len(caller.found("/receipts?reference=RT-1", "PeakReceipts", "receipts")) == 3
    assert len(caller.found("/contacts?taxNumber=0105500000011", "PeakContacts", "contacts")) == 6
    assert caller.found("/receipts?code=NONE", "PeakReceipts", "receipts") == []


def test_f30_fuzzy_lookup_returns_every_number_that_begins_so(sandbox, caller):
    for number in ("RT-1", "RT-10", "RT-2"):
        caller.receipt(code=number)
    sandbox.change_rules(lookup="prefix")
    assert [row["code"] for row in caller.found("/receipts?code=RT-1", "PeakReceipts", "receipts")] == ["RT-1", "RT-10"]


def test_f30_lists_come_in_pages_newest_first(caller):
    for number in range(5):
        caller.receipt(code=f"RT-{number}")
    pages = [
        caller.found(f"/receipts/list?limit=2&page={n}&status=0", "PeakReceipts", "receipts") for n in (1, 2, 3, 4)
    ]
    assert [[row["code"] for row in rows] for rows in pages] == [["RT-4", "RT-3"], ["RT-2", "RT-1"], ["RT-0"], []]
    assert caller.found("/receipts/list?status=3", "PeakReceipts", "receipts") == []


def test_f30_index_delay_hides_a_document_but_not_its_number(sandbox, caller, clock):
    sandbox.change_rules(index_delay_seconds=90)
    caller.receipt()
    assert caller.found("/receipts?code=RT-0001", "PeakReceipts", "receipts") == []
    assert caller.found("/receipts/list", "PeakReceipts", "receipts") == []
    assert caller.receipt()["resCode"] == "315"
    clock.sleep(90)
    assert len(caller.found("/receipts?code=RT-0001", "PeakReceipts", "receipts")) == 1


def test_f38_closed_period_is_refused(sandbox, caller):
    sandbox.change_rules(closed_through="20260131")
    assert caller.receipt()["resDesc"] == "Accounting period is closed through 20260131"
    assert (
        caller.receipt(issuedDate="20260201", dueDate="20260201", paidPayments={**pay(), "paymentDate": "20260201"})[
            "resCode"
        ]
        == "200"
    )


def test_unregistered_company_issues_no_vat(clock):
    with SandboxPeak(company=sandbox_company(vat_registered=False), clock=clock) as sandbox:
        caller = Caller(sandbox, clock)
        assert caller.receipt()["resDesc"] == "Company is not VAT registered"
        assert caller.receipt(istaxInvoice=0)["resDesc"] == "Company is not VAT registered"
        assert caller.receipt(istaxInvoice=0, products=[line(vatType=1)])["resCode"] == "200"


def priced(*prices, vat=3, quantity="1", discount="0"):
    return [PricedLine(Decimal(quantity), Decimal(price), Decimal(discount), vat) for price in prices]


@pytest.mark.parametrize(
    ("lines", "tax_status", "discount", "rounding", "net", "vat", "total"),
    [
        (priced(*["9.90"] * 10), 0, "0", "document", "99.00", "6.93", "105.93"),
        (priced(*["9.90"] * 10), 0, "0", "line", "99.00", "6.90", "105.90"),
        (priced(*["10.10"] * 7), 1, "0", "document", "66.07", "4.63", "70.70"),
        (priced(*["10.10"] * 7), 1, "0", "line", "66.08", "4.62", "70.70"),
        (priced("107"), 1, "0", "document", "100.00", "7.00", "107.00"),
        (priced("100"), 1, "0", "document", "93.46", "6.54", "100.00"),
        (priced("199"), 1, "0", "document", "185.98", "13.02", "199.00"),
        (priced("107") + priced("40", vat=1), 1, "0", "document", "140.00", "7.00", "147.00"),
        (priced("100") + priced("100", vat=1), 1, "50", "document", "145.09", "4.91", "150.00"),
        (priced("100", vat=2), 0, "0", "document", "100.00", "0.00", "100.00"),
        (priced("10", quantity="3", discount="1"), 0, "0", "document", "27.00", "1.89", "28.89"),
    ],
)
def test_f63_own_arithmetic(lines, tax_status, discount, rounding, net, vat, total):
    figures = totals(
        lines, tax_status=tax_status, discount_total=Decimal(discount), rounding=rounding, discount_rule="per-unit"
    )
    assert (figures.net, figures.vat, figures.total) == (Decimal(net), Decimal(vat), Decimal(total))


def test_products_and_services_of_the_company_can_be_sold(sandbox, caller):
    lines = [
        {"productCode": "P00001", "quantity": 2, "price": 53.5, "vatType": 3},
        {"productCode": "S00001", "quantity": 1, "price": 40, "vatType": 1},
    ]
    assert caller.receipt(products=lines, amount=147)["resCode"] == "200"
    (truth,) = sandbox.truth()
    assert [row["accountCode"] for row in truth.lines] == ["410101", "410301"]
    assert (truth.vat_minor, truth.total_minor) == (700, 14700)


def test_amounts_and_keys_come_back_in_other_shapes(sandbox, caller):
    caller.receipt(products=[line(price=1234.5)], amount=1234.5)
    sandbox.change_rules(amounts_as="text-with-commas", key_style="lower")
    shown = json.loads(caller.get("/receipts?code=RT-0001").content)["peakreceipts"]["receipts"][0]
    assert (shown["netamount"], shown["products"][0]["price"]) == ("1,234.50", "1,234.50")
    sandbox.change_rules(amounts_as="number", key_style="pascal")
    assert b'"NetAmount":1234.50' in caller.get("/receipts?code=RT-0001").content


def test_f71_text_from_outside_stays_text(sandbox, caller):
    remark = '=1+1 "\u0000@@1.00@@ [/red] \U0001f600'
    caller.receipt(remark=remark)
    assert caller.found("/receipts?code=RT-0001", "PeakReceipts", "receipts")[0]["remark"] == remark


def test_queue_keeps_the_job_and_carries_it_out_later(sandbox, caller, clock):
    values = [receipt(code="RT-1"), receipt(code="RT-2", taxStatus=9)]
    queue_id = caller.post("/receipts/queue", {"PeakReceipts": {"receipts": values}}).json["queueId"]
    assert caller.found(f"/receipts/queue?queueId={queue_id}", "PeakReceipts", "receipts") == []
    assert sandbox.truth() == []
    clock.sleep(2)
    done = caller.found(f"/receipts/queue?queueId={queue_id}", "PeakReceipts", "receipts")
    assert [(item["code"], item["resCode"]) for item in done] == [("RT-1", "200"), ("RT-2", "400")]
    assert "id" not in done[0]
    assert [document.code for document in sandbox.truth()] == ["RT-1"]


def test_queue_finds_duplicates_late_and_unreadable_jobs_are_refused(sandbox, caller, clock):
    caller.receipt(code="RT-1")
    first = caller.post("/receipts/queue", {"PeakReceipts": {"receipts": [receipt(code="RT-1")]}}).json["queueId"]
    second = caller.post(
        "/receipts/queue", {"PeakReceipts": {"receipts": [receipt(code="RT-2"), receipt(istaxInvoice=True)]}}
    ).json["queueId"]
    clock.sleep(2)
    assert caller.found(f"/receipts/queue?queueId={first}", "PeakReceipts", "receipts")[0]["resCode"] == "315"
    assert [i["resCode"] for i in caller.found(f"/receipts/queue?queueId={second}", "PeakReceipts", "receipts")] == [
        "400",
        "400",
    ]
    assert len(sandbox.truth()) == 1


def test_queue_poll_without_its_id_and_with_a_strange_one(caller):
    assert caller.get("/invoices/queue").json["PeakInvoices"]["resDesc"] == "Missing queueId"
    assert caller.found("/invoices/queue?queueId=nothing", "PeakInvoices", "invoices") == []


def test_bodies_nobody_has_shown_are_not_invented(caller):
    reply = caller.post("/receipts/createbyinvoice", {"PeakReceipts": {}})
    assert (reply.status, reply.json["resCode"]) == (200, "400")
    assert "is not known to this sandbox" in reply.json["resDesc"]


def test_flat_invoice_and_draft_status(clock):
    with SandboxPeak(clock=clock, rules=Rules(new_invoice_status="draft")) as sandbox:
        caller = Caller(sandbox, clock)
        flat = invoice(contact=None, contactCode="ONLINE")
        assert caller.one("/invoices", "PeakInvoices", "invoices", flat)["resCode"] == "200"
        assert sandbox.truth()[0].status == "draft"

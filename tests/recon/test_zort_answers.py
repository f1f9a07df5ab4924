"""Kept answers of ZORT become readings: every documented state, date form, spelling and odd shape."""

import copy
import json

import polars as pl
import pytest
from zort_tools import FIXTURES, OPTIONS, fixture, kept, rendered

from recon.errors import MalformedFile
from recon.frames.text import fold
from recon.normalize import normalize
from recon.sources.base import RAW_LINE_COLUMNS, RAW_ORDER_COLUMNS
from recon.sources.zort import ZortAnswers, read_products
from recon.sources.zort.envelope import open_answer
from recon.sources.zort.references import said_references
from recon.sources.zort.words import STATES

READABLE = (
    "example", "states", "dates", "amounts", "payments", "odd", "sale_returns", "purchases", "purchase_returns",
    "detail", "empty",
)  # fmt: skip


def read(name, **changes):
    from dataclasses import replace

    return ZortAnswers().read(fixture(name), replace(OPTIONS, **changes))


def read_object(tmp_path, content, name="answer.json"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return ZortAnswers().read(kept(path), OPTIONS)


def example():
    return json.loads((FIXTURES / "example.json").read_text())


@pytest.mark.parametrize("name", READABLE)
def test_a_kept_answer_reads_as_the_text_beside_it(name):
    expected = FIXTURES / f"{name}.expected"
    assert rendered(read(name)) == expected.read_text()


@pytest.mark.parametrize("name", [*READABLE, "products", "refused", "refused_inside"])
def test_answers_of_zort_are_recognised_by_content(name, tmp_path):
    path = tmp_path / "renamed by somebody.txt"
    path.write_bytes((FIXTURES / f"{name}.json").read_bytes())
    assert ZortAnswers().identify(kept(path))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"Name,Total\n#1,2.00\n", b"<html></html>", b'{"orders": [{"id": 1, "name": "x", "total": "1"}]}',
        b'{"list": [{"id": 1}], "count": 1}', b"\xff\xfe{", b'{"resCode": "200"}', b"PK\x03\x04",
    ],
)  # fmt: skip
def test_other_files_are_not_taken_for_zort(content, tmp_path):
    path = tmp_path / "zort-sale-1.json"
    path.write_bytes(content)
    assert not ZortAnswers().identify(kept(path))


def test_a_reading_uses_canonical_names_and_text_only():
    reading = read("amounts")
    numbers = {"order_no", "row"}
    assert set(reading.orders.columns) <= set(RAW_ORDER_COLUMNS) | numbers
    assert set(reading.lines.columns) <= set(RAW_LINE_COLUMNS)
    assert all(dtype == pl.String for name, dtype in reading.orders.schema.items() if name not in numbers)
    assert reading.orders["order_no"].to_list() == list(range(reading.orders.height))


def test_every_documented_state_has_a_meaning_and_no_other_word_has():
    states = read("states").orders.select("order_state", "payment_state").rows()
    meanings = [(STATES.order.get(fold(o or "")), STATES.payment.get(fold(p or ""))) for o, p in states]
    assert meanings == [
        ("open", "unpaid"), ("in_fulfilment", "paid"), ("in_fulfilment", "paid"), ("shipped", "cod_due"),
        ("shipped", "cod_due"), ("shipped", "cod_due"), ("completed", "paid"), ("completed", "unpaid"),
        ("cancelled", "void"), ("returned", "paid"), ("failed_delivery", "cod_due"), ("completed", "partial"),
        ("completed", "partial"), ("completed", "overpaid"), ("in_fulfilment", "paid"), ("in_fulfilment", "cod_due"),
        ("open", "unpaid"), ("completed", "paid"), (None, "paid"), ("completed", None), ("completed", None),
        ("completed", None),
    ]  # fmt: skip


def test_a_code_outside_the_documented_ones_means_nothing():
    assert "8" not in STATES.order
    assert "5" not in STATES.payment
    assert "" not in STATES.order
    assert "" not in STATES.payment


def test_amounts_keep_every_digit_they_were_written_with(tmp_path):
    answer = example()
    answer["list"][0].update(amount=550.10, vatamount="35.990000000000002", id=9007199254740993)
    text = json.dumps(answer).replace("550.1", "550.10")
    order = read_object(tmp_path, text.encode()).orders.row(0, named=True)
    assert (order["total"], order["tax"], order["order_id"]) == ("550.10", "35.990000000000002", "9007199254740993")


def test_the_record_kind_comes_from_the_date_field_then_our_name_then_the_number(tmp_path):
    answer = example()
    assert read_object(tmp_path, answer).orders["record_kind"].item() == "sale"
    named = read_object(tmp_path, answer, "zort-sale_return-20260701T030000Z-00001.json")
    assert named.orders["record_kind"].item() == "sale_return"
    answer["list"][0]["number"] = "CN-1"
    assert read_object(tmp_path, answer).orders["record_kind"].item() == "sale_return"
    answer["list"][0]["purchaseorderdateString"] = "2026-06-05"
    named = read_object(tmp_path, answer, "zort-sale_return-20260701T030000Z-00001.json")
    assert named.orders["record_kind"].item() == "purchase"


def test_documents_of_two_kinds_in_one_file_are_refused(tmp_path):
    answer = example()
    answer["list"][0].update(purchaseorderdate="2026-06-05", returnorderdate="2026-06-05")
    with pytest.raises(MalformedFile, match="several kinds"):
        read_object(tmp_path, answer)


@pytest.mark.parametrize(
    ("field", "channels"),
    [
        ("saleschannel", ["LINE"] * 4 + ["Shopee", "Lazada", "LINE", "", "LINE", "LINE", "LINE"]),
        ("payments.id", [""] * 11),
        ("payments.bankname", ["", "", "SCB"] + [""] * 8),
        ("warehousecode", ["W0001"] * 11),
    ],
)
def test_the_payment_channel_can_be_taken_from_a_field_of_ones_own(field, channels):
    reading = read("payments", payment_channel_field=field)
    assert reading.orders["payment_channel"].to_list() == channels
    assert f"`{field}`" in reading.notes[0] or not any(channels)


def test_buddhist_years_and_thousands_marks_are_declared_not_converted():
    forms = read("dates").forms
    assert (forms.era, forms.timezone, forms.thousands_mark, forms.decimal_mark) == ("auto", "Asia/Bangkok", ",", ".")
    assert read("amounts").orders["total"].to_list()[-1] == "5,000.00"


def test_a_discount_is_per_piece_and_candidates_are_tried():
    conventions = read("example").conventions
    assert conventions.line_discount == "per-unit"
    assert conventions.line_amount == "stated-or-computed"
    assert conventions.discount_candidates
    assert (conventions.tolerance_minor, conventions.tolerance_minor_per_line) == (2, 1)


def test_f23_a_refusal_inside_http_200_is_refused_with_zorts_own_words():
    for name, words in (("refused", "Invalid API"), ("refused_inside", "Server Error")):
        with pytest.raises(MalformedFile, match=words) as caught:
            read(name)
        assert caught.value.file == f"{name}.json"


def test_f23_two_codes_that_disagree_count_as_a_refusal(tmp_path):
    answer = {**example(), "resCode": "100", "resDesc": "half done"}
    with pytest.raises(MalformedFile, match="half done"):
        read_object(tmp_path, answer)


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ({"res": {"resCode": "200"}}, "200"), ({"res": {"rescode": 200}}, "200"), ({"resCode": 200}, "200"),
        ({"rescode": "200", "resdesc": ""}, "200"), ({"RESCODE": " 200 "}, "200"), ({"res": "2023-05-02"}, None),
        ({"res": None}, None), ({"res": {"resCode": ""}, "resCode": "100"}, "100"), ({"res": [1]}, None),
    ],
)  # fmt: skip
def test_the_envelope_is_understood_in_every_spelling(spelling, code):
    answer = open_answer(json.dumps({**spelling, "list": [], "count": "0"}).encode())
    assert answer.code == code
    assert answer.accepted == (code != "100")
    assert answer.count == 0


def test_no_code_but_a_list_is_accepted_and_said(tmp_path):
    answer = example()
    del answer["res"]
    assert "no resCode" in read_object(tmp_path, answer).notes[0]


def test_f31_no_code_and_no_list_is_refused(tmp_path):
    with pytest.raises(MalformedFile, match="no code and no list"):
        read_object(tmp_path, {"message": "", "paymentstatus": 1})
    with pytest.raises(MalformedFile, match="brings no `list`"):
        read_object(tmp_path, {"res": {"resCode": "200"}, "orders": []})


@pytest.mark.parametrize("cut", [1, 100, 1497, 1498, -3])
def test_f51_half_an_answer_is_refused(cut, tmp_path):
    content = (FIXTURES / "example.json").read_bytes()[:cut]
    with pytest.raises(MalformedFile, match=r"not whole JSON|not UTF-8"):
        read_object(tmp_path, content)


def test_f31_json_nested_without_end_is_refused(tmp_path):
    content = b'{"list":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(MalformedFile, match="nested without end"):
        read_object(tmp_path, content)


def test_f31_every_field_missing_renamed_or_of_another_type_never_crashes(tmp_path):
    sound = example()["list"][0]
    bent = []
    for place in ("order", "line", "payment"):
        source = {"order": sound, "line": sound["list"][0], "payment": {"id": 1, "name": "เงินสด", "amount": "550.00"}}
        for field in source[place]:
            for value in ("absent", "renamed", None, True, [], [None], {}, {"a": [1]}, "garbage", -1, 1.5, "\x00"):
                record = copy.deepcopy(sound)
                record["payments"] = [dict(source["payment"])]
                target = {"order": record, "line": record["list"][0], "payment": record["payments"][0]}[place]
                if value == "absent":
                    del target[field]
                elif value == "renamed":
                    target[f"{field}Neo"] = target.pop(field)
                else:
                    target[field] = value
                bent.append(record)
    reading = read_object(tmp_path, {"res": {"resCode": "200"}, "list": bent, "count": len(bent)})
    assert reading.orders.height == len(bent)
    frames = normalize(reading, OPTIONS, file_id="0" * 12)
    refused = frames.stated[0].refused_orders
    assert frames.orders.height + refused == len(bent)
    new = reading.findings.filter(pl.col("code") == "columns-new")["value"].item()
    assert "amountneo" in new
    assert "list.skuneo" in new
    assert "payments.nameneo" in new


def test_f64_fields_nobody_described_are_named_and_nothing_else_is():
    assert "columns-new" not in read("example").findings["code"].to_list()
    finding = read("odd").findings.filter(pl.col("code") == "columns-new").row(0, named=True)
    assert finding["value"] == "platformfee, list.linefee"


def test_a_document_without_id_has_none_and_an_entry_that_is_no_document_is_named():
    reading = read("odd")
    assert reading.orders["order_id"].null_count() == 3
    stray = reading.findings.filter(pl.col("code") == "order-id-missing")
    assert stray["detail"].to_list() == ["1 entries of the list are no documents and were left out."]


def test_a_detail_answer_is_one_order_whose_list_holds_lines():
    reading = read("detail")
    assert reading.orders["order_number"].to_list() == ["SO-DET1"]
    assert reading.lines.height == 2


def test_products_are_listed_for_suggestions_and_are_no_orders():
    products = read_products(fixture("products"))
    assert [(p.sku, p.name) for p in products] == [("CT01-RD-M", "เสื้อยืดคอกลม แดง M"), ("", "แก้วมัค")]
    with pytest.raises(MalformedFile, match="products, not orders"):
        read("products")
    with pytest.raises(MalformedFile, match="Invalid API"):
        read_products(fixture("refused"))


def test_reading_twice_gives_the_same_frames():
    first, second = read("amounts"), read("amounts")
    assert first.orders.equals(second.orders)
    assert first.lines.equals(second.lines)
    assert first.findings.equals(second.findings)


def test_a_return_states_its_reference_fields_and_the_words_of_its_description_that_hold_a_digit():
    said = said_references([
        {"description": "รับคืนจาก SO-202606021, 2 ชิ้น", "reference": "SO 1", "referenceNumber": 70010023},
        {"description": "คืนSO-1.", "reference": "0"},
        {"description": None, "reference": {"a": 1}},
        {"description": "ลูกค้าเปลี่ยนใจ"},
        {},
    ])  # fmt: skip
    assert said.to_list() == [
        "referencenumber=70010023 description=SO-202606021 description=2",
        "description=SO-1 description=คืนSO-1.",
        None,
        None,
        None,
    ]


def test_reference_fields_of_a_return_are_no_news_and_those_of_a_sale_are(tmp_path):
    answer = example()
    answer["list"][0] |= {"referencenumber": "SO-1"}
    assert "columns-new" in read_object(tmp_path, answer).findings["code"].to_list()
    answer["list"][0] |= {"returnorderdate": "2026-06-05T00:00:00", "number": "CN-1"}
    returned = read_object(tmp_path, answer, "return.json")
    assert "columns-new" not in returned.findings["code"].to_list()
    assert returned.orders["other_numbers"].item().startswith("referencenumber=SO-1")


def test_purchases_keep_the_suppliers_number_and_are_no_sales_at_the_counter(tmp_path):
    answer = json.loads((FIXTURES / "purchases.json").read_text())
    answer["list"][0] |= {"reference": "INV-77", "saleschannel": ""}
    bought = read_object(tmp_path, answer, "zort-purchase-x.json")
    assert bought.orders["other_numbers"].item() == "INV-77"
    assert not any("counter" in note for note in bought.notes)

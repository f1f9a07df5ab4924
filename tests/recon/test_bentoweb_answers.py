"""Kept answers of BentoWeb become readings: every published state, odd shapes, and fields that are called otherwise."""

import copy
import datetime as dt
import json
import tomllib
from dataclasses import replace

import polars as pl
import pytest
from bentoweb_tools import FIXTURES, OPTIONS, kept, rendered

from recon.config.bentoweb import BentoWebApi, BentoWebFields
from recon.errors import MalformedFile
from recon.normalize import normalize
from recon.sandbox.bentoweb_orders import invented_orders
from recon.sources.base import RAW_LINE_COLUMNS, RAW_ORDER_COLUMNS
from recon.sources.bentoweb import BentoWebAnswers
from recon.sources.bentoweb.envelope import KeptAnswer, kept_answers, kept_together, open_answer
from recon.sources.bentoweb.fields import DEFAULTS
from recon.sources.bentoweb.words import MARKETPLACES, ORDER_FROM, STATES
from recon.sources.profile.aliases import ORDER_WORDS, PAYMENT_WORDS
from recon.sources.profiles import starter_text
from recon.sources.registry import all_sources

READABLE = ("published", "states", "odd")
OF_SHOP = replace(OPTIONS, fields=(("store_id", "812"),))


def fixture(name):
    return kept(FIXTURES / f"{name}.json")


def read(name, options=OF_SHOP):
    return BentoWebAnswers().read(fixture(name), options)


def orders_of(name):
    answers = kept_answers((FIXTURES / f"{name}.json").read_bytes())
    opened = [open_answer(answer.text) for answer in answers]
    return [dict(one.order) for one in opened if one.order is not None]


def written(tmp_path, orders, name="answers.json"):
    answers = [
        KeptAnswer("/order/order-full/1", json.dumps({"status": 1, "data": {"order": order}})) for order in orders
    ]
    path = tmp_path / name
    path.write_bytes(kept_together(answers))
    return kept(path)


def frames_of(file, options=OF_SHOP):
    return normalize(BentoWebAnswers().read(file, options), options, file_id=file.file_id)


@pytest.mark.parametrize("name", READABLE)
def test_a_kept_answer_reads_as_the_text_beside_it(name):
    assert rendered(read(name)) == (FIXTURES / f"{name}.expected").read_text()


@pytest.mark.parametrize("name", READABLE)
def test_answers_are_recognised_by_content_and_by_nobody_else(name, tmp_path):
    path = tmp_path / "renamed by somebody.txt"
    path.write_bytes((FIXTURES / f"{name}.json").read_bytes())
    assert [source.name for source in all_sources() if source.identify(kept(path))] == ["bentoweb"]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"a,b\n1,2\n", b"<html></html>", b'{"status": 1}', b'{"order_id": 1, "ref_code": "x"}', b"PK\x03\x04"],
)
def test_other_files_are_not_taken_for_bentoweb(content, tmp_path):
    path = tmp_path / "other.json"
    path.write_bytes(content)
    assert not BentoWebAnswers().identify(kept(path))


def test_a_reading_uses_canonical_names_and_text_only():
    reading = read("odd")
    assert set(reading.orders.columns) - {"order_no", "row"} <= set(RAW_ORDER_COLUMNS)
    assert set(reading.lines.columns) <= set(RAW_LINE_COLUMNS)
    texts = reading.orders.drop("order_no", "row").dtypes + reading.lines.drop("order_no", "line_no", "row").dtypes
    assert set(texts) == {pl.String}


def test_the_defaults_of_the_settings_and_of_the_reader_are_the_same():
    assert BentoWebFields().model_dump() == DEFAULTS
    assert BentoWebApi().fields == BentoWebFields()


def test_f64_every_published_state_leads_where_the_reference_says():
    frames = frames_of(fixture("states"))
    found = {
        key.rpartition(":")[2][-2:].lstrip("0") or "0": (order, payment)
        for key, order, payment in frames.orders.select("order_key", "order_state", "payment_state").iter_rows()
    }
    assert found == {
        "0": ("hold", "unpaid"), "1": ("open", "unpaid"), "2": ("open", "claimed"), "3": ("in_fulfilment", "paid"),
        "4": ("cancelled", "void"), "5": ("hold", "unknown"), "6": ("cancelled", "refunded"), "7": ("shipped", "paid"),
        "14": ("in_fulfilment", "cod_due"), "15": ("shipped", "cod_due"), "16": ("shipped", "paid"),
        "8": ("unknown", "unknown"), "99": ("unknown", "unknown"),
    }  # fmt: skip
    assert set(STATES) == set(found) - {"8", "99"}


def test_f64_a_state_nobody_published_holds_its_order():
    frames = frames_of(fixture("states"))
    held = set(frames.findings.filter(pl.col("code") == "status-unknown")["order_key"])
    assert held == {"bentoweb:s1:4410108", "bentoweb:s1:4410199"}


def test_f53_the_date_of_nothing_is_no_date():
    orders = frames_of(fixture("states")).orders.sort("order_key")
    assert orders["cancelled_on"].null_count() == orders.height - 2
    assert orders.filter(pl.col("payment_state") != "paid")["paid_on"].null_count() == orders.height - 3


def test_a_refunded_order_gives_back_all_of_it_on_the_day_it_was_cancelled():
    frames = frames_of(fixture("states"))
    refunded = frames.orders.filter(pl.col("payment_state") == "refunded").row(0, named=True)
    assert refunded["refunded_minor"] == refunded["total_minor"] > 0
    assert "refund-undated" not in frames.findings["code"].to_list()


@pytest.mark.parametrize(
    ("number", "mode", "tax"), [("4410202", "excluded", 2310), ("4410203", "included", 2159), ("4410201", "unknown", None)]
)  # fmt: skip
def test_whether_vat_is_inside_or_on_top_is_found_by_arithmetic(number, mode, tax):
    order = frames_of(fixture("odd")).orders.filter(pl.col("order_number") == f"BW{number}").row(0, named=True)
    assert (order["vat_mode"], order["tax_minor"]) == (mode, tax)


def test_every_order_that_is_not_held_or_refused_foots():
    frames = frames_of(fixture("odd"))
    on_top = pl.when(pl.col("vat_mode") == "excluded").then(pl.col("tax_minor")).otherwise(0)
    assert frames.orders.filter(
        pl.col("goods_minor") - pl.col("discount_minor") + pl.col("shipping_minor") + pl.col("cod_fee_minor") + on_top
        != pl.col("total_minor")
    ).is_empty()


def test_f64_an_order_of_another_shop_is_held_where_the_shop_is_set():
    def held(options):
        return frames_of(fixture("odd"), options).findings.filter(pl.col("column") == "store_id").height

    assert (held(OF_SHOP), held(OPTIONS)) == (1, 0)


def test_orders_of_marketplaces_carry_channel_and_every_number_they_may_have(tmp_path):
    orders = [
        order for order in invented_orders(dt.date(2026, 6, 1), 30, 1) if str(order["order_from"]) in MARKETPLACES
    ]
    assert {str(order["order_from"]) for order in orders} >= {"12", "16", "22"}
    found = frames_of(written(tmp_path, orders)).orders
    assert set(found["sales_channel"]) == {"Lazada", "Shopee", "TikTok Shop"}
    assert found["order_number"].to_list() == [order["ref_code"] for order in orders]
    assert found["other_numbers"].to_list() == [order["full_order_code"] for order in orders]
    renamed = frames_of(written(tmp_path, orders), replace(OF_SHOP, fields=(("order_number", "order_id"),))).orders
    assert renamed["other_numbers"][0] == f"{orders[0]['ref_code']} {orders[0]['full_order_code']}"
    assert {ORDER_FROM[code] for code in MARKETPLACES} == {
        "Lazada", "Shopee Import", "Lazada Import", "Shopee", "TikTok Shop",
    }  # fmt: skip


def test_a_field_that_is_called_otherwise_is_named_and_can_be_set(tmp_path):
    orders = orders_of("states")[:3]
    for order in orders:
        order["sum_of_all"] = order.pop("grand_total")
        order["goods"] = {"rows": order.pop("order_item")}
    file = written(tmp_path, orders)
    reading = BentoWebAnswers().read(file, OPTIONS)
    assert "No answer has the field grand_total (total)" in reading.notes[0]
    assert "bentoweb.fields.total" in reading.notes[0]
    assert "nobody has described them: goods, sum_of_all." in reading.notes[-1]
    refused = normalize(reading, OPTIONS, file_id=file.file_id)
    assert refused.orders.height == 0 and refused.findings["code"].unique().to_list() == ["amount-unreadable"]
    named = replace(OPTIONS, fields=(("lines", "goods.rows"), ("total", "sum_of_all")))
    frames = frames_of(file, named)
    assert frames.orders["total_minor"].to_list() == [33000] * 3 and frames.lines.height == 3


def test_a_discount_no_field_names_holds_the_order_and_a_name_lets_it_through(tmp_path):
    order = orders_of("states")[3] | {"grand_total": "300.00", "has_discount": 1, "discount_total": "30.00"}
    file = written(tmp_path, [order])
    assert frames_of(file).findings["code"].to_list() == ["does-not-foot"]
    frames = frames_of(file, replace(OPTIONS, fields=(("discount", "discount_total"),)))
    assert frames.findings.is_empty() and frames.orders["discount_minor"].item() == 3000


@pytest.mark.parametrize(("field", "channel"), [("order_from", "1"), ("full_order_code", "BW4410103"), ("", "2")])
def test_the_payment_channel_can_be_taken_from_a_field_of_ones_own(field, channel, tmp_path):
    file = written(tmp_path, [orders_of("states")[3]])
    assert frames_of(file, replace(OPTIONS, payment_channel_field=field)).orders["payment_channel"].item() == channel


def test_f23_an_answer_that_says_no_is_named_and_the_others_are_read():
    findings = read("odd").findings.filter(pl.col("code") == "order-not-delivered")
    assert findings["value"].to_list() == ["4410299", "4410298"]
    assert "Order not found" in findings["detail"][0]


@pytest.mark.parametrize("cut", [1, 100, 2000, -3])
def test_f51_half_a_file_is_refused(cut, tmp_path):
    path = tmp_path / "half.json"
    path.write_bytes((FIXTURES / "states.json").read_bytes()[:cut])
    with pytest.raises(MalformedFile, match="not an answer of BentoWeb that can be read"):
        BentoWebAnswers().read(kept(path), OPTIONS)


@pytest.mark.parametrize("content", ['{"bentoweb_answers": 1}', '{"bentoweb_answers": [{"asked": null, "answer": "{}"}]}',
                                     '{"bentoweb_answers": [{"asked": "", "answer": "no json"}]}'])  # fmt: skip
def test_a_file_of_answers_that_was_changed_is_refused(content, tmp_path):
    path = tmp_path / "changed.json"
    path.write_text(content)
    with pytest.raises(MalformedFile):
        BentoWebAnswers().read(kept(path), OPTIONS)


def test_f31_json_nested_without_end_is_refused(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text('{"data":' * 100_000)
    with pytest.raises(MalformedFile):
        BentoWebAnswers().read(kept(path), OPTIONS)


@pytest.mark.slow
def test_f31_every_field_missing_or_of_another_type_never_crashes_and_never_posts_another_sum(tmp_path):
    order = orders_of("states")[3]
    good = frames_of(written(tmp_path, [order])).orders["total_minor"].item()
    odd_values = (None, "", "x", [], {}, [1], True, {"a": {"b": []}}, "\ud800", "-0001-11-30 00:00:00", "1e999")
    for field in order:
        bent = [copy.deepcopy(order) for _ in odd_values]
        for one, value in zip(bent, odd_values, strict=True):
            one[field] = value
        gone = copy.deepcopy(order)
        del gone[field]
        for place, one in enumerate([*bent, gone]):
            frames = frames_of(written(tmp_path, [one], f"{field}-{place}.json"))
            held = frames.findings["severity"].is_in(["hold", "refused"]).any()
            assert held or frames.orders.height == 0 or frames.orders["total_minor"].item() == good, (field, place)


@pytest.mark.parametrize("field", ["sku", "name", "qty", "price", "total"])
@pytest.mark.parametrize("value", [None, "x", [], {}, True])
def test_f31_a_field_of_a_line_of_another_type_never_crashes(field, value, tmp_path):
    order = copy.deepcopy(orders_of("states")[3])
    order["order_item"][0][field] = value
    frames_of(written(tmp_path, [order]))


def test_amounts_keep_every_digit_they_were_written_with(tmp_path):
    order = orders_of("states")[3]
    text = (
        json.dumps({"status": 1, "data": {"order": order}}).replace('"330.00"', "330.10").replace('"40.00"', "40.1000")
    )
    path = tmp_path / "one.json"
    path.write_text(text)
    reading = BentoWebAnswers().read(kept(path), OPTIONS)
    assert (reading.orders["total"].item(), reading.orders["shipping"].item()) == ("330.10", "40.1000")


def test_keeping_answers_together_loses_nothing():
    answers = [KeptAnswer("/order/order-full/1", '{"status": 1,\n "x": "ก\\u0e01"}'), KeptAnswer("", "{}")]
    assert kept_answers(kept_together(answers)) == answers


def test_reading_twice_gives_the_same_frames():
    first, second = frames_of(fixture("odd")), frames_of(fixture("odd"))
    assert first.orders.equals(second.orders) and first.findings.equals(second.findings)


def test_the_starter_profile_of_the_export_knows_the_published_labels():
    starter = tomllib.loads(starter_text("bentoweb-orders-xlsx"))
    assert starter["status_map"]["exact"] == {label: order for label, order, _ in STATES.values()}
    assert starter["payment_map"]["exact"] == {label: payment for label, _, payment in STATES.values()}
    for label, order, payment in STATES.values():
        assert ORDER_WORDS.get(label, order) == order
        assert PAYMENT_WORDS.get(label, payment) == payment

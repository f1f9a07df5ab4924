"""Profiles are validated with all problems at once, each with key, value, what is accepted and a close match."""

from __future__ import annotations

import tomllib

import pytest

from recon.errors import SettingsError
from recon.sources.base import RAW_LINE_COLUMNS, RAW_ORDER_COLUMNS
from recon.sources.profile.fields import BY_NAME, LINE_FIELDS, ORDER_FIELDS
from recon.sources.profile.model import parse_profile
from recon.sources.profiles import starter_names, starter_text

GOOD = """
profile = "my-orders"
platform = "my-shop"
grain = "line"
[match]
required = ["id"]
[columns]
order_id = "id"
ordered_on = "on"
total = ["Total", "Grand total"]
sku = { from = "sku" }
quantity = { from = ["qty"], nth = 2 }
unit_price = "price"
"""


def problems(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        parse_profile(text, where="my.toml")
    assert str(caught.value).startswith("my.toml")
    return [*caught.value.problems]


def test_short_and_long_forms_of_a_column_mean_the_same() -> None:
    profile = parse_profile(GOOD)
    assert profile.columns["total"].headings == ("Total", "Grand total")
    assert profile.columns["sku"].headings == ("sku",)
    assert (profile.columns["quantity"].nth, profile.columns["order_id"].repeat) == (2, "equal")
    assert (profile.read.encodings, profile.read.era, profile.status_map.unknown) == (("utf-8", "cp874"), "CE", "hold")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ('grain = "line"', 'grain = "lines"'),
            "`grain` is 'lines'; accepted: 'order', 'line' or 'unit'. Did you mean 'line'?",
        ),
        (
            ('grain = "line"', 'grain = "line"\nplattform = "x"'),
            "`plattform` is not a key of a profile; did you mean `platform`?",
        ),
        (("[match]", '[read]\nera = "B.E."\n[match]'), "`read.era` is 'B.E.'; accepted: 'CE', 'BE' or 'auto'."),
        (
            ("[match]", '[read]\ndate_format = ["%d"]\n[match]'),
            "`read.date_format` is not a key of a profile; did you mean `date_formats`?",
        ),
        (("[match]", '[read]\ndate_formats = ["%d/%q/%Y"]\n[match]'), "%q in the date form '%d/%q/%Y' is not known"),
        (("[match]", '[read]\ntimezone = "Bangkok"\n[match]'), "a zone name like Asia/Bangkok"),
        (("[match]", '[read]\nthousands = "."\n[match]'), "decimal and thousands must be different marks"),
        (("[match]", '[read]\nencodings = ["latin-9"]\n[match]'), "`read.encodings.0` is 'latin-9'; accepted: 'utf-8'"),
        (
            ("[match]", '[read]\ndrop_rows_unless = { column = "order_id", regex = "(" }\n[match]'),
            "a regular expression such as",
        ),
        (
            ("[match]", '[read]\nfill_down = ["customer_name"]\n[match]'),
            "read names 'customer_name', which has no column",
        ),
        (("sku = {", "skuu = {"), "skuu: not a canonical field; known: order_id"),
        (("sku = {", "skuu = {"), "Did you mean 'sku'?"),
        (
            ('{ from = "sku" }', '{ from = "sku", nht = 2 }'),
            "`columns.sku.nht` is not a key of a profile; did you mean `nth`?",
        ),
        (('{ from = "sku" }', '{ from = "sku", repeat = "sum" }'), "sku is a field of the line"),
        (('ordered_on = "on"', 'ordered_on = { from = "on", repeat = "sum" }'), "ordered_on is no amount"),
        (
            ('ordered_on = "on"', 'ordered_on = { from = "on", level = "line" }'),
            'a column per line needs repeat = "sum"',
        ),
        (
            ('ordered_on = "on"', 'ordered_on = { from = "on", required = true, optional = true }'),
            "required and optional exclude each other",
        ),
        (('order_id = "id"', ""), "columns.order_id is missing. Which column names the order"),
        (('unit_price = "price"', ""), "columns.unit_price or columns.line_amount is missing"),
        (('unit_price = "price"', 'unit_price = "price"\nline_discount = "d"'), "per-unit or per-line?"),
        (('required = ["id"]', "required = []"), "`match.required`"),
        (
            ("[match]", '[status_map.exact]\n"สำเร็จ" = "done"\n[match]'),
            "status_map: 'สำเร็จ' = 'done'; accepted: open, in_fulfilment",
        ),
        (("[match]", '[status_map]\nunknown = "open"\n[match]'), "`status_map.unknown` is 'open'; accepted: 'hold'."),
        (("[match]", '[constants]\npayment_state = "yes"\n[match]'), "payment_state = 'yes'; accepted: unpaid"),
        (("[match]", '[constants]\nsku = "X"\n[match]'), "sku has a column and a constant; keep one"),
        (("[match]", '[constants]\ntotal = "1"\n[match]'), "total: not a field that can be constant"),
        (('"my-orders"', '"My Orders"'), "`profile` is 'My Orders'"),
    ],
)
def test_every_mistake_has_its_message(change: tuple[str, str], expected: str) -> None:
    assert change[0] in GOOD
    assert expected in "\n".join(problems(GOOD.replace(*change)))


def test_all_problems_are_told_at_once() -> None:
    text = (
        GOOD.replace('order_id = "id"', "")
        .replace('ordered_on = "on"', "")
        .replace('quantity = { from = ["qty"], nth = 2 }', "")
    )
    assert len(problems(text)) == 3
    both = text.replace('"my-shop"', '"My Shop"').replace("[match]", "[match]\nrequire = []")
    assert len(problems(both)) == 2


def test_broken_toml_names_the_place() -> None:
    assert "not valid TOML" in problems("profile = ")[0]


def test_canonical_fields_are_those_of_a_reading() -> None:
    assert set(ORDER_FIELDS) <= set(RAW_ORDER_COLUMNS)
    assert set(LINE_FIELDS) <= set(RAW_LINE_COLUMNS)
    left_out = set(RAW_ORDER_COLUMNS) - set(ORDER_FIELDS)
    assert left_out == {"record_kind", "tax_listed", "prices_include_tax", "shipping_taxed", "staff", "opening_float"}
    assert all(
        field.question.endswith("?") or "Is it paid" in field.question or "List every" in field.question
        for field in BY_NAME.values()
    )


def test_starter_profiles_are_empty_valid_toml_and_ask() -> None:
    assert starter_names() == (
        "bentoweb-orders-xlsx",
        "stocky-purchases-csv",
        "xcommerce-orders-xlsx",
        "zort-orders-xlsx",
    )
    for name in starter_names():
        text = starter_text(name)
        raw = tomllib.loads(text)
        assert raw["columns"] == {}
        assert raw["match"]["required"] == []
        assert "recon profile FILE" in text
        with pytest.raises(SettingsError):
            parse_profile(text)


def test_beginnings_of_payment_words_are_mapped_like_those_of_states() -> None:
    text = GOOD.replace("[match]", '[payment_map.prefix]\n"Paid on" = "paid"\n[match]')
    assert parse_profile(text).payment_map.prefix == {"Paid on": "paid"}
    wrong = GOOD.replace("[match]", '[payment_map.prefix]\n"Paid on" = "settled"\n[match]')
    assert any("payment_map: 'Paid on' = 'settled'; accepted: unpaid" in problem for problem in problems(wrong))

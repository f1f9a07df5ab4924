"""Every question to Shopify fits Shopify's own schema, and the sandbox knows no more and no less than is asked."""

import os
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate
from shopify_schema import FIXTURE, VARIABLE, published, trimmed, used

from recon.sandbox.shopify import SandboxOrder
from recon.sandbox.shopify.records import order_record
from recon.sources.shopify.answers import WORDS
from recon.sources.shopify.queries import all_texts

SCHEMA = build_schema(FIXTURE.read_text(encoding="utf-8"))
FULL = os.environ.get(VARIABLE, "")


@pytest.mark.parametrize("name", all_texts())
def test_every_question_fits_the_schema(name):
    assert validate(SCHEMA, parse(all_texts()[name])) == []


def test_a_field_shopify_does_not_have_would_be_found():
    text = all_texts()["Orders"].replace("legacyResourceId", "legacyId")
    assert [error.message for error in validate(SCHEMA, parse(text))] == [
        "Cannot query field 'legacyId' on type 'Order'."
    ]


def test_the_schema_holds_nothing_that_is_not_asked():
    asked = used(SCHEMA)
    kept = {
        name: set(kind.fields) for name, kind in SCHEMA.type_map.items() if hasattr(kind, "fields") and name[:2] != "__"
    }
    above = {name: [each.name for each in getattr(SCHEMA.type_map[name], "interfaces", ())] for name in kept}
    assert kept == {name: set(fields).union(*(asked[each] for each in above[name])) for name, fields in asked.items()}


def test_every_state_shopify_may_say_has_a_meaning():
    paid = {value.lower() for value in SCHEMA.type_map["OrderDisplayFinancialStatus"].values}
    sent = {value.lower() for value in SCHEMA.type_map["OrderDisplayFulfillmentStatus"].values}
    assert paid <= set(WORDS.payment)
    assert sent - {"partially_fulfilled"} <= set(WORDS.order)  # in the export's word: partial


def test_the_sandbox_states_every_field_of_an_order():
    import datetime as dt

    record = order_record(SandboxOrder(number=1, at=dt.datetime(2026, 10, 1, tzinfo=dt.UTC)))
    assert set(SCHEMA.type_map["Order"].fields) == set(record) - {"__typename"}


@pytest.mark.skipif(not FULL, reason=f"{VARIABLE} names no published schema")
def test_the_kept_part_is_what_shopify_publishes():
    schema = published(Path(FULL))
    assert [error for text in all_texts().values() for error in validate(schema, parse(text))] == []
    if "2026-10" in FULL:
        assert trimmed(schema) == FIXTURE.read_text(encoding="utf-8")

"""The Shopify to try things on refuses what Shopify refuses, so that our client is not tried against itself alone."""

import datetime as dt
import json
import urllib.request

import pytest
from shopify_api_tools import NOON, sandbox

from recon.sandbox.shopify import FAULTS, Line, Rules, SandboxOrder, ShopifyFault, invented_month
from recon.sandbox.shopify.query import QueryError, parse
from tests.clock import FakeClock

MONTH = invented_month(dt.date(2026, 10, 1), 30)


def asked(shop, text, token=None, **variables):
    """Ask like any program would; return status and content."""
    body = json.dumps({"query": text, "variables": variables}).encode()
    headers = {"X-Shopify-Access-Token": token or shop.standing_token, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{shop.url}/admin/api/2026-10/graphql.json", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_a_field_it_does_not_have_is_refused_by_name():
    with sandbox(MONTH) as shop:
        status, content = asked(shop, "{ orders(first: 2) { nodes { id nothing } } }")
    assert status == 200
    assert content["errors"][0]["message"] == "Field 'nothing' doesn't exist on type 'Order'"
    assert "data" not in content


@pytest.mark.parametrize("text", ["", "{", "{ shop { name }", "query { shop { name } } }", "{ shop { name } } & more"])
def test_what_is_no_question_is_refused(text):
    with pytest.raises(QueryError, match="syntax error"):
        parse(text)


def test_fields_of_one_type_are_answered_for_records_of_that_type_alone():
    with sandbox(MONTH) as shop:
        sales = "sales(first: 9) { nodes { __typename quantity ... on ProductSale { lineItem { id } } } }"
        text = f"{{ orders(first: 1) {{ nodes {{ agreements(first: 1) {{ nodes {{ {sales} }} }} }} }} }}"
        _, content = asked(shop, text)
    found = content["data"]["orders"]["nodes"][0]["agreements"]["nodes"][0]["sales"]["nodes"]
    assert {sale["__typename"]: "lineItem" in sale for sale in found} == {
        "ProductSale": True,
        "ShippingLineSale": False,
    }


def test_an_object_is_not_answered_without_fields():
    with sandbox(MONTH) as shop:
        _, content = asked(shop, "{ orders(first: 1) { nodes { totalPriceSet } } }")
    assert "must have selections" in content["errors"][0]["message"]


def test_points_are_taken_and_come_back_with_time():
    clock = FakeClock()
    with sandbox(MONTH, clock, rules=Rules(bucket=60, restore_rate=10)) as shop:
        text = "{ orders(first: 30) { nodes { id } } }"
        _, first = asked(shop, text)
        cost = first["extensions"]["cost"]
        assert cost["actualQueryCost"] <= cost["requestedQueryCost"]
        _, second = asked(shop, text)
        assert second["errors"][0]["extensions"]["code"] == "THROTTLED"
        missing = cost["requestedQueryCost"] - second["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"]
        clock.forward(missing / 10)
        assert "errors" not in asked(shop, text)[1]


def test_pages_follow_each_other_and_hold_each_order_once():
    seen, after = [], None
    with sandbox(MONTH) as shop:
        text = "query Q($after: String) { orders(first: 7, after: $after, sortKey: UPDATED_AT) { pageInfo { hasNextPage endCursor } nodes { name } } }"
        while True:
            page = asked(shop, text, after=after)[1]["data"]["orders"]
            seen += [node["name"] for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
    assert sorted(seen) == sorted(f"#{order.number}" for order in MONTH)


def test_without_the_right_old_orders_are_left_out_and_nobody_says_so():
    old = SandboxOrder(number=1, at=NOON - dt.timedelta(days=90), lines=(Line(),))
    with sandbox([old, *MONTH], rules=Rules(scopes=("read_orders",))) as shop:
        _, content = asked(shop, '{ ordersCount(query: "") { count } }')
    assert content["data"]["ordersCount"]["count"] == 30


def test_a_token_ends_after_its_day():
    clock = FakeClock()
    with sandbox(MONTH, clock) as shop:
        _, given = shop.log_in({"grant_type": "client_credentials", **shop.keys})
        assert asked(shop, "{ shop { name } }", given["access_token"])[0] == 200
        clock.forward(given["expires_in"])
        assert asked(shop, "{ shop { name } }", given["access_token"])[0] == 401


def test_every_kind_of_fault_can_be_made_and_no_other():
    assert all(ShopifyFault(kind=kind) for kind in FAULTS)
    with pytest.raises(AssertionError):
        ShopifyFault(kind="nothing")

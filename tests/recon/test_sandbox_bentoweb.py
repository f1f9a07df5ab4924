"""The sandbox BentoWeb answers as its help pages say, and its invented month holds every case worth showing."""

import datetime as dt
import json
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from recon.sandbox.bentoweb import BentoWebShop, Rules
from recon.sandbox.bentoweb_faults import FAULTS, BentoWebFault
from recon.sandbox.bentoweb_orders import FIRST_ORDER, NO_DATE, PAID, invented_orders, later

JUNE = dt.date(2026, 6, 1)
ORDERS = invented_orders(JUNE, 60, 1)


@pytest.fixture
def shop(clock):
    with BentoWebShop(orders=ORDERS, now=clock.now) as shop:
        yield shop


def post(shop, **fields):
    body = urlencode(fields).encode()
    return ask(Request(f"{shop.login_url}/oauth/token", data=body, method="POST"))


def get(shop, path, token=""):
    return ask(Request(f"{shop.url}{path}", headers={"Authorization": f"Bearer {token}"}))


def ask(request):
    try:
        with urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"{}")


def token_of(shop):
    return post(shop, grant_type="password", **shop.keys)[1]


def test_a_log_in_answers_as_published(shop):
    status, given = post(shop, grant_type="password", **shop.keys)
    assert status == 200
    assert given["token_type"] == "Bearer" and given["expires_in"] == 1_296_000
    assert set(given) == {"token_type", "expires_in", "access_token", "refresh_token"}


@pytest.mark.parametrize("name", ["client_id", "client_secret", "username", "password"])
def test_a_wrong_key_gets_no_token(shop, name):
    assert post(shop, grant_type="password", **{**shop.keys, name: "x"})[0] == 401


def test_a_refresh_token_gives_a_new_one_and_counts_once(shop):
    client = {name: shop.keys[name] for name in ("client_id", "client_secret")}
    old = token_of(shop)["refresh_token"]
    assert post(shop, grant_type="refresh_token", refresh_token=old, **client)[0] == 200
    assert post(shop, grant_type="refresh_token", refresh_token=old, **client)[0] == 401


def test_tokens_end_when_their_time_is_up(shop, clock):
    given = token_of(shop)
    clock.forward(1_296_001)
    assert get(shop, f"/order/order-full/{FIRST_ORDER}", given["access_token"])[0] == 401
    clock.forward(1_296_000)
    client = {name: shop.keys[name] for name in ("client_id", "client_secret")}
    assert post(shop, grant_type="refresh_token", refresh_token=given["refresh_token"], **client)[0] == 401


def test_one_order_is_answered_whole(shop):
    status, content = get(shop, f"/order/order-full/{FIRST_ORDER}", token_of(shop)["access_token"])
    assert (status, content) == (200, {"status": 1, "data": {"order": ORDERS[0]}})


@pytest.mark.parametrize(("rules", "status"), [(Rules(), 200), (Rules(unknown_order=404), 404)])
def test_an_order_that_is_not_there_is_refused_in_one_of_two_ways(clock, rules, status):
    with BentoWebShop(orders=ORDERS, now=clock.now, rules=rules) as shop:
        got, content = get(shop, "/order/order-full/1", token_of(shop)["access_token"])
    assert got == status and content.get("status") != 1


def test_without_a_token_nothing_is_answered(shop):
    assert get(shop, f"/order/order-full/{FIRST_ORDER}")[0] == 401


def test_the_list_can_be_paged_or_missing(clock):
    with BentoWebShop(orders=ORDERS, now=clock.now, rules=Rules(list_page=25)) as shop:
        token = token_of(shop)["access_token"]
        pages = [get(shop, f"/order/list/812?page={n}", token)[1]["data"]["order_list"] for n in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [25, 25, 10, 0]
    with BentoWebShop(orders=ORDERS, now=clock.now, rules=Rules(lists=False)) as shop:
        assert get(shop, "/order/list/812", token_of(shop)["access_token"])[0] == 404


def test_faults_meet_the_requests_they_name_and_no_others(shop):
    token = token_of(shop)["access_token"]
    shop.add_fault(BentoWebFault(kind="status", path="/order/order-full/*", skip=1, times=1, status=503))
    assert [get(shop, f"/order/order-full/{FIRST_ORDER}", token)[0] for _ in range(3)] == [200, 503, 200]
    assert {"status", "refuse", "cut", "hang", "drop-field"} <= set(FAULTS)


def test_the_same_seed_gives_the_same_month_and_another_gives_another():
    assert invented_orders(JUNE, 60, 1) == ORDERS != invented_orders(JUNE, 60, 2)


def test_every_published_state_occurs_and_one_that_is_not():
    assert {order["order_status_id"] for order in ORDERS} == {*range(8), 14, 15, 16, 99}


def test_days_go_with_states():
    for order in ORDERS:
        assert (order["payment_datetime"] != NO_DATE) == (order["order_status_id"] in PAID)
        assert (order["date_cancelled"] != NO_DATE) == (order["order_status_id"] in {4, 6})


def test_no_binary_fraction_is_ever_written():
    assert not [
        value for order in ORDERS for value in json.loads(json.dumps(order)).values() if isinstance(value, float)
    ]


def test_later_moves_orders_along_their_life():
    after = later(ORDERS, dt.date(2026, 7, 3))
    moved = {(a["order_status_id"], b["order_status_id"]) for a, b in zip(ORDERS, after, strict=True) if a != b}
    assert moved <= {(1, 3), (1, 4), (2, 3), (3, 7), (14, 15), (15, 16), (3, 4), (7, 4), (16, 4)}
    assert {(1, 3), (3, 7), (14, 15), (15, 16)} <= moved

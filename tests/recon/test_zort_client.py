"""The client that pulls ZORT's answers, over real sockets: paging, filters, refusals, faults, secrets."""

import datetime as dt
import json
import logging
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from zort_tools import FakeClock, client_of

from recon.errors import SourceUnavailable, UsageError
from recon.sandbox.zort import ZortFault, ZortShop
from recon.sandbox.zort_orders import invented_orders, invented_products, invented_returns
from recon.sources.zort import ZortShopClient
from recon.sources.zort.queries import OrderFilters, order_queries
from recon.sources.zort.verdict import skew_message

JUNE = dt.date(2026, 6, 1)
ORDERS = invented_orders(JUNE, 47, 7)
WINDOW = {"since": JUNE, "until": dt.date(2026, 6, 30), "by": "order"}


@pytest.fixture
def clock():
    return FakeClock()


def pulled(shop, clock=None, **changes):
    settings = {
        key: changes.pop(key) for key in ("page_size", "requests_per_second", "timeout_seconds") if key in changes
    }
    with client_of(shop, clock, **settings) as client:
        answers = list(client.fetch_orders(**{**WINDOW, **changes}))
        return answers, client.last_pull


def ids(answers):
    return [order["id"] for answer in answers for order in json.loads(answer.content)["list"]]


def broken(shop, clock=None, match="", **changes):
    """Pull until it breaks; return what was fetched before, and the message."""
    got = []
    with client_of(shop, clock, **changes) as client, pytest.raises(SourceUnavailable, match=match) as caught:
        for answer in client.fetch_orders(**WINDOW):
            got.append(answer)
    return got, str(caught.value)


# paging and filters


def test_pages_are_fetched_until_one_is_short():
    with ZortShop(orders=ORDERS) as shop:
        answers, tally = pulled(shop)
        assert [len(json.loads(answer.content)["list"]) for answer in answers] == [10, 10, 10, 10, 7]
        assert sorted(ids(answers)) == [order["id"] for order in ORDERS]
        assert [request.params["page"] for request in shop.requests] == ["1", "2", "3", "4", "5"]
        assert {request.params["limit"] for request in shop.requests} == {"10"}
    assert (tally.rows, tally.distinct, tally.announced, tally.findings().height) == (47, 47, 47, 0)


def test_a_last_page_that_is_full_asks_once_more():
    with ZortShop(orders=ORDERS[:20]) as shop:
        answers, _ = pulled(shop)
        assert [len(json.loads(answer.content)["list"]) for answer in answers] == [10, 10, 0]


def test_a_server_that_caps_pages_lower_than_asked_loses_nothing(monkeypatch):
    monkeypatch.setattr("recon.sandbox.zort_filters.LARGEST_LIMIT", 8)
    with ZortShop(orders=ORDERS) as shop:
        answers, tally = pulled(shop, page_size=20)
    assert sorted(ids(answers)) == [order["id"] for order in ORDERS]
    assert tally.findings().height == 0


def test_an_empty_shop_gives_one_empty_answer_as_evidence():
    with ZortShop() as shop:
        answers, tally = pulled(shop)
    assert ids(answers) == []
    assert len(answers) == 1
    assert tally.rows == 0


def test_answers_are_the_bytes_that_came_under_names_of_our_own(clock):
    with ZortShop(orders=ORDERS[:3]) as shop:
        answers, _ = pulled(shop, clock)
        sent = shop.requests[0]
        address = f"{shop.url}{sent.path}?{urlencode(sent.params)}"
        with urlopen(Request(address, headers=dict(sent.headers))) as again:
            assert answers[0].content == again.read()
    assert [answer.name for answer in answers] == ["zort-sale-20260701T030000Z-00001.json"]
    assert answers[0].announced == 3


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("by", ["order", "created", "updated"])
def test_a_window_loses_no_day_whether_or_not_the_filter_includes_its_edges(by, inclusive):
    with ZortShop(orders=ORDERS, days_are_inclusive=inclusive) as shop:
        answers, _ = pulled(shop, by=by)
        assert sorted(ids(answers)) == [order["id"] for order in ORDERS]
        narrow, _ = pulled(shop, by=by, since=dt.date(2026, 6, 10), until=dt.date(2026, 6, 12))
    wanted = {o["id"] for o in ORDERS if "2026-06-10" <= o["createdatetimeString"][:10] <= "2026-06-12"}
    assert wanted <= set(ids(narrow))
    assert len(ids(narrow)) < len(ORDERS)


def test_moments_are_asked_in_the_shops_time_with_a_margin():
    (query,) = order_queries(
        "sale",
        since=dt.datetime(2026, 6, 30, 20, 30, tzinfo=dt.UTC),
        until=dt.datetime(2026, 7, 1, 5, 0),  # noqa: DTZ001  the shop's own clock
        by="updated",
        filters=OrderFilters(),
    )
    assert query.params == {"updatedatetimeafter": "2026-07-01 01:30", "updatedatetimebefore": "2026-07-01 07:00"}


@pytest.mark.parametrize(
    ("kind", "by", "names"),
    [
        ("sale", "order", {"orderdateafter", "orderdatebefore"}),
        ("sale", "payment", {"paymentafter", "paymentbefore"}),
        ("sale_return", "order", {"returnorderdateafter", "returnorderdatebefore"}),
        ("purchase", "order", {"purchaseorderdateafter", "purchaseorderdatebefore"}),
        ("purchase_return", "order", {"returnpurchaseorderdateafter", "returnpurchaseorderdatebefore"}),
        ("purchase", "created", {"createdafter", "createdbefore"}),
    ],
)
def test_each_kind_has_its_own_date_parameters(kind, by, names):
    (query,) = order_queries(kind, since=JUNE, until=JUNE, by=by, filters=OrderFilters())
    assert set(query.params) == names
    assert set(query.params.values()) == {"2026-05-31", "2026-06-02"}


def test_f28_dates_on_the_wire_are_gregorian_and_ascii_whatever_the_locale(monkeypatch):
    monkeypatch.setenv("LC_ALL", "th_TH.UTF-8")
    monkeypatch.setenv("LC_TIME", "th_TH.UTF-8")
    moment = dt.datetime(2026, 6, 1, 9, 5)  # noqa: DTZ001  the shop's own clock
    (query,) = order_queries("sale", since=moment, until=None, by="created", filters=OrderFilters())
    assert query.params == {"createdatetimeafter": "2026-06-01 07:05"}


def test_status_filters_go_out_as_codes_and_texts_come_back():
    with ZortShop(orders=ORDERS) as shop:
        filters = OrderFilters(statuses=("Waiting", "5"), payment_statuses=("paid", "3"))
        answers, _ = pulled(shop, filters=filters)
        assert shop.requests[0].params["status"] == "3,5"
        assert shop.requests[0].params["paymentstatus"] == "1,3"
    statuses = {order["status"] for answer in answers for order in json.loads(answer.content)["list"]}
    assert statuses == {"Waiting", "Packed"}


@pytest.mark.parametrize(
    ("filters", "match"),
    [
        (OrderFilters(statuses=("Done",)), "is no status of ZORT"),
        (OrderFilters(payment_statuses=("9",)), "is no payment status of ZORT"),
        (OrderFilters(numbers=("ใบ-1",)), "cannot be asked for by number"),
        (OrderFilters(numbers=("a,b",)), "cannot be asked for by number"),
        (OrderFilters(ids=("1\r\napikey: x",)), "cannot be asked for by number"),
    ],
)
def test_filters_zort_does_not_know_are_refused_before_anything_is_sent(filters, match):
    with ZortShop() as shop, client_of(shop) as client:
        with pytest.raises(UsageError, match=match):
            client.fetch_orders(filters=filters)
        assert shop.requests == []


def test_filters_published_for_sales_only_are_refused_for_other_kinds():
    with pytest.raises(UsageError, match="sales only"):
        list(order_queries("purchase", since=None, until=None, by="order", filters=OrderFilters(keyword="x")))
    with pytest.raises(UsageError, match="sales only"):
        list(order_queries("purchase", since=JUNE, until=None, by="payment", filters=OrderFilters()))
    with pytest.raises(UsageError, match="no records of kind"):
        list(order_queries("transfer", since=None, until=None, by="order", filters=OrderFilters()))


def test_lists_of_numbers_and_ids_travel_as_headers_in_batches():
    numbers = tuple(order["number"] for order in ORDERS)
    with ZortShop(orders=ORDERS) as shop:
        answers, _ = pulled(shop, filters=OrderFilters(numbers=numbers[:3]), since=None, until=None)
        # two orders may carry one number
        assert {order["number"] for a in answers for order in json.loads(a.content)["list"]} == set(numbers[:3])
        request = shop.requests[-1]
        assert request.headers["numberlist"] == ",".join(numbers[:3])
        assert set(request.params) == {"limit", "page"}
        many = tuple(str(70_010_000 + place) for place in range(130))
        answers, tally = pulled(shop, filters=OrderFilters(ids=many), since=None, until=None)
        batches = {request.headers["orderidlist"] for request in shop.requests[1:]}
        assert [batch.count(",") + 1 for batch in sorted(batches, key=len, reverse=True)] == [100, 30]
    assert sorted(ids(answers)) == [order["id"] for order in ORDERS]
    assert [answer.page for answer in answers] == list(range(1, tally.pages + 1))


@pytest.mark.parametrize(
    ("kind", "argument", "header"),
    [
        ("sale_return", "returns", "returnorderidlist"),
        ("purchase", "purchases", "purchaseorderidlist"),
        ("purchase_return", "purchase_returns", "returnpurchaseorderidlist"),
    ],
)
def test_returns_and_purchases_come_by_the_same_code(kind, argument, header):
    records = invented_returns(ORDERS)
    if argument != "returns":
        stem = header.removesuffix("idlist")
        records = [{k.replace("returnorderdate", f"{stem}date"): v for k, v in record.items()} for record in records]
    with ZortShop(**{argument: records}) as shop:
        answers, _ = pulled(shop, kind=kind, filters=OrderFilters(ids=(str(records[0]["id"]),)))
        assert header in shop.requests[0].headers
    assert ids(answers) == [records[0]["id"]]
    assert answers[0].name.startswith(f"zort-{kind}-")


def test_products_are_fetched_although_res_is_a_text():
    with ZortShop(products=invented_products()) as shop, client_of(shop, page_size=4) as client:
        answers = list(client.fetch_products())
        assert client.last_pull.distinct == 10
    assert json.loads(answers[0].content)["res"] == "2026-06-30 12:00:00"


# who is there


def test_verify_names_store_and_merchant():
    with ZortShop(orders=ORDERS, now=FakeClock().now) as shop, client_of(shop) as client:
        found = client.verify()
    assert (found.store_name, found.merchant_name, found.order_count) == ("demo-store", "บริษัท ร้านตัวอย่าง จำกัด", 47)


def test_verify_works_where_zort_states_no_name():
    fault = ZortFault(kind="status", path="/Merchant/GetMerchantProfile", status=404)
    with ZortShop(faults=[fault], now=FakeClock().now) as shop, client_of(shop) as client:
        found = client.verify()
    assert found.merchant_name == ""
    assert "compare the store name" in found.notes[0]


def test_f35_keys_of_another_store_are_refused_in_plain_words():
    with ZortShop(orders=ORDERS) as shop, client_of(shop, store_name="other-store") as client:
        with pytest.raises(SourceUnavailable, match="code 100: Invalid API") as caught:
            client.verify()
        assert "recon connect" in str(caught.value)
        assert len(shop.requests) == 1


@pytest.mark.parametrize("value", ["", "  ", "กุญแจ", "a\r\nb"])
def test_keys_no_request_can_carry_are_refused_at_once(value):
    with ZortShop() as shop, pytest.raises(UsageError, match="apikey"):
        client_of(shop, api_key=value)


@pytest.mark.parametrize("seconds", [-86_400, -61, 61, 300])
def test_f28_a_wrong_clock_stops_verify_and_says_by_how_much(seconds):
    clock = FakeClock()
    wrong = clock.at + dt.timedelta(seconds=seconds)
    stops = pytest.raises(SourceUnavailable, match="clock is")
    with ZortShop(now=lambda: wrong) as shop, client_of(shop, clock) as client, stops:
        client.verify()
    assert ("behind" if seconds > 0 else "ahead of") in skew_message(clock.at, wrong)


def test_f28_a_minute_or_no_date_at_all_is_no_reason_to_stop():
    at = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    assert skew_message(at, at + dt.timedelta(seconds=60)) == ""
    assert skew_message(at, None) == ""


# speed


def test_requests_keep_the_distance_that_is_set(clock):
    with ZortShop(orders=ORDERS) as shop:
        pulled(shop, clock, requests_per_second=2)
    assert clock.slept == [0.5] * 4


@pytest.mark.parametrize(
    ("told", "waited"),
    [("7", 7), ("0", 1), ("-1", 1), ("900", 900), ("", 2), ("soon", 2), ("Wed, 01 Jul 2026 03:01:30 GMT", 90)],
)
def test_f24_waits_as_told_between_one_second_and_fifteen_minutes(told, waited, clock):
    fault = ZortFault(kind="status", status=429, retry_after=told)
    with ZortShop(orders=ORDERS[:5], faults=[fault], now=lambda: clock.at) as shop:
        answers, _ = pulled(shop, clock)
    assert len(ids(answers)) == 5
    assert clock.slept == [waited]


@pytest.mark.parametrize("told", ["901", "1000000000", "Thu, 02 Jul 2026 03:00:00 GMT"])
def test_f24_longer_than_fifteen_minutes_asks_the_person(told, clock):
    fault = ZortFault(kind="status", status=429, retry_after=told)
    with ZortShop(orders=ORDERS, faults=[fault], now=lambda: clock.at) as shop:
        got, message = broken(shop, clock, match="asks to wait")
    assert got == []
    assert clock.slept == []
    assert "longer than 15 minutes" in message


def test_f24_a_limit_that_stays_ends_after_five_attempts_with_growing_waits(clock):
    with ZortShop(orders=ORDERS, faults=[ZortFault(kind="status", status=429, times=99)]) as shop:
        broken(shop, clock, match="in 5 attempts")
        assert len(shop.requests) == 5
    assert clock.slept == [2, 4, 8, 16]


# faults of single answers


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_f25_a_server_error_is_asked_again(status, clock):
    with ZortShop(orders=ORDERS, faults=[ZortFault(kind="status", status=status, skip=2, times=2)]) as shop:
        answers, tally = pulled(shop, clock)
    assert sorted(ids(answers)) == [order["id"] for order in ORDERS]
    assert tally.rows == len(ORDERS)
    assert [wait for wait in clock.slept if wait != 1] == [2, 4]


def test_f25_a_server_error_that_stays_keeps_what_was_fetched(clock):
    with ZortShop(orders=ORDERS, faults=[ZortFault(kind="status", status=503, skip=2, times=99)]) as shop:
        got, message = broken(shop, clock, match="status 503")
    assert len(got) == 2
    assert "what was fetched is kept" in message


@pytest.mark.parametrize("kind", ["cut", "cut-open", "close", "reset", "hang", "empty"])
def test_f20_f21_f22_a_broken_answer_is_asked_again(kind, clock):
    with ZortShop(orders=ORDERS, faults=[ZortFault(kind=kind, skip=1)]) as shop:
        answers, _ = pulled(shop, clock, timeout_seconds=0.3)
    assert sorted(ids(answers)) == [order["id"] for order in ORDERS]
    assert [wait for wait in clock.slept if wait != 1] == [2]


def test_f22_a_log_in_page_is_no_answer_and_not_asked_again(clock):
    with ZortShop(orders=ORDERS, faults=[ZortFault(kind="html", skip=1)]) as shop:
        got, message = broken(shop, clock, match="log-in page")
        assert len(shop.requests) == 2
    assert len(got) == 1
    assert "text/html" in message


def test_f22_the_right_answer_under_a_wrong_type_is_taken():
    with ZortShop(orders=ORDERS[:4], faults=[ZortFault(kind="wrong-type", times=9)]) as shop:
        assert len(ids(pulled(shop)[0])) == 4


def test_f22_an_answer_without_end_is_given_up(clock):
    with ZortShop(orders=ORDERS, faults=[ZortFault(kind="huge", times=99)]) as shop:
        got, _ = broken(shop, clock, match="larger than 10485760 bytes")
    assert got == []


def test_f23_an_error_inside_http_200_brings_zorts_words_and_is_not_repeated(clock):
    fault = ZortFault(kind="refuse", code="100", text="แพ็กเกจหมดอายุ", skip=1)
    with ZortShop(orders=ORDERS, faults=[fault]) as shop:
        got, message = broken(shop, clock, match="code 100: แพ็กเกจหมดอายุ")
        assert len(shop.requests) == 2
    assert len(got) == 1
    assert "\x1b" not in message


def test_f23_zorts_own_server_error_inside_http_200_is_asked_again(clock):
    fault = ZortFault(kind="refuse", code="500", text="Server Error", skip=1)
    with ZortShop(orders=ORDERS, faults=[fault]) as shop:
        answers, _ = pulled(shop, clock)
    assert sorted(ids(answers)) == [order["id"] for order in ORDERS]


def test_f23_words_of_the_other_side_cannot_draw_on_the_terminal():
    fault = ZortFault(kind="refuse", code="7\x1b[2J", text="\x1b[31mred\u202e")
    with ZortShop(faults=[fault]) as shop:
        _, message = broken(shop, match="refused with code")
    assert "\x1b" not in message
    assert "\u202e" not in message


@pytest.mark.parametrize(
    ("status", "match"), [(401, "refused the keys"), (403, "refused the keys"), (404, "base_url"), (400, "status 400")]
)
def test_f26_refusals_by_status_stop_at_once(status, match, clock):
    with ZortShop(orders=ORDERS, faults=[ZortFault(kind="status", status=status, skip=1)]) as shop:
        got, _ = broken(shop, clock, match=match)
        assert len(shop.requests) == 2
    assert len(got) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_f27_a_redirect_is_never_followed(status):
    with ZortShop(orders=ORDERS) as elsewhere, ZortShop(orders=ORDERS) as shop:
        shop.add_fault(ZortFault(kind="status", status=status, location=f"{elsewhere.url}/Order/GetOrders"))
        _, message = broken(shop, match="points to another address")
        assert elsewhere.requests == []
    assert elsewhere.api_secret not in message


def test_f20_nobody_there_is_said_after_five_attempts(clock):
    with ZortShop() as shop:
        client = client_of(shop, clock)
    with client, pytest.raises(SourceUnavailable, match="no connection"):
        list(client.fetch_orders())
    assert clock.slept == [2, 4, 8, 16]


# answers of another shape


def test_f31_rows_that_move_between_pages_lose_nothing_and_are_counted():
    with ZortShop(orders=ORDERS, faults=[ZortFault(kind="rows-move", times=99)]) as shop:
        answers, tally = pulled(shop)
    assert set(ids(answers)) <= {order["id"] for order in ORDERS}
    assert tally.rows > tally.distinct
    assert tally.findings()["code"].to_list() in ([], ["count-differs"])
    assert (tally.distinct == len(ORDERS)) == tally.findings().is_empty()


def test_f31_a_row_that_slips_away_between_pages_is_a_warning():
    with ZortShop(orders=ORDERS, faults=[ZortFault(kind="row-goes", skip=0)]) as shop:
        _, tally = pulled(shop)
    assert tally.distinct == len(ORDERS) - 1
    finding = tally.findings().row(0, named=True)
    assert (finding["code"], finding["severity"]) == ("count-differs", "warning")
    assert finding["detail"].startswith("ZORT announced 47 and delivered 46")


@pytest.mark.parametrize("amount", [-3, 5])
def test_f31_a_wrong_count_is_a_warning_and_no_endless_loop(amount):
    with ZortShop(orders=ORDERS, faults=[ZortFault(kind="count", times=99, amount=amount)]) as shop:
        answers, tally = pulled(shop)
        assert len(shop.requests) <= 6
    assert len(set(ids(answers))) == len(ORDERS)
    assert tally.findings()["value"].to_list() == [str(47 + amount)]


def test_f31_a_server_that_ignores_the_page_is_noticed(monkeypatch):
    monkeypatch.setattr("recon.sandbox.zort.page_of", lambda rows, params: list(rows[: int(params["limit"])]))
    with ZortShop(orders=ORDERS) as shop:
        got, _ = broken(shop, match="brings no document that was not there before")
    assert len(got) == 1


def test_f31_a_list_under_another_name_is_not_an_empty_shop():
    with ZortShop(orders=ORDERS, faults=[ZortFault(kind="rename-field", field="list", text="orders")]) as shop:
        got, _ = broken(shop, match="sends no list")
    assert got == []


def test_f31_no_code_but_a_list_is_accepted_no_code_and_no_list_is_not():
    with ZortShop(orders=ORDERS[:3], faults=[ZortFault(kind="no-code")]) as shop:
        assert len(ids(pulled(shop)[0])) == 3
    mute = ZortFault(kind="set-field", path="/Merchant/*", field="resCode", text="null")
    stops = pytest.raises(SourceUnavailable, match="neither a resCode nor a list")
    with ZortShop(faults=[mute]) as shop, client_of(shop) as client, stops:
        client.verify()


@pytest.mark.parametrize("text", ["null", "{}", '"x"', "[[]]"])
def test_f31_ids_of_another_type_do_not_stop_the_pull(text):
    fault = ZortFault(kind="set-field", field="id", text=text, times=99)
    with ZortShop(orders=ORDERS[:15], faults=[fault]) as shop, client_of(shop) as client:
        got = []
        try:
            for answer in client.fetch_orders(**WINDOW):
                got.append(answer)
        except SourceUnavailable as error:
            assert "not there before" in str(error)
    assert got


# secrets and surroundings


def test_f76_keys_are_in_no_file_no_log_no_message_and_no_address(caplog):
    caplog.set_level(logging.DEBUG)
    key, secret = "canary-key-1f7b", "canary-secret-9c2d"
    echo = ZortFault(kind="status", status=400, text=f"bad request of {key} with {secret}", skip=3)
    leak = ZortFault(kind="rename-field", field="list", text=f"list {secret}", path="/nothing")
    order = {**ORDERS[0], "description": f"echoed {key}"}
    with ZortShop(orders=[order, *ORDERS[1:]], faults=[echo, leak], api_key=key, api_secret=secret) as shop:
        got = []
        with client_of(shop, page_size=15) as client:
            with pytest.raises(SourceUnavailable) as caught:
                for answer in client.fetch_orders(**WINDOW):
                    got.append(answer)
            shown = [str(caught.value), repr(client), repr(vars(client)), *(answer.name for answer in got), caplog.text]
        assert all(key not in str(request.params) for request in shop.requests)
    assert len(got) == 3
    for text in shown:
        assert "canary" not in text
    assert all(b"canary" not in answer.content for answer in got)


def test_f76_an_answer_that_echoes_a_key_keeps_its_length_and_its_json():
    with ZortShop(orders=[{**ORDERS[0], "description": "sandbox-key-0001"}]) as shop:
        answers, _ = pulled(shop)
    assert json.loads(answers[0].content)["list"][0]["description"] == "*" * 16


def test_f33_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with ZortShop(orders=ORDERS[:3]) as shop:
        assert len(ids(pulled(shop)[0])) == 3


# as the application asks


def test_the_service_asks_in_the_words_of_the_command():
    running = ZortShop(orders=ORDERS, returns=invented_returns(ORDERS), now=FakeClock().now)
    with running as shop, client_of(shop) as client:
        asked = ZortShopClient(client)
        assert asked.verify() == "ZORT store demo-store of บริษัท ร้านตัวอย่าง จำกัด, 47 orders announced"
        query = {"since": JUNE, "until": None, "by": "ordered", "status": "3, 5", "payment_status": "Paid"}
        waiting = [
            order for order in ORDERS if order["status"] in {"Waiting", "Packed"} and order["paymentstatus"] == "Paid"
        ]
        assert sorted(ids(asked.fetch("sale", query))) == [order["id"] for order in waiting]
        returned = list(asked.fetch("sale_return", {**query, "by": "paid"}))
        assert len(ids(returned)) == 1
        assert set(shop.requests[-1].params) == {"updatedafter", "limit", "page"}
        assert asked.findings().is_empty()
        shop.add_fault(ZortFault(kind="count", times=9))
        list(asked.fetch("sale", {}))
        assert asked.findings()["code"].to_list() == ["count-differs"]
        with pytest.raises(UsageError, match="no date ZORT filters by"):
            list(asked.fetch("sale", {"by": "weather"}))

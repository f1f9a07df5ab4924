"""The client that fetches BentoWeb's answers, over real sockets: log-in, refresh, one order at a time, faults, secrets."""

import datetime as dt
import json
import logging
import threading

import pytest
from bentoweb_tools import FakeClock, Shelf, client_of, orders_in, shop_client

from recon.errors import SourceUnavailable, UsageError
from recon.sandbox.bentoweb import BentoWebShop, Rules
from recon.sandbox.bentoweb_faults import BentoWebFault
from recon.sandbox.bentoweb_orders import FIRST_ORDER, invented_orders
from recon.sources.base import KnownOrder
from recon.sources.bentoweb.envelope import ORDER_PATH, kept_answers
from recon.sources.bentoweb.tokens import TOKEN_PATH

JUNE = dt.date(2026, 6, 1)
ORDERS = invented_orders(JUNE, 30, 7)
NUMBERS = tuple(str(order["order_id"]) for order in ORDERS)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def shop(clock):
    with BentoWebShop(orders=ORDERS, now=clock.now) as shop:
        yield shop


def fetched(shop, clock=None, shelf=None, **query):
    with client_of(shop, clock, shelf) as client:
        return list(shop_client(client, clock).fetch("sale", query))


def broken(shop, clock, match, **query):
    """Fetch until it breaks; return what was fetched before, and the message."""
    got = []
    with client_of(shop, clock) as client, pytest.raises(SourceUnavailable, match=match) as caught:
        for answer in shop_client(client, clock).fetch("sale", query):
            got.append(answer)
    return got, str(caught.value)


def log_ins(shop):
    return [request.params["grant_type"] for request in shop.requests if request.path == TOKEN_PATH]


# which orders


def test_orders_a_person_names_are_asked_for_once_each_and_nothing_else(shop):
    answers = fetched(shop, orders=("4410003", "4410001", "4410003"))
    assert orders_in(answers) == ["4410003", "4410001"]
    assert [request.path for request in shop.requests[1:]] == [f"{ORDER_PATH}4410003", f"{ORDER_PATH}4410001"]


def test_an_answer_is_kept_exactly_as_it_came(shop):
    (answer,) = fetched(shop, orders=NUMBERS[:1])
    (entry,) = json.loads(answer.content)["bentoweb_answers"]
    assert json.loads(entry["answer"]) == {"status": 1, "data": {"order": ORDERS[0]}}
    assert entry["answer"].startswith('{"status": 1, "data"')


def test_the_same_answers_give_the_same_file_at_another_time(shop, clock):
    first = fetched(shop, clock, orders=NUMBERS)
    clock.sleep(3600)
    second = fetched(shop, clock, orders=NUMBERS)
    assert [answer.content for answer in first] == [answer.content for answer in second]
    assert first[0].name != second[0].name


def test_many_orders_come_in_files_of_fifty(clock):
    orders = invented_orders(JUNE, 120, 3)
    with BentoWebShop(orders=orders, now=clock.now) as shop:
        answers = fetched(shop, clock, orders=[str(order["order_id"]) for order in orders])
    assert [len(json.loads(answer.content)["bentoweb_answers"]) for answer in answers] == [50, 50, 20]
    assert [answer.page for answer in answers] == [1, 2, 3]


def test_without_a_list_only_orders_that_may_still_change_are_asked_for(shop, clock):
    known = [KnownOrder(order_id="4410009", modified=""), KnownOrder(order_id="4410002", modified="")]
    assert orders_in(fetched(shop, clock, known=known)) == ["4410002", "4410009"]


def test_without_a_list_and_without_numbers_the_person_is_asked(shop, clock):
    with pytest.raises(UsageError, match="--orders"):
        fetched(shop, clock)


@pytest.mark.parametrize("query", [{"status": "3"}, {"payment_status": "1"}, {"by": "paid"}])
def test_filters_nobody_has_published_are_refused_before_anything_is_sent(shop, query):
    with pytest.raises(UsageError, match="publishes no filter"):
        fetched(shop, orders=NUMBERS, **query)
    assert shop.requests == []


def test_a_list_names_the_orders_and_is_kept_too(shop, clock):
    with client_of(shop, clock) as client:
        answers = list(shop_client(client, clock, list_path="/order/list/{store_id}").fetch("sale", {}))
    assert orders_in(answers) == list(NUMBERS)
    assert json.loads(answers[0].content)["bentoweb_answers"][0]["asked"] == "/order/list/812"


@pytest.mark.parametrize("page", [7, 10, 30, 100])
def test_pages_of_a_list_are_turned_until_one_brings_nothing_new(clock, page):
    with (
        BentoWebShop(orders=ORDERS, now=clock.now, rules=Rules(list_page=page)) as shop,
        client_of(shop, clock) as client,
    ):
        asking = shop_client(client, clock, list_path="/order/list/{store_id}", list_page_parameter="page")
        assert orders_in(asking.fetch("sale", {})) == list(NUMBERS)


def test_f31_a_server_that_ignores_the_page_ends_the_list(shop, clock):
    with client_of(shop, clock) as client:
        asking = shop_client(client, clock, list_path="/order/list/{store_id}", list_page_parameter="turn")
        assert orders_in(asking.fetch("sale", {})) == list(NUMBERS)
    assert sum(request.path == "/order/list/812" for request in shop.requests) == 2


def test_a_list_that_tells_days_spares_what_is_known_and_what_lies_outside(clock):
    known = [KnownOrder(order_id=str(o["order_id"]), modified=o["date_modified"]) for o in ORDERS[:20]]
    known[3] = KnownOrder(order_id=known[3].order_id, modified="2026-06-01 00:00:00")
    with (
        BentoWebShop(orders=ORDERS, now=clock.now, rules=Rules(list_tells_days=True)) as shop,
        client_of(shop, clock) as client,
    ):
        asking = shop_client(client, clock, list_path="/order/list/{store_id}")
        query = {"known": known, "until": dt.date(2026, 6, 25), "by": "ordered"}
        expected = [NUMBERS[3], *(str(o["order_id"]) for o in ORDERS[20:] if o["date_created"] <= "2026-06-25 99")]
        assert orders_in(asking.fetch("sale", query)) == expected


def test_a_list_without_days_spares_what_is_settled_and_one_with_days_what_has_not_changed(clock):
    settled = [
        KnownOrder(order_id=str(o["order_id"]), modified=o["date_modified"], is_settled=True) for o in ORDERS[:20]
    ]
    changed = {**ORDERS[2], "date_modified": "2026-06-30 10:00:00"}
    orders = [*ORDERS[:2], changed, *ORDERS[3:]]
    for days, expected in ((False, NUMBERS[20:]), (True, (NUMBERS[2], *NUMBERS[20:]))):
        rules = Rules(list_tells_days=days)
        with BentoWebShop(orders=orders, now=clock.now, rules=rules) as shop, client_of(shop, clock) as client:
            asking = shop_client(client, clock, list_path="/order/list/{store_id}")
            assert orders_in(asking.fetch("sale", {"known": settled, "by": "updated"})) == list(expected)


def test_nothing_older_than_the_start_date_is_asked_for_where_a_list_tells_days(clock):
    query = {"start": dt.date(2026, 6, 20), "since": dt.date(2026, 6, 29), "by": "updated"}
    with (
        BentoWebShop(orders=ORDERS, now=clock.now, rules=Rules(list_tells_days=True)) as shop,
        client_of(shop, clock) as client,
    ):
        asking = shop_client(client, clock, list_path="/order/list/{store_id}")
        expected = [str(order["order_id"]) for order in ORDERS if order["date_created"] >= "2026-06-20"]
        assert orders_in(asking.fetch("sale", query)) == expected != []


@pytest.mark.parametrize(("path", "store"), [("/order/list/{store_id}", ""), ("/order/list/{shop}", "812")])
def test_a_list_path_that_cannot_be_filled_in_is_refused(shop, path, store):
    with client_of(shop) as client, pytest.raises(UsageError, match="list_path"):
        shop_client(client, store_id=store, list_path=path)


def test_f31_a_list_in_another_shape_stops_and_is_not_an_empty_shop(shop, clock):
    shop.add_fault(BentoWebFault(kind="refuse", path="/order/list/*", text="try later"))
    with client_of(shop, clock) as client, pytest.raises(SourceUnavailable, match=r"lists no orders there.*try later"):
        list(shop_client(client, clock, list_path="/order/list/{store_id}").fetch("sale", {}))


def test_orders_fetched_by_a_pull_that_was_stopped_are_skipped(shop, clock):
    known = [KnownOrder(order_id=number, modified="") for number in NUMBERS]
    assert orders_in(fetched(shop, clock, known=known, skip=frozenset(NUMBERS[:25]))) == list(NUMBERS[25:])


def test_an_answer_that_is_kept_already_is_counted_and_left_out(shop, clock):
    (before,) = fetched(shop, clock, orders=NUMBERS[:5])
    kept = {answer.number: answer.digest for answer in kept_answers(before.content)}
    shop.change(int(NUMBERS[2]), order_status_id=16)
    with client_of(shop, clock) as client:
        asking = shop_client(client, clock)
        known = [KnownOrder(order_id=number, modified="") for number in NUMBERS[:5]]
        answers = list(asking.fetch("sale", {"known": known, "kept": kept}))
        assert orders_in(answers) == [NUMBERS[2]]
        assert asking.unchanged() == 4


@pytest.mark.parametrize("status", [200, 404])
def test_an_order_that_is_not_there_does_not_stop_the_others(clock, status):
    with BentoWebShop(orders=ORDERS, now=clock.now, rules=Rules(unknown_order=status)) as shop:
        answers = fetched(shop, clock, orders=("9", NUMBERS[0]))
    assert orders_in(answers) == ["9", NUMBERS[0]]


@pytest.mark.parametrize(("status", "asked"), [(403, 10), (404, 10)])
def test_f26_known_orders_that_are_all_refused_stop_the_pull_after_ten(shop, clock, status, asked):
    shop.add_fault(BentoWebFault(kind="status", path="/order/*", status=status, times=99))
    known = [KnownOrder(order_id=number, modified="") for number in NUMBERS]
    got, message = broken(shop, clock, f"none of the first 10 orders .HTTP status {status}", known=known)
    assert len(orders_in(got)) == asked == sum("order-full" in request.path for request in shop.requests)
    assert "source_api.base_url" in message


def test_numbers_a_person_names_may_all_be_missing(shop, clock):
    assert len(orders_in(fetched(shop, clock, orders=[str(number) for number in range(1, 31)]))) == 30


def test_products_are_refused_because_no_call_is_published(shop):
    with client_of(shop) as client, pytest.raises(UsageError, match="no call that lists products"):
        shop_client(client).fetch_products()


# log-in and tokens


def test_one_log_in_serves_many_orders_and_the_next_run(shop, clock):
    shelf = Shelf()
    fetched(shop, clock, shelf, orders=NUMBERS)
    fetched(shop, clock, shelf, orders=NUMBERS)
    assert log_ins(shop) == ["password"]
    assert shelf.puts == 1


def test_a_token_is_refreshed_before_its_end(shop, clock):
    shelf = Shelf()
    fetched(shop, clock, shelf, orders=NUMBERS[:1])
    clock.sleep(1_296_000 - 3000)
    fetched(shop, clock, shelf, orders=NUMBERS[:1])
    assert log_ins(shop) == ["password", "refresh_token"]


def test_a_refresh_token_that_counts_no_more_is_followed_by_a_log_in(shop, clock):
    shelf = Shelf()
    fetched(shop, clock, shelf, orders=NUMBERS[:1])
    clock.sleep(2_592_001)
    fetched(shop, clock, shelf, orders=NUMBERS[:1])
    assert log_ins(shop) == ["password", "refresh_token", "password"]


def test_a_token_the_shop_took_back_is_renewed_once_in_the_middle_of_a_pull(shop, clock):
    with client_of(shop, clock) as client:
        asking = shop_client(client, clock).fetch("sale", {"orders": NUMBERS})
        client.log_in()
        shop.revoke()
        assert orders_in(asking) == list(NUMBERS)
    assert log_ins(shop) == ["password", "refresh_token", "password"]


def test_a_log_in_without_rights_is_said_and_not_tried_for_ever(clock):
    with BentoWebShop(orders=ORDERS, now=clock.now) as shop:
        shop.add_fault(BentoWebFault(kind="status", path="/order/*", status=401, times=99))
        _, message = broken(shop, clock, "refuses a token it gave a moment ago", orders=NUMBERS[:3])
        assert sum(request.path.startswith("/order/") for request in shop.requests) == 2
    assert "recon connect" in message


def test_tokens_of_other_keys_or_of_another_address_are_never_used(shop, clock):
    shelf = Shelf()
    fetched(shop, clock, shelf, orders=NUMBERS[:1])
    with (
        client_of(shop, clock, shelf, keys={**shop.keys, "password": "another"}) as client,
        pytest.raises(SourceUnavailable, match="refused the log-in"),
    ):
        client.log_in()
    assert log_ins(shop) == ["password", "password"]


@pytest.mark.parametrize("kept", ["", "no json", "[]", '["a", "b"]', '["a", "b", "yesterday"]', '{"access": 1}'])
def test_a_shelf_that_holds_something_else_leads_to_a_log_in(shop, clock, kept):
    shelf = Shelf()
    fetched(shop, clock, shelf, orders=NUMBERS[:1])
    shelf.kept = dict.fromkeys(shelf.kept, kept)
    fetched(shop, clock, shelf, orders=NUMBERS[:1])
    assert log_ins(shop) == ["password", "password"]


def test_ten_who_ask_at_once_cause_one_log_in_and_one_refresh(shop, clock):
    shelf = Shelf()
    with client_of(shop, clock, shelf, requests_per_second=20) as client:
        together(client.log_in)
        assert log_ins(shop) == ["password"]
        spent = client._tokens.bearer()
        together(lambda: client._tokens.after(spent))
    assert log_ins(shop) == ["password", "refresh_token"]


def together(call):
    threads = [threading.Thread(target=call) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("name", ["client_id", "client_secret", "username", "password"])
def test_f35_a_wrong_key_is_refused_in_plain_words(shop, clock, name):
    with (
        client_of(shop, clock, keys={**shop.keys, name: "wrong"}) as client,
        pytest.raises(SourceUnavailable, match=r"refused the log-in .*client_id, client_secret, username"),
    ):
        client.log_in()
    assert log_ins(shop) == ["password"]


@pytest.mark.parametrize("name", ["client_id", "client_secret", "username", "password"])
def test_an_empty_key_is_refused_at_once(shop, name):
    with pytest.raises(UsageError, match=f"BentoWeb's {name} is empty"):
        client_of(shop, keys={**shop.keys, name: "  "})


@pytest.mark.parametrize("text", ["null", '""', '"a\\nb"', '"กข"'])
def test_f31_an_answer_without_a_usable_token_is_refused(clock, text, monkeypatch):
    with BentoWebShop(orders=ORDERS, now=clock.now) as shop:
        monkeypatch.setattr(shop, "_new_tokens", lambda: {"access_token": json.loads(text), "expires_in": 10})
        with client_of(shop, clock) as client, pytest.raises(SourceUnavailable, match=r"holds no access_token"):
            client.log_in()


# faults


@pytest.mark.parametrize(
    ("told", "waited"), [("7", 7), ("0", 1), ("-5", 1), ("Wed, 01 Jul 2026 03:02:00 GMT", 119), ("soon", 2), ("900", 900)]
)  # fmt: skip
def test_f24_waits_as_told_between_one_second_and_fifteen_minutes(shop, clock, told, waited):
    shop.add_fault(BentoWebFault(kind="status", path="/order/*", status=429, retry_after=told))
    assert len(fetched(shop, clock, orders=NUMBERS[:1])) == 1
    assert waited - 2 <= max(clock.slept) <= waited + 1


def test_f24_longer_than_fifteen_minutes_asks_the_person(shop, clock):
    shop.add_fault(BentoWebFault(kind="status", path="/order/*", status=429, retry_after="901"))
    broken(shop, clock, "asks to wait 0:15:01", orders=NUMBERS[:1])


@pytest.mark.parametrize("path", ["/order/*", TOKEN_PATH])
@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_f25_a_server_error_is_asked_again(shop, clock, status, path):
    shop.add_fault(BentoWebFault(kind="status", path=path, status=status, times=4))
    assert orders_in(fetched(shop, clock, orders=NUMBERS[:2])) == list(NUMBERS[:2])
    assert [round(slept) for slept in clock.slept if slept > 1] == [2, 4, 8, 16]


def test_f25_a_server_error_that_stays_keeps_what_was_fetched(shop, clock):
    shop.add_fault(BentoWebFault(kind="status", path="/order/*", status=503, skip=3, times=99))
    got, message = broken(shop, clock, "did not answer in 5 attempts", orders=NUMBERS)
    assert orders_in(got) == list(NUMBERS[:3])
    assert "Pull again later" in message


@pytest.mark.parametrize("path", ["/order/*", TOKEN_PATH])
@pytest.mark.parametrize("kind", ["cut", "cut-open", "close", "reset", "empty"])
def test_f20_f21_f22_a_broken_answer_is_asked_again(shop, clock, kind, path):
    shop.add_fault(BentoWebFault(kind=kind, path=path))
    assert orders_in(fetched(shop, clock, orders=NUMBERS[:2])) == list(NUMBERS[:2])


def test_f21_a_refresh_whose_answer_got_lost_is_followed_by_a_log_in(shop, clock):
    shelf = Shelf()
    fetched(shop, clock, shelf, orders=NUMBERS[:1])
    clock.sleep(1_296_000)
    shop.add_fault(BentoWebFault(kind="close", path=TOKEN_PATH))
    fetched(shop, clock, shelf, orders=NUMBERS[:1])
    assert log_ins(shop) == ["password", "refresh_token", "refresh_token", "password"]


def test_f22_no_answer_until_the_time_is_up_is_asked_again(shop, clock):
    shop.add_fault(BentoWebFault(kind="hang", path="/order/*"))
    with client_of(shop, clock, timeout_seconds=0.3) as client:
        assert client.order(NUMBERS[0]).envelope.accepted


@pytest.mark.parametrize("path", ["/order/*", TOKEN_PATH])
def test_f22_a_log_in_page_of_the_network_is_no_answer_and_not_asked_again(shop, clock, path):
    shop.add_fault(BentoWebFault(kind="html", path=path, times=99))
    broken(shop, clock, "log-in page of the network in between", orders=NUMBERS[:1])
    assert len(shop.requests) == (2 if path == "/order/*" else 1)


def test_f22_an_answer_without_end_is_given_up(shop, clock):
    shop.add_fault(BentoWebFault(kind="huge", path="/order/*", times=99))
    broken(shop, clock, "larger than", orders=NUMBERS[:1])


def test_f23_a_refusal_inside_http_200_is_kept_and_the_pull_goes_on(shop, clock):
    shop.add_fault(BentoWebFault(kind="refuse", path="/order/*", text="maintenance"))
    (answer,) = fetched(shop, clock, orders=NUMBERS[:2])
    assert "maintenance" in answer.content.decode()
    assert orders_in([answer]) == list(NUMBERS[:2])


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("path", ["/order/*", TOKEN_PATH])
def test_f27_a_redirect_is_never_followed(shop, clock, status, path):
    shop.add_fault(BentoWebFault(kind="status", path=path, status=status, location="http://127.0.0.1:9/x"))
    broken(shop, clock, "was not followed", orders=NUMBERS[:1])


@pytest.mark.parametrize("status", [400, 405, 418])
def test_f26_a_refusal_by_status_stops_at_once(shop, clock, status):
    shop.add_fault(BentoWebFault(kind="status", path="/order/*", status=status, text="no \x1b[31m way"))
    _, message = broken(shop, clock, f"refused with status {status}", orders=NUMBERS[:1])
    assert "\x1b" not in message


def test_f20_nobody_there_is_said_after_five_attempts(clock):
    with BentoWebShop(orders=ORDERS, now=clock.now) as shop:
        settings = {"base_url": shop.url, "login_url": shop.login_url, "keys": shop.keys}
    from recon.sources.bentoweb import BentoWebClient

    with (
        BentoWebClient(**settings, shelf=Shelf(), clock=clock, timeout_seconds=1) as client,
        pytest.raises(SourceUnavailable, match=r"in 5 attempts.*no connection"),
    ):
        client.log_in()


def test_requests_keep_the_distance_that_is_set(shop, clock):
    with client_of(shop, clock, requests_per_second=2) as client:
        list(shop_client(client, clock).fetch("sale", {"orders": NUMBERS[:5]}))
    assert [round(slept, 1) for slept in clock.slept] == [0.5] * 5


# the token test


def test_the_token_test_says_names_and_never_a_value(shop, clock):
    with client_of(shop, clock) as client:
        asking = shop_client(client, clock)
        says = asking.verify()
    assert says == "BentoWeb shop 812, logged in; the token lasts until 2026-07-16 03:00 UTC"
    said = "\n".join(asking.checks())
    assert "confirmed: /order/list/812 lists orders (30 in one answer; fields: grand_total, is_paid, order_id)" in said
    assert 'set bentoweb.list_path = "/order/list/{store_id}"' in said
    assert "total (grand_total)" in said
    newest = ORDERS[-1]
    values = {str(v) for v in newest.values() if isinstance(v, str | int) and len(str(v)) > 3} - {"0.00", "True"}
    assert not [value for value in values if value in said]


def test_the_token_test_without_a_list_asks_for_a_number(clock):
    with BentoWebShop(orders=ORDERS, now=clock.now, rules=Rules(lists=False)) as shop, client_of(shop, clock) as client:
        asking = shop_client(client, clock)
        asking.verify()
    assert "not confirmed: /order/list/812 lists no orders" in asking.checks()[0]
    assert "recon pull --orders NUMBER" in asking.checks()[1]


@pytest.mark.parametrize("kind", ["status", "refuse", "html", "no-order"])
def test_the_token_test_says_so_where_an_order_is_not_delivered(shop, clock, kind):
    shop.add_fault(BentoWebFault(kind=kind, path=f"{ORDER_PATH}*", status=418, times=99))
    with client_of(shop, clock) as client:
        asking = shop_client(client, clock)
        asking.verify()
    (said,) = [check for check in asking.checks() if "one order by number" in check]
    assert said.startswith("not confirmed") and NUMBERS[-1] not in said


def test_the_token_test_names_what_an_order_lacks(shop, clock):
    shop.add_fault(BentoWebFault(kind="rename-field", path=f"{ORDER_PATH}*", field="grand_total", text="sum_of_all"))
    with client_of(shop, clock) as client:
        asking = shop_client(client, clock)
        asking.verify()
    said = "\n".join(asking.checks())
    assert (
        "not confirmed: grand_total (total); orders cannot be posted without it; bentoweb.fields.total names another"
        in said
    )
    assert "sum_of_all" in said


# secrets


def test_f76_keys_and_tokens_are_in_no_file_no_log_no_message_and_no_address(shop, clock, caplog):
    caplog.set_level(logging.DEBUG)
    shelf = Shelf()
    answers = fetched(shop, clock, shelf, orders=NUMBERS)
    shop.add_fault(
        BentoWebFault(kind="status", path="/order/*", status=418, text="access-0001-sandbox sandbox-secret-0001")
    )
    with client_of(shop, clock, shelf) as client, pytest.raises(SourceUnavailable) as caught:
        client.order(NUMBERS[0])
    secrets = ("sandbox-secret-0001", "sandbox-password-0001", "access-0001-sandbox", "refresh-0001-sandbox")
    places = [*(answer.content.decode() for answer in answers), caplog.text, str(caught.value), repr(client)]
    places += [request.path for request in shop.requests]
    for secret in secrets:
        assert not [place for place in places if secret in place], secret


def test_f76_an_answer_that_echoes_a_token_keeps_its_length_and_its_json(shop, clock):
    shop.change(FIRST_ORDER, special_req="access-0001-sandbox")
    with client_of(shop, clock) as client:
        body = client.order(NUMBERS[0]).body
    assert json.loads(body)["data"]["order"]["special_req"] == "*" * len("access-0001-sandbox")


def test_f33_proxies_of_the_environment_are_not_used(shop, clock, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert len(fetched(shop, clock, orders=NUMBERS[:1])) == 1

"""The client of Shopify's API: never too fast, never half, log-in by both kinds of keys, every refusal in plain words."""

import datetime as dt
import math

import pytest
from shopify_api_tools import NOON, client_of, frames_of, pulled, sandbox, shop_of

from recon.config.settings import parse_settings
from recon.errors import SettingsError, SourceUnavailable, UsageError
from recon.sandbox.shopify import Line, Rules, SandboxOrder, SandboxRefund, ShopifyFault, invented_month
from recon.secrets import KeptTokens
from recon.sources.shopify.kept import kept_answers
from recon.sources.shopify.throttle import Bucket, Cost
from tests.clock import FakeClock

MONTH = invented_month(dt.date(2026, 10, 1), 120)


def many(count):
    """Orders of which some need questions of their own."""
    return [
        SandboxOrder(
            number=n, at=NOON + dt.timedelta(minutes=n), lines=(Line(sku="A"),) * (40 if n % 50 == 1 else 4), is_edited=n % 20 == 3,
            refunds=(SandboxRefund(at=NOON + dt.timedelta(days=9), lines=((1, 1),)),) if n % 25 == 7 else (),
        )
        for n in range(1, count + 1)
    ]  # fmt: skip


def names(shop):
    return [seen.name for seen in shop.requests]


class CountingShelf(KeptTokens):
    def __init__(self):
        super().__init__(None, "demo")
        self.put_count = 0

    def put(self, name, value):
        self.put_count += 1
        super().put(name, value)


@pytest.mark.parametrize(
    ("bucket", "rate"),
    [pytest.param(2000, 100, marks=pytest.mark.slow), pytest.param(4000, 200, marks=pytest.mark.slow), (1000, 50)],
)
def test_a_pull_uses_the_limit_and_is_never_refused(bucket, rate):
    clock = FakeClock()
    rules = Rules(bucket=bucket, restore_rate=rate)
    with sandbox(many(3000), clock, rules=rules) as shop, client_of(shop, clock) as client:
        files = list(shop_of(client).fetch("sale", {}))
        allowed = bucket + rate * clock.monotonic()
        assert shop.refused == 0
        kept = [answer for file in files for answer in kept_answers(file.content)]
        assert sum(answer.asked == "OrderLines" for answer in kept) == 3000 // 50
        assert sum(answer.asked == "OrderAgreements" for answer in kept) == 3000 // 20
        assert sum(answer.asked == "RefundParts" for answer in kept) == 3000 // 25
        assert len(files) <= 3000 // 250 + 1
        # What an answer did not cost in the end is given back, so the limit is met by what was spent.
        assert client.bucket.used >= 0.9 * (allowed - bucket)
        assert client.bucket.used <= allowed


def test_a_page_that_costs_too_much_is_made_smaller(tmp_path):
    files, shop = pulled(MONTH, page_size=250)
    sizes = [seen.variables["first"] for seen in shop.requests if seen.name == "Orders"]
    assert sizes[0] == 250
    assert sizes[-1] < 20
    assert frames_of(tmp_path, files).orders.height == 120


def test_throttled_by_another_program_it_waits_and_goes_on(tmp_path):
    faults = [ShopifyFault(kind="throttled", path="Orders", skip=2, times=3)]
    clock = FakeClock()
    files, shop = pulled(MONTH, clock, faults=faults)
    assert shop.refused == 3
    assert frames_of(tmp_path, files).orders.height == 120


def test_without_room_for_ever_it_gives_up_in_words():
    with pytest.raises(SourceUnavailable, match="limit left no room for orders in 8 attempts"):
        pulled(MONTH, faults=[ShopifyFault(kind="throttled", path="Orders", times=99)])


def test_the_wait_is_what_is_missing_by_what_comes_back():
    bucket = Bucket()
    assert bucket.wait("Orders", 0.0) == 0
    bucket.heard("Orders", Cost(requested=800, actual=500, maximum=1000, available=300, restored=50.0), 10.0)
    assert bucket.wait("Orders", 10.0) == (801 - 300) / 50
    assert bucket.wait("Orders", 15.0) == (801 - 550) / 50
    assert bucket.wait("Orders", 99.0) == 0.0
    assert bucket.wait("never asked", 10.0) == (501 - 300) / 50


@pytest.mark.parametrize("said", [{}, {"extensions": {"cost": {"requestedQueryCost": "x"}}}, {"extensions": None}])
def test_an_answer_without_costs_is_no_trouble(said):
    assert Cost.of(said) is None


def test_keys_of_an_app_give_a_token_that_is_kept_and_renewed():
    clock, shelf = FakeClock(), CountingShelf()
    with sandbox(MONTH[:3], clock) as shop:
        for _ in range(2):
            with client_of(shop, clock, shelf=shelf) as client:
                shop_of(client).verify()
        assert shelf.put_count == 1
        clock.forward(24 * 3600)
        with client_of(shop, clock, shelf=shelf) as client:
            shop_of(client).verify()
        assert shelf.put_count == 2
        assert len({seen.token for seen in shop.requests}) == 2


def test_a_token_taken_back_is_asked_for_anew_in_the_middle_of_a_pull(tmp_path, monkeypatch):
    monkeypatch.setattr("recon.sources.shopify.pull.ORDERS_IN_A_FILE", 5)
    clock = FakeClock()
    with sandbox(MONTH, clock) as shop, client_of(shop, clock) as client:
        fetched = shop_of(client, page_size=5).fetch("sale", {})
        files = [next(fetched)]
        shop.revoke()
        files += list(fetched)
    assert frames_of(tmp_path, files).orders.height == 120


@pytest.mark.parametrize("client_id", ["-", "whatever"])
def test_a_token_that_stands_for_itself_is_used_as_it_is(client_id):
    clock = FakeClock()
    with sandbox(MONTH[:3], clock) as shop:
        keys = {"client_id": client_id, "client_secret": shop.standing_token}
        with client_of(shop, clock, keys=keys) as client:
            assert "3 orders readable" in shop_of(client).verify()
            assert {seen.token for seen in shop.requests} == {shop.standing_token}
            shop.revoke()
            with pytest.raises(SourceUnavailable, match=r"takes the access token no more .* `recon connect`"):
                shop_of(client).verify()


def test_wrong_keys_are_told_and_never_shown():
    clock = FakeClock()
    with sandbox(MONTH[:3], clock) as shop:
        keys = {"client_id": "sandbox-client-0001", "client_secret": "shpss_wrong-secret-9999"}
        with client_of(shop, clock, keys=keys) as client, pytest.raises(SourceUnavailable) as caught:
            shop_of(client).verify()
    assert "refused the app's keys (status 400)" in str(caught.value)
    assert "wrong-secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_an_empty_key_is_asked_for_again(name):
    clock = FakeClock()
    with sandbox(clock=clock) as shop, pytest.raises(UsageError, match=f"{name} is empty"):
        client_of(shop, clock, keys={**shop.keys, name: " "})


def test_a_denied_field_is_named_with_the_right_it_needs():
    rules = Rules(denied={"billingAddress": "read_customers"})
    with pytest.raises(SourceUnavailable) as caught:
        pulled(MONTH, rules=rules)
    assert "the field orders.nodes.billingAddress: it lacks the right read_customers" in str(caught.value)
    assert "shopify.buyers = false" in str(caught.value)


def test_without_buyers_no_name_is_asked_for(tmp_path):
    clock = FakeClock()
    rules = Rules(denied={"billingAddress": "read_customers"})
    with sandbox(MONTH, clock, rules=rules) as shop, client_of(shop, clock) as client:
        files = list(shop_of(client, with_buyers=False).fetch("sale", {}))
    assert frames_of(tmp_path, files).orders["customer_name"].null_count() == 120


def test_older_days_than_the_app_may_read_are_refused_in_words():
    rules = Rules(scopes=("read_orders",))
    with pytest.raises(
        SourceUnavailable, match=r"lacks the right read_all_orders\), and days since 2026-08-01 .* --since 2026-09-02"
    ):
        pulled(MONTH, rules=rules, since=dt.date(2026, 8, 1))
    assert pulled(MONTH, rules=rules, since=dt.date(2026, 10, 1))[0]


def test_connect_says_what_the_app_may_read():
    clock = FakeClock()
    with sandbox(MONTH[:3], clock, rules=Rules(scopes=("read_orders",))) as shop, client_of(shop, clock) as client:
        asked = shop_of(client)
        assert asked.verify() == "Shopify shop Sandbox Shop (sandbox.myshopify.com, USD), 3 orders readable"
        assert "refunds of older ones are not seen" in asked.checks()[0]


def test_only_what_changed_since_is_asked_for(tmp_path):
    files, shop = pulled(MONTH, since=dt.date(2026, 10, 20), until=dt.date(2026, 10, 21))
    days = frames_of(tmp_path, files).orders["updated_at"].dt.date().unique().sort().to_list()
    assert days == [dt.date(2026, 10, 20), dt.date(2026, 10, 21)]
    # Days of the shop in New York, moments of Shopify in UTC.
    asked = next(seen for seen in shop.requests if seen.name == "Orders").variables["query"]
    assert asked == "updated_at:>='2026-10-20T04:00:00Z' AND updated_at:<'2026-10-22T04:00:00Z'"


@pytest.mark.parametrize(("word", "value"), [("by", "paid"), ("status", "done"), ("payment_status", "maybe")])
def test_what_shopify_does_not_filter_by_is_refused(word, value):
    with pytest.raises(UsageError, match=f"'{value}' is no"):
        pulled(MONTH, **{word: value})


@pytest.mark.parametrize("kind", ["empty", "cut", "cut-open", "close", "reset", "internal", "status"])
def test_a_passing_failure_is_asked_again(tmp_path, kind):
    files, _ = pulled(MONTH, faults=[ShopifyFault(kind=kind, path="Orders", skip=1, times=2)])
    assert frames_of(tmp_path, files).orders.height == 120


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "html"}, "no answer of Shopify but text/html"),
        ({"kind": "status", "status": 402}, "frozen for want of payment"),
        ({"kind": "status", "status": 403}, "refused the app's rights for orders"),
        ({"kind": "status", "status": 404}, "shopify.store"),
        ({"kind": "status", "status": 302, "location": "https://elsewhere.example"}, "was not followed"),
        ({"kind": "status", "status": 503, "retry_after": "4000"}, "do not wait by ourselves"),
        ({"kind": "status", "times": 9}, "did not answer in 5 attempts"),
        ({"kind": "version"}, "answered in version '2027-01'"),
    ],
)  # fmt: skip
def test_what_no_repetition_mends_is_told(fault, words):
    with pytest.raises(SourceUnavailable) as caught:
        pulled(MONTH, faults=[ShopifyFault(path="Orders", **fault)])
    assert words in str(caught.value)


def test_an_order_that_changes_while_it_is_read_is_read_anew(tmp_path):
    late = NOON + dt.timedelta(days=9)
    orders = [*MONTH[:5], SandboxOrder(number=1, at=late, lines=tuple(Line(sku=f"S{n}") for n in range(40)))]
    files, shop = pulled(orders, page_size=6, faults=[ShopifyFault(kind="touch", path="Orders")])
    assert names(shop)[2:] == ["Orders", "OrderLines", "Orders", "OrderLines"]
    order = frames_of(tmp_path, files).orders.sort("updated_at").row(-1, named=True)
    assert order["updated_at"].second == 1


def test_an_order_that_never_rests_stops_the_pull_and_keeps_nothing_half():
    orders = [SandboxOrder(number=1, at=NOON, lines=tuple(Line(sku=f"S{n}") for n in range(40)))]
    with pytest.raises(SourceUnavailable, match="changed each of the 3 times"):
        pulled(orders, faults=[ShopifyFault(kind="touch", path="Orders", times=9)])


def test_a_bulk_result_that_lost_a_line_is_not_kept():
    with pytest.raises(SourceUnavailable, match=r"it is not whole\. Nothing was kept of it"):
        pulled(MONTH, rules=Rules(bulk_lost_lines=1), bulk_from=10)


def test_a_bulk_operation_that_fails_says_why():
    with pytest.raises(SourceUnavailable, match=r"as FAILED \(ACCESS_DENIED\)\. The app needs read_orders"):
        pulled(MONTH, rules=Rules(bulk_fails="ACCESS_DENIED"), bulk_from=10)


def test_a_long_pull_takes_as_long_as_the_limit_says():
    clock = FakeClock()
    _, shop = pulled(many(1000), clock)
    spent = sum(seen.cost for seen in shop.requests if seen.name == "Orders")
    assert clock.monotonic() <= math.ceil(spent / 100)


def test_what_was_whole_is_kept_when_a_pull_breaks_off(tmp_path):
    clock = FakeClock()
    faults = [ShopifyFault(kind="status", status=404, path="Orders", skip=6)]
    with sandbox(MONTH, clock, faults=faults) as shop, client_of(shop, clock) as client:
        fetched = shop_of(client, page_size=5).fetch("sale", {})
        files = [next(fetched)]
        with pytest.raises(SourceUnavailable, match="status 404"):
            next(fetched)
    frames = frames_of(tmp_path, files)
    assert 0 < frames.orders.height < 120
    assert frames.orders["order_key"].n_unique() == frames.orders.height


def test_an_order_that_comes_twice_in_one_pull_counts_once_in_its_newer_state(tmp_path):
    files, _ = pulled(MONTH, page_size=5, faults=[ShopifyFault(kind="touch-oldest", path="Orders", skip=3, times=3)])
    assert len(files) == 1
    pages = [answer.data() for answer in kept_answers(files[0].content) if answer.asked == "Orders"]
    names = [node["name"] for page in pages for node in page["orders"]["nodes"]]
    assert len(names) == 123
    orders = frames_of(tmp_path, files).orders
    assert orders.height == orders["order_key"].n_unique() == 120
    assert orders["updated_at"].max().second == 3


def test_products_are_counted():
    clock = FakeClock()
    with sandbox(MONTH, clock) as shop, client_of(shop, clock) as client:
        files = list(shop_of(client, page_size=2).fetch_products())
    assert len(files) == 3


def test_exports_and_api_of_one_shop_are_not_two_connections():
    rules = {
        "shop": "demo",
        "start_date": "2026-10-01",
        "target": "sandbox-quickbooks",
        "ledger": {"environment": "sandbox"},
    }
    both = {"files": {"source": "shopify", **rules}, "api": {"source": "shopify-api", **rules}}
    with pytest.raises(SettingsError, match="their orders would have the same keys"):
        parse_settings({"format": 1, "company": {"name": "Cedar"}, "connections": both})

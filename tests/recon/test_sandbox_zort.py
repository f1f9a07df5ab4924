"""The sandbox ZORT answers as ZORT is known to, and its invented months are what they claim to be."""

import datetime as dt
import json
import re
from decimal import ROUND_HALF_UP, Decimal
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from recon.sandbox.zort import FAULTS, ZortFault, ZortShop, invented_store
from recon.sandbox.zort_filters import LISTINGS, PAYMENT_CODES, STATUS_CODES
from recon.sandbox.zort_orders import invented_orders, invented_products, invented_returns, later, tax_id

JUNE = dt.date(2026, 6, 1)
ORDERS = invented_orders(JUNE, 90, 3)
NOW = dt.datetime(2026, 7, 1, 3, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def shop():
    with ZortShop(
        orders=ORDERS, products=invented_products(), returns=invented_returns(ORDERS), now=lambda: NOW
    ) as running:
        yield running


def ask(shop, path, params=None, method="GET", **headers):
    keys = {"storename": shop.store_name, "apikey": shop.api_key, "apisecret": shop.api_secret, **headers}
    address = f"{shop.url}{path}?{urlencode(params or {})}"
    with urlopen(Request(address, headers=keys, method=method)) as answer:
        return json.loads(answer.read())


def numbers(answer):
    return [order["number"] for order in answer["list"]]


def test_success_carries_the_whole_envelope(shop):
    answer = ask(shop, "/Order/GetOrders", {"limit": 2})
    assert answer["res"] == {"resCode": "200", "resDesc": "", "resDesc2": None, "resDesc3": None, "detail": None}
    assert (len(answer["list"]), answer["count"]) == (2, 90)


@pytest.mark.parametrize("header", ["storename", "apikey", "apisecret"])
@pytest.mark.parametrize("value", ["", "wrong"])
def test_wrong_keys_get_http_200_with_code_100(shop, header, value):
    answer = ask(shop, "/Order/GetOrders", **{header: value})
    assert (answer["resCode"], answer["resDesc"]) == ("100", "Invalid API")
    assert "list" not in answer


@pytest.mark.parametrize(
    "path", ["/Purchase/GetPurchases", "/PurchaseOrder/UpdatePurchaseOrder", "/SalePage/GetSalePages", "/"]
)
def test_paths_that_do_not_exist_are_http_404(shop, path):
    with pytest.raises(HTTPError) as caught:
        ask(shop, path)
    assert caught.value.code == 404
    caught.value.close()


def test_only_reads_are_taken(shop):
    with pytest.raises(HTTPError) as caught:
        ask(shop, "/Order/GetOrders", method="POST")
    assert caught.value.code == 405
    caught.value.close()


def test_each_endpoint_spells_its_code_in_its_own_way(shop):
    assert ask(shop, "/Order/GetOrders")["res"]["resCode"] == "200"
    assert ask(shop, "/ReturnOrder/GetReturnOrders")["resCode"] == "200"
    assert ask(shop, "/PurchaseOrder/GetPurchaseOrders")["rescode"] == "200"
    assert isinstance(ask(shop, "/Product/GetProducts")["res"], str)
    assert ask(shop, "/Merchant/ValidateApi")["resCode"] == "200"


def test_a_detail_answer_holds_the_order_at_the_top_and_lines_in_its_list(shop):
    answer = ask(shop, "/Order/GetOrderDetail", {"id": ORDERS[0]["id"]})
    assert answer["number"] == ORDERS[0]["number"]
    assert answer["list"] == ORDERS[0]["list"]
    assert ask(shop, "/Order/GetOrderDetail", {"id": 1})["res"]["resCode"] == "100"


def test_pages_count_from_one_and_end_empty(shop):
    pages = [numbers(ask(shop, "/Order/GetOrders", {"limit": 40, "page": page})) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [40, 40, 10, 0]
    assert len(ask(shop, "/Order/GetOrders", {"limit": 9999})["list"]) == 90


@pytest.mark.parametrize(("code", "word"), STATUS_CODES.items())
def test_status_is_asked_by_code_and_answered_in_words(shop, code, word):
    found = ask(shop, "/Order/GetOrders", {"status": code, "limit": 500})["list"]
    assert found
    assert {order["status"] for order in found} == {word}


@pytest.mark.parametrize(("code", "word"), PAYMENT_CODES.items())
def test_payment_status_is_asked_by_code_and_answered_in_words(shop, code, word):
    found = ask(shop, "/Order/GetOrders", {"paymentstatus": code, "limit": 500})["list"]
    assert found
    assert {order["paymentstatus"] for order in found} == {word}


def test_a_word_where_a_code_belongs_is_refused_inside_http_200(shop):
    assert ask(shop, "/Order/GetOrders", {"status": "Success"})["res"]["resCode"] == "100"
    assert ask(shop, "/Order/GetOrders", {"orderdateafter": "01/06/2026"})["res"]["resCode"] == "100"


def test_lists_are_read_from_headers_and_not_from_the_query(shop):
    wanted = [ORDERS[1]["number"], ORDERS[5]["number"]]
    assert sorted(numbers(ask(shop, "/Order/GetOrders", numberlist=",".join(wanted)))) == sorted(wanted)
    assert len(ask(shop, "/Order/GetOrders", {"numberlist": wanted[0], "limit": 500})["list"]) == 90
    by_id = ask(shop, "/Order/GetOrders", orderidlist=str(ORDERS[7]["id"]))
    assert [order["id"] for order in by_id["list"]] == [ORDERS[7]["id"]]


@pytest.mark.parametrize(
    ("params", "keeps"),
    [
        ({"orderdateafter": "2026-06-10", "orderdatebefore": "2026-06-12"}, lambda o: "2026-06-10" <= day(o) <= "2026-06-12"),
        ({"createdafter": "2026-06-20"}, lambda o: day(o) >= "2026-06-20"),
        ({"updateddatetimeafter": "ignored"}, lambda o: True),
        ({"updatedatetimebefore": "2026-06-05 12:00"}, lambda o: o["updatedatetimeString"] <= "2026-06-05 12:00"),
        ({"fromamount": "500", "toamount": "900.50"}, lambda o: Decimal(500) <= Decimal(str(o["amount"])) <= Decimal("900.50")),
        ({"frompaymentamount": "0.01"}, lambda o: Decimal(str(o["paymentamount"])) > 0),
        ({"saleschannel": "LINE"}, lambda o: o["saleschannel"] == "LINE"),
        ({"keyword": "บริษัท"}, lambda o: "บริษัท" in o["customername"]),
        ({"warehousecode": "W9"}, lambda o: False),
    ],
)  # fmt: skip
def test_filters_keep_what_they_say(shop, params, keeps):
    found = ask(shop, "/Order/GetOrders", {**params, "limit": 500})["list"]
    assert sorted(o["id"] for o in found) == [o["id"] for o in ORDERS if keeps(o)]


def day(order):
    return order["createdatetimeString"][:10]


def test_payment_dates_are_those_of_the_payments(shop):
    found = ask(shop, "/Order/GetOrders", {"paymentafter": "2026-06-01", "limit": 500})["list"]
    assert sorted(o["id"] for o in found) == [o["id"] for o in ORDERS if o["payments"]]


def test_edges_of_a_window_can_be_left_out():
    with ZortShop(orders=ORDERS, days_are_inclusive=False) as strict:
        found = ask(strict, "/Order/GetOrders", {"createdafter": "2026-06-10", "createdbefore": "2026-06-12"})["list"]
    assert {day(order) for order in found} == {"2026-06-11"}


def test_the_server_tells_its_own_time(shop):
    keys = {"storename": shop.store_name, "apikey": shop.api_key, "apisecret": shop.api_secret}
    with urlopen(Request(f"{shop.url}/Merchant/ValidateApi", headers=keys)) as answer:
        assert answer.headers["Date"] == "Wed, 01 Jul 2026 03:00:00 GMT"


def test_faults_meet_the_requests_they_name_and_no_others():
    faults = [ZortFault(kind="refuse", path="/order/*", skip=1, times=2, code="700", text="no")]
    with ZortShop(orders=ORDERS, faults=faults) as shop:
        codes = [ask(shop, "/Order/GetOrders")["res"]["resCode"] for _ in range(4)]
        assert ask(shop, "/Merchant/ValidateApi")["resCode"] == "200"
    assert codes == ["200", "700", "700", "200"]
    with pytest.raises(AssertionError):
        ZortFault(kind="earthquake")
    assert all(FAULTS.values())


def test_orders_can_change_while_the_shop_runs():
    with ZortShop(orders=ORDERS[:3]) as shop:
        shop.replace_orders(later(ORDERS[:3], dt.date(2026, 7, 2)))
        found = ask(shop, "/Order/GetOrders", {"updatedafter": "2026-07-02"})["list"]
    assert {order["paymentstatus"] for order in found} <= {"Paid", "Voided"}
    assert len(found) == 3


# the invented month


def test_the_same_seed_gives_the_same_month_and_another_gives_another():
    assert json.dumps(invented_orders(JUNE, 90, 3)) == json.dumps(ORDERS)
    assert invented_orders(JUNE, 90, 4) != ORDERS
    assert invented_orders(dt.date(2026, 7, 1), 90, 3)[0]["orderdateString"] == "2026-07-01"


def test_every_documented_status_and_mode_occurs():
    assert {order["status"] for order in ORDERS} == {*STATUS_CODES.values(), "On the moon"}
    assert {order["paymentstatus"] for order in ORDERS} == set(PAYMENT_CODES.values())
    assert {order["vattype"] for order in ORDERS} == {1, 2, 3}
    assert {"", "LINE", "Shopee", "Lazada", "TikTok"} <= {order["saleschannel"] for order in ORDERS}
    assert len({order["number"] for order in ORDERS}) == len(ORDERS) - 1
    assert len({order["id"] for order in ORDERS}) == len(ORDERS)


def test_every_order_foots_but_the_one_that_is_meant_not_to():
    off = []
    for order in ORDERS:
        lines = sum(
            (Decimal(line["pricepernumber"]) - Decimal(line["discountamount"])) * int(line["number"])
            for line in order["list"]
        )
        base = lines + sum(Decimal(str(order[name])) * sign for name, sign in (
            ("shippingamount", 1), ("discountamount", -1), ("voucheramount", -1),
        ))  # fmt: skip
        vat = Decimal(str(order["vatamount"]))
        if order["vattype"] == 2:
            assert vat == (base * 7 / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
            base += vat
        elif order["vattype"] == 3:
            assert vat == (base * 7 / 107).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if base != Decimal(str(order["amount"])):
            off.append((order["number"], Decimal(str(order["amount"])) - base))
    assert [difference for _, difference in off] == [Decimal(1)]


def test_no_binary_fraction_is_ever_written():
    text = json.dumps([ORDERS, invented_products(), invented_returns(ORDERS)])
    assert not re.search(r"[:\[] ?-?[0-9]+\.[0-9]", text)


def test_tax_ids_pass_their_check_digit():
    ids = {order["customeridnumber"] for order in ORDERS} - {""}
    assert len(ids) >= 3
    for number in ids:
        weighed = sum(int(digit) * (13 - place) for place, digit in enumerate(number[:12]))
        assert re.fullmatch("[0-9]{13}", number)
        assert int(number[12]) == (11 - weighed % 11) % 10
    assert tax_id("010755600031") == "0107556000311"[:12] + tax_id("010755600031")[12]


def test_buyers_of_marketplaces_are_masked():
    for order in ORDERS:
        masked = "*" in order["customername"]
        assert masked == (bool(order["marketplacename"]) and not order["customeridnumber"])


def test_returns_point_to_returned_orders():
    returned = [order["number"] for order in ORDERS if order["status"] == "Returned"]
    documents = invented_returns(ORDERS)
    assert [document["number"].replace("CN-", "SO-") for document in documents] == returned
    assert all("returnorderdate" in document and "orderdate" not in document for document in documents)


def test_later_settles_what_was_open_and_cancels_a_tenth():
    after = later(ORDERS, dt.date(2026, 7, 2))
    assert [order["id"] for order in after] == [order["id"] for order in ORDERS]
    assert not [order for order in after if order["status"] in {"Waiting", "Shipping", "Packed"}]
    assert len([o for o in after if o["status"] == "Voided"]) > len([o for o in ORDERS if o["status"] == "Voided"])
    assert [o["amount"] for o in after] == [o["amount"] for o in ORDERS]
    unchanged = [a for a, b in zip(after, ORDERS, strict=True) if a == b]
    assert unchanged


def test_the_store_to_try_things_on_holds_all_four_kinds():
    with invented_store(JUNE, 30) as running:
        found = {path: ask(running, path)["list"] for path in LISTINGS}
    assert all(found.values())
    sold, returned, bought, sent_back = ({record["number"] for record in records} for records in found.values())
    assert len(sold) >= 28 and len(bought) == 8
    assert returned and all(number.startswith("DN-") for number in sent_back)

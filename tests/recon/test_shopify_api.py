"""Orders by Shopify's API: the same as by its export, with what only the API knows on top; what cannot be known is held."""

import datetime as dt
import json
from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from shopify_api_tools import NOON, OPTIONS, export_of, frames_of, kept, pulled, read
from shopify_tools import kept as kept_export

from recon.errors import MalformedFile, SourceUnavailable
from recon.normalize import normalize
from recon.normalize.compare import compare
from recon.sandbox.shopify import Line, Rules, SandboxOrder, invented_month
from recon.sources.base import Fetched
from recon.sources.shopify import ShopifyOrders
from recon.sources.shopify.answers import ShopifyAnswers

MONTH = invented_month(dt.date(2026, 10, 1), 80)
ONLY_API = ("file", "row", "updated_at", "paid_minor", "discount_basis", "shipping_taxed")
"""Columns in which an order by API says more than by export, how it was read, and where it stands in its file."""


def by_export(folder, orders, options=OPTIONS):
    file = kept_export(folder, export_of(orders))
    return normalize(ShopifyOrders().read(file, options), options, file_id=file.file_id)


def without_order_no(frame, orders):
    keys = orders.select("order_no", "order_key")
    columns = [c for c in frame.columns if c not in {"order_no", "row"}]
    return frame.join(keys, on="order_no").select("order_key", *columns).sort("order_key", *columns[:1])


def held(frames):
    return frames.findings.filter(pl.col("severity").cast(pl.String).is_in(["hold", "refused"]))


def one(frame):
    assert frame.height == 1
    return frame.row(0, named=True)


def order(**rest):
    return SandboxOrder(**{"number": 1001, "at": NOON, **rest})


def test_an_order_is_the_same_by_api_and_by_export(tmp_path):
    by_api, exported = frames_of(tmp_path, pulled(MONTH, page_size=7)[0]), by_export(tmp_path, MONTH)
    orders = [frames.orders.drop(*ONLY_API, "order_no").sort("order_key") for frames in (by_api, exported)]
    assert orders[0].height == 80
    assert_frame_equal(*orders)
    lines = [without_order_no(frames.lines, frames.orders) for frames in (by_api, exported)]
    # A gift card that is not called one is known only by the API; here its name says it too.
    assert_frame_equal(*lines)
    assert held(by_api).is_empty()


def test_refunds_have_their_own_days_and_tie_to_the_order(tmp_path):
    late = NOON + dt.timedelta(days=20)
    frames = read(tmp_path, order(lines=(Line(price=5000),), refunds=((NOON, 1000), (late, 500))))
    rows = frames.refunds.select("refunded_on", "amount_minor", "reason").rows()
    assert rows == [(dt.date(2026, 10, 5), 1000, "came back"), (dt.date(2026, 10, 25), 500, "came back")]
    assert one(frames.orders)["refunded_minor"] == 1500
    assert "refund-undated" not in frames.findings["code"].to_list()


def test_every_gateway_has_its_own_sum_and_change_is_taken_off(tmp_path):
    parts = (("Cash", 3000), ("Gift Card", 2000))
    frames = read(tmp_path, order(lines=(Line(price=5000),), payments=parts, change=1500))
    assert frames.payments.select("payment_channel", "amount_minor").rows() == [("Cash", 3000), ("Gift Card", 2000)]
    assert one(frames.orders)["payment_channel"] == "Cash + Gift Card"
    assert one(frames.orders)["paid_minor"] == 5000
    assert held(frames).is_empty()


def test_whether_prices_include_tax_is_stated_and_not_worked_out(tmp_path):
    # 100.00 with a discount of the same sum as the tax foots both ways; only the order itself knows.
    taxed = {"lines": (Line(price=10725),), "tax_basis_points": 725}
    assert one(read(tmp_path, order(**taxed, includes_tax=True)).orders)["vat_mode"] == "included"
    assert one(read(tmp_path, order(**taxed)).orders)["vat_mode"] == "excluded"


def test_an_order_that_foots_only_against_its_own_word_is_held(tmp_path):
    answer = pulled([order(lines=(Line(price=10000),), tax_basis_points=725)])[0][0]
    lied = answer.content.replace(b'\\"taxesIncluded\\": false', b'\\"taxesIncluded\\": true')
    assert lied != answer.content
    frames = frames_of(tmp_path, [Fetched(answer.name, lied)])
    assert held(frames)["code"].to_list() == ["does-not-foot"]


def test_cash_rounding_is_part_of_what_the_buyer_pays(tmp_path):
    frames = read(tmp_path, order(lines=(Line(price=999),), gateway="Cash", rounding=1))
    found = one(frames.orders)
    assert (found["total_minor"], found["rounding_minor"], found["goods_minor"]) == (1000, 1, 999)
    assert one(frames.payments)["amount_minor"] == 1000
    assert held(frames).is_empty()


def test_tips_and_gift_cards_have_their_kinds(tmp_path):
    lines = (
        Line(sku="A"),
        Line(name="Summer present", price=2500, is_gift_card=True, taxable=False),
        Line(name="Tip", price=300, is_tip=True),
    )
    frames = read(tmp_path, order(lines=lines))
    assert frames.lines["kind"].to_list() == ["product", "gift_card", "tip"]
    assert held(frames).is_empty()


def test_the_place_of_a_counter_sale_is_part_of_its_channel(tmp_path):
    channels = [
        one(read(tmp_path, order(source="pos", location=place)).orders)["sales_channel"]
        for place in ("Main Street", "")
    ]
    assert channels == ["POS Main Street", "pos"]


def test_a_buyer_nobody_names_is_no_trouble(tmp_path):
    frames = read(tmp_path, order(buyer=None))
    assert one(frames.orders)["customer_name"] is None
    assert held(frames).is_empty()


@pytest.mark.parametrize(
    ("rest", "code", "words"),
    [
        ({"is_test": True}, "test-payment", "marks the order as a test"),
        ({"is_edited": True, "removed": 400}, "does-not-foot", "Changes: 2026-10-05 order edit -4.00"),
        ({"platform_pays_tax": True, "tax_basis_points": 725}, "tax-rate-unknown", "shopify.platform_tax"),
    ],
)
def test_what_only_the_api_shows_holds_the_order(tmp_path, rest, code, words):
    findings = held(read(tmp_path, order(lines=(Line(price=5000),), **rest)))
    found = one(findings.filter(pl.col("code") == code))
    assert found["order_key"] == "shopify:demo:5000001001"
    assert words in found["detail"]


def test_an_edited_order_that_ties_goes_on(tmp_path):
    assert held(read(tmp_path, order(is_edited=True))).is_empty()


def test_an_order_with_more_lines_than_a_page_is_whole(tmp_path):
    lines = tuple(Line(sku=f"S{n}", price=100) for n in range(260))
    files, shop = pulled([order(lines=lines)])
    frames = frames_of(tmp_path, files)
    assert frames.lines.height == 260
    assert frames.lines["sku"].n_unique() == 260
    assert [seen.name for seen in shop.requests].count("OrderLines") == 3
    assert held(frames).is_empty()


def test_a_file_without_the_further_lines_is_not_read(tmp_path):
    lines = tuple(Line(sku=f"S{n}", price=100) for n in range(30))
    answer = pulled([order(lines=lines)])[0][0]
    content = json.loads(answer.content)
    content["shopify_answers"] = content["shopify_answers"][:1]
    file = kept(tmp_path, Fetched(answer.name, json.dumps(content).encode()))
    with pytest.raises(MalformedFile, match="lines of 1 of its orders or refunds are missing"):
        ShopifyAnswers().read(file, OPTIONS)


def test_in_bulk_the_same_orders_come_as_page_by_page(tmp_path):
    paged, _ = pulled(MONTH)
    in_bulk, shop = pulled(MONTH, bulk_from=10)
    assert "BulkRun" in [seen.name for seen in shop.requests]
    frames = [frames_of(tmp_path, files) for files in (paged, in_bulk)]
    orders = [each.orders.drop("file", "row", "order_no").sort("order_key") for each in frames]
    assert_frame_equal(*orders)
    for part in ("lines", "payments", "refunds"):
        assert_frame_equal(*(without_order_no(getattr(each, part), each.orders) for each in frames))


def changed(folder, old, new, *orders):
    """Return the frames of orders whose kept answer says something else."""
    answer = pulled(orders or [order(lines=(Line(price=5000),), shipping=500)])[0][0]
    content = json.loads(answer.content)
    said = content["shopify_answers"][0]["answer"]
    assert old in said
    content["shopify_answers"][0]["answer"] = said.replace(old, new)
    return frames_of(folder, [Fetched(answer.name, json.dumps(content).encode())])


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "1E+400", "12,50", "-", "1.234"])
@pytest.mark.parametrize("field", ["totalPriceSet", "originalUnitPriceSet", "originalPriceSet", "totalRefundedSet"])
def test_f62_an_amount_that_is_none_refuses_the_order_with_its_field(tmp_path, field, wrong):
    right = {
        "totalPriceSet": "55.00",
        "originalUnitPriceSet": "50.00",
        "originalPriceSet": "5.00",
        "totalRefundedSet": "0.00",
    }
    bag = '"{}": {{"shopMoney": {{"amount": "{}"}}}}'
    frames = changed(tmp_path, bag.format(field, right[field]), bag.format(field, wrong))
    assert frames.orders.is_empty()
    assert set(frames.findings["code"]) & {"amount-unreadable"}


@pytest.mark.parametrize(
    ("field", "word", "code"),
    [
        ("displayFinancialStatus", "PAID", "payment-status-unknown"),
        ("displayFulfillmentStatus", "FULFILLED", "status-unknown"),
    ],
)
def test_f64_a_state_nobody_has_described_holds_the_order(tmp_path, field, word, code):
    frames = changed(tmp_path, f'"{field}": "{word}"', f'"{field}": "SOMETHING_NEW"')
    assert code in held(frames)["code"].to_list()


def test_f61_an_order_of_another_shop_has_another_key(tmp_path):
    mine = read(tmp_path, order()).orders["order_key"].item()
    other = read(tmp_path, order(), options=replace(OPTIONS, shop="second")).orders["order_key"].item()
    assert (mine, other) == ("shopify:demo:5000001001", "shopify:second:5000001001")


def test_a_moment_with_an_offset_is_the_same_day(tmp_path):
    late = order(at=dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC))
    assert one(read(tmp_path, late).orders)["ordered_on"] == dt.date(2026, 10, 4)
    moved = changed(tmp_path, "2026-10-05T02:00:00Z", "2026-10-04T22:00:00-04:00", late)
    assert one(moved.orders)["ordered_on"] == dt.date(2026, 10, 4)


@pytest.mark.parametrize(("facts", "said"), [
    ({"shipping": 600, "tax_basis_points": 725, "is_shipping_taxed": True}, True),
    ({"shipping": 600, "tax_basis_points": 725}, False),
    ({"tax_basis_points": 725}, None),
])  # fmt: skip
def test_whether_shipping_is_taxed_is_what_its_tax_lines_say(tmp_path, facts, said):
    frames = read(tmp_path, order(**facts))
    assert one(frames.orders)["shipping_taxed"] is said
    assert held(frames).is_empty()


def test_answers_of_before_taxes_of_shipping_were_asked_for_do_not_say(tmp_path):
    answers = pulled([order(shipping=600, tax_basis_points=725)])[0]
    old = [replace(each, content=each.content.replace(b', \\"taxLines\\": []}]', b"}]")) for each in answers]
    assert frames_of(tmp_path, answers).orders["shipping_taxed"].to_list() == [False]
    assert frames_of(tmp_path, old).orders["shipping_taxed"].to_list() == [None]


def by_staff():
    """Return a sale at a counter by somebody, and one of the web by nobody."""
    return order(source="pos", location="Main Street", staff="Jo Ødegård"), order(number=1002)


TOLD = Rules(scopes=("read_orders", "read_all_orders", "read_users"))


@pytest.mark.parametrize("bulk_from", [5000, 1])
def test_who_sold_an_order_is_asked_where_the_app_may_know(tmp_path, bulk_from):
    files, _ = pulled(by_staff(), rules=TOLD, bulk_from=bulk_from)
    frames = frames_of(tmp_path, files)
    assert frames.orders.sort("order_key")["staff"].to_list() == ["Jo Ødegård", None]
    assert_frame_equal(
        frames.orders.sort("order_key").select("order_key", "staff"),
        by_export(tmp_path, by_staff()).orders.sort("order_key").select("order_key", "staff"),
    )


@pytest.mark.parametrize(("bulk_from", "asked"), [(5000, "Orders"), (1, "BulkRun")])
def test_without_the_right_nobody_asks_who_sold_it(tmp_path, bulk_from, asked):
    files, shop = pulled(by_staff(), bulk_from=bulk_from, page_size=5)
    assert frames_of(tmp_path, files).orders["staff"].to_list() == [None, None]
    assert [seen.name for seen in shop.requests].count(asked) == 1  # asked and denied would be twice
    assert b"staffMember" not in b"".join(file.content for file in files)


@pytest.mark.parametrize(("bulk_from", "asked"), [(5000, "Orders"), (1, "BulkRun")])
def test_a_plan_that_withholds_staff_in_spite_of_the_right_withholds_nothing_else(tmp_path, bulk_from, asked):
    withheld = replace(TOLD, denied={"staffMember": "read_users"})
    files, shop = pulled(by_staff(), rules=withheld, bulk_from=bulk_from, page_size=5)
    assert frames_of(tmp_path, files).orders.select("staff").to_series().to_list() == [None, None]
    assert [seen.name for seen in shop.requests].count(asked) == 2


def test_a_denial_of_something_else_is_told_although_staff_was_asked_for_too():
    with pytest.raises(SourceUnavailable, match=r"the field orders\.nodes\.billingAddress: it lacks"):
        pulled(by_staff(), rules=replace(TOLD, denied={"billingAddress": "read_customers"}))


def test_a_cell_of_blanks_names_nobody(tmp_path):
    text = export_of(by_staff()).replace("Jo Ødegård", "  ")
    file = kept_export(tmp_path, text)
    frames = normalize(ShopifyOrders().read(file, OPTIONS), OPTIONS, file_id=file.file_id)
    assert frames.orders["staff"].to_list() == [None, None]


def test_an_order_whose_seller_alone_changed_is_no_changed_order(tmp_path):
    before = by_export(tmp_path, by_staff())
    after = replace(before, orders=before.orders.with_columns(pl.lit("Ann").alias("staff")))
    found = compare(before, after)
    assert (found.known, found.changed, found.findings.height) == (2, 0, 0)
    dearer = replace(before, orders=before.orders.with_columns(pl.col("total_minor") + 1))
    assert compare(before, dearer).changed == 2

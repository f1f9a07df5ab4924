"""From a sandbox shop through fetching, keeping and reading to canonical frames: every order foots or is held."""

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from zort_tools import OPTIONS, client_of, fixture, keep

from recon.normalize import normalize
from recon.sandbox.zort import ZortShop
from recon.sandbox.zort_orders import invented_orders, invented_returns, later
from recon.sandbox.zort_purchases import invented_purchase_returns, invented_purchases
from recon.sources.zort import ZortAnswers

JUNE = dt.date(2026, 6, 1)
ORDERS = invented_orders(JUNE, 120, 11)


def frames_of(file, options=OPTIONS):
    assert ZortAnswers().identify(file)
    return normalize(ZortAnswers().read(file, options), options, file_id=file.file_id)


def pulled(shop, folder, page_size=200, **query):
    with client_of(shop, page_size=page_size) as client:
        return [frames_of(keep(folder, answer)) for answer in client.fetch_orders(**query)]


def fixture_order(name, number):
    frames = frames_of(fixture(name))
    return frames.orders.filter(pl.col("order_number") == number).row(0, named=True)


def test_the_documented_example_foots():
    order = fixture_order("example", "SO-202606021")
    assert (order["goods_minor"], order["shipping_minor"], order["discount_minor"]) == (45000 + 9000, 4000, 3000)
    assert (order["total_minor"], order["tax_minor"], order["vat_mode"]) == (55000, 3598, "included")
    assert order["order_key"] == "zort:s1:70010023"


@pytest.mark.parametrize(
    ("number", "mode", "basis", "rounding"),
    [
        ("SO-V1", "included", "order-discount", 0),  # VAT inside, shipping in the base
        ("SO-V2", "excluded", "order-discount", 0),  # VAT on top, shipping in the base
        ("SO-V3", "unknown", "order-discount", 0),  # no VAT
        ("SO-V4", "included", "order-discount", 0),  # VAT inside, shipping outside the base
        ("SO-V5", "excluded", "order-discount", 0),  # VAT on top, shipping outside the base
        ("SO-V6", "included", "order-discount+extra", 0),
        ("SO-V7", "included", "no-discount", 0),
        ("SO-V10", "included", "order-discount", 0),  # a line total left at 0, and a gift
        ("SO-V11", "included", "order-discount", 0),  # numbers as numbers, a discount in percent
        ("SO-V12", "included", "order-discount", 0),  # thousands marks
    ],
)
def test_vat_mode_and_discount_are_found_by_arithmetic(number, mode, basis, rounding):
    order = fixture_order("amounts", number)
    assert (order["vat_mode"], order["discount_basis"], order["rounding_minor"]) == (mode, basis, rounding)
    on_top = order["tax_minor"] if mode == "excluded" else 0
    sum_ = order["goods_minor"] - order["discount_minor"] + order["shipping_minor"] + on_top
    assert sum_ == order["total_minor"]


def test_an_order_that_ties_in_no_way_is_held_and_different_modes_are_no_reason():
    findings = frames_of(fixture("amounts")).findings
    held = findings.filter(pl.col("severity").is_in(["hold", "refused"]))
    assert held.select("code", "order_key").rows() == [("does-not-foot", "zort:s1:70010331")]


def test_a_platforms_discount_is_kept_apart_from_the_total():
    order = fixture_order("amounts", "SO-V8")
    assert (order["platform_discount_minor"], order["total_minor"]) == (1500, 55000)


def test_f64_every_state_leads_somewhere_or_holds_the_order():
    frames = frames_of(fixture("states"))
    held = frames.findings.filter(pl.col("severity") == "hold")["order_key"].unique()
    unknown = (pl.col("order_state") == "unknown") | (pl.col("payment_state") == "unknown")
    risky = frames.orders.filter(
        unknown | pl.col("payment_state").is_in(["partial", "overpaid"]) | (pl.col("order_state") == "failed_delivery")
    )
    assert risky.height == 8
    assert set(risky["order_key"]) == set(held)


def test_f53_dates_of_every_form_become_one_day():
    frames = frames_of(fixture("dates"))
    assert frames.orders["ordered_on"].unique().to_list() == [dt.date(2026, 6, 5)]
    other = frames.findings.filter(
        ~pl.col("code").is_in(["paid-undated", "payment-days-not-stated"])
    )  # the fixture is about the order's day
    assert other["code"].to_list() == ["date-unreadable", "date-unreadable"]
    assert frames.stated[0].controls[0].difference_minor == 0


def test_f61_a_repeated_number_is_two_orders_and_a_repeated_id_is_one():
    frames = frames_of(fixture("payments"))
    assert frames.orders["order_key"].n_unique() == frames.orders.height == 10
    codes = frames.findings["code"].to_list()
    assert "order-repeated" in codes
    assert frames.orders.filter(pl.col("order_number") == "SO-P10").height == 1


def test_payments_are_listed_with_their_channels():
    frames = frames_of(fixture("payments"))
    rows = frames.payments.select("order_no", "payment_channel", "amount_minor", "paid_on").rows()
    assert rows == [
        (0, "ธนาคารกสิกรไทย", 55000, dt.date(2026, 6, 5)),
        (1, "เงินสด", 5000, dt.date(2026, 6, 5)),
        (1, "พร้อมเพย์", 50000, dt.date(2026, 6, 7)),
    ]


def test_orders_returns_and_purchases_have_keys_of_their_own():
    keys = [frames_of(fixture(n)).orders["order_key"].item() for n in ("sale_returns", "purchases", "purchase_returns")]
    assert keys == [
        "zort:s1:sale_return:70010623", "zort:s1:purchase:70010623", "zort:s1:purchase_return:70010623",
    ]  # fmt: skip


def test_a_whole_month_is_fetched_kept_read_and_accounted_for(tmp_path):
    with ZortShop(orders=ORDERS) as shop:
        parts = pulled(shop, tmp_path, page_size=50, by="order", since=JUNE, until=dt.date(2026, 6, 30))
    assert [part.orders.height for part in parts] == [50, 50, 20]
    orders = pl.concat([part.orders for part in parts])
    assert orders["order_key"].n_unique() == 120
    assert all(part.stated[0].controls[0].difference_minor == 0 for part in parts)
    findings = pl.concat([part.findings for part in parts])
    held = findings.filter(pl.col("severity").is_in(["hold", "refused"]))["code"].sort().to_list()
    assert held == [
        "deposit-order", "does-not-foot", "order-on-hold", "overpaid", "partly-paid", "status-unknown",
    ]  # fmt: skip
    good = orders.filter(
        ~pl.col("order_key").is_in(findings.filter(pl.col("code") == "does-not-foot")["order_key"].implode())
    )
    on_top = pl.when(pl.col("vat_mode") == "excluded").then(pl.col("tax_minor")).otherwise(0)
    sum_ = (
        pl.col("goods_minor") - pl.col("discount_minor") + pl.col("shipping_minor") + pl.col("rounding_minor") + on_top
    )
    assert good.filter(sum_ != pl.col("total_minor")).is_empty()
    assert good["rounding_minor"].unique().to_list() == [0]


def test_the_same_orders_later_are_newer_and_the_rest_is_equal(tmp_path):
    with ZortShop(orders=ORDERS) as shop:
        (before,) = pulled(shop, tmp_path)
        shop.replace_orders(later(ORDERS, dt.date(2026, 7, 2)))
        (after,) = pulled(shop, tmp_path, since=dt.date(2026, 7, 2))
    joined = after.orders.join(before.orders, on="order_key", suffix="_before")
    assert joined.height == after.orders.height > 20
    assert joined.filter(pl.col("updated_at") <= pl.col("updated_at_before")).is_empty()
    assert joined.filter(pl.col("total_minor") != pl.col("total_minor_before")).is_empty()
    assert set(joined["payment_state"]) <= {"paid", "void", "partial", "overpaid"}


def test_returns_are_read_by_the_same_code(tmp_path):
    with ZortShop(returns=invented_returns(ORDERS)) as shop:
        (frames,) = pulled(shop, tmp_path, kind="sale_return")
    assert frames.orders["record_kind"].unique().to_list() == ["sale_return"]
    assert frames.orders["order_number"].str.starts_with("CN-").all()


def test_the_books_zone_and_shop_are_part_of_the_reading():
    options = replace(OPTIONS, shop="second")
    assert frames_of(fixture("example"), options).orders["order_key"].item() == "zort:second:70010023"


def test_invented_purchases_and_their_returns_foot_and_name_their_suppliers(tmp_path):
    purchases = invented_purchases(JUNE, 30, 2)
    assert purchases == invented_purchases(JUNE, 30, 2)
    with ZortShop(purchases=purchases, purchase_returns=invented_purchase_returns(purchases)) as shop:
        (bought,) = pulled(shop, tmp_path, kind="purchase")
        (back,) = pulled(shop, tmp_path, kind="purchase_return")
    assert (bought.orders.height, bought.orders["record_kind"].unique().to_list()) == (30, ["purchase"])
    assert back.orders.height > 5 and back.orders["record_kind"].unique().to_list() == ["purchase_return"]
    for frames in (bought, back):
        assert not set(frames.findings["code"]) & {"does-not-foot", "vat-does-not-tie", "columns-new", "status-unknown"}
        assert frames.orders["customer_name"].null_count() == 0
    paid = bought.orders.filter(pl.col("payment_state") == "paid")
    assert paid["paid_on"].null_count() == 0 and set(paid["payment_channel"]) == {"ธนาคารกสิกรไทย"}
    assert set(bought.orders["vat_mode"]) == {"excluded", "included", "unknown"}
    assert bought.orders["other_numbers"].str.starts_with("INV2606-").all()
    assert back.orders["other_numbers"].str.starts_with("INV").all()

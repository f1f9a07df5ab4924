"""What happens to an order after it was placed, by API: refunds line by line, edits with their days, fees, cash paid back."""

import datetime as dt
import json
import random

import polars as pl
import pytest
from shopify_api_tools import NOON, frames_of, pulled, read

from recon.errors import MalformedFile
from recon.sandbox.shopify import Line, SandboxEdit, SandboxOrder, SandboxRefund
from recon.sources.base import Fetched

MUG = Line(sku="MUG-01", name="Mug", quantity=2, price=1250)
TEE = Line(sku="TEE-S", name="T-shirt", quantity=3, price=1000, discount=100)
LATER = NOON + dt.timedelta(days=20)
WHOLE = SandboxRefund(at=LATER, lines=((1, 1), (2, 2)), shipping=500)


def order(**rest):
    return SandboxOrder(
        **{"number": 1001, "at": NOON, "lines": (MUG, TEE), "shipping": 500, "tax_basis_points": 725, **rest}
    )


def held(frames):
    return frames.findings.filter(pl.col("severity").cast(pl.String).is_in(["hold", "refused"]))


def said(frames, code):
    return frames.findings.filter(pl.col("code") == code)["detail"].to_list()


def one(frame):
    assert frame.height == 1
    return frame.row(0, named=True)


def lines(frames):
    return frames.refund_lines.select(
        "refund_no", "kind", "sku", "quantity_milli", "discount_minor", "amount_minor", "tax_minor"
    ).rows()


def answered(tmp_path, changed, *orders):
    """Return the frames of a pull whose kept answers about refunds or agreements were changed."""
    answer = pulled(orders)[0][0]
    content = json.loads(answer.content)
    for each in content["shopify_answers"]:
        said_before = json.loads(each["answer"])
        changed(each["asked"], said_before["data"])
        each["answer"] = json.dumps(said_before)
    return frames_of(tmp_path, [Fetched(answer.name, json.dumps(content).encode())])


def test_a_refund_of_goods_has_its_lines_shipping_and_tax(tmp_path):
    frames = read(tmp_path, order(refunds=(WHOLE,)))
    assert lines(frames) == [
        (1, "product", "MUG-01", 1000, 0, 1250, 91),
        (1, "product", "TEE-S", 2000, 67, 1933, 141),
        (1, "shipping", None, 1000, 0, 500, 0),
    ]
    refund = one(frames.refunds)
    assert (refund["amount_minor"], refund["tax_minor"]) == (3915, 232)
    assert one(frames.orders)["refunded_minor"] == 3915
    assert frames.refund_lines["restocked"].to_list() == [True, True, None]
    assert held(frames).is_empty()
    assert not said(frames, "refund-does-not-tie")


def test_where_prices_include_tax_lines_are_told_without_it(tmp_path):
    frames = read(
        tmp_path,
        order(
            lines=(Line(sku="A", price=10725),), includes_tax=True, refunds=(SandboxRefund(at=LATER, lines=((1, 1),)),)
        ),
    )
    assert lines(frames) == [(1, "product", "A", 1000, 0, 10000, 725)]
    assert one(frames.refunds)["amount_minor"] == 10725


def test_all_pieces_of_a_line_come_back_in_parts_and_are_the_line(tmp_path):
    parts = tuple(SandboxRefund(at=LATER + dt.timedelta(days=n), lines=((2, 1),)) for n in range(3))
    frames = read(tmp_path, order(refunds=parts))
    assert frames.refund_lines["amount_minor"].sum() == 2900
    assert frames.refund_lines["refund_no"].to_list() == [1, 2, 3]
    assert frames.refunds["refunded_on"].to_list() == [dt.date(2026, 10, 25) + dt.timedelta(days=n) for n in range(3)]


def test_money_without_goods_is_an_adjustment_and_money_kept_lowers_the_refund(tmp_path):
    kept_back = SandboxRefund(at=LATER, lines=((1, 1),), adjustment=-300, reason="RESTOCK", is_restocked=False)
    frames = read(tmp_path, order(refunds=((NOON, 700), kept_back)))
    assert lines(frames) == [
        (1, "adjustment", None, 1000, 0, 700, 0),
        (2, "product", "MUG-01", 1000, 0, 1250, 91),
        (2, "adjustment", None, 1000, 0, -300, 0),
    ]
    assert frames.refund_lines["name"].to_list() == [None, "Mug", "Refund adjustment: restock"]
    assert frames.refund_lines["restocked"].to_list() == [None, False, None]
    assert frames.refunds["tax_minor"].to_list() == [0, 91]


def test_an_adjustment_of_either_sign_is_read_from_what_the_refund_comes_to(tmp_path):
    def turned(asked, data):
        if asked == "RefundParts":
            for each in data["refund"]["orderAdjustments"]["nodes"]:
                bag = each["amountSet"]["shopMoney"]
                bag["amount"] = bag["amount"].removeprefix("-")

    frames = answered(tmp_path, turned, order(refunds=(SandboxRefund(at=LATER, lines=((1, 1),), adjustment=300),)))
    assert frames.refund_lines["amount_minor"].to_list() == [1250, 300]


def test_a_refund_whose_lines_do_not_come_to_it_is_a_sum_and_both_figures_are_said(tmp_path):
    def less(asked, data):
        if asked == "RefundParts":
            data["refund"]["refundLineItems"]["nodes"].pop()

    frames = answered(tmp_path, less, order(refunds=(WHOLE,)))
    assert frames.refund_lines.is_empty()
    assert one(frames.refunds)["tax_minor"] is None
    assert said(frames, "refund-does-not-tie") == [
        "The refund of 2026-10-25 gave back 39.15; it says goods 12.50, shipping 5.00, tax 0.91."
    ]
    assert held(frames).is_empty()


def test_an_answer_of_earlier_versions_without_parts_of_refunds_is_a_sum(tmp_path):
    answer = pulled([order(refunds=(WHOLE,))])[0][0]
    content = json.loads(answer.content)
    content["shopify_answers"] = content["shopify_answers"][:1]
    frames = frames_of(tmp_path, [Fetched(answer.name, json.dumps(content).encode())])
    assert frames.refund_lines.is_empty()
    assert frames.refunds["amount_minor"].to_list() == [3915]
    assert not said(frames, "refund-does-not-tie")


def test_a_refund_of_many_lines_is_whole_or_its_file_is_not_read(tmp_path):
    many = tuple(Line(sku=f"S{n}", price=100) for n in range(120))
    back = SandboxRefund(at=LATER, lines=tuple((n, 1) for n in range(1, 121)))
    files, shop = pulled([order(lines=many, refunds=(back,))])
    assert [seen.name for seen in shop.requests].count("RefundParts") == 3
    assert frames_of(tmp_path, files).refund_lines.height == 120
    content = json.loads(files[0].content)
    content["shopify_answers"].pop()
    with pytest.raises(MalformedFile, match="orders or refunds are missing"):
        frames_of(tmp_path, [Fetched(files[0].name, json.dumps(content).encode())])


def test_refunds_come_in_bulk_with_the_same_lines(tmp_path):
    orders = [order(number=1001 + n, refunds=(WHOLE,)) for n in range(12)]
    frames = [frames_of(tmp_path, pulled(orders, bulk_from=bulk)[0]) for bulk in (5000, 5)]
    assert lines(frames[0]) == lines(frames[1])
    assert len(lines(frames[0])) == 36


def test_cash_that_is_paid_back_is_rounded_and_its_rounding_is_a_line(tmp_path):
    sold = {
        "lines": (Line(sku="A", price=998),),
        "gateway": "Cash",
        "rounding": 2,
        "shipping": 0,
        "tax_basis_points": 0,
    }
    frames = read(tmp_path, order(**sold, refunds=(SandboxRefund(at=LATER, lines=((1, 1),), rounding=2),)))
    assert held(frames).is_empty()
    found = one(frames.orders)
    assert (found["total_minor"], found["refunded_minor"], str(found["payment_state"])) == (1000, 1000, "refunded")
    assert [row[1:] for row in lines(frames)] == [("product", "A", 1000, 0, 998, 0), ("rounding", None, 1000, 0, 2, 0)]


def test_cash_rounding_that_no_refund_shows_holds_the_order(tmp_path):
    def silent(asked, data):
        if asked == "RefundParts":
            data["refund"]["transactions"]["nodes"][0]["amountRoundingSet"] = None

    back = SandboxRefund(at=LATER, lines=((1, 1),), rounding=2)
    frames = answered(tmp_path, silent, order(gateway="Cash", refunds=(back,)))
    assert (
        "Cash that was paid back was rounded by 0.02"
        in one(held(frames).filter(pl.col("code") == "does-not-foot"))["detail"]
    )


def test_additional_fees_are_lines_under_their_names(tmp_path):
    frames = read(tmp_path, order(fees=(("Colorado retail delivery fee", 28),)))
    fee = one(frames.lines.filter(pl.col("kind") == "fee"))
    assert (fee["name"], fee["amount_minor"], fee["taxable"]) == ("Colorado retail delivery fee", 28, False)
    assert held(frames).is_empty()


def test_pieces_taken_off_before_payment_are_not_sold(tmp_path):
    edit = SandboxEdit(at=NOON + dt.timedelta(days=1), removed=((1, 2), (2, 1)))
    frames = read(tmp_path, order(edits=(edit,)))
    assert held(frames).is_empty()
    assert frames.lines.select("sku", "quantity_milli", "amount_minor").rows() == [("TEE-S", 2000, 1933)]
    found = one(frames.orders)
    assert (found["total_minor"], found["tax_minor"], found["paid_minor"]) == (2574, 141, 2574)
    (note,) = said(frames, "order-edited")
    assert note == "Placed over 62.92. Changes: 2026-10-06 order edit -37.18 (Mug -2, T-shirt -1)."


def test_what_came_with_an_edit_is_sold_and_its_day_is_said(tmp_path):
    frames = read(tmp_path, order(edits=(SandboxEdit(at=LATER, added=(2,)),)))
    assert held(frames).is_empty()
    assert one(frames.orders)["total_minor"] == 6292
    assert said(frames, "order-edited") == ["Placed over 31.81. Changes: 2026-10-25 order edit +31.11 (T-shirt +3)."]


def test_pieces_that_were_paid_for_and_taken_off_hold_the_order_in_words(tmp_path):
    def paid(asked, data):
        if asked == "Orders":
            data["orders"]["nodes"][0]["transactions"][0]["amountSet"]["shopMoney"]["amount"] = "62.92"

    edit = SandboxEdit(at=NOON + dt.timedelta(days=1), removed=((1, 1),))
    frames = answered(tmp_path, paid, order(edits=(edit,)))
    assert [each for each in held(frames)["detail"].to_list() if "Changes" in each] == [
        "Total 62.92, refunded 0.00, but the order comes to 49.51 now. The buyer has paid 13.41 more than that, and it did not go"
        " back. Changes: 2026-10-06 order edit -13.41 (Mug -1). Enter it by hand."
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda sale: sale.pop("lineItem"),
        lambda sale: sale.update(quantity=-3),
        lambda sale: sale["totalAmount"]["shopMoney"].update(amount="-13.00"),
    ],
    ids=["no line", "more than there were", "another amount"],
)
def test_an_edit_that_cannot_be_told_apart_is_held(tmp_path, change):
    def changed(asked, data):
        if asked == "OrderAgreements":
            change(data["order"]["agreements"]["nodes"][1]["sales"]["nodes"][0])

    edit = SandboxEdit(at=NOON + dt.timedelta(days=1), removed=((1, 1),))
    frames = answered(tmp_path, changed, order(edits=(edit,)))
    assert held(frames)["code"].to_list() == ["does-not-foot"]
    assert one(frames.orders)["total_minor"] == 6292


def test_an_order_of_many_lines_is_told_by_its_changes_alone(tmp_path):
    goods = tuple(Line(sku=f"S{n}", name=f"Thing {n}", price=100) for n in range(30))
    few = SandboxEdit(at=NOON + dt.timedelta(days=1), removed=((1, 1), (30, 1)))
    frames = read(tmp_path, order(lines=goods, tax_basis_points=0, edits=(few,)))
    assert held(frames).is_empty()
    assert frames.lines.height == 28
    assert said(frames, "order-edited") == ["Changes: 2026-10-06 order edit -2.00 (Thing 0 -1, Thing 29 -1)."]
    many = SandboxEdit(at=NOON + dt.timedelta(days=1), removed=tuple((n, 1) for n in range(1, 28)))
    assert held(read(tmp_path, order(lines=goods, edits=(many,))))["code"].to_list() == ["does-not-foot"]


def test_an_edited_order_of_many_changes_is_asked_for_page_by_page(tmp_path):
    edits = tuple(SandboxEdit(at=NOON + dt.timedelta(days=n), removed=((1, 1),)) for n in range(1, 9))
    files, shop = pulled([order(lines=(Line(sku="A", quantity=10, price=100),), edits=edits)])
    assert [seen.name for seen in shop.requests].count("OrderAgreements") == 5
    frames = frames_of(tmp_path, files)
    assert held(frames).is_empty()
    assert frames.lines["quantity_milli"].to_list() == [2000]


def some_lines(draw):
    return tuple(
        Line(
            sku=f"S{n}", name=f"Thing {n}", quantity=draw.randint(1, 5), price=draw.randint(100, 5000), discount=draw.randint(0, 99),
            taxable=draw.random() < 0.8, is_gift_card=draw.random() < 0.1,
        )
        for n in range(draw.randint(1, 5))
    )  # fmt: skip


def some_pieces(draw, goods):
    """Some pieces of some lines, none of them more often than there are."""
    left = {place: line.quantity for place, line in enumerate(goods, 1)}
    while left:
        taken = tuple((place, draw.randint(1, count)) for place, count in left.items() if draw.random() < 0.6)
        if not taken:
            return
        for place, count in taken:
            left[place] -= count
        left = {place: count for place, count in left.items() if count}
        yield taken


def some_order(draw, number, *, is_edited):
    goods = some_lines(draw)
    parts = list(some_pieces(draw, goods))
    days = [NOON + dt.timedelta(days=1 + n) for n in range(len(parts))]
    fixed = {
        "number": number, "at": NOON, "lines": goods, "tax_basis_points": draw.choice((0, 725)),
        "includes_tax": draw.random() < 0.4, "shipping": draw.choice((0, 700)), "fees": (("Delivery fee", 28),) * draw.randint(0, 1),
    }  # fmt: skip
    if is_edited:
        return SandboxOrder(
            **fixed, edits=tuple(SandboxEdit(at=at, removed=each) for at, each in zip(days, parts, strict=True))
        )
    back = [
        SandboxRefund(at=at, lines=each, shipping=draw.choice((0, 100)) if fixed["shipping"] else 0, adjustment=draw.choice((0, 0, -50, 75)))
        for at, each in zip(days, parts, strict=True)
    ]  # fmt: skip
    return SandboxOrder(**fixed, refunds=tuple(back))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_came_back_its_lines_are_the_refund_to_the_cent(tmp_path, seed):
    draw = random.Random(seed)
    orders = [some_order(draw, 1001 + n, is_edited=False) for n in range(40)]
    frames = read(tmp_path, *orders)
    sums = frames.refund_lines.group_by("order_no", "refund_no").agg(
        (pl.col("amount_minor") + pl.col("tax_minor")).sum()
    )
    both = frames.refunds.join(sums.rename({"amount_minor": "told"}), on=["order_no", "refund_no"], how="left")
    assert both.height > 40
    assert (both["amount_minor"] == both["told"]).all()
    assert not said(frames, "refund-does-not-tie")
    stated = {f"#{each.number}": each.refunded for each in orders}
    assert dict(frames.orders.select("order_number", "refunded_minor").iter_rows()) == stated


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_whatever_was_taken_off_before_payment_the_order_is_what_was_paid(tmp_path, seed):
    draw = random.Random(seed)
    orders = [some_order(draw, 1001 + n, is_edited=True) for n in range(40)]
    frames = read(tmp_path, *orders)
    assert held(frames).is_empty()
    paid = {f"#{each.number}": each.total - each.taken_off for each in orders}
    assert dict(frames.orders.select("order_number", "total_minor").iter_rows()) == paid
    gone = {f"#{each.number}": sum(count for edit in each.edits for _, count in edit.removed) for each in orders}
    pieces = (
        frames.lines.filter(pl.col("kind") != "fee").group_by("order_no").agg(pl.col("quantity_milli").sum() // 1000)
    )
    counted = frames.orders.join(pieces, on="order_no", how="left").select(
        "order_number", pl.col("quantity_milli").fill_null(0)
    )
    assert dict(counted.iter_rows()) == {
        f"#{each.number}": sum(line.quantity for line in each.lines) - gone[f"#{each.number}"] for each in orders
    }

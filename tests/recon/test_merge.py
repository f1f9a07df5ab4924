"""Several files as one set, and what a newer file changed: nothing doubled, nothing lost, nothing undone (F47-F49)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.frames.canonical import CanonicalFrames
from recon.normalize import combine, compare, normalize
from recon.sources.shopify import ShopifyOrders
from tests.recon.shopify_tools import OPTIONS, codes, csv_text, frames_of, kept, line, order, tied
from tests.recon.test_normalize import price
from tests.recon.test_normalize import run as run_reading


def content(frames: CanonicalFrames) -> Any:
    """What a set says, whatever the sequence of its orders and files."""
    orders = frames.orders.drop("order_no", "row", "file").sort("order_key")
    keyed = frames.orders.select("order_no", "order_key")
    parts = [
        part.join(keyed, on="order_no").drop("order_no", "row").sort("order_key", second).rows()
        for part, second in ((frames.lines, "line_no"), (frames.payments, "payment_no"), (frames.refunds, "refund_no"))
    ]
    return orders.rows(), *parts, sorted(frames.findings["code"])


def holds_together(frames: CanonicalFrames) -> bool:
    dense = frames.orders["order_no"].to_list() == list(range(frames.orders.height))
    ordered = frames.lines["order_no"].is_sorted() and frames.lines["order_no"].n_unique() == frames.orders.height
    counted = (
        sum(each.orders - each.refused_orders - each.superseded_orders for each in frames.stated)
        == frames.orders.height
    )
    unique = frames.orders["order_key"].n_unique() == frames.orders.height
    return dense and ordered and counted and unique and tied(frames)


def big(number: int, **cells: str) -> list[dict[str, str]]:
    """An order of two lines, through two gateways, partly refunded."""
    first = order(number, Total="214.00", Subtotal="214.00", Taxes="14.00", Financial_Status="partially_refunded",
                  Refunded_Amount="14.00", Payment_Method="Gift Card + PromptPay", **cells)  # fmt: skip
    first["Tax 1 Value"] = "14.00"
    return [first, line(first, Lineitem_name="Mug")]


ORDERS = [[order(n)] if n % 3 else big(n) for n in range(1001, 1009)]


def test_one_set_is_returned_as_it_is(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order()])
    assert combine([frames]) is frames


def test_f47_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [row for rows in ORDERS for row in rows])
    twice = combine([frames, frames])
    assert content(twice) == content(frames)
    again = compare(frames, frames)
    assert (again.known, again.new, again.changed, again.gone) == (8, 0, 0, 0)
    assert again.findings.is_empty()


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_f48_order_and_cutting_of_files_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    whole = frames_of(folder, [row for rows in ORDERS for row in rows])
    pieces = data.draw(st.lists(st.lists(st.integers(0, 7), min_size=1, unique=True), max_size=3))
    missing = set(range(8)) - {n for piece in pieces for n in piece}
    pieces = [*pieces, sorted(missing)] if missing else pieces
    files = [
        frames_of(folder, [row for n in piece for row in ORDERS[n]]) for piece in data.draw(st.permutations(pieces))
    ]
    joined = combine(files)
    assert content(joined) == content(whole)
    assert holds_together(joined)


@settings(max_examples=15, deadline=None)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, 7), st.sampled_from(["paid", "refund", "line", "total", "gone"])), max_size=6
    )
)
def test_f49_edited_exports_win_whole_and_nothing_vanishes(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, str]]
) -> None:
    folder = tmp_path_factory.mktemp("edit")
    before = frames_of(folder, [row for rows in ORDERS for row in rows])
    current = {n: [dict(row) for row in rows] for n, rows in enumerate(ORDERS)}
    for n, edit in edits:
        if n not in current or (edit == "gone" and len(current) == 1):
            continue
        head = current[n][0]
        if edit == "paid":
            head["Financial Status"] = "pending"
        elif edit == "refund":
            head |= {"Financial Status": "partially_refunded", "Refunded Amount": "1.00"}
        elif edit == "line":
            head["Lineitem sku"] = "OTHER"
        elif edit == "total":
            head |= {"Total": "1.00"}
        else:
            del current[n]
    after = frames_of(folder, [row for rows in current.values() for row in rows])
    joined = combine([before, after])
    assert holds_together(joined)
    assert set(joined.orders["order_key"]) == set(before.orders["order_key"])
    kept_rows = (
        joined.orders.filter(pl.col("file") == after.orders["file"][0]) if after.orders.height else joined.orders
    )
    assert content_orders(kept_rows) == content_orders(after.orders)
    found = compare(before, after)
    assert found.known + found.changed == after.orders.height
    assert found.new == 0
    assert found.changes.height == found.changed


def content_orders(orders: pl.DataFrame) -> Any:
    return orders.drop("order_no", "file", "row").sort("order_key").rows()


def test_a_later_version_replaces_lines_refunds_and_findings(tmp_path: Path) -> None:
    old = frames_of(tmp_path, [*big(1001, Notes="a"), order(1002, Total="1.00")])
    new = frames_of(tmp_path, [order(1001), order(1002)])
    joined = combine([old, new])
    assert joined.lines.height == 2
    assert joined.refunds.is_empty()
    assert joined.payments.is_empty()
    assert codes(joined) == []
    assert joined.stated[0].controls[0].superseded_minor == 21500
    assert joined.stated[0].superseded_orders == 2
    assert holds_together(joined)


def test_time_of_change_decides_where_every_version_states_it() -> None:
    def version(total: str, changed: str | None) -> CanonicalFrames:
        return run_reading([{"total": total, "updated_at": changed}], [price(total)])

    newer, older = version("2.00", "2026-06-07"), version("1.00", "2026-06-06")
    assert combine([newer, older]).orders["total_minor"].to_list() == [200]
    assert combine([older, newer]).orders["total_minor"].to_list() == [200]
    unstated = version("3.00", None)
    assert combine([newer, unstated]).orders["total_minor"].to_list() == [300]
    assert combine([newer, newer]).orders.height == 1


def test_known_new_changed_and_gone_are_counted(tmp_path: Path) -> None:
    def at(number: int, day: int, **cells: str) -> dict[str, str]:
        return order(number, Created_at=f"2026-06-{day:02} 10:00:00 +0700", **cells)

    before = frames_of(tmp_path, [at(1, 1), at(2, 2), at(3, 3), at(4, 4), at(5, 9)])
    after = frames_of(tmp_path, [at(1, 1), at(3, 3, Lineitem_sku="SH-2"), at(4, 4, Billing_Name="ใครอื่น"), at(6, 5)])
    found = compare(before, after)
    assert (found.known, found.new, found.changed, found.gone) == (1, 1, 2, 1)
    assert found.changes.select("order_key", "columns").rows() == [
        ("shopify:main:5800000000003", "lines"), ("shopify:main:5800000000004", "customer_name"),
    ]  # fmt: skip
    gone = found.findings.row(0, named=True)
    assert (gone["code"], gone["order_key"], gone["amount_minor"]) == (
        "order-gone",
        "shopify:main:5800000000002",
        10700,
    )
    assert compare(before, after, whole_period=False).gone == 0


def test_orders_on_the_edge_of_the_period_are_not_gone(tmp_path: Path) -> None:
    days = [order(n, Created_at=f"2026-06-0{n} 10:00:00 +0700") for n in (1, 2, 3)]
    assert compare(frames_of(tmp_path, days), frames_of(tmp_path, [days[1]])).gone == 0


def test_an_order_found_again_is_not_gone_any_more(tmp_path: Path) -> None:
    days = [order(n, Created_at=f"2026-06-0{n} 10:00:00 +0700") for n in (1, 2, 3)]
    first, second, third = (frames_of(tmp_path, rows) for rows in (days, [days[0], days[2]], [*days, order(4)]))
    found = compare(first, second)
    stored = CanonicalFrames(
        second.orders, second.lines, second.payments, second.refunds, found.findings, second.stated
    )
    assert codes(combine([first, stored])) == ["order-gone"]
    assert codes(combine([first, stored, third])) == []


@pytest.mark.parametrize(
    ("before", "after", "alarm"),
    [("paid", "pending", True), ("pending", "paid", False), ("paid", "voided", False), ("refunded", "paid", True)],
)
def test_f50_an_older_file_imported_later_is_noticed(tmp_path: Path, before: str, after: str, alarm: bool) -> None:
    def state(word: str) -> CanonicalFrames:
        return frames_of(
            tmp_path, [order(Financial_Status=word, Refunded_Amount="107.00" if word == "refunded" else "0.00")]
        )

    found = compare(state(before), state(after))
    assert found.changed == 1
    assert ("order-went-back" in found.findings["code"].to_list()) == alarm


_CANCELLED = {"Cancelled_at": "2026-06-08 10:00:00 +0700"}
_CHEAPER = {"Total": "53.50", "Subtotal": "53.50", "Taxes": "3.50", "Lineitem_price": "53.50"}


def test_f50_a_cancelled_order_that_lives_again_comes_from_an_older_file(tmp_path: Path) -> None:
    first, second = (frames_of(tmp_path, rows) for rows in ([order(1001)], [order(1001, **_CANCELLED)]))
    found = compare(combine([first, second]), frames_of(tmp_path, [order(1001, Notes="again")]))
    assert found.findings["code"].to_list() == ["order-went-back"]
    assert not compare(first, second).findings.height, "that an order is cancelled is the way of things"


def test_f50_an_order_exactly_as_an_earlier_file_had_it_went_back(tmp_path: Path) -> None:
    first = frames_of(tmp_path, [order(1001), order(1002)])
    second = frames_of(tmp_path, [order(1001, **_CHEAPER), order(1002)])
    again = frames_of(tmp_path, [order(1002), order(1001)])
    found = compare(combine([first, second]), again, earlier=[first, second])
    assert found.findings["code"].to_list() == ["order-went-back"]
    assert "as an earlier file had it" in found.findings["detail"][0]
    other = frames_of(tmp_path, [order(1001, **{**_CHEAPER, "Notes": "x"})])
    assert not compare(combine([first, second]), other, earlier=[first, second]).findings.height


def test_f50_another_total_in_a_file_that_ends_earlier_went_back(tmp_path: Path) -> None:
    """The newer file was taken in first; nothing but the total and the days tells."""
    later = frames_of(tmp_path, [order(1001, **_CHEAPER), order(1009, Created_at="2026-06-20 10:00:00 +0700")])
    older = frames_of(tmp_path, [order(1001)])
    assert compare(later, older).findings["code"].to_list() == ["order-went-back"]
    refunded = frames_of(tmp_path, [order(1001, Financial_Status="refunded", Refunded_Amount="107.00")])
    assert not compare(later, refunded).findings.height, "money went on, so it is newer"


def test_changed_places_of_lines_are_a_change(tmp_path: Path) -> None:
    first = order(Total="214.00", Subtotal="214.00")
    straight = frames_of(tmp_path, [first, line(first, Lineitem_sku="B")])
    turned = frames_of(tmp_path, [first | {"Lineitem sku": "B"}, line(first)])
    assert compare(straight, turned).changes["columns"].to_list() == ["lines"]


def test_the_first_file_is_all_new(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order()])
    assert compare(None, frames).new == 1


def test_a_renamed_file_has_the_same_digest(tmp_path: Path) -> None:
    text = csv_text([order()])
    one, other = kept(tmp_path, text, "a.csv"), kept(tmp_path, text, "b.csv")
    assert one.digest == other.digest
    frames = [normalize(ShopifyOrders().read(file, OPTIONS), OPTIONS, file_id=file.file_id) for file in (one, other)]
    assert frames[0].orders.equals(frames[1].orders)

"""Orders are planned oldest first, with everything that hangs on them."""

from __future__ import annotations

import datetime as dt

import polars as pl

from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import empty, fill
from recon.frames.findings import no_findings
from recon.frames.schemas import ORDER_LINES, ORDERS, PAYMENTS, REFUNDS
from recon.normalize.sequence import chronological


def frames(*days: int) -> CanonicalFrames:
    numbers = range(len(days))
    orders = fill(
        pl.DataFrame(
            {
                "order_no": numbers,
                "order_key": [f"k{n}" for n in numbers],
                "ordered_on": [dt.date(2026, 1, day) for day in days],
            }
        ),
        ORDERS,
    )
    lines = pl.DataFrame(
        {
            "order_no": [n for n in numbers for _ in (1, 2)],
            "line_no": [1, 2] * len(days),
            "name": [f"k{n}" for n in numbers for _ in (1, 2)],
        }
    )
    return CanonicalFrames(orders, fill(lines, ORDER_LINES), empty(PAYMENTS), empty(REFUNDS), no_findings())


def test_a_file_that_lists_the_newest_first_is_turned():
    turned = chronological(frames(9, 5, 5, 2))
    assert turned.orders["order_key"].to_list() == ["k3", "k2", "k1", "k0"]
    assert turned.orders["order_no"].to_list() == [0, 1, 2, 3]


def test_orders_of_one_day_keep_the_sequence_of_the_file():
    assert chronological(frames(2, 9, 5, 5, 9)).orders["order_key"].to_list() == ["k0", "k2", "k3", "k1", "k4"]


def test_lines_go_with_their_orders():
    turned = chronological(frames(9, 2, 5))
    assert turned.lines["order_no"].to_list() == [0, 0, 1, 1, 2, 2]
    assert turned.lines["line_no"].to_list() == [1, 2] * 3
    names = dict(zip(turned.orders["order_no"], turned.orders["order_key"], strict=True))
    assert [names[n] for n in turned.lines["order_no"]] == turned.lines["name"].to_list()


def test_a_file_in_order_is_left_alone():
    given = frames(1, 1, 3)
    assert chronological(given) is given

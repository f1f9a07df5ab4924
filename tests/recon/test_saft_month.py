"""The stored month of two departments: as its generator writes it, and what it comes to."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from recon.frames.canonical import CanonicalFrames
from recon.sources.base import COMPANY_FIELD, DAY_ENDS_FIELD
from tests import saft_month
from tests.recon.saft_reading import received, taken_in, told


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[CanonicalFrames, CanonicalFrames]:
    fields = ((COMPANY_FIELD, saft_month.COMPANY), (DAY_ENDS_FIELD, "06:00"))
    cafe, kiosk = (
        taken_in(tmp_path_factory.mktemp("till"), path.read_bytes(), *fields)
        for path in sorted(saft_month.FOLDER.iterdir())
    )
    return cafe, kiosk


def test_stored_files_are_those_of_the_generator() -> None:
    stored = {path.name: path.read_bytes() for path in saft_month.FOLDER.iterdir()}
    assert stored == {name: text.encode() for name, text in saft_month.files().items()}


def test_every_settlement_balances_and_only_the_missing_day_is_told(
    month: tuple[CanonicalFrames, CanonicalFrames],
) -> None:
    cafe, kiosk = month
    assert told(cafe) == {}
    assert told(kiosk) == {"z-number-gap": "warning"}
    for frames in month:
        orders = frames.orders
        assert (orders["goods_minor"] + orders["rounding_minor"] == orders["total_minor"]).all()
        settled = orders.filter(pl.col("record_kind") == "settlement")
        paid = frames.payments.group_by("order_no").agg(pl.sum("amount_minor").alias("paid"))
        assert (settled.join(paid, on="order_no")["paid"] == settled["total_minor"]).all()
        taxes = frames.lines.group_by("order_no").agg(pl.sum("tax_minor").alias("tax"))
        assert (
            orders.join(taxes, on="order_no", suffix="_lines")["tax"] == orders.join(taxes, on="order_no")["tax_minor"]
        ).all()


def test_two_departments_three_tills(month: tuple[CanonicalFrames, CanonicalFrames]) -> None:
    cafe, kiosk = month
    assert cafe.orders["sales_channel"].unique().to_list() == [saft_month.CAFE]
    assert kiosk.orders["sales_channel"].unique().to_list() == [saft_month.KIOSK]
    tills = kiosk.orders["order_number"].str.slice(0, 2).value_counts(sort=True).rows()
    assert tills == [("B1", 30), ("B2", 13)]
    assert cafe.orders["record_kind"].cast(pl.String).value_counts(sort=True).rows() == [
        ("settlement", 26),
        ("till_invoice", 1),
    ]
    assert (
        saft_month.MISSING
        not in kiosk.orders.filter(pl.col("order_number").str.starts_with("B1"))["ordered_on"].to_list()
    )
    assert received(cafe).keys() >= {
        f"{saft_month.CAFE}/{kind}" for kind in ("CASH Kontant", "GIFT Gavekort", "VIPPS Vipps")
    }


def test_what_was_sold_after_midnight_belongs_to_the_evening(month: tuple[CanonicalFrames, CanonicalFrames]) -> None:
    cafe, _ = month
    late = cafe.orders.filter(pl.col("ordered_on") != pl.col("completed_on"))
    assert late.height == 8
    assert set(late["ordered_on"].dt.weekday()) == {5, 6}


def test_files_of_the_month_are_small() -> None:
    assert sum(Path(path).stat().st_size for path in saft_month.FOLDER.iterdir()) < 1_500_000

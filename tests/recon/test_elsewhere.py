"""Documents that stand in the ledger already are recognised by number, reference, or amount and day, and never by chance."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.frames.conform import fill
from recon.frames.schemas import DOCUMENTS
from recon.match.elsewhere import LEDGER_ENTRIES, RECOGNISED, recognise
from recon.service.elsewhere import with_entries
from recon.service.ledger_entries import Entries
from recon.service.others_list import OTHERS_TABLE, others_table

DAY = dt.date(2026, 7, 10)


def documents(*rows: dict[str, Any]) -> pl.DataFrame:
    defaults = {"kind": "receipt", "issued_on": DAY, "total_minor": 10_700, "number": None}
    made = [
        {"document_key": f"{row['order_number']}/{row.get('kind', 'receipt')}/1", "order_key": row["order_number"], **defaults, **row}
        for row in rows
    ]  # fmt: skip
    return fill(pl.DataFrame(made, schema_overrides={"number": pl.String, "kind": pl.String}), DOCUMENTS)


def entries(*rows: dict[str, Any]) -> pl.DataFrame:
    defaults = {
        "kind": "receipt", "number": "RT-20260700001", "reference": "", "remark": "", "issued_on": DAY, "total_minor": 10_700,
        "vat_minor": 700, "remain_minor": 0, "contact_code": "", "is_void": False,
    }  # fmt: skip
    made = [{"entry_no": no, "ledger_id": f"id-{no}", **defaults, **row} for no, row in enumerate(rows)]
    return pl.DataFrame(made, schema=LEDGER_ENTRIES)


def found(ours: pl.DataFrame, theirs: pl.DataFrame) -> list[tuple[Any, ...]]:
    result = recognise(ours, theirs)
    assert result.schema == RECOGNISED
    return result.select("order_key", "entry_no", "way", "surety").rows()


@pytest.mark.parametrize(
    ("entry", "way"),
    [
        ({"number": "SO-202607-001"}, "number"),
        ({"number": "so-202607-001 "}, "number"),
        ({"number": "IV-9", "reference": "SO-202607-001"}, "reference"),
        ({"number": "IV-9", "reference": "ZORT: SO-202607-001 (Lazada)"}, "word"),
        ({"number": "IV-9", "reference": "A-1", "remark": "ขายผ่าน Shopee SO-202607-001"}, "word"),
    ],
)
def test_an_entry_of_our_order_number_is_certain(entry: dict[str, Any], way: str) -> None:
    assert found(documents({"order_number": "SO-202607-001"}), entries(entry)) == [("SO-202607-001", 0, way, "certain")]


@pytest.mark.parametrize(
    ("entry", "surety"),
    [
        ({"total_minor": 10_701}, "differs"),
        ({"total_minor": None}, "differs"),
        ({"kind": "invoice"}, "likely"),
        ({"issued_on": DAY + dt.timedelta(32)}, "likely"),
        ({"issued_on": None}, "likely"),
    ],
)
def test_what_does_not_agree_makes_it_less_sure(entry: dict[str, Any], surety: str) -> None:
    assert found(documents({"order_number": "SO-1"}), entries({"reference": "SO-1", **entry})) == [
        ("SO-1", 0, "reference", surety)
    ]


def test_a_void_entry_stands_for_nothing() -> None:
    assert found(documents({"order_number": "SO-1"}), entries({"reference": "SO-1", "is_void": True})) == []


def test_two_entries_of_one_order_are_several_and_two_documents_of_one_entry_too() -> None:
    twice = entries({"reference": "SO-1"}, {"reference": "SO-1", "number": "RT-2"})
    assert found(documents({"order_number": "SO-1"}), twice) == [("SO-1", 0, "reference", "several")]
    once = entries({"reference": "SO-100 SO-200"})
    ours = documents({"order_number": "SO-100"}, {"order_number": "SO-200"})
    assert [row[3] for row in found(ours, once)] == ["several", "several"]


def test_each_kind_takes_the_entry_of_its_kind() -> None:
    ours = documents({"order_number": "SO-1"}, {"order_number": "SO-1", "kind": "credit_note"})
    theirs = entries({"reference": "SO-1", "kind": "credit_note"}, {"reference": "SO-1"})
    assert [row[1:] for row in found(ours, theirs)] == [(1, "reference", "certain"), (0, "reference", "certain")]
    only_receipt = entries({"reference": "SO-1"})
    assert found(ours, only_receipt) == [("SO-1", 0, "reference", "certain")]


def test_a_short_number_inside_a_reference_says_nothing() -> None:
    other = {"total_minor": 99, "issued_on": DAY + dt.timedelta(20)}
    assert found(documents({"order_number": "1001"}), entries({"reference": "unit 1001 of 3", **other})) == []
    assert found(documents({"order_number": "1001"}), entries({"reference": "1001", **other})) != []


@pytest.mark.parametrize(("days", "seen"), [(0, True), (3, True), (-3, True), (4, False), (-4, False)])
def test_amount_and_day_alone_are_possible_when_near(days: int, seen: bool) -> None:
    theirs = entries({"issued_on": DAY + dt.timedelta(days)})
    assert found(documents({"order_number": "SO-1"}), theirs) == ([("SO-1", 0, "amount", "possible")] if seen else [])


def test_amount_and_day_say_nothing_where_there_is_a_second_one_on_either_side() -> None:
    one, two = {"order_number": "SO-1"}, {"order_number": "SO-2", "issued_on": DAY + dt.timedelta(2)}
    assert found(documents(one, two), entries({})) == []
    assert found(documents(one), entries({}, {"number": "RT-2", "issued_on": DAY - dt.timedelta(1)})) == []
    assert found(documents(one, {**two, "total_minor": 5}), entries({})) == [("SO-1", 0, "amount", "possible")]


def test_an_entry_recognised_by_its_number_is_not_used_for_another_amount() -> None:
    ours = documents({"order_number": "SO-1"}, {"order_number": "SO-2"})
    assert found(ours, entries({"reference": "SO-1"})) == [("SO-1", 0, "reference", "certain")]


def test_empty_frames() -> None:
    none = documents({"order_number": "SO-1"}).head(0)
    assert found(none, entries({})) == []
    assert found(documents({"order_number": "SO-1"}), entries({}).head(0)) == []


_NUMBERS = st.sampled_from(["SO-1001", "SO-1002", "SO-1003", "SO-1004", "X"])


@settings(max_examples=60, deadline=None)
@given(
    ours=st.lists(st.tuples(_NUMBERS, st.integers(1, 3), st.integers(0, 8)), min_size=1, max_size=6, unique_by=lambda row: row[0]),
    theirs=st.lists(st.tuples(_NUMBERS, st.integers(1, 3), st.integers(0, 8), st.booleans()), max_size=6),
)  # fmt: skip
def test_it_finds_what_a_plain_loop_finds(
    ours: list[tuple[str, int, int]], theirs: list[tuple[str, int, int, bool]]
) -> None:
    """No document whose number stands in the ledger is missed; whoever only has amount and day is alone on both sides."""
    first = documents(*({"order_number": n, "total_minor": t, "issued_on": DAY + dt.timedelta(d)} for n, t, d in ours))
    second = entries(
        *({"number": f"R{no}", "reference": n if named else "", "total_minor": t, "issued_on": DAY + dt.timedelta(d)}
          for no, (n, t, d, named) in enumerate(theirs))
    )  # fmt: skip
    result = {row["order_key"]: row for row in recognise(first, second).to_dicts()}
    named_there = {n for n, _t, _d, named in theirs if named}
    for number, total, day in ours:
        row = result.get(number)
        if number in named_there:
            assert row is not None and row["way"] == "reference"
            continue
        rest = [(t, d) for n, t, d, named in theirs if not (named and n in {o[0] for o in ours})]
        near = [one for one in rest if one[0] == total and abs(one[1] - day) <= 3]
        if row is not None:
            assert row["way"] == "amount" and len(near) == 1
        else:
            rivals = (
                [o for o in ours if o[0] not in named_there and o[1] == total and abs(o[2] - near[0][1]) <= 3]
                if len(near) == 1
                else []
            )
            assert len(near) != 1 or len(rivals) != 1


def test_the_whole_comparison_has_what_stands_on_one_side_only() -> None:
    ours = documents(
        {"order_number": "SO-10001"}, {"order_number": "SO-10002", "total_minor": 5_000},
        {"order_number": "SO-10003", "vat_minor": 700}, {"order_number": "SO-10004", "issued_on": DAY - dt.timedelta(40)},
    )  # fmt: skip
    theirs = entries(
        {"reference": "SO-10001", "issued_on": DAY + dt.timedelta(2)}, {"reference": "SO-10003", "kind": "invoice", "vat_minor": 699},
        {"reference": "SO-90009"}, {"reference": "SO-90010", "is_void": True},
    )  # fmt: skip
    read = Entries(theirs, dt.datetime(2026, 7, 11, tzinfo=dt.UTC), DAY, DAY)
    recognised = with_entries(recognise(ours, theirs), theirs)
    table = others_table(ours, recognised, read, whole=True)
    assert table.schema == OTHERS_TABLE
    assert table.select("order_number", "compared", pl.col("differs_in").list.join(" ")).rows() == [
        ("SO-10001", "differs", "day"),
        ("SO-10003", "differs", "kind vat"),
        ("SO-10002", "missing", ""),
        ("SO-10004", "missing", ""),
        ("", "stranger", ""),
    ]
    assert others_table(ours, recognised, read, whole=False)["state"].to_list() == ["certain", "likely"]

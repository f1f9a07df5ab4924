"""Sorting as a reader expects it: Thai by consonant, Norwegian letters last, figures by value, empty cells at the end."""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest

from recon.frames.dictionary_order import sorted_rows


def in_order(values: list[object], *, descending: bool = False) -> list[object]:
    column = pl.Series(values)
    return column.gather(sorted_rows(column, descending=descending)).to_list()


THAI = ["กา", "ก่า", "การ", "เก่า", "แก้ว", "ไก่", "ขา", "เขา", "คน", "เงิน", "จำกัด", "จิต", "น้ำ", "บริษัท", "ร้าน", "เสื้อ"]
NORWEGIAN = ["Anne", "Bjørn", "eb", "Éc", "Zeta", "Ærlig", "Østby", "Ås"]


@pytest.mark.parametrize("words", [THAI, NORWEGIAN])
def test_text_stands_as_in_a_dictionary(words: list[str]) -> None:
    mixed = list(words)
    random.Random(7).shuffle(mixed)
    assert in_order(list(mixed)) == words
    assert in_order(list(mixed), descending=True) == words[::-1]


def test_code_points_would_have_it_wrong() -> None:
    assert sorted(["ขา", "เก่า"]) == ["ขา", "เก่า"]
    assert in_order(["ขา", "เก่า"]) == ["เก่า", "ขา"]


def test_tone_marks_decide_only_between_equal_letters() -> None:
    assert in_order(["ก่าง", "กา", "ก้า", "ก่า"]) == ["กา", "ก่า", "ก้า", "ก่าง"]


def test_the_same_name_typed_with_loose_accents_stands_beside_itself() -> None:
    assert in_order(["Zeta", "A\u030as", "Ås", "Anne"]) == ["Anne", "Zeta", "A\u030as", "Ås"]


def test_case_does_not_matter_and_equal_rows_keep_their_order() -> None:
    column = pl.Series(["b", "A", "a", "B", "A"])
    assert sorted_rows(column).to_list() == [1, 2, 4, 0, 3]


@pytest.mark.parametrize("descending", [False, True])
def test_empty_cells_come_last(descending: bool) -> None:
    assert in_order(["ข", None, "ก"], descending=descending)[-1] is None
    assert in_order([2, None, 10], descending=descending)[-1] is None
    assert in_order(["b", None, "a"], descending=descending)[-1] is None


def test_figures_and_days_go_by_value() -> None:
    assert in_order([1000, -5, 20]) == [-5, 20, 1000]
    days = [dt.date(2025, 10, 1), dt.date(2025, 2, 1)]
    assert in_order(list(days)) == days[::-1]


def test_states_go_by_their_own_order() -> None:
    column = pl.Series(["ready", "check", "blocked"], dtype=pl.Enum(["check", "blocked", "ready"]))
    assert column.gather(sorted_rows(column)).to_list() == ["check", "blocked", "ready"]


def test_a_column_without_rows_has_an_order() -> None:
    assert sorted_rows(pl.Series([], dtype=pl.String)).to_list() == []
    assert sorted_rows(pl.Series([None, None], dtype=pl.String)).len() == 2

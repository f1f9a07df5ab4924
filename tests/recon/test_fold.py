"""Keys of look-alike text (F65)."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.frames.text import blank_to_null, fold, fold_column, is_any_of, mixed_scripts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("น้ำ", "น\u0e4d\u0e49\u0e32"), ("น้ำ", "น\u0e49\u0e4d\u0e32"), ("กำ", "ก\u0e4d\u0e32"), ("A B", "ab"),
        ("caf\u00e9", "cafe\u0301"), ("AB", "A\u200bB"), ("SKU 1", "SKU\u00a01"), ("straße", "STRASSE"),
        ("partially_refunded", " Partially_Refunded\t"), ("x\ufeff", "x"),
    ],
)  # fmt: skip
def test_f65_same_key(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("SH-1", "ЅH-1"), ("A", "Α"), ("0", "O"), ("กา", "กำ")])
def test_f65_look_alikes_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=12))
def test_f65_key_of_a_key_is_the_key(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="กนำ\u0e4d\u0e32\u0e49 \u200bAé\u0301", max_size=8))
def test_f65_key_of_a_key_thai(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_columns_fold_like_values() -> None:
    values = ["Paid", None, "PAID ", "น\u0e4d\u0e49\u0e32", ""]
    assert fold_column(pl.Series(values)).to_list() == [None if v is None else fold(v) for v in values]


def test_mixed_scripts_names_only_the_mix() -> None:
    assert mixed_scripts(pl.Series(["SH-1", "ЅH-1", "เสื้อ M", "ПРИВЕТ", None])).to_list() == ["ЅH-1"]


def test_blank_cells_become_null() -> None:
    assert blank_to_null(pl.Series(["a", "", "  ", None, " b"])).to_list() == ["a", None, None, None, " b"]


def test_is_any_of_few_and_many() -> None:
    text = pl.Series(["a", None, "z"])
    assert is_any_of(text, ["a"]).to_list() == [True, False, False]
    assert is_any_of(text, list("abcdefghijkl")).to_list() == [True, False, False]
    assert is_any_of(text, []).to_list() == [False, False, False]

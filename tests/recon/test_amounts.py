"""Amount text becomes exact minor units or null: never a rounding, never a guess (F55, F59, F60, F62)."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import MoneyError
from recon.frames.amounts import (
    PLAIN,
    NumberForm,
    any_form,
    by_common_value,
    exact_text,
    minor_units,
    plain_text,
    unreadable,
)
from recon.money import parse_minor, plain


def read(texts: list[str | None], exponent: int = 2, form: NumberForm | None = None) -> list[int | None]:
    frame = pl.DataFrame({"t": pl.Series(texts, dtype=pl.String)})
    return minor_units(frame, ["t"], exponent, form or NumberForm())["t"].to_list()


THAI_SHEET = NumberForm(
    thousands_mark=",", strip_currency=("THB", "฿"), parentheses_negative=True, trailing_minus=True, dash_is_zero=True,
    other_digits=True,
)  # fmt: skip


def test_plain_amounts() -> None:
    assert read(["1.50", "0.00", "-3.10", None, "12", "1.5"]) == [150, 0, -310, None, 1200, 150]


@pytest.mark.parametrize(
    "text",
    ["1.005", "1.0000001", "+3", "+3.00", "1e3", "1E400", "NaN", "Infinity", "inf", "12.", ".5", ".005", "5e-3", "1_000",
     "--1", "1.2.3", "0x10", "1,5", "1,234.50", "(12.00)", "12.00-", "฿5", "", "-", " ", "1 000.00"],
)  # fmt: skip
def test_f60_f62_odd_forms_are_null_not_guessed(text: str) -> None:
    assert read([text, "1.00"]) == [None, 100]


@pytest.mark.parametrize("text", ["๑๒.๕๐", "１２.５０", "\u221212.50"])
def test_f55_other_digits_only_where_declared(text: str) -> None:
    assert read([text]) == [None]
    assert read([text], form=NumberForm(other_digits=True)) == [-1250 if text.startswith("\u2212") else 1250]


def test_f59_declared_forms() -> None:
    texts = ["1,234.50", "12,345,678.00", "(12.00)", "12.00-", "฿249.00", "THB 1,234.00", "-", "\u00a05.00", "1234.50"]
    expected = [123450, 1234567800, -1200, -1200, 24900, 123400, 0, 500, 123450]
    assert read(texts, form=THAI_SHEET) == expected


@pytest.mark.parametrize("text", ["1,23.50", "12,34,567.00", ",123", "1,234,5", "((1))", "(1", "USD 5", "5-5", "--"])
def test_f59_malformed_marks_are_null(text: str) -> None:
    assert read([text], form=THAI_SHEET) == [None]


def test_f59_decimal_comma_never_reads_a_point_as_decimal() -> None:
    comma = NumberForm(decimal_mark=",", thousands_mark=".")
    assert read(["1.234,50", "12,5", "1.234", "1.5", "12"], form=comma) == [123450, 1250, 123400, None, 1200]
    space = NumberForm(decimal_mark=",", thousands_mark=" ")
    assert read(["1 234,50", "1\u00a0234,50", "1.5"], form=space) == [123450, 123450, None]


def test_zeros_after_the_last_decimal_change_nothing() -> None:
    assert read(["1.500", "1.5001", "3.000"]) == [150, None, 300]


def test_currencies_with_other_decimals() -> None:
    assert read(["1000", "1000.5", "1000.0"], 0) == [1000, None, 1000]
    assert read(["1.234", "1.2345"], 3) == [1234, None]


def test_f62_bound_of_fifteen_digits() -> None:
    assert read(["9999999999999.99", "10000000000000.00", "-9999999999999.99"]) == [10**15 - 1, None, 1 - 10**15]
    assert read(["999999999999999", "1000000000000000"], 0) == [10**15 - 1, None]


def test_binary_noise_where_declared() -> None:
    noisy = NumberForm(binary_noise=True)
    texts = ["19.990000000000002", "2.9789999999999996", "-0.30000000000000004", "1.999999999999", "0.1"]
    assert read(texts, form=noisy) == [1999, None, -30, 200, 10]
    assert read(texts[:1]) == [None]


def test_unreadable_tells_blank_from_wrong() -> None:
    text = pl.Series("t", ["1.00", None, "", "  ", "x"])
    value = minor_units(text.to_frame(), ["t"], 2)["t"]
    mask = unreadable(text, value)
    assert mask is not None
    assert mask.to_list() == [False, False, False, False, True]
    assert unreadable(pl.Series(["1"]), pl.Series([100])) is None


@given(st.integers(min_value=1 - 10**15, max_value=10**15 - 1), st.sampled_from(["THB", "JPY", "KWD"]))
def test_f59_format_then_parse_is_the_same(minor: int, currency: str) -> None:
    exponent = {"THB": 2, "JPY": 0, "KWD": 3}[currency]
    text = plain(minor, currency)
    assert read([text], exponent) == [minor]
    frame = pl.DataFrame({"m": pl.Series([minor], dtype=pl.Int64)})
    assert frame.select(plain_text("m", exponent)).item() == text


@given(st.text(alphabet="0123456789.,-+eE ๑", max_size=8))
def test_agrees_with_money_or_refuses(text: str) -> None:
    """What frames read, money reads the same; what money refuses, frames refuse."""
    (value,) = read([text])
    try:
        exact = parse_minor(text.strip())
    except MoneyError:
        exact = None
    assert value in (None, exact)


@given(
    st.lists(st.sampled_from(["0.00", "0.00", "0.00", "12.50", "-1.00", None, "x", "1.005"]), min_size=80, max_size=200)
)
def test_common_value_path_gives_the_same(texts: list[str | None]) -> None:
    text = pl.Series("t", texts, dtype=pl.String)
    fast = by_common_value(text, 2)
    if fast is not None:
        assert fast.to_list() == any_form(text, 2, PLAIN).to_list()


@given(
    st.lists(st.sampled_from(["0.00", "-12.5", "7", "19.990000000000002", " 3.00", "1,234.50", "(4.00)", "x", None]))
)
def test_exact_text_of_a_column_is_that_of_each_cell(texts: list[str | None]) -> None:
    form = NumberForm(thousands_mark=",", parentheses_negative=True, binary_noise=True)
    cleaned = [exact_text(pl.Series([text, "(1.00)"], dtype=pl.String), form)[0] for text in texts]  # never all bare
    assert exact_text(pl.Series(texts, dtype=pl.String), form).to_list() == cleaned

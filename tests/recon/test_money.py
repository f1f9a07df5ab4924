"""Money outside frames is exact, bounded, and loses nothing in a split."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import AmountOutOfRange, CurrencyMismatch, MoneyError
from recon.money import (
    AMOUNT_LIMIT_MINOR,
    Money,
    allocate,
    divide_half_up,
    parse_minor,
    plain,
    vat_included,
    vat_on_top,
)

AMOUNTS = st.integers(-AMOUNT_LIMIT_MINOR + 1, AMOUNT_LIMIT_MINOR - 1)


@given(AMOUNTS, st.sampled_from(["THB", "JPY", "KWD"]))
def test_text_and_back(minor, currency):
    text = plain(minor, currency)
    if len(text.lstrip("-").split(".")[0]) <= 13:
        assert parse_minor(text, currency) == minor


@pytest.mark.parametrize(
    "text",
    ["1.005", "1,000.00", "1e3", "NaN", "Infinity", "1E+400", "", " 1", "๑๒", "1_000", "--1", ".5", "1.", "0x10"],
)
def test_f62_text_that_is_no_exact_amount_is_refused(text):
    with pytest.raises(MoneyError):
        parse_minor(text)


def test_f62_boundaries():
    assert parse_minor("-0") == 0
    assert parse_minor("9999999999999.99") == AMOUNT_LIMIT_MINOR - 1
    with pytest.raises(AmountOutOfRange):
        Money(AMOUNT_LIMIT_MINOR, "THB")


@given(st.integers(-(10**13), 10**13))
def test_f63_vat_is_half_up_both_ways(gross):
    assert vat_included(gross, 700) == int((Decimal(gross) * 7 / 107).quantize(Decimal(1), ROUND_HALF_UP))
    assert vat_on_top(gross, 700) == int((Decimal(gross) * 7 / 100).quantize(Decimal(1), ROUND_HALF_UP))


def test_f63_a_half_goes_away_from_zero():
    assert (divide_half_up(5, 10), divide_half_up(-5, 10), divide_half_up(15, 10)) == (1, -1, 2)


@given(AMOUNTS, st.lists(st.integers(0, 10**12), min_size=1, max_size=30))
def test_f63_parts_sum_to_the_whole(total, weights):
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert all(part * total >= 0 for part in parts)


def test_currencies_do_not_mix():
    with pytest.raises(CurrencyMismatch):
        Money(1, "THB") + Money(1, "USD")
    assert str(Money(-123450, "THB") - Money(50, "THB")) == "-1235.00 THB"

"""Amount text to integer minor units in frames: exact, or null and therefore a finding. Never a silent rounding.

Polars rounds ``"1.005"`` into ``Decimal(18, 2)`` half to even without a word, takes ``1e3`` and ``+3``, and reads
``1.234`` with a thousands point as a little more than one. So text is first compared with the declared form; only what
is plainly a number of at most the currency's decimals goes through the fast decimal route.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.money import AMOUNT_LIMIT_MINOR

QUANTITY_DECIMALS: Final = 3
"""Quantities are kept as thousandths of a piece."""
_LIMIT_DIGITS: Final = len(str(AMOUNT_LIMIT_MINOR)) - 1
_OTHER_DIGITS: Final = {
    **{chr(0x0E50 + digit): str(digit) for digit in range(10)},
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
    "\u2212": "-", "\uff0d": "-", "\uff0e": ".", "\uff0c": ",",
}  # fmt: skip
_SPACES: Final = r"[\s\u00a0\u2007\u202f\u3000]"
_SAMPLE: Final = 64
_BARE: Final = r"^-?[0-9]+(?:\.[0-9]{1,8})?$"
"""A number that no form, as long as its mark is a point, takes anything from; with nine decimals noise begins."""
_LONG_NOISE: Final = r"^(-?[0-9]{1,13})\.([0-9]{9,20})$"


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How a column writes numbers; everything not declared here makes a cell unreadable."""

    decimal_mark: str = "."
    thousands_mark: str = ""
    strip_currency: tuple[str, ...] = ()
    parentheses_negative: bool = False
    trailing_minus: bool = False
    dash_is_zero: bool = False
    other_digits: bool = False
    """Thai and full-width digits and the Unicode minus."""
    binary_noise: bool = False
    """Numbers as a spreadsheet stores them: 19.990000000000002 is 19.99 (noise of at most 0.0001)."""

    @property
    def is_plain(self) -> bool:
        """Return whether plain text such as -1234.50 means what it says."""
        return self.decimal_mark == "." and self.thousands_mark != "."


PLAIN: Final = NumberForm()


def minor_units(
    frame: pl.DataFrame, columns: Sequence[str], exponents: Mapping[str, int] | int, form: NumberForm = PLAIN
) -> pl.DataFrame:
    """Return the text columns as Int64 minor units; null where a cell is blank or not an exact amount.

    Args:
        frame: Text columns.
        columns: Which of them to read.
        exponents: Decimals of the currency, for all columns or by column.
        form: How numbers are written.
    """
    by_column = exponents if isinstance(exponents, Mapping) else dict.fromkeys(columns, exponents)
    if not columns:
        return frame.select()
    if not form.is_plain:
        return frame.select(any_form(frame[c], by_column[c], form) for c in columns)
    found = {c: by_common_value(frame[c], by_column[c]) for c in columns}
    done = {c: value for c, value in found.items() if value is not None}
    rest = [c for c in columns if c not in done]
    checks = frame.select(plain_check(c, by_column[c]).alias(c) for c in rest).row(0, named=True) if rest else {}
    fast = frame.select(plain_value(c, by_column[c]) for c in rest if checks[c])
    done |= {c: fast[c] if checks[c] else any_form(frame[c], by_column[c], form) for c in rest}
    return pl.DataFrame([done[c] for c in columns])


def plain_check(column: str, exponent: int) -> pl.Expr:
    """Return whether every cell of a column is plain: ``-1234.50``, no more decimals than the currency has."""
    return pl.col(column).str.contains(_plain_pattern(exponent)).all()


def plain_value(column: str, exponent: int) -> pl.Expr:
    """Return a column known to be plain as minor units: the integer inside the decimal."""
    return _decimal_route(pl.col(column), exponent)


def by_common_value(text: pl.Series, exponent: int) -> pl.Series | None:
    """Return a plain column most of whose cells say the same (``0.00``), reading only the others; None if it is not so.

    Discounts, refunds, shipping and quantities are such columns; comparing costs a tenth of reading.
    """
    sample = text.head(_SAMPLE).drop_nulls()
    if len(sample) < _SAMPLE // 2:
        return None
    common = sample.value_counts(sort=True).row(0)[0]
    others = (text != common).arg_true()
    if len(others) * 2 > len(text):
        return None
    read = pl.DataFrame({"t": pl.concat([pl.Series([common]), text.gather(others)])})
    if not read.select(plain_check("t", exponent)).item():
        return None
    values = read.select(plain_value("t", exponent)).to_series()
    same = pl.repeat(values[0], len(text), dtype=pl.Int64, eager=True)
    if text.null_count():
        same = pl.select(pl.when(text.is_not_null()).then(same)).to_series()
    return same.scatter(others, values.slice(1)).alias(text.name)


def unreadable(text: pl.Series, value: pl.Series) -> pl.Series | None:
    """Return the mask of cells that say something we could not read; None when there is none."""
    if text.null_count() == value.null_count():
        return None
    mask = value.is_null() & text.is_not_null() & (text.str.strip_chars(None).str.len_bytes() > 0)
    return mask if mask.any() else None


def exact_text(text: pl.Series, form: NumberForm) -> pl.Series:
    """Return amount text with everything the form declares removed, for adding up by another route."""
    if form == PLAIN or (form.is_plain and text.str.contains(_BARE).all()):
        return text
    bare = text.to_frame("t").lazy().with_columns(bare=_cleaned(pl.col("t"), form))
    if form.binary_noise:
        bare = bare.with_columns(bare=_without_noise(pl.col("bare"), 2))
    return bare.select("bare").collect().to_series()


def plain_text(value: pl.Expr | str, exponent: int = 2) -> pl.Expr:
    """Return minor units (a column or an expression) as text with a decimal point, for messages and files."""
    value = pl.col(value) if isinstance(value, str) else value
    if exponent == 0:
        return value.cast(pl.String)
    whole, part = value.abs() // 10**exponent, value.abs() % 10**exponent
    sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, whole.cast(pl.String), pl.lit("."), part.cast(pl.String).str.zfill(exponent))


def _plain_pattern(exponent: int) -> str:
    fraction = rf"(?:\.[0-9]{{1,{exponent}}})?" if exponent else ""
    return rf"^-?[0-9]{{1,{_LIMIT_DIGITS - exponent}}}{fraction}$"


def _decimal_route(text: pl.Expr, exponent: int) -> pl.Expr:
    """Convert text that is known to be plain; the decimal's own integer is the minor units."""
    return text.cast(pl.Decimal(_LIMIT_DIGITS + 3, exponent), strict=False).to_physical().cast(pl.Int64)


def any_form(text: pl.Series, exponent: int, form: NumberForm) -> pl.Series:
    """Read one column cell by cell as the form allows: plain cells at once, only the rest is cleaned."""
    frame = text.to_frame("t")
    if not form.is_plain:
        return _after_cleaning(text, exponent, form)
    plain = pl.col("t").str.contains(_plain_pattern(exponent))
    values = frame.select(pl.when(plain).then(_decimal_route(pl.col("t"), exponent))).to_series().alias(text.name)
    others = (values.is_null() & text.is_not_null()).arg_true()
    return values.scatter(others, _after_cleaning(text.gather(others), exponent, form)) if len(others) else values


def _after_cleaning(text: pl.Series, exponent: int, form: NumberForm) -> pl.Series:
    """Read cells that are written in the declared form."""
    frame = text.to_frame("t").lazy().with_columns(bare=_cleaned(pl.col("t"), form))
    if form.binary_noise:
        frame = frame.with_columns(bare=_without_noise(pl.col("bare"), exponent))
    # Zeros after the last decimal of the currency change nothing; any other digit there makes the amount inexact.
    zeros = rf"^(-?[0-9]+\.[0-9]{{{exponent}}})0+$" if exponent else r"^(-?[0-9]+)\.0+$"
    frame = frame.with_columns(bare=pl.col("bare").str.replace(zeros, "$1"))
    plain = pl.col("bare").str.contains(_plain_pattern(exponent))
    read = frame.select(pl.when(plain).then(_decimal_route(pl.col("bare"), exponent)).alias(text.name))
    return read.collect().to_series()


def _cleaned(text: pl.Expr, form: NumberForm) -> pl.Expr:
    """Return the text with everything the form declares removed; what is not declared stays and will not be read."""
    bare = text.str.replace_all(rf"^{_SPACES}+|{_SPACES}+$", "")
    if form.other_digits:
        bare = bare.str.replace_many(list(_OTHER_DIGITS), list(_OTHER_DIGITS.values()))
    for word in form.strip_currency:
        quoted = _quoted(word)
        bare = bare.str.replace(rf"^(-?){_SPACES}*{quoted}{_SPACES}*", "$1").str.replace(rf"{_SPACES}*{quoted}$", "")
    if form.parentheses_negative:
        bare = bare.str.replace(r"^\(([^()-]+)\)$", "-$1")
    if form.trailing_minus:
        bare = bare.str.replace(r"^([^-]+)-$", "-$1")
    if form.dash_is_zero:
        bare = bare.str.replace(r"^[-\u2013\u2014]$", "0")
    point = _quoted(form.decimal_mark)
    if form.thousands_mark:
        mark = _quoted(form.thousands_mark) if form.thousands_mark.strip() else _SPACES
        grouped = bare.str.contains(rf"^-?[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+(?:{point}[0-9]+)?$")
        bare = pl.when(grouped).then(bare.str.replace_all(mark, "")).otherwise(bare)
    if form.decimal_mark != ".":
        with_point = bare.str.replace(rf"^(-?[0-9]+){point}([0-9]+)$", "$1.$2")
        bare = pl.when(bare.str.contains(r"\.")).then(None).otherwise(with_point)
    return bare


def _without_noise(bare: pl.Expr, exponent: int) -> pl.Expr:
    """Round numbers with nine decimals or more half up where at most 0.0001 is lost; leave all others alone."""
    parts = bare.str.extract_groups(_LONG_NOISE)
    fraction = parts.struct.field("2").str.pad_end(20, "0")
    scale = 10 ** (12 - exponent)
    scaled = parts.struct.field("1").str.strip_prefix("-").cast(pl.Int128) * 10**12 + fraction.str.head(12).cast(
        pl.Int128
    )
    rounded = (scaled + scale // 2) // scale
    close = (rounded * scale - scaled).abs() <= 10**8
    sign = pl.when(bare.str.starts_with("-")).then(pl.lit("-")).otherwise(pl.lit(""))
    whole = (rounded // 10**exponent).cast(pl.String)
    part = (rounded % 10**exponent).cast(pl.String).str.zfill(exponent)
    text = pl.concat_str(sign, whole, pl.lit("."), part) if exponent else pl.concat_str(sign, whole)
    return pl.when(close).then(text).otherwise(bare)


def _quoted(text: str) -> str:
    """Return text as a pattern that matches it literally."""
    return "".join(rf"\x{{{ord(character):x}}}" for character in text)

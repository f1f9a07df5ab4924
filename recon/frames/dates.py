"""Date text to the shop's local days in frames: by declared form and era, on the numbers, or null and a finding.

A Buddhist year is turned into a Gregorian one before any date is built: 29/02/2567 is a day (2024), but 2567 in the
Gregorian calendar has no 29 February. Month names are English or Thai whatever the machine's language. A moment with
an offset becomes the day of the declared zone; where its own offset already is the zone's (Shopify), the first ten
characters are that day and nothing else is parsed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal

import polars as pl

BUDDHIST_YEARS: Final = 543
BUDDHIST_FROM: Final = 2400
"""With era ``auto`` a four-digit year from here on is Buddhist."""
FAR_OFF_DAYS: Final = 400
EXCEL_SERIALS: Final = (20_000, 80_000)
"""1954 to 2119: what a spreadsheet leaves behind when it turns dates into numbers."""
OFFSET_FORMAT: Final = "%Y-%m-%d %H:%M:%S %z"
PLAUSIBLE_YEARS: Final = (1990, 2199)
"""Outside these a day is not read: it is a slip, or a year of another era than declared."""
_NO_DATE: Final = r"^(?:-0001-11-30|0000-00-00)"
_CLOCK: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-2][0-9]:[0-5][0-9]:[0-5][0-9] "
_CLOCKS: Final = {
    " %H:%M": r" (?:[01]?[0-9]|2[0-3]):[0-5][0-9]$", " %H:%M:%S": r" (?:[01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$",
}  # fmt: skip
"""Ends of forms that say a time of day, and how such a time is written."""
_FULL_CLOCKS: Final = {tail: clock.replace("[01]?", "[01]") for tail, clock in _CLOCKS.items()}
"""The same with every hour in two digits: such an end is as long as its form."""
_SHOP_LENGTH: Final = len("2026-01-31 23:59:59 +0700")
_SHOP_MOMENT: Final = re.compile(rf"{_CLOCK}([+-][0-9]{{4}})", re.ASCII)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_THAI_MONTHS: Final = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_THAI_LONG: Final = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน", "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม",
    "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
_TOKENS: Final = {
    "Y": r"(?P<Y>[0-9]{4})", "y": r"(?P<y>[0-9]{2})", "m": r"(?P<m>[0-9]{1,2})", "d": r"(?P<d>[0-9]{1,2})",
    "b": r"(?P<b>[^0-9\s,/-]+)", "B": r"(?P<b>[^0-9\s,/-]+)", "H": r"(?P<H>[0-9]{1,2})", "M": r"(?P<M>[0-9]{1,2})",
    "S": r"(?P<S>[0-9]{1,2})", "f": r"[0-9]{1,9}", "z": r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})", "%": "%",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DateForm:
    """How a file writes days and moments."""

    formats: tuple[str, ...] = ("%Y-%m-%d",)
    """strptime forms; the first that reads every cell of a column is taken for that column."""
    era: Literal["CE", "BE", "auto"] = "CE"
    timezone: str = "Asia/Bangkok"
    excel_serials: bool = False


def check_format(form: str) -> None:
    """Check a strptime form a person has declared.

    Raises:
        ValueError: It has a part we do not read, or lacks day, month or year.
    """
    _pattern(form)


def days(text: pl.Series, form: DateForm) -> pl.Series:
    """Return a text column as days of the declared zone; null where blank or not of the declared form."""
    frame = text.to_frame("t")
    offset = written_offset(text, form)
    if not offset:
        beside = _days_beside_clocks(text, form)
        return moments(text, form).dt.date() if beside is None else beside
    usual = pl.col("t").str.len_bytes() == _SHOP_LENGTH, pl.col("t").str.ends_with(f" {offset}")
    day = frame.select(pl.when(usual[0] & usual[1]).then(shop_day("t"))).to_series().alias(text.name)
    if not is_shop_day(day, offset, form):
        return moments(text, form).dt.date()
    # A few odd cells in a large column are read by themselves.
    others = (day.is_null() & text.is_not_null()).arg_true()
    return day.scatter(others, moments(text.gather(others), form).dt.date()) if len(others) else day


def _days_beside_clocks(text: pl.Series, form: DateForm) -> pl.Series | None:
    """Return the days of a column of local moments by reading each day once; None where a cell is written otherwise.

    Moments of a month differ by the minute, their days hardly: the clock is looked at, and only the day is taken apart.
    """
    filled = text.drop_nulls()
    for tail, clock in _CLOCKS.items():
        dates = tuple(one.removesuffix(tail) for one in form.formats if one.endswith(tail) and "%z" not in one)
        if not dates or not filled.len():
            continue
        if filled.str.contains(_FULL_CLOCKS[tail]).all():
            day = text.str.head(-len(tail))  # a sixth of what replacing takes
        elif filled.str.contains(clock).all():
            day = text.str.replace(clock, "")
        else:
            continue
        distinct = day.unique().drop_nulls()
        read = _read_best(distinct, replace(form, formats=dates, excel_serials=False)).dt.date()
        if not read.null_count():
            return day.replace_strict(distinct, read, default=None, return_dtype=pl.Date).alias(text.name)
    return None


def written_offset(text: pl.Series, form: DateForm) -> str:
    """Return the offset the first cell is written with, if its column may be read by cutting out the day; else nothing."""
    if OFFSET_FORMAT not in form.formats or form.era == "BE":
        return ""
    at = text.is_not_null().arg_max()
    first = text[at] if at is not None else None
    found = _SHOP_MOMENT.fullmatch(first or "")
    return found[1] if found else ""


def shop_day_check(column: str, offset: str) -> pl.Expr:
    """Return whether every cell has the length of a moment and ends in this one offset.

    The day in front is read strictly by `shop_day`; the clock between them does not change the day and is not read.
    """
    text = pl.col(column)
    return ((text.str.len_bytes() == _SHOP_LENGTH) & text.str.ends_with(f" {offset}")).all()


def shop_day(column: str) -> pl.Expr:
    """Return the day cut from the front of each cell, parsed once per distinct day."""
    return pl.col(column).str.head(10).str.to_date("%Y-%m-%d", strict=False)


def is_shop_day(day: pl.Series, offset: str, form: DateForm) -> bool:
    """Return whether days cut out are the zone's own days: plausible, and the offset the zone's all along."""
    first, last = day.min(), day.max()
    if first is None or last is None:
        return True
    low, high = PLAUSIBLE_YEARS
    if first.year < low or last.year > high:  # type: ignore[union-attr]
        return False
    moment = pl.Datetime("us")
    span = pl.datetime_range(pl.lit(first).cast(moment), pl.lit(last).cast(moment), "1d", eager=True)
    there = span.dt.replace_time_zone("UTC").dt.convert_time_zone(form.timezone)
    return there.dt.strftime("%z").unique().to_list() == [offset]


def moments(text: pl.Series, form: DateForm) -> pl.Series:
    """Return a text column as local moments of the declared zone (midnight where the form has no time)."""
    distinct = text.unique().drop_nulls()
    if distinct.is_empty():
        return pl.Series(text.name, [None], dtype=pl.Datetime("us")).new_from_index(0, len(text))
    read = _read_best(distinct, form)
    kept = read.is_not_null()
    return text.replace_strict(
        distinct.filter(kept), read.filter(kept), default=None, return_dtype=pl.Datetime("us")
    ).alias(text.name)


def plausible_span(day: pl.Series) -> tuple[int, int]:
    """Return the first and last plausible day, as day numbers, given the days of all orders of a file.

    Days that stand apart from the bulk of the file by more than 400 days without any order are not in it; an export
    of several years hangs together and is no reason for a finding.
    """
    counts = day.drop_nulls().to_physical().alias("day").value_counts().sort("day")
    group = (counts["day"].diff().fill_null(0) > FAR_OFF_DAYS).cum_sum().alias("group")
    sizes = (
        counts.with_columns(group)
        .group_by("group", maintain_order=True)
        .agg(pl.col("count").sum(), first=pl.col("day").min(), last=pl.col("day").max())
    )
    bulk = sizes.sort("count", "group", descending=[True, False]).row(0, named=True)
    return bulk["first"] - FAR_OFF_DAYS, bulk["last"] + FAR_OFF_DAYS


def _read_best(distinct: pl.Series, form: DateForm) -> pl.Series:
    """Return the moments of distinct cells by the first form that reads them all, else by the one that reads most."""
    cells = distinct.str.replace_all(r"^[\s\u00a0]+|[\s\u00a0]+$", "")
    wanted = int((cells.str.len_bytes() > 0).sum()) - int(cells.str.contains(_NO_DATE).sum())
    best: pl.Series | None = None
    for one in form.formats:
        read = _by_format(cells, one, form)
        if form.excel_serials:
            read = read.fill_null(_serials(cells))
        if len(read) - read.null_count() >= wanted:
            return read
        if best is None or read.null_count() < best.null_count():
            best = read
    assert best is not None
    return best


def _by_format(cells: pl.Series, form: str, rules: DateForm) -> pl.Series:
    """Take the cells apart by one form and build moments from the numbers."""
    pattern, names = _pattern(form)
    parts = cells.to_frame("t").select(pl.col("t").str.extract_groups(pattern)).unnest("t")
    number = {name: pl.col(name).cast(pl.Int64, strict=False) for name in names if name in "YymdHMS"}
    month = number["m"] if "m" in names else _month_number(pl.col("b"))
    year = number["Y"] if "Y" in names else number["y"]
    year = _gregorian(year, two_digits="Y" not in names, era=rules.era)
    year = pl.when(year.is_between(*PLAUSIBLE_YEARS)).then(year)
    clock = [_padded(number[part]) if part in names else pl.lit("00") for part in "HMS"]
    text = pl.concat_str(
        year.cast(pl.String), pl.lit("-"), _padded(month), pl.lit("-"), _padded(number["d"]), pl.lit(" "),
        clock[0], pl.lit(":"), clock[1], pl.lit(":"), clock[2],
    )  # fmt: skip
    built = text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    if "z" in names:
        built = _to_zone(built, pl.col("z"), rules.timezone)
    return parts.select(built.alias(cells.name)).to_series()


def _gregorian(year: pl.Expr, *, two_digits: bool, era: str) -> pl.Expr:
    """Return Gregorian years; a two-digit year is never guessed when the era is ``auto``."""
    if two_digits:
        return {"CE": 2000 + year, "BE": 2500 - BUDDHIST_YEARS + year}.get(era, pl.lit(None, dtype=pl.Int64))
    if era == "auto":
        return pl.when(year >= BUDDHIST_FROM).then(year - BUDDHIST_YEARS).otherwise(year)
    return year - BUDDHIST_YEARS if era == "BE" else year


def _month_number(name: pl.Expr) -> pl.Expr:
    known = {word: number + 1 for words in (_THAI_MONTHS, _THAI_LONG) for number, word in enumerate(words)}
    english = {word: number + 1 for number, word in enumerate(_MONTHS)}
    short = name.str.to_lowercase().str.head(3).replace_strict(english, default=None, return_dtype=pl.Int64)
    return name.replace_strict(known, default=None, return_dtype=pl.Int64).fill_null(short)


def _to_zone(local: pl.Expr, offset: pl.Expr, zone: str) -> pl.Expr:
    """Return moments written with an offset as local moments of the zone."""
    bare = offset.str.replace("Z", "+0000", literal=True).str.replace(":", "", literal=True)
    minutes = bare.str.slice(1, 2).cast(pl.Int64) * 60 + bare.str.slice(3, 2).cast(pl.Int64)
    signed = pl.when(bare.str.starts_with("-")).then(-minutes).otherwise(minutes)
    utc = (local - pl.duration(minutes=signed)).dt.replace_time_zone("UTC")
    return utc.dt.convert_time_zone(zone).dt.replace_time_zone(None)


def _serials(cells: pl.Series) -> pl.Series:
    """Return Excel serial days (1900 base) as moments; the time of day is dropped."""
    whole = cells.str.extract(r"^([0-9]{5})(?:\.[0-9]+)?$").cast(pl.Int64, strict=False)
    frame = whole.to_frame("n").select(
        pl.when(pl.col("n").is_between(*EXCEL_SERIALS))
        .then(pl.datetime(1899, 12, 30) + pl.duration(days=pl.col("n")))
        .cast(pl.Datetime("us"))
    )
    return frame.to_series()


def _padded(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(2)


@cache
def _pattern(form: str) -> tuple[str, tuple[str, ...]]:
    """Return a strptime form as a pattern with named groups, and the names."""
    pattern, position = "", 0
    for token in re.finditer(r"%(.)", form):
        if token[1] not in _TOKENS:
            raise ValueError(f"{token[0]} in the date form {form!r} is not known; known: {', '.join(sorted(_TOKENS))}")
        pattern += re.escape(form[position : token.start()]) + _TOKENS[token[1]]
        position = token.end()
    pattern = rf"^{pattern}{re.escape(form[position:])}$"
    names = tuple(re.compile(pattern).groupindex)
    if "d" not in names or not {"m", "b"} & set(names) or not {"Y", "y"} & set(names):
        raise ValueError(f"the date form {form!r} needs day (%d), month (%m or %b) and year (%Y or %y)")
    return pattern, names

"""Bring the date forms of ZORT's answers into one written form, still text, without deciding what is a good date.

ZORT writes `2026-06-05`, `2026-06-05T00:00:00`, `2026-06-05 10:21`, `05/06/2026` and, in its older dialect,
`/Date(1780592400000)/`: the UTC instant of midnight in Bangkok, so a UTC date would be one day early. Each date
comes twice; the twin named ``...String`` is preferred. What fits none of the forms stays as it came, so that
normalize can show it. Buddhist years pass through; the form declares the era.
"""

from __future__ import annotations

from typing import Final

import polars as pl

ZONE: Final = "Asia/Bangkok"
"""Zone of ZORT's instants; Thai local time all year."""
DATE_FORM: Final = "%Y-%m-%d"
MOMENT_FORM: Final = "%Y-%m-%d %H:%M:%S"

_ISO: Final = r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?)?$"
_ISO_ZONED: Final = r"^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})$"
_INSTANT: Final = r"^/Date\((-?\d{1,14})(?:[+-]\d{4})?\)/$"
_DAY_FIRST: Final = r"^(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{2}:\d{2})(:\d{2})?)?$"
_WRITTEN: Final = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"
_NO_DATE: Final = "0001-01-01"
"""What .NET writes for a date that was never set."""


def moment(*candidates: pl.Expr) -> pl.Expr:
    """Return the first readable candidate as `2026-06-05 10:21:00`; where none is readable, the first that is there."""
    written = [_written(candidate) for candidate in candidates]
    readable = [pl.when(form.str.contains(_WRITTEN)).then(form) for form in written]
    chosen = pl.coalesce(*readable, *written)
    return pl.when(~chosen.str.starts_with(_NO_DATE)).then(chosen)


def day(*candidates: pl.Expr) -> pl.Expr:
    """Return the first readable candidate as `2026-06-05`; where none is readable, the first that is there."""
    chosen = moment(*candidates)
    return pl.when(chosen.str.contains(_WRITTEN)).then(chosen.str.slice(0, 10)).otherwise(chosen)


def _written(text: pl.Expr) -> pl.Expr:
    """Return the moment in Bangkok as text; the text itself where it is of no known form; null where there is none."""
    given = text.str.strip_chars()
    iso = given.str.extract_groups(_ISO)
    local = _joined(iso.struct.field("1"), iso.struct.field("2"), iso.struct.field("3"))
    first = given.str.extract_groups(_DAY_FIRST)
    date = pl.concat_str(
        [first.struct.field("3"), first.struct.field("2").str.zfill(2), first.struct.field("1").str.zfill(2)],
        separator="-",
    )
    day_first = _joined(date, first.struct.field("4"), first.struct.field("5"))
    return pl.coalesce(local, _from_zone(given), _from_instant(given), day_first, pl.when(given != "").then(given))


def _joined(date: pl.Expr, minutes: pl.Expr, seconds: pl.Expr) -> pl.Expr:
    time = minutes.fill_null("00:00") + seconds.fill_null(":00")
    return pl.when(date.is_not_null()).then(date + " " + time)


def _from_zone(given: pl.Expr) -> pl.Expr:
    parts = given.str.extract_groups(_ISO_ZONED)
    offset = parts.struct.field("4").replace("Z", "+00:00").str.replace(":", "", literal=True)
    plain = _joined(parts.struct.field("1"), parts.struct.field("2"), parts.struct.field("3")) + offset
    utc = plain.str.to_datetime("%Y-%m-%d %H:%M:%S%z", time_unit="us", strict=False)
    return utc.dt.convert_time_zone(ZONE).dt.strftime(MOMENT_FORM)


def _from_instant(given: pl.Expr) -> pl.Expr:
    instant = given.str.extract(_INSTANT).cast(pl.Int64)
    inside = instant.is_between(-62_135_596_800_000, 64_092_211_200_000)  # years 1 to 4000; beyond, no calendar has it
    utc = pl.when(inside).then(instant).cast(pl.Datetime("ms", "UTC"))
    # The year is written with four digits by hand: strftime leaves off leading zeros of early years.
    local = utc.dt.convert_time_zone(ZONE)
    return local.dt.year().cast(pl.String).str.zfill(4) + local.dt.strftime("-%m-%d %H:%M:%S")

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

_PLAIN: Final = r"^\d{4}-\d{2}-\d{2}$"
_WRITTEN: Final = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"
_ISO: Final = r"^(?<day>\d{4}-\d{2}-\d{2})(?:[T ](?<minutes>\d{2}:\d{2})(?<seconds>:\d{2})?(?:\.\d+)?)?$"
_ISO_ZONED: Final = (
    r"^(?<day>\d{4}-\d{2}-\d{2})[T ](?<minutes>\d{2}:\d{2})(?<seconds>:\d{2})?(?:\.\d+)?(?<offset>Z|[+-]\d{2}:?\d{2})$"
)
_INSTANT: Final = r"^/Date\((-?\d{1,14})(?:[+-]\d{4})?\)/$"
_DAY_FIRST: Final = r"^(?<d>\d{1,2})/(?<m>\d{1,2})/(?<y>\d{4})(?: (?<minutes>\d{2}:\d{2})(?<seconds>:\d{2})?)?$"
_NO_DATE: Final = "0001-01-01"
"""What .NET writes for a date that was never set."""


def moments(frame: pl.DataFrame, *candidates: str) -> pl.Series:
    """Return the first readable candidate column as `2026-06-05 10:21:00`; where none is, the first that is there."""
    written = [_written(frame[candidate]).alias(f"{place}") for place, candidate in enumerate(candidates)]
    readable = [pl.when(pl.col(form.name).str.contains(_WRITTEN)).then(pl.col(form.name)) for form in written]
    chosen = pl.coalesce(*readable, *(form.name for form in written)).alias("moment")
    found = pl.DataFrame(written).select(chosen).to_series()
    return found.set(found.str.starts_with(_NO_DATE), None)


def days(frame: pl.DataFrame, *candidates: str) -> pl.Series:
    """Return the first readable candidate column as `2026-06-05`; where none is readable, the first that is there."""
    first = frame[candidates[0]]
    if first.null_count() == 0 and first.str.contains(_PLAIN).all():
        return first
    found = moments(frame, *candidates)
    return found.to_frame("t").select(
        pl.when(pl.col("t").str.contains(_WRITTEN)).then(pl.col("t").str.head(10)).otherwise("t")
    ).to_series()  # fmt: skip


def _written(text: pl.Series) -> pl.Series:
    """Return the moments in Bangkok as text; the text itself where it is of no known form. Each distinct text once."""
    distinct = text.unique().drop_nulls()
    if distinct.is_empty():
        return text
    forms = distinct.to_frame("t").with_columns(iso=pl.col("t").str.extract_groups(_ISO))
    iso = pl.col("iso").struct
    forms = forms.select("t", found=_joined(iso.field("day"), iso.field("minutes"), iso.field("seconds")))
    rest = forms.filter(pl.col("found").is_null()).get_column("t")
    forms = forms.filter(pl.col("found").is_not_null())
    if not rest.is_empty():
        forms = pl.concat([forms, _rarer(rest)])
    if forms.height == text.len():
        return text.to_frame("t").join(forms, on="t", how="left", maintain_order="left").get_column("found")
    return text.replace_strict(forms["t"], forms["found"], default=None, return_dtype=pl.String)


def _rarer(distinct: pl.Series) -> pl.DataFrame:
    """Return the texts (t) that are no plain ISO moments, and what they mean (found)."""
    forms = distinct.to_frame("t").with_columns(
        zoned=pl.col("t").str.extract_groups(_ISO_ZONED),
        instant=pl.col("t").str.extract(_INSTANT).cast(pl.Int64),
        first=pl.col("t").str.extract_groups(_DAY_FIRST),
    )
    first = pl.col("first").struct
    day = pl.concat_str([first.field("y"), first.field("m").str.zfill(2), first.field("d").str.zfill(2)], separator="-")
    day_first = _joined(day, first.field("minutes"), first.field("seconds"))
    return forms.select("t", found=pl.coalesce(_from_zone(), _from_instant(), day_first, "t"))


def _joined(day: pl.Expr, minutes: pl.Expr, seconds: pl.Expr) -> pl.Expr:
    time = minutes.fill_null("00:00") + seconds.fill_null(":00")
    return pl.when(day.is_not_null()).then(day + " " + time)


def _from_zone() -> pl.Expr:
    parts = pl.col("zoned").struct
    offset = parts.field("offset").replace("Z", "+00:00").str.replace(":", "", literal=True)
    plain = _joined(parts.field("day"), parts.field("minutes"), parts.field("seconds")) + offset
    utc = plain.str.to_datetime("%Y-%m-%d %H:%M:%S%z", time_unit="us", strict=False)
    return utc.dt.convert_time_zone(ZONE).dt.strftime(MOMENT_FORM)


def _from_instant() -> pl.Expr:
    instant = pl.col("instant")
    inside = instant.is_between(-62_135_596_800_000, 64_092_211_200_000)  # years 1 to 4000; beyond, nobody sells
    utc = pl.when(inside).then(instant).cast(pl.Datetime("ms", "UTC"))
    # The year is written with four digits by hand: strftime leaves off leading zeros of early years.
    local = utc.dt.convert_time_zone(ZONE)
    return local.dt.year().cast(pl.String).str.zfill(4) + local.dt.strftime("-%m-%d %H:%M:%S")

"""Days by declared form, era and zone (F53, F54); nothing guessed."""

from __future__ import annotations

import calendar
import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.frames.dates import OFFSET_FORMAT, DateForm, check_format, days, moments, plausible_span


def read(texts: list[str | None], *formats: str, **form: object) -> list[str | None]:
    read_days = days(pl.Series("t", texts, dtype=pl.String), DateForm(formats=formats or ("%Y-%m-%d",), **form))  # type: ignore[arg-type]
    assert read_days.dtype == pl.Date
    return [None if day is None else day.isoformat() for day in read_days]


def test_plain_days_and_what_is_no_day() -> None:
    assert read(["2026-01-31", None, "2026-02-30", "", "31/01/2026"]) == ["2026-01-31", None, None, None, None]


def test_no_date_of_bentoweb_is_absent() -> None:
    assert read(["-0001-11-30 00:00:00", "2023-05-02 13:42:00"], "%Y-%m-%d %H:%M:%S") == [None, "2023-05-02"]


def test_days_beside_clocks_of_one_and_of_two_digits() -> None:
    form = "%d/%m/%Y %H:%M"
    assert read(["01/06/2026 09:30", None, "2/6/2026 23:59"], form) == ["2026-06-01", None, "2026-06-02"]
    assert read(["01/06/2026 9:30", "2/6/2026 23:59"], form) == ["2026-06-01", "2026-06-02"]
    assert read(["01/06/2026  9:30", "2/6/2026 24:00"], form) == [None, None]


def test_f53_leap_day_of_a_buddhist_year() -> None:
    assert read(["29/02/2567"], "%d/%m/%Y", era="BE") == ["2024-02-29"]
    assert read(["29/02/2567", "28/02/2024"], "%d/%m/%Y", era="auto") == ["2024-02-29", "2024-02-28"]


def test_f53_every_buddhist_leap_day() -> None:
    years = range(2533, 2743)
    leap = [str(year - 543) + "-02-29" if calendar.isleap(year - 543) else None for year in years]
    assert read([f"29/02/{year}" for year in years], "%d/%m/%Y", era="BE") == leap


@given(st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2199, 12, 31)))
def test_f53_round_trip(day: dt.date) -> None:
    text = f"{day.day:02}/{day.month:02}/{day.year + 543}"
    assert read([text], "%d/%m/%Y", era="BE") == [day.isoformat()]
    assert read([text], "%d/%m/%Y", era="auto") == [day.isoformat()]


def test_f53_undeclared_buddhist_year_is_refused_not_543_years_ahead() -> None:
    assert read(["2568-06-05"]) == [None]
    assert read(["2568-06-05 10:00:00 +0700", "2026-06-05 10:00:00 +0700"], OFFSET_FORMAT) == [None, "2026-06-05"]


def test_f53_two_digit_years_need_a_declared_era() -> None:
    assert read(["30/09/68"], "%d/%m/%y", era="BE") == ["2025-09-30"]
    assert read(["01-02-23"], "%d-%m-%y") == ["2023-02-01"]
    assert read(["30/09/68"], "%d/%m/%y", era="auto") == [None]


def test_months_by_name_do_not_depend_on_the_machine() -> None:
    assert read(["03 Jun 2026 20:41", "31 May 2026 01:00"], "%d %b %Y %H:%M") == ["2026-06-03", "2026-05-31"]
    assert read(["3 มิ.ย. 2569", "1 ธันวาคม 2569"], "%d %b %Y", era="BE") == ["2026-06-03", "2026-12-01"]


def test_f54_a_form_must_read_the_whole_column() -> None:
    assert read(["05/06/2026", "13/06/2026"], "%m/%d/%Y", "%d/%m/%Y") == ["2026-06-05", "2026-06-13"]


def test_f54_moment_in_the_shops_zone_at_the_end_of_a_month() -> None:
    assert read(["2026-01-31 23:59:59 +0700"], OFFSET_FORMAT) == ["2026-01-31"]
    assert read(["2026-01-31 17:00:00 +0000"], OFFSET_FORMAT) == ["2026-02-01"]
    assert read(["2026-01-31T16:59:59Z"], "%Y-%m-%dT%H:%M:%S%z") == ["2026-01-31"]
    assert read(["2026-01-31 23:59:59 +0700", "2026-01-31 17:00:00 +0000", None], OFFSET_FORMAT) == [
        "2026-01-31", "2026-02-01", None,
    ]  # fmt: skip


def test_f54_summer_time() -> None:
    texts = ["2026-07-31 23:30:00 -0400", "2026-01-31 23:30:00 -0500", "2026-08-01 03:59:59 +0000"]
    assert read(texts, OFFSET_FORMAT, timezone="America/New_York") == ["2026-07-31", "2026-01-31", "2026-07-31"]


def test_odd_cells_in_a_column_of_shop_moments() -> None:
    texts = ["2026-01-31 23:59:59 +0700", "yesterday", "2026-02-30 10:00:00 +0700", None]
    assert read(texts, OFFSET_FORMAT) == ["2026-01-31", None, None, None]


def test_excel_serials_where_declared() -> None:
    assert read(["45678", "46000.5", "2026-01-01"], excel_serials=True) == ["2025-01-21", "2025-12-09", "2026-01-01"]
    assert read(["45678"]) == [None]
    assert read(["99999"], excel_serials=True) == [None]


def test_moments_keep_the_clock() -> None:
    read_moments = moments(pl.Series(["2026-06-06 09:02:00", None]), DateForm(formats=("%Y-%m-%d %H:%M:%S",)))
    assert read_moments.to_list() == [dt.datetime.fromisoformat("2026-06-06T09:02:00"), None]


def test_a_day_that_stands_apart() -> None:
    near = [dt.date(2026, 1, 1), dt.date(2026, 1, 5), dt.date(2026, 1, 9)]
    low, high = plausible_span(pl.Series([*near, dt.date(2028, 1, 1)]))
    assert dt.date(1970, 1, 1) + dt.timedelta(high) < dt.date(2028, 1, 1)
    assert dt.date(1970, 1, 1) + dt.timedelta(low) < near[0]


def test_an_export_of_several_years_hangs_together() -> None:
    first, last = dt.date(2021, 1, 1), dt.date(2026, 1, 1)
    span = pl.Series([first + dt.timedelta(days=90 * step) for step in range(20)] + [last])
    low, high = plausible_span(span)
    assert low < (first - dt.date(1970, 1, 1)).days < (last - dt.date(1970, 1, 1)).days < high


@pytest.mark.parametrize("form", ["%Y-%m", "%d/%m", "%Q", "%H:%M", "%d %b"])
def test_a_form_without_day_month_or_year_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match="date form"):
        check_format(form)


@pytest.mark.parametrize("texts", [[], [None], [None, None]])
def test_nothing_to_read(texts: list[str | None]) -> None:
    assert read(texts) == texts
    assert read(texts, OFFSET_FORMAT) == texts

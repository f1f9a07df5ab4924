"""Languages: which one is spoken, and how amounts, counts, days and times are written in it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest

from tui import i18n
from tui.i18n import amount, count, day, day_heading, default_language, duration, moment, month, time_of_day


@pytest.fixture(params=list(i18n.LANGUAGES))
def spoken(request):
    with i18n.speaking(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("text", "english", "norwegian"),
    [
        ("-1234.50", "-1,234.50", "-1\u00a0234,50"),
        ("0.00", "0.00", "0,00"),
        ("999", "999", "999"),
        ("1000", "1,000", "1\u00a0000"),
        ("9999999999999.99", "9,999,999,999,999.99", "9\u00a0999\u00a0999\u00a0999\u00a0999,99"),
        ("12.345", "12.345", "12,345"),
        ("", "", ""),
        ("1,234.50", "1,234.50", "1,234.50"),
        ("1e5", "1e5", "1e5"),
        ("๑๒", "๑๒", "๑๒"),
        ("n/a", "n/a", "n/a"),
    ],
)
def test_amounts_stay_exact_and_what_is_none_stays_as_it_is(text: str, english: str, norwegian: str):
    written = {"en": english, "th": english, "nb": norwegian}
    for language, form in written.items():
        with i18n.speaking(language):
            assert amount(text) == form


def test_counts_take_the_marks_of_the_language():
    with i18n.speaking("nb"):
        assert count(1204) == "1\u00a0204"
    assert count(-1204) == "-1,204"


def test_days_have_one_form_per_language_and_thai_years_are_buddhist():
    forms = {"en": ("2026-10-31", "2026-10"), "nb": ("31.10.2026", "10.2026"), "th": ("31 ต.ค. 2569", "ต.ค. 2569")}
    for language, (a_day, a_month) in forms.items():
        with i18n.speaking(language):
            assert day("2026-10-31") == day(dt.date(2026, 10, 31)) == day("2026-10-31T23:00:00Z") == a_day
            assert month("2026-10-31") == month("2026-10") == a_month


def test_the_era_is_named_where_years_are_buddhist_and_nowhere_else():
    with i18n.speaking("th"):
        assert day("2026-10-01", era=True) == "1 ต.ค. พ.ศ. 2569"
        assert month("2026-10", era=True) == "ต.ค. พ.ศ. 2569"
        assert day_heading("วันที่") == "วันที่ (พ.ศ.)"
    with i18n.speaking("nb"):
        assert day("2026-10-01", era=True) == "01.10.2026"
        assert day_heading("Dato") == "Dato"


def test_moments_are_told_in_the_time_of_the_place():
    late = "2026-10-31T17:30:05.000000Z"
    assert moment(late, "Asia/Bangkok") == "2026-11-01 00:30"
    assert moment(late, "Asia/Bangkok", seconds=True) == "2026-11-01 00:30:05"
    assert time_of_day(late, "Europe/Oslo") == "18:30:05"
    with i18n.speaking("nb"):
        assert moment(late, "Europe/Oslo") == "31.10.2026 18:30"
    with i18n.speaking("th"):
        assert moment(late, "Asia/Bangkok", era=True) == "1 พ.ย. พ.ศ. 2569 00:30"
        assert moment(dt.datetime(2026, 10, 31, 17, 30, tzinfo=dt.UTC), "Asia/Bangkok") == "1 พ.ย. 2569 00:30"


def test_a_moment_without_an_offset_is_utc_and_other_text_stays(spoken):
    assert moment("2026-10-31T17:30:05", "Asia/Bangkok") == moment("2026-10-31T17:30:05Z", "Asia/Bangkok")
    assert day("someday") == moment("someday", "Asia/Bangkok") == time_of_day("someday", "UTC") == "someday"
    assert day("") == month("") == moment("", "Asia/Bangkok") == ""


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (21, "0:21"), (725, "12:05"), (3725, "1:02:05"), (-5, "-0:05")]
)
def test_durations(seconds: int, text: str):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("setting", "environment", "language"),
    [
        ("th", {"LANG": "nb_NO.UTF-8"}, "th"),
        ("", {"LANG": "nb_NO.UTF-8"}, "nb"),
        ("", {"LANG": "nn_NO"}, "nb"),
        ("", {"LANG": "no"}, "nb"),
        ("", {"LANG": "en_US.UTF-8", "LC_ALL": "th_TH.UTF-8"}, "th"),
        ("", {"LANG": "th_TH.UTF-8", "LC_ALL": ""}, "th"),
        ("", {"LC_MESSAGES": "nb_NO@euro"}, "nb"),
        ("", {"LANG": "C.UTF-8"}, "en"),
        ("", {"LANG": "de_DE.UTF-8"}, "en"),
        ("", {"LANG": "../../etc"}, "en"),
        ("klingon", {"LANG": "th_TH"}, "th"),
        ("", {}, "en"),
    ],
)
def test_the_language_to_start_with(setting: str, environment: dict[str, str], language: str):
    assert default_language(setting, environment) == language


def test_an_unknown_language_is_refused_by_name_and_the_old_one_stays():
    with i18n.speaking("nb"):
        with pytest.raises(ValueError, match="'xx'; there are en, th, nb"):
            i18n.use("xx")
        assert i18n.language() == "nb"
    assert i18n.language() == "en"


def test_an_empty_text_is_empty_and_an_unknown_one_is_english(spoken):
    """gettext answers the empty text with the head of the catalogue."""
    assert i18n._("") == i18n.tr("") == ""
    assert i18n._("no catalogue has this sentence") == "no catalogue has this sentence"
    assert i18n.pgettext("verb", "no catalogue has this") == "no catalogue has this"
    assert i18n.ngettext("{n} oddity", "{n} oddities", 2) == "{n} oddities"


def test_the_language_costs_the_start_nothing():
    """Neither babel nor the screens are loaded by it (tui-ux 9: the start stays cheap)."""
    script = "import sys, tui.i18n; print([m for m in ('babel', 'textual', 'rich', 'polars', 'platformdirs') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"

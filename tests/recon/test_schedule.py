"""Due times: every schedule, changes of the clocks, missed runs; and the timers' texts read back by other programs."""

from __future__ import annotations

import configparser
import datetime as dt
import plistlib
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.config.schedule import Schedule, is_due, last_due, next_due
from recon.config.schedule_presets import PRESETS, preset_of
from recon.timers import Timer, cron_lines, launchd_plist, systemd_units, windows_task, with_cron

BANGKOK, OSLO = ZoneInfo("Asia/Bangkok"), ZoneInfo("Europe/Oslo")
ODD = Timer('/home/nok/บัญชี 100% "ร้าน" $A', "shop-1", 5, ("/opt/py thon/bin/python", "-m", "tui.cli"))


def at(text: str, zone: ZoneInfo = BANGKOK) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("schedule", "now", "due"),
    [
        (Schedule(when="hourly", at="00:20"), "2026-11-22 08:19", "2026-11-22 07:20"),
        (Schedule(when="hourly", at="00:20"), "2026-11-22 08:20", "2026-11-22 08:20"),
        (Schedule(when="daily", at="05:00"), "2026-11-22 04:59", "2026-11-21 05:00"),
        (Schedule(when="daily", at="05:00"), "2026-11-22 05:00", "2026-11-22 05:00"),
        (Schedule(when="weekly", at="05:00", weekday="monday"), "2026-11-22 12:00", "2026-11-16 05:00"),
        (Schedule(when="weekly", at="05:00", weekday="monday"), "2026-11-23 04:00", "2026-11-16 05:00"),
        (Schedule(when="weekly", at="05:00", weekday="sunday"), "2026-11-22 12:00", "2026-11-22 05:00"),
        (Schedule(when="monthly", at="05:00", month_day=1), "2026-11-01 04:00", "2026-10-01 05:00"),
        (Schedule(when="monthly", at="05:00", month_day=28), "2026-03-05 04:00", "2026-02-28 05:00"),
        (Schedule(when="monthly", at="05:00", month_day=15), "2026-01-02 04:00", "2025-12-15 05:00"),
    ],
)
def test_the_last_due_moment(schedule: Schedule, now: str, due: str) -> None:
    assert last_due(schedule, at(now), BANGKOK) == at(due)


@pytest.mark.parametrize(
    ("preset", "now", "due", "then"),
    [
        ("daily", "2026-03-14 04:59", "2026-03-13 05:00", "2026-03-14 05:00"),
        ("daily", "2026-03-29 05:00", "2026-03-29 05:00", "2026-03-30 05:00"),  # the clocks went forward at two
        ("weekly", "2026-03-15 23:00", "2026-03-09 05:00", "2026-03-16 05:00"),
        ("weekly", "2026-10-26 05:00", "2026-10-26 05:00", "2026-11-02 05:00"),  # they went back the day before
        ("monthly", "2026-03-31 12:00", "2026-03-01 05:00", "2026-04-01 05:00"),
    ],
)
def test_a_usual_schedule_is_due_at_five(preset: str, now: str, due: str, then: str) -> None:
    typed = {name: int(value) if value.isdigit() else value for name, value in PRESETS[preset].items()}
    schedule = Schedule.model_validate(typed)
    assert preset_of(schedule) == preset
    assert last_due(schedule, at(now, OSLO), OSLO) == at(due, OSLO)
    assert next_due(schedule, at(now, OSLO), OSLO) == at(then, OSLO)


def test_any_other_time_is_no_usual_schedule() -> None:
    assert preset_of(Schedule()) == preset_of(Schedule(when="daily", at="06:00")) == ""


def test_by_hand_nothing_is_ever_due() -> None:
    assert last_due(Schedule(), at("2026-11-22 08:00"), BANGKOK) is None
    assert not is_due(Schedule(), None, at("2026-11-22 08:00"), BANGKOK)


def test_a_missed_run_is_made_good_once() -> None:
    daily = Schedule(when="daily", at="05:00")
    assert is_due(daily, at("2026-11-19 05:00"), at("2026-11-22 13:00"), BANGKOK), "the computer slept for three days"
    assert not is_due(daily, at("2026-11-22 13:00"), at("2026-11-22 14:00"), BANGKOK)
    assert is_due(daily, at("2026-11-22 13:00"), at("2026-11-23 05:00"), BANGKOK)


def test_the_hour_that_a_clock_change_skips_or_repeats_makes_one_run() -> None:
    daily = Schedule(when="daily", at="02:30")
    hours = [at("2026-03-28 20:00", OSLO).astimezone(dt.UTC) + dt.timedelta(minutes=15 * n) for n in range(60)]
    autumn = [at("2026-10-24 20:00", OSLO).astimezone(dt.UTC) + dt.timedelta(minutes=15 * n) for n in range(60)]
    for moments in (hours, autumn):
        ended = moments[0]
        runs = 0
        for moment in moments[1:]:
            if is_due(daily, ended, moment, OSLO):
                runs, ended = runs + 1, moment
        assert runs == 1


@given(
    when=st.sampled_from(["hourly", "daily", "weekly", "monthly"]),
    minutes=st.integers(0, 1439),
    now=st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2028, 1, 1)),  # noqa: DTZ001 - made aware below
    zone=st.sampled_from([BANGKOK, OSLO]),
)
def test_the_due_moment_is_past_and_the_next_one_is_not(
    when: str, minutes: int, now: dt.datetime, zone: ZoneInfo
) -> None:
    schedule = Schedule(when=when, at=f"{minutes // 60:02}:{minutes % 60:02}", weekday="friday", month_day=28)  # type: ignore[arg-type]
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    due = last_due(schedule, moment, zone)
    assert due is not None and due <= moment
    most = {"hourly": 2, "daily": 26, "weekly": 24 * 7 + 2, "monthly": 24 * 31 + 2}[when]
    assert moment - due <= dt.timedelta(hours=most)


# --- what other programs read


def test_systemd_reads_the_words_as_they_are_meant() -> None:
    units = systemd_units(ODD)
    service, timer = (configparser.RawConfigParser(delimiters=("=",), strict=False) for _ in range(2))
    for parser, name in ((service, f"{ODD.name}.service"), (timer, f"{ODD.name}.timer")):
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        parser.read_string(units[name])
    words = shlex.split(service["Service"]["ExecStart"].replace("%%", "%").replace("$$", "$"))
    assert tuple(words) == ODD.words
    assert timer["Timer"]["OnCalendar"] == "*-*-* *:05:00" and timer["Timer"]["Persistent"] == "true"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd on this machine")
def test_systemd_itself_takes_the_units(tmp_path: Path) -> None:
    timer = Timer("/tmp/books", "shop", 5, (shutil.which("true") or "/bin/true",))
    for name, text in systemd_units(timer).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = [str(path) for path in sorted(tmp_path.iterdir())]
    ended = subprocess.run(["systemd-analyze", "verify", "--user", *found], capture_output=True, text=True, check=False)
    assert not [line for line in ended.stderr.splitlines() if "recon-" in line]


def test_a_shell_reads_cron_s_words_as_they_are_meant() -> None:
    line = cron_lines(ODD).splitlines()[1]
    minute, *_stars, command = line.split(" ", 5)
    assert minute == "5"
    words = shlex.split(command.replace("\\%", "%"))
    assert tuple(words[: len(ODD.words)]) == ODD.words


def test_a_table_of_cron_keeps_every_other_line() -> None:
    before = "MAILTO=nok\n0 1 * * * backup\n"
    once = with_cron(before, ODD, installed=True)
    assert with_cron(once, ODD, installed=True) == once and once.startswith(before)
    assert with_cron(once, ODD, installed=False) == before
    other = Timer("/other", "shop-1", 9, ("recon",))
    assert with_cron(with_cron(once, other, installed=True), ODD, installed=False) == with_cron(
        before, other, installed=True
    )


def test_launchd_and_windows_read_the_same_words() -> None:
    facts = plistlib.loads(launchd_plist(ODD).encode())
    assert tuple(facts["ProgramArguments"]) == ODD.words and facts["StartCalendarInterval"] == {"Minute": 5}
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    task = ET.fromstring(windows_task(ODD, starts="2026-11-22T05:05:00").partition("?>")[2])
    assert task.findtext("t:Actions/t:Exec/t:Command", namespaces=space) == ODD.words[0]
    arguments = task.findtext("t:Actions/t:Exec/t:Arguments", namespaces=space)
    assert arguments == subprocess.list2cmdline(list(ODD.words[1:]))
    assert task.findtext("t:Settings/t:StartWhenAvailable", namespaces=space) == "true"


def test_two_workspaces_have_two_timers() -> None:
    assert Timer("/a", "shop", 0, ("x",)).name != Timer("/b", "shop", 0, ("x",)).name


@pytest.mark.parametrize(
    ("schedule", "now", "due"),
    [
        (Schedule(when="hourly", at="00:20"), "2026-11-22 08:20", "2026-11-22 09:20"),
        (Schedule(when="daily", at="05:00"), "2026-11-22 05:00", "2026-11-23 05:00"),
        (Schedule(when="daily", at="05:00"), "2026-11-22 04:59", "2026-11-22 05:00"),
        (Schedule(when="weekly", at="05:00", weekday="monday"), "2026-11-23 05:00", "2026-11-30 05:00"),
        (Schedule(when="monthly", at="05:00", month_day=28), "2026-02-28 05:00", "2026-03-28 05:00"),
        (Schedule(when="monthly", at="05:00", month_day=1), "2026-12-01 05:00", "2027-01-01 05:00"),
    ],
)
def test_the_next_due_moment(schedule: Schedule, now: str, due: str) -> None:
    assert next_due(schedule, at(now), BANGKOK) == at(due)
    assert next_due(Schedule(), at(now), BANGKOK) is None


@given(
    st.sampled_from(["hourly", "daily", "weekly", "monthly"]), st.integers(0, 23), st.integers(0, 59), st.integers(1, 28),
    st.integers(0, 700 * 24 * 60), st.sampled_from([BANGKOK, OSLO]),
)  # fmt: skip
def test_the_next_due_moment_is_the_last_one_when_it_has_come(
    when: str, hour: int, minute: int, month_day: int, minutes: int, zone: ZoneInfo
) -> None:
    rules = Schedule(when=when, at=f"{hour:02}:{minute:02}", month_day=month_day)
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    coming = next_due(rules, moment, zone)
    assert coming is not None
    assert coming > moment
    assert last_due(rules, coming, zone) == coming
    before = last_due(rules, coming - dt.timedelta(seconds=1), zone)
    assert before is not None
    assert before <= moment

"""When a connection runs by itself, and what it may approve without a person: settings, and the arithmetic of due times.

The operating system's timer only wakes recon every hour; whether something is due is decided here, in the company's
zone. So a changed setting counts at once, a run that was missed is made good in the next hour, and neither a change of the clocks nor
a computer that slept makes two runs or none.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from recon.config.base import Section

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST_WAIT_DAYS: Final = 33
"""A month and two days: what is due monthly is due within."""
WeekdayName = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ApprovedKind = Literal[
    "invoice", "receipt", "payment", "void", "credit_note", "expense", "expense_payment", "supplier_credit",
    "refund", "settlement",
]  # fmt: skip


class Schedule(Section):
    """When `recon run` works for this connection."""

    when: Literal["manual", "hourly", "daily", "weekly", "monthly"] = "manual"
    """How often orders are fetched and planned without anybody asking."""
    at: str = Field(default="05:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    """Time of day in the company's zone; hourly: only the minutes count."""
    weekday: WeekdayName = "monday"
    """Day of a weekly run."""
    month_day: int = Field(default=1, ge=1, le=28)
    """Day of a monthly run."""
    link_exact_skus: bool = False
    """Link SKUs that are exactly a product code of the ledger during the run; otherwise they wait for a person."""
    notify: Literal["off", "desktop", "command"] = "off"
    """Who hears how a run ended: nobody, whoever sits at this computer, or whom a command of yours tells."""
    notify_on: Literal["waits", "always"] = "waits"
    """After which runs: those that failed or leave something for a person, or all of them."""
    notify_command: tuple[str, ...] = ()
    """Program and its arguments, each a text of its own; how the run ended comes to its standard input. No shell reads it."""

    @model_validator(mode="after")
    def _has_command(self) -> Schedule:
        if self.notify == "command" and not (self.notify_command and self.notify_command[0].strip()):
            raise ValueError(
                'with notify = "command" also notify_command, for example ["/usr/bin/mail", "-s", "recon", "nok@example.com"]'
            )
        return self


class AutoApproval(Section):
    """What `recon run` may approve and send without a person; everything else waits."""

    by: str = Field(default="", max_length=100)
    """Name of the person who allows it; empty: nothing is ever approved automatically."""
    kinds: tuple[ApprovedKind, ...] = ("receipt",)
    """Kinds of documents a batch may hold."""
    most_total: str = Field(default="0", pattern=r"^[0-9]{1,13}(\.[0-9]{1,2})?$")
    """Most a batch may sum up to."""
    most_documents: int = Field(default=0, ge=0)
    """Most documents a batch may hold."""


def last_due(schedule: Schedule, now: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """Return the newest moment at or before ``now`` at which a run was due; None: never.

    Args:
        schedule: The settings.
        now: An aware moment.
        zone: The company's zone. A time that a change of the clocks skips counts as the moment after it; one that occurs twice
            counts once, the first time.
    """
    if schedule.when == "manual":
        return None
    local = now.astimezone(zone)
    hour, minute = (int(part) for part in schedule.at.split(":"))
    if schedule.when == "hourly":
        this = local.replace(minute=minute, second=0, microsecond=0)
        return this if this <= local else this - dt.timedelta(hours=1)
    day = _day_of(schedule, local.date())
    due = _moment(day, hour, minute, zone)
    if due > now:
        due = _moment(_day_of(schedule, day - dt.timedelta(days=1)), hour, minute, zone)
    return due


def next_due(schedule: Schedule, now: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """Return the first moment after ``now`` at which a run is due; None: never. Arguments as of `last_due`."""
    last = last_due(schedule, now, zone)
    if last is None:
        return None
    if schedule.when == "hourly":
        return (last.astimezone(dt.UTC) + dt.timedelta(hours=1)).astimezone(zone)
    hour, minute = (int(part) for part in schedule.at.split(":"))
    first = now.astimezone(zone).date()
    days = (first + dt.timedelta(days=ahead) for ahead in range(_LONGEST_WAIT_DAYS))
    moments = (_moment(day, hour, minute, zone) for day in days if _day_of(schedule, day) == day)
    return next(moment for moment in moments if moment > now)


def is_due(schedule: Schedule, ended: dt.datetime | None, now: dt.datetime, zone: ZoneInfo) -> bool:
    """Return whether a run is due that no run has made good since.

    Args:
        schedule: The settings.
        ended: Beginning of the last run that came to its end; None: there was none.
        now: An aware moment.
        zone: The company's zone.
    """
    due = last_due(schedule, now, zone)
    return due is not None and (ended is None or ended < due)


def _day_of(schedule: Schedule, until: dt.date) -> dt.date:
    """Return the newest day at or before one on which a run is due."""
    if schedule.when == "weekly":
        return until - dt.timedelta(days=(until.weekday() - WEEKDAYS.index(schedule.weekday)) % 7)
    if schedule.when == "monthly":
        first = until if until.day >= schedule.month_day else until.replace(day=1) - dt.timedelta(days=1)
        return first.replace(day=schedule.month_day)
    return until


def _moment(day: dt.date, hour: int, minute: int, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(dt.UTC).astimezone(zone)

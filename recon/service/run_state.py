"""How the last unwatched run of a connection ended, when the next is due, and what a person is told about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from recon.config.schedule import is_due, next_due
from recon.masking import known_secrets_masked
from recon.service.context import Context
from recon.store.moments import moment, stamp

RUN: Final = "run"
"""Kind of the entry in the event log; its subject is the connection."""
LOOKED_AT: Final = 500
"""So many of the newest entries about runs are searched for one of this connection."""
WORDS_LIMIT: Final = 500
"""Longest text about how a run ended that is kept with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """Where the unwatched runs of a connection stand."""

    when: str
    """manual, hourly, daily, weekly or monthly."""
    due: str
    """When the next run is due; empty: never. A moment that has passed: with the next waking of the timer."""
    is_overdue: bool
    last_at: str
    """When the last one began; empty: there was none."""
    last_ended: str
    """done, waits (for a person) or failed; empty: there was none."""
    last_words: str
    """Why it failed, or what waits."""
    last_count: int
    """Documents it planned."""
    not_told: str
    """Why nobody could be told of it; empty: somebody was, or nobody is to be."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person is told of a run: a title and a few lines."""

    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it as one text, without any key this process knows."""
        return known_secrets_masked("\n".join([self.title, *self.lines])) + "\n"


def run_state(context: Context, name: str) -> RunState:
    """Return where the runs of a connection stand."""
    rules, now = context.settings.connections[name].schedule, context.clock.now()
    zone = ZoneInfo(context.settings.company.timezone)
    facts = _last(context, name)
    ended = last_end(context, name)
    overdue = is_due(rules, ended, now, zone)
    coming = next_due(rules, now, zone)
    return RunState(
        when=rules.when, due="" if coming is None else stamp(coming), is_overdue=overdue,
        last_at=str(facts.get("began", "")), last_ended=str(facts.get("ended", "")), last_words=str(facts.get("words", "")),
        last_count=int(facts.get("count", 0)), not_told=_not_told(context, name, str(facts.get("began", ""))),
    )  # fmt: skip


def _last(context: Context, name: str) -> dict[str, Any]:
    newest = context.store.events.newest(limit=LOOKED_AT, kinds=(RUN,))
    return next((entry.facts for entry in newest if entry.subject == name), {})


def _not_told(context: Context, name: str, began: str) -> str:
    newest = context.store.events.newest(limit=LOOKED_AT, kinds=("notified", "notify-failed"))
    last = next((entry for entry in newest if entry.subject == name), None)
    if last is None or last.kind == "notified" or not began or last.facts.get("began") != began:
        return ""
    return str(last.facts["problem"])


def last_end(context: Context, name: str) -> dt.datetime | None:
    """Return when the last run began that came to its end; None: there was none."""
    for entry in context.store.events.newest(limit=LOOKED_AT, kinds=(RUN,)):
        if entry.subject == name and entry.facts["ended"] != "failed":
            return moment(str(entry.facts["began"]))
    return None


def note_run(context: Context, name: str, began: dt.datetime, facts: dict[str, Any]) -> None:
    """Write down how a run ended."""
    words = known_secrets_masked(str(facts.get("words", "")))[:WORDS_LIMIT]
    with context.store.database.transaction("run-noted"):
        context.store.events.append(RUN, name, {"began": stamp(began), **facts, "words": words})


def note_told(context: Context, name: str, how: str, problem: str) -> None:
    """Write down that a person was told of the last run, or why that failed."""
    facts = {"began": str(_last(context, name).get("began", "")), "how": how}
    with context.store.database.transaction("run-noted"):
        if problem:
            context.store.events.append("notify-failed", name, {**facts, "problem": problem[:WORDS_LIMIT]})
        else:
            context.store.events.append("notified", name, facts)

"""The time an upload still takes: said once enough went through, steady while the ledger is waited for, never growing meanwhile."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from recon.service.sending import progress_text
from recon.service.upload_state import _pace
from recon.store.outbox import OutboxRow
from recon.upload.counting import RunCount
from recon.upload.estimate import is_silent, seconds_left, step_seconds
from recon.upload.report import Progress
from recon.upload.running import Running
from tests.clock import FakeClock

BEGAN = dt.datetime(2026, 11, 2, 2, 0, tzinfo=dt.UTC)
RUN = Running(batch="B0001", pid=1, host="here", since="2026-11-02T02:00:00.000000Z", born="")


def row() -> OutboxRow:
    names = dict.fromkeys(OutboxRow.__slots__, None) | {"state": "posted", "total_minor": 100, "document_key": "D"}
    return OutboxRow(**names)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([], None),
        ([1.0] * 4, None),
        ([2.0] * 5, 2.0),
        ([1.0, 1.0, 60.0, 1.0, 1.0], 1.0),
        ([9.0] * 30 + [1.0] * 30, 1.0),
    ],
)
def test_few_steps_say_nothing_and_one_wait_is_no_pace(steps: list[float], found: float | None) -> None:
    assert step_seconds(steps) == found


def test_the_wait_in_hand_is_added_and_what_is_left_is_never_rounded_down() -> None:
    assert seconds_left(10, 0.25) == 3
    assert seconds_left(10, 0.25, 30) == 33
    assert is_silent(1.0, 5.5) and not is_silent(1.0, 5.0) and not is_silent(3.0, 14.0)


def test_while_the_ledger_is_waited_for_the_time_left_counts_down() -> None:
    clock, told = FakeClock(BEGAN), list[Progress]()
    count = RunCount(clock, told.append)
    count.of = 26
    for _ in range(6):
        clock.forward(2)
        count.settle(row())
        count.tell("sending", row())
    assert [one.seconds_left for one in told] == [None, None, None, None, 42, 40]
    for left in (9, 6, 3):
        clock.forward(3)
        count.tell("waiting as the ledger asked", None, left)
    assert [one.seconds_left for one in told[6:]] == [49, 46, 43]
    clock.forward(3)
    count.settle(row())
    count.tell("sending", row())
    assert told[-1].seconds_left == 38
    assert "about 38 s left" in progress_text(told[-1])
    unsaid = progress_text(
        replace(told[-1], seconds_left=None, doing="waiting to look up", waiting_seconds=90, number="")
    )
    assert "left" not in unsaid
    assert unsaid.endswith("waiting to look up for 90 s"), "a wait is told how long it lasts"


def test_the_screen_says_how_long_only_while_documents_go_through() -> None:
    ended = tuple(f"2026-11-02T02:00:{second:02}.000000Z" for second in (12, 10, 8, 6, 4, 2))
    pace = _pace(ended, RUN, 10, BEGAN + dt.timedelta(seconds=13))
    assert pace is not None
    assert (pace.per_minute, pace.seconds_left) == (30, 20)
    assert _pace(ended, RUN, 10, BEGAN + dt.timedelta(seconds=60)) is None, "the ledger is waited for"
    assert _pace(ended[:5], RUN, 10, BEGAN + dt.timedelta(seconds=13)) is None, "too few to say"
    assert _pace(ended, replace(RUN, since="2026-11-02T02:00:05.000000Z"), 10, BEGAN) is None, "those of an earlier run"

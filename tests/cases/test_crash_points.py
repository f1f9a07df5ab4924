"""The real process is killed at every durable step and every send, started again, and the ledger's books are counted.

F01 and F02 of reliability.md. Which points there are is not written down here: a run without a crash records them, so
a new durable step is swept from the day it is written.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from crash_flow import NAMES, everything
from fake_ledger import FakeLedger
from store_world import FakeClock, open_store

from recon.crash import NO_CRASH, CrashPoints, crash_points_from

ROOT = Path(__file__).parents[2]


class Recorder(CrashPoints):
    """Writes down every point, and every COMMIT that SQLite carries out, in one list."""

    def __init__(self):
        self.seen = []

    def reach(self, point):
        self.seen.append(point)

    def statement(self, text):
        if text.split(None, 1)[0].upper() in ("COMMIT", "END"):
            self.seen.append("COMMIT")


def record(folder) -> Recorder:
    recorder = Recorder()
    assert everything(folder, crash=recorder, watch=recorder.statement).ending == "done"
    return recorder


def points_of(seen) -> list[tuple[str, int]]:
    """Every point with the number of its visit."""
    visits = Counter()
    found = []
    for point in seen:
        if point != "COMMIT":
            visits[point] += 1
            found.append((point, visits[point]))
    return found


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return record(tmp_path_factory.mktemp("recorded"))


def test_f01_every_commit_has_a_crash_point_on_both_sides(recorded):
    seen = recorded.seen
    for position, point in enumerate(seen):
        if point == "COMMIT":
            step = seen[position - 1].removesuffix(".before")
            assert seen[position - 1 : position + 2] == [f"{step}.before", "COMMIT", f"{step}.after"], seen[
                position - 2 : position + 3
            ]
    assert seen.count("COMMIT") >= 2 * len(NAMES) + 7
    for name in (
        "make-store",
        "keep-bytes",
        "keep-file",
        "intake",
        "mappings",
        "batch",
        "approve",
        "backup",
        "send-intent",
        "send",
        "send-result",
    ):
        assert f"{name}.before" in seen and f"{name}.after" in seen, name


def test_f01_nothing_commits_behind_the_back_of_the_one_door():
    """Outside the sandbox, "COMMIT" stands in the store's one place and in the one of the journal of QuickBooks' message sets."""
    commits = Counter()
    for path in (ROOT / "recon").rglob("*.py"):
        if "sandbox" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        commits[path.name] += len(re.findall(r'execute\("COMMIT"\)|\.commit\(\)', text))
    assert {name: count for name, count in commits.items() if count} == {"database.py": 1, "journal.py": 1}


def kill_and_go_on(folder, point, visit):
    """Kill a real process at this point; then start again, in this one, and count."""
    child = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "crash_flow.py"), str(folder), f"{point}:{visit}"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL, child.stderr
    report = everything(folder, hours=1)
    assert report.ending == "done", report
    ledger = FakeLedger(FakeClock(), folder / "ledger.jsonl")
    assert Counter(one.name for one in ledger.books.held) == Counter(NAMES), "each approved document exactly once"
    with open_store(folder, FakeClock(), writable=False, create=False) as store:
        store.database.require_sound(thorough=True)
        assert store.verify_chain().ok and store.compare_tables() == ()
        rows = [row for batch in store.batches.all() for row in store.outbox.rows(batch.batch_id)]
        assert [row.state for row in rows] == ["posted"] * len(NAMES)
        assert {row.ledger_id for row in rows if row.kind != "payment"} == {
            one.ledger_id for one in ledger.books.held if one.kind != "payment"
        }


def some_visits(seen):
    """The first visit of each point, and the sending of a later document, when others are posted already."""
    return [
        (point, visit) for point, visit in points_of(seen) if visit == 1 or (point.startswith("send") and visit == 4)
    ]


def test_f01_f02_killed_at_each_kind_of_point(recorded, tmp_path_factory):
    for point, visit in some_visits(recorded.seen):
        kill_and_go_on(tmp_path_factory.mktemp("killed"), point, visit)


@pytest.mark.slow
def test_f01_f02_killed_at_every_single_point(recorded, tmp_path_factory):
    for point, visit in points_of(recorded.seen):
        kill_and_go_on(tmp_path_factory.mktemp("killed"), point, visit)


def test_crash_points_do_nothing_in_normal_use():
    assert crash_points_from("") is NO_CRASH
    assert NO_CRASH.reach("send.before") is None

"""What the crash tests do with a world: walk it undisturbed, kill it at a point, finish and count."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.cases.crash_world import FIRST_EVENTS, FIRST_STEPS, LATER_EVENTS, LATER_STEPS, World

PROCESSES = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked and killed as POSIX does it")
STAGES = {"first": (FIRST_STEPS, FIRST_EVENTS, ("B0001",)), "later": (LATER_STEPS, LATER_EVENTS, ("B0001", "B0002"))}

Seen = list[tuple[str, str]]
"""What a run did, in order: (point, commit, rename or write; its name)."""
Walked = tuple[World, dict[tuple[str, str], Seen]]
"""A world whose state before each step is kept, and what each step did."""


def walk(world: World) -> dict[tuple[str, str], Seen]:
    """Go the whole way undisturbed; keep the state before every step, return what each did."""
    record = world.folder / "record"
    world.make(record=record)
    seen = {("first", "init"): read_record(record)}
    if world.target == "peak":
        with world.ledger():
            world.connect()
    for stage, (steps, _, _) in STAGES.items():
        did = go_through(world, {f"{stage}-{step}": argv for step, argv in steps.items()})
        seen |= {(stage, step): did[f"{stage}-{step}"] for step in steps}
    assert world.truth() == FIRST_EVENTS + LATER_EVENTS
    return seen


def go_through(world: World, steps: Mapping[str, tuple[str, ...]], codes: tuple[int, ...] = (0, 4)) -> dict[str, Seen]:
    """Run steps undisturbed; keep the state before each, return what each did. ``codes``: what they may end with."""
    record, seen = world.folder / "record", {}
    for name, argv in steps.items():
        world.save(name)
        with world.ledger():
            world.run(*argv, record=record).expect(*codes)
        seen[name] = read_record(record)
    return seen


def read_record(record: Path) -> Seen:
    lines = record.read_text(encoding="utf-8").splitlines()
    record.unlink()
    return [(what, name) for what, name in map(json.loads, lines)]


def points(did: Seen) -> list[tuple[str, int]]:
    """Return every crash point with the number of its visit."""
    visits: Counter[str] = Counter()
    found = []
    for what, name in did:
        if what == "point":
            visits[name] += 1
            found.append((name, visits[name]))
    return found


def kill(world: World, argv: tuple[str, ...], point: str, visit: int = 1) -> None:
    """Run a command that dies at a point, and look at what it leaves."""
    ended = world.run(*argv, crash=f"{point}:{visit}")
    assert ended.killed, f"{argv[0]} passed {point} without dying: {ended.code}\n{ended.out}\n{ended.err}"
    world.check_restart()


def kill_everywhere(
    world: World, steps: Mapping[str, tuple[str, ...]], step: str, did: Seen, go_on: Callable[[World], None]
) -> None:
    """Die at every point of a step, each time from the state before it; go on to the step before the last, then ``go_on``."""
    names = list(steps)
    for point, visit in points(did):
        world.restore(step)
        with world.ledger():
            kill(world, steps[step], point, visit)
            for name in names[names.index(step) : -1]:
                world.run(*steps[name]).expect(0, 4)
        go_on(world)


def finish(world: World, stage: str, step: str) -> None:
    """Run the same command again and everything after it, then count."""
    steps, _, batches = STAGES[stage]
    names = list(steps)
    for name in names[names.index(step) :]:
        if name == "upload":
            world.until_settled(batches[-1])
        else:
            world.run(*steps[name]).expect(0, 4)
    assert world.truth() == sum((STAGES[s][1] for s in list(STAGES)[: list(STAGES).index(stage) + 1]), Counter())
    world.check_restart()
    world.check_posted(*batches)

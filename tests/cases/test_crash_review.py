"""Killed while a person decides and while a part of a draft is sealed: nothing is let out that was not decided, nothing twice.

F01 and F17 of reliability.md.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.cases.crash_world import FIRST_EVENTS, FIRST_STEPS, World
from tests.cases.nursery import Nursery
from tests.cases.sweep import PROCESSES, Seen, go_through, kill, points

pytestmark = PROCESSES

APPROVE = ("decide", "approve", "IV-1001", "RT-1003", "--as", "Nok")
SEAL = ("approve", "--decided", "--as", "Nok")
STEPS = {
    "decide": APPROVE,
    "undo": ("decide", "undo", "--as", "Nok"),
    "redo": ("decide", "redo", "--as", "Nok"),
    "seal": SEAL,
}
CHOSEN = Counter({event: count for event, count in FIRST_EVENTS.items() if event[2] in {"IV-1001", "RT-1003"}})
KINDS = (
    ("plan-folder.after", 1), ("batch.before", 1), ("batch.after", 1), ("mappings.after", 1), ("approve.before", 1),
    ("approve.after", 1), ("review-settled.after", 1), ("batch.before", 2), ("batch.after", 2),
)  # fmt: skip


@pytest.fixture(scope="module")
def reviewed(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, dict[str, Seen]]:
    """A workspace with a draft, the state before each step of the review, and what each step did."""
    world = World(tmp_path_factory.mktemp("reviewed"), nursery)
    world.make()
    for step in ("import", "match", "plan"):
        world.run(*FIRST_STEPS[step]).expect(0, 4)
    seen = go_through(world, STEPS, codes=(0,))
    go_on(world)
    return world, seen


def upload_all(world: World) -> None:
    """Send every batch that is approved."""
    for batch in world.run("status", "--json").expect(0, 4).facts()["batches"]:
        if batch["state"] in {"approved", "uploading"}:
            world.run("upload", batch["batch"]).expect(0)


def go_on(world: World) -> None:
    """Seal what is decided, if that is still to be done, send it, then decide and send the rest."""
    world.run(*SEAL).expect(0, 2)
    upload_all(world)
    assert world.truth() == CHOSEN, "exactly what was decided"
    world.run("plan").expect(4)
    facts = world.run("documents", "--filter", "!st:posted", "--json").expect(0).facts()
    assert [row["number"] for row in facts["documents"]] == ["IV-1002"], "the rest, whole"
    world.run("decide", "approve", "--filter", "st:ready,check", "--as", "Nok").expect(0)
    world.run(*SEAL).expect(0)
    upload_all(world)
    assert world.truth() == FIRST_EVENTS
    world.check_restart()


def test_f01_every_step_of_a_review_has_its_points(reviewed: tuple[World, dict[str, Seen]]) -> None:
    _, seen = reviewed
    found = {name: {point for point, _ in points(did)} for name, did in seen.items()}
    assert found["decide"] >= {"review.before", "review.after"}
    assert found["undo"] >= {"review-undo.before", "review-undo.after"}
    assert found["redo"] >= {"review-redo.before", "review-redo.after"}
    assert found["seal"] >= {point for point, _ in KINDS}


@pytest.mark.parametrize("step", ["decide", "undo", "redo"])
def test_f01_a_decision_is_whole_or_was_not_taken(reviewed: tuple[World, dict[str, Seen]], step: str) -> None:
    world, seen = reviewed
    for point, visit in points(seen[step]):
        world.restore(step)
        before = decided(world)
        kill(world, STEPS[step], point, visit)
        assert len(decided(world)) in {0, 2}, "both or none"
        if point == f"{'review' if step == 'decide' else f'review-{step}'}.after":
            assert decided(world) != before, "what was committed stands"
        elif point.startswith("review") and point.endswith(".before"):
            assert decided(world) == before


def decided(world: World) -> set[str]:
    rows = world.run("documents", "--status", "approved", "--json").expect(0).facts()["documents"]
    return {row["number"] for row in rows}


@pytest.mark.parametrize(
    ("point", "visit"), [*KINDS[:2], *(pytest.param(*kind, marks=pytest.mark.slow) for kind in KINDS[2:])]
)
def test_f01_f17_killed_while_a_part_is_sealed(reviewed: tuple[World, dict[str, Seen]], point: str, visit: int) -> None:
    world, _ = reviewed
    world.restore("seal")
    kill(world, SEAL, point, visit)
    go_on(world)


@pytest.mark.slow
def test_f01_f17_killed_at_every_point_of_sealing_a_part(reviewed: tuple[World, dict[str, Seen]]) -> None:
    world, seen = reviewed
    for point, visit in points(seen["seal"]):
        world.restore("seal")
        kill(world, SEAL, point, visit)
        go_on(world)

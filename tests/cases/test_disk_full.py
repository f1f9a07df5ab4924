"""The disk fills up while the real `recon` runs: nothing half written, nothing sent twice, and words for the person (F05).

At every crash point in turn the system stops the process from making any file larger; then there is room again.
"""

from __future__ import annotations

import pytest

from tests.cases.crash_world import World
from tests.cases.nursery import DISK_FULL_AT
from tests.cases.sweep import PROCESSES, STAGES, Seen, finish, points

pytestmark = PROCESSES
STEPS = ("import", "plan", "approve", "upload")


def filled(world: World, step: str, point: str, visit: int) -> None:
    """Let the disk fill up at a point, look at what is left, make room and finish."""
    world.restore(f"later-{step}")
    with world.ledger():
        ended = world.run(*STAGES["later"][0][step], env={DISK_FULL_AT: f"{point}:{visit}"})
        assert ended.code in {0, 4, 8}, f"{point}:{visit}\n{ended.err}"
        if ended.code == 8:
            assert str(world.root / ".recon") in ended.err and "safe" in ended.err, ended.err
        world.check_restart()
        finish(world, "later", step)


@pytest.mark.parametrize(
    ("step", "point"),
    [("import", "intake-file.after"), ("import", "keep-file.after"), ("plan", "plan-folder.after"),
     ("approve", "approve.before"), ("upload", "send.before"), ("upload", "send-result.after")],
)  # fmt: skip
def test_f05_the_disk_fills_up(peak: tuple[World, dict[tuple[str, str], Seen]], step: str, point: str) -> None:
    filled(peak[0], step, point, 1)


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_f05_the_disk_fills_up_at_every_point(peak: tuple[World, dict[tuple[str, str], Seen]], step: str) -> None:
    world, seen = peak
    for point, visit in points(seen["later", step]):
        filled(world, step, point, visit)

"""The real `recon` process is killed at every durable step, run again, and the ledger's books are counted (F01, F02).

Which points there are is not written down here: undisturbed runs record them, so a new durable step is swept from the
day it is written, and one without a crash point fails the first tests below.
"""

from __future__ import annotations

import ast
import signal
from collections import Counter
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from recon.ports import SystemClock
from recon.sandbox.peak import Fault
from recon.store.store import Store
from tests.cases.crash_world import FIRST_STEPS, LATER_STEPS, World, wait_for
from tests.cases.sweep import PROCESSES, STAGES, Seen, finish, kill, points, read_record

pytestmark = PROCESSES
ROOT = Path(__file__).parents[2]
LASTING = {"commit", "rename"}
NOTES = {"lock", "holder.json", "uploading.json", "head"}
"""Files that may be written in place: nothing is ever decided by them alone, and a torn one is passed over."""


# what the steps do to the disk ------------------------------------------------------------------------------------


def ours(world: World, path: str) -> bool:
    """Whether a file belongs to what recon keeps: in the workspace or its home, under its final name."""
    place = Path(path)
    inside = world.root in place.parents or world.home in place.parents
    hidden = (
        any(part.startswith(".") and part not in {".recon", ".new"} for part in place.relative_to(world.folder).parts)
        if inside
        else True
    )
    return inside and not hidden and "sandbox" not in place.parts


def test_f01_every_durable_step_has_a_crash_point_on_both_sides(sandbox) -> None:
    world, seen = sandbox
    names = set()
    for step, did in seen.items():
        lasting = [(what, name) for what, name in did if what == "point" or (what in LASTING and ours(world, name))]
        for position, (what, name) in enumerate(lasting):
            if what not in LASTING:
                continue
            before, after = lasting[position - 1], lasting[position + 1]
            point = before[1].removesuffix(".before")
            assert before == ("point", f"{point}.before"), f"{step}: {what} of {name} without a point before it"
            assert after == ("point", f"{point}.after"), f"{step}: {what} of {name} without a point behind it"
            names.add(point)
    assert names >= {
        "make-store", "intake-file", "frames", "keep-file", "intake", "mappings", "settings", "verified", "catalog",
        "plan-frames", "plan-folder", "batch", "approve", "backup", "batch-state", "send-intent", "send-result",
        "upload-ended",
    }  # fmt: skip


def test_f06_nothing_is_written_under_its_final_name(sandbox) -> None:
    world, seen = sandbox
    for step, did in seen.items():
        for what, name in did:
            if what == "write" and ours(world, name):
                place = Path(name)
                assert place.name in NOTES or place.suffix == ".head", f"{step} writes {name} in place"


def test_f01_files_take_their_place_by_two_doors_only() -> None:
    """A rename anywhere else would have no crash point; recon/files.py and exports/workbook.py have."""
    found = Counter(
        path.relative_to(ROOT).as_posix()
        for package in ("recon", "exports", "tui")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _moves_a_file(node)
    )
    assert set(found) == {"recon/files.py", "exports/workbook.py"}, found


def _moves_a_file(call: ast.Call) -> bool:
    """os.replace, os.rename, os.link beside them, shutil.move, or Path.replace and Path.rename (one argument, no table)."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    if (owner, function.attr) in {("os", "replace"), ("os", "rename"), ("os", "renames"), ("shutil", "move")}:
        return True
    one = len(call.args) == 1 and not call.keywords and isinstance(call.args[0], ast.Name | ast.Attribute | ast.Call)
    return function.attr in {"replace", "rename"} and one and isinstance(function.value, ast.Name | ast.Attribute)


# killed once, at each kind of point --------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", list(STAGES))
def test_f01_killed_once_at_each_kind_of_point_until_the_upload(sandbox, stage: str) -> None:
    """One workspace, killed again and again, each time one step further; nothing of it shows in the end."""
    world, seen = sandbox
    steps = STAGES[stage][0]
    world.restore(f"{stage}-import")
    for step in [step for step in steps if step != "upload"]:
        for point in dict.fromkeys(name for name, _ in points(seen[stage, step])):
            kill(world, steps[step], point)
        world.run(*steps[step]).expect(0, 4)
    finish(world, stage, "upload")


WEARING = (
    "mappings.before", "mappings.after", "secrets.before", "secrets.after",  # the ledger's token, at the first request
    "backup.before", "backup.after", "batch-state.before", "batch-state.after",
    "send-intent.before", "send-intent.after",      # on the way out: sending, although nothing left
    "recover.before", "recover.after", "lookup-result.before", "send.after",      # found to be taken, not marked
    "lookup-result.before", "lookup-result.after", "send.before", "send-result.before", "send-result.after",
    "upload-ended.before", "upload-ended.after",
)  # fmt: skip


def test_f01_f02_killed_once_at_each_kind_of_point_of_an_upload(peak) -> None:
    """The first upload is killed twenty times in a row; the ledger lives elsewhere and forgets nothing."""
    world, seen = peak
    known = {name for name, _ in points(seen["first", "upload"])} | {
        f"{step}.{side}" for step in ("recover", "lookup-result") for side in ("before", "after")
    }
    assert known == set(WEARING), "a new kind of point belongs into WEARING"
    world.restore("first-upload")
    with world.ledger():
        for point in WEARING:
            kill(world, FIRST_STEPS["upload"], point)
        finish(world, "first", "upload")


def test_f02_found_by_the_look_up_after_a_kill_is_taken_over(peak) -> None:
    """The ledger took it, we died before writing that down: adopted under the ledger's id, and the log says how."""
    world, _ = peak
    world.restore("later-upload")
    with world.ledger() as server:
        kill(world, LATER_STEPS["upload"], "send.after", visit=3)
        sends = [seen.path for seen in server.requests if seen.method == "POST" and "clienttoken" not in seen.path]
        finish(world, "later", "upload")
        again = [seen.path for seen in server.requests if seen.method == "POST" and "clienttoken" not in seen.path]
    assert len(sends) == 3 and len(again) == 4, "the third document was not sent a second time"
    with Store.open(world.root / ".recon", clock=SystemClock(), writable=False) as store:
        third = store.outbox.rows("B0002")[2]
        assert (third.number, third.code, bool(third.ledger_id)) == ("CN-1003", "adopted", True)
        adopted = [entry for entry in store.events.entries(subject=third.document_key) if entry.facts.get("adopted")]
        assert len(adopted) == 1


# killed while the ledger works ------------------------------------------------------------------------------------

FLIGHTS = {
    "before": Fault(kind="hang", method="POST", commit=False),
    "committed": Fault(kind="hang", method="POST", commit=True),
    "late": Fault(kind="late", method="POST", seconds=1, then="hang"),
}
"""What the ledger does with a request while its sender dies."""
ON_THE_WAY = {
    "payment": "/invoices/paidpayment*",
    "void": "/invoices/void",
    "credit_note": "/creditnotes",
    "receipt": "/receipts*",
}


def killed_in_flight(world: World, flight: str, path: str) -> None:
    """Kill the process while it waits for the answer to one send."""
    world.restore("later-upload")
    with world.ledger(replace(FLIGHTS[flight], path=path)) as server:
        world.set(timeout_seconds=60)
        running = world.start(*LATER_STEPS["upload"])
        wait_for(lambda: any(seen.method == "POST" and _fits(seen.path, path) for seen in server.requests))
        running.signal(signal.SIGKILL)
        assert running.end().killed
        world.check_restart()
        world.set(timeout_seconds=1)
        finish(world, "later", "upload")


def _fits(path: str, pattern: str) -> bool:
    return fnmatchcase(path.lower().removeprefix("/api/v1"), pattern)


@pytest.mark.parametrize(("flight", "kind"), [("before", "receipt"), ("committed", "payment"), ("late", "credit_note")])
def test_f01_f02_f19_killed_while_the_ledger_works(peak, flight: str, kind: str) -> None:
    killed_in_flight(peak[0], flight, ON_THE_WAY[kind])


# every single point ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("flight", list(FLIGHTS))
@pytest.mark.parametrize("kind", list(ON_THE_WAY))
def test_f01_f02_f19_killed_while_the_ledger_works_on_each_kind(peak, flight: str, kind: str) -> None:
    killed_in_flight(peak[0], flight, ON_THE_WAY[kind])


def every_kill(world: World, seen: dict[tuple[str, str], Seen], stage: str, step: str) -> None:
    """Kill at every visit of every point of one step, each time from the same state, and finish each time."""
    for point, visit in points(seen[stage, step]):
        world.restore(f"{stage}-{step}")
        with world.ledger():
            kill(world, STAGES[stage][0][step], point, visit)
            finish(world, stage, step)


EVERY_STEP = [(stage, step) for stage in STAGES for step in STAGES[stage][0]]


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "step"), EVERY_STEP)
def test_f01_f02_killed_at_every_point_sandbox(sandbox, stage: str, step: str) -> None:
    every_kill(*sandbox, stage, step)


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "step"), EVERY_STEP)
def test_f01_f02_killed_at_every_point_peak(peak, stage: str, step: str) -> None:
    every_kill(*peak, stage, step)


@pytest.mark.slow
@pytest.mark.parametrize("first", ["send-intent.after", "send.after"])
def test_f01_f02_killed_again_while_recovering(peak, first: str) -> None:
    """A second kill at every point of the run that cleans up after the first one."""
    world, _ = peak
    upload = LATER_STEPS["upload"]
    record = world.folder / "record"
    world.restore("later-upload")
    with world.ledger():
        kill(world, upload, first, visit=2)
        world.run(*upload, record=record).expect(0)
    for point, visit in points(read_record(record)):
        world.restore("later-upload")
        with world.ledger():
            kill(world, upload, first, visit=2)
            kill(world, upload, point, visit)
            finish(world, "later", "upload")


@pytest.mark.slow
def test_f01_killed_at_every_point_of_init(sandbox, tmp_path: Path) -> None:
    """A workspace is there or not; what is missing of it comes with the next command that writes."""
    world, seen = sandbox
    for number, (point, visit) in enumerate(points(seen["first", "init"])):
        fresh = World(tmp_path / str(number), world.nursery)
        assert fresh.init(crash=f"{point}:{visit}").killed
        again = fresh.init()
        assert again.code == (0 if point == "settings.before" else 2), again.err
        fresh.check_restart()
        fresh.set(lookup_grace_seconds=1)
        finish(fresh, "first", "import")

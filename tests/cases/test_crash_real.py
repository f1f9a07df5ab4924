"""The real `recon` process is killed at every durable step, run again, and the ledger's books are counted (F01, F02).

Which points there are is not written down here: undisturbed runs record them, so a new durable step is swept from the
day it is written, and one without a crash point fails the first tests below.
"""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.ports import SystemClock
from recon.sandbox.peak import Fault
from recon.store.store import Store
from tests.cases.crash_world import FIRST_EVENTS, FIRST_STEPS, LATER_EVENTS, LATER_STEPS, OLD, World, wait_for
from tests.cases.nursery import Nursery

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked and killed as POSIX does it")

ROOT = Path(__file__).parents[2]
STAGES = {"first": (FIRST_STEPS, FIRST_EVENTS, ("B0001",)), "later": (LATER_STEPS, LATER_EVENTS, ("B0001", "B0002"))}
LASTING = {"commit", "rename"}
NOTES = {"lock", "holder.json", "head"}
"""Files that may be written in place: nothing is ever decided by them alone, and a torn one is passed over."""

Seen = list[tuple[str, str]]


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path_factory.mktemp("nursery"))
    yield nursery
    nursery.close()


def walk(world: World) -> dict[tuple[str, str], Seen]:
    """Go the whole way undisturbed; keep the state before every step, return what each did."""
    record = world.folder / "record"
    world.make(record=record)
    seen = {("first", "init"): _read(record)}
    if world.target == "peak":
        with world.ledger():
            world.connect()
    for stage, (steps, _, _) in STAGES.items():
        for step, argv in steps.items():
            world.save(f"{stage}-{step}")
            with world.ledger():
                world.run(*argv, record=record).expect(0, 4)
            seen[stage, step] = _read(record)
    assert world.truth() == FIRST_EVENTS + LATER_EVENTS
    return seen


def _read(record: Path) -> Seen:
    lines = record.read_text(encoding="utf-8").splitlines()
    record.unlink()
    return [(what, name) for what, name in map(json.loads, lines)]


@pytest.fixture(scope="module")
def sandbox(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, dict[tuple[str, str], Seen]]:
    """A workspace with the ledger of its own, the state before each step, and what each step did."""
    world = World(tmp_path_factory.mktemp("inside"), nursery)
    return world, walk(world)


@pytest.fixture(scope="module")
def peak(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, dict[tuple[str, str], Seen]]:
    """The same with the ledger in this process, where no kill reaches it; states are kept with the ledger at rest."""
    world = World(tmp_path_factory.mktemp("outside"), nursery, target="peak")
    return world, walk(world)


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
    "mappings.before", "mappings.after", "backup.before", "backup.after", "batch-state.before", "batch-state.after",
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
    from dataclasses import replace

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
    from fnmatch import fnmatchcase

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
    for point, visit in points(_read(record)):
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


# what a killed run leaves -----------------------------------------------------------------------------------------


def test_f01_f48_an_import_that_was_killed_tells_nothing_out_of_date(nursery: Nursery, tmp_path: Path) -> None:
    """Killed before it was entered, a newer file in between, imported again: compared with what is known by then."""
    told = {}
    for name, killed in (("killed", True), ("undisturbed", False)):
        world = World(tmp_path / name, nursery)
        world.make()
        if killed:
            kill(world, ("import", "FIRST"), "frames.after")
        world.run("import", "LATER").expect(0, 4)
        report = world.run("import", "FIRST", "--json").expect(0, 4).facts()
        found = world.run("findings", "--json").expect(0, 4).facts()
        told[name] = (report["files"][0]["changed"], {cause["code"] for cause in found["findings"]})
    assert told["killed"] == told["undisturbed"]
    assert "order-went-back" in told["killed"][1]


def test_f01_what_killed_runs_leave_does_not_pile_up(nursery: Nursery, tmp_path: Path) -> None:
    """Copies of the store and half written frames would fill the disk, one crash after the other."""
    world = World(tmp_path, nursery)
    private = world.root / ".recon"
    assert world.init(crash="make-store.before").killed
    assert list(private.glob(".store.db.*"))
    kill(world, ("import", "FIRST"), "frames.before")
    for leftover in private.glob("frames/intakes/.*"):
        os.utime(leftover, (OLD, OLD))
    for name, step in FIRST_STEPS.items():
        if name == "upload":
            kill(world, step, "backup.before")
            assert list(private.glob("backups/.store-*"))
        world.run(*step).expect(0, 4)
    assert [path.name for path in private.rglob(".*")] == []


# a ledger that takes files ----------------------------------------------------------------------------------------

NUMBERS = ["IV-1001", "IV-1002", "RT-1003"]
FILE_STEPS = {**FIRST_STEPS, "approve": (*FIRST_STEPS["approve"], "--confirm", "แซนด์บ็อกซ์")}


@pytest.fixture(scope="module")
def filed(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, dict[str, Seen]]:
    """A workspace for a ledger that takes Excel files, the state before upload and confirmation, and what both did."""
    world = World(tmp_path_factory.mktemp("filed"), nursery, target="peak-file")
    world.make()
    taken = world.folder / "taken.csv"
    taken.write_text("\n".join(["เลขที่เอกสาร", *NUMBERS, ""]), encoding="utf-8")
    record, seen = world.folder / "record", {}
    for name, argv in (*FILE_STEPS.items(), ("confirm", confirmation(world))):
        world.save(name)
        world.run(*argv, record=record).expect(0, 4)
        seen[name] = _read(record)
    check_filed(world)
    return world, seen


def confirmation(world: World) -> tuple[str, ...]:
    return ("upload", "B0001", "--confirm-taken", str(world.folder / "taken.csv"))


def check_filed(world: World) -> None:
    """Every document stands in one import file once, and is confirmed by the ledger's list."""
    from exports.import_files.peak_book import read_book
    from exports.import_files.peak_columns import TEMPLATES

    rows = [
        (path.name, row)
        for template in TEMPLATES.values()
        for path in world.root.glob(f"outgoing/{template.file}_*.xlsx")
        for row in read_book(path, template)
    ]
    assert sorted(number for number in NUMBERS for _, row in rows if number in row) == NUMBERS and len(rows) == 3
    assert not list(world.root.glob("outgoing/.*"))
    world.check_restart()
    with Store.open(world.root / ".recon", clock=SystemClock(), writable=False) as store:
        assert [row.state for row in store.outbox.rows("B0001")] == ["by_hand"] * 3
        assert store.batches.get("B0001").state == "done"


def test_f01_import_files_and_their_confirmation_survive_every_kill(filed) -> None:
    """Killed at each kind of point while the files are written, and while the person's list is taken over."""
    world, seen = filed
    world.restore("upload")
    for step, argv in (("upload", FILE_STEPS["upload"]), ("confirm", confirmation(world))):
        for point in dict.fromkeys(name for name, _ in points(seen[step])):
            kill(world, argv, point)
        world.run(*argv).expect(0, 4)
    check_filed(world)
    assert {name for name, _ in points(seen["upload"])} >= {
        "import-file.before",
        "import-file.after",
        "send-intent.after",
    }


@pytest.mark.slow
def test_f01_import_files_survive_a_kill_at_every_point(filed) -> None:
    world, seen = filed
    for step, argv in (("upload", FILE_STEPS["upload"]), ("confirm", confirmation(world))):
        for point, visit in points(seen[step]):
            world.restore(step)
            kill(world, argv, point, visit)
            world.run(*FILE_STEPS["upload"]).expect(0, 4)
            world.run(*confirmation(world)).expect(0)
            check_filed(world)


# a ledger that numbers documents itself ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def numbering(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> World:
    """PEAK gives the numbers, so it would take everything twice without a word."""
    world = World(tmp_path_factory.mktemp("numbering"), nursery, target="peak", numbering="ledger")
    world.make()
    with world.ledger():
        world.connect()
        for name, argv in FIRST_STEPS.items():
            if name == "upload":
                break
            world.run(*argv).expect(0, 4)
    world.save("upload")
    return world


def killed_where_the_ledger_numbers(world: World, step: str, side: str, visit: int) -> None:
    """Killed and run again: adopted where the ledger shows it, else for a person; nothing is sent a second time."""
    world.restore("upload")
    with world.ledger() as server:
        kill(world, FIRST_STEPS["upload"], f"{step}.{side}", visit)
        again = world.run("upload", "B0001", "--json")
        kinds = Counter((document.kind, document.reference) for document in server.truth())
        with Store.open(world.root / ".recon", clock=SystemClock(), writable=False) as store:
            states = [row.state for row in store.outbox.rows("B0001")]
    lost = f"{step}.{side}" in {"send-intent.after", "send.before"}
    assert again.code == (4 if lost else 0), again.out
    assert states == ["needs_person" if lost and number == visit else "posted" for number in (1, 2, 3)]
    assert len(kinds) == 3 - lost and set(kinds.values()) == {1}, kinds
    world.check_restart()


@pytest.mark.parametrize("side", ["before", "after"])
def test_f01_f02_f30_killed_where_the_ledger_numbers_the_documents(numbering: World, side: str) -> None:
    killed_where_the_ledger_numbers(numbering, "send", side, 2)


@pytest.mark.slow
@pytest.mark.parametrize("visit", [1, 2, 3])
def test_f01_f02_f30_killed_at_every_point_where_the_ledger_numbers(numbering: World, visit: int) -> None:
    for step in ("send-intent", "send", "send-result"):
        for side in ("before", "after"):
            killed_where_the_ledger_numbers(numbering, step, side, visit)


# workbooks and journals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "step", "name"),
    [
        (("audit", "B0001"), "workbook-file", "B0001.xlsx"),
        (("journal", "B0001"), "journal-file", "B0001.journal"),
        (("match", "--export", "MAPPINGS"), "mapping-file", "mappings.xlsx"),
    ],
)
def test_f06_an_export_that_was_killed_leaves_the_old_file_or_the_new_one(sandbox, argv, step: str, name: str) -> None:
    world, _ = sandbox
    world.restore("later-import")
    file = world.root / ("audit" if step != "mapping-file" else "") / name
    argv = tuple(str(file) if word == "MAPPINGS" else word for word in argv)
    kill(world, argv, f"{step}.before")
    assert not file.exists()
    kill(world, argv, f"{step}.after")
    whole = file.read_bytes()
    kill(world, argv, f"{step}.before")
    assert file.read_bytes() == whole, "the old file is untouched"
    world.run(*argv).expect(0, 4)
    assert not [path for path in file.parent.iterdir() if path.name.startswith(".") and path.name != ".recon"]
    if step == "workbook-file":
        kill(world, argv, "workbook.before")
        world.run("verify", str(file)).expect(8, 0)
        world.run(*argv).expect(0)
        world.run("verify", str(file)).expect(0)


# as a person types it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "point"), [("import", "keep-file.after"), ("approve", "approve.before"), ("upload", "send.after")]
)
def test_f01_f02_killed_with_the_command_as_a_person_types_it(peak, step: str, point: str) -> None:
    """`python -m tui.cli` in a shell of its own, with nothing of ours but the name of the point."""
    world, _ = peak
    world.restore(f"later-{step}")
    with world.ledger():
        words = [str(world.folder / "later.csv") if word == "LATER" else word for word in LATER_STEPS[step]]
        command = [sys.executable, "-m", "tui.cli", "-C", str(world.root), *words]
        for crash, code in ((point, -signal.SIGKILL), ("", 0)):
            env = {**os.environ, **world.env(crash), "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
            ended = subprocess.run(
                command, env=env, capture_output=True, encoding="utf-8", check=False, cwd=world.folder
            )
            assert ended.returncode == code, ended.stdout + ended.stderr
            world.check_restart()
        finish(world, "later", step)

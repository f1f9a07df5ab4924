"""Kills beside the ordinary way: ledgers that take files or number documents, exports, leftovers, the bare command.

F01, F02, F06, F30 and F48 of reliability.md.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from bench.generate import generate
from recon.ports import SystemClock
from recon.store.store import Store
from tests.cases.crash_world import FIRST_STEPS, LATER_STEPS, OLD, RESTART_SECONDS, World
from tests.cases.nursery import Nursery
from tests.cases.sweep import PROCESSES, Seen, finish, go_through, kill, points

pytestmark = PROCESSES
ROOT = Path(__file__).parents[2]


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
    seen = go_through(world, {**FILE_STEPS, "confirm": confirmation(world)})
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
            if step == "upload":
                world.run(*argv).expect(4)
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


# many documents ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_f01_usable_soon_after_a_kill_with_a_hundred_thousand_documents(nursery: Nursery, tmp_path: Path) -> None:
    """G6: killed in the middle of an upload; the store opens, and a command answers, within seconds."""
    world = World(tmp_path, nursery, target="peak")
    world.make()
    export = tmp_path / "big.csv"
    generate(190_000, export)
    os.utime(export, (OLD, OLD))
    world.set_start(dt.date(2025, 1, 1))
    with world.ledger() as server:
        world.connect()
        world.run("import", str(export)).expect(0, 4)
        world.run(*FIRST_STEPS["match"]).expect(0, 4)
        assert world.run("plan", "--json").expect(4).facts()["documents"] > 100_000
        kill(world, FIRST_STEPS["approve"], "approve.before")
        world.run(*FIRST_STEPS["approve"]).expect(0)
        kill(world, FIRST_STEPS["upload"], "send.after", 3)
        began = time.monotonic()
        world.run("status").expect(4)
        assert time.monotonic() - began < 5 * RESTART_SECONDS
        world.run(*FIRST_STEPS["upload"], "--limit", "2").expect(4)
        assert len(server.truth()) == 5 and len({document.code for document in server.truth()}) == 5
    world.check_restart()

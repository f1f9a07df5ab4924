"""Two processes on one workspace, signals, an old state put back, and a copied workspace: nothing is ever sent twice.

F11, F12, F13 and F15 of reliability.md, with the real command line in processes of its own.
"""

from __future__ import annotations

import os
import platform
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from copy import copy

import pytest

from recon.ports import SystemClock
from recon.sandbox.peak import Fault, SandboxPeak
from recon.store.store import Store
from tests.cases.crash_world import FIRST_EVENTS, LATER_EVENTS, LATER_STEPS, World, wait_for
from tests.cases.nursery import Nursery
from tests.cases.sweep import PROCESSES

pytestmark = PROCESSES

UPLOAD = LATER_STEPS["upload"]
EVERYTHING = FIRST_EVENTS + LATER_EVENTS
HANGS = Fault(kind="hang", method="POST", path="/invoices/paidpayment*")
"""The ledger takes the first document of the later batch and does not answer."""


@pytest.fixture(scope="module")
def nurseries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nursery, Nursery]]:
    both = Nursery(tmp_path_factory.mktemp("one")), Nursery(tmp_path_factory.mktemp("two"))
    yield both
    for nursery in both:
        nursery.close()


@pytest.fixture(scope="module")
def approved(nurseries, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A workspace whose later batch is approved; the ledger lives elsewhere."""
    world = World(tmp_path_factory.mktemp("world"), nurseries[0], target="peak")
    world.make()
    with world.ledger():
        world.connect()
        world.post_first()
        for name in ("import", "plan", "approve"):
            world.run(*LATER_STEPS[name]).expect(0, 4)
    world.save("approved")
    return world


@pytest.fixture
def world(approved: World) -> World:
    approved.restore("approved")
    return approved


def posts(server: SandboxPeak) -> list[str]:
    """What was sent to be written, without asking for tokens."""
    return [seen.path for seen in server.requests if seen.method == "POST" and "clienttoken" not in seen.path]


# two processes ----------------------------------------------------------------------------------------------------


def test_f11_a_second_writer_is_told_who_holds_the_workspace_and_readers_are_served(world: World, nurseries) -> None:
    second = copy(world)
    second.nursery = nurseries[1]
    with world.ledger(HANGS) as server:
        world.set(timeout_seconds=60)
        holder = world.start(*UPLOAD)
        wait_for(lambda: posts(server))
        for argv in (
            UPLOAD,
            ("plan",),
            ("approve", "B0002", "--as", "Nok"),
            ("import", "FIRST"),
            ("match", "--link-all"),
        ):
            refused = second.run(*argv).expect(7)
            for fact in (f"Process {holder.pid} on {platform.node()}", "since 20"):
                assert fact in refused.err, refused.err
        facts = second.run(*UPLOAD, "--json").expect(7).facts()
        assert facts["exit_code"] == 7 and str(holder.pid) in facts["message"]
        for argv in (
            ("status",),
            ("documents", "B0002"),
            ("show", "RT-1004"),
            ("orders",),
            ("findings",),
            ("plan", "--dry-run"),
        ):
            second.run(*argv, "--json").expect(0, 4)
        assert second.run("status", "--json").facts()["schema"].startswith("recon.status/")

        holder.signal(signal.SIGKILL)
        assert holder.end().killed
        began = time.monotonic()
        second.run("match").expect(0, 4)
        assert time.monotonic() - began < 10, "the lock was free at once"
        world.set(timeout_seconds=1)
        second.until_settled("B0002")
        assert len(posts(server)) == 4, "no document was sent twice"
        assert world.truth() == EVERYTHING


def test_f11_with_the_command_as_a_person_types_it(world: World) -> None:
    """The same with `python -m tui.cli`, without any help of ours."""
    with world.ledger(HANGS) as server:
        world.set(timeout_seconds=60)
        command = [sys.executable, "-m", "tui.cli", "-C", str(world.root)]
        env = {**os.environ, **world.env(), "PYTHONIOENCODING": "utf-8"}
        holder = subprocess.Popen([*command, *UPLOAD], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            wait_for(lambda: posts(server))
            refused = subprocess.run([*command, "plan"], env=env, capture_output=True, encoding="utf-8", check=False)
            assert refused.returncode == 7 and f"Process {holder.pid} on" in refused.stderr, refused.stderr
        finally:
            holder.kill()
            holder.communicate()
        world.set(timeout_seconds=1)
        done = subprocess.run([*command, *UPLOAD], env=env, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert world.truth() == EVERYTHING


# signals ----------------------------------------------------------------------------------------------------------

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


def stopped_at(world: World, point: str, visit: int, name: str) -> None:
    """Send a signal at a point: the document at hand is finished, then the run stops; the next one goes on."""
    world.restore("approved")
    with world.ledger() as server:
        ended = world.run(*UPLOAD, crash=f"{point}:{visit}:{name}")
        sent = len(posts(server))
        everything = sent == 4
        assert ended.code == (0 if everything else 130), (
            f"{point}:{visit}:{name}: {ended.code}\n{ended.out}\n{ended.err}"
        )
        if point != "upload-ended.after":
            assert "Finishing this document" in ended.err
        with Store.open(world.root / ".recon", clock=SystemClock(), writable=False) as store:
            states = [row.state for row in store.outbox.rows("B0002")]
        assert states == ["posted"] * sent + ["queued"] * (4 - sent), f"{point}:{visit}:{name}"
        world.until_settled("B0002")
        assert len(posts(server)) == 4 and world.truth() == EVERYTHING


@pytest.mark.parametrize("name", SIGNALS)
def test_f15_a_signal_finishes_the_document_at_hand(world: World, name: str) -> None:
    stopped_at(world, "send.before", 2, name)
    with Store.open(world.root / ".recon", clock=SystemClock(), writable=False) as store:
        endings = [
            entry.facts["ending"] for entry in store.events.entries(subject="B0002") if entry.kind == "upload-ended"
        ]
    assert endings == ["stopped", "done"]


@pytest.mark.slow
@pytest.mark.parametrize("name", SIGNALS)
def test_f15_a_signal_at_every_point(world: World, name: str) -> None:
    steps = ["backup", "batch-state", *["send-intent", "send", "send-result"] * 4]
    for number, step in enumerate(steps):
        visit = 1 if number < 2 else (number - 2) // 3 + 1
        for side in ("before", "after"):
            stopped_at(world, f"{step}.{side}", visit, name)


def test_f15_a_third_interrupt_stops_at_once_and_the_next_run_looks_first(world: World) -> None:
    with world.ledger(HANGS) as server:
        world.set(timeout_seconds=60)
        running = world.start(*UPLOAD)
        wait_for(lambda: posts(server))
        for _ in range(3):
            running.signal(signal.SIGINT)
            time.sleep(0.2)
        ended = running.end().expect(130)
        assert "Once more stops at once" in ended.err and "run the same command again" in ended.err
        world.set(timeout_seconds=1)
        world.until_settled("B0002")
        assert len(posts(server)) == 4 and world.truth() == EVERYTHING


def test_f15_a_signal_while_an_outcome_is_unknown_says_so(world: World) -> None:
    """The ledger does not answer; stopped while waiting for the look-up, exit code 6 weighs more than 130."""
    with world.ledger(HANGS) as server:
        world.set(lookup_grace_seconds=120)
        running = world.start(*UPLOAD, crash="send-result.after:1:SIGTERM")
        ended = running.end().expect(6)
        assert "never sends twice" in ended.out
        assert len(posts(server)) == 1


def test_f15_a_closed_terminal_stops_after_the_document_at_hand(world: World) -> None:
    """The window is closed in mid-upload: a hang-up, and every further word to the terminal fails."""
    with world.ledger() as server:
        ours, theirs = pty.openpty()
        env = {**os.environ, **world.env("send.before:2:SIGHUP"), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "tui.cli", "-C", str(world.root), *UPLOAD]
        running = subprocess.Popen(command, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        os.close(ours)
        running.wait(timeout=60)
        assert len(posts(server)) == 2
        with Store.open(world.root / ".recon", clock=SystemClock(), writable=False) as store:
            assert [row.state for row in store.outbox.rows("B0002")] == ["posted", "posted", "queued", "queued"]
        world.until_settled("B0002")
        assert len(posts(server)) == 4 and world.truth() == EVERYTHING


# an old state, and a copy -----------------------------------------------------------------------------------------


def put_back(world: World, *, everything: bool) -> None:
    """Put the state from before the upload back: the store alone, or all of .recon; the home folder stays."""
    saved = world.folder / "saved" / "approved" / world.root.name / ".recon"
    private = world.root / ".recon"
    for tail in ("", "-wal", "-shm"):
        (private / f"store.db{tail}").unlink(missing_ok=True)
    for name in ("store.db", *(("head",) if everything else ())):
        shutil.copy2(saved / name, private / name)


@pytest.mark.parametrize("everything", [False, True], ids=["the store", "all of .recon"])
@pytest.mark.parametrize("sent", [2, 4])
def test_f13_an_old_state_put_back_doubles_nothing(world: World, sent: int, everything: bool) -> None:
    with world.ledger() as server:
        world.run(*UPLOAD, "--limit", str(sent)).expect(0, 4)
        put_back(world, everything=everything)
        assert "older than it was" in world.run("status").expect(0, 4).out
        assert "looked up in the ledger before it is sent" in world.run("doctor").expect(8).out
        assert "shorter than it was" in world.run("verify", "--chain").expect(8).err
        assert "older than it was" in world.run(*UPLOAD).expect(0).err
        assert len(posts(server)) == 4, "what was there already was found, not sent again"
        assert world.truth() == EVERYTHING
        world.check_posted("B0001", "B0002")
        world.run("doctor").expect(0)
        with Store.open(world.root / ".recon", clock=SystemClock(), writable=False) as store:
            adopted = [row.code == "adopted" for row in store.outbox.rows("B0002")]
        assert adopted == [True] * sent + [False] * (4 - sent)


def test_f12_a_copied_workspace_sends_nothing_until_it_is_adopted(world: World) -> None:
    """Original and copy both go on: each document is still there once."""
    (world.folder / "copied").mkdir(exist_ok=True)
    with world.ledger() as server:
        other = copy(world)
        other.root = world.folder / "copied"
        shutil.rmtree(other.root)
        shutil.copytree(world.root, other.root)
        world.run(*UPLOAD).expect(0)
        for argv in (UPLOAD, ("approve", "B0002", "--as", "Nok")):
            refused = other.run(*argv).expect(4, 8)
            assert "copy of" in refused.err or "already" in refused.err, refused.err
        assert other.run(*UPLOAD).code == 8
        assert len(posts(server)) == 4
        warned = other.run("status").expect(0, 4)
        assert "copy of" in warned.out + warned.err
        other.run("doctor", "--adopt").expect(0)
        other.connect()
        other.until_settled("B0002")
        assert len(posts(server)) == 4, "everything was found"
        assert world.truth() == EVERYTHING
        other.check_posted("B0001", "B0002")
        world.run("verify", "B0002").expect(0)

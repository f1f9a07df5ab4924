"""The upload in a process of its own: it outlives the screens that started it, is found again, stops when asked (F15)."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recon.config.edits import with_setting
from recon.ports import SystemClock
from recon.sandbox.peak import Fault, SandboxPeak
from recon.service.upload_records import UploadState
from tests.shell import SANDBOX_COMPANY, Shell, process_env, run
from tests.thai_shop import WHOLESALE
from tui.detached import Masked
from tui.session import Session
from tui.upload_process import ProcessUploads, ended_from

ROOT = Path(__file__).parents[2]
ALL = ["RT-1001", "RT-1002", "RT-1003"]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a pseudo-terminal")


@contextmanager
def approved(folder: Path, *faults: Fault) -> Iterator[tuple[Session, SandboxPeak]]:
    """Give a workspace whose batch B0001 is approved, with its keys in a file that other processes find."""
    clock = SystemClock()
    with SandboxPeak(path=folder / "peak.db", durable=False) as ledger:
        run("init", folder / "books", "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01",
            "--target", "peak", "--ledger-url", ledger.url, "--environment", "test", clock=clock).expect(0)  # fmt: skip
        settings = folder / "books" / "recon.toml"
        text = settings.read_text(encoding="utf-8")
        for name in ("timeout_seconds", "lookup_grace_seconds"):
            text = with_setting(text, ("connections", "shop", "ledger", name), value=1)
        settings.write_text(text, encoding="utf-8")
        shell = Shell(folder / "books", clock)
        shell("connect", "--stdin", "--set-accounts", "--keep", "file", stdin=json.dumps(ledger.credentials)).expect(0)
        shell("import", WHOLESALE).expect(0)
        shell("match", "--link-all", "--all-channels", "BSV002").expect(0)
        shell("plan").expect(4)
        shell("approve", "B0001", "--as", "Lek").expect(0)
        for fault in faults:
            ledger.inject(fault)
        yield Session(folder / "books", actor="nok"), ledger


def wait_for(seen: Callable[[], object]) -> None:
    """Wait until something has happened."""
    until = time.monotonic() + 90
    while not seen():
        assert time.monotonic() < until, "nothing happened"
        threading.Event().wait(0.05)


def state(session: Session) -> UploadState:
    return session.ask(lambda service: service.upload_state("B0001"))


def receipts(ledger: SandboxPeak) -> list[str]:
    return [seen.path for seen in ledger.requests if seen.method == "POST" and "receipts" in seen.path]


HANGS = Fault(kind="hang", method="POST", path="/receipts*")
"""The ledger takes the first document and does not answer."""


def test_f15_killing_the_screens_in_mid_upload_stops_nothing(tmp_path: Path) -> None:
    """The real program in a terminal of its own: Tab, Enter at the door, SIGKILL to the screens, the terminal gone."""
    with approved(tmp_path, HANGS) as (session, ledger):
        ours, theirs = pty.openpty()
        words = [
            sys.executable,
            "-m",
            "tui.cli",
            "-C",
            str(session.workspace.root),
            "tui",
            "--as",
            "nok",
            "--place",
            "upload",
        ]
        env = process_env(TERM="xterm-256color", COLUMNS="100", LINES="30")
        screens = subprocess.Popen(
            words, env=env, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        shown: list[bytes] = []
        reader = threading.Thread(target=_read, args=(ours, shown), daemon=True)
        reader.start()
        try:
            wait_for(lambda: b"same company" in b"".join(shown))
            os.write(ours, b"\t")
            threading.Event().wait(0.3)
            os.write(ours, b"\r")
            wait_for(lambda: receipts(ledger))
        finally:
            screens.send_signal(signal.SIGKILL)
            screens.wait(20)
            os.close(ours)
        found = state(session)
        assert found.is_running and found.running_pid != screens.pid
        wait_for(lambda: state(session).state == "done")
        assert sorted(document.code for document in ledger.truth()) == ALL
        assert len(receipts(ledger)) == 3, "nothing was sent twice"
        wait_for(lambda: not state(session).is_running)
        ended = session.uploads.ended("B0001")
        assert ended is not None and ended.ending == "done"


def _read(number: int, shown: list[bytes]) -> None:
    try:
        while data := os.read(number, 65_536):
            shown.append(data)
    except OSError:
        return


def test_f15_a_running_upload_is_found_and_stops_after_the_document_in_hand(tmp_path: Path) -> None:
    with approved(tmp_path, HANGS) as (session, ledger):
        session.uploads.start("B0001")
        assert session.uploads.alive("B0001")
        wait_for(lambda: receipts(ledger))
        session.uploads.start("B0001")  # a second press starts nothing
        found = state(session)
        assert found.is_running and found.running_batch == "B0001" and found.running_pid is not None
        os.kill(found.running_pid, signal.SIGHUP)
        assert not state(session).stop_asked
        again = Session(session.workspace.root)
        assert again.ask(lambda service: again.uploads.ask_to_stop(service, "B0001"))
        assert state(session).stop_asked
        wait_for(lambda: not session.uploads.alive("B0001"))
        ended = session.uploads.ended("B0001")
        assert ended is not None and ended.ending == "stopped" and ended.exit_code in {6, 130}
        assert len(receipts(ledger)) == 1 and not state(session).is_running
        assert not again.ask(lambda service: again.uploads.ask_to_stop(service, "B0001"))
        session.uploads.start("B0001")
        wait_for(lambda: state(session).state == "done")
        assert sorted(document.code for document in ledger.truth()) == ALL and len(receipts(ledger)) == 3
        wait_for(lambda: not session.uploads.alive("B0001"))


def test_an_upload_that_is_killed_is_no_longer_running_and_its_document_is_unsure(tmp_path: Path) -> None:
    with approved(tmp_path, HANGS) as (session, ledger):
        session.uploads.start("B0001")
        wait_for(lambda: receipts(ledger))
        pid = state(session).running_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not session.uploads.alive("B0001"))
        found = state(session)
        assert not found.is_running and [line.number for line in found.unsure] == ["RT-1001"]
        ended = session.uploads.ended("B0001")
        assert ended is not None and (ended.ending, ended.words) == ("", "")


def test_an_upload_that_cannot_begin_says_why(tmp_path: Path) -> None:
    from tui.wiring import service_for

    with approved(tmp_path) as (session, ledger):
        with service_for(session.workspace, clock=SystemClock()):
            session.uploads.start("B0001")
            wait_for(lambda: not session.uploads.alive("B0001"))
        ended = session.uploads.ended("B0001")
        assert ended is not None and ended.exit_code == 7 and "has this workspace open for writing" in ended.words
        assert receipts(ledger) == []
        for path in (session.workspace.private / "uploads").iterdir():
            assert path.stat().st_mode & 0o077 == 0, path


def test_what_an_upload_said_is_read_back() -> None:
    assert ended_from("", -9) == ended_from("half a", -9)
    said = json.dumps({"schema": "recon.upload/1", "ending": "paused", "words": "Run it again later."})
    assert (ended_from(said, 5).ending, ended_from(said, 5).words) == ("paused", "Run it again later.")


def test_nothing_was_started_here(tmp_path: Path) -> None:
    uploads = ProcessUploads(tmp_path, tmp_path)
    assert uploads.ended("B0001") is None and not uploads.alive("B0001")


def test_what_the_process_prints_goes_through_the_masker(tmp_path: Path) -> None:
    from recon.masking import Masker

    Masker(["canary-5f1d-secret"])
    with (tmp_path / "out").open("w", encoding="utf-8") as stream:
        Masked(stream).write("a canary-5f1d-secret b")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "a *** b"

"""A workspace with a PEAK on loopback for the upload screen, and uploads that run in a thread a test can hold.

Three wholesale receipts (RT-1001..RT-1003); the ledger's faults are switched on by the test.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from unittest import mock

from recon.sandbox.peak import Fault, SandboxPeak
from recon.service import ReconService
from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.peak_books import peak_books, taken_in
from tests.shell import Shell
from tui.app import ReconApp
from tui.preferences import Preferences
from tui.session import Session
from tui.upload_process import Ended
from tui.wiring import service_for


class ThreadUploads:
    """Uploads in threads of the test's own process; `hold_after` lets the run stand still after so many documents."""

    def __init__(self, workspace: Workspace, clock: FakeClock) -> None:
        self._workspace, self._clock = workspace, clock
        self._threads: dict[str, threading.Thread] = {}
        self._ended: dict[str, Ended] = {}
        self.starts: list[str] = []
        self.held, self.go_on = threading.Event(), threading.Event()
        self.hold_after: int | None = None

    def start(self, batch: str) -> None:
        thread = threading.Thread(target=self._run, args=(batch,))
        thread.start()
        self._threads[batch] = thread  # once it runs: who waits may join it
        self.starts.append(batch)

    def alive(self, batch: str) -> bool:
        return batch in self._threads and self._threads[batch].is_alive()

    def ask_to_stop(self, service: ReconService, batch: str) -> bool:
        return service.stop_upload(batch)

    def ended(self, batch: str) -> Ended | None:
        return self._ended.get(batch)

    def wait(self) -> None:
        """Let what is held go on, and wait until everything has ended."""
        self.go_on.set()
        for thread in self._threads.values():
            thread.join(30)
            assert not thread.is_alive()

    def _run(self, batch: str) -> None:
        seen = 0

        def told(text: str) -> None:
            nonlocal seen
            del text
            seen += 1
            if self.hold_after is not None and seen >= self.hold_after:
                self.hold_after = None
                self.held.set()
                assert self.go_on.wait(30)

        with service_for(self._workspace, clock=self._clock, write=True) as service:
            report = service.upload(batch, on_progress=told)
        self._ended[batch] = Ended(0, report.ending, report.words)


class UploadWorld:
    """The workspace, its ledger, and what a person can do from a shell beside the screens."""

    def __init__(self, shell: Shell, ledger: SandboxPeak, clock: FakeClock) -> None:
        self.shell, self.ledger, self.clock = shell, ledger, clock
        self.books = shell.root.parent / "peak.db"
        self.workspace = Workspace(shell.root)
        self.uploads = ThreadUploads(self.workspace, clock)

    def fault(self, **values: object) -> None:
        """Switch a fault of the ledger on."""
        self.ledger.inject(Fault(**values))  # type: ignore[arg-type]

    def app(self, *, read_only: bool = False, change: Callable[[Session], None] | None = None) -> ReconApp:
        """Return the screens on this workspace, opened at the upload."""
        session = Session(self.shell.root, clock=self.clock, actor="nok", read_only=read_only, uploads=self.uploads)
        if change is not None:
            change(session)
        return ReconApp(session, start="upload", preferences=Preferences(), keep=False)

    def posted(self) -> list[str]:
        """Return the numbers of what the ledger itself holds, each as often as it stands there."""
        return sorted(document.code for document in self.ledger.truth())


def planned(folder: Path, ledger: SandboxPeak, clock: FakeClock) -> Shell:
    """Three receipts are planned."""
    with office():
        shell = taken_in(peak_books(folder / "books", ledger, clock), ledger)
        shell("plan").expect(4)
    return shell


def approved(folder: Path, ledger: SandboxPeak, clock: FakeClock) -> None:
    """They are approved too."""
    with office():
        planned(folder, ledger, clock)("approve", "B0001", "--as", "Lek").expect(0)


def in_conflict(folder: Path, ledger: SandboxPeak, clock: FakeClock) -> None:
    """RT-1001 stands in the ledger with another total; the others are posted."""
    approved(folder, ledger, clock)
    with office(), opened(folder, ledger, clock) as world:
        world.fault(kind="cut", method="POST", path="/receipts*", times=None)
        world.shell("upload", "B0001").expect(6)
        ledger.clear_faults()
        clock.forward(600)
        with closing(sqlite3.connect(world.books)) as books, books:
            books.execute("UPDATE documents SET total_minor = total_minor + 100 WHERE code = 'RT-1001'")
        world.shell("upload", "B0001").expect(4)


def office() -> AbstractContextManager[object]:
    """Let the user of the computer be the office's."""
    return mock.patch("tui.wiring._os_user", return_value="office")


@contextmanager
def opened(folder: Path, ledger: SandboxPeak, clock: FakeClock) -> Iterator[UploadWorld]:
    """Give the world whose workspace lies in a folder; every upload in it has ended afterwards."""
    world = UploadWorld(Shell(folder / "books", clock), ledger, clock)
    with office():
        try:
            yield world
        finally:
            world.uploads.wait()

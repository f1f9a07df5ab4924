"""The open workspace behind the screens: opens the service for each question, one writer at a time.

Screens ask from worker threads only. A question opens the store for reading and closes it again (a few milliseconds), so
that commands, schedulers and an upload in a process of its own can work at the same time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from recon.config.settings import Settings
from recon.errors import StoreBusy, UsageError
from recon.ports import Clock, SystemClock
from recon.service import ReconService
from recon.workspace import Workspace, find_workspace
from tui.upload_process import ProcessUploads, Uploads
from tui.wiring import service_for

Answer = TypeVar("Answer")


class Session:
    """One workspace as the screens use it."""

    def __init__(
        self,
        root: Path,
        *,
        clock: Clock | None = None,
        actor: str = "",
        read_only: bool = False,
        uploads: Uploads | None = None,
    ) -> None:
        self.workspace: Workspace = find_workspace(root)
        self.uploads: Uploads = uploads or ProcessUploads(self.workspace.root, self.workspace.private)
        self.clock = clock or SystemClock()
        self.actor = actor
        self.read_only = read_only
        self._writing = threading.Lock()
        self._prepared = read_only

    @property
    def settings(self) -> Settings:
        """The workspace's settings as they stand in the file now; raises SettingsError."""
        return self.workspace.settings()

    def ask(self, question: Callable[[ReconService], Answer]) -> Answer:
        """Answer a question that changes nothing. Blocks: call it from a worker thread."""
        self._prepare()
        with self._open(write=False) as service:
            return question(service)

    def act(self, action: Callable[[ReconService], Answer], *, actor: str = "") -> Answer:
        """Carry out something that writes, in this person's or another one's name. Blocks: call it from a worker thread.

        Raises:
            UsageError: The session may only read.
            StoreBusy: Another process is writing, an upload for example.
        """
        if self.read_only:
            raise UsageError("This session may only read. Nothing was changed; open recon without --read-only to work.")
        with self._writing, self._open(write=True, actor=actor) as service:
            return action(service)

    def _prepare(self) -> None:
        """Open the store for writing once: it is made where there is none, and brought to the form of this version."""
        with self._writing:
            if self._prepared:
                return
            self._prepared = True
            with suppress(StoreBusy), self._open(write=True):  # who writes now has brought it into form
                pass

    def _open(self, *, write: bool, actor: str = "") -> ReconService:
        return service_for(self.workspace, clock=self.clock, actor=actor or self.actor, write=write)

"""The upload as a process of its own: started by the screens, outliving them, and found again by the next ones.

It is `recon upload BATCH --json` in a session of its own, with standard output and error in files below `.recon/uploads`,
so that neither a closed terminal nor a killed screen stops it. Whether one runs is read from its note in the workspace
(`recon.upload.running`), whoever started it; how the last one ended from the document it printed. On Windows it gets a
process group without a console; the wish to stop goes by a file on every system, because Windows can send a process
without a console no signal but the one that kills it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from recon.files import OWNER_FILE_MODE, OWNER_FOLDER_MODE
from recon.service import ReconService
from recon.store.moments import stamp

FOLDER: Final = "uploads"
LOG: Final = "upload.log"
_NO_CONSOLE: Final = 0x00000200 | 0x08000000
"""Windows: CREATE_NEW_PROCESS_GROUP and CREATE_NO_WINDOW, so that closing the console does not reach it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the last upload of a batch ended."""

    exit_code: int | None
    """None: it was killed before it could say."""
    ending: str
    """done, waiting, stopped, paused or limit; empty: it could not begin, or was killed."""
    words: str
    """Why it ended there, as it said itself."""
    at: str = ""
    """When, as the store writes moments; empty: not known."""


class Uploads(Protocol):
    """What the upload screen needs of whoever carries uploads out."""

    def start(self, batch: str) -> None:
        """Begin to send an approved batch; returns at once."""
        ...

    def alive(self, batch: str) -> bool:
        """Return whether an upload we started is still under way, also before it took the workspace."""
        ...

    def ask_to_stop(self, service: ReconService, batch: str) -> bool:
        """Ask for a stop after the document in hand; False: none runs."""
        ...

    def ended(self, batch: str) -> Ended | None:
        """Return how the last upload of a batch ended; None: none was started from the screens, or it still runs."""
        ...


class ProcessUploads:
    """Uploads in processes of their own."""

    def __init__(self, root: Path, private: Path, *, environment: dict[str, str] | None = None) -> None:
        self._root = root
        self._private = private
        self._environment = environment
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, batch: str) -> None:
        """Begin to send an approved batch; a second press while it begins starts nothing."""
        if self.alive(batch):
            return
        folder = self._private / FOLDER
        folder.mkdir(mode=OWNER_FOLDER_MODE, exist_ok=True)
        words = [
            sys.executable, "-m", "tui.detached", "-C", str(self._root), "--log", str(folder / LOG),
            "upload", batch, "--json", "--no-input",
        ]  # fmt: skip
        with _fresh(self._said(batch)) as out, _fresh(self._said(batch).with_suffix(".err")) as err:
            self._children[batch] = subprocess.Popen(  # noqa: S603 - our own program; the batch's name comes from the store
                words,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=self._environment,
                start_new_session=True,
                creationflags=_NO_CONSOLE if sys.platform == "win32" else 0,
                close_fds=True,
            )

    def alive(self, batch: str) -> bool:
        """Return whether a process we started for the batch still runs."""
        child = self._children.get(batch)
        return child is not None and child.poll() is None

    def ask_to_stop(self, service: ReconService, batch: str) -> bool:
        """Ask for a stop after the document in hand."""
        return service.stop_upload(batch)

    def ended(self, batch: str) -> Ended | None:
        """Return how the last upload of a batch ended, by the exit code where it was our child and by what it printed."""
        if self.alive(batch) or not self._said(batch).exists():
            return None
        child = self._children.get(batch)
        said = self._said(batch)
        ended = ended_from(
            said.read_text(encoding="utf-8", errors="replace"), None if child is None else child.returncode
        )
        return replace(ended, at=stamp(dt.datetime.fromtimestamp(said.stat().st_mtime, dt.UTC)))

    def _said(self, batch: str) -> Path:
        return self._private / FOLDER / f"{batch}.json"


def ended_from(said: str, exit_code: int | None) -> Ended:
    """Return how an upload ended, from the one JSON document it prints at its end."""
    try:
        facts: dict[str, Any] = json.loads(said)
    except ValueError:
        return Ended(exit_code, "", "")
    if facts.get("schema") == "recon.error/1":
        return Ended(int(facts["exit_code"]), "", str(facts["message"]))
    return Ended(exit_code, str(facts.get("ending", "")), str(facts.get("words", "")))


def _fresh(path: Path) -> BinaryIO:
    """Open a file for its owner's eyes, empty."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_FILE_MODE), "wb")

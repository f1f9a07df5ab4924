"""One writer per workspace: a lock of the operating system, freed by it when the holder dies.

Who holds it stands beside the lock in a file of its own, so that the second one can be told.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from recon.errors import StoreBusy, StoreError
from recon.files import OWNER_FILE_MODE
from recon.ports import Clock
from recon.store.moments import stamp


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a workspace open for writing."""

    host: str
    pid: int
    since: str
    """Empty with everything else: somebody, but it is not known who."""


def holder_of(folder: Path) -> Holder | None:
    """Return who writes in this workspace now; None: nobody. The lock itself is asked: the note beside it stays behind."""
    if not (folder / "lock").exists():
        return None
    lock = FileLock(str(folder / "lock"), timeout=0, mode=OWNER_FILE_MODE, is_singleton=False)
    try:
        lock.acquire()
    except (Timeout, OSError):
        return _noted(folder / "holder.json")
    lock.release()
    return None


def _noted(path: Path) -> Holder:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return Holder(str(facts["host"]), int(facts["pid"]), str(facts["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder("", 0, "")


class WriterLock:
    """Held from opening a workspace for writing until it is closed."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._lock = FileLock(str(folder / "lock"), timeout=0, mode=OWNER_FILE_MODE, is_singleton=False)
        self._holder = folder / "holder.json"
        self._clock = clock

    def acquire(self) -> None:
        """Take the lock at once or not at all.

        Raises:
            StoreBusy: Another process has it; the text says which, where and since when.
        """
        try:
            self._lock.acquire()
        except Timeout:
            raise StoreBusy(
                f"{self._holder_text()} has this workspace open for writing. Nothing was changed here; wait until "
                "it has finished, or look at the workspace meanwhile (`recon status` only reads)."
            ) from None
        except OSError as error:
            raise StoreError(
                f"The workspace cannot be locked ({error.strerror or error}). Nothing was done."
            ) from error
        facts = {"host": platform.node(), "pid": os.getpid(), "since": stamp(self._clock.now())}
        self._note(json.dumps(facts))

    def _note(self, text: str) -> None:
        """Write who holds the lock, for its owner's eyes; an older file that others could read is closed to them."""
        descriptor = os.open(self._holder, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_FILE_MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        self._holder.chmod(OWNER_FILE_MODE)

    def release(self) -> None:
        """Let others write."""
        self._lock.release()

    def _holder_text(self) -> str:
        """Say who holds the lock, as far as its file tells."""
        try:
            facts = json.loads(self._holder.read_text(encoding="utf-8"))
            since = str(facts["since"])[:19].replace("T", " ")
            return f"Process {facts['pid']} on {facts['host']} (since {since} UTC)"
        except (OSError, ValueError, KeyError):
            return "Another process"

"""Who uploads here now, what it waits for, and the wish that the upload stop: small files beside the store, for everybody who looks on.

They are hints, never truth: what was sent stands in the store alone. The note is taken away when the run ends; after a
kill it stays, and counts no longer, because its process is gone. A wish names the process it is meant for, so that a wish
nobody heard can stop no later run.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from recon.files import OWNER_FILE_MODE
from recon.ports import Clock
from recon.store.moments import stamp

NOTE: Final = "uploading.json"
WISH: Final = "stop-upload.json"
WAITS: Final = "waiting.json"
_STILL_ACTIVE: Final = 259
"""What Windows gives as the exit code of a process that runs."""
_QUERY: Final = 0x1000
_START_FIELD: Final = 19
"""Place of a process's start behind its name in /proc/PID/stat."""


@dataclass(frozen=True, slots=True)
class Running:
    """An upload that runs in this workspace."""

    batch: str
    pid: int
    host: str
    since: str
    born: str
    """When the system started the process, as it counts; empty where it does not say. Tells two bearers of one pid apart."""


@contextmanager
def noted(folder: Path, batch_id: str, clock: Clock) -> Iterator[None]:
    """Note that this process uploads a batch; a disk that refuses the note stops nothing."""
    mine = Running(batch_id, os.getpid(), platform.node(), stamp(clock.now()), _born(os.getpid()))
    with suppress(OSError):
        _write(folder / NOTE, asdict(mine))
    try:
        yield
    finally:
        for name in (NOTE, WISH):
            with suppress(OSError):
                (folder / name).unlink(missing_ok=True)


def running(folder: Path) -> Running | None:
    """Return the upload that runs in this workspace now, as far as this machine can tell."""
    try:
        note = Running(**json.loads((folder / NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if note.host != platform.node():
        return note  # on another machine: nobody here can tell whether it lives
    return note if is_alive(note.pid) and note.born in {"", _born(note.pid)} else None


def wish_stop(folder: Path, run: Running) -> None:
    """Ask an upload to stop after the document in hand."""
    _write(folder / WISH, {"pid": run.pid, "since": run.since})


@dataclass(frozen=True, slots=True)
class Waits:
    """A process of this workspace that waits for the ledger to come."""

    words: str
    """What a person does so that it comes."""
    pid: int
    host: str
    since: str
    seconds: int
    """After so many it gives up."""


def note_waiting(folder: Path, words: str, seconds: int, clock: Clock) -> None:
    """Note that this process waits from now on; a disk that refuses the note stops nothing."""
    with suppress(OSError):
        _write(folder / WAITS, asdict(Waits(words, os.getpid(), platform.node(), stamp(clock.now()), seconds)))


def end_waiting(folder: Path) -> None:
    """Take the note away again."""
    with suppress(OSError):
        (folder / WAITS).unlink(missing_ok=True)


def waits(folder: Path) -> Waits | None:
    """Return what a process of this workspace waits for now, as far as this machine can tell."""
    try:
        note = Waits(**json.loads((folder / WAITS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return note if note.host == platform.node() and is_alive(note.pid) else None


def stop_is_wished(folder: Path) -> bool:
    """Return whether somebody asked this process's upload to stop."""
    try:
        return bool(json.loads((folder / WISH).read_text(encoding="utf-8"))["pid"] == os.getpid())
    except (OSError, ValueError, TypeError, KeyError):
        return False


def stop_is_wished_of(folder: Path, run: Running) -> bool:
    """Return whether somebody asked a running upload to stop."""
    try:
        return bool(json.loads((folder / WISH).read_text(encoding="utf-8")) == {"pid": run.pid, "since": run.since})
    except (OSError, ValueError):
        return False


def is_alive(pid: int) -> bool:
    """Return whether a process of this machine runs."""
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _is_alive_on_windows(pid: int) -> bool:
    """Ask Windows, where signal 0 would end the process instead of asking."""
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]  # on Windows only
    handle = kernel.OpenProcess(_QUERY, False, pid)  # noqa: FBT003 - the system's own signature
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == _STILL_ACTIVE


def _born(pid: int) -> str:
    """Return when a process was started, where the system has /proc."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return fields[_START_FIELD] if len(fields) > _START_FIELD else ""


def _write(path: Path, facts: dict[str, object]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_FILE_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(facts, stream)

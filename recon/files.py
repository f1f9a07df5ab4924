"""Files put in their place whole or not at all.

A file is written under another name in the same folder, flushed to the disk, checked if asked, moved over the final
name, and the folder is flushed. Whoever pulls the plug finds the old file or the new one, never a part of it.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import ReconError, StoreError

OWNER_FILE_MODE = 0o600
OWNER_FOLDER_MODE = 0o700


def atomic_write(path: Path, content: bytes, *, crash: CrashPoints = NO_CRASH, step: str = "file") -> Path:
    """Put ``content`` at ``path``, whole or not at all; returns where it lies.

    Raises:
        StoreError: The disk is full or refuses; the old file is untouched.
    """
    with atomic_file(path, crash=crash, step=step) as place:
        place.temporary.write_bytes(content)
    return place.final


class Place:
    """Where to write now, and where it will lie in the end."""

    def __init__(self, temporary: Path, final: Path) -> None:
        self.temporary = temporary
        self.final = final


@contextmanager
def atomic_file(
    path: Path,
    *,
    check: Callable[[Path], None] | None = None,
    beside_if_locked: bool = False,
    crash: CrashPoints = NO_CRASH,
    step: str = "file",
) -> Iterator[Place]:
    """Give a place to write to, and move it to ``path`` when the block ends without an error.

    ``check`` reads the finished file and raises if it is no good. ``beside_if_locked`` writes ``name (2).xlsx`` where
    another program holds the final name; ``final`` then says so.

    Raises:
        StoreError: The disk is full or refuses; what lay at ``path`` is untouched.
    """
    place = Place(path.with_name(f".{path.name}.{secrets.token_hex(4)}{path.suffix}"), path)
    try:
        yield place
        flush(place.temporary)
        place.temporary.chmod(OWNER_FILE_MODE)
        if check is not None:
            check(place.temporary)
        crash.reach(f"{step}.before")
        _move(place, beside_if_locked=beside_if_locked)
        flush(place.final.parent)
        crash.reach(f"{step}.after")
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        with suppress(OSError):
            place.temporary.unlink(missing_ok=True)


def put_in_place(temporary: Path, final: Path, *, crash: CrashPoints = NO_CRASH, step: str) -> None:
    """Give a finished and flushed file or folder its final name, durably.

    ``step`` names the crash points: ``step.before`` and ``step.after``.
    """
    crash.reach(f"{step}.before")
    temporary.replace(final)
    flush(final.parent)
    crash.reach(f"{step}.after")


def flush(path: Path) -> None:
    """Flush a file or a folder to the disk; folders are skipped where the system cannot open them."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> Path:
    """Make a folder that only its owner can read, and so each missing one above it."""
    if not path.parent.is_dir():
        make_folder(path.parent)
    path.mkdir(mode=OWNER_FOLDER_MODE, exist_ok=True)
    return path


def _move(place: Place, *, beside_if_locked: bool) -> None:
    """Move the finished file over its final name, or beside it where that name is held by another program."""
    try:
        place.temporary.replace(place.final)
    except PermissionError:
        if not beside_if_locked:
            raise
    else:
        return
    wanted = place.final
    for count in range(2, 100):
        place.final = wanted.with_name(f"{wanted.stem} ({count}){wanted.suffix}")
        if not place.final.exists():
            place.temporary.replace(place.final)
            return
    raise PermissionError(errno.EACCES, "99 copies lie beside it already", str(wanted))


def _not_written(path: Path, error: OSError) -> ReconError:
    """Put a refusal of the disk into the accountant's words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        why = f"the drive that holds {path.parent} is full"
        remedy = "Free some space there and do the same again."
    else:
        why = f"the system refuses: {error.strerror or error}"
        remedy = "Close other programs that use the file, check the folder's rights, and do the same again."
    return StoreError(f"{path.name} was not written: {why}. What was there before is unchanged. {remedy}")

"""Writing a workbook so that nothing is ever half there.

The file is written beside its target under a name of its own, brought to the disk, read back and compared with what
was meant, and only then takes the target's place. Full disk, crash or a failed comparison leave the old file as it was.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import ExportError

_TRIES: Final = 99
"""Numbered names tried when the target is locked."""


def write_safely(
    target: Path,
    write: Callable[[Path], None],
    check: Callable[[Path], list[str]],
    *,
    crash: CrashPoints = NO_CRASH,
    step: str = "export",
) -> Path:
    """Write a file and return where it lies: the target, or ``name (2)`` where the target is open in another program.

    Args:
        target: Where the file shall lie; its folder is made if needed.
        write: Writes the whole file at the path it is given, which does not exist yet.
        check: Reads it back and returns every difference to what was meant.
        crash: Named points where a test stops the program.
        step: Names the points before and after the file takes its place.

    Raises:
        ExportError: It could not be written or did not read back as meant; the old file, if any, is untouched.
    """
    with _beside(target) as temporary:
        try:
            write(temporary)
            _to_disk(temporary)
        except OSError as error:
            raise ExportError(
                f"{target.name} was not written: {error.strerror or error}. "
                f"{_old(target)} Make room or choose another folder, then run the same command again."
            ) from error
        differences = check(temporary)
        if differences:
            raise ExportError(
                f"{target.name} was not written: read back, it does not say what was meant. {_old(target)} "
                f"Please report this with the list: {'; '.join(differences[:20])}"
            )
        crash.reach(f"{step}.before")
        placed = _place(temporary, target)
    _folder_to_disk(target.parent)
    crash.reach(f"{step}.after")
    return placed


def _old(target: Path) -> str:
    return "The file that was there is unchanged." if target.exists() else "No file of that name exists."


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a path in the target's folder and leave nothing there but the finished file."""
    ending = f".part{target.suffix}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for leftover in target.parent.glob(f".{_literal(target.stem)}.*{ending}"):
            leftover.unlink(missing_ok=True)  # of a run that was killed; one process writes in a workspace at a time
    except OSError as error:
        raise ExportError(f"{target.name} was not written: {error.strerror or error} ({target.parent}).") from error
    temporary = target.parent / f".{target.stem}.{os.getpid()}{ending}"
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _literal(name: str) -> str:
    """Return a name as a glob pattern that matches only itself."""
    return "".join(f"[{character}]" if character in "[*?" else character for character in name)


def _to_disk(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _folder_to_disk(folder: Path) -> None:
    """Make the new name itself durable, where the system can (Windows cannot)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _place(temporary: Path, target: Path) -> Path:
    """Move the finished file to its target, or to the first free numbered name if the target is locked."""
    try:
        os.replace(temporary, target)  # noqa: PTH105 - tests of the lock patch this one call
    except PermissionError:
        for number in range(2, _TRIES + 1):
            other = target.with_name(f"{target.stem} ({number}){target.suffix}")
            if not other.exists():
                return _moved(temporary, other, target)
    except OSError as error:
        raise ExportError(f"{target.name} was not written: {error.strerror or error}. {_old(target)}") from error
    else:
        return target
    raise ExportError(
        f"{target.name} is open in another program and so are its numbered copies. Close them and try again."
    )


def _moved(temporary: Path, other: Path, target: Path) -> Path:
    try:
        os.replace(temporary, other)  # noqa: PTH105 - as above
    except OSError as error:
        raise ExportError(
            f"{target.name} is open in another program, and {other.name} cannot be written beside it: "
            f"{error.strerror or error}. Close it and run the same command again."
        ) from error
    return other

"""Frames on disk: Parquet files in a folder named by what they were made from, complete or not there at all.

A folder is written under a temporary name, synced, and renamed; a folder that exists is complete. Frames are made
from kept files and settings and can be made again; losing them loses no evidence.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import polars as pl

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import StoreError
from recon.files import OWNER_FILE_MODE, OWNER_FOLDER_MODE, make_folder, put_in_place

COMPRESSION: Final = "lz4"
FACTS_FILE: Final = "facts.json"
LEFTOVER_SECONDS: Final = 3600
"""A half written folder of this age belongs to a run that was stopped."""
_CHUNK: Final = 256 << 10
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_WRITERS: Final = 2
"""Frames written at a time; more would only hold more pages in memory."""


def write_frames(
    folder: Path,
    frames: Mapping[str, pl.DataFrame],
    facts: Mapping[str, Any],
    *,
    written: Mapping[str, Path] | None = None,
    replace: bool = False,
    crash: CrashPoints = NO_CRASH,
    step: str = "frames",
) -> Path:
    """Write ``name.parquet`` per frame and ``facts.json`` into ``folder``; an existing folder is kept as it is.

    ``written`` names frames that lie on the disk already, unchanged: they are linked instead of written again.
    ``replace`` lets new frames take the place of an existing folder. ``step`` names the crash points on both sides of
    the rename.

    Raises:
        StoreError: The disk is full or refuses; nothing is there.
    """
    if folder.is_dir() and not replace:
        return folder
    # screens ask several questions at once, so two threads may make the same frames
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}-{threading.get_ident()}")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        _fill(temporary, folder, frames, facts, written or {})
        if replace:
            shutil.rmtree(folder, ignore_errors=True)
    except (OSError, pl.exceptions.ComputeError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise _not_written(folder, error) from error
    try:
        put_in_place(temporary, folder, crash=crash, step=step)
    except OSError as error:
        is_moved = not temporary.is_dir()
        shutil.rmtree(temporary, ignore_errors=True)
        if is_moved or not folder.is_dir():  # else somebody else made the same meanwhile
            raise _not_written(folder, error) from error
    return folder


def _fill(
    temporary: Path,
    folder: Path,
    frames: Mapping[str, pl.DataFrame],
    facts: Mapping[str, Any],
    written: Mapping[str, Path],
) -> None:
    """Write everything into the temporary folder and flush it."""
    make_folder(temporary.parent)
    temporary.mkdir(mode=OWNER_FOLDER_MODE)
    _sweep(folder, temporary)
    for name, path in written.items():
        _link(path, temporary / f"{name}.parquet")
    with ThreadPoolExecutor(
        _WRITERS
    ) as writers:  # Polars encodes one frame on one core and leaves the interpreter free
        largest_first = sorted(frames, key=lambda name: -frames[name].height * frames[name].width)
        list(writers.map(lambda name: _write(frames[name], temporary / f"{name}.parquet"), largest_first))
    with (temporary / FACTS_FILE).open("w", encoding="utf-8") as stream:
        json.dump(dict(facts), stream, ensure_ascii=False, sort_keys=True, indent=1)
        stream.flush()
        (temporary / FACTS_FILE).chmod(OWNER_FILE_MODE)
        os.fsync(stream.fileno())
    _sync(temporary)


def _not_written(folder: Path, error: Exception) -> StoreError:
    """Put a refusal of the disk into words; Polars hides the system's own behind others."""
    full = "is full" if getattr(error, "errno", None) in _FULL else "is full or refuses"
    return StoreError(
        f"The rows as read and planned were not kept: the drive that holds {folder.parent} {full} ({error}). Nothing was "
        "taken in or planned, and everything before it is safe. Free some space there and do the same again."
    )


def _sweep(folder: Path, fresh: Path) -> None:
    """Remove what killed runs left beside it; a young one may belong to a process that is reading meanwhile."""
    now = fresh.stat().st_mtime  # the drive's own clock
    for leftover in folder.parent.glob(".*"):
        if now - leftover.stat().st_mtime > LEFTOVER_SECONDS:
            shutil.rmtree(leftover, ignore_errors=True)


def _write(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path, compression=COMPRESSION, statistics=False)
    path.chmod(OWNER_FILE_MODE)
    _sync(path)


def _link(path: Path, target: Path) -> None:
    """Let a frame that never changes lie in a second folder; copied where the drive has no links."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
        target.chmod(OWNER_FILE_MODE)
        _sync(target)


def read_frame(folder: Path, name: str) -> pl.DataFrame:
    """Return one frame of a folder."""
    return pl.read_parquet(folder / f"{name}.parquet")


def scan_frame(folder: Path, name: str) -> pl.LazyFrame:
    """Return one frame of a folder, to be read as far as needed."""
    return pl.scan_parquet(folder / f"{name}.parquet")


def read_facts(folder: Path) -> dict[str, Any]:
    """Return the facts written beside the frames."""
    return dict(json.loads((folder / FACTS_FILE).read_text(encoding="utf-8")))


def digest_files(folder: Path, names: tuple[str, ...]) -> str:
    """Return the SHA-256 over the bytes of some frames, in the order named."""
    whole = hashlib.sha256()
    buffer = memoryview(bytearray(_CHUNK))
    for name in names:
        one = hashlib.sha256()
        with (folder / f"{name}.parquet").open("rb", buffering=0) as stream:
            while count := stream.readinto(buffer):
                one.update(buffer[:count])
        whole.update(f"{name}:{one.hexdigest()}\n".encode())
    return whole.hexdigest()


def _sync(path: Path) -> None:
    """Make a file or folder durable; folders cannot be opened on Windows, where a rename is durable by itself."""
    if path.is_dir() and os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

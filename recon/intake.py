"""Intake: keep a file exactly as it came, under its digest, then find the source that can read it.

The kept copy is the evidence everything else can be rebuilt from. It is named by us (SHA-256 and a safe suffix), is
readable by its owner alone, and is there whole or not at all. The name it came under is kept as text only. A file that
changes while it is read, or was written a moment ago, is still being downloaded and waits.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import AmbiguousFormat, IntakeError, MalformedFile, StoreDamaged, UnknownFormat
from recon.files import atomic_file, flush, make_folder
from recon.frames.containers import kind_of
from recon.frames.headings import list_headings
from recon.frames.tables import read_head
from recon.sources.base import IntakeFile, Source

QUIET_SECONDS: Final = 2.0
"""A file changed less than this ago may still be written to."""
MAX_BYTES: Final = 8 << 30
"""Largest file taken in; about 16 million order lines."""
LEFTOVER_SECONDS: Final = 3600
"""A half copied file of this age belongs to a run that was stopped."""
_INCOMING: Final = "incoming"
_CHUNK: Final = 256 << 10
"""Small enough for the processor's cache: in pieces of 4 MiB the same copy takes three times as long."""
_DIGEST_PENDING: Final = "0" * 64
READABLE: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls", ".json", ".xml"})
"""Endings of the files that can be taken in; what a file is, its content says."""
_UNFINISHED: Final = (".crdownload", ".part", ".partial", ".download", ".tmp")
_DIGEST_NAME: Final = re.compile(r"[0-9a-f]{64}\.[a-z]{3,4}")

Meanwhile = Callable[[IntakeFile], None]
"""What is done with the copy of a new file while its digest is worked out; that digest is not there yet."""


def keep(
    path: Path,
    store_dir: Path,
    clock_iso: str,
    *,
    wait: Callable[[float], None] | None = None,
    crash: CrashPoints = NO_CRASH,
    meanwhile: Meanwhile | None = None,
) -> IntakeFile:
    """Keep a file unchanged in ``store_dir`` (``.recon/intake``) and say under what.

    The same content again writes nothing and gives the same file.

    Args:
        path: The file as the person named it.
        store_dir: Folder of kept files.
        clock_iso: The present moment, ISO UTC.
        wait: Called with seconds if the file changed less than `QUIET_SECONDS` ago; left out: no waiting.
        crash: Named points where a test stops the program.
        meanwhile: Given the copy of a file that is not kept yet, while it is hashed and the disk takes it. Its path and its
            digest are passing ones: what is made from it counts only when the file is kept.

    Raises:
        IntakeError: No plain file, empty, too large, or still being written; nothing was kept.
        StoreError: The disk refuses.
    """
    name = _checked_name(path)
    with _open(path) as stream:
        before = _settled(stream, name, clock_iso, wait)
        _check_store(store_dir)
        _sweep(store_dir, clock_iso)
        digest = _digest_if_size_known(stream, before.st_size, store_dir)
        target = _target(store_dir, digest, name) if digest else None
        if digest is not None and target is not None and _is_kept(target, before.st_size):
            _check_unchanged(stream, name, before)
        else:
            incoming = _Incoming(stream, name, before, clock_iso, digest)
            digest, target = _copy(incoming, store_dir, crash, meanwhile)
    return IntakeFile(target, name, digest, before.st_size, clock_iso)


def keep_bytes(
    content: bytes, name: str, store_dir: Path, clock_iso: str, *, crash: CrashPoints = NO_CRASH
) -> IntakeFile:
    """Keep a provider's raw answer like a file; arguments and errors as for `keep`."""
    if not content:
        raise IntakeError(f"{name}: the answer is empty (0 bytes). Nothing was kept.")
    _check_store(store_dir)
    digest = hashlib.sha256(content).hexdigest()
    target = _target(store_dir, digest, name)
    if not _is_kept(target, len(content)):
        with atomic_file(target, crash=crash, step="intake-file") as place:
            place.temporary.write_bytes(content)
    return IntakeFile(target, name, digest, len(content), clock_iso)


def look_at(path: Path) -> IntakeFile:
    """Return a file under its digest without keeping it, for dry runs; raises IntakeError like `keep`."""
    name = _checked_name(path)
    with _open(path) as stream:
        digest = _digest(stream)
    return IntakeFile(path, name, digest, path.stat().st_size)


def identify(file: IntakeFile, sources: Sequence[Source]) -> Source:
    """Return the one source that can read the file, by its content.

    Raises:
        MalformedFile: The file is hostile, protected, damaged or of a kind nobody reads.
        UnknownFormat: No source knows it; the text shows its headings and the next step.
        AmbiguousFormat: Several do.
    """
    kind = kind_of(file.path, name=file.name)
    able = [source for source in sources if source.identify(file)]
    if len(able) == 1:
        return able[0]
    if able:
        names = ", ".join(_describe(source) for source in able)
        raise AmbiguousFormat(
            f"{file.name} is recognised by more than one format: {names}. "
            "Name the connection it belongs to (--connection NAME), or make match.required of the profiles more exact."
        )
    known = ", ".join(dict.fromkeys(_describe(source) for source in sources)) or "none"
    if kind in ("json", "xml"):
        raise UnknownFormat(f"{file.name} is {kind.upper()}, but not of a known provider. Known formats: {known}.")
    head = read_head(file.path, name=file.name)
    where = f" (sheet {head.sheet!r})" if head.sheet else ""
    raise UnknownFormat(
        f"{file.name}: no known format. Headings in row {head.header_row}{where}: {list_headings(head.headings)}. "
        f"Known formats: {known}. Next: `recon profile {_quoted(file.name)}` proposes a column profile from these headings."
    )


def _describe(source: Source) -> str:
    """Name a source for a message; several profiles are told apart by their own name."""
    profile = getattr(source, "profile_name", "")
    return f"{source.name} {profile!r}" if profile else source.name


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _checked_name(path: Path) -> str:
    """Refuse names of unfinished downloads and of a spreadsheet's lock files."""
    name = path.name
    if name.startswith("~$"):
        raise IntakeError(f"{name} is the lock file of a spreadsheet that is open. Import the workbook itself.")
    if name.lower().endswith(_UNFINISHED):
        raise IntakeError(f"{name} is an unfinished download. Wait until it is complete and import the finished file.")
    return name


def _open(path: Path) -> BinaryIO:
    """Open a plain file; links, folders, pipes and devices are refused."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        if path.is_symlink():
            raise IntakeError(f"{path.name} is a link to another file. Import the file itself; links are not followed.")
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise IntakeError(f"There is no file {path}. Check the name, or drag the file into the inbox folder.") from None
    except OSError as error:
        raise IntakeError(
            f"{path.name} cannot be opened: {error.strerror or error}. Close it elsewhere, check its rights."
        ) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise IntakeError(f"{path.name} is not a file. Give the export itself.")
    return os.fdopen(descriptor, "rb", buffering=0)


def _settled(stream: BinaryIO, name: str, clock_iso: str, wait: Callable[[float], None] | None) -> os.stat_result:
    """Return the state of the file once it has rested; a file that still grows is refused."""
    first = os.fstat(stream.fileno())
    age = dt.datetime.fromisoformat(clock_iso).timestamp() - first.st_mtime
    if wait is not None and 0 <= age < QUIET_SECONDS:
        wait(QUIET_SECONDS - age)
    state = os.fstat(stream.fileno())
    if (state.st_size, state.st_mtime_ns) != (first.st_size, first.st_mtime_ns):
        raise IntakeError(f"{name} is still being written. Import it again when it is complete; nothing was kept.")
    if state.st_size == 0:
        raise MalformedFile(f"{name} is empty (0 bytes). Export or download it again.", file=name)
    if state.st_size > MAX_BYTES:
        raise IntakeError(
            f"{name} has {state.st_size:,} bytes; at most {MAX_BYTES:,} are taken in. Export shorter periods."
        )
    return state


def _check_store(store_dir: Path) -> None:
    """Refuse a store folder that leads elsewhere: a copied workspace must not make us write outside it."""
    if store_dir.is_symlink() or store_dir.parent.is_symlink():
        raise StoreDamaged(
            f"{store_dir} is a link. The folder of kept files must lie in the workspace itself; nothing was kept."
        )
    make_folder(store_dir)


def _sweep(store_dir: Path, clock_iso: str) -> None:
    """Remove what an earlier run left half copied when it was stopped; one writer holds the workspace at a time."""
    now = dt.datetime.fromisoformat(clock_iso).timestamp()
    for leftover in store_dir.glob(f".{_INCOMING}*"):
        if now - leftover.lstat().st_mtime > LEFTOVER_SECONDS:
            leftover.unlink(missing_ok=True)


def _digest_if_size_known(stream: BinaryIO, size: int, store_dir: Path) -> str | None:
    """Return the digest if a kept file has this size; else the file is surely new and is hashed while it is copied."""
    with os.scandir(store_dir) as entries:
        known = any(
            _DIGEST_NAME.fullmatch(entry.name) and entry.stat(follow_symlinks=False).st_size == size
            for entry in entries
        )
    if not known:
        return None
    digest = _digest(stream)
    stream.seek(0)
    return digest


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A file that is about to be copied."""

    stream: BinaryIO
    name: str
    before: os.stat_result
    clock_iso: str
    expected: str | None
    """Its digest where it was worked out before."""


def _copy(incoming: _Incoming, store_dir: Path, crash: CrashPoints, meanwhile: Meanwhile | None) -> tuple[str, Path]:
    """Copy into a temporary file that is then moved under its digest; both are read from the copy.

    Hashing and the disk's own work are done beside ``meanwhile``. Reading a file of 600 MB leaves half of the second core
    free, so that keeping it costs little more than the copy: 0.4 of a bare read less.
    """
    name = incoming.name
    provisional = store_dir / f"{_INCOMING}{_suffix(name)}"
    with atomic_file(provisional, crash=crash, step="intake-file") as place:
        _copy_bytes(incoming.stream, place.temporary)
        _check_unchanged(incoming.stream, name, incoming.before)
        with ThreadPoolExecutor(max_workers=2) as beside:
            flushing = beside.submit(flush, place.temporary)
            hashing = beside.submit(_digest_of, place.temporary)
            if meanwhile is not None:
                size = incoming.before.st_size
                meanwhile(IntakeFile(place.temporary, name, _DIGEST_PENDING, size, incoming.clock_iso))
            digest, _ = hashing.result(), flushing.result()
        if incoming.expected is not None and digest != incoming.expected:
            raise _still_written(name)
        place.final = _target(store_dir, digest, name)
    return digest, place.final


def _copy_bytes(stream: BinaryIO, target: Path) -> None:
    buffer = memoryview(bytearray(_CHUNK))
    with target.open("wb", buffering=0) as out:
        target.chmod(0o600)
        while count := stream.readinto(buffer):  # type: ignore[attr-defined]
            piece = buffer[:count]
            while piece:
                piece = piece[out.write(piece) :]


def _digest_of(path: Path) -> str:
    with path.open("rb", buffering=0) as stream:
        return _digest(stream)


def _digest(stream: BinaryIO | FileIO) -> str:
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(_CHUNK))
    while count := stream.readinto(buffer):  # type: ignore[union-attr]
        digest.update(buffer[:count])
    return digest.hexdigest()


def _check_unchanged(stream: BinaryIO, name: str, before: os.stat_result) -> None:
    """Refuse a file that was written to since it was opened."""
    after = os.fstat(stream.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise _still_written(name)


def _still_written(name: str) -> IntakeError:
    return IntakeError(
        f"{name} changed while it was read: it is still being written. Import it again when it is complete."
    )


def _target(store_dir: Path, digest: str, name: str) -> Path:
    return store_dir / f"{digest}{_suffix(name)}"


def _suffix(name: str) -> str:
    """Return a suffix of our own choosing; the outside name never becomes part of a path."""
    suffix = Path(name.replace("\\", "/").replace("\x00", "")).suffix.lower()
    return suffix if suffix in READABLE else ".bin"


def _is_kept(target: Path, size: int) -> bool:
    """Return whether the file already lies there whole; a link or another size is replaced."""
    try:
        state = target.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(state.st_mode) and state.st_size == size

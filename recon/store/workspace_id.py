"""Which folder this is: a copy of a workspace is recognised, and so is a place where a store does not belong.

A workspace knows its machine and the inode of its own folder. A moved folder keeps both; a copied one does not, and
has to be adopted by a person before it may approve or upload, because the original may go on posting.
"""

from __future__ import annotations

import hashlib
import os
import platform
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recon.store.database import Database

_MACHINE_FILES: Final = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_NETWORK_SYSTEMS: Final = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "9p", "davfs", "fuse.rclone")
_SYNCED_FOLDERS: Final = ("onedrive", "dropbox", "google drive", "googledrive", "icloud drive", "nextcloud")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a workspace lies right now."""

    machine: str
    path: str
    inode: int


@dataclass(frozen=True, slots=True)
class WorkspaceId:
    """What the store remembers about its folder."""

    workspace_id: str
    machine: str
    path: str
    inode: int
    created_at: str
    epoch: int
    look_first: bool


def surroundings(folder: Path) -> Surroundings:
    """Return machine, path and inode of the folder the store lies in."""
    return Surroundings(machine_digest(), str(folder.resolve()), folder.stat().st_ino)


def machine_digest() -> str:
    """Return a digest that stays the same on this machine and names nobody."""
    return hashlib.sha256(f"recon {_machine_text()}".encode()).hexdigest()[:32]


def read_identity(database: Database) -> WorkspaceId:
    """Return what the store remembers."""
    row = database.one("SELECT * FROM workspace WHERE id = 1")
    assert row is not None, "every store has an identity"
    return WorkspaceId(
        row["workspace_id"],
        row["machine"],
        row["path"],
        row["inode"],
        row["created_at"],
        row["epoch"],
        bool(row["look_first"]),
    )


def is_copy(known: WorkspaceId, here: Surroundings) -> bool:
    """Return whether this folder is another one than the store remembers (a move on the same drive is none)."""
    return known.inode != here.inode or known.machine != here.machine


def place_warnings(folder: Path, *, mounts: str | None = None) -> tuple[str, ...]:
    """Return why this folder is a poor place for a store: network drives and folders that a service synchronises."""
    warnings = []
    system = _file_system(folder.resolve(), _read_mounts() if mounts is None else mounts)
    if system in _NETWORK_SYSTEMS:
        warnings.append(
            f"{folder} lies on a network drive ({system}), where locks and flushes are not dependable. Keep the "
            "workspace on this computer's own disk and put copies on the network."
        )
    warnings += [
        f"{folder} lies inside {part}, which is synchronised. Pause it while recon runs, or keep the workspace "
        "elsewhere: a store that is copied while it is written can be damaged."
        for part in folder.resolve().parts
        if part.casefold().startswith(_SYNCED_FOLDERS)
    ]
    return tuple(warnings)


def _machine_text() -> str:
    """Return what the system calls this machine; the host name where it calls it nothing lasting."""
    for path in _MACHINE_FILES:
        try:
            text = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if text:
            return text
    node = uuid.getnode()
    made_up = bool(node >> 40 & 1)
    return platform.node() if made_up else f"{node:012x}"


def _read_mounts() -> str:
    """Return the system's list of mounts; empty where it has none in this form."""
    try:
        return Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _file_system(path: Path, mounts: str) -> str:
    """Return the kind of file system a path lies on, by the longest mount point that holds it."""
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        inside = str(path) == point or str(path).startswith(point.rstrip(os.sep) + os.sep)
        if inside and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind

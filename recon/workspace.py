"""The workspace: a folder the person owns. Which file lies where, finding it, and making one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recon.config.settings import SETTINGS_FILE, Settings, load_settings
from recon.crash import NO_CRASH, CrashPoints
from recon.errors import SettingsError, UsageError
from recon.files import put_in_place

FOLDERS: Final = ("inbox", "audit", "outgoing", "profiles")
PRIVATE: Final = ".recon"
FOLDER_MODE: Final = 0o700


@dataclass(frozen=True, slots=True)
class Workspace:
    """Paths of one workspace; one folder is one company."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """recon.toml."""
        return self.root / SETTINGS_FILE

    @property
    def private(self) -> Path:
        """The folder recon keeps for itself."""
        return self.root / PRIVATE

    @property
    def store_file(self) -> Path:
        """SQLite: mappings, batches, approvals, outbox, events, file register."""
        return self.private / "store.db"

    @property
    def intake(self) -> Path:
        """Every file as it arrived, named by its digest."""
        return self.private / "intake"

    @property
    def frames(self) -> Path:
        """Parquet: canonical frames per intake, plans by digest."""
        return self.private / "frames"

    @property
    def sandbox_file(self) -> Path:
        """The sandbox ledger's own books, where a connection uses it."""
        return self.private / "sandbox" / "peak.db"

    @property
    def sandbox_quickbooks(self) -> Path:
        """The sandbox QuickBooks' company file, where a connection uses it."""
        return self.private / "sandbox" / "quickbooks.db"

    @property
    def sandbox_poweroffice(self) -> Path:
        """The sandbox PowerOffice Go's own books, where a connection uses it."""
        return self.private / "sandbox" / "poweroffice.db"

    @property
    def audit(self) -> Path:
        """Excel workbooks."""
        return self.root / "audit"

    @property
    def outgoing(self) -> Path:
        """Import files for ledgers that take files."""
        return self.root / "outgoing"

    @property
    def profiles(self) -> Path:
        """Column profiles of this workspace."""
        return self.root / "profiles"

    def settings(self) -> Settings:
        """Read and validate recon.toml; raises SettingsError."""
        return load_settings(self.settings_file)


def find_workspace(start: Path) -> Workspace:
    """Return the workspace at ``start`` or above it.

    Raises:
        SettingsError: There is none; the text says how to make one.
    """
    for folder in (start, *start.parents):
        if (folder / SETTINGS_FILE).is_file():
            return Workspace(folder)
    raise SettingsError(
        f"No workspace here: {start} and the folders above it have no {SETTINGS_FILE}. Make one with `recon init DIR`, or look around with `recon demo`."
    )


def make_workspace(root: Path, settings_text: str, *, crash: CrashPoints = NO_CRASH) -> Workspace:
    """Make the folders and write recon.toml; an existing workspace is left untouched.

    Raises:
        UsageError: There is a workspace already, or the folder cannot be made.
    """
    workspace = Workspace(root)
    if workspace.settings_file.exists():
        raise UsageError(f"{root} is a workspace already: {SETTINGS_FILE} is there. Nothing was changed.")
    try:
        root.mkdir(parents=True, exist_ok=True)
        for name in FOLDERS:
            (root / name).mkdir(exist_ok=True)
        workspace.private.mkdir(mode=FOLDER_MODE, exist_ok=True)
        for folder in (workspace.intake, workspace.frames):
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        write_settings(workspace, settings_text, crash=crash)
    except OSError as error:
        raise UsageError(
            f"{root} cannot be made a workspace: {error.strerror or error}. Nothing else was done."
        ) from None
    return workspace


def write_settings(workspace: Workspace, text: str, *, crash: CrashPoints = NO_CRASH) -> None:
    """Replace recon.toml whole, so that a crash leaves the old or the new one."""
    temporary = workspace.root / f".{SETTINGS_FILE}.tmp"
    with temporary.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    put_in_place(temporary, workspace.settings_file, crash=crash, step="settings")

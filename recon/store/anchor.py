"""The head of the event log, kept beside the store and outside the workspace.

An older store file that was put back still has an unbroken chain; only a head kept elsewhere shows that later entries
existed. Every commit notes its head in both places (without waiting for the disk: a head that is behind does no
harm, and one that is ahead means that committed entries are gone).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from recon.files import OWNER_FILE_MODE, make_folder
from recon.store.event_log import Head

_LENGTH: Final = 160
_MARK: Final = "recon-head"


class Anchor:
    """One place where the head is noted."""

    def __init__(self, path: Path, workspace_id: str) -> None:
        self._path = path
        self._workspace_id = workspace_id
        self._descriptor: int | None = None

    def read(self) -> Head | None:
        """Return the noted head; None where there is none, it is unreadable, or it belongs to another workspace."""
        try:
            text = self._path.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return None
        parts = text.split()
        if len(parts) != 5 or parts[0] != _MARK or parts[1] != self._workspace_id or parts[4] != "end":
            return None
        return Head(int(parts[2]), parts[3]) if parts[2].isdecimal() else None

    def note(self, head: Head) -> None:
        """Note a head; a place that cannot be written is left alone, the store itself is what counts."""
        text = f"{_MARK} {self._workspace_id} {head.seq} {head.hash} end".ljust(_LENGTH - 1) + "\n"
        with suppress(OSError):
            if self._descriptor is None:
                make_folder(self._path.parent)
                self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, OWNER_FILE_MODE)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, text.encode("ascii"))

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

"""The sample workspace a person looks around in: where a new one goes, how one is recognised, and throwing it away.

Only what recon itself makes is ever deleted, and only in a folder that bears the sample's own marker and has no
connection to a real ledger; anything a person put there stays.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from recon.domain.providers import ledger_facts
from recon.errors import ReconError, StoreBusy, UsageError
from recon.store.lock import holder_of
from recon.workspace import FOLDERS, PRIVATE, Workspace
from tui.i18n import _

MARKER: Final = "DEMO.txt"
NAME: Final = "demo"
_WHOLE: Final = ("audit", "outgoing", PRIVATE)
"""Folders of what recon made; the others are removed if nobody put anything there."""


def free_folder(here: Path) -> Path:
    """Return a folder below this one that does not exist: demo, demo-2, demo-3 ..."""
    number = 1
    while True:
        folder = here / (NAME if number == 1 else f"{NAME}-{number}")
        if not (folder.exists() or folder.is_symlink()):
            return folder
        number += 1


def is_sample(root: Path) -> bool:
    """Return whether this is a sample workspace: it bears the marker, and every connection goes to a sandbox ledger."""
    marker = root / MARKER
    if marker.is_symlink() or not marker.is_file():
        return False
    try:
        connections = Workspace(root).settings().connections.values()
    except ReconError:
        return False
    return all(ledger_facts(rules.target).is_sandbox for rules in connections)


def throw_away(root: Path) -> tuple[str, ...]:
    """Delete a sample workspace; return the names of what a person put there and was left.

    Raises:
        UsageError: This is no sample; nothing was deleted.
        StoreBusy: Somebody is writing in it, an upload for example; nothing was deleted.
    """
    if root.is_symlink() or not is_sample(root):
        raise UsageError(
            _("{root} is no sample workspace: {file} is missing, or it has a real ledger. Nothing was deleted.").format(
                root=root, file=MARKER
            )
        )
    if holder_of(root / PRIVATE) is not None:
        raise StoreBusy(
            _(
                "Something is still being written in {root}, an upload for example. Nothing was deleted; wait for its end."
            ).format(root=root)
        )
    for name in _WHOLE:
        if not (root / name).is_symlink():
            shutil.rmtree(root / name, ignore_errors=True)
    for name in FOLDERS:
        _remove_if_empty(root / name)
    for name in ("recon.toml", MARKER):  # the marker last: what was interrupted can be thrown away again
        (root / name).unlink(missing_ok=True)
    _remove_if_empty(root)
    return tuple(sorted(path.name for path in root.iterdir())) if root.is_dir() else ()


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
        folder.rmdir()

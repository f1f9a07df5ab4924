"""What every upload makes sure of before it sends or writes anything: a sound store, room on the drive, a backup."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from recon.errors import StoreDamaged, StoreError
from recon.store.batches import Batch
from recon.store.store import Store

MIN_FREE_BYTES: Final = 200 * 1024 * 1024
BYTES_PER_DOCUMENT: Final = 4_096
"""What sending one document adds to the store, generously; five times that must be free."""


def free_bytes_of(folder: Path) -> int:
    """Return the free space of the drive a folder lies on."""
    return shutil.disk_usage(folder).free


def require_sound(store: Store, batch: Batch, *, free_bytes: Callable[[Path], int] = free_bytes_of) -> None:
    """Refuse to upload from a store that was edited, or onto a drive without room.

    Raises:
        StoreError: No room on the drive.
        StoreDamaged: The store was edited by hand.
    """
    need = max(MIN_FREE_BYTES, 5 * BYTES_PER_DOCUMENT * batch.document_count)
    free = free_bytes(store.folder)
    if free < need:
        raise StoreError(
            f"The drive that holds {store.folder} has {free // 2**20} MB free; this batch needs "
            f"{need // 2**20} MB, so that every answer can be written down. Nothing was sent. Free some space."
        )
    chain = store.verify_chain()
    differences = (chain.words,) if not chain.ok else store.compare_tables(batch.batch_id)
    if differences:
        raise StoreDamaged(
            f"The store was changed by somebody else than recon: {'; '.join(differences)}. Nothing was sent. "
            "Run `recon doctor`; restore the last backup if you do not know the reason."
        )


def back_up(store: Store) -> None:
    """Put a verified copy of the store aside before anything of a batch goes out."""
    store.backup("before-upload")

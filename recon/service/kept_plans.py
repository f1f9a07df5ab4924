"""Where the plans lie that were kept, and their frames: the one a batch was made from, and the newest of a connection."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from recon.errors import UsageError
from recon.frames.conform import as_now
from recon.frames.parquet import read_frame
from recon.frames.schemas import DOCUMENT_LINES, DOCUMENTS, ORDERS
from recon.service.context import Context
from recon.store.batches import Batch

PLAN_FRAMES: Final = ("documents", "lines", "postings", "results", "findings", "orders")
DIGESTED: Final = ("documents", "lines", "postings")
"""The frames an approval is bound to: exactly what would be sent."""
_SCHEMAS: Final = {"documents": DOCUMENTS, "lines": DOCUMENT_LINES, "orders": ORDERS}
"""Frames whose columns have grown since the first plans were kept."""


def batch_folder(context: Context, batch: Batch) -> Path:
    """Return where the frames of a batch lie, or lay."""
    return context.workspace.private / str(batch.facts["frames"])


def plan_folder(context: Context, batch: Batch) -> Path:
    """Return where the frames of a batch lie.

    Raises:
        UsageError: They are gone.
    """
    folder = batch_folder(context, batch)
    if not folder.is_dir():
        raise UsageError(
            f"The frames of {batch.batch_id} are gone from {folder.parent}. Run `recon plan` again; nothing was done."
        )
    return folder


def load_plan_frame(context: Context, batch: Batch, name: str) -> pl.DataFrame:
    """Return one frame of a batch's plan."""
    assert name in PLAN_FRAMES, name
    frame = read_frame(plan_folder(context, batch), name)
    return as_now(frame, _SCHEMAS[name]) if name in _SCHEMAS else frame


def standing_batch(context: Context, name: str) -> Batch | None:
    """Return the newest batch of a connection that was not superseded or voided."""
    found = context.store.batches.standing(name)
    return found[-1] if found else None


def latest_plan_folder(context: Context, name: str) -> Path | None:
    """Return where the newest plan of a connection lies, also where it had nothing to post; None before the first."""
    folder = context.store.mappings.current(name, "setting").get("last_plan")
    path = context.workspace.frames / "plans" / str(folder)
    return path if folder is not None and path.is_dir() else None


def latest_plan(context: Context, name: str, frame: str) -> pl.DataFrame:
    """Return a frame of the newest plan of a connection, also where it had nothing to post.

    Raises:
        UsageError: There is no plan yet.
    """
    path = latest_plan_folder(context, name)
    if path is None:
        raise UsageError(f"Connection {name} has no plan yet: run `recon plan`.")
    return read_frame(path, frame)

"""Lines and postings of posted documents, from the plans they were approved in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl

from recon.frames.parquet import digest_files
from recon.frames.schemas import DOCUMENTS
from recon.plan.inputs import PostedContents, PostedReader
from recon.service.context import Context
from recon.service.kept_plans import DIGESTED, batch_folder
from recon.service.part_frames import contents_in, contents_of_parts, has_parts
from recon.store.batches import Batch


def posted_reader(context: Context, posted: pl.DataFrame) -> PostedReader:
    """Return what gives the contents of these posted documents (POSTED) by their keys.

    A batch whose frames are gone, or are not what was approved, is passed over: its documents are not known.
    """

    @cache
    def sound(batch_id: str) -> Batch | None:
        """Return the batch if its frames are what was approved; a plan asks several times, and they are hashed once."""
        batch = context.store.batches.get(batch_id)
        folder = batch_folder(context, batch)
        return batch if folder.is_dir() and digest_files(folder, DIGESTED) == batch.plan_digest else None

    def read(keys: Sequence[str]) -> PostedContents:
        wanted = posted.filter(pl.col("document_key").is_in(list(keys))).select("document_key", "batch_id")
        parts = []
        for batch_id in wanted["batch_id"].unique().sort().to_list():
            batch = sound(batch_id)
            if batch is not None:
                mine = wanted.filter(pl.col("batch_id") == batch_id)["document_key"]
                folder = batch_folder(context, batch)
                parts.append(contents_in(folder, mine, DIGESTED, DOCUMENTS))
                if has_parts(folder):
                    parts.append(contents_of_parts(folder, mine))
        if not parts:
            return PostedContents()
        return PostedContents(
            pl.concat([part.documents for part in parts]),
            pl.concat([part.lines for part in parts]),
            pl.concat([part.postings for part in parts]),
        )

    return read

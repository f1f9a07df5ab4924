"""Review as the service does it: the table of a connection, and persons' decisions about its documents.

A decision is local: it is kept, named and undone here, and nothing is sent. What leaves this computer is let out at the
second door (`recon.service.part_approval`), for exactly the documents decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from recon.errors import NoPlan, UsageError
from recon.frames.parquet import scan_frame
from recon.review.decisions import document_digests, standing_now
from recon.review.rows import STATES, ReviewInputs, review_rows
from recon.review.table import ReviewTable
from recon.service.context import Context
from recon.service.kept_plans import latest_plan_folder, load_plan_frame, plan_folder, standing_batch
from recon.service.part_frames import read_parts
from recon.service.reading import document_rows
from recon.service.refused import entered_by_hand
from recon.store.batches import Batch
from recon.summaries.documents import DocumentRow

_DOCUMENTS: Final = (
    "doc_no", "document_key", "order_key", "order_no", "order_number", "kind", "number", "issued_on", "contact_name",
    "sales_channel", "payment_channel", "currency", "total_minor", "vat_minor", "reason",
)  # fmt: skip
_ORDERS: Final = (
    "order_no", "order_key", "order_number", "ordered_on", "customer_name", "sales_channel", "payment_channel", "currency",
    "file", "row",
)  # fmt: skip
_RESULTS: Final = ("order_no", "disposition", "held_minor", "reason")
_FINDINGS: Final = ("code", "severity", "order_key")

DECIDED: Final = pl.Schema({
    "document_key": pl.String(), "order_key": pl.String(), "digest": pl.String(), "group_no": pl.Int64(),
    "decision": pl.String(), "decided_by": pl.String(), "decided_at": pl.String(), "reason": pl.String(),
    "same_plan": pl.Boolean(),
})  # fmt: skip
"""What stands in the store for the documents of a connection."""


def review(context: Context, connection: str | None) -> ReviewTable:
    """Return every document of the newest batch and every held order beside it.

    Raises:
        NoPlan: There is no plan yet.
    """
    name, _ = context.connection(connection)
    batch = standing_batch(context, name)
    newest = latest_plan_folder(context, name)
    if batch is None and newest is None:
        raise NoPlan(f"Connection {name} has no plan yet: run `recon plan`.")
    folder = plan_folder(context, batch) if batch is not None else newest
    assert folder is not None
    decided = decided_documents(context, name, batch)
    standing = standing_now(decided, _digests_elsewhere(context, batch, decided))
    inputs = replace(
        _frames(folder),
        batch_id=batch.batch_id if batch else "",
        standing=standing,
        states=_states(context, batch),
        unmoved="queued" if batch is not None and batch.state != "draft" else None,
        held_in=None if newest in {None, folder} else _newer(newest, standing),
    )
    return ReviewTable(
        connection=name,
        batch=inputs.batch_id,
        batch_state=batch.state if batch else "",
        currency=context.settings.company.currency,
        frame=review_rows(inputs),
        decidable=batch is not None and batch.state == "draft",
    )


def _newer(folder: Path | None, standing: pl.DataFrame) -> ReviewInputs | None:
    assert folder is not None
    frames = _frames(folder)
    if frames.documents.height:  # an older plan came back: its documents are those of the batch
        return None
    return replace(frames, standing=standing)


def _frames(folder: Path) -> ReviewInputs:
    """Return what a plan says, the columns that are looked at."""
    columns = {"documents": _DOCUMENTS, "orders": _ORDERS, "results": _RESULTS, "findings": _FINDINGS}
    scans = [scan_frame(folder, name).select(picked) for name, picked in columns.items()]
    documents, orders, results, findings = pl.collect_all(scans)
    summed = read_parts(folder).select("order_key", "summary_key")
    return ReviewInputs(
        batch_id="", documents=documents, orders=orders, results=results, findings=findings, summed=summed
    )


def _states(context: Context, batch: Batch | None) -> pl.DataFrame:
    """Return STATES of the documents of a batch that are not merely queued."""
    if batch is None or batch.first_row is None:
        return pl.DataFrame(schema=STATES)
    question = "SELECT doc_no, state, COALESCE(words, code) FROM outbox WHERE id BETWEEN ? AND ? AND state <> 'queued' ORDER BY id"
    rows = [row for part in context.store.database.tuples(question, (batch.first_row, batch.last_row)) for row in part]
    by_hand = {row.doc_no: (row.doc_no, row.state, row.words) for row in entered_by_hand(context, batch).values()}
    return pl.DataFrame([by_hand.get(row[0], row) for row in rows] if by_hand else rows, schema=STATES, orient="row")


def decided_documents(context: Context, name: str, batch: Batch | None) -> pl.DataFrame:
    """Return DECIDED: what stands for documents of a connection, whether it still fits them or not."""
    reviews = context.store.reviews
    groups = reviews.unsettled(name)
    rows = reviews.standing(name) if groups else []
    if not rows:
        return pl.DataFrame(schema=DECIDED)
    digest = batch.plan_digest if batch is not None else ""
    told = [
        (group.group_no, group.decision, group.who, group.at, group.reason, group.plan_digest == digest)
        for group in groups.values()
    ]
    names = ["group_no", *(column for column in DECIDED.names()[4:])]
    said = pl.DataFrame(told, schema={column: DECIDED[column] for column in names}, orient="row")
    columns = dict(
        zip(DECIDED.names()[:4], zip(*rows, strict=True), strict=True)
    )  # by column: much quicker than by row
    standing = pl.DataFrame(columns, schema={column: DECIDED[column] for column in columns})
    return standing.join(said, on="group_no", how="left", maintain_order="left").select(DECIDED.names())


def _digests_elsewhere(context: Context, batch: Batch | None, decided: pl.DataFrame) -> pl.DataFrame:
    """Return digests of the documents of this batch that were approved on another plan."""
    elsewhere = decided.filter(~pl.col("same_plan") & (pl.col("decision") == "approved"))
    if batch is None or not elsewhere.height:
        return document_digests(pl.DataFrame(), pl.DataFrame(), pl.DataFrame())
    return digests_of(context, batch, elsewhere["document_key"])


def digests_of(context: Context, batch: Batch, keys: pl.Series) -> pl.DataFrame:
    """Return DIGESTS of documents of a batch, those of the keys that are there."""
    documents = load_plan_frame(context, batch, "documents")
    chosen = documents.join(keys.alias("document_key").to_frame(), on="document_key", how="semi", maintain_order="left")
    lines, postings = (load_plan_frame(context, batch, part) for part in ("lines", "postings"))
    return document_digests(chosen, lines, postings)


def named_rows(table: ReviewTable, names: Sequence[str]) -> pl.Series:
    """Return the positions of rows named by key, number, order number or order key.

    Raises:
        UsageError: Some names belong to no row; all of them are listed.
    """
    wanted = pl.Series(list(dict.fromkeys(names)), dtype=pl.String)
    columns = ("key", "number", "order_key", "order_number")
    frame = table.frame.select(columns)
    mask = frame.select(
        pl.any_horizontal(*(pl.col(name).is_in(wanted.implode()) for name in columns)).alias("is")
    ).to_series()
    found = frame.filter(mask)
    known = {value for name in columns for value in found[name].to_list()}
    missing = [name for name in wanted if name not in known]
    if missing:
        listed = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise UsageError(
            f"No document or held order of {table.batch or 'the newest plan'} is called {listed}. `recon documents` lists "
            "them. Nothing was decided."
        )
    return mask.fill_null(value=False).arg_true().cast(pl.UInt32)


def review_documents(context: Context, table: ReviewTable, order: pl.Series) -> tuple[DocumentRow, ...]:
    """Return the documents among some rows as list rows, in the plan's order."""
    batch = standing_batch(context, table.connection)
    keys = table.frame[order].filter(pl.col("kind").cast(pl.String) != "order")["key"]
    if batch is None or keys.is_empty():
        return ()
    documents = load_plan_frame(context, batch, "documents")
    chosen = documents.filter(pl.col("document_key").is_in(keys.implode()))
    return document_rows(context, chosen, load_plan_frame(context, batch, "orders"), batch)

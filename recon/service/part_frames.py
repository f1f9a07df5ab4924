"""What summaries hold, kept with the plan: documents, lines and postings of single orders, as frames of the plan's folder.

A plan without summaries has no such frames. That they are the ones that were approved is said by the summaries' own
remarks, which name a digest of what each holds (`recon.plan.summing.keys.holds_exactly`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from recon.frames.conform import as_kept, as_now, empty
from recon.frames.parquet import read_frame, scan_frame
from recon.frames.schemas import PARTS, SUMMED
from recon.money import plain
from recon.plan.inputs import POSTED_LINES, POSTED_POSTINGS, Parts, PostedContents
from recon.plan.payments import payments_text
from recon.summaries.held import SummedOrder

_DOCUMENTS, _LINES, _POSTINGS = "parts", "part_lines", "part_postings"


def part_frames(parts: Parts) -> dict[str, pl.DataFrame]:
    """Return the frames to be written with a plan."""
    return {_DOCUMENTS: as_kept(parts.documents, "project"), _LINES: as_kept(parts.lines), _POSTINGS: parts.postings}


def has_parts(folder: Path) -> bool:
    """Return whether a plan has summaries."""
    return (folder / f"{_DOCUMENTS}.parquet").is_file()


def read_parts(folder: Path) -> pl.DataFrame:
    """Return PARTS of a plan; empty where it has no summaries."""
    return as_now(read_frame(folder, _DOCUMENTS), PARTS) if has_parts(folder) else empty(PARTS)


def single_documents(folder: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    """Return columns of the plan's documents order by order: those that summaries hold in the place of the summaries."""
    documents = scan_frame(folder, "documents").select(columns).collect()
    if not has_parts(folder):
        return documents
    held = scan_frame(folder, _DOCUMENTS)
    summaries = held.select(pl.col("summary_key").alias("document_key").unique()).collect()
    singles = documents.join(summaries, on="document_key", how="anti", maintain_order="left")
    return pl.concat([held.select(columns).collect(), singles])


def summaries_with(folder: Path, called: pl.Expr) -> list[str]:
    """Return the keys of the summaries of a plan that hold a document of this name."""
    if not has_parts(folder):
        return []
    found = scan_frame(folder, _DOCUMENTS).filter(called).select(pl.col("summary_key").unique(maintain_order=True))
    return found.collect()["summary_key"].to_list()


def summed_orders(folder: Path, key: str) -> tuple[SummedOrder, ...]:
    """Return what each order put into one summary; nothing where it is a document of one order."""
    if not has_parts(folder):
        return ()
    held = scan_frame(folder, _DOCUMENTS).filter(pl.col("summary_key") == key)
    wanted = held.select("order_number", "order_key", "total_minor", "currency").collect()
    origin = scan_frame(folder, "orders").filter(pl.col("order_key").is_in(wanted["order_key"].implode()))
    placed = wanted.join(
        origin.select("order_key", "file", "row").collect(), on="order_key", how="left", maintain_order="left"
    )
    return tuple(
        SummedOrder(
            r["order_number"], r["order_key"], plain(r["total_minor"], r["currency"]), r["file"] or "", r["row"] or 0
        )
        for r in placed.iter_rows(named=True)
    )


def summary_rows(folder: Path) -> pl.DataFrame:
    """Return what each order put into the summaries of a plan, for the audit workbook (SUMMED)."""
    if not has_parts(folder):
        return empty(SUMMED)
    names = scan_frame(folder, "documents").select(
        pl.col("document_key").alias("summary_key"), pl.col("number").alias("summary"), "doc_no"
    )
    origin = scan_frame(folder, "orders").select("order_key", "file", "row")
    rows = (
        scan_frame(folder, _DOCUMENTS).drop("doc_no").join(names, on="summary_key", how="left", maintain_order="left")
    )
    placed = rows.join(origin, on="order_key", how="left", maintain_order="left").sort("doc_no", maintain_order=True)
    if "payments" in placed.collect_schema():
        placed = placed.with_columns(pl.coalesce(payments_text(), "payment_method").alias("payment_method"))
    return placed.select(pl.col(name).cast(dtype) for name, dtype in SUMMED.items()).collect()


def contents_of_parts(folder: Path, keys: pl.Series) -> PostedContents:
    """Return the contents of what summaries of a plan hold, by key, as if each had gone out by itself."""
    found = contents_in(folder, keys, (_DOCUMENTS, _LINES, _POSTINGS), PARTS)
    return replace(found, documents=found.documents.drop("summary_key"))


def contents_in(folder: Path, keys: pl.Series, names: tuple[str, str, str], schema: pl.Schema) -> PostedContents:
    """Return some documents of a plan, by key, with their lines and postings; big frames are read as far as they are about these.

    Args:
        folder: Where the plan lies.
        keys: Document keys.
        names: Frames of the documents, their lines and their postings.
        schema: Of the documents, as it is now.
    """
    documents = scan_frame(folder, names[0]).filter(pl.col("document_key").is_in(keys.implode())).collect()
    named = documents.lazy().select("doc_no", "document_key")
    lines, postings = (
        scan_frame(folder, name)
        .filter(pl.col("doc_no").is_in(documents["doc_no"].implode()))
        .join(named, on="doc_no", how="inner", maintain_order="left")
        .collect()
        .pipe(as_now, own)
        for name, own in ((names[1], POSTED_LINES), (names[2], POSTED_POSTINGS))
    )
    return PostedContents(as_now(documents, schema), lines, postings)

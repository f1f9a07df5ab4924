"""From a few rows of the plan's frames to whole documents: for the screen and for sending, never for planning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from recon.domain.document import Document, DocumentLine, PaymentPart, Posting

_HEADER = tuple(name for name in Document.__dataclass_fields__ if name not in {
    "applies_to_kind", "applies_to_ledger_id", "lines", "postings", "payments", "file", "row",
})  # fmt: skip

_LINE = tuple(DocumentLine.__dataclass_fields__)
"""Plans that were kept before a column was thought of lack it; what it holds then stands in the class."""


def documents_by_key(
    documents: pl.DataFrame, lines: pl.DataFrame, postings: pl.DataFrame, orders: pl.DataFrame, keys: Sequence[str]
) -> dict[str, Document]:
    """Return documents by their keys.

    Args:
        documents: DOCUMENTS, or the rows of it that matter.
        lines: DOCUMENT_LINES of the plan.
        postings: POSTINGS of the plan.
        orders: Orders of the plan with order_key, file and row.
        keys: Keys of the documents to make; those that are not there are left out.
    """
    chosen = documents.filter(pl.col("document_key").is_in(list(keys)))
    numbers = chosen["doc_no"].implode()
    line_rows = _grouped(lines.filter(pl.col("doc_no").is_in(numbers)).sort("doc_no", "line_no"))
    posting_rows = _grouped(postings.filter(pl.col("doc_no").is_in(numbers)).sort("doc_no", "posting_no"))
    places = {
        key: (file, row)
        for key, file, row in orders.filter(pl.col("order_key").is_in(chosen["order_key"].implode()))
        .select("order_key", "file", "row")
        .iter_rows()
    }
    return {
        record["document_key"]: _document(record, line_rows[record["doc_no"]], posting_rows[record["doc_no"]], places)
        for record in chosen.iter_rows(named=True)
    }


def _grouped(frame: pl.DataFrame) -> defaultdict[int, list[dict[str, Any]]]:
    rows: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        rows[row["doc_no"]].append(row)
    return rows


def _document(
    record: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    postings: Sequence[Mapping[str, Any]],
    places: Mapping[str, tuple[str, int]],
) -> Document:
    file, row = places.get(record["order_key"], ("", 0))
    return Document(
        **{name: record[name] for name in _HEADER if name in record},
        applies_to_kind=_kind_of(record["applies_to_key"]),
        lines=tuple(DocumentLine(**{name: line[name] for name in _LINE if name in line}) for line in lines),
        postings=tuple(
            Posting(account_code=p["account_code"], debit_minor=p["debit_minor"], credit_minor=p["credit_minor"])
            for p in postings
        ),
        payments=tuple(PaymentPart(**part) for part in record.get("payments") or ()),
        file=file,
        row=row,
    )


def _kind_of(document_key: str | None) -> str | None:
    """Return the kind a document key names: order_key/kind/revision."""
    return document_key.rsplit("/", 2)[-2] if document_key else None

"""The two doors between frames and the outbox: approved documents in, posted documents out, as joined texts (`joined`)."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from typing import Final

import polars as pl

from recon.errors import ApprovalError
from recon.frames.conform import conform
from recon.frames.schemas import DOCUMENTS, POSTED
from recon.store.database import Database
from recon.store.joined import ABSENT, RECORD, UNIT, as_stored, null_if_absent, split
from recon.store.summaries import insert_parts, lines_of_parts, lines_stored, parts_frame

_COLUMNS: Final = (
    "doc_no", "document_key", "order_key", "kind", "revision", "number", "applies_to_key", "depends_on", "issued_on",
    "total_minor", "vat_minor", "is_tax_invoice",
)  # fmt: skip
"""Columns of DOCUMENTS that the outbox keeps; the whole document stays in the plan's frames."""
_ROWS_PER_TEXT: Final = 200_000
"""Bounds one joined text to some 50 MB."""


STANDING: Final = pl.Schema({
    "doc_no": pl.UInt32(), "ledger_id": pl.String(), "ledger_number": pl.String(), "code": pl.String(), "words": pl.String(),
    "updated_at": pl.String(),
})  # fmt: skip
"""Under what approved documents stand in the ledger already, where they are not to be sent."""


def insert_documents(
    database: Database,
    documents: pl.DataFrame,
    *,
    batch_id: str,
    company_no: int,
    look_first: bool,
    standing: pl.DataFrame | None = None,
    parts: pl.DataFrame | None = None,
) -> tuple[int, int]:
    """Enter approved documents as queued rows; the caller holds the transaction. Returns first and last row.

    ``standing`` (STANDING, one row for each): they are entered as posted instead, so that at no moment one could be sent.
    ``parts`` (PARTS): what the summaries among them hold.

    Raises:
        ApprovalError: A document or its number is live already; the text names the first ones.
    """
    conform(documents, DOCUMENTS, name="documents", key=("document_key",), required=("doc_no", "issued_on"))
    row = database.one("SELECT COALESCE(MAX(id), 0) + 1 AS next FROM outbox")
    assert row is not None
    first = int(row["next"])
    sorted_rows, more = documents.sort("doc_no"), list[str]()
    if standing is not None:
        assert standing["doc_no"].equals(sorted_rows["doc_no"], check_dtypes=True)
        more = [name for name in STANDING if name != "doc_no"]
        sorted_rows = pl.concat([sorted_rows, standing.select(more)], how="horizontal")
    rows = sorted_rows.select(
        (pl.int_range(pl.len(), dtype=pl.Int64) + first).alias("id"),
        *(as_stored(column, DOCUMENTS[column]) for column in _COLUMNS),
        *more,
    )
    names = ", ".join(rows.columns)
    marks = ", ".join("?" * rows.width)
    try:
        database.write_many(
            f"INSERT INTO outbox ({names}, batch_id, company_no, look_first, state) "
            f"VALUES ({marks}, '{_safe(batch_id)}', {company_no:d}, {int(look_first)}, '{'posted' if more else 'queued'}')",
            rows.iter_rows(),
        )
    except sqlite3.IntegrityError as error:
        raise ApprovalError(_clash(database, rows, company_no, error)) from error
    if parts is not None and parts.height:
        insert_parts(database, parts, first=first, last=first + rows.height - 1)
    return first, first + rows.height - 1


def posted_frame(database: Database, company_no: int | None) -> pl.DataFrame:
    """Return what the ledger holds or is about to be told, as POSTED; of one company, or of all (None)."""
    where = "live = 1" if company_no is None else f"live = 1 AND company_no = {company_no:d}"
    row = database.one("SELECT COALESCE(MAX(id), 0) AS last FROM outbox")
    assert row is not None
    parts = []
    for start in range(1, int(row["last"]) + 1, _ROWS_PER_TEXT):
        span = (start, start + _ROWS_PER_TEXT - 1)
        text = database.one(_JOINED.format(where=where), span)
        if text is not None and text["count"]:
            quickly = split(text["joined"], text["count"], list(_POSTED_COLUMNS))
            parts.append(_row_by_row(database, where, span) if quickly is None else quickly)
    if not parts:
        return pl.DataFrame(schema=POSTED)
    return pl.concat(parts).select(
        "document_key",
        "order_key",
        pl.col("kind").cast(POSTED["kind"]),
        pl.col("revision").cast(pl.UInt16),
        null_if_absent("number"),
        null_if_absent("applies_to_key"),
        pl.col("issued_on").str.to_date("%Y-%m-%d"),
        pl.col("total_minor").cast(pl.Int64),
        pl.col("vat_minor").cast(pl.Int64),
        (pl.col("is_tax_invoice") == "1").alias("is_tax_invoice"),
        (pl.col("pending") == "1").alias("pending"),
        "batch_id",
    )


def posted_orders_frame(database: Database, company_no: int) -> pl.DataFrame:
    """Return the same of one company with what single orders put into summaries, as documents of their own."""
    parts = parts_frame(database, company_no)
    posted = posted_frame(database, company_no)
    return pl.concat([posted, parts]) if parts.height else posted


def documents_digest(documents: pl.DataFrame, parts: pl.DataFrame | None = None) -> str:
    """Return a digest over what the outbox keeps of these documents, in order of sending, and of what summaries hold."""
    lines = documents.sort("doc_no").select(
        pl.concat_str(
            [as_stored(column, DOCUMENTS[column]).cast(pl.String).fill_null("") for column in _COLUMNS], separator=UNIT
        ).alias("line")
    )
    whole = hashlib.sha256()
    for part in lines.iter_slices(100_000):
        whole.update((RECORD.join(part["line"].to_list()) + RECORD).encode("utf-8"))
    if parts is not None:
        _add_parts(whole, lines_of_parts(parts, documents))
    return whole.hexdigest()


def _add_parts(whole: hashlib._Hash, lines: Iterable[str]) -> None:
    """Add what summaries hold; documents without summaries have the digest they always had."""
    for line in lines:
        whole.update((line + RECORD).encode("utf-8"))


def stored_digest(database: Database, first: int, last: int) -> str:
    """Return the same digest over what the outbox holds now between two rows."""
    line = f"||'{UNIT}'||".join(f"ifnull({column}, '')" for column in _COLUMNS)
    whole = hashlib.sha256()
    for rows in database.tuples(f"SELECT {line} FROM outbox WHERE id BETWEEN ? AND ? ORDER BY id", (first, last)):
        whole.update((RECORD.join(row[0] for row in rows) + RECORD).encode("utf-8"))
    _add_parts(whole, lines_stored(database, first, last))
    return whole.hexdigest()


_POSTED_COLUMNS: Final = {
    "document_key": "document_key",
    "order_key": "order_key",
    "kind": "kind",
    "revision": "revision",
    # where it stands under another number than ours, because a person entered it, that one is paid, voided and credited
    "number": "coalesce(CASE WHEN state IN ('posted', 'by_hand') AND kind NOT IN ('payment', 'void', 'product', 'refund') "
    f"THEN ledger_number END, number, '{ABSENT}')",
    "applies_to_key": f"ifnull(applies_to_key, '{ABSENT}')",
    "issued_on": "issued_on",
    "total_minor": "total_minor",
    "vat_minor": "vat_minor",
    "is_tax_invoice": "is_tax_invoice",
    "pending": "(state NOT IN ('posted', 'by_hand'))",
    "batch_id": "batch_id",
}
_JOINED: Final = (
    "SELECT group_concat("
    + f"||'{UNIT}'||".join(_POSTED_COLUMNS.values())
    + f", '{RECORD}') AS joined, COUNT(*) AS count FROM outbox WHERE id BETWEEN ? AND ? AND {{where}}"
)


def _row_by_row(database: Database, where: str, span: tuple[int, int]) -> pl.DataFrame:
    """Return the same columns the slow way."""
    columns = ", ".join(f"CAST({expression} AS TEXT)" for expression in _POSTED_COLUMNS.values())
    question = f"SELECT {columns} FROM outbox WHERE id BETWEEN ? AND ? AND {where} ORDER BY id"
    rows = [row for part in database.tuples(question, span) for row in part]
    return pl.DataFrame(rows, orient="row", schema={name: pl.String() for name in _POSTED_COLUMNS})


def _safe(batch_id: str) -> str:
    """Return our own batch name, which is safe inside a statement."""
    assert batch_id.isascii(), batch_id
    assert batch_id.isalnum(), batch_id
    return batch_id


def _clash(database: Database, rows: pl.DataFrame, company_no: int, error: Exception) -> str:
    """Name the documents that are live already under the same key or number."""
    for column in ("document_key", "number"):
        numbered = rows if column == "document_key" else rows.filter(pl.col("kind") != "void")
        twice = numbered.filter(pl.col(column).is_not_null() & pl.col(column).is_duplicated())
        if twice.height:
            return f"Nothing was approved: the plan itself holds {twice[column][0]} twice. Plan again."
    found = []
    for key, number, kind in rows.select("document_key", "number", "kind").iter_rows():
        other = database.one(
            "SELECT batch_id, document_key, state FROM outbox WHERE company_no = ? AND live = 1 AND id < ? "
            "AND (document_key = ? OR (number = ? AND kind <> 'void' AND ? <> 'void'))",
            (company_no, rows["id"][0], key, number, kind),
        )
        if other is not None:
            found.append(f"{number or key} (batch {other['batch_id']}, {other['state']})")
        if len(found) == 5:
            break
    named = ", ".join(found) or str(error)
    return (
        f"Nothing was approved: these documents or their numbers stand in another batch already: {named}. "
        "Finish or void that batch, then run `recon plan` again."
    )

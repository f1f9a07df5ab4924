"""Summaries in the store: which documents of single orders each holds, entered with it and read back with its state."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

import polars as pl

from recon.errors import ApprovalError
from recon.frames.schemas import PARTS, POSTED
from recon.store.database import Database
from recon.store.joined import ABSENT, RECORD, UNIT, as_stored, null_if_absent, split

_COLUMNS: Final = (
    "document_key", "order_key", "kind", "revision", "applies_to_key", "issued_on", "total_minor", "vat_minor", "is_tax_invoice",
)  # fmt: skip
_READ: Final = {
    "document_key": "p.document_key",
    "order_key": "p.order_key",
    "kind": "p.kind",
    "revision": "p.revision",
    "number": "coalesce(CASE WHEN o.state IN ('posted', 'by_hand') THEN o.ledger_number END, o.number, '"
    + ABSENT
    + "')",
    "applies_to_key": "ifnull(p.applies_to_key, '" + ABSENT + "')",
    "issued_on": "p.issued_on",
    "total_minor": "p.total_minor",
    "vat_minor": "p.vat_minor",
    "is_tax_invoice": "p.is_tax_invoice",
    "pending": "(o.state NOT IN ('posted', 'by_hand'))",
    "batch_id": "o.batch_id",
}
_FROM: Final = (
    "FROM summary_parts p JOIN outbox o ON o.id = p.row_id WHERE o.live = 1 AND p.row_id BETWEEN ? AND ?{company}"
)
_ROWS_PER_TEXT: Final = 1_000
"""Summaries in one joined text; bounds it to some tens of megabytes for shops with hundreds of orders a day."""


def insert_parts(database: Database, parts: pl.DataFrame, *, first: int, last: int) -> None:
    """Enter what the summaries between two rows of the outbox hold; the caller holds the transaction.

    Raises:
        ApprovalError: An order's document stands in another summary, or by itself, already.
    """
    question = "SELECT document_key, id FROM outbox WHERE id BETWEEN ? AND ?"
    rows = dict(row for some in database.tuples(question, (first, last)) for row in some)
    summaries = pl.DataFrame({"summary_key": list(rows), "row_id": list(rows.values())})
    placed = parts.join(summaries, on="summary_key", how="left", maintain_order="left").sort("row_id", "doc_no")
    assert not placed["row_id"].null_count()
    nth = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("row_id").alias("part_no")
    plain = placed.select("row_id", nth, *(as_stored(name, PARTS[name]) for name in _COLUMNS))
    _require_free(database, parts)
    marks = ", ".join("?" * plain.width)
    try:
        database.write_many(
            f"INSERT INTO summary_parts ({', '.join(plain.columns)}) VALUES ({marks})",
            plain.iter_rows(),
        )
    except sqlite3.IntegrityError as error:
        raise ApprovalError(
            f"Nothing was approved: what the summaries hold does not fit the store: {error}."
        ) from error


def _require_free(database: Database, parts: pl.DataFrame) -> None:
    """Refuse parts that are posted, or about to be, in another summary."""
    standing = parts_frame(database, None)
    again = parts.join(standing, on="document_key", how="inner", maintain_order="left")
    if again.height:
        first = again.row(0, named=True)
        raise ApprovalError(
            f"Nothing was approved: order {first['order_number']} stands in {first['number_right']} (batch {first['batch_id']}) already. "
            "Run `recon plan` again."
        )


def parts_frame(database: Database, company_no: int | None) -> pl.DataFrame:
    """Return what single orders put into live summaries, as POSTED; of one company, or of all (None).

    The number is that of the summary, and so is whether the outcome is known.
    """
    asked = _FROM.format(company="" if company_no is None else f" AND o.company_no = {company_no:d}")
    last = database.one("SELECT COALESCE(MAX(row_id), 0) AS last FROM summary_parts")
    assert last is not None
    found = [
        _between(database, asked, (start, start + _ROWS_PER_TEXT - 1))
        for start in range(1, int(last["last"]) + 1, _ROWS_PER_TEXT)
    ]
    frame = pl.concat([pl.DataFrame(schema=dict.fromkeys(_READ, pl.String())), *found])
    return frame.select(
        "document_key",
        "order_key",
        pl.col("kind").cast(POSTED["kind"]),
        pl.col("revision").cast(pl.UInt16),
        null_if_absent("number"),
        null_if_absent("applies_to_key"),
        pl.col("issued_on").str.to_date("%Y-%m-%d"),
        pl.col("total_minor", "vat_minor").cast(pl.Int64),
        *((pl.col(name) == "1").alias(name) for name in ("is_tax_invoice", "pending")),
        "batch_id",
    )


def _between(database: Database, asked: str, span: tuple[int, int]) -> pl.DataFrame:
    """Return the parts of the summaries between two rows of the outbox, all columns as text."""
    values = [f"CAST({expression} AS TEXT)" for expression in _READ.values()]
    joined = f"||'{UNIT}'||".join(values)
    text = database.one(f"SELECT group_concat({joined}, '{RECORD}') AS joined, COUNT(*) AS count {asked}", span)
    assert text is not None
    if not text["count"]:
        return pl.DataFrame(schema=dict.fromkeys(_READ, pl.String()))
    found = split(text["joined"], text["count"], list(_READ))
    if found is not None:
        return found
    slowly = [row for rows in database.tuples(f"SELECT {', '.join(values)} {asked}", span) for row in rows]
    return pl.DataFrame(slowly, orient="row", schema=dict.fromkeys(_READ, pl.String()))


def parts_of(database: Database, batch_id: str, key: str) -> list[tuple[str, int]]:
    """Return order key and total of what one summary of a batch holds."""
    question = (
        "SELECT p.order_key, p.total_minor FROM summary_parts p JOIN outbox o ON o.id = p.row_id "
        "WHERE o.batch_id = ? AND o.document_key = ? ORDER BY p.row_id, p.part_no"
    )
    return [(str(order), int(total)) for rows in database.tuples(question, (batch_id, key)) for order, total in rows]


def lines_of_parts(parts: pl.DataFrame, documents: pl.DataFrame) -> Iterator[str]:
    """Yield what is digested of parts that are approved, in the order in which they are entered."""
    sent = documents.sort("doc_no").select(pl.col("document_key").alias("summary_key")).with_row_index("_at")
    placed = parts.join(sent, on="summary_key", how="inner").sort("_at", "doc_no")
    line = pl.concat_str(
        [as_stored(name, PARTS[name]).cast(pl.String).fill_null("") for name in _COLUMNS], separator=UNIT
    )
    yield from placed.select(line).to_series()


def lines_stored(database: Database, first: int, last: int) -> Iterator[str]:
    """Yield the same of what the store holds between two rows of the outbox."""
    line = f"||'{UNIT}'||".join(f"ifnull({column}, '')" for column in _COLUMNS)
    question = f"SELECT {line} FROM summary_parts WHERE row_id BETWEEN ? AND ? ORDER BY row_id, part_no"
    for rows in database.tuples(question, (first, last)):
        yield from (row[0] for row in rows)

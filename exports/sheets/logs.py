"""Sheets of what happened: upload log, attempts, approvals, files, events."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import PROVENANCE, STATE_TONES, Prepared, words
from exports.words import N_

_UPLOADS: Final = (
    Column("number", "Own number", width=20),
    Column("kind", "Kind", width=12, ours="words"),
    Column("state", "State", width=13, tones=STATE_TONES, ours="words"),
    Column("total_minor", "Total", "money", 15, total=True),
    Column("ledger_number", "Number in ledger", width=20),
    Column("ledger_id", "Id in ledger", width=38),
    Column("attempts", "Attempts", "count", 10, total=True),
    Column("words", "The ledger's words", width=50),
    Column("updated_at", "Last change", "moment", 20),
    *PROVENANCE,
    Column("document_key", "Document key", width=36),
)

_ATTEMPTS: Final = (
    Column("number", "Own number", width=20),
    Column("attempt", "Attempt", "count", 9),
    Column("started_at", "Began", "moment", 20),
    Column("finished_at", "Answered", "moment", 20),
    Column("result", "Result", width=14, tones=STATE_TONES, ours="words"),
    Column("code", "Code", width=10),
    Column("words", "The ledger's words", width=60),
    Column("request_digest", "SHA-256 of what was sent", width=68),
    Column("document_key", "Document key", width=36),
    *PROVENANCE,
)

_APPROVALS: Final = (
    Column("batch_id", "Batch", width=22),
    Column("approved_by", "Approved by", width=24),
    Column("approved_at", "Approved at", "moment", 20),
    Column("documents", "Documents", "count", 11),
    Column("total_minor", "Total", "money", 16),
    Column("ended_at", "Ended at", "moment", 20),
    Column("ended_because", "Ended because", width=40, ours="sentences"),
    Column("company_id", "Company in ledger", width=36),
    Column("plan_digest", "SHA-256 of the plan", width=68),
)

_FILES: Final = (
    Column("file", "File", width=14),
    Column("name", "Name as it came", width=44),
    Column("source", "Source", width=12),
    Column("size", "Bytes", "count", 13),
    Column("kept_at", "Taken in at", "moment", 20),
    Column("rows_stated", "Rows in the file", "count", 12, total=True),
    Column("rows_read", "Rows read", "count", 12, total=True),
    Column("orders", "Orders", "count", 10, total=True),
    Column("currency", "Currency", width=9),
    Column("total_stated_minor", "Total stated", "money", 16, total=True),
    Column("total_read_minor", "Total read", "money", 16, total=True),
    Column("not_counted_minor", "Of it not counted", "money", 17, total=True),
    Column("digest", "SHA-256", width=68),
)

_EVENTS: Final = (
    Column("event_no", "Event", "count", 9),
    Column("at", "At", "moment", 20),
    Column("kind", "What", width=20, ours="words"),
    Column("who", "Who", width=20),
    Column("subject", "About", width=30),
    Column("detail", "Facts", width=60),
    Column("digest", "SHA-256 of the chain", width=68),
)


def uploads_table(prepared: Prepared) -> Table:
    """What became of each document at the ledger."""
    facts = prepared.frames.documents.select("document_key", "doc_no", "total_minor")
    where = prepared.document_facts.select("doc_no", "file", "row")
    frame = (
        prepared.frames.outbox.join(facts, on="document_key", how="left", maintain_order="left")
        .join(where, on="doc_no", how="left", maintain_order="left")
        .with_columns(prepared.local("updated_at"), words("kind"), words("state"))
    )
    return prepared.table(
        "uploads",
        "Upload log",
        prepared.words.say(N_("What became of each document at the ledger. Times are {timezone}.")).format(
            timezone=prepared.dossier.timezone
        ),
        _UPLOADS,
        frame,
        tab="log",
    )


def attempts_table(prepared: Prepared) -> Table:
    """Every time something was sent."""
    facts = prepared.document_facts.select("document_key", "number", "file", "row")
    frame = prepared.frames.attempts.join(facts, on="document_key", how="left", maintain_order="left").with_columns(
        prepared.local("started_at"), prepared.local("finished_at"), words("result")
    )
    return prepared.table(
        "attempts",
        "Attempts",
        "Every time a document was sent. An attempt without an answer was looked up in the ledger before anything else was done.",
        _ATTEMPTS,
        frame,
        tab="log",
    )


def approvals_table(prepared: Prepared) -> Table:
    """Who said yes to what."""
    return prepared.table(
        "approvals",
        "Approvals",
        "A person's yes to exactly the documents of one plan; it ends when anything in the plan changes.",
        _APPROVALS,
        prepared.frames.approvals.with_columns(prepared.local("approved_at"), prepared.local("ended_at")),
        tab="log",
    )


def files_table(prepared: Prepared) -> Table:
    """Every file the orders came from."""
    return prepared.table(
        "files",
        "Files",
        "Every file the orders came from, kept unchanged. 'File' is the beginning of its SHA-256 and stands in every row made from it. "
        "Not counted: orders that a later file or row states anew, those that could not be read (findings name them), and of settlements "
        "everything but the fees.",
        _FILES,
        with_what_counts(prepared.frames.files, prepared.frames.orders).with_columns(prepared.local("kept_at")),
        currency_column="currency",
        tab="log",
    )


def with_what_counts(files: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return the files with what of their totals no order of the workbook stands for.

    A file that states no total of its own has what its orders sum up to.
    """
    counted = orders.group_by("file", "currency", maintain_order=True).agg(
        pl.col("total_minor").cast(pl.Int128).sum().cast(pl.Int64).alias("counted")
    )
    names = files.unique("file", keep="first", maintain_order=True)
    unstated = counted.join(files, on=["file", "currency"], how="anti", maintain_order="left")
    more = names.drop("currency", "total_read_minor", "total_stated_minor", "rows_stated", "rows_read", "orders").join(
        unstated.rename({"counted": "total_read_minor"}), on="file", how="inner", maintain_order="left"
    )
    whole = pl.concat([files, more], how="diagonal").join(
        counted, on=["file", "currency"], how="left", maintain_order="left"
    )
    rest = pl.col("total_read_minor") - pl.col("counted").fill_null(0)
    return whole.with_columns(rest.alias("not_counted_minor")).drop("counted")


def events_table(prepared: Prepared) -> Table:
    """The event log, each event chained to the one before."""
    return prepared.table(
        "events",
        "Events",
        "What happened, in order. Each digest covers the event and the digest before it, so nothing can be taken out unseen.",
        _EVENTS,
        prepared.frames.events.with_columns(prepared.local("at")).sort("event_no"),
        tab="log",
    )

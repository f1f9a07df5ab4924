"""Our own document numbers: the same from any copy of the workspace, unique, plain enough for every ledger.

Kind prefix, then the order's number in ASCII letters, digits, ``-`` and ``.`` only (``#1001`` gives ``RT-1001``), then
``-2`` for the second document of that kind for the order. Orders that share a number are told apart by their id. What
would be too long, or is taken by another document, ends in a digest of the document's key.
"""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

from recon.config import Connection
from recon.errors import FrameError

_THAI_DIGITS: Final = {chr(0x0E50 + digit): str(digit) for digit in range(10)}
_DIGEST_LENGTH: Final = 8


def order_stems(orders: pl.DataFrame) -> pl.Series:
    """Return the part of the document numbers that comes from the order, per order."""
    number = orders["order_number"].str.strip_chars("# ")
    odd = number.str.contains(r"[^A-Za-z0-9.-]")
    frame = pl.DataFrame([number.alias("stem"), odd.alias("odd")])
    if odd.any():
        cleaned = (
            pl.col("stem").str.replace_many(_THAI_DIGITS).str.replace_all(r"[^A-Za-z0-9.-]+", "-").str.strip_chars("-.")
        )
        frame = frame.with_columns(pl.when("odd").then(cleaned).otherwise("stem").alias("stem"))
    empty, shared = frame["stem"].str.len_bytes() == 0, frame["stem"].str.to_lowercase().is_duplicated()
    if not (empty | shared).any():
        return frame["stem"]
    order_id = orders["order_key"].str.extract(r"([^:]+)$").str.replace_all(r"[^A-Za-z0-9.-]+", "-")
    told_apart = pl.when(empty).then(pl.lit(order_id)).otherwise(pl.format("{}-{}", "stem", pl.lit(order_id)))
    return frame.select(pl.when(pl.lit(empty | shared)).then(told_apart).otherwise("stem").alias("stem")).to_series()


def document_numbers(
    documents: pl.DataFrame, posted: pl.DataFrame, connection: Connection, max_length: int
) -> pl.Series:
    """Return the number of each document; null for voids (the voided document keeps its own).

    ``documents``: kind, revision, stem, document_key. Payments are numbered like receipts.

    Raises:
        FrameError: Two documents would carry one number; a defect of ours.
    """
    prefix = connection.number_prefix
    prefixes = {
        "invoice": prefix.invoice, "receipt": prefix.receipt, "payment": prefix.receipt,
        "credit_note": prefix.credit_note, "void": "",
    }  # fmt: skip
    kinds = documents["kind"].unique().to_list()
    number: pl.Expr = pl.lit(None, dtype=pl.String)
    for kind in sorted(kinds):
        own = pl.concat_str([pl.lit(prefixes[kind]), pl.col("stem")])
        number = own if len(kinds) == 1 else pl.when(pl.col("kind") == kind).then(own).otherwise(number)
    frame = documents.select("document_key", "kind", "revision", number.alias("number"))
    if (frame["revision"] > 1).any():
        again = pl.format("{}-{}", "number", "revision")
        frame = frame.with_columns(pl.when(pl.col("revision") > 1).then(again).otherwise("number").alias("number"))
    if "void" in kinds:
        frame = frame.with_columns(pl.when(pl.col("kind") != "void").then("number").alias("number"))
    frame = _shorten(frame, frame["number"].str.len_bytes() > max_length, max_length)
    frame = _shorten(frame, _taken(frame, posted), max_length)
    if _taken(frame, posted).any():
        raise FrameError("two documents would carry one number")
    return frame["number"]


def _taken(frame: pl.DataFrame, posted: pl.DataFrame) -> pl.Series:
    """Return whether another document has the number, letters compared without case."""
    lowered = frame["number"].str.to_lowercase().alias("number")
    twice = lowered.is_duplicated() & lowered.is_not_null()
    if posted.is_empty():
        return twice
    others = posted.select(pl.col("number").str.to_lowercase(), pl.col("document_key").alias("other")).drop_nulls(
        "number"
    )
    keyed = pl.DataFrame([lowered, frame["document_key"]]).with_row_index("_at")
    met = keyed.join(others, on="number", how="inner").filter(pl.col("other").ne_missing(pl.col("document_key")))
    return twice | keyed["_at"].is_in(met["_at"].unique().implode())


def _shorten(frame: pl.DataFrame, which: pl.Series, max_length: int) -> pl.DataFrame:
    """Give these rows a number that ends in a digest of the document's key; few rows ever come here."""
    which = which.fill_null(value=False)
    if not which.any():
        return frame
    some = frame.filter(which)
    digests = [hashlib.sha256(key.encode()).hexdigest()[:_DIGEST_LENGTH] for key in some["document_key"]]
    head = pl.col("number").str.slice(0, max_length - _DIGEST_LENGTH - 1).str.strip_chars_end("-.")
    numbers = some.with_columns(pl.Series("_digest", digests)).select(
        "document_key", pl.concat_str([head, pl.lit("-"), pl.col("_digest")]).alias("_number")
    )
    joined = frame.join(numbers, on="document_key", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("_number", "number").alias("number")).drop("_number")

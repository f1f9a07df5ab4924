"""Our own document numbers: the same from any copy of the workspace, unique, plain enough for every ledger.

Kind prefix, then the order's number in ASCII letters, digits, ``-`` and ``.`` only (``#1001`` gives ``RT-1001``), then
``-2`` for the second document of that kind for the order. Orders that share a number are told apart by their id. What
would be too long, or is taken by another document, ends in a digest of the document's key.
"""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.document import NUMBERLESS
from recon.errors import FrameError
from recon.frames.schemas import DOCUMENT_KINDS

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
    empty, shared = frame["stem"].str.len_bytes() == 0, _repeated(frame["stem"].str.to_lowercase())
    if not (empty | shared).any():
        return frame["stem"]
    order_id = orders["order_key"].str.extract(r"([^:]+)$").str.replace_all(r"[^A-Za-z0-9.-]+", "-")
    told_apart = pl.when(empty).then(pl.lit(order_id)).otherwise(pl.format("{}-{}", "stem", pl.lit(order_id)))
    return frame.select(pl.when(pl.lit(empty | shared)).then(told_apart).otherwise("stem").alias("stem")).to_series()


def document_numbers(
    documents: pl.DataFrame, posted: pl.DataFrame, connection: Connection, max_length: int
) -> pl.Series:
    """Return the number of each document; null for voids and payments of expenses, which have none of their own.

    ``documents``: kind, revision, stem, document_key. Payments are numbered like receipts unless they have a prefix of their own.

    Raises:
        FrameError: Two documents would carry one number; a defect of ours.
    """
    prefix = connection.number_prefix
    prefixes = {
        "invoice": prefix.invoice, "receipt": prefix.receipt, "payment": prefix.payment or prefix.receipt,
        "credit_note": prefix.credit_note, "void": "", "product": "",
        "expense": prefix.expense, "expense_payment": prefix.expense, "supplier_credit": prefix.supplier_credit,
        "refund": "", "settlement": "",  # under the number of its Z report
    }  # fmt: skip
    kinds = documents["kind"].unique().to_list()
    prefix_of = pl.Series([prefixes[kind] for kind in DOCUMENT_KINDS]).gather(documents["kind"].to_physical())
    number = pl.concat_str([pl.lit(prefix_of), pl.col("stem")])
    frame = documents.select("document_key", "kind", "revision", number.alias("number"))
    if (frame["revision"] > 1).any():
        again = pl.format("{}-{}", "number", "revision")
        frame = frame.with_columns(pl.when(pl.col("revision") > 1).then(again).otherwise("number").alias("number"))
    if not NUMBERLESS.isdisjoint(kinds):
        numbered = ~pl.col("kind").is_in(sorted(NUMBERLESS))
        frame = frame.with_columns(pl.when(numbered).then("number").alias("number"))
    frame = _shorten(frame, frame["number"].str.len_bytes() > max_length, max_length)
    if _cannot_clash(frame, prefixes) and posted.is_empty():
        return frame["number"]
    taken = _taken(frame, posted)
    if taken.any():
        frame = _shorten(frame, taken, max_length)
        if _taken(frame, posted).any():
            raise FrameError("two documents would carry one number")
    return frame["number"]


def _cannot_clash(frame: pl.DataFrame, prefixes: dict[str, str]) -> bool:
    """Return whether numbers differ by construction: orders' stems differ, and so do equally long prefixes."""
    used = {prefixes[kind].lower() for kind in frame["kind"].unique() if kind not in NUMBERLESS}
    shared = frame["kind"].is_in(["payment", *sorted(NUMBERLESS)]).any()
    return not shared and len({len(prefix) for prefix in used}) <= 1 and bool((frame["revision"] == 1).all())


def _taken(frame: pl.DataFrame, posted: pl.DataFrame) -> pl.Series:
    """Return whether another document has the number, letters compared without case."""
    lowered = frame["number"].str.to_lowercase().alias("number")
    twice = _repeated(lowered) & lowered.is_not_null()
    if posted.is_empty():
        return twice
    others = posted.select(pl.col("number").str.to_lowercase(), pl.col("document_key").alias("other")).drop_nulls(
        "number"
    )
    keyed = pl.DataFrame([lowered, frame["document_key"]]).with_row_index("_at")
    met = keyed.join(others, on="number", how="inner").filter(pl.col("other").ne_missing(pl.col("document_key")))
    return twice | keyed["_at"].is_in(met["_at"].unique().implode())


def _repeated(texts: pl.Series) -> pl.Series:
    """Return which texts occur more than once; most plans have none, and counting is cheaper than marking."""
    if texts.drop_nulls().n_unique() == texts.len() - texts.null_count():
        return pl.repeat(value=False, n=texts.len(), dtype=pl.Boolean, eager=True)
    return texts.is_duplicated()


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

"""What a person's decision is bound to: a digest of a document's content, and what of it still counts.

Header, lines and postings make the content; positions in plan and file do not. A document whose content changed since has
lost its decision, and says so.
"""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

from recon.frames.schemas import DOCUMENT_LINES, DOCUMENTS, PAYMENT_PART, POSTINGS
from recon.frames.side_by_side import side_by_side
from recon.review.rows import STANDING

_ONLY_WHERE_SAID: Final = ("tax_code",)
"""Columns most documents say nothing in: those have the digest they had before the column was thought of."""
DIGESTS: Final = pl.Schema({"document_key": pl.String(), "order_key": pl.String(), "digest": pl.String()})

_FIELD, _ROW, _ABSENT = "\x1f", "\x1e", "\x1d"
_POSITIONS: Final = ("doc_no", "order_no", "row")
"""Where a document stands in the plan and its lines in the file: the same order in another file is no other document."""


def document_digests(documents: pl.DataFrame, lines: pl.DataFrame, postings: pl.DataFrame) -> pl.DataFrame:
    """Return DIGESTS of these documents, in their order; ``lines`` and ``postings`` may be of more documents."""
    if documents.is_empty():
        return pl.DataFrame(schema=DIGESTS)
    documents = documents.rechunk()
    chosen = documents.select("doc_no")
    heads, parts = side_by_side(
        lambda: documents.select("doc_no", "document_key", "order_key", _head(documents).alias("head")),
        lambda: (_joined(lines, DOCUMENT_LINES, chosen, "lines"), _joined(postings, POSTINGS, chosen, "postings")),
    )
    frame = heads
    for part in parts:
        frame = frame.join(part, on="doc_no", how="left", maintain_order="left")
    whole = pl.concat_str(["head", "lines", "postings"], separator=f"{_ROW}{_ROW}", ignore_nulls=False)
    texts = frame.with_columns(pl.col("lines", "postings").fill_null("")).select(whole.alias("text"))["text"]
    digests = pl.Series("digest", [hashlib.sha256(text.encode()).hexdigest()[:32] for text in texts], dtype=pl.String)
    return frame.select("document_key", "order_key").with_columns(digests)


def _head(documents: pl.DataFrame) -> pl.Expr:
    """Return the header as one text; several payments follow it, and where there is one nothing does: digests of before stand."""
    head = _written(DOCUMENTS, documents)
    if "payments" not in documents.columns:
        return head
    part = pl.element().struct
    texts = [_text(part.field(name), PAYMENT_PART[name]) for name in PAYMENT_PART]
    listed = pl.col("payments").list.eval(pl.concat_str(texts, separator=_FIELD))
    return pl.concat_str([head, listed.list.join(_ROW)], separator=_ROW, ignore_nulls=True)


def _joined(part: pl.DataFrame, schema: pl.Schema, chosen: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return doc_no and the text of all its rows, in their order."""
    own = part.join(chosen, on="doc_no", how="semi", maintain_order="left").rechunk()
    rows = own.select("doc_no", _written(schema, own).alias("row"))
    return rows.group_by("doc_no", maintain_order=True).agg(pl.col("row").str.join(_ROW).alias(name))


def _written(schema: pl.Schema, frame: pl.DataFrame) -> pl.Expr:
    """Return all columns but positions as one text; texts carry their length, so that none can pretend to be two."""
    left_out = {*_POSITIONS, *_ONLY_WHERE_SAID}
    columns = [
        _text(pl.col(name), schema[name])
        for name in schema
        if name not in left_out and name in frame.columns and schema[name] != pl.List
    ]
    written = pl.concat_str(columns, separator=_FIELD)
    said = [
        pl.when(pl.col(name).is_not_null()).then(_text(pl.col(name), schema[name]))
        for name in _ONLY_WHERE_SAID
        if name in schema and name in frame.columns
    ]
    return pl.concat_str([written, *said], separator=_FIELD, ignore_nulls=True)


def _text(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    text = value.cast(pl.String)
    if dtype == pl.String:
        text = pl.concat_str([text.str.len_bytes().cast(pl.String), pl.lit(":"), text])
    return text.fill_null(_ABSENT)


def content_digest(digests: pl.DataFrame) -> str:
    """Return one digest over the content of many documents, whatever their order."""
    whole = hashlib.sha256()
    for key, digest in digests.sort("document_key").select("document_key", "digest").iter_rows():
        whole.update(f"{key}{_FIELD}{digest}{_ROW}".encode())
    return whole.hexdigest()


def standing_now(decided: pl.DataFrame, digests: pl.DataFrame) -> pl.DataFrame:
    """Return STANDING: which decisions still count; a rejection does until it is taken back, whatever changes.

    ``decided``: document_key, order_key, digest, decision, decided_by, reason, same_plan (decided on this very plan).
    ``digests``: DIGESTS of the documents that were decided on another plan, as they are now.
    """
    now = digests.select("document_key", pl.col("digest").alias("now"))
    frame = decided.join(now, on="document_key", how="left", maintain_order="left")
    is_changed = (
        (pl.col("decision") == "approved")
        & ~pl.col("same_plan")
        & pl.col("now").is_not_null()
        & (pl.col("now") != pl.col("digest"))
    )
    words = pl.format("changed since {} {} it", "decided_by", "decision")
    return (
        frame.filter(pl.col("decision").is_in(["approved", "rejected"]))
        .with_columns(pl.when(is_changed).then(words).alias("changed"))
        .select(STANDING.names())
    )


def whole_orders(frame: pl.DataFrame, picked: pl.Series) -> pl.Series:
    """Return the positions of these rows and of all others of the same orders: an order's documents go together."""
    keys = frame["order_key"][picked].unique()
    return frame["order_key"].is_in(keys.implode()).arg_true().cast(pl.UInt32).alias("row_id")

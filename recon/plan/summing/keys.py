"""Names of summaries: the key in the place of an order's, the words that show a summary, the digest of what it holds."""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

from recon.domain.document import PAYMENT_KINDS

MARK: Final = ":summary:"
"""Stands between platform and shop and the day in the key of a summary; no key of an order has it there."""
REASON: Final = "day-summary"
"""Reason of a summary's document, in the place of the lifecycle rule of one order."""
_DIGEST_LENGTH: Final = 8
_HELD_MARK: Final = "holds "
_UNIT: Final = "\x1f"
_RECORD: Final = "\x1e"


def is_summary_key(order_key: str) -> bool:
    """Return whether a key is that of a summary and not of an order."""
    parts = order_key.split(":", 3)
    return len(parts) == 4 and parts[2] == MARK.strip(":")


def of_summary(column: str = "order_key") -> pl.Expr:
    """Return per row whether its key is that of a summary."""
    return pl.col(column).str.contains(r"^[^:]*:[^:]*:summary:").fill_null(value=False)


def group_digests(texts: pl.Series) -> pl.Series:
    """Return a short digest per text: what tells the summaries of one day apart, the same from any copy of the workspace."""
    return pl.Series([_digest(text) for text in texts], dtype=pl.String)


def held_digests(parts: pl.DataFrame) -> pl.DataFrame:
    """Return summary_key, count and ``held``: a digest over the orders a summary holds, with the amount of each.

    ``parts``: summary_key, document_key, total_minor and doc_no.
    """
    return digests_by(parts.sort("doc_no"), "summary_key")


def digests_by(parts: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the same per value of a column, of parts in the order of their documents."""
    line = pl.concat_str("document_key", pl.col("total_minor").cast(pl.String), separator=_UNIT).alias("_line")
    lined = parts.select(name, line).group_by(name, maintain_order=True)
    joined = lined.agg(pl.col("_line").str.join(_RECORD).alias("_all"), pl.len())
    return joined.select(name, pl.col("len").cast(pl.Int64).alias("count"), group_digests(joined["_all"]).alias("held"))


def held_words(held: str) -> pl.Expr:
    """Return how the digest of what a summary holds stands at the end of its remark."""
    return pl.concat_str([pl.lit(_HELD_MARK), pl.col(held)])


def holds_exactly(documents: pl.DataFrame, parts: pl.DataFrame) -> bool:
    """Return whether these are the parts that the remarks of these summaries name, and come to their totals."""
    summaries = documents.filter(of_summary(), ~pl.col("kind").cast(pl.String).is_in(PAYMENT_KINDS))
    summaries = summaries.select("document_key", "total_minor", "remark")
    if not summaries.height:
        return not parts.height
    sums = parts.group_by("summary_key").agg(pl.col("total_minor").sum().alias("_sum"))
    said = held_digests(parts).join(sums, on="summary_key")
    both = summaries.join(said, left_on="document_key", right_on="summary_key", how="full")
    same = (pl.col("total_minor") == pl.col("_sum")) & pl.col("remark").str.ends_with(held_words("held"))
    return bool(both.select(same.fill_null(value=False).all()).item())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]

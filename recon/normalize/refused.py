"""Orders whose newest version could not be read: an older one must not go on as if nothing had happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import polars as pl

from recon.frames.canonical import CanonicalFrames
from recon.frames.findings import findings_from, gather


def refused_later(
    sets: Sequence[CanonicalFrames],
    combined: CanonicalFrames,
    read_again: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> pl.DataFrame:
    """Return a hold for every order of ``combined`` that a later file states in a version nobody can read.

    Args:
        sets: The frames of each file, oldest first.
        combined: `merge.combine` of them.
        read_again: File to the files that were known when a person took it in once more: what it says stands against theirs.
    """
    place_of = {file: place for place, frames in enumerate(sets) for file in frames.orders["file"].unique().to_list()}
    parts = []
    for place, frames in enumerate(sets):
        refused = frames.findings.filter(pl.col("severity") == "refused", pl.col("order_key").is_not_null())
        if not refused.height or not place:
            continue
        earlier = [file for file, at in place_of.items() if at < place]
        standing = combined.orders.filter(pl.col("file").is_in(earlier)).select(
            "order_key", "order_number", "total_minor", pl.col("file").alias("_standing")
        )
        found = refused.unique("order_key", keep="first", maintain_order=True).join(
            standing, on="order_key", how="inner", maintain_order="left"
        )
        for file, known in read_again.items():
            found = found.filter((pl.col("_standing") != file) | ~pl.col("file").is_in(sorted(known)))
        detail = pl.format(
            "File {}, row {}: {} in column {}.",
            "file",
            "row",
            pl.col("value").fill_null("unreadable"),
            pl.col("column").fill_null("?"),
        )
        parts.append(
            findings_from(
                found,
                "newer-version-refused",
                column=pl.col("column"),
                value=pl.col("value"),
                amount_minor=pl.col("total_minor"),
                detail=detail,
            )
        )
    return gather(parts)

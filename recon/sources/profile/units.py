"""Rows that are single pieces (Lazada): which pieces count, what state their order is in, equal pieces as one line.

Every piece has a state of its own. A piece that was cancelled or came back is no longer part of its order, as long as
another piece is; the order is as far as its slowest piece. A word nobody has listed decides, so that it holds the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.frames.findings import findings_from
from recon.frames.headings import ROW
from recon.frames.text import fold
from recon.sources.base import ReadOptions, meaning_of
from recon.sources.profile.collapse import order_key
from recon.sources.profile.fields import LINE_FIELDS
from recon.sources.profile.model import Profile
from recon.sources.profile.rows import ORDER_NO, UNIT_ID

_PACE: Final = ("open", "in_fulfilment", "shipped", "delivered", "completed", "returned", "cancelled")
"""States from the slowest on; all others (unknown, hold, failed delivery) come before and decide."""
_STATE: Final = "order_state"


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of the pieces that count, and what their orders' states mean."""

    frame: pl.DataFrame
    """One row per piece; ``order_state`` is the order's."""
    own_lines: pl.DataFrame | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    """State texts of orders whose pieces differ."""
    findings: tuple[pl.DataFrame, ...] = ()

    @property
    def lines(self) -> pl.DataFrame:
        """Rows that become lines: equal pieces of an order are one, with their number."""
        return self.frame if self.own_lines is None else self.own_lines


def count_units(frame: pl.DataFrame, profile: Profile, options: ReadOptions) -> Counted:
    """Return which pieces count; ``frame`` is sorted by order and has one row per piece."""
    meanings = _meanings(frame, profile)
    paces = {word: _pace(state) for word, state in meanings.items()}
    out = [word for word, state in meanings.items() if state in profile.units.out]
    pace = pl.col(_STATE).replace_strict(paces, default=-1, return_dtype=pl.Int8)
    is_out = pl.col(_STATE).is_in(out) if out else pl.lit(value=False)
    marked = frame.with_columns(pl.col(_STATE).fill_null("")).with_columns(pace.alias("_pace"), is_out.alias("_out"))
    marked = marked.with_columns((~pl.col("_out") | pl.col("_out").all().over(ORDER_NO)).alias("_counts"))
    mixed, words = _mixed(marked, meanings)
    findings = [*_repeated(marked, profile, options), *_left(marked, profile, options)]
    kept = marked.filter("_counts").drop("_pace", "_out", "_counts")
    if mixed.height:
        joined = kept.join(mixed, on=ORDER_NO, how="left", maintain_order="left")
        kept = joined.with_columns(pl.coalesce("_text", _STATE).alias(_STATE)).drop("_text")
    return Counted(kept, _lines(kept), words, tuple(findings))


def _meanings(frame: pl.DataFrame, profile: Profile) -> dict[str, str | None]:
    exact = {fold(word): state for word, state in profile.status_map.exact.items()}
    prefix = {fold(word): state for word, state in profile.status_map.prefix.items()}
    return {word: meaning_of(word, exact, prefix) for word in frame[_STATE].unique().drop_nulls().to_list()}


def _pace(state: str | None) -> int:
    return _PACE.index(state) if state in _PACE else -1


def _mixed(marked: pl.DataFrame, meanings: Mapping[str, str | None]) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return the state text of orders whose pieces differ, and what each of these texts means."""
    differs = (pl.col(_STATE) != pl.col(_STATE).first()).any().over(ORDER_NO)
    some = marked.filter(differs)
    if not some.height:
        return pl.DataFrame(schema={ORDER_NO: pl.UInt32, "_text": pl.String}), {}
    # A piece that does not count is slower than none: it never decides where another one does.
    counted = some.with_columns(pl.when("_counts").then("_pace").otherwise(len(_PACE)).alias("_pace"))
    by_word = counted.group_by(ORDER_NO, _STATE, maintain_order=True).agg(pl.len().alias("n"), pl.col("_pace").min())
    named = pl.format("{} x {}", "n", pl.when(pl.col(_STATE) == "").then(pl.lit("(empty)")).otherwise(_STATE))
    texts = by_word.group_by(ORDER_NO, maintain_order=True).agg(
        named.str.join(", ").alias("_text"),
        pl.col(_STATE).sort_by("_pace", maintain_order=True).first().alias("decides"),
    )
    pairs = texts.select("_text", "decides").unique().rows()
    words = {text: state for text, decides in pairs if (state := meanings.get(decides)) is not None}
    return texts.select(ORDER_NO, "_text"), words


def _repeated(marked: pl.DataFrame, profile: Profile, options: ReadOptions) -> list[pl.DataFrame]:
    """Hold orders with a piece that stands twice: one of the rows is not a second piece."""
    if UNIT_ID not in marked.columns:
        return []
    twice = marked[UNIT_ID].is_duplicated() & marked[UNIT_ID].is_not_null()
    if not twice.any():
        return []
    rows = marked.filter(twice)
    return [
        findings_from(
            rows,
            "unit-repeated",
            order_key=order_key(profile, options),
            column=profile.units.unit_id,
            value=pl.col(UNIT_ID),
        )
    ]


def _left(marked: pl.DataFrame, profile: Profile, options: ReadOptions) -> list[pl.DataFrame]:
    """Tell which pieces of an order do not count although others do."""
    left = marked.filter(~pl.col("_counts"))
    if not left.height:
        return []
    return [findings_from(left, "unit-left-out", order_key=order_key(profile, options), value=pl.col(_STATE))]


def _lines(kept: pl.DataFrame) -> pl.DataFrame:
    """Return equal pieces of an order as one line with their number; pieces that differ in anything stay apart."""
    fields = [name for name in LINE_FIELDS if name in kept.columns and name != "quantity"]
    grouped = kept.group_by(ORDER_NO, *fields, maintain_order=True).agg(pl.col(ROW).first(), pl.len().alias("quantity"))
    return grouped.with_columns(pl.col("quantity").cast(pl.String))

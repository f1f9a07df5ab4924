"""Several files to one set of orders: the latest version of each order wins, whole, with all that hangs on it.

Which version is later is said by the provider's own time of change where every version states it, else by the order in
which the files were taken in. The same file again changes nothing, overlapping files double nothing, and where an
export was cut does not matter. What a new file brings is said by `compare`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from recon.frames.canonical import CanonicalFrames, ControlTotal, Stated
from recon.frames.schemas import ORDERS
from recon.normalize.compare import Comparison, compare
from recon.normalize.restated import restated

__all__ = ["Comparison", "combine", "compare"]

_SET: Final = "_set"
_OLD: Final = "_old"


def combine(sets: Sequence[CanonicalFrames]) -> CanonicalFrames:
    """Return one set of frames in which every order occurs once, in its latest version.

    Findings of replaced versions go with them; findings about a file, and about orders a set could not read, stay.
    Control totals note what was replaced.
    """
    assert sets
    if len(sets) == 1:
        return sets[0]
    orders = pl.concat([
        part.orders.with_columns(pl.lit(place, dtype=pl.UInt32).alias(_SET), pl.col("order_no").alias(_OLD))
        for place, part in enumerate(sets)
    ])  # fmt: skip
    wins = _wins(orders)
    winners = orders.filter(wins).with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("order_no"))
    losers = orders.filter(~wins)
    numbers = [
        winners.filter(pl.col(_SET) == place).select(pl.col(_OLD).alias("order_no"), pl.col("order_no").alias("_new"))
        for place in range(len(sets))
    ]
    return CanonicalFrames(
        orders=winners.select(ORDERS.names()),
        lines=_moved([part.lines for part in sets], numbers),
        payments=_moved([part.payments for part in sets], numbers),
        refunds=_moved([part.refunds for part in sets], numbers),
        refund_lines=_moved([part.refund_lines for part in sets], numbers),
        findings=pl.concat(
            [
                *(_still_true(part, place, winners, losers) for place, part in enumerate(sets)),
                restated(orders, _SET),
            ]
        ),
        stated=tuple(one for place, part in enumerate(sets) for one in _replaced(part, place, losers)),
        notes=tuple(dict.fromkeys(note for part in sets for note in part.notes)),
    ).checked()


def _wins(orders: pl.DataFrame) -> pl.Series:
    """Return the mask of the version of each order that counts; only orders that occur twice are looked at closely."""
    repeated = orders["order_key"].is_duplicated()
    if not repeated.any():
        return pl.repeat(value=True, n=orders.height, eager=True)
    rivals = orders.select("order_key", "updated_at", _SET).with_row_index("at").filter(repeated)
    timed = pl.col("updated_at").is_not_null().all().over("order_key")
    ranked = rivals.with_columns(pl.when(timed).then("updated_at").alias("time"))
    ranked = ranked.sort("time", _SET, nulls_last=False, maintain_order=True)
    best = ranked.unique("order_key", keep="last", maintain_order=True)["at"]
    return (~repeated).scatter(best, pl.repeat(value=True, n=len(best), eager=True))


def _moved(parts: Sequence[pl.DataFrame], numbers: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of winning orders under their new numbers. Orders keep the sequence of sets, so rows do too."""
    moved = [
        part.join(number, on="order_no", how="inner", maintain_order="left").with_columns(
            pl.col("_new").alias("order_no")
        )
        for part, number in zip(parts, numbers, strict=True)
    ]
    return pl.concat(moved).drop("_new")


def _still_true(part: CanonicalFrames, place: int, winners: pl.DataFrame, losers: pl.DataFrame) -> pl.DataFrame:
    """Return the findings of one set less those about versions that were replaced.

    An order reported gone that a later set holds again is not gone.
    """
    findings = part.findings
    if not findings["order_key"].is_not_null().any():
        return findings
    lost = losers.filter(pl.col(_SET) == place).select("order_key")
    findings = findings.join(lost, on="order_key", how="anti", maintain_order="left")
    later = winners.filter(pl.col(_SET) > place).select("order_key", pl.lit("order-gone").alias("code"))
    return findings.join(later, on=["order_key", "code"], how="anti", maintain_order="left")


def _replaced(part: CanonicalFrames, place: int, losers: pl.DataFrame) -> tuple[Stated, ...]:
    """Return the control totals of one set's files with what other versions have replaced."""
    sums = (
        losers.filter(pl.col(_SET) == place)
        .group_by("file", "currency")
        .agg(pl.len().alias("count"), pl.col("total_minor").cast(pl.Int128).sum().alias("total"))
    )
    lost = {(file, currency): (count, int(total)) for file, currency, count, total in sums.iter_rows()}
    return tuple(
        replace(
            one,
            superseded_orders=one.superseded_orders
            + sum(count for (file, _), (count, _) in lost.items() if file == one.file),
            controls=tuple(
                _less(control, lost.get((one.file, control.currency), (0, 0))[1]) for control in one.controls
            ),
        )
        for one in part.stated
    )


def _less(control: ControlTotal, gone_minor: int) -> ControlTotal:
    return replace(
        control, orders_minor=control.orders_minor - gone_minor, superseded_minor=control.superseded_minor + gone_minor
    )

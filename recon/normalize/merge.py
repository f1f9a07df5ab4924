"""Several files of one shop as one set: the latest version of each order, and what a new file changed.

Sets are compared, never dates or positions: the same file again changes nothing, overlapping files double nothing, and
an order that is missing in a newer file of the same period is kept and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from recon.frames.canonical import CanonicalFrames, Stated
from recon.frames.findings import findings_from, gather, no_findings
from recon.frames.schemas import ORDER_LINES, ORDERS, PAYMENTS, REFUNDS

_PLACES = ("order_no", "file", "row")
"""Columns that say where an order stands, not what it is."""
_BACK = (("paid", "unpaid"), ("paid", "cod_due"), ("paid", "claimed"), ("refunded", "paid"), ("refunded", "unpaid"))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a new file brings, as counts of orders, with findings on what is odd."""

    known: int
    """In both, with the same content."""
    new: int
    changed: int
    gone: int
    """In earlier files of the period the new file covers, missing in it; kept."""
    changes: pl.DataFrame
    """order_key and columns (names joined with ", ") of every changed order."""
    findings: pl.DataFrame

    @classmethod
    def nothing(cls) -> Comparison:
        """Return a comparison of nothing with nothing."""
        return cls(0, 0, 0, 0, pl.DataFrame(schema={"order_key": pl.String, "columns": pl.String}), no_findings())


def combine(sets: Sequence[CanonicalFrames]) -> CanonicalFrames:
    """Return one set with the latest version of each order: by updated_at where both state it, else the later set.

    Lines, payments, refunds and findings of replaced versions are left out; control totals note what was replaced.
    """
    assert sets
    if len(sets) == 1:
        return sets[0]
    tagged = pl.concat(
        [frames.orders.with_columns(pl.lit(at, dtype=pl.UInt32).alias("_set")) for at, frames in enumerate(sets)]
    )
    winners = _winners(tagged)
    orders = winners.with_row_index("_new").with_columns(pl.col("_new").cast(pl.UInt32))
    numbers = orders.select("_set", "order_no", "_new")
    parts = {name: _renumbered([getattr(f, name) for f in sets], numbers) for name in ("lines", "payments", "refunds")}
    return CanonicalFrames(
        orders=orders.drop("order_no", "_set").rename({"_new": "order_no"}).select(ORDERS.names()),
        lines=parts["lines"].select(ORDER_LINES.names()),
        payments=parts["payments"].select(PAYMENTS.names()),
        refunds=parts["refunds"].select(REFUNDS.names()),
        findings=_kept_findings(sets, tagged, winners),
        stated=tuple(
            stated for at, frames in enumerate(sets) for stated in _with_replaced(frames.stated, tagged, winners, at)
        ),
        notes=tuple(dict.fromkeys(note for frames in sets for note in frames.notes)),
    )


def _winners(tagged: pl.DataFrame) -> pl.DataFrame:
    """Return one row per order key: the greatest updated_at if every version states one, else the last set's."""
    stated_all = pl.col("updated_at").is_not_null().all().over("order_key")
    by_time = pl.when(stated_all).then(pl.col("updated_at"))
    return (
        tagged.with_columns(by_time.alias("_time"), pl.col("order_key").is_duplicated().alias("_several"))
        .sort("_time", "_set", nulls_last=False, maintain_order=True)
        .unique("order_key", keep="last", maintain_order=True)
        .sort("_set", "order_no")
        .drop("_time", "_several")
    )


def _renumbered(parts: Sequence[pl.DataFrame], numbers: pl.DataFrame) -> pl.DataFrame:
    tagged = pl.concat([part.with_columns(pl.lit(at, dtype=pl.UInt32).alias("_set")) for at, part in enumerate(parts)])
    joined = tagged.join(numbers, on=["_set", "order_no"], how="inner", maintain_order="left")
    return joined.drop("order_no", "_set").rename({"_new": "order_no"}).sort("order_no", maintain_order=True)


def _kept_findings(sets: Sequence[CanonicalFrames], tagged: pl.DataFrame, winners: pl.DataFrame) -> pl.DataFrame:
    """Return findings of the winning versions, and those about no order that stands."""
    parts = []
    for at, frames in enumerate(sets):
        lost = tagged.filter(pl.col("_set") == at).join(
            winners.filter(pl.col("_set") == at), on="order_key", how="anti"
        )
        parts.append(frames.findings.join(lost.select("order_key"), on="order_key", how="anti"))
    return gather(parts)


def _with_replaced(stated: tuple[Stated, ...], tagged: pl.DataFrame, winners: pl.DataFrame, at: int) -> list[Stated]:
    """Return a file's control totals with the orders noted that a newer file replaced."""
    lost = tagged.filter(pl.col("_set") == at).join(winners.filter(pl.col("_set") == at), on="order_key", how="anti")
    sums = {
        c: int(s) for c, s in lost.group_by("currency").agg(pl.col("total_minor").cast(pl.Int128).sum()).iter_rows()
    }
    changed = []
    for one in stated:
        controls = tuple(
            replace(
                c,
                orders_minor=c.orders_minor - sums.get(c.currency, 0),
                superseded_minor=c.superseded_minor + sums.get(c.currency, 0),
            )
            for c in one.controls
        )
        changed.append(replace(one, superseded_orders=one.superseded_orders + lost.height, controls=controls))
    return changed


def compare(before: CanonicalFrames | None, new: CanonicalFrames, *, whole_period: bool = True) -> Comparison:
    """Return what ``new`` brings against everything known ``before``.

    ``whole_period``: the new file holds every order of its days, so that a missing one is gone; an answer of an API
    holds only what was asked for.
    """
    if before is None or not before.orders.height:
        return replace(Comparison.nothing(), new=new.orders.height)
    old_keys = before.orders.select("order_key")
    fresh = new.orders.join(old_keys, on="order_key", how="anti").height
    ours, theirs = _content(before, new.orders.select("order_key")), _content(new, old_keys)
    both = theirs.join(ours, on="order_key", how="inner", suffix="_before")
    columns = [name for name in theirs.columns if name != "order_key"]
    differs = {name: pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in columns}
    changed = both.filter(pl.any_horizontal(differs.values()))
    named = pl.concat_str(
        [pl.when(test).then(pl.lit(name)) for name, test in differs.items()], separator=", ", ignore_nulls=True
    )
    gone = _gone(before.orders, new.orders) if whole_period else before.orders.clear()
    return Comparison(
        known=both.height - changed.height,
        new=fresh,
        changed=changed.height,
        gone=gone.height,
        changes=changed.select("order_key", named.alias("columns")),
        findings=gather([_gone_findings(gone), _back_findings(changed)]),
    )


def _content(frames: CanonicalFrames, wanted: pl.DataFrame) -> pl.DataFrame:
    """Return what the orders say, with one fingerprint for their lines, payments and refunds (of this process only)."""
    orders = frames.orders.join(wanted, on="order_key", how="semi", maintain_order="left")
    whole = orders
    for name in ("lines", "payments", "refunds"):
        part: pl.DataFrame = getattr(frames, name)
        kept = part.join(orders.select("order_no"), on="order_no", how="semi")
        prints = kept.select("order_no", kept.drop("order_no", "row").hash_rows(seed=1).alias("_print"))
        each = prints.group_by("order_no").agg(pl.col("_print").sum().alias(name))
        whole = whole.join(each, on="order_no", how="left", maintain_order="left")
    return whole.drop(*_PLACES)


def _gone(before: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return earlier orders strictly inside the new file's days that the new file lacks."""
    first, last = new["ordered_on"].min(), new["ordered_on"].max()
    inside = before.filter(pl.col("ordered_on") > first, pl.col("ordered_on") < last)
    return inside.join(new.select("order_key"), on="order_key", how="anti", maintain_order="left")


def _gone_findings(gone: pl.DataFrame) -> pl.DataFrame:
    detail = pl.format("order {} of {} stood in file {}", "order_number", pl.col("ordered_on").cast(pl.String), "file")
    return findings_from(gone, "order-gone", amount_minor=pl.col("total_minor"), detail=detail)


def _back_findings(changed: pl.DataFrame) -> pl.DataFrame:
    """Return findings for orders whose payment went back in time."""
    states = pl.concat_str(
        [pl.col("payment_state_before").cast(pl.String), pl.lit(">"), pl.col("payment_state").cast(pl.String)]
    )
    back = changed.filter(states.is_in([f"{a}>{b}" for a, b in _BACK]), pl.col("order_state") != "cancelled")
    words = pl.format(
        "it was {}, the newer file says {}",
        pl.col("payment_state_before").cast(pl.String),
        pl.col("payment_state").cast(pl.String),
    )
    return findings_from(back, "order-went-back", amount_minor=pl.col("total_minor"), detail=words, file=None, row=None)

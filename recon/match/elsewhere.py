"""Documents that somebody else has posted already: which of the planned ones stand in the ledger, why we think so, how surely.

Shops' own integrations post orders every night, under our order's number, with it in the reference, or under numbers of the
ledger's own. What is recognised here is never sent before a person has said what it is; so a doubt costs a question, and a
miss would cost a second document.

Three ways, in this order, each document and each entry of the ledger used once:

1. *number*: the entry's number is the document's or the order's number;
2. *reference*: the entry's reference is that number, or its reference or remark holds it as a word of its own;
3. *amount*: the same total within a few days, and nothing else on either side that it could be.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.match.keys import fold_distinct

SURETIES: Final = ("certain", "likely", "differs", "several", "possible")
"""*certain*: number or reference, kind and amount. *likely*: the same of another kind, or a month away. *differs*: our number
with another amount. *several*: more than one entry has the number. *possible*: only amount and date speak for it."""
Surety = pl.Enum(SURETIES)
WAYS: Final = ("number", "reference", "word", "amount")
Way = pl.Enum(WAYS)

LEDGER_ENTRIES: Final = pl.Schema({
    "entry_no": pl.UInt32(),            # position in what was read of the ledger
    "kind": pl.String(),
    "ledger_id": pl.String(),
    "number": pl.String(),
    "reference": pl.String(),           # "" where the ledger shows none
    "remark": pl.String(),              # "" where the ledger shows none
    "issued_on": pl.Date(),             # null: not stated
    "total_minor": pl.Int64(),          # null: not stated
    "vat_minor": pl.Int64(),            # null: not stated
    "remain_minor": pl.Int64(),         # still to be paid; null: not stated
    "contact_code": pl.String(),        # "" where the ledger shows none
    "is_void": pl.Boolean(),
})  # fmt: skip
"""Documents as a ledger lists them; entries of our own are left out before they come here."""

RECOGNISED: Final = pl.Schema({
    "document_key": pl.String(),
    "order_key": pl.String(),
    "entry_no": pl.UInt32(),
    "way": Way,
    "surety": Surety,
    "days_apart": pl.Int32(),           # entry less document; null: the ledger states no day
    "difference_minor": pl.Int64(),     # entry less document; null: the ledger states no total
    "entries": pl.UInt32(),             # how many entries it could be
})  # fmt: skip

NEAR_DAYS: Final = 3
"""An entry that only amount and day speak for lies at most so many days away."""
SAME_MONTH_DAYS: Final = 31
"""An entry of our number further away than this may be another one's."""
_WORD: Final = r"[\p{L}\p{M}\p{N}#][\p{L}\p{M}\p{N}#/_.\-]*"
_WORD_LENGTH_MIN: Final = 5
"""A shorter number inside a longer reference may be anything: a house number, a quantity."""


def recognise(documents: pl.DataFrame, entries: pl.DataFrame, *, near_days: int = NEAR_DAYS) -> pl.DataFrame:
    """Return the planned documents that seem to stand in the ledger already, as RECOGNISED, in the order of the documents.

    Args:
        documents: DOCUMENTS that could stand there: invoices, receipts, credit notes.
        entries: LEDGER_ENTRIES.
        near_days: For the third way.
    """
    ours = documents.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("at"),
        "document_key", "order_key", pl.col("kind").cast(pl.String), "issued_on", "total_minor",
        _folded(documents["number"]).alias("number_key"), _folded(documents["order_number"]).alias("order_number_key"),
    )  # fmt: skip
    theirs = entries.filter(~pl.col("is_void")).with_columns(
        _folded(entries.filter(~pl.col("is_void"))[name]).alias(f"{name}_key") for name in ("number", "reference")
    )
    pairs = _pairs_by_name(ours, theirs)
    named = _chosen(pairs, ours, theirs)
    left = ours.join(named, on="at", how="anti", maintain_order="left")
    free = theirs.join(pairs, on="entry_no", how="anti", maintain_order="left")
    alike = _by_amount(left, free, near_days)
    found = pl.concat([named, alike]).sort("at")
    return _judged(ours, theirs, found)


def _folded(values: pl.Series) -> pl.Series:
    """Return the keys of texts, each distinct one folded once; empty ones become null, so that they match nothing."""
    texts = values.alias("text")
    distinct = texts.unique().drop_nulls()
    keys = pl.DataFrame([distinct, fold_distinct(distinct).alias("key")]).filter(pl.col("key") != "")
    return texts.to_frame().join(keys, on="text", how="left", maintain_order="left")["key"]


def _pairs_by_name(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Return at, entry_no and way wherever an entry has the number of a document or of its order."""
    names = pl.concat(
        [
            ours.select("at", pl.col("number_key").alias("name")),
            ours.select("at", pl.col("order_number_key").alias("name")),
        ]
    ).drop_nulls("name").unique()  # fmt: skip
    words = (
        theirs.select("entry_no", pl.format("{} {}", "reference", "remark").str.extract_all(_WORD).alias("name"))
        .explode("name", empty_as_null=True)
        .filter(pl.col("name").str.len_chars() >= _WORD_LENGTH_MIN)
    )
    words = words.with_columns(_folded(words["name"]).alias("name"))
    signs = pl.concat(
        [
            theirs.select("entry_no", pl.col("number_key").alias("name"), pl.lit("number", Way).alias("way")),
            theirs.select("entry_no", pl.col("reference_key").alias("name"), pl.lit("reference", Way).alias("way")),
            words.select("entry_no", "name", pl.lit("word", Way).alias("way")),
        ]
    ).drop_nulls("name")
    return names.join(signs, on="name").group_by("at", "entry_no").agg(pl.col("way").min())


def _chosen(pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Return the best entry of each document.

    An order can have a receipt and a credit note under one order number: the kind decides first, then the amount, the way, the day.
    """
    facts = (
        pairs.join(ours.select("at", "kind", "issued_on", "total_minor"), on="at")
        .join(
            theirs.select(
                "entry_no",
                pl.col("kind").alias("their_kind"),
                pl.col("issued_on").alias("their_day"),
                pl.col("total_minor").alias("their_total"),
            ),
            on="entry_no",
        )
        .with_columns(
            (pl.col("kind") != pl.col("their_kind")).alias("other_kind"),
            (pl.col("total_minor") != pl.col("their_total")).fill_null(value=True).alias("other_total"),
            (pl.col("their_day") - pl.col("issued_on")).dt.total_days().abs().fill_null(9999).alias("apart"),
        )
    )
    order = ["other_kind", "other_total", "way", "apart", "entry_no"]
    counted = facts.with_columns(
        (pl.col("entry_no").filter(~pl.col("other_kind")).len().over("at")).cast(pl.UInt32).alias("entries")
    )
    best = counted.sort("at", *order).group_by("at", maintain_order=True).first()
    own = best.filter(~pl.col("other_kind"))["entry_no"]
    lent = pl.col("other_kind") & pl.col("entry_no").is_in(own.implode())  # the entry is another document's own
    return best.filter(~lent).select("at", "entry_no", "way", pl.max_horizontal("entries", pl.lit(1, pl.UInt32)))


def _by_amount(ours: pl.DataFrame, theirs: pl.DataFrame, near_days: int) -> pl.DataFrame:
    """Return what only amount and day speak for, where nothing else on either side comes into question."""
    ours = ours.select("at", "kind", "total_minor", pl.col("issued_on").alias("day")).drop_nulls()
    theirs = theirs.select("entry_no", "kind", "total_minor", pl.col("issued_on").alias("day")).drop_nulls()
    near = _nearest(ours, theirs, near_days).drop_nulls("entry_no")
    alone_here = _count_near(near.select("kind", "total_minor", "day"), theirs, near_days) == 1
    from_there = near.select("kind", "total_minor", pl.col("their_day").alias("day"))
    alone_there = _count_near(from_there, ours, near_days) == 1
    return near.filter(alone_here & alone_there).select(
        "at", "entry_no", pl.lit("amount", Way).alias("way"), pl.lit(1, pl.UInt32).alias("entries")
    )


_SAME: Final = ["kind", "total_minor"]


def _nearest(ours: pl.DataFrame, theirs: pl.DataFrame, near_days: int) -> pl.DataFrame:
    """Return each of ours with the nearest entry of the same kind and total; null where none is near."""
    there = theirs.with_columns(pl.col("day").alias("their_day")).sort("day")
    return ours.sort("day").join_asof(
        there, on="day", by=_SAME, strategy="nearest", tolerance=f"{near_days}d", check_sortedness=False
    )


def _count_near(asked: pl.DataFrame, there: pl.DataFrame, near_days: int) -> pl.Series:
    """Return how many rows of the same kind and total lie near each day asked for, in the order asked."""
    running = (
        there.sort("day")
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(_SAME).alias("so_far"))
        .select(*_SAME, "day", "so_far")
    )
    numbered = asked.with_row_index("_at")
    counts = []
    for shift in (near_days, -near_days - 1):
        until = numbered.with_columns(pl.col("day").dt.offset_by(f"{shift}d")).sort("day")
        joined = until.join_asof(running, on="day", by=_SAME, strategy="backward", check_sortedness=False)
        counts.append(joined.sort("_at")["so_far"].fill_null(0))
    return counts[0] - counts[1]


def _judged(ours: pl.DataFrame, theirs: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Say how sure each recognition is."""
    there = theirs.select(
        "entry_no",
        pl.col("kind").alias("their_kind"),
        pl.col("issued_on").alias("their_day"),
        pl.col("total_minor").alias("their_total"),
    )
    facts = found.join(ours, on="at", how="left", maintain_order="left").join(
        there, on="entry_no", how="left", maintain_order="left"
    )
    days = (pl.col("their_day") - pl.col("issued_on")).dt.total_days().cast(pl.Int32)
    difference = pl.col("their_total") - pl.col("total_minor")
    shared = pl.len().over("entry_no") > 1
    surety = (
        pl.when(pl.col("way") == "amount").then(pl.lit("possible"))
        .when((pl.col("entries") > 1) | shared).then(pl.lit("several"))
        .when(difference.fill_null(1) != 0).then(pl.lit("differs"))
        .when((pl.col("kind") != pl.col("their_kind")) | (days.abs().fill_null(9999) > SAME_MONTH_DAYS)).then(pl.lit("likely"))
        .otherwise(pl.lit("certain"))
    )  # fmt: skip
    return facts.select(
        "document_key", "order_key", "entry_no", "way", surety.cast(Surety).alias("surety"),
        days.alias("days_apart"), difference.alias("difference_minor"), pl.col("entries").cast(pl.UInt32),
    ).cast(RECOGNISED)  # fmt: skip

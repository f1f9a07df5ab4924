"""What others posted, for reading: each planned document with the ledger's entry that seems to be it, and what speaks for it.

Where somebody else posts everything it is the whole comparison: with what is missing there and what nobody here knows of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from recon.domain.document import PAYMENT_KINDS
from recon.match.elsewhere import SURETIES
from recon.match.keys import fold_column
from recon.match.tills import SETTLEMENT
from recon.match.work_filter import matching_rows
from recon.money import plain
from recon.service.ledger_entries import Entries

STATES: Final = ("equal", "differs", "missing", "stranger")
"""*equal*: stands there as planned. *differs*: something else stands there. *missing*: planned, and not there. *stranger*:
stands there, and nobody planned it."""

OTHERS_TABLE: Final = pl.Schema({
    "key": pl.String(),                 # names the row
    "state": pl.String(),               # how sure it is; where somebody else posts everything, `compared`
    "compared": pl.Enum(STATES),
    "surety": pl.String(),              # null: nothing was recognised (missing, stranger)
    "way": pl.String(),                 # null: likewise
    "order_key": pl.String(),           # null: stranger
    "document_key": pl.String(),        # null: stranger
    "order_number": pl.String(),        # "" for strangers
    "kind": pl.String(),                # the entry's for strangers
    "issued_on": pl.Date(),             # null: stranger
    "total_minor": pl.Int64(),          # null: stranger
    "vat_minor": pl.Int64(),            # null: stranger
    "their_kind": pl.String(),          # null: missing, as are all of the entry's
    "their_number": pl.String(),
    "ledger_id": pl.String(),
    "reference": pl.String(),
    "their_day": pl.Date(),             # null also: not stated
    "their_minor": pl.Int64(),          # null also: not stated
    "their_vat_minor": pl.Int64(),      # null also: not stated
    "difference_minor": pl.Int64(),     # entry less document
    "days_apart": pl.Int32(),           # entry less document
    "differs_in": pl.List(pl.String()), # kind, amount, vat, day, several; of settlements account, account-amount, vat-code, department, project, no-number; empty: nothing
    "detail": pl.String(),
    "amount_minor": pl.Int64(),         # the document's, else the entry's; null: not stated
    "search": pl.String(),              # folded: numbers and reference
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedLine:
    """A planned document and the ledger's entry that seems to be it."""

    order_number: str
    order_key: str
    document_key: str
    kind: str
    issued_on: str
    total: str
    way: str
    surety: str
    entry_kind: str
    entry_number: str
    entry_id: str
    entry_reference: str
    entry_day: str | None
    entry_total: str | None
    difference: str | None
    days_apart: int | None
    words: str
    differs_in: tuple[str, ...] = ()
    """kind, amount, vat, day, several; of settlements account, account-amount, vat-code, department, project, no-number; empty: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneSided:
    """A document that stands on one side only."""

    side: str
    """missing (planned, not in the ledger) or stranger (in the ledger, not planned)."""
    order_number: str
    kind: str
    day: str | None
    total: str | None
    entry_number: str
    entry_reference: str
    words: str = ""
    """What it is, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersReport:
    """What others posted, as the ledger showed it last."""

    connection: str
    writers: str
    read_at: str
    since: str
    until: str
    entries: int
    """Documents of the ledger that recon did not post."""
    by_surety: dict[str, int]
    lines: tuple[RecognisedLine, ...]
    compared: dict[str, int]
    """Documents by equal, differs, missing, stranger."""
    one_sided: tuple[OneSided, ...] = ()
    """What stands on one side only; listed where somebody else posts everything."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.others/1."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OthersTable:
    """The same as rows to filter and mark."""

    connection: str
    company: str
    """Whose books they are, as the ledger names the company."""
    currency: str
    writers: str
    read_at: str
    """Empty: the ledger was not read yet."""
    since: str
    until: str
    entries: int
    frame: pl.DataFrame
    """OTHERS_TABLE: what is recognised, the surest first; with `missing` and `stranger` where somebody else posts everything."""
    undo_count: int = 0
    """Of how many orders the last word that they are other sales can be taken back."""

    def filter(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the positions of the rows that pass a filter, and what of it was not understood."""
        states = {name: (name,) for name in (*SURETIES, *STATES) if name in set(self.frame["state"].unique())}
        return matching_rows(self.frame, text, states=states, amount="amount_minor", currency=self.currency)


def others_table(
    documents: pl.DataFrame, found: pl.DataFrame, entries: Entries, *, whole: bool, seconds: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return OTHERS_TABLE.

    Args:
        documents: DOCUMENTS that could stand in the ledger.
        found: RECOGNISED with the entries' columns, as `recon.service.elsewhere.recognised` returns it.
        entries: What was read.
        whole: With what stands on one side only.
        seconds: entry_no and order_number of entries that name a settlement, the chosen ones among them.
    """
    ours = documents.select(
        "document_key", "order_number", pl.col("kind").cast(pl.String), "issued_on", "total_minor", "vat_minor"
    )
    theirs = entries.frame.select("entry_no", pl.col("vat_minor").alias("their_vat_minor"))
    both = (
        found.with_columns(pl.col("surety", "way").cast(pl.String))
        .join(ours, on="document_key", how="left", maintain_order="left")
        .join(theirs, on="entry_no", how="left", maintain_order="left")
    )
    surest = pl.col("surety").replace_strict({name: place for place, name in enumerate(SURETIES)})
    differs = _differs_in()
    equal = pl.col("differs_in").list.len() == 0
    parts = [
        both.with_columns(differs_in=differs)
        .with_columns(compared=pl.when(equal).then(pl.lit("equal")).otherwise(pl.lit("differs")))
        .sort(surest, maintain_order=True)
    ]  # fmt: skip
    if whole:
        parts += [_missing(ours, found), _strangers(entries.frame, found, seconds)]
    rows = pl.concat([_as_rows(part) for part in parts])
    spoken = pl.concat_str(["order_number", "their_number", "reference"], separator=" ", ignore_nulls=True)
    return rows.with_columns(
        pl.coalesce("document_key", pl.format("{}:{}:{}", "ledger_id", "their_kind", "their_number")).alias("key"),
        (pl.col("compared").cast(pl.String) if whole else pl.col("surety")).alias("state"),
        pl.coalesce("total_minor", "their_minor").alias("amount_minor"),
        fold_column(rows.select(spoken).to_series()).alias("search"),
    )


def _differs_in() -> pl.Expr:
    """Return what is not the same on both sides; what the ledger's list does not state is not compared."""
    several = pl.col("surety") == "several"
    parts = {
        "several": several,
        "kind": pl.col("kind") != pl.col("their_kind"),
        "amount": pl.col("difference_minor") != 0,
        "vat": pl.col("vat_minor") != pl.col("their_vat_minor"),
        "day": pl.col("days_apart") != 0,
        "no-number": (pl.col("their_kind") == SETTLEMENT) & (pl.col("way") == "amount"),
        **{
            name: pl.col("fields").list.contains(name)
            for name in ("account", "account-amount", "vat-code", "department", "project")
        },
    }
    said = [pl.when(test.fill_null(value=False)).then(pl.lit(name)) for name, test in parts.items()]
    return pl.concat_list(said).list.drop_nulls()


def _missing(ours: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    return ours.join(found, on="document_key", how="anti", maintain_order="left").with_columns(
        compared=pl.lit("missing"), detail=pl.lit("planned, and not in the ledger")
    )


def _strangers(entries: pl.DataFrame, found: pl.DataFrame, seconds: pl.DataFrame | None) -> pl.DataFrame:
    left = entries.filter(~pl.col("is_void"), ~pl.col("kind").is_in(PAYMENT_KINDS)).join(
        found, on="entry_no", how="anti", maintain_order="left"
    )
    none = pl.DataFrame(schema={"entry_no": pl.UInt32, "order_number": pl.String})
    named = left.join(
        (none if seconds is None else seconds).rename({"order_number": "_of"}),
        on="entry_no",
        how="left",
        maintain_order="left",
    )
    again = pl.format("in the ledger, and seems to be {} a second time", "_of")
    detail = pl.when(pl.col("_of").is_null()).then(pl.lit("in the ledger, and nobody here planned it")).otherwise(again)
    return named.select(
        "kind", "ledger_id", "reference", pl.col("kind").alias("their_kind"), pl.col("number").alias("their_number"),
        pl.col("remark").alias("their_text"),
        pl.col("issued_on").alias("their_day"), pl.col("total_minor").alias("their_minor"),
        pl.col("vat_minor").alias("their_vat_minor"), pl.lit("").alias("order_number"), pl.lit("stranger").alias("compared"),
        detail.alias("detail"),
    )  # fmt: skip


def _as_rows(part: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of OTHERS_TABLE; what a part does not have is null, no difference is an empty list.

    A voucher that has no number yet is shown by its text.
    """
    if "their_text" in part.columns:
        unnumbered = pl.col("their_number") == ""
        part = part.with_columns(pl.when(unnumbered).then("their_text").otherwise("their_number").alias("their_number"))
    made = part.select(
        (pl.col(name) if name in part.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in OTHERS_TABLE.items()
    )
    return made.with_columns(pl.col("differs_in").fill_null(pl.lit([], pl.List(pl.String))))


def others_report(table: OthersTable) -> OthersReport:
    """Return the same for a command and for JSON."""
    frame = table.frame
    both = frame.filter(pl.col("surety").is_not_null())
    counts = dict(both.group_by("surety").len().sort("surety").iter_rows())
    compared = dict(frame.group_by(pl.col("compared").cast(pl.String)).len().iter_rows())
    single = frame.filter(pl.col("surety").is_null())
    return OthersReport(
        connection=table.connection, writers=table.writers, read_at=table.read_at, since=table.since, until=table.until,
        entries=table.entries, by_surety=counts, lines=tuple(_line(row) for row in both.iter_rows(named=True)),
        compared={state: compared[state] for state in STATES if state in compared},
        one_sided=tuple(_one_sided(row) for row in single.iter_rows(named=True)),
    )  # fmt: skip


def _line(row: dict[str, Any]) -> RecognisedLine:
    return RecognisedLine(
        order_number=row["order_number"], order_key=row["order_key"], document_key=row["document_key"], kind=row["kind"],
        issued_on=row["issued_on"].isoformat(), total=plain(row["total_minor"]), way=row["way"], surety=row["surety"],
        entry_kind=row["their_kind"], entry_number=row["their_number"], entry_id=row["ledger_id"],
        entry_reference=row["reference"], entry_day=_day(row["their_day"]), entry_total=_sum(row["their_minor"]),
        difference=_sum(row["difference_minor"]), days_apart=None if row["days_apart"] is None else abs(row["days_apart"]),
        words=row["detail"], differs_in=tuple(row["differs_in"]),
    )  # fmt: skip


def _one_sided(row: dict[str, Any]) -> OneSided:
    missing = row["compared"] == "missing"
    return OneSided(
        side=row["compared"], order_number=row["order_number"], kind=row["kind"],
        day=_day(row["issued_on"] if missing else row["their_day"]),
        total=_sum(row["total_minor"] if missing else row["their_minor"]), entry_number=row["their_number"] or "",
        entry_reference=row["reference"] or "", words=row["detail"] or "",
    )  # fmt: skip


def _day(value: dt.date | None) -> str | None:
    return None if value is None else value.isoformat()


def _sum(minor: int | None) -> str | None:
    return None if minor is None else plain(minor)


def grouped(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row per state and way of OTHERS_TABLE, with how many there are and what they add up to."""
    sums = [pl.col(name).cast(pl.Int128).sum().cast(pl.Int64) for name in ("amount_minor", "difference_minor")]
    groups = frame.group_by("state", "way", maintain_order=True).agg(pl.len().alias("documents"), *sums)
    return groups.with_columns(_group_key().alias("key"), pl.lit("").alias("search"))


def members(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return the rows of OTHERS_TABLE in some of these groups, by key."""
    return frame.filter(_group_key().is_in(list(keys)))


def _group_key() -> pl.Expr:
    return pl.format("{}/{}", "state", pl.col("way").fill_null("-"))

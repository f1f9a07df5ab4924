"""What the ledger listed when a batch was verified, kept so that status and workbook can show the ledger's own word later."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.parquet import read_facts, read_frame, write_frames
from recon.plan.columns import BOOKS_EFFECT
from recon.service.context import Context
from recon.store.moments import moment, stamp
from recon.targets.base import LedgerDocument
from recon.verify import BY_NUMBER

LISTED: Final = pl.Schema({
    "kind": pl.String(),
    "ledger_id": pl.String(),
    "number": pl.String(),
    "issued_on": pl.Date(),             # null: not stated
    "total_minor": pl.Int64(),          # null: not stated
    "vat_minor": pl.Int64(),            # null: not stated
    "is_void": pl.Boolean(),
})  # fmt: skip

SAID: Final = pl.Schema({
    "document_key": pl.String(),
    "said_minor": pl.Int64(),           # what the ledger's list adds under its number; 0: not listed, or void
})  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One look at the ledger's list of a period."""

    listed: pl.DataFrame
    """LISTED; documents of others among them."""
    said: pl.DataFrame
    """SAID, of every document of ours that the ledger had confirmed and that belongs to the period; a void shows on the
    document it voids, so it is read with that one only."""
    read_at: dt.datetime
    since: dt.date
    until: dt.date


class Listing:
    """Takes the ledger's documents one by one, and keeps of each only what a proof needs."""

    def __init__(self) -> None:
        self._rows: list[tuple[object, ...]] = []

    def note(self, held: LedgerDocument) -> None:
        """Take one document of the list."""
        self._rows.append(
            (held.kind, held.ledger_id, held.number, held.issued_on, held.total_minor, held.vat_minor, held.is_void)
        )

    def frame(self) -> pl.DataFrame:
        """Return LISTED."""
        return pl.DataFrame(self._rows, schema=LISTED, orient="row")


def make_reading(
    listed: pl.DataFrame, posted: pl.DataFrame, *, read_at: dt.datetime, since: dt.date, until: dt.date
) -> Reading:
    """Hold the ledger's list against POSTED."""
    ours = posted.filter(~pl.col("pending"))
    kind = pl.col("kind").cast(pl.String)
    numbered = ours.filter(kind.is_in(BY_NUMBER), pl.col("issued_on").is_between(since, until))
    live = listed.filter(~pl.col("is_void"))
    there = live.group_by("kind", "number").agg(
        pl.col("total_minor").is_null().any().alias("_unstated"), BOOKS_EFFECT.sum().alias("said_minor")
    )
    said = numbered.select("document_key", kind, "number").join(there, on=["kind", "number"], how="left")
    said = said.filter(~pl.col("_unstated").fill_null(value=False))
    said = said.select("document_key", pl.col("said_minor").fill_null(0).cast(pl.Int64))
    voids = ours.filter(kind == "void").join(said, left_on="applies_to_key", right_on="document_key", how="semi")
    voids = voids.select("document_key", pl.lit(0, dtype=pl.Int64).alias("said_minor"))
    return Reading(listed, pl.concat([said, voids]).cast(SAID), read_at, since, until)


def keep_reading(context: Context, name: str, batch_id: str, reading: Reading) -> None:
    """Keep a look at the ledger; the newest of a batch takes the place of the one before."""
    facts = {"read_at": stamp(reading.read_at), "since": reading.since.isoformat(), "until": reading.until.isoformat()}
    folder = context.workspace.frames / "proof" / name / batch_id
    write_frames(folder, {"listed": reading.listed, "said": reading.said}, facts, replace=True)


def kept_reading(context: Context, name: str, batch_id: str) -> Reading | None:
    """Return the newest look at the ledger because of a batch; None: it was never verified."""
    folder = context.workspace.frames / "proof" / name / batch_id
    if not folder.is_dir():
        return None
    facts = read_facts(folder)
    since, until = (dt.date.fromisoformat(facts[key]) for key in ("since", "until"))
    listed = read_frame(folder, "listed")
    if "vat_minor" not in listed.columns:  # kept before VAT was thought of
        listed = listed.with_columns(pl.lit(None, dtype=pl.Int64).alias("vat_minor"))
    return Reading(listed.select(LISTED.names()), read_frame(folder, "said"), moment(facts["read_at"]), since, until)


def readings(context: Context, name: str) -> tuple[Reading, ...]:
    """Return the newest look for each batch of a connection, oldest first."""
    kept = (kept_reading(context, name, batch.batch_id) for batch in context.store.batches.all(name))
    return tuple(sorted((one for one in kept if one is not None), key=lambda one: one.read_at))


def said_by_order(looks: tuple[Reading, ...], sent: pl.DataFrame) -> pl.DataFrame | None:
    """Return order_key and said_minor of the orders whose documents in the ledger were all read back; None: none was.

    ``sent``: POSTED. Money that was only moved stands on its document and needs no reading.
    """
    if not looks:
        return None
    newest = pl.concat([one.said for one in looks]).unique("document_key", keep="last", maintain_order=True)
    kind = pl.col("kind").cast(pl.String)
    needed = sent.filter(~pl.col("pending"), kind.is_in([*BY_NUMBER, "void"])).select("order_key", "document_key")
    found = needed.join(newest, on="document_key", how="left")
    return found.group_by("order_key").agg(
        pl.when(pl.col("said_minor").is_not_null().all()).then(pl.col("said_minor").sum()).alias("said_minor")
    )


def strangers(looks: tuple[Reading, ...], posted: pl.DataFrame) -> pl.DataFrame:
    """Return what the ledger listed and recon has no confirmation of: LISTED and ``owner`` (in words), newest look first.

    ``posted``: POSTED; documents that were approved and not confirmed yet may be among the result.
    """
    nothing = pl.DataFrame(schema={**LISTED, "owner": pl.String()})
    own = posted.filter(~pl.col("pending")).select(pl.col("number").str.to_lowercase().alias("_key")).drop_nulls()
    parts = [nothing]
    seen = pl.lit(value=False)
    for one in reversed(looks):  # what a newer look at the same days does not show any more is gone
        others = one.listed.filter(~seen.fill_null(value=False), pl.col("number") != "")
        seen = seen | pl.col("issued_on").is_between(one.since, one.until)
        others = others.join(own, left_on=pl.col("number").str.to_lowercase(), right_on="_key", how="anti")
        day = pl.col("issued_on").dt.to_string("%Y-%m-%d").fill_null("no day")
        day_listed = pl.lit(one.read_at.date().isoformat())
        words = pl.format("{} {} of {}, as listed on {}", "kind", "number", day, day_listed)
        parts.append(others.with_columns(words.alias("owner")).select(nothing.columns))
    return pl.concat(parts).unique("number", keep="first", maintain_order=True)

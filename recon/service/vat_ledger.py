"""Documents of a month where the ledger is known to have another sum than recon's: from its own lists, read at a verify or an adoption.

What was never read back is not guessed at: it is counted as not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from recon.domain.document import PURCHASE_KINDS
from recon.frames.parquet import read_frame, write_frames
from recon.proof.vat_month import POSTED_STATES, Month, total
from recon.service.context import Context
from recon.service.ledger_entries import Entries
from recon.service.ledger_reading import Reading, readings
from recon.store.moments import stamp
from recon.summaries.vat import VatCheck
from recon.verify import NUMBERED, STANDING

SAYS: Final = pl.Schema({
    "document_key": pl.String(),
    "ledger_minor": pl.Int64(),         # positive, whatever the kind; 0: not there, or void
    "ledger_vat_minor": pl.Int64(),     # null: the ledger did not state it
    "read_at": pl.String(),
})  # fmt: skip

READ_BACK: Final = pl.Schema({
    "block": pl.String(),               # sales or purchases
    "issued_on": pl.Date(),
    "number": pl.String(),
    "kind": pl.String(),
    "total_minor": pl.Int64(),          # ours; negative where something is taken back, like the ledger's
    "ledger_minor": pl.Int64(),
    "difference_minor": pl.Int64(),     # the ledger's less ours
    "vat_minor": pl.Int64(),
    "ledger_vat_minor": pl.Int64(),     # null: not stated
    "vat_difference_minor": pl.Int64(),
    "connection": pl.String(),
    "batch_id": pl.String(),
    "read_at": pl.String(),
    "document_key": pl.String(),
})  # fmt: skip
"""Documents of a month that were read back."""


def keep_adopted(context: Context, name: str, batch_id: str, pairs: pl.DataFrame, entries: Entries) -> None:
    """Keep what the ledger held of documents when they were adopted.

    Args:
        context: The open workspace.
        name: The connection.
        batch_id: The batch they were adopted with.
        pairs: kind, document_key and entry_no of each.
        entries: What was read of the ledger.
    """
    read_at = stamp(entries.read_at)
    held = entries.frame.filter(pl.col("total_minor").is_not_null()).select(
        "entry_no", pl.col("total_minor").alias("ledger_minor"), pl.col("vat_minor").alias("ledger_vat_minor")
    )
    says = pairs.filter(pl.col("kind").is_in(STANDING)).join(held, on="entry_no", how="inner")
    says = says.with_columns(pl.lit(read_at).alias("read_at")).select(SAYS.names()).cast(SAYS)
    write_frames(_adopted_folder(context, name) / batch_id, {"says": says}, {"read_at": read_at}, replace=True)


def _adopted_folder(context: Context, name: str) -> Path:
    return context.workspace.frames / "adopted" / name


def read_back(context: Context, names: Sequence[str], filed: pl.DataFrame, month: Month) -> pl.DataFrame:
    """Return READ_BACK of a month, the newest word of the ledger about each document.

    Args:
        context: The open workspace.
        names: The connections.
        filed: FILED of them.
        month: Which one.
    """
    posted = filed.filter(pl.col("state").is_in(POSTED_STATES))
    voided = posted.filter(pl.col("kind") == "void").select(pl.col("applies_to_key").alias("document_key")).drop_nulls()
    mine = posted.filter(pl.col("kind").is_in(STANDING), pl.col("issued_on").is_between(month.first, month.last))
    said = [pl.DataFrame(schema=SAYS), *(part for name in names for part in _words(context, name, mine))]
    newest = (
        pl.concat(said).sort("read_at", maintain_order=True).unique("document_key", keep="last", maintain_order=True)
    )
    found = mine.join(newest, on="document_key", how="inner", maintain_order="left")
    gone = pl.col("document_key").is_in(voided["document_key"].implode())
    sign = pl.when(pl.col("kind").is_in(["credit_note", "supplier_credit"])).then(-1).otherwise(1).cast(pl.Int64)
    signed = found.with_columns(
        pl.when(pl.col("kind").is_in(PURCHASE_KINDS)).then(pl.lit("purchases")).otherwise(pl.lit("sales")).alias("block"),
        *(pl.when(gone).then(0).otherwise(pl.col(name) * sign).alias(name) for name in ("total_minor", "vat_minor")),
        *(pl.col(name) * sign for name in ("ledger_minor", "ledger_vat_minor")),
    ).with_columns(
        (pl.col("ledger_minor") - pl.col("total_minor")).alias("difference_minor"),
        (pl.col("ledger_vat_minor") - pl.col("vat_minor")).alias("vat_difference_minor"),
    )  # fmt: skip
    return signed.select(READ_BACK.names()).cast(READ_BACK).sort("block", "issued_on", "number", descending=[True, False, False])  # fmt: skip


def differing(rows: pl.DataFrame) -> pl.DataFrame:
    """Return those of READ_BACK of which the ledger has another total or another VAT."""
    other = (pl.col("difference_minor") != 0) | (pl.col("vat_difference_minor") != 0).fill_null(value=False)
    return rows.filter(other)


def ledger_checks(rows: pl.DataFrame, filed: pl.DataFrame, month: Month) -> Iterator[VatCheck]:
    """Yield a check of totals and one of VAT, of sales and of purchases apart."""
    bought = pl.col("kind").is_in(PURCHASE_KINDS)
    during = filed.filter(
        pl.col("state").is_in(POSTED_STATES), pl.col("kind").is_in(STANDING), pl.col("issued_on").is_between(month.first, month.last)
    )  # fmt: skip
    for block, mine in (("sales", during.filter(~bought)), ("purchases", during.filter(bought))):
        here = rows.filter(pl.col("block") == block)
        if here.is_empty():
            continue
        unlike = here.filter(pl.col("difference_minor") != 0).height
        stated = here.filter(pl.col("ledger_vat_minor").is_not_null())
        unlike_vat = stated.filter(pl.col("vat_difference_minor") != 0).height
        yield VatCheck(
            name=f"Documents of {block} the ledger was read for ({here.height:,} of {mine.height:,}): with another sum there {unlike:,}",
            listed_minor=total(here, "total_minor"), other_minor=total(here, "ledger_minor"), unlike=unlike,
            proves="The ledger's own list has the totals recon posted or took as posted. What was not read back is not compared: `recon verify BATCH`.",
        )  # fmt: skip
        if stated.is_empty():
            continue
        yield VatCheck(
            name=f"VAT of documents of {block} the ledger stated it for ({stated.height:,} of {mine.height:,}): with other VAT there {unlike_vat:,}",
            listed_minor=total(stated, "vat_minor"), other_minor=total(stated, "ledger_vat_minor"), unlike=unlike_vat,
            proves="The ledger's own list has the VAT of the figures above. Where it differs, what the ledger holds is what is filed: see the sheet Ledger differs.",
        )  # fmt: skip


def unread(rows: pl.DataFrame, filed: pl.DataFrame, month: Month) -> int:
    """Return how many documents of the month the ledger was never read for."""
    during = pl.col("issued_on").is_between(month.first, month.last)
    mine = filed.filter(pl.col("state").is_in(POSTED_STATES), pl.col("kind").is_in(STANDING), during)
    return mine.height - rows.height


def _words(context: Context, name: str, mine: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield SAYS of every adoption and of every look at the ledger's list."""
    folder = _adopted_folder(context, name)
    for part in sorted(folder.iterdir()) if folder.is_dir() else ():
        yield read_frame(part, "says")
    for look in readings(context, name):
        yield _of_look(look, mine)


def _of_look(look: Reading, mine: pl.DataFrame) -> pl.DataFrame:
    """Return what a look at the list says of documents.

    Sales are known by their numbers, and one that is missing there is gone. Purchases stand under what the ledger calls
    them, so only what it lists says something.
    """
    listed = look.listed.filter(~pl.col("is_void"))
    read_at = pl.lit(stamp(look.read_at)).alias("read_at")
    asked = mine.filter(pl.col("kind").is_in(NUMBERED)).join(
        look.said.select("document_key"), on="document_key", how="semi"
    )
    sold = asked.select("document_key", "kind", "number").join(
        _summed(listed, "number"), on=["kind", "number"], how="left"
    )
    gone = pl.col("ledger_minor").is_null()
    sold = sold.with_columns(pl.when(gone).then(0).otherwise(pl.col(name)).alias(name) for name in _LEDGER)
    bought = mine.filter(pl.col("kind").is_in(PURCHASE_KINDS), pl.col("ledger_id").fill_null("") != "")
    bought = bought.select("document_key", "kind", "ledger_id").join(
        _summed(listed, "ledger_id"), on=["kind", "ledger_id"]
    )
    return pl.concat(part.select("document_key", *_LEDGER, read_at) for part in (sold, bought)).cast(SAYS)


_LEDGER: Final = ("ledger_minor", "ledger_vat_minor")


def _summed(listed: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return total and VAT by kind and key where the total is stated; VAT only where all rows state it."""
    stated = listed.filter(pl.col("total_minor").is_not_null())
    whole = pl.col("vat_minor").is_not_null().all()
    return stated.group_by("kind", key).agg(
        pl.col("total_minor").sum().alias("ledger_minor"),
        pl.when(whole).then(pl.col("vat_minor").sum()).alias("ledger_vat_minor"),
    )

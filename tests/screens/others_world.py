"""What the shop's own integration seems to have posted: entries of a ledger made from a workspace's plan, every kind of surety."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import polars as pl

from recon.config.edits import with_setting
from recon.match.elsewhere import LEDGER_ENTRIES
from recon.service.adopting import _gather
from recon.service.ledger_entries import Entries, keep_entries
from recon.verify import NUMBERED
from recon.workspace import Workspace
from tests.clock import FakeClock
from tui.wiring import service_for

HOSTILE_REFERENCES: Final = (
    "[/x] 100[b]",
    "red \x1b[31m",
    "bidi \u202egnirts\u2066",
    "น้ำ" * 40,
    "株式会社 御中",
    "{n} %s",
)


def others_posted(root: Path, *, writers: str, hostile: bool = False) -> None:
    """Let the workspace say who else posts, and let its ledger list what it plans: most of it equal, some of it not."""
    workspace = Workspace(root)
    (name,) = workspace.settings().connections
    text = workspace.settings_file.read_text("utf-8")
    workspace.settings_file.write_text(with_setting(text, ("connections", name, "writers"), value=writers), "utf-8")
    with service_for(workspace, clock=FakeClock()) as service:
        context = service._context
        rules = context.settings.connections[name]
        read_at = context.clock.now()
        none = Entries(pl.DataFrame(schema=LEDGER_ENTRIES), read_at, dt.date(2026, 10, 1), dt.date(2026, 10, 31))
        documents = _gather(context, name, rules, none).planned().documents
        asked = documents.filter(pl.col("kind").cast(pl.String).is_in(NUMBERED)).sort("doc_no")
        entries = _entries(asked, HOSTILE_REFERENCES if hostile else ())
        keep_entries(context, name, Entries(entries, read_at, none.since, none.until))


def _entries(documents: pl.DataFrame, more: tuple[str, ...]) -> pl.DataFrame:
    """Return an entry for most documents: every 5th of another amount, every 7th of another day, every 11th not there."""
    no = pl.int_range(pl.len(), dtype=pl.UInt32)
    rows = documents.with_columns(no=no).filter(pl.col("no") % 11 != 10)
    made = rows.select(
        pl.col("kind").cast(pl.String),
        pl.format("id-{}", "no").alias("ledger_id"),
        pl.format("RT-202610{}", pl.col("no") + 10_001).alias("number"),
        pl.when(pl.col("no") % 13 == 12).then(pl.lit("")).otherwise("order_number").alias("reference"),
        pl.lit("ขายออนไลน์").alias("remark"),
        pl.when(pl.col("no") % 7 == 6).then(pl.col("issued_on") + pl.duration(days=40)).otherwise("issued_on").alias("issued_on"),
        (pl.col("total_minor") + pl.when(pl.col("no") % 5 == 4).then(100).otherwise(0)).alias("total_minor"),
        "vat_minor", pl.lit(0, pl.Int64).alias("remain_minor"), pl.lit("ONLINE").alias("contact_code"),
        pl.lit(value=False).alias("is_void"),
    )  # fmt: skip
    twice = made.slice(2, 1).with_columns(
        pl.lit("id-twice").alias("ledger_id"), pl.lit("RT-20261099999").alias("number")
    )
    strangers = [
        made.head(1).with_columns(
            pl.lit(f"id-s{at}").alias("ledger_id"), pl.lit(f"RT-2026108{at:04}").alias("number"),
            pl.lit(reference).alias("reference"), pl.lit(at + 777, pl.Int64).alias("total_minor"),
        )
        for at, reference in enumerate(("POS-0001", *more))
    ]  # fmt: skip
    every = pl.concat([made, twice, *strangers])
    return every.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("entry_no")).select(LEDGER_ENTRIES.names()).cast(LEDGER_ENTRIES)  # fmt: skip

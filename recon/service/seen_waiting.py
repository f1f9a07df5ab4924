"""New things of the newest plans that nobody has answered yet, for Home and `recon status`: read from the kept findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.parquet import scan_frame
from recon.money import plain
from recon.normalize.sightings import ORDER_COLUMNS, key_of
from recon.service.context import Context
from recon.service.kept_plans import latest_plan_folder
from recon.service.new_things import defined_words, seen_key

CODES: Final = ("new-thing", "first-seen")
_KINDS: Final = {column: kind for kind, column in ORDER_COLUMNS.items()} | {"sku": "sku", "column": "column"}


@dataclass(frozen=True, slots=True)
class WaitingThing:
    """One value that waits for a person's word."""

    kind: str
    value: str
    holds: bool
    orders: int
    total: str

    @property
    def words(self) -> str:
        """Return one line with what to type."""
        kind, value, amount = self.kind, self.value, self.total
        if self.holds and self.orders == 1:
            return f"new {kind} {value!r}: 1 order, {amount}, and it waits"
        if self.holds:
            return f"new {kind} {value!r}: {self.orders:,} orders, {amount}, and they wait"
        if self.orders == 1:
            return f"new {kind} {value!r}: 1 order, {amount}, shown only"
        return f"new {kind} {value!r}: {self.orders:,} orders, {amount}, shown only"


def waiting_things(context: Context, name: str) -> tuple[WaitingThing, ...]:
    """Return what is new in the newest plan of a connection, what holds orders first; none before the first plan."""
    folder = latest_plan_folder(context, name)
    if folder is None:
        return ()
    found = scan_frame(folder, "findings").filter(pl.col("code").is_in(CODES))
    grouped = (
        found.group_by("code", "column", "value", maintain_order=True)
        .agg(
            pl.col("order_key").n_unique().alias("orders"), pl.col("amount_minor").cast(pl.Int128).sum().alias("minor")
        )
        .sort(pl.col("code") == "first-seen", maintain_order=True)
        .collect()
    )
    defined = defined_words(context.settings.connections[name]) if name in context.settings.connections else frozenset()
    answered = {*context.store.mappings.current(name, "seen"), *(seen_key("status", key) for key in defined)}
    currency = context.settings.company.currency
    rows = []
    for row in grouped.iter_rows(named=True):
        kind, value = _KINDS[row["column"]], row["value"]
        if seen_key(kind, key_of(kind, value)) not in answered:
            rows.append(
                WaitingThing(kind, value, row["code"] == "new-thing", row["orders"], plain(int(row["minor"]), currency))
            )
    return tuple(rows)

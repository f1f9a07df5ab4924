"""Orders that reach one company through two connections: one of them books, the other compares, and never both.

What stands in the ledger (or in an approved batch) decides first; then `yields_to`, which a person sets; without a word of
theirs the connection whose files came first goes on, and the later one holds the order with a question.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from recon.config.connection import Connection
from recon.domain.providers import ledger_facts, source_facts
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, gather
from recon.frames.schemas import ELSEWHERE, LEFT_OUT
from recon.match.same_order import same_orders
from recon.money import exponent
from recon.service.context import Context
from recon.service.known import current_frames


@dataclass(frozen=True, slots=True)
class Shared:
    """What other connections of the company say about a connection's orders."""

    held: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LEFT_OUT))
    """Orders nobody has decided about: the other source had them first."""
    elsewhere: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ELSEWHERE))
    """Orders another connection books."""
    findings: pl.DataFrame = field(default_factory=lambda: gather([]))


def shared_orders(context: Context, name: str, rules: Connection, orders: pl.DataFrame, posted: pl.DataFrame) -> Shared:
    """Return which orders of a connection other connections of the same books have too, and what that means here."""
    found = Shared()
    for other, other_rules in context.settings.connections.items():
        if other == name or not _same_books(rules, other_rules) or not _may_share(rules, other_rules):
            continue
        frames = current_frames(context, other, other_rules)
        if frames is None:
            continue
        same = same_orders(orders, frames.orders)
        if same.height:
            found = _joined(found, _judged(context, name, rules, other, other_rules, same, posted))
    return found


def _same_books(rules: Connection, other: Connection) -> bool:
    """Return whether two connections of a workspace write into the same books: all do, but for a sandbox."""
    return ledger_facts(rules.target).is_sandbox == ledger_facts(other.target).is_sandbox


def _may_share(rules: Connection, other: Connection) -> bool:
    """Return whether the same order can come through both: one of them is a marketplace, or both the same one."""
    market = (source_facts(rules.source).is_marketplace, source_facts(other.source).is_marketplace)
    return market[0] != market[1] or (all(market) and rules.source == other.source)


def _judged(
    context: Context,
    name: str,
    rules: Connection,
    other: str,
    other_rules: Connection,
    same: pl.DataFrame,
    posted: pl.DataFrame,
) -> Shared:
    ours = pl.col("order_key").is_in(posted["order_key"].unique().implode())
    theirs = pl.col("other_key").is_in(posted["order_key"].unique().implode())
    said = _said(context, other)
    judged = same.with_columns(ours.alias("ours"), theirs.alias("theirs"), said.alias("detail"))
    unposted = judged.filter(~pl.col("ours"))
    if other in rules.yields_to:
        elsewhere, open_ones = unposted, unposted.clear()
    else:
        elsewhere = unposted.filter("theirs")
        goes_on = name in other_rules.yields_to or _came_first(context, name, other)
        open_ones = unposted.clear() if goes_on else unposted.filter(~pl.col("theirs"))
    both = judged.filter("ours", "theirs")
    differs = judged.filter(~pl.col("agrees"), ~pl.col("ours") | pl.col("theirs"))
    apart = pl.col("other_total_minor") - pl.col("total_minor")
    return Shared(
        held=open_ones.select("order_key", pl.lit("order-in-two-sources").alias("code"), "detail").cast(LEFT_OUT),
        elsewhere=elsewhere.select("order_key", "detail").cast(ELSEWHERE),
        findings=gather([
            findings_from(differs, "sources-differ", value=pl.col("number"), amount_minor=apart, detail=pl.col("detail")),
            findings_from(both, "posted-by-both", value=pl.col("number"), amount_minor=pl.col("total_minor"), detail=pl.col("detail")),
        ]),
    )  # fmt: skip


def _said(context: Context, other: str) -> pl.Expr:
    """Return the sentence about one shared order."""
    currency = context.settings.company.currency
    places, name = exponent(currency), pl.lit(other)
    amount_ours, amount_theirs = plain_text("total_minor", places), plain_text("other_total_minor", places)
    return pl.format(
        "Connection {} has it as {} over {}; here it is {}.", name, "other_number", amount_theirs, amount_ours
    )


def _came_first(context: Context, name: str, other: str) -> bool:
    """Return whether a connection's first file was taken in before the other's."""

    def first(connection: str) -> tuple[str, int]:
        kept = [file.kept_at for file in context.store.files.all(connection)]
        return min(kept, default="9999"), list(context.settings.connections).index(connection)

    return first(name) < first(other)


def _joined(one: Shared, other: Shared) -> Shared:
    """Return both; an order that three connections have is judged once, booked elsewhere before held."""
    elsewhere = pl.concat([one.elsewhere, other.elsewhere]).unique("order_key", keep="first", maintain_order=True)
    held = pl.concat([one.held, other.held]).unique("order_key", keep="first", maintain_order=True)
    held = held.join(elsewhere, on="order_key", how="anti", maintain_order="left")
    return Shared(held, elsewhere, gather([one.findings, other.findings]))

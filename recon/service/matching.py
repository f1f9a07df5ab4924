"""Match as the service does it: a person's edits carried out, what is mapped and what is open with what it blocks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.money import plain
from recon.service.causes import causes
from recon.service.channel_table import channel_rows
from recon.service.connecting import known_catalog
from recon.service.context import Context
from recon.service.mapping_frames import channel_links, decisions, ledger_methods, ledger_products, product_links
from recon.service.match_edits import PlannedEdits
from recon.service.match_said import MatchEdits
from recon.service.new_products import link_created
from recon.service.product_table import product_frame
from recon.service.return_table import waiting_returns
from recon.service.returned import planned_frames
from recon.service.tax_table import tax_lines
from recon.service.till_counts import count_lines, count_rows
from recon.service.till_missing import missing_for_till
from recon.service.till_table import is_till, till_rows
from recon.summaries.channels import ChannelLine
from recon.summaries.match import MatchReport, ProductLine
from recon.summaries.till import TillLine

__all__ = [
    "MatchEdits", "carry_out", "channel_lines", "channel_links", "decisions", "export_mappings", "ledger_methods", "ledger_products",
    "match", "product_lines", "product_links",
]  # fmt: skip

CODE_RULE: Final = "code = SKU"
"""Reason of a link that follows from `products.sku_is_code`."""


def match(context: Context, connection: str | None, edits: MatchEdits, *, dry_run: bool) -> MatchReport:
    """Carry out edits, then report what is mapped and what is open.

    Raises:
        UsageError: An edit names something that is not there; nothing is changed then.
    """
    name, rules = context.connection(connection)
    link_created(context, name)
    frames = planned_frames(context, name, rules)
    planned = _planned(context, name, rules, frames, edits)
    if not dry_run:
        planned.write()
        rules = context.workspace.settings().connections[name]
        frames = planned_frames(context, name, rules) if edits.returns else frames
    return _report(context, name, rules, frames, planned, dry_run=dry_run)


def carry_out(context: Context, connection: str | None, edits: MatchEdits) -> tuple[str, ...]:
    """Carry out edits and return what was set, in words; raises like `match`."""
    name, rules = context.connection(connection)
    planned = _planned(context, name, rules, planned_frames(context, name, rules), edits)
    planned.write()
    return tuple(planned.words)


def _planned(
    context: Context, name: str, rules: Connection, frames: CanonicalFrames | None, edits: MatchEdits
) -> PlannedEdits:
    planned = PlannedEdits(context, name, rules, frames)
    planned.take(edits)
    return planned


def _report(
    context: Context,
    name: str,
    rules: Connection,
    frames: CanonicalFrames | None,
    planned: PlannedEdits,
    *,
    dry_run: bool,
) -> MatchReport:
    methods = ledger_methods(context, name)
    listed = tuple((row[0], row[1]) for row in methods.select("payment_method", "method_name").iter_rows())
    if frames is None:
        return MatchReport(
            connection=name, products=(), channels=(), changes=tuple(planned.words), methods=listed, dry_run=dry_run
        )
    return MatchReport(
        connection=name,
        products=product_lines(context, name, rules, frames),
        channels=channel_lines(context, name, rules, frames),
        changes=tuple(planned.words),
        causes=causes(pl.concat(planned.findings)) if planned.findings else (),
        methods=listed,
        taxes=tax_lines(context, name, rules, frames),
        sales_account=rules.accounts.sales,
        groups=till_answer(context, name, rules, frames),
        setup=missing_for_till(context, name, rules, frames) if is_till(rules) else (),
        open_returns=waiting_returns(context, name, frames).height,
        dry_run=dry_run,
    )


def product_lines(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> tuple[ProductLine, ...]:
    """Return every SKU of the orders: linked ones, those that go as text, and the open ones with suggestions."""
    rows, _found = product_frame(context, name, rules, frames)
    said = context.store.mappings.current(name, "product") if rules.products.sku_is_code else None
    return tuple(
        ProductLine(
            sku=row["sku"] or "",
            name=row["name"],
            orders=row["orders"],
            lines=row["lines"],
            amount=plain(row["amount_minor"]),
            state=row["state"],
            product_code=row["code"],
            product_name=row["product_name"],
            suggestion=row["suggestion"],
            suggestion_name=row["suggestion_name"],
            reason=CODE_RULE if said is not None and row["code"] and row["key"] not in said else row["reason"],
            new_name=row["new_name"],
        )
        for row in rows.iter_rows(named=True)
    )


def till_answer(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> tuple[TillLine, ...]:
    """Return what a till books with accounts and VAT codes; none where lines go by products."""
    if not is_till(rules):
        return ()
    names = ("sku", "place", "part", "name", "kind", "rate", "orders", "state", "account", "tax_code", "tax_from",
             "suggestion", "suggestion_tax", "reason")  # fmt: skip
    currency = context.settings.company.currency
    return tuple(
        TillLine(
            **{each: row[each] for each in names}, amount=plain(row["amount_minor"], currency), certain=row["rule"],
            account_name=row["target"].partition("  ")[2],
        )
        for row in till_rows(context, name, rules, frames).iter_rows(named=True)
    )  # fmt: skip


def channel_lines(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> tuple[ChannelLine, ...]:
    """Return every payment channel of orders that moved money, with its account."""
    rows = channel_rows(context, name, rules, frames)
    return tuple(
        ChannelLine(
            channel=row["channel"],
            orders=row["orders"],
            amount=plain(row["amount_minor"]),
            state=row["state"],
            method=row["method"],
            account=row["account"],
            suggestion=None if row["method"] else row["suggestion"],
            reason="" if row["method"] else row["reason"],
        )
        for row in rows.iter_rows(named=True)
    )


def export_mappings(context: Context, connection: str | None, path: Path) -> Path:
    """Write all SKUs and channels with their mappings to a workbook for bulk editing."""
    name, rules = context.connection(connection)
    frames = planned_frames(context, name, rules)
    if frames is None:
        raise UsageError("There are no orders yet: `recon import FILE` first. Nothing was written.")
    return context.outside.write_mappings(
        path,
        products=product_lines(context, name, rules, frames),
        channels=channel_lines(context, name, rules, frames),
        catalog=known_catalog(context, name),
        groups=till_answer(context, name, rules, frames),
        counts=count_lines(count_rows(context, name, rules, frames), context.settings.company.currency)
        if is_till(rules)
        else None,
    )

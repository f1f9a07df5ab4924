"""Names of sales taxes as a person works through them: which tax item each has, what it holds back, what it might be.

Only where the ledger works tax out by its items (`taxes = "items"`). Orders with several taxes show each of them, and their
combination too where the ledger has no group of exactly its items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from recon.config.connection import Connection
from recon.domain.taxes import LedgerTax
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.match.keys import fold
from recon.match.taxes import parts_of, resolve_taxes, suggest_taxes
from recon.money import plain
from recon.service import match_undo
from recon.service.context import Context
from recon.service.mapping_frames import ledger_taxes, tax_links
from recon.service.returned import planned_frames
from recon.service.tax_rows import TAX_ROWS
from recon.service.till_table import booked_lines, books_of
from recon.service.till_taxes import require_rate, till_tax_rows
from recon.summaries.taxes import TaxLine


def tax_rows(context: Context, name: str, rules: Connection, frames: CanonicalFrames | None) -> pl.DataFrame:
    """Return TAX_ROWS, what waits first, then the most orders; none unless the ledger works tax out by items, or lines carry its VAT codes."""
    if frames is not None and rules.taxes == "codes":
        return till_tax_rows(context, name, rules, frames)
    if frames is None or rules.taxes != "items":
        return pl.DataFrame(schema=TAX_ROWS)
    links, taxes = tax_links(context, name), ledger_taxes(context, name)
    live = frames.orders.filter(pl.col("tax_minor").fill_null(0) != 0, pl.col("order_state") != "cancelled")
    texts = live.group_by(pl.col("tax_text").fill_null("").alias("text")).agg(
        pl.len().alias("orders"), pl.col("tax_minor").sum(), pl.col("total_minor").sum()
    )
    weighed = {row["text"]: row for row in texts.iter_rows(named=True)}
    resolved = {row["tax_text"]: row for row in resolve_taxes(weighed, links, taxes).iter_rows(named=True)}
    by_key = {tax.code: tax for tax in taxes}
    found = dict(links.iter_rows())
    rows = [
        _row(one, sorted(texts_), weighed, found.get(fold(one)) or _whole(one, resolved), by_key, taxes, rules)
        for one, texts_ in sorted(_named(resolved).items())
    ]
    frame = pl.DataFrame(rows, schema=TAX_ROWS, orient="row")
    return frame.sort("state", "orders", "tax", descending=[False, True, False])


def _named(resolved: dict[str, dict[str, str | None]]) -> dict[str, set[str]]:
    """Return every name to map with the texts that have it; a combination where a group is what is missing."""
    found: dict[str, set[str]] = {}
    for text, row in resolved.items():
        for part in parts_of(text):
            found.setdefault(part, set()).add(text)
        if row["problem"] == "tax-without-group":
            found.setdefault(text, set()).add(text)
    return found


def _whole(text: str, resolved: dict[str, dict[str, str | None]]) -> str | None:
    return resolved[text]["tax_code"] if text in resolved else None


def _row(
    name: str,
    texts: Sequence[str],
    weighed: dict[str, dict[str, int]],
    code: str | None,
    by_code: dict[str, LedgerTax],
    taxes: Sequence[LedgerTax],
    rules: Connection,
) -> tuple[object, ...]:
    """Return one row of TAX_ROWS."""
    orders, tax, total = (
        sum(weighed[text][column] for text in texts) for column in ("orders", "tax_minor", "total_minor")
    )
    item = by_code.get(code or "")
    open_one = "unmapped" if rules.tax_differs == "hold" else "as-line"
    state = "mapped" if item else open_one
    hints = suggest_taxes(name, taxes) if item is None else []
    gone = f"{code} is not among the ledger's tax items as last read" if code and item is None else ""
    suggestion, reason = hints[0] if hints else (None, "")
    target = f"{item.code}  {item.percent}" if item else code or ""
    return (
        fold(name), name, orders, tax, total if state == "unmapped" else 0, state, code, item.percent if item else "", target,
        suggestion, gone or reason, fold(f"{name} {target}"),
    )  # fmt: skip


def tax_lines(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> tuple[TaxLine, ...]:
    """Return every name of a tax with its item, for commands."""
    currency = context.settings.company.currency
    return tuple(
        TaxLine(
            name=row["tax"], orders=row["orders"], amount=plain(row["amount_minor"], currency), state=row["state"],
            item=row["code"], percent=row["percent"], suggestion=row["suggestion"], reason=row["reason"],
        )
        for row in tax_rows(context, name, rules, frames).iter_rows(named=True)
    )  # fmt: skip


def tax_edits(
    context: Context,
    name: str,
    rules: Connection,
    frames: CanonicalFrames | None,
    wanted: Sequence[tuple[str, str | None]],
) -> tuple[dict[str, dict[str, str] | None], list[str]]:
    """Return the mappings that name tax items (None: taken away), and the same in words.

    Raises:
        UsageError: An item the ledger does not have, or a tax no order names.
    """
    items = {tax.code: tax for tax in ledger_taxes(context, name)}
    if rules.taxes == "codes":
        return _code_edits(context, name, rules, frames, wanted)
    known = _names_of(frames)
    edits: dict[str, dict[str, str] | None] = {}
    words = []
    for tax, code in wanted:
        shown = tax or "(none named)"
        if code is None:
            edits[fold(tax)] = None
            words.append(f"tax {shown}: tax item taken away")
            continue
        if code not in items:
            have = ", ".join(items) or "none, as last read; `recon connect --refresh` reads its lists"
            raise UsageError(f"The ledger has no sales tax item {code!r}; it has: {have}. Nothing was changed.")
        if known is not None and fold(tax) not in known:
            listed = ", ".join(known.values()) or "none"
            raise UsageError(f"No order names the tax {tax!r}; there are: {listed}. Nothing was changed.")
        edits[fold(tax)] = {"tax_code": code}
        words.append(f"tax {shown} -> {code} ({items[code].percent})")
    if words and rules.taxes != "items":
        words.append(f'tax items count only with taxes = "items" (it is "{rules.taxes}")')
    return edits, words


def _code_edits(
    context: Context,
    name: str,
    rules: Connection,
    frames: CanonicalFrames | None,
    wanted: Sequence[tuple[str, str | None]],
) -> tuple[dict[str, dict[str, str] | None], list[str]]:
    """Return the same of VAT codes for the taxes a till names; a code has the rate of its tax."""
    books, edits, words = books_of(context, name), dict[str, dict[str, str] | None](), list[str]()
    lines = booked_lines(rules, frames) if frames is not None else None
    named = (
        {}
        if lines is None
        else {row[0]: row[1:] for row in lines.select("tax_key", "tax_text", "rate").drop_nulls().iter_rows()}
    )
    for tax, code in wanted:
        if code is None:
            edits[fold(tax)] = None
            words.append(f"tax {tax}: VAT code taken away")
            continue
        if code not in books.taxes:
            have = ", ".join(f"{one.code} ({one.percent})" for one in books.taxes.values())
            nothing = "none, as last read; `recon connect --refresh` reads its lists"
            raise UsageError(f"The ledger has no VAT code {code!r}; it has: {have or nothing}. Nothing was changed.")
        if lines is not None and fold(tax) not in named:
            listed = ", ".join(sorted(text for text, _rate in named.values())) or "none"
            raise UsageError(f"The till names no tax {tax!r}; there are: {listed}. Nothing was changed.")
        if fold(tax) in named:
            require_rate(tax, named[fold(tax)][1], code, books)
        edits[fold(tax)] = {"tax_code": code}
        words.append(f"tax {tax} -> VAT code {code} ({books.taxes[code].percent})")
    return edits, words


def _names_of(frames: CanonicalFrames | None) -> dict[str, str] | None:
    """Return key and text of every tax the orders name, combinations too; None: there are no orders."""
    if frames is None:
        return None
    texts = frames.orders.filter(pl.col("tax_minor").fill_null(0) != 0)["tax_text"].fill_null("").unique().sort()
    return {fold(one): one for text in texts.to_list() for one in (*parts_of(text), text)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTable:
    """All names of taxes, and the items they can have."""

    connection: str
    currency: str
    frame: pl.DataFrame
    """TAX_ROWS."""
    items: tuple[tuple[str, str], ...]
    """The ledger's tax items: code and rate; its VAT codes: code, rate and name, as several have the same rate."""
    undo_name: str
    redo_name: str


def tax_table(context: Context, connection: str | None) -> TaxTable:
    """Return every name of a tax in the orders with its item, and the items there are."""
    name, rules = context.connection(connection)
    undo_name, redo_name = match_undo.names(context, name)
    frames = planned_frames(context, name, rules) if rules.taxes in {"items", "codes"} else None
    return TaxTable(
        connection=name,
        currency=context.settings.company.currency,
        frame=tax_rows(context, name, rules, frames),
        items=tuple(
            (tax.code, f"{tax.percent}  {tax.name}" if rules.taxes == "codes" else tax.percent)
            for tax in ledger_taxes(context, name)
        ),
        undo_name=undo_name,
        redo_name=redo_name,
    )

"""A person's entry of suppliers' tax invoices: taking it, refusing it with everything that is wrong, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from recon.errors import UsageError
from recon.frames.text import fold
from recon.proof.tax_invoices import Entry, judged
from recon.service.context import Context
from recon.service.known import current_frames
from recon.service.tax_invoice_words import KIND, stored
from recon.store.mappings import Value

_SHOWN: Final = 5


def say_tax_invoices(
    context: Context, connection: str | None, entries: Sequence[Entry], *, dry_run: bool = False
) -> tuple[str, ...]:
    """Keep the tax invoices of purchases; returns what was said, in words.

    Args:
        context: The open workspace.
        connection: Its name; None: the only one.
        entries: Record (number or key), number, day and month; one without a number takes back what was entered.
        dry_run: Say what would be kept; change nothing.

    Raises:
        UsageError: Something is wrong with one of them; nothing is kept, and the text names everything.
    """
    name, rules = context.connection(connection)
    frames = current_frames(context, name, rules)
    if frames is None:
        raise UsageError("There are no purchases yet: `recon import FILE` or `recon pull` first. Nothing was set.")
    standing = context.store.mappings.current(name, KIND)
    bought = frames.orders.filter(pl.col("record_kind") == "purchase")
    values: dict[str, Value | None] = {}
    words: list[str] = []
    problems: list[str] = []
    for entry in entries:
        value, said, wrong = _one(context, bought, frames.orders, entry, standing)
        key = said[0]
        if not wrong and key in values:
            wrong = ["it is named twice"]
        problems += [f"{_named(entry)}: {problem}" for problem in wrong]
        if not wrong:
            values[key] = value
            words.append(said[1])
    problems += _used_twice(context, name, values, bought)
    if problems:
        raise UsageError("\n".join([*problems, "Nothing was set."]))
    if values and not dry_run:
        context.store.mappings.set(name, KIND, values, who=context.actor, reason=KIND)
    return tuple(words)


def _named(entry: Entry) -> str:
    return f"{entry.place}, {entry.record or '(no record)'}" if entry.place else entry.record or "(no record)"


def _one(
    context: Context, bought: pl.DataFrame, orders: pl.DataFrame, entry: Entry, standing: dict[str, Value]
) -> tuple[Value | None, tuple[str, str], list[str]]:
    """Return the value of an entry, its key with what is said of it, and its problems."""
    record, problem = _record(bought, orders, entry.record)
    if record is None:
        # What was entered for a record whose file is gone can still be taken back by its key.
        if entry.takes_back and entry.record in standing:
            return None, (entry.record, f"{entry.record}: tax invoice taken back"), []
        _, more = judged(entry, recorded_on=None, today=context.today()) if not entry.takes_back else (None, [])
        return None, ("", ""), [problem, *more]
    key, called = record["order_key"], record["order_number"] or record["order_key"]
    if entry.takes_back:
        wrong = [] if key in standing else ["no tax invoice was entered that could be taken back"]
        return None, (key, f"{called}: tax invoice taken back"), wrong
    invoice, wrong = judged(entry, recorded_on=record["ordered_on"], today=context.today())
    if invoice is None:
        return None, (key, ""), wrong
    value = stored(invoice, record["customer_name"] or "", record["customer_tax_id"] or "")
    return value, (key, f"{called}: {invoice.words}"), []


def _record(bought: pl.DataFrame, orders: pl.DataFrame, text: str) -> tuple[dict[str, Any] | None, str]:
    """Return the one purchase of this number, id or key; or why there is none, with what to do."""
    found = bought.filter(_called(text))
    if found.height == 1:
        return found.row(0, named=True), ""
    if found.height:
        listed = "; ".join(found["order_key"].head(_SHOWN))
        return None, f"{found.height} purchases are called so. Name one by its key: {listed}"
    others = orders.filter(_called(text))["record_kind"].cast(pl.String)
    if others.len():
        kind = {"purchase_return": "a purchase return, which has a credit note and no tax invoice"}.get(
            others[0], "no purchase"
        )
        return None, f"it is {kind}"
    return None, (
        "no purchase of this number or key was taken in. Write it as the file does; `recon vat --month YYYY-MM` lists what waits, "
        "and `recon import` takes in a file that is missing"
    )


def _called(text: str) -> pl.Expr:
    by_id = pl.col("order_key").str.extract("([^:]*)$") == text
    return (pl.col("order_key") == text) | (pl.col("order_number") == text) | by_id


def _used_twice(context: Context, name: str, values: dict[str, Value | None], bought: pl.DataFrame) -> list[str]:
    """Return each number of a supplier that stands on another record, here or in another connection."""
    called = dict(bought.select("order_key", pl.coalesce("order_number", "order_key").alias("called")).iter_rows())
    users: dict[tuple[str, str], tuple[str, str]] = {}
    for other in context.settings.connections:
        for key, value in context.store.mappings.current(other, KIND).items():
            if not (other == name and key in values):
                record = called.get(key, key) if other == name else key
                place = record if other == name else f"{key} of the connection {other}"
                way = f"Take it back there first (--tax-invoice {record}=) if it belongs here"
                users |= dict.fromkeys(_suppliers(value), (place, way))
    problems = []
    for key, new in values.items():
        if new is None:
            continue
        assert isinstance(new, dict)
        marks = _suppliers(new)
        place, way = next((users[mark] for mark in marks if mark in users), ("", ""))
        if place:
            who = new["supplier"] or "this supplier"
            problems.append(f"{called[key]}: tax invoice {new['number']} of {who} stands on {place} already. {way}")
        users |= dict.fromkeys(marks, (called[key], "Both are entered here: one of them is wrong"))
    return problems


def _suppliers(value: Value) -> list[tuple[str, str]]:
    """Return what tells a supplier's tax invoice apart: by name, and by tax id where there is one."""
    assert isinstance(value, dict)
    number = fold(str(value["number"]))
    return [(mark, number) for mark in (f"name {fold(value['supplier'])}", f"id {value['tax_id']}") if mark != "id "]

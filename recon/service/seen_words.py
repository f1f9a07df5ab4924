"""A person's word about new things, and the list of everything a connection's files ever showed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from recon.config.connection import Connection
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.frames.text import fold, fold_column
from recon.money import plain
from recon.normalize.sightings import (
    COLUMN,
    KINDS,
    ORDER_COLUMNS,
    SKU,
    keys_of,
    odd_columns,
    orders_naming,
    sold_products,
    written,
)
from recon.service.context import Context
from recon.service.known import combined, current_sets
from recon.service.mapping_frames import channel_links, product_links
from recon.service.new_things import answers_to, new_things, seen_key
from recon.service.seen_eras import APPROVED, LISTED, Sets
from recon.store.mappings import Value
from recon.summaries.things import SeenLine, ThingLine


def open_things(context: Context, connection: str | None) -> tuple[ThingLine, ...]:
    """Return what is new and waits for a person's word, what holds orders first."""
    name, rules = context.connection(connection)
    sets = current_sets(context, name, rules)
    return _open_of(context, name, rules, sets, _latest(context, name, sets)) if sets else ()


def _open_of(
    context: Context, name: str, rules: Connection, sets: Sets, frames: CanonicalFrames
) -> tuple[ThingLine, ...]:
    lines = new_things(context, name, rules, sets, frames, _posted(context, name)).lines
    return tuple(sorted(lines, key=lambda line: not line.holds))


def beginning(context: Context, connection: str | None) -> dict[str, int]:
    """Return how many values of each kind the files show, until a person has approved a first batch: that approval answers them."""
    name, rules = context.connection(connection)
    sets = current_sets(context, name, rules)
    if not sets or APPROVED in context.store.mappings.current(name, "setting"):
        return {}
    frames = _latest(context, name, sets)
    counts = {kind: len(keys_of(frames, kind)) for kind in KINDS if kind != COLUMN}
    return {kind: count for kind, count in counts.items() if count}


def say_seen(
    context: Context, connection: str | None, words: Sequence[tuple[str, str]], *, dry_run: bool = False
) -> tuple[str, ...]:
    """Take a person's word that new things are all right; returns what was said.

    Args:
        context: The open workspace.
        connection: Its name; None: the only one.
        words: Kind and value of each; value ``*``: all of the kind; kind ``all``: everything that is open.
        dry_run: Say what would be set; change nothing.

    Raises:
        UsageError: There is no such kind, or nothing of the kind is open under this value; nothing is set then.
    """
    name, _rules = context.connection(connection)
    lines = open_things(context, name)
    meant: dict[tuple[str, str], ThingLine] = {}
    for kind, value in words:
        found = _require(lines, kind, value)
        meant |= {(line.kind, line.value): line for line in found}
    values: dict[str, Value | None] = {}
    for line in meant.values():
        fact: Value = {"value": line.value, "orders": line.orders, "amount": line.amount, "file": line.file}
        values |= {seen_key(line.kind, key): fact for key in line.keys}
    if not dry_run and values:
        context.store.mappings.set(name, "seen", values, who=context.actor, reason="seen")
    return tuple(f"{line.kind} {line.value}: seen, not asked about again" for line in meant.values())


def _require(lines: Sequence[ThingLine], kind: str, value: str) -> tuple[ThingLine, ...]:
    if kind not in (*KINDS, "all"):
        raise UsageError(f"{kind!r} is no kind of thing; there are {', '.join(KINDS)} and all. Nothing was set.")
    found = answers_to(lines, kind, value)
    if not found and kind != "all":
        listed = "; ".join(f"{line.kind}={line.value}" for line in lines) or "nothing"
        raise UsageError(f"Nothing new is open under {kind}={value}. Open: {listed}. Nothing was set.")
    return found


def _posted(context: Context, name: str) -> pl.DataFrame:
    known = context.store.catalog.verified(name)
    return context.store.posted_orders_frame(known.company_id if known else "")


def _latest(context: Context, name: str, sets: Sets) -> CanonicalFrames:
    return combined(context, name, [frames for _, frames in sets])


def seen_register(context: Context, connection: str | None) -> tuple[SeenLine, ...]:
    """Return everything the files of a connection ever showed: how often, where first, and who answered when."""
    name, rules = context.connection(connection)
    sets = current_sets(context, name, rules)
    if not sets:
        return ()
    frames = _latest(context, name, sets)
    open_keys = {(line.kind, key) for line in _open_of(context, name, rules, sets, frames) for key in line.keys}
    answers = _Answers.of(context, name, rules, open_keys)
    currency = context.settings.company.currency
    rows = [row for kind in ORDER_COLUMNS for row in _of_orders(sets, frames, kind, currency)]
    return tuple(answers.line(context, row) for row in [*rows, *_of_skus(frames), *_of_columns(sets)])


def _of_orders(sets: Sets, frames: CanonicalFrames, kind: str, currency: str) -> Iterator[dict[str, object]]:
    """Yield each value of a kind: where it came first, and the orders that name it as they are now."""
    first: dict[str, dict[str, object]] = {}
    for _, part in sets:
        texts = written(kind, [part], keys_of(part, kind) - first.keys())
        named = orders_naming(part.orders, kind, texts).sort("row", maintain_order=True)
        for row in named.unique("thing_key", keep="first", maintain_order=True).iter_rows(named=True):
            first[row["thing_key"]] = row
    for key, seen in first.items():
        named = orders_naming(frames.orders, kind, {key: str(seen["thing"])})
        own = named if kind == "currency" else named.filter(pl.col("currency") == currency)
        yield {
            "kind": kind, "key": key, "value": seen["thing"], "orders": named.height, "file": seen["file"], "row": seen["row"],
            "minor": int(own["total_minor"].cast(pl.Int128).sum() or 0), "day": seen["ordered_on"],
        }  # fmt: skip


def _of_skus(frames: CanonicalFrames) -> Iterator[dict[str, object]]:
    lines = sold_products(frames).filter(pl.col("sku").is_not_null())
    keyed = lines.with_columns(fold_column(lines["sku"]).alias("key")).join(
        frames.orders.select("order_no", "file", "ordered_on", pl.col("row").alias("order_row")), on="order_no", how="inner",
        maintain_order="left",
    )  # fmt: skip
    grouped = keyed.group_by("key", maintain_order=True).agg(
        pl.first("sku", "file", "row", "ordered_on"), pl.col("order_no").n_unique().alias("orders"),
        pl.col("amount_minor").cast(pl.Int128).sum().alias("minor"),
    )  # fmt: skip
    for row in grouped.iter_rows(named=True):
        yield {
            "kind": SKU, "key": row["key"], "value": row["sku"], "orders": row["orders"], "file": row["file"],
            "row": row["row"], "minor": int(row["minor"]), "day": row["ordered_on"],
        }  # fmt: skip


def _of_columns(sets: Sets) -> Iterator[dict[str, object]]:
    seen: set[str] = set()
    for _, frames in sets:
        for code in ("columns-new", "columns-unused"):
            told = frames.findings.filter(pl.col("code") == code)
            for part in odd_columns(told, code):
                if fold(part) not in seen:
                    seen.add(fold(part))
                    yield {
                        "kind": COLUMN, "key": fold(part), "value": part, "orders": 0, "file": told["file"][0],
                        "row": told["row"][0], "minor": 0, "day": None,
                    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Answers:
    """Who said what about the values of a connection."""

    words: dict[str, tuple[str, str]]
    """Key of an answer to who and when."""
    mapped: frozenset[tuple[str, str]]
    open_keys: frozenset[tuple[str, str]]
    marks: dict[str, tuple[str, str]]
    """First plan and newest approval: who and when."""
    names: dict[str, str]

    @classmethod
    def of(cls, context: Context, name: str, rules: Connection, open_keys: set[tuple[str, str]]) -> _Answers:
        mappings = context.store.mappings
        dated = {change.key: (change.who, change.at) for change in mappings.dated(name, "seen")}
        marks = {c.key: (c.who, c.at) for c in mappings.dated(name, "setting") if c.key in (LISTED, APPROVED)}
        mapped = {("payment-channel", key) for key in channel_links(context, name)["payment_channel"]}
        mapped |= {(SKU, key) for key in product_links(context, name)["sku_key"]}
        mapped |= {("sales-channel", fold(channel)) for channel in (*rules.charges, *rules.contacts.by_channel)}
        return cls(dated, frozenset(mapped), frozenset(open_keys), marks, context.store.files.names())

    def line(self, context: Context, row: dict[str, object]) -> SeenLine:
        """Return one value with its answer."""
        kind, key = str(row["kind"]), str(row["key"])
        how, who, at = "", "", ""
        if (kind, key) in self.open_keys:
            pass
        elif (found := self.words.get(seen_key(kind, key))) is not None:
            how, (who, at) = "word", found
        elif (kind, key) in self.mapped:
            how = "mapping"
        elif APPROVED in self.marks:
            how, (who, at) = "approval", self.marks[APPROVED]
        elif LISTED in self.marks:
            how, (who, at) = "first plan", self.marks[LISTED]
        day = row["day"]
        return SeenLine(
            kind=kind, value=str(row["value"]), orders=int(str(row["orders"])),
            amount=plain(int(str(row["minor"])), context.settings.company.currency),
            file=self.names.get(str(row["file"]), str(row["file"] or "")), row=None if row["row"] is None else int(str(row["row"])),
            day=None if day is None else str(day), answered=how, who=who, at=at,
        )  # fmt: skip

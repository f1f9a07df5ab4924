"""Match as the service does it: mappings as frames, what is open with what it blocks, and a person's edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from recon.config import Connection
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import fill
from recon.frames.schemas import CHANNEL_LINKS, DECISIONS, PRODUCT_LINKS
from recon.match.channels import METHODS, moves_money, resolve_channels, unmapped_channels
from recon.match.keys import fold
from recon.match.products import CATALOG, catalog_frame, link_all, unlinked_products
from recon.match.suggest import suggest_products
from recon.money import plain
from recon.service.causes import causes
from recon.service.connecting import known_catalog
from recon.service.context import Context
from recon.service.known import current_frames
from recon.settings_text import with_settings
from recon.summaries import ChannelLine, MatchReport, ProductLine
from recon.workspace import write_settings


@dataclass(frozen=True, slots=True)
class MatchEdits:
    """What a person sets in one go."""

    link_all: bool = False
    text: bool = False
    products: tuple[tuple[str, str | None], ...] = ()
    """(SKU, ledger's product code; None: goes as text)."""
    channels: tuple[tuple[str, str, str | None], ...] = ()
    """(payment channel, ledger's code, account behind it or None)."""
    all_channels: str | None = None
    accept: tuple[str, ...] = ()
    """SKUs whose first suggestion is accepted."""
    decisions: tuple[tuple[str, str, str | None], ...] = ()
    """(order number or key, repost | leave | by-hand, number by hand)."""
    import_file: Path | None = None


def product_links(context: Context, name: str) -> pl.DataFrame:
    """Return PRODUCT_LINKS of a connection."""
    rows = context.store.mappings.current(name, "product")
    return fill(
        pl.DataFrame(
            [{"sku_key": key, **_as_dict(value)} for key, value in rows.items()],
            schema_overrides={"sku_key": pl.String},
            infer_schema_length=None,
        )
        if rows
        else pl.DataFrame(schema={"sku_key": pl.String}),
        PRODUCT_LINKS,
    )


def channel_links(context: Context, name: str) -> pl.DataFrame:
    """Return CHANNEL_LINKS of a connection; the account is the method's code where nobody named one."""
    rows = context.store.mappings.current(name, "channel")
    listed = []
    for key, value in rows.items():
        facts = _as_dict(value)
        method = facts["payment_method"]
        listed.append(
            {"payment_channel": key, "payment_method": method, "account_code": facts.get("account_code") or method}
        )
    return pl.DataFrame(listed, schema=CHANNEL_LINKS)


def decisions(context: Context, name: str) -> pl.DataFrame:
    """Return what persons decided about changed orders."""
    rows = context.store.mappings.current(name, "decision")
    return fill(
        pl.DataFrame([{"order_key": key, **_as_dict(value)} for key, value in rows.items()])
        if rows
        else pl.DataFrame(schema=DECISIONS),
        DECISIONS,
    )


def _as_dict(value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON from the store
    assert isinstance(value, dict)
    return value


def ledger_products(context: Context, name: str) -> pl.DataFrame:
    """Return the ledger's products and services, as last read."""
    part = context.store.catalog.get(name, "products")
    return catalog_frame([(row["code"], row["name"]) for row in part.rows]) if part else pl.DataFrame(schema=CATALOG)


def ledger_methods(context: Context, name: str) -> pl.DataFrame:
    """Return the ledger's bank, cash and clearing channels, as last read."""
    part = context.store.catalog.get(name, "methods")
    rows = [(row["code"], row["name"], row.get("account_code") or None) for row in part.rows] if part else []
    return pl.DataFrame(rows, schema=METHODS, orient="row")


def match(context: Context, connection: str | None, edits: MatchEdits, *, dry_run: bool) -> MatchReport:
    """Carry out edits, then report what is mapped and what is open.

    Raises:
        UsageError: An edit names something that is not there; nothing is changed then.
    """
    name, rules = context.connection(connection)
    frames = current_frames(context, name, rules)
    planned = _Planned(context, name, rules, frames)
    planned.take(edits)
    if not dry_run:
        planned.write()
        rules = context.workspace.settings().connections[name]
    return _report(context, name, rules, frames, planned, dry_run=dry_run)


class _Planned:
    """Edits checked as a whole before any of them is written."""

    def __init__(self, context: Context, name: str, rules: Connection, frames: CanonicalFrames | None) -> None:
        self._context, self._name, self._rules, self._frames = context, name, rules, frames
        self.products: dict[str, Any] = {}
        self.channels: dict[str, Any] = {}
        self.decisions: dict[str, Any] = {}
        self.settings: list[tuple[tuple[str, ...], str]] = []
        self.words: list[str] = []
        self.findings: list[pl.DataFrame] = []

    def take(self, edits: MatchEdits) -> None:
        if edits.import_file is not None:
            self._from_workbook(edits.import_file)
        for sku, code in edits.products:
            self._product(sku, code)
        for channel, method, account in edits.channels:
            self._channel(channel, method, account)
        for sku in edits.accept:
            self._accept(sku)
        if edits.link_all:
            self._link_all()
        if edits.all_channels:
            self._all_channels(edits.all_channels)
        if edits.text:
            for setting in ("unlinked", "without_sku"):
                self.settings.append((("connections", self._name, "products", setting), "text"))
            self.words.append(
                'lines without a linked product go as text on the sales account (products.unlinked = "text")'
            )
        for order, decision, number in edits.decisions:
            self._decide(order, decision, number)

    def _product(self, sku: str, code: str | None) -> None:
        known = set(ledger_products(self._context, self._name)["product_code"].to_list())
        if code is not None and known and code not in known:
            raise UsageError(
                f"The ledger has no product {code!r} (as last read). Read its lists again with `recon connect --refresh`. Nothing was changed."
            )
        self.products[fold(sku)] = {"product_code": code}
        self.words.append(f"SKU {sku} -> {code or 'text on the sales account'}")

    def _channel(self, channel: str, method: str, account: str | None) -> None:
        known = {row["payment_method"]: row for row in ledger_methods(self._context, self._name).iter_rows(named=True)}
        if known and method not in known:
            raise UsageError(
                f"The ledger has no payment channel {method!r}; it has {', '.join(sorted(known))}. Nothing was changed."
            )
        account = account or (known[method]["account_code"] if method in known else None)
        self.channels[fold(channel)] = {"payment_method": method, "account_code": account or method}
        self.words.append(f"payment channel {channel or '(none named)'} -> {method}")

    def _accept(self, sku: str) -> None:
        if self._frames is None:
            raise UsageError("There are no orders yet: `recon import FILE` first. Nothing was changed.")
        catalog = ledger_products(self._context, self._name)
        open_skus = unlinked_products(self._frames.orders, self._frames.lines, product_links(self._context, self._name))
        found = suggest_products(open_skus, catalog).filter(pl.col("open_key") == fold(sku))
        if not found.height:
            raise UsageError(
                f"There is no suggestion for SKU {sku!r}. Link it with --sku {sku} --product CODE. Nothing was changed."
            )
        first = found.row(0, named=True)
        self.products[fold(sku)] = {"product_code": first["code"]}
        self.words.append(f"SKU {sku} -> {first['code']} (suggestion accepted: {first['reason']})")

    def _link_all(self) -> None:
        if self._frames is None:
            return
        links, findings = link_all(
            self._frames.lines, ledger_products(self._context, self._name), product_links(self._context, self._name)
        )
        self.findings.append(findings)
        for key, code in links.select("sku_key", "product_code").iter_rows():
            self.products.setdefault(key, {"product_code": code})
        self.words.append(f"{links.height} SKUs linked to the product of exactly the same code")

    def _all_channels(self, method: str) -> None:
        if self._frames is None:
            return
        moves = _moves(self._context, self._frames)
        open_channels = unmapped_channels(self._frames.orders, channel_links(self._context, self._name), moves)
        for channel in open_channels.filter(pl.col("moving_count") > 0)["payment_channel"].to_list():
            if fold(channel) not in self.channels:
                self._channel(channel, method, None)

    def _decide(self, order: str, decision: str, number: str | None) -> None:
        orders = self._frames.orders if self._frames is not None else None
        found = (
            orders.filter((pl.col("order_key") == order) | (pl.col("order_number") == order))
            if orders is not None
            else None
        )
        if found is None or found.height != 1:
            count = 0 if found is None else found.height
            raise UsageError(
                f"{count} orders are called {order!r}; name one by its order key (`recon orders --json`). Nothing was changed."
            )
        key = found["order_key"].item()
        self.decisions[key] = {"decision": decision, **({"number": number} if number else {})}
        self.words.append(f"order {order}: {decision}{f' as {number}' if number else ''}")

    def _from_workbook(self, path: Path) -> None:
        skus = (
            frozenset(self._frames.lines["sku"].drop_nulls().unique().to_list())
            if self._frames is not None
            else frozenset()
        )
        edits = self._context.outside.read_mappings(path, skus)
        if edits.problems:
            raise UsageError(
                f"{path.name} has {len(edits.problems)} problems, so nothing of it was taken:\n"
                + "\n".join(str(p) for p in edits.problems)
            )
        for product in edits.products:
            if product.product_code or product.as_text:
                self._product(product.sku or "", product.product_code)
            else:
                self.products[fold(product.sku or "")] = None
                self.words.append(f"SKU {product.sku or '(none)'}: link taken away")
        for channel in edits.channels:
            if channel.payment_method:
                self._channel(channel.payment_channel, channel.payment_method, None)
            else:
                self.channels[fold(channel.payment_channel)] = None
                self.words.append(f"payment channel {channel.payment_channel or '(none named)'}: mapping taken away")

    def write(self) -> None:
        store, who = self._context.store, self._context.actor
        for kind, values in (("product", self.products), ("channel", self.channels), ("decision", self.decisions)):
            if values:
                store.mappings.set(self._name, kind, values, who=who, reason="recon match")
        if self.settings:
            text = self._context.workspace.settings_file.read_text(encoding="utf-8")
            write_settings(
                self._context.workspace, with_settings(text, dict(self.settings)), crash=store.database.crash
            )


def _report(
    context: Context, name: str, rules: Connection, frames: CanonicalFrames | None, planned: _Planned, *, dry_run: bool
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
        dry_run=dry_run,
    )


def product_lines(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> tuple[ProductLine, ...]:
    """Return every SKU of the orders: linked ones, those that go as text, and the open ones with suggestions."""
    links, catalog = product_links(context, name), ledger_products(context, name)
    names = dict(catalog.iter_rows())
    everything = unlinked_products(frames.orders, frames.lines, links.clear())
    everything = everything.join(
        links.select("sku_key", "product_code", pl.lit(value=True).alias("has_link")),
        on="sku_key",
        how="left",
        maintain_order="left",
    )
    open_items = everything.filter(pl.col("has_link").is_null())
    suggested = {row["open_key"]: row for row in reversed(suggest_products(open_items, catalog).to_dicts())}
    lines = []
    for row in everything.iter_rows(named=True):
        text_rule = rules.products.without_sku if row["sku_key"] == "" else rules.products.unlinked
        state = (
            ("linked" if row["product_code"] else "text")
            if row["has_link"]
            else ("text" if text_rule == "text" else "unlinked")
        )
        hint = suggested.get(row["sku_key"]) if not row["has_link"] else None
        lines.append(
            ProductLine(
                sku=row["sku"] or "",
                name=row["name"] or "",
                orders=row["order_count"],
                lines=row["line_count"],
                amount=plain(row["amount_minor"]),
                state="suggested" if state == "unlinked" and hint else state,
                product_code=row["product_code"],
                product_name=names.get(row["product_code"] or ""),
                suggestion=hint["code"] if hint else None,
                suggestion_name=hint["name"] if hint else None,
                reason=hint["reason"] if hint else "",
            )
        )
    return tuple(lines)


def _moves(context: Context, frames: CanonicalFrames) -> pl.Series:
    """Return per order whether it brings money to an account of the ledger."""
    return moves_money(frames.orders, frames.findings, context.settings.company.currency)


def _channel_state(row: Mapping[str, Any]) -> str:
    """Return mapped, cash, unmapped, or not-needed for a channel of test orders and orders over nothing."""
    if row["payment_method"] and not row["by_default"]:
        return "mapped"
    if not row["moving_count"]:
        return "not-needed"
    return "cash" if row["by_default"] else "unmapped"


def channel_lines(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> tuple[ChannelLine, ...]:
    """Return every payment channel of orders that moved money, with its account."""
    links = channel_links(context, name)
    cash = rules.channels.cash_method if rules.channels.unmapped == "cash" else ""
    used = unmapped_channels(frames.orders, links.clear(), _moves(context, frames))
    resolved = resolve_channels(used["payment_channel"], links, chosen=rules.payment_channels, cash_method=cash)
    rows = used.join(resolved, on="payment_channel", how="left", maintain_order="left")
    return tuple(
        ChannelLine(
            channel=row["payment_channel"],
            orders=row["order_count"],
            amount=plain(row["amount_minor"]),
            state=_channel_state(row),
            method=row["payment_method"] if _channel_state(row) != "not-needed" else None,
            account=row["account_code"] if _channel_state(row) != "not-needed" else None,
        )
        for row in rows.iter_rows(named=True)
    )


def export_mappings(context: Context, connection: str | None, path: Path) -> Path:
    """Write all SKUs and channels with their mappings to a workbook for bulk editing."""
    name, rules = context.connection(connection)
    frames = current_frames(context, name, rules)
    if frames is None:
        raise UsageError("There are no orders yet: `recon import FILE` first. Nothing was written.")
    return context.outside.write_mappings(
        path,
        products=product_lines(context, name, rules, frames),
        channels=channel_lines(context, name, rules, frames),
        catalog=known_catalog(context, name),
    )

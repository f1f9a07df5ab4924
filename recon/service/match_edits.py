"""What a person sets about products, payment channels and charges: checked as a whole before any of it is written."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from recon.config.connection import Connection
from recon.config.edits import with_settings
from recon.config.toml_edits import Value
from recon.domain.providers import BOUGHT
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.frames.gift_cards import is_gift_card
from recon.match.channels import moves_money, unmapped_channels
from recon.match.keys import fold
from recon.match.products import link_all, unlinked_products
from recon.match.suggest import suggest_products
from recon.match.work_list import two_products
from recon.service.account_proposals import proposal_values
from recon.service.channel_table import split_parts
from recon.service.charge_products import service_edits
from recon.service.charge_rules import charge_settings
from recon.service.connecting import account_proposals
from recon.service.context import Context, WorkbookEdits
from recon.service.creation_edits import creation_edits
from recon.service.mapping_frames import channel_links, ledger_methods, ledger_products, product_links, version_of
from recon.service.match_said import MatchEdits
from recon.service.return_table import return_edits
from recon.service.tax_table import tax_edits
from recon.service.till_channels import takes_any_account
from recon.service.till_counts import CountWord, count_edits
from recon.service.till_edits import (
    accepted_edits,
    account_edits,
    certain_edits,
    department_edits,
    open_channels,
    project_edits,
    require_product,
)
from recon.service.till_table import books_of, is_till
from recon.workspace import write_settings

NO_SKU: Final = ""
"""Key of the lines that name no SKU."""


class PlannedEdits:
    """Edits checked as a whole before any of them is written."""

    def __init__(self, context: Context, name: str, rules: Connection, frames: CanonicalFrames | None) -> None:
        self._context, self._name, self._rules, self._frames = context, name, rules, frames
        self.products: dict[str, Any] = {}
        self.channels: dict[str, Any] = {}
        self.creations: dict[str, Any] = {}
        self.decisions: dict[str, Any] = {}
        self.returns: dict[str, Any] = {}
        self.taxes: dict[str, Any] = {}
        self.counts: dict[str, Any] = {}
        self.settings: dict[tuple[str, ...], Value | None] = {}
        self.words: list[str] = []
        self.findings: list[pl.DataFrame] = []
        self.did = "change"
        """What it is called where it can be undone, without the count."""

    def take(self, edits: MatchEdits) -> None:
        """Work out what the edits change; raises UsageError where one cannot be done."""
        if edits.import_file is not None:
            self._from_workbook(edits.import_file)
        for sku, code in (*edits.products, *edits.accepted):
            self._product(sku, code)
        for sku in edits.unlink:
            self._unlink(sku)
        for channel, method, account in edits.channels:
            self._channel(channel, method, account)
        for channel in edits.unmap:
            self.channels[fold(channel)] = None
            self.words.append(f"payment channel {channel or '(none named)'}: mapping taken away")
        if edits.accept:
            self._accept(edits.accept)
        if edits.link_all:
            self._link_all()
        if edits.all_channels:
            self._all_channels(edits.all_channels)
        if edits.create_services:
            create, charges, words = service_edits(self._context, self._name, self._rules)
            edits = replace(edits, create=(*edits.create, *create), charges=(*edits.charges, *charges))
            self.words += words
        self._creations_of(edits)
        if edits.take_accounts:  # before what is said by hand, which counts more
            self.settings |= proposal_values(self._name, account_proposals(self._context, self._name))
        self._of_tills(edits)
        self._settings_of(edits)
        if edits.returns:
            self.returns, said = return_edits(self._context, self._name, self._rules, edits.returns)
            self.words += said
        if edits.tax_items:
            self.taxes, said = tax_edits(self._context, self._name, self._rules, self._frames, edits.tax_items)
            self.words += said
        for order, decision, number in edits.decisions:
            self._decide(order, decision, number)
        self._name_it(edits)

    def _of_tills(self, edits: MatchEdits) -> None:
        """Take what is said about a till's accounts, departments, projects and counted cash."""
        here = (self._context, self._name, self._rules)
        if edits.take_accounts and is_till(self._rules):
            links, channels, taxes, said = certain_edits(*here, self._frames)
            self.products, self.channels, self.taxes = (
                links | self.products,
                channels | self.channels,
                taxes | self.taxes,
            )
            self.words += said
        if edits.accounts:
            changed, said = account_edits(*here, self._frames, edits.accounts)
            self.products |= changed
            self.words += said
        if edits.departments:
            settings, said = department_edits(*here, self._frames, edits.departments)
            self.settings |= settings
            self.words += said
        if edits.projects:
            settings, said = project_edits(*here, self._frames, edits.projects)
            self.settings |= settings
            self.words += said
        if edits.counts:
            self.counts, said = count_edits(*here, edits.counts)
            self.words += said

    def _name_it(self, edits: MatchEdits) -> None:
        """Call what is done by the one thing it is; several things at once are just a change."""
        codes = {code is None for _sku, code in edits.products}
        done = [
            name
            for name, is_so in (
                ("workbook", edits.import_file is not None), ("link exact", edits.link_all),
                ("accept", bool(edits.accept or edits.accepted)), ("unlink", bool(edits.unlink)), ("unmap", bool(edits.unmap)),
                ("create", bool(edits.create) or edits.create_unlinked), ("uncreate", bool(edits.uncreate)),
                ("text", codes == {True}), ("link", bool(codes - {True})),
                ("map all", bool(edits.all_channels)), ("map", bool(edits.channels)), ("return", bool(edits.returns)),
                ("tax item", bool(edits.tax_items)), ("account", bool(edits.accounts)), ("count", bool(edits.counts)),
                ("proposed accounts", edits.take_accounts and is_till(self._rules)),
            )
            if is_so
        ]  # fmt: skip
        self.did = done[0] if len(done) == 1 else "change"

    def _creations_of(self, edits: MatchEdits) -> None:
        if not (edits.create or edits.create_unlinked or edits.uncreate):
            return
        changed, words = creation_edits(
            self._context, self._name, self._rules, self._frames, edits.create, edits.uncreate,
            unlinked=edits.create_unlinked, linked_now=self.products,
        )  # fmt: skip
        self.creations |= changed
        self.words += words

    def _settings_of(self, edits: MatchEdits) -> None:
        base = ("connections", self._name)
        if edits.text:
            self.settings |= {(*base, "products", setting): "text" for setting in ("unlinked", "without_sku")}
            self.words.append(
                'lines without a linked product go as text on the sales account (products.unlinked = "text")'
            )
        if edits.unmapped == "hold":
            self.settings[*base, "channels", "unmapped"] = "hold"
            self.words.append('payment channels nobody mapped hold their orders (channels.unmapped = "hold")')
        elif edits.unmapped is not None:
            self._require_method(edits.unmapped)
            self.settings |= {
                (*base, "channels", "cash_method"): edits.unmapped,
                (*base, "channels", "unmapped"): "cash",
            }
            self.words.append(
                f'payment channels nobody mapped are booked on {edits.unmapped} (channels.unmapped = "cash")'
            )
        if edits.charges:
            changed, words = charge_settings(self._context, self._name, self._rules, edits.charges)
            self.settings |= changed
            self.words += words

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(ledger_products(self._context, self._name)["product_code"].to_list())

    @cached_property
    def _methods(self) -> dict[str, dict[str, Any]]:
        return {row["payment_method"]: row for row in ledger_methods(self._context, self._name).iter_rows(named=True)}

    def _product(self, sku: str, code: str | None) -> None:
        require_product(self._rules, self._frames, sku)
        if fold(sku) == NO_SKU:
            self._nameless(code)
            return
        if code is not None and self._codes and code not in self._codes:
            raise UsageError(
                f"The ledger has no product {code!r} (as last read). Read its lists again with `recon connect --refresh`. Nothing was changed."
            )
        self.products[fold(sku)] = {"product_code": code}
        self.words.append(f"SKU {sku} -> {code or 'text on the sales account'}")

    def _nameless(self, code: str | None) -> None:
        if code is not None:
            raise UsageError(
                f"Lines without a SKU cannot be linked to {code!r}: nothing tells them apart. They can go as text, all of "
                'them (products.without_sku = "text"). Nothing was changed.'
            )
        self.settings["connections", self._name, "products", "without_sku"] = "text"
        self.words.append('lines without a SKU go as text on the sales account (products.without_sku = "text")')

    def _unlink(self, sku: str) -> None:
        if fold(sku) == NO_SKU:
            self.settings["connections", self._name, "products", "without_sku"] = "hold"
            self.words.append('lines without a SKU hold their orders (products.without_sku = "hold")')
            return
        self.products[fold(sku)] = None
        self.words.append(f"SKU {sku}: link taken away")

    def _require_method(self, method: str, channel: str = "") -> None:
        if (
            is_till(self._rules)
            and takes_any_account(channel)
            and method in books_of(self._context, self._name).accounts
        ):
            return
        if self._methods and method not in self._methods:
            raise UsageError(
                f"The ledger has no payment channel {method!r}; it has {', '.join(sorted(self._methods))}. Nothing was changed."
            )

    def _channel(self, channel: str, method: str, account: str | None) -> None:
        self._require_method(method, channel)
        account = account or (self._methods[method]["account_code"] if method in self._methods else None)
        self.channels[fold(channel)] = {"payment_method": method, "account_code": account or method}
        self.words.append(f"payment channel {channel or '(none named)'} -> {method}")

    def _accept(self, skus: tuple[str, ...]) -> None:
        if self._frames is None:
            raise UsageError("There are no orders yet: `recon import FILE` first. Nothing was changed.")
        if is_till(self._rules):
            links, channels, said = accepted_edits(self._context, self._name, self._rules, self._frames, skus)
            self.products, self.channels = self.products | links, self.channels | channels
            self.words += said
            return
        wanted = {fold(sku): sku for sku in skus}
        open_skus = unlinked_products(self._frames.orders, self._frames.lines, product_links(self._context, self._name))
        asked = open_skus.filter(pl.col("sku_key").is_in(list(wanted)))
        catalog = ledger_products(self._context, self._name)
        clear = asked.join(two_products(catalog), on="sku_key", how="anti", maintain_order="left")
        found = suggest_products(clear, catalog)
        first = {row["open_key"]: row for row in reversed(found.to_dicts())}
        missing = [sku for key, sku in wanted.items() if key not in first]
        if missing:
            others = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
            raise UsageError(
                f"There is no suggestion for SKU {missing[0]!r}{others}. Link it with --sku {missing[0]} --product CODE. Nothing was changed."
            )
        for key, sku in wanted.items():
            self.products[key] = {"product_code": first[key]["code"]}
            self.words.append(f"SKU {sku} -> {first[key]['code']} (suggestion accepted: {first[key]['reason']})")

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
        if is_till(self._rules):
            for channel in open_channels(self._context, self._name, self._rules, self._frames):
                self._channel(channel, method, None)
            return
        moves = moves_money(self._frames.orders, self._frames.findings, self._context.settings.company.currency)
        parts = split_parts(self._context, self._name, self._rules, self._frames)
        without = unmapped_channels(self._frames.orders, channel_links(self._context, self._name), moves, parts)
        for channel in without.filter(pl.col("moving_count") > 0)["payment_channel"].to_list():
            if fold(channel) in self.channels:
                continue
            if is_gift_card(channel):
                self.words.append(
                    f"payment channel {channel} left alone, its orders stay held: paying with a gift card brings no money. Give it an"
                    f" account of its own for what you owe on gift cards: --channel {channel!r} --method CODE"
                )
                continue
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
        if decision == "by-hand" and not number and found["record_kind"].item() in BOUGHT:
            raise UsageError(
                f"{order!r} is a purchase: say under which number it stands in the ledger, --decide {order}=by-hand:NUMBER. "
                "Nothing was changed."
            )
        key = found["order_key"].item()
        about = found.select(version_of()).item()
        self.decisions[key] = {"decision": decision, "about": about, **({"number": number} if number else {})}
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
        self._from_till_sheets(path.name, edits)
        for product in edits.products:
            if product.product_code or product.as_text:
                self._product(product.sku or "", product.product_code)
            else:
                self._unlink(product.sku or "")
        for channel in edits.channels:
            if channel.payment_method:
                self._channel(channel.payment_channel, channel.payment_method, None)
            else:
                self.channels[fold(channel.payment_channel)] = None
                self.words.append(f"payment channel {channel.payment_channel or '(none named)'}: mapping taken away")

    def _from_till_sheets(self, name: str, edits: WorkbookEdits) -> None:
        """Take accounts and counts of a workbook; every row that cannot be taken is named, and then none is."""
        here, refused = (self._context, self._name, self._rules), list[str]()
        for account in edits.accounts:
            try:
                if account.account is None:
                    self._unlink(account.sku)
                    continue
                changed, said = account_edits(*here, self._frames, [(account.sku, account.account, account.tax_code)])
                self.products |= changed
                self.words += said
            except UsageError as error:
                refused.append(f"sheet Accounts, row {account.row}: {error}")
        for count in edits.counts:
            word = CountWord(
                name=count.order_key, counted=count.counted or "", to_bank=count.to_bank, remark=count.remark,
                undo=count.counted is None,
            )  # fmt: skip
            try:
                kept, said = count_edits(*here, [word])
                self.counts |= kept
                self.words += said
            except UsageError as error:
                refused.append(f"sheet Cash counts, row {count.row}: {error}")
        if refused:
            raise UsageError(f"{name} has {len(refused)} problems, so nothing of it was taken:\n" + "\n".join(refused))

    def write(self) -> None:
        """Write everything down."""
        store, who = self._context.store, self._context.actor
        for kind, values in (
            ("product", self.products),
            ("channel", self.channels),
            ("decision", self.decisions),
            ("create", self.creations),
            ("return", self.returns),
            ("tax", self.taxes),
            ("count", self.counts),
        ):
            if values:
                store.mappings.set(self._name, kind, values, who=who, reason=self.did)
        if self.settings:
            text = self._context.workspace.settings_file.read_text(encoding="utf-8")
            write_settings(self._context.workspace, with_settings(text, self.settings), crash=store.database.crash)

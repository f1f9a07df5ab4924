"""The part of a connection's check-list that its orders decide: channels, SKUs, charges, taxes, words, contacts."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.providers import SOURCES, source_facts
from recon.frames.canonical import CanonicalFrames
from recon.frames.text import fold
from recon.money import plain
from recon.plan.buying.state import is_bought
from recon.service.channel_table import channel_rows
from recon.service.charge_products import service_gaps
from recon.service.charge_rules import DEFAULT, ChargeTable, charge_table
from recon.service.check_scope import charge_command, open_skus, to_be_sent
from recon.service.check_tills import till_lines
from recon.service.context import Context
from recon.service.kept_plans import latest_plan, latest_plan_folder
from recon.service.returned import planned_frames
from recon.summaries.checks import CheckLine, State
from recon.targets.base import Catalog

NAMED: Final = 5
"""Channels, charges and words named one by one before the rest is only counted."""
ALL: Final = "*"
_TAXES: Final = ("tax-rate-unknown", "vat-does-not-tie", "vat-mismatch", "tax-mode-mixed", "prices-contradicted")
_WORDS: Final = ("status-unknown", "payment-status-unknown")
_ACCOUNT: Final = ("sales-account-missing",)


def order_lines(context: Context, name: str, rules: Connection, catalog: Catalog) -> Iterator[CheckLine]:
    """Yield the lines about what the orders need; contacts are looked at before the first order too."""
    frames = planned_frames(context, name, rules)
    if frames is None:
        if source_facts(rules.source).is_till:
            yield CheckLine(
                check="orders", state="unknown", text="No settlements were taken in yet, so what they need is not known.",
                remedy="recon import FILE", place="importing",
            )  # fmt: skip
            return
        yield CheckLine(
            check="orders", state="unknown", text="No orders were taken in yet, so what they need is not known.",
            remedy="recon import FILE, or recon pull", place="importing",
        )  # fmt: skip
        yield from _contacts(context, name, rules, catalog, None)
        return
    orders = frames.orders
    first, last = orders["ordered_on"].min(), orders["ordered_on"].max()
    bought = int(is_bought(orders).sum())
    also = f" Records of purchases and settlements: {bought:,}." if bought else ""
    sold = orders.height - bought
    sent, tills = to_be_sent(frames, rules), source_facts(rules.source).is_till
    day_first, day_last = str(first), str(last)
    text = (
        f"Settlements and invoices of tills: {sold:,}, from {day_first} to {day_last}." if tills
        else f"Orders: {sold:,}, from {first!s} to {last!s}.{also}"
    )  # fmt: skip
    yield CheckLine(check="orders", state="ok", text=text, count=sold)
    yield from _payment_channels(context, name, rules, sent)
    if tills:
        if open_skus(context, name, rules, sent)[0].height:
            yield _skus(context, name, rules, sent)
        yield from till_lines(context, name, rules, frames)
        yield from (line for line in _held(context, name, sent) if line.state != "ok")  # VAT and states of web shops
        return
    yield _skus(context, name, rules, sent)
    table = charge_table(context, name, sent)
    yield from _charges(context, name, rules, catalog, table)
    yield from _services(context, name, rules)
    yield from _shipping(table, rules)
    yield from _held(context, name, sent)
    yield from _contacts(context, name, rules, catalog, orders)


def _without_account(channels: pl.DataFrame, state: State, text: str, remedy: str, currency: str) -> CheckLine:
    """Return a line about payment channels for which nobody chose an account, with their orders and sum."""
    return CheckLine(
        check="payment-channels", state=state, text=text, remedy=remedy, place="channels", setting="channels.unmapped",
        count=int(channels["orders"].sum()), total=plain(int(channels["amount_minor"].sum()), currency),
    )  # fmt: skip


def _payment_channels(context: Context, name: str, rules: Connection, sent: CanonicalFrames) -> Iterator[CheckLine]:
    frame, currency = channel_rows(context, name, rules, sent), context.settings.company.currency
    unmapped, cash = frame.filter(pl.col("state") == "unmapped"), frame.filter(pl.col("state") == "cash")
    if unmapped.height:
        orders = int(unmapped["orders"].sum())
        text = f"No account of the ledger receives the money of {_named(unmapped['channel'])}. Orders that wait: {orders:,}."
        remedy = "recon match --channel NAME --method CODE"
        yield _without_account(unmapped, "missing", text, remedy, currency)
    if cash.height:
        orders = int(cash["orders"].sum())
        text = f"Booked as cash, because nobody chose an account for {_named(cash['channel'])}. Orders: {orders:,}."
        remedy = "recon match --channel NAME --method CODE, or channels.unmapped in recon.toml"
        yield _without_account(cash, "warning", text, remedy, currency)
    known = {fold(channel) for channel in frame["channel"]}
    unused = [channel for channel in rules.payment_channels if channel != ALL and fold(channel) not in known]
    if unused:
        yield CheckLine(
            check="payment-channels", state="warning", text=f"No order has the chosen channel {', '.join(unused)}.",
            remedy="payment_channels in recon.toml", setting="payment_channels", place="settings",
        )  # fmt: skip
    mapped = frame.filter(pl.col("state") == "mapped").height
    if mapped and mapped == frame.filter(pl.col("state") != "not-needed").height:
        yield CheckLine(check="payment-channels", state="ok", text=f"All have an account: {mapped:,}.", count=mapped)


def _named(channels: pl.Series) -> str:
    """Return names, the rest counted; the channel of orders that name none has words of its own."""
    names = [channel or "(no channel stated)" for channel in channels]
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _skus(context: Context, name: str, rules: Connection, sent: CanonicalFrames) -> CheckLine:
    skus, blocked, total = open_skus(context, name, rules, sent)
    open_ = skus.filter(pl.col("state").cast(pl.String).is_in(["unlinked", "suggested"]))
    if rules.detail.inventory == "one":
        where = f"the item {rules.detail.item}" if rules.detail.item else f"accounts.sales = {rules.accounts.sales}"
        text = (
            f'All goods are booked together on {where} (detail.inventory = "one"): {skus.height:,} SKUs need no link.'
        )
        return CheckLine(check="skus", state="ok", text=text, count=0)
    if not open_.height:
        return CheckLine(check="skus", state="ok", text=f"All are linked or go as text: {skus.height:,}.", count=0)
    return CheckLine(
        check="skus", state="missing", text=f"SKUs that are not linked: {open_.height:,}. Orders that wait for them: {blocked:,}.",
        remedy="recon match --link-all, or recon match --sku SKU --product CODE; products.unlinked", setting="products.unlinked", place="products",
        count=open_.height, total=total,
    )  # fmt: skip


def _charges(
    context: Context, name: str, rules: Connection, catalog: Catalog, table: ChargeTable
) -> Iterator[CheckLine]:
    """Yield a line per charge that has no place in the ledger; one line where all have."""
    products = {product.code for product in catalog.products}
    chart = {account.code for account in catalog.accounts}
    used = table.frame.filter(pl.col("orders") > 0)
    seen: set[str] = set()
    offers = {(gap.sales_channel, gap.kind): gap.offer for gap in service_gaps(context, name, rules) if gap.code}
    for row in table.frame.iter_rows(named=True):
        wrong = _wrong_charge(row, products, chart)
        if wrong is None or (row["orders"] == 0 and row["code"] in seen):
            continue
        seen.add(row["code"])
        channel = row["sales_channel"] or "(no sales channel)"
        charge, everywhere = row["kind"], row["sales_channel"] == DEFAULT
        amount = plain(row["amount_minor"], table.currency) if row["orders"] else None
        otherwise = charge_command(row["sales_channel"], row["kind"])
        yield CheckLine(
            check="services" if row["is_product"] else "charges", state="missing", text=f"The charge {charge}: {wrong}" if everywhere else f"The charge {charge} of {channel}: {wrong}",
            remedy=offers.get((_table(row, rules), row["kind"]), otherwise), setting=f"charges.{_table(row, rules)}.{row['kind']}",
            place="channels", count=row["orders"] or None, total=amount,
        )  # fmt: skip
    if not seen and used.height:
        kinds = ", ".join(
            f"{kind} = {code}" if code else kind
            for kind, code in used.select("kind", "code").unique(maintain_order=True).iter_rows()
        )
        yield CheckLine(check="charges", state="ok", text=f"Every charge of the orders has its place: {kinds}.")


_SERVICE_WORDS: Final = {
    "to-create": "{kind}: the service {name} is marked; it is created by an approved line of the plan.",
    "not-chosen": "{kind}: the ledger has the service {name}, and the settings book on an account.",
    "not-there": "{kind}: the ledger has no service {name}; it is created by an approved line of the plan.",
}


def _services(context: Context, name: str, rules: Connection) -> Iterator[CheckLine]:
    """Yield a line per service product the platform's charges need and the settings do not name."""
    for gap in service_gaps(context, name, rules):
        if gap.code:
            continue  # `_charges` says so for every product that is named
        yield CheckLine(
            check="services", state="warning" if gap.state == "to-create" else "missing",
            text=_SERVICE_WORDS[gap.state].format(kind=gap.kind, name=gap.name), remedy=gap.offer,
            setting=f"charges.{gap.sales_channel}.{gap.kind}.product", place="channels",
        )  # fmt: skip


def _wrong_charge(row: dict[str, object], products: set[str], chart: set[str]) -> str | None:
    """Return what is the matter with a charge's rule, or None."""
    code = str(row["code"])
    if row["is_open"]:
        return f"Nobody has said how it is booked. Orders that are held: {row['orders']:,}."
    if row["is_product"] and products and code not in products:
        return f"The ledger has no service product {code}; it is created there, or by an approved line of the plan."
    if code and not row["is_product"] and row["orders"] and not row["on_sales"] and chart and code not in chart:
        return f"The ledger's chart has no account {code}."
    return None


def _table(row: dict[str, object], rules: Connection) -> str:
    """Return the table of recon.toml the rule stands in."""
    return str(row["sales_channel"]) if row["sales_channel"] in rules.charges else DEFAULT


def _shipping(table: ChargeTable, rules: Connection) -> Iterator[CheckLine]:
    """Warn where a platform bills shipping itself and the orders' shipping is booked as the shop's own sale."""
    billing = {fold(facts.label): facts.label for facts in SOURCES.values() if facts.bills_shipping}
    own = SOURCES[rules.source].label if SOURCES[rules.source].bills_shipping else ""
    shipping = table.frame.filter(pl.col("kind") == "shipping", pl.col("orders") > 0)
    for row in shipping.iter_rows(named=True):
        label = own or next((label for key, label in billing.items() if key in fold(row["sales_channel"])), "")
        if not label:
            continue
        orders, amount = row["orders"], plain(row["amount_minor"], table.currency)
        if row["treatment"] == "book" and not row["is_own"]:  # a rule of the channel's own is somebody's word
            yield CheckLine(
                check="shipping", state="warning", text=f"{label} bills shipping to the buyer itself, and here it is booked as the shop's. Orders: {orders:,}.",
                remedy="recon match --charge " + shlex.quote(f"{row['sales_channel']}:shipping=leave-out"), setting=f"charges.{_table(row, rules)}.shipping.treatment", place="channels",
                count=orders, total=amount,
            )  # fmt: skip
        elif row["treatment"] == "leave-out":
            yield CheckLine(
                check="shipping", state="ok", text=f"It stays off the documents, because {label} bills it itself. Orders: {orders:,}.",
                count=orders, total=amount,
            )  # fmt: skip


def _held(context: Context, name: str, frames: CanonicalFrames) -> Iterator[CheckLine]:
    """Yield a line each for taxes, status words and accounts that hold orders; ``frames``: those a plan would send."""
    found = [frames.findings.select("code", "order_key", "column", "value")]
    if latest_plan_folder(context, name) is not None:
        found.append(latest_plan(context, name, "findings").select("code", "order_key", "column", "value"))
    findings = pl.concat(found).unique(maintain_order=True)
    amounts = frames.orders.select("order_key", "total_minor", "tax_text")

    def held(codes: tuple[str, ...]) -> tuple[int, str, str]:
        """Return how many orders these findings hold, their sum, and the words they are about."""
        some = findings.filter(pl.col("code").is_in(codes)).join(amounts, on="order_key", how="inner")
        rate = pl.when(pl.col("code") == "tax-rate-unknown").then("tax_text")
        words = some.select(pl.coalesce("value", rate).alias("word")).drop_nulls().unique(maintain_order=True)
        orders = some.unique("order_key")
        total = plain(int(orders["total_minor"].sum()), context.settings.company.currency)
        return orders.height, total, f" ({_named(words['word'])})" if words.height else ""

    count, total, words = held(_TAXES)
    yield CheckLine(check="vat", state="ok", text="No order is held because of its tax.", count=0) if not count else CheckLine(
        check="vat", state="missing", text=f"The tax of orders fits no set rate, or does not tie{words}. Orders that are held: {count:,}.", count=count, total=total,
        remedy="vat_rate_percent or prices in recon.toml, or the order in the shop", setting="vat_rate_percent", place="settings",
    )  # fmt: skip
    count, total, words = held(_WORDS)
    yield CheckLine(check="words", state="ok", text="Every status word is known.", count=0) if not count else CheckLine(
        check="words", state="missing", text=f"Nobody explained the status words{words}. Orders that are held: {count:,}.", count=count, total=total,
        remedy="recon match --means WORD=STATE", place="importing",
    )  # fmt: skip
    count, total, _words = held(_ACCOUNT)
    if count:
        yield CheckLine(
            check="accounts", state="missing", text=f"A line that goes as text has no account of income. Orders that are held: {count:,}.", count=count, total=total,
            remedy="accounts.sales in recon.toml, or recon connect --set-accounts", setting="accounts.sales", place="settings",
        )  # fmt: skip


def _contacts(
    context: Context, name: str, rules: Connection, catalog: Catalog, orders: pl.DataFrame | None
) -> Iterator[CheckLine]:
    """Yield a line per standing contact that the ledger lacks or cannot take; one line where all are there."""
    able = context.outside.capabilities(name, rules)
    longest = able.contact_code_max_length
    named = {"contacts.default": rules.contacts.default} | {
        f"contacts.by_channel.{channel}": code for channel, code in rules.contacts.by_channel.items()
    }
    known = {contact.code for contact in catalog.contacts}
    lacking: dict[str, str] = {}
    for setting, code in named.items():
        if not 0 < len(code) <= longest:
            yield CheckLine(
                check="contacts", state="missing", text=f"{setting}: the ledger takes codes of 1 to {longest} characters, and {code!r} has {len(code)}.",
                remedy=f"{setting} in recon.toml", setting=setting, place="settings",
            )  # fmt: skip
        elif known and code not in known:
            lacking.setdefault(code, setting)
    for code, setting in lacking.items():
        how = (
            "An import file creates none."
            if able.is_file
            else "The first upload whose documents name it creates it, and the plan lists it before."
        )
        yield CheckLine(
            check="contacts", state="missing" if able.is_file else "warning", text=f"The ledger has no contact {code}. {how}",
            remedy=f"create it in the ledger and run recon connect --refresh, or change {setting} in recon.toml", setting=setting, place="settings",
        )  # fmt: skip
    if not known:
        yield CheckLine(
            check="contacts",
            state="unknown",
            text="The ledger's contacts are not known, so it is not known whether the standing ones are there.",
            remedy="recon connect --refresh",
        )
    elif not lacking:
        yield CheckLine(
            check="contacts", state="ok", text=f"In the ledger: {', '.join(dict.fromkeys(named.values()))}."
        )
    if orders is not None:
        have = {fold(channel) for channel in orders["sales_channel"].unique()}
        unused = [channel for channel in rules.contacts.by_channel if fold(channel) not in have]
        if unused:
            yield CheckLine(
                check="contacts", state="warning", text=f"No order is of sales channel {', '.join(unused)}, which has a standing contact.",
                remedy="contacts.by_channel in recon.toml", setting="contacts.by_channel", place="settings",
            )  # fmt: skip

"""New things: a channel, word, tax, column or SKU that no earlier file of a connection had is asked about once.

What was there before the first plan is the beginning and no question. After that, a value waits for a person's word: its orders
are held where a default of the settings would otherwise book them, and only shown where somebody has said already what it means
(a mapping, the list of words of the provider or of a profile). Nothing is kept but the answers: everything seen is told by the
kept frames. Answers are mappings of kind ``seen``; approving a batch answers what was only shown with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.frames.canonical import CanonicalFrames
from recon.frames.findings import findings_from, gather, no_findings, one_finding
from recon.frames.gift_cards import is_gift_card
from recon.frames.text import fold, fold_column
from recon.money import plain
from recon.normalize.sightings import (
    ORDER_COLUMNS,
    SKU,
    key_of,
    keys_of,
    orders_naming,
    sold_products,
    written,
)
from recon.service.context import Context
from recon.service.mapping_frames import channel_links, product_links
from recon.service.seen_columns import answered_columns, new_columns, without_answered
from recon.service.seen_eras import Eras, Sets
from recon.summaries.things import ThingLine, seen_command

HOLDS, SHOWS = "new-thing", "first-seen"
_SAID_BY: Final = {
    "status": ("status-unknown", "payment-status-unknown"),
    "tax": ("tax-rate-unknown", "vat-does-not-tie"),
}
"""Findings that hold an order for the same cause already."""
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class NewThings:
    """What is open, and what it means for the plan."""

    lines: tuple[ThingLine, ...] = ()
    findings: pl.DataFrame = field(default_factory=no_findings)
    answered_columns: frozenset[str] = frozenset()
    """Keys of headings nobody has to be told about again."""

    def told(self, findings: pl.DataFrame) -> pl.DataFrame:
        """Return findings of the files with what is new, and without new columns that were answered."""
        return gather([without_answered(findings, self.answered_columns), self.findings])


def new_things(
    context: Context, name: str, rules: Connection, sets: Sets, frames: CanonicalFrames, posted: pl.DataFrame
) -> NewThings:
    """Return what is new in a connection's files and open; ``frames``: the latest version of every order."""
    eras = Eras.of(context, name, sets)
    said = frozenset(context.store.mappings.current(name, "seen"))
    columns = answered_columns(eras, said)
    if not eras.later:
        return NewThings(answered_columns=columns)
    asked = _Asked(context, name, rules, eras, said, _in_question(frames.orders, rules), frames, posted)
    parts = [part for kind in ORDER_COLUMNS if (part := asked.of_orders(kind)) is not None]
    parts += [
        part for part in (asked.of_skus(), new_columns(eras, columns, context.store.files.names())) if part is not None
    ]
    return NewThings(
        lines=tuple(line for lines, _ in parts for line in lines),
        findings=gather([found for _, found in parts]),
        answered_columns=columns,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """One look through all kinds."""

    context: Context
    name: str
    rules: Connection
    eras: Eras
    said: frozenset[str]
    orders: pl.DataFrame
    """Orders that may become documents."""
    frames: CanonicalFrames
    posted: pl.DataFrame

    def of_orders(self, kind: str) -> tuple[list[ThingLine], pl.DataFrame] | None:
        """Return what is new among the values that orders name; None: nothing."""
        seen: frozenset[str] = frozenset().union(*(keys_of(part, kind) for part in self.eras.later))
        fresh = seen - self.eras.known(kind, with_approved=False)
        if not fresh:
            return None
        if kind == "status":
            fresh -= defined_words(self.rules)
        open_keys = frozenset(key for key in fresh if seen_key(kind, key) not in self.said)
        texts = written(kind, self.eras.later, open_keys)
        holding = self._holding(kind, texts)
        shown = self.eras.known(kind, with_approved=True)  # what was only shown is answered by approving its batch
        asked = {key: texts[key] for key, holds in holding.items() if holds or key not in shown}
        named = orders_naming(self.orders, kind, asked) if asked else self.orders.clear()
        return None if named.is_empty() else self._told(kind, named, holding)

    def _holding(self, kind: str, texts: Mapping[str, str]) -> dict[str, bool]:
        """Return for each new value that needs a word whether its orders wait for it."""
        if kind == "payment-channel":
            return self._payment_channels(texts)
        if kind == "sales-channel":
            return self._sales_channels(texts)
        return dict.fromkeys(texts, False)

    def _payment_channels(self, texts: Mapping[str, str]) -> dict[str, bool]:
        """Hold what would be booked as cash because nobody mapped it; show what is left out because nobody chose it."""
        mapped = {
            part for link in channel_links(self.context, self.name)["payment_channel"] for part in link.split("+")
        }
        chosen = {fold(channel) for channel in self.rules.payment_channels}
        known = self._posted_keys("payment-channel", texts)
        found = {}
        for key, text in texts.items():
            if key in mapped or key in chosen:
                continue
            if "*" not in chosen:
                found[key] = False
            elif self.rules.channels.unmapped == "cash" and not is_gift_card(text) and key not in known:
                found[key] = True
        return found

    def _sales_channels(self, texts: Mapping[str, str]) -> dict[str, bool]:
        """Hold a channel that falls to the default although charges differ by channel; show any other."""
        ruled = {fold(channel) for channel in self.rules.charges} - {"default"}
        named_in_settings = ruled | {fold(channel) for channel in self.rules.contacts.by_channel}
        known = self._posted_keys("sales-channel", texts)
        return {key: bool(ruled) and key not in known for key in texts if key not in named_in_settings}

    def _posted_keys(self, kind: str, texts: Mapping[str, str]) -> frozenset[str]:
        """Return the values of orders that stand in the ledger: a person approved them."""
        named = orders_naming(self.orders, kind, texts)
        there = named.join(self.posted.select("order_key").unique(), on="order_key", how="semi")
        return frozenset(there["thing_key"].to_list())

    def _told(
        self, kind: str, named: pl.DataFrame, holding: Mapping[str, bool]
    ) -> tuple[list[ThingLine], pl.DataFrame] | None:
        """Return lines and findings of the orders that name something new, without those another finding holds for it."""
        twins = self.frames.findings.filter(pl.col("code").is_in(_SAID_BY.get(kind, ())))["order_key"].drop_nulls()
        named = named.filter(~pl.col("order_key").is_in(twins.unique().implode())) if twins.len() else named
        if kind == "currency":  # every order in another currency is held for it anyway
            named = named.clear()
        if named.is_empty():
            return None
        lines = [
            self._line(kind, row, holds=holding[row["thing_key"]])
            for row in _by_thing(named, self.context.settings.company.currency).iter_rows(named=True)
        ]
        details = {line.value: f"{line.words} {line.command}" for line in lines}
        column = ORDER_COLUMNS[kind]
        parts = []
        for code, is_hold in ((HOLDS, True), (SHOWS, False)):
            some = named.filter(pl.col("thing_key").is_in([key for key, holds in holding.items() if holds is is_hold]))
            if some.height:
                detail = pl.col("thing").replace_strict(details, default=None, return_dtype=pl.String)
                parts.append(
                    findings_from(
                        some,
                        code,
                        column=column,
                        value=pl.col("thing"),
                        amount_minor=pl.col("total_minor"),
                        detail=detail,
                    )
                )
        return lines, gather(parts)

    def _line(self, kind: str, row: Mapping[str, object], *, holds: bool) -> ThingLine:
        value, count = str(row["thing"]), int(str(row["orders"]))
        amount = plain(int(str(row["amount_minor"])), self.context.settings.company.currency)
        kind_words, meaning = _KIND_WORDS[kind], self._meaning(kind, row)
        return ThingLine(
            kind=kind, value=value, holds=holds, orders=count, amount=amount,
            file=self._file(str(row["file"])), row=int(str(row["row"])),
            words=(
                f"First seen: {kind_words} {value!r}, 1 order over {amount}. {meaning}" if count == 1
                else f"First seen: {kind_words} {value!r}, {count:,} orders over {amount}. {meaning}"
            ),
            command=seen_command(kind, value), keys=(str(row["thing_key"]),),
        )  # fmt: skip

    def _file(self, digest: str) -> str:
        return self.context.store.files.names().get(digest, digest)

    def _meaning(self, kind: str, row: Mapping[str, object]) -> str:
        """Return what becomes of the orders, and which setting says otherwise."""
        where = f"connections.{self.name}"
        if kind == "payment-channel":
            if "*" not in self.rules.payment_channels:
                return f"It is not one of {where}.payment_channels, so its orders are left out; add it there if they should be sent."
            cash = self.rules.channels.cash_method
            return f"No account was named for it; without a word it would be booked as cash on {cash}. Map it: recon match --channel NAME --method CODE, or say that cash is right:"
        if kind == "sales-channel":
            return f"Nothing is set for it: {where}.charges.default and contacts.default apply. Set charges or a contact of its own there, or say that the default is right:"
        if kind == "tax":
            return f"Its arithmetic fits the set VAT rate of {self.rules.vat_rate_percent} % or no tax. If the rate has changed (7 to 10), post what is left of the old rate first, then set {where}.vat_rate_percent; else:"
        if kind == "status":
            read_as = [str(row[column]) for column in ("order_state", "payment_state") if row[column] != "unknown"]
            if read_as[1:]:
                return f"It is read as {read_as[0]} and {read_as[1]}. If it means something else, say so: recon match --means WORD=STATE; else:"
            return f"It is read as {''.join(read_as)}. If it means something else, say so: recon match --means WORD=STATE; else:"
        return ""

    def of_skus(self) -> tuple[list[ThingLine], pl.DataFrame] | None:
        """Return the SKUs that would go as text although no person has seen them, as one line; links ask for the others."""
        if self.rules.products.unlinked != "text" or self.rules.detail.inventory == "one":
            return None
        fresh = frozenset().union(*(keys_of(part, SKU) for part in self.eras.later))
        fresh -= self.eras.known(SKU, with_approved=True)
        fresh -= frozenset(product_links(self.context, self.name)["sku_key"].to_list())
        fresh = frozenset(key for key in fresh if seen_key(SKU, key) not in self.said)
        if not fresh:
            return None
        lines = sold_products(self.frames).select("order_no", "sku", "amount_minor")
        keyed = lines.with_columns(fold_column(lines["sku"]).alias("key")).filter(pl.col("key").is_in(list(fresh)))
        keyed = keyed.join(
            self.orders.select("order_no", "file", "row"), on="order_no", how="inner", maintain_order="left"
        )
        if keyed.is_empty():
            return None
        return self._sku_line(keyed)

    def _sku_line(self, keyed: pl.DataFrame) -> tuple[list[ThingLine], pl.DataFrame]:
        names = keyed["sku"].unique(maintain_order=True).to_list()
        shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")
        minor, first = int(keyed["amount_minor"].cast(pl.Int128).sum()), keyed.row(0, named=True)
        line = ThingLine(
            kind=SKU, value=shown, holds=False, orders=keyed["order_no"].n_unique(),
            amount=plain(minor, self.context.settings.company.currency), file=self._file(first["file"]), row=first["row"],
            words=f"First seen: {len(names):,} SKUs without a product ({shown}); they go as text (connections.{self.name}.products.unlinked). Link them, or:",
            command=seen_command(SKU, "*"), keys=tuple(keyed["key"].unique(maintain_order=True).to_list()),
        )  # fmt: skip
        found = one_finding(
            SHOWS, file=first["file"], row=first["row"], column="sku", value=shown, amount_minor=minor,
            detail=f"{line.words} {line.command}",
        )  # fmt: skip
        return [line], found


_KIND_WORDS: Final = {
    "sales-channel": "sales channel", "payment-channel": "payment channel", "status": "status", "tax": "tax",
    "currency": "currency",
}  # fmt: skip


def _in_question(orders: pl.DataFrame, rules: Connection) -> pl.DataFrame:
    """Return the orders that may become documents: of a kind that is on, from the start date on."""
    day = pl.max_horizontal("ordered_on", "paid_on")
    return orders.filter(pl.col("record_kind").cast(pl.String).is_in(list(rules.record_kinds)), day >= rules.start_date)


def _by_thing(named: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Return one row per value: how many orders, over how much in the books' currency, and the first of them."""
    own = pl.col("total_minor").filter(pl.col("currency") == currency)
    return named.group_by("thing_key", maintain_order=True).agg(
        pl.len().alias("orders"), own.cast(pl.Int128).sum().alias("amount_minor"),
        pl.first("thing", "file", "row", "order_state", "payment_state"),
    )  # fmt: skip


def defined_words(rules: Connection) -> frozenset[str]:
    """Return the keys of status words whose meaning somebody has set: nobody has to be asked about them."""
    return frozenset(key_of("status", word) for word in rules.status_words)


def seen_key(kind: str, key: str) -> str:
    """Return the key of an answer."""
    return f"{kind}:{key}"


def answers_to(lines: Sequence[ThingLine], kind: str, value: str) -> tuple[ThingLine, ...]:
    """Return the open things a word of a person is about: one, all of a kind (``*``), or all."""
    if kind == "all":
        return tuple(lines)
    same: Callable[[ThingLine], bool] = lambda line: value == "*" or key_of(kind, line.value) == key_of(kind, value)  # noqa: E731
    return tuple(line for line in lines if line.kind == kind and same(line))

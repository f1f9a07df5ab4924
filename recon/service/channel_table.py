"""Payment channels as a person works through them: where each one's money lands, what it holds back, what it might be."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recon.config.connection import Connection
from recon.domain.providers import ledger_facts
from recon.frames.canonical import CanonicalFrames
from recon.match.channels import moves_money, resolve_channels, unmapped_channels
from recon.match.keys import fold_column
from recon.match.suggest import suggest_by_words, suggest_methods
from recon.match.work_filter import matching_rows
from recon.normalize.paid_parts import paid_parts
from recon.plan.marketplace import counted_orders, settled_orders
from recon.service import match_undo
from recon.service.channel_rows import CHANNEL_ROWS, STATES
from recon.service.context import Context
from recon.service.mapping_frames import channel_links, ledger_methods
from recon.service.returned import planned_frames
from recon.service.till_channels import till_channel_rows
from recon.service.till_table import is_till


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTable:
    """All payment channels of the orders."""

    connection: str
    currency: str
    frame: pl.DataFrame
    methods: tuple[tuple[str, str, str], ...]
    """The ledger's bank, cash and clearing channels: code, name, account behind it ("" where the ledger does not say)."""
    unmapped: str
    """What happens to a channel nobody mapped: hold or cash."""
    cash_method: str
    has_orders: bool
    undo_name: str
    redo_name: str

    def filter(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the positions of the rows that pass what was typed, and what of it was not understood."""
        states = {"open": ("unmapped",), "unmapped": ("unmapped",), "cash": ("cash",), "mapped": ("mapped",),
                  "not-needed": ("not-needed",)}  # fmt: skip
        return matching_rows(self.frame, text, states=states, amount="amount_minor", currency=self.currency)

    def work_order(self) -> pl.Series:
        """Return all rows, what waits for a person first."""
        return _work_order(self.frame)


def channel_table(context: Context, connection: str | None) -> ChannelTable:
    """Return all payment channels of the orders, and the ledger's channels they can go to."""
    name, rules = context.connection(connection)
    frames = planned_frames(context, name, rules)
    undo_name, redo_name = match_undo.names(context, name)
    methods = ledger_methods(context, name).with_columns(pl.col("account_code").fill_null(""))
    return ChannelTable(
        connection=name,
        currency=context.settings.company.currency,
        frame=channel_rows(context, name, rules, frames) if frames else pl.DataFrame(schema=CHANNEL_ROWS),
        methods=tuple(methods.iter_rows()),
        unmapped=rules.channels.unmapped,
        cash_method=rules.channels.cash_method,
        has_orders=frames is not None,
        undo_name=undo_name,
        redo_name=redo_name,
    )


def channel_rows(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> pl.DataFrame:
    """Return CHANNEL_ROWS, the most money first."""
    if is_till(rules):
        return till_channel_rows(context, name, rules, frames)
    links, methods = channel_links(context, name), ledger_methods(context, name)
    cash = rules.channels.cash_method if rules.channels.unmapped == "cash" else ""
    orders = counted_orders(frames.orders, rules, settled_orders(frames.orders, frames.payments))
    moves = moves_money(orders, frames.findings, context.settings.company.currency)
    used = unmapped_channels(orders, links.clear(), moves, split_parts(context, name, rules, frames))
    resolved = resolve_channels(used["payment_channel"], links, chosen=rules.payment_channels, cash_method=cash)
    rows = used.join(resolved, on="payment_channel", how="left", maintain_order="left")
    rows = rows.join(
        methods.select("payment_method", "method_name"), on="payment_method", how="left", maintain_order="left"
    )
    waiting = rows.filter(pl.col("payment_method").is_null())
    # Where the code is the account's own name, that is what a channel is compared with.
    if ledger_facts(rules.target).is_american:
        named = methods.with_columns(pl.col("payment_method").alias("method_name"))
        hints = pl.concat([suggest_methods(waiting, named), suggest_by_words(waiting, methods)])
    else:
        hints = suggest_methods(waiting, methods)
    hints = hints.unique("open_text", keep="first", maintain_order=True).select(
        pl.col("open_text").alias("payment_channel"), pl.col("code").alias("suggestion"),
        pl.col("name").alias("suggestion_name"), "reason",
    )  # fmt: skip
    rows = rows.join(hints, on="payment_channel", how="left", maintain_order="left")
    rows = rows.with_columns(_state().alias("state"), pl.col("reason").fill_null(""))
    needed = pl.col("state") != "not-needed"
    rows = rows.with_columns(
        pl.when(needed).then(name).alias(name) for name in ("payment_method", "method_name", "account_code")
    )
    target = pl.concat_str(
        ["payment_method", pl.col("method_name").fill_null("")], separator="  "
    ).str.strip_chars_end()
    rows = rows.with_columns(target.fill_null("").alias("target"), fold_column(rows["payment_channel"]).alias("key"))
    search = [fold_column(rows[name]) for name in ("payment_channel", "target")]
    return rows.select(
        "key", pl.col("payment_channel").alias("channel"), pl.col("order_count").alias("orders"), "amount_minor",
        pl.when(pl.col("state") == "unmapped").then("amount_minor").otherwise(0).alias("blocked_minor"),
        pl.col("state").cast(pl.Enum(STATES)), pl.col("payment_method").alias("method"), "method_name",
        pl.col("account_code").alias("account"), "target", "suggestion", "suggestion_name", "reason",
        pl.concat_str([pl.lit(text) for text in search], separator="\x1f").alias("search"),
    )  # fmt: skip


def split_parts(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> pl.DataFrame | None:
    """Return PAID_PARTS where the ledger takes a receipt into several accounts; None where it does not."""
    if not context.outside.capabilities(name, rules).split_payments:
        return None
    return paid_parts(frames.orders, frames.payments)


def _state() -> pl.Expr:
    """Return mapped, cash, unmapped, or not-needed for a channel of test orders and orders over nothing."""
    has_method = pl.col("payment_method").is_not_null()
    return (
        pl.when(has_method & ~pl.col("by_default")).then(pl.lit("mapped"))
        .when(pl.col("moving_count") == 0).then(pl.lit("not-needed"))
        .when(pl.col("by_default")).then(pl.lit("cash"))
        .otherwise(pl.lit("unmapped"))
    )  # fmt: skip


def _work_order(frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.int_range(pl.len(), dtype=pl.UInt32).sort_by("state", maintain_order=True)).to_series()

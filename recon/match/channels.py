"""Payment channels: which bank, cash or clearing channel of the ledger each one lands in, and what the rest holds back.

An order may name several channels, joined with `` + ``. Where the source states what came in through each, and the ledger takes
it so, each counts by itself (`recon.normalize.paid_parts`). Else the combination has a link of its own, unless all its parts
lead to the same ledger channel.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.conform import fill
from recon.frames.gift_cards import is_gift_card
from recon.match.keys import channel_parts, fold

METHODS: Final = pl.Schema({
    "payment_method": pl.String(),      # ledger's code
    "method_name": pl.String(),
    "account_code": pl.String(),        # null or "": the ledger does not say
})  # fmt: skip
"""The ledger's bank, cash and clearing channels as match sees them."""

RESOLVED_CHANNELS: Final = pl.Schema({
    "payment_channel": pl.String(),     # as the orders spell it
    "payment_method": pl.String(),      # null: no link
    "account_code": pl.String(),        # null: no link
    "chosen": pl.Boolean(),             # one of the connection's chosen channels
    "by_default": pl.Boolean(),         # booked on the cash channel because nobody mapped it
})  # fmt: skip
"""One row per distinct channel of the orders."""

UNMAPPED_CHANNELS: Final = pl.Schema({
    "payment_channel": pl.String(),     # as the orders spell it; "" when they name none
    "order_count": pl.UInt32(),
    "moving_count": pl.UInt32(),        # of these, orders with money for an account; 0: the channel needs none
    "amount_minor": pl.Int64(),         # sum of their totals
})  # fmt: skip
"""One row per channel without a link, the most money first."""

_MONEY_MOVED: Final = pl.col("payment_state").cast(pl.String).is_in(["paid", "partly_refunded", "refunded"])


def resolve_channels(
    channels: pl.Series, channel_links: pl.DataFrame, *, chosen: tuple[str, ...] = ("*",), cash_method: str = ""
) -> pl.DataFrame:
    """Return each distinct channel with its link.

    Args:
        channels: The orders' payment channels.
        channel_links: CHANNEL_LINKS.
        chosen: Names of the connection's chosen channels; ``*`` means all.
        cash_method: Ledger's cash channel for channels nobody mapped; empty: they stay without a link.
    """
    links = {channel: (method, account or method) for channel, method, account in channel_links.iter_rows()}
    accounts = dict(links.values())
    wanted = {fold(name) for name in chosen}
    rows = []
    for channel in channels.unique().drop_nulls().sort().to_list():
        found = _link_of(channel, links)
        # Paying with a gift card brings no cash: what the shop owes gets less.
        by_default = found is None and bool(cash_method) and not is_gift_card(channel)
        method, account = found or (
            (cash_method, accounts.get(cash_method, cash_method)) if by_default else (None, None)
        )
        rows.append((channel, method, account, _is_chosen(channel, wanted), by_default))
    return pl.DataFrame(rows, schema=RESOLVED_CHANNELS, orient="row")


def moves_money(orders: pl.DataFrame, findings: pl.DataFrame, currency: str) -> pl.Series:
    """Return per order whether it brings money to an account: not over zero, no test payment, in the books' currency."""
    tests = findings.filter(pl.col("code") == "test-payment")["order_key"].drop_nulls().unique()
    amount = (pl.col("total_minor") != 0) | (pl.col("platform_discount_minor") != 0)
    return orders.select(
        amount & (pl.col("currency") == currency) & ~pl.col("order_key").is_in(tests.implode())
    ).to_series()


def unmapped_channels(
    orders: pl.DataFrame,
    channel_links: pl.DataFrame,
    moves: pl.Series | None = None,
    parts: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return channels of paid orders without a link and the orders they hold back.

    Args:
        orders: ORDERS.
        channel_links: CHANNEL_LINKS.
        moves: Per order, whether it moves money (`moves_money`); None: all do.
        parts: PAID_PARTS of orders that count each of their channels with its own amount; None: every order counts whole.
    """
    moving = pl.repeat(value=True, n=orders.height, eager=True) if moves is None else moves
    orders = orders.with_columns(moving.alias("_moves"))
    paid = _each_channel(orders.filter(_MONEY_MOVED, pl.col("order_state") != "cancelled"), parts)
    resolved = resolve_channels(paid["payment_channel"], channel_links).filter(pl.col("payment_method").is_null())
    held = paid.join(resolved.select("payment_channel"), on="payment_channel", how="semi")
    weighed = held.group_by("payment_channel").agg(
        pl.len().alias("order_count"),
        pl.col("_moves").sum().alias("moving_count"),
        pl.col("total_minor").filter("_moves").sum().alias("amount_minor"),
    )
    return fill(weighed, UNMAPPED_CHANNELS).sort(["amount_minor", "payment_channel"], descending=[True, False])


def _each_channel(orders: pl.DataFrame, parts: pl.DataFrame | None) -> pl.DataFrame:
    """Return the orders with one row per channel and its amount where the payments are known one by one."""
    if parts is None or parts.is_empty():
        return orders
    own = parts.select("order_no", "payment_channel", pl.col("amount_minor").alias("total_minor"))
    others = orders.join(own, on="order_no", how="anti", maintain_order="left")
    each = orders.drop("payment_channel", "total_minor").join(
        own, on="order_no", how="inner", maintain_order="left_right"
    )
    return pl.concat([others, each.select(others.columns)])


def _link_of(channel: str, links: dict[str, tuple[str, str]]) -> tuple[str, str] | None:
    """Return the link of a channel or combination; a combination whose parts agree needs none of its own."""
    whole = links.get(fold(channel))
    if whole is not None:
        return whole
    parts = {links.get(part) for part in channel_parts(channel)}
    return parts.pop() if len(parts) == 1 else None


def _is_chosen(channel: str, wanted: set[str]) -> bool:
    return "*" in wanted or fold(channel) in wanted or all(part in wanted for part in channel_parts(channel))

"""Where a till's money lands: every means of payment per place, and the channels a cash count adds before any count exists."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from recon.config.connection import Connection
from recon.frames.canonical import CanonicalFrames
from recon.match.keys import fold, fold_column
from recon.match.till_accounts import Books
from recon.match.till_cash import (
    ADDED_CHANNELS,
    CASH_CODE,
    CASH_DIFFERENCE,
    added_channel,
    is_by_count,
    is_cash,
    needed_channels,
)
from recon.match.till_proposals import Proposal, propose_channel
from recon.service.channel_rows import CHANNEL_ROWS
from recon.service.context import Context
from recon.service.mapping_frames import channel_links, ledger_methods
from recon.service.till_table import books_of

_USED: Final = pl.Schema({
    "channel": pl.String(), "place": pl.String(), "part": pl.String(), "code": pl.String(), "orders": pl.UInt32(),
    "amount_minor": pl.Int64(), "waiting_minor": pl.Int64(),
})  # fmt: skip


def used_channels(rules: Connection, frames: CanonicalFrames) -> pl.DataFrame:
    """Return every means of payment of the settlements with its place and code, and the channels a count adds."""
    heads = frames.orders.filter(pl.col("record_kind") == "settlement", pl.col("order_state") != "cancelled").select(
        "order_no", pl.col("sales_channel").alias("place"), "total_minor"
    )
    taken = frames.payments.filter(
        ~is_by_count()
    )  # what a count in the file moves stands under the channels a count adds
    paid = taken.join(heads, on="order_no", how="inner", maintain_order="left")
    cash = pl.when(is_cash().fill_null(value=False)).then(pl.lit(CASH_CODE)).otherwise("reference")
    used = paid.group_by("payment_channel", "place", maintain_order=True).agg(
        cash.first().alias("code"), pl.col("order_no").n_unique().alias("orders"),
        pl.col("amount_minor").sum(), pl.col("total_minor").sum().alias("waiting_minor"),
    )  # fmt: skip
    prefix = pl.concat_str("place", pl.lit("/"))
    stands = pl.col("payment_channel").str.starts_with(prefix)
    part = (
        pl.when(stands).then(pl.col("payment_channel").str.slice(prefix.str.len_chars())).otherwise("payment_channel")
    )
    used = used.with_columns(part.alias("part")).rename({"payment_channel": "channel"})
    return pl.concat([used.select(pl.col(c).cast(t) for c, t in _USED.items()), _added(rules, heads, used)])


def _added(rules: Connection, heads: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """Return the channels a count needs at every place with cash, whether anything was counted yet or not."""
    needed = needed_channels(counts=rules.till.counting != "off", deposits=rules.till.bank_deposits == "settlement")
    with_cash = used.filter(pl.col("code") == CASH_CODE)["place"].unique().sort().to_list()
    counted = dict(heads.group_by("place").len().iter_rows())
    rows = [
        (added_channel(place, what), place, what, what, counted.get(place, 0), 0, 0)
        for place in with_cash
        for what in needed
    ]
    return pl.DataFrame(rows, schema=_USED, orient="row")


def till_channel_rows(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> pl.DataFrame:
    """Return CHANNEL_ROWS of a till, the most money first."""
    links = {row["payment_channel"]: row for row in channel_links(context, name).iter_rows(named=True)}
    methods = dict(ledger_methods(context, name).select("payment_method", "method_name").iter_rows())
    used, books = used_channels(rules, frames), books_of(context, name)
    found = [_row(row, links, methods, _hint(row, used, links, books), books) for row in used.iter_rows(named=True)]
    frame = pl.DataFrame(found, schema={c: t for c, t in CHANNEL_ROWS.items() if c != "search"}, orient="row")
    search = [fold_column(frame[column]) for column in ("channel", "target")]
    return (
        frame.with_columns(pl.concat_str([pl.lit(text) for text in search], separator="\x1f").alias("search"))
        .sort("amount_minor", "channel", descending=[True, False])
        .select(CHANNEL_ROWS.names())
    )


def channel_proposals(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> dict[str, Proposal]:
    """Return the first proposal of every channel without an account, by the channel."""
    links = {row["payment_channel"]: row for row in channel_links(context, name).iter_rows(named=True)}
    used, books = used_channels(rules, frames), books_of(context, name)
    open_ones = [row for row in used.iter_rows(named=True) if fold(row["channel"]) not in links]
    found = {row["channel"]: _hint(row, used, links, books) for row in open_ones}
    return {channel: hint for channel, hint in found.items() if hint is not None}


def _hint(row: dict[str, Any], used: pl.DataFrame, links: dict[str, dict[str, Any]], books: Books) -> Proposal | None:
    """Return what the channel might land on; None: nothing, or it has its account."""
    if fold(row["channel"]) in links:
        return None
    others = {
        other["place"]: (str(links[fold(other["channel"])]["payment_method"]), "")
        for other in used.iter_rows(named=True)
        if other["place"] != row["place"]
        and fold(other["part"]) == fold(row["part"])
        and fold(other["channel"]) in links
    }
    found = propose_channel(row["part"], row["code"], others, books)
    return found[0] if found else None


def _row(
    row: dict[str, Any], links: dict[str, dict[str, Any]], methods: dict[str, str], hint: Proposal | None, books: Books
) -> tuple[object, ...]:
    """Return one row of CHANNEL_ROWS without its search text."""
    link = links.get(fold(row["channel"]))
    method = link["payment_method"] if link else None
    # What a count adds holds no settlement by itself: the bank and a difference come only with the count.
    state = "mapped" if link else "unmapped"
    name = methods.get(method or "") or books.name(method or "")
    blocked = row["waiting_minor"] if state == "unmapped" and row["code"] not in ADDED_CHANNELS else 0
    return (
        fold(row["channel"]), row["channel"], row["orders"], row["amount_minor"], blocked, state, method, name or None,
        link["account_code"] if link else None, f"{method or ''}  {name}".strip(), hint.code if hint else None,
        hint.name if hint else None, hint.reason if hint else "",
    )  # fmt: skip


def takes_any_account(channel: str) -> bool:
    """Return whether a channel may land on any account of the chart: what is short or over may be a cost as well."""
    return fold(channel).endswith(fold(added_channel("", CASH_DIFFERENCE)))

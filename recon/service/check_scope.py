"""What the check-list counts and offers: only orders a plan would send, and only commands the program takes as they stand."""

from __future__ import annotations

import shlex
from dataclasses import replace

import polars as pl

from recon.config.connection import Connection
from recon.frames.canonical import CanonicalFrames
from recon.match.channels import resolve_channels
from recon.match.work_list import blocked_orders
from recon.money import plain
from recon.service.context import Context
from recon.service.product_table import product_frame


def to_be_sent(frames: CanonicalFrames, rules: Connection) -> CanonicalFrames:
    """Return the frames with the orders the settings do not keep away from the ledger: by kind, start date and payment channel."""
    orders = frames.orders
    channels = resolve_channels(orders["payment_channel"], _no_links(), chosen=rules.payment_channels)
    others = channels.filter(~pl.col("chosen"))["payment_channel"]
    sent = orders.filter(
        pl.col("record_kind").cast(pl.String).is_in(list(rules.record_kinds)),
        pl.max_horizontal("ordered_on", "paid_on") >= rules.start_date,
        ~pl.col("payment_channel").is_in(others.implode()) | (pl.col("payment_channel") == ""),
    )
    return replace(frames, orders=sent, lines=frames.lines.join(sent.select("order_no"), on="order_no", how="semi"))


def _no_links() -> pl.DataFrame:
    return pl.DataFrame(schema={"payment_channel": pl.String, "payment_method": pl.String, "account_code": pl.String})


def open_skus(context: Context, name: str, rules: Connection, sent: CanonicalFrames) -> tuple[pl.DataFrame, int, str]:
    """Return PRODUCT_ROWS of the orders a plan would send, how many of these wait for a SKU, and their total."""
    rows, _found = product_frame(context, name, rules, sent, suggestions=False)
    count, minor = blocked_orders(sent.orders, sent.lines, rows)
    return rows, count, plain(minor, context.settings.company.currency)


def charge_command(channel: str, kind: str) -> str:
    """Return the command that says how a charge is booked, with what there is for its kind."""
    first, others = (
        ("spread", "other-income, leave-out") if kind == "platform_voucher" else ("product:CODE", "account:CODE, leave-out")
    )  # fmt: skip
    return f"recon match --charge {shlex.quote(f'{channel}:{kind}={first}')} (or {others})"

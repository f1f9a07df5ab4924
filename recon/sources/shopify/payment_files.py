"""Shopify Payments' two exports, transactions and payouts: which one a file is, its columns, and what both have in common.

Every row becomes a record of its own under its payout (`SP-20260611`: the day; another currency than the shop's is named),
so that files may overlap and come in any order. `recon.normalize.payouts` puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from recon.errors import MalformedFile
from recon.frames.dates import DateForm, days
from recon.frames.delimited import TextHead, read_rows, refuse_damaged
from recon.frames.encodings import ENCODINGS
from recon.frames.headings import ROW, find_heading
from recon.frames.payout_keys import WAITING
from recon.sources.base import Forms, ReadOptions, StateWords

CHANNEL: Final = "Shopify Payments"
"""The payment channel as the orders export names it: its account is the one that payouts empty."""
SUPPLIER: Final = "Shopify"
PREFIX: Final = "SP-"
FEE: Final = "fee:payment"
DATE_FORMATS: Final = ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
WORDS: Final = StateWords(order={"": "completed", "waiting": "open"}, payment={"": "paid", "waiting": "unpaid"})
PAID: Final = "paid"
"""Word of a payout that has gone to the bank; everything else still waits."""
WAITS: Final = pl.col("status").fill_null("").str.to_lowercase() != PAID
"""Whether a row of either file still waits."""
_ORDER_NO: Final = "order_no"

TRANSACTIONS: Final = {
    "moment": "Transaction Date", "type": "Type", "order": "Order", "status": "Payout Status", "paid_out": "Payout Date",
    "amount": "Amount", "fee": "Fee", "net": "Net", "currency": "Currency",
}  # fmt: skip
TRANSACTIONS_TOO: Final = {"vat": "VAT", "payout_id": "Payout ID"}
"""Columns that only some exports have."""
PAYOUTS: Final = {
    "paid_out": "Payout Date", "status": "Status", "charges": "Charges", "refunds": "Refunds", "adjustments": "Adjustments",
    "reserved": "Reserved Funds", "fees": "Fees", "total": "Total", "currency": "Currency",
}  # fmt: skip
PAYOUTS_TOO: Final = {"retried": "Retried Amount"}
KNOWN: Final = {
    "transactions": (
        *TRANSACTIONS.values(), *TRANSACTIONS_TOO.values(), "Card Brand", "Card Source", "Available On", "Checkout",
        "Payment Method Name", "Presentment Amount", "Presentment Currency",
    ),
    "payouts": (*PAYOUTS.values(), *PAYOUTS_TOO.values()),
}  # fmt: skip
"""All headings that have been seen, by file."""
_SIGNS: Final = {
    "transactions": ("Transaction Date", "Payout Status", "Payout Date", "Fee", "Net"),
    "payouts": ("Payout Date", "Charges", "Refunds", "Adjustments", "Fees"),
}
_COLUMNS: Final = {"transactions": (TRANSACTIONS, TRANSACTIONS_TOO), "payouts": (PAYOUTS, PAYOUTS_TOO)}


def payment_kind(head: TextHead) -> str:
    """Return which of the two exports a file is, `transactions` or `payouts`; empty: neither."""
    kinds = (kind for kind, signs in _SIGNS.items() if all(find_heading(head.headings, sign) for sign in signs))
    return next(kinds, "")


def payment_rows(kind: str, head: TextHead, name: str) -> pl.DataFrame:
    """Return the rows as text under our names, blanks null, wholly blank rows left out.

    Raises:
        MalformedFile: Columns are missing or stand there twice, or the rows cannot be read.
    """
    needed, too = _COLUMNS[kind]
    missing = [heading for heading in needed.values() if find_heading(head.headings, heading) is None]
    twice = [heading for heading in (*needed.values(), *too.values()) if find_heading(head.headings, heading, 2)]
    for bad, what in ((missing, "lacks"), (twice, "has more than once")):
        if bad:
            raise MalformedFile(
                f"{name} looks like the {kind} export of Shopify Payments, but {what} {', '.join(bad)}. Export it again in "
                "the Shopify admin (Finance, Payouts) and import the file as it came. Nothing was imported.",
                file=name, row=head.header_row, column=bad[0],
            )  # fmt: skip
    found = {role: find_heading(head.headings, heading) for role, heading in (needed | too).items()}
    columns = {role: heading for role, heading in found.items() if heading is not None}
    rows, _ = read_rows(head, list(columns.values()), name=name, encodings=ENCODINGS)
    refuse_damaged(rows, [heading.column for heading in columns.values()], name=name)
    named = rows.rename({heading.column: role for role, heading in columns.items()}).with_columns(
        pl.col(list(columns)).str.strip_chars().replace("", None)
    )
    absent = [pl.lit(None, dtype=pl.String).alias(role) for role in too if role not in columns]
    return named.filter(~pl.all_horizontal(pl.exclude(ROW).is_null())).with_columns(absent)


def with_payout(rows: pl.DataFrame, options: ReadOptions, *, waits: pl.Expr) -> pl.DataFrame:
    """Add ``payout``: the day and, where it is not the shop's, the currency; WAITING where it is not paid out yet.

    A day nobody can read leaves it null, so that the row is refused.
    """
    form = DateForm(formats=DATE_FORMATS, timezone=options.timezone)
    day = days(rows["paid_out"], form).dt.strftime("%Y%m%d").alias("_day")
    currency = pl.col("currency").fill_null(options.currency).str.to_uppercase()
    foreign = pl.when(currency != options.currency).then(pl.lit("-") + currency).otherwise(pl.lit(""))
    named = pl.concat_str(pl.lit(PREFIX), day, foreign)
    return rows.with_columns(
        pl.when(waits).then(pl.lit(WAITING)).otherwise(named).alias("payout"), currency.alias("currency")
    )


def negated(text: pl.Expr) -> pl.Expr:
    """Return an amount's text with the other sign."""
    bare = text.str.strip_prefix("-")
    return pl.when(text.str.starts_with("-")).then(bare).otherwise(pl.concat_str(pl.lit("-"), bare))


def forms_of(options: ReadOptions) -> Forms:
    """Return how both files write days and amounts."""
    return Forms(date_formats=DATE_FORMATS, timezone=options.timezone)


def legs_together(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return legs as the lines of their records; ``parts``: order_no, the row, sku, name, unit_price and ``place`` among its lines."""
    both = pl.concat(parts).sort(_ORDER_NO, "place", maintain_order=True)
    number = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).over(_ORDER_NO)
    return both.select(
        _ORDER_NO, number.alias("line_no"), ROW, pl.lit("product").alias("kind"), "sku", "name",
        pl.lit("1").alias("quantity"), "unit_price",
    )  # fmt: skip


def fixed_columns(waits: pl.Expr) -> Mapping[str, pl.Expr]:
    """Return what every record says of itself."""
    state = pl.when(waits).then(pl.lit("waiting")).otherwise(pl.lit(""))
    return {
        "record_kind": pl.lit("purchase"), "order_state": state, "payment_state": state, "sales_channel": pl.lit(SUPPLIER),
        "payment_channel": pl.lit(CHANNEL), "customer_name": pl.lit(SUPPLIER),
    }  # fmt: skip

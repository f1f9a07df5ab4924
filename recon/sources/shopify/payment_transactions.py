"""The transactions export of Shopify Payments as a reading: one record per row, its amount and its fee as legs.

A charge is a sale of its order, a refund a refund; every other type (chargeback, dispute, reserve, adjustment, or one
nobody has seen yet) is a leg of its own under the file's own word, and waits until a person names its account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from recon.frames.amounts import minor_units
from recon.frames.dates import DateForm, moments
from recon.frames.delimited import TextHead
from recon.frames.findings import gather, no_findings, one_finding
from recon.frames.headings import ROW
from recon.frames.payout_keys import OTHER
from recon.money import exponent, plain
from recon.sources.base import Conventions, Reading, ReadOptions, StatedTotals
from recon.sources.shopify.csv_columns import columns_new
from recon.sources.shopify.payment_files import (
    DATE_FORMATS,
    FEE,
    KNOWN,
    TRANSACTIONS,
    TRANSACTIONS_TOO,
    WAITS,
    WORDS,
    fixed_columns,
    forms_of,
    legs_together,
    negated,
    payment_rows,
    with_payout,
)

NOTES: Final = (
    "The transactions cover Shopify Payments only: PayPal, cash, gift cards and manual methods never stand in them.",
    "What a payout comes to as a whole stands in the payouts export; import it too, so that a part is never taken for the whole.",
)
_TRANSFER: Final = "payout"
"""Type of the row that says what went to the bank; it is the sum of the others, not one of them."""
_GROUPS: Final = {"charge": "sale", "refund": "refund"}
_AMOUNTS: Final = ("amount", "fee", "net", "vat")
_ORDER_NO: Final = "order_no"
_HEADINGS: Final = {
    "order_id": TRANSACTIONS["paid_out"], "order_number": TRANSACTIONS["order"], "total": TRANSACTIONS["net"],
    "ordered_on": TRANSACTIONS["moment"], "paid_on": TRANSACTIONS["paid_out"], "unit_price": "Amount or Fee",
    "order_state": TRANSACTIONS["status"], "currency": TRANSACTIONS["currency"],
}  # fmt: skip
ROWS: Final = pl.Schema({
    **dict.fromkeys((*TRANSACTIONS, *TRANSACTIONS_TOO), pl.String()), ROW: pl.UInt32(),
})  # fmt: skip
"""Transactions as text under our names, with the row each stands in."""


def read_transactions(head: TextHead, name: str, options: ReadOptions, *, file_id: str) -> Reading:
    """Return a transactions export under canonical names.

    Raises:
        MalformedFile: Columns are missing or stand there twice, or the rows cannot be read.
    """
    rows = payment_rows("transactions", head, name).with_columns(pl.col("type").str.to_lowercase())
    is_transfer = pl.col("type").eq_missing(_TRANSFER)
    notes = (*NOTES, *_said(rows.filter(is_transfer)))
    odd = columns_new(head.headings, head.header_row, known=KNOWN["transactions"])
    return transactions_reading(
        rows.filter(~is_transfer), options, file_id=file_id, findings=[odd], notes=notes, headings=_HEADINGS
    )


def transactions_reading(
    rows: pl.DataFrame,
    options: ReadOptions,
    *,
    file_id: str,
    findings: Sequence[pl.DataFrame],
    notes: tuple[str, ...],
    headings: Mapping[str, str],
) -> Reading:
    """Return transactions, however they came, under canonical names.

    Args:
        rows: ROWS.
        options: What the reading depends on beside the file.
        file_id: First 12 digits of the file's digest.
        findings: What was found about the file.
        notes: What this format cannot tell.
        headings: The file's own names of columns.
    """
    rows = with_payout(rows, options, waits=WAITS)
    rows = _with_ids(rows.with_row_index(_ORDER_NO), options)
    return Reading(
        platform=options.platform,
        orders=_records(rows),
        lines=_lines(rows),
        forms=forms_of(options),
        conventions=Conventions(numbers_repeat=True, line_amount="computed", tax="none"),
        words=WORDS,
        findings=gather([_waiting(rows), *findings]).with_columns(pl.lit(file_id).alias("file")),
        stated=StatedTotals(row_count=rows.height),
        notes=notes,
        headings=headings,
    )


def _with_ids(rows: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    """Add amounts in minor units and the key: payout, moment, order, type, amounts, and a running number among equal ones.

    ``once`` is the key without the payout: the same transaction in another payout is known by it, and so is one that waited.
    """
    minor = minor_units(rows, _AMOUNTS, exponent(options.currency))
    # The moment on the shop's clock, so that a transaction has one name whichever way it came.
    when = moments(rows["moment"], DateForm(formats=DATE_FORMATS, timezone=options.timezone)).dt.strftime(
        "%Y%m%dT%H%M%S"
    )
    rows = rows.with_columns(pl.coalesce(pl.lit(when), "moment").alias("_moment"))
    rows = rows.with_columns(minor[name].alias(f"{name}_minor") for name in _AMOUNTS)
    parts = [pl.col(name).fill_null("-").str.replace_all("[/: ]+", "-") for name in ("_moment", "order", "type")]
    rows = rows.with_columns(pl.concat_str(parts, separator="/").alias("_what"))
    unread = pl.concat_str(pl.lit("?"), pl.len().over("payout", "_what").cast(pl.String))
    amounts = pl.concat_str(
        [pl.col(f"{name}_minor").cast(pl.String) for name in ("amount", "fee", "net")], separator="~"
    )
    rows = rows.with_columns(pl.coalesce(amounts, unread).alias("_amounts"))
    nth = pl.int_range(1, pl.len() + 1).over("payout", "_what", "_amounts").cast(pl.String)
    once = pl.concat_str(["_what", "_amounts", nth], separator="/")
    return rows.with_columns(once.alias("once"), pl.concat_str(["payout", once], separator="/").alias("order_id"))


def _records(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        _ORDER_NO, ROW, "order_id", pl.col("order").alias("order_number"), pl.col("once").alias("other_numbers"),
        pl.col("moment").alias("ordered_on"), pl.col("paid_out").alias("paid_on"), pl.col("net").alias("total"), "currency",
        *(value.alias(name) for name, value in fixed_columns(WAITS).items()),
    )  # fmt: skip


def _lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the legs: what moved, and the fee with the other sign; VAT apart only where Net shows it on top of the fee."""
    kind = pl.col("type").fill_null("-")
    group = kind.replace_strict(_GROUPS, default=None, return_dtype=pl.String)
    other = pl.concat_str(pl.lit(OTHER), kind.str.replace_all(r"\s+", "_"))
    named_fee = pl.when(group.eq_missing("sale")).then(pl.lit("Fee")).otherwise(pl.format("Fee, {}", kind))
    bare = pl.col("amount_minor") - pl.col("fee_minor")
    on_top = (bare != pl.col("net_minor")) & (bare - pl.col("vat_minor") == pl.col("net_minor"))
    legs = (
        ("amount", pl.coalesce(group, other), kind, pl.col("amount"), pl.lit(value=True)),
        ("fee", pl.lit(FEE), named_fee, negated(pl.col("fee")), pl.lit(value=True)),
        ("vat", pl.lit(FEE), pl.lit("VAT"), negated(pl.col("vat")), on_top.fill_null(value=False)),
    )  # fmt: skip
    parts = [
        rows.filter(counts, pl.col(role).is_not_null(), pl.col(f"{role}_minor").is_null() | (pl.col(f"{role}_minor") != 0))
        .select(_ORDER_NO, ROW, sku.alias("sku"), name.alias("name"), text.alias("unit_price"), pl.lit(place).alias("place"))
        for place, (role, sku, name, text, counts) in enumerate(legs)
    ]  # fmt: skip
    return legs_together(parts)


def _waiting(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the note on rows that are not paid out yet, by the file's words."""
    waiting = rows.filter(WAITS)
    if waiting.is_empty():
        return no_findings()
    total = int(waiting["net_minor"].cast(pl.Int128).sum() or 0)
    by_word = waiting.group_by(pl.col("status").fill_null("no status"), maintain_order=True).agg(
        pl.len(), pl.col("net_minor").sum()
    )
    said = [f"{word} {count:,} ({plain(int(net or 0))})" for word, count, net in by_word.iter_rows()]
    return one_finding(
        "payout-waiting", row=int(waiting[ROW][0]), value=str(waiting.height), amount_minor=total,
        detail=f"By payout status: {', '.join(said)}.",
    )  # fmt: skip


def _said(transfers: pl.DataFrame) -> list[str]:
    if transfers.is_empty():
        return []
    listed = ", ".join(map(str, transfers[ROW].head(5).to_list()))
    return [f"Rows of type payout, the sum of others, left out: {transfers.height} (row {listed})."]

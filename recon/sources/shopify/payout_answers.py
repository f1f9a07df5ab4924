"""Kept answers about payouts as a reading: the transactions of each payout, and what the payout comes to as a whole.

They are read like rows of the transactions export, so that both tell the same; the payout's net proves its transactions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl

from recon.frames.headings import ROW
from recon.frames.payout_keys import OTHER, STATED
from recon.sources.base import Reading, ReadOptions
from recon.sources.shopify.api_money import moment
from recon.sources.shopify.api_records import Record, listed, text_at
from recon.sources.shopify.kept import KeptAnswer
from recon.sources.shopify.payment_files import fixed_columns, with_payout
from recon.sources.shopify.payment_transactions import ROWS, transactions_reading
from recon.sources.shopify.queries import PAYOUT_ROWS, PAYOUTS

_TRANSFER: Final = "TRANSFER"
"""The payout itself, as a transaction."""
_PAID: Final = "PAID"
NOTES: Final = (
    "Transactions that are in no payout yet come with their payout; only payouts that went to the bank count.",
)
_STATED: Final = pl.Schema({
    "paid_out": pl.String(), "currency": pl.String(), "total": pl.String(), "row": pl.UInt32(),
})  # fmt: skip


def is_about_payouts(answers: Sequence[KeptAnswer]) -> bool:
    """Return whether a kept file is about payouts."""
    return bool(answers) and answers[0].asked == PAYOUTS.name


def payouts_reading(answers: Sequence[KeptAnswer], options: ReadOptions, *, file_id: str) -> Reading:
    """Return the payouts of one kept file under canonical names.

    Raises:
        ValueError: An answer says no, is not whole, or lacks the transactions of a payout.
    """
    payouts = [node for answer in answers if answer.asked == PAYOUTS.name for node in _nodes(answer, "payouts")]
    paid = {_text(node, "id"): node for node in payouts if node.get("status") == _PAID}
    answered = {answer.about for answer in answers if answer.asked == PAYOUT_ROWS.name}
    if missing := sorted(set(paid) - answered):
        raise ValueError(f"the transactions of {missing[0]} are missing")
    rows = _rows(answers, paid)
    reading = transactions_reading(rows, options, file_id=file_id, findings=[], notes=NOTES, headings=_HEADINGS)
    return _with_stated(reading, list(paid.values()), options)


_HEADINGS: Final = {
    "order_id": "associatedPayout.id", "order_number": "associatedOrder.name", "total": "net", "ordered_on": "transactionDate",
    "paid_on": "payouts.issuedAt", "unit_price": "amount or fee", "order_state": "payouts.status", "currency": "amount.currencyCode",
}  # fmt: skip


def _rows(answers: Sequence[KeptAnswer], paid: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    """Return ROWS: every transaction of a paid payout once, less the transfers themselves and tests."""
    found: dict[str, dict[str, object]] = {}
    for answer in answers:
        if answer.asked != PAYOUT_ROWS.name:
            continue
        for node in _nodes(answer, "balanceTransactions"):
            payout = paid.get(_text(node, "associatedPayout", "id"))
            if payout is None or node.get("type") == _TRANSFER or node.get("test") is True:
                continue
            found[_text(node, "id")] = {
                "moment": moment(_text(node, "transactionDate")), "type": _text(node, "type").lower(),
                "order": _text(node, "associatedOrder", "name") or None, "status": "paid",
                "paid_out": moment(_text(payout, "issuedAt")), "amount": _text(node, "amount", "amount"),
                "fee": _text(node, "fee", "amount"), "net": _text(node, "net", "amount"),
                "currency": _text(node, "amount", "currencyCode"), "vat": None,
                "payout_id": _text(payout, "legacyResourceId"), ROW: len(found) + 1,
            }  # fmt: skip
    return pl.DataFrame(list(found.values()), schema=ROWS)


def _with_stated(reading: Reading, paid: Sequence[Mapping[str, Any]], options: ReadOptions) -> Reading:
    """Return the reading with a record per payout that states what it comes to; it proves the transactions, and counts for nothing else."""
    count, first = reading.orders.height, int(reading.orders[ROW].max() or 0)  # type: ignore[arg-type]
    whole = [
        {"paid_out": moment(_text(node, "issuedAt")), "currency": _text(node, "net", "currencyCode"),
         "total": _text(node, "net", "amount"), ROW: first + at}
        for at, node in enumerate(paid, 1)
    ]  # fmt: skip
    rows = with_payout(pl.DataFrame(whole, schema=_STATED), options, waits=pl.lit(value=False))
    nth = pl.int_range(1, pl.len() + 1).over("payout").cast(pl.String)
    number = (pl.int_range(pl.len(), dtype=pl.UInt32) + count).cast(pl.UInt32).alias("order_no")
    orders = rows.select(
        number, ROW, pl.concat_str([pl.col("payout"), pl.lit(STATED), nth], separator="/").alias("order_id"),
        pl.col("payout").alias("order_number"), pl.lit(None, dtype=pl.String).alias("other_numbers"),
        pl.col("paid_out").alias("ordered_on"), pl.col("paid_out").alias("paid_on"), "total", "currency",
        *(value.alias(name) for name, value in fixed_columns(pl.lit(value=False)).items()),
    )  # fmt: skip
    lines = rows.select(
        number, pl.lit(1, dtype=pl.UInt32).alias("line_no"), ROW, pl.lit("product").alias("kind"),
        pl.lit(f"{OTHER}net").alias("sku"), pl.lit("net").alias("name"), pl.lit("1").alias("quantity"), pl.col("total").alias("unit_price"),
    )  # fmt: skip
    stated = replace(reading.stated, row_count=count + orders.height)
    return replace(
        reading, orders=pl.concat([reading.orders, orders.select(reading.orders.columns)]),
        lines=pl.concat([reading.lines, lines.select(reading.lines.columns)]), stated=stated,
    )  # fmt: skip


def _nodes(answer: KeptAnswer, name: str) -> list[Record]:
    return listed(answer.data().get("shopifyPaymentsAccount") or {}, name)


def _text(node: Mapping[str, Any], *path: str) -> str:
    """Return what stands at a place of an answer; empty: nothing does."""
    return text_at(node, *path) or ""

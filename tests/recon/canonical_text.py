"""Canonical frames as text an accountant can read in a diff."""

from __future__ import annotations

import polars as pl

from recon.frames.canonical import CanonicalFrames
from recon.money import plain

_QUIET = {None, 0, ""}
_SHOWN = (
    "ordered_on", "paid_on", "shipped_on", "completed_on", "cancelled_on", "order_state", "payment_state", "state_text",
    "sales_channel", "payment_channel", "customer_name", "vat_mode", "tax_text", "discount_basis",
)  # fmt: skip


def as_text(frames: CanonicalFrames) -> str:
    """Orders with lines, refunds, payments and findings; amounts with a decimal point, nothing for zero or not stated."""
    out = []
    for stated in frames.stated:
        out.append(f"file     {stated.rows} rows, {stated.orders} orders, {stated.refused_orders} refused")
        for control in stated.controls:
            out.append(
                f"total    {control.currency} {plain(control.stated_minor)} = orders {plain(control.orders_minor)}"
                f" + refused {plain(control.refused_minor)}, unreadable {control.unreadable_count},"
                f" difference {plain(control.difference_minor)}"
            )
    for order in frames.orders.iter_rows(named=True):
        out += ["", f"order {order['order_number']}  row {order['row']}  {order['order_key']}"]
        out += [f"  {name:18}{order[name]}" for name in _SHOWN if order[name] not in _QUIET]
        money = [c for c in order if c.endswith("_minor") and order[c] not in _QUIET]
        out += [f"  {c.removesuffix('_minor'):18}{plain(order[c]):>12}" for c in money]
        for line in frames.lines.filter(pl.col("order_no") == order["order_no"]).iter_rows(named=True):
            less = f" less {plain(line['discount_minor'])}" if line["discount_minor"] else ""
            out.append(
                f"  line {line['line_no']} row {line['row']} {line['kind']}: {line['quantity_milli'] / 1000:g} x"
                f" {plain(line['unit_price_minor'])}{less} = {plain(line['amount_minor'])}  {line['sku'] or '-'}  {line['name']}"
            )
        for refund in frames.refunds.filter(pl.col("order_no") == order["order_no"]).iter_rows(named=True):
            out.append(f"  refund {plain(refund['amount_minor'])} on {refund['refunded_on'] or 'a day not stated'}")
        for payment in frames.payments.filter(pl.col("order_no") == order["order_no"]).iter_rows(named=True):
            out.append(f"  payment {payment['payment_no']} through {payment['payment_channel']}, part not stated")
    out.append("")
    for finding in frames.findings.iter_rows(named=True):
        parts = [finding["order_key"], f"row {finding['row']}" if finding["row"] else None, finding["column"],
                 repr(finding["value"]) if finding["value"] is not None else None,
                 plain(finding["amount_minor"]) if finding["amount_minor"] is not None else None, finding["detail"]]  # fmt: skip
        out.append(f"{finding['severity']:8}{finding['code']}: " + " | ".join(part for part in parts if part))
    return "\n".join(out) + "\n"

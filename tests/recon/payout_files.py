"""Shopify Payments exports for tests, in the header forms seen: transactions (18, 17 and fewer columns) and payouts."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from recon.frames.canonical import CanonicalFrames
from recon.normalize import normalize
from recon.sources.shopify import ShopifyOrders
from tests.recon.shopify_tools import OPTIONS, kept, order

TRANSACTIONS = (
    "Transaction Date", "Type", "Order", "Card Brand", "Card Source", "Payout Status", "Payout Date", "Payout ID",
    "Available On", "Amount", "Fee", "Net", "Checkout", "Payment Method Name", "Presentment Amount",
    "Presentment Currency", "Currency", "VAT",
)  # fmt: skip
US = TRANSACTIONS[:-1]
OLDER = tuple(name for name in US if name not in {"Payout ID", "Payment Method Name"})
PAYOUTS = (
    "Payout Date", "Status", "Charges", "Refunds", "Adjustments", "Reserved Funds", "Fees", "Retried Amount", "Total", "Currency",
)  # fmt: skip
USD = replace(OPTIONS, currency="USD", timezone="America/New_York")


def sale(number: int = 3703, **cells: str) -> dict[str, str]:
    """A paid order of 37.90 through Shopify Payments, without tax."""
    amounts = {"Subtotal": "37.90", "Taxes": "0.00", "Total": "37.90", "Lineitem price": "37.90", "Currency": "USD"}
    paid = {"Payment Method": "Shopify Payments", "Tax 1 Name": "", "Tax 1 Value": "", "Created at": "2026-06-05 10:00:00 -0400",
            "Paid at": "2026-06-05 10:01:00 -0400"}  # fmt: skip
    return order(number) | amounts | paid | {name.replace("_", " "): value for name, value in cells.items()}


def row(number: int | str = 3703, **cells: str) -> dict[str, str]:
    """The reference's charge: 37.90 less 1.10; keyword arguments use _ for blanks."""
    made = {
        "Transaction Date": "2026-06-05 10:01:00 -0400", "Type": "charge", "Order": f"#{number}" if number else "",
        "Card Brand": "visa", "Card Source": "online", "Payout Status": "paid", "Payout Date": "2026-06-08",
        "Payout ID": "100000000001", "Available On": "2026-06-08", "Amount": "37.90", "Fee": "1.10", "Net": "36.80",
        "Checkout": "#20000000001", "Payment Method Name": "card", "Presentment Amount": "37.90",
        "Presentment Currency": "USD", "Currency": "USD", "VAT": "0.00",
    }  # fmt: skip
    return made | {name.replace("_", " "): value for name, value in cells.items()}


def payout(**cells: str) -> dict[str, str]:
    """The payout of that charge alone, fees above zero."""
    made = {
        "Payout Date": "2026-06-08", "Status": "paid", "Charges": "37.90", "Refunds": "0.00", "Adjustments": "0.00",
        "Reserved Funds": "0.00", "Fees": "1.10", "Retried Amount": "0.00", "Total": "36.80", "Currency": "USD",
    }  # fmt: skip
    return made | {name.replace("_", " "): value for name, value in cells.items()}


def text_of(rows: list[dict[str, str]], headings: tuple[str, ...]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([one.get(name, "") for name in headings] for one in rows)
    return out.getvalue()


def transactions(folder: Path, rows: list[dict[str, str]], headings: tuple[str, ...] = TRANSACTIONS) -> CanonicalFrames:
    return _frames(folder, text_of(rows, headings), "payment_transactions_export_1.csv")


def payouts(folder: Path, rows: list[dict[str, str]], headings: tuple[str, ...] = PAYOUTS) -> CanonicalFrames:
    return _frames(folder, text_of(rows, headings), "payouts_export.csv")


def _frames(folder: Path, content: str, name: str) -> CanonicalFrames:
    file = kept(folder, content, name)
    assert ShopifyOrders().identify(file)
    return normalize(ShopifyOrders().read(file, USD), USD, file_id=file.file_id)

"""Shopify exports for new things: a first file, and a later one that differs from it in one respect."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from tests.screens.match_world import Sold, write_orders
from tests.shell import Shell

FIRST: Final[tuple[Sold, ...]] = (
    ("P00001", "เสื้อยืด สีดำ M", "250.00", "Bank Deposit"),
    ("P00002", "เสื้อยืด สีดำ L", "260.00", "Bank Deposit"),
    ("P00003", "เสื้อยืด สีขาว M", "270.00", "Bank Deposit"),
)


def later_file(
    shop: Shell,
    *,
    channel: str = "Bank Deposit",
    status: str = "paid",
    source: str = "",
    tax: tuple[str, str] = ("", ""),
    skus: tuple[str, str] = ("P00001", "P00002"),
    day: str = "",
    column: str = "",
    first: int = 20,
    name: str = "later.csv",
) -> Path:
    """Write two orders over 310.00 each that are like those of the first file but for what is named."""
    path = shop.root / name
    write_orders(path, [(sku, "เสื้อยืด", "310.00", channel) for sku in skus])
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        heads, rows = list(reader.fieldnames or ()), list(reader)
    for number, row in enumerate(rows, start=first):
        row |= {"Name": f"#{4000 + number}", "Id": str(7720000004000 + number), "Financial Status": status}
        row |= {
            "Source": source or row["Source"],
            "Tax 1 Name": tax[0],
            "Tax 1 Value": tax[1],
            "Taxes": tax[1] or "0.00",
        }
        if status != "paid":
            row["Paid at"] = ""
        if day:
            row |= {head: day for head in ("Created at", "Paid at", "Fulfilled at") if row.get(head)}
        if column:
            row[column] = "12.00"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*heads, column] if column else heads)
        writer.writeheader()
        writer.writerows(rows)
    return path

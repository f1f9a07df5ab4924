"""Small Shopify exports for tests: rows as dictionaries, everything else as a real export writes it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl

from bench.generate import HEADINGS
from recon.frames.canonical import CanonicalFrames
from recon.intake import keep_bytes
from recon.normalize import normalize
from recon.sources.base import IntakeFile, Reading, ReadOptions
from recon.sources.shopify import ShopifyOrders

OPTIONS = ReadOptions(platform="shopify", shop="main", currency="THB", timezone="Asia/Bangkok")
LINE = ("Name", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Lineitem taxable",
        "Lineitem discount", "Lineitem requires shipping", "Vendor", "Email")  # fmt: skip
TAX_PAIRS = [f"Tax {n} {part}" for n in range(1, 6) for part in ("Name", "Value")]


def order(number: int = 1001, **cells: str) -> dict[str, str]:
    """One paid order of one shirt for 107.00 with 7.00 VAT inside; keyword arguments use _ for spaces."""
    row = {
        "Name": f"#{number}", "Email": "buyer@example.com", "Financial Status": "paid",
        "Paid at": "2026-06-05 10:01:00 +0700", "Fulfillment Status": "unfulfilled", "Currency": "THB",
        "Subtotal": "107.00", "Shipping": "0.00", "Taxes": "7.00", "Total": "107.00", "Discount Amount": "0.00",
        "Created at": "2026-06-05 10:00:00 +0700", "Lineitem quantity": "1", "Lineitem name": "Shirt",
        "Lineitem price": "107.00", "Lineitem sku": "SH-1", "Lineitem requires shipping": "true",
        "Lineitem taxable": "true", "Lineitem fulfillment status": "pending", "Billing Name": "สมชาย ใจดี",
        "Payment Method": "PromptPay", "Refunded Amount": "0.00", "Outstanding Balance": "0.00",
        "Id": str(5_800_000_000_000 + number), "Source": "web", "Lineitem discount": "0.00", "Tax 1 Name": "VAT 7%",
        "Tax 1 Value": "7.00", "Duties": "0.00", "Vendor": "Shop",
    }  # fmt: skip
    return row | {heading.replace("_", " "): value for heading, value in cells.items()}


def line(of: dict[str, str], **cells: str) -> dict[str, str]:
    """A further line of an order."""
    row = {heading: of[heading] for heading in LINE if heading in of} | {"Lineitem discount": "0.00"}
    return row | {heading.replace("_", " "): value for heading, value in cells.items()}


def csv_text(rows: list[dict[str, str]], headings: Any = HEADINGS, *, line_end: str = "\n") -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerow(headings)
    writer.writerows([row.get(heading, "") for heading in headings] for row in rows)
    return out.getvalue()


def kept(folder: Path, content: str | bytes, name: str = "orders_export.csv") -> IntakeFile:
    data = content if isinstance(content, bytes) else content.encode()
    return keep_bytes(data, name, folder / "intake", "2026-06-30T00:00:00+00:00")


def read(folder: Path, rows: list[dict[str, str]], options: ReadOptions = OPTIONS, **form: Any) -> Reading:
    return ShopifyOrders().read(kept(folder, csv_text(rows, **form)), options)


def frames_of(folder: Path, rows: list[dict[str, str]], options: ReadOptions = OPTIONS, **form: Any) -> CanonicalFrames:
    file = kept(folder, csv_text(rows, **form))
    return normalize(ShopifyOrders().read(file, options), options, file_id=file.file_id)


def codes(frames: CanonicalFrames) -> list[str]:
    return frames.findings["code"].sort().to_list()


def one(frames: CanonicalFrames) -> dict[str, Any]:
    """The only order."""
    assert frames.orders.height == 1
    return frames.orders.row(0, named=True)


def tied(frames: CanonicalFrames) -> bool:
    """Whether every control total is accounted for, and every order foots or says that it does not."""
    controls = [control for stated in frames.stated for control in stated.controls]
    loud = frames.findings.filter(pl.col("code") == "does-not-foot")["order_key"].to_list()
    on_top = pl.when(pl.col("vat_mode") == "excluded").then(pl.col("tax_minor").fill_null(0)).otherwise(0)
    due = (
        pl.col("goods_minor") - pl.col("discount_minor") + pl.col("shipping_minor") - pl.col("shipping_discount_minor")
        + pl.col("cod_fee_minor") + pl.col("duties_minor") + pl.col("rounding_minor") + on_top
    )  # fmt: skip
    off = frames.orders.filter((due != pl.col("total_minor")) & ~pl.col("order_key").is_in(loud))
    goods = frames.lines.group_by("order_no").agg(pl.col("amount_minor").sum().alias("goods"))
    apart = frames.orders.join(goods, on="order_no", how="left").filter(
        pl.col("goods").fill_null(0) != pl.col("goods_minor")
    )
    return not any(control.difference_minor for control in controls) and off.is_empty() and apart.is_empty()

"""Exports of the three marketplaces for tests: the headings of the shipped profiles, rows given as headings and cells."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl

from recon.frames.canonical import CanonicalFrames
from recon.intake import keep_bytes
from recon.normalize import normalize
from recon.sources.base import IntakeFile, ReadOptions
from recon.sources.marketplaces.source import fixed_profile
from recon.sources.registry import source_named

MOMENT = "2026-11-22T03:00:00+00:00"
SHOPEE_59 = 59


def headings(market: str, kind: str = "orders") -> list[str]:
    """The export's headings in order, each once; the tax block of Shopee apart."""
    known = list(fixed_profile(f"{market}-th-{kind}").match.known)
    return known[:SHOPEE_59] if (market, kind) == ("shopee", "orders") else known


def csv_bytes(names: list[str], rows: list[dict[str, Any]], *, encoding: str = "utf-8-sig") -> bytes:
    """A CSV as the marketplace writes it; a cell of the second column of a name goes under ``name#2``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        seen: dict[str, int] = {}
        cells = []
        for name in names:
            seen[name] = seen.get(name, 0) + 1
            cells.append(row.get(name if seen[name] == 1 else f"{name}#{seen[name]}", ""))
        writer.writerow(cells)
    return out.getvalue().encode(encoding)


def xlsx_bytes(names: list[str], rows: list[dict[str, Any]], *, sheet: str = "orders") -> bytes:
    """The same as a workbook, cells as they are given (text stays text)."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for line in (names, *([row.get(name) for name in names] for row in rows)):
        page.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def kept(tmp_path: Path, content: bytes, name: str) -> IntakeFile:
    """The file as intake keeps it."""
    return keep_bytes(content, name, tmp_path / "intake", MOMENT)


def frames_of(market: str, file: IntakeFile) -> CanonicalFrames:
    """The file as canonical frames of the shop `main`."""
    options = ReadOptions(platform=market, shop="main", currency="THB", timezone="Asia/Bangkok")
    return normalize(source_named(market).read(file, options), options, file_id=file.file_id)


def read(
    market: str, tmp_path: Path, rows: list[dict[str, Any]], *, kind: str = "orders", **form: Any
) -> CanonicalFrames:
    """Rows of a CSV export as canonical frames."""
    name = f"{market}-{kind}.csv"
    return frames_of(market, kept(tmp_path, csv_bytes(headings(market, kind), rows, **form), name))


def shopee(number: str = "260605K7Q2M8XP", price: int = 299, quantity: int = 2, **cells: Any) -> dict[str, Any]:
    """A completed Shopee order of one line, shipping 38.00."""
    return {
        "หมายเลขคำสั่งซื้อ": number, "สถานะการสั่งซื้อ": "สำเร็จแล้ว", "วันที่ทำการสั่งซื้อ": "2026-06-05 10:21",
        "เวลาการชำระสินค้า": "2026-06-05 10:23", "ชื่อสินค้า": "เสื้อยืดคอกลม", "เลขอ้างอิง SKU (SKU Reference No.)": "CT01",
        "ราคาขาย": price, "จำนวน": quantity, "จำนวนที่ส่งคืน": 0, "ราคาขายสุทธิ": price * quantity,
        "ค่าจัดส่งที่ชำระโดยผู้ซื้อ": 38, "จำนวนเงินทั้งหมด": price * quantity + 38, **cells,
    }  # fmt: skip


def lazada(item: str, number: str = "876543210987654", status: str = "confirmed", **cells: Any) -> dict[str, Any]:
    """One piece of a Lazada order: 260.00 less 26.00 of the seller and 12.00 of Lazada."""
    return {
        "orderItemId": item, "orderNumber": number, "createTime": "03 Jun 2026 20:41", "sellerSku": "CT01",
        "itemName": "เสื้อยืดคอกลม", "paidPrice": "222.00", "unitPrice": "260.00", "sellerDiscountTotal": "-26.00",
        "platformDiscountTotal": "-12.00", "shippingFee": "0.00", "status": status, **cells,
    }  # fmt: skip


def tiktok(number: str = "580123456789012345", **cells: Any) -> dict[str, Any]:
    """A completed TikTok order: 3 x 120.00 less 30.00 of the seller and 10.00 of TikTok; ids and dates end in a TAB."""
    return {
        "Order ID": f"{number}\t", "Order Status": "เสร็จสมบูรณ์", "Order Substatus": "เสร็จสมบูรณ์", "Seller SKU": "CT01",
        "Product Name": "เสื้อยืดคอกลม", "Quantity": 3, "SKU Unit Original Price": "120", "SKU Subtotal Before Discount": "360",
        "SKU Platform Discount": "10", "SKU Seller Discount": "30", "SKU Subtotal After Discount": "320",
        "Shipping Fee After Discount": "0", "Payment platform discount": "0", "Order Amount": "320", "Order Refund Amount": "0",
        "Created Time": "05/06/2026 12:53:02\t", "Paid Time": "05/06/2026 12:54:10\t", **cells,
    }  # fmt: skip

"""Settlement files of the marketplaces for tests: the reference's rows, and helpers that turn rows into frames."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl

from recon.frames.canonical import CanonicalFrames
from recon.normalize import normalize
from recon.sources.base import ReadOptions
from recon.sources.registry import source_named
from tests.recon.marketplace_files import kept

SHOPEE = (
    "หมายเลขคำสั่งซื้อ", "ชื่อผู้ใช้ (ผู้ซื้อ)", "วันที่ทำการสั่งซื้อ", "วันที่โอนชำระเงินสำเร็จ", "สินค้าราคาปกติ",
    "ส่วนลดสินค้าจากผู้ขาย", "จำนวนเงินที่ทำการคืนให้ผู้ซื้อ", "โค้ดส่วนลดที่ออกโดยผู้ขาย", "ค่าจัดส่งที่ชำระโดยผู้ซื้อ",
    "ค่าจัดส่งสินค้าที่ออกโดย Shopee", "ค่าจัดส่งที่ Shopee ชำระโดยชื่อของคุณ", "ค่าจัดส่งสินค้าคืน", "ค่าคอมมิชชั่น AMS",
    "ค่าคอมมิชชั่น", "ค่าบริการ", "ค่าธรรมเนียมโครงสร้างพื้นฐานแพลตฟอร์ม", "ค่าธุรกรรมการชำระเงิน",
    "จำนวนเงินทั้งหมดที่โอนแล้ว (฿)",
)  # fmt: skip
LAZADA = (
    "รหัสรอบบิล", "ชื่อรายการธุรกรรม", "จำนวนเงิน(รวมภาษี)", "วันที่ปรับปรุงเข้ายอดของฉัน", "หมายเลขคำสั่งซื้อ", "WHT Amount",
    "WHT รวมอยู่ในจำนวนเงินแล้ว",
)  # fmt: skip
TIKTOK = (
    "หมายเลขคำสั่งซื้อ/การปรับ", "ประเภทธุรกรรม", "เวลาที่สร้างคำสั่งซื้อ", "เวลาที่ชำระคำสั่งซื้อ", "สกุลเงิน",
    "จำนวนเงินที่ชำระทั้งหมด", "ยอดรวมค่าสินค้าก่อนหักส่วนลด", "ส่วนลดจากร้านค้า", "ค่าธรรมเนียมคำสั่งซื้อ",
    "ค่าคอมมิชชั่น TikTok Shop", "ค่าธรรมเนียมการจัดส่งจริง", "ส่วนลดค่าธรรมเนียมการจัดส่งจากแพลตฟอร์ม",
    "ค่าธรรมเนียมสนับสนุนการเติบโตของร้านค้า", "ค่าธรรมเนียมโครงสร้างพื้นฐาน", "จำนวนการปรับยอด",
    "หมายเลขคำสั่งซื้อที่เกี่ยวข้อง",
)  # fmt: skip
HEADINGS = {"shopee": SHOPEE, "lazada": LAZADA, "tiktok": TIKTOK}
SHEETS = {"shopee": "Income", "lazada": "Income Overview", "tiktok": "รายละเอียดคำสั่งซื้อ"}


def shopee_row(number: str = "260605K7Q2M8XP", day: str = "2026-06-11", **cells: str) -> dict[str, str]:
    """The reference's row: 509.19 transferred."""
    values = (number, "somchai_t", "2026-06-05", day, "700", "-102", "0", "-30", "38", "0", "-38", "0", "0", "-39", "0", "-1",
              "-18.81", "509.19")  # fmt: skip
    return dict(zip(SHOPEE, values, strict=True)) | cells


def lazada_rows(
    number: str = "876543210987654", cycle: str = "THAB12CD-2026-0608", day: str = "08 Jun 2026"
) -> list[dict[str, str]]:
    """The reference's four legs: 180.68."""
    legs = {"ยอดรวมค่าสินค้า": "234.00", "หักค่าธรรมเนียมการขายสินค้า": "-31.42", "ค่าธรรมเนียมการชำระเงิน": "-7.86",
            "ค่าโปรแกรมส่งฟรีพิเศษกับลาซาด้า": "-14.04"}  # fmt: skip
    return [lazada_leg(name, amount, number, cycle, day) for name, amount in legs.items()]


def lazada_leg(
    name: str, amount: str, number: str = "876543210987654", cycle: str = "THAB12CD-2026-0608", day: str = "08 Jun 2026",
    wht: str = "0", inside: str = "NO",
) -> dict[str, str]:  # fmt: skip
    """One leg."""
    return dict(zip(LAZADA, (cycle, name, amount, day, number, wht, inside), strict=True))


def tiktok_row(number: str = "580123456789012345", day: str = "2026/06/10", **cells: str) -> dict[str, str]:
    """The reference's row: 289.01."""
    values = (number, "คำสั่งซื้อ", "2026/06/05", day, "THB", "289.01", "360", "-30", "-10.4", "-21.12", "-40", "40", "-8.4",
              "-1.07", "0", number)  # fmt: skip
    return dict(zip(TIKTOK, values, strict=True)) | cells


def table(market: str, rows: list[dict[str, Any]], *, above: list[list[str]] | None = None) -> list[list[str]]:
    """The rows of a sheet: what stands above, the headings (further ones of the rows at the end), the rows."""
    names = [*HEADINGS[market]]
    names += [name for row in rows for name in row if name not in names and not names.append(name)]  # type: ignore[func-returns-value]
    present = [name for name in dict.fromkeys(names) if any(name in row for row in rows)]
    return [*(above or []), present, *([str(row.get(name, "")) for name in present] for row in rows)]


def csv_file(lines: list[list[str]]) -> bytes:
    """The sheet as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue().encode("utf-8-sig")


def xlsx_file(market: str, lines: list[list[str]], *, first: str = "Summary") -> bytes:
    """The sheet in a workbook whose first sheet is another one."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = first
    page.append(["ignore", "this"])
    page = book.create_sheet(SHEETS[market])
    for line in lines:
        page.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def frames_of(
    market: str, tmp_path: Path, content: bytes, name: str, fields: tuple[tuple[str, str], ...] = ()
) -> CanonicalFrames:
    """A file as canonical frames of the shop `main`, settlement rows not yet put together."""
    file = kept(tmp_path, content, name)
    options = ReadOptions(platform=market, shop="main", currency="THB", timezone="Asia/Bangkok", fields=fields)
    return normalize(source_named(market).read(file, options), options, file_id=file.file_id)


def settled(
    market: str, tmp_path: Path, rows: list[dict[str, Any]], name: str = "income.csv", **given: Any
) -> CanonicalFrames:
    """Rows of a CSV settlement as frames."""
    fields = given.pop("fields", ())
    return frames_of(market, tmp_path, csv_file(table(market, rows, **given)), name, fields)

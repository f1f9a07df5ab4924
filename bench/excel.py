"""A 40-column order export as Excel workbook, and reading it by a column profile; invented, the same bytes every time.

One row per line, 1.6 lines an order, shared strings, real date cells and numbers, as shop back offices write them.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import polars as pl

from bench.measure import Steps

PROFILE: Final = """
profile = "bench-orders"
version = 1
kind = "orders"
platform = "backoffice"
grain = "line"

[match]
required = ["Order No", "SKU", "Grand Total"]

[columns]
order_id = "Order No"
ordered_on = "Order Date"
paid_on = "Paid Date"
customer_name = "Customer"
sku = "SKU"
name = "Product"
quantity = "Quantity"
unit_price = "Unit Price"
line_discount = "Line Discount"
line_amount = "Line Amount"
discount = { from = ["Order Discount"], repeat = "equal" }
shipping = { from = ["Shipping Fee"], repeat = "equal" }
total = { from = ["Grand Total"], repeat = "equal" }
order_state = "Status"
payment_state = "Payment"
sales_channel = "Channel"
payment_channel = "Paid Through"

[status_map.exact]
"Completed" = "completed"
"Cancelled" = "cancelled"

[payment_map.exact]
"Paid" = "paid"
"Unpaid" = "unpaid"

[constants]
currency = "THB"

[conventions]
line_discount = "per-line"
line_amount = "stated"
tax = "included"
"""
_FILLING: Final = (
    "Warehouse", "Tracking No", "Courier", "Phone", "Address", "District", "Province", "Zip", "Country", "Email", "Tags",
    "Remark", "Staff", "Branch", "Weight", "Width", "Height", "Length", "Box", "Agent", "Reference", "Printed", "Packed",
)  # fmt: skip
_GOODS: Final = ("เสื้อยืดคอกลม", "Canvas tote bag", "กางเกงผ้าลินิน", "Ceramic mug 350 ml", "สมุดโน้ต A5")
_EPOCH: Final = dt.date(1899, 12, 30)


def make_workbook(rows: int, path: Path) -> dict[str, Any]:
    """Write the workbook; returns how many rows and columns it has."""
    return write_workbook(_frame(rows), path)


def write_workbook(frame: pl.DataFrame, path: Path) -> dict[str, Any]:
    """Write a frame as the only sheet of a workbook; texts are shared, days are numbers in columns named ...Date."""
    rows = frame.height
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    shared = _shared(frame, texts)
    index = pl.DataFrame([shared, pl.int_range(shared.len(), eager=True).alias("at")])
    for name in texts:
        place = frame.select(pl.col(name).alias("text")).join(index, on="text", how="left", maintain_order="left")["at"]
        frame = frame.with_columns(place.alias(name))
    cells = [_cell(name, number, name in texts) for number, name in enumerate(frame.columns)]
    lines = frame.with_row_index("_at", offset=2).select(
        pl.concat_str(pl.format('<row r="{}">', "_at"), *cells, pl.lit("</row>"), ignore_nulls=True)
    )
    heading = "".join(
        f'<c r="{_letter(n)}1" t="inlineStr"><is><t>{name}</t></is></c>' for n, name in enumerate(frame.columns)
    )
    body = "".join(lines.to_series().to_list())
    sheet = f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData><row r="1">{heading}</row>{body}</sheetData></worksheet>'
    strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared.to_list())
    _write(path, {**_PARTS, "xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": f'{_XML}<sst xmlns="{_MAIN}">{strings}</sst>'})  # fmt: skip
    return {"rows": rows, "columns": len(frame.columns)}


def read_workbook(path: Path) -> tuple[Steps, dict[str, Any]]:
    """Read by the profile and normalize; returns what each took."""
    from recon.intake import look_at
    from recon.normalize import normalize
    from recon.sources.base import ReadOptions
    from recon.sources.profile import ProfileOrders

    source, file = ProfileOrders(PROFILE), look_at(path)
    options = ReadOptions(
        platform="backoffice",
        shop="main",
        currency="THB",
        timezone="Asia/Bangkok",
        prices="with-vat",
        profile_text=PROFILE,
    )
    steps = Steps()
    with steps.step("read and normalize"):
        with steps.step("read"):
            reading = source.read(file, options)
        with steps.step("normalize"):
            frames = normalize(reading, options, file_id=file.file_id)
    held = frames.findings.filter(pl.col("severity").is_in(["hold", "refused"])).height
    return steps, {"rows": reading.stated.row_count, "orders": frames.orders.height, "held": held}


def _shared(frame: pl.DataFrame, texts: list[str]) -> pl.Series:
    """Return the distinct texts in the order in which the sheet first shows them, as programs write them."""
    row = pl.int_range(frame.height, dtype=pl.Int64, eager=True) * len(texts)
    shown = pl.concat(
        [pl.DataFrame([frame[name].alias("text"), (row + at).alias("at")]) for at, name in enumerate(texts)]
    )
    first = shown.drop_nulls("text").group_by("text").agg(pl.col("at").min())
    return first.sort("at")["text"]


def _mix(of: str, salt: int, size: int) -> pl.Expr:
    return ((pl.col(of) + 1) * 2_654_435_761 + salt * 40_503) // 65_536 % size


def _frame(rows: int) -> pl.DataFrame:
    """Return the export: dates as serial days, amounts as decimal numbers written by whole satang."""
    frame = pl.DataFrame({"i": pl.int_range(rows, dtype=pl.Int64, eager=True)}).with_columns(n=pl.col("i") * 5 // 8)
    frame = frame.with_columns(price=4900 + _mix("i", 1, 900) * 100 + 25, quantity=1 + _mix("i", 2, 3))
    frame = frame.with_columns(
        off=pl.when(_mix("i", 3, 9) == 0).then(pl.col("price") // 10).otherwise(0),
    ).with_columns(amount=pl.col("price") * pl.col("quantity") - pl.col("off"))
    frame = frame.with_columns(
        goods=pl.col("amount").sum().over("n"),
        day=(dt.date(2026, 6, 1) - _EPOCH).days + pl.col("n") * 30 // max(1, rows * 5 // 8),
        shipping=pl.when(_mix("n", 4, 3) == 0).then(0).otherwise(4000),
        paid=_mix("n", 5, 20) > 0,
    )
    frame = frame.with_columns(order_off=pl.when(_mix("n", 6, 8) == 0).then(pl.col("goods") // 20).otherwise(0))
    total = pl.col("goods") - pl.col("order_off") + pl.col("shipping")
    filling = {
        name: pl.when(_mix("i", 20 + at, 4) > 0).then(pl.format("{} {}", pl.lit(name), _mix("n", at, 50 + at * at * 9)))
        for at, name in enumerate(_FILLING)
    }
    return frame.select(
        **{
            "Order No": pl.format("SO-2606-{}", pl.col("n").cast(pl.String).str.zfill(6)), "Order Date": "day",
            "Status": pl.lit("Completed"), "Payment": pl.when("paid").then(pl.lit("Paid")).otherwise(pl.lit("Unpaid")),
            "Paid Date": pl.when("paid").then(pl.col("day") + 1), "Channel": pl.format("Shop {}", _mix("n", 7, 4)),
            "Paid Through": pl.format("Bank {}", _mix("n", 8, 5)), "Customer": pl.format("ลูกค้า {}", pl.col("n") % 9000),
            "SKU": pl.format("SKU-{}", 10_000 + _mix("i", 1, 900)),
            "Product": pl.format("{} {}", pl.lit(pl.Series(list(_GOODS))).gather(_mix("i", 1, 900) % 5), _mix("i", 1, 900)),
            "Quantity": "quantity", "Unit Price": _amount("price"), "Line Discount": _amount("off"),
            "Line Amount": _amount("amount"), "Order Discount": _amount("order_off"), "Shipping Fee": _amount("shipping"),
            "Grand Total": _amount(total),
        },
        **filling,
    )  # fmt: skip


def _amount(minor: str | pl.Expr) -> pl.Expr:
    """Return satang as an exact decimal number."""
    value = pl.col(minor) if isinstance(minor, str) else minor
    return value.cast(pl.Decimal(18, 2)) / pl.lit(100, dtype=pl.Decimal(18, 2))


def _letter(number: int) -> str:
    return chr(65 + number) if number < 26 else chr(64 + number // 26) + chr(65 + number % 26)


def _cell(name: str, number: int, is_text: bool) -> pl.Expr:  # noqa: FBT001
    """Return the XML of a column's cells; an empty cell is none at all."""
    kind = ' t="s"' if is_text else ' s="1"' if name.endswith("Date") else ""
    value = pl.when(pl.col(name).is_not_null()).then(
        pl.format('<c r="' + _letter(number) + '{}"' + kind + "><v>{}</v></c>", "_at", pl.col(name).cast(pl.String))
    )
    return value.alias(name)


def _write(path: Path, parts: dict[str, str]) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED) as book:
        for name, text in parts.items():
            entry = ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            book.writestr(entry, text)


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_SHEET_ML: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_ML}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_ML}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_ML}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_SHEET_ML}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Orders" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="r3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
}

"""Make a Shopify-style orders export of any size: 79 columns, 1.6 lines per order, the same bytes every time.

An invented Thai shop in THB whose prices include 7 % VAT, with everything a real export has: several lines per order,
codes, line discounts, free-shipping codes, tips, refunds, cancelled and unpaid orders, two gateways on one order,
line breaks inside quoted notes. Chance comes from a fixed integer mix of the order's number, never from a generator
whose stream could change with a library.

    python -m bench.generate 1000000 /somewhere/orders.csv
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

HEADINGS = [
    "Name",
    "Email",
    "Financial Status",
    "Paid at",
    "Fulfillment Status",
    "Fulfilled at",
    "Accepts Marketing",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Code",
    "Discount Amount",
    "Shipping Method",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem compare at price",
    "Lineitem sku",
    "Lineitem requires shipping",
    "Lineitem taxable",
    "Lineitem fulfillment status",
    "Billing Name",
    "Billing Street",
    "Billing Address1",
    "Billing Address2",
    "Billing Company",
    "Billing City",
    "Billing Zip",
    "Billing Province",
    "Billing Country",
    "Billing Phone",
    "Shipping Name",
    "Shipping Street",
    "Shipping Address1",
    "Shipping Address2",
    "Shipping Company",
    "Shipping City",
    "Shipping Zip",
    "Shipping Province",
    "Shipping Country",
    "Shipping Phone",
    "Notes",
    "Note Attributes",
    "Cancelled at",
    "Payment Method",
    "Payment Reference",
    "Refunded Amount",
    "Vendor",
    "Outstanding Balance",
    "Employee",
    "Location",
    "Device ID",
    "Id",
    "Tags",
    "Risk Level",
    "Source",
    "Lineitem discount",
    "Tax 1 Name",
    "Tax 1 Value",
    "Tax 2 Name",
    "Tax 2 Value",
    "Tax 3 Name",
    "Tax 3 Value",
    "Tax 4 Name",
    "Tax 4 Value",
    "Tax 5 Name",
    "Tax 5 Value",
    "Phone",
    "Receipt Number",
    "Duties",
    "Billing Province Name",
    "Shipping Province Name",
    "Payment ID",
    "Payment Terms Name",
    "Next Payment Due At",
    "Payment References",
]
SKU_COUNT = 5_000
ORDERS_PER_CHUNK = 125_000
FIRST_DAY = 1_735_689_600  # 2025-01-01 00:00 UTC, seconds
SPAN_SECONDS = 365 * 86_400

_NAMES = ("สมชาย ใจดี", "สุดา พงษ์ไทย", "อรทัย แสงทอง", "Anan Srisuk", "Malee Wong", "วิชัย ตั้งตรง", "Nok Chaiyo", "ปิยะ มีสุข")
_CITIES = ("กรุงเทพมหานคร", "เชียงใหม่", "ขอนแก่น", "ภูเก็ต", "ชลบุรี")
_GOODS = ("เสื้อยืดคอกลม", "Canvas tote bag", "กางเกงผ้าลินิน", "Ceramic mug 350 ml", "สมุดโน้ต A5", 'Poster 24" x 36", matte')
_GATEWAYS = ("Shopify Payments", "PromptPay", "Cash on Delivery (COD)", "Bank Deposit", "Gift Card + Shopify Payments")


def generate(rows: int, path: Path) -> int:
    """Write an export of exactly ``rows`` lines and return how many orders it holds."""
    written = orders = 0
    spread = max(1, rows * 10 // 16)
    with path.open("wb") as out:
        out.write((",".join(HEADINGS) + "\n").encode())
        while written < rows:
            chunk, count = _chunk(orders, rows - written, spread)
            chunk.write_csv(out, include_header=False)
            written += chunk.height
            orders += count
    return orders


def _mix(salt: int, *, of: str = "n") -> pl.Expr:
    """Return an evenly spread number below 2**31 that depends on the order's (or line's) number and the salt only."""
    mixed = (pl.col(of) + salt) * 2_654_435_761 % 4_294_967_291
    return (mixed * 40_503 + mixed // 65_536 + salt) % 2_147_483_647


def _chunk(first: int, rows_left: int, spread: int) -> tuple[pl.DataFrame, int]:
    """Return the lines of the next orders, and how many orders they are."""
    n = pl.int_range(first, first + ORDERS_PER_CHUNK, dtype=pl.Int64, eager=True).alias("n")
    wish = _mix(1) % 10
    orders = n.to_frame().with_columns(line_count=(1 + (wish < 4).cast(pl.Int64) + (wish < 2).cast(pl.Int64)))
    before = pl.col("line_count").cum_sum() - pl.col("line_count")
    orders = orders.filter(before < rows_left).with_columns(
        line_count=pl.min_horizontal("line_count", pl.lit(rows_left) - before.filter(before < rows_left))
    )
    lines = _lines(orders)
    sums = lines.group_by("n", maintain_order=True).agg(
        goods=(pl.col("price") * pl.col("quantity")).filter(~pl.col("tip")).sum(),
        tips=pl.col("price").filter(pl.col("tip")).sum(),
        line_discounts=pl.col("line_discount").sum(),
    )
    orders = _totals(orders.with_columns(sums.drop("n")), spread)
    joined = lines.join(orders, on="n", how="left", maintain_order="left")
    return joined.select(_cells()), orders.height


def _lines(orders: pl.DataFrame) -> pl.DataFrame:
    lines = orders.with_columns(k=pl.int_ranges(0, pl.col("line_count"))).explode("k", empty_as_null=False)
    lines = lines.with_columns(m=pl.col("n") * 4 + pl.col("k"))
    sku = _mix(2, of="m") % SKU_COUNT
    tip = (pl.col("k") == 2) & (_mix(3) % 20 == 0)
    lines = lines.with_columns(sku=sku, tip=tip).with_columns(
        price=pl.when("tip").then(2000).otherwise(4900 + (pl.col("sku") * 37 % 900) * 100 + pl.col("sku") % 4 * 25),
        quantity=pl.when("tip").then(1).otherwise(1 + (_mix(4, of="m") % 8 == 0).cast(pl.Int64)),
    )
    on_line = (_mix(5) % 12 == 0) & (pl.col("k") == 0)
    return lines.with_columns(
        line_discount=pl.when(on_line).then(pl.col("price") * pl.col("quantity") // 10).otherwise(0)
    )


def _totals(orders: pl.DataFrame, spread: int) -> pl.DataFrame:
    """Add what an order states: discount, shipping, tax inside, total, states and moments."""
    code, fate = _mix(6) % 10, _mix(7) % 100
    free = (_mix(6) % 50 == 7) & (pl.col("line_discounts") == 0)
    shipping = pl.when(_mix(8) % 4 == 0).then(0).otherwise(4000)
    by_code = (
        pl.when((code < 2) & (pl.col("line_discounts") == 0)).then((pl.col("goods") * 10 + 50) // 100).otherwise(0)
    )
    orders = orders.with_columns(
        free=free, shipping=shipping, item_discount=pl.col("line_discounts") + by_code, fate=fate
    )
    orders = orders.with_columns(
        item_discount=pl.when("free").then(0).otherwise("item_discount"),
        shipping_discount=pl.when("free").then("shipping").otherwise(0),
    ).with_columns(
        discount=pl.col("item_discount") + pl.col("shipping_discount"),
        subtotal=pl.col("goods") - pl.col("item_discount"),
    )
    taxed = pl.col("subtotal") + pl.col("shipping") - pl.col("shipping_discount")
    return orders.with_columns(
        tax=(14 * taxed + 107) // 214,
        total=taxed + pl.col("tips"),
        seconds=FIRST_DAY + pl.col("n") * SPAN_SECONDS // spread + _mix(9) % 3600,
        status=pl.when(pl.col("fate") < 2).then(pl.lit("voided")).when(pl.col("fate") < 7).then(pl.lit("pending"))
        .when(pl.col("fate") < 8).then(pl.lit("refunded")).when(pl.col("fate") < 11).then(pl.lit("partially_refunded"))
        .otherwise(pl.lit("paid")),
    ).with_columns(
        refunded=pl.when(pl.col("status") == "refunded").then("total")
        .when(pl.col("status") == "partially_refunded").then(pl.col("total") // 2).otherwise(0),
        outstanding=pl.when(pl.col("status") == "pending").then("total").otherwise(0),
    )  # fmt: skip


def _cells() -> list[pl.Expr]:
    """Return the 79 columns; what an export states once stands on the order's first line only."""
    first = pl.col("k") == 0
    paid = first & ~pl.col("status").is_in(["pending", "voided"])
    shipped = paid & (_mix(10) % 10 < 8)
    name, city = _pick(_NAMES, _mix(11)), _pick(_CITIES, _mix(12))
    street = pl.format("{}/{} ถนนสุขุมวิท ซอย {}", _mix(13) % 999, _mix(13) % 97, _mix(14) % 105)
    phone = pl.format("+66 8 {} {}", 1000 + _mix(15) % 9000, 1000 + _mix(16) % 9000)
    reference = pl.format("r{}x{}", _mix(17), pl.col("n"))
    gateway = pl.when(_mix(18) % 40 == 0).then(pl.lit(_GATEWAYS[4])).otherwise(_pick(_GATEWAYS[:4], _mix(19)))
    code = pl.when("free").then(pl.lit("FREESHIP")).when(pl.col("discount") > 0).then(pl.lit("SAVE10"))
    note = pl.when(_mix(20) % 25 == 0).then(pl.lit('ฝากไว้ที่ป้อมยาม\nโทรก่อนส่ง, "ด่วน"'))
    item = pl.format("{} - {}", _pick(_GOODS, pl.col("sku")), pl.col("sku"))
    once: dict[str, pl.Expr] = {
        "Financial Status": pl.col("status"), "Paid at": pl.when(paid).then(_moment(120)),
        "Fulfillment Status": pl.when(shipped).then(pl.lit("fulfilled")).otherwise(pl.lit("unfulfilled")),
        "Fulfilled at": pl.when(shipped).then(_moment(90_000)), "Accepts Marketing": pl.lit("no"),
        "Currency": pl.lit("THB"), "Subtotal": _money("subtotal"), "Shipping": _money("shipping"),
        "Taxes": _money("tax"), "Total": _money("total"), "Discount Code": code, "Discount Amount": _money("discount"),
        "Shipping Method": pl.lit("Kerry Express"), "Billing Name": name, "Billing Street": street,
        "Billing Address1": street, "Billing City": city, "Billing Zip": pl.format("'10{}", 100 + _mix(21) % 900),
        "Billing Province": pl.lit("TH-10"), "Billing Country": pl.lit("TH"), "Billing Phone": phone,
        "Shipping Name": name, "Shipping Street": street, "Shipping Address1": street, "Shipping City": city,
        "Shipping Zip": pl.format("'10{}", 100 + _mix(21) % 900), "Shipping Province": pl.lit("TH-10"),
        "Shipping Country": pl.lit("TH"), "Shipping Phone": phone, "Notes": note,
        "Cancelled at": pl.when(pl.col("status") == "voided").then(_moment(4_000)),
        "Payment Method": gateway, "Payment Reference": reference, "Refunded Amount": _money("refunded"),
        "Outstanding Balance": _money("outstanding"), "Id": (5_800_000_000_000 + pl.col("n") * 37).cast(pl.String),
        "Risk Level": pl.lit("Low"), "Source": pl.when(_mix(22) % 9 == 0).then(pl.lit("pos")).otherwise(pl.lit("web")),
        "Tax 1 Name": pl.lit("VAT 7%"), "Tax 1 Value": _money("tax"), "Duties": pl.lit("0.00"),
        "Billing Province Name": pl.lit("Bangkok"), "Shipping Province Name": pl.lit("Bangkok"),
        "Payment ID": reference, "Payment References": reference,
    }  # fmt: skip
    every: dict[str, pl.Expr] = {
        "Name": pl.format("#{}", 1001 + pl.col("n")), "Email": pl.format("buyer{}@example.com", pl.col("n") % 90_000),
        "Created at": _moment(0), "Lineitem quantity": pl.col("quantity").cast(pl.String),
        "Lineitem name": pl.when("tip").then(pl.lit("Tip")).otherwise(item), "Lineitem price": _money("price"),
        "Lineitem sku": pl.when("tip").then(None).otherwise(pl.format("SKU-{}", pl.col("sku") + 10_000)),
        "Lineitem requires shipping": pl.when("tip").then(pl.lit("false")).otherwise(pl.lit("true")),
        "Lineitem taxable": pl.when("tip").then(pl.lit("false")).otherwise(pl.lit("true")),
        "Lineitem fulfillment status": pl.lit("fulfilled"), "Vendor": pl.lit("ร้านตัวอย่าง"),
        "Lineitem discount": _money("line_discount"),
    }  # fmt: skip
    cells = {column: pl.when(first).then(value) for column, value in once.items()} | every
    return [cells.get(column, pl.lit(None, dtype=pl.String)).alias(column) for column in HEADINGS]


def _money(column: str) -> pl.Expr:
    """Return minor units as text with two decimals."""
    cents = (pl.col(column) % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str((pl.col(column) // 100).cast(pl.String), pl.lit("."), cents)


def _moment(later_seconds: int) -> pl.Expr:
    """Return a Bangkok moment as Shopify writes it."""
    local = pl.from_epoch(pl.col("seconds") + later_seconds + 7 * 3600, time_unit="s")
    return local.dt.strftime("%Y-%m-%d %H:%M:%S +0700")


def _pick(choices: tuple[str, ...], number: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(list(choices))).gather(number % len(choices))


if __name__ == "__main__":
    print(generate(int(sys.argv[1]), Path(sys.argv[2])), "orders")

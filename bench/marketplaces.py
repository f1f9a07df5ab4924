"""Exports of the three marketplaces, invented and the same bytes every time: file to stored plan against the bare read.

Shopee and TikTok as CSV, Lazada as the workbook it is; 1.6 rows an order, all headings of the real export, most cells
beside the amounts filled.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.measure import Steps, child, made_file, median
from bench.report import Report

if TYPE_CHECKING:
    import polars as pl

MARKETS: Final = {"shopee": "csv", "lazada": "xlsx", "tiktok": "csv"}
"""Marketplace to the ending of its export."""
STEPS: Final = ("import in all", "plan in all", "file to stored plan")
_FIRST: Final = dt.datetime.fromisoformat("2026-06-01 08:00")
_SHOPEE_HEADINGS: Final = 59


def measure(rows: int, data: Path, rounds: int, report: Report, aim: float) -> None:
    """Measure every marketplace and print its table."""
    for market, ending in MARKETS.items():
        path = data / f"{market}-{rows}.{ending}"
        made_file(path, f"make-{market}", rows)
        bare, ours = [], []
        for _ in range(rounds):
            bare.append(child("market-bare", path, market))
            with tempfile.TemporaryDirectory(prefix="bench-", dir=data) as folder:
                ours.append(child("market-chain", path, folder, market))
        facts = ours[-1].facts
        assert bare[-1].facts["rows"] == rows, "the bare read sees every row"
        report.title(
            f"{market}, {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, {facts['orders']:,} orders -> {facts['documents']:,} "
            f"documents, difference {facts['difference']}",
            "seconds   peak MiB   x bare read",
        )
        report.row(
            market, f"bare read ({ending})", seconds=median([f.seconds for f in bare]), mib=bare[-1].peak_mib, ratio=1.0
        )
        for step in STEPS:
            pairs = [(o.steps[step].seconds, b.seconds) for o, b in zip(ours, bare, strict=True)]
            report.row(
                market, step, seconds=median([o for o, _ in pairs]), mib=ours[-1].steps[step].peak_mib,
                ratio=median([o / b for o, b in pairs]), aim=aim if step == STEPS[-1] else None,
            )  # fmt: skip


def bare_read(path: Path, market: str) -> int:
    """Read the columns our profile reads with Polars and nothing else; returns the number of rows."""
    import polars as pl

    if MARKETS[market] == "xlsx":
        return int(pl.read_excel(path).height)
    wanted = list(dict.fromkeys(text for column in _profile(market).sources.values() for text in column.headings))
    lazy = pl.scan_csv(path, infer_schema=False)
    there = set(lazy.collect_schema().names())
    return int(lazy.select([name for name in wanted if name in there]).collect().height)


def run_chain(path: Path, folder: Path, market: str) -> tuple[Steps, dict[str, Any]]:
    """Import the export into a fresh workspace and plan it."""
    # Importing is not part of the time; the service's own names for its rooms import nothing before they are asked.
    import recon.service.planning
    import recon.service.taking_in
    import recon.sources.marketplaces.source  # noqa: F401
    from bench.chain import CONNECTION, make_bench_workspace, open_bench

    workspace = make_bench_workspace(folder / "workspace", source=market)
    steps = Steps()
    with open_bench(workspace) as service:
        service.connect(CONNECTION, sides=("ledger",), set_accounts=False)
        with steps.step("file to stored plan"):
            with steps.step("import in all"):
                taken = service.import_files([path]).files[0]
            with steps.step("plan in all"):
                made = service.plan(CONNECTION, rows=20)
    assert taken.status == "taken", taken.message
    facts = {"orders": made.controls.orders, "documents": made.documents, "difference": made.controls.difference}
    return steps, facts


def make(market: str, rows: int, path: Path) -> dict[str, Any]:
    """Write an export of one marketplace."""
    frame = {"shopee": _shopee, "lazada": _lazada, "tiktok": _tiktok}[market](rows)
    if MARKETS[market] == "csv":
        frame.write_csv(path, include_bom=True)
    else:
        from bench.excel import write_workbook

        write_workbook(frame, path)
    return {"rows": rows, "columns": len(frame.columns)}


def _profile(market: str) -> Any:
    from recon.sources.marketplaces.source import fixed_profile

    return fixed_profile(f"{market}-th-orders")


def _numbers(rows: int) -> pl.DataFrame:
    """Return per row: its order, and price, quantity and discounts in baht, drawn without chance."""
    import polars as pl

    def mix(of: str, salt: int, size: int) -> pl.Expr:
        return ((pl.col(of) + 1) * 2_654_435_761 + salt * 40_503) // 65_536 % size

    frame = pl.DataFrame({"i": pl.int_range(rows, dtype=pl.Int64, eager=True)}).with_columns(n=pl.col("i") * 5 // 8)
    return frame.with_columns(
        price=49 + mix("i", 1, 900), quantity=1 + mix("i", 2, 3), seller=pl.when(mix("i", 3, 9) == 0).then(5).otherwise(0),
        platform=pl.when(mix("n", 4, 7) == 0).then(12).otherwise(0), shipping=pl.when(mix("n", 5, 3) == 0).then(0).otherwise(38),
        voucher=pl.when(mix("n", 6, 8) == 0).then(30).otherwise(0), sku=pl.format("SKU-{}", 10_000 + mix("i", 1, 900)),
        name=pl.format("เสื้อยืดคอกลม {}", mix("i", 1, 900)), done=mix("n", 7, 12) > 0,
        at=pl.lit(_FIRST) + pl.duration(minutes=pl.col("n") % 41_000),
    )  # fmt: skip


def _filled(frame: pl.DataFrame, headings: list[str], own: dict[str, pl.Expr]) -> pl.DataFrame:
    """Return the frame under all headings of the export; what we do not give has a short text or nothing."""
    import polars as pl

    rest = {
        name: pl.when(pl.col("i") % 3 > 0).then(pl.format("x{}", pl.col("i") % (7 + at)))
        for at, name in enumerate(headings)
        if name not in own
    }
    return frame.select(**{name: own.get(name, rest.get(name)) for name in headings})


def _shopee(rows: int) -> pl.DataFrame:
    import polars as pl

    frame = _numbers(rows).with_columns(pl.col("voucher").first().over("n"), pl.col("platform").first().over("n"))
    frame = frame.with_columns(amount=pl.col("price") * pl.col("quantity"))
    total = pl.col("amount").sum().over("n") - pl.col("voucher") - pl.col("platform") + pl.col("shipping")
    headings = list(_profile("shopee").match.known[:_SHOPEE_HEADINGS])
    nothing = pl.lit(None, dtype=pl.String)
    own = {name: nothing for name in headings if "ส่วนลด" in name or "โปรโมชั่น" in name}
    voucher = next(name for name in headings if name.startswith("โค้ดส่วนลดชำระโดย Shopee"))
    day = pl.col("at").dt.strftime("%Y-%m-%d %H:%M")
    own |= {
        "หมายเลขคำสั่งซื้อ": pl.format("2606{}K7Q2", pl.col("n").cast(pl.String).str.zfill(6)),
        "สถานะการสั่งซื้อ": pl.when("done").then(pl.lit("สำเร็จแล้ว")).otherwise(pl.lit("การจัดส่ง")),
        "วันที่ทำการสั่งซื้อ": day, "เวลาการชำระสินค้า": day, "เวลาส่งสินค้า": day, "เวลาที่ทำการสั่งซื้อสำเร็จ": day,
        "ชื่อสินค้า": pl.col("name"), "เลขอ้างอิง SKU (SKU Reference No.)": pl.col("sku"), "ราคาขาย": pl.col("price"),
        "จำนวน": pl.col("quantity"), "จำนวนที่ส่งคืน": pl.lit(0), "ราคาขายสุทธิ": pl.col("amount"),
        "โค้ดส่วนลดชำระโดยผู้ขาย": pl.col("voucher"), voucher: pl.col("platform"),
        "ค่าจัดส่งที่ชำระโดยผู้ซื้อ": pl.col("shipping"), "จำนวนเงินทั้งหมด": total,
    }  # fmt: skip
    return _filled(frame, headings, own)


def _lazada(rows: int) -> pl.DataFrame:
    import polars as pl

    frame = _numbers(rows).with_columns(seller=pl.when(pl.col("seller") > 0).then(pl.col("price") // 10).otherwise(0))
    paid = pl.col("price") - pl.col("seller") - pl.col("platform")
    nothing = pl.lit(None, dtype=pl.String)
    own = dict.fromkeys(("taxCode", "branchNumber", "billingName", "billingCity", "billingPostCode"), nothing)
    own |= {f"billingAddr{n}": nothing for n in ("", "2", "3", "4", "5")}
    own |= {
        "orderItemId": pl.format("9988{}", 10_000_000_000 + pl.col("i")),
        "orderNumber": pl.format("8765{}", 10_000_000_000 + pl.col("n")),
        "createTime": pl.col("at").dt.strftime("%d %b %Y %H:%M"), "deliveredDate": pl.col("at").dt.strftime("%d %b %Y %H:%M"),
        "sellerSku": pl.col("sku"), "itemName": pl.col("name"), "paidPrice": paid, "unitPrice": pl.col("price"),
        "sellerDiscountTotal": -pl.col("seller"), "platformDiscountTotal": -pl.col("platform"),
        "shippingFee": pl.when(pl.col("n") != pl.col("n").shift(1, fill_value=-1)).then("shipping").otherwise(0),
        "status": pl.when("done").then(pl.lit("confirmed")).otherwise(pl.lit("shipped")),
    }  # fmt: skip
    return _filled(frame, list(_profile("lazada").match.known), own)


def _tiktok(rows: int) -> pl.DataFrame:
    import polars as pl

    frame = _numbers(rows).with_columns(before=pl.col("price") * pl.col("quantity"))
    after = pl.col("before") - pl.col("seller") - pl.col("platform")
    day = pl.format("{}\t", pl.col("at").dt.strftime("%d/%m/%Y %H:%M:%S"))
    state = pl.when("done").then(pl.lit("เสร็จสมบูรณ์")).otherwise(pl.lit("อยู่ระหว่างขนส่ง"))
    nothing = pl.lit(None, dtype=pl.String)
    headings = list(_profile("tiktok").match.known)
    own = {name: nothing for name in headings if name.startswith("Tax Info") or name == "Cancelled Time"}
    own |= {
        "Order ID": pl.format("58012{}\t", 1_000_000_000_000 + pl.col("n")), "Order Status": state, "Order Substatus": state,
        "Seller SKU": pl.col("sku"), "Product Name": pl.col("name"), "Quantity": pl.col("quantity"),
        "SKU Unit Original Price": pl.col("price"), "SKU Subtotal Before Discount": pl.col("before"),
        "SKU Platform Discount": pl.col("platform"), "SKU Seller Discount": pl.col("seller"),
        "SKU Subtotal After Discount": after, "Shipping Fee After Discount": pl.col("shipping"),
        "Payment platform discount": pl.lit(0), "Order Amount": after.sum().over("n") + pl.col("shipping"),
        "Order Refund Amount": pl.lit(0), "Created Time": day, "Paid Time": day, "Shipped Time": day, "Delivered Time": day,
    }  # fmt: skip
    return _filled(frame, headings, own)

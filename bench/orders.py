"""Canonical frames of an invented shop, for measuring the plan alone: 1.6 lines an order, the same every time.

Chance comes from an integer mix of the position. `python -m bench.orders 1000000` prints seconds per step of the plan.
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import polars as pl

from recon.config.connection import Connection
from recon.frames.conform import empty, fill
from recon.frames.schemas import CHANNEL_LINKS, FINDINGS, ORDER_LINES, ORDERS, PAYMENTS, POSTED, PRODUCT_LINKS, REFUNDS
from recon.plan import assemble, plan, work
from recon.plan.inputs import PlanInputs, PlanLimits

SKUS = 50_000


def _mix(position: pl.Expr, salt: int, size: int) -> pl.Expr:
    return ((position.cast(pl.UInt64) * 2_654_435_761 + salt * 40_503) // 65_536 % size).cast(pl.Int64)


def make_inputs(line_count: int) -> PlanInputs:
    """Return plan inputs with this many order lines; every product and payment channel is linked."""
    lines = _lines(line_count)
    orders = _orders(lines)
    skus = pl.Series("sku_key", [f"sku-{number}" for number in range(SKUS)])
    links = fill(pl.DataFrame({"sku_key": skus, "product_code": skus.str.to_uppercase()}), PRODUCT_LINKS)
    channels = pl.DataFrame(
        [("scb", "BSV003", "111201"), ("shopeepay", "EWL001", "113105")], schema=CHANNEL_LINKS, orient="row"
    )
    part = orders.filter(pl.col("refunded_minor") > 0)
    refunds = fill(
        part.select("order_no", "row", refund_no=pl.lit(1), amount_minor="refunded_minor", refunded_on="completed_on"),
        REFUNDS,
    )
    accounts = {"sales": "410101", "receivable": "113101", "output_vat": "215101", "undue_output_vat": "215102"}
    connection = Connection.model_validate(
        {"source": "shopify", "shop": "shop", "start_date": dt.date(2026, 1, 1), "accounts": accounts}
    )
    return PlanInputs(
        orders=orders, lines=lines.select(ORDER_LINES.names()), payments=empty(PAYMENTS), refunds=refunds, findings=empty(FINDINGS),
        product_links=links, channel_links=channels, posted=empty(POSTED), connection=connection,
        connection_name="bench", today=dt.date(2026, 7, 1), limits=PlanLimits(partial_credit_note=True),
    )  # fmt: skip


def _lines(count: int) -> pl.DataFrame:
    at = pl.col("at")
    frame = pl.DataFrame({"at": pl.int_range(count, dtype=pl.UInt32, eager=True)}).with_columns(
        order_no=(at.cast(pl.UInt64) * 5 // 8).cast(pl.UInt32)
    )
    price = (_mix(at, 1, 2000) + 50) * 100
    frame = frame.with_columns(
        line_no=pl.lit(1), row=at + 2, kind=pl.lit("product"), quantity_milli=(_mix(at, 2, 3) + 1) * 1000,
        sku=pl.format("SKU-{}", _mix(at, 3, SKUS)), unit_price_minor=price, discount_minor=pl.lit(0),
    )  # fmt: skip
    frame = frame.with_columns(
        name=pl.format("Article {} of the shop", "sku"), taxable=pl.lit(value=True),
        amount_minor=pl.col("quantity_milli") // 1000 * pl.col("unit_price_minor"),
    )  # fmt: skip
    return fill(frame, ORDER_LINES)


def _orders(lines: pl.DataFrame) -> pl.DataFrame:
    no = pl.col("order_no")
    goods = lines.group_by("order_no", maintain_order=True).agg(
        pl.col("amount_minor").sum().alias("goods_minor"), pl.col("row").first()
    )
    chance = _mix(no, 5, 100)
    frame = goods.with_columns(
        discount_minor=pl.when(_mix(no, 6, 5) == 0).then(pl.col("goods_minor") // 7).otherwise(0),
        shipping_minor=pl.when(_mix(no, 7, 2) == 0).then(4000).otherwise(0),
        ordered_on=pl.lit(dt.date(2026, 1, 1)) + pl.duration(days=_mix(no, 8, 180)),
        payment_state=pl.when(chance < 4)
        .then(pl.lit("unpaid"))
        .when(chance < 7)
        .then(pl.lit("partly_refunded"))
        .otherwise(pl.lit("paid")),
        order_state=pl.when(chance > 97).then(pl.lit("cancelled")).otherwise(pl.lit("completed")),
        payment_channel=pl.when(_mix(no, 9, 3) == 0).then(pl.lit("ShopeePay")).otherwise(pl.lit("SCB")),
    )
    total = pl.col("goods_minor") - pl.col("discount_minor") + pl.col("shipping_minor")
    frame = frame.with_columns(
        total_minor=total, tax_minor=(total * 1400 + 10700) // 21400, completed_on=pl.col("ordered_on") + pl.duration(days=2),
        refunded_minor=pl.when(pl.col("payment_state") == "partly_refunded").then(total // 3).otherwise(0),
        order_key=pl.format("shopify:shop:{}", no.cast(pl.Int64) + 5_000_000_000_000), order_number=pl.format("#{}", no + 1001),
        record_kind=pl.lit("sale"), state_text=pl.lit("paid / fulfilled"), sales_channel=pl.lit("web"), currency=pl.lit("THB"),
        vat_mode=pl.lit("included"), customer_name=pl.format("Buyer {}", no), discount_basis=pl.lit("order-total"), file=pl.lit("0123456789ab"),
        **{name: pl.lit(0) for name in ("shipping_discount_minor", "cod_fee_minor", "duties_minor", "rounding_minor", "platform_discount_minor")},
    )  # fmt: skip
    return fill(frame, ORDERS)


def timed(name: str, function: Callable[..., Any], spent: dict[str, float]) -> Callable[..., Any]:
    """Return the function, adding its seconds under a name."""

    def run(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - start

    return run


STEPS = {
    plan: ("open_work", "build_items", "_amounts", "_rules", "_hold", "_finish", "_drafts", "assemble", "_results", "_plan",
           "sale_lines", "order_amounts", "control_totals", "findings_by_cause", "conform"),
    assemble: ("identified", "contacts_of", "_dates", "order_stems", "headers", "document_lines", "line_frame", "postings",
               "_document_findings"),
    work: ("ledger_facts", "order_states", "channels_of", "exclude", "hold_by_state"),
}  # fmt: skip


def main(line_count: int, rounds: int = 5) -> int:
    """Print seconds of the whole plan and of its steps (each the best of the rounds), and memory."""
    inputs = make_inputs(line_count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent: dict[str, float] = {}
    for module, names in STEPS.items():
        for name in names:
            setattr(module, name, timed(name, getattr(module, name), spent))
    best, busy = float("inf"), float("inf")
    steps: dict[str, float] = {}
    for _ in range(rounds):
        spent.clear()
        start, cpu = time.perf_counter(), time.process_time()
        made = plan.build_plan(inputs)
        best, busy = min(best, time.perf_counter() - start), min(busy, time.process_time() - cpu)
        for name, seconds in spent.items():
            steps[name] = min(steps.get(name, seconds), seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(
        f"{line_count} lines, {inputs.orders.height} orders, {made.documents.height} documents, {made.postings.height} postings\n"
    )
    sys.stdout.write(f"plan {best:.3f} s, processor {busy:.3f} s; memory {before // 1024} -> {peak // 1024} MiB\n")
    for name, seconds in sorted(steps.items(), key=lambda each: -each[1]):
        sys.stdout.write(f"  {name:20s} {seconds:.3f}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*(int(argument) for argument in sys.argv[1:3] or ["100000"])))

"""Small invented shops for tests of match and plan: canonical frames from short descriptions of orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from recon.config.connection import Connection
from recon.frames.schemas import (
    CHANNEL_LINKS,
    DECISIONS,
    FINDINGS,
    FIRST_SEEN,
    ORDER_LINES,
    ORDERS,
    PAYMENTS,
    POSTED,
    PRODUCT_LINKS,
    REFUND_LINES,
    REFUNDS,
)
from recon.money import vat_included, vat_on_top
from recon.plan.inputs import POSTED_LINES, POSTED_POSTINGS, Plan, PlanInputs, PlanLimits, PostedContents, PostedReader
from recon.plan.plan import build_plan

DAY = dt.date(2026, 6, 5)
TODAY = dt.date(2026, 6, 30)
ABLE = PlanLimits(partial_credit_note=True)
LINKS = [("ct01", "P001", None, None), ("mug", "P002", None, None), ("exempt", "P003", None, "none")]
CHANNELS = [("scb", "BSV003", "111201"), ("shopee", "EWL001", "113105")]
ACCOUNTS = {
    "sales": "410101", "other_income": "420101", "receivable": "113101", "output_vat": "215101",
    "undue_output_vat": "215102",
}  # fmt: skip


def connection(**settings: Any) -> Connection:
    """A connection with chosen accounts; keyword arguments replace settings."""
    base: dict[str, Any] = {"source": "zort", "shop": "shop", "start_date": dt.date(2026, 1, 1), "accounts": ACCOUNTS}
    return Connection.model_validate({**base, **settings})


def line(sku: str | None = "CT01", amount: int = 10700, quantity: int = 1, **columns: Any) -> dict[str, Any]:
    """A line of an order; the quantity in pieces."""
    return {
        "sku": sku,
        "name": f"Thing {sku}",
        "amount_minor": amount,
        "quantity_milli": quantity * 1000,
        "kind": "product",
    } | columns


def order(number: str = "1001", *lines: dict[str, Any], **columns: Any) -> dict[str, Any]:
    """An order with its lines; the total, goods and stated tax follow from the lines unless given."""
    lines = lines or (line(),)
    goods = sum(each["amount_minor"] for each in lines)
    given = {name: columns.get(name, 0) for name in _PARTS}
    base = (
        goods - given["discount_minor"] + given["shipping_minor"] - given["shipping_discount_minor"]
        + given["cod_fee_minor"] + given["duties_minor"] + given["rounding_minor"]
    )  # fmt: skip
    mode = columns.get("vat_mode", "included")
    taxable = base - sum(each["amount_minor"] for each in lines if each.get("taxable") is False)
    tax = {"included": vat_included(taxable, 700), "excluded": vat_on_top(taxable, 700)}.get(mode, 0)
    tax = columns.get("tax_minor", tax)
    return {
        "order_key": f"zort:shop:{number}", "order_number": f"#{number}", "record_kind": "sale", "ordered_on": DAY,
        "order_state": "completed", "payment_state": "paid", "state_text": "Success / Paid", "sales_channel": "LINE",
        "payment_channel": "SCB", "currency": "THB", "vat_mode": mode, "goods_minor": goods, **given, "tax_minor": tax,
        "total_minor": base + (tax if mode == "excluded" else 0), "refunded_minor": 0, "discount_basis": "order-total",
        "file": "0123456789ab", "lines": lines, "refunds": (), "payments": (),
    } | columns  # fmt: skip


_PARTS = (
    "discount_minor", "shipping_minor", "shipping_discount_minor", "cod_fee_minor", "duties_minor", "rounding_minor",
    "platform_discount_minor",
)  # fmt: skip


def frames(orders: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    """ORDERS, ORDER_LINES, PAYMENTS, REFUNDS and what these consist of (``lines`` of a refund) of these orders."""
    rows: dict[str, list[dict[str, Any]]] = {
        "orders": [],
        "lines": [],
        "payments": [],
        "refunds": [],
        "refund_lines": [],
    }
    for number, each in enumerate(orders):
        plain = {name: value for name, value in each.items() if name in ORDERS}
        rows["orders"].append(plain | {"order_no": number, "row": number + 2})
        for name, key in (("lines", "line_no"), ("payments", "payment_no"), ("refunds", "refund_no")):
            for nth, part in enumerate(each.get(name, ()), 1):
                fixed = {"discount_minor": 0, "unit_price_minor": 0} if name == "lines" else {}
                own = {column: value for column, value in part.items() if column != "lines"}
                rows[name].append(fixed | own | {"order_no": number, key: nth, "row": number + 2})
                for place, said in enumerate(part.get("lines", ()), 1):
                    given = {"kind": "product", "quantity_milli": 1000, "discount_minor": 0, "tax_minor": 0} | said
                    where = {"order_no": number, "refund_no": nth, "line_no": place, "row": number + 2}
                    rows["refund_lines"].append(given | where)
    schemas = {
        "orders": ORDERS, "lines": ORDER_LINES, "payments": PAYMENTS, "refunds": REFUNDS, "refund_lines": REFUND_LINES,
    }  # fmt: skip
    return {name: pl.DataFrame(rows[name], schema=schema) for name, schema in schemas.items()}


def rows_of(rows: list[Any], schema: pl.Schema) -> pl.DataFrame:
    """Build a frame of rows that may leave out the last columns."""
    whole = [(*row, *[None] * (len(schema) - len(row))) if isinstance(row, tuple) else row for row in rows]
    return pl.DataFrame(whole, schema=schema, orient="row")


def inputs(orders: list[dict[str, Any]], **given: Any) -> PlanInputs:
    """Plan inputs for these orders; keyword arguments replace parts, lists of rows become frames."""
    schemas = {
        "findings": FINDINGS, "posted": POSTED, "decisions": DECISIONS, "first_seen": FIRST_SEEN,
        "product_links": PRODUCT_LINKS, "channel_links": CHANNEL_LINKS,
    }  # fmt: skip
    rows: dict[str, Any] = {"product_links": LINKS, "channel_links": CHANNELS}
    built: dict[str, Any] = {}
    for name, schema in schemas.items():
        value = given.pop(name, rows.get(name, []))
        built[name] = value if isinstance(value, pl.DataFrame) else rows_of(value, schema)
    settings = given.pop("connection", None) or connection()
    fixed = {"connection_name": "main", "today": TODAY, "limits": ABLE}
    return PlanInputs(**frames(orders), **built, connection=settings, **(fixed | given))


def plan(*orders: dict[str, Any], **given: Any) -> Plan:
    """Build the plan of these orders."""
    return build_plan(inputs(list(orders), **given))


def posted_from(made: Plan, before: pl.DataFrame | None = None) -> pl.DataFrame:
    """POSTED after a ledger took every document of a plan."""
    rows = made.documents.select(
        "document_key", "order_key", "kind", "revision", "number", "applies_to_key", "issued_on", "total_minor",
        "vat_minor", "is_tax_invoice", pl.lit(value=False).alias("pending"), pl.lit("b1").alias("batch_id"),
    )  # fmt: skip
    return rows if before is None else pl.concat([before, rows])


def steps(made: Plan) -> list[str]:
    """Kinds of the planned documents, in the order of sending."""
    return [str(kind) for kind in made.documents["kind"]]


def codes(made: Plan) -> list[str]:
    """Finding codes, sorted."""
    return sorted(made.findings["code"].to_list())


def result(made: Plan, number: int = 0) -> dict[str, Any]:
    """The result row of one order."""
    return made.results.row(number, named=True)


def documents_as_text(made: Plan) -> str:
    """Documents with lines and postings, as an accountant would read them."""
    text = []
    for head in made.documents.iter_rows(named=True):
        text.append(
            f"{head['kind']} {head['number'] or '-'} {head['issued_on']} net {head['net_minor']} vat {head['vat_minor']}"
            f" total {head['total_minor']}" + (f" on {head['applies_to_number']}" if head["applies_to_number"] else "")
        )
        for each in made.lines.filter(pl.col("doc_no") == head["doc_no"]).iter_rows(named=True):
            pieces, price = each["quantity_milli"] // 1000, each["unit_price_minor"]
            text.append(
                f"  {pieces} x {price} = {each['amount_minor']} {each['vat_code']} {each['vat_minor']} {each['description']}"
            )
        for each in made.postings.filter(pl.col("doc_no") == head["doc_no"]).iter_rows(named=True):
            side, amount = ("Dr", each["debit_minor"]) if each["debit_minor"] else ("Cr", each["credit_minor"])
            text.append(f"    {side} {each['account_code']} {amount}")
    return "\n".join(text)


def contents_from(*made: Plan) -> PostedReader:
    """What the documents of these plans consist of, by key."""

    def read(keys: Sequence[str]) -> PostedContents:
        parts = []
        for each in made:
            documents = each.documents.filter(pl.col("document_key").is_in(list(keys)))
            named = documents.select("doc_no", "document_key")
            lines, postings = (frame.join(named, on="doc_no") for frame in (each.lines, each.postings))
            parts.append((documents, lines.select(POSTED_LINES.names()), postings.select(POSTED_POSTINGS.names())))
        return PostedContents(*(pl.concat(frames) for frames in zip(*parts, strict=True)))

    return read

"""A small invented café with a till and a ledger whose lines carry VAT codes: the Z report of the worked example, and others.

Its day: 17,800.00 sold by the till, 300.00 tips on cards, 0.40 rounded up, 18,100.40 taken in.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from recon.config.connection import Connection
from recon.domain.taxes import PERCENT, LedgerTax
from recon.frames.conform import fill
from recon.frames.schemas import (
    CHANNEL_LINKS,
    DECISIONS,
    FINDINGS,
    LEDGER_ACCOUNTS,
    ORDER_LINES,
    ORDERS,
    PAYMENTS,
    POSTED,
    PRODUCT_LINKS,
    REFUNDS,
    TAX_LINKS,
    TILL_COUNTS,
)
from recon.plan.inputs import Plan, PlanInputs
from recon.plan.plan import build_plan

PLACE = "Kafé Torget"
DAY = dt.date(2026, 3, 14)
TAXES = tuple(
    LedgerTax(code=code, name=code, rates=(rate * PERCENT,))
    for code, rate in (("0", 0), ("3", 25), ("31", 15), ("5", 0))
)
_DEPARTMENT = {"needs_department": True}
ACCOUNTS: list[dict[str, Any]] = [
    {"account_code": "1900", "name": "Kontanter"}, {"account_code": "1503", "name": "BankAxept"},
    {"account_code": "1504", "name": "Visa"}, {"account_code": "1505", "name": "Vipps"},
    {"account_code": "1909", "name": "Kassedifferanse"}, {"account_code": "1920", "name": "Bank"},
    {"account_code": "2901", "name": "Gavekort", "root": "Liabilities"}, {"account_code": "2910", "name": "Tips"},
    {"account_code": "3000", "name": "Salg, høy sats", "tax_code": "3", "root": "Income", **_DEPARTMENT},
    {"account_code": "3030", "name": "Salg, middels sats", "tax_code": "31", "root": "Income", **_DEPARTMENT},
    {"account_code": "7740", "name": "Øreavrunding"},
]  # fmt: skip
GROUPS = {"100@25": "3000", "110@15": "3030", "200@25": "3000", "900@0": "2901", "tip": "2910", "rounding": "7740"}
CHANNELS = {
    "CASH Kontant": "1900", "BAX BankAxept": "1503", "VISA Visa": "1504", "VIPPS Vipps": "1505", "GIFT Gavekort": "2901",
    "cash difference": "1909", "to bank": "1920",
}  # fmt: skip


def till(**settings: Any) -> Connection:
    """A connection from a till; keyword arguments are settings of the till, `record_kinds` and others of the connection."""
    own = {
        name: settings.pop(name)
        for name in list(settings)
        if name in {"record_kinds", "start_date", "contacts", "channels"}
    }
    return Connection.model_validate(
        {
            "source": "saft", "target": "sandbox-poweroffice", "shop": "cafe", "start_date": dt.date(2026, 1, 1),
            "taxes": "codes", "record_kinds": ("settlement", "till_invoice"),
            "till": {"departments": {PLACE: "10"}} | settings, **own,
        }
    )  # fmt: skip


def group(code: str, amount: int, tax: str | None, vat: int | None = None, **columns: Any) -> dict[str, Any]:
    """A line of a settlement: an article group at one rate."""
    kind = "tip" if code == "tip" else "product"
    named = {"sku": f"{PLACE}/{code}", "name": f"Group {code}", "kind": kind, "tax_text": tax, "tax_minor": vat}
    given = {"quantity_milli": 1000, "unit_price_minor": amount, "discount_minor": 0, "amount_minor": amount}
    return named | given | columns


def came(channel: str, amount: int | None, reference: str | None = None) -> dict[str, Any]:
    """A payment of a settlement."""
    return {"payment_channel": f"{PLACE}/{channel}", "amount_minor": amount, "reference": reference}


LINES = (
    group("100@25", 1_000_000, "25 %", 300_000), group("110@15", 230_000, "15 %", 30_000), group("200@25", 500_000, "25 %", 0),
    group("900@0", 50_000, "0 %", 0), group("tip", 30_000, None),
)  # fmt: skip
MONEY = (
    came("CASH Kontant", 300_000, "12001"), came("BAX BankAxept", 900_040, "12002"), came("VISA Visa", 380_000, "12003"),
    came("VIPPS Vipps", 200_000, "12011"), came("GIFT Gavekort", 30_000, "12005"),
)  # fmt: skip
COUNT = {"counted_minor": 448_000, "to_bank_minor": 298_000, "counted_by": "kari", "remark": ""}


def z_report(
    number: int = 214,
    lines: tuple[dict[str, Any], ...] = LINES,
    money: tuple[dict[str, Any], ...] = MONEY,
    **columns: Any,
) -> dict[str, Any]:
    """A Z report of register K1; total and rounding follow from lines and payments unless given."""
    goods = sum(one["amount_minor"] for one in lines)
    total = sum(one["amount_minor"] or 0 for one in money)
    return {
        "order_key": f"till:cafe:settlement:K1/{number}", "order_number": f"K1/{number}", "record_kind": "settlement",
        "ordered_on": DAY, "completed_on": DAY, "goods_minor": goods, "rounding_minor": total - goods, "total_minor": total,
        "opening_float_minor": 150_000, "lines": lines, "payments": money, **columns,
    }  # fmt: skip


def on_account(
    number: str = "10023", *lines: dict[str, Any], paid: tuple[dict[str, Any], ...] = (), **columns: Any
) -> dict[str, Any]:
    """A sale on account at register K1: two pieces of an article at 25 % unless lines are given."""
    article = {
        "sku": "A1", "name": "Kransekake", "kind": "product", "quantity_milli": 2000, "unit_price_minor": 62_500,
        "discount_minor": 0, "amount_minor": 125_000, "tax_text": "25 %", "tax_minor": 25_000,
    }  # fmt: skip
    lines = lines or (article,)
    goods = sum(one["amount_minor"] for one in lines)
    return {
        "order_key": f"till:cafe:till_invoice:K1/{number}", "order_number": number, "record_kind": "till_invoice",
        "ordered_on": DAY, "goods_minor": goods, "rounding_minor": 0, "total_minor": goods, "customer_name": "Bakeriet AS",
        "other_numbers": "customer=10077", "payment_state": "unpaid", "lines": lines, "payments": paid, **columns,
    }  # fmt: skip


def inputs(*records: dict[str, Any], **given: Any) -> PlanInputs:
    """Plan inputs for these records, with everything mapped unless said otherwise."""
    groups, channels = given.pop("groups", GROUPS), given.pop("channels", CHANNELS)
    counted = given.pop("counts", {214: COUNT})
    place = PLACE.lower().replace(" ", "")
    links = [{"sku_key": f"{place}/{name}", "account_code": code} for name, code in groups.items()]
    paths = [(f"{place}/{name.lower().replace(' ', '')}", code, code) for name, code in channels.items()]
    frames: dict[str, Any] = {
        "findings": _frame(given.pop("findings", []), FINDINGS),
        "posted": given.pop("posted", pl.DataFrame(schema=POSTED)),
        "product_links": _frame([*links, *given.pop("articles", [])], PRODUCT_LINKS),
        "channel_links": pl.DataFrame(paths, schema=CHANNEL_LINKS, orient="row"),
        "tax_links": pl.DataFrame(given.pop("taxes", [("0%", "0")]), schema=TAX_LINKS, orient="row"),
        "counts": _frame([{"order_key": f"till:cafe:settlement:K1/{z}", **one} for z, one in counted.items()], TILL_COUNTS),
        "ledger_accounts": _frame(
            [{"root": "", "tax_code": "", "is_tax_locked": False, "needs_department": False, "needs_project": False, **one} for one in given.pop("accounts", ACCOUNTS)],
            LEDGER_ACCOUNTS,
        ),
        "decisions": _frame(given.pop("decisions", []), DECISIONS),
    }  # fmt: skip
    rest: dict[str, Any] = {
        "connection": till(), "connection_name": "till", "today": DAY, "currency": "NOK", "ledger_taxes": TAXES,
        "ledger_departments": ("10",),
    }  # fmt: skip
    return PlanInputs(**_records(records), **frames, **(rest | given))


def plan(*records: dict[str, Any], **given: Any) -> Plan:
    """Build the plan of these records."""
    return build_plan(inputs(*records, **given))


def posted_from(made: Plan, before: pl.DataFrame | None = None) -> pl.DataFrame:
    """POSTED after the ledger took every document of a plan, and with what the vouchers of a day hold."""
    rows = pl.concat([made.documents, made.parts.documents.select(made.documents.columns)]).select(
        "document_key", "order_key", "kind", "revision", "number", "applies_to_key", "issued_on", "total_minor",
        "vat_minor", "is_tax_invoice", pl.lit(value=False).alias("pending"), pl.lit("b1").alias("batch_id"),
    )  # fmt: skip
    return rows if before is None else pl.concat([before, rows])


def _records(records: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    rows: dict[str, list[dict[str, Any]]] = {"orders": [], "lines": [], "payments": []}
    fixed = {
        "order_state": "completed", "payment_state": "paid", "sales_channel": PLACE, "payment_channel": "", "currency": "NOK",
        "vat_mode": "included", "refunded_minor": 0, "file": "f" * 12,
        **dict.fromkeys((name for name in ORDERS if name.endswith("_minor") and name not in {"tax_minor", "paid_minor", "opening_float_minor"}), 0),
    }  # fmt: skip
    for number, record in enumerate(records):
        own = {name: value for name, value in record.items() if name not in {"lines", "payments"}}
        rows["orders"].append(fixed | own | {"order_no": number, "row": number + 2})
        for name, key in (("lines", "line_no"), ("payments", "payment_no")):
            for nth, part in enumerate(record[name], 1):
                rows[name].append(part | {"order_no": number, key: nth, "row": number + 2})
    schemas = {"orders": ORDERS, "lines": ORDER_LINES, "payments": PAYMENTS}
    built: dict[str, Any] = {name: _frame(rows[name], schema) for name, schema in schemas.items()}
    return built | {"refunds": pl.DataFrame(schema=REFUNDS)}


def _frame(rows: list[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    if not rows:
        return pl.DataFrame(schema=schema)
    return fill(pl.DataFrame(rows, infer_schema_length=None), schema)

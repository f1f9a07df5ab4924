"""A shop whose export names buyers, for tests of contacts and of the check-list of a connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.clock import FakeClock
from tests.shell import SANDBOX_COMPANY, SANDBOX_TAX_ID, Shell, run

HEADINGS = (
    "Order ID,Order date,Status,SKU,Item,Quantity,Price,Line total,Shipping,COD fee,Order total,Sales channel,"
    "Payment method,Customer Name,Tax ID,Branch,Address"
)
PROFILE = f"""\
profile = "export"
version = 1
kind = "orders"
platform = "export"
grain = "line"

[match]
required = ["Order ID", "Order date", "SKU"]
known = {HEADINGS.split(",")!r}

[read]
encodings = ["utf-8"]
delimiter = ","
date_formats = ["%Y-%m-%d"]
era = "CE"
timezone = "Asia/Bangkok"

[columns]
order_id = {{ from = ["Order ID"], required = true }}
ordered_on = {{ from = ["Order date"], required = true }}
order_state = {{ from = ["Status"] }}
sales_channel = {{ from = ["Sales channel"] }}
payment_channel = {{ from = ["Payment method"] }}
customer_name = {{ from = ["Customer Name"] }}
customer_tax_id = {{ from = ["Tax ID"] }}
customer_branch = {{ from = ["Branch"] }}
customer_address = {{ from = ["Address"] }}
shipping = {{ from = ["Shipping"] }}
cod_fee = {{ from = ["COD fee"] }}
total = {{ from = ["Order total"] }}
sku = {{ from = ["SKU"] }}
name = {{ from = ["Item"] }}
quantity = {{ from = ["Quantity"] }}
unit_price = {{ from = ["Price"] }}
line_amount = {{ from = ["Line total"] }}

[status_map.exact]
"completed" = "completed"

[constants]
currency = "THB"
payment_state = "paid"

[conventions]
line_amount = "stated"
tax = "infer"
"""


def made(root: Path, clock: FakeClock, *, target: str = "sandbox", ledger: str = "") -> Shell:
    """Make the shop's workspace, with its column profile and without keys; nothing is asked yet."""
    at = ("--ledger-url", ledger, "--environment", "test") if ledger else ()
    run("init", root, "--no-input", "--company", SANDBOX_COMPANY, "--tax-id", SANDBOX_TAX_ID, "--start-date", "2026-10-01",
        "--target", target, "--source", "profile", "--profile", "export", *at, clock=clock).expect(0)  # fmt: skip
    (root / "profiles").mkdir(exist_ok=True)
    (root / "profiles" / "export.toml").write_text(PROFILE, encoding="utf-8")
    return Shell(root, clock)


def row(number: str, **columns: Any) -> str:
    """Return one paid order of one piece as a line of the export; keyword arguments replace columns."""
    given = {
        "order_id": number, "day": "2026-10-03", "status": "completed", "sku": "P00001", "item": "Shirt", "quantity": 1, "price": "107.00",
        "amount": "107.00", "shipping": "", "cod": "", "total": "107.00", "channel": "Web", "payment": "SCB", "name": "", "tax_id": "",
        "branch": "", "address": "",
    } | columns  # fmt: skip
    return ",".join(str(value) for value in given.values())


def export(path: Path, *rows: str) -> Path:
    """Write an export."""
    path.write_text("\n".join([HEADINGS, *rows]) + "\n", encoding="utf-8")
    return path

"""Purchase orders saved from Stocky: asked for by name, received ones become expenses, ordered ones nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from recon.workspace import make_workspace
from tests.clock import FakeClock
from tests.shell import Shell

CSV = """Order no,Placed,Vendor name,Progress,Arrived on,Item code,Item,Arrived qty,Unit cost,Order total
PO-7,2026-06-01,Cotton Mill,Received,2026-06-10,CT01,Shirt,10,4.00,55.00
PO-7,2026-06-01,Cotton Mill,Received,2026-06-10,MUG,Mug,5,3.00,55.00
PO-8,2026-06-12,Cotton Mill,Ordered,,CT01,Shirt,20,4.00,80.00
"""
SETTINGS = """format = 1

[company]
name = "Cedar & Pine LLC"
tax_id = "12-3456789"
currency = "USD"
timezone = "America/New_York"

[connections.stock]
source = "profile"
target = "sandbox-quickbooks"
profile = "stocky"
shop = "cedar"
start_date = 2026-01-01
record_kinds = ["purchase"]
taxes = "line"
vat_registered = false

[connections.stock.ledger]
environment = "sandbox"
number_max_length = 11

[connections.stock.accounts]
payable = "Accounts Payable"

[connections.stock.purchases]
account = "Inventory Asset"
suppliers = { "Cotton Mill" = "Shopify" }
"""
ANSWERS = (
    "grain=line", "columns.order_id=Order no", "columns.ordered_on=Placed", "columns.customer_name=Vendor name",
    "columns.order_state=Progress", "columns.completed_on=Arrived on", "columns.sku=Item code", "columns.name=Item",
    "columns.quantity=Arrived qty", "columns.unit_price=Unit cost", "columns.total=Order total", "constants.currency=USD",
    "status_map.exact.Received=completed", "status_map.exact.Ordered=open", "conventions.tax=none",
)  # fmt: skip


@pytest.fixture
def books(tmp_path: Path) -> Shell:
    make_workspace(tmp_path / "books", SETTINGS)
    (tmp_path / "purchase_orders.csv").write_text(CSV, encoding="utf-8")
    shell = Shell(tmp_path / "books", FakeClock())
    shell("connect").expect(4)  # settings of sales are missing, and nothing is sold here
    return shell


def test_it_is_said_that_stocky_ended_and_no_heading_is_invented(books: Shell, tmp_path: Path) -> None:
    asked = books.json("profile", str(tmp_path / "purchase_orders.csv"), "--start", "stocky", code=4)
    questions = "\n".join(asked["questions"])
    assert "# Stocky ended on 31 August 2026" in asked["toml"]
    assert "how many pieces were received" in questions
    assert 'platform = "stocky"' in asked["toml"] and 'record_kind = "purchase"' in asked["toml"]


def test_received_becomes_an_expense_and_ordered_becomes_nothing(books: Shell, tmp_path: Path) -> None:
    file = str(tmp_path / "purchase_orders.csv")
    answers = [word for answer in ANSWERS for word in ("--set", answer)]
    books("profile", file, "--start", "stocky", *answers, "--save", "stocky").expect(0)
    books("import", file).expect(0)
    plan = books.json("plan")
    assert [(kind["kind"], kind["count"], kind["total"]) for kind in plan["by_kind"]] == [("expense", 1, "55.00")]
    (document,) = books.json("documents", "B0001")["documents"]
    assert (document["order_number"], document["issued_on"]) == (
        "PO-7",
        "2026-06-01",
    )
    waiting = [cause["code"] for cause in plan["ignored"]]
    assert waiting == ["not-due"]

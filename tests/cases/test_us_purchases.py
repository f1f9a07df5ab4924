"""A month of buying by Shopify's own purchase orders, into a QuickBooks that keeps the stock: items, suppliers, bills, and what is sold."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from recon.sandbox.quickbooks.company import SandboxCompany
from recon.sandbox.shopify.orders import Line, SandboxOrder
from recon.sandbox.shopify.purchases import PURCHASE_SCOPES, SandboxPurchaseLine, SandboxPurchaseOrder, SandboxShipment
from recon.sandbox.shopify.server import Rules, ShopifySandbox
from recon.workspace import make_workspace
from tests.cases import story
from tests.cases.api_purchases import BAGS as BAGS_OF_THE_STORY
from tests.cases.api_purchases import BOXES, CAPS, CASE, LATER, kept
from tests.clock import FakeClock
from tests.shell import Shell

MORE = """
[connections.shop.detail]
vendors = "each"
"""
BAGS = SandboxPurchaseLine(sku="BAG-02", title="Canvas bag", pieces=40, cost=1250, tax_percent="6.5")
TAPE = SandboxPurchaseLine(sku="TAPE", title="Tape", pieces=10, cost=99)
FIRST = SandboxShipment(
    number=1, at="2026-10-12T15:00:00Z", sent={"BAG-02": 25, "TAPE": 10}, accepted={"BAG-02": 23, "TAPE": 10},
    rejected={"BAG-02": 2},
)  # fmt: skip
SECOND = SandboxShipment(number=2, at="2026-10-25T15:00:00Z", sent={"BAG-02": 15}, accepted={"BAG-02": 9}, rejected={})
ORDER = SandboxPurchaseOrder(
    number=7, supplier="Cotton Mill", ordered_at="2026-10-01T14:00:00Z", lines=(BAGS, TAPE), shipments=(FIRST,)
)
SALE = SandboxOrder(
    number=1001, at=dt.datetime(2026, 10, 20, 15, tzinfo=dt.UTC), buyer=None,
    lines=(Line(sku="BAG-02", name="Canvas bag", quantity=3, price=3450),),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Books:
    shell: Shell
    shop: ShopifySandbox
    root: Path
    sums: Counter[str] = field(default_factory=Counter)
    """What recon posted, by account; debits positive."""

    def company(self) -> SandboxCompany:
        return SandboxCompany(self.root / ".recon" / "sandbox" / "quickbooks.db", clock=FakeClock(), durable=False)

    def balances(self) -> dict[str, int]:
        company = self.company()
        found = company.books.balances()
        company.close()
        return found

    def post(self) -> list[tuple[str, str, str]]:
        """Plan, approve, upload and verify; return kind, number and total of the documents that were posted."""
        batch = self.shell.json("plan")["batch"]
        if not batch:
            return []
        documents = self.shell.json("documents", batch)["documents"]
        for row in documents:
            for one in self.shell.json("show", row["document_key"])["postings"]:
                self.sums[one["account"]] += _cents(one["debit"]) - _cents(one["credit"])
        self.shell("approve", batch, "--as", "Nok").expect(0)
        self.shell("upload", batch).expect(0)
        self.shell("verify", batch).expect(0)
        return [(row["kind"], row["number"] or row["order_number"], row["total"]) for row in documents]


def _cents(text: str | None) -> int:
    return int((text or "0").replace(".", "").replace(",", ""))


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    clock = FakeClock()
    settings = (story.CASES / "us-payouts-month" / "settings.toml").read_text(encoding="utf-8")
    settings = settings.replace('source = "shopify"', 'source = "shopify-api"')
    settings = settings.replace('suppliers = { "Shopify" = "Shopify" }', 'new_suppliers = "create"')
    settings = settings.replace(
        'text_item = "Shop Line"',
        'text_item = "Shop Line"\nnew_items = "inventory"\ncogs_account = "Cost of Goods Sold"\nasset_account = "Inventory Asset"',
    )
    rules = Rules(scopes=("read_orders", "read_all_orders", *PURCHASE_SCOPES))
    with ShopifySandbox(purchases=[ORDER], rules=rules, now=clock.now, monotonic=clock.monotonic) as shop:
        make_workspace(
            tmp_path / "books", f'{settings}{MORE}\n[connections.shop.source_api]\nbase_url = "{shop.url}"\n'
        )
        shell = Shell(tmp_path / "books", clock)
        shell("connect", "--stdin", "--keep", "file", stdin=json.dumps(shop.keys)).expect(0)
        shell("pull").expect(0)
        shell("match", "--channel", "Shopify Payments", "--method", "Shopify Payments Clearing")
        shell("match", "--create", "BAG-02=Canvas bag", "--as", "Nok").expect(0)
        yield Books(shell, shop, tmp_path / "books")


def test_goods_come_into_stock_are_sold_at_their_cost_and_every_account_ties(books: Books) -> None:
    assert books.post() == [("product", "BAG-02", "0.00")]
    assert books.post() == [("expense", "PO7-1", "316.09")]
    company = books.company()
    assert company.books.on_hand("BAG-02") == (23_000, 28_750)  # 23 at 12.50; tape, and the tax on all, are costs
    assert [entry.full_name for entry in company.books.entries(("Vendor",))] == ["Cotton Mill", "Shopify"]
    company.close()
    assert books.balances() == dict(books.sums)
    assert books.balances() == {"Accounts Payable": -31_609, "Inventory Asset": 28_750, "Merchant Fees": 2_859}

    books.shop.replace_orders([SALE])
    books.shop.replace_purchases([replace(ORDER, shipments=(FIRST, SECOND))])
    books.shell("pull", "--since", "2026-10-01").expect(0)
    assert books.post() == [("receipt", "1001", "103.50"), ("expense", "PO7-2", "119.81")]
    assert "stock-cost-by-ledger" in books.shell("findings", "--json").out  # said where the sale was planned
    cost = 3 * 1250
    balances = books.balances()
    assert balances.pop("Cost of Goods Sold") == cost  # QuickBooks books it by itself
    balances["Inventory Asset"] += cost
    assert balances == dict(books.sums)
    assert books.post() == []


def test_more_of_a_shipment_that_was_posted_waits_for_a_person_and_is_never_posted_twice(books: Books) -> None:
    books.post()
    books.shop.replace_purchases([replace(ORDER, shipments=(FIRST, SECOND))])
    books.shell("pull", "--since", "2026-10-01").expect(0)
    assert books.post() == [("expense", "PO7-1", "316.09"), ("expense", "PO7-2", "119.81")]
    books.shop.replace_purchases([replace(ORDER, shipments=(FIRST, replace(SECOND, accepted={"BAG-02": 15})))])
    books.shell("pull", "--since", "2026-10-01").expect(0)
    plan = books.shell.json("plan")
    assert [(cause["code"], cause["count"]) for cause in plan["held"]] == [("purchase-changed", 1)]
    assert plan["by_kind"] == []


def test_the_files_of_the_story_are_what_a_pull_keeps() -> None:
    given = {"1-purchases_16-october.json": (BAGS_OF_THE_STORY, BOXES, CAPS), "2-purchases_2-november.json": LATER}
    for name, orders in given.items():
        assert (CASE / "in" / name).read_bytes() == kept(orders)

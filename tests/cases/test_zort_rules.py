"""Every rule of a connection to ZORT, each by a story: what is pulled, when receipts and invoices are made, what is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recon.sandbox.peak import SandboxPeak, sandbox_company
from recon.sandbox.zort import ZortShop
from tests.cases.zort_books import JULY, back, books, change, codes, fill, keys, planned, sale
from tests.clock import FakeClock
from tests.shell import SANDBOX_COMPANY, Shell, run

NOW = JULY
UNPAID = {"paymentstatus": "Pending", "paymentamount": "0", "payments": []}
LISTS = {
    "sale": "/Order/GetOrders", "sale_return": "/ReturnOrder/GetReturnOrders", "purchase": "/PurchaseOrder/GetPurchaseOrders",
    "purchase_return": "/ReturnPurchaseOrder/GetReturnPurchaseOrders",
}  # fmt: skip


def story(tmp_path: Path, clock: FakeClock, shop: ZortShop, sales: list[dict[str, Any]], **settings: Any) -> Shell:
    fill(shop, sales, [])
    shell = books(tmp_path, clock, shop, **settings)
    shell("pull")
    return shell


@pytest.mark.parametrize("kinds", [["sale"], ["sale_return"], ["purchase", "purchase_return"], list(LISTS)])
def test_only_kinds_switched_on_are_asked_for(
    kinds: list[str], tmp_path: Path, clock: FakeClock, shop: ZortShop
) -> None:
    shell = books(tmp_path, clock, shop, record_kinds=kinds)
    before = len(shop.requests)
    shell("pull")
    asked = {request.path for request in shop.requests[before:]}
    assert asked == {LISTS[kind] for kind in kinds}


def test_init_and_connect_say_which_kinds_there_are(tmp_path: Path, clock: FakeClock, shop: ZortShop) -> None:
    shell = books(tmp_path, clock, shop, record_kinds=["sale", "purchase"])
    given = ("--no-input", "--company", SANDBOX_COMPANY, "--source", "zort", "--start-date", "2026-06-01", "--dry-run")
    template = run("init", tmp_path / "more", *given, clock=clock).expect(0).out
    assert "others: sale_return, purchase, purchase_return" in template and "charges.Lazada" in template
    said = shell("connect", "--stdin", "--keep", "file", stdin=keys(shop)).expect(0).out
    assert "sales and purchases are pulled and posted; sales returns and purchase returns are not" in said
    assert "record_kinds" in said


STATES = {
    "paid": {"status": "Waiting", "paymentstatus": "Paid"},
    "done": {"status": "Success", "paymentstatus": "Paid"},
    "open": {"status": "Pending", **UNPAID},
    "sent": {"status": "Success", **UNPAID},
}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [("receipt", "paid"), ("receipt", "done")]),
        ({"receipts": "paid-and-completed"}, [("receipt", "done")]),
        ({"invoices": "completed-unpaid"}, [("receipt", "paid"), ("receipt", "done"), ("invoice", "sent")]),
        ({"invoices": "awaiting-transfer-unpaid"},
         [("receipt", "paid"), ("receipt", "done"), ("invoice", "open"), ("invoice", "sent")]),
        ({"receipts": "paid-and-completed", "invoices": "completed-unpaid"}, [("receipt", "done"), ("invoice", "sent")]),
    ],
)  # fmt: skip
def test_receipts_and_invoices_follow_their_rule(
    settings: dict[str, str], expected: list[tuple[str, str]], tmp_path: Path, clock: FakeClock, shop: ZortShop
) -> None:
    sales = [sale(f"SO-{n}", **STATES[name]) for n, name in enumerate(STATES, 1)]
    names = dict(zip((each["number"] for each in sales), STATES, strict=True))
    shell = story(tmp_path, clock, shop, sales, **settings)
    made = [(kind, names[number]) for kind, number, _ in planned(shell)]
    assert sorted(made) == sorted(expected)
    left = {names[row["order_number"]] for row in shell.json("orders")["orders"] if row["disposition"] == "ignored"}
    assert left == set(STATES) - {name for _, name in expected}


def test_a_document_carries_the_days_zort_states(tmp_path: Path, clock: FakeClock, shop: ZortShop) -> None:
    """An order that waits for its transfer gets its invoice on the day of the sale."""
    one = sale("SO-1", **STATES["open"])
    shell = story(tmp_path, clock, shop, [one], invoices="awaiting-transfer-unpaid")
    planned(shell)
    (row,) = shell.json("documents", "B0001")["documents"]
    assert row["issued_on"] == one["orderdateString"]


def channel(name: str, number: str, place: int) -> dict[str, Any]:
    paid = sale(number, place)
    entry = {
        "id": 1,
        "name": name,
        "amount": paid["amount"],
        "paymentdatetimeString": f"{paid['orderdateString']} 12:00",
    }
    return paid | {"payments": [entry]}


def test_only_chosen_payment_channels_are_sent_and_the_others_are_missing_by_choice(
    tmp_path: Path, clock: FakeClock, shop: ZortShop
) -> None:
    sales = [channel("พร้อมเพย์", "SO-1", 20), channel("เงินสด", "SO-2", 25), channel("ธนาคารกสิกรไทย", "SO-3", 30)]
    shell = story(tmp_path, clock, shop, sales, payment_channels=["พร้อมเพย์", "ธนาคารกสิกรไทย"])
    assert [number for _, number, _ in planned(shell)] == ["SO-1", "SO-3"]
    plan = shell.json("plan")
    (cause,) = [each for each in plan["ignored"] if each["code"] == "channel-not-chosen"]
    assert (cause["count"], cause["amount"]) == (1, sales[1]["amount"])
    said = shell.json("findings", "--code", "channel-not-chosen")["findings"]
    assert [(row["column"], row["value"], row["amount"]) for row in said] == [
        ("payment_channel", "เงินสด", sales[1]["amount"])
    ]


def test_numbering_by_zort_or_by_the_ledger(tmp_path: Path, clock: FakeClock, shop: ZortShop) -> None:
    shell = story(tmp_path, clock, shop, [sale("SO-1")])
    planned(shell)
    assert shell.json("documents", "B0001")["documents"][0]["number"] == "RT-SO-1"
    change(shell, numbering="ledger")
    shell("plan")
    (row,) = shell.json("documents", "B0002")["documents"]
    assert row["number"] is None
    shell("approve", "B0002", "--as", "Nok")
    shell("upload", "B0002").expect(0)
    (row,) = shell.json("documents", "B0002")["documents"]
    with SandboxPeak(path=shell.root / ".recon" / "sandbox" / "peak.db", company=sandbox_company()) as ledger:
        (there,) = [each for each in ledger.truth() if each.kind == "receipt"]
    assert there.code == row["ledger_number"] != "RT-SO-1"
    assert "RT-SO-1" in there.remark and there.reference


def test_lazada_bills_its_shipping_itself_and_recon_says_so_until_somebody_decides(
    tmp_path: Path, clock: FakeClock, shop: ZortShop
) -> None:
    lazada, line = sale("SO-1", saleschannel="Lazada"), sale("SO-2", 30, saleschannel="LINE")
    shell = story(tmp_path, clock, shop, [shipped(lazada), shipped(line)])
    planned(shell)
    said = codes(shell)["shipping-billed-by-platform"]
    assert "Orders of Lazada with shipping: 1, 40.00" in said and "40.00" in said
    shell("match", "--charge", "Lazada:shipping=leave-out")
    made = planned(shell)
    assert [total for _, _, total in made] == ["250.00", "290.00"]
    assert "shipping-billed-by-platform" not in codes(shell)
    shell("match", "--charge", "Lazada:shipping=book")
    assert [total for _, _, total in planned(shell)] == ["290.00", "290.00"]
    assert "shipping-billed-by-platform" not in codes(shell), "somebody decided"


def shipped(order: dict[str, Any]) -> dict[str, Any]:
    """The order with one piece for 250.00 and shipping for 40.00, VAT inside."""
    line = order["list"][0] | {
        "number": "1",
        "pricepernumber": "250.00",
        "discount": "",
        "discountamount": "0",
        "totalprice": "250.00",
    }
    return order | {"list": [line], "totalproductamount": "250.00", "shippingamount": "40.00", "discountamount": "0", "voucheramount": "0",
                    "platformdiscount": "0", "amount": "290.00", "paymentamount": "290.00", "vatamount": "18.97"}  # fmt: skip


def test_a_company_in_three_kinds_pulls_returns_of_sales_it_knows(
    tmp_path: Path, clock: FakeClock, shop: ZortShop
) -> None:
    one = sale("SO-1")
    fill(shop, [one], [back("CN-1", one)])
    shell = books(tmp_path, clock, shop, record_kinds=["sale", "sale_return", "purchase"])
    shell("pull")
    assert [kind for kind, _, _ in planned(shell)] == ["receipt", "credit_note"]

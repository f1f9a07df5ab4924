"""Returns of ZORT by the commands a person types, against a shop on this computer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from recon.sandbox.zort import ZortShop
from tests.cases.zort_books import JULY, back, books, change, codes, fill, planned, sale
from tests.clock import FakeClock

NOW = JULY
KINDS = ["sale", "sale_return"]


def test_a_return_becomes_the_credit_note_of_its_sale(tmp_path: Path, clock: FakeClock, shop: ZortShop) -> None:
    one, two = sale("SO-1"), sale("SO-2", 30)
    fill(shop, [one, two], [back("CN-1", one)])
    shell = books(tmp_path, clock, shop, record_kinds=KINDS)
    shell("pull")
    total = one["amount"]
    assert planned(shell) == [
        ("receipt", "SO-1", total),
        ("credit_note", "SO-1", total),
        ("receipt", "SO-2", two["amount"]),
    ]
    said = codes(shell)["return-linked"]
    assert "Return CN-1" in said and "its description names SO-1" in said


def test_a_person_says_which_sale_came_back_and_takes_it_back(tmp_path: Path, clock: FakeClock, shop: ZortShop) -> None:
    buyer = {"customername": "สมชาย ใจดี"}
    one, two, masked = sale("SO-1", **buyer), sale("SO-2", 30, **buyer), sale("SO-3", 26, customername="ส******ดี")
    lost = back("CN-1", one, description="ลูกค้าเปลี่ยนใจ")
    fill(shop, [one, two, masked], [lost])
    shell = books(tmp_path, clock, shop, record_kinds=KINDS)
    shell("pull")
    assert [kind for kind, _, _ in planned(shell)] == ["receipt"] * 3
    assert "no reference and no word" in codes(shell)["return-not-linked"]
    listed = shell.json("match", "--returns", code=4)
    (waiting,) = listed["returns"]
    assert (listed["open_returns"], waiting["order_number"]) == (1, "CN-1")
    first = waiting["candidates"][0]
    assert first["order_number"] == "SO-1" and set(first["reasons"]) == {"same customer", "same SKUs", "same amount"}
    shown = shell("match", "--returns").expect(4).out
    assert "CN-1" in shown and "recon match --return" in shown
    shell("match", "--return", "CN-1=SO-1", "--as", "Nok").expect(0)
    assert [kind for kind, _, _ in planned(shell)] == ["receipt", "credit_note", "receipt", "receipt"]
    assert "a person said so" in codes(shell)["return-linked"]
    assert "return 1" in shell("match", "--undo", "--as", "Nok").expect(4).out
    assert [kind for kind, _, _ in planned(shell)] == ["receipt"] * 3
    shell("match", "--redo").expect(0)
    shell("match", "--return", "CN-1=").expect(4)
    for wrong, words in (
        ("CN-9=SO-1", "no returns called 'CN-9'"),
        ("CN-1=SO-9", "no sales called 'SO-9'"),
        ("CN-1", "write RETURN=SALE"),
    ):
        said = shell("match", "--return", wrong)
        assert said.code == 2 and words in said.err and "Nothing was changed" in said.err


def test_f61_two_sales_of_one_number_hold_the_return_until_one_is_named_by_key(
    tmp_path: Path, clock: FakeClock, shop: ZortShop
) -> None:
    one, two = sale("SO-7"), sale("SO-7", 30) | {"id": 70_020_070}
    fill(shop, [one, two], [back("CN-1", one)])
    shell = books(tmp_path, clock, shop, record_kinds=KINDS)
    shell("pull")
    assert [kind for kind, _, _ in planned(shell)] == ["receipt", "receipt"]
    assert "2 sales are meant" in codes(shell)["return-not-linked"]
    refused = shell("match", "--return", "CN-1=SO-7")
    assert refused.code == 2 and "2 sales are called 'SO-7'" in refused.err
    shell("match", "--return", "CN-1=70020007").expect(0)
    assert [kind for kind, _, _ in planned(shell)].count("credit_note") == 1


def test_a_part_that_came_back_is_held_for_peak_and_settled_by_hand(
    tmp_path: Path, clock: FakeClock, shop: ZortShop
) -> None:
    one = sale("SO-1")
    part = back("CN-1", one)
    line = part["list"][0] | {
        "number": "1",
        "pricepernumber": "10.00",
        "discount": "",
        "discountamount": "0",
        "totalprice": "10.00",
    }
    part |= {
        "list": [line],
        "amount": "10.00",
        "shippingamount": "0",
        "discountamount": "0",
        "vatamount": "0.65",
        "totalproductamount": "10.00",
    }
    fill(shop, [one], [part])
    shell = books(tmp_path, clock, shop, record_kinds=KINDS)
    shell("pull")
    assert planned(shell) == [("receipt", "SO-1", one["amount"])]
    assert codes(shell)["partial-credit-by-hand"] == "10.00 of order SO-1 to be credited for return CN-1."
    shell("match", "--decide", "SO-1=by-hand:CN-2026-7", "--as", "Nok").expect(0)
    plan = shell.json("plan")
    assert (plan["controls"]["held"], plan["controls"]["difference"]) == ("0.00", "0.00")


def test_switched_off_returns_are_not_asked_for_and_known_ones_are_said_once(
    tmp_path: Path, clock: FakeClock, shop: ZortShop
) -> None:
    one = sale("SO-1")
    fill(shop, [one], [back("CN-1", one)])
    shell = books(tmp_path, clock, shop)
    shell("pull")
    assert {request.path for request in shop.requests if "Get" in request.path and "/v4" not in request.path} & {
        "/ReturnOrder/GetReturnOrders"
    } == set()
    change(shell, record_kinds=KINDS)
    shell("pull")
    change(shell, record_kinds=["sale"])
    assert planned(shell) == [("receipt", "SO-1", one["amount"])]
    said = codes(shell)
    assert "kind-off" in said and "belongs to SO-1" in said["return-ignored"]


def test_a_kind_switched_on_later_is_asked_for_from_the_start(tmp_path: Path, clock: FakeClock, shop: ZortShop) -> None:
    one = sale("SO-1")
    early = back(
        "CN-1", one, day="2026-06-10", updatedatetimeString="2026-06-10 10:00", updatedatetime="2026-06-10T10:00:00"
    )
    fill(shop, [one], [early])
    shell = books(tmp_path, clock, shop)
    shell("pull")
    change(shell, record_kinds=KINDS)
    clock.at = JULY + dt.timedelta(days=10)
    files = shell.json("pull")["files"]
    assert sum(file["orders"] for file in files if "sale_return" in file["name"]) == 1

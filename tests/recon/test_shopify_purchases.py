"""Purchase orders by the Admin API: each shipment once, at the order's cost; what is still to come is only ordered."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
from pathlib import Path

import polars as pl
import pytest
from graphql import build_schema, is_enum_type, parse, validate
from shopify_schema import FIXTURE, VARIABLE, published
from test_shopify_payouts_api import PAID, file_of

from recon.errors import MalformedFile
from recon.frames.canonical import CanonicalFrames
from recon.normalize import normalize
from recon.normalize.merge import combine
from recon.normalize.settlements import gather_settlements
from recon.sandbox.shopify.purchases import PURCHASE_SCOPES, SandboxPurchaseLine, SandboxPurchaseOrder, SandboxShipment
from recon.sandbox.shopify.server import Rules, ShopifySandbox
from recon.secrets import KeptTokens
from recon.sources.base import Fetched, ReadOptions
from recon.sources.shopify.answers import ShopifyAnswers
from recon.sources.shopify.client import ShopifyClient
from recon.sources.shopify.purchase_queries import purchase_texts
from recon.sources.shopify.shop import ShopifyShopClient
from tests.clock import FakeClock

USD = ReadOptions(platform="shopify", shop="cedar", currency="USD", timezone="America/New_York", tax_as_stated=True)
ALL = Rules(scopes=("read_orders", "read_all_orders", *PURCHASE_SCOPES))
BAGS = SandboxPurchaseLine(sku="BAG-01", title="Canvas bag", pieces=40, cost=1250, tax_percent="6.5")
TAPE = SandboxPurchaseLine(sku="TAPE", title="Tape", pieces=10, cost=99)
FIRST = SandboxShipment(
    number=1, at="2026-10-12T15:00:00Z", sent={"BAG-01": 25, "TAPE": 10}, accepted={"BAG-01": 23, "TAPE": 10},
    rejected={"BAG-01": 2},
)  # fmt: skip
ON_ITS_WAY = SandboxShipment(number=2, sent={"BAG-01": 15}, accepted={}, rejected={})
ORDER = SandboxPurchaseOrder(
    number=7,
    supplier="Cotton Mill",
    ordered_at="2026-10-01T14:00:00Z",
    lines=(BAGS, TAPE),
    shipments=(FIRST, ON_ITS_WAY),
)
CAME = dataclasses.replace(
    ON_ITS_WAY, at="2026-10-25T15:00:00Z", accepted={"BAG-01": 15}
)  # fmt: skip
PURCHASES = FIXTURE.with_name("admin-2026-10-purchases.graphql")


def asked(
    *orders: SandboxPurchaseOrder, rules: Rules = ALL, version: str = "2026-10", since: dt.date | None = None
) -> tuple[list[Fetched], list[str]]:
    """Return the answers of a pull, and what it says it could not pull."""
    clock = FakeClock()
    with ShopifySandbox(
        purchases=orders, payouts=[PAID], rules=rules, now=clock.now, monotonic=clock.monotonic, version=version
    ) as shop:
        client = ShopifyClient(
            store="demo",
            keys=shop.keys,
            shelf=KeptTokens(None, "demo"),
            version=version,
            base_url=shop.url,
            clock=clock,
        )
        with client:
            made = ShopifyShopClient(client, zone="America/New_York", page_size=50, with_buyers=True, bulk_from=5000)
            answers = list(made.fetch("purchase", {"since": since}))
            return answers, made.findings()["detail"].to_list()


def pulled(*orders: SandboxPurchaseOrder, **given: object) -> list[Fetched]:
    answers, odd = asked(*orders, **given)
    assert odd == []
    return [answer for answer in answers if "payouts" not in answer.name]


def read(folder: Path, answers: list[Fetched]) -> CanonicalFrames:
    sets = []
    for answer in answers:
        file = file_of(folder, answer)
        assert ShopifyAnswers().identify(file)
        sets.append(normalize(ShopifyAnswers().read(file, USD), USD, file_id=file.file_id))
    return combine(sets)


def records(frames: CanonicalFrames) -> list[tuple[object, ...]]:
    shown = frames.orders.sort("order_key").select(
        "order_key", "order_number", pl.col("ordered_on").cast(pl.String), pl.col("order_state").cast(pl.String), "tax_minor",
        "total_minor",
    )  # fmt: skip
    return shown.rows()


def test_what_came_is_a_purchase_and_the_rest_is_ordered(tmp_path: Path) -> None:
    frames = read(tmp_path, pulled(ORDER))
    # 23 bags at 12.50 and 6.5 %, half up: 287.50 + 18.69; 10 pieces of tape at 0.99 came whole
    assert records(frames) == [
        ("shopify:cedar:purchase:PO7", "#PO7", "2026-10-01", "open", 1219, 19969),
        ("shopify:cedar:purchase:PO7-701", "#PO7-1", "2026-10-12", "completed", 1869, 31609),
    ]
    lines = frames.lines.filter(pl.col("order_no") == 0).select("sku", "quantity_milli", "unit_price_minor").rows()
    assert lines == [("BAG-01", 23_000, 1250), ("TAPE", 10_000, 99)]
    assert set(frames.orders["customer_name"]) == {"Cotton Mill"}
    assert frames.findings.filter(pl.col("severity") == "hold").is_empty()


def test_a_later_shipment_is_a_record_of_its_own_and_changes_no_other(tmp_path: Path) -> None:
    before = pulled(ORDER)
    whole = dataclasses.replace(ORDER, shipments=(FIRST, CAME))
    frames = read(tmp_path, [*before, *pulled(whole)])
    assert [row[0] for row in records(frames)] == [
        "shopify:cedar:purchase:PO7", "shopify:cedar:purchase:PO7-701", "shopify:cedar:purchase:PO7-702",
    ]  # fmt: skip
    totals = {row[1]: row[5] for row in records(frames)}
    assert totals == {"#PO7": 0, "#PO7-1": 31609, "#PO7-2": 19969}
    assert frames.findings.filter(pl.col("severity") == "hold").is_empty()


def test_a_line_that_came_whole_has_the_tax_shopify_says(tmp_path: Path) -> None:
    odd = dataclasses.replace(BAGS, pieces=3, cost=333, tax_percent="7.77")  # 9.99: 0.776 is 0.78
    shipment = SandboxShipment(number=1, at=FIRST.at, sent={"BAG-01": 3}, accepted={"BAG-01": 3}, rejected={})
    frames = read(tmp_path, pulled(dataclasses.replace(ORDER, lines=(odd,), shipments=(shipment,))))
    assert records(frames)[1][4:] == (78, 1077)


def test_payouts_and_purchase_orders_stand_side_by_side(tmp_path: Path) -> None:
    answers, _ = asked(ORDER)
    whole = gather_settlements(read(tmp_path, answers))
    assert sorted(whole.orders["order_number"]) == ["#PO7", "#PO7-1", "SP-20260608"]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (dataclasses.replace(ORDER, lines=(TAPE,)), "23 pieces of BAG-01 came, and the purchase order has no line for it."),
        (
            dataclasses.replace(ORDER, lines=(BAGS, TAPE, dataclasses.replace(BAGS, cost=1300))),
            "23 pieces of BAG-01 came, and the purchase order has two costs for it.",
        ),
        (
            dataclasses.replace(ORDER, lines=(BAGS, TAPE, dataclasses.replace(BAGS, tax_percent="8"))),
            "23 pieces of BAG-01 came, and the purchase order has two costs for it.",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_its_order_is_held(tmp_path: Path, order: SandboxPurchaseOrder, words: str) -> None:
    held = read(tmp_path, pulled(order)).findings.filter(pl.col("severity") == "hold")
    assert held.select("code", "order_key", "detail").rows() == [
        ("receipt-unclear", "shopify:cedar:purchase:PO7-701", words),
        ("receipt-unclear", "shopify:cedar:purchase:PO7", words),  # nor can what is still to come be told
    ]


def test_a_product_on_two_equal_lines_fills_one_after_the_other(tmp_path: Path) -> None:
    lines = (dataclasses.replace(BAGS, pieces=20), TAPE, dataclasses.replace(BAGS, pieces=20))
    whole = dataclasses.replace(ORDER, lines=lines, shipments=(FIRST, CAME))
    frames = read(tmp_path, pulled(whole))
    assert {row[1]: row[5] for row in records(frames)} == {"#PO7": 0, "#PO7-1": 31609, "#PO7-2": 19969}
    came = frames.lines.filter(pl.col("sku") == "BAG-01")
    assert came.sort("order_no", "line_no")["quantity_milli"].to_list() == [20_000, 3_000, 15_000]


def test_a_line_whose_cost_does_not_come_to_its_sum_is_held_where_it_came_too(tmp_path: Path) -> None:
    (answer,) = pulled(ORDER)
    changed = Fetched(name=answer.name, content=answer.content.replace(b'\\"500.00\\"', b'\\"500.01\\"'))
    assert changed.content != answer.content
    held = read(tmp_path, [changed]).findings.filter(pl.col("severity") == "hold")
    assert held.select("order_key", "detail").rows() == [
        ("shopify:cedar:purchase:PO7-701", "Canvas bag: 40 pieces at 12.50 are not 500.01."),
        ("shopify:cedar:purchase:PO7", "Canvas bag: 40 pieces at 12.50 are not 500.01."),
    ]


def test_a_total_of_a_shipment_that_its_lines_do_not_come_to_is_held(tmp_path: Path) -> None:
    (answer,) = pulled(ORDER)
    changed = Fetched(
        name=answer.name,
        content=answer.content.replace(b'totalAcceptedQuantity\\": 33', b'totalAcceptedQuantity\\": 34'),
    )
    assert changed.content != answer.content
    held = read(tmp_path, [changed]).findings.filter(pl.col("severity") == "hold")
    assert set(held["detail"]) == {"The shipment says 34 pieces were accepted, its lines 33."}


def test_drafts_are_nothing_and_old_archived_orders_are_not_asked_about(tmp_path: Path) -> None:
    draft = dataclasses.replace(ORDER, number=8, status="DRAFT")
    old = dataclasses.replace(ORDER, number=9, archived_at="2026-03-01T00:00:00Z")
    answers = pulled(ORDER, draft, old, since=dt.date(2026, 10, 1))
    assert sorted(read(tmp_path, answers).orders["order_number"]) == ["#PO7", "#PO7-1"]
    assert sorted(read(tmp_path, pulled(old)).orders["order_number"]) == ["#PO9", "#PO9-1"]


def test_many_orders_lines_and_shipments_come_page_by_page(tmp_path: Path) -> None:
    lines = tuple(
        SandboxPurchaseLine(sku=f"S-{place}", title=f"Part {place}", pieces=2, cost=100 + place) for place in range(130)
    )
    sent = {line.sku: 2 for line in lines}
    shipment = SandboxShipment(number=1, at=FIRST.at, sent=sent, accepted=sent, rejected={})
    many = [dataclasses.replace(ORDER, number=number, lines=lines, shipments=(shipment,)) for number in range(1, 13)]
    frames = read(tmp_path, pulled(*many))
    came = frames.orders.filter(pl.col("total_minor") > 0)
    assert came.height == 12
    assert set(came["total_minor"]) == {sum(2 * line.cost for line in lines)}


def test_without_the_rights_payouts_go_on_and_the_rights_are_named() -> None:
    lacking = Rules(scopes=("read_orders", "read_all_orders", "read_inventory"))
    answers, odd = asked(ORDER, rules=lacking)
    assert [answer.name.split("-")[1] for answer in answers] == ["payouts"]
    assert odd == [
        "The app lacks read_inventory_purchase_orders and read_inventory_transfers and read_inventory_shipments in Shopify."
    ]
    answers, odd = asked(
        ORDER, rules=dataclasses.replace(ALL, denied={"inventoryPurchaseOrders": "view_purchase_orders"})
    )
    assert [answer.name.split("-")[1] for answer in answers] == ["payouts"]
    assert "denies the app" in odd[0]
    _, odd = asked(ORDER, version="2026-07")
    assert odd == ["Purchase orders need version 2026-10 of Shopify's API; shopify.version is 2026-07."]


def test_f58_a_file_that_lacks_a_shipment_is_not_read(tmp_path: Path) -> None:
    (answer,) = pulled(ORDER)
    content = json.loads(answer.content)
    kept = content["shopify_answers"]
    content["shopify_answers"] = [each for each in kept if not each["about"].endswith("Shipment/702")]
    assert len(content["shopify_answers"]) == len(kept) - 1
    file = file_of(tmp_path, Fetched(name=answer.name, content=json.dumps(content).encode()))
    with pytest.raises(MalformedFile, match=r"what came of .*702 is missing"):
        ShopifyAnswers().read(file, USD)


@pytest.mark.parametrize("name", purchase_texts())
def test_every_question_fits_the_types_of_shopifys_reference(name: str) -> None:
    assert validate(build_schema(PURCHASES.read_text(encoding="utf-8")), parse(purchase_texts()[name])) == []


FULL = os.environ.get(VARIABLE, "")
NEW = {"transfers", "supplierName"}
"""What is in version 2026-10 and not yet in the published file of the unstable version."""


@pytest.mark.skipif(not FULL, reason=f"{VARIABLE} names no published schema")
def test_the_types_written_by_hand_are_those_shopify_publishes() -> None:
    ours, theirs = build_schema(PURCHASES.read_text(encoding="utf-8")), published(Path(FULL))
    for name, kind in ours.type_map.items():
        if name.startswith("__") or name not in theirs.type_map:
            assert name.startswith(("__", "InventoryPurchaseOrder", "InventorySupplier")), name
        elif is_enum_type(kind):
            assert set(kind.values) == set(theirs.type_map[name].values)
        elif hasattr(kind, "fields"):
            there = theirs.type_map[name].fields
            for field, found in kind.fields.items():
                new = field in NEW or (
                    name == "QueryRoot" and field.startswith("inventoryPurchase") and field not in there
                )
                assert new or str(found.type) == str(there[field].type), (name, field)

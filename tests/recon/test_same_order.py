"""The same marketplace order through two connections: recognised by its number, booked once, compared."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recon.config.settings import parse_settings
from recon.errors import SettingsError
from recon.frames.conform import fill
from recon.frames.schemas import ORDERS
from recon.intake import keep_bytes
from recon.match.same_order import same_orders
from recon.normalize import normalize
from recon.sources.base import ReadOptions
from recon.sources.registry import source_named
from recon.workspace import make_workspace
from tests.clock import FakeClock
from tests.recon.marketplace_files import csv_bytes, headings, shopee
from tests.shell import Shell

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"
NUMBER = "260605K7Q2M8XP"
SETTINGS = """
format = 1
[company]
name = "บริษัท แซนด์บ็อกซ์ จำกัด"
[connections.hub]
source = "profile"
profile = "hub"
target = "sandbox"
shop = "hub"
start_date = 2026-06-01
[connections.hub.products]
unlinked = "text"
[connections.hub.accounts]
sales = "410101"
output_vat = "215301"
[connections.shopee]
source = "shopee"
target = "sandbox"
shop = "main"
start_date = 2026-06-01
{extra}
[connections.shopee.products]
unlinked = "text"
[connections.shopee.charges.default]
platform_voucher = "spread"
[connections.shopee.accounts]
sales = "410101"
output_vat = "215301"
"""


def orders(*rows: dict[str, Any]) -> pl.DataFrame:
    base = {"record_kind": "sale", "platform_discount_minor": 0, "order_state": "completed", "total_minor": 63600}
    return fill(pl.DataFrame([base | row for row in rows]), ORDERS)


@pytest.mark.parametrize("field", ["order_number", "other_numbers"])
def test_a_shop_system_names_the_marketplaces_number(field: str) -> None:
    ours = orders({"order_key": f"shopee:main:{NUMBER}"})
    hub = orders(
        {
            "order_key": "zort:hub:7001",
            "order_number": "SO-1",
            field: f" {NUMBER.lower()} x"[1:] if field == "other_numbers" else NUMBER,
        }
    )
    (same,) = same_orders(ours, hub).iter_rows(named=True)
    assert (same["order_key"], same["other_key"], same["agrees"]) == (f"shopee:main:{NUMBER}", "zort:hub:7001", True)
    (back,) = same_orders(hub, ours).iter_rows(named=True)
    assert back["order_key"] == "zort:hub:7001"


def test_running_numbers_and_other_marketplaces_are_never_the_same_order() -> None:
    web, wholesale = orders({"order_key": "shopify:web:1001-and-more", "order_number": "1001-and-more"}), orders({"order_key": "shopify:wholesale:9", "order_number": "1001-and-more"})  # fmt: skip
    assert same_orders(web, wholesale).is_empty()
    assert same_orders(orders({"order_key": "shopee:a:123456789012345"}), orders({"order_key": "lazada:b:123456789012345"})).is_empty()  # fmt: skip
    assert same_orders(
        orders({"order_key": "shopee:a:1001"}), orders({"order_key": "zort:b:5", "order_number": "1001"})
    ).is_empty()
    assert (
        same_orders(orders({"order_key": f"shopee:a:{NUMBER}"}), orders({"order_key": f"shopee:b:{NUMBER}"})).height
        == 1
    )


@pytest.mark.parametrize(("total", "platform", "agrees"), [(63600, 0, True), (61600, 2000, True), (61600, 0, False)])
def test_a_platforms_discount_may_be_in_the_total_or_not(total: int, platform: int, agrees: bool) -> None:
    hub = orders({"order_key": "zort:hub:7001", "order_number": NUMBER})
    ours = orders({"order_key": f"shopee:main:{NUMBER}", "total_minor": total, "platform_discount_minor": platform})
    assert same_orders(ours, hub)["agrees"].to_list() == [agrees]
    cancelled = orders({"order_key": "zort:hub:7001", "order_number": NUMBER, "order_state": "cancelled"})
    assert not same_orders(ours, cancelled)["agrees"].any()


HUB_PROFILE = """
profile = "hub"
platform = "hub"
grain = "line"
[match]
required = ["hub id", "marketplace number"]
[columns]
order_id = "hub id"
order_number = "marketplace number"
ordered_on = "day"
sku = "sku"
quantity = "pieces"
unit_price = "price"
shipping = "shipping"
total = "total"
[constants]
order_state = "completed"
payment_state = "paid"
payment_channel = "Shopee"
"""


def shop_with_both(root: Path, *, first: str, extra: str = "", price: int = 299) -> Shell:
    """A workspace with a shop system's export and a Shopee export of the same order, everything mapped."""
    make_workspace(root, SETTINGS.format(extra=extra))
    (root / "profiles").mkdir(exist_ok=True)
    (root / "profiles" / "hub.toml").write_text(HUB_PROFILE, encoding="utf-8")
    clock = FakeClock()
    shell = Shell(root, clock)
    hub = f"hub id,marketplace number,day,sku,pieces,price,shipping,total\n7001,{NUMBER},2026-06-05,CT01,2,{price},38,{2 * price + 38}\n"
    files = {
        "hub": (root / "a.csv", hub.encode()),
        "shopee": (root / "b.csv", csv_bytes(headings("shopee"), [shopee(NUMBER)])),
    }
    for connection in (first, *({"hub", "shopee"} - {first})):
        path, content = files[connection]
        path.write_bytes(content)
        os.utime(path, (clock.now().timestamp() - 60,) * 2)
        shell("connect", "--connection", connection).expect(0)
        ran = shell("import", path).expect(0)  # which connection it is, the file itself says
        assert f"Connection {connection}: recognised by the headings." in ran.out
        shell("match", "--connection", connection, "--channel", "Shopee", "--method", "EWL001").expect(0)
        clock.forward(60)
    return shell


def results(shell: Shell, connection: str) -> list[tuple[str, str]]:
    shell("plan", "--connection", connection)
    return [(o["disposition"], o["reason"]) for o in shell.json("orders", "--connection", connection)["orders"]]


@pytest.mark.parametrize("first", ["hub", "shopee"])
def test_the_later_source_asks_and_the_first_goes_on(first: str, tmp_path: Path) -> None:
    later = "shopee" if first == "hub" else "hub"
    shell = shop_with_both(tmp_path / "books", first=first)
    assert results(shell, later) == [("held", "order-in-two-sources")]
    assert results(shell, first) == [("documents", "receipt")]
    (batch,) = [row["batch"] for row in shell.json("status")["batches"]]
    shell("approve", batch, "--as", "Nok").expect(0)
    assert results(shell, later) == [("ignored", "booked-elsewhere")]  # approved counts, before anything is sent
    shell("upload", batch).expect(0)
    assert results(shell, later) == [("ignored", "booked-elsewhere")]
    assert results(shell, first) == [("posted", "posted")]


def test_who_yields_is_a_setting(tmp_path: Path) -> None:
    shell = shop_with_both(tmp_path / "books", first="shopee", extra='yields_to = ["hub"]')
    assert results(shell, "shopee") == [("ignored", "booked-elsewhere")]
    assert results(shell, "hub") == [("documents", "receipt")]


def test_an_approval_does_not_survive_the_other_sources_posting(tmp_path: Path) -> None:
    """Both drafts are made before anybody approves: the second approval is refused, never a second document."""
    shell = shop_with_both(tmp_path / "books", first="hub", extra='yields_to = ["hub"]')
    settings = tmp_path / "books" / "recon.toml"
    assert results(shell, "hub") == [("documents", "receipt")]
    settings.write_text(settings.read_text(encoding="utf-8").replace('yields_to = ["hub"]', "") .replace(
        '[connections.hub]\n', '[connections.hub]\nyields_to = ["shopee"]\n'), encoding="utf-8")  # fmt: skip
    assert results(shell, "shopee") == [("documents", "receipt")]
    first, second = [row["batch"] for row in shell.json("status")["batches"]]
    shell("approve", second, "--as", "Nok").expect(0)
    refused = shell("approve", first, "--as", "Nok")
    assert "would not be made any more" in refused.err
    assert "Nothing was approved" in refused.err
    shell("upload", second).expect(0)
    assert results(shell, "hub") == [("ignored", "booked-elsewhere")]


def test_different_amounts_are_told(tmp_path: Path) -> None:
    shell = shop_with_both(tmp_path / "books", first="hub", extra='yields_to = ["hub"]', price=280)
    shell("plan", "--connection", "shopee")
    found = [f for f in shell.json("findings", "--connection", "shopee")["findings"] if f["code"] == "sources-differ"]
    assert [(f["amount"], f["value"]) for f in found] == [("-38.00", NUMBER.lower())]
    assert "Connection hub has it as 260605K7Q2M8XP over 598.00; here it is 636.00." in found[0]["detail"]


@pytest.mark.parametrize(
    ("extra", "said"), [('yields_to = ["hbu"]', "names 'hbu'"), ('yields_to = ["shopee"]', "names 'shopee'")]
)
def test_a_connection_yields_to_another_one_that_is_there(extra: str, said: str) -> None:
    import tomllib

    with pytest.raises(SettingsError, match=said):
        parse_settings(tomllib.loads(SETTINGS.format(extra=extra)))


def test_zorts_answer_names_the_marketplaces_number_beside_its_own(tmp_path: Path) -> None:
    answer = json.loads((FIXTURES / "zort" / "example.json").read_text(encoding="utf-8"))
    answer["list"][0] |= {"uniquenumber": NUMBER, "reference": "SO-202606021"}
    file = keep_bytes(json.dumps(answer).encode(), "a.json", tmp_path / "intake", "2026-11-22T03:00:00+00:00")
    options = ReadOptions(platform="zort", shop="hub", currency="THB", timezone="Asia/Bangkok")
    frames = normalize(source_named("zort").read(file, options), options, file_id=file.file_id)
    assert frames.orders["other_numbers"].to_list() == [NUMBER]

"""Shopify by its API, from the shop to the company file: pulled, matched, planned, approved, uploaded, pulled again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from recon.sandbox.shopify import Rules, ShopifySandbox, invented_month
from recon.workspace import make_workspace
from tests.cases import story
from tests.clock import FakeClock
from tests.recon.shopify_api_tools import export_of
from tests.shell import Shell, run

MONTH = invented_month(dt.date(2026, 10, 1), 40)


@pytest.fixture
def shop() -> Iterator[ShopifySandbox]:
    clock = FakeClock()
    with ShopifySandbox(orders=MONTH, now=clock.now, monotonic=clock.monotonic, rules=Rules(bulk_seconds=5)) as shop:
        shop.clock = clock  # type: ignore[attr-defined]
        yield shop


def books(root: Path, shop: ShopifySandbox, **keys: str) -> Shell:
    settings = (story.CASES / "us-shop-month" / "settings.toml").read_text(encoding="utf-8")
    settings = settings.replace('source = "shopify"', 'source = "shopify-api"')
    make_workspace(root, f'{settings}\n[connections.shop.source_api]\nbase_url = "{shop.url}"\n')
    shell = Shell(root, shop.clock)  # type: ignore[attr-defined]
    shell("connect", "--stdin", "--keep", "file", stdin=json.dumps(keys or shop.keys)).expect(0)
    return shell


def planned(shell: Shell) -> list[tuple[str, str, str]]:
    shell("match", "--link-all", "--text")
    for channel, method in {"Shopify Payments": "Shopify Payments Clearing", "Cash": "Cash Drawer"}.items():
        shell("match", "--channel", channel, "--method", method)
    made = shell.json("plan")
    if not made["batch"]:
        return []
    listed: list[dict[str, Any]] = shell.json("documents", made["batch"])["documents"]
    return [(row["kind"], row["order_number"], row["total"]) for row in listed]


def test_a_month_goes_from_the_shop_to_the_company_file(tmp_path: Path, shop: ShopifySandbox) -> None:
    shell = books(tmp_path / "books", shop)
    pulled = shell.json("pull")
    assert sum(file["orders"] for file in pulled["files"]) == 40
    documents = planned(shell)
    receipts = {number: total for kind, number, total in documents if kind == "receipt"}
    refunds = {number: total for kind, number, total in documents if kind == "credit_note"}
    assert receipts == {f"#{order.number}": money(order.total) for order in MONTH}
    assert refunds == {f"#{order.number}": money(order.refunded) for order in MONTH if order.refunded}


def test_a_refund_comes_with_the_next_pull_on_its_own_day(tmp_path: Path, shop: ShopifySandbox) -> None:
    order = next(each for each in MONTH if not each.refunds)
    shell = books(tmp_path / "books", shop)
    shell("pull").expect(0)
    planned(shell)
    shell("approve", "B0001", "--as", "Nok").expect(0)
    shell("upload", "B0001").expect(0)
    shell.clock.forward(3 * 86_400)  # type: ignore[attr-defined]
    day = shell.clock.now() - dt.timedelta(days=1)  # type: ignore[attr-defined]
    shop.replace_orders([replace(each, refunds=((day, 700),)) if each is order else each for each in MONTH])
    shell("pull").expect(0)
    assert planned(shell) == [(kind, f"#{order.number}", "7.00") for kind in ("credit_note", "refund")]
    listed = shell.json("documents", "B0002")["documents"]
    assert [row["issued_on"] for row in listed] == [day.astimezone(ZoneInfo("America/New_York")).date().isoformat()] * 2


def test_no_key_and_no_token_lies_in_what_is_kept(tmp_path: Path, shop: ShopifySandbox) -> None:
    shell = books(tmp_path / "books", shop)
    said = shell("pull").expect(0)
    tokens = {seen.token for seen in shop.requests}
    assert tokens
    secrets = [*tokens, shop.keys["client_secret"]]
    held = "".join(path.read_text("utf-8", "replace") for path in shell.root.rglob("*") if path.is_file())
    assert not [secret for secret in secrets if secret in held + said.out + said.err]


def test_a_token_of_an_older_app_pulls_the_same(tmp_path: Path, shop: ShopifySandbox) -> None:
    shell = books(tmp_path / "books", shop, client_id="-", client_secret=shop.standing_token)
    assert sum(file["orders"] for file in shell.json("pull")["files"]) == 40
    assert {seen.token for seen in shop.requests} == {shop.standing_token}


def test_an_export_of_the_same_shop_is_the_same_orders_and_posts_nothing_twice(
    tmp_path: Path, shop: ShopifySandbox
) -> None:
    shell = books(tmp_path / "books", shop)
    shell("pull").expect(0)
    planned(shell)
    shell("approve", "B0001", "--as", "Nok").expect(0)
    shell("upload", "B0001").expect(0)
    export = tmp_path / "orders_export_1.csv"
    export.write_text(export_of(MONTH), encoding="utf-8")
    taken = shell.json("import", export)["files"]
    assert [(file["orders"], file["new"]) for file in taken] == [(40, 0)]
    assert planned(shell) == []


@pytest.mark.parametrize("target", ["sandbox-quickbooks", "sandbox"])
def test_a_workspace_is_made_that_asks_the_shop(tmp_path: Path, shop: ShopifySandbox, target: str) -> None:
    root = tmp_path / "made"
    run(
        "init", root, "--no-input", "--company", "Cedar", "--source", "shopify-api", "--target", target, "--source-url", shop.url,
        "--start-date", "2026-10-01", clock=shop.clock,  # type: ignore[attr-defined]
    ).expect(0)  # fmt: skip
    text = (root / "recon.toml").read_text(encoding="utf-8")
    assert (
        f'[connections.shop.source_api]\nbase_url = "{shop.url}"\n\n[connections.shop.shopify]\nstore = "shop"' in text
    )
    shell = Shell(root, shop.clock)  # type: ignore[attr-defined]
    said = shell("connect", "--side", "source", "--stdin", "--keep", "file", stdin=json.dumps(shop.keys))
    assert "Sandbox Shop (sandbox.myshopify.com, USD), 40 orders readable" in said.out


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"

"""Orders paid through several channels, from Shopify's API to the company file: every part on the account of its channel."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recon.sandbox.quickbooks.company import SandboxCompany
from recon.sandbox.shopify import SandboxRefund, ShopifySandbox, invented_month
from recon.workspace import Workspace, make_workspace
from tests.cases import story
from tests.clock import FakeClock
from tests.shell import Shell
from tui.widgets.document_pane import DocumentPane
from tui.wiring import service_for

PLAIN = [each for each in invented_month(dt.date(2026, 10, 1), 12) if not each.refunds][:4]
CHANNELS = {
    "Shopify Payments": "Shopify Payments Clearing", "Cash": "Cash Drawer", "Gift Card": "Gift Cards Outstanding",
}  # fmt: skip


def parted(place: int, *parts: tuple[str, int]) -> Any:
    """An order of the month whose rest was paid through Shopify Payments."""
    order = PLAIN[place]
    rest = order.total - sum(amount for _, amount in parts)
    return replace(order, payments=(*parts, ("Shopify Payments", rest)))


MONTH = [parted(0, ("Gift Card", 500)), parted(1, ("Cash", 300), ("Gift Card", 200)), PLAIN[2], PLAIN[3]]


@pytest.fixture
def shop() -> Iterator[ShopifySandbox]:
    clock = FakeClock()
    with ShopifySandbox(orders=MONTH, now=clock.now, monotonic=clock.monotonic) as shop:
        shop.clock = clock  # type: ignore[attr-defined]
        yield shop


def pulled(root: Path, shop: ShopifySandbox, more: str = "") -> Shell:
    """A workspace with the orders pulled and their products known."""
    settings = (story.CASES / "us-shop-month" / "settings.toml").read_text(encoding="utf-8")
    settings = settings.replace('source = "shopify"', f'source = "shopify-api"{more}')
    make_workspace(root, f'{settings}\n[connections.shop.source_api]\nbase_url = "{shop.url}"\n')
    shell = Shell(root, shop.clock)  # type: ignore[attr-defined]
    shell("connect", "--stdin", "--keep", "file", stdin=json.dumps(shop.keys)).expect(0)
    shell("pull").expect(0)
    shell("match", "--link-all", "--text")
    return shell


def mapped(shell: Shell, *channels: str) -> None:
    for channel in channels or CHANNELS:
        shell("match", "--channel", channel, "--method", CHANNELS[channel])


def in_books(shell: Shell) -> dict[str, int]:
    company = SandboxCompany(shell.root / ".recon" / "sandbox" / "quickbooks.db", clock=shell.clock, durable=False)
    balances = company.books.balances()
    company.close()
    return balances


def posted(shell: Shell, batch: str) -> dict[str, int]:
    """The sums of our own postings by account, debits positive."""
    sums: Counter[str] = Counter()
    for row in shell.json("documents", batch)["documents"]:
        for one in shell.json("show", row["document_key"])["postings"]:
            sums[one["account"]] += int(one["debit"].replace(".", "")) - int(one["credit"].replace(".", ""))
    return {account: minor for account, minor in sorted(sums.items()) if minor}


def test_every_part_stands_in_quickbooks_where_recon_posts_it(tmp_path: Path, shop: ShopifySandbox) -> None:
    shell = pulled(tmp_path / "books", shop)
    asked = {line["channel"]: line["amount"] for line in shell.json("match")["channels"] if line["state"] == "unmapped"}
    assert (asked["Gift Card"], asked["Cash"], [name for name in asked if " + " in name]) == ("7.00", "3.00", [])
    mapped(shell, "Shopify Payments", "Cash")
    waits = [(one["code"], one["count"]) for one in shell.json("plan", "--dry-run")["held"]]
    assert ("channel-not-mapped", 2) in waits
    mapped(shell)
    made = shell.json("plan")
    shown = [shell.json("show", row["document_key"]) for row in shell.json("documents", made["batch"])["documents"]]
    assert [[(part["method"], part["amount"]) for part in one["payments"][1:]] for one in shown] == [
        [("Gift Cards Outstanding", "5.00")], [("Cash Drawer", "3.00"), ("Gift Cards Outstanding", "2.00")], [], [],
    ]  # fmt: skip
    said = shell("show", shown[1]["header"]["number"]).expect(0).out
    assert "paid 3.00 on" in said
    assert "through Cash -> Cash Drawer" in said
    with service_for(Workspace(shell.root), clock=shell.clock) as service:
        (view,) = service.show(shown[1]["header"]["number"])
    pane = "".join(part if isinstance(part, str) else part[0] for part in DocumentPane(str)._totals(view, 60))
    assert "to Cash Drawer: 3.00\n" in pane
    assert "to Gift Cards Outstanding: 2.00\n" in pane
    for command in (("approve", made["batch"], "--as", "Nok"), ("upload", made["batch"]), ("verify", made["batch"])):
        shell(*command).expect(0)
    shell("audit", made["batch"]).expect(0)
    assert in_books(shell) == posted(shell, made["batch"])
    assert in_books(shell)["Gift Cards Outstanding"] == 700


def test_a_summary_of_a_day_splits_the_same_way(tmp_path: Path, shop: ShopifySandbox) -> None:
    shell = pulled(tmp_path / "books", shop, '\nsummary = { sales = "day" }')
    mapped(shell)
    batch = shell.json("plan")["batch"]
    for command in (("approve", batch, "--as", "Nok"), ("upload", batch), ("verify", batch)):
        shell(*command).expect(0)
    assert in_books(shell) == posted(shell, batch)
    assert in_books(shell)["Gift Cards Outstanding"] == 700


def test_an_approval_does_not_cover_another_split(tmp_path: Path, shop: ShopifySandbox) -> None:
    shell = pulled(tmp_path / "books", shop)
    mapped(shell)
    batch = shell.json("plan")["batch"]
    shell("approve", batch, "--as", "Nok").expect(0)
    shell.clock.forward(86_400)  # type: ignore[attr-defined]
    now = shell.clock.now()  # type: ignore[attr-defined]
    other = replace(parted(0, ("Gift Card", 400)), updated_at=now)
    shop.replace_orders([other, *MONTH[1:]])
    shell("pull").expect(0)
    said = shell("upload", batch)
    assert said.code != 0
    assert "Gift Card -> Gift Cards Outstanding 5.00, is now" in said.out + said.err
    assert in_books(shell) == {}


def test_a_refund_goes_back_through_the_channel_shopify_names(tmp_path: Path, shop: ShopifySandbox) -> None:
    shell = pulled(tmp_path / "books", shop)
    mapped(shell)
    batch = shell.json("plan")["batch"]
    for command in (("approve", batch, "--as", "Nok"), ("upload", batch)):
        shell(*command).expect(0)
    shell.clock.forward(3 * 86_400)  # type: ignore[attr-defined]
    day = shell.clock.now() - dt.timedelta(days=1)  # type: ignore[attr-defined]
    gone = replace(MONTH[0], refunds=(SandboxRefund(at=day, adjustment=200, gateway="Gift Card"),))
    shop.replace_orders([gone, *MONTH[1:]])
    shell("pull").expect(0)
    shell("plan")
    left = posted(shell, "B0002")
    assert (left["Gift Cards Outstanding"], "Shopify Payments Clearing" in left) == (-200, False)

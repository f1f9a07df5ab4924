"""Payouts pulled from the shop, beside its orders, to journal entries in the company file; refunds on their own days all the same."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from recon.sandbox.shopify import ShopifySandbox, invented_month
from recon.sandbox.shopify.payouts import SandboxPayout, SandboxTransaction
from recon.workspace import make_workspace
from tests.cases import story
from tests.clock import FakeClock
from tests.shell import Shell

MONTH = invented_month(dt.date(2026, 10, 1), 12)


def payouts() -> list[SandboxPayout]:
    rows = tuple(
        SandboxTransaction(kind="CHARGE", order=f"#{order.number}", at="2026-10-03T14:01:00Z", amount=order.total, fee=100)
        for order in MONTH[:3]
    )  # fmt: skip
    held = SandboxTransaction(kind="RESERVED_FUNDS", at="2026-10-20T14:01:00Z", amount=-500)
    return [
        SandboxPayout(number=5001, issued_at="2026-10-06T12:00:00Z", transactions=rows),
        SandboxPayout(number=5002, issued_at="2026-10-21T12:00:00Z", transactions=(held,)),
    ]


def test_payouts_are_pulled_and_become_journal_entries(tmp_path: Path) -> None:
    clock = FakeClock()
    settings = (story.CASES / "us-payouts-month" / "settings.toml").read_text(encoding="utf-8")
    settings = settings.replace('source = "shopify"', 'source = "shopify-api"')
    with ShopifySandbox(orders=MONTH, payouts=payouts(), now=clock.now, monotonic=clock.monotonic) as shop:
        make_workspace(tmp_path / "books", f'{settings}\n[connections.shop.source_api]\nbase_url = "{shop.url}"\n')
        shell = Shell(tmp_path / "books", clock)
        shell("connect", "--stdin", "--keep", "file", stdin=json.dumps(shop.keys)).expect(0)
        shell("pull").expect(0)
        again = shell.json("pull")
        assert not sum(file["new"] for file in again["files"])
    shell("match", "--link-all", "--text")
    for channel, method in {"Shopify Payments": "Shopify Payments Clearing", "Cash": "Cash Drawer"}.items():
        shell("match", "--channel", channel, "--method", method)
    made = shell.json("plan")
    listed = shell.json("documents", made["batch"])["documents"]
    fees = [(row["number"], row["total"]) for row in listed if row["kind"] == "expense"]
    assert fees == [("SP-20261006", "3.00")]
    assert "purchase-account-missing" in [cause["code"] for cause in made["held"]]  # the reserve has no account
    shell("approve", made["batch"], "--as", "Nok").expect(0)
    shell("upload", made["batch"]).expect(0)
    shell("verify", made["batch"]).expect(0)

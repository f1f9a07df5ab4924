"""A marketplace's payouts are called so on the screens and by the commands, and never orders; amounts held are not said to be there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.clock import FakeClock
from tests.recon.marketplace_files import csv_bytes, headings, shopee
from tests.recon.settlement_files import shopee_row, table, xlsx_file
from tests.screens.looking import Script, play, press, says
from tests.shell import Shell
from tests.tui.test_cli_settlements import put
from tests.tui.test_cli_settlements import shell as shell
from tui.app import ReconApp
from tui.preferences import Preferences
from tui.record_words import counted, held_purchases, no_document
from tui.session import Session


@pytest.fixture
def files(shell: Shell) -> tuple[Path, Path]:
    """Orders of Shopee, and its income file with one payout."""
    orders = put(shell, "orders.csv", csv_bytes(headings("shopee"), [shopee(), shopee("260605K7Q2M8XQ")]))
    return orders, put(shell, "Income.xlsx", xlsx_file("shopee", table("shopee", [shopee_row()])))


def app(shell: Shell, start: str) -> ReconApp:
    session = Session(shell.root, clock=FakeClock(), actor="nok")
    return ReconApp(session, start=start, preferences=Preferences(language="en"), keep=False)


def looking(*words: str, keys: tuple[str, ...] = ()) -> Script:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, *keys)
        for one in words:
            assert says(app, one), one

    return script


def test_import_counts_payouts_apart_from_orders(shell: Shell, files: tuple[Path, Path]) -> None:
    shell("connect", "--connection", "shopee").expect(0)
    assert "2 orders" in shell("import", files[0]).out
    ran = shell("import", files[1]).expect(0)
    assert "1 payout," in ran.out
    assert "1 orders" not in ran.out
    taken = {one["name"]: one for one in shell.json("files")["files"]}
    assert [(taken[name]["orders"], taken[name]["purchases"]) for name in ("orders.csv", "Income.xlsx")] == [
        (2, 0),
        (1, 1),
    ]
    play(app(shell, "home"), looking("2 orders, 1 payout"), size=(130, 36))
    play(app(shell, "import"), looking("1 payout ", keys=("enter",)), size=(130, 36))


def test_held_payouts_are_named_and_completeness_claims_nothing(shell: Shell, files: tuple[Path, Path]) -> None:
    shell("connect", "--connection", "shopee").expect(0)
    shell("import", *files).expect(0)
    settings = shell.root / "recon.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('suppliers = { "Shopee" = "V00001" }\n', ""), encoding="utf-8"
    )
    shell("plan", "--connection", "shopee")
    play(app(shell, "home"), looking("1 payout is held"), size=(130, 36))
    words = ("purchases in THB", "1 record; accounted for: 1 held", "2 orders; accounted for: 2 held")
    play(app(shell, "audit"), looking(*words), size=(130, 36))
    said = shell("status").out
    assert "1 record, 1 held" in said
    assert "1 order, 1 held" not in said


@pytest.mark.parametrize(
    ("orders", "bought", "source", "said"),
    [
        (1, 0, "zort", "1 order"),
        (0, 2, "lazada", "2 payouts"),
        (3, 1, "zort", "3 orders, 1 purchase"),
        (3, 2, "", "3 orders, 2 purchases and payouts"),
        (0, 0, "shopee", "0 orders"),
    ],
)
def test_records_are_counted_by_their_kind(orders: int, bought: int, source: str, said: str) -> None:
    assert counted(orders, bought, source) == said


def test_held_purchases_are_named_by_where_they_come_from() -> None:
    assert held_purchases(2, "shopee", "lazada") == "{n} payouts are held, {total}"
    assert held_purchases(1, "zort") == "{n} purchase is held, {total}"
    assert held_purchases(2, "zort", "shopee") == "{n} purchases and payouts are held, {total}"
    assert held_purchases(1) == "{n} purchase is held, {total}"


def test_a_held_payout_is_no_order_in_its_pane() -> None:
    assert no_document("shopee:main:purchase:SHOPEE-2026-06-11") == "No document is made for this record. Held back:"
    assert no_document("shopee:main:260605K7Q2M8XQ") == "No document is made for this order. Held back:"
    assert no_document("till:torget:settlement:K1/214") == "No document is made for this settlement. Held back:"

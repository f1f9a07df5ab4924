"""Every state of BentoWeb against everything the ledger may hold: what docs/bentoweb.md promises is what is planned.

Four groups of orders are brought to where nothing, an invoice, a receipt, or an invoice and its payment is posted; then
each group has one order in each state, and the plan is held against the table of the page, cell by cell.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from recon.sandbox.bentoweb import BentoWebShop
from recon.sandbox.bentoweb_orders import move
from recon.workspace import make_workspace
from tests.cases import story
from tests.clock import FakeClock
from tests.shell import Shell

PAGE = Path(__file__).parents[2] / "docs" / "bentoweb.md"
TEMPLATE = json.loads((story.CASES / "bentoweb-month" / "in" / "1-shop-10-june.json").read_text(encoding="utf-8"))[0]
GROUPS = ("nothing", "invoice", "receipt", "paid-invoice")
MEANS = {
    "held": {"held"}, "held: paid became unpaid": {"held"}, "stays": {"posted"}, "nothing": {"ignored"},
    "invoice": {"invoice"}, "receipt / tax invoice": {"receipt"}, "payment, receipt / tax invoice": {"payment"},
    "the invoice is voided": {"void"}, "credit note": {"credit_note"},
}  # fmt: skip
"""Words of the page -> what the plan makes of the order: kinds of documents, or where its money went."""


def promised() -> dict[tuple[str, str], str]:
    """The page's table: (state, what is posted) -> words."""
    rows = re.findall(r"^\| (\d+) \|(.*)\|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    table = {}
    for state, rest in rows:
        *_, nothing, invoice, live = [cell.strip() for cell in rest.split("|")]
        table |= {(state, "nothing"): nothing, (state, "invoice"): invoice}
        table |= {(state, group): live for group in ("receipt", "paid-invoice")}
    return table


STATES = sorted({state for state, _ in promised()}, key=int)


class Trade:
    """Orders of four groups and eleven states."""

    def __init__(self, shop: BentoWebShop, shell: Shell, clock: FakeClock) -> None:
        self.shop, self.shell, self.clock = shop, shell, clock
        self.numbers = {
            (state, group): 5_000_000 + place * 100 + int(state)
            for place, group in enumerate(GROUPS)
            for state in STATES
        }
        self.orders: dict[int, dict[str, Any]] = {}

    def bring(self, group: str, state: int | None, day: str) -> None:
        """Bring the orders of a group into a state, or each into its own."""
        for (own, its_group), number in self.numbers.items():
            if its_group != group:
                continue
            fresh = {**TEMPLATE, "order_id": number, "ref_code": f"BW{number}", "date_created": "2026-06-01 09:00:00"}
            order = self.orders.setdefault(number, fresh)
            move(order, int(own) if state is None else state, f"{day} 12:00:00")
            self.shop.change(number, **{name: value for name, value in order.items() if name != "order_id"})

    def pull(self, groups: tuple[str, ...]) -> None:
        self.clock.forward(3600)
        numbers = [str(number) for (_, group), number in self.numbers.items() if group in groups]
        self.shell("pull", "--orders", ",".join(numbers))

    def post(self, batch: str) -> None:
        self.shell("plan").expect(4)
        self.shell("approve", batch, "--as", "Nok").expect(0)
        self.shell("upload", batch).expect(0)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], set[str]]:
    """(state, what is posted) -> kinds of the documents planned; without any, where the order's money went."""
    root = tmp_path_factory.mktemp("states") / "books"
    clock = FakeClock(dt.datetime(2026, 6, 10, 2, 0, tzinfo=dt.UTC))
    case = story.CASES / "bentoweb-month"
    with pytest.MonkeyPatch.context() as patch, BentoWebShop(now=clock.now) as shop:
        patch.setenv("XDG_CONFIG_HOME", str(root.parent / "config"))
        make_workspace(root, (case / "settings.toml").read_text(encoding="utf-8").replace("{shop}", shop.login_url))
        trade = Trade(shop, Shell(root, clock), clock)
        trade.shell("connect", "--keep", "file", "--stdin", stdin=json.dumps(shop.keys)).expect(0)
        trade.bring("invoice", 1, "2026-06-02")
        trade.bring("paid-invoice", 1, "2026-06-02")
        trade.bring("receipt", 3, "2026-06-02")
        trade.pull(GROUPS[1:])
        trade.shell("match", "--link-all", "--channel", "2", "--method", "BSV001").expect(0)
        trade.post("B0001")
        trade.bring("paid-invoice", 3, "2026-06-05")
        trade.pull(("paid-invoice",))
        trade.post("B0002")
        for group in GROUPS:
            trade.bring(group, None, "2026-06-08")
        trade.pull(GROUPS)
        trade.shell("plan").expect(4)
        kinds = defaultdict(set)
        for row in trade.shell.json("documents", "B0003")["documents"]:
            kinds[row["order_key"]].add(row["kind"])
        went = {order["order_key"]: {order["disposition"]} for order in trade.shell.json("orders")["orders"]}
        keys = {cell: f"bentoweb:baan-cotton:{number}" for cell, number in trade.numbers.items()}
        return {cell: kinds.get(key) or went[key] for cell, key in keys.items()}


def test_the_page_has_every_published_state() -> None:
    assert STATES == ["0", "1", "2", "3", "4", "5", "6", "7", "14", "15", "16"]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("state", STATES)
def test_what_follows_is_what_the_page_says(found, state: str, group: str) -> None:
    assert found[state, group] == MEANS[promised()[state, group]]

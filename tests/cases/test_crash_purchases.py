"""Killed with expenses in the batch, which PEAK numbers itself and would take twice: each is there once, paid once.

F01, F02 and F30 of reliability.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.sandbox.peak import Fault, SandboxPeak
from recon.sandbox.zort import ZortShop
from tests.cases.crash_world import COMPANY, NOBODY, TAX_ID, World
from tests.cases.nursery import Ended, Nursery
from tests.cases.sweep import PROCESSES, Seen, go_through, kill, kill_everywhere, points
from tests.cases.test_purchases import ACCOUNTS, SUPPLIER, UNPAID, bought
from tests.cases.zort_books import sale

pytestmark = PROCESSES
PURCHASES = [bought("PO-1"), bought("PO-2", 30), bought("PO-3", 10, **UNPAID)]
STEPS = {"plan": ("plan",), "approve": ("approve", "B0001", "--as", "Nok"), "upload": ("upload", "B0001")}
EVENTS = Counter({("created", "receipt"): 1, ("created", "expense"): 3, ("paid", "expense"): 2})


class Bought(World):
    """A workspace that reads purchases from ZORT."""

    def __init__(self, folder: Path, nursery: Nursery, shop: ZortShop) -> None:
        super().__init__(folder, nursery, target="peak")
        self.shop = shop

    def init(self, *, crash: str = "", record: Path | None = None) -> Ended:
        return self.run(
            "init", str(self.root), "--no-input", "--company", COMPANY, "--tax-id", TAX_ID, "--source", "zort",
            "--target", "peak", "--ledger-url", NOBODY, "--environment", "sandbox", "--source-url", self.shop.url,
            "--start-date", "2026-06-01", crash=crash, record=record,
        )  # fmt: skip

    def rules(self) -> None:
        """Switch purchases on and choose everything they need."""
        values: dict[tuple[str, ...], object] = {
            ("record_kinds",): ["sale", "purchase"],
            ("purchases", "account"): "510111",
            ("purchases", "suppliers", SUPPLIER): "V00001",
            **{("accounts", name): code for name, code in ACCOUNTS.items()},
        }
        for path, value in values.items():
            self._write(("connections", "shop", *path), value)
        self.set_source(requests_per_second=20)

    def keys(self, server: SandboxPeak) -> str:
        shop = {"storename": self.shop.store_name, "apikey": self.shop.api_key, "apisecret": self.shop.api_secret}
        return json.dumps(server.credentials | shop)


@pytest.fixture(scope="module")
def shop() -> Iterator[ZortShop]:
    with ZortShop(orders=[sale("SO-1")], purchases=PURCHASES) as shop:
        yield shop


@pytest.fixture(scope="module")
def world(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory, shop: ZortShop) -> tuple[World, dict[str, Seen]]:
    """A sale and three purchases, the state before each step, and what each step did."""
    world = Bought(tmp_path_factory.mktemp("bought"), nursery, shop)
    world.make()
    world.rules()
    with world.ledger() as server:
        assert server is not None
        world.run("connect", "--keep", "file", "--stdin", stdin=world.keys(server)).expect(0, 4)
        world.run("pull", "--since", "2026-06-01").expect(0, 4)
        world.run("match", "--link-all", "--text", "--all-channels", "BSV001").expect(0, 4)
    seen = go_through(world, STEPS)
    world.save("done")
    go_on(world)
    return world, seen


def go_on(world: World) -> None:
    """Finish the batch and count."""
    with world.ledger():
        world.until_settled("B0001")
        count(world)
    world.check_restart()
    world.check_posted("B0001")


def count(world: World) -> None:
    told = Counter(dict.fromkeys(EVENTS, 0))
    for (action, kind, _, _), times in world.truth().items():
        told[action, kind] += times
    assert told == EVENTS, "every document and every payment exactly once"


def test_f01_expenses_pass_the_points_of_documents(world: tuple[World, dict[str, Seen]]) -> None:
    _, seen = world
    visits = Counter(point for point, _ in points(seen["upload"]))
    assert visits["send.before"] == visits["send.after"] == sum(EVENTS.values())


@pytest.mark.parametrize(
    ("point", "visit"),
    [
        (point, visit)
        for point in ("send-intent.after", "send.before", "send.after", "send-result.before")
        for visit in (2, 3)
    ],
)
def test_f02_f30_killed_around_an_expense_and_its_payment(
    world: tuple[World, dict[str, Seen]], point: str, visit: int
) -> None:
    """Document 2 is an expense, 3 its payment; document 1 is the receipt."""
    books, _ = world
    books.restore("upload")
    with books.ledger():
        kill(books, STEPS["upload"], point, visit)
    go_on(books)


@pytest.mark.slow
@pytest.mark.parametrize("step", list(STEPS))
def test_f01_killed_at_every_point_of_every_step(world: tuple[World, dict[str, Seen]], step: str) -> None:
    books, seen = world
    kill_everywhere(books, STEPS, step, seen[step], go_on)


@pytest.mark.parametrize("commit", [True, False])
@pytest.mark.parametrize("path", ["/expenses/allinone", "/expenses/paidpaymentallinone"])
def test_f01_f30_an_answer_that_never_comes_makes_no_second_expense(
    world: tuple[World, dict[str, Seen]], path: str, commit: bool
) -> None:
    books, _ = world
    books.restore("upload")
    with books.ledger(Fault(kind="hang", method="POST", path=path, commit=commit)):
        books.run(*STEPS["upload"]).expect(0, 4, 5, 6)
    go_on(books)

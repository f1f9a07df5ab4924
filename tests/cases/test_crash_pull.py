"""A pull from a shop's API is killed at each kind of point: raw answers are whole or not there, nothing is lost or doubled."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.sandbox.zort import ZortShop
from recon.sandbox.zort_orders import invented_orders
from tests.cases.crash_world import COMPANY, World
from tests.cases.nursery import Nursery
from tests.cases.sweep import PROCESSES, kill, points, read_record

pytestmark = PROCESSES
DAY = dt.date(2026, 6, 1)
PULL = ("pull", "--since", "2026-06-01", "--until", "2026-06-30")


@pytest.fixture
def shop() -> Iterator[ZortShop]:
    with ZortShop(orders=invented_orders(DAY, 25, 1)) as shop:
        yield shop


def workspace(folder: Path, nursery: Nursery, shop: ZortShop) -> World:
    """A workspace that reads this shop, ten orders a page; the keys are not given yet."""
    world = World(folder, nursery)
    world.run(
        "init", str(world.root), "--no-input", "--company", COMPANY, "--source", "zort", "--target", "sandbox",
        "--source-url", shop.url, "--start-date", DAY.isoformat(),
    ).expect(0)  # fmt: skip
    world.set_source(page_size=10, requests_per_second=20)
    return world


def keys(shop: ZortShop) -> str:
    return json.dumps({"storename": shop.store_name, "apikey": shop.api_key, "apisecret": shop.api_secret})


def seen(world: World) -> list[tuple[str, str, str]]:
    orders = world.run("orders", "--json").expect(0, 4).facts()["orders"]
    return sorted((order["order_key"], order["total"], order["disposition"]) for order in orders)


def test_f01_f47_a_pull_killed_again_and_again_ends_like_one_that_was_not(nursery, shop, tmp_path: Path) -> None:
    undisturbed = workspace(tmp_path / "undisturbed", nursery, shop)
    undisturbed.run("connect", "--keep", "file", "--stdin", stdin=keys(shop)).expect(0, 4)
    record = tmp_path / "record"
    undisturbed.run(*PULL, record=record).expect(0, 4)
    passed = points(read_record(record))
    assert ("intake-file.after", 3) in passed, "three pages"

    world = workspace(tmp_path / "killed", nursery, shop)
    for point in ("secrets.before", "secrets.after"):
        ended = world.run("connect", "--keep", "file", "--stdin", stdin=keys(shop), crash=point)
        assert ended.killed
        world.check_restart()
    world.run("connect", "--keep", "file", "--stdin", stdin=keys(shop)).expect(0, 4)
    for point in dict.fromkeys(point for point, _ in passed):
        kill(world, PULL, point)
    world.run(*PULL).expect(0, 4)
    again = world.run(*PULL, "--json").expect(0, 4).facts()
    assert sum(file["new"] + file["changed"] for file in again["files"]) == 0
    for one in (world, undisturbed):
        one.run("plan").expect(0, 4)
    assert seen(world) == seen(undisturbed) and len(seen(world)) == 25
    world.check_restart()

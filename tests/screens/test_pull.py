"""Fetching from the shop's own system on the Import screen: a whole pull against a ZORT on loopback, errors, and a stop."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widgets import Input

from recon.sandbox.zort import ZortShop
from recon.sandbox.zort_faults import ZortFault
from recon.sandbox.zort_orders import invented_orders, invented_products
from recon.service import pulling
from tests.clock import FakeClock
from tests.screens.grid import grid
from tests.screens.import_world import ImportWorld, screen_of, seen, sizes
from tests.screens.looking import SIZES, play, press, quiet, says
from tests.shell import SANDBOX_COMPANY, run
from tui.app import ReconApp
from tui.widgets.pull_dialog import PullDialog

ORDERS = invented_orders(dt.date(2026, 10, 1), 450, 1)
"""Three answers of ZORT: 200, 200 and 50 orders."""


@dataclass
class Gate:
    """Holds every answer back before it is kept, until it is let go."""

    came: threading.Semaphore
    let_go: threading.Semaphore

    def open(self, answers: int = 99) -> None:
        """Let so many answers through."""
        for _ in range(answers):
            self.let_go.release()


@pytest.fixture
def shop(clock: FakeClock) -> Iterator[ZortShop]:
    with ZortShop(orders=ORDERS, products=invented_products(), now=clock.now) as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, clock: FakeClock, shop: ZortShop, key_store: object) -> ImportWorld:
    """A connected workspace of that shop."""
    root = tmp_path / "books"
    run("init", root, "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01", "--source", "zort",
        "--source-url", shop.url, "--target", "sandbox", clock=clock).expect(0)  # fmt: skip
    made = ImportWorld(root)
    keys = {"storename": shop.store_name, "apikey": shop.api_key, "apisecret": shop.api_secret}
    made.shell()("connect", "--stdin", stdin=json.dumps(keys)).expect(0)
    return made


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Answers wait until a test lets them go."""
    held = Gate(threading.Semaphore(0), threading.Semaphore(0))
    real = pulling._keep_answer

    def slow(context: Any, answer: Any) -> Any:
        held.came.release()
        assert held.let_go.acquire(timeout=60)
        return real(context, answer)

    monkeypatch.setattr(pulling, "_keep_answer", slow)
    yield held
    held.open()


def kept(world: ImportWorld) -> list[dict[str, Any]]:
    """Return the raw answers as they lie in the workspace."""
    folder = world.root / ".recon" / "intake"
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]


def last_pull(world: ImportWorld) -> str:
    """Return the day the next pull would begin with."""
    return str(world.shell().json("files", code=None)["connections"][0]["since"])


async def fetch(app: ReconApp, pilot: Pilot[Any]) -> None:
    """Ask for everything since the first day."""
    await press(pilot, "p")
    assert isinstance(app.screen, PullDialog)
    app.screen.query_one("#since", Input).value = "2026-10-01"
    await pilot.press("enter")


async def wait_for(pilot: Pilot[Any], came: threading.Semaphore) -> None:
    """Wait until the next answer is there."""
    for _ in range(600):
        if came.acquire(blocking=False):
            return
        await pilot.pause(0.02)
    raise AssertionError("no answer came")


# --- a whole pull


def test_a_whole_pull_is_counted_kept_and_told(world: ImportWorld, shop: ZortShop, gate: Gate) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await fetch(app, pilot)
        await wait_for(pilot, gate.came)
        assert screen_of(app).face == "work"
        assert await seen(app, pilot, "1 answer fetched and kept")
        assert says(app, "Stop after this one")
        gate.open(1)
        await wait_for(pilot, gate.came)
        assert await seen(app, pilot, "2 answers fetched and kept")
        gate.open()
        await quiet(pilot)
        assert screen_of(app).face == "result"
        reports = screen_of(app).reports
        assert [report.new for report in reports] == [200, 200, 50]
        assert {(report.known, report.changed, report.gone) for report in reports} == {(0, 0, 0)}
        assert says(app, "200 new 0 known 0 changed 0 gone")
        assert says(app, "3 files")
        assert app.overview is not None and app.overview.files == 3
        await press(pilot, "escape")
        assert screen_of(app).files.row_count == 3

    play(world.app(), script)
    answers = kept(world)
    assert sorted(len(answer["list"]) for answer in answers) == [50, 200, 200]
    asked = [
        request for request in shop.requests if request.path == "/Order/GetOrders" and request.params["limit"] == "200"
    ]
    assert [request.params["page"] for request in asked] == ["1", "2", "3"]
    whole = (world.root / ".recon" / "intake").glob("*.json")
    assert not [path for path in whole if shop.api_secret.encode() in path.read_bytes()]
    assert last_pull(world) == "2026-11-01"


def test_the_next_pull_tells_known_changed_and_new(world: ImportWorld, shop: ZortShop) -> None:
    shop.replace_orders(ORDERS[:40])
    world.shell()("pull", "--since", "2026-10-01")
    changed = [dict(order) for order in ORDERS[:42]]
    changed[30] = {
        **changed[30],
        "description": "please ring twice",
        "status": "Voided",
        "updatedatetimeString": "2026-10-30 10:00",
    }
    shop.replace_orders(changed)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await fetch(app, pilot)
        await quiet(pilot)
        (report,) = screen_of(app).reports
        assert (report.new, report.changed, report.known, report.gone) == (2, 1, 39, 0)
        assert says(app, "2 new 39 known 1 changed 0 gone")
        await press(pilot, "f3")
        assert app.place == "match"

    play(world.app(), script)


def test_an_order_the_shop_no_longer_names_is_not_gone(world: ImportWorld, shop: ZortShop) -> None:
    """An answer of an API holds what was asked for and says nothing of the rest."""
    shop.replace_orders(ORDERS[:40])
    world.shell()("pull", "--since", "2026-10-01")
    shop.replace_orders(ORDERS[1:40])

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await fetch(app, pilot)
        await quiet(pilot)
        (report,) = screen_of(app).reports
        assert (report.new, report.changed, report.known, report.gone) == (0, 0, 39, 0)

    play(world.app(), script)


def test_days_are_asked_for_as_typed(world: ImportWorld, shop: ZortShop) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "ย")
        assert isinstance(app.screen, PullDialog)
        app.screen.query_one("#since", Input).value = "2026-10-05"
        app.screen.query_one("#until", Input).value = "2026-10-06"
        await pilot.click("#yes")
        await quiet(pilot)
        assert 0 < sum(report.orders for report in screen_of(app).reports) < 60

    play(world.app(), script)
    asked = [request for request in shop.requests if request.path == "/Order/GetOrders"][-1]
    days = (asked.params["updatedafter"], asked.params["updatedbefore"])
    assert days == ("2026-10-04", "2026-10-07"), "the days between, whether ZORT counts its ends or not"


# --- what goes wrong


def test_an_error_in_the_middle_keeps_what_came_before_and_says_so(world: ImportWorld, shop: ZortShop) -> None:
    shop.add_fault(ZortFault(kind="status", path="/Order/GetOrders", skip=1, times=99, status=503))

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await fetch(app, pilot)
        await quiet(pilot)
        assert screen_of(app).face == "files"
        assert says(app, "ZORT did not deliver")
        assert says(app, "Nothing is lost: what was")
        assert screen_of(app).files.row_count == 1, "what came before stands in the list"
        assert app.overview is not None and app.overview.files == 1
        shop.add_fault(ZortFault(kind="status", path="/none"))
        shop._faults.clear()
        shop._met.clear()
        await press(pilot, "escape")
        await fetch(app, pilot)
        await quiet(pilot)
        assert [report.new for report in screen_of(app).reports] == [0, 200, 50]

    before = last_pull(world)
    play(world.app(), script)
    assert before == "2026-10-01"
    assert len(kept(world)) == 3, "an answer that is known is kept once"
    assert last_pull(world) == "2026-11-01"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (ZortFault(kind="refuse", path="/Order/GetOrders", times=99, text="Invalid API"), "Invalid API"),
        (ZortFault(kind="html", path="/Order/GetOrders", times=99), "log-in page"),
        (ZortFault(kind="close", path="/Order/GetOrders", times=99), "did not deliver"),
    ],
    ids=lambda value: value.kind if isinstance(value, ZortFault) else "",
)
def test_a_shop_that_refuses_is_said_in_words_and_nothing_is_kept(
    world: ImportWorld, shop: ZortShop, fault: ZortFault, words: str
) -> None:
    shop.add_fault(fault)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await fetch(app, pilot)
        await quiet(pilot)
        assert screen_of(app).face == "files"
        assert says(app, words)

    play(world.app(), script, size=(130, 36))
    assert kept(world) == []
    assert last_pull(world) == "2026-10-01"


def test_a_shop_that_is_not_there(world: ImportWorld, shop: ZortShop) -> None:
    shop.close()

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await fetch(app, pilot)
        await quiet(pilot)
        assert says(app, "did not deliver")
        await press(pilot, "escape")
        assert not screen_of(app).query_one("#error").has_class("-shown")

    play(world.app(), script)
    assert kept(world) == []


# --- a stop, and another place meanwhile


def test_a_stop_keeps_what_was_taken_in_and_the_next_pull_begins_at_the_same_day(
    world: ImportWorld, gate: Gate
) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await fetch(app, pilot)
        await wait_for(pilot, gate.came)
        await pilot.press("escape")
        assert await seen(app, pilot, "Stopping after this one")
        gate.open()
        await quiet(pilot)
        assert [note.message for note in app._notifications] == [
            "Stopped. What was taken in before stays; the next fetch begins at the same day."
        ]
        assert screen_of(app).face == "files"
        assert screen_of(app).files.row_count == 1

    play(world.app(), script)
    assert len(kept(world)) == 1
    assert last_pull(world) == "2026-10-01"


def test_a_pull_goes_on_while_somebody_is_elsewhere(world: ImportWorld, gate: Gate) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await fetch(app, pilot)
        await wait_for(pilot, gate.came)
        app.go("home")
        gate.open()
        await quiet(pilot)
        app.go("import")
        await quiet(pilot)
        assert screen_of(app).face == "result"
        assert len(screen_of(app).reports) == 3

    play(world.app(), script)
    assert len(kept(world)) == 3


def test_while_something_else_writes_nothing_is_asked(world: ImportWorld, shop: ZortShop) -> None:
    from recon.workspace import find_workspace
    from tui.wiring import service_for

    asked = len(shop.requests)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        with service_for(find_workspace(world.root), clock=FakeClock(), write=True):
            await fetch(app, pilot)
            await quiet(pilot)
            assert screen_of(app).query_one("#error").has_class("-shown")

    play(world.app(), script)
    assert len(shop.requests) == asked


# --- pictures


def test_pictures_of_a_pull(world: ImportWorld, gate: Gate, snapshot: SnapshotAssertion) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "p")
        async for name in sizes(app, pilot):
            assert grid(app) == snapshot(name=f"days-{name}")
        app.screen.query_one("#since", Input).value = "2026-10-01"
        await pilot.press("enter")
        await wait_for(pilot, gate.came)
        assert await seen(app, pilot, "1 answer fetched and kept")
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await pilot.pause(0.1)
            assert grid(app) == snapshot(name=f"work-{width}x{height}")
        gate.open()
        await quiet(pilot)
        async for name in sizes(app, pilot):
            assert grid(app) == snapshot(name=f"result-{name}")

    play(world.app(), script, size=SIZES[0])

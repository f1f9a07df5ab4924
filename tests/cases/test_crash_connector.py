"""The real process is killed at every durable step while the Web Connector visits it over SOAP, run again, and the books are counted.

F01, F02 and F40 of reliability.md: the company file and the Web Connector live elsewhere and forget nothing; the message set that
was out when the process died is asked for before anything else goes out.
"""

from __future__ import annotations

import json
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from recon.ports import SystemClock
from recon.sandbox.quickbooks import chart
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.sandbox.quickbooks.driver import Visit, WebConnector
from recon.sandbox.quickbooks.mishaps import Mishap, Script
from recon.sandbox.quickbooks.qwc import read_application
from tests.cases.crash_world import wait_for
from tests.cases.nursery import Ended, Nursery
from tests.cases.sweep import PROCESSES, Seen, go_through, kill, points
from tests.cases.test_crash_quickbooks import (
    FIRST_STEPS,
    IN_FIRST,
    IN_LATER,
    LATER_STEPS,
    AmericanWorld,
    finish,
    upload_of,
)

pytestmark = PROCESSES
PASSWORD = "a-password-for-tests"
Walked = tuple["VisitedWorld", dict[str, Seen]]


class VisitedWorld(AmericanWorld):
    """The same shop; QuickBooks is on the same computer, and its Web Connector comes every moment."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        super().__init__(folder, nursery)
        self.target = "quickbooks"

    def init(self, *, crash: str = "", record: Path | None = None) -> Ended:
        """Run `recon init`."""
        return self.run(
            "init", str(self.root), "--no-input", "--company", "Cedar & Pine LLC", "--tax-id", "12-3456789", "--source", "shopify",
            "--target", self.target, "--environment", "sandbox", "--start-date", "2026-06-01", "--invoices", "completed-unpaid",
            crash=crash, record=record,
        )  # fmt: skip

    def make(self, *, record: Path | None = None) -> None:
        """Make the workspace, its .qwc file and its password, and connect."""
        super().make(record=record)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        for name, value in (("text_item", chart.TEXT_ITEM), ("port", port), ("wait_minutes", 1)):
            self._write(("connections", "shop", "quickbooks", name), value)
        self._write(("connections", "shop", "contacts", "default"), chart.CUSTOMER)
        self.run("qbwc", "file", "-o", str(self.folder / "shop.qwc")).expect(0)
        self.run("qbwc", "password", "--stdin", stdin=PASSWORD + "\n").expect(0)
        with self.ledger():
            self.run("connect", "--set-accounts").expect(0, 4)

    @contextmanager
    def ledger(self, *mishaps: Mishap) -> Iterator[Script]:  # type: ignore[override]
        """Let the Web Connector come, within a ``with``."""
        company = SandboxCompany(self._books, clock=SystemClock(), durable=False)
        script = Script(mishaps)
        connector = WebConnector(
            application=read_application(self.folder / "shop.qwc"), password=PASSWORD, company=company, script=script,
            pause_seconds=0.02,
        )  # fmt: skip
        self.visits: list[Visit] = []
        thread = threading.Thread(
            target=connector.poll, args=(self.visits.append,), kwargs={"every_seconds": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield script
        finally:
            connector.stop.set()
            thread.join(20)
            assert not thread.is_alive()
            company.close()

    def truth(self) -> Counter[Any]:
        """Return what stands in the company file."""
        company = SandboxCompany(self._books, clock=SystemClock(), durable=False)
        try:
            return Counter((kept.kind, kept.ref, kept.total_minor) for kept in company.truth())
        finally:
            company.close()


@pytest.fixture(scope="module")
def walked(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """A workspace taken all the way, its state kept before every step."""
    world = VisitedWorld(tmp_path_factory.mktemp("visited"), nursery)
    world.make()
    seen = go_through(world, FIRST_STEPS)
    assert world.truth() == IN_FIRST
    seen |= go_through(world, LATER_STEPS)
    assert world.truth() == IN_LATER
    return world, seen


WEARING = (
    "send-intent.before", "set-handed.before", "set-handed.after", "send.after", "send-result.before",
    "upload-ended.before",
)  # fmt: skip
"""Where one upload dies, one time after the other: a document that never got out is sent three times at most."""


@pytest.mark.slow
def test_f01_f40_killed_again_and_again_each_time_further_on(walked: Walked) -> None:
    """Before the set is in the journal, while it is out, and when its answer is there; then finished."""
    world, seen = walked
    argv, batch, books = upload_of("first")
    assert set(WEARING) <= {name for name, _ in points(seen["first-upload"])}
    world.restore("first-upload")
    with world.ledger():
        for point in WEARING:
            kill(world, argv, point)
        finish(world, batch, books)


@pytest.mark.parametrize(
    ("point", "visit"),
    [
        ("set-handed.after", 1),
        ("set-handed.before", 2),
        ("send.after", 2),
        *(pytest.param(*at, marks=pytest.mark.slow) for at in (("set-handed.after", 3), ("send.after", 4))),
    ],
)
def test_f01_f40_killed_while_quickbooks_works(walked: Walked, point: str, visit: int) -> None:
    """A payment, a void, a credit note and a receipt are out, or answered, when the process dies."""
    world, _ = walked
    argv, batch, books = upload_of("later")
    world.restore("later-upload")
    with world.ledger():
        kill(world, argv, point, visit)
        finish(world, batch, books)


@pytest.mark.parametrize(
    "kind", ["vanish", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("untouched", "unremembered"))]
)
def test_f40_the_web_connector_and_then_the_process_die(walked: Walked, kind: str) -> None:
    """Both ends of the set that is out are gone; only the journal knows of it."""
    world, _ = walked
    argv, batch, books = upload_of("later")
    world.restore("later-upload")
    with world.ledger(Mishap(kind=kind, skip=1)):
        running = world.start(*argv)
        wait_for(lambda: any(visit.ended == "broke-off" for visit in world.visits))
        running.signal(signal.SIGKILL)
        assert running.end().killed
        finish(world, batch, books)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["first", "later"])
def test_f01_f40_killed_at_every_single_point_of_an_upload(walked: Walked, stage: str) -> None:
    world, seen = walked
    argv, batch, books = upload_of(stage)
    for point, visit in points(seen[f"{stage}-upload"]):
        world.restore(f"{stage}-upload")
        with world.ledger():
            if world.run(*argv, crash=f"{point}:{visit}").killed:
                world.check_restart()
            finish(world, batch, books)


IN_A_DAY = Counter(
    {("Invoice", "1001", 10700): 1, ("Invoice", "1002", 10700): 1, ("SalesReceipt", "D260604-01", 10700): 1}
)
"""Unpaid sales stay documents of their own."""


def test_f01_f40_summaries_of_a_day_are_killed_once_and_read_back_equal(nursery: Nursery, tmp_path: Path) -> None:
    """``summary.sales = "day"`` over the Web Connector: each day's document is there once and is the one that was approved."""
    world = VisitedWorld(tmp_path, nursery)
    world.make()
    world._write(("connections", "shop", "summary", "sales"), "day")
    for name in ("first-import", "first-match", "first-plan", "first-approve"):
        world.run(*(str(world.folder / "first.csv") if word == "FIRST" else word for word in FIRST_STEPS[name])).expect(
            0, 4
        )
    argv = FIRST_STEPS["first-upload"]
    with world.ledger():
        kill(world, argv, "set-handed.after")
        world.until_settled("B0001")
        once = world.truth()
        assert once == IN_A_DAY
        world.check_posted("B0001")
        read = json.loads(world.run("verify", "B0001", "--json").expect(0).out)
        assert read["compared"] == read["equal"] == len(once)

"""The real process is killed at every durable step of posting to a QuickBooks company file, run again, and the books are counted.

F01 and F02 of reliability.md. The company file lies in the workspace and dies with the process, as QuickBooks does with its
computer. QuickBooks takes a second document under the same number, so nothing but the look-up keeps it from being there twice.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from recon.ports import SystemClock
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.workspace import Workspace
from tests.cases.crash_world import FIRST, LATER, OLD, World
from tests.cases.nursery import Ended, Nursery
from tests.cases.sweep import PROCESSES, Seen, go_through, kill, points
from tests.recon.shopify_tools import csv_text

pytestmark = PROCESSES
FIRST_STEPS = {
    "first-import": ("import", "FIRST"),
    "first-match": ("match", "--link-all", "--text", "--all-channels", "Checking"),
    "first-plan": ("plan",),
    "first-approve": ("approve", "B0001", "--as", "Nok"),
    "first-upload": ("upload", "B0001"),
}
LATER_STEPS = {
    "later-import": ("import", "LATER"),
    "later-plan": ("plan",),
    "later-approve": ("approve", "B0002", "--as", "Nok"),
    "later-upload": ("upload", "B0002"),
}
IN_FIRST = Counter({("Invoice", "1001", 10700): 1, ("Invoice", "1002", 10700): 1, ("SalesReceipt", "1003", 10700): 1})
IN_LATER = Counter(
    {
        ("Invoice", "1001", 10700): 1,
        ("ReceivePayment", "P1001", 10700): 1,
        ("Invoice", "1002", 0): 1,
        ("SalesReceipt", "1003", 10700): 1,
        ("CreditMemo", "R1003", 10700): 1,
        ("ARRefundCreditCard", "R1003", 10700): 1,
        ("SalesReceipt", "1004", 10700): 1,
    }
)
"""Everything that may stand in the company file: form, number, amount."""


class AmericanWorld(World):
    """The same shop, sold in dollars, posted to the company file in the workspace."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        super().__init__(folder, nursery, target="sandbox-quickbooks")
        for name, rows in (("first", FIRST), ("later", LATER)):
            path = folder / f"{name}.csv"
            path.write_text(csv_text([{**row, "Currency": "USD"} for row in rows]), encoding="utf-8")
            os.utime(path, (OLD, OLD))

    def init(self, *, crash: str = "", record: Path | None = None) -> Ended:
        """Run `recon init`."""
        return self.run(
            "init", str(self.root), "--no-input", "--company", "Cedar & Pine LLC", "--source", "shopify", "--target", self.target,
            "--start-date", "2026-06-01", "--invoices", "completed-unpaid", crash=crash, record=record,
        )  # fmt: skip

    def make(self, *, record: Path | None = None) -> None:
        """Make the workspace; short waits."""
        self.init(record=record).expect(0)
        self.set(lookup_grace_seconds=1)

    def truth(self) -> Counter[Any]:
        """Return what stands in the company file."""
        company = SandboxCompany(Workspace(self.root).sandbox_quickbooks, clock=SystemClock(), durable=False)
        try:
            return Counter((kept.kind, kept.ref, kept.total_minor) for kept in company.truth())
        finally:
            company.close()


@pytest.fixture(scope="module")
def walked(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> tuple[AmericanWorld, dict[str, Seen]]:
    """A workspace taken all the way, its state kept before every step."""
    world = AmericanWorld(tmp_path_factory.mktemp("american"), nursery)
    world.make()
    seen = go_through(world, FIRST_STEPS)
    assert world.truth() == IN_FIRST
    seen |= go_through(world, LATER_STEPS)
    assert world.truth() == IN_LATER
    return world, seen


def finish(world: AmericanWorld, batch: str, books: Counter[Any]) -> None:
    """Run the upload again until all is settled, and count."""
    world.until_settled(batch)
    assert world.truth() == books
    world.check_restart()
    world.check_posted(batch)


def upload_of(stage: str) -> tuple[tuple[str, ...], str, Counter[Any]]:
    if stage == "first":
        return FIRST_STEPS["first-upload"], "B0001", IN_FIRST
    return LATER_STEPS["later-upload"], "B0002", IN_LATER


def test_f01_f02_killed_again_and_again_each_time_at_another_kind_of_point(
    walked: tuple[AmericanWorld, dict[str, Seen]],
) -> None:
    """One upload, killed at the first visit of each point it passes; then finished."""
    world, seen = walked
    argv, batch, books = upload_of("first")
    world.restore("first-upload")
    names = list(dict.fromkeys(name for name, _ in points(seen["first-upload"])))
    assert {"send-intent.before", "send.before", "send.after", "send-result.after"} <= set(names)
    died = [name for name in names if world.run(*argv, crash=f"{name}:1").killed]
    assert died[:4] == names[:4]
    finish(world, batch, books)


@pytest.mark.parametrize(
    ("point", "visit"),
    [
        ("send.after", 3),
        *(
            pytest.param(*at, marks=pytest.mark.slow)
            for at in (("send.before", 1), ("send.after", 2), ("send-result.before", 4))
        ),
    ],
)
def test_f01_f02_killed_around_a_payment_a_void_a_credit_note_and_a_receipt(
    walked: tuple[AmericanWorld, dict[str, Seen]], point: str, visit: int
) -> None:
    world, _ = walked
    argv, batch, books = upload_of("later")
    world.restore("later-upload")
    kill(world, argv, point, visit)
    finish(world, batch, books)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["first", "later"])
def test_f01_f02_killed_at_every_single_point_of_an_upload(
    walked: tuple[AmericanWorld, dict[str, Seen]], stage: str
) -> None:
    world, seen = walked
    argv, batch, books = upload_of(stage)
    for point, visit in points(seen[f"{stage}-upload"]):
        world.restore(f"{stage}-upload")
        kill(world, argv, point, visit)
        finish(world, batch, books)

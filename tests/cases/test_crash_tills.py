"""The real process is killed at every durable step of sending settlements to PowerOffice Go, run again, and the books are counted.

F01 and F02 of reliability.md, on the three routes. A journal draft has no reference that Go would check, so nothing but the
look-up keeps a settlement from being there twice. The ledger lies in the workspace and dies with the process.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recon.sandbox.poweroffice import SandboxPowerOffice
from recon.workspace import Workspace
from tests.cases.crash_world import OLD, World
from tests.cases.nursery import Ended, Nursery
from tests.cases.sweep import PROCESSES, Seen, kill, points, read_record
from tests.recon.poweroffice_world import FAMILIES
from tests.saft_files import Day, Line, Receipt, Register, saft_text

pytestmark = [PROCESSES, pytest.mark.slow]
COMPANY = "999999999"
UPLOAD = ("upload", "B0002")
NUMBERS = ("K1/213", "K1/214", "K1/215", "K1/216")
"""The first is posted before: without one that is there, no look-up proves that another is not."""
LINKS = (
    ("--sku", "Kafé Torget/100@25", "--account", "3000"),
    ("--sku", "Kafé Torget/110@15", "--account", "3030"),
    ("--channel", "Kafé Torget/CASH Kontant", "--method", "1900"),
    ("--channel", "Kafé Torget/BAX BankAxept", "--method", "1503"),
)


def sold(food: int, away: int) -> Receipt:
    """Return a receipt paid by card and in cash."""
    lines = (Line(group="100", amount=food), Line(group="110", amount=away, code="31"))
    return Receipt(lines=lines, payments=(("BAX", food), ("CASH", away)))


class TillWorld(World):
    """A till of four days whose settlements go to the PowerOffice Go in the workspace."""

    def __init__(self, folder: Path, nursery: Nursery, route: str) -> None:
        super().__init__(folder, nursery, target="sandbox-poweroffice")
        self.route = route
        days = tuple(
            Day(date=dt.date(2026, 3, 13 + n), number=213 + n, receipts=(sold(10_000 + 100 * n, 2_300),))
            for n in range(4)
        )
        self.files = tuple(folder / f"till-{count}.xml" for count in (1, 4))
        for file, some in zip(self.files, (days[:1], days), strict=True):
            file.write_text(saft_text([Register(number="K1", days=some)], company=COMPANY), encoding="utf-8")
            os.utime(file, (OLD, OLD))

    def init(self, *, crash: str = "", record: Path | None = None) -> Ended:
        """Run `recon init`."""
        return self.run(
            "init", str(self.root), "--no-input", "--company", "Kafé AS", "--tax-id", COMPANY, "--source", "saft", "--target",
            self.target, "--start-date", "2026-03-01", crash=crash, record=record,
        )  # fmt: skip

    def make(self, *, record: Path | None = None) -> None:
        """Post the first day, then take in the others, plan and approve them; short waits."""
        self.init(record=record).expect(0)
        self.set(lookup_grace_seconds=1)
        for path, value in (
            (("till", "counting"), "off"), (("till", "departments"), {"Kafé Torget": "10"}),
            (("poweroffice", "route"), self.route), (("poweroffice", "requests_per_second"), 10),
        ):  # fmt: skip
            self._write(("connections", "shop", *path), value)
        self.run("connect").expect(0, 4)
        for batch, file in zip(("B0001", "B0002"), self.files, strict=True):
            self.run("import", str(file)).expect(0, 4)
            if batch == "B0001":
                for link in LINKS:
                    self.run("match", *link).expect(0, 4)
            self.run("plan").expect(0, 4)
            self.run("approve", batch, "--as", "Kari").expect(0)
            if batch == "B0001":
                self.run("upload", batch).expect(0)

    def truth(self) -> Counter[Any]:
        """Return how often each settlement stands there."""
        ledger = SandboxPowerOffice(Workspace(self.root).sandbox_poweroffice, durable=False)
        try:
            return Counter(
                (paper.reference or paper.body["Description"].rpartition("[")[2].rstrip("]")).removeprefix(
                    f"{COMPANY}/"
                )
                for paper in ledger.papers(FAMILIES[self.route])
            )
        finally:
            ledger.stop()

    def sheets(self) -> list[int]:
        """Return how many Z reports each voucher has on it."""
        ledger = SandboxPowerOffice(Workspace(self.root).sandbox_poweroffice, durable=False)
        try:
            return [len(paper.body.get("_files", ())) for paper in ledger.papers(FAMILIES[self.route])]
        finally:
            ledger.stop()

    def finish(self) -> None:
        """Run the upload again until all is settled, and count."""
        self.until_settled("B0002")
        assert self.truth() == Counter(NUMBERS)
        if self.route != "import":
            self.run(*UPLOAD).expect(0)
            assert self.sheets() == [1] * len(NUMBERS)
        self.check_restart()
        self.check_posted("B0001", "B0002")


@pytest.fixture(scope="module")
def walked(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[TillWorld, Seen]]:
    """Give a world whose settlements are approved, and what an undisturbed upload passes."""

    def made(route: str) -> tuple[TillWorld, Seen]:
        world = TillWorld(tmp_path_factory.mktemp(route), nursery, route)
        world.make()
        world.save("upload")
        record = world.folder / "record"
        world.run(*UPLOAD, record=record).expect(0, 4)
        assert world.truth() == Counter(NUMBERS)
        return world, read_record(record)

    return made


@pytest.mark.parametrize("route", FAMILIES)
def test_f01_f02_settlements_killed_again_and_again_each_time_at_another_point(
    walked: Callable[[str], tuple[TillWorld, Seen]], route: str
) -> None:
    world, seen = walked(route)
    world.restore("upload")
    names = list(dict.fromkeys(name for name, _ in points(seen)))
    assert {"send-intent.before", "send.before", "send.after", "send-result.after"} <= set(names)
    assert route == "import" or {"attach-intent.after", "attach.before", "attach.after"} <= set(names)
    died = [name for name in names if world.run(*UPLOAD, crash=f"{name}:1").killed]
    assert died[:4] == names[:4]
    world.finish()
    for point, visit in (("send.after", 3), ("send-result.before", 2)) if route == "draft" else ():
        world.restore("upload")
        kill(world, UPLOAD, point, visit)
        world.finish()

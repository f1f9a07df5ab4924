"""Z reports put on their vouchers in PowerOffice Go: each is there once, or a person is told; the vouchers stand whatever happens.

Real store, uploader, target and HTTP against the sandbox; the clock stands still and only moves when something waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import TargetRejected
from recon.sandbox.poweroffice import PowerOfficeFault, SandboxPowerOffice
from recon.store.attachments import Attachments
from recon.store.outbox import OutboxRow
from recon.targets.attaching import AttachedFile
from recon.upload.attaching import Attacher, AttachReport
from tests.recon.poweroffice_world import FAMILIES, World
from tests.recon.store_world import open_store

PAGES = "/JournalEntryVouchers/*/VoucherPages"
DOCUMENTATION = "/VoucherDocumentation"
Make = Callable[..., "Sheets"]


class DiedError(Exception):
    """The process ended here."""


class DiesAt(CrashPoints):
    """Dies at one point."""

    def __init__(self, point: str) -> None:
        self.point = point

    def reach(self, point: str) -> None:
        """Die where it was asked for."""
        if point == self.point:
            raise DiedError(point)


def sheet(row: OutboxRow) -> AttachedFile:
    """Return a small file; the same row gives the same bytes."""
    return AttachedFile(name=f"Z {row.number} æ.pdf", content=f"%PDF-1.4 {row.number}".encode())


class Sheets(World):
    """Settlements that stand in the ledger, and their sheets."""

    def attach(self, crash: CrashPoints = NO_CRASH, stop: threading.Event | None = None) -> AttachReport:
        """Attach what lacks, in a process of its own so to speak."""
        with open_store(self.folder, self.clock, crash=crash) as store, self.target() as target:
            target.identify()
            attaching = target.attaching()
            assert attaching is not None
            attacher = Attacher(
                store, attaching, document_of=self.document_of, file_of=sheet, grace_seconds=30, crash=crash, stop=stop
            )
            return attacher.run(store.outbox.rows(self.batch, states=("posted",)))

    def meets(self, kind: str, **facts: Any) -> None:
        """Let the next request with a file meet a fault."""
        way = ("POST", PAGES) if self.route == "draft" else ("PUT", DOCUMENTATION)
        facts = {"method": way[0], "path": way[1], **facts}
        self.go.inject(PowerOfficeFault(kind=kind, **facts))

    def files(self) -> list[int]:
        """Return how many files each voucher has, oldest first."""
        return [len(paper.body.get("_files", ())) for paper in self.go.papers(FAMILIES[self.route])]

    def noted(self) -> list[str]:
        """Return what the store says of each document."""
        with open_store(self.folder, self.clock, writable=False, create=False) as store:
            known = Attachments(store.database, store.events).all()
            assert store.compare_tables() == ()
            assert store.verify_chain().ok
            return [known[row.id].state if row.id in known else "" for row in store.outbox.rows(self.batch)]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make worlds with posted settlements; all of them end with the test."""
    made: list[Sheets] = []

    def one(route: str = "draft", *numbers: str) -> Sheets:
        world = Sheets(tmp_path / str(len(made)), route, attach="z-report")
        made.append(world)
        world.approve(*(numbers or ("K1/214",)))
        assert world.finish().ending == "done"
        return world

    yield one
    for world in made:
        world.close()


@pytest.mark.parametrize("route", ["draft", "posted"])
def test_every_voucher_gets_its_sheet_once(make: Make, route: str) -> None:
    world = make(route, "K1/214", "K1/215")
    assert world.attach().attached == 2
    assert world.attach().attached == 0
    assert world.files() == [1, 1]
    kept = world.go.papers(FAMILIES[route])[0].body["_files"][0]
    assert kept["name"] == "Z-K1-214--.pdf"
    assert kept["size"] == len(sheet_content("K1/214"))
    assert world.noted() == ["attached", "attached"]
    assert set(world.states().values()) == {"posted"}


def sheet_content(number: str) -> bytes:
    """Return the content of a sheet."""
    return f"%PDF-1.4 {number}".encode()


LOST = (("close", True), ("close", False), ("reset", True), ("status", False))
"""Ways in which an answer is lost, and whether the file was taken."""


@pytest.mark.parametrize("route", ["draft", "posted"])
def test_f18_f20_f25_an_answer_that_is_lost_leaves_one_sheet(make: Make, route: str) -> None:
    """A draft's pages are looked at before another is added; a posted voucher's documentation is replaced by itself."""
    world = make(route)
    world.attach()
    for place, (kind, commit) in enumerate(LOST):
        world.approve(f"K{place}/1")
        world.finish()
        world.meets(kind, commit=commit, **({"status": 502} if kind == "status" else {}))
        assert world.attach().failed
        assert world.noted() == ["unclear"]
        before = world.clock.monotonic()
        assert world.attach().attached == 1
        assert set(world.files()) == {1}
        if route == "draft" and not commit:
            assert world.clock.monotonic() - before >= 29  # a list that lags is given time before another page is added


def test_f13_the_limit_is_waited_for_and_a_longer_one_is_left_for_later(make: Make) -> None:
    world = make("draft", "K1/214", "K1/215")
    world.meets("rate", times=2, retry_after="3")
    assert world.attach().attached == 2
    world = make("draft")
    world.meets("rate", times=1, retry_after="90000")
    told = world.attach()
    assert "fewer requests" in told.words
    assert world.noted() == ["put-off"]
    assert world.attach().attached == 1


def test_f14_a_missing_privilege_is_said_and_everything_else_goes_on(make: Make) -> None:
    world = make("posted", "K1/214", "K1/215")
    person = world.go.person()
    person.take_privilege("VoucherDocumentation_Full")
    with world.target() as target:
        company = target.verify()
    assert company.missing == ()
    assert "VoucherDocumentation_Full" in company.lacking[0]
    told = world.attach()
    assert "privilege" in told.words
    assert len(told.failed) == 1  # the others cannot fare better, so they are not tried
    assert set(world.states().values()) == {"posted"}
    person.give_privilege("VoucherDocumentation_Full")
    assert world.attach().attached == 2


@pytest.mark.parametrize("route", ["draft", "posted"])
def test_f01_f02_killed_at_every_step_there_is_one_sheet(make: Make, route: str) -> None:
    world = make(route)
    world.attach()
    for place, point in enumerate(("attach-intent.after", "attach.before", "attach.after", "attach-result.before")):
        world.approve(f"K{place}/1")
        world.finish()
        with pytest.raises(DiedError):
            world.attach(DiesAt(point))
        assert world.noted() == ["trying"]
        assert world.attach().attached == 1
        assert set(world.files()) == {1}


def test_a_draft_posted_meanwhile_gets_it_as_documentation_unless_somebody_documented_it(make: Make) -> None:
    world = make("draft", "K1/214", "K1/215", "K1/216", "K1/217")
    person = world.go.person()
    ids = [paper.id for paper in world.go.papers("draft")]
    person.post_draft(ids[0])
    person.document(ids[1])
    person.post_draft(ids[1])
    person.delete("draft", ids[2])
    told = world.attach()
    assert told.attached == 2
    assert world.noted() == ["attached", "refused", "refused", "attached"]
    assert ["other documentation" in words or "not there any more" in words for words in told.failed.values()] == [
        True,
        True,
    ]


def test_a_ledger_that_takes_no_pdf_as_a_page_refuses_each_and_the_vouchers_stand(make: Make) -> None:
    world = make("draft", "K1/214", "K1/215")
    world.go.change_rules(pages_take_pdf=False)
    told = world.attach()
    assert len(told.failed) == 2
    assert all("not supported" in words for words in told.failed.values())
    assert world.noted() == ["refused", "refused"]
    world.go.change_rules(pages_take_pdf=True)
    assert world.attach().attached == 2


def test_f15_a_stop_ends_the_run_after_the_file_in_hand(make: Make) -> None:
    world, stop = make("draft"), threading.Event()
    stop.set()
    assert world.attach(stop=stop).words
    assert world.files() == [0]


def test_the_import_list_takes_none_and_says_so(tmp_path: Path) -> None:
    world = Sheets(tmp_path, "import", attach="z-report")
    try:
        with world.target() as target:
            assert target.capabilities.attaches == frozenset()
            assert target.attaching() is None
            assert "Import list" in target.verify().lacking[0]
    finally:
        world.close()


def test_what_the_sandbox_refuses_as_documentation(make: Make) -> None:
    world = make("posted")
    go: SandboxPowerOffice = world.go
    paper = go.papers("voucher")[0]
    with world.target() as target:
        target.identify()
        attaching = target.attaching()
        assert attaching is not None
        document = next(iter(world.documents.values()))
        room = attaching.room(document, paper.id)
        assert (room.state, room.count) == ("replaces", 0)
        with pytest.raises(TargetRejected, match="Only PDF"):
            attaching.put(document, paper.id, AttachedFile(name="z.pdf", content=b"no pdf"), room)
        world.clock.forward(1)
        attaching.put(document, paper.id, AttachedFile(name="z.pdf", content=b"%PDF-1"), room)
        attaching.put(document, paper.id, AttachedFile(name="z.pdf", content=b"%PDF-2"), room)
        assert attaching.room(document, paper.id).count == 1
    assert world.files() == [1]

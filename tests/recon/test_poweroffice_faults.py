"""Faults between recon and PowerOffice Go: whatever happens, each settlement stands there exactly once, or a person is asked.

Real store, uploader, target and HTTP against the sandbox; the clock stands still and only moves when something waits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from recon.crash import CrashPoints
from recon.errors import OutcomeUnknown, TargetUnavailable, WrongCompany
from recon.sandbox.poweroffice import PowerOfficeFault, SandboxPowerOffice
from recon.targets.base import LedgerContact, MasterRequest
from tests.recon.poweroffice_world import FAMILIES, WRITES, World
from tests.recon.test_poweroffice_invoices import invoice

Make = Callable[..., World]
ROUTES = tuple(WRITES)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make worlds; all of them end with the test."""
    made: list[World] = []

    def one(route: str = "draft", *numbers: str, **options: Any) -> World:
        world = World(tmp_path / str(len(made)), route, **options)
        made.append(world)
        world.approve(*(numbers or ("K1/214",)))
        return world

    yield one
    for world in made:
        world.close()


LOST: list[tuple[str, dict[str, Any]]] = [
    ("hang", {}), ("close", {}), ("reset", {}), ("cut", {"how": "length"}), ("cut", {"how": "chunked"}), ("cut", {"how": "open"}),
    ("html", {}), ("empty", {}), ("bad-gzip", {}), ("wrong-type", {}), ("drop", {}), ("redirect", {"status": 307}), ("no-content", {}),
    ("status", {"status": 500}), ("status", {"status": 504}),
    ("set-field", {"field": "Id", "text": ""}), ("drop-field", {"field": "Id"}), ("numbers-as-text", {}),
]  # fmt: skip
"""Ways in which the answer to a write is lost, or cannot be believed."""


def lose_answers(world: World, faults: list[tuple[str, dict[str, Any]]], untaken: Collection[str]) -> None:
    """Send a document under every fault, and those of ``untaken`` also so that Go took nothing; count it afterwards."""
    world.finish()
    for place, (kind, facts) in enumerate(faults):
        for commit in (True, False) if kind in untaken else (True,):
            number = f"K{place}/{int(commit)}"
            world.approve(number)
            world.fault(kind, commit=commit, **facts)
            assert world.finish().ending == "done", (kind, facts, commit, world.words())
            assert world.held()[number] == 1, (kind, facts, commit)
            world.go.clear_faults()
    assert set(world.held().values()) == {1}


def test_f18_f20_f21_f22_f25_f27_f31_an_answer_that_is_lost_or_cannot_be_believed(make: Make) -> None:
    """Taken or not, the look-up says; nothing is sent a second time that is there."""
    lose_answers(make(), LOST, ("close", "empty"))


@pytest.mark.parametrize("route", ["posted", "import"])
def test_f18_f21_f25_an_answer_that_is_lost_on_the_other_routes(make: Make, route: str) -> None:
    lose_answers(make(route), [("close", {}), ("status", {"status": 500})], ("status",))


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
def test_f18_f20_f21_f22_f25_f27_f31_every_lost_answer_taken_and_not_taken(make: Make, route: str) -> None:
    lose_answers(make(route), LOST, {kind for kind, _ in LOST})


class KilledError(BaseException):
    """The process is gone."""


class KilledAt(CrashPoints):
    """Dies at the n-th point that is passed; with 0 it writes down what there is."""

    def __init__(self, left: int = 0) -> None:
        self.left = left
        self.seen: list[str] = []

    def reach(self, point: str) -> None:
        """Count down."""
        self.seen.append(point)
        if len(self.seen) == self.left:
            raise KilledError(point)


@pytest.mark.parametrize("route", ["draft", *(pytest.param(one, marks=pytest.mark.slow) for one in ROUTES[1:])])
def test_f01_f02_killed_at_every_point_of_an_upload(make: Make, route: str) -> None:
    recorder = KilledAt()
    make(route, "K1/1", "K1/2").upload(recorder)
    kinds = dict.fromkeys(recorder.seen)
    assert {"send-intent.before", "send.before", "send.after", "send-result.after"} <= set(kinds)
    world = make(route, "K0/0")
    world.finish()
    for left, point in enumerate(recorder.seen, start=1):
        visits = recorder.seen[:left].count(point)
        if visits > (2 if point.startswith("send") else 1):
            continue
        world.approve(f"K1/{left}", f"K2/{left}")
        with pytest.raises(KilledError):
            world.upload(KilledAt(left))
        assert world.finish().ending == "done", (point, world.words())
    assert set(world.held().values()) == {1}


def test_f19_what_go_takes_late_is_not_sent_again(make: Make) -> None:
    for then in ("hang", "504"):
        world = make()
        world.fault("late", seconds=20, then=then)
        assert world.finish().ending == "done"
        assert world.held() == {"K1/214": 1}


def test_f24_fewer_requests_are_asked_for(make: Make) -> None:
    """With a time, without one and with an absurd one; the limit of ten a second is kept all the while."""
    world = make("draft", "K1/1", "K1/2", "K1/3", "K1/4")
    world.fault("rate", retry_after="7")
    world.fault("rate", nth=2)
    world.fault("rate", nth=3, retry_after="-1")
    begun = world.clock.monotonic()
    assert world.finish().ending == "done"
    assert world.clock.monotonic() - begun >= 7
    assert world.held() == {"K1/1": 1, "K1/2": 1, "K1/3": 1, "K1/4": 1}
    world.approve("K1/5")
    world.fault("rate", retry_after="1000000000")
    assert world.upload().ending == "paused"
    assert world.finish().ending == "done"
    token = PowerOfficeFault(kind="rate", path="/OAuth/Token")
    world.approve("K1/6")
    world.go.inject(token)
    assert world.finish().ending == "done"
    assert set(world.held().values()) == {1}


def test_f26_tokens_end_in_the_middle(make: Make) -> None:
    world = make("draft", "K1/1", "K1/2", "K1/3")
    world.go.change_rules(token_life_seconds=1)
    assert world.finish().ending == "done"
    world.go.change_rules(token_life_seconds=1200)
    world.approve("K1/4", "K1/5")
    world.fault("expired", nth=2)
    assert world.finish().ending == "done"
    assert world.held() == {f"K1/{n}": 1 for n in range(1, 6)}


def test_f26_a_privilege_that_lapses_in_the_middle_stops_the_upload(make: Make) -> None:
    world = make("draft", "K1/1", "K1/2", "K1/3")
    world.fault("revoked", nth=2, times=None)
    report = world.upload()
    assert report.ending != "done"
    assert "Settings > Extensions" in report.words + world.words()
    assert sorted(world.states().values()) == ["posted", "queued", "queued"]
    world.go.clear_faults()
    world.go.person().take_privilege("JournalEntryVoucher_Full")
    assert world.upload().ending != "done"
    assert world.held() == {"K1/1": 1}
    world.go.person().give_privilege("JournalEntryVoucher_Full")
    assert world.finish().ending == "done"
    assert world.held() == {"K1/1": 1, "K1/2": 1, "K1/3": 1}


def test_f26_f35_a_client_key_that_ended_or_is_anothers(make: Make) -> None:
    world = make()
    world.keys = world.go.credentials_of("other")
    with pytest.raises(WrongCompany):
        world.upload()
    world.keys = world.go.credentials
    world.go.person().end_integration()
    with pytest.raises(TargetUnavailable, match="invalid_client"):
        world.upload()
    assert not world.go.papers("draft") and not world.go.papers("draft", "other")
    world.go.person().end_integration(ended=False)
    assert world.finish().ending == "done"
    assert world.held() == {"K1/214": 1}


def test_f28_clocks_that_differ_lose_no_draft(make: Make) -> None:
    """Go's clock is an hour ahead, so every token seems to have ended; the till's was days ahead when it closed the day."""
    world = make()
    world.go.tick(3600)
    world.finish()
    world.approve("K1/215")
    late = world.clock.now().date() + dt.timedelta(days=9)
    world.moved("K1/215", issued_on=late, due_on=late)
    world.fault("cut")
    assert world.finish().ending == "done"
    assert world.held() == {"K1/214": 1, "K1/215": 1}


def test_f30_a_list_that_lags_pages_and_grows(make: Make) -> None:
    world = make("draft", "K1/1", "K1/2", page_size=1)
    world.go.change_rules(draft_delay_seconds=20)
    world.fault("cut")
    world.fault("close", nth=2)
    assert world.finish().ending == "done"
    world.approve("K1/3")
    world.fault("cut")
    world.go.inject(PowerOfficeFault(kind="no-content", path="/JournalEntryVouchers", nth=2))
    assert world.finish().ending == "done"
    world.approve("K1/4")
    world.fault("cut")
    world.go.inject(PowerOfficeFault(kind="drop-item", path="/JournalEntryVouchers", nth=5))  # its page, as pages shift
    assert world.finish().ending == "done"
    assert world.held() == {"K1/1": 1, "K1/2": 1, "K1/3": 1, "K1/4": 1}


def test_f31_a_list_that_changes_its_shape_proves_nothing(make: Make) -> None:
    for kind, facts in (
        ("drop-field", {"field": "IsCreatedByCurrentIntegration"}), ("rename-field", {"field": "IsPosted", "text": "Posted"}),
        ("numbers-as-text", {}), ("reorder", {}), ("repeat-item", {}), ("html", {}), ("empty", {}), ("huge", {}),
    ):  # fmt: skip
        world = make("draft", "K1/1", "K1/2")
        world.fault("cut")
        fault = PowerOfficeFault(kind=kind, path="/JournalEntryVouchers", times=3, size=11 * 1024 * 1024, **facts)
        world.go.inject(fault)
        world.finish()
        assert world.held() == {"K1/1": 1, "K1/2": 1}, (kind, world.words())


def test_f13_f29_another_store_finds_what_stands_there(make: Make, tmp_path: Path) -> None:
    """A workspace made anew, or an old backup: what is there is adopted, on every route."""
    for route in ROUTES:
        world = make(route)
        assert world.finish().posted == 1
        world.folder = tmp_path / f"again-{route}"
        world.approve("K1/214")
        again = world.finish()
        assert (again.ending, again.sent, again.adopted) == ("done", 0, 1), (route, world.words())
        assert world.held() == {"K1/214": 1}


def test_f38_books_that_were_locked_after_the_approval(make: Make) -> None:
    world = make("draft", "K1/1", "K1/2")
    world.go.person().lock(dt.date(2026, 3, 13))
    assert world.finish().ending == "done"
    assert sorted(world.states().items()) == [("K1/1", "posted"), ("K1/2", "refused")]
    assert "2026-03-13" in world.words()
    assert world.held() == {"K1/1": 1}


def lost(make: Make, route: str = "draft") -> tuple[World, str]:
    """Return a world whose settlement was taken while its answer was lost, and its id there."""
    world = make(route, "K0/0")
    world.finish()
    world.approve("K1/214")
    world.fault("cut")
    where = "/JournalEntryVouchers" if route == "draft" else WRITES[route]
    world.go.inject(PowerOfficeFault(kind="status", status=503, method="GET", path=where, nth=2, times=None))
    world.upload()
    world.go.clear_faults()
    assert world.states() == {"K1/214": "unknown"}
    return world, world.go.papers(FAMILIES[route])[-1].id


@pytest.mark.parametrize("route", ["draft", "import"])
def test_f29_f30_a_person_posts_or_deletes_it_before_it_is_looked_up(make: Make, route: str) -> None:
    world, held = lost(make, route)
    person = world.go.person()
    person.post_draft(held) if route == "draft" else person.post_import(held)
    assert world.finish().adopted == 1
    assert world.held() == {"K0/0": 1, "K1/214": 1}
    world, held = lost(make, route)
    world.go.person().delete(FAMILIES[route], held)
    assert world.finish().ending == "done"
    assert world.held() == {"K0/0": 1, "K1/214": 1}, "what was deleted is not there; it is sent again, once"


def test_f29_f30_a_person_changes_the_draft_and_is_asked(make: Make) -> None:
    """An amount, the text with our token, or a copy of the draft: nothing more is sent, a person decides."""

    def amount(go: SandboxPowerOffice, draft: str) -> None:
        go.person().change_amount(draft, 0, 299900)

    def text(go: SandboxPowerOffice, draft: str) -> None:
        go.person().describe(draft, "Dagsoppgjør lørdag")

    def copy(go: SandboxPowerOffice, draft: str) -> None:
        go.person().copy_draft(draft)

    for change, state, count in ((amount, "conflict", 2), (text, "conflict", 2), (copy, "duplicate", 3)):
        world, draft = lost(make)
        change(world.go, draft)
        world.finish()
        assert world.states() == {"K1/214": state}, change
        assert len(world.go.papers("draft")) == count, change


ORDER: dict[str, Any] = {"invoices": "order", "order_prices": "without-vat"}


def test_f37_a_customer_whose_answer_is_lost_is_made_once(make: Make) -> None:
    """Taken or not: looked up by our reference before it is asked for again."""
    world = make(**ORDER)
    before = len(world.go.books.masters("sandbox", "customer"))
    for place, (kind, facts) in enumerate(
        (("cut", {"how": "length"}), ("close", {}), ("status", {"status": 504}), ("html", {}))
    ):
        for commit in (True, False):
            wanted = MasterRequest(contacts=(LedgerContact(code=f"C{place}{int(commit)}", name=f"Kunde {place}"),))
            world.fault(kind, path="/Customers", commit=commit, **facts)
            for _ in range(3):
                with world.target() as target, suppress(OutcomeUnknown, TargetUnavailable):
                    target.ensure_masters(wanted)
                    break
    kept = world.go.books.masters("sandbox", "customer")[before:]
    assert len({one["ExternalImportReference"] for one in kept}) == len(kept) == 8


def test_f18_f36_an_order_whose_answer_or_totals_are_lost_stands_once(make: Make) -> None:
    """The order is made, its totals are read back in a second step: whatever breaks, it is found by its reference."""
    world = make(**ORDER)
    for place, (kind, facts) in enumerate((
        ("cut", {"how": "length"}), ("close", {}), ("status", {"status": 500}), ("drop-field", {"field": "Id"}), ("no-content", {}),
    )):  # fmt: skip
        for path in ("/SalesOrders/Complete", "/SalesOrders/*/Complete"):
            method = "POST" if path == "/SalesOrders/Complete" else "GET"
            document = invoice(f"{place}{len(path)}")
            world.fault(kind, path=path, method=method, **facts)
            with world.target() as target, suppress(OutcomeUnknown, TargetUnavailable):
                target.send(document)
            with world.target() as target:
                assert target.find(document).state == "equal", (kind, path)
            world.go.clear_faults()
    references = [paper.reference for paper in world.go.papers("order")]
    assert len(set(references)) == len(references) == 10

"""A person's word held against the ledger: when "it is not there" is believed, and what may go out again."""

from __future__ import annotations

import datetime as dt

import pytest
from fake_ledger import FakeLedger, documents_by_key
from store_world import FakeClock, approved, many, open_store, plan

from recon.domain.outbox import STATES, TRANSITIONS, WITH_PERSON
from recon.errors import TargetUnavailable
from recon.upload.documents import completed
from recon.upload.engine import Uploader
from recon.upload.word import STATE_OF, Word, WordCheck, words_for


class World:
    """A store, a ledger and three approved receipts RE-1, RE-2, RE-3."""

    def __init__(self, folder, documents=None, **capabilities) -> None:
        self.clock = FakeClock()
        self.ledger = FakeLedger(self.clock, **capabilities)
        self.store = open_store(folder, self.clock)
        self.documents = many(3) if documents is None else documents
        approved(self.store, self.documents)
        self.document_of = documents_by_key(self.documents)

    def upload(self):
        return Uploader(self.store, self.ledger, document_of=self.document_of, free_bytes=lambda _: 10**12).run("B0001")

    def row(self, position: int):
        return self.store.outbox.rows("B0001")[position]

    def judge(self, position: int, to: str, **said):
        word = Word(row=self.row(position), to=STATE_OF[to], **said)
        return WordCheck(self.store, self.ledger, self.document_of).judge(word)

    def settle(self, position: int, to: str, **said) -> None:
        self.store.moves.settle(self.row(position), STATE_OF[to], who="Nok", reason="x", **said)


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.store.close()


def test_words_follow_the_state_machine(world) -> None:
    world.ledger.plans = {"RE-1": [("total", 1)]}
    world.upload()
    assert world.row(0).state == "conflict"
    assert words_for(world.row(0)) == ("posted", "by-hand", "send-again", "cancelled")
    assert words_for(world.row(1)) == (), "posted: nobody's word changes it"
    assert {STATE_OF[word] for word in words_for(world.row(0))} == set(TRANSITIONS["conflict"])
    assert "queued" not in TRANSITIONS["duplicate"]
    assert set(WITH_PERSON) == {state for state in STATES if "by_hand" in TRANSITIONS[state]}


def needs_person(world, *, sends: int = 1) -> None:
    """RE-1 went out unclear, then was refused: the earlier attempt may have been taken."""
    world.ledger.plans = {"RE-1": ["lost"] * sends + ["refuse"]}
    world.upload()
    assert world.row(0).state == "needs_person"


def test_not_there_is_not_believed_before_the_grace_time(world) -> None:
    needs_person(world)
    last = world.store.outbox.attempts(world.row(0).id)
    unclear = next(one for one in last if one.result == "unknown")
    world.clock.at = dt.datetime.fromisoformat(unclear.started_at)
    for to in ("send-again", "cancelled"):
        assert "may still take it. Try again in 1" in world.judge(0, to).problem
    world.clock.forward(121)
    assert world.judge(0, "cancelled").problem == ""


def test_not_there_is_not_believed_while_the_index_lags(world) -> None:
    needs_person(world)
    world.clock.forward(600)
    for held in world.ledger.books.held:
        held.visible_at = world.clock.monotonic() + 1000
    for to in ("send-again", "cancelled"):
        assert "proves nothing now" in world.judge(0, to).problem


def test_sent_three_times_is_not_sent_again_but_may_be_cancelled(world) -> None:
    world.ledger.plans = {"RE-1": ["lost", "lost", "lost"]}
    world.upload()
    assert world.row(0).code == "sends-used-up"
    world.clock.forward(600)
    assert "sent 3 times already" in world.judge(0, "send-again").problem
    assert world.judge(0, "cancelled").problem == ""


def test_another_body_is_not_sent_under_the_same_number(world) -> None:
    needs_person(world)
    world.clock.forward(600)
    assert world.judge(0, "send-again").problem == ""
    world.ledger.payload = lambda document: b"a new version writes it differently"
    assert "differs from what was sent before" in world.judge(0, "send-again").problem


def test_a_failing_look_up_proves_nothing(world) -> None:
    needs_person(world)
    for to, said in (
        ("posted", {"number": "RE-1"}),
        ("by-hand", {"number": "X"}),
        ("send-again", {}),
        ("cancelled", {}),
    ):
        world.ledger.find_fails = 1
        with pytest.raises(TargetUnavailable):
            world.judge(0, to, **said)


def test_what_was_taken_after_all_is_neither_cancelled_nor_sent(world) -> None:
    needs_person(world)
    world.clock.forward(600)
    world.ledger.take(world.document_of(world.row(0)))
    for to in ("send-again", "cancelled"):
        judged = world.judge(0, to, accept_differences=True)
        assert (judged.seen, "--to posted --number RE-1" in judged.problem) == ("equal", True)
    judged = world.judge(0, "posted", number="RE-1")
    assert (judged.problem, judged.ledger_id, judged.ledger_number) == ("", "L3", "RE-1")


def test_what_depends_on_a_document_entered_by_hand_finds_it_under_its_own_number(tmp_path) -> None:
    invoice = {"order": 1, "kind": "invoice", "key": "k/invoice"}
    payment = {"order": 1, "kind": "payment", "key": "k/payment", "applies_to": "k/invoice", "depends_on": "k/invoice"}
    world = World(tmp_path, plan(invoice, payment))
    world.ledger.plans = {"IN-1": [("total", 1)]}
    world.upload()
    assert [row.state for row in world.store.outbox.rows("B0001")] == ["conflict", "queued"]
    world.settle(0, "by-hand", ledger_number="HAND-7")
    assert completed(world.store, world.document_of)(world.row(1)).applies_to_number == "HAND-7", "not somebody else's"
    assert world.store.posted_frame()["number"].to_list() == ["HAND-7", None]
    world.store.close()


def test_what_depends_on_a_cancelled_document_is_skipped_and_the_batch_ends(tmp_path) -> None:
    invoice = {"order": 1, "kind": "invoice", "key": "k/invoice"}
    payment = {"order": 1, "kind": "payment", "key": "k/payment", "applies_to": "k/invoice", "depends_on": "k/invoice"}
    world = World(tmp_path, plan(invoice, payment))
    world.ledger.plans = {"IN-1": [("total", 1)]}
    world.upload()
    world.settle(0, "cancelled")
    sends = len(world.ledger.sends)
    assert world.upload().ending == "done"
    assert [row.state for row in world.store.outbox.rows("B0001")] == ["cancelled", "skipped"]
    assert len(world.ledger.sends) == sends
    assert world.store.posted_frame().is_empty(), "both come back with the next plan"
    world.store.close()

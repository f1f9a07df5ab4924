"""Stateful test of the outbox: plan, approve, upload, crash anywhere, wait, restore, in any order.

Oracles (reliability §5.2): at most one live document in the ledger per own number, at every moment; nothing in the
ledger that nobody approved; log and tables agree; and once the faults stop, everything settles.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from fake_ledger import FakeLedger, Killed, documents_by_key
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from store_world import FakeClock, approved, open_store, plan

from recon.approve import void_approval
from recon.crash import CrashPoints
from recon.domain.outbox import SETTLED, WITH_PERSON
from recon.errors import ApprovalError
from recon.upload.engine import Uploader

ANSWERS = ("hang", "lost", "late", "ok", "refuse", "defect", "no-id", "unavailable", ("retry", 3), "stop")


class KilledAt(CrashPoints):
    """Die at the n-th point that is passed, whatever it is."""

    def __init__(self):
        self.left = 0

    def reach(self, point):
        if self.left:
            self.left -= 1
            if not self.left:
                raise Killed(point)


class Machine(RuleBasedStateMachine):
    """A shop, its books, and bad luck."""

    @initialize(unique=st.sampled_from([False, False, True]), delay=st.sampled_from([0, 100, 100, 400]))
    def begin(self, unique, delay):
        self.folder = Path(tempfile.mkdtemp(prefix="recon-machine-"))
        self.clock = FakeClock()
        self.crash = KilledAt()
        self.ledger = FakeLedger(self.clock, own_number=unique, crash=self.crash)
        self.ledger.unique = unique
        self.ledger.index_delay = delay
        self.frames = []
        self.orders = 0
        self.forgotten = set()
        """What a restored store knows nothing of, until it is planned again."""
        self.start()

        self.plan_and_approve(singles=2, chains=0, crash_in=0)

    def start(self):
        self.store = open_store(self.folder, self.clock, crash=self.crash)

    def restart_if_killed(self, work):
        try:
            return work()
        except Killed:
            self.crash.left = 0
            self.store.close()
            self.start()
            return None

    @rule(singles=st.integers(1, 3), chains=st.integers(0, 2), crash_in=st.sampled_from([0, 0, 0, 1, 2]))
    def plan_and_approve(self, singles, chains, crash_in):
        rows = []
        for _ in range(singles):
            self.orders += 1
            rows.append({"order": self.orders})
        for _ in range(chains):
            self.orders += 1
            key = f"shopify:shop:{self.orders}"
            rows.append({"order": self.orders, "kind": "invoice"})
            rows.append(
                {
                    "order": self.orders,
                    "kind": "payment",
                    "applies_to": f"{key}/invoice/1",
                    "depends_on": f"{key}/invoice/1",
                }
            )
            rows.append({"order": self.orders, "kind": "receipt", "depends_on": f"{key}/payment/1"})
        frame = plan(*rows)
        self.frames.append(frame)
        self.crash.left = crash_in
        self.restart_if_killed(lambda: approved(self.store, frame))
        self.crash.left = 0

    @precondition(lambda self: self.missing().height)
    @rule()
    def plan_again(self):
        """Desired less posted: what was refused, taken back or forgotten by a restore is planned anew."""
        missing = self.missing()
        approved(self.store, missing.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("doc_no")))

    def missing(self):
        if not getattr(self, "frames", None):
            return plan()
        wanted = pl.concat(self.frames)
        return wanted.join(self.store.posted_frame(), on="document_key", how="anti", maintain_order="left")

    def open_batches(self):
        return [batch for batch in self.store.batches.all() if batch.state in ("approved", "uploading")]

    @precondition(lambda self: self.open_batches())
    @rule(
        data=st.data(),
        answers=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=4),
        limit=st.sampled_from([None, 1, 2]),
    )
    def upload_to_a_bad_ledger(self, data, answers, limit):
        self.ledger.script = answers
        self.run(data.draw(st.sampled_from(self.open_batches())).batch_id, limit)
        self.ledger.script = []

    @precondition(lambda self: self.open_batches())
    @rule(data=st.data(), crash_in=st.integers(1, 24), answers=st.lists(st.sampled_from(ANSWERS), max_size=2))
    def upload_and_die(self, data, crash_in, answers):
        batch = data.draw(st.sampled_from(self.open_batches()))
        self.ledger.script = answers
        self.crash.left = crash_in
        self.restart_if_killed(lambda: self.run(batch.batch_id))
        self.crash.left = 0
        self.ledger.script = []

    @precondition(lambda self: self.open_batches())
    @rule(data=st.data(), fails=st.integers(1, 8))
    def upload_while_look_ups_fail(self, data, fails):
        self.ledger.find_fails = fails
        self.run(data.draw(st.sampled_from(self.open_batches())).batch_id)
        self.ledger.find_fails = 0

    def run(self, batch_id, limit=None):
        uploader = Uploader(
            self.store,
            self.ledger,
            document_of=documents_by_key(*self.frames),
            crash=self.crash,
            free_bytes=lambda _: 10**12,
        )
        return uploader.run(batch_id, limit=limit)

    @rule(seconds=st.sampled_from([1, 60, 120, 500]))
    def tick(self, seconds):
        self.clock.forward(seconds)
        self.ledger.settle_late()

    @precondition(lambda self: self.open_batches())
    @rule(data=st.data())
    def take_back(self, data):
        batch = data.draw(st.sampled_from(self.open_batches()))
        try:
            void_approval(self.store, batch_id=batch.batch_id, who="Malee", reason="changed her mind")
        except ApprovalError:
            assert self.store.outbox.unsettled("sending", "unknown", batch_id=batch.batch_id)

    @precondition(lambda self: self.open_batches())
    @rule(data=st.data(), limit=st.sampled_from([None, 1]), again=st.booleans())
    def upload_and_put_an_old_state_back(self, data, limit, again):
        """What was sent late is settled first: a restore is no moment's work."""
        snapshot = self.store.backup("machine")
        self.run(data.draw(st.sampled_from(self.open_batches())).batch_id, limit)
        self.clock.forward(1_000)
        self.ledger.settle_late()
        self.forgotten = {one.name for one in self.ledger.books.held}
        self.store.close()
        shutil.copyfile(snapshot, self.folder / ".recon" / "store.db")
        self.start()
        if again:
            for batch in self.open_batches():
                self.run(batch.batch_id)

    @invariant()
    def no_number_stands_twice(self):
        if hasattr(self, "ledger"):
            live = Counter(one.name for one in self.ledger.books.held if not one.is_void)
            assert all(count == 1 for count in live.values()), live

    @invariant()
    def log_and_tables_agree(self):
        if hasattr(self, "store"):
            assert self.store.verify_chain().ok
            assert self.store.compare_tables() == ()

    def teardown(self):
        if not hasattr(self, "store"):
            return
        try:
            self.settle_everything()
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    def settle_everything(self):
        """No more faults: every approved document ends in exactly one place."""
        for _ in range(3):
            for batch in self.open_batches():
                self.run(batch.batch_id)
            self.clock.forward(1_000)
            self.ledger.settle_late()
            self.no_number_stands_twice()
        for batch in self.store.batches.all():
            rows = self.store.outbox.rows(batch.batch_id)
            waits_for = {row.document_key for row in rows if row.state in WITH_PERSON}
            for row in rows:
                if row.state == "queued":
                    assert row.depends_on in waits_for or row.applies_to_key in waits_for, row
                    waits_for.add(row.document_key)
                else:
                    assert row.state in SETTLED or row.state in WITH_PERSON, row
        held = {one.name for one in self.ledger.books.held}
        rows = [row for batch in self.store.batches.all() for row in self.store.outbox.rows(batch.batch_id)]
        posted = {row.number or row.document_key for row in rows if row.state == "posted"}
        assert posted <= held, f"{posted - held} count as posted, but the ledger has no such document"
        never = {row.number or row.document_key for row in rows if row.state in ("refused", "skipped")} - posted
        assert not never & held - self.forgotten, "counted as refused, but the ledger holds it"


def settings_for(examples):
    return settings(
        max_examples=examples,
        stateful_step_count=10,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


TestOutbox = Machine.TestCase
TestOutbox.settings = settings_for(40)


@pytest.mark.slow
class TestOutboxForLong(Machine.TestCase):
    settings = settings_for(2_000)

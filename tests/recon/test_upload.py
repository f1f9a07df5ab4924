"""The uploader against a strict ledger: every answer, every silence, and what must never happen: a second document."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from fake_ledger import FakeLedger, Killed, documents_by_key
from store_world import COMPANY, FakeClock, approved, draft, many, open_store, plan

from recon.approve import void_approval
from recon.errors import (
    NotApproved,
    StaleApproval,
    StoreDamaged,
    StoreError,
    TargetUnavailable,
    UsageError,
    WrongCompany,
)
from recon.upload.engine import Uploader
from recon.upload.pacing import bounded_wait, too_long


class World:
    """One store, one ledger, one clock."""

    def __init__(self, tmp_path, **capabilities):
        self.clock = FakeClock()
        self.store = open_store(tmp_path, self.clock)
        self.ledger = FakeLedger(self.clock, **capabilities)
        self.frames = []
        self.seen = []

    def approve(self, documents, **options):
        self.frames.append(documents)
        return approved(self.store, documents, **options)

    def upload(self, batch="B0001", **options):
        uploader = Uploader(
            self.store, self.ledger, document_of=documents_by_key(*self.frames), on_progress=self.seen.append,
            free_bytes=lambda folder: 10**12,
        )  # fmt: skip
        report = uploader.run(batch, **options)
        self.check()
        return report

    def check(self):
        """What holds at every moment (reliability: at most one live document per number, log and tables agree)."""
        live = Counter(one.name for one in self.ledger.books.held if not one.is_void)
        assert all(count == 1 for count in live.values()), live
        assert self.store.verify_chain().ok
        assert self.store.compare_tables() == ()

    def states(self, batch="B0001"):
        return [row.state for row in self.store.outbox.rows(batch)]

    def row(self, number=0, batch="B0001"):
        return self.store.outbox.rows(batch)[number]


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.store.close()


def test_everything_posted_in_order_and_only_once(world):
    world.approve(many(5))
    report = world.upload()
    assert (report.ending, report.posted, report.sent) == ("done", 5, 5)
    assert world.ledger.sends == [f"RE-{n}" for n in range(1, 6)]
    assert world.store.batches.get("B0001").state == "done"
    assert world.store.posted_frame(COMPANY)["pending"].to_list() == [False] * 5
    assert [row.ledger_id for row in world.store.outbox.rows("B0001")] == ["L1", "L2", "L3", "L4", "L5"]
    assert world.seen[-1].done == world.seen[-1].of == 5
    assert world.seen[-1].posted_minor == sum(10_700 + n for n in range(5))
    again = world.upload()
    assert (again.ending, again.sent) == ("done", 0) and len(world.ledger.sends) == 5


def test_two_durable_steps_for_each_document(world):
    world.approve(many(3))
    commits = []
    world.store.database.watch(lambda statement: commits.append(statement) if statement == "COMMIT" else None)
    world.upload(limit=0)
    around = len(commits)
    commits.clear()
    world.upload()
    world.store.database.watch(None)
    # state "uploading" has a commit of its own and is noted by the first run only; "done" comes with the end of a run
    assert len(commits) == around - 1 + 2 * 3


def test_nothing_goes_out_unapproved(world):
    frame = many(2)
    world.frames.append(frame)
    draft(world.store, frame)
    with pytest.raises(NotApproved):
        world.upload()
    with pytest.raises(UsageError, match="no batch 'B7'"):
        world.upload("B7")
    assert world.ledger.sends == [] and world.ledger.verified == 0


def test_f17_stale_approval_stops_before_the_first_document(world):
    world.approve(many(2))
    with pytest.raises(StaleApproval):
        world.upload(inputs_digest="inputs-2")
    world.clock.forward(8 * 24 * 3600)
    with pytest.raises(StaleApproval):
        world.upload()
    assert world.ledger.sends == []


def test_f17_stale_approval_still_lets_unknowns_be_looked_up(world):
    world.approve(many(3))
    world.ledger.plans = {"RE-1": ["hang"]}
    world.upload(limit=1)
    assert world.states() == ["unknown", "queued", "queued"]
    world.clock.forward(8 * 24 * 3600)
    with pytest.raises(StaleApproval):
        world.upload()
    assert world.states() == ["posted", "queued", "queued"]
    assert world.ledger.sends == ["RE-1"]


def test_f35_wrong_company_stops_everything(world):
    world.approve(many(2))
    world.ledger.company = "company-2"
    with pytest.raises(WrongCompany, match="the ledger answers as Company company-2 \\(sandbox\\)"):
        world.upload()
    assert world.ledger.sends == [] and world.states() == ["queued"] * 2


def test_f05_no_room_no_start(world):
    world.approve(many(2))
    uploader = Uploader(
        world.store, world.ledger, document_of=documents_by_key(*world.frames), free_bytes=lambda _: 199 * 2**20
    )
    with pytest.raises(StoreError, match="has 199 MB free; this batch needs 200 MB"):
        uploader.run("B0001")
    assert world.ledger.verified == 0


def test_f05_disk_full_in_mid_batch_sends_nothing_more(world):
    world.approve(many(3))
    world.upload(limit=1)
    world.store.database.outside(f"PRAGMA max_page_count = {world.store.database.pragma('page_count')}")
    with (
        pytest.raises(StoreError, match="full: the document was not sent"),
        world.store.database.transaction("send-intent"),
    ):
        for _ in range(500):
            world.store.events.append("x" * 100, "y" * 1000, {})
    assert world.states() == ["posted", "queued", "queued"]
    world.store.database.outside("PRAGMA max_page_count = 100000")
    assert world.upload().ending == "done"


def test_f12_nothing_is_sent_from_a_copy(world):
    world.approve(many(1))
    world.store.is_copy = True
    with pytest.raises(StoreError, match="is a copy of"):
        world.upload()
    assert world.ledger.sends == []


def test_f89_edited_store_sends_nothing(world):
    world.approve(many(2))
    world.store.database.outside("DROP TRIGGER outbox_content")
    world.store.database.outside("UPDATE outbox SET total_minor = 1 WHERE id = 1")
    with pytest.raises(StoreDamaged, match="documents of B0001 are not those that Somchai approved"):
        world.upload()
    assert world.ledger.verified == 0


def test_refused_never_stops_the_others(world):
    world.approve(many(4))
    world.ledger.plans = {"RE-2": ["refuse"]}
    report = world.upload()
    assert report.ending == "done" and world.states() == ["posted", "refused", "posted", "posted"]
    assert (world.row(1).code, world.row(1).words) == ("402", "งวดบัญชีปิดแล้ว")
    assert world.store.posted_frame(COMPANY).height == 3
    world.approve(many(1, first=2))  # the same number may be used for the corrected document
    assert world.upload("B0002").ending == "done"


CHAIN = (
    {"order": 1, "kind": "invoice"},
    {"order": 1, "kind": "payment", "applies_to": "shopify:shop:1/invoice/1", "depends_on": "shopify:shop:1/invoice/1"},
    {"order": 1, "kind": "receipt", "depends_on": "shopify:shop:1/payment/1"},
    {"order": 2},
)


def test_documents_that_depend_on_others_follow_them(world):
    world.approve(plan(*CHAIN))
    assert world.upload().ending == "done"
    assert world.ledger.sends == ["IN-1", "shopify:shop:1/payment/1", "RE-1", "RE-2"]
    assert world.ledger.books.held[1].applies_to_ledger_id == "L1"


def test_dependants_of_a_refused_document_are_not_sent_and_may_be_planned_again(world):
    world.approve(plan(*CHAIN))
    world.ledger.plans = {"IN-1": ["refuse"]}
    report = world.upload()
    assert report.ending == "done" and world.states() == ["refused", "skipped", "skipped", "posted"]
    assert world.ledger.sends == ["IN-1", "RE-2"]
    assert world.store.posted_frame()["number"].to_list() == ["RE-2"]
    world.approve(plan(*CHAIN[:3]))
    assert world.upload("B0002").ending == "done"


def test_dependants_wait_for_an_unknown_and_follow_it(world):
    world.approve(plan(*CHAIN))
    world.ledger.plans = {"IN-1": ["hang"]}
    report = world.upload()
    assert report.ending == "done" and report.adopted == 1
    assert world.ledger.sends == ["IN-1", "RE-2", "shopify:shop:1/payment/1", "RE-1"]


def test_void_and_new_invoice_keep_their_order(world):
    world.approve(plan({"order": 1, "kind": "invoice"}))
    world.upload()
    world.approve(
        plan(
            {"order": 1, "kind": "void", "applies_to": "shopify:shop:1/invoice/1"},
            {
                "order": 1,
                "kind": "invoice",
                "key": "shopify:shop:1/invoice/2",
                "number": "IN-1-2",
                "revision": 2,
                "depends_on": "shopify:shop:1/void/1",
            },
        )
    )
    assert world.upload("B0002").ending == "done"
    assert [one.is_void for one in world.ledger.books.held] == [True, False, False]


def test_f18_time_out_after_commit_is_adopted_without_a_second_send(world):
    world.approve(many(3))
    world.ledger.plans = {"RE-2": ["hang"]}
    report = world.upload()
    assert (report.ending, report.posted, report.adopted, report.sent) == ("done", 3, 1, 3)
    assert world.ledger.sends == ["RE-1", "RE-2", "RE-3"]
    assert world.row(1).ledger_id == "L2" and world.row(1).code == "adopted"
    assert [attempt.result for attempt in world.store.outbox.attempts(world.row(1).id)] == ["unknown"]


def test_lost_request_is_sent_again_only_after_two_look_ups_a_grace_apart(world):
    world.approve(many(2))
    world.ledger.plans = {"RE-1": ["lost"]}
    started = world.clock.seconds
    report = world.upload()
    assert report.ending == "done" and world.ledger.sends == ["RE-1", "RE-2", "RE-1"]
    assert world.clock.seconds - started >= 240
    asked = [name for name in world.ledger.finds if name == "RE-1"]
    assert len(asked) == 2 and "RE-2" in world.ledger.finds, "the canary was asked for"


def test_f19_late_commit_is_adopted_not_doubled(world):
    world.ledger.unique = False
    world.approve(many(2))
    world.ledger.plans = {"RE-1": ["late"]}
    report = world.upload()
    assert report.ending == "done" and report.adopted == 1 and world.ledger.sends == ["RE-1", "RE-2"]


def test_f19_late_commit_that_is_shown_late_is_adopted_not_doubled(tmp_path):
    """Taken 90 seconds after the send, shown 100 seconds after that: the first look-up comes too early."""
    world = World(tmp_path, own_number=False)
    world.ledger.unique = False
    world.ledger.index_delay = 100
    world.approve(many(2))
    world.ledger.plans = {"RE-1": ["late"]}
    assert world.upload().ending == "done" and world.ledger.sends == ["RE-1", "RE-2"]
    world.store.close()


def test_f20_connection_refused_is_not_a_send(world):
    world.approve(many(2))
    world.ledger.plans = {"RE-1": ["unavailable"] * 4}
    report = world.upload()
    assert report.ending == "done" and world.row(0).sends == 1 and world.row(0).attempts == 5
    assert world.ledger.finds == [], "nothing was accepted, so there is nothing to look up"


@pytest.mark.parametrize("answer", ["hang", "defect", "no-id", "other-number"])
def test_f21_anything_but_a_whole_answer_is_unknown(world, answer):
    world.approve(many(2))
    world.ledger.plans = {"RE-1": [answer]}
    world.upload(limit=1)
    assert world.states() == ["unknown", "queued"]
    assert world.upload().ending == "done" and world.ledger.sends == ["RE-1", "RE-2"]


def test_f25_three_unclear_answers_in_a_row_pause_the_batch(world):
    world.approve(many(6))
    world.ledger.always = "hang"
    report = world.upload()
    assert report.ending == "paused" and "3 documents in a row" in report.words
    assert world.ledger.sends == ["RE-1", "RE-2", "RE-3"]
    world.ledger.always = None
    before = len(world.ledger.sends)
    report = world.upload()
    assert report.ending == "done" and report.adopted == 3
    assert world.ledger.sends[before:] == ["RE-4", "RE-5", "RE-6"]


def test_f25_look_ups_that_fail_pause_and_prove_nothing(world):
    world.approve(many(2))
    world.ledger.plans = {"RE-1": ["hang"]}
    world.upload(limit=1)
    world.ledger.find_fails = 10**6
    for _ in range(3):
        report = world.upload()
        assert report.ending == "paused" and world.states() == ["unknown", "queued"]
    world.ledger.find_fails = 0
    assert world.upload().ending == "done" and world.ledger.sends == ["RE-1", "RE-2"]


@pytest.mark.parametrize(
    ("told", "waited"),
    [(5, 5), (0, 1), (-1, 1), (None, 2), (900, 900), (float("nan"), None), (10**9, None)],
)
def test_f24_waits_as_told_within_bounds(world, told, waited):
    world.approve(many(2))
    world.ledger.plans = {"RE-1": [("retry", told)]}
    started = world.clock.seconds
    report = world.upload()
    if waited is None:
        assert report.ending == "paused" and "longer than recon waits" in report.words
        assert world.states() == ["queued", "queued"]
    else:
        assert report.ending == "done" and world.ledger.sends == ["RE-1", "RE-1", "RE-2"]
        assert waited <= world.clock.seconds - started <= waited + 3


def test_f24_all_sends_slow_down_and_recover(world):
    world.approve(many(40))
    world.ledger.plans = {"RE-1": [("retry", 1)]}
    world.upload(limit=8)
    assert 7 <= world.clock.seconds <= 9, "one a second after the ledger complained"
    started = world.clock.seconds
    world.upload()
    assert world.clock.seconds == started, "a new run starts at full speed"


def test_f24_back_off_doubles_to_a_bound():
    assert [bounded_wait(None, failures) for failures in range(1, 8)] == [2, 4, 8, 16, 32, 60, 60]
    assert not too_long(900) and too_long(901) and not too_long(None)


def test_ledger_that_cannot_be_reached_pauses_the_run(world):
    world.approve(many(3))
    world.ledger.always = "unavailable"
    report = world.upload()
    assert report.ending == "paused" and "could not be reached 6 times" in report.words
    assert world.states() == ["queued"] * 3 and world.row(0).sends == 0
    world.ledger.always = None
    assert world.upload().ending == "done"


def test_f26_revoked_rights_stop_the_batch(world):
    world.approve(many(3))
    world.ledger.plans = {"RE-2": ["stop"]}
    report = world.upload()
    assert report.ending == "stopped" and "403 no rights" in report.words
    assert world.states() == ["posted", "queued", "queued"]


def test_f29_number_exists_and_is_equal_is_adopted(world):
    frame = many(2)
    world.approve(frame)
    world.ledger.take(documents_by_key(frame)(world.row(0)))
    report = world.upload()
    assert report.ending == "done" and report.adopted == 1 and len(world.ledger.books.held) == 2
    assert world.store.outbox.attempts(1)[0].result == "exists"


def test_f29_number_exists_and_differs_is_a_conflict_for_a_person(world):
    world.approve(many(2))
    other = many(1).with_columns(total_minor=999, net_minor=999, vat_minor=0)
    world.ledger.take(documents_by_key(other)(world.row(0)))
    report = world.upload()
    assert report.ending == "waiting" and world.states() == ["conflict", "posted"]
    assert "total: 999 there, 10700 here" in world.row(0).words
    assert world.store.posted_frame()["pending"].to_list() == [True, False]


def test_f30_lagging_look_up_is_not_believed_without_the_canary(world):
    """The index shows documents ten minutes late; without the canary the second look-up would have sent again."""
    world.ledger.unique = False
    world.ledger.index_delay = 600
    world.approve(many(3))
    world.ledger.plans = {"RE-2": ["hang"]}
    report = world.upload()
    assert report.ending == "done" and report.adopted == 1
    assert world.ledger.sends == ["RE-1", "RE-2", "RE-3"]


@pytest.mark.parametrize(("delay", "ending"), [(0, "done"), (100, "done"), (700, "done"), (10**6, "waiting")])
def test_f30_ledger_that_takes_a_number_twice_needs_a_young_canary(tmp_path, delay, ending):
    """The lost document is the last of its batch: nothing posted after it can vouch for the look-up."""
    world = World(tmp_path, own_number=False)
    world.ledger.unique = False
    world.ledger.index_delay = delay
    world.approve(many(2))
    world.upload(limit=1)
    world.clock.forward(200)
    world.ledger.plans = {"RE-2": ["late"]}
    assert world.upload().ending == ending
    assert world.ledger.sends == ["RE-1", "RE-2"] or delay == 10**6
    assert len(world.ledger.books.held) == 2
    world.store.close()


def test_f30_ledger_that_takes_a_number_twice_and_no_canary_is_for_a_person(tmp_path):
    world = World(tmp_path, own_number=False)
    world.ledger.unique = False
    world.approve(many(1))
    world.ledger.plans = {"RE-1": ["lost"]}
    assert world.upload().ending == "waiting" and world.states() == ["needs_person"]
    world.store.close()


def test_f30_no_canary_in_the_batch_takes_one_of_the_company(world):
    world.approve(many(1))
    world.upload()
    world.ledger.index_delay = 0
    world.approve(many(1, first=50))
    world.ledger.plans = {"RE-50": ["lost"]}
    assert world.upload("B0002").ending == "done"
    assert world.ledger.finds.count("RE-1") == 2


@pytest.mark.parametrize(("delay", "state"), [(10**6, "needs_person"), (250, "posted")])
def test_f30_a_refusal_after_an_unclear_attempt_is_not_believed(world, delay, state):
    """The first document of all was taken but is shown late; the second attempt is refused for another reason."""
    world.ledger.index_delay = delay
    world.approve(many(1))
    world.ledger.plans = {"RE-1": ["hang", *["unavailable"] * 4, "refuse"]}
    world.upload()
    assert world.row(0).sends == 2 and world.row(0).attempts == 6
    assert world.states() == [state]
    assert state == "posted" or "may have been taken" in world.row(0).words
    assert len(world.ledger.books.held) == 1


def test_f30_index_that_never_shows_anything_ends_with_a_person(world):
    world.approve(many(2))
    world.ledger.index_delay = 10**9
    world.ledger.plans = {"RE-2": ["hang"]}
    report = world.upload()
    assert report.ending == "waiting" and world.states() == ["posted", "needs_person"]
    assert "Look for it in the ledger by hand" in world.row(1).words and world.ledger.sends == ["RE-1", "RE-2"]


def test_f30_voided_own_number_is_for_a_person(world):
    frame = many(2)
    world.approve(frame)
    world.ledger.plans = {"RE-1": ["hang"]}
    world.upload(limit=1)
    world.ledger.books.held[0].is_void = True
    assert world.upload().ending == "waiting" and world.states() == ["needs_person", "posted"]


def test_found_twice_stops_the_batch(world):
    frame = many(3)
    world.approve(frame)
    world.ledger.plans = {"RE-1": ["hang"]}
    world.upload(limit=1)
    world.ledger.take(documents_by_key(frame)(world.row(0)))  # somebody typed it in by hand, too
    uploader = Uploader(world.store, world.ledger, document_of=documents_by_key(frame), free_bytes=lambda _: 10**12)
    report = uploader.run("B0001")
    assert report.ending == "stopped" and "2 times (RE-1, RE-1)" in report.words
    assert world.states() == ["duplicate", "queued", "queued"]


def test_three_sends_at_most_ever(world):
    world.approve(many(2))
    world.ledger.plans = {"RE-1": ["lost"] * 9}
    report = world.upload()
    assert report.ending == "waiting" and world.ledger.sends.count("RE-1") == 3
    assert world.states() == ["needs_person", "posted"] and world.row(0).code == "sends-used-up"


def test_ledger_that_cannot_be_searched_leaves_unknowns_to_a_person(tmp_path):
    world = World(tmp_path, searchable_by_number=False)
    world.approve(many(2))
    world.ledger.plans = {"RE-1": ["hang"]}
    assert world.upload().ending == "waiting" and world.states() == ["needs_person", "posted"]
    assert world.ledger.finds == []
    world.store.close()


def test_another_total_than_ours_is_a_conflict(world):
    world.approve(many(2))
    world.ledger.plans = {"RE-1": [("total", 10_699)]}
    assert world.upload().ending == "waiting"
    assert world.states() == ["conflict", "posted"] and "106.99 instead of 107.00" in world.row(0).words


def test_changed_body_under_the_same_number_is_for_a_person(world):
    world.approve(many(2))
    world.ledger.plans = {"RE-1": ["unavailable"]}
    stop = threading.Event()
    world.ledger.always = "stop"
    world.upload(stop=stop)
    world.ledger.always = None
    world.ledger.payload = lambda document: b"a new version writes it differently"
    assert world.upload().ending == "waiting" and world.states() == ["needs_person", "posted"]
    assert world.row(0).code == "body-changed"


def test_import_files_wait_for_a_persons_confirmation(tmp_path):
    world = World(tmp_path, is_file=True)
    world.approve(many(2))
    report = world.upload()
    assert report.ending == "waiting" and world.states() == ["needs_person"] * 2
    for row in world.store.outbox.rows("B0001"):
        world.store.moves.settle(row, "posted", who="Malee", reason="taken in", ledger_number=row.number)
    assert world.upload().ending == "done"
    assert world.store.posted_frame()["pending"].to_list() == [False, False]
    world.store.close()


@pytest.mark.parametrize("to", ["posted", "by_hand", "queued", "cancelled"])
def test_a_persons_word_settles_what_waits(world, to):
    world.approve(many(2))
    world.ledger.plans = {"RE-1": ["lost", "lost", "lost"]}
    world.ledger.index_delay = 0
    world.upload()
    row = world.row(0)
    with pytest.raises(UsageError, match="does not wait for anybody"):
        world.store.moves.settle(world.row(1), to, who="Malee", reason="x", ledger_number="N")
    if to in ("posted", "by_hand"):
        with pytest.raises(UsageError, match="Name the number"):
            world.store.moves.settle(row, to, who="Malee", reason="x")
    world.store.moves.settle(
        row, to, who="Malee", reason="looked there", ledger_number="" if to in ("queued", "cancelled") else "N-1"
    )
    assert world.row(0).state == to
    assert world.store.events.entries(after=0, limit=10_000)[-1].who == "Malee"
    ending = world.upload().ending
    assert ending == ("waiting" if to == "queued" else "done"), (
        "three sends were used up; a person's queueing does not add one"
    )
    assert world.store.posted_frame().height == (1 if to == "cancelled" else 2)


def test_stop_ends_after_the_document_at_hand(world):
    world.approve(many(5))
    stop = threading.Event()
    taken = world.ledger.take
    world.ledger.take = lambda document, **k: (stop.set() if document.number == "RE-2" else None, taken(document, **k))[
        1
    ]
    report = world.upload(stop=stop)
    assert report.ending == "stopped" and world.states() == ["posted", "posted", "queued", "queued", "queued"]
    assert world.upload().ending == "done"


def test_stop_does_not_sit_out_a_wait(world):
    world.approve(many(2))
    world.ledger.plans = {"RE-1": ["hang"]}
    world.upload(limit=1)
    stop = threading.Event()
    world.seen.clear()
    tell = world.seen.append

    def seen(progress):
        tell(progress)
        if progress.waiting_seconds:
            stop.set()

    uploader = Uploader(
        world.store,
        world.ledger,
        document_of=documents_by_key(*world.frames),
        on_progress=seen,
        free_bytes=lambda _: 10**12,
    )
    started = world.clock.seconds
    assert uploader.run("B0001", stop=stop).ending == "stopped"
    assert world.clock.seconds - started < 2 and world.states() == ["unknown", "queued"]


def test_limit_bounds_a_run(world):
    world.approve(many(5))
    report = world.upload(limit=2)
    assert (report.ending, report.sent) == ("limit", 2) and world.states().count("queued") == 3


def test_f02_killed_after_the_ledger_took_it_is_adopted(world):
    world.approve(many(3))
    world.ledger.plans = {"RE-2": ["killed"]}
    with pytest.raises(Killed):
        world.upload()
    assert world.states() == ["posted", "sending", "queued"]
    report = world.upload()
    assert report.ending == "done" and report.adopted == 1
    assert world.ledger.sends == ["RE-1", "RE-2", "RE-3"]
    kinds = [event.kind for event in world.store.events.entries(subject="shopify:shop:2/receipt/1")]
    assert kinds == ["sending", "unknown", "posted"]
    assert world.store.outbox.attempts(2)[0].result is None, "how the attempt itself ended is not known"


def test_unknown_from_before_comes_first_and_rests_its_grace(world):
    world.approve(many(3))
    world.ledger.plans = {"RE-1": ["killed"]}
    with pytest.raises(Killed):
        world.upload()
    started = world.clock.seconds
    world.ledger.sends.clear()
    world.upload(limit=1)
    assert world.clock.seconds - started >= 120 and world.ledger.finds[0] == "RE-1" and world.ledger.sends == ["RE-2"]


def test_f14_clock_that_jumped_cannot_shorten_or_stretch_the_grace(world):
    world.approve(many(2))
    world.ledger.plans = {"RE-1": ["hang"]}
    world.upload(limit=1)
    world.clock.at = world.clock.at.replace(day=1, hour=3)  # the computer's clock went back five hours
    started = world.clock.seconds
    with pytest.raises(StaleApproval, match="before the approval was given"):
        world.upload()
    assert world.clock.seconds - started <= 122 and world.row(0).state == "posted"


def test_f13_after_a_restore_everything_is_looked_up_before_it_is_sent(world, tmp_path):
    frame = many(4)
    world.ledger.unique = False
    world.approve(frame)
    backup = world.store.backup("test")
    world.upload(limit=2)
    world.store.close()
    (tmp_path / ".recon" / "store.db").write_bytes(backup.read_bytes())
    world.store = open_store(tmp_path, world.clock)
    assert world.states() == ["queued"] * 4
    report = world.upload()
    assert report.ending == "done" and report.adopted == 2
    assert world.ledger.sends == ["RE-1", "RE-2", "RE-3", "RE-4"]


def test_a_ledger_that_takes_a_second_one_without_a_word_is_looked_up_before_each_send(tmp_path):
    world = World(tmp_path, own_number=False, look_first=frozenset({"receipt"}))
    world.ledger.unique = False
    frame = many(3)
    world.approve(frame)
    world.ledger.take(documents_by_key(frame)(world.row(1)))
    world.ledger.find_fails = 1
    report = world.upload()
    assert (report.ending, report.adopted, world.states()) == ("done", 1, ["posted"] * 3)
    assert world.ledger.sends == ["RE-1", "RE-3"] and world.ledger.finds == ["RE-1", "RE-1", "RE-2", "RE-3"]
    world.store.close()


def test_a_check_that_got_no_answer_leaves_the_document_queued(world, monkeypatch):
    world.approve(many(2))
    answers = [TargetUnavailable("not reached"), [], []]

    def check(_):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(world.ledger, "check", check)
    report = world.upload()
    assert (report.ending, report.posted, world.ledger.sends) == ("done", 2, ["RE-1", "RE-2"])


def test_reads_run_in_parallel_as_far_as_the_ledger_allows(tmp_path):
    world = World(tmp_path, reads_in_parallel=4)
    world.approve(many(3))
    world.ledger.always = "hang"
    world.upload()
    meeting = threading.Barrier(3, timeout=10)
    find = world.ledger.find
    world.ledger.find = lambda document: (meeting.wait(), find(document))[1]
    world.ledger.always = None
    assert world.upload().adopted == 3
    world.store.close()


def test_batch_taken_back_in_mid_upload_keeps_what_was_sent(world):
    world.approve(many(4))
    world.upload(limit=2)
    assert void_approval(world.store, batch_id="B0001", who="Malee", reason="wrong prices") == 2
    assert world.store.batches.get("B0001").state == "void" and world.states() == ["posted"] * 2 + ["cancelled"] * 2
    with pytest.raises(NotApproved, match="is void"):
        world.upload()
    world.approve(many(2, first=3))
    assert world.upload("B0002").ending == "done" and len(world.ledger.books.held) == 4

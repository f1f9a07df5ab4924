"""Approval: bound to exactly these documents, this company, these two persons and a few days."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import polars as pl
import pytest
from store_world import COMPANY, FakeClock, approve_batch, approved, draft, many, open_store, plan

from recon.approve import ApprovalPolicy, check_approval, void_approval
from recon.domain.outbox import DEAD, STATES, TRANSITIONS
from recon.errors import ApprovalError, NotApproved, StaleApproval, StoreDamaged, StoreError, UsageError, WrongCompany
from recon.frames.schemas import POSTED
from recon.store.batches import approval_seal
from recon.store.posted import documents_digest, stored_digest

DAY_SECONDS = 24 * 3600


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def store(tmp_path, clock):
    with open_store(tmp_path, clock) as opened:
        yield opened


def test_approved_documents_are_queued_and_the_log_knows(store):
    documents = many(4)
    batch = draft(store, documents)
    result = approve_batch(store, batch, documents)
    assert result.warnings == ()
    assert result.approval.approver == "Somchai" and result.approval.document_count == 4
    assert store.batches.get("B0001").state == "approved"
    assert [row.state for row in store.outbox.rows("B0001")] == ["queued"] * 4
    assert [row.number for row in store.outbox.rows("B0001", after=2)] == ["RE-3", "RE-4"]
    assert store.events.entries()[-1].kind == "approved"
    assert check_approval(
        store, batch_id="B0001", company_id=COMPANY, plan_digest=batch.plan_digest, inputs_digest="inputs-1"
    )
    assert store.compare_tables() == () and store.verify_chain().ok


def test_digest_of_the_frame_is_the_digest_of_the_table(store):
    documents = plan(
        {"order": "ก\u200b1"}, {"order": 2, "kind": "invoice"},
        {"order": 2, "kind": "payment", "applies_to": "shopify:shop:2/invoice/1", "depends_on": "shopify:shop:2/invoice/1"},
    )  # fmt: skip
    batch = approved(store, documents)
    assert stored_digest(store.database, batch.first_row, batch.last_row) == documents_digest(documents)
    changed = documents.with_columns(pl.col("total_minor") + 1)
    assert documents_digest(changed) != documents_digest(documents)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"plan_digest": "other"}, StaleApproval, "not what was looked at"),
        ({"count": 5}, StaleApproval, "it has 4 documents, not 5"),
        ({"sum_minor": 1}, StaleApproval, "control sum"),
        ({"company_id": "company-2"}, WrongCompany, "planned for company company-1"),
        ({"approver": "  "}, UsageError, "needs a name"),
        ({"documents": many(3)}, StaleApproval, "3 documents, the batch 4"),
        ({"documents": many(0)}, UsageError, "no documents"),
        ({"batch_id": "B0010"}, UsageError, "Did you mean B0001"),
    ],
)
def test_f84_a_yes_to_something_else_is_refused(store, change, error, words):
    documents = many(4)
    batch = draft(store, documents)
    with pytest.raises(error, match=words):
        approve_batch(store, batch, **{"documents": documents, **change})
    assert store.batches.get("B0001").state == "draft" and store.batches.approvals() == ()
    assert store.outbox.rows("B0001") == ()


def test_f84_an_approval_counts_once(store):
    documents = many(2)
    batch = approved(store, documents)
    with pytest.raises(ApprovalError, match="was approved by Somchai on 2026-07-01 already"):
        approve_batch(store, batch, documents)
    assert len(store.outbox.rows("B0001")) == 2


def test_f84_an_approval_lasts_seven_days(store, clock):
    batch = approved(store, many(2))
    clock.forward(7 * DAY_SECONDS - 60)
    assert check_approval(store, batch_id=batch.batch_id)
    clock.forward(61)
    with pytest.raises(StaleApproval, match="valid until 2026-07-08 only") as caught:
        check_approval(store, batch_id=batch.batch_id)
    assert caught.value.changes == ("the approval was valid until 2026-07-08 only",)


def test_f84_a_clock_set_back_does_not_make_it_valid(store, clock):
    batch = approved(store, many(2))
    clock.forward(-3600)
    with pytest.raises(StaleApproval, match="before the approval was given"):
        check_approval(store, batch_id=batch.batch_id)


@pytest.mark.parametrize(
    "field",
    ["batch_id", "plan_digest", "documents_digest", "inputs_digest", "company_id", "approver", "os_user", "at",
     "valid_until", "document_count", "total_minor"],
)  # fmt: skip
def test_f84_each_field_is_under_the_seal(store, field):
    batch = approved(store, many(2))
    approval = store.batches.approval(batch.batch_id)
    value = getattr(approval, field)
    assert (
        approval_seal(replace(approval, **{field: value + 1 if isinstance(value, int) else value + "x"}))
        != approval.seal
    )


def test_f84_an_edited_approval_is_refused(store):
    batch = approved(store, many(2))
    store.database.outside("DROP TRIGGER approvals_content")
    store.database.outside("UPDATE approvals SET valid_until = '2099-01-01T00:00:00.000000Z'")
    with pytest.raises(StoreDamaged, match="is not what Somchai gave"):
        check_approval(store, batch_id=batch.batch_id)


def test_f17_changed_inputs_void_the_approval(store):
    batch = approved(store, many(2))
    with pytest.raises(StaleApproval, match="orders, mappings or settings changed since") as caught:
        check_approval(store, batch_id=batch.batch_id, inputs_digest="inputs-2")
    assert caught.value.exit_code == 4
    with pytest.raises(StaleApproval, match="the documents changed since"):
        check_approval(store, batch_id=batch.batch_id, plan_digest="other")


def test_f35_another_company_is_refused(store):
    batch = approved(store, many(2))
    with pytest.raises(
        WrongCompany, match="approved for company company-1, but the ledger now answers as company company-2"
    ):
        check_approval(store, batch_id=batch.batch_id, company_id="company-2")


def test_nobody_approved(store):
    batch = draft(store, many(2))
    with pytest.raises(NotApproved, match="Batch B0001 is not approved"):
        check_approval(store, batch_id=batch.batch_id)
    with pytest.raises(UsageError, match=r"no batch 'B001'. Did you mean B0001\?"):
        check_approval(store, batch_id="B001")


@pytest.mark.parametrize(
    ("policy", "who", "os_user", "limit", "outcome"),
    [
        ("off", "Malee", "malee", None, "silent"),
        ("warn", "Malee", "malee", None, "warned"),
        ("warn", "Somchai", "malee", None, "warned"),
        ("warn", " malee ", "somchai", None, "warned"),
        ("warn", "Somchai", "somchai", None, "silent"),
        ("block", "Malee", "malee", None, "refused"),
        ("block", "Somchai", "malee", None, "refused"),
        ("block", "Malee", "somchai", None, "refused"),
        ("block", "Somchai", "somchai", None, "silent"),
        ("off", "Malee", "malee", 21_401, "refused"),
        ("off", "Malee", "malee", 21_402, "silent"),
        ("warn", "Somchai", "somchai", 1, "silent"),
    ],
)
def test_f83_two_persons(store, policy, who, os_user, limit, outcome):
    documents = many(2)
    batch = draft(store, documents)
    assert batch.total_minor == 21_401
    rule = ApprovalPolicy(two_persons=policy, two_persons_above_minor=limit)
    if outcome == "refused":
        with pytest.raises(ApprovalError, match="needs a second person"):
            approve_batch(store, batch, documents, policy=rule, approver=who, os_user=os_user)
        assert store.batches.get("B0001").state == "draft"
    else:
        result = approve_batch(store, batch, documents, policy=rule, approver=who, os_user=os_user)
        assert bool(result.warnings) == (outcome == "warned")


def test_taken_back_before_sending_can_be_approved_again(store):
    documents = many(3)
    batch = approved(store, documents)
    assert void_approval(store, batch_id=batch.batch_id, who="Malee", reason="wrong day") == 3
    assert store.batches.get("B0001").state == "draft"
    assert store.posted_frame().height == 0
    with pytest.raises(NotApproved):
        check_approval(store, batch_id="B0001")
    approve_batch(store, batch, documents)
    assert [row.state for row in store.outbox.rows("B0001")] == ["queued"] * 3
    assert [a.ended_because for a in store.batches.approvals("B0001")] == ["wrong day", None]
    assert store.compare_tables() == ()


def test_a_new_plan_supersedes_the_draft(store):
    draft(store, many(2))
    second = draft(store, many(3))
    assert [batch.state for batch in store.batches.all()] == ["superseded", "draft"]
    assert draft(store, many(3)) == second
    with pytest.raises(ApprovalError, match="B0001 is superseded by a newer plan"):
        approve_batch(store, store.batches.get("B0001"), many(2))


def test_f11_f39_a_live_key_or_number_is_never_approved_twice(store):
    approved(store, many(3))
    for documents in (many(1, first=2), plan({"order": 9, "number": "RE-2"})):
        batch = draft(store, documents)
        with pytest.raises(ApprovalError, match=r"in another batch already: RE-2 \(batch B0001, queued\)"):
            approve_batch(store, batch, documents)
        assert store.batches.get(batch.batch_id).state == "draft"
    twice = plan({"order": 20, "number": "RE-20"}, {"order": 21, "number": "RE-20"})
    batch = draft(store, twice)
    with pytest.raises(ApprovalError, match="the plan itself holds RE-20 twice"):
        approve_batch(store, batch, twice)
    other = many(1, first=2)
    approve_batch(store, draft(store, other, company="company-2"), other)
    assert store.posted_frame("company-2").height == 1 and store.posted_frame(COMPANY).height == 3


def test_f12_nothing_is_approved_in_a_copy(store):
    documents = many(1)
    batch = draft(store, documents)
    store.is_copy = True
    with pytest.raises(StoreError, match="is a copy of"):
        approve_batch(store, batch, documents)


def test_start_date_is_locked_by_the_first_send(store):
    batch = approved(store, many(1))
    assert not store.outbox.has_sent("main")
    store.moves.start(store.outbox.rows(batch.batch_id)[0], "a" * 64)
    assert store.outbox.has_sent("main") and not store.outbox.has_sent("other")


def test_a_document_is_found_by_any_of_its_names(store):
    approved(store, many(2))
    row = store.outbox.find("RE-2")
    assert store.outbox.find("shopify:shop:2/receipt/1") == row and store.outbox.row(row.id) == row
    with pytest.raises(UsageError, match="No approved document is called 'RE-9'"):
        store.outbox.find("RE-9")


def test_posted_frame_shows_what_is_live(store):
    documents = plan(
        {"order": 'a"b,c', "kind": "invoice"},
        {"order": 'a"b,c', "kind": "payment", "applies_to": 'shopify:shop:a"b,c/invoice/1'},
        {"order": "", "number": None},
    )
    batch = approved(store, documents)
    frame = store.posted_frame(COMPANY)
    assert frame.schema == POSTED
    assert frame["pending"].to_list() == [True] * 3
    assert frame["batch_id"].to_list() == [batch.batch_id] * 3
    for column in ("document_key", "order_key", "kind", "revision", "number", "applies_to_key", "issued_on", "total_minor",
                   "vat_minor", "is_tax_invoice"):  # fmt: skip
        assert frame[column].to_list() == documents[column].to_list(), column


def test_posted_frame_survives_our_own_marks_in_a_key(store):
    documents = plan({"order": "a\x1fb\x1ec\nd", "number": None}, {"order": 2})
    approved(store, documents)
    frame = store.posted_frame()
    assert frame["document_key"].to_list() == documents["document_key"].to_list()
    assert frame["number"].to_list() == [None, "RE-2"]


def test_the_database_knows_the_same_states_and_ways_as_the_domain(store):
    """Every pair of states is tried on a row of its own: the trigger lets through what TRANSITIONS says, nothing else."""
    approved(store, many(1))
    row = dict(store.database.one("SELECT * FROM outbox"))
    for before, after in ((a, b) for a in STATES for b in STATES if a != b):
        facts = {**row, "id": 999, "document_key": "k", "number": None, "payload_digest": "p"}
        old = {
            **facts,
            "state": before,
            "live": int(before not in DEAD),
            "ledger_id": "x" if before == "posted" else None,
        }
        marks = ", ".join("?" * len(old))
        let_through = None
        try:
            with store.database.transaction("try"):
                store.database.write(f"INSERT INTO outbox ({', '.join(old)}) VALUES ({marks})", tuple(old.values()))
                try:
                    store.database.write(
                        "UPDATE outbox SET state = ?, live = ?, ledger_id = ? WHERE id = 999",
                        (after, int(after not in DEAD), "x" if after == "posted" else None),
                    )
                    let_through = True
                except sqlite3.IntegrityError:
                    let_through = False
                raise Undo
        except Undo:
            pass
        assert let_through == (after in TRANSITIONS[before]), (before, after)


class Undo(Exception):
    pass


def test_the_database_itself_guards_the_outbox(store):
    approved(store, many(2))
    for statement, words in [
        ("DELETE FROM outbox", "forgets nothing"),
        ("UPDATE outbox SET total_minor = 1", "approved document never changes"),
        ("UPDATE outbox SET state = 'posted'", "CHECK constraint"),
        ("UPDATE outbox SET state = 'unknown'", "cannot go that way"),
        ("UPDATE outbox SET state = 'nonsense'", "cannot go that way|CHECK constraint"),
        ("UPDATE outbox SET ledger_id = 'x'", "CHECK constraint"),
        ("UPDATE outbox SET live = 0", "CHECK constraint"),
        ("UPDATE outbox SET state = 'sending'", "CHECK constraint"),
        ("DELETE FROM batches", "never removed"),
        ("UPDATE batches SET plan_digest = 'x'", "plan anew"),
        ("DELETE FROM approvals", "never removed"),
        ("UPDATE approvals SET seal = 'x'", "never changes"),
    ]:
        with pytest.raises(sqlite3.IntegrityError, match=words), store.database.transaction("edit"):
            store.database.write(statement)
    with store.database.transaction("edit"):
        store.database.write("UPDATE outbox SET state = 'posted', ledger_id = 'x' WHERE id = 1")
    with pytest.raises(sqlite3.IntegrityError, match="settled document"), store.database.transaction("edit"):
        store.database.write("UPDATE outbox SET words = 'x' WHERE id = 1")

"""What summaries hold, in the store: entered with the approval or not at all, true to it, and gone with the summary."""

from __future__ import annotations

import sqlite3

import polars as pl
import pytest
from plan_shop import plan as planned
from store_world import FakeClock, approve_batch, draft, many, open_store
from test_summing import DAILY, sold

from recon.approve import void_approval
from recon.errors import StaleApproval
from recon.frames.conform import empty
from recon.frames.schemas import PARTS
from recon.plan.inputs import Plan
from recon.store.integrity import compare_batch
from recon.store.posted import documents_digest


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path, clock):
    with open_store(tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def made() -> Plan:
    return planned(sold("1"), sold("2"), sold("3", payment_channel="shopee"), connection=DAILY)


def enter(store, made: Plan):
    batch = draft(store, made.documents)
    approve_batch(store, batch, made.documents, parts=made.parts.documents)
    return batch


def test_orders_of_a_summary_stand_as_if_each_had_gone_out_by_itself(store, made):
    batch = enter(store, made)
    posted = store.posted_orders_frame(batch.company_id)
    assert posted.height == made.documents.height + 3
    parts = posted.filter(pl.col("order_key").is_in(["zort:shop:1", "zort:shop:2"])).sort("order_key")
    assert parts["number"].to_list() == ["D260605-01"] * 2
    assert parts["document_key"].to_list() == ["zort:shop:1/receipt/1", "zort:shop:2/receipt/1"]
    assert parts["total_minor"].to_list() == [2_160, 2_160]
    assert parts["pending"].to_list() == [True, True]
    again = planned(sold("1"), sold("2"), sold("3", payment_channel="shopee"), connection=DAILY, posted=posted)
    assert again.documents.is_empty()
    assert store.posted_frame(batch.company_id).height == made.documents.height, "documents are counted once"


def test_a_summary_that_is_taken_back_takes_its_orders_along(store, made):
    batch = enter(store, made)
    void_approval(store, batch_id=batch.batch_id, who="Malee", reason="looked again")
    assert store.posted_orders_frame(batch.company_id).is_empty()
    approve_batch(store, batch, made.documents, parts=made.parts.documents)
    assert store.posted_orders_frame(batch.company_id).height == made.documents.height + 3


@pytest.mark.parametrize("wrong", ["none", "fewer", "others"])
def test_a_summary_without_exactly_its_orders_is_not_approved(store, made, wrong):
    batch = draft(store, made.documents)
    other = planned(sold("1"), sold("9"), sold("3", payment_channel="shopee"), connection=DAILY).parts.documents
    parts = {"none": None, "fewer": made.parts.documents.head(1), "others": other}[wrong]
    with pytest.raises(StaleApproval, match="what its summaries hold"):
        approve_batch(store, batch, made.documents, parts=parts)
    assert store.posted_orders_frame(batch.company_id).is_empty()
    assert store.batches.get(batch.batch_id).state == "draft"


def test_parts_that_were_edited_are_found(store, made):
    batch = enter(store, made)
    assert compare_batch(store.database, batch.batch_id) == ()
    store.database.outside("DROP TRIGGER summary_parts_no_update")
    store.database.outside("UPDATE summary_parts SET total_minor = total_minor + 1 WHERE part_no = 1")
    (said,) = compare_batch(store.database, batch.batch_id)
    assert "are not those that Somchai approved" in said


def test_parts_are_never_changed_and_never_removed(store, made):
    enter(store, made)
    for statement in ("UPDATE summary_parts SET total_minor = 0", "DELETE FROM summary_parts"):
        with pytest.raises(sqlite3.IntegrityError, match="what an approved summary holds"):
            store.database.outside(statement)


def test_documents_without_summaries_have_the_digest_they_always_had():
    documents = many(3)
    assert documents_digest(documents) == documents_digest(documents, empty(PARTS))

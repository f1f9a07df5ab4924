"""Decisions in the store: named, undone and done again across restarts, never after they went out, and never edited."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from store_world import FakeClock, approved, many, open_store

from recon.errors import ApprovalError, UsageError
from recon.store.reviews import NewDecision, earlier_decisions_digest
from recon.store.store import Store


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def say(store: Store, decision: str, *orders: int, who: str = "Nok", reason: str = "", digest: str = "d") -> Any:
    changes = [(f"shopify:shop:{n}/receipt/1", f"shopify:shop:{n}", f"{digest}{n}") for n in orders]
    new = NewDecision(
        connection="shop", batch_id="B0001", plan_digest="p1", decision=decision, total_minor=100 * len(orders),
        reason=reason, who=who, os_user="pc",
    )  # fmt: skip
    return store.reviews.add(new, changes)


def standing(store: Store) -> dict[str, str]:
    groups = store.reviews.unsettled("shop")
    return {
        key.split(":")[2].split("/")[0]: groups[number].decision for key, _, _, number in store.reviews.standing("shop")
    }


def test_the_newest_word_about_a_document_stands(tmp_path, clock) -> None:
    with open_store(tmp_path, clock) as store:
        say(store, "approved", 1, 2, 3)
        say(store, "rejected", 2, reason="sample")
        say(store, "draft", 3)
        assert standing(store) == {"1": "approved", "2": "rejected", "3": "draft"}
        assert [group.name for group in store.reviews.groups("shop")] == ["approve 3", "reject 1", "back to draft 1"]
        assert store.reviews.standing("other") == []
        assert store.compare_tables() == () and store.verify_chain().ok


def test_undo_and_redo_go_many_levels_and_survive_a_restart(tmp_path, clock) -> None:
    with open_store(tmp_path, clock) as store:
        say(store, "approved", 1, 2)
        say(store, "rejected", 2, reason="sample")
        say(store, "approved", 3)
        assert store.reviews.undo("shop", who="Nok").name == "approve 1"
    with open_store(tmp_path, clock) as store:
        assert store.reviews.next_undo("shop").name == "reject 1"
        assert store.reviews.next_redo("shop").name == "approve 1"
        store.reviews.undo("shop", who="Nok")
        assert standing(store) == {"1": "approved", "2": "approved"}
        assert store.reviews.redo("shop", who="Nok").name == "reject 1"
        assert standing(store) == {"1": "approved", "2": "rejected"}
        assert store.reviews.redo("shop", who="Nok").name == "approve 1"
        with pytest.raises(UsageError, match="nothing to do again"):
            store.reviews.redo("shop", who="Nok")
        for _ in range(3):
            store.reviews.undo("shop", who="Nok")
        assert standing(store) == {}
        with pytest.raises(UsageError, match="nothing to undo"):
            store.reviews.undo("shop", who="Nok")
        assert store.compare_tables() == () and store.verify_chain().ok


def test_something_new_drops_what_was_undone(tmp_path, clock) -> None:
    with open_store(tmp_path, clock) as store:
        say(store, "approved", 1)
        say(store, "approved", 2)
        store.reviews.undo("shop", who="Nok")
        say(store, "rejected", 1, reason="sample")
        assert store.reviews.next_redo("shop") is None
        assert [group.state for group in store.reviews.groups("shop")] == ["done", "dropped", "done"]
        assert standing(store) == {"1": "rejected"}
        assert store.compare_tables() == ()


def test_what_went_out_with_a_batch_cannot_be_undone(tmp_path, clock) -> None:
    with open_store(tmp_path, clock) as store:
        say(store, "approved", 1, 2)
        say(store, "approved", 9)
        approved(store, many(2))
        store.reviews.settle("shop")
        assert store.reviews.undo("shop", who="Nok").name == "approve 1", "9 is not out"
        group = store.reviews.next_undo("shop")
        assert "all of its documents were approved with batch B0001" in store.reviews.why_not_undo(group)
        with pytest.raises(ApprovalError, match="Nothing was undone"):
            store.reviews.undo("shop", who="Nok")
        assert standing(store) == {}, "what went out has nothing to say any more"
        assert store.compare_tables() == ()


def test_an_approval_does_not_come_back_with_a_refused_document(tmp_path, clock) -> None:
    with open_store(tmp_path, clock) as store:
        say(store, "approved", 1, 2, 3)
        batch = approved(store, many(2))
        store.reviews.settle("shop")
        assert standing(store) == {"1": "approved", "2": "approved", "3": "approved"}, "one of three is not out yet"
        with store.database.transaction("void-approval"):
            store.moves.cancel_queued(batch.batch_id, who="Nok", because="changed")
        assert standing(store) == {"3": "approved"}
        say(store, "approved", 1)
        assert standing(store) == {"1": "approved", "3": "approved"}, "said again, it stands again"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE review_changes SET digest = 'x'",
        "DELETE FROM review_changes",
        "UPDATE review_groups SET reason = 'x'",
        "UPDATE review_groups SET who = 'x'",
        "DELETE FROM review_groups",
    ],
)
def test_the_history_of_decisions_is_never_changed(tmp_path, clock, statement: str) -> None:
    with open_store(tmp_path, clock) as store:
        say(store, "approved", 1)
        with pytest.raises(sqlite3.IntegrityError, match="never"), store.database.transaction("review"):
            store.database.write(statement)


@pytest.mark.parametrize(
    ("trigger", "statement", "words"),
    [
        ("review_changes_no_update", "UPDATE review_changes SET digest = 'x'", "was changed afterwards"),
        ("review_groups_content", "UPDATE review_groups SET reason = 'x'", "was changed afterwards"),
        ("review_groups_no_delete", "UPDATE review_groups SET state = 'undone'", "the event log says otherwise"),
    ],
)
def test_a_store_edited_by_hand_is_found(tmp_path, clock, trigger: str, statement: str, words: str) -> None:
    with open_store(tmp_path, clock) as store:
        say(store, "approved", 1)
    raw = sqlite3.connect(tmp_path / ".recon" / "store.db")
    raw.execute(f"DROP TRIGGER {trigger}")
    raw.execute(statement)
    raw.commit()
    raw.close()
    with open_store(tmp_path, clock) as store:
        assert any(words in found for found in store.compare_tables())


def test_a_store_of_the_first_form_gets_the_decisions(tmp_path, clock, monkeypatch) -> None:
    from recon.store import migrations

    monkeypatch.setattr(migrations, "VERSION", 1)
    monkeypatch.setattr(migrations.migrate, "__kwdefaults__", {"migrations": migrations.MIGRATIONS[:1]})
    with open_store(tmp_path, clock) as store:
        assert not store.database.one("SELECT 1 FROM sqlite_master WHERE name = 'review_groups'")
    monkeypatch.undo()
    with open_store(tmp_path, clock) as store:
        say(store, "approved", 1)
        assert standing(store) == {"1": "approved"}


def test_decisions_digested_in_the_earlier_form_are_no_edit(tmp_path, clock, monkeypatch) -> None:
    """The form of the digest changed; a workspace from before it was accused of being edited by hand."""
    monkeypatch.setattr("recon.store.reviews.decisions_digest", earlier_decisions_digest)
    with open_store(tmp_path, clock) as store:
        say(store, "approved", 1, 2)
    monkeypatch.undo()
    with open_store(tmp_path, clock) as store:
        say(store, "approved", 3)
        assert store.compare_tables() == ()
    raw = sqlite3.connect(tmp_path / ".recon" / "store.db")
    raw.execute("DROP TRIGGER review_changes_no_update")
    raw.execute("UPDATE review_changes SET digest = 'x' WHERE group_no = 1")
    raw.commit()
    raw.close()
    with open_store(tmp_path, clock) as store:
        assert len(store.compare_tables()) == 1, "and an edit is found in either form"

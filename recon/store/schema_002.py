"""The second form of the store: what persons decided about single documents before a batch is approved.

Never edited after a release: a change is a new numbered migration.
"""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    """CREATE TABLE review_groups (
        group_no INTEGER PRIMARY KEY,            -- one action of a person; undone and done again as a whole
        connection TEXT NOT NULL,
        batch_id TEXT NOT NULL,                  -- the draft the person looked at
        plan_digest TEXT NOT NULL,
        decision TEXT NOT NULL CHECK (decision IN ('approved', 'rejected', 'draft')),
        document_count INTEGER NOT NULL CHECK (document_count > 0),
        total_minor INTEGER NOT NULL,
        reason TEXT NOT NULL,
        who TEXT NOT NULL,
        os_user TEXT NOT NULL,
        at TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone', 'dropped')),
        settled INTEGER NOT NULL DEFAULT 0       -- 1: every document of it was approved with a batch since
    ) STRICT""",
    "CREATE INDEX review_groups_standing ON review_groups (connection, group_no) WHERE state = 'done' AND settled = 0",
    "CREATE TRIGGER review_groups_no_delete BEFORE DELETE ON review_groups BEGIN SELECT RAISE(ABORT, 'decisions are never removed'); END",
    """CREATE TRIGGER review_groups_content BEFORE UPDATE OF group_no, connection, batch_id, plan_digest, decision,
        document_count, total_minor, reason, who, os_user, at ON review_groups
        BEGIN SELECT RAISE(ABORT, 'a decision never changes; it is taken back by another one'); END""",
    """CREATE TABLE review_changes (
        group_no INTEGER NOT NULL REFERENCES review_groups (group_no),
        document_key TEXT NOT NULL,
        order_key TEXT NOT NULL,
        digest TEXT NOT NULL,                    -- of the document's content as it was looked at
        PRIMARY KEY (group_no, document_key)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TRIGGER review_changes_no_update BEFORE UPDATE ON review_changes BEGIN SELECT RAISE(ABORT, 'the history of decisions is never changed'); END",
    "CREATE TRIGGER review_changes_no_delete BEFORE DELETE ON review_changes BEGIN SELECT RAISE(ABORT, 'the history of decisions is never removed'); END",
)

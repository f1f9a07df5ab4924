"""The third form of the store: which documents of single orders went out in a summary.

Never edited after a release: a change is a new numbered migration.
"""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    """CREATE TABLE summary_parts (
        row_id INTEGER NOT NULL,                 -- the summary in the outbox; what becomes of it becomes of its parts
        part_no INTEGER NOT NULL,                -- 1.. within the summary
        document_key TEXT NOT NULL,              -- as if the order's document had gone out by itself
        order_key TEXT NOT NULL,
        kind TEXT NOT NULL,
        revision INTEGER NOT NULL,
        applies_to_key TEXT,
        issued_on TEXT NOT NULL,
        total_minor INTEGER NOT NULL,
        vat_minor INTEGER NOT NULL,
        is_tax_invoice INTEGER NOT NULL,
        PRIMARY KEY (row_id, part_no)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TRIGGER summary_parts_no_update BEFORE UPDATE ON summary_parts BEGIN SELECT RAISE(ABORT, 'what an approved summary holds never changes'); END",
    "CREATE TRIGGER summary_parts_no_delete BEFORE DELETE ON summary_parts BEGIN SELECT RAISE(ABORT, 'what an approved summary holds is never removed'); END",
)

"""The first form of the store. Never edited after a release: a change is a new numbered migration.

Words of states stand here as text, so that an old migration stays what it was; a test holds them against
`recon.domain.outbox`.
"""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    # whose folder this is -----------------------------------------------------------------------------------------
    """CREATE TABLE workspace (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        workspace_id TEXT NOT NULL,
        machine TEXT NOT NULL,
        path TEXT NOT NULL,
        inode INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        epoch INTEGER NOT NULL DEFAULT 1,        -- raised when an older state was put back
        look_first INTEGER NOT NULL DEFAULT 0    -- 1: every document is looked up before its first send
    ) STRICT""",
    # what happened ------------------------------------------------------------------------------------------------
    """CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        who TEXT NOT NULL,
        subject TEXT NOT NULL,
        facts TEXT NOT NULL,                     -- canonical JSON
        hash TEXT NOT NULL                       -- SHA-256 over the hash before and all columns
    ) STRICT""",
    "CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    "CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never removed'); END",
    # files and readings -------------------------------------------------------------------------------------------
    """CREATE TABLE files (
        digest TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        size INTEGER NOT NULL,
        source TEXT NOT NULL,
        connection TEXT NOT NULL,
        kept_at TEXT NOT NULL,
        taken_in_by TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE intakes (
        intake_id INTEGER PRIMARY KEY,
        connection TEXT NOT NULL,
        digest TEXT NOT NULL REFERENCES files (digest),
        read_key TEXT NOT NULL,                  -- names everything the reading depended on beside the file
        frames TEXT NOT NULL,                    -- folder of the frames, below .recon
        known_count INTEGER NOT NULL,
        new_count INTEGER NOT NULL,
        changed_count INTEGER NOT NULL,
        gone_count INTEGER NOT NULL,
        order_count INTEGER NOT NULL,
        total_minor INTEGER NOT NULL,
        finding_count INTEGER NOT NULL,
        facts TEXT NOT NULL,
        at TEXT NOT NULL,
        superseded_by INTEGER REFERENCES intakes (intake_id)
    ) STRICT""",
    "CREATE UNIQUE INDEX intakes_once ON intakes (connection, digest, read_key) WHERE superseded_by IS NULL",
    # mappings and decisions ---------------------------------------------------------------------------------------
    """CREATE TABLE mapping_changes (
        change_id INTEGER PRIMARY KEY,
        connection TEXT NOT NULL,
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT,                              -- JSON; null: taken away
        who TEXT NOT NULL,
        at TEXT NOT NULL,
        reason TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX mapping_changes_by_key ON mapping_changes (connection, kind, key)",
    "CREATE TRIGGER mapping_changes_no_update BEFORE UPDATE ON mapping_changes BEGIN SELECT RAISE(ABORT, 'the history of mappings is never changed'); END",
    "CREATE TRIGGER mapping_changes_no_delete BEFORE DELETE ON mapping_changes BEGIN SELECT RAISE(ABORT, 'the history of mappings is never removed'); END",
    """CREATE TABLE mappings (
        connection TEXT NOT NULL,
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        change_id INTEGER NOT NULL REFERENCES mapping_changes (change_id),
        PRIMARY KEY (connection, kind, key)
    ) STRICT, WITHOUT ROWID""",
    # what the ledger told us about itself -------------------------------------------------------------------------
    """CREATE TABLE companies (
        company_no INTEGER PRIMARY KEY,
        company_id TEXT NOT NULL UNIQUE
    ) STRICT""",
    """CREATE TABLE connections (
        connection TEXT PRIMARY KEY,
        company_id TEXT NOT NULL,
        name TEXT NOT NULL,
        tax_id TEXT NOT NULL,
        environment TEXT NOT NULL,
        missing TEXT NOT NULL,                   -- JSON list of what is still to be set there
        verified_at TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE catalog (
        connection TEXT NOT NULL,
        part TEXT NOT NULL,
        content TEXT NOT NULL,                   -- JSON list of rows
        fetched_at TEXT NOT NULL,
        PRIMARY KEY (connection, part)
    ) STRICT""",
    # batches and approvals ----------------------------------------------------------------------------------------
    """CREATE TABLE batches (
        batch_no INTEGER PRIMARY KEY,
        batch_id TEXT NOT NULL UNIQUE,
        connection TEXT NOT NULL,
        company_id TEXT NOT NULL,
        plan_digest TEXT NOT NULL,
        inputs_digest TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'uploading', 'done', 'superseded', 'void')),
        document_count INTEGER NOT NULL CHECK (document_count >= 0),
        total_minor INTEGER NOT NULL,
        held_count INTEGER NOT NULL,
        held_minor INTEGER NOT NULL,
        facts TEXT NOT NULL,
        created_at TEXT NOT NULL,
        created_by TEXT NOT NULL,
        created_os_user TEXT NOT NULL,
        first_row INTEGER,                       -- outbox rows of the standing approval
        last_row INTEGER
    ) STRICT""",
    "CREATE TRIGGER batches_no_delete BEFORE DELETE ON batches BEGIN SELECT RAISE(ABORT, 'batches are never removed'); END",
    """CREATE TRIGGER batches_content BEFORE UPDATE OF batch_id, connection, company_id, plan_digest, inputs_digest,
        document_count, total_minor, created_by, created_os_user ON batches
        BEGIN SELECT RAISE(ABORT, 'a batch never changes its content; plan anew'); END""",
    """CREATE TABLE approvals (
        approval_id INTEGER PRIMARY KEY,
        batch_id TEXT NOT NULL REFERENCES batches (batch_id),
        plan_digest TEXT NOT NULL,
        documents_digest TEXT NOT NULL,
        inputs_digest TEXT NOT NULL,
        company_id TEXT NOT NULL,
        approver TEXT NOT NULL,
        os_user TEXT NOT NULL,
        at TEXT NOT NULL,
        valid_until TEXT NOT NULL,
        document_count INTEGER NOT NULL,
        total_minor INTEGER NOT NULL,
        seal TEXT NOT NULL,                      -- hash over all of the above
        ended_at TEXT,
        ended_because TEXT
    ) STRICT""",
    "CREATE UNIQUE INDEX approvals_one ON approvals (batch_id) WHERE ended_at IS NULL",
    "CREATE TRIGGER approvals_no_delete BEFORE DELETE ON approvals BEGIN SELECT RAISE(ABORT, 'approvals are never removed'); END",
    """CREATE TRIGGER approvals_content BEFORE UPDATE ON approvals
        WHEN OLD.ended_at IS NOT NULL OR OLD.seal <> NEW.seal OR OLD.batch_id <> NEW.batch_id
        BEGIN SELECT RAISE(ABORT, 'an approval never changes'); END""",
    # outbox -------------------------------------------------------------------------------------------------------
    """CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
        batch_id TEXT NOT NULL,
        doc_no INTEGER NOT NULL,                 -- position in the plan and order of sending
        document_key TEXT NOT NULL,
        order_key TEXT NOT NULL,
        kind TEXT NOT NULL,
        revision INTEGER NOT NULL,
        number TEXT,
        applies_to_key TEXT,
        depends_on TEXT,
        issued_on TEXT NOT NULL,
        total_minor INTEGER NOT NULL,
        vat_minor INTEGER NOT NULL,
        is_tax_invoice INTEGER NOT NULL,
        company_no INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'queued',
        live INTEGER NOT NULL DEFAULT 1,         -- 0: the ledger holds nothing of it, key and number are free again
        look_first INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,     -- times we began to send
        sends INTEGER NOT NULL DEFAULT 0,        -- of these, times something may have arrived
        absences INTEGER NOT NULL DEFAULT 0,     -- trusted look-ups since the last send that found nothing
        lookups INTEGER NOT NULL DEFAULT 0,      -- all look-ups since the last send
        ledger_id TEXT,
        ledger_number TEXT,
        payload_digest TEXT,
        code TEXT,
        words TEXT,
        next_lookup_at TEXT,
        updated_at TEXT,
        -- a new row is queued; the cases keep this cheap for the hundred thousands of an approval
        CHECK (CASE state
            WHEN 'queued' THEN live = 1 AND ledger_id IS NULL
            WHEN 'posted' THEN live = 1 AND ledger_id IS NOT NULL
            WHEN 'sending' THEN live = 1 AND ledger_id IS NULL AND payload_digest IS NOT NULL
            WHEN 'refused' THEN live = 0 AND ledger_id IS NULL
            WHEN 'skipped' THEN live = 0 AND ledger_id IS NULL
            WHEN 'cancelled' THEN live = 0 AND ledger_id IS NULL
            WHEN 'unknown' THEN live = 1 AND ledger_id IS NULL
            WHEN 'conflict' THEN live = 1 AND ledger_id IS NULL
            WHEN 'duplicate' THEN live = 1 AND ledger_id IS NULL
            WHEN 'needs_person' THEN live = 1 AND ledger_id IS NULL
            WHEN 'by_hand' THEN live = 1 AND ledger_id IS NULL
            ELSE 0 END)
    ) STRICT""",
    "CREATE UNIQUE INDEX outbox_one_live_key ON outbox (document_key, company_no) WHERE live = 1",
    """CREATE UNIQUE INDEX outbox_one_live_number ON outbox (number, company_no)
        WHERE live = 1 AND number IS NOT NULL AND kind <> 'void'""",
    """CREATE INDEX outbox_unsettled ON outbox (state)
        WHERE state <> 'queued' AND state <> 'posted' AND state <> 'refused' AND state <> 'by_hand'
        AND state <> 'skipped' AND state <> 'cancelled'""",
    "CREATE INDEX outbox_dead ON outbox (document_key, company_no) WHERE live = 0",
    "CREATE TRIGGER outbox_no_delete BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'the outbox forgets nothing'); END",
    """CREATE TRIGGER outbox_settled BEFORE UPDATE ON outbox
        WHEN OLD.state = 'posted' OR OLD.state = 'refused' OR OLD.state = 'by_hand' OR OLD.state = 'skipped'
            OR OLD.state = 'cancelled'
        BEGIN SELECT RAISE(ABORT, 'a settled document never changes'); END""",
    """CREATE TRIGGER outbox_content BEFORE UPDATE OF id, batch_id, doc_no, document_key, order_key, kind, revision,
        number, applies_to_key, depends_on, issued_on, total_minor, vat_minor, is_tax_invoice, company_no ON outbox
        BEGIN SELECT RAISE(ABORT, 'an approved document never changes'); END""",
    """CREATE TRIGGER outbox_moves BEFORE UPDATE OF state ON outbox
        WHEN OLD.state <> NEW.state AND NOT CASE OLD.state
            WHEN 'sending' THEN NEW.state = 'posted' OR NEW.state = 'refused' OR NEW.state = 'queued' OR
                NEW.state = 'unknown' OR NEW.state = 'conflict' OR NEW.state = 'duplicate' OR NEW.state =
                'needs_person'
            WHEN 'queued' THEN NEW.state = 'sending' OR NEW.state = 'posted' OR NEW.state = 'refused' OR
                NEW.state = 'conflict' OR NEW.state = 'duplicate' OR NEW.state = 'needs_person' OR NEW.state =
                'skipped' OR NEW.state = 'cancelled'
            WHEN 'unknown' THEN NEW.state = 'posted' OR NEW.state = 'queued' OR NEW.state = 'conflict' OR
                NEW.state = 'duplicate' OR NEW.state = 'needs_person'
            WHEN 'conflict' THEN NEW.state = 'posted' OR NEW.state = 'by_hand' OR NEW.state = 'queued' OR
                NEW.state = 'cancelled'
            WHEN 'duplicate' THEN NEW.state = 'posted' OR NEW.state = 'by_hand' OR NEW.state = 'cancelled'
            WHEN 'needs_person' THEN NEW.state = 'posted' OR NEW.state = 'by_hand' OR NEW.state = 'queued' OR
                NEW.state = 'cancelled'
            ELSE 0 END
        BEGIN SELECT RAISE(ABORT, 'a document cannot go that way'); END""",
    """CREATE TABLE attempts (
        row_id INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        started_at TEXT NOT NULL,
        request_digest TEXT NOT NULL,
        finished_at TEXT,
        result TEXT,                             -- posted, written, refused, unavailable, exists, unknown
        code TEXT,
        words TEXT,
        PRIMARY KEY (row_id, attempt)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TRIGGER attempts_no_delete BEFORE DELETE ON attempts BEGIN SELECT RAISE(ABORT, 'attempts are never removed'); END",
    """CREATE TRIGGER attempts_finished BEFORE UPDATE ON attempts
        WHEN OLD.finished_at IS NOT NULL OR OLD.request_digest <> NEW.request_digest OR OLD.started_at <> NEW.started_at
        BEGIN SELECT RAISE(ABORT, 'an attempt is written once'); END""",
)

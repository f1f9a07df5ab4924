"""The outbox as it stands: approved documents, what became of each, and every attempt to send it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from recon.domain.document import PAYMENT_KINDS, PURCHASE_KINDS
from recon.domain.outbox import SETTLED, STATES
from recon.errors import UsageError
from recon.store.database import Database

_NO_SALES: Final = repr(tuple(dict.fromkeys((*PAYMENT_KINDS, *PURCHASE_KINDS))))
"""Kinds that add nothing to sales and take nothing from them, as SQL writes a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One approved document and what became of it."""

    id: int
    batch_id: str
    doc_no: int
    """Position in the plan; also the order of sending."""
    document_key: str
    order_key: str
    kind: str
    revision: int
    number: str | None
    applies_to_key: str | None
    depends_on: str | None
    issued_on: dt.date
    total_minor: int
    vat_minor: int
    is_tax_invoice: bool
    company_no: int
    state: str
    look_first: bool
    """Look it up before its first send: this store was restored, or the workspace is a copy."""
    attempts: int
    """Times we began to send."""
    sends: int
    """Of these, times something may have arrived."""
    absences: int
    """Trusted look-ups since the last send that found nothing."""
    lookups: int
    """All look-ups since the last send."""
    ledger_id: str | None
    ledger_number: str | None
    payload_digest: str | None
    code: str | None
    """Why it stands where it stands: the ledger's code, or ours."""
    words: str | None
    """The same in the ledger's or our words."""
    next_lookup_at: str | None
    updated_at: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send a document."""

    row_id: int
    attempt: int
    started_at: str
    request_digest: str
    finished_at: str | None
    result: str | None
    """posted, written (into an import file), refused, unavailable, exists or unknown; None: we do not know how it ended."""
    code: str | None
    words: str | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Documents of one state."""

    count: int
    total_minor: int


_LIVE: Final = "live = 1"
_UNSETTLED: Final = " AND ".join(f"state <> '{state}'" for state in ("queued", *SETTLED))
"""The words of the index on unsettled documents, which SQLite wants to see again in the question."""


class Outbox:
    """Questions about the outbox; `outbox_moves` changes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def company_no(self, company_id: str) -> int | None:
        """Return the store's number for a company of a ledger; None: nothing was ever approved for it."""
        row = self._database.one("SELECT company_no FROM companies WHERE company_id = ?", (company_id,))
        return None if row is None else row["company_no"]

    def row(self, row_id: int) -> OutboxRow:
        """Return one row by its number."""
        row = self._database.one("SELECT * FROM outbox WHERE id = ?", (row_id,))
        assert row is not None
        return outbox_row(row)

    def find(self, name: str) -> OutboxRow:
        """Return a document by its key, its own number or the ledger's number; the live one, else the last.

        Raises:
            UsageError: There is none.
        """
        row = self._database.one(
            "SELECT * FROM outbox WHERE document_key = ? OR number = ? OR ledger_number = ? ORDER BY live DESC, id DESC",
            (name, name, name),
        )
        if row is None:
            raise UsageError(f"No approved document is called {name!r}. `recon documents` lists them.")
        return outbox_row(row)

    def rows(
        self, batch_id: str, *, states: Sequence[str] = (), after: int = 0, limit: int | None = None
    ) -> tuple[OutboxRow, ...]:
        """Return documents of a batch's last approval in order of sending, of some states or all, behind a row's id."""
        assert set(states) <= set(STATES), states
        marks = ", ".join("?" * len(states))
        chosen = f"AND o.state IN ({marks})" if states else ""
        rows = self._database.query(
            f"SELECT o.* FROM batches b JOIN outbox o "
            f"ON o.id BETWEEN MAX(b.first_row, ?) AND b.last_row WHERE b.batch_id = ? {chosen} ORDER BY o.id LIMIT ?",
            (after + 1, batch_id, *states, -1 if limit is None else limit),
        )
        return tuple(outbox_row(row) for row in rows)

    def unsettled(self, *states: str, batch_id: str | None = None) -> tuple[OutboxRow, ...]:
        """Return documents being sent, unknown or with a person, of one batch or of all, in order."""
        assert set(states) <= {"sending", "unknown", "conflict", "duplicate", "needs_person"}, states
        marks = ", ".join(f"'{state}'" for state in states)
        rows = self._database.query(
            f"SELECT * FROM outbox WHERE {_UNSETTLED} AND state IN ({marks}) AND (? IS NULL OR batch_id = ?) ORDER BY id",
            (batch_id, batch_id),
        )
        return tuple(outbox_row(row) for row in rows)

    def refused_still(self, batch_id: str) -> tuple[OutboxRow, ...]:
        """Return refused documents of a batch, and those left with them, whose order no later batch has taken up."""
        # A key is the order's, "/", kind and revision; "0" stands behind "/", so the two ends are all keys of the order.
        rows = self._database.query(
            "SELECT o.* FROM batches b JOIN outbox o ON o.id BETWEEN b.first_row AND b.last_row "
            "WHERE b.batch_id = ? AND o.state IN ('refused', 'skipped') AND NOT EXISTS (SELECT 1 FROM outbox later "
            "WHERE later.live = 1 AND later.company_no = o.company_no AND later.id > o.id AND later.batch_id <> o.batch_id "
            "AND later.document_key >= o.order_key || '/' AND later.document_key < o.order_key || '0') ORDER BY o.id",
            (batch_id,),
        )
        return tuple(outbox_row(row) for row in rows)

    def counts(self, batch_id: str) -> dict[str, Tally]:
        """Return count and sum of totals by state, states without documents left out."""
        rows = self._database.query(
            "SELECT o.state, COUNT(*) AS documents, SUM(o.total_minor) AS total_minor FROM batches b "
            "JOIN outbox o ON o.id BETWEEN b.first_row AND b.last_row WHERE b.batch_id = ? GROUP BY o.state",
            (batch_id,),
        )
        tallies = {row["state"]: Tally(row["documents"], row["total_minor"]) for row in rows}
        return {state: tallies[state] for state in STATES if state in tallies}

    def days(self, *states: str) -> tuple[tuple[str, int, int], ...]:
        """Return (day, documents, sales less what takes them back) of documents in these states, by day.

        A payment is a document, but no second sale; what is bought is none either.
        """
        assert set(states) <= set(STATES), states
        marks = ", ".join(f"'{state}'" for state in states)
        rows = self._database.query(
            "SELECT issued_on, COUNT(*) AS documents, SUM(CASE WHEN kind IN ('credit_note', 'void') THEN -total_minor "
            f"WHEN kind IN {_NO_SALES} THEN 0 ELSE total_minor END) AS total_minor FROM outbox WHERE state IN ({marks}) "
            "GROUP BY issued_on ORDER BY issued_on"
        )
        return tuple((row["issued_on"], row["documents"], row["total_minor"]) for row in rows)

    def states_of(self, company_no: int, keys: Iterable[str]) -> dict[str, OutboxRow]:
        """Return the live documents of some keys; where none is live, the last dead one."""
        found = {}
        for key in dict.fromkeys(keys):
            row = self._database.one(
                f"SELECT * FROM outbox WHERE company_no = ? AND document_key = ? AND {_LIVE}", (company_no, key)
            ) or self._database.one(
                "SELECT * FROM outbox WHERE live = 0 AND company_no = ? AND document_key = ? ORDER BY id DESC",
                (company_no, key),
            )
            if row is not None:
                found[key] = outbox_row(row)
        return found

    def of_batch(self, company_no: int, document_key: str, batch_id: str) -> OutboxRow | None:
        """Return what became of one document of a batch; None: it was not handed to the upload."""
        for live in (1, 0):  # one index holds the live ones, another the rest
            row = self._database.one(
                f"SELECT * FROM outbox WHERE company_no = ? AND document_key = ? AND live = {live} AND batch_id = ? "
                "ORDER BY id DESC",
                (company_no, document_key, batch_id),
            )
            if row is not None:
                return outbox_row(row)
        return None

    def last_posted(self, company_no: int, *, batch_id: str | None = None, kind: str | None = None) -> OutboxRow | None:
        """Return the document with an own number that the ledger confirmed last, of one batch or of the company.

        ``kind``: the last of this kind instead, whether it has a number of ours or not.
        """
        chosen = "number IS NOT NULL AND kind <> 'void' AND ? IS NULL" if kind is None else "kind = ?"
        row = self._database.one(
            f"SELECT * FROM outbox WHERE company_no = ? AND state = 'posted' AND {chosen} AND (? IS NULL OR batch_id = ?) "
            "ORDER BY code IS 'adopted', updated_at DESC LIMIT 1",
            (company_no, kind, batch_id, batch_id),
        )
        return None if row is None else outbox_row(row)

    def ledger_ids(self, company_no: int, kind: str) -> frozenset[str]:
        """Return the ledger's own ids of everything of a kind that it confirmed to us."""
        rows = self._database.query(
            "SELECT ledger_id FROM outbox WHERE company_no = ? AND kind = ? AND ledger_id IS NOT NULL",
            (company_no, kind),
        )
        return frozenset(str(row["ledger_id"]) for row in rows)

    def attempts(self, row_id: int) -> tuple[Attempt, ...]:
        """Return every attempt to send a document."""
        rows = self._database.query("SELECT * FROM attempts WHERE row_id = ? ORDER BY attempt", (row_id,))
        return tuple(Attempt(**dict(row)) for row in rows)

    def has_sent(self, connection: str) -> bool:
        """Return whether anything was ever sent for a connection; its start date is locked from then on."""
        row = self._database.one(
            "SELECT 1 FROM batches b WHERE b.connection = ? AND EXISTS (SELECT 1 FROM outbox o "
            "WHERE o.id BETWEEN b.first_row AND b.last_row AND (o.attempts > 0 OR o.state IN ('posted', 'by_hand')))",
            (connection,),
        )
        return row is not None


def outbox_row(row: sqlite3.Row) -> OutboxRow:
    """Return a row of the table as a record."""
    values = dict(row)
    del values["live"]
    values["issued_on"] = dt.date.fromisoformat(values["issued_on"])
    values["is_tax_invoice"] = bool(values["is_tax_invoice"])
    values["look_first"] = bool(values["look_first"])
    return OutboxRow(**values)

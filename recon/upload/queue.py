"""The documents of a batch that may be sent next, in order, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from recon.domain.outbox import DEAD, IN_LEDGER
from recon.store.outbox import OutboxRow
from recon.store.store import Store

_PAGE: Final = 200
"""Queued documents fetched at a time."""


class Queue:
    """Gives the next document whose turn it is; what waits for another document is passed over and met again."""

    def __init__(self, store: Store, batch_id: str) -> None:
        self._store = store
        self._batch_id = batch_id
        self._after = 0
        self._page: list[OutboxRow] = []
        self._changed = False

    def next_ready(self, give_up: Callable[[OutboxRow], None]) -> OutboxRow | None:
        """Return the next document that may be sent; hand those that never can be to ``give_up`` on the way."""
        while self._page or self._turn_page():
            row = self._page[0]
            readiness = self._readiness(row)
            if readiness == "ready":
                return row
            self._page.pop(0)
            if readiness == "hopeless":
                give_up(row)
                self._changed = True
        return None

    def sent(self, *, settled: bool) -> None:
        """Take the document at hand off the page."""
        self._page.pop(0)
        self._changed = self._changed or settled

    def settled(self) -> None:
        """Note that something was settled that others may have waited for."""
        self._changed = True

    def back_to(self, row: OutboxRow) -> None:
        """Make a document that is queued again the next one."""
        self._after = min(self._after, row.id - 1)
        self._page = []

    def _turn_page(self) -> bool:
        """Fetch more queued documents; begin again where something settled meanwhile."""
        while True:
            self._page = list(
                self._store.outbox.rows(self._batch_id, states=("queued",), after=self._after, limit=_PAGE)
            )
            if self._page:
                self._after = self._page[-1].id
                return True
            if not self._changed:
                return False
            self._changed = False
            self._after = 0

    def _readiness(self, row: OutboxRow) -> Literal["ready", "blocked", "hopeless"]:
        """Return whether what a document depends on is in the ledger, still open, or will never be there."""
        keys = [key for key in (row.depends_on, row.applies_to_key) if key]
        before = self._store.outbox.states_of(row.company_no, keys) if keys else {}
        if any(other.state in DEAD for other in before.values()):
            return "hopeless"
        return "ready" if all(other.state in IN_LEDGER for other in before.values()) else "blocked"

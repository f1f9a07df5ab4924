"""What can become of an approved document, as data: states, and which state may follow which.

``unknown`` is neither success nor failure; only a look-up in the ledger ends it. The store guards the same table
with a trigger, so that no mistake of ours can take another way.
"""

from __future__ import annotations

from typing import Final

TRANSITIONS: Final[dict[str, tuple[str, ...]]] = {
    # approved, not sent; `posted` from here: found by looking first
    "queued": ("sending", "posted", "refused", "conflict", "duplicate", "needs_person", "skipped", "cancelled"),
    # the attempt is on the disk, its answer is not; after a crash this is `unknown`
    "sending": ("posted", "refused", "queued", "unknown", "conflict", "duplicate", "needs_person"),
    # it may have been accepted
    "unknown": ("posted", "queued", "conflict", "duplicate", "needs_person"),
    # the ledger holds something else under our number
    "conflict": ("posted", "by_hand", "queued", "cancelled"),
    # the ledger holds it twice
    "duplicate": ("posted", "by_hand", "cancelled"),
    # we cannot tell, or the ledger takes files and a person carries them over
    "needs_person": ("posted", "by_hand", "queued", "cancelled"),
    "posted": (),  # has the ledger's reference
    "by_hand": (),  # a person entered it in the ledger
    "refused": (),  # the ledger said no; a correction is planned anew
    "skipped": (),  # never sent, because what it depends on was refused
    "cancelled": (),  # never sent, because a person said so
}
"""States and those that may follow."""

STATES: Final = tuple(TRANSITIONS)
SETTLED: Final = tuple(state for state, after in TRANSITIONS.items() if not after)
"""Nothing changes any more."""
DEAD: Final = ("refused", "skipped", "cancelled")
"""Settled, and the ledger holds nothing of it: number and key may be used again."""
WITH_PERSON: Final = ("conflict", "duplicate", "needs_person")
"""Waiting for a person's word."""
IN_LEDGER: Final = ("posted", "by_hand")
"""Settled, and the ledger holds it."""

MAX_SENDS: Final = 3
"""How often a document is sent at most, ever; after that a person decides."""

"""The desk: where a message set for QuickBooks Desktop is laid down until the Web Connector fetches it and brings the answer.

QuickBooks never listens; Intuit's Web Connector on the same computer asks us for work. The target asks the desk and waits;
who stands behind it (our own endpoint, another process of this workspace that serves, a sandbox company) it does not know.

One message set is open at a time. A set that changes data has an id that is on the disk before the set is handed out; where
its answer was lost, the desk asks QuickBooks what became of that id before anything else is handed out (fault F40; Intuit,
"Error recovery": `newMessageSetID` and `oldMessageSetID`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

SET_ID_MAX: Final = 23
"""Longest message-set id QuickBooks takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFile:
    """What the Web Connector says of the company file at the start of a session."""

    path: str
    """File name with its folder, as the Web Connector states it; text from outside."""
    country: str
    """US, CA, UK, AU ..., as stated."""
    major_version: int
    """Highest qbXML version of the QuickBooks that runs there."""
    minor_version: int
    facts: str = ""
    """Its first message of a session: answers to host, company and preferences queries (qbXML); empty later on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What is known of a set that was handed out before."""

    set_id: str
    answer: str | None
    """Its answer (qbXML), as it came or as QuickBooks kept it; None: QuickBooks did not process the set."""


def folded(path: str) -> str:
    """Return a Windows path for comparing: its letters' case and the kind of slash say nothing."""
    return path.strip().replace("/", "\\").casefold()


class Desk(Protocol):
    """One way to one company file."""

    def company_file(self) -> CompanyFile:
        """Return the company file of the session, waiting for the Web Connector if there is none yet.

        Raises:
            TargetUnavailable: It did not come in time; the text says what to press where.
        """

    def ask(self, text: str, *, set_id: str = "", about: Sequence[str] = ()) -> str:
        """Hand one message set over and return QuickBooks' answer (qbXML).

        ``set_id`` is the set's `newMessageSetID`; empty for sets that only read. ``about`` are the keys of the documents
        it changes.

        Raises:
            TargetUnavailable: Nothing was handed out; asking again is safe.
            OutcomeUnknown: It was handed out and no answer came, or QuickBooks gave an hresult without one.
        """

    def recovered(self, key: str) -> Recovered | None:
        """Return what became of the last set about this key; None: no set about it was ever handed out from here.

        Where its answer was lost, QuickBooks is asked first.

        Raises:
            TargetUnavailable: QuickBooks could not be asked.
        """

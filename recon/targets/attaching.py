"""What a ledger that keeps documentation with its vouchers does: says what is there, and takes a file.

Documentation is never part of a document: nothing of what becomes of it changes what became of the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from recon.domain.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file to be put on a document."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a document has by way of documentation, and whether it takes more."""

    state: Literal["adds", "replaces", "holds", "gone"]
    """`adds`: one more file stands beside those there; `replaces`: a file takes the place of ours, so it can be put again;
    `holds`: it has documentation that must not be replaced; `gone`: it cannot be found."""
    count: int = 0
    """Files there."""
    words: str = ""
    """Why nothing can be put there; empty: nothing keeps us, or the state says it."""


class Attaching(Protocol):
    """Documentation of one ledger's documents."""

    def room(self, document: Document, ledger_id: str) -> Room:
        """Return what stands there now; raises TargetUnavailable where it cannot be told."""
        ...

    def put(self, document: Document, ledger_id: str, file: AttachedFile, room: Room) -> None:
        """Put a file there, once.

        Raises:
            TargetUnavailable: Nothing was taken; trying again is safe.
            TargetRejected: Final: the ledger does not take it.
            OutcomeUnknown: It may have been taken; `room` tells.
        """
        ...

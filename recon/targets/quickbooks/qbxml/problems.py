"""What is wrong with a message before it is sent, and an answer that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from recon.errors import OutcomeUnknown, TargetRejected
from recon.text import show

_SHOWN: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class QbxmlProblem:
    """One thing QuickBooks would refuse the message for."""

    path: str
    """Where: `SalesReceiptAdd/SalesReceiptLineAdd[2]/Desc`."""
    value: str
    """What stands there, as text; empty where nothing does."""
    reason: str
    """What is wrong with it and what to do."""

    def __str__(self) -> str:
        """Return one line for a person."""
        return (
            f"{self.path}: {show(self.value, limit=_SHOWN)!r}: {self.reason}"
            if self.value
            else f"{self.path}: {self.reason}"
        )


class QbxmlRefused(TargetRejected):
    """The message was not written: QuickBooks would refuse it. Nothing was sent; ``problems`` lists everything."""

    title = "Not sent to QuickBooks"

    def __init__(self, problems: tuple[QbxmlProblem, ...]) -> None:
        listed = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"Nothing was sent to QuickBooks, because it would refuse the message:\n{listed}")
        self.problems = problems


class MalformedAnswer(OutcomeUnknown):
    """QuickBooks' answer cannot be read, so what it did is not known."""

    title = "Answer of QuickBooks not understood"

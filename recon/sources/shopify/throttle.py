"""Shopify's limit: a bucket of points that refills; every answer says what it cost and what is left.

Sizes and speeds differ by plan and are never known beforehand: they are read from the answers. A question waits until
the bucket holds what it cost last time; it is never sent on the chance that it may be refused.

Specification: https://shopify.dev/docs/api/usage/limits (GraphQL Admin API: calculated query cost).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Cost:
    """What one answer says of its cost, in points."""

    requested: int
    """What it could have cost at most; so much must be in the bucket."""
    actual: int | None
    """What it did cost; None: it was refused."""
    maximum: int
    """Size of the bucket."""
    available: int
    """What is in it after the answer."""
    restored: float
    """Points that come back each second."""

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Cost | None:
        """Return what an answer says; None where it says nothing that can be used."""
        try:
            cost = content["extensions"]["cost"]
            status = cost["throttleStatus"]
            actual = cost.get("actualQueryCost")
            made = cls(
                requested=_points(cost["requestedQueryCost"]),
                actual=None if actual is None else _points(actual),
                maximum=_points(status["maximumAvailable"]),
                available=_points(status["currentlyAvailable"]),
                restored=float(Decimal(str(status["restoreRate"]))),
            )
        except (KeyError, TypeError, ArithmeticError, ValueError, AttributeError):
            return None
        return made if made.restored > 0 and made.maximum > 0 else None


def _points(value: object) -> int:
    return math.ceil(Decimal(str(value)))


class Bucket:
    """What is left of the limit, as far as the answers tell."""

    def __init__(self) -> None:
        self.used = 0
        """Points all answers have cost."""
        self._last: Cost | None = None
        self._at = 0.0
        self._needed: dict[str, int] = {}

    @property
    def maximum(self) -> int | None:
        """Size of the bucket; None: not told yet."""
        return self._last.maximum if self._last else None

    def heard(self, operation: str, cost: Cost, now: float) -> None:
        """Take what an answer said.

        Args:
            operation: What was asked; the next question of this name is taken to cost as much.
            cost: What the answer said.
            now: Seconds of the clock when it came.
        """
        self._last, self._at = cost, now
        self._needed[operation] = cost.requested
        self.used += cost.actual or 0

    def scaled(self, operation: str, part: float) -> None:
        """Take a question to cost a part of what it did: its page was made smaller."""
        if operation in self._needed:
            self._needed[operation] = math.ceil(self._needed[operation] * part)

    def wait(self, operation: str, now: float) -> float:
        """Return how many seconds must pass before the bucket holds enough for this question.

        One that was never asked may cost anything; it waits for half of the bucket. One point more than needed makes up
        for clocks that count otherwise than ours.
        """
        if self._last is None:
            return 0.0
        needed = min(self._needed.get(operation, self._last.maximum // 2) + 1, self._last.maximum)
        there = min(self._last.maximum, self._last.available + max(0.0, now - self._at) * self._last.restored)
        return max(0.0, (needed - there) / self._last.restored)

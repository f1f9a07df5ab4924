"""How the sandbox Shopify writes amounts and moments."""

from __future__ import annotations

import datetime as dt
from typing import Any


def bag(minor: int) -> dict[str, Any]:
    """Return an amount in the shop's currency."""
    sign, whole = "-" if minor < 0 else "", abs(minor)
    return {"shopMoney": {"amount": f"{sign}{whole // 100}.{whole % 100:02d}"}}


def moment(at: dt.datetime | None) -> str | None:
    """Return a moment in UTC."""
    return None if at is None else at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def half_up(numerator: int, denominator: int) -> int:
    """Return a quotient rounded half up; both are above 0, or the numerator is 0."""
    return (2 * numerator + denominator) // (2 * denominator)


def shares(whole: int, weights: list[int]) -> list[int]:
    """Return a sum taken apart by weights, cumulatively, so that the parts are the sum."""
    total, parts, done, run = sum(weights), [], 0, 0
    for weight in weights:
        run += weight
        upto = half_up(whole * run, total) if total else 0
        parts.append(upto - done)
        done = upto
    return parts

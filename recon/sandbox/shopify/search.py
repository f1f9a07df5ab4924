"""Shopify's own search, as far as a pull uses it: times with a comparison, states, joined by AND."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from recon.sandbox.shopify.query import QueryError

_TERM: Final = re.compile(r"^([a-z_]+):(>=|<=|>|<|)'?([^']*)'?$")
_TIMES: Final = {"updated_at": "updatedAt", "created_at": "createdAt", "processed_at": "processedAt"}
SORT_KEYS: Final = {"UPDATED_AT": "updatedAt", "CREATED_AT": "createdAt", "PROCESSED_AT": "processedAt"}


def found(records: Sequence[Mapping[str, Any]], text: str) -> list[Mapping[str, Any]]:
    """Return the orders a search finds.

    Raises:
        QueryError: It has a term the sandbox does not know.
    """
    terms = [_read(part) for part in text.split(" AND ") if part.strip()]
    return [record for record in records if all(_fits(record, *term) for term in terms)]


def _read(part: str) -> tuple[str, str, str]:
    match = _TERM.match(part.strip())
    if match is None or match[1] not in {*_TIMES, "status", "financial_status"}:
        raise QueryError(f"Invalid search: {part}")
    return match[1], match[2], match[3]


def _fits(record: Mapping[str, Any], field: str, comparison: str, wanted: str) -> bool:
    if field == "financial_status":
        return str(record["displayFinancialStatus"]).lower() in wanted.split(",")
    if field == "status":
        is_open = not record["cancelledAt"]
        return any(
            {"open": is_open, "not_closed": is_open, "cancelled": not is_open}.get(word, False)
            for word in wanted.split(",")
        )
    value = str(record[_TIMES[field]])
    return {">=": value >= wanted, "<=": value <= wanted, ">": value > wanted, "<": value < wanted}.get(
        comparison, value == wanted
    )

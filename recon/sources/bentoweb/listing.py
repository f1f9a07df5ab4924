"""Answers that list orders: which orders, made and changed when. Their shape is not published.

One public client reads `data.order_list`, a list of objects with `order_id`; a published callback has a list of numbers
under the same name. Both are understood; the days are used only where they are called as in an order's own answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from recon.sources.bentoweb.envelope import Envelope

ORDER_ID: Final = re.compile(r"[0-9]{1,18}")
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})( \d{2}:\d{2}:\d{2})?")


@dataclass(frozen=True, slots=True)
class Listed:
    """One order of a list."""

    order_id: str
    created: str = ""
    """Day it was made, ISO; empty: the list does not say."""
    modified: str = ""
    """Moment of its last change, as BentoWeb writes it; empty: the list does not say."""


def listed_orders(envelope: Envelope | None) -> list[Listed] | None:
    """Return the orders an answer lists; None where it lists none in a shape we know."""
    if envelope is None or not envelope.accepted:
        return None
    data = envelope.fields.get("data")
    places = [data.get("order_list"), *data.values()] if isinstance(data, dict) else [data]
    for place in places:
        found = [_listed(entry) for entry in place] if isinstance(place, list) else []
        if isinstance(place, list) and all(found):
            return [one for one in found if one is not None]
    return None


def field_names(envelope: Envelope | None) -> tuple[str, ...]:
    """Return the names of what a list says of each order."""
    data = envelope.data if envelope else {}
    entries = [
        entry for place in data.values() if isinstance(place, list) for entry in place if isinstance(entry, dict)
    ]
    return tuple(sorted({name for entry in entries for name in entry}))


def _listed(entry: object) -> Listed | None:
    if isinstance(entry, str):
        return Listed(entry) if ORDER_ID.fullmatch(entry) else None
    if not isinstance(entry, dict):
        return None
    number = entry.get("order_id")
    if not isinstance(number, str) or not ORDER_ID.fullmatch(number):
        return None
    created = _written(entry, "date_created")
    return Listed(number, created[:10], _written(entry, "date_modified"))


def _written(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) and _DAY.fullmatch(value) else ""

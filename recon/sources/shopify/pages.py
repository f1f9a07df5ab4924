"""Pages of Shopify's lists: what stands inside an answer, and where its list goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recon.errors import SourceUnavailable


def inside(place: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """Return an object inside an answer; empty: there is none."""
    found: Any = place
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def nodes_of(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the objects of a page."""
    return [node for node in page.get("nodes") or () if isinstance(node, dict)]


def next_page(page: Mapping[str, Any], before: str | None) -> str | None:
    """Return where the next page begins; None: there is none.

    ``before``: where this page began. To begin there again, or at the top, would read the same records twice, for ever.

    Raises:
        SourceUnavailable: Shopify says that there is one, but not where it begins.
    """
    info = inside(page, "pageInfo")
    if not info.get("hasNextPage"):
        return None
    if not info.get("endCursor") or info["endCursor"] == before:
        raise SourceUnavailable("Shopify says that there is more, but not where it goes on. Pull again.")
    return str(info["endCursor"])

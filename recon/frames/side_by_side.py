"""Two independent pieces of work at once; Polars leaves Python's lock while it works, so both cores are used."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

One = TypeVar("One")
Other = TypeVar("Other")


def side_by_side(one: Callable[[], One], other: Callable[[], Other]) -> tuple[One, Other]:
    """Return both results; what either raises is raised here after both have ended."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        later = pool.submit(other)
        first = one()
        return first, later.result()

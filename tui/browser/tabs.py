"""Which tab may write: the first one. While it is open the others only look; once it is gone the next new one may write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

MOST_TABS: Final = 6
"""Each tab is a process of its own; more than these would only be a mistake."""
PATIENCE_SECONDS: Final = 15


class TooManyTabs(Exception):
    """No further tab can be opened."""


class Tab:
    """One open tab."""

    def __init__(self, *, writes: bool) -> None:
        self.writes = writes
        self.leaving = False
        self.gone = asyncio.Event()

    def leave(self) -> None:
        """Say that the person has gone; what runs for the tab may still be ending."""
        self.leaving = True


class Tabs:
    """All open tabs of one run."""

    def __init__(self, *, read_only: bool = False) -> None:
        self._read_only = read_only
        self._open: list[Tab] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Tab]:
        """Open a tab for as long as the context lasts.

        A page that is loaded again comes before its old app has quite ended; it waits for that, and writes again.

        Raises:
            TooManyTabs: As many as there may be are open.
        """
        if len(self._open) >= MOST_TABS:
            raise TooManyTabs
        while (writer := self._writer()) is not None and writer.leaving:
            await asyncio.wait_for(writer.gone.wait(), PATIENCE_SECONDS)
        tab = Tab(writes=not self._read_only and self._writer() is None)
        self._open.append(tab)
        try:
            yield tab
        finally:
            self._open.remove(tab)
            tab.gone.set()

    def _writer(self) -> Tab | None:
        return next((tab for tab in self._open if tab.writes), None)

"""What the core needs from outside and tests replace: the clock and the key store."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Protocol

Patience = Callable[[], float | None]
"""Asked while something outside is waited for: None, go on; else somebody wants it to end, and what was handed out already is
waited for so many seconds more."""


def for_ever() -> float | None:
    """Wait as long as it takes."""
    return None


class Clock(Protocol):
    """Time, injected, so that nothing in the core reads the machine's clock by itself."""

    def now(self) -> dt.datetime:
        """Return the present moment in UTC, Gregorian, aware."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """Return the present moment in UTC."""
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class SecretStore(Protocol):
    """Keeps secrets of connections; never in the workspace."""

    def get(self, connection: str, name: str) -> str:
        """Return a secret.

        Raises:
            SecretsError: No key store, or no such secret in it.
        """
        ...

    def put(self, connection: str, name: str, value: str) -> None:
        """Keep a secret."""
        ...

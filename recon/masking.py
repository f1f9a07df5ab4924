"""Keeps secrets out of texts: a text that does not show itself, a masker for what is kept, a filter for logs."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

SHORTEST_SECRET: Final = 4
"""Shorter texts are not masked: they would blot out half of every message."""
MASK: Final = "***"

_TRACE_LOGGERS: Final = (
    "httpcore",
    *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")),
)


class Secret:
    """A text that shows itself nowhere: not in a traceback, a log or a debugger's list of variables."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the text itself."""
        return self.__value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.__value

    def __hash__(self) -> int:
        return hash(self.__value)


class Masker:
    """Replaces the secrets it knows in texts that are shown or kept."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[Secret] = set()
        for value in secrets:
            self.add(value)

    def __repr__(self) -> str:
        return f"Masker({len(self._secrets)} secrets)"

    def add(self, value: str) -> None:
        """Mask this text from now on."""
        if len(value) >= SHORTEST_SECRET:
            self._secrets.add(Secret(value))
            _KNOWN.add(Secret(value))

    def masked(self, text: str) -> str:
        """Return the text with every known secret replaced, the longest first."""
        for secret in sorted(self._secrets, key=lambda known: -len(known.reveal())):
            text = text.replace(secret.reveal(), MASK)
        return text

    def blotted(self, body: bytes) -> bytes:
        """Return the bytes with every known secret blotted out and their length kept, the longest first."""
        for secret in sorted((known.reveal().encode() for known in self._secrets), key=len, reverse=True):
            body = body.replace(secret, MASK[:1].encode() * len(secret))
        return body

    def holds_secret(self, text: str) -> bool:
        """Return whether a known secret stands in the text."""
        return any(secret.reveal() in text for secret in self._secrets)


_KNOWN: Final[set[Secret]] = set()
"""Every secret any masker of this process was told, for what is written about the process as a whole."""


def known_secrets_masked(text: str) -> str:
    """Return the text with every secret this process knows replaced."""
    for secret in sorted(_KNOWN, key=lambda known: -len(known.reveal())):
        text = text.replace(secret.reveal(), MASK)
    return text


def quieten_loggers() -> None:
    """Keep addresses with queries (httpx) and headers (httpcore) out of every log."""
    for name in ("httpx", *_TRACE_LOGGERS):
        logger = logging.getLogger(name)
        if not any(isinstance(known, _NoSecrets) for known in logger.filters):
            logger.addFilter(_NoSecrets())


class _NoSecrets(logging.Filter):
    """Cuts a record down to what cannot hold a secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "httpx":
            record.msg, record.args = record.getMessage().partition("?")[0], ()
        else:
            record.msg, record.args = str(record.msg).partition(" ")[0], ()
        record.exc_info = None
        return True

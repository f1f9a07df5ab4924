"""The password the Web Connector gives: kept as a digest only, compared in constant time, with a pause after failures (F44)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from typing import Final

from recon.ports import Clock
from recon.targets.quickbooks.endpoint.qwc import USER_NAME

SHORTEST: Final = 12
"""Shortest password a person may choose."""
LONGEST: Final = 200
FAILURES: Final = 5
PAUSE_SECONDS: Final = 30.0
_COST: Final = 2**14
_BLOCK: Final = 8
_LENGTH: Final = 32
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""No signs that look like others: the password is typed by hand."""


def new_password() -> str:
    """Return a password of 120 bits and more, in groups, to be typed by hand once."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(5))


def digest_of(password: str) -> str:
    """Return what is kept of a password: salt and scrypt digest."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_text(salt)}${_text(_scrypt(password, salt))}"


def fits(password: str, kept: str) -> bool:
    """Return whether a password is the one a digest was made of."""
    kind, _, rest = kept.partition("$")
    salt, _, digest = rest.partition("$")
    try:
        known = base64.b64decode(digest, validate=True) if kind == "scrypt" else b""
        made = _scrypt(password, base64.b64decode(salt, validate=True))
    except ValueError:
        return False
    return bool(known) and hmac.compare_digest(made, known)


def _scrypt(password: str, salt: bytes) -> bytes:
    said = password[:LONGEST].encode("utf-8", "surrogatepass")
    return hashlib.scrypt(said, salt=salt, n=_COST, r=_BLOCK, p=1, dklen=_LENGTH)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


class Door:
    """Lets the Web Connector in: the right name and password, and no guessing."""

    def __init__(self, kept: Callable[[], str], clock: Clock) -> None:
        self._kept = kept
        """Gives the digest as it is kept now: a person may change the password while we listen."""
        self._decoy = digest_of(new_password())
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = float("-inf")

    def is_closed(self) -> bool:
        """Return whether it does not listen at all, after too many failures."""
        return self._clock.monotonic() < self._closed_until

    def lets_in(self, user: str, password: str) -> bool:
        """Return whether this is the Web Connector of this workspace; the same work is done whatever was wrong."""
        with self._lock:
            if self.is_closed():
                return False
            kept = self._kept()
            is_right = fits(password, kept or self._decoy)
            is_known = hmac.compare_digest(user.encode("utf-8", "surrogatepass"), USER_NAME.encode())
            if is_right and is_known and kept:
                self._failures = 0
                return True
            self._failures += 1
            if self._failures >= FAILURES:
                self._failures = 0
                self._closed_until = self._clock.monotonic() + PAUSE_SECONDS
            return False

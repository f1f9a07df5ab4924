"""PEAK's Client-Token: asked for at most ten times a minute, kept for 23 of its 24 hours, shared between processes."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections import deque
from typing import Final, Literal, Protocol

from recon.errors import TargetUnavailable
from recon.http import Answer, HttpClient, HttpFailure
from recon.masking import Secret
from recon.ports import Clock
from recon.targets.peak.refusals import clock_difference_text, unusable_limit
from recon.targets.peak.signing import time_signature, time_stamp
from recon.targets.peak.wire import Fields, encode

KEPT_FOR: Final = dt.timedelta(hours=23)
"""The token lives 24 hours; it is renewed before its end, not after."""
ASKS_PER_MINUTE: Final = 10
"""PEAK's own limit for this one call."""
WRAPPER: Final = "PeakClientToken"


class TokenCache(Protocol):
    """Keeps tokens between calls and, where it can, between processes. Holds secrets."""

    def get(self, name: str) -> str | None:
        """Return what was put under this name, or None."""
        ...

    def put(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        ...


class MemoryTokenCache:
    """Keeps tokens for this process only."""

    def __init__(self) -> None:
        self._kept: dict[str, Secret] = {}

    def get(self, name: str) -> str | None:
        """Return what was put under this name, or None."""
        kept = self._kept.get(name)
        return kept.reveal() if kept else None

    def put(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        self._kept[name] = Secret(value)


class ClientTokens:
    """Gives a valid Client-Token, from the cache where there is one."""

    def __init__(
        self,
        http: HttpClient,
        *,
        connect_id: Secret,
        connect_key: Secret,
        encoding: Literal["hex", "base64"],
        cache: TokenCache,
        clock: Clock,
    ) -> None:
        self._http = http
        self._connect_id = connect_id
        self._connect_key = connect_key
        self._encoding = encoding
        self._cache = cache
        self._clock = clock
        self._asking = threading.Lock()
        self._asked_at: deque[float] = deque(maxlen=ASKS_PER_MINUTE)
        digest = hashlib.sha256(f"{http.base_url} {connect_id.reveal()}".encode()).hexdigest()
        self._name = f"client-token-{digest[:16]}"

    def token(self) -> Secret:
        """Return a token that PEAK should accept.

        Raises:
            TargetUnavailable: No token was given; the text says why.
        """
        with self._asking:
            return self._cached() or self._ask()

    def renewed(self, refused: Secret) -> Secret:
        """Return another token after PEAK refused this one; a token another process fetched meanwhile is used."""
        with self._asking:
            cached = self._cached()
            return cached if cached is not None and cached != refused else self._ask()

    def _cached(self) -> Secret | None:
        until_text, _, value = (self._cache.get(self._name) or "").partition(" ")
        try:
            until = dt.datetime.fromisoformat(until_text)
        except ValueError:
            return None
        now = self._clock.now()
        # A token from the future was kept under a wrong clock: nothing is known about its age.
        if not value or until.tzinfo is None or not now < until <= now + KEPT_FOR:
            return None
        self._http.add_secret(value)
        return Secret(value)

    def _ask(self) -> Secret:
        self._slow_down()
        now = self._clock.now()
        stamp = time_stamp(now)
        headers: dict[str, str | Secret] = {
            "Time-Stamp": stamp,
            "Time-Signature": time_signature(self._connect_id.reveal(), stamp, self._encoding),
            "Content-Type": "application/json",
        }
        body = encode({WRAPPER: {"connectId": self._connect_id.reveal(), "password": self._connect_key.reveal()}})
        try:
            answer = self._http.request("POST", "/clienttoken", headers=headers, body=body)
        except HttpFailure as failure:
            raise TargetUnavailable(f"PEAK gave no token, nothing was sent. {failure}") from None
        token = self._read(answer, now)
        self._http.add_secret(token.reveal())
        self._cache.put(self._name, f"{(now + KEPT_FOR).isoformat()} {token.reveal()}")
        return token

    def _slow_down(self) -> None:
        """Wait until the eleventh ask of a minute is none any more."""
        now = self._clock.monotonic()
        if len(self._asked_at) == ASKS_PER_MINUTE and now - self._asked_at[0] < 60:
            self._clock.sleep(60 - (now - self._asked_at[0]))
        self._asked_at.append(self._clock.monotonic())

    def _read(self, answer: Answer, now: dt.datetime) -> Secret:
        try:
            top = Fields(answer.json())
        except ValueError:
            top = Fields(None)
        inner = top.inner(WRAPPER)
        token = inner.text("token")
        if answer.status == 200 and token and inner.text("resCode") in {"", "200"}:
            return Secret(token)
        limit = unusable_limit(answer, top)
        if limit is not None:
            raise limit
        code = inner.text("resCode") or top.text("resCode") or str(answer.status)
        words = self._http.evidence((inner.text("resDesc") or top.text("resDesc", "message")).encode())
        if answer.status >= 500:
            raise TargetUnavailable(
                f"PEAK gave no token (HTTP {answer.status}); nothing was sent. Try again later.", code=code, words=words
            )
        raise TargetUnavailable(
            f"PEAK refused the log-in (code {code}{f', {words!r}' if words else ''}); nothing was sent. Check Connect ID"
            f" and Connect Key with `recon connect`.{clock_difference_text(answer, now)}",
            code=code,
            words=words,
            stops_batch=True,
        )

"""PEAK's Client-Token: asked for at most ten times a minute, kept for 23 of its 24 hours, shared between processes."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import threading
from collections import deque
from collections.abc import Callable
from typing import Final, Literal, Protocol

from recon.errors import TargetUnavailable
from recon.http import Answer, HttpClient, HttpFailure
from recon.masking import Secret
from recon.ports import Clock
from recon.targets.peak.refusals import RATE_WAIT_SECONDS, clock_difference_text, unusable_limit
from recon.targets.peak.signing import time_signature, time_stamp
from recon.targets.peak.wire import Fields, encode

KEPT_FOR: Final = dt.timedelta(hours=23)
"""The token lives 24 hours; it is renewed before its end, not after."""
ASKS_PER_MINUTE: Final = 10
"""PEAK's own limit for this one call."""
LONGEST_WAIT_SECONDS: Final = 90
"""A log-in waits this long at most; the person decides about longer waits."""
TOO_MANY: Final = 429
WRAPPER: Final = "PeakClientToken"


class TokenCache(Protocol):
    """Keeps tokens between calls and, where it can, between processes. Holds secrets."""

    def get(self, name: str) -> str | None:
        """Return what was put under this name, or None."""
        ...

    def put(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        ...

    def drop(self, name: str) -> None:
        """Forget what was put under this name."""
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

    def drop(self, name: str) -> None:
        """Forget what was put under this name."""
        self._kept.pop(name, None)


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
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        self._http = http
        self._connect_id = connect_id
        self._connect_key = connect_key
        self._encoding = encoding
        self._cache = cache
        self._clock = clock
        self._asking = threading.Lock()
        self._asked_at: deque[float] = deque(maxlen=ASKS_PER_MINUTE)
        # The key is part of the name: a token given for another key must not vouch for this one.
        asked_with = f"{http.base_url} {connect_id.reveal()} {connect_key.reveal()}"
        self._name = f"client-token-{hashlib.sha256(asked_with.encode()).hexdigest()[:16]}"
        self._on_wait = on_wait

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
            if cached is not None and cached != refused:
                return cached
            self._cache.drop(self._name)
            return self._ask()

    def kept_until(self) -> dt.datetime | None:
        """Return until when the token that is kept is used; None: none is."""
        kept = self._kept()
        return kept[0] if kept else None

    def _cached(self) -> Secret | None:
        kept = self._kept()
        if kept is None:
            return None
        self._http.add_secret(kept[1])
        return Secret(kept[1])

    def _kept(self) -> tuple[dt.datetime, str] | None:
        until_text, _, value = (self._cache.get(self._name) or "").partition(" ")
        try:
            until = dt.datetime.fromisoformat(until_text)
        except ValueError:
            return None
        now = self._clock.now()
        # A token from the future was kept under a wrong clock: nothing is known about its age.
        if not value or until.tzinfo is None or not now < until <= now + KEPT_FOR:
            return None
        return until, value

    def _ask(self) -> Secret:
        """Ask for a token; a limit that ends within a minute is waited for once."""
        self._slow_down()
        try:
            return self._asked()
        except _LimitReached as limit:
            if limit.seconds > LONGEST_WAIT_SECONDS:
                raise self._too_long(limit.seconds) from None
            self._wait(limit.seconds)
        try:
            return self._asked()
        except _LimitReached as limit:
            raise self._too_long(limit.seconds) from None

    def _asked(self) -> Secret:
        """Ask once.

        Raises:
            _LimitReached: PEAK gives no more tokens for now.
            TargetUnavailable: No token was given.
        """
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

    def _wait(self, seconds: float) -> None:
        if self._on_wait is not None:
            self._on_wait(
                f"PEAK gives {ASKS_PER_MINUTE} log-ins a minute and has no more for now: waiting {math.ceil(seconds)} s,"
                f" until {self._moment(seconds)}."
            )
        self._clock.sleep(seconds)

    def _moment(self, seconds: float) -> str:
        return f"{self._clock.now() + dt.timedelta(seconds=math.ceil(seconds)):%Y-%m-%d %H:%M:%S} UTC"

    def _too_long(self, seconds: float) -> TargetUnavailable:
        return TargetUnavailable(
            f"PEAK gives {ASKS_PER_MINUTE} log-ins a minute and has no more for now; nothing was sent. It asks to wait"
            f" {math.ceil(seconds)} s: run the same command again after {self._moment(seconds)}.",
            code="429", words="rate", retry_after_seconds=seconds,
        )  # fmt: skip

    def _slow_down(self) -> None:
        """Wait until the eleventh ask of a minute is none any more."""
        now = self._clock.monotonic()
        if len(self._asked_at) == ASKS_PER_MINUTE and now - self._asked_at[0] < 60:
            self._wait(60 - (now - self._asked_at[0]))
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
        if answer.status == TOO_MANY:
            raise _LimitReached(_seconds_to_wait(answer, top))
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


class _LimitReached(Exception):
    """PEAK gives no token for now."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


def _seconds_to_wait(answer: Answer, top: Fields) -> float:
    """Return how long PEAK asks to wait, by its body and its header, else a minute: the limit is one of a minute."""
    declared = unusable_limit(answer, top)
    if declared is not None and declared.retry_after_seconds:
        return declared.retry_after_seconds
    return answer.retry_after_seconds() or float(RATE_WAIT_SECONDS)

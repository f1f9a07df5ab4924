"""PEAK's Client-Token: asked for at most ten times a minute, kept for 23 of its 24 hours, shared between processes."""

from __future__ import annotations

import datetime as dt
import math
from collections import deque
from collections.abc import Callable
from typing import Final, Literal

from recon.errors import TargetUnavailable
from recon.http import Answer, HttpClient, HttpFailure
from recon.masking import Secret
from recon.ports import Clock
from recon.targets.log_in import KeptTokens, TokenCache
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


class ClientTokens(KeptTokens):
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
        asked_with = f"{http.base_url} {connect_id.reveal()} {connect_key.reveal()}"
        super().__init__(http, asked_with, named="client-token", longest=KEPT_FOR, cache=cache, clock=clock)
        self._connect_id = connect_id
        self._connect_key = connect_key
        self._encoding = encoding
        self._asked_at: deque[float] = deque(maxlen=ASKS_PER_MINUTE)
        self._on_wait = on_wait

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
        return self._keep(self._read(answer, now), now + KEPT_FOR)

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

    def _read(self, answer: Answer, now: dt.datetime) -> str:
        try:
            top = Fields(answer.json())
        except ValueError:
            top = Fields(None)
        inner = top.inner(WRAPPER)
        token = inner.text("token")
        if answer.status == 200 and token and inner.text("resCode") in {"", "200"}:
            return token
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

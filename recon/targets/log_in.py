"""Log-ins by tokens: kept under the keys they were given for, renewed once when refused, watched for who is behind them."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Protocol

from recon.http import Answer, HttpClient
from recon.masking import Secret
from recon.ports import Clock


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


class KeptTokens(ABC):
    """Gives a valid token, from the cache where there is one; how one is asked for is the ledger's own.

    Args:
        http: Client of the address that gives tokens; it masks every one of them.
        asked_with: What a token is asked for with, keys included: one given for other keys must not vouch for these.
        named: What the ledger calls its token, in the name it is kept under.
        longest: No token is used longer.
        cache: Where tokens are kept.
        clock: Says how old a token is.
        add_secret: Told every token too, where another client sends it.
    """

    def __init__(
        self,
        http: HttpClient,
        asked_with: str,
        *,
        named: str,
        longest: dt.timedelta,
        cache: TokenCache,
        clock: Clock,
        add_secret: Callable[[str], None] | None = None,
    ) -> None:
        self._http = http
        self._longest = longest
        self._cache = cache
        self._clock = clock
        self._add_secret = add_secret
        self._asking = threading.Lock()
        self._name = f"{named}-{hashlib.sha256(asked_with.encode()).hexdigest()[:16]}"

    def token(self) -> Secret:
        """Return a token that the ledger should accept.

        Raises:
            TargetUnavailable: No token was given; the text says why.
        """
        with self._asking:
            return self._cached() or self._ask()

    def renewed(self, refused: Secret) -> Secret:
        """Return another token after this one was refused; one that another process fetched meanwhile is used."""
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

    @abstractmethod
    def _ask(self) -> Secret:
        """Ask the ledger for a token and keep it."""

    def _keep(self, value: str, until: dt.datetime) -> Secret:
        """Keep a token that was given."""
        self._mask(value)
        self._cache.put(self._name, f"{until.isoformat()} {value}")
        return Secret(value)

    def _cached(self) -> Secret | None:
        kept = self._kept()
        if kept is None:
            return None
        self._mask(kept[1])
        return Secret(kept[1])

    def _kept(self) -> tuple[dt.datetime, str] | None:
        until_text, _, value = (self._cache.get(self._name) or "").partition(" ")
        try:
            until = dt.datetime.fromisoformat(until_text)
        except ValueError:
            return None
        now = self._clock.now()
        # A token from the future was kept under a wrong clock: nothing is known about its age.
        if not value or until.tzinfo is None or not now < until <= now + self._longest:
            return None
        return until, value

    def _mask(self, value: str) -> None:
        self._http.add_secret(value)
        if self._add_secret is not None:
            self._add_secret(value)


class LoggedIn(ABC):
    """Requests under a token: a refused one is renewed once, and before a write under another it is asked who is there.

    Args:
        http: Client of the API.
        tokens: Gives the tokens.
        before: Called before every request: waits for its turn.
        after: Told every answer.
    """

    def __init__(
        self,
        http: HttpClient,
        tokens: KeptTokens,
        *,
        before: Callable[[], None] = lambda: None,
        after: Callable[[Answer], None] = lambda _: None,
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._before = before
        self._after = after
        self._used: Secret | None = None
        self._known_behind: Secret | None = None
        """The token under which the ledger said who it is; None: it was not asked."""
        self.on_other_log_in: Callable[[], None] = lambda: None
        """Called before a write under another token than that: asks who is there, and raises if nothing may be sent."""

    def note_known(self) -> None:
        """Note that the answer just read says who is behind the token it was read with."""
        self._known_behind = self._used

    def evidence(self, body: bytes) -> str:
        """Return the beginning of a body with all secrets masked."""
        return self._http.evidence(body)

    @abstractmethod
    def _headers(self, token: Secret, *, has_body: bool) -> Mapping[str, str | Secret]:
        """Return the headers of a request under a token."""

    @abstractmethod
    def _refuses_token(self, answer: Answer) -> bool:
        """Return whether an answer is a complete refusal of the token, so that nothing was done."""

    def _asked(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = "",
        write: bool = False,
    ) -> Answer:
        """Carry out a request; a complete refusal of the token gets one renewal and one repeat."""
        token = self._tokens.token()
        if write:
            self._require_known(token)
        answer = self._request(method, path, token, params, body, content_type, write=write)
        if not self._refuses_token(answer):
            return answer
        token = self._tokens.renewed(token)
        if write:
            self._require_known(token)
        return self._request(method, path, token, params, body, content_type, write=write)

    def _require_known(self, token: Secret) -> None:
        """Ask again who is there before a write under a new log-in: another server may stand at the same address."""
        if self._known_behind is not None and token != self._known_behind:
            self.on_other_log_in()

    def _request(
        self,
        method: str,
        path: str,
        token: Secret,
        params: Mapping[str, str] | None,
        body: bytes | None,
        content_type: str,
        *,
        write: bool,
    ) -> Answer:
        headers = dict(self._headers(token, has_body=body is not None))
        if content_type:
            headers["Content-Type"] = content_type
        self._used = token
        self._before()
        answer = self._http.request(method, path, headers=headers, params=params, body=body, write=write)
        self._after(answer)
        return answer

"""The door: signature, client tokens, whose company it is, and how much at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from recon.sandbox.ledgers.answers import Answer, Denied
from recon.sandbox.peak.company import CONNECT_ID, CONNECT_KEY, Company
from recon.sandbox.peak.ledger import Books
from recon.sandbox.peak.rules import Rules
from recon.sandbox.peak.wire import Refused, Unreadable, read_json, refusal

_STAMP: Final = re.compile(r"[0-9]{14}", re.ASCII)
_MINUTE: Final = 60_000


def denied(status: int, code: str, text: str) -> Denied:
    """Return a refusal at the door: HTTP status and a resCode at the top level."""
    return Denied(Answer({"resCode": code, "resDesc": text}, status=status))


def limited(kind: str, retry_after: int | None) -> Answer:
    """Return HTTP 429 as PEAK writes it."""
    return Answer({"type": kind, "retryAfterSeconds": retry_after, "message": "Too many requests"}, status=429)


def sign(connect_id: str, stamp: str) -> str:
    """Return the signature of a time stamp: lower-case hex of HMAC-SHA1, keyed with the Connect ID."""
    return hmac.new(connect_id.encode(), stamp.encode(), hashlib.sha1).hexdigest()


class Door:
    """Checks every request; keeps counts in memory and tokens in the books."""

    def __init__(self, books: Books, companies: tuple[Company, ...]) -> None:
        self._books = books
        self._by_token = {company.user_token: company for company in companies}
        self._lock = threading.Lock()
        self._at_once: dict[tuple[str, str], int] = {}
        self._token_asks: deque[int] = deque()
        self._calls: dict[str, deque[int]] = {}

    def check_signature(self, headers: Mapping[str, str], rules: Rules, now: int) -> None:
        """Refuse a missing, wrong or late signature."""
        stamp, given = headers.get("Time-Stamp") or "", headers.get("Time-Signature") or ""
        if not _STAMP.fullmatch(stamp):
            raise denied(401, "401", "Invalid Time-Stamp")
        try:
            moment = dt.datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
        except ValueError:
            raise denied(401, "401", "Invalid Time-Stamp") from None
        if abs(int(moment.timestamp()) * 1000 - now) > rules.clock_window_seconds * 1000:
            raise denied(401, "401", "Time-Stamp is out of range")
        if not hmac.compare_digest(given.encode(), sign(CONNECT_ID, stamp).encode()):
            raise denied(401, "401", "Invalid Time-Signature")

    def give_token(self, body: bytes, rules: Rules, now: int) -> Answer:
        """Answer POST /clienttoken."""
        with self._lock:
            self._drop_old(self._token_asks, now)
            if len(self._token_asks) >= rules.token_requests_per_minute:
                return limited("rate", 60)
            self._token_asks.append(now)
        try:
            asked = read_json(body).inner("PeakClientToken")
            known = asked is not None and asked.get("connectId") == CONNECT_ID and asked.get("password") == CONNECT_KEY
        except Unreadable as unreadable:
            return Answer({"message": str(unreadable)}, status=400)
        if not known:
            return refusal("PeakClientToken", Refused("Invalid connectId or password", "401"))
        token = secrets.token_urlsafe(32)
        with self._books.change():
            self._books.add_token(token, now + rules.token_life_seconds * 1000)
        return Answer({"PeakClientToken": {"token": token, "resCode": "200", "resDesc": "Success"}})

    def company(self, headers: Mapping[str, str], rules: Rules, now: int) -> Company:
        """Return whose company it is, or refuse."""
        company = self._by_token.get(headers.get("User-Token") or "")
        if company is None:
            raise denied(401, "401", "Invalid User-Token")
        if rules.revoked:
            raise denied(403, "403", "User-Token has no permission")
        token = headers.get("Client-Token") or ""
        if not token:
            raise denied(401, "401", "Missing Client-Token")
        expires_at = self._books.token_expires_at(token)
        if expires_at is None or expires_at <= now:
            raise denied(rules.expired_token_status, "600", "Client Token is expired")
        return company

    @contextmanager
    def counted(self, user_token: str, method: str, rules: Rules, now: int) -> Iterator[None]:
        """Count a request while it runs; refuse one too many."""
        key = (user_token, "GET" if method == "GET" else "POST")
        most = rules.gets_at_once if method == "GET" else rules.posts_at_once
        with self._lock:
            calls = self._calls.setdefault(user_token, deque())
            self._drop_old(calls, now)
            if rules.requests_per_minute:
                if len(calls) >= rules.requests_per_minute:
                    raise Denied(limited("rate", 60))
                calls.append(now)
            if self._at_once.get(key, 0) >= most:
                raise Denied(limited("concurrency", None))
            self._at_once[key] = self._at_once.get(key, 0) + 1
        try:
            yield
        finally:
            with self._lock:
                self._at_once[key] -= 1

    @staticmethod
    def _drop_old(moments: deque[int], now: int) -> None:
        while moments and moments[0] <= now - _MINUTE:
            moments.popleft()

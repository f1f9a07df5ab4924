"""The door of the sandbox PowerOffice Go: keys, tokens, and how many requests a second."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from recon.sandbox.ledgers.answers import Answer, Denied
from recon.sandbox.poweroffice.books import Books
from recon.sandbox.poweroffice.company import APPLICATION_KEY, SUBSCRIPTION_KEY, Company
from recon.sandbox.poweroffice.rules import Rules

_SECOND: Final = 1000
SUBSCRIPTION_HEADER: Final = "Ocp-Apim-Subscription-Key"


def limited(retry_after: str | None) -> Answer:
    """Return HTTP 429 as the gateway before Go writes it."""
    body = {"statusCode": "429", "message": "Rate limit is exceeded. Try again in 1 seconds."}
    return Answer(body, status=429, headers={} if retry_after is None else {"Retry-After": retry_after})


class Door:
    """Checks every request; keeps counts in memory and tokens in the books."""

    def __init__(self, books: Books, companies: tuple[Company, ...]) -> None:
        self._books = books
        self._companies = {company.key: company for company in companies}
        self._by_client_key = {company.client_key: company for company in companies}
        self._lock = threading.Lock()
        self._calls: dict[str, deque[int]] = {"v1": deque(), "v2": deque()}

    def count(self, api: str, headers: Mapping[str, str], rules: Rules, now: int) -> None:
        """Refuse a wrong subscription key, and one request too many in a second of all companies."""
        if api == "v2" and not _same(headers.get(SUBSCRIPTION_HEADER) or "", SUBSCRIPTION_KEY):
            words = "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
            raise Denied(Answer({"statusCode": 401, "message": words}, status=401))
        most = rules.requests_per_second if api == "v2" else rules.v1_requests_per_second
        with self._lock:
            calls = self._calls[api]
            while calls and calls[0] <= now - _SECOND:
                calls.popleft()
            if most and len(calls) >= most:
                raise Denied(limited("1" if rules.retry_after else None))
            calls.append(now)

    def give_token(self, api: str, headers: Mapping[str, str], body: bytes, rules: Rules, now: int) -> Answer:
        """Answer POST /OAuth/Token."""
        if parse_qs(body.decode("utf-8", "replace")).get("grant_type") != ["client_credentials"]:
            return _oauth("unsupported_grant_type", "Only client_credentials is supported.")
        application, client = _basic(headers.get("Authorization") or "")
        company = self._by_client_key.get(client)
        if company is None or not _same(application, APPLICATION_KEY):
            return _oauth("invalid_client", "The application key or the client key is not valid.")
        if self._books.setting(company.key, "client_key_revoked"):
            return _oauth("invalid_client", "The integration is not active on the client.")
        life = rules.token_life_seconds if api == "v2" else rules.v1_token_life_seconds
        token = secrets.token_urlsafe(32)
        with self._books.change():
            self._books.add_token(token, api, company.key, now + life * _SECOND)
        return Answer({"access_token": token, "token_type": "bearer", "expires_in": life})

    def company(self, api: str, headers: Mapping[str, str], now: int) -> Company:
        """Return whose token it is, or refuse with 401."""
        kind, _, token = (headers.get("Authorization") or "").partition(" ")
        key = self._books.token_company(token, api, now) if kind.lower() == "bearer" and token else None
        if key is None or key not in self._companies:
            raise Denied(Answer(status=401, raw=b"", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}))
        return self._companies[key]


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def _basic(header: str) -> tuple[str, str]:
    kind, _, coded = header.partition(" ")
    try:
        text = base64.b64decode(coded, validate=True).decode() if kind.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    application, _, client = text.partition(":")
    return application, client


def _oauth(error: str, words: str) -> Answer:
    body: dict[str, Any] = {"error": error, "error_description": words}
    return Answer(body, status=400)

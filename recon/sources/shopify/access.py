"""Shopify's access token: one that was made in the shop and stands for itself, or one asked for with the app's keys.

An app of the Dev Dashboard gets its token by the client-credentials grant; it lives 24 hours and is kept in the key store
between runs. A token of an older custom app (`shpat_...`) is entered as client_secret with client_id `-`.

Specification: https://shopify.dev/docs/apps/build/authentication-authorization (client credentials grant).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlencode

from recon.errors import SourceUnavailable, UsageError
from recon.http import Answer, HttpClient
from recon.masking import Secret
from recon.ports import Clock
from recon.sources.asking import Again, TokenShelf, is_passing
from recon.sources.shopify.verdict import KEYS_REMEDY, later, refusal

TOKEN_PATH: Final = "/admin/oauth/access_token"  # noqa: S105  an address
NO_CLIENT: Final = "-"
"""The client_id of a token that stands for itself."""
MARGIN: Final = dt.timedelta(minutes=10)
"""A token is asked for again before its end, not after."""
_TOKEN_SIGN: Final = "shpat_"  # noqa: S105  how such tokens begin
_LONGEST_LIFE: Final = dt.timedelta(days=2)


class AccessToken:
    """Gives a token that counts."""

    def __init__(
        self,
        http: HttpClient,
        keys: Mapping[str, str],
        *,
        shelf: TokenShelf,
        clock: Clock,
        asked: Callable[[Callable[[], Answer | Again]], Answer],
        learned: Callable[[str], None],
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            http: Client of the shop's address.
            keys: client_id and client_secret.
            shelf: Where tokens are kept between runs.
            clock: The present moment.
            asked: Carries a request out, again after a passing failure.
            learned: Told each token, so that it is masked wherever something is written down.

        Raises:
            UsageError: A key is empty or holds what no header can carry.
        """
        for name, value in keys.items():
            if not value.strip() or not value.isascii() or not value.isprintable():
                raise UsageError(f"Shopify's {name} is empty or holds characters no request can carry. Enter it again.")
        self._http, self._shelf, self._clock, self._asked, self._learned = http, shelf, clock, asked, learned
        self._client_id = keys["client_id"].strip()
        self._secret = Secret(keys["client_secret"].strip())
        self._until: dt.datetime | None = None
        self._token: Secret | None = None
        # Whoever comes with other keys, or to another shop, finds no token.
        facts = (http.base_url, self._client_id, self._secret.reveal())
        self._name = "shopify-" + hashlib.sha256("\0".join(facts).encode()).hexdigest()[:24]

    @property
    def stands_for_itself(self) -> bool:
        """Whether the key is the token, so that it can never be renewed."""
        return self._client_id == NO_CLIENT or self._secret.reveal().startswith(_TOKEN_SIGN)

    def token(self) -> Secret:
        """Return a token that counts.

        Raises:
            SourceUnavailable: Shopify refuses the keys, or cannot be reached.
        """
        if self.stands_for_itself:
            return self._secret
        if self._token is None:
            self._take_from_shelf()
        if self._token is None or self._until is None or self._clock.now() >= self._until - MARGIN:
            self._ask()
        assert self._token is not None
        return self._token

    def after(self, spent: Secret) -> Secret:
        """Return a new token in place of one that was refused.

        Raises:
            SourceUnavailable: The refused one cannot be renewed, or Shopify refuses the keys.
        """
        if self.stands_for_itself:
            raise SourceUnavailable(
                "Shopify takes the access token no more (status 401): it was taken back, or the app was removed from the shop."
                " Make a new one and run `recon connect` again."
            )
        if self._token == spent:
            self._shelf.drop(self._name)
            self._ask()
        return self.token()

    def _take_from_shelf(self) -> None:
        try:
            token, until = json.loads(self._shelf.get(self._name) or "")
            self._until = dt.datetime.fromisoformat(until)
        except (ValueError, TypeError):
            return
        self._token = Secret(str(token))
        self._learned(str(token))

    def _ask(self) -> None:
        fields = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._secret.reveal(),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}

        def once() -> Answer | Again:
            answer = self._http.request("POST", TOKEN_PATH, headers=headers, body=urlencode(fields).encode())
            return later(answer, "an access token") if is_passing(answer.status) else answer

        answer = self._asked(once)
        if answer.status in {400, 401, 403}:
            raise SourceUnavailable(
                f"Shopify refused the app's keys (status {answer.status}). The app must be installed in this shop, and app and shop"
                f" must belong to the same organisation. {KEYS_REMEDY}"
            )
        if answer.status != 200:
            raise SourceUnavailable(refusal(answer, "an access token", self._http.evidence))
        self._taken(answer)

    def _taken(self, answer: Answer) -> None:
        try:
            given = answer.json()
        except ValueError:
            given = None
        token = given.get("access_token") if isinstance(given, dict) else None
        seconds = given.get("expires_in") if isinstance(given, dict) else None
        if not isinstance(token, str) or not token.strip() or not token.isascii() or not token.isprintable():
            raise SourceUnavailable("Shopify's answer to the log-in holds no access token. Is shopify.store right?")
        life = dt.timedelta(seconds=seconds) if isinstance(seconds, int) and 0 < seconds < 10**7 else 2 * MARGIN
        self._token, self._until = Secret(token), self._clock.now() + min(max(life, 2 * MARGIN), _LONGEST_LIFE)
        self._learned(token)
        self._shelf.put(self._name, json.dumps([token, self._until.isoformat()]))

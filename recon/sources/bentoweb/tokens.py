"""BentoWeb's access token: asked for with the shop's keys, refreshed before its end, kept in the key store between runs.

Specification: https://help.bentoweb.com, "access token": POST /oauth/token with grant_type password or refresh_token;
an access token lives `expires_in` seconds (15 days), a refresh token 30 days.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from recon.domain.providers import source_facts
from recon.errors import SourceUnavailable
from recon.http import Answer, HttpClient
from recon.masking import Secret
from recon.ports import Clock
from recon.sources.asking import Again, TokenShelf
from recon.sources.bentoweb.envelope import open_answer
from recon.sources.bentoweb.verdict import KEYS_REMEDY, opened, passing_failure, refusal

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105  an address
KEYS: Final = source_facts("bentoweb").keys
"""What a shop gives; names as BentoWeb's log-in calls them."""
MARGIN: Final = dt.timedelta(hours=1)
"""A token is renewed before its end, not after."""
SHORTEST_LIFE: Final = dt.timedelta(minutes=1)
_LONGEST_LIFE: Final = dt.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a log-in gives."""

    access: Secret
    refresh: Secret
    """Empty where none was given."""
    until: dt.datetime
    """End of the access token."""

    def kept(self) -> str:
        """Return the text that is kept."""
        return json.dumps([self.access.reveal(), self.refresh.reveal(), self.until.isoformat()])

    @classmethod
    def of(cls, kept: str) -> Tokens | None:
        """Return tokens as they were kept; None where the text is something else."""
        try:
            access, refresh, until = json.loads(kept)
            return cls(Secret(str(access)), Secret(str(refresh)), dt.datetime.fromisoformat(until))
        except (ValueError, TypeError):
            return None


class AccessTokens:
    """Gives a token that counts; one log-in or refresh at a time, whoever asks."""

    def __init__(
        self,
        http: HttpClient,
        keys: Mapping[str, Secret],
        *,
        shelf: TokenShelf,
        clock: Clock,
        asked: Callable[[Callable[[], Answer | Again]], Answer],
        learned: Callable[[str], None],
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            http: Client of the log-in address.
            keys: The shop's keys by the names of KEYS.
            shelf: Where tokens are kept between runs.
            clock: The present moment.
            asked: Carries a request out, again after a passing failure.
            learned: Told each token, so that it is masked wherever something is written down.
        """
        self._http, self._keys, self._shelf, self._clock = http, keys, shelf, clock
        self._asked, self._learned = asked, learned
        self._alone = threading.Lock()
        self._current: Tokens | None = None
        # Whoever comes with other keys, or to another address, finds no token.
        facts = (http.base_url, *(keys[name].reveal() for name in KEYS))
        self._name = "bentoweb-" + hashlib.sha256("\0".join(facts).encode()).hexdigest()[:24]

    @property
    def until(self) -> dt.datetime | None:
        """End of the token in use."""
        return self._current.until if self._current else None

    def bearer(self) -> Secret:
        """Return a token that counts, from the shelf where there is one.

        Raises:
            SourceUnavailable: BentoWeb refuses the keys, or cannot be reached.
        """
        with self._alone:
            return self._good().access

    def after(self, spent: Secret) -> Secret:
        """Return a new token in place of one that was refused; the same for all who were refused with it.

        Raises:
            SourceUnavailable: BentoWeb refuses the keys, or cannot be reached.
        """
        with self._alone:
            if self._current is not None and self._current.access == spent:
                self._current = self._renewed(self._current)
            return self._good().access

    def _good(self) -> Tokens:
        if self._current is None:
            kept = Tokens.of(self._shelf.get(self._name) or "")
            if kept is not None:
                self._learn(kept)
            self._current = kept
        if self._current is None:
            self._current = self._logged_in()
        elif self._clock.now() >= self._current.until - MARGIN:
            self._current = self._renewed(self._current)
        return self._current

    def _renewed(self, spent: Tokens) -> Tokens:
        """Return new tokens by refresh; by log-in where BentoWeb takes the refresh token no more."""
        if spent.refresh.reveal():
            fields = {"grant_type": "refresh_token", "refresh_token": spent.refresh.reveal()}
            answer = self._post({**fields, **self._client()})
            if answer.status == 200:
                return self._taken(answer)
        self._shelf.drop(self._name)
        return self._logged_in()

    def _logged_in(self) -> Tokens:
        person = {name: self._keys[name].reveal() for name in ("username", "password")}
        answer = self._post({"grant_type": "password", **self._client(), **person})
        if answer.status in {400, 401, 403}:
            raise SourceUnavailable(f"BentoWeb refused the log-in (status {answer.status}). {KEYS_REMEDY}")
        if answer.status != 200:
            raise SourceUnavailable(refusal(answer, TOKEN_PATH, self._http.evidence))
        return self._taken(answer)

    def _client(self) -> dict[str, str]:
        return {name: self._keys[name].reveal() for name in ("client_id", "client_secret")}

    def _post(self, fields: Mapping[str, str]) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        body = urlencode(fields).encode()

        def once() -> Answer | Again:
            # A log-in that got lost is no harm; a refresh that got lost is followed by a log-in.
            answer = self._http.request("POST", TOKEN_PATH, headers=headers, body=body)
            if answer.status == 200:
                found = opened(answer, TOKEN_PATH, self._http.evidence, setting="source_api.login_url")
                return found if isinstance(found, Again) else answer
            return passing_failure(answer, TOKEN_PATH) or answer

        return self._asked(once)

    def _taken(self, answer: Answer) -> Tokens:
        given = open_answer(answer.body).fields
        access, refresh, seconds = (given.get(name) for name in ("access_token", "refresh_token", "expires_in"))
        if not isinstance(access, str) or not access.isascii() or not access.isprintable() or not access.strip():
            raise SourceUnavailable(
                f"{TOKEN_PATH}: BentoWeb's answer holds no access_token. Is source_api.login_url right?"
            )
        if not isinstance(seconds, str) or not seconds.isdecimal() or len(seconds) > 12:
            seconds = "0"
        life = min(max(dt.timedelta(seconds=int(seconds)), SHORTEST_LIFE + MARGIN), _LONGEST_LIFE)
        tokens = Tokens(Secret(access), Secret(refresh if isinstance(refresh, str) else ""), self._clock.now() + life)
        self._learn(tokens)
        self._shelf.put(self._name, tokens.kept())
        return tokens

    def _learn(self, tokens: Tokens) -> None:
        for secret in (tokens.access, tokens.refresh):
            if secret.reveal():
                self._learned(secret.reveal())

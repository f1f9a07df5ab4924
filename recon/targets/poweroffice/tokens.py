"""Access tokens of PowerOffice Go: one belongs to one company, lives as long as Go says, and is kept between commands."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from recon.errors import TargetUnavailable
from recon.http import Answer, HttpClient, HttpFailure
from recon.masking import Secret
from recon.ports import Clock
from recon.targets.log_in import KeptTokens, TokenCache
from recon.targets.poweroffice.pace import Pace
from recon.targets.poweroffice.refusals import TOO_MANY, object_of, wait_of, words_of

RENEWED_BEFORE: Final = dt.timedelta(seconds=60)
LONGEST: Final = dt.timedelta(minutes=20)
"""No token is used longer, whatever Go says of it."""
ASSUMED_SECONDS: Final = 600
"""How long a token is taken to live where Go does not say: the shorter of the two times its documentation shows."""
TRIES: Final = 3
LONGEST_WAIT_SECONDS: Final = 60.0


class AccessTokens(KeptTokens):
    """Gives a valid access token, kept ones first.

    Args:
        http: Client of the address that gives tokens.
        path: Path of the token call below it.
        credentials: The keys; API v1 has no subscription key.
        cache: Where tokens are kept.
        clock: Says how old a token is, and waits.
        pace: Counts this call too.
        add_secret: Told every token, so that it is masked elsewhere too.
    """

    def __init__(
        self,
        http: HttpClient,
        path: str,
        *,
        credentials: Mapping[str, Secret],
        with_subscription: bool,
        cache: TokenCache,
        clock: Clock,
        pace: Pace,
        add_secret: Callable[[str], None],
    ) -> None:
        pair = f"{credentials['application_key'].reveal()}:{credentials['client_key'].reveal()}"
        basic = base64.b64encode(pair.encode()).decode("ascii")
        http.add_secret(basic)
        self._headers: dict[str, str | Secret] = {
            "Authorization": Secret(f"Basic {basic}"),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        if with_subscription:
            self._headers["Ocp-Apim-Subscription-Key"] = credentials["subscription_key"]
        # The keys are part of the name: a token of another company must not vouch for this one.
        where = urlsplit(http.base_url)  # without the port: a sandbox has another one each time
        asked_with = f"{where.hostname}{where.path}{path} {pair}"
        super().__init__(
            http, asked_with, named="access-token", longest=LONGEST, cache=cache, clock=clock, add_secret=add_secret
        )
        self._path = path
        self._pace = pace

    def _ask(self) -> Secret:
        """Ask; asking changes nothing there, so a limit is waited for."""
        for attempt in range(TRIES):
            now = self._clock.now()
            answer = self._asked()
            if answer.status == TOO_MANY and attempt < TRIES - 1 and wait_of(answer) <= LONGEST_WAIT_SECONDS:
                self._pace.hold(wait_of(answer))
                continue
            return self._read(answer, now)
        raise AssertionError("the last attempt returns or raises")

    def _asked(self) -> Answer:
        for is_last in (False, True):
            self._pace.wait()
            try:
                return self._http.request(
                    "POST", self._path, headers=self._headers, body=b"grant_type=client_credentials"
                )
            except HttpFailure as failure:
                if is_last:
                    raise TargetUnavailable(f"PowerOffice Go gave no token, nothing was sent. {failure}") from None
        raise AssertionError("the last attempt returns or raises")

    def _read(self, answer: Answer, now: dt.datetime) -> Secret:
        top = object_of(answer)
        value = top.text("access_token")
        if answer.status == 200 and value and " " not in value:
            lives = dt.timedelta(seconds=_seconds(top.text("expires_in")))
            until = now + min(LONGEST, max(lives - RENEWED_BEFORE, lives / 2))
            return self._keep(value, until)
        words = self._http.evidence(words_of(top).encode())
        code, said = str(answer.status), f"(HTTP {answer.status}{f', {words!r}' if words else ''})"
        if answer.status == TOO_MANY:
            wait = wait_of(answer)
            text = f"PowerOffice Go gives no token for now {said}; nothing was sent. Run the same command again in {wait:.0f} s."
            raise TargetUnavailable(text, code=code, words=words, retry_after_seconds=wait)
        if answer.status in {400, 401, 403}:
            raise TargetUnavailable(
                f"PowerOffice Go refused the keys {said}; nothing was sent. Check application key, client key and subscription key with"
                " `recon connect`. Keys of the demo system are not taken by the real one, nor the other way round.",
                code=code, words=words, stops_batch=True,
            )  # fmt: skip
        raise TargetUnavailable(
            f"PowerOffice Go gave no token {said}; nothing was sent. Try again later.", code=code, words=words
        )


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text) < 10**6 else ASSUMED_SECONDS

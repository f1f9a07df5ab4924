"""Fetches BentoWeb's answers, one order at a time, as the bytes they came in; reading them is another matter (answers.py).

Specification: https://help.bentoweb.com (log-in; GET /order/order-full/{order_id}). A call that lists orders is not
published: its path is a setting, and without one a pull is told which orders to ask for. Only reads; one request at a
time, no faster than set, slower when told so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from recon.closing import Closing
from recon.errors import SourceUnavailable, UsageError
from recon.http import Answer, HttpClient
from recon.masking import Secret
from recon.ports import Clock, SystemClock
from recon.sources.asking import ATTEMPTS, Again, LogInAgain, Patience, TokenShelf
from recon.sources.bentoweb.envelope import ORDER_PATH, Envelope, KeptAnswer
from recon.sources.bentoweb.tokens import KEYS, AccessTokens
from recon.sources.bentoweb.verdict import KEYS_REMEDY, NotThere, judge

LOGIN_URL: Final = "https://login.bentoweb.com"
BASE_URL: Final = "https://order.bentoweb.com/api"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer that came whole."""

    path: str
    body: bytes
    """As it came, less our own secrets; empty where nothing is under the path."""
    envelope: Envelope | None
    said: str = ""
    """Where nothing is under the path: what the other side said."""

    def kept(self) -> KeptAnswer:
        """Return the answer as it is kept; one that is not there, in words of ours."""
        text = self.body.decode("utf-8-sig")
        return KeptAnswer(self.path, text or f'{{"status": "none", "message": "{self.said}"}}')


class BentoWebClient(Closing):
    """Asks one shop of BentoWeb.

    Args:
        keys: client_id, client_secret, username, password.
        shelf: Where tokens are kept between runs.
        base_url: Base address of orders; None: BentoWeb's own.
        login_url: Address that gives tokens; None: BentoWeb's own.
        requests_per_second: Upper bound of our own speed.
        clock: For waiting, and for the life of tokens.
        timeout_seconds: Time-out of one step of a request.
        proxy: Proxy address, if one was set; the environment is not asked.
        ca_file: A company's own root certificates.

    Raises:
        UsageError: A key is empty.
        SettingsError: An address is not acceptable.
    """

    def __init__(
        self,
        *,
        keys: Mapping[str, str],
        shelf: TokenShelf,
        base_url: str | None = None,
        login_url: str | None = None,
        requests_per_second: int = 1,
        clock: Clock | None = None,
        timeout_seconds: float = 30,
        proxy: str | None = None,
        ca_file: Path | None = None,
    ) -> None:
        assert requests_per_second >= 1
        for name in KEYS:
            if not keys[name].strip():
                raise UsageError(f"BentoWeb's {name} is empty. Enter it again with `recon connect`.")
        self._secrets = {name: Secret(keys[name].strip()) for name in KEYS}
        self._clock = clock or SystemClock()
        self._patience = Patience(self._clock, spacing_seconds=1 / requests_per_second)
        shared: dict[str, Any] = {"timeout_seconds": timeout_seconds, "proxy": proxy, "ca_file": ca_file}
        hidden = tuple(self._secrets[name].reveal() for name in ("client_secret", "password"))
        self._login = HttpClient(login_url or LOGIN_URL, secrets=hidden, **shared)
        self._orders = HttpClient(base_url or BASE_URL, secrets=hidden, **shared)
        self._tokens = AccessTokens(
            self._login, self._secrets, shelf=shelf, clock=self._clock, asked=self._patiently, learned=self._learn
        )

    def __repr__(self) -> str:
        return f"BentoWebClient({self._orders.base_url!r})"

    def close(self) -> None:
        """Close the connections."""
        self._login.close()
        self._orders.close()

    def log_in(self) -> dt.datetime:
        """Make sure that there is a token; return its end.

        Raises:
            SourceUnavailable: BentoWeb refuses the keys, or cannot be reached.
        """
        self._tokens.bearer()
        until = self._tokens.until
        assert until is not None
        return until

    def order(self, order_id: str) -> Reply:
        """Return the answer about one order, whatever it says.

        Raises:
            SourceUnavailable: BentoWeb could not be reached, refuses the keys, or answers something else.
        """
        assert order_id.isascii()
        assert order_id.isdecimal()
        return self._asked(ORDER_PATH + order_id)

    def page(self, path: str, params: Mapping[str, str], *, attempts: int = ATTEMPTS) -> Reply:
        """Return one page of a call that lists orders; raises like `order`."""
        return self._asked(path, params, attempts=attempts)

    def _asked(self, path: str, params: Mapping[str, str] | None = None, *, attempts: int = ATTEMPTS) -> Reply:
        token = self._tokens.bearer()
        reply = self._with_token(path, params or {}, token, attempts)
        if isinstance(reply, LogInAgain):
            reply = self._with_token(path, params or {}, self._tokens.after(token), attempts)
        if isinstance(reply, LogInAgain):
            raise SourceUnavailable(
                f"{path}: BentoWeb refuses a token it gave a moment ago (status 401). The log-in may lack the right to read"
                f" this shop's orders. {KEYS_REMEDY}"
            )
        return reply

    def _with_token(self, path: str, params: Mapping[str, str], token: Secret, attempts: int) -> Reply | LogInAgain:
        def once() -> Reply | Again | LogInAgain:
            return self._once(path, params, token)

        outcome = self._patience.ask(once, _given_up, attempts)
        assert isinstance(outcome, Reply | LogInAgain)
        return outcome

    def _once(self, path: str, params: Mapping[str, str], token: Secret) -> Reply | Again | LogInAgain:
        headers: dict[str, str | Secret] = {
            "Authorization": Secret(f"Bearer {token.reveal()}"),
            "Accept": "application/json",
        }
        answer = self._orders.request("GET", path, headers=headers, params=params)
        verdict = judge(answer, path, evidence=self._orders.evidence)
        if isinstance(verdict, NotThere):
            return Reply(path, b"", None, verdict.said)
        if isinstance(verdict, Envelope):
            return Reply(path, self._orders.blotted(answer.body), verdict)
        return verdict

    def _patiently(self, once: Callable[[], Answer | Again]) -> Answer:
        return self._patience.ask(once, _given_up)

    def _learn(self, secret: str) -> None:
        self._login.add_secret(secret)
        self._orders.add_secret(secret)


def _given_up(attempts: int, reasons: Sequence[str]) -> SourceUnavailable:
    return SourceUnavailable(
        f"BentoWeb did not answer in {attempts} attempts. The last one: {reasons[-1]}"
        " Nothing is lost: what was fetched is kept. Pull again later."
    )

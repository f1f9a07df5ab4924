"""Asks one Shopify shop, one question at a time, never faster than its limit allows, and hands answers over as they came.

Only reads. What a question costs and what is left is read from each answer (`throttle`); a question that costs too much
says so, and its page is made smaller by whoever asked (`pull`).

Specification: https://shopify.dev/docs/api/admin-graphql; docs/shopify.md lists what is asked and what cannot be known.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from recon.closing import Closing
from recon.errors import SourceUnavailable
from recon.http import Answer, HttpClient
from recon.masking import Secret
from recon.ports import Clock, SystemClock
from recon.sources.asking import FIRST_WAIT_SECONDS, Again, LogInAgain, Patience, TokenShelf
from recon.sources.shopify.access import AccessToken
from recon.sources.shopify.kept import KeptAnswer
from recon.sources.shopify.queries import Operation
from recon.sources.shopify.throttle import Bucket
from recon.sources.shopify.verdict import KEYS_REMEDY, Throttled, Told, TooCostly, Verdict, judge

THROTTLED_ATTEMPTS: Final = 8
"""So often a question is refused for want of points before a person is told; others may use the same app."""
JITTER_SECONDS: Final = 0.5
BODY_LIMIT_BYTES: Final = 64 * 1024 * 1024
_VERSION_HEADER: Final = "x-shopify-api-version"


class TooMuch(SourceUnavailable):
    """A question costs more points than one question may."""

    def __init__(self, message: str, *, part: float) -> None:
        super().__init__(message)
        self.part = part
        """So much of the page would have fitted, as far as is told; at most a half."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer that says yes."""

    data: Mapping[str, Any]
    """What it says."""
    kept: KeptAnswer
    """The answer as it came, less our own secrets."""


class ShopifyClient(Closing):
    """Asks one shop.

    Args:
        store: The shop's name in front of .myshopify.com.
        keys: client_id and client_secret.
        shelf: Where tokens are kept between runs.
        version: Version of the API, like 2026-10.
        base_url: Base address; None: the shop's own.
        clock: For waiting, and for the life of tokens.
        timeout_seconds: Time-out of one step of a request.
        proxy: Proxy address, if one was set; the environment is not asked.
        ca_file: A company's own root certificates.

    Raises:
        UsageError: A key is empty.
        SettingsError: The address is not acceptable.
    """

    def __init__(
        self,
        *,
        store: str,
        keys: Mapping[str, str],
        shelf: TokenShelf,
        version: str,
        base_url: str | None = None,
        clock: Clock | None = None,
        timeout_seconds: float = 30,
        proxy: str | None = None,
        ca_file: Path | None = None,
    ) -> None:
        self.store, self.version, self.bucket = store, version, Bucket()
        self.clock = clock or SystemClock()
        self._path = f"/admin/api/{version}/graphql.json"
        self._patience = Patience(self.clock)
        self._http = HttpClient(
            base_url or f"https://{store}.myshopify.com",
            timeout_seconds=timeout_seconds,
            proxy=proxy,
            ca_file=ca_file,
            secrets=(keys["client_secret"].strip(),),
            body_limit_bytes=BODY_LIMIT_BYTES,
        )
        self._access = AccessToken(
            self._http, keys, shelf=shelf, clock=self.clock, asked=self._patiently, learned=self._http.add_secret
        )

    def __repr__(self) -> str:
        return f"ShopifyClient({self._http.base_url!r})"

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    @property
    def base_url(self) -> str:
        """Address that is asked."""
        return self._http.base_url

    def ask(self, operation: Operation, variables: Mapping[str, object], *, about: str = "") -> Reply:
        """Return the answer to one question.

        Args:
            operation: The question.
            variables: Its values.
            about: The order it is about, for the kept file.

        Raises:
            TooMuch: It costs more points than one question may; ask for less.
            SourceUnavailable: Shopify refused, or could not be reached.
        """
        body = json.dumps({"query": operation.text, "operationName": operation.name, "variables": dict(variables)})
        for _ in range(THROTTLED_ATTEMPTS):
            told, answer = self._with_token(operation, body.encode())
            if isinstance(told, Told):
                text = self._http.blotted(answer.body).decode("utf-8-sig")
                return Reply(told.data, KeptAnswer(operation.name, about, text))
            if isinstance(told, TooCostly):
                raise TooMuch(
                    f"Shopify refuses the question for {operation.about}: {told.words}", part=self._fitting(told)
                )
            self._patience.hold_back(
                self.bucket.wait(operation.name, self.clock.monotonic()) + random.uniform(0.0, JITTER_SECONDS)  # noqa: S311
            )
        raise SourceUnavailable(
            f"Shopify's limit left no room for {operation.about} in {THROTTLED_ATTEMPTS} attempts; another program uses the same app."
            " Nothing is lost: what was fetched is kept. Pull again later."
        )

    def ask_for_less(self, operation: Operation, variables: dict[str, Any], *, about: str = "") -> Reply:
        """Return the answer to one question; where it costs too much, ``first`` of its variables is made smaller.

        Raises:
            TooMuch: Even for one record it costs more points than one question may.
            SourceUnavailable: Shopify refused, or could not be reached.
        """
        while True:
            try:
                return self.ask(operation, variables, about=about)
            except TooMuch as error:
                if variables["first"] == 1:
                    raise
                smaller = max(1, int(variables["first"] * error.part))
                self.bucket.scaled(operation.name, smaller / variables["first"])
                variables["first"] = smaller

    def download(self, http: HttpClient, path: str, params: Mapping[str, str]) -> bytes:
        """Return a file Shopify has laid out, from its own address; no key goes there.

        Raises:
            SourceUnavailable: It could not be fetched.
        """

        def once() -> Answer | Again:
            answer = http.request("GET", path, params=params)
            return answer if answer.status == 200 else Again(f"The file was answered with status {answer.status}.")

        return self._http.blotted(self._patience.ask(once, _given_up).body)

    def _with_token(self, operation: Operation, body: bytes) -> tuple[Told | Throttled | TooCostly, Answer]:
        token = self._access.token()
        told, answer = self._patience.ask(lambda: self._once(operation, body, token), _given_up)
        if isinstance(told, LogInAgain):
            fresh = self._access.after(token)
            told, answer = self._patience.ask(lambda: self._once(operation, body, fresh), _given_up)
        if isinstance(told, LogInAgain):
            raise SourceUnavailable(f"Shopify refuses a token it gave a moment ago (status 401). {KEYS_REMEDY}")
        assert not isinstance(told, Again)
        return told, answer

    def _once(self, operation: Operation, body: bytes, token: Secret) -> tuple[Verdict, Answer] | Again:
        pause = self.bucket.wait(operation.name, self.clock.monotonic())
        if pause > 0:
            self.clock.sleep(pause)
        headers: dict[str, str | Secret] = {
            "X-Shopify-Access-Token": token, "Content-Type": "application/json", "Accept": "application/json",
        }  # fmt: skip
        answer = self._http.request("POST", self._path, headers=headers, body=body)
        verdict = judge(answer, operation.about, evidence=self._http.evidence)
        if isinstance(verdict, Again):
            return verdict
        cost = None if isinstance(verdict, LogInAgain) else verdict.cost
        if cost is not None:
            self.bucket.heard(operation.name, cost, self.clock.monotonic())
        if isinstance(verdict, Throttled) and cost is None:
            self._patience.hold_back(FIRST_WAIT_SECONDS)
        self._check_version(answer)
        return verdict, answer

    def _check_version(self, answer: Answer) -> None:
        """Refuse answers of another version than was asked for: their fields may mean something else."""
        said = answer.headers.get(_VERSION_HEADER, "").strip()
        if said and said != self.version:
            raise SourceUnavailable(
                f"Shopify was asked in version {self.version} and answered in version {said[:20]!r}: the one asked for is no longer"
                " supported. Set shopify.version of the connection to one that is, and pull again. Nothing was kept."
            )

    def _fitting(self, told: TooCostly) -> float:
        maximum = self.bucket.maximum
        if told.cost is None or maximum is None or told.cost.requested <= 0:
            return 0.5
        return min(0.5, maximum / told.cost.requested)

    def _patiently(self, once: Callable[[], Answer | Again]) -> Answer:
        return self._patience.ask(once, _given_up)


def _given_up(attempts: int, reasons: Sequence[str]) -> SourceUnavailable:
    return SourceUnavailable(
        f"Shopify did not answer in {attempts} attempts. The last one: {reasons[-1]}"
        " Nothing is lost: what was fetched is kept. Pull again later."
    )

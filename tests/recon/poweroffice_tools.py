"""A bare client of the sandbox PowerOffice Go, and the settlement of one day, for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx

from recon.sandbox.poweroffice import SandboxPowerOffice
from tests.clock import FakeClock

TOKEN = "[999999999/K1/214]"
CLIENT = httpx.Client(verify=False, trust_env=False)


class Asker:
    """Asks v2 or v1 with a token; a second passes before every request, so that nobody is too fast."""

    def __init__(
        self, sandbox: SandboxPowerOffice, clock: FakeClock, company: str = "sandbox", *, api: str = "v2"
    ) -> None:
        self.sandbox, self.clock, self.keys, self.api = sandbox, clock, sandbox.credentials_of(company), api
        self.base = sandbox.url if api == "v2" else sandbox.v1_url
        self.headers = {"Ocp-Apim-Subscription-Key": self.keys["subscription_key"]}
        self.headers["Authorization"] = f"Bearer {self.log_in().json()['access_token']}"

    def log_in(self, **changes: str) -> httpx.Response:
        """Ask for a token; keys can be changed."""
        self.clock.forward(1)
        keys = {**self.keys, **changes}
        url = self.sandbox.token_url if self.api == "v2" else self.sandbox.v1_token_url
        return CLIENT.post(
            url,
            auth=(keys["application_key"], keys["client_key"]),
            headers={"Ocp-Apim-Subscription-Key": keys["subscription_key"]},
            data={"grant_type": "client_credentials"},
        )

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        """Send a request a second after the last."""
        self.clock.forward(1)
        content = None if body is None else written(body)
        headers = {**self.headers, "Content-Type": "application/json"} if content else self.headers
        return CLIENT.request(method, self.base + path, content=content, params=query or None, headers=headers)

    def get(self, path: str, **query: str) -> Any:
        """Return a list or an object, numbers exact; an empty list for 204."""
        answer = self.ask("GET", path, **query)
        assert answer.status_code in (200, 204), answer.text
        return json.loads(answer.content, parse_float=Decimal) if answer.content else []

    def ids(self, path: str, key: str) -> dict[str, int]:
        """Return ids by number or code."""
        return {str(one[key]): one["Id"] for one in self.get(path)}


def written(body: Any) -> bytes:
    """Write a request; decimals as numbers."""
    from recon.sandbox.ledgers.answers import write_json

    return write_json(body)


def refusal(answer: httpx.Response, status: int = 400) -> str:
    """Return the words of a refusal of v2."""
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    return str(problem["detail"])


def settlement(asker: Asker, **changes: Any) -> dict[str, Any]:
    """Return the draft of one day's settlement as a request."""
    accounts, vats = asker.ids("/GeneralLedgerAccounts", "AccountNo"), asker.ids("/VatCodes", "Code")
    body = {
        "VoucherDate": "2026-03-14",
        "CurrencyCode": "NOK",
        "DepartmentId": asker.ids("/Departments", "Code")["10"],
        "Description": f"Dagsoppgjør K1 Z214 14.03.2026 {TOKEN}",
        "ManualVoucherLines": [line(accounts, vats, *one) for one in LINES],
    }
    return {**body, **changes}


def line(
    accounts: Mapping[str, int], vats: Mapping[str, int], debit: str, credit: str, vat: str, kroner: str
) -> dict[str, Any]:
    """Return one line of a draft."""
    body: dict[str, Any] = {"CurrencyAmount": Decimal(kroner)}
    for side, account in (("Debit", debit), ("Credit", credit)):
        if account:
            body |= {f"{side}AccountId": accounts[account], f"{side}VatId": vats[vat]}
    return body


LINES = (
    ("1900", "", "0", "3000.00"), ("1503", "", "0", "9000.40"), ("1504", "", "0", "3800.00"), ("1505", "", "0", "2000.00"),
    ("2901", "", "0", "300.00"), ("", "3000", "3", "10000.00"), ("", "3030", "31", "2300.00"), ("", "3000", "3", "5000.00"),
    ("", "2901", "0", "500.00"), ("", "2910", "0", "300.00"), ("", "7740", "0", "0.40"), ("1909", "1900", "0", "20.00"),
    ("1920", "1900", "0", "2980.00"),
)  # fmt: skip
"""Debit, credit, VAT code and amount of every line of the settlement Z 214."""

"""A plain caller for the sandbox PEAK, written from the reference: signs, sends, reads. Nothing of our own client in it.

Its fixtures `clock`, `sandbox` and `caller` are for the tests that import them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import http.client
import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from recon.sandbox.peak import SandboxPeak


class FakeClock:
    """Time that moves only when told."""

    def __init__(self, start: str = "2026-02-01T03:00:00") -> None:
        self._now = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    def sleep(self, seconds: float) -> None:
        self._now += dt.timedelta(seconds=seconds)


class Reply:
    def __init__(self, status: int, headers: dict, content: bytes) -> None:
        self.status, self.headers, self.content = status, headers, content

    @property
    def json(self) -> dict:
        return json.loads(self.content, parse_float=Decimal)


class Caller:
    """One client with one company's credentials."""

    def __init__(self, sandbox, clock, company: str | None = None, timeout: float = 5) -> None:
        self.sandbox, self.clock, self.timeout = sandbox, clock, timeout
        self.credentials = sandbox.credentials_of(company) if company else sandbox.credentials
        self.token = ""

    def headers(self, **changes: str) -> dict[str, str]:
        stamp = self.clock.now().strftime("%Y%m%d%H%M%S")
        signature = hmac.new(self.credentials["connect_id"].encode(), stamp.encode(), hashlib.sha1).hexdigest()
        headers = {
            "Time-Stamp": stamp,
            "Time-Signature": signature,
            "Content-Type": "application/json",
            "User-Token": self.credentials["user_token"],
            "Client-Token": self.token,
        }
        return {name: value for name, value in {**headers, **changes}.items() if value is not None}

    def connect(self) -> http.client.HTTPConnection:
        port = int(self.sandbox.url.split(":")[2].split("/")[0])
        return http.client.HTTPConnection("127.0.0.1", port, timeout=self.timeout)

    def log_in(self) -> str:
        body = {"connectId": self.credentials["connect_id"], "password": self.credentials["connect_key"]}
        self.token = self.send("POST", "/clienttoken", {"PeakClientToken": body}, log_in=False).json["PeakClientToken"][
            "token"
        ]
        return self.token

    def send(
        self, method: str, path: str, body=None, *, log_in: bool = True, raw: bytes | None = None, **headers
    ) -> Reply:
        if log_in and not self.token:
            self.log_in()
        content = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        connection = self.connect()
        try:
            connection.request(method, f"/api/v1{path}", content or None, self.headers(**headers))
            reply = connection.getresponse()
            return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    def get(self, path: str, **kwargs) -> Reply:
        return self.send("GET", path, **kwargs)

    def post(self, path: str, body=None, **kwargs) -> Reply:
        return self.send("POST", path, body, **kwargs)

    def one(self, path: str, wrapper: str, listed: str, document: dict) -> dict:
        """Post one document and return its own result."""
        reply = self.post(path, {wrapper: {listed: [document]}})
        assert reply.status == 200, reply.content
        inner = reply.json[wrapper]
        assert inner["resCode"] == "200", inner
        return inner[listed][0]

    def receipt(self, **changes) -> dict:
        return self.one("/receipts/allinone", "PeakReceipts", "receipts", receipt(**changes))

    def invoice(self, **changes) -> dict:
        return self.one("/invoices/allinone", "PeakInvoices", "invoices", invoice(**changes))

    def found(self, path: str, wrapper: str, listed: str) -> list[dict]:
        reply = self.get(path).json[wrapper]
        assert reply["resCode"] == "200"
        return reply[listed]


def line(**changes) -> dict:
    return {"accountCode": "410101", "description": "เสื้อยืด", "quantity": 1, "price": 107, "vatType": 3, **changes}


def invoice(**changes) -> dict:
    document = {
        "code": "IV-0001", "issuedDate": "20260131", "dueDate": "20260131", "contact": {"code": "ONLINE"},
        "istaxInvoice": 1, "taxStatus": 1, "products": [line()],
    }  # fmt: skip
    return {name: value for name, value in {**document, **changes}.items() if value is not None}


def receipt(amount=107, **changes) -> dict:
    payments = {"paymentDate": "20260131", "payments": [{"paymentMethod": {"code": "EWL001"}, "amount": amount}]}
    return invoice(**{"code": "RT-0001", "paidPayments": payments, **changes})


@pytest.fixture
def clock() -> FakeClock:
    """Time of the sandbox and of whoever calls it."""
    return FakeClock()


@pytest.fixture
def sandbox(clock: FakeClock) -> Iterator[SandboxPeak]:
    """A sandbox PEAK with its books in memory."""
    with SandboxPeak(clock=clock) as running:
        yield running


@pytest.fixture
def caller(sandbox: SandboxPeak, clock: FakeClock) -> Caller:
    """Somebody who calls it and has not logged in yet."""
    return Caller(sandbox, clock)

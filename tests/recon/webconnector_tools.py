"""A small Web Connector for tests of the endpoint: single calls, whole visits, and a world with a company file behind it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from recon.crash import NO_CRASH, CrashPoints
from recon.ports import Patience, for_ever
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.targets.quickbooks.endpoint.certificate import KEPT, kept_certificate, renewed_certificate
from recon.targets.quickbooks.endpoint.desks import relayed
from recon.targets.quickbooks.endpoint.listen import Endpoint, endpoint
from recon.targets.quickbooks.endpoint.password import digest_of
from recon.targets.quickbooks.endpoint.soap import ENVELOPE, NAMESPACE
from recon.targets.quickbooks.endpoint.waiting import Times
from recon.targets.quickbooks.qbxml.read import parsed
from recon.targets.quickbooks.qbxml.write import message_set, request
from tests.clock import FakeClock

PASSWORD = "correct horse battery"
COMPANY = "C:\\Books\\Cedar.qbw"
DIGEST = digest_of(PASSWORD)
NO_TIME = Times(wait=30.0, hold=0.0, leave=0.0, hurry=0.0)
"""The clock of tests stands: 30 seconds pass only where a test says so."""
_MAKE_CONTEXT = ssl.create_default_context
NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME: certificates of tests are made at the day of the story."""


def envelope(operation: str, texts: dict[str, object]) -> bytes:
    inner = "".join(f"<{name}>{escape(str(text))}</{name}>" for name, text in texts.items())
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Body>'
        f'<{operation} xmlns="{NAMESPACE}">{inner}</{operation}></soap:Body></soap:Envelope>'
    ).encode()


def trusting(certificate: bytes) -> ssl.SSLContext:
    """Trust one certificate, whatever day this computer says it is."""
    context = _MAKE_CONTEXT(cadata=certificate)
    context.verify_flags |= NO_CHECK_TIME
    return context


def post(
    url: str, body: bytes, headers: dict[str, str], *, method: str = "POST", certificate: bytes = b""
) -> tuple[int, bytes, dict[str, str]]:
    where = urlsplit(url)
    connection = HTTPConnection("127.0.0.1", where.port, timeout=20)
    if certificate:
        connection = HTTPSConnection("127.0.0.1", where.port, timeout=20, context=trusting(certificate))
    try:
        path = where.path + (f"?{where.query}" if where.query else "")
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def headers_of(operation: str) -> dict[str, str]:
    return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{NAMESPACE}{operation}"'}


@dataclass
class Connector:
    """Calls the endpoint as the Web Connector does; its answers come from the company file."""

    url: str
    company: SandboxCompany | None = None
    path: str = COMPANY
    password: str = PASSWORD
    ticket: str = ""
    sent: list[str] = field(default_factory=list)
    """Message sets that were handed out."""
    facts: str = ""
    versions: tuple[str, str, str] = ("US", "13", "0")
    certificate: bytes = b""
    """The one it trusts, where the url is https."""

    def call(self, operation: str, **texts: object) -> str | list[str]:
        status, body, _ = post(
            self.url, envelope(operation, texts), headers_of(operation), certificate=self.certificate
        )
        assert status == 200, body
        result = parsed(body.decode()).children[0].children[0].children[0]
        return [child.own_text for child in result.children] if result.children else result.own_text

    def begin(self) -> str:
        """Log in; returns the second word."""
        said = self.call("authenticate", strUserName="recon", strPassword=self.password)
        self.ticket = said[0]
        return said[1]

    def fetch(self) -> str:
        country, major, minor = self.versions
        text = str(
            self.call(
                "sendRequestXML", ticket=self.ticket, strHCPResponse=self.facts, strCompanyFileName=self.path,
                qbXMLCountry=country, qbXMLMajorVers=major, qbXMLMinorVers=minor,
            )
        )  # fmt: skip
        if text:
            self.sent.append(text)
        return text

    def fetch_patiently(self) -> str:
        """Ask until there is work; the program thinks on another thread."""
        while not (text := self.fetch()):
            assert self.last_error() == "NoOp", self.last_error()
        return text

    def bring(self, response: str, hresult: str = "", message: str = "") -> int:
        return int(
            str(
                self.call("receiveResponseXML", ticket=self.ticket, response=response, hresult=hresult, message=message)
            )
        )

    def last_error(self) -> str:
        return str(self.call("getLastError", ticket=self.ticket))

    def close(self) -> str:
        return str(self.call("closeConnection", ticket=self.ticket))

    def step(self) -> int:
        """Fetch one set, let the company file process it, bring the answer."""
        assert self.company is not None
        return self.bring(self.company.process(self.fetch_patiently()))


@dataclass
class World:
    """An endpoint, its Web Connector, the company file, and threads for the program's side."""

    here: Endpoint
    connector: Connector
    company: SandboxCompany
    clock: FakeClock
    pool: ThreadPoolExecutor

    def ask(self, text: str, **how: object) -> Future[str]:
        """Ask on another thread; returns once the question is waiting."""
        waiting = threading.Event()

        def is_wanted() -> bool:
            waiting.set()
            return True

        found = self.pool.submit(
            lambda: self.here.dispatch.ask(
                text, set_id=str(how.get("set_id", "")), about=how.get("about", ()), is_wanted=is_wanted
            )
        )
        assert waiting.wait(10) or found.done()
        return found


@contextmanager
def world(
    folder: Path, *, times: Times = NO_TIME, serves: bool = False, company_file: str = "", crash: CrashPoints = NO_CRASH,
    on_wait: Callable[[str], None] | None = None, port: int = 0, clock: FakeClock | None = None, patience: Patience = for_ever,
    tls: bool = False,
) -> Iterator[World]:  # fmt: skip
    clock = clock or FakeClock()
    folder.mkdir(exist_ok=True)
    company = SandboxCompany(folder / "company.db", clock=clock, durable=False)
    if tls:
        keep_certificate(folder / ".recon")
    pool = ThreadPoolExecutor(8)
    try:
        with endpoint(
            folder=folder / ".recon", port=port, clock=clock, times=times, tls=tls, serves=serves, company_file=company_file,
            relayed=relayed if serves else None, on_wait=on_wait, patience=patience, crash=crash,
        ) as here:  # fmt: skip
            here.journal.keep_facts(password=DIGEST)
            kept = kept_certificate(folder / ".recon") if tls else None
            connector = Connector(here.url, company, certificate=kept.der if kept else b"")
            yield World(here, connector, company, clock, pool)
    finally:
        pool.shutdown(wait=True)
        company.close()


_MADE: dict[str, bytes] = {}


def keep_certificate(folder: Path) -> None:
    """Give a workspace the certificate of all tests, at the day of the story: making a key takes a while."""
    if not _MADE:
        renewed_certificate(folder, FakeClock().now())
        _MADE[KEPT] = (folder / KEPT).read_bytes()
    folder.mkdir(exist_ok=True)
    (folder / KEPT).write_bytes(_MADE[KEPT])


def question() -> str:
    return message_set([request("HostQuery", {}, request_id="1")])


def change(set_id: str, name: str) -> str:
    """A set that makes a customer: doing it twice is refused by QuickBooks, and seen."""
    return message_set([request("CustomerAdd", {"Name": name}, request_id="1")], set_id=set_id)

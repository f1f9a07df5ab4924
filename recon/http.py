"""One HTTP client for sources and targets: time-outs, limits, no redirects, no environment, no secrets on show.

What an exchange proves is decided here once (`reliability` table 3.2): `NotSent` means that not one byte of the
request can have been acted on; `NoWholeAnswer` means that it may have been. Sources and targets turn both into their
own errors. Nothing here repeats a request. httpx is slow to import, so the first client imports it.
"""

from __future__ import annotations

import datetime as dt
import http.cookiejar
import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from recon.closing import Closing
from recon.errors import ReconError, SettingsError
from recon.lean_httpx import load_httpx
from recon.masking import Masker, Secret, quieten_loggers

if TYPE_CHECKING:
    import httpx

BODY_LIMIT_BYTES: Final = 10 * 1024 * 1024
"""A larger answer is no answer of an accounting service; reading on would only fill the memory."""
KEPT_BODY_BYTES: Final = 64 * 1024
"""So much of an unclear answer is kept as evidence."""
CONNECT_TIMEOUT_SECONDS: Final = 10
WHOLE_ANSWER_TIMEOUTS: Final = 4
"""An answer that drips in slower than this many time-outs altogether is given up."""


class HttpFailure(ReconError):
    """An exchange without a whole answer."""

    title = "No whole answer"
    exit_code = 5


class NotSent(HttpFailure):
    """The other side cannot have seen the request: sending it again is safe."""


class NoWholeAnswer(HttpFailure):
    """The request may have been carried out, but no whole answer came back.

    ``status`` and ``partial`` hold what arrived, if anything did.
    """

    def __init__(self, message: str, *, status: int | None = None, partial: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.partial = partial[:KEPT_BODY_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer, whatever its status."""

    status: int
    content_type: str
    """Media type in lower case without parameters; empty if the answer names none."""
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case; cookies left out."""
    body: bytes = field(repr=False)
    date: dt.datetime | None
    """The other side's clock (header ``Date``), UTC."""

    def json(self) -> object:
        """Return the body read as JSON; numbers with a decimal point become ``Decimal``, never ``float``.

        Raises:
            ValueError: The body is not exactly one JSON text in UTF-8.
        """
        try:
            return json.loads(self.body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse_constant)
        except (RecursionError, ArithmeticError):
            raise ValueError("nested too deeply, or a number beyond all bounds") from None

    def retry_after_seconds(self) -> float | None:
        """Return how long the other side asks us to wait, at least one second; None if it does not say.

        A date is compared with the answer's own ``Date``, so that a wrong clock here does not matter.
        """
        told = self.headers.get("retry-after", "").strip()
        if not told:
            return None
        if told.isascii() and told.lstrip("-").isdecimal():
            return 1.0 if told.startswith("-") else max(1.0, float(told[:12]))
        until = _http_date(told)
        if until is None or self.date is None:
            return None
        return max(1.0, (until - self.date).total_seconds())


class HttpClient(Closing):
    """Speaks to one base address. Reads reuse connections; every write has a connection of its own.

    Args:
        base_url: https, or http on this computer only.
        timeout_seconds: Time-out of each step of an exchange (connecting has its own, shorter one).
        proxy: Address of a proxy; the environment's proxy settings are never used.
        ca_file: Certificates (PEM) to trust besides the usual ones, for a company's own root.
        secrets: Texts to be masked wherever this client writes something down.

    Raises:
        SettingsError: The address is not https (or http on this computer), or the certificate file cannot be read.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout_seconds: float = 30,
        proxy: str | None = None,
        ca_file: Path | None = None,
        secrets: tuple[str, ...] = (),
        user_agent: str = "recon",
        body_limit_bytes: int = BODY_LIMIT_BYTES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_url = checked_base_url(base_url)
        self._timeout_seconds = timeout_seconds
        self._proxy = Secret(proxy) if proxy else None
        self._ca_file = ca_file
        self._masker = Masker(secrets)
        self._user_agent = user_agent
        self._body_limit_bytes = body_limit_bytes
        self._monotonic = monotonic
        self._clients: dict[bool, httpx.Client] = {}
        self._context: ssl.SSLContext | None = None
        self._making = threading.Lock()

    def __repr__(self) -> str:
        return f"HttpClient({self.base_url!r})"

    def close(self) -> None:
        """Close all connections."""
        with self._making:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def add_secret(self, value: str) -> None:
        """Mask this text from now on (a token received on the way)."""
        self._masker.add(value)

    def evidence(self, body: bytes) -> str:
        """Return the beginning of a body as text to keep: at most 64 KiB, secrets masked."""
        return self._masker.masked(body.decode("utf-8", "replace"))[:KEPT_BODY_BYTES]

    def blotted(self, body: bytes) -> bytes:
        """Return a body as it came; should it hold one of our secrets, the secret is blotted out, length kept."""
        return self._masker.blotted(body)

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str | Secret] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        write: bool = False,
    ) -> Answer:
        """Carry out one exchange, once; redirects are handed back, not followed.

        Args:
            method: GET, POST and so on.
            path: Path below the base address, beginning with a slash.
            headers: Headers of this request; secrets as `Secret`.
            params: Query parameters; never a secret.
            body: Body exactly as it goes out.
            write: True where the request changes something on the other side.

        Raises:
            NotSent: Nothing can have happened.
            NoWholeAnswer: It may have happened; no whole answer came.
        """
        outcome = self._exchange(method, path, headers or {}, params or {}, body, write=write)
        # Raised here, outside of any handler: the error must not drag along httpx frames that hold headers.
        if isinstance(outcome, HttpFailure):
            raise outcome
        return outcome

    def _exchange(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str | Secret],
        params: Mapping[str, str],
        body: bytes | None,
        *,
        write: bool,
    ) -> Answer | HttpFailure:
        where = f"{method} {self.base_url}{path}"
        try:
            client = self._client(write=write)
            import httpx

            request = self._built(client, method, path, headers, params, body, write=write)
        except SettingsError:
            raise
        except Exception as error:  # noqa: BLE001  whatever fails before the call is not sent
            return NotSent(f"{where}: not sent, the request could not be made ({type(error).__name__}).")
        not_sent = (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.UnsupportedProtocol,
            httpx.LocalProtocolError,
        )
        received = _Received()
        try:
            self._read_answer(client, request, received)
        except not_sent as error:
            return NotSent(self._masker.masked(f"{where}: not sent, no connection ({_reason(error)})."))
        except Exception as error:  # noqa: BLE001  after the call begins, anything unforeseen leaves it open
            text = self._masker.masked(f"{where}: no whole answer ({_reason(error)}).")
            return NoWholeAnswer(text, status=received.status, partial=bytes(received.body))
        return received.answer()

    def _built(
        self,
        client: httpx.Client,
        method: str,
        path: str,
        headers: Mapping[str, str | Secret],
        params: Mapping[str, str],
        body: bytes | None,
        *,
        write: bool,
    ) -> httpx.Request:
        assert path.startswith("/")
        assert not path.startswith("//")
        assert not set(path) & set("?#\\")
        assert not any(self._masker.holds_secret(text) for text in (path, *params.values()))
        plain = {name: value.reveal() if isinstance(value, Secret) else value for name, value in headers.items()}
        # A compressed answer to a write would be one more thing that can break after the commit.
        plain["Accept-Encoding"] = "identity" if write else "gzip, deflate"
        if write:
            plain["Connection"] = "close"
        return client.build_request(
            method, self.base_url + path, headers=plain, params=dict(params) or None, content=body
        )

    def _read_answer(self, client: httpx.Client, request: httpx.Request, received: _Received) -> None:
        give_up_at = self._monotonic() + WHOLE_ANSWER_TIMEOUTS * self._timeout_seconds
        response = client.send(request, stream=True)
        try:
            received.status = response.status_code
            received.headers = {name.lower(): value for name, value in response.headers.items()}
            received.headers.pop("set-cookie", None)
            for chunk in response.iter_bytes():
                received.body += chunk
                if len(received.body) > self._body_limit_bytes:
                    raise _GivenUp(f"answer larger than {self._body_limit_bytes} bytes")
                if self._monotonic() > give_up_at:
                    raise _GivenUp("the answer trickled in too slowly")
        finally:
            response.close()

    def _client(self, *, write: bool) -> httpx.Client:
        with self._making:
            if write not in self._clients:
                self._clients[write] = self._made(write=write)
            return self._clients[write]

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            is_used = self.base_url.startswith("https:") or self._proxy is not None
            # Loading the roots takes longer than a request; without them a context trusts nobody.
            self._context = tls_context(self._ca_file) if is_used else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return self._context

    def _made(self, *, write: bool) -> httpx.Client:
        load_httpx()
        import httpx

        quieten_loggers()
        seconds = self._timeout_seconds
        timeout = httpx.Timeout(seconds, connect=min(CONNECT_TIMEOUT_SECONDS, seconds))
        limits = httpx.Limits(max_connections=10, max_keepalive_connections=0 if write else 5, keepalive_expiry=5)
        return httpx.Client(
            trust_env=False,
            follow_redirects=False,
            timeout=timeout,
            limits=limits,
            verify=self._tls(),
            proxy=self._proxy.reveal() if self._proxy else None,
            cookies=http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": self._user_agent},
        )


class _GivenUp(Exception):
    """We stopped reading."""


@dataclass(slots=True)
class _Received:
    """What has arrived so far."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    def answer(self) -> Answer:
        assert self.status is not None
        return Answer(
            status=self.status,
            content_type=self.headers.get("content-type", "").partition(";")[0].strip().lower(),
            headers=self.headers,
            body=bytes(self.body),
            date=_http_date(self.headers.get("date", "")),
        )


def checked_base_url(base_url: str) -> str:
    """Return the address without a closing slash.

    Raises:
        SettingsError: It is neither https nor http on this computer, or carries a name, password, query or fragment.
    """
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError("The base address is not an address. Write it like https://api.example.com/v1.") from None
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SettingsError(
            "The base address must hold no name, password, query or fragment: secrets belong in the key store."
        )
    if not host or parts.scheme not in {"https", "http"} or (parts.scheme == "http" and not is_loopback(host)):
        raise SettingsError(
            f"The base address {base_url!r} is refused; accepted: https://..., or http:// on this computer only."
        )
    return base_url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Return whether the host is this computer."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return a context that always verifies; built by hand so that no environment variable has a say in it.

    Raises:
        SettingsError: The certificate file cannot be read.
    """
    import certifi

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=certifi.where())
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=str(ca_file))
        except (OSError, ssl.SSLError):
            raise SettingsError(
                f"{ca_file} holds no certificates (PEM). Name the file with your company's root."
            ) from None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    return context


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _http_date(text: str) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")

"""SOAP 1.1 as Intuit's Web Connector speaks it: one call, one answer, and no mercy for an answer in another form.

A real Web Connector shows a general message where an answer is a fault, a page, or in another namespace; here it is said
what was wrong with it. Which calls there are is Intuit's (reference section 7).
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from recon.errors import ReconError, UsageError

NAMESPACE: Final = "http://developer.intuit.com/"
ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_TIMEOUT_SECONDS: Final = 120
"""A service may keep a call waiting until there is work."""
_LOCAL: Final = ("localhost", "127.0.0.1")
_LARGEST: Final = 32 << 20


class NoAnswer(ReconError):
    """The service could not be reached, or broke off."""


class WrongAnswer(ReconError):
    """The service answered, but not as a Web Connector understands it."""


@dataclass(slots=True)
class Service:
    """One web service; keeps its connection open between calls, as the original does."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    """More headers, or others, for trying out what a service refuses."""
    certificate: bytes = field(default=b"", repr=False)
    """The one certificate that is trusted, for https (DER)."""
    _wire: http.client.HTTPConnection | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != ("https" if self.certificate else "http") or parts.hostname not in _LOCAL:
            raise UsageError(
                f"The sandbox's Web Connector goes to http://localhost only, or to https with its certificate, not to {self.url}."
            )

    def call(self, operation: str, values: Sequence[tuple[str, str]] = ()) -> list[str]:
        """Call one operation; returns the texts of its result (one, or those of an array).

        Raises:
            NoAnswer: No whole answer came.
            WrongAnswer: The answer is not the one of this operation.
        """
        status, kind, body = self.post(operation, envelope(operation, values))
        if status != http.client.OK:
            raise WrongAnswer(f"{operation}: HTTP {status}: {body[:300].decode('utf-8', 'replace').strip()}")
        if kind.partition(";")[0].strip().lower() != "text/xml":
            raise WrongAnswer(f"{operation}: the answer is {kind or 'of no stated kind'}, where text/xml belongs")
        return result_of(operation, body)

    def post(self, operation: str, body: bytes) -> tuple[int, str, bytes]:
        """Send a body as it is; returns status, content type and what came back.

        Raises:
            NoAnswer: No whole answer came.
        """
        parts = urlsplit(self.url)
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{NAMESPACE}{operation}"',
            "User-Agent": "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)",
            "Expect": "100-continue",
            **self.headers,
        }
        try:
            if self._wire is None:
                self._wire = self._connection(parts.hostname or "", parts.port)
            self._wire.request("POST", parts.path or "/", body=body, headers=headers)
            answer = self._wire.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read(_LARGEST)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswer(f"{operation}: {self.url} gives no answer ({error or type(error).__name__})") from error

    def _connection(self, host: str, port: int | None) -> http.client.HTTPConnection:
        """Return a connection as Windows would let the original make it: to a trusted certificate of that name and day."""
        if not self.certificate:
            return http.client.HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)
        context = ssl.create_default_context(cadata=self.certificate)
        return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_SECONDS, context=context)

    def close(self) -> None:
        """Close the connection."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None


def envelope(operation: str, values: Sequence[tuple[str, str]]) -> bytes:
    """Return a call as it goes over the wire."""
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values)
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<soap:Envelope xmlns:soap="{ENVELOPE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
        f'<{operation} xmlns="{NAMESPACE}">{inner}</{operation}></soap:Body></soap:Envelope>'
    ).encode()


def result_of(operation: str, body: bytes) -> list[str]:
    """Return the texts of an operation's result.

    Raises:
        WrongAnswer: It is another answer.
    """
    try:
        top = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise WrongAnswer(f"{operation}: the answer is not XML ({error})") from error
    path = (f"{{{ENVELOPE}}}Body", f"{{{NAMESPACE}}}{operation}Response", f"{{{NAMESPACE}}}{operation}Result")
    found: Element | None = top if top.tag == f"{{{ENVELOPE}}}Envelope" else None
    for tag in path:
        found = None if found is None else found.find(tag)
    if found is None:
        raise WrongAnswer(f"{operation}: the answer holds no {operation}Result of {NAMESPACE}")
    texts = found.findall(f"{{{NAMESPACE}}}string")
    if len(texts) != len(found):
        raise WrongAnswer(f"{operation}: {operation}Result holds something else than texts")
    return [text.text or "" for text in texts] if len(found) else [found.text or ""]

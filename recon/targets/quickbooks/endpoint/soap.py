"""The Web Connector's SOAP 1.1 (document/literal): its operations, reading a request strictly, writing an answer.

A request comes from outside: document types and entities are refused before anything is read (fault F45), and so is every
element that is not the operation's. Elements left out are empty: the Web Connector leaves out what it has no text for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from recon.targets.quickbooks.qbxml.chars import escaped
from recon.targets.quickbooks.qbxml.problems import MalformedAnswer
from recon.targets.quickbooks.qbxml.read import parsed
from recon.targets.quickbooks.qbxml.rows import Row
from recon.text import show

NAMESPACE: Final = "http://developer.intuit.com/"
ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
LARGEST_BODY: Final = 10_000_000
"""Longest request read, in bytes."""

Kind = Literal["string", "int", "strings"]
Result = str | int | Sequence[str]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the Web Connector can ask."""

    name: str
    takes: tuple[str, ...]
    """Names of its texts, in their order."""
    gives: Kind
    refusal: Result
    """The answer that says no, where nothing better is known: never an error page."""


_ALL: Final = (
    Operation("serverVersion", ("strVersion",), "string", ""),
    Operation("clientVersion", ("strVersion",), "string", ""),
    Operation("authenticate", ("strUserName", "strPassword"), "strings", ("", "nvu")),
    Operation(
        "sendRequestXML",
        ("ticket", "strHCPResponse", "strCompanyFileName", "qbXMLCountry", "qbXMLMajorVers", "qbXMLMinorVers"),
        "string",
        "",
    ),
    Operation("receiveResponseXML", ("ticket", "response", "hresult", "message"), "int", -1),
    Operation("connectionError", ("ticket", "hresult", "message"), "string", "done"),
    Operation("getLastError", ("ticket",), "string", ""),
    Operation("closeConnection", ("ticket",), "string", "OK"),
    Operation("getInteractiveURL", ("wcTicket", "sessionID"), "string", ""),
    Operation("interactiveDone", ("wcTicket",), "string", "Done"),
    Operation("interactiveRejected", ("wcTicket", "reason"), "string", "Done"),
)
OPERATIONS: Final = MappingProxyType({one.name: one for one in _ALL})
WHOLE: Final = frozenset({"qbXMLMajorVers", "qbXMLMinorVers"})
"""Texts that are whole numbers in the Web Connector's description."""


class NotOurs(Exception):
    """The request is none the Web Connector makes."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was read."""

    operation: Operation
    texts: Mapping[str, str]
    """By name; empty where it was left out."""


def action_name(header: str) -> str:
    """Return the operation a SOAPAction header names; empty where it names none."""
    said = header.strip()
    if len(said) >= 2 and said[0] == said[-1] == '"':
        said = said[1:-1]
    name = said.removeprefix(NAMESPACE)
    return name if said.startswith(NAMESPACE) and name in OPERATIONS else ""


def read_call(body: bytes, action: str) -> Call:
    """Return what a request asks.

    ``action``: the operation its SOAPAction names; the body must name the same.

    Raises:
        NotOurs: It is too large, no SOAP 1.1, has a document type, or asks for something else.
    """
    if len(body) > LARGEST_BODY:
        raise NotOurs(f"more than {LARGEST_BODY:,} bytes")
    try:
        top = parsed(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise NotOurs("not in UTF-8") from None
    except MalformedAnswer as refused:
        raise NotOurs(str(refused).partition(". ")[0].replace("QuickBooks' answer", "the request")) from None
    operation = OPERATIONS[action]
    asked = _asked(top)
    if asked.name != f"{{{NAMESPACE}}}{action}":
        raise NotOurs(f"asks for {show(asked.name, limit=80)} under the name {action}")
    texts: dict[str, str] = {}
    for child in asked.children:
        name = child.name.removeprefix(f"{{{NAMESPACE}}}")
        if name == child.name or name not in operation.takes or name in texts or child.children:
            raise NotOurs(f"{show(child.name, limit=80)} does not belong in {action}")
        texts[name] = child.own_text
    return Call(operation, {name: texts.get(name, "") for name in operation.takes})


def _asked(top: Row) -> Row:
    if top.name != f"{{{ENVELOPE}}}Envelope":
        raise NotOurs(f"begins with {show(top.name, limit=80)}, not with a SOAP 1.1 envelope")
    names = [child.name for child in top.children]
    if names not in ([f"{{{ENVELOPE}}}Body"], [f"{{{ENVELOPE}}}Header", f"{{{ENVELOPE}}}Body"]):
        raise NotOurs("is no SOAP 1.1 envelope with one body")
    inner = top.children[-1].children
    if len(inner) != 1:
        raise NotOurs(f"asks for {len(inner)} things at once")
    return inner[0]


def write_answer(operation: Operation, result: Result) -> bytes:
    """Return the answer's bytes: plain ASCII."""
    name = operation.name
    if operation.gives == "strings":
        assert not isinstance(result, str | int)
        inner = "".join(f"<string>{escaped(one)}</string>" for one in result)
    else:
        assert isinstance(result, int if operation.gives == "int" else str)
        inner = escaped(str(result))
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Body>'
        f'<{name}Response xmlns="{NAMESPACE}"><{name}Result>{inner}</{name}Result></{name}Response>'
        "</soap:Body></soap:Envelope>"
    ).encode("ascii")

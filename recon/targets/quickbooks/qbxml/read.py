"""Takes an answer of QuickBooks apart: message set, answers, rows.

The text comes from outside: document types, entities and external things are refused before anything is read (fault
F45), as are answers that are too large, too deep, or not qbXML. Which element becomes what is Intuit's qbXML 13.0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from recon.targets.quickbooks.qbxml.problems import MalformedAnswer
from recon.targets.quickbooks.qbxml.rows import Row
from recon.text import show

LARGEST: Final = 32_000_000
"""Longest answer read, in characters; a piece of an iterator or a set of a few dozen requests is far below."""
DEEPEST: Final = 32
"""Deepest nesting read; qbXML has fewer than ten levels."""
MOST: Final = 1_000_000
"""Most elements read."""

_SHORT: Final = 100_000
_RECOVERY: Final = "ErrorRecovery"
_WHOLE: Final = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one request."""

    request_id: str
    request: str
    """Name without Rs: `SalesReceiptAdd`."""
    status_code: int
    severity: str
    """Info, Warn or Error, as stated."""
    message: str
    """QuickBooks' own words, as they came: text from outside."""
    rows: tuple[Row, ...] = ()
    """What was returned: the `...Ret` elements; of a void or a deletion the answer itself."""
    ret_count: int | None = None
    iterator_id: str = ""
    iterator_remaining: int | None = None
    """How many rows are still to come; None where no iterator was asked for."""
    error_recovery: Row | None = None
    """Ids of what QuickBooks made although it reports an error (qbXML 11.0 and newer)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answer to one message set."""

    answers: tuple[Answer, ...]
    set_status: int | None = None
    """`messageSetStatusCode`: only there where set ids were used; anything but 0 is a problem with the recovery. The list
    of its values is not known to us."""
    set_id: str = ""
    """`newMessageSetID` as the answer repeats it; empty where it does not."""

    def by_id(self, request_id: str) -> Answer:
        """Return the answer to one request.

        Raises:
            MalformedAnswer: There is none, or more than one.
        """
        found = [answer for answer in self.answers if answer.request_id == request_id]
        if len(found) != 1:
            raise MalformedAnswer(
                f"QuickBooks' answer holds {len(found)} answers to request {request_id}, where one belongs. "
                "What QuickBooks did is looked up before anything is sent again."
            )
        return found[0]


class _Builder:
    """Builds rows from the parser's events, within bounds."""

    def __init__(self) -> None:
        self.top: Row | None = None
        self._open: list[tuple[str, dict[str, str], list[Row], list[str]]] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST or len(self._open) >= DEEPEST:
            raise _malformed("is larger or deeper than any answer of QuickBooks")
        self._open.append((tag, dict(attributes), [], []))

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1][3].append(text)

    def end(self, _tag: str) -> None:
        name, attributes, children, texts = self._open.pop()
        own = "" if children else "".join(texts)
        row = Row(name=name, own_text=own, children=tuple(children), attributes=attributes)
        if self._open:
            self._open[-1][2].append(row)
        else:
            self.top = row

    def close(self) -> Row | None:
        return self.top


def read(text: str) -> Answers:
    """Return what an answer says.

    Raises:
        MalformedAnswer: It is not an answer of QuickBooks, or part of it is not in the form it must have.
    """
    return _read_lately(text) if len(text) <= _SHORT else _read(text)


def _read(text: str) -> Answers:
    top = parsed(text)
    if top.name != "QBXML":
        raise _malformed(f"begins with {show(top.name, limit=40)}, not with QBXML")
    sets = top.all("QBXMLMsgsRs")
    if len(sets) != 1:
        raise _malformed(f"holds {len(sets)} message sets, where one belongs")
    said = sets[0]
    return Answers(
        answers=tuple(_answer(child) for child in said.children),
        set_status=_number(said, "messageSetStatusCode"),
        set_id=said.attributes.get("newMessageSetID", ""),
    )


_read_lately: Final = lru_cache(maxsize=2)(_read)
"""Short answers are read twice, by the endpoint and by who asked."""


def parsed(text: str) -> Row:
    """Return the top element of XML text from outside.

    Raises:
        MalformedAnswer: It is too large, not XML, or has a document type or entities (F45).
    """
    if len(text) > LARGEST:
        raise _malformed(f"has {len(text):,} characters; recon reads at most {LARGEST:,}")
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(text.removeprefix("\ufeff").lstrip())
        top = parser.close()
    except DefusedXmlException:
        raise _malformed("has a DOCTYPE or entities of its own; it was refused unread") from None
    except (ParseError, UnicodeEncodeError, ValueError) as broken:
        raise _malformed(f"is not XML ({show(broken, limit=120)})") from None
    if not isinstance(top, Row):
        raise _malformed("is empty")
    return top


def _answer(said: Row) -> Answer:
    if not said.name.endswith("Rs") or "statusCode" not in said.attributes:
        raise _malformed(f"holds {show(said.name, limit=60)} without a status code")
    inner = [child for child in said.children if child.name != _RECOVERY]
    listed = tuple(child for child in inner if child.name.endswith("Ret"))
    return Answer(
        request_id=said.attributes.get("requestID", ""),
        request=said.name.removesuffix("Rs"),
        status_code=_number(said, "statusCode") or 0,
        severity=said.attributes.get("statusSeverity", ""),
        message=said.attributes.get("statusMessage", ""),
        rows=listed if listed or not inner else (said,),
        ret_count=_number(said, "retCount"),
        iterator_id=said.attributes.get("iteratorID", ""),
        iterator_remaining=_number(said, "iteratorRemainingCount"),
        error_recovery=said.one(_RECOVERY),
    )


def _number(row: Row, name: str) -> int | None:
    said = row.attributes.get(name)
    if said is None:
        return None
    if not _WHOLE.fullmatch(said):
        raise _malformed(f"says {show(said, limit=40)!r} in {show(row.name, limit=60)}/{name}, where a number belongs")
    return int(said)


def _malformed(how: str) -> MalformedAnswer:
    return MalformedAnswer(
        f"QuickBooks' answer {how}. recon does not guess what QuickBooks did; it is looked up before anything is sent again."
    )

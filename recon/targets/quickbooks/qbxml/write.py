"""Writes qbXML: one request from a mapping of values, and message sets of requests.

The order of elements comes from the tables, never from the caller: a wrong order refuses the whole message
(0x80040400). Everything QuickBooks would refuse is a problem here, all of them at once, before anything is sent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recon.targets.quickbooks.desk import SET_ID_MAX
from recon.targets.quickbooks.qbxml.chars import escaped
from recon.targets.quickbooks.qbxml.fields import OLDEST, Table, Version
from recon.targets.quickbooks.qbxml.problems import QbxmlProblem, QbxmlRefused
from recon.targets.quickbooks.qbxml.tables import TABLES
from recon.targets.quickbooks.qbxml.tree import Newer, Tree

REQUEST_ID_MAX: Final = 50
RETURNED_MAX: Final = 50
ON_ERROR: Final = ("continueOnError", "stopOnError")
"""`rollbackOnError` stands in the schema and is refused by QuickBooks."""
ITERATOR: Final = ("Start", "Continue", "Stop")
WIPES_ALL: Final = "ClearAllMessageSets"
"""A set id that throws away every answer QuickBooks keeps for us; never written."""
BASELINE: Final = "13.0"
"""qbXML version written where nothing else is asked for."""

_VERSION: Final = re.compile(r"([0-9]{1,2})\.([0-9])")
_PLAIN: Final = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, written and checked; only the version it needs is still open."""

    name: str
    """`SalesReceiptAdd`."""
    request_id: str
    text: str
    """The `...Rq` element."""
    changes: bool
    """It changes the company file."""
    newer: tuple[Newer, ...] = ()
    """Elements in it that not every version has."""


def request(
    name: str,
    values: Mapping[str, object],
    *,
    request_id: str,
    returns: Sequence[str] = (),
    iterator: str = "",
    iterator_id: str = "",
) -> Request:
    """Return one request.

    Args:
        name: As in the tables: `SalesReceiptAdd`, `CustomerQuery`, `TxnVoid`.
        values: By element name, in any order; mappings for elements with children, sequences for repeats. Amounts are
            whole minor units, quantities whole thousandths (or exact decimals), rates exact decimals. A reference is a
            FullName or a mapping with ListID or FullName. None and empty text leave an element out.
        request_id: At most 50 characters; the answer repeats it.
        returns: Of an Add: the only elements the answer shall hold (`TxnID`, `EditSequence` ...).
        iterator: `Start` (with MaxReturned), `Continue` or `Stop`, where the query allows it.
        iterator_id: The answer's id, to continue or to stop.

    Raises:
        QbxmlRefused: QuickBooks would refuse it; all problems are listed.
    """
    table = TABLES.get(name)
    if table is None:
        raise QbxmlRefused((QbxmlProblem(path=name, value="", reason="recon does not write this request"),))
    tree = Tree(root=name)
    tree.write(table.parts, values, depth=2 if table.is_wrapped else 1)
    problems = [
        *tree.problems,
        *_id_problems(name, request_id),
        *_return_problems(table, returns),
        *_iterator_problems(table, values, iterator, iterator_id),
    ]
    if problems:
        raise QbxmlRefused(tuple(problems))
    attributes = {"requestID": request_id, "iterator": iterator, "iteratorID": iterator_id}
    return Request(
        name=name,
        request_id=request_id,
        text=_element(table, tree.lines, attributes, returns),
        changes=table.changes,
        newer=(*((Newer(path=name, since=table.since),) if table.since > OLDEST else ()), *tree.newer),
    )


def _element(table: Table, lines: Sequence[str], attributes: Mapping[str, str], returns: Sequence[str]) -> str:
    said = "".join(f' {key}="{escaped(value)}"' for key, value in attributes.items() if value)
    inner = [f" <{table.name}>", *lines, f" </{table.name}>"] if table.is_wrapped else list(lines)
    inner += [f" <IncludeRetElement>{escaped(name)}</IncludeRetElement>" for name in returns]
    if not inner:
        return f"<{table.name}Rq{said} />"
    return "\n".join((f"<{table.name}Rq{said}>", *inner, f"</{table.name}Rq>"))


def _id_problems(name: str, request_id: str) -> list[QbxmlProblem]:
    if len(request_id) <= REQUEST_ID_MAX and _PLAIN.fullmatch(request_id):
        return []
    reason = f"a request id has 1 to {REQUEST_ID_MAX} plain characters without spaces"
    return [QbxmlProblem(path=f"{name}/requestID", value=request_id, reason=reason)]


def _return_problems(table: Table, returns: Sequence[str]) -> list[QbxmlProblem]:
    path = f"{table.name}/IncludeRetElement"
    if returns and not (table.is_wrapped and table.changes):
        reason = "only an Add takes it this way; of a query it is a value like the others"
        return [QbxmlProblem(path=path, value=", ".join(returns), reason=reason)]
    reason = f"the name of an element of the answer, at most {RETURNED_MAX} characters"
    return [
        QbxmlProblem(path=path, value=name, reason=reason)
        for name in returns
        if len(name) > RETURNED_MAX or not _PLAIN.fullmatch(name)
    ]


def _iterator_problems(
    table: Table, values: Mapping[str, object], iterator: str, iterator_id: str
) -> list[QbxmlProblem]:
    if not iterator and not iterator_id:
        return []
    reason = ""
    if not table.iterates:
        reason = "this list is read whole; it takes no iterator"
    elif iterator not in ITERATOR:
        reason = f"an iterator is one of: {', '.join(ITERATOR)}"
    elif iterator != "Start" and not _PLAIN.fullmatch(iterator_id):
        reason = "the id of the iterator is missing"
    elif iterator == "Start" and iterator_id:
        reason = "an iterator that starts has no id yet"
    elif iterator != "Stop" and values.get("MaxReturned") is None:
        reason = "an iterator needs MaxReturned"
    return [QbxmlProblem(path=f"{table.name}/iterator", value=iterator, reason=reason)] if reason else []


def message_set(
    requests: Sequence[Request],
    *,
    version: str = BASELINE,
    on_error: str = "continueOnError",
    set_id: str = "",
    old_set_id: str = "",
) -> str:
    """Return a message set as it goes to QuickBooks: plain ASCII.

    Without requests it is a recovery: with ``set_id`` and ``old_set_id`` the same it asks for the answer QuickBooks keeps
    under that id, with ``old_set_id`` alone it clears it (Intuit, "Error recovery").

    Raises:
        QbxmlRefused: QuickBooks would refuse it; all problems are listed.
    """
    problems = [*_set_problems(requests, on_error, set_id, old_set_id), *_version_problems(requests, version)]
    if problems:
        raise QbxmlRefused(tuple(problems))
    attributes = {"onError": on_error, "newMessageSetID": set_id, "oldMessageSetID": old_set_id}
    said = "".join(f' {key}="{escaped(value)}"' for key, value in attributes.items() if value)
    lines = ('<?xml version="1.0" encoding="utf-8"?>', f'<?qbxml version="{version}"?>', "<QBXML>")
    body = (f"<QBXMLMsgsRq{said}>", *(one.text for one in requests), "</QBXMLMsgsRq>", "</QBXML>", "")
    return "\n".join((*lines, *body))


def _set_problems(requests: Sequence[Request], on_error: str, set_id: str, old_set_id: str) -> list[QbxmlProblem]:
    problems: list[QbxmlProblem] = []

    def wrong(path: str, value: str, reason: str) -> None:
        problems.append(QbxmlProblem(path=path, value=value, reason=reason))

    if on_error not in ON_ERROR:
        wrong("onError", on_error, f"QuickBooks takes one of: {', '.join(ON_ERROR)}")
    for path, value in (("newMessageSetID", set_id), ("oldMessageSetID", old_set_id)):
        if value and (len(value) > SET_ID_MAX or not _PLAIN.fullmatch(value)):
            wrong(path, value, f"a set id has at most {SET_ID_MAX} plain characters without spaces")
        if value.casefold() == WIPES_ALL.casefold():
            wrong(path, value, "it would throw away every answer QuickBooks keeps")
    if not requests and not old_set_id:
        wrong("QBXMLMsgsRq", "", "a message set without requests asks for nothing; a recovery names the old set id")
    if not set_id and any(one.changes for one in requests):
        wrong(
            "newMessageSetID",
            "",
            "a set that changes the company file needs a set id, so that a lost answer can be asked for",
        )
    for request_id, count in Counter(one.request_id for one in requests).items():
        if count > 1:
            wrong("requestID", request_id, f"{count} requests of the set have this id")
    return problems


def _version_problems(requests: Sequence[Request], version: str) -> list[QbxmlProblem]:
    found = _VERSION.fullmatch(version)
    spoken: Version = (int(found[1]), int(found[2])) if found else (0, 0)
    if spoken < OLDEST:
        reason = f"recon writes qbXML {OLDEST[0]}.{OLDEST[1]} and newer, as in {BASELINE}"
        return [QbxmlProblem(path="version", value=version, reason=reason)]
    return [
        QbxmlProblem(
            path=f"{one.name}[{one.request_id}]{newer.path.removeprefix(one.name)}",
            value="",
            reason=f"needs qbXML {newer.since[0]}.{newer.since[1]}, this QuickBooks speaks {version}; leave it out",
        )
        for one in requests
        for newer in one.newer
        if newer.since > spoken
    ]

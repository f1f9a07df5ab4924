"""Reads a message set as strictly as QuickBooks: order of elements, types, lengths, required parents, nothing unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from recon.targets.quickbooks.desk import SET_ID_MAX
from recon.targets.quickbooks.qbxml.fields import Choice, Field, Kind, Part, Table
from recon.targets.quickbooks.qbxml.problems import MalformedAnswer
from recon.targets.quickbooks.qbxml.read import parsed
from recon.targets.quickbooks.qbxml.rows import Row
from recon.targets.quickbooks.qbxml.tables import TABLES

UNPARSABLE: Final = "0x80040400"
"""hresult of a message QuickBooks cannot read; the whole set is refused."""
_PATTERNS: Final = {
    Kind.AMT: re.compile(r"[+-]?[0-9]{1,13}(\.[0-9]{2})?"),
    Kind.PRICE: re.compile(r"[+-]?[0-9]{1,10}(\.[0-9]{1,5})?"),
    Kind.QUAN: re.compile(r"[+-]?[0-9]{1,10}(\.[0-9]{1,5})?"),
    Kind.PERCENT: re.compile(r"[+-]?[0-9]{1,10}(\.[0-9]{1,5})?"),
    Kind.DATE: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    Kind.DATETIME: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([+-][0-9]{2}:[0-9]{2})?)?)?"),
    Kind.BOOL: re.compile(r"true|false|1|0"),
    Kind.INT: re.compile(r"-?[0-9]{1,9}"),
    Kind.ID: re.compile(r".{1,36}"),
    Kind.GUID: re.compile(r"0|\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}"),
}
_ON_ERROR: Final = ("stopOnError", "continueOnError")


class Unparsable(Exception):
    """QuickBooks would refuse the whole message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came."""

    name: str
    """Without Rq."""
    request_id: str
    values: Row
    """The element that holds the values: the Add itself, or the Rq of a query."""
    returns: tuple[str, ...]
    iterator: str = ""
    iterator_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSet:
    """A message set as it came."""

    requests: tuple[Asked, ...]
    on_error: str
    set_id: str
    old_set_id: str


def read_set(text: str) -> MessageSet:
    """Return a message set.

    Raises:
        Unparsable: QuickBooks would answer with `UNPARSABLE` and do nothing.
    """
    if not text.isascii():
        raise Unparsable("the message is not plain ASCII")
    if not re.search(r"<\?qbxml version=\"[0-9]{1,2}\.[0-9]\"\?>", text):
        raise Unparsable("the message names no qbXML version")
    try:
        top = parsed(text)
    except MalformedAnswer as error:
        raise Unparsable(str(error)) from error
    sets = top.all("QBXMLMsgsRq")
    if top.name != "QBXML" or len(sets) != 1 or len(top.children) != 1:
        raise Unparsable("the message is not one QBXMLMsgsRq in QBXML")
    said = sets[0].attributes
    if said.get("onError") not in _ON_ERROR:
        raise Unparsable(f"onError is {said.get('onError')!r}")
    ids = (said.get("newMessageSetID", ""), said.get("oldMessageSetID", ""))
    if any(len(one) > SET_ID_MAX for one in ids):
        raise Unparsable("a message set id is too long")
    return MessageSet(
        requests=tuple(_asked(child) for child in sets[0].children),
        on_error=said["onError"],
        set_id=ids[0],
        old_set_id=ids[1],
    )


def _asked(row: Row) -> Asked:
    name = row.name.removesuffix("Rq")
    table = TABLES.get(name)
    if table is None or name == row.name:
        raise Unparsable(f"there is no request {row.name}")
    request_id = row.attributes.get("requestID", "")
    if len(request_id) > 50:
        raise Unparsable(f"{row.name}: the request id is too long")
    values, returned = _parts_of(row, table)
    _check(table.parts, values.children, name)
    return Asked(
        name=name, request_id=request_id, values=values, returns=returned,
        iterator=row.attributes.get("iterator", ""), iterator_id=row.attributes.get("iteratorID", ""),
    )  # fmt: skip


def _parts_of(row: Row, table: Table) -> tuple[Row, tuple[str, ...]]:
    if not table.is_wrapped:
        return row, ()
    if not row.children or row.children[0].name != table.name:
        raise Unparsable(f"{row.name} does not begin with {table.name}")
    rest = row.children[1:]
    if any(child.name != "IncludeRetElement" for child in rest):
        raise Unparsable(f"{row.name} holds something else behind {table.name}")
    return row.children[0], tuple(child.own_text for child in rest)


def _check(parts: Sequence[Part], children: Sequence[Row], path: str) -> None:
    at = _walk(parts, children, 0, path)
    if at < len(children):
        raise Unparsable(f"{path}: {children[at].name} is unknown or stands in the wrong place")


def _walk(parts: Sequence[Part], children: Sequence[Row], at: int, path: str) -> int:
    for part in parts:
        at = _choice(part, children, at, path) if isinstance(part, Choice) else _field(part, children, at, path)
    return at


def _field(field: Field, children: Sequence[Row], at: int, path: str) -> int:
    first = at
    while at < len(children) and children[at].name == field.name and (field.repeats or at == first):
        _value(field, children[at], f"{path}/{field.name}")
        at += 1
    if field.required and at == first:
        raise Unparsable(f"{path}: {field.name} is missing")
    return at


def _choice(choice: Choice, children: Sequence[Row], at: int, path: str) -> int:
    first = at
    while at < len(children):
        branch = next((one for one in choice.branches if children[at].name in _names(one)), None)
        if branch is None or (at > first and not choice.mixed):
            break
        at = _walk(branch, children, at, path)
    if choice.required and at == first:
        raise Unparsable(f"{path}: one of {', '.join(sorted(_all_names(choice)))} is missing")
    return at


def _names(parts: Iterable[Part]) -> set[str]:
    found: set[str] = set()
    for part in parts:
        found |= _all_names(part) if isinstance(part, Choice) else {part.name}
    return found


def _all_names(choice: Choice) -> set[str]:
    return set().union(*(_names(branch) for branch in choice.branches))


def _value(field: Field, row: Row, path: str) -> None:
    if field.kind is Kind.BLOCK:
        _check(field.children, row.children, path)
        return
    if field.kind is Kind.REF:
        _reference(field, row, path)
        return
    text = row.own_text
    if row.children:
        raise Unparsable(f"{path} holds elements where a value belongs")
    if field.kind is Kind.STR and field.length and len(text) > field.length:
        raise Unparsable(f"{path}: {len(text)} characters, at most {field.length}")
    if field.kind is Kind.WORD and text not in field.words:
        raise Unparsable(f"{path}: {text!r} is none of its words")
    pattern = _PATTERNS.get(field.kind)
    if pattern is not None and not pattern.fullmatch(text):
        raise Unparsable(f"{path}: {text!r} is not in the form of its type")


def _reference(field: Field, row: Row, path: str) -> None:
    names = [child.name for child in row.children]
    if names not in (["ListID"], ["FullName"], ["ListID", "FullName"]):
        raise Unparsable(f"{path} names neither ListID nor FullName")
    full = row.text("FullName")
    if field.length and len(full) > field.length:
        raise Unparsable(f"{path}/FullName: {len(full)} characters, at most {field.length}")

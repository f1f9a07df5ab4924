"""As much of GraphQL as an Admin API question needs: read a text, answer it from records, count its points.

A field the records do not have is refused by name, like Shopify does. Written from GraphQL's own rules, not from our
questions: whatever names fields, arguments, variables and inline values can be asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

Record = Mapping[str, Any]
_TOKEN: Final = re.compile(r'[\s,]+|(\.\.\.|[{}():$!\[\]=@|]|"(?:\\.|[^"\\])*"|[A-Za-z_][A-Za-z0-9_]*|-?[0-9]+)')
_CONNECTION: Final = ("nodes", "edges")


class QueryError(Exception):
    """A question that cannot be answered; the text is Shopify's kind of message."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a question."""

    name: str
    args: Mapping[str, Any]
    """Values; a variable as ("$", name)."""
    inner: tuple[Field, ...]
    on: str = ""
    """Type it is asked of alone; empty: whatever type the record has."""

    @property
    def is_connection(self) -> bool:
        """Whether it asks for pages of records."""
        return any(each.name in _CONNECTION for each in self.inner)

    def value(self, name: str, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401  any value of GraphQL
        """Return an argument, variables put in."""
        given = self.args.get(name)
        return variables.get(given[1]) if isinstance(given, tuple) else given


@dataclass(frozen=True, slots=True)
class Question:
    """One operation."""

    kind: str
    """query or mutation."""
    name: str
    fields: tuple[Field, ...]

    def all_fields(self) -> Iterator[Field]:
        """Yield every field at any depth."""
        waiting = list(self.fields)
        while waiting:
            found = waiting.pop()
            yield found
            waiting.extend(found.inner)


def parse(text: str) -> Question:
    """Read a text that holds one operation.

    Raises:
        QueryError: It cannot be read.
    """
    tokens: list[str] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise QueryError(f"syntax error, unexpected {text[at]!r}, at {at}")
        at = found.end()
        if found.group(1):
            tokens.append(found.group(1))
    return _Reader(tokens).operation()


class _Reader:
    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens, self._at = tokens, 0

    def operation(self) -> Question:
        kind, name = "query", ""
        if self._peek() != "{":
            kind = self._take()
            name = self._take()
            if self._peek() == "(":
                while self._take() != ")":
                    pass
        made = Question(kind, name, self._selection())
        if self._at != len(self._tokens) or kind not in {"query", "mutation"}:
            raise QueryError("syntax error, one operation is expected")
        return made

    def _peek(self) -> str:
        if self._at >= len(self._tokens):
            raise QueryError("syntax error, unexpected end of file")
        return self._tokens[self._at]

    def _take(self, wanted: str = "") -> str:
        token = self._peek()
        if wanted and token != wanted:
            raise QueryError(f"syntax error, unexpected {token!r}, expecting {wanted!r}")
        self._at += 1
        return token

    def _selection(self) -> tuple[Field, ...]:
        self._take("{")
        fields = []
        while self._peek() != "}":
            if self._peek() == "...":
                fields += self._fragment()
            else:
                fields.append(self._field())
        self._take("}")
        return tuple(fields)

    def _fragment(self) -> list[Field]:
        """Read ``... on Type { fields }``."""
        self._take("...")
        self._take("on")
        name = self._take()
        return [replace(field, on=name) for field in self._selection()]

    def _field(self) -> Field:
        name, args = self._take(), {}
        if self._peek() == "(":
            self._take()
            while self._peek() != ")":
                argument = self._take()
                self._take(":")
                args[argument] = self._value()
            self._take()
        inner = self._selection() if self._at < len(self._tokens) and self._peek() == "{" else ()
        return Field(name, args, inner)

    def _value(self) -> Any:  # noqa: ANN401  any value of GraphQL
        word = self._take()
        if word == "$":
            return ("$", self._take())
        if word.startswith('"'):
            return json.loads(word)
        if word.lstrip("-").isdigit():
            return int(word)
        return {"true": True, "false": False, "null": None}.get(word, word)


def chosen(record: Record, fields: Sequence[Field], variables: Mapping[str, Any], type_name: str) -> dict[str, Any]:
    """Return what a selection takes from a record.

    Raises:
        QueryError: The record has no such field.
    """
    found: dict[str, Any] = {}
    for field in fields:
        if field.on and field.on != record.get("__typename"):
            continue
        if field.name == "__typename":
            found["__typename"] = record.get("__typename", type_name)
        elif field.name not in record:
            raise QueryError(f"Field '{field.name}' doesn't exist on type '{record.get('__typename', type_name)}'")
        else:
            found[field.name] = _answer(record[field.name], field, variables)
    return found


def _answer(value: Any, field: Field, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, list) and field.is_connection:
        return connection(value, field, variables)
    if isinstance(value, list):
        first = field.value("first", variables)
        return [chosen(each, field.inner, variables, field.name) for each in value[:first]] if field.inner else value
    if isinstance(value, dict):
        if not field.inner:
            raise QueryError(f"Field must have selections (field '{field.name}' has no subselections)")
        return chosen(value, field.inner, variables, field.name)
    return value


def connection(rows: Sequence[Record], field: Field, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of records; a cursor names the record it stands behind, so that pages follow rows that move."""
    first, after = field.value("first", variables), field.value("after", variables)
    start = next((at + 1 for at, row in enumerate(rows) if row["id"] == after), 0) if after else 0
    page = rows[start:] if first is None else rows[start : start + first]
    info = {"hasNextPage": start + len(page) < len(rows), "endCursor": page[-1]["id"] if page else None}
    found: dict[str, Any] = {}
    for each in field.inner:
        if each.name == "pageInfo":
            found["pageInfo"] = chosen(info, each.inner, variables, "PageInfo")
        elif each.name == "nodes":
            found["nodes"] = [chosen(row, each.inner, variables, field.name) for row in page]
        elif each.name == "edges":
            found["edges"] = [{"node": chosen(row, each.inner[0].inner, variables, field.name)} for row in page]
        else:
            raise QueryError(f"Field '{each.name}' doesn't exist on type '{field.name}Connection'")
    return found


def points(fields: Sequence[Field], variables: Mapping[str, Any]) -> int:
    """Return what a question may cost: an object 1, a list as many as it may hold, an amount of money nothing."""
    whole = 0
    for field in fields:
        if not field.inner or field.name.endswith("Set") or field.name in {"shopMoney", "pageInfo"}:
            continue
        first = field.value("first", variables)
        inner = points(field.inner, variables)
        if field.is_connection:
            whole += 2 + int(first or 1) * inner
        elif field.name in _CONNECTION or field.name == "node":
            whole += 1 + inner
        else:
            whole += (1 + inner) * int(first or 1)
    return whole


def spent(answer: Any) -> int:  # noqa: ANN401  any JSON
    """Return what an answer did cost: its objects, amounts of money left out."""
    if isinstance(answer, list):
        return sum(spent(each) for each in answer)
    if not isinstance(answer, dict) or "shopMoney" in answer or "endCursor" in answer:
        return 0
    return 1 + sum(spent(each) for each in answer.values())

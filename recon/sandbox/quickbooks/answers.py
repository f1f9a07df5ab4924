"""Answers of the sandbox as qbXML text, and rows as nested lists that can be kept as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from recon.money import plain
from recon.targets.quickbooks.qbxml.chars import escaped

Body: TypeAlias = "list[tuple[str, str | Body]]"
"""Elements in order: name and text, or name and what it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The answer to one request."""

    name: str
    request_id: str
    code: int = 0
    severity: str = "Info"
    message: str = "Status OK"
    rows: tuple[str, ...] = ()
    """Elements as text."""
    attributes: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return the `...Rs` element."""
        said = {
            "requestID": self.request_id, "statusCode": str(self.code), "statusSeverity": self.severity,
            "statusMessage": self.message, **self.attributes,
        }  # fmt: skip
        return f"<{self.name}Rs{attributes(said)}>{''.join(self.rows)}</{self.name}Rs>"


def refused(name: str, request_id: str, code: int, message: str) -> Said:
    """Return a no."""
    return Said(name=name, request_id=request_id, code=code, severity="Error", message=message)


def message_set(answers: Iterable[Said], *, set_id: str = "", status: int | None = None) -> str:
    """Return the answer to a whole message set."""
    stated = {"newMessageSetID": set_id, "messageSetStatusCode": "" if status is None else str(status)}
    inner = "\n".join(said.text() for said in answers)
    chosen = {name: value for name, value in stated.items() if value}
    return f'<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs{attributes(chosen)}>\n{inner}\n</QBXMLMsgsRs>\n</QBXML>\n'


def element(name: str, body: Sequence[tuple[str, object]], only: Sequence[str] = ()) -> str:
    """Return an element with what it holds; ``only``: names of the elements wanted directly below."""
    inner = "".join(one(key, value) for key, value in body if not only or key in only)
    return f"<{name}>{inner}</{name}>"


def one(name: str, value: object) -> str:
    """Return one element with its text, or with what it holds."""
    if isinstance(value, str):
        return f"<{name}>{escaped(value)}</{name}>"
    assert isinstance(value, list)
    return element(name, [tuple(pair) for pair in value])


def attributes(said: dict[str, str]) -> str:
    """Return attributes as they stand in an element."""
    return "".join(f' {key}="{escaped(value)}"' for key, value in said.items())


class Refused(Exception):
    """QuickBooks says no, with a status code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def money(minor: int) -> str:
    """Return minor units as QuickBooks writes amounts."""
    return plain(minor, "USD")

"""What a sandbox ledger answers with, and JSON whose decimals keep every digit."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeAlias

Json: TypeAlias = Any
"""A JSON value: object, array, text, number, true, false or null."""
JSON_TYPE: Final = "application/json; charset=utf-8"

_MARK: Final = secrets.token_hex(8)
"""Marks exact numbers while they pass through the JSON writer; unknown to whoever sends text."""
_MARKED: Final = re.compile(rf'"{_MARK}(-?[0-9.]+)"')


@dataclass(slots=True)
class Answer:
    """What goes back: a status and either a JSON value or raw bytes."""

    body: Any = None
    status: int = 200
    raw: bytes | None = None
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)


class Denied(Exception):
    """The request does not get through the door; carries the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def write_json(value: Json) -> bytes:
    """Write an answer; decimals keep every digit they have."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_exact)
    return _MARKED.sub(r"\1", text).encode("utf-8")


def _exact(value: object) -> str:
    assert isinstance(value, Decimal), type(value)
    return f"{_MARK}{value:f}"

"""ZORT's envelope: does an answer say yes, in whose words does it say no, and which records does it hold.

ZORT answers HTTP 200 on failure too; ``resCode`` decides. It stands in ``res``, or at the top, in two spellings; in
`GetProducts` answers of 2023 ``res`` was a text. All scalar values stay the text they were written as: ZORT writes
the same amount as a number in one answer and as a string in the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from recon.frames.json_records import json_object

SUCCESS: Final = "200"
SERVER_ERROR: Final = "500"
"""ZORT's own code for a failure on its side, sent with HTTP 200."""
INVALID_KEYS: Final = "100"
"""General error; with the text "Invalid API" it means that the keys are wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An answer, opened."""

    fields: Mapping[str, Any]
    """The answer's fields, names in lower case."""
    code: str | None
    """``resCode`` as text; None where the answer has none."""
    words: str
    """What ZORT says about it (``resDesc``)."""
    records: list[dict[str, Any]] | None
    """Objects of ``list``; None where the answer has no list."""
    strays: int = 0
    """Entries of ``list`` that are no objects."""

    @property
    def accepted(self) -> bool:
        """Whether the answer counts as a yes: it says so, or it says nothing and brings a list."""
        return self.code == SUCCESS or (self.code is None and self.records is not None)

    @property
    def count(self) -> int | None:
        """What the answer announces as ``count``; what it counts is not documented."""
        told = self.fields.get("count")
        return int(told) if isinstance(told, str) and told.isascii() and told.isdecimal() and len(told) < 10 else None

    @property
    def is_detail(self) -> bool:
        """Whether the answer is one document, whose ``list`` holds its lines and not documents."""
        return "id" in self.fields and "number" in self.fields and "amount" in self.fields

    def documents(self) -> list[dict[str, Any]]:
        """Return the documents of the answer: its list, or the one document it is."""
        if self.is_detail:
            return [dict(self.fields)]
        return self.records or []


def open_answer(content: bytes) -> Envelope:
    """Read an answer, every scalar as text.

    Raises:
        ValueError: The content is not one JSON object in UTF-8; the text says what it is instead.
    """
    return _opened(json_object(content))


def _opened(found: dict[str, Any]) -> Envelope:
    fields = {str(name).lower(): value for name, value in found.items()}
    inner = fields.get("res")
    places = [fields]
    if isinstance(inner, dict):
        places.insert(0, {str(name).lower(): value for name, value in inner.items()})
    codes = [_scalar(place.get("rescode")) for place in places if _scalar(place.get("rescode"))]
    # Two codes that disagree: the bad news is the news.
    code = next((told for told in codes if told != SUCCESS), codes[0] if codes else None)
    words = " ".join(
        dict.fromkeys(
            text
            for place in places
            for name in ("resdesc", "resdesc2", "resdesc3", "message")
            if (text := _scalar(place.get(name)))
        )
    )
    listed = fields.get("list")
    records = [record for record in listed if isinstance(record, dict)] if isinstance(listed, list) else None
    strays = len(listed) - len(records) if isinstance(listed, list) and records is not None else 0
    return Envelope(fields=fields, code=code, words=words[:500], records=records, strays=strays)


def _scalar(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""

"""JSON as PEAK reads and writes it: keys in any case, exact decimals, the parser's own words for what it cannot read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from recon.sandbox.ledgers import answers
from recon.sandbox.ledgers.answers import Answer, Json


class Refused(Exception):
    """A refusal inside an HTTP 200 answer: `resCode` and `resDesc` of one item or of the envelope."""

    def __init__(self, text: str, code: str = "400") -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Unreadable(Exception):
    """The body cannot be read at all: HTTP 400 with the parser's words."""


class Fields(Mapping[str, Any]):
    """One JSON object, its keys read without regard to case, as PEAK reads them."""

    __slots__ = ("_by_key",)

    def __init__(self, value: Json, where: str = "") -> None:
        if not isinstance(value, dict):
            kind = "array" if isinstance(value, list) else "value"
            raise Unreadable(
                f"Cannot deserialize the current JSON {kind} because the type requires a JSON object. Path '{where}'."
            )
        self._by_key = {str(key).lower(): item for key, item in value.items()}

    def __getitem__(self, key: str) -> Json:
        return self._by_key[key.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    def inner(self, key: str) -> Fields | None:
        """Return an object inside this one; None where it is missing or null."""
        value = self.get(key)
        return None if value is None else Fields(value, key)

    def listed(self, key: str) -> list[Any]:
        """Return an array inside this one; empty where it is missing or null."""
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise Unreadable(
                f"Cannot deserialize the current JSON object because the type requires a JSON array. Path '{key}'."
            )
        return value


def read_json(body: bytes) -> Fields:
    """Read a request body.

    Raises:
        Unreadable: Not UTF-8, not JSON, or not an object.
    """

    def no_constant(name: str) -> None:
        raise Unreadable(f"Unexpected character encountered while parsing value: {name[0]}.")

    try:
        value = json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=no_constant)
        if b"\\ud" in body.lower():
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"Unexpected character encountered while parsing value: {error}.") from None
    return Fields(value)


def write_json(value: Json, key_style: str = "documented") -> bytes:
    """Write an answer; decimals keep every digit they have."""
    if key_style != "documented":
        value = _restyle(value, key_style)
    return answers.write_json(value)


def _restyle(value: Json, style: str) -> Json:
    if isinstance(value, dict):
        spell = str.lower if style == "lower" else _first_upper
        return {spell(key): _restyle(item, style) for key, item in value.items()}
    if isinstance(value, list):
        return [_restyle(item, style) for item in value]
    return value


def _first_upper(key: str) -> str:
    return key[:1].upper() + key[1:]


def envelope(
    wrapper: str, listed: str, items: list[dict[str, Any]], code: str = "200", text: str | None = None
) -> Answer:
    """Return a list in its wrapper, with the envelope's own resCode."""
    words = text if text is not None else f"{wrapper} have Completed"
    return Answer({wrapper: {listed: items, "resCode": code, "resDesc": words}})


def refusal(wrapper: str, refused: Refused) -> Answer:
    """Return a refusal of the whole request, still HTTP 200."""
    return Answer({wrapper: {"resCode": refused.code, "resDesc": refused.text}})

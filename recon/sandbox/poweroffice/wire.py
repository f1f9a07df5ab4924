"""JSON as PowerOffice Go reads and writes it: exact decimals, ProblemDetails, and fields nobody named are refused."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any, Final

from recon.sandbox.ledgers.answers import Answer, Json

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
AMOUNT_MAX: Final = Decimal(10) ** 13
_TITLES: Final = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}
PROBLEM_TYPE: Final = "application/problem+json; charset=utf-8"


class Problem(Exception):
    """A refusal; carries status and words."""

    def __init__(self, detail: str, status: int = 400, title: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.title = title or _TITLES.get(status, "Error")

    def answer(self, path: str) -> Answer:
        """Return it as v2 writes it: ProblemDetails, keys in lower case."""
        body = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        return Answer({**body, "instance": path}, status=self.status, content_type=PROBLEM_TYPE)

    def v1_answer(self) -> Answer:
        """Return it as v1 writes it: HTTP 200 and success false."""
        status = 200 if self.status == 400 else self.status
        return Answer({"success": False, "validation": {"summary": self.detail}}, status=status)


class Fields:
    """One JSON object of a request: every field is asked for by its exact name, and what nobody asks for is refused."""

    def __init__(self, value: Json, where: str = "", *, strict: bool = True) -> None:
        if not isinstance(value, dict):
            raise Problem(f"The JSON value could not be converted to an object. Path: ${where}.")
        self._values = value
        self.where = where
        self.strict = strict
        self._asked: set[str] = set()

    def get(self, name: str) -> Json:
        """Return a value; None where it is missing or null."""
        self._asked.add(name)
        return self._values.get(name)

    def raw(self) -> dict[str, Any]:
        """Return the object as it came."""
        return dict(self._values)

    def done(self) -> None:
        """Refuse fields that nobody asked for."""
        strange = sorted(set(self._values) - self._asked)
        if strange and self.strict:
            raise Problem(f"Unknown field{'s' if len(strange) > 1 else ''}{self._at()}: {', '.join(strange)}.")

    def _at(self) -> str:
        return f" at {self.where}" if self.where else ""

    def refuse(self, name: str, why: str) -> Problem:
        """Return a refusal that names a field."""
        return Problem(f"{name}{self._at()} {why}", title="One or more validation errors occurred.")

    def text(self, name: str, longest: int = 1000, *, required: bool = False) -> str:
        """Return a text; empty where it is missing."""
        value = self.get(name)
        if value is None or (value == "" and not required):
            if required:
                raise self.refuse(name, "is required.")
            return ""
        if not isinstance(value, str) or (required and not value.strip()):
            raise self.refuse(name, "must be text.")
        if len(value) > longest:
            raise self.refuse(name, f"must not be longer than {longest} characters.")
        return value

    def whole(self, name: str, *, required: bool = False) -> int | None:
        """Return an integer such as an id; None where it is missing."""
        value = self.get(name)
        if value is None and not required:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refuse(name, "is required." if value is None else "must be an integer.")
        return value

    def flag(self, name: str) -> bool | None:
        """Return true or false; None where it is missing."""
        value = self.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.refuse(name, "must be true or false.")
        return value

    def day(self, name: str, *, required: bool = False) -> dt.date | None:
        """Return a date written yyyy-mm-dd."""
        value = self.get(name)
        if value is None and not required:
            return None
        if not isinstance(value, str):
            raise self.refuse(name, "is required." if value is None else "must be a date yyyy-mm-dd.")
        found = day_of(value)
        if found is None:
            raise self.refuse(name, "must be a date yyyy-mm-dd.")
        return found

    def number(self, name: str, decimals: int, *, required: bool = False) -> Decimal | None:
        """Return an exact number with at most so many decimals; text is none."""
        value: Any = self.get(name)
        if value is None and not required:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.refuse(name, "is required." if value is None else "must be a number.")
        exact = Decimal(value)
        if abs(exact) >= AMOUNT_MAX or exact != exact.quantize(Decimal(1).scaleb(-decimals)):
            raise self.refuse(name, f"must have at most {decimals} decimals.")
        return exact

    def minor(self, name: str, *, required: bool = False) -> int | None:
        """Return an amount in øre."""
        value = self.number(name, 2, required=required)
        return None if value is None else int(value * 100)

    def objects(self, name: str, *, required: bool = False) -> list[Fields]:
        """Return the objects of an array."""
        value = self.get(name)
        if value is None and not required:
            return []
        if not isinstance(value, list):
            raise self.refuse(name, "is required." if value is None else "must be an array.")
        return [Fields(one, f"{name}[{place}]", strict=self.strict) for place, one in enumerate(value)]

    def inner(self, name: str) -> Fields | None:
        """Return an object inside this one."""
        value = self.get(name)
        return None if value is None else Fields(value, name, strict=self.strict)


def kept_day(text: str) -> dt.date:
    """Return a day the books hold."""
    return dt.date.fromisoformat(text)


def day_of(text: str) -> dt.date | None:
    """Read a date yyyy-mm-dd; None where it is none."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def read_json(body: bytes) -> Json:
    """Read a request body.

    Raises:
        Problem: Not UTF-8 or not JSON.
    """

    def no_constant(name: str) -> None:
        raise ValueError(name)

    try:
        return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise Problem("The body is not valid JSON.") from None


def money(minor: int) -> Decimal:
    """Return øre as an amount with two decimals."""
    return Decimal(minor).scaleb(-2)


def camel(value: Json) -> Json:
    """Return an answer with its keys beginning in lower case."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: camel(item) for key, item in value.items()}
    return [camel(item) for item in value] if isinstance(value, list) else value

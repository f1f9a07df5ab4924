"""What an endpoint works with while it answers one request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.poweroffice.books import OURS, Books, Paper
from recon.sandbox.poweroffice.company import Company
from recon.sandbox.poweroffice.rules import Rules
from recon.sandbox.poweroffice.wire import Fields, Problem, read_json

PAGING: Final = frozenset({"pagenumber", "pagesize", "fields", "orderby"})
"""Query parameters every list takes, in lower case."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request after the door: token, limit and privilege are checked."""

    method: str
    path: str
    """Below the base address, as sent."""
    ids: tuple[str, ...] = ()
    """What stands where the route has {id}."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Keys in lower case."""
    body: bytes = b""
    content_type: str = ""


@dataclass(slots=True)
class Desk:
    """Books, rules, company and the moment of one request."""

    books: Books
    rules: Rules
    company: Company
    now: int
    """Milliseconds since 1970 by the server's clock."""
    stamp: str
    """The same as a timestamp with offset."""
    maker: str = OURS
    delay: int = 0
    """Milliseconds until what this request makes appears, beyond the rules."""

    @property
    def key(self) -> str:
        """The company's key in the books."""
        return self.company.key

    def fields(self, body: bytes) -> Fields:
        """Read the object a request carries."""
        return Fields(read_json(body), strict=self.rules.unknown_fields == "refused")

    def lock_date(self) -> dt.date | None:
        """Return the last day that is locked."""
        text = self.books.setting(self.key, "lock_date")
        return dt.date.fromisoformat(text) if text else None

    def open_day(self, day: dt.date, name: str) -> None:
        """Refuse a day that is locked or before the books begin."""
        locked, begins = self.lock_date(), self.company.conversion_date
        if locked is not None and day <= locked:
            raise Problem(f"{name} {day} is on or before the lock date {locked}.")
        if begins is not None and day < begins:
            raise Problem(f"{name} {day} is before the conversion date {begins}.")

    def privileges(self) -> list[str]:
        """Return what the integration may do now."""
        return list(self.books.setting(self.key, "privileges") or ())

    def keep(
        self, family: str, body: dict[str, Any], total_minor: int, *, reference: str = "", state: str = "open"
    ) -> Paper:
        """Commit a new draft, voucher, order or import (with the transaction of the request)."""
        paper = Paper(
            self.key, family, self.books.new_id(self.key, family), reference, state, self.maker, total_minor,
            self.now + self.delay + self.rules.draft_delay_seconds * 1000, self.stamp, self.stamp, body,
        )  # fmt: skip
        self.books.add_paper(paper)
        return paper

    def own(self, family: str, paper_id: str) -> Paper:
        """Return what the integration made itself and may see by now; anything else is not found."""
        paper = self.books.paper(self.key, family, paper_id)
        if paper is None or paper.maker != OURS or paper.visible_at > self.now:
            raise Problem(f"No {family} with id {paper_id} was found.", 404)
        return paper

    def take_reference(self, family: str, reference: str) -> str:
        """Refuse an external import reference that is in use."""
        if reference and self.books.referenced(self.key, family, reference) is not None:
            raise Problem(f"ExternalImportReference '{reference}' is already in use.")
        return reference


Endpoint = Callable[[Desk, Request], Answer]


def paged(desk: Desk, request: Request, items: list[dict[str, Any]]) -> Answer:
    """Return the page of a list that was asked for; 204 where it is empty."""
    number, size = _whole(request, "pagenumber", 1), _whole(request, "pagesize", desk.rules.page_size)
    if number < 1 or not 1 <= size <= desk.rules.page_size_max:
        raise Problem(f"PageNumber counts from 1, and PageSize is at most {desk.rules.page_size_max}.")
    page = items[(number - 1) * size : number * size]
    wanted = [name for name in request.query.get("fields", "").replace(" ", "").split(",") if name]
    if wanted:
        page = [{key: value for key, value in item.items() if key in wanted} for item in page]
    return Answer(page) if page else Answer(status=204, raw=b"")


def known_query(request: Request, *names: str) -> None:
    """Refuse query parameters that the reference does not name, as OData's are."""
    strange = sorted(set(request.query) - PAGING - {name.lower() for name in names})
    if strange:
        raise Problem(f"The query parameter '{strange[0]}' is not supported.")


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise Problem(f"The value '{text}' is not valid for {name}.")
    return int(text)


def flag(request: Request, name: str) -> bool | None:
    """Return a true or false of the query; None where it is not asked for."""
    text = request.query.get(name.lower(), "").lower()
    if text not in ("", "true", "false"):
        raise Problem(f"The value '{text}' is not valid for {name}.")
    return None if not text else text == "true"


def moment(request: Request, name: str) -> dt.datetime | None:
    """Return a timestamp of the query; without an offset it is UTC."""
    text = request.query.get(name.lower(), "")
    if not text:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Problem(f"The value '{text}' is not valid for {name}.") from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def ranges(request: Request, name: str) -> Callable[[int], bool]:
    """Return the test of a filter such as 1000-1999, 2500, 3000-."""
    text = request.query.get(name.lower(), "").replace(" ", "")
    tests: list[tuple[int, int]] = []
    for part in filter(None, text.split(",")):
        low, dash, high = part.partition("-")
        if not (low + high).isdigit() or not low:
            raise Problem(f"The value '{text}' is not valid for {name}.")
        tests.append((int(low), int(high or 10**18) if dash else int(low)))
    return lambda number: not tests or any(low <= number <= high for low, high in tests)


def listed(request: Request, name: str) -> frozenset[str]:
    """Return the values of a filter with commas between them; empty: not asked for."""
    return frozenset(part.strip() for part in request.query.get(name.lower(), "").split(",") if part.strip())

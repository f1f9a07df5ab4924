"""One visit of the Web Connector: its ticket, the company file it stands before, and what is out with it."""

from __future__ import annotations

import hmac
import math
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from recon.errors import OutcomeUnknown, TargetError
from recon.targets.quickbooks.desk import CompanyFile, folded
from recon.targets.quickbooks.qbxml.problems import MalformedAnswer
from recon.targets.quickbooks.qbxml.read import Answers, read
from recon.targets.quickbooks.qbxml.write import BASELINE
from recon.text import show

NO_OP: Final = "NoOp"
"""What getLastError says when the Web Connector shall ask again in a few seconds."""
NEEDED: Final = (int(BASELINE.partition(".")[0]), int(BASELINE.partition(".")[2]))
"""qbXML version the messages are written in."""


_REQUEST: Final = re.compile(r'^<([A-Za-z]+)Rq requestID="([^"]*)"', re.MULTILINE)


class What(StrEnum):
    """What a message set that was handed out is for."""

    ASKED = "asked"
    """The program's own."""
    RECOVER = "recover"
    """Asks QuickBooks what became of a set whose answer was lost."""
    CLEAR = "clear"
    """Tells QuickBooks to forget the answer on a settled set."""
    FAREWELL = "farewell"
    """A question whose answer nobody needs, so that a visit can end in good order."""


@dataclass(slots=True, eq=False)
class Asked:
    """What the program wants to be handed over, and what becomes of it."""

    text: str
    set_id: str
    about: tuple[str, ...]
    is_wanted: Callable[[], bool]
    """False once nobody waits for the answer any more."""
    is_out: bool = False
    ends: float = math.inf
    """When a person who wants the end gives up waiting for its answer, in seconds of the clock."""
    answer: str | None = None
    error: TargetError | None = None

    @property
    def is_done(self) -> bool:
        """Whether the wait is over."""
        return self.answer is not None or self.error is not None


@dataclass(slots=True, eq=False)
class Out:
    """The one message set that is with QuickBooks."""

    what: What
    text: str
    set_id: str = ""
    asked: Asked | None = None
    clears: str = ""
    """The settled set whose answer QuickBooks may forget with this one."""


@dataclass(slots=True, eq=False)
class Session:
    """One visit; its ticket is good for nothing else."""

    seen: float
    """When the Web Connector last said something, in seconds of the clock."""
    ticket: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    company: CompanyFile | None = None
    stopped: str = ""
    """Why nothing more is handed out in this visit; words for a person."""
    turn: int = 0
    """How often it has asked for work: only the newest question is answered."""
    answered: int = 0
    is_calm: bool = False
    """It asked for work and the program wanted nothing: time to tidy up."""
    out: Out | None = None

    def has(self, ticket: str) -> bool:
        """Return whether this is the session's ticket, in constant time."""
        return hmac.compare_digest(self.ticket.encode(), ticket.encode("utf-8", "surrogatepass"))

    def percent(self) -> int:
        """Return how far the visit is: how much is still to come nobody knows, so it nears the end and never reaches it."""
        return min(99, 1 + 100 * self.answered // (self.answered + 20))


def unlike(out: Out, said: Answers) -> str:
    """Return why a response is not the answer to what is out; empty where it may be."""
    if out.set_id and out.what is not What.CLEAR and said.set_id and said.set_id != out.set_id:
        return f"it answers set {show(said.set_id, limit=40)}, not {out.set_id}"
    if out.what in {What.ASKED, What.FAREWELL}:
        wanted = set(_requests(out.text))
        got = {(one.request, one.request_id) for one in said.answers}
        if not got or not got <= wanted:
            return "it answers other requests than those that were handed out"
    return ""


def clearing(text: str, set_id: str, old_set_id: str) -> str:
    """Return a set that changes data, saying too that QuickBooks may forget its answer on a settled one."""
    own = f'newMessageSetID="{set_id}"'
    return text.replace(own, f'{own} oldMessageSetID="{old_set_id}"', 1) if old_set_id else text


def is_kept(out: Out, said: Answers) -> bool:
    """Return whether a response is the answer QuickBooks keeps of the set that is asked for."""
    return bool(said.answers) and not said.set_status and said.set_id in {"", out.set_id}


def _requests(text: str) -> list[tuple[str, str]]:
    """Return name and id of each request of a message set that our own writer wrote."""
    return _REQUEST.findall(text)


def company_of(path: str, country: str, versions: Sequence[str], facts: str) -> CompanyFile:
    """Return the company file as the Web Connector states it; numbers that are none count as not stated (0)."""
    major, minor = (int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0 for text in versions)
    return CompanyFile(path=path, country=country.strip(), major_version=major, minor_version=minor, facts=facts)


def company_name(facts: str) -> str:
    """Return the company's name from the first message of a visit; empty where it does not say or cannot be read."""
    try:
        answers = read(facts).answers if facts.strip() else ()
    except MalformedAnswer:
        return ""
    names = [row.text("CompanyName") for one in answers for row in one.rows if row.name == "CompanyRet"]
    return names[0] if len(names) == 1 else ""


def misfit(company: CompanyFile, name: str, *, wanted: str, bound: str, bound_name: str) -> str:
    """Return why this company file gets nothing from us, in words for a person; empty where it fits (F42).

    Args:
        company: What the Web Connector states.
        name: What the company in it calls itself; empty where it does not say.
        wanted: The file the settings name; empty where they name none.
        bound: The file this connection belongs to; empty before its first visit.
        bound_name: The name of the company in it, as far as it is known.
    """
    shown = show(company.path, limit=200)
    if wanted and folded(company.path) != folded(wanted):
        return (
            f"{shown} is open in QuickBooks; the settings name {show(wanted, limit=200)} (quickbooks.company_file). Nothing was"
            " handed out. Open the right file, then press Update Selected in the Web Connector."
        )
    if bound and folded(company.path) != folded(bound):
        return (
            f"{shown} is open in QuickBooks; this workspace belongs to {show(bound, limit=200)}. Nothing was handed out. Open the"
            " right file, then press Update Selected. If the file was moved or renamed: `recon qbwc reset`."
        )
    if bound_name and name and name != bound_name:
        return (
            f"The company in {shown} calls itself {show(name, limit=80)}; this workspace belongs to {show(bound_name, limit=80)}."
            " Nothing was handed out. Open the right file, then press Update Selected. If the company was renamed: `recon qbwc reset`."
        )
    if company.country and company.country.upper() != "US":
        return f"This is a QuickBooks for {show(company.country, limit=20)}; recon posts into US editions only. Nothing was handed out."
    if company.major_version and (company.major_version, company.minor_version) < NEEDED:
        return (
            f"This QuickBooks speaks qbXML {company.major_version}.{company.minor_version}; recon needs {BASELINE}. Nothing was"
            " handed out. Update QuickBooks, or use IIF files."
        )
    return ""


def lost(words: str, code: str) -> OutcomeUnknown:
    """Return the error for a set that was handed out and whose answer did not come."""
    return OutcomeUnknown(f"{words} What QuickBooks did is looked up before anything is sent again.", code=code)

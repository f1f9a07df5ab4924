"""What a status code or an hresult of QuickBooks means, and what to do about it.

Source: reference sections 7 and 12 (Intuit's status codes and error pages). 3170, 3175, 3176 and 3180 mix passing locks with
refusals that stay: their message decides, never the number alone. Codes known from memory only
(3040, 3045, 3160-3162, 3185, 3230, 3231, 3240, 3300) have the verdict their name says where that cannot do harm (a message of
ours, a request not looked at: nothing was posted either way); the others are refusals with QuickBooks' own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from recon.targets.quickbooks.qbxml.read import Answer


class Verdict(StrEnum):
    """What becomes of a request after its answer."""

    DONE = "done"
    NOTHING_FOUND = "nothing found"
    LATER = "later"
    """QuickBooks took nothing and may take it later: sending again is safe."""
    REFUSED = "refused"
    """QuickBooks took nothing; a person decides."""
    UNSURE = "unsure"
    """QuickBooks reports an error and may have done it all the same: look it up before anything else."""
    OURS = "ours"
    """QuickBooks took nothing; the message was wrong, a mistake of recon."""
    STOP = "stop"
    """No other document can fare better: view-only file, rights, a feature that is switched off."""
    SKIPPED = "skipped"
    """QuickBooks did not look at the request, because one before it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a code means, in words for a person."""

    verdict: Verdict
    words: str
    """What happened and what to do; QuickBooks' own words are added by who shows it."""


def _is(verdict: Verdict, words: str) -> Meaning:
    return Meaning(verdict=verdict, words=words)


_OURS: Final = (
    "recon wrote a message QuickBooks cannot use. Nothing was posted. Please report it with QuickBooks' words."
)
_LOCKED: Final = (
    "Somebody works on this record, or the company file is busy. Nothing was posted; it is sent again later. "
    "Close open forms in QuickBooks if it stays so."
)
_NOT_SAVED: Final = (
    "QuickBooks could not save it. Nothing was posted. Read its words, correct the cause, then send again."
)
_NAMED: Final = (
    "QuickBooks reports an error and names a record all the same. Whether it posted the document is looked up before "
    "anything is sent again."
)
_STALE: Final = (
    "Somebody changed the record in QuickBooks since recon read it. Look at it there; recon changes nothing."
)

_BY_CODE: Final[Mapping[int, Meaning]] = {
    0: _is(Verdict.DONE, "QuickBooks did it."),
    1: _is(Verdict.NOTHING_FOUND, "QuickBooks holds nothing of the kind."),
    500: _is(Verdict.NOTHING_FOUND, "QuickBooks holds some of the things asked for not."),
    1000: _is(
        Verdict.UNSURE,
        "QuickBooks had an error of its own. Whether it posted the document is looked up before anything is sent again. "
        "If it stays, restart QuickBooks.",
    ),
    1010: _is(Verdict.LATER, "QuickBooks is not available now. It is sent again later."),
    1030: _is(Verdict.STOP, "This version or edition of QuickBooks does not take this request. Update QuickBooks, or use IIF files."),
    1060: _is(Verdict.OURS, _OURS),
    3000: _is(Verdict.REFUSED, "An id recon keeps is not valid in this company file. Run `recon connect` to read the lists again."),
    **dict.fromkeys((3010, 3020, 3030, 3031, 3035, 3040, 3045, 3150, 3290), _is(Verdict.OURS, _OURS)),
    3070: _is(Verdict.OURS, "A text is too long for QuickBooks. Nothing was posted. Please report it with QuickBooks' words."),
    3100: _is(
        Verdict.REFUSED,
        "QuickBooks has this name already. Customers, vendors, employees and other names share their names: use another "
        "name, or the entry that is there.",
    ),
    3120: _is(
        Verdict.REFUSED,
        "QuickBooks does not find the record it was asked to use. Run `recon connect` to read the lists again.",
    ),
    3140: _is(
        Verdict.REFUSED,
        "QuickBooks does not know a name the document uses (customer, item, account, class, payment method). Its words say "
        "which: create it in QuickBooks, or choose another in recon, then send again.",
    ),
    3171: _is(
        Verdict.REFUSED,
        "The date lies before the closing date of the company file. Choose a later posting date; recon never posts into a "
        "closed period.",
    ),
    3200: _is(Verdict.REFUSED, _STALE),
    3210: _is(Verdict.REFUSED, "QuickBooks does not take a value, for example a payment above the amount due. Read its words."),
    3231: _is(Verdict.SKIPPED, "QuickBooks did not look at it, because a request before it failed. It is sent again."),
    3250: _is(
        Verdict.STOP,
        "The feature is switched off in this company file (inventory, several currencies, classes ...). Switch it on under "
        "Edit > Preferences > Company Preferences, or change the settings of recon.",
    ),
    3260: _is(
        Verdict.STOP,
        "The user QuickBooks is open with may not do this. Let an administrator allow it, or open the file with another user.",
    ),
    3261: _is(
        Verdict.STOP,
        "recon may not read personal data in this company file. An administrator can allow it under Edit > Preferences > "
        "Integrated Applications.",
    ),
}  # fmt: skip

_BY_TEXT: Final = frozenset({3170, 3175, 3176, 3180})
_PASSING: Final = re.compile(
    r"\block(?:ed|s)?\b|\bin use\b|\bbeing (?:used|edited|modified)\b|\b(?:modified|changed|edited|used) by another user\b"
    r"|\banother user\b|\binternals? (?:is|are|could not be)\b",
    re.IGNORECASE,
)
"""Words of a passing lock: list modified by another user, internals locked, lock not obtained, element in use."""
_VIEW_ONLY: Final = re.compile(r"\bread[- ]only\b|\bview[- ]only\b", re.IGNORECASE)
_VIEW_ONLY_WORDS: Final = (
    "The company file is view-only, because the subscription of QuickBooks has ended. Nothing can be posted into it. "
    "The postings can still be written as a file with `recon journal`."
)


def meaning(answer: Answer) -> Meaning:
    """Return what the answer to one request means.

    An error that names a record all the same (`ErrorRecovery`, qbXML 11.0 and newer) is never taken for "nothing done".
    """
    said = judged(answer.status_code, severity=answer.severity, message=answer.message, has_rows=bool(answer.rows))
    made = answer.error_recovery
    if said.verdict is Verdict.DONE or made is None or not (made.text("TxnID") or made.text("ListID")):
        return said
    return _is(Verdict.UNSURE, _NAMED)


def judged(code: int, *, severity: str = "", message: str = "", has_rows: bool = False) -> Meaning:
    """Return what a status code means.

    Args:
        code: `statusCode`.
        severity: `statusSeverity`; decides for codes that are not known.
        message: `statusMessage`; decides for codes that mix locks with refusals.
        has_rows: The answer holds what was made or found: a warning without it is not done.
    """
    if code and _VIEW_ONLY.search(message):
        return _is(Verdict.STOP, _VIEW_ONLY_WORDS)
    if code in _BY_TEXT:
        return _is(Verdict.LATER, _LOCKED) if _PASSING.search(message) else _is(Verdict.REFUSED, _NOT_SAVED)
    known = _BY_CODE.get(code)
    if known is not None:
        return known
    if code < 1000 and severity != "Error":
        return _warned(has_rows=has_rows)
    return _is(
        Verdict.REFUSED,
        "QuickBooks refused it. Nothing was posted. Read its words, correct the cause, then send again.",
    )


def _warned(*, has_rows: bool) -> Meaning:
    if has_rows:
        return _is(Verdict.DONE, "QuickBooks did it, with a warning. Read its words.")
    return _is(
        Verdict.UNSURE,
        "QuickBooks warned and returned nothing. Whether it did it is looked up before anything is sent again.",
    )


_SET_STATUS: Final[Mapping[int, str]] = {
    600: "QuickBooks keeps no answer under this set id.",
    9001: "QuickBooks keeps another message under this set id.",
    9002: "QuickBooks found no stored answer under this set id; it may have been lost.",
    9004: "QuickBooks does not take this set id; it is too long.",
    9005: "QuickBooks could not store the answer.",
}


def set_words(code: int | None) -> str:
    """Return what the status of a message set says about recovery; empty where there was no trouble.

    Source: Intuit's sample program for error recovery. No status proves that a set was not processed: without a stored
    answer the company file is looked at.
    """
    if not code:
        return ""
    return _SET_STATUS.get(code, f"QuickBooks reports trouble with the set id (status {code}).")


_HRESULTS: Final[Mapping[str, Meaning]] = {
    "0x80040400": _is(
        Verdict.OURS,
        "QuickBooks could not read recon's message (sequence of elements, or a character). Please report it.",
    ),
    "0x80040401": _is(
        Verdict.LATER, "The Web Connector could not reach QuickBooks. Open QuickBooks with the company file, then update again."
    ),
    "0x80040402": _is(Verdict.LATER, "QuickBooks had an unexpected error. Restart QuickBooks and the Web Connector, then update again."),
    "0x80040408": _is(
        Verdict.LATER,
        "The Web Connector could not start QuickBooks or open the company file. Open the file in QuickBooks, then update again.",
    ),
    "0x8004040D": _is(Verdict.LATER, "The session with QuickBooks has ended. Update again in the Web Connector."),
    "0x80040416": _is(
        Verdict.LATER, "QuickBooks is not running, so the company file must be named. Open the file in QuickBooks, then update again."
    ),
    "0x80040418": _is(
        Verdict.STOP,
        "The first access has to be allowed in QuickBooks: open the company file as Admin in single-user mode, then update "
        "again and allow the access.",
    ),
    "0x80040420": _is(
        Verdict.STOP,
        "The access of recon was denied in QuickBooks. An administrator can allow it under Edit > Preferences > Integrated "
        "Applications.",
    ),
}  # fmt: skip


def hresult(code: str, message: str = "") -> Meaning:
    """Return what an hresult of the Web Connector means.

    Where a set that changes data was handed out, the outcome is not known before QuickBooks was asked what became of the
    set id: the verdict says what a person can do, not that nothing was posted.
    """
    if _VIEW_ONLY.search(message):
        return _is(Verdict.STOP, _VIEW_ONLY_WORDS)
    digits = code.strip().lower().removeprefix("0x").upper()
    known = _HRESULTS.get(f"0x{digits}")
    return known or _is(
        Verdict.REFUSED, "The Web Connector reports an error recon does not know. Read its words, then update again."
    )

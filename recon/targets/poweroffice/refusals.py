"""What PowerOffice Go says no with (ProblemDetails, or nothing), and what it means for us.

A status decides the outcome: 400, 403, 404 and 409 are final, 401 and 429 mean that nothing was done, and after a write
anything else leaves it open. Go asks integrators to show its words to the person, so they stand in every message.
"""

from __future__ import annotations

import re
from typing import Final

from recon.errors import AlreadyExists, OutcomeUnknown, TargetError, TargetRejected, TargetUnavailable
from recon.http import Answer
from recon.targets.wire import Fields
from recon.text import show

UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
CONFLICT: Final = 409
TOO_MANY: Final = 429
FIRST_SERVER_ERROR: Final = 500
RATE_WAIT_SECONDS: Final = 1.0
"""How long to wait after 429 if Go names no time: its limit is one of a second."""
SETTINGS_MENU: Final = "Menu > Settings > Extensions"
_WORDS_MAX: Final = 500
_TAKEN: Final = re.compile(r"already|duplicate|unique|in\s+use")


def object_of(answer: Answer) -> Fields:
    """Return the answer's JSON object; empty where it is none, cut, or has no body."""
    try:
        return Fields(answer.json())
    except ValueError:
        return Fields(None)


def words_of(top: Fields) -> str:
    """Return Go's own words: title and detail of v2, the summary of v1, the description of a token's refusal."""
    said = [top.text("title", "error"), top.text("detail", "error_description", "message")]
    said += [top.inner("validation").text("summary"), top.text("summary")]
    errors = top.inner("errors")
    said += [f"{name}: {_joined(errors.get(name))}" for name in errors]
    return show(". ".join(dict.fromkeys(text.rstrip(".") for text in said if text)), limit=_WORDS_MAX)


def wait_of(answer: Answer) -> float:
    """Return how long Go asks to wait, a second at least."""
    return max(RATE_WAIT_SECONDS, answer.retry_after_seconds() or RATE_WAIT_SECONDS)


def write_error(answer: Answer, what: str, words: str) -> TargetError:
    """Return what an answer to a write without a yes means.

    Args:
        answer: The whole answer; 401 came also after renewing the token.
        what: The document, for the message.
        words: Go's own, cleaned and masked.
    """
    status, code = answer.status, str(answer.status)
    said = f"(HTTP {status}{f', {words!r}' if words else ', without a word'})"
    if status == TOO_MANY:
        text = f"{what}: PowerOffice Go asks for fewer requests and took nothing {said}. It is sent again later."
        return TargetUnavailable(text, code=code, words=words, retry_after_seconds=wait_of(answer))
    if status == UNAUTHORIZED:
        text = f"{what}: PowerOffice Go refuses our token also after renewing it {said}; nothing was done. Check the keys with `recon connect`."
        return TargetUnavailable(text, code=code, words=words, stops_batch=True)
    if status == FORBIDDEN:
        return TargetUnavailable(forbidden_text(what, said), code=code, words=words, stops_batch=True)
    if status in {400, CONFLICT} and says_taken(words):
        text = (
            f"{what}: PowerOffice Go already holds our reference {said}. It is looked up and compared, not sent again."
        )
        return AlreadyExists(text, code=code, words=words)
    if status in {400, NOT_FOUND, CONFLICT, 413, 415, 422}:
        text = f"{what}: PowerOffice Go refused it {said}. {explanation(status)}"
        return TargetRejected(text, code=code, words=words or text)
    text = f"{what}: PowerOffice Go's answer is no clear yes or no {said}. It may have been taken; it is looked up before anything else."
    return OutcomeUnknown(text, code=code, words=words)


def refused_v1(what: str, words: str) -> TargetError:
    """Return what a complete `success: false` of API v1 means."""
    if says_taken(words):
        text = f"{what}: PowerOffice Go already holds our reference ({words!r}). It is looked up and compared, not sent again."
        return AlreadyExists(text, code="v1", words=words)
    text = f"{what}: PowerOffice Go refused it ({words!r}). {explanation(400)}"
    return TargetRejected(text, code="v1", words=words or text)


def explanation(status: int) -> str:
    """Return what to do about a final refusal."""
    if status == NOT_FOUND:
        return "Something it names does not exist there any more, or this address is not offered: run `recon connect` to read Go's lists again, then plan again."
    if status == CONFLICT:
        return "What it is about is posted, in approval or in use there: look at it in Go."
    return "Correct what Go's words point to, then plan again."


def forbidden_text(what: str, said: str) -> str:
    """Return what a missing privilege means and where to set it."""
    return (
        f"{what}: PowerOffice Go does not allow it {said}; nothing was done. The integration lacks a privilege, or the company's module"
        f" behind it has lapsed: `recon connect` lists what is missing. An administrator sets it in Go under {SETTINGS_MENU}."
    )


def says_taken(words: str) -> bool:
    """Return whether Go says that our reference is used already."""
    lowered = words.casefold()
    return "reference" in lowered and _TAKEN.search(lowered) is not None


def _joined(value: object) -> str:
    return " ".join(str(one) for one in value) if isinstance(value, list) else str(value)

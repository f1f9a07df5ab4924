"""What one answer of ZORT means for a pull: take it, ask again later, or give up with words for a person.

A read may be asked again after anything that looks like a passing failure. What no repetition mends (wrong keys, wrong
address, a refusal in plain words, a web page instead of an answer) is given up at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from recon.errors import SourceUnavailable
from recon.http import Answer
from recon.sources.asking import Again, ask_later, is_passing
from recon.sources.zort.envelope import INVALID_KEYS, SERVER_ERROR, Envelope, open_answer
from recon.text import show

LARGEST_SKEW_SECONDS: Final = 60
_SHOWN_WORDS: Final = 300

_KEYS_REMEDY: Final = "Compare storename, apikey and apisecret with ZORT's settings page and run `recon connect` again."


def judge(answer: Answer, path: str, *, evidence: Callable[[bytes], str]) -> Envelope | Again:
    """Return the opened answer, or that it should be asked again.

    Args:
        answer: A whole HTTP answer.
        path: What was asked, for messages.
        evidence: Turns a body into text with secrets masked.

    Raises:
        SourceUnavailable: No repetition would help; the text says why and what to do.
    """
    if answer.status == 200:
        return _judge_content(answer, path, evidence)
    if is_passing(answer.status):
        return ask_later(answer, path, "ZORT")
    raise SourceUnavailable(_refusal(answer, path, evidence))


def skew_message(here: dt.datetime, there: dt.datetime | None) -> str:
    """Return what to say when this computer's clock is off by more than a minute; empty when it is right."""
    if there is None:
        return ""
    seconds = round((here - there).total_seconds())
    if abs(seconds) <= LARGEST_SKEW_SECONDS:
        return ""
    direction = "ahead of" if seconds > 0 else "behind"
    return (
        f"This computer's clock is {dt.timedelta(seconds=abs(seconds))} {direction} ZORT's. Windows of time would miss"
        " orders, so nothing is fetched. Set the clock (and the year: Gregorian) and try again."
    )


def _judge_content(answer: Answer, path: str, evidence: Callable[[bytes], str]) -> Envelope | Again:
    if not answer.body.strip():
        return Again(f"{path}: an empty answer.")
    try:
        envelope = open_answer(answer.body)
    except ValueError as error:
        beginning = answer.body.lstrip()[:1]
        if beginning == b"{":
            return Again(f"{path}: half an answer; {error}.")
        words = show(evidence(answer.body), limit=120)
        raise SourceUnavailable(
            f"{path}: what came is no answer of ZORT but {answer.content_type or 'something else'}: {words} "
            "Is there a log-in page of the network in between, or is base_url wrong? Nothing was kept."
        ) from None
    if envelope.accepted:
        return envelope
    words = show(evidence(envelope.words.encode()), limit=_SHOWN_WORDS) or "no text"
    if envelope.code == SERVER_ERROR:
        return Again(f"{path}: ZORT answered code {SERVER_ERROR}: {words}.")
    if envelope.code is None:
        raise SourceUnavailable(
            f"{path}: the answer has neither a resCode nor a list. Is base_url an address of ZORT API v4?"
        )
    remedy = _KEYS_REMEDY if envelope.code == INVALID_KEYS else "Nothing was kept of this answer."
    raise SourceUnavailable(f"{path}: ZORT refused with code {show(envelope.code, limit=40)}: {words}. {remedy}")


def _refusal(answer: Answer, path: str, evidence: Callable[[bytes], str]) -> str:
    if answer.status in {401, 403}:
        return f"{path}: ZORT refused the keys or their rights (status {answer.status}). {_KEYS_REMEDY}"
    if answer.status == 404:
        return f"{path}: ZORT has nothing under this address (status 404). Is base_url an address of ZORT API v4?"
    if 300 <= answer.status < 400:
        target = show(evidence(answer.headers.get("location", "nowhere").encode()), limit=120)
        return (
            f"{path}: the answer points to another address ({target}, status {answer.status}). It was not followed,"
            " because keys go to ZORT's own address only. Is base_url right?"
        )
    words = show(evidence(answer.body), limit=120)
    return f"{path}: ZORT refused with status {answer.status}: {words}"

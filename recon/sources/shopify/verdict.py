"""What one answer of Shopify means for a pull: take it, ask again later or smaller, log in anew, or give up with words.

HTTP 200 with `errors` inside is a refusal, whatever `data` holds beside it: half an answer is never taken.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recon.errors import SourceUnavailable
from recon.http import Answer
from recon.sources.asking import LONGEST_WAIT_SECONDS, Again, LogInAgain, is_passing
from recon.sources.shopify.throttle import Cost
from recon.text import show

KEYS_REMEDY: Final = "Compare client_id and client_secret with the app in Shopify and run `recon connect` again."
_SCOPE: Final = re.compile(r"`((?:read|write)_[a-z_]+)`")
_PASSING: Final = ("INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE")
_CLOSED: Final = {402: "frozen for want of payment", 423: "locked"}


class Denied(SourceUnavailable):
    """The app lacks a right, or the user may not see it; all else can still be asked."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """Not enough points in the bucket."""

    cost: Cost | None


@dataclass(frozen=True, slots=True)
class TooCostly:
    """The question costs more points than one question may."""

    cost: Cost | None
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """A whole answer that says yes."""

    data: Mapping[str, Any]
    cost: Cost | None


Verdict = Told | Again | Throttled | TooCostly | LogInAgain


def judge(answer: Answer, about: str, *, evidence: Callable[[bytes], str]) -> Verdict:
    """Return what a whole answer means.

    Args:
        answer: A whole HTTP answer.
        about: What was asked for, for messages.
        evidence: Turns a body into text with secrets masked.

    Raises:
        SourceUnavailable: No repetition would help; the text says why and what to do.
    """
    if answer.status == 401:
        return LogInAgain()
    if answer.status == 200:
        return _judge_content(answer, about, evidence)
    if is_passing(answer.status):
        return later(answer, about)
    raise SourceUnavailable(refusal(answer, about, evidence))


def later(answer: Answer, about: str) -> Again:
    """Return that it should be asked again.

    Raises:
        SourceUnavailable: Shopify asks to wait longer than we do by ourselves.
    """
    told = answer.retry_after_seconds()
    if told is not None and told > LONGEST_WAIT_SECONDS:
        raise SourceUnavailable(
            f"Shopify asks to wait {dt.timedelta(seconds=round(told))} before it tells {about} (status {answer.status}). That"
            f" is longer than {LONGEST_WAIT_SECONDS // 60} minutes, so we do not wait by ourselves. Pull again after that."
        )
    return Again(f"Shopify answered with status {answer.status}, asked for {about}.", told)


def refusal(answer: Answer, about: str, evidence: Callable[[bytes], str]) -> str:
    """Return what to say of a status that no repetition mends."""
    if answer.status in _CLOSED:
        return f"The Shopify shop is {_CLOSED[answer.status]} (status {answer.status}); it does not tell {about}. Open it in Shopify and pull again."
    if answer.status == 403:
        return f"Shopify refused the app's rights for {about} (status 403). The app needs read_orders. {KEYS_REMEDY}"
    if answer.status == 404:
        return (
            f"Shopify has nothing under this address (status 404), asked for {about}. Is shopify.store the shop's name in front"
            " of .myshopify.com, and shopify.version one Shopify still supports?"
        )
    if 300 <= answer.status < 400:
        target = show(evidence(answer.headers.get("location", "nowhere").encode()), limit=120)
        return (
            f"Shopify's answer points to another address ({target}, status {answer.status}). It was not followed, because keys"
            " go to the shop's own address only. Is shopify.store right?"
        )
    return f"Shopify refused with status {answer.status}, asked for {about}: {show(evidence(answer.body), limit=160)}"


def _judge_content(answer: Answer, about: str, evidence: Callable[[bytes], str]) -> Verdict:
    if not answer.body.strip():
        return Again(f"Shopify gave an empty answer, asked for {about}.")
    try:
        content = json.loads(answer.body.decode("utf-8-sig"), parse_float=str)
    except (ValueError, RecursionError):
        if answer.body.lstrip()[:1] == b"{":
            return Again(f"Shopify gave half an answer, asked for {about}.")
        words = show(evidence(answer.body), limit=120)
        raise SourceUnavailable(
            f"What came is no answer of Shopify but {answer.content_type or 'something else'}: {words} Is there a log-in page of"
            " the network in between, or is source_api.base_url wrong? Nothing was kept."
        ) from None
    if not isinstance(content, dict):
        raise SourceUnavailable(f"Shopify's answer is JSON, but no object, asked for {about}. Nothing was kept.")
    cost, errors = Cost.of(content), content.get("errors")
    if errors:
        return _judge_errors(errors if isinstance(errors, list) else [errors], about, cost, evidence)
    data = content.get("data")
    if not isinstance(data, dict):
        return Again(f"Shopify's answer has neither data nor errors, asked for {about}.")
    return Told(data, cost)


def _judge_errors(
    errors: Sequence[object], about: str, cost: Cost | None, evidence: Callable[[bytes], str]
) -> Again | Throttled | TooCostly:
    """Return what a list of errors asks for; raises SourceUnavailable where nothing helps."""
    each = [error if isinstance(error, dict) else {"message": str(error)} for error in errors]
    extensions = [error.get("extensions") for error in each]
    codes = {str(found.get("code")) for found in extensions if isinstance(found, dict)}
    words = " ".join(str(error.get("message") or "") for error in each)
    shown = show(evidence(words.encode("utf-8", "replace")), limit=300) or "no text"
    if "THROTTLED" in codes:
        return Throttled(cost)
    if "MAX_COST_EXCEEDED" in codes:
        return TooCostly(cost, shown)
    if "ACCESS_DENIED" in codes:
        raise Denied(_denied(each, about, shown))
    if codes & set(_PASSING):
        return Again(f"Shopify could not tell {about}: {shown}")
    raise SourceUnavailable(f"Shopify refused to tell {about}: {shown} Nothing was kept of this answer.")


def _denied(errors: Sequence[Mapping[str, Any]], about: str, shown: str) -> str:
    """Return which fields are refused and which rights are missing."""
    paths = [error["path"] for error in errors if isinstance(error.get("path"), list)]
    fields = sorted({".".join(str(part) for part in path if not isinstance(part, int)) for path in paths})
    required = [str((error.get("extensions") or {}).get("requiredAccess") or "") for error in errors]
    scopes = sorted({scope for text in (*required, shown) for scope in _SCOPE.findall(text)})
    which = f"the field {' and '.join(fields)}" if fields else about
    rights = f"the right {' and '.join(scopes)}" if scopes else "a right"
    buyer = (
        " Without names of buyers: set shopify.buyers = false."
        if any("Address" in field or "customer" in field for field in fields)
        else ""
    )
    return (
        f"Shopify denies the app {which}: it lacks {rights}. Give the app this right in Shopify, install it anew and pull"
        f" again.{buyer} Nothing was kept of this answer. Shopify's words: {shown}"
    )

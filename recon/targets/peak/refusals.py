"""What PEAK says no with, and what it means for us (peak.md 3.1): the words, our explanation, the way out.

Which error a refusal becomes is decided here: never sent, final, already there, or open.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from recon.errors import AlreadyExists, TargetError, TargetRejected, TargetUnavailable
from recon.http import Answer
from recon.targets.peak.wire import Fields

CLOCK_TOLERANCE_SECONDS: Final = 60
"""A larger difference between our clock and PEAK's stops everything: signatures carry the time."""
CONCURRENCY_WAIT_SECONDS: Final = 8
"""How long to wait after `concurrency`; what a running client does."""
RATE_WAIT_SECONDS: Final = 60
"""How long to wait after `rate` or a temporary limit if PEAK names no time."""

DUPLICATE_CODE: Final = "315"
NOTHING_LIVE_CODE: Final = "384"
NOT_WAITING_CODE: Final = "347"
EXPIRED_CODES: Final = frozenset({"600", "401"})
"""resCodes of a client token that is no longer taken; 401 as a resCode is unverified, treated alike."""
LIMIT_WORDS: Final = "transaction limit exceeded"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A complete no of PEAK."""

    code: str
    words: str


BY_CODE: Final[dict[str, str]] = {
    "100": "PEAK holds another contact of this name. Give the contact of that name in PEAK its code, or use its code here.",
    NOT_WAITING_CODE: "The document does not wait for payment: it is paid, void or a draft. Look at it in PEAK.",
    NOTHING_LIVE_CODE: "PEAK holds no live document under this number: it was voided before, or never there.",
    "400": "PEAK could not use a value of the document. Correct the mapping or the order its words point to.",
}
BY_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("missing contact data", "PEAK did not find the contact. Create it there, or correct the contact code under [contacts]."),
    ("missing payment method data", "PEAK did not find the payment method. Map the payment channel again."),
    ("missing payment data", "The receipt names no payment. Map the payment channel of the order."),
    ("invalid product", "PEAK does not know a product of the document. Link the SKU again with `recon match`."),
    ("invalid accountcode", "PEAK does not know an account of the document. Choose it from PEAK's chart (accounts in recon.toml)."),
    ("unexpected character", "PEAK's reader could not read a field; this is a mistake of recon's. Please report it."),
)  # fmt: skip


def explanation(refusal: Refusal, kind: str) -> str:
    """Return what a refusal means and what to do, or an empty text where we know no more than PEAK's words."""
    lowered = refusal.words.lower()
    if kind == "credit_note" and "invalid product" in lowered:
        return "PEAK could not copy the lines of the original document. Write this credit note in PEAK by hand."
    for words, text in BY_WORDS:
        if words in lowered:
            return text
    return BY_CODE.get(refusal.code, "")


def as_error(refusal: Refusal, *, what: str, kind: str) -> TargetError:
    """Turn a complete refusal of a document into the error it is.

    Args:
        refusal: PEAK's code and words.
        what: The document, for the message.
        kind: Kind of the document: the same code means different things for a create, a payment and a void.
    """
    lowered = refusal.words.lower()
    said = f"{what}: PEAK refused it: {refusal.words or 'without a word'!r} (code {refusal.code})."
    if LIMIT_WORDS in lowered:
        return TargetUnavailable(
            f"{what}: PEAK is at a temporary limit and took nothing. It is sent again later.",
            code=refusal.code, words=refusal.words, retry_after_seconds=RATE_WAIT_SECONDS,
        )  # fmt: skip
    if refusal.code == DUPLICATE_CODE or "number is duplicated" in lowered:
        text = f"{what}: PEAK already holds a document under this number. It is looked up and compared, not sent again."
        return AlreadyExists(text, code=refusal.code, words=refusal.words)
    done_before = {"void": NOTHING_LIVE_CODE, "payment": NOT_WAITING_CODE, "expense_payment": NOT_WAITING_CODE}.get(
        kind
    )
    if refusal.code == done_before:
        text = f"{said} {BY_CODE[refusal.code]} It is looked up to see whether it is done already."
        return AlreadyExists(text, code=refusal.code, words=refusal.words)
    meaning = explanation(refusal, kind)
    return TargetRejected(f"{said} {meaning}".rstrip(), code=refusal.code, words=refusal.words)


def unusable_limit(answer: Answer, top: Fields) -> TargetUnavailable | None:
    """Return the error for a limit that PEAK itself declares (nothing was processed), or None for anything else."""
    if answer.status == 429 and top.text("type").lower() in {"concurrency", "rate"}:
        kind = top.text("type").lower()
        told = top.text("retryAfterSeconds")
        waits = [float(told[:9])] if told.isdecimal() and told.isascii() else []
        header = answer.retry_after_seconds()
        waits += [header] if header is not None else []
        default = CONCURRENCY_WAIT_SECONDS if kind == "concurrency" else RATE_WAIT_SECONDS
        return TargetUnavailable(
            f"PEAK asks for fewer requests ({kind}) and took nothing. It is sent again later.",
            code="429", words=kind, retry_after_seconds=max(1.0, *waits) if waits else float(default),
        )  # fmt: skip
    if answer.status == 400 and LIMIT_WORDS in answer.body[:4096].decode("utf-8", "replace").lower():
        return TargetUnavailable(
            "PEAK is at a temporary limit and took nothing. It is sent again later.",
            code="400", words="Transaction Limit exceeded",
            retry_after_seconds=answer.retry_after_seconds() or float(RATE_WAIT_SECONDS),
        )  # fmt: skip
    return None


def clock_difference_seconds(answer: Answer, now: dt.datetime) -> int | None:
    """Return by how many seconds our clock is ahead of PEAK's; None if PEAK's answer has no date."""
    return None if answer.date is None else round((now - answer.date).total_seconds())


def clock_difference_text(answer: Answer, now: dt.datetime) -> str:
    """Return a sentence on a clock that is off by more than a minute, or an empty text."""
    seconds = clock_difference_seconds(answer, now)
    if seconds is None or abs(seconds) <= CLOCK_TOLERANCE_SECONDS:
        return ""
    return (
        f" The clock of this computer is {_span(abs(seconds))} {'ahead of' if seconds > 0 else 'behind'} PEAK's."
        " Set the clock (date and time: automatic); signatures carry the time."
    )


def _span(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{value} {unit}" for value, unit in parts if value)

"""Reads PEAK's answer to a write: HTTP 200 is not success; the result codes and our own number decide (peak.md 1, 3).

A yes needs a result code 200 where one stands, no other code anywhere, exactly one document, and our own number in
it. A complete no is a refusal. Everything else leaves the outcome open.
"""

from __future__ import annotations

from dataclasses import dataclass

from recon.errors import OutcomeUnknown
from recon.targets.base import Confirmation
from recon.targets.peak.client import code_of, words_of
from recon.targets.peak.refusals import Refusal, as_error
from recon.targets.peak.wire import Fields

NUMBER_KEYS = ("creditNoteCode", "code", "transactionCode")
"""Where an answer states the document's number; for credit notes both of the first two were read."""
TOTAL_KEYS = ("netAmount", "totalAmount", "grandTotal")
"""Where a document states its total with VAT; `netAmount` is known from expenses, the others are read if present."""
VAT_KEYS = ("vatAmount", "totalVat", "vat")
OK_CODE = "200"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an answer must speak of to be an answer to our request."""

    what: str
    """The document, for messages."""
    kind: str
    wrapper: str
    listed: str
    """Name of the list inside the wrapper; empty where the wrapper itself is the answer (void, payment)."""
    number: str | None
    """Our own number; None where the ledger numbers, or where the answer need not name it."""
    evidence: str
    """What was answered, masked, for an open outcome."""


def confirmed(top: Fields, expected: Expected) -> Confirmation:
    """Return PEAK's yes.

    Raises:
        TargetRejected, AlreadyExists, TargetUnavailable: PEAK's complete no.
        OutcomeUnknown: Neither yes nor no can be read from the answer.
    """
    if not expected.listed:
        return _confirmed_flat(top, expected)
    inner = top.inner(expected.wrapper)
    items = inner.rows(expected.listed) or []
    outer = code_of(top)
    if inner.has_strangers(expected.listed):
        raise _unclear(expected, "its list holds something that is no document")
    if not items:
        if outer and outer != OK_CODE:
            raise as_error(Refusal(outer, words_of(top)), what=expected.what, kind=expected.kind)
        raise _unclear(expected, "it names no document")
    if len(items) > 1:
        raise _unclear(expected, f"it names {len(items)} documents where one was sent")
    return _confirmed_item(items[0], outer, words_of(top), expected)


def _confirmed_item(item: Fields, outer: str, outer_words: str, expected: Expected) -> Confirmation:
    code, number = item.text("resCode"), item.text(*NUMBER_KEYS)
    if expected.number is not None and number and number != expected.number:
        raise _unclear(expected, f"it speaks of {number!r}, another document")
    if code and code != OK_CODE:
        raise as_error(Refusal(code, item.text("resDesc") or outer_words), what=expected.what, kind=expected.kind)
    if outer and outer != OK_CODE:
        if code == OK_CODE or item.text("id"):
            raise _unclear(expected, f"it says {outer} as a whole and yes to the document")
        raise as_error(Refusal(outer, item.text("resDesc") or outer_words), what=expected.what, kind=expected.kind)
    if not code and not outer:
        raise _unclear(expected, "it holds no result code")
    if (expected.number is not None and not number) or not (number or item.text("id")):
        raise _unclear(expected, "it does not repeat the document's number")
    return Confirmation(
        ledger_id=item.text("id"),
        ledger_number=number or item.text("id"),
        total_minor=item.minor(*TOTAL_KEYS),
        vat_minor=item.minor(*VAT_KEYS),
        words=item.text("resDesc") or outer_words,
    )


def _confirmed_flat(top: Fields, expected: Expected) -> Confirmation:
    """Read the answer to a void or a payment: codes and perhaps the number of the document it was about."""
    outer = code_of(top)
    number = top.inner(expected.wrapper).text(*NUMBER_KEYS)
    if expected.number is not None and number and number != expected.number:
        raise _unclear(expected, f"it speaks of {number!r}, another document")
    if outer and outer != OK_CODE:
        raise as_error(Refusal(outer, words_of(top)), what=expected.what, kind=expected.kind)
    if not outer:
        raise _unclear(expected, "it holds no result code")
    return Confirmation(ledger_id="", ledger_number=number or expected.number or "", words=words_of(top))


def _unclear(expected: Expected, reason: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{expected.what}: PEAK's answer is no clear yes or no: {reason}. It may have been posted; it is looked up before"
        " anything else.",
        words=expected.evidence,
    )

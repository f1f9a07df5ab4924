"""Compares a document with what PEAK holds, field by field, in words a person can check."""

from __future__ import annotations

from recon.domain.document import Document
from recon.money import plain
from recon.targets.base import LedgerDocument, LedgerLine
from recon.targets.peak.wire import quantity


def differences(document: Document, held: LedgerDocument, *, contact_code: str, number: str | None) -> tuple[str, ...]:
    """Return every field PEAK states that is not what we sent; empty means equal.

    A document of which PEAK states no amount at all is never equal. VAT may differ by one minor unit per line as long as
    the total agrees: PEAK's rounding rule is not verified (peak.md 9.1).
    """
    found = []
    if number is not None and held.number != number:
        found.append(f"number: ours {number}, PEAK {held.number}")
    if held.issued_on is not None and held.issued_on != document.issued_on:
        found.append(f"date: ours {document.issued_on.isoformat()}, PEAK {held.issued_on.isoformat()}")
    if held.total_minor is not None and held.total_minor != document.total_minor:
        found.append(f"total: ours {plain(document.total_minor)}, PEAK {plain(held.total_minor)}")
    if held.vat_minor is not None and abs(held.vat_minor - document.vat_minor) > len(document.lines):
        found.append(f"VAT: ours {plain(document.vat_minor)}, PEAK {plain(held.vat_minor)}")
    if held.contact_code is not None and held.contact_code != contact_code:
        found.append(f"contact: ours {contact_code}, PEAK {held.contact_code}")
    if _paid_elsewhere(document, held):
        theirs = " and ".join(held.payment_methods or ())
        found.append(f"payment channel: ours {document.payment_method}, PEAK {theirs}")
    if held.lines is not None and document.lines:
        found += _line_differences(document, held.lines)
    states_amount = held.total_minor is not None or any(line.amount_minor is not None for line in held.lines or ())
    if not states_amount:
        found.append(f"total: ours {plain(document.total_minor)}, PEAK states none; compare by hand")
    return tuple(found)


def not_compared(document: Document, held: LedgerDocument) -> tuple[str, ...]:
    """Return what holds of our document and PEAK does not state; it is said wherever the rest is called equal."""
    if document.kind == "receipt" and document.payment_method and not held.payment_methods:
        return (f"payment channel {document.payment_method}",)
    if document.kind == "expense" and document.is_tax_invoice:
        return ("that the supplier's tax invoice is at hand",)  # PEAK has no known field for it, so it was not told
    return ()


def _paid_elsewhere(document: Document, held: LedgerDocument) -> bool:
    """Return whether PEAK names another channel than the one our receipt's payment came in on."""
    sent = document.kind == "receipt" and document.payment_method
    return bool(sent and held.payment_methods) and held.payment_methods != (document.payment_method,)


def _line_differences(document: Document, held: tuple[LedgerLine, ...]) -> list[str]:
    if len(held) != len(document.lines):
        return [f"lines: ours {len(document.lines)}, PEAK {len(held)}"]
    found = []
    for ours, theirs in zip(document.lines, held, strict=True):
        if theirs.amount_minor is not None and theirs.amount_minor != ours.amount_minor:
            found.append(
                f"line {ours.line_no} amount: ours {plain(ours.amount_minor)}, PEAK {plain(theirs.amount_minor)}"
            )
        if theirs.quantity and theirs.quantity != str(quantity(ours.quantity_milli)):
            found.append(f"line {ours.line_no} quantity: ours {quantity(ours.quantity_milli)}, PEAK {theirs.quantity}")
        if theirs.product_code and ours.product_code and theirs.product_code != ours.product_code:
            found.append(f"line {ours.line_no} product: ours {ours.product_code}, PEAK {theirs.product_code}")
    return found

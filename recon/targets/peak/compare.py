"""Compares a document with what PEAK holds; what PEAK does not state is named."""

from __future__ import annotations

from recon.domain.document import Document
from recon.targets import compare
from recon.targets.base import LedgerDocument


def differences(document: Document, held: LedgerDocument, *, contact_code: str, number: str | None) -> tuple[str, ...]:
    """Return every field PEAK states that is not what we sent; empty means equal.

    VAT may differ by one minor unit per line as long as the total agrees: PEAK's rounding rule is not verified (peak.md 9.1).
    """
    return compare.differences(
        document, held, ledger="PEAK", contact_code=contact_code, number=number, vat_tolerance_minor=len(document.lines)
    )


def not_compared(document: Document, held: LedgerDocument) -> tuple[str, ...]:
    """Return what holds of our document and PEAK does not state; it is said wherever the rest is called equal."""
    if document.kind == "receipt" and document.payment_method and not held.payment_methods:
        return (f"payment channel {document.payment_method}",)
    if document.kind == "expense" and document.is_tax_invoice:
        return ("that the supplier's tax invoice is at hand",)  # PEAK has no known field for it, so it was not told
    return ()

"""Compares a document with what a ledger holds, field by field, in words a person can check; the same for all ledgers."""

from __future__ import annotations

from typing import Final

from recon.domain.document import Document
from recon.money import plain
from recon.targets.base import LedgerDocument, LedgerLine

NAMES_CHANNEL: Final = ("receipt", "refund")
"""Kinds whose account of money is compared where the ledger names it."""


def differences(
    document: Document,
    held: LedgerDocument,
    *,
    ledger: str,
    contact_code: str,
    number: str | None,
    vat_tolerance_minor: int = 0,
) -> tuple[str, ...]:
    """Return every field the ledger states that is not what we sent; empty means equal.

    A document of which the ledger states no amount at all is never equal.

    Args:
        document: What we sent.
        held: What the ledger holds.
        ledger: Its name as a person reads it.
        contact_code: Its contact for our document.
        number: Number it must stand under; None: the ledger's own.
        vat_tolerance_minor: How far VAT may differ as long as the total agrees.
    """
    found = []
    if number is not None and held.number != number:
        found.append(f"number: ours {number}, {ledger} {held.number}")
    if held.issued_on is not None and held.issued_on != document.issued_on:
        found.append(f"date: ours {document.issued_on.isoformat()}, {ledger} {held.issued_on.isoformat()}")
    if held.total_minor is not None and held.total_minor != document.total_minor:
        found.append(f"total: ours {plain(document.total_minor)}, {ledger} {plain(held.total_minor)}")
    if held.vat_minor is not None and abs(held.vat_minor - document.vat_minor) > vat_tolerance_minor:
        found.append(f"VAT: ours {plain(document.vat_minor)}, {ledger} {plain(held.vat_minor)}")
    if held.contact_code is not None and held.contact_code != contact_code:
        found.append(f"contact: ours {contact_code}, {ledger} {held.contact_code}")
    if _paid_elsewhere(document, held):
        theirs = " and ".join(held.payment_methods or ())
        found.append(f"payment channel: ours {document.payment_method}, {ledger} {theirs}")
    if held.paid_apart_minor is not None and document.kind == "receipt":
        found += _parts_differences(document, held.paid_apart_minor, ledger)
    if held.lines is not None and document.lines:
        found += _line_differences(document, held.lines, ledger)
    states_amount = held.total_minor is not None or any(line.amount_minor is not None for line in held.lines or ())
    if not states_amount:
        found.append(f"total: ours {plain(document.total_minor)}, {ledger} states none; compare by hand")
    return tuple(found)


def quantity_text(milli: int) -> str:
    """Return thousandths as the shortest exact number: 2, 1.5, 0.125."""
    whole, part = divmod(abs(milli), 1000)
    digits = f"{part:03d}".rstrip("0")
    return f"{'-' if milli < 0 else ''}{whole}{'.' if digits else ''}{digits}"


def _paid_elsewhere(document: Document, held: LedgerDocument) -> bool:
    """Return whether the ledger names another channel than the one our receipt's money came in on, or a refund's left."""
    sent = document.kind in NAMES_CHANNEL and document.payment_method
    return bool(sent and held.payment_methods) and held.payment_methods != (document.payment_method,)


def _parts_differences(document: Document, held: tuple[int, ...], ledger: str) -> list[str]:
    """Return how the payments beside the main one differ."""
    ours = tuple(part.amount_minor for part in document.payments[1:])
    if ours == held:
        return []
    mine, theirs = (" and ".join(map(plain, amounts)) or "none" for amounts in (ours, held))
    return [f"paid through other channels: ours {mine}, {ledger} {theirs}"]


def _line_differences(document: Document, held: tuple[LedgerLine, ...], ledger: str) -> list[str]:
    if len(held) != len(document.lines):
        return [f"lines: ours {len(document.lines)}, {ledger} {len(held)}"]
    found = []
    for ours, theirs in zip(document.lines, held, strict=True):
        what = f"line {ours.line_no}"
        if theirs.amount_minor is not None and theirs.amount_minor != ours.amount_minor:
            found.append(f"{what} amount: ours {plain(ours.amount_minor)}, {ledger} {plain(theirs.amount_minor)}")
        if theirs.quantity and theirs.quantity != quantity_text(ours.quantity_milli):
            found.append(f"{what} quantity: ours {quantity_text(ours.quantity_milli)}, {ledger} {theirs.quantity}")
        if theirs.product_code and ours.product_code and theirs.product_code != ours.product_code:
            found.append(f"{what} product: ours {ours.product_code}, {ledger} {theirs.product_code}")
    return found

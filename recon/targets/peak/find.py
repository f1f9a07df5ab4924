"""Looks a document up in PEAK and says what is there: absent, equal, different, twice or voided (rules 3 to 6, F29, F30).

Payments have no number of their own: they are found on their invoice. A void is found on the document it voids.
"""

from __future__ import annotations

from collections.abc import Callable

from recon.domain.document import PAYMENT_KINDS, Document
from recon.errors import TargetUnavailable
from recon.money import plain
from recon.targets.base import Confirmation, Found, LedgerDocument
from recon.targets.peak.books import Books
from recon.targets.peak.compare import differences, not_compared
from recon.targets.peak.options import PeakOptions
from recon.targets.peak.payloads import SHAPES, label, own_reference, sends_number
from recon.targets.peak.purchases import NUMBERED_BY_PEAK
from recon.targets.peak.records import PaidRow, payments_of
from recon.targets.peak.wire import Fields


class Finder:
    """Look-ups by our own number, compared exactly on our side."""

    def __init__(
        self,
        books: Books,
        options: PeakOptions,
        *,
        contact_code: Callable[[Document], str],
        method_names: Callable[[str], frozenset[str]],
    ) -> None:
        self._books = books
        self._options = options
        self._contact_code = contact_code
        self._method_names = method_names
        """Code of a payment method → every way PEAK may write it (code, id)."""

    def find(self, document: Document) -> Found:
        """Return what PEAK holds of this document.

        Raises:
            TargetUnavailable: The look-up failed, or PEAK's answer cannot exclude that the document is there.
        """
        if document.kind in PAYMENT_KINDS:
            return self._payment(document)
        if document.kind == "void":
            return self._void(document)
        if document.kind not in SHAPES:
            return Found(state="absent")
        if sends_number(document, self._options):
            return self._numbered(document, document.number or "")
        return self._by_reference(document)

    def original_row(self, document: Document) -> Fields | None:
        """Return the row of the document this one pays, voids or credits; None if PEAK does not show it.

        The id decides where it is known: after a void the same number may stand for another document.

        Raises:
            TargetUnavailable: PEAK could not be read.
        """
        kind, number = document.applies_to_kind or "invoice", document.applies_to_number
        if kind not in SHAPES or not number:
            return None
        exact, _ = self._books.rows_with_number(kind, number)
        if document.applies_to_ledger_id:
            return next((row for row in exact if row.text("id") == document.applies_to_ledger_id), None)
        live = [row for row in exact if not self._books.document(kind, row).is_void]
        return next(iter(live or exact), None)

    def _numbered(self, document: Document, number: str) -> Found:
        exact, alike = self._books.rows_with_number(document.kind, number)
        found = self._judged(document, [self._books.document(document.kind, row) for row in exact], number)
        others = tuple(self._books.document(document.kind, row) for row in alike)
        live = tuple(other for other in others if not other.is_void)
        if found.state != "absent" or not live:
            return found
        text = f"number: ours {number}, PEAK {live[0].number}: the same but for capital letters or width"
        return Found(state="different", documents=live, differences=(text,))

    def _by_reference(self, document: Document) -> Found:
        reference = own_reference(document)
        listed = list(self._books.all_rows(document.kind))
        rows = [
            row
            for row in listed
            if row.text("reference") == reference or reference in row.text("remark", "description")
        ]
        # A list that states the reference of every row would show ours; what it shows late the caller allows for.
        if not rows and document.kind in NUMBERED_BY_PEAK and all("reference" in row for row in listed):
            return Found(state="absent")
        if not rows:
            raise TargetUnavailable(
                f"{label(document)}: PEAK shows no document with our reference {reference}. As PEAK numbers the documents,"
                " this does not prove that it is not there: look for the order in PEAK before anything else is done.",
                code="not-searchable",
            )
        return self._judged(document, [self._books.document(document.kind, row) for row in rows], None)

    def _judged(self, document: Document, held: list[LedgerDocument], number: str | None) -> Found:
        live = tuple(one for one in held if not one.is_void)
        if not held:
            return Found(state="absent")
        if not live:
            return Found(state="voided", documents=tuple(held))
        if len(live) > 1:
            return Found(state="twice", documents=live)
        found = differences(document, live[0], contact_code=self._contact_code(document), number=number)
        if found:
            return Found(state="different", documents=live, differences=found)
        unstated = not_compared(document, live[0])
        return Found(state="equal", documents=live, confirmation=_confirmation(live[0]), not_compared=unstated)

    def _void(self, document: Document) -> Found:
        row = self.original_row(document)
        if row is None:
            return self._original_missing(document)
        held = self._books.document(document.applies_to_kind or "invoice", row)
        if not held.is_void:
            return Found(state="absent", documents=(held,))
        return Found(state="equal", documents=(held,), confirmation=_confirmation(held))

    def _payment(self, document: Document) -> Found:
        row = self.original_row(document)
        if row is None:
            return self._original_missing(document)
        held = self._books.document(document.applies_to_kind or "invoice", row)
        if held.is_void:
            text = f"{held.kind} {held.number}: ours waits for payment, PEAK holds it void"
            return Found(state="different", documents=(held,), differences=(text,))
        paid = payments_of(row)
        if paid:
            return self._recorded(document, held, paid)
        return _by_remainder(document, held, is_stated=paid is not None)

    def _recorded(self, document: Document, held: LedgerDocument, paid: list[PaidRow]) -> Found:
        """Judge by the payments PEAK lists: date, amount and, where stated, method."""
        same_sum = [one for one in paid if one.amount_minor == document.paid_minor]
        names = self._method_names(document.payment_method or "")
        same = [
            one
            for one in same_sum
            if one.paid_on in {None, document.paid_on or document.issued_on} and (not one.method or one.method in names)
        ]
        if len(same) == 1:
            return Found(state="equal", documents=(held,), confirmation=_payment_confirmation(document, held))
        if same:
            return Found(state="twice", documents=(held,))
        if same_sum or held.remain_minor == 0:
            listed = "; ".join(_paid_text(one) for one in paid)
            wanted = _paid_text(
                PaidRow(document.paid_on or document.issued_on, document.paid_minor, document.payment_method or "")
            )
            text = f"payment: ours {wanted}, PEAK {listed}"
            return Found(state="different", documents=(held,), differences=(text,))
        return Found(state="absent", documents=(held,))

    def _original_missing(self, document: Document) -> Found:
        number = document.applies_to_number or "without number"
        text = f"{document.applies_to_kind or 'document'} {number}: PEAK does not show it; voided and hidden, or never there"
        return Found(state="different", differences=(text,))


def _by_remainder(document: Document, held: LedgerDocument, *, is_stated: bool) -> Found:
    """Judge a payment by what remains to be paid, where PEAK lists no payments."""
    if held.remain_minor is None:
        if is_stated:
            return Found(state="absent", documents=(held,))
        text = f"payment: ours {plain(document.paid_minor)}, PEAK states neither payments nor what remains; compare by hand"
        return Found(state="different", documents=(held,), differences=(text,))
    total = held.total_minor if held.total_minor is not None else document.total_minor
    if held.remain_minor == total:
        return Found(state="absent", documents=(held,))
    settled = document.paid_minor + document.wht_minor
    if held.remain_minor == total - settled and not is_stated:
        return Found(state="equal", documents=(held,), confirmation=_payment_confirmation(document, held))
    text = f"still to pay: ours {plain(total - settled)}, PEAK {plain(held.remain_minor)}"
    return Found(state="different", documents=(held,), differences=(text,))


def _confirmation(held: LedgerDocument) -> Confirmation:
    return Confirmation(
        ledger_id=held.ledger_id,
        ledger_number=held.number,
        total_minor=held.total_minor,
        vat_minor=held.vat_minor,
        words="found in PEAK",
    )


def _payment_confirmation(document: Document, held: LedgerDocument) -> Confirmation:
    return Confirmation(
        ledger_id="", ledger_number=held.number, total_minor=document.paid_minor, words="found on its invoice in PEAK"
    )


def _paid_text(paid: PaidRow) -> str:
    on = paid.paid_on.isoformat() if paid.paid_on else "no date"
    sum_text = plain(paid.amount_minor) if paid.amount_minor is not None else "no amount"
    return f"{sum_text} on {on}{f' by {paid.method}' if paid.method else ''}"

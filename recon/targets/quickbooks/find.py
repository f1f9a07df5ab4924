"""Looks a document up in QuickBooks Desktop: absent, equal, different, twice or voided.

First what the desk knows of the message set the document went out in: QuickBooks keeps its answer. Then the company file,
by our RefNumber. QuickBooks lets two transactions have one number, so ours are told by the sign in their memo; one of the
same number without it was written by somebody else, and a person decides. What is not there is certainly not there: the
file shows at once what it holds, and the desk lets nothing be on its way while it asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from recon.domain.document import Document
from recon.errors import OutcomeUnknown, TargetUnavailable
from recon.targets.base import Found, LedgerDocument
from recon.targets.compare import differences
from recon.targets.quickbooks.exchange import Exchange, answer_to
from recon.targets.quickbooks.forms import FORMS, PRODUCT, forms_of, mark, ref_number
from recon.targets.quickbooks.qbxml.rows import Row
from recon.targets.quickbooks.qbxml.status import Verdict, meaning
from recon.targets.quickbooks.records import KIND_OF_ROW, arranged, confirmation, is_signed, item, memo_of, transaction

TOGETHER = 50
"""Transactions or items asked for in one question."""


class Finder:
    """Look-ups, compared on our side."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def find(self, document: Document) -> Found:
        """Return what QuickBooks holds of this document.

        Raises:
            TargetUnavailable: It could not be asked.
        """
        if document.kind == PRODUCT:
            return self._item(document)
        if document.kind == "void":
            return self._void(document)
        names = [form.name for form in forms_of(document)]
        assert names, document.kind
        kept = self._kept_id(document)
        by_id = [row for name in names for row in self.by_id(name, [kept]).values()] if kept else []
        return self._by_number(document, names, by_id)

    def _kept_id(self, document: Document) -> str:
        """Return the id QuickBooks gave it, as the answer on its set says; empty: no yes is known."""
        known = self._exchange.desk.recovered(document.document_key)
        if known is None or known.answer is None:
            return ""
        try:
            answer = answer_to(mark(document), known.answer)
        except OutcomeUnknown:
            return ""  # kept, but not readable: the company file itself decides
        if answer is None or meaning(answer).verdict is not Verdict.DONE:
            return ""
        return next((row.text("TxnID") for row in answer.rows if row.name in KIND_OF_ROW), "")

    def _by_number(self, document: Document, names: Sequence[str], by_id: Sequence[Row]) -> Found:
        """Return what stands under our number with our sign, and what was ours by its id whatever it says now."""
        number = ref_number(document)
        if not number:
            return Found(state="absent")  # without a number nobody can tell
        values: dict[str, object] = {"RefNumberCaseSensitive": [number], "IncludeLineItems": True}
        rows = [row for name in names for row in self._exchange.ask(f"{name}Query", values, rows_of=f"{name}Ret")]
        exact = [row for row in rows if row.text("RefNumber") == number]
        signed = [row for row in exact if mark(document) in memo_of(row)]
        ours = list({row.text("TxnID"): row for row in (*by_id, *signed)}.values())
        # The refunds of one credit memo all stand under its number: one of recon's that is not this one is another part.
        strange = [row for row in exact if document.kind != "refund" or not is_signed(row)]
        if ours or not strange:
            return judged(document, [transaction(row) for row in ours], ours)
        held = tuple(transaction(row) for row in strange)
        whose = f"memo: QuickBooks has {number} {len(held)} times, written by somebody else"
        return Found(state="different", documents=held, differences=(whose,))

    def _item(self, document: Document) -> Found:
        rows = self._exchange.ask("ItemQuery", {"FullName": [document.sku]})
        if not rows:
            return Found(state="absent", is_certain=True)
        held = item(rows[0])
        ours, theirs = (
            " ".join(document.product_name.split()),
            " ".join(held.lines[0].description.split() if held.lines else ()),
        )
        if ours != theirs:
            return Found(state="different", documents=(held,), differences=(f"name: ours {ours}, QuickBooks {theirs}",))
        return Found(state="equal", documents=(held,), confirmation=confirmation(rows[0]))

    def _void(self, document: Document) -> Found:
        form = FORMS.get(document.applies_to_kind or "")
        if form is None or not document.applies_to_ledger_id:
            return Found(state="absent")
        row = self.by_id(form.name, [document.applies_to_ledger_id]).get(document.applies_to_ledger_id)
        if row is None:
            raise TargetUnavailable(
                f"QuickBooks does not show {document.applies_to_number or 'the document'} that is to be void. Look for it there."
            )
        held = transaction(row)
        if not held.is_void:
            return Found(state="absent", is_certain=True)
        return Found(state="equal", documents=(held,), confirmation=confirmation(row))

    def by_id(self, name: str, ids: Sequence[str]) -> dict[str, Row]:
        """Return transactions of one kind by their TxnID; those QuickBooks does not hold are left out."""
        rows = self._together(f"{name}Query", "TxnID", ids, {"IncludeLineItems": True})
        return {row.text("TxnID"): row for row in rows}

    def _items(self, skus: Sequence[str]) -> dict[str, Row]:
        """Return items by their name, folded: capitals do not matter to QuickBooks."""
        return {row.text("FullName").casefold(): row for row in self._together("ItemQuery", "FullName", skus, {})}

    def _together(self, name: str, key: str, wanted: Sequence[str], more: Mapping[str, object]) -> Iterator[Row]:
        """Ask for many at a time."""
        one_each = list(dict.fromkeys(wanted))
        for start in range(0, len(one_each), TOGETHER):
            yield from self._exchange.ask(name, {key: one_each[start : start + TOGETHER], **more})

    def read_back(self, documents: Sequence[tuple[Document, str]]) -> Iterator[tuple[Document, LedgerDocument | None]]:
        """Yield what QuickBooks holds; for voids the document they apply to."""
        wanted: dict[str, list[str]] = {}
        for document, ledger_id in documents:
            names, txn_id = _place(document, ledger_id)
            for name in names if txn_id else ():
                wanted.setdefault(name, []).append(txn_id)
        held = {name: self.by_id(name, ids) for name, ids in wanted.items()}
        items = self._items([document.sku for document, _ in documents if document.kind == PRODUCT])
        for document, ledger_id in documents:
            if document.kind == PRODUCT:
                listed = items.get(document.sku.casefold())
                yield document, item(listed) if listed else None
                continue
            names, txn_id = _place(document, ledger_id)
            rows = [held[name][txn_id] for name in names if txn_id in held.get(name, {})]
            yield document, arranged(document, transaction(rows[0])) if rows else None


def _place(document: Document, ledger_id: str) -> tuple[tuple[str, ...], str]:
    """Return the forms and the TxnID under which a posted document is read."""
    if document.kind == "void":
        form = FORMS.get(document.applies_to_kind or "")
        return ((form.name,) if form else ()), document.applies_to_ledger_id or ""
    return tuple(form.name for form in forms_of(document)), ledger_id


def judged(document: Document, held: Sequence[LedgerDocument], rows: Sequence[Row]) -> Found:
    """Return what our transactions of one number come to."""
    live = [(one, row) for one, row in zip(held, rows, strict=True) if not one.is_void]
    if not held:
        return Found(state="absent", is_certain=True)
    if not live:
        return Found(state="voided", documents=tuple(held))
    if len(live) > 1:
        return Found(state="twice", documents=tuple(one for one, _ in live))
    one, row = live[0]
    code = document.contact_code
    found = differences(
        document, arranged(document, one), ledger="QuickBooks", contact_code=code, number=ref_number(document)
    )
    if found:
        return Found(state="different", documents=(one,), differences=found)
    return Found(state="equal", documents=(one,), confirmation=confirmation(row))

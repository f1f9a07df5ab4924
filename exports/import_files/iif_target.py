"""IIF files as a target, for QuickBooks Desktop without the Web Connector.

A batch becomes one file in ``outgoing/``. A person imports it in QuickBooks, once, and confirms what was taken with a report of
the numbers. The importer has no look for doubles: the same file imported twice stands in the books twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Final, Literal

from exports.import_files.iif_checks import objections
from exports.import_files.iif_forms import FORM_OF, IifOptions, kind_of, transaction_of
from exports.import_files.iif_lists import HOW, Known, Lists, read_lists
from exports.import_files.iif_text import Transaction, parse, render
from exports.workbook import write_safely
from recon.crash import NO_CRASH, CrashPoints
from recon.domain.document import Document
from recon.errors import AlreadyExists, ExportError, MalformedFile, TargetRejected, TargetUnavailable
from recon.money import plain
from recon.targets.base import (
    Capabilities,
    Catalog,
    Company,
    Confirmation,
    Found,
    LedgerDocument,
    MasterRequest,
    Objection,
    Target,
)  # fmt: skip
from recon.targets.quickbooks.options import CURRENCY, FULL_NAME_MAX, REF_NUMBER_MAX, TEXT_MAX
from recon.text import safe_file_part

ONCE: Final = "Import it in QuickBooks once only (back up first; File > Utilities > Import > IIF Files): importing a file twice books everything twice."
UNAPPLIED: Final = "payments come in without their invoices: apply them under Customers > Receive Payments."

UNREFUNDED: Final = "credit memos do not say that the money went back: record each refund on its credit memo."


def iif_path(folder: Path, batch_id: str) -> Path:
    """Return where the file of a batch lies."""
    return folder / f"QuickBooks_{safe_file_part(batch_id)}.iif"


def write_batch(
    documents: Sequence[Document], folder: Path, batch_id: str, options: IifOptions, *, crash: CrashPoints = NO_CRASH
) -> list[Path]:
    """Write the file of a whole batch, and return it; the same documents give the same bytes.

    Every transaction's sum is proven to be zero, and every number to stand once, before a byte is written.

    Raises:
        TargetRejected: Rows do not come to zero or a number stands twice; all are named and nothing is written.
        ExportError: The file could not be written.
    """
    made = [transaction_of(document, options) for document in documents]
    odd = [f"{one.number} comes to {plain(one.sum_minor, CURRENCY)}, not to zero" for one in made if one.sum_minor]
    odd += [
        f"{number} stands {count} times" for number, count in Counter(one.number for one in made).items() if count > 1
    ]
    if odd:
        raise TargetRejected(f"Nothing was written. {'; '.join(odd)}.")
    return [_write(iif_path(folder, batch_id), made, crash)]


def _write(path: Path, transactions: Sequence[Transaction], crash: CrashPoints) -> Path:
    content = render(transactions)

    def check(written: Path) -> list[str]:
        found = parse(written.read_bytes(), path.name)
        return [] if found == list(transactions) else ["it does not hold the transactions that were meant"]

    placed = write_safely(path, lambda target: _new(target, content), check, crash=crash, step="import-file")
    if placed != path:  # two versions of one import file would invite importing both
        placed.unlink()
        raise ExportError(f"{path.name} is open in another program and was not changed. Close it and run the same command again.")  # fmt: skip
    return placed


def _new(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)


class QuickBooksIif(Target):
    """Writes one batch into an IIF file; `find` looks into this file, not into QuickBooks."""

    name: ClassVar[str] = "quickbooks-iif"

    def __init__(
        self,
        folder: Path,
        batch_id: str,
        options: IifOptions,
        *,
        company_name: str = "",
        tax_id: str = "",
        environment: Literal["live", "test", "sandbox"] = "live",
        known: Catalog | None = None,
        lists: Path | None = None,
    ) -> None:
        self._path = iif_path(folder, batch_id)
        self._options = options
        self._company_name, self._tax_id = company_name, tax_id
        self._environment = environment
        self._known = known or Catalog()
        self._lists_file = lists
        self._lists: Lists | None = None
        self._names: Known | None = None
        self.capabilities = capabilities(options)

    def verify(self) -> Company:
        """Return the company the files are meant for, as the settings name it, and what its lists lack."""
        identity = hashlib.sha256(f"{self._company_name}\n{self._tax_id}".encode()).hexdigest()[:16]
        return Company(
            company_id=f"quickbooks-iif:{identity}", name=self._company_name, tax_id=self._tax_id,
            environment=self._environment, missing=tuple(self._lacking()),
        )  # fmt: skip

    def identify(self) -> Company:
        """Return the company, before anything is written.

        Raises:
            TargetUnavailable: No lists were read, and nobody takes the risk of unknown names.
        """
        if not self._catalog().accounts and not self._options.unchecked:
            raise TargetUnavailable(
                "The accounts and names of QuickBooks are not known yet, and its importer makes a Bank account of every account it does"
                f" not know. Nothing was written. {HOW}",
                code="no-lists", stops_batch=True,
            )  # fmt: skip
        return self.verify()

    def _lacking(self) -> Iterator[str]:
        catalog = self._catalog()
        if not catalog.accounts:
            if not self._options.unchecked:
                yield f"the lists of QuickBooks were not read yet, so no document can be written. {HOW}"
            return
        for what in self._lists.absent if self._lists else ():
            yield f"the list export holds no {what}; names on it are not known. {HOW}"
        accounts = {account.code for account in catalog.accounts}
        for setting, name in self._options.needed_accounts.items():
            if name not in accounts and not setting.startswith("accounts."):  # those are compared for every ledger
                yield f"{setting}: the chart of accounts holds no {name}. Choose one of its own in recon.toml, or create it in QuickBooks."
        yield from self._unknown_names(catalog)

    def _unknown_names(self, catalog: Catalog) -> Iterator[str]:
        items = {item.code for item in catalog.products}
        if self._options.style == "forms" and self._options.text_item and self._options.text_item not in items:
            yield f"quickbooks.text_item: the item list holds no {self._options.text_item}. Create it in QuickBooks (type Other Charge)."
        classes = {one.code for one in catalog.classes}
        for name in dict.fromkeys(self._options.classes.values()):
            if name not in classes:
                yield f"quickbooks.classes: the class list holds no {name}. Create it in QuickBooks, or correct recon.toml."
        if self._options.style == "forms" and self._options.tax_row and self._lists is not None:
            if self._options.tax_item not in self._lists.tax_items:
                yield f"quickbooks.tax_item: the item list holds no sales tax item {self._options.tax_item or '(none named)'}."
            if self._options.tax_agency not in {contact.code for contact in catalog.contacts}:
                yield f"quickbooks.iif.tax_agency: the vendor list holds no {self._options.tax_agency or '(none named)'}."

    def _catalog(self) -> Catalog:
        if self._lists is None and self._lists_file is not None:
            self._lists = read_lists(self._lists_file)
        return self._lists.catalog if self._lists is not None else self._known

    def catalog(self) -> Catalog:
        """Return the lists: of the export that was handed in, else as they were read last."""
        return self._catalog()

    def check(self, document: Document) -> list[Objection]:
        """Return what keeps the document out of the file."""
        if self._names is None:
            self._names = Known.of(self._catalog())
        return objections(document, self._options, self._names)

    def payload(self, document: Document) -> bytes:
        """Return the document's rows as they stand in the file."""
        return render([transaction_of(document, self._options)])

    def send(self, document: Document) -> Confirmation:
        """Append the document to the file; one that stands there already leaves the file as it is."""
        problems = self.check(document)
        if problems:
            raise TargetRejected("; ".join(f"{problem.text} {problem.remedy}".strip() for problem in problems))
        standing = self._read()
        if any(one.number == document.number for one in standing):
            raise AlreadyExists(f"{document.number} stands in {self._path.name} already.")
        try:
            _write(self._path, [*standing, transaction_of(document, self._options)], NO_CRASH)
        except ExportError as error:
            raise TargetUnavailable(str(error)) from error
        return Confirmation(ledger_id=self._id_of(document.number), ledger_number=document.number or "", words=ONCE)

    def before_import(self, documents: Sequence[Document]) -> tuple[str, ...]:
        """Return that a file is imported once, and what it leaves to be done there."""
        words = [ONCE]
        kinds = Counter(document.kind for document in documents)
        if kinds["payment"]:
            words.append(f"{kinds['payment']} {UNAPPLIED}")
        if kinds["credit_note"] and self._options.style == "forms":
            words.append(f"{kinds['credit_note']} {UNREFUNDED}")
        return tuple(words)

    def find(self, document: Document) -> Found:
        """Look the document up in the file of the batch and compare every cell."""
        if document.kind not in FORM_OF:
            return Found(state="absent")
        standing = [one for one in self._read() if one.number == document.number]
        shown = tuple(self._of(one, document) for one in standing)
        if len(standing) != 1:
            return Found(state="twice" if standing else "absent", documents=shown)
        if standing[0] != transaction_of(document, self._options):
            words = f"{document.number} in {self._path.name} is not what the document says now."
            return Found(state="different", documents=shown, differences=(words,))
        yes = Confirmation(ledger_id=self._id_of(document.number), ledger_number=document.number or "")
        return Found(state="equal", documents=shown, confirmation=yes)

    def read_back(self, documents: Sequence[tuple[Document, str]]) -> Iterator[tuple[Document, LedgerDocument | None]]:
        """Yield what the file holds for each document."""
        standing = {one.number: one for one in self._read()}
        for document, _ledger_id in documents:
            held = standing.get(document.number or "")
            yield document, self._of(held, document) if held else None

    def list_documents(self, kinds: Iterable[str], since: dt.date, until: dt.date) -> Iterator[LedgerDocument]:
        """Yield the documents of the period that stand in the file of this batch; a file states no totals of the books."""
        wanted = frozenset(kinds)
        for one in self._read():
            if kind_of(one) in wanted and since <= one.day <= until:
                yield self._shown(one, kind_of(one), total_minor=None)

    def ensure_masters(self, request: MasterRequest) -> Catalog:
        """Return the lists; a file makes no names on purpose.

        Raises:
            TargetRejected: Something would have to be created by hand.
        """
        if request.contacts:
            names = ", ".join(contact.code for contact in request.contacts)
            raise TargetRejected(
                f"An import file creates no customers on purpose. Create in QuickBooks by hand: {names}."
            )
        return self._catalog()

    def _read(self) -> list[Transaction]:
        if not self._path.exists():
            return []
        try:
            return parse(self._path.read_bytes(), self._path.name)
        except (MalformedFile, OSError, ValueError) as error:
            raise TargetUnavailable(
                f"The import file of this batch cannot be read: {error} Nothing was written. Put the file back as it was.",
                stops_batch=True,
            ) from error

    def _id_of(self, number: str | None) -> str:
        return f"{self._path.name}#{number}"

    def _of(self, one: Transaction, document: Document) -> LedgerDocument:
        """Return what the file says of a document; its total only where every cell is as the document says."""
        is_equal = document.kind in FORM_OF and one == transaction_of(document, self._options)
        return self._shown(one, document.kind, total_minor=document.total_minor if is_equal else None)

    def _shown(self, one: Transaction, kind: str, *, total_minor: int | None) -> LedgerDocument:
        debits = sum(entry.amount_minor for entry in one.entries if entry.amount_minor > 0)
        return LedgerDocument(
            kind=kind, ledger_id=self._id_of(one.number), number=one.number, issued_on=one.day,
            total_minor=total_minor,
            vat_minor=None, contact_code=None, is_void=False, remark=one.head.memo,
            raw=f"{one.kind}, debits {plain(debits, CURRENCY)}",
        )  # fmt: skip


_NEED_CUSTOMER: Final = {
    "journal": frozenset({"invoice", "payment"}), "forms": frozenset({"receipt", "invoice", "payment", "credit_note"}),
}  # fmt: skip
"""Sales whose rows name a customer: those on receivables, and every form."""


def capabilities(options: IifOptions) -> Capabilities:
    """Return what the files can hold under these settings."""
    return Capabilities(
        kinds=frozenset(FORM_OF), own_number=False, number_max_length=REF_NUMBER_MAX, partial_credit_note=True,
        refund_payment=options.style == "journal", searchable_by_number=True, is_file=True, lookup_grace_seconds=0,
        text_max_length=TEXT_MAX, contact_code_max_length=FULL_NAME_MAX, currencies=frozenset({CURRENCY}),
        expense_paid_at_once=True, needs_contact=_NEED_CUSTOMER[options.style], split_payments=True,
    )  # fmt: skip


__all__ = ["ONCE", "UNAPPLIED", "QuickBooksIif", "capabilities", "iif_path", "write_batch"]

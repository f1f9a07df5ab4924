"""A document as a transaction of an IIF file: as one general journal entry from its postings, or as QuickBooks' own form.

Only the signs of sales were seen in samples; those of the other forms are derived (docs/unverified.md). A journal entry has no
such question: debits are positive, credits negative.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from exports.import_files.iif_text import Entry, Transaction, held_text
from recon.domain.document import Document, DocumentLine, PaymentPart
from recon.frames.text import fold
from recon.money import plain
from recon.targets.compare import quantity_text
from recon.targets.quickbooks.forms import PAID_APART, SOLD, goes_by_rate, memo
from recon.targets.quickbooks.options import TEXT_MAX
from recon.targets.quickbooks.qbxml.chars import shortened

Style = Literal["journal", "forms"]
JOURNAL: Final = "GENERAL JOURNAL"
FORM_OF: Final[Mapping[str, str]] = {
    "receipt": "CASH SALE", "invoice": "INVOICE", "payment": "PAYMENT", "credit_note": "CREDIT MEMO", "expense": "BILL",
}  # fmt: skip
"""Kind of document to TRNSTYPE."""
_BETWEEN: Final = " | "


@dataclass(frozen=True, slots=True, kw_only=True)
class IifOptions:
    """What can be set about the files, as plain values."""

    style: Style = "journal"
    receivable: str = ""
    payable: str = ""
    income_account: str = ""
    """Account of lines that name none."""
    text_item: str = ""
    """Item of lines that name none; forms only."""
    classes: Mapping[str, str] = field(default_factory=dict)
    """Sales channel (folded) to a class."""
    tax_row: bool = False
    """The company uses sales tax: every form ends with a row of sales tax, of zero."""
    tax_item: str = ""
    tax_agency: str = ""
    tax_account: str = ""
    unchecked: bool = False
    """A person takes the risk of names that no list was read for."""
    needed_accounts: Mapping[str, str] = field(default_factory=dict)
    """Setting to the account that must exist."""


def transaction_of(document: Document, options: IifOptions) -> Transaction:
    """Return the transaction of a document that has no objections."""
    as_journal = is_journal(document, options)
    entries = _journal(document, options) if as_journal else _form(document, options)
    return Transaction(
        kind=JOURNAL if as_journal else FORM_OF[document.kind],
        day=day_of(document),
        number=document.number or "",
        head=entries[0],
        splits=tuple(entries[1:]),
    )


def is_journal(document: Document, options: IifOptions) -> bool:
    """Return whether a document is a general journal entry: by the style, or as an expense that was paid at once."""
    return options.style == "journal" or (document.kind == "expense" and bool(document.payment_method))


def day_of(document: Document) -> dt.date:
    """Return the day a document is entered on."""
    return (document.paid_on or document.issued_on) if document.kind == "payment" else document.issued_on


def class_of(document: Document, options: IifOptions) -> str:
    """Return the class of a document's sales channel; empty: none."""
    return options.classes.get(fold(document.sales_channel), "")


def _journal(document: Document, options: IifOptions) -> list[Entry]:
    """Return one row per posting, receivables and payables first: QuickBooks wants to know there who it is about."""
    owed = {options.receivable, options.payable} - {""}
    first = sorted(document.postings, key=lambda posting: posting.account_code not in owed)
    return [
        Entry(
            account=posting.account_code,
            amount_minor=posting.debit_minor - posting.credit_minor,
            name=document.contact_code if posting.account_code in owed else "",
            class_name=class_of(document, options),
            memo=_journal_memo(document),
        )
        for posting in first
    ]


def _form(document: Document, options: IifOptions) -> list[Entry]:
    if document.kind == "payment":
        return _payment(document, options)
    sign = -1 if document.kind in {"receipt", "invoice"} else 1
    due = document.kind in {"invoice", "expense"}
    apart = document.payments[1:] if document.kind == "receipt" else ()  # a credit memo stands on receivables whole
    head = Entry(
        account=head_account(document, options),
        amount_minor=-sign * (document.total_minor - sum(part.amount_minor for part in apart)),
        name=document.contact_code,
        class_name=class_of(document, options),
        memo=_memo(document),
        due=f"{max(document.due_on, document.issued_on):%m/%d/%Y}" if due else "",
    )
    rows = [_line(document, line, sign, options) for line in document.lines]
    rows += [_paid_apart(document, part, options) for part in apart]
    return [head, *rows, *([_tax_row(options)] if options.tax_row and document.kind in SOLD else [])]


def head_account(document: Document, options: IifOptions) -> str:
    """Return the account of a form's first row."""
    if document.kind in {"receipt", "payment"}:
        return document.payment_method or ""
    return options.payable if document.kind == "expense" else options.receivable


def _payment(document: Document, options: IifOptions) -> list[Entry]:
    """Return money received from a customer; a file cannot say for which invoice."""
    head = Entry(
        account=head_account(document, options), amount_minor=document.total_minor, name=document.contact_code,
        memo=_memo(document),
    )  # fmt: skip
    owed = Entry(
        account=options.receivable, amount_minor=-document.total_minor, name=document.contact_code, memo=head.memo
    )
    return [head, owed]


def _line(document: Document, line: DocumentLine, sign: int, options: IifOptions) -> Entry:
    is_sold = document.kind in SOLD
    by_rate = is_sold and goes_by_rate(line)
    return Entry(
        account=line_account(line, options),
        amount_minor=sign * line.amount_minor,
        class_name=class_of(document, options),
        memo=held_text(shortened(line.description, TEXT_MAX)),
        quantity=quantity_text(sign * line.quantity_milli) if by_rate else "",
        price=plain(line.unit_price_minor, document.currency) if by_rate else "",
        item=line_item(line, options) if is_sold else "",
        taxable="N" if is_sold else "",
    )


def _paid_apart(document: Document, part: PaymentPart, options: IifOptions) -> Entry:
    """Return the row of a payment that did not come in on the account of the first row."""
    text = shortened(f"{PAID_APART}{part.payment_channel}", TEXT_MAX)
    return Entry(
        account=part.payment_method, amount_minor=part.amount_minor, class_name=class_of(document, options),
        memo=held_text(text), item=options.text_item, taxable="N",
    )  # fmt: skip


def line_account(line: DocumentLine, options: IifOptions) -> str:
    """Return the account of a line; in a file it wins over the account of the line's item."""
    return line.account_code or options.income_account


def line_item(line: DocumentLine, options: IifOptions) -> str:
    """Return the item of a line."""
    return line.product_code or options.text_item


def _tax_row(options: IifOptions) -> Entry:
    """Return the row QuickBooks wants last where the company uses sales tax: zero, because the shop's tax is a line."""
    return Entry(
        account=options.tax_account, amount_minor=0, name=options.tax_agency, price="0.0%", item=options.tax_item,
        taxable="N", extra="AUTOSTAX",
    )  # fmt: skip


def _memo(document: Document) -> str:
    return held_text(memo(document))


def _journal_memo(document: Document) -> str:
    """Return the memo with the kind of document behind our sign: in QuickBooks every one is a general journal entry."""
    sign, _, rest = memo(document).partition(_BETWEEN)
    return held_text(shortened(_BETWEEN.join((sign, document.kind.replace("_", " "), rest)), TEXT_MAX))


def kind_of(transaction: Transaction) -> str:
    """Return which kind of document a transaction of ours is; empty: it does not say."""
    if transaction.kind != JOURNAL:
        return next((kind for kind, form in FORM_OF.items() if form == transaction.kind), "")
    parts = transaction.head.memo.split(_BETWEEN, 2)
    kind = parts[1].replace(" ", "_") if len(parts) > 1 else ""
    return kind if kind in FORM_OF else ""

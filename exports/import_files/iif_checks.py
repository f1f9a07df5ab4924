"""What keeps a document out of an IIF file: the importer takes any name and any sum, so everything is held against the lists here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from exports.import_files.iif_forms import (
    FORM_OF,
    IifOptions,
    head_account,
    is_journal,
    line_account,
    line_item,
    transaction_of,
)
from exports.import_files.iif_lists import HOW, Known, close_to
from exports.import_files.iif_text import Transaction, held_text
from recon.config.accounts import Accounts
from recon.domain.document import Document
from recon.money import plain
from recon.targets.base import Objection
from recon.targets.quickbooks.forms import SOLD, is_off, label
from recon.targets.quickbooks.options import CURRENCY, LONG_REF_NUMBER_MAX, REF_NUMBER_MAX

_NOT_CHOSEN: Final = frozenset(Accounts.model_fields)
"""Words that stand in postings where no account was chosen."""
_LONG: Final = frozenset({"payment", "expense"})


def objections(document: Document, options: IifOptions, known: Known) -> list[Objection]:
    """Return everything that keeps a document out of the file."""
    if document.kind == "void":
        number = document.applies_to_number or "the document"
        return [
            _no(
                "kind", f"{label(document)}: an import file cannot void anything.",
                f"Void {number} in QuickBooks by hand (open it, Edit > Void), then say so here with `recon settle`.",
            )
        ]  # fmt: skip
    if document.kind not in FORM_OF:
        return [_no("kind", f"{label(document)}: no import file takes this kind.", "Enter it in QuickBooks by hand.")]
    found = [*_amounts(document), *_number(document, options)]
    found += _postings(document, options) if is_journal(document, options) else _lines(document, options)
    if found:
        return found
    transaction = transaction_of(document, options)
    if transaction.sum_minor:
        return [
            _no(
                "lines", f"{label(document)}: its rows come to {plain(transaction.sum_minor, CURRENCY)}, not to zero.",
                "Plan it again; if it stays like that, report it.",
            )
        ]  # fmt: skip
    return [*_names(document, transaction, options, known)]


def _no(field: str, text: str, remedy: str) -> Objection:
    return Objection(field=field, text=text, remedy=remedy)


def _amounts(document: Document) -> Iterator[Objection]:
    what = label(document)
    if document.currency != CURRENCY:
        yield _no("currency", f"{what} is in {document.currency}; the books are in {CURRENCY}.", "Enter it by hand.")
    if document.vat_minor or document.wht_minor:
        yield _no(
            "vat_minor", f"{what}: it states VAT or tax withheld, which American books have not.", 'Set taxes = "line".'
        )
    if document.total_minor < 0:
        yield _no("total_minor", f"{what}: its total is below zero.", "Enter it in QuickBooks by hand.")


def _number(document: Document, options: IifOptions) -> Iterator[Objection]:
    number, what = document.number or "", label(document)
    most = LONG_REF_NUMBER_MAX if document.kind in _LONG and not is_journal(document, options) else REF_NUMBER_MAX
    if not number:
        yield _no(
            "number",
            f"{what} has no number, so it could not be told whether it was taken.",
            'Set numbering = "source".',
        )
    elif len(number) > most:
        yield _no("number", f"{what}: QuickBooks takes numbers of at most {most} characters.", "Shorten number_prefix.")
    elif held_text(number).strip() != number:
        yield _no(
            "number", f"{what}: the number holds characters an import file changes.", "Correct the order's number."
        )


def _postings(document: Document, options: IifOptions) -> Iterator[Objection]:
    what = label(document)
    if not document.postings:
        yield _no("postings", f"{what} moves no money, so there is nothing to import.", "Settle it as by hand.")
    owed = [one for one in document.postings if one.account_code in {options.receivable, options.payable} - {""}]
    if len(owed) > 1:
        yield _no("postings", f"{what} has {len(owed)} rows on receivables and payables; QuickBooks takes one in a journal entry.", "Enter it by hand.")  # fmt: skip
    if owed and not document.contact_code:
        yield _no("contact_code", f"{what}: a row on {owed[0].account_code} names a customer or vendor.", "Set contacts.default.")  # fmt: skip
    yield from _not_chosen(what, (one.account_code for one in document.postings))


def _not_chosen(what: str, accounts: Iterable[str]) -> Iterator[Objection]:
    for account in dict.fromkeys(accounts):
        if account in _NOT_CHOSEN:
            yield _no("account", f"{what}: no account is chosen as accounts.{account}.", f"Set accounts.{account} in recon.toml.")  # fmt: skip


def _lines(document: Document, options: IifOptions) -> Iterator[Objection]:
    what = label(document)
    if not head_account(document, options):
        setting = "accounts.payable" if document.kind == "expense" else "accounts.receivable"
        moves = document.kind in {"receipt", "payment"}
        remedy = "Map the payment channel." if moves else f"Set {setting} in recon.toml."
        yield _no("account", f"{what}: the account of its first row is not known.", remedy)
    if not document.contact_code:
        yield _no("contact_code", f"{what} names no customer or vendor.", "Set contacts.default.")
    if document.kind == "payment":
        if not options.receivable:
            yield _no("account", f"{what}: the account of receivables is not known.", "Set accounts.receivable in recon.toml.")  # fmt: skip
        return
    if document.kind == "receipt" and document.paid_minor != document.total_minor:
        yield _no("paid_minor", f"{what} is paid in part; a sales receipt is paid in full.", "Enter it by hand.")
    if not document.lines:
        yield _no("lines", f"{what} has no lines.", "Enter it in QuickBooks by hand.")
    yield from _each_line(document, options)
    yield from _paid_apart(document, options)
    if (
        options.tax_row
        and document.kind in SOLD
        and not (options.tax_item and options.tax_agency and options.tax_account)
    ):
        yield _no(
            "tax", f"{what}: the row of sales tax lacks its item, agency or account.",
            "Set quickbooks.tax_item, quickbooks.iif.tax_agency and quickbooks.iif.tax_account, or quickbooks.iif.tax_row = false.",
        )  # fmt: skip


def _each_line(document: Document, options: IifOptions) -> Iterator[Objection]:
    what = label(document)
    for line in document.lines:
        if not line_account(line, options):
            yield _no("lines", f"{what}: line {line.line_no} names no account.", "Set accounts.sales in recon.toml.")
        if document.kind in SOLD and not line_item(line, options):
            yield _no(
                "lines", f"{what}: line {line.line_no} names no item of QuickBooks.",
                "Name an item for such lines as quickbooks.text_item, or link the product.",
            )  # fmt: skip
        if document.kind in SOLD and is_off(line):
            yield _no("lines", f"{what}: line {line.line_no} is not its quantity times its price.", "Enter it by hand.")


def _paid_apart(document: Document, options: IifOptions) -> Iterator[Objection]:
    if document.payments and document.kind == "receipt" and not options.text_item:
        parts = ", ".join(f"{part.payment_channel} {plain(part.amount_minor, CURRENCY)}" for part in document.payments)
        yield _no(
            "payments", f"{label(document)} was paid through several channels ({parts}); the rows of all but one need an item.",
            "Name one as quickbooks.text_item.",
        )  # fmt: skip


def _names(document: Document, transaction: Transaction, options: IifOptions, known: Known) -> Iterator[Objection]:
    """Hold every name of the transaction against the lists, each once."""
    entries = [entry for entry in transaction.entries if not entry.extra]
    wanted = (
        ("account", [entry.account for entry in entries], known.accounts),
        ("customer or vendor", [entry.name for entry in entries], known.contacts),
        ("item", [entry.item for entry in entries], known.items),
        ("class", [entry.class_name for entry in entries], known.classes),
    )
    what = label(document)
    for noun, names, listed in wanted:
        for name in dict.fromkeys(filter(None, names)):
            if held_text(name) != name or name != name.strip():
                yield _no(noun, f"{what}: {noun} {name!r} holds characters an import file changes.", "Rename it in QuickBooks, export the lists anew and correct the setting.")  # fmt: skip
            elif name not in listed and not (options.unchecked and not known.accounts):
                yield _unknown(what, noun, name, listed, known)


def _unknown(what: str, noun: str, name: str, listed: frozenset[str], known: Known) -> Objection:
    made = (
        "QuickBooks would make a Bank account of it" if noun == "account" else "QuickBooks would add it without asking"
    )
    if not known.accounts:
        return _no(noun, f"{what}: whether there is a {noun} {name!r} is not known, because no lists were read; {made} otherwise.", HOW)  # fmt: skip
    close = close_to(name, listed)
    hint = (
        f"It is spelled {close!r} there; correct the setting."
        if close
        else "Create it in QuickBooks or correct the setting."
    )
    return _no(noun, f"{what}: the lists hold no {noun} {name!r} that is in use; {made}.", f"{hint} {HOW}")

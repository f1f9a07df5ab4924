"""Part of the document pane: the money a document moves, and of a till's settlement what was sold by account and VAT code."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from recon.plan.tills.postings import is_vat_account
from recon.summaries.documents import DocumentView
from tui.cells import shown, split_line
from tui.i18n import _, day
from tui.record_words import at_place

Part = str | tuple[str, str]


def settlement_lines(document: DocumentView, width: int, amount: Callable[[str], str]) -> list[Part]:
    """Return department, project and days, the lines with account and VAT code, and the payments with their accounts."""
    parts: list[Part] = []
    if document.department:
        parts += [_("Department {code}").format(code=shown(document.department)), "\n"]
    if document.project:
        parts += [_("Project {code}").format(code=shown(document.project)), "\n"]
    if document.paid_on and document.paid_on != document.header.issued_on:
        parts += [_("Closed {day}").format(day=day(document.paid_on, era=True)), "\n"]
    for line in document.lines:
        parts += [split_line(shown(line.description), amount(line.amount), width), "\n"]
        booked = _("{account}, VAT code {code}, VAT {vat}").format(
            account=shown(line.account_code or ""), code=shown(line.tax_code or ""), vat=amount(line.vat)
        )
        parts += [(f"  {booked}", "$recon-dim"), "\n"]
    return parts


def money_lines(document: DocumentView, width: int, amount: Callable[[str], str]) -> list[Part]:
    """Return the money a document moves: by account of a settlement, else with its day and account."""
    if document.header.kind == "settlement":
        return _settlement_money(document, width, amount)
    if not document.payment_method:
        return []
    words = {
        "credit_note": _("Paid back {day} from {method}: {amount}"),
        "refund": _("Paid back {day} from {method}: {amount}"),
        "expense_payment": _("Paid {day} from {method}: {amount}"),
    }.get(document.header.kind, _("Paid {day} to {method}: {amount}"))
    several = [(part.method, part.amount) for part in document.payments]
    parts: list[Part] = []
    for method, figure in several or [(document.payment_method, document.paid)]:
        on = day(document.paid_on or "", era=True)
        parts += [words.format(day=on, method=shown(method), amount=amount(figure)), "\n"]
    return parts


def _settlement_money(document: DocumentView, width: int, amount: Callable[[str], str]) -> list[Part]:
    """Return where the money is, part by part: what came in, then what the count of the cash moved."""
    parts: list[Part] = [(_("Payments and count"), "bold"), "\n"] if document.payments else []
    for part in document.payments:
        words = f"{shown(part.method)}  {shown(at_place(part.channel))}"
        parts += [split_line(words, amount(part.amount), width), "\n"]
    if document.vat_difference not in {"0.00", "0"}:
        said = _("VAT on the report: {vat}, {difference} apart").format(
            vat=amount(document.vat_by_line), difference=amount(document.vat_difference)
        )
        parts += [(said, "$recon-dim"), "\n"]
    return parts


def account_words(account: str, names: Mapping[str, str]) -> str:
    """Return the account of a posting with its name; the VAT account of a code, which the ledger chooses itself, in words."""
    if is_vat_account(account) and account.count(" ") > 1:
        return _("Output VAT, code {code}").format(code=shown(account.split(" ", 2)[2]))
    return f"{shown(account)} {shown(names.get(account, ''))}".rstrip()

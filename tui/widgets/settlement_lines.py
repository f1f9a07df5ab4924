"""Part of the document pane: a till's settlement, what was sold by account and VAT code, and where its money is."""

from __future__ import annotations

from collections.abc import Callable

from recon.summaries import DocumentView
from tui.cells import shown, split_line
from tui.i18n import _, day

Part = str | tuple[str, str]


def settlement_lines(document: DocumentView, width: int, amount: Callable[[str], str]) -> list[Part]:
    """Return department and days, the lines with account and VAT code, and the payments with their accounts."""
    parts: list[Part] = []
    if document.department:
        parts += [_("Department {code}").format(code=shown(document.department)), "\n"]
    if document.paid_on and document.paid_on != document.header.issued_on:
        parts += [_("Closed {day}").format(day=day(document.paid_on, era=True)), "\n"]
    for line in document.lines:
        parts += [split_line(shown(line.description), amount(line.amount), width), "\n"]
        booked = _("{account}, VAT code {code}, VAT {vat}").format(
            account=shown(line.account_code or ""), code=shown(line.tax_code or ""), vat=amount(line.vat)
        )
        parts += [(f"  {booked}", "$recon-dim"), "\n"]
    return parts


def settlement_money(document: DocumentView, width: int, amount: Callable[[str], str]) -> list[Part]:
    """Return where the money is, part by part: what came in, then what the count of the cash moved."""
    parts: list[Part] = [(_("Payments and count"), "bold"), "\n"] if document.payments else []
    for part in document.payments:
        words = f"{shown(part.method)}  {shown(part.channel)}"
        parts += [split_line(words, amount(part.amount), width), "\n"]
    if document.vat_difference not in {"0.00", "0"}:
        said = _("VAT on the report: {vat}, {difference} apart").format(
            vat=amount(document.vat_by_line), difference=amount(document.vat_difference)
        )
        parts += [(said, "$recon-dim"), "\n"]
    return parts

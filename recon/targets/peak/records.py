"""Documents as PEAK shows them: one row of an answer becomes a `LedgerDocument`; what is not stated stays None."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from recon.errors import MoneyError
from recon.money import parse_minor
from recon.targets.base import LedgerDocument, LedgerLine
from recon.targets.peak.answers import NUMBER_KEYS, TOTAL_KEYS, VAT_KEYS
from recon.targets.peak.wire import Fields, read_date, read_minor, read_quantity, scalar_text

VOID_WORDS = frozenset({"void", "voided", "cancel", "cancelled", "canceled", "ยกเลิก"})


@dataclass(frozen=True, slots=True)
class PaidRow:
    """One payment recorded on a document."""

    paid_on: dt.date | None
    amount_minor: int | None
    method: str
    """Code or id of the payment method, as PEAK states it."""


def ledger_document(
    kind: str, row: Fields, evidence: Callable[[bytes], str], method_code: Callable[[str], str] = str
) -> LedgerDocument:
    """Return a row of a list as a document; ``method_code`` gives the code of a payment method stated by its id."""
    remain = row.minor("remainAmount")
    methods = {method_code(paid.method) for paid in payments_of(row) or () if paid.method}
    return LedgerDocument(
        kind=kind,
        ledger_id=row.text("id"),
        number=row.text(*NUMBER_KEYS),
        issued_on=row.date("issuedDate"),
        total_minor=_total(row, remain),
        vat_minor=row.minor(*VAT_KEYS),
        contact_code=row.text("contactCode") or row.inner("contact").text("code") or None,
        is_void=is_void(row),
        remain_minor=remain,
        reference=row.text("reference"),
        remark=row.text("remark", "description"),
        lines=_lines(row),
        payment_methods=tuple(sorted(methods)) or None,
        raw=evidence(json.dumps(row.raw, ensure_ascii=False, default=str).encode()),
    )


def is_void(row: Fields) -> bool:
    """Return whether PEAK calls the document void, by flag or by word."""
    stated = row.flag("isVoid")
    return stated if stated is not None else row.text("status").lower() in VOID_WORDS


def payments_of(row: Fields) -> list[PaidRow] | None:
    """Return the payments recorded on a document; None if PEAK does not state them.

    Both shapes are read: a list of payments, and the object with `payments` that requests use.
    """
    value = row.get("paidPayments")
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return None
    paid: list[PaidRow] = []
    for entry in value:
        outer = Fields(entry)
        for inner in outer.rows("payments") or [outer]:
            method = inner.inner("paymentMethod")
            paid.append(
                PaidRow(
                    paid_on=read_date(inner.get("paymentDate") or outer.get("paymentDate")),
                    amount_minor=read_minor(inner.get("amount")),
                    method=inner.text("paymentMethodCode", "paymentMethodId") or method.text("code", "id"),
                )
            )
    return paid


def _total(row: Fields, remain: int | None) -> int | None:
    """Return the total as stated, else what remains plus what was paid."""
    entries = row.rows("journalEntries")
    if entries is not None:
        debits = [entry.minor("debit") or 0 for entry in entries]
        return sum(debits) or None
    stated = row.minor(*TOTAL_KEYS)
    if stated is not None or remain is None:
        return stated
    paid = payments_of(row)
    if paid is None:
        return None
    amounts = [payment.amount_minor for payment in paid]
    known = [value for value in amounts if value is not None]
    return remain + sum(known) if len(known) == len(amounts) else None


def _lines(row: Fields) -> tuple[LedgerLine, ...] | None:
    rows = row.rows("products")
    return None if rows is None else tuple(_line(line) for line in rows)


def _line(line: Fields) -> LedgerLine:
    quantity = read_quantity(line.get("quantity"))
    return LedgerLine(
        description=line.text("description", "name"),
        quantity=quantity,
        amount_minor=_line_amount(line, quantity),
        product_code=line.text("productCode"),
        account_code=line.text("accountCode"),
    )


def _line_amount(line: Fields, quantity: str) -> int | None:
    """Return quantity x price; None with a line discount, whose meaning (per unit or line) is not verified."""
    price = scalar_text(line.get("price")).replace(",", "")
    if not quantity or not price or line.minor("discount") not in {None, 0}:
        return None
    try:
        return parse_minor(format(Decimal(price) * Decimal(quantity), "f"))
    except (MoneyError, ArithmeticError):
        return None

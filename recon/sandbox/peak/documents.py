"""Invoices, receipts, expenses and purchase orders: read, refuse, add up, keep.

Two dialects: the plain endpoints take flat references (`contactCode`, `paymentMethodId`); `/allinone` and `/queue`
take `contact{}` and `paymentMethod{}` and answer `Missing Contact Data` to the flat form.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from recon.sandbox.ledgers.answers import Json
from recon.sandbox.peak import amounts, checks
from recon.sandbox.peak.desk import Desk, DocumentKind, text_amount
from recon.sandbox.peak.ledger import StoredDocument
from recon.sandbox.peak.wire import Fields, Refused

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of a document."""

    method_code: str
    amount: Decimal
    paid_on: str
    account_code: str = ""

    def shown(self) -> dict[str, Any]:
        """Return it as the books keep it."""
        kept = {"paymentDate": self.paid_on, "amount": text_amount(self.amount), "paymentMethodCode": self.method_code}
        return {**kept, "accountCode": self.account_code} if self.account_code else kept


def create(desk: Desk, kind: DocumentKind, value: Json, *, nested: bool) -> StoredDocument:
    """Check one document of a request and keep it.

    Raises:
        Refused: With PEAK's code and words.
    """
    fields = Fields(value, kind.listed)
    code = checks.number_text(fields, desk.rules)
    issued = checks.date(fields, "issuedDate", desk.rules)
    due = checks.date(fields, "dueDate", desk.rules)
    if due < issued:
        raise Refused("dueDate must be on or after issuedDate")
    checks.open_period(issued, desk.rules)
    contact = _contact(desk, kind, fields, nested=nested)
    tax_status = _tax_status(desk, kind, fields)
    # That expenses have this flag nobody has shown: what is sent of it is passed over, and none is stated.
    tax_invoice = None if kind.is_purchase else _tax_invoice_flag(desk, fields)
    shown_lines, priced = _lines(desk, kind, fields)
    figures = _totals(desk, fields, priced, tax_status)
    payments = read_payments(desk, fields, nested=nested)
    remain = _remaining(desk, kind, figures.total, payments, has_block=fields.get("paidPayments") is not None)
    document = StoredDocument(
        company=desk.key, kind=kind.name, id="", code="", issued_on=checks.date_text(issued), due_on=checks.date_text(due),
        status=_status(desk, kind, remain), contact_id=contact["id"], contact_code=contact["code"],
        net_minor=amounts.minor(figures.net), vat_minor=amounts.minor(figures.vat),
        total_minor=amounts.minor(figures.total), remain_minor=amounts.minor(remain),
        body=_kept(desk, fields, tax_status, tax_invoice, shown_lines, figures, payments),
    )  # fmt: skip
    document.code = desk.take_number(code, kind)
    return desk.keep(document)


def _kept(
    desk: Desk, fields: Fields, tax_status: int, tax_invoice: int | None, lines: list[dict[str, Any]], figures: amounts.Totals,
    payments: list[Payment],
) -> dict[str, Any]:  # fmt: skip
    tags = fields.listed("tags")
    if not all(isinstance(tag, str) for tag in tags):
        raise Refused("Invalid Data Type tags")
    for line, amount in zip(lines, figures.lines, strict=True):
        line["amount"] = text_amount(amount)
    withheld = sum((Decimal(line.get("withHoldingTaxAmount", "0")) for line in lines), ZERO)
    return {
        "reference": checks.text(fields, "reference", desk.rules.reference_max_length),
        "remark": checks.text(fields, "remark", desk.rules.text_max_length),
        "tags": tags,
        **({} if tax_invoice is None else {"istaxInvoice": tax_invoice}),
        "taxStatus": tax_status,
        "discountTotal": text_amount(_discount_total(desk, fields)),
        "whtAmount": text_amount(withheld),
        "products": lines,
        "paidPayments": [payment.shown() for payment in payments],
    }


def _contact(desk: Desk, kind: DocumentKind, fields: Fields, *, nested: bool) -> dict[str, Any]:
    inner = fields.inner("contact") if nested or desk.rules.plain_accepts_nested else None
    if inner is not None:
        contact_id, code, name = (checks.text(inner, key, 256) for key in ("id", "code", "name"))
        if kind.is_purchase and name:
            return _duplicate_supplier(desk, name)
        return desk.contact(contact_id=contact_id, code=code)
    if nested:
        raise Refused("Missing Contact Data")
    return desk.contact(contact_id=checks.text(fields, "contactId", 64), code=checks.text(fields, "contactCode", 256))


def _duplicate_supplier(desk: Desk, name: str) -> dict[str, Any]:
    """A `name` beside the contact of an expense makes a new supplier, as was reported from production."""
    number = desk.books.next_number(desk.key, "number contact")
    return desk.books.add_master(desk.key, "contact", f"C9{number:04d}", name, {"type": 3})


def _tax_status(desk: Desk, kind: DocumentKind, fields: Fields) -> int:
    accepted = {amounts.EXCLUDES_VAT, amounts.INCLUDES_VAT}
    if desk.rules.tax_status_no_vat is not None:
        accepted.add(desk.rules.tax_status_no_vat)
    default = None if kind.needs_tax_status else amounts.EXCLUDES_VAT
    return checks.integer(fields, "taxStatus", accepted, default=default)


def _tax_invoice_flag(desk: Desk, fields: Fields) -> int:
    flag = checks.integer(fields, "isTaxInvoice", {0, 1}, default=0)
    if flag and not desk.company.vat_registered:
        raise Refused("Company is not VAT registered")
    return flag


def _lines(desk: Desk, kind: DocumentKind, fields: Fields) -> tuple[list[dict[str, Any]], list[amounts.PricedLine]]:
    values = fields.listed("products")
    if not values:
        raise Refused("Missing Product Data")
    shown, priced = [], []
    for value in values:
        line = Fields(value, "products")
        vat_type = checks.integer(line, "vatType", {1, 2, 3})
        if vat_type == amounts.VAT_7 and not desk.company.vat_registered and not kind.is_purchase:
            raise Refused("Company is not VAT registered")
        quantity = checks.amount(line, "quantity", desk.rules, decimals=desk.rules.quantity_decimals)
        price = checks.amount(line, "price", desk.rules)
        discount = checks.amount(line, "discount", desk.rules, default=ZERO)
        if quantity <= 0:
            raise Refused("Invalid quantity")
        if discount < 0 or (price < 0 and not desk.rules.negative_price):
            raise Refused("Invalid price" if price < 0 else "Invalid discount")
        shown.append(_shown_line(desk, line, quantity, price, discount, vat_type))
        priced.append(amounts.PricedLine(quantity, price, discount, vat_type))
    return shown, priced


def _shown_line(
    desk: Desk, line: Fields, quantity: Decimal, price: Decimal, discount: Decimal, vat_type: int
) -> dict[str, Any]:
    product = _product(desk, line)
    account = checks.text(line, "accountCode", 20)
    description = checks.text(line, "description", desk.rules.text_max_length)
    if product is None and not account:
        raise Refused("Invalid Product")
    if product is None and not description:
        raise Refused("Missing description")
    if account and not desk.company.has_account(account):
        raise Refused("Invalid accountCode")
    withheld = checks.amount(line, "withHoldingTaxAmount", desk.rules, default=ZERO)
    shown: dict[str, Any] = {
        "productId": product["id"] if product else None,
        "productCode": product["code"] if product else None,
        "name": product["name"] if product else description,
        "description": description,
        "accountCode": account or (product or {}).get("accountCode", ""),
        "quantity": text_amount(quantity),
        "price": text_amount(price),
        "discount": text_amount(discount),
        "vatType": vat_type,
    }
    if withheld:
        shown["withHoldingTaxAmount"] = text_amount(withheld)
    return shown


def _product(desk: Desk, line: Fields) -> dict[str, Any] | None:
    equal = {"id": checks.text(line, "productId", 64), "code": checks.text(line, "productCode", 64)}
    equal = {name: value for name, value in equal.items() if value}
    if not equal:
        return None
    for kind in ("product", "service"):
        found = desk.books.masters(desk.key, kind, **equal)
        if len(found) == 1:
            return found[0]
    raise Refused("Invalid Product")


def _discount_total(desk: Desk, fields: Fields) -> Decimal:
    discount = checks.amount(fields, "discountTotal", desk.rules, default=ZERO)
    if discount < 0 and not desk.rules.negative_discount_total:
        raise Refused("Invalid discountTotal")
    return discount


def _totals(desk: Desk, fields: Fields, priced: list[amounts.PricedLine], tax_status: int) -> amounts.Totals:
    figures = amounts.totals(
        priced, tax_status=tax_status, discount_total=_discount_total(desk, fields), rounding=desk.rules.vat_rounding,
        discount_rule=desk.rules.line_discount,
    )  # fmt: skip
    if figures.total <= 0:
        raise Refused("Total amount must be more than 0")
    return figures


def read_payments(desk: Desk, fields: Fields, *, nested: bool) -> list[Payment]:
    """Return the payments of a `paidPayments` block; empty where there is none."""
    block = fields.inner("paidPayments")
    if block is None:
        return []
    day = checks.date(block, "paymentDate", desk.rules)
    checks.open_period(day, desk.rules)
    values = block.listed("payments")
    if not values:
        raise Refused("Missing Payment Data")
    return [
        _payment(desk, Fields(value, "payments"), place, day, nested=nested)
        for place, value in enumerate(values, start=1)
    ]


def _payment(desk: Desk, fields: Fields, place: int, day: dt.date, *, nested: bool) -> Payment:
    amount = checks.amount(fields, "amount", desk.rules)
    if amount <= 0:
        raise Refused("Invalid amount")
    method = fields.inner("paymentMethod") if nested or desk.rules.plain_accepts_nested else None
    account = checks.text(fields, "accountCode", 20) or (checks.text(method, "accountCode", 20) if method else "")
    if account:
        if not desk.company.has_account(account):
            raise Refused(f"Missing Payment Method Data At Payment [{place}]")
        return Payment("", amount, checks.date_text(day), account)
    if method is not None:
        found = desk.method(place, method_id=checks.text(method, "id", 64), code=checks.text(method, "code", 64))
    elif nested:
        raise Refused(f"Missing Payment Method Data At Payment [{place}]")
    else:
        found = desk.method(place, method_id=checks.text(fields, "paymentMethodId", 64))
    return Payment(found["code"], amount, checks.date_text(day))


def _remaining(desk: Desk, kind: DocumentKind, total: Decimal, payments: list[Payment], *, has_block: bool) -> Decimal:
    if kind.needs_payment and not has_block:
        raise Refused("Missing Payment Data")
    paid = sum((payment.amount for payment in payments), ZERO)
    if paid > total:
        raise Refused("Payment amount exceeds the total amount")
    if kind.needs_payment and desk.rules.payments_must_tie and paid != total:
        raise Refused("Payment amount does not equal the total amount")
    return total - paid


def _status(desk: Desk, kind: DocumentKind, remain: Decimal) -> str:
    if kind.needs_payment or (remain == 0 and not kind.is_purchase):
        return "paid"
    if kind.name == "purchase_order":
        return "waiting"
    return "paid" if remain == 0 else desk.rules.new_invoice_status

"""Adds transactions to the sandbox's company file: references must exist, amounts are worked out as QuickBooks does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from recon.sandbox.quickbooks.answers import Body, Refused, money
from recon.sandbox.quickbooks.books import Books, Entry, Kept
from recon.sandbox.quickbooks.effects import BOUGHT, effect, stock_moves
from recon.sandbox.quickbooks.refunds import card_refund, check
from recon.sandbox.quickbooks.strict import Asked
from recon.targets.quickbooks.qbxml.rows import Row

ITEM_KINDS: Final = (
    "ItemNonInventory", "ItemService", "ItemOtherCharge", "ItemInventory", "ItemDiscount", "ItemPayment", "ItemSalesTax",
    "ItemSalesTaxGroup",
)  # fmt: skip
TAX_ITEMS: Final = ("ItemSalesTax", "ItemSalesTaxGroup")
REFERENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "CustomerRef": ("Customer",), "VendorRef": ("Vendor",), "EntityRef": ("Customer", "Vendor"), "PayeeEntityRef": ("Customer", "Vendor"), "ItemRef": ITEM_KINDS,
    "DepositToAccountRef": ("Account",), "ARAccountRef": ("Account",), "APAccountRef": ("Account",),
    "AccountRef": ("Account",), "OverrideItemAccountRef": ("Account",), "IncomeAccountRef": ("Account",),
    "ExpenseAccountRef": ("Account",), "COGSAccountRef": ("Account",), "AssetAccountRef": ("Account",),
    "RefundFromAccountRef": ("Account",), "ItemSalesTaxRef": TAX_ITEMS, "SalesTaxCodeRef": ("SalesTaxCode",),
    "CustomerSalesTaxCodeRef": ("SalesTaxCode",), "PaymentMethodRef": ("PaymentMethod",), "ClassRef": ("Class",),
    "ParentRef": (*ITEM_KINDS, "Customer", "Account", "Class"), "PrefVendorRef": ("Vendor",),
}  # fmt: skip
_SALES: Final = ("SalesReceipt", "Invoice", "CreditMemo")
_PARTIES: Final = ("CustomerRef", "VendorRef", "PayeeEntityRef")
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something is written, and until when the books are closed."""

    now: str
    """As QuickBooks writes it."""
    stamp: int
    closed_until: dt.date | None


def post(books: Books, asked: Asked, moment: Moment) -> Kept:
    """Add one transaction and return it.

    Raises:
        Refused: As QuickBooks would refuse it.
    """
    kind = asked.name.removesuffix("Add")
    values = asked.values
    check_references(books, values, kind)
    if kind == "ItemReceipt":
        require_inventory(books)
    day = values.day("TxnDate") or dt.date.fromisoformat(moment.now[:10])
    _not_closed(day, moment)
    number = books.next_number()
    txn_id = f"{number:X}-{moment.stamp}"
    work: dict[str, Callable[[], tuple[int, int, Body, Body]]] = {
        **dict.fromkeys(_SALES, lambda: _sale(books, values, kind)),
        "ReceivePayment": lambda: _payment(books, values),
        **dict.fromkeys(BOUGHT, lambda: _bill(books, values, kind)),
        "JournalEntry": lambda: _journal(values),
        "ARRefundCreditCard": lambda: card_refund(books, values),
        "Check": lambda: check(books, values),
    }
    if kind not in work:
        raise Refused(1030, f"The sandbox does not take {kind}.")
    total, balance, sums, lines = work[kind]()
    head: Body = [
        ("TxnID", txn_id), ("TimeCreated", moment.now), ("TimeModified", moment.now), ("EditSequence", str(moment.stamp)),
        ("TxnNumber", str(number)),
    ]  # fmt: skip
    said = [pair for pair in _copied(books, values) if pair[0] != "TxnDate"]
    body: Body = [*head, ("TxnDate", day.isoformat()), *said, *sums, *lines]
    kept = Kept(
        txn_id=txn_id, number=number, kind=kind, ref=values.text("RefNumber"), day=day.isoformat(),
        party=next(filter(None, (values.text(f"{name}/FullName") for name in _PARTIES)), ""), total_minor=total,
        balance_minor=balance, is_void=False, body=body,
    )  # fmt: skip
    books.put(kept)
    amounts = [_amount_of(value) for name, value in lines if name.endswith("LineRet")]
    moved = stock_moves(books, kind, values, amounts) if kind in (*_SALES, *BOUGHT) else []
    books.set_effect(txn_id, effect(books, kind, values, amounts, total, moved))
    books.set_stock(txn_id, moved)
    return kept


def _amount_of(line: str | Body) -> int:
    return int(Decimal(str(dict(line)["Amount"])).scaleb(2)) if isinstance(line, list) else 0


def void(books: Books, kept: Kept, moment: Moment) -> Kept:
    """Void a transaction: it stays, its amounts become zero and its memo says so."""
    _not_closed(dt.date.fromisoformat(kept.day), moment)
    body: Body = []
    for name, value in kept.body:
        if name in {
            "Subtotal",
            "SalesTaxTotal",
            "TotalAmount",
            "BalanceRemaining",
            "AmountDue",
            "AppliedAmount",
            "CreditRemaining",
        }:
            body.append((name, "0.00"))
        elif name == "Memo":
            body.append((name, f"VOID: {value}"))
        elif name.endswith("LineRet") and isinstance(value, list):
            body.append((name, [(key, "0.00" if key == "Amount" else inner) for key, inner in value]))
        else:
            body.append((name, value))
    gone = replace(kept, total_minor=0, balance_minor=0, is_void=True, body=body)
    books.put(gone)
    books.set_effect(kept.txn_id, [])
    books.set_stock(kept.txn_id, [])
    return gone


def require_inventory(books: Books) -> None:
    """Refuse what needs stock where the company has switched it off (3250)."""
    if books.fact("no inventory"):
        raise Refused(3250, "This feature is not enabled or not available in this version of QuickBooks.")


def check_references(books: Books, row: Row, kind: str) -> None:
    """Refuse a name or id that is in no list (3140, 3120)."""
    for child in row.walk():
        kinds = REFERENCES.get(child.name)
        if kinds is None:
            continue
        list_id, full_name = child.text("ListID"), child.text("FullName")
        if books.entry(kinds, list_id=list_id, full_name=full_name) is not None:
            continue
        if list_id:
            raise Refused(3120, f'Object "{list_id}" specified in the request cannot be found.')
        what = child.name.removesuffix("Ref")
        raise Refused(3140, f'There is an invalid reference to QuickBooks {what} "{full_name}" in the {kind}.')


def _not_closed(day: dt.date, moment: Moment) -> None:
    if moment.closed_until is not None and day <= moment.closed_until:
        raise Refused(
            3171,
            f"An attempt was made to modify a transaction dated {day.isoformat()} on or before the closing date of the company.",
        )


def _sale(books: Books, values: Row, kind: str) -> tuple[int, int, Body, Body]:
    rates = _tax_rates(books, values)
    rate = sum(rates, Decimal(0))
    subtotal, tax_base = 0, 0
    lines: Body = []
    for number, line in enumerate(values.all(f"{kind}LineAdd"), 1):
        amount = _line_amount(line)
        subtotal += amount
        tax_base += amount if rate and _is_taxed(books, line) else 0
        said = [pair for pair in _copied(books, line) if pair[0] not in {"Amount", "OverrideItemAccountRef"}]
        lines.append((f"{kind}LineRet", [("TxnLineID", f"L{number}"), *said, ("Amount", money(amount))]))
    tax = sum(int((Decimal(tax_base) * each / 100).quantize(Decimal(1), ROUND_HALF_UP)) for each in rates)
    total = subtotal + tax
    if total < 0:
        raise Refused(3210, f"The total {money(total)} of the {kind} is below zero.")
    sums: Body = [("Subtotal", money(subtotal))]
    if books.fact("sales tax"):
        sums += [("SalesTaxPercentage", str(rate)), ("SalesTaxTotal", money(tax))]
    if kind == "Invoice":
        sums += [("AppliedAmount", "0.00"), ("BalanceRemaining", money(total)), ("IsPaid", "false")]
    else:
        sums.append(("TotalAmount", money(total)))
    if kind == "CreditMemo":
        sums.append(("CreditRemaining", money(total)))
    return total, total if kind in {"Invoice", "CreditMemo"} else 0, sums, lines


def _line_amount(line: Row) -> int:
    stated = line.minor("Amount")
    if stated is not None:
        return stated
    rate, quantity = line.number("Rate"), line.number("Quantity")
    if rate is None:
        return 0
    return int((rate * (quantity if quantity is not None else 1)).quantize(_CENT, ROUND_HALF_UP).scaleb(2))


def _tax_rates(books: Books, values: Row) -> list[Decimal]:
    """Return the percentages QuickBooks itself would add: of the form's tax item, else of the most common one.

    A customer who is not taxable pays none, whatever the lines say. The items of a group are rounded one by one; how the real
    program rounds them is not verified.
    """
    if not books.fact("sales tax") or _pays_no_tax(books, values):
        return []
    entry = books.entry(TAX_ITEMS, full_name=values.text("ItemSalesTaxRef/FullName") or books.fact("tax item"))
    if entry is None:
        return []
    if entry.kind == "ItemSalesTax":
        return [_rate_of(entry)]
    names = [
        dict(value).get("FullName") for key, value in entry.body if key == "ItemSalesTaxRef" and isinstance(value, list)
    ]
    members = [books.entry(("ItemSalesTax",), full_name=str(name)) for name in names]
    return [_rate_of(member) for member in members if member is not None]


def _rate_of(entry: Entry) -> Decimal:
    return Decimal(next((str(value) for key, value in entry.body if key == "TaxRate"), "0"))


def _pays_no_tax(books: Books, values: Row) -> bool:
    """Return whether the form, or its customer where the form does not say, is not taxable."""
    said = values.text("CustomerSalesTaxCodeRef/FullName")
    if not said:
        customer = books.entry(("Customer",), full_name=values.text("CustomerRef/FullName"))
        own = [value for key, value in customer.body if key == "SalesTaxCodeRef"] if customer else []
        said = str(dict(own[0]).get("FullName", "")) if own and isinstance(own[0], list) else ""
    return bool(said) and not _is_taxable_code(books, said)


def _is_taxed(books: Books, line: Row) -> bool:
    return _is_taxable_code(books, line.text("SalesTaxCodeRef/FullName") or "Tax")


def _is_taxable_code(books: Books, name: str) -> bool:
    code = books.entry(("SalesTaxCode",), full_name=name)
    return bool(code) and ("IsTaxable", "true") in [(key, value) for key, value in (code.body if code else [])]


def _payment(books: Books, values: Row) -> tuple[int, int, Body, Body]:
    total = values.minor("TotalAmount") or 0
    applied: Body = []
    for line in values.all("AppliedToTxnAdd"):
        invoice = books.transaction(line.text("TxnID"), "Invoice")
        if invoice is None:
            raise Refused(3120, f'Object "{line.text("TxnID")}" specified in the request cannot be found.')
        amount = line.minor("PaymentAmount") or 0
        if amount > invoice.balance_minor:
            raise Refused(
                3210, f"The payment {money(amount)} is more than the amount due {money(invoice.balance_minor)}."
            )
        _settle(books, invoice, amount)
        applied.append(
            ("AppliedToTxnRet", [("TxnID", invoice.txn_id), ("TxnType", "Invoice"), ("Amount", money(amount))])
        )
    return total, 0, [("UnusedPayment", "0.00")], applied


def _settle(books: Books, invoice: Kept, amount: int) -> None:
    left = invoice.balance_minor - amount
    new = {
        "BalanceRemaining": money(left),
        "AppliedAmount": money(left - invoice.total_minor),
        "IsPaid": str(left == 0).lower(),
    }
    body: Body = [(name, new.get(name, value)) for name, value in invoice.body]
    books.put(replace(invoice, balance_minor=left, body=body))


def _bill(books: Books, values: Row, kind: str) -> tuple[int, int, Body, Body]:
    """Return a bill or a receipt of goods; lines of items come behind those on accounts, whatever came first."""
    lines: Body = []
    total = 0
    for number, line in enumerate([*values.all("ExpenseLineAdd"), *values.all("ItemLineAdd")], 1):
        by_item = line.name == "ItemLineAdd"
        amount = _item_amount(line) if by_item else line.minor("Amount") or 0
        total += amount
        said: Body = [pair for pair in _copied(books, line) if pair[0] not in {"Amount", "OverrideItemAccountRef"}]
        if not by_item:
            said = [("AccountRef", [("FullName", line.text("AccountRef/FullName"))]), ("Memo", line.text("Memo"))]
        ret = line.name.replace("Add", "Ret")
        lines.append((ret, [("TxnLineID", f"L{number}"), *said, ("Amount", money(amount))]))
    if kind == "Bill":
        return total, total, [("AmountDue", money(total)), ("IsPaid", "false")], lines
    return total, 0, [("TotalAmount", money(total))], lines


def _item_amount(line: Row) -> int:
    stated, cost, quantity = line.minor("Amount"), line.number("Cost"), line.number("Quantity")
    if stated is not None or cost is None:
        return stated or 0
    return int((cost * (quantity if quantity is not None else 1)).quantize(_CENT, ROUND_HALF_UP).scaleb(2))


def _journal(values: Row) -> tuple[int, int, Body, Body]:
    sides = {"JournalDebitLine": 1, "JournalCreditLine": -1}
    total = sum(sides[line.name] * (line.minor("Amount") or 0) for line in values.children if line.name in sides)
    if total:
        raise Refused(3180, "There was an error when saving a Journal Entry. The transaction is not in balance.")
    debits = sum(line.minor("Amount") or 0 for line in values.all("JournalDebitLine"))
    lines = [line for line in values.children if line.name in sides]
    return debits, 0, [], [(line.name, _journal_line(line, number)) for number, line in enumerate(lines, 1)]


def _journal_line(line: Row, number: int) -> Body:
    said: Body = [("TxnLineID", f"J{number}"), ("AccountRef", [("FullName", line.text("AccountRef/FullName"))])]
    said += [("Amount", money(line.minor("Amount") or 0)), ("Memo", line.text("Memo"))]
    entity: Body = [("FullName", line.text("EntityRef/FullName"))]
    return [*said, ("EntityRef", entity)] if line.text("EntityRef/FullName") else said


def _copied(books: Books, row: Row) -> Body:
    """Return the plain elements and references of a request as an answer repeats them; lines are left to the caller."""
    said: Body = []
    for child in row.children:
        if child.name in REFERENCES:
            entry = books.entry(REFERENCES[child.name], list_id=child.text("ListID"), full_name=child.text("FullName"))
            if entry is not None:
                said.append((child.name, [("ListID", entry.list_id), ("FullName", entry.full_name)]))
        elif not child.children:
            said.append((child.name, child.own_text))
    return said

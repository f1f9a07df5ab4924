"""Sales tax worked out by QuickBooks itself: the tax items of a company file, and what speaks against sending one with a form.

The plan decides which documents go that way and knows what their tax must come to; here it is held against the items as they
are in the company file now, because a rate may have changed since the lists were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from recon.domain.document import Document
from recon.domain.taxes import RATE_UNIT, LedgerTax, tax_by_item
from recon.money import plain
from recon.targets.base import Objection
from recon.targets.quickbooks.options import QuickBooksOptions
from recon.targets.quickbooks.qbxml.rows import Row

ITEM: Final = "ItemSalesTaxRet"
GROUP: Final = "ItemSalesTaxGroupRet"
SPECIAL_ACCOUNT: Final = "SalesTaxPayable"
_TAX: Final = "tax"
_AGAIN: Final = "Read the lists again with `recon connect --refresh`, then plan again: orders whose tax does not come out are held or get a line."


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxUse:
    """How the company file uses sales tax, as its preferences say."""

    is_on: bool = False
    taxable_code: str = ""
    non_taxable_code: str = ""
    tax_item: str = ""


def tax_use(preferences: Row) -> TaxUse:
    """Return how the company uses sales tax; the preferences lack the part where it is switched off."""
    sales_tax = preferences.one("SalesTaxPreferences")
    if sales_tax is None:
        return TaxUse()
    return TaxUse(
        is_on=True,
        taxable_code=sales_tax.text("DefaultTaxableSalesTaxCodeRef/FullName"),
        non_taxable_code=sales_tax.text("DefaultNonTaxableSalesTaxCodeRef/FullName"),
        tax_item=sales_tax.text("DefaultItemSalesTaxRef/FullName"),
    )


def ledger_taxes(items: Mapping[str, Row]) -> tuple[LedgerTax, ...]:
    """Return the tax items and groups among the items (by name); a group with an item that is not there is none."""
    rates = {name: _rate(row) for name, row in items.items() if row.name == ITEM}
    found = [
        LedgerTax(code=name, name=items[name].text("ItemDesc"), rates=(rate,))
        for name, rate in rates.items()
        if rate is not None
    ]
    for name, row in items.items():
        members = tuple(one.text("FullName") for one in row.all("ItemSalesTaxRef")) if row.name == GROUP else ()
        parts = [rates.get(member) for member in members]
        if members and None not in parts:
            whole = tuple(rate for rate in parts if rate is not None)
            found.append(LedgerTax(code=name, name=row.text("ItemDesc"), rates=whole, members=members))
    return tuple(found)


def _rate(row: Row) -> int | None:
    """Return the rate of an item in ten-millionths; None: it states none, or one that is no rate."""
    percent = row.number("TaxRate")
    if percent is None or not 0 <= percent <= 100:
        return None
    return int(percent * (Decimal(RATE_UNIT) / 100))


def tax_item_of(document: Document) -> str:
    """Return the item that works the document's tax out; empty: its tax is a line, or it has none."""
    return next((line.tax_code for line in document.lines if line.tax_code), "")


def is_worked_out(kind: str, tax_code: str | None) -> bool:
    """Return whether a line is the tax that an item works out, so that no line is sent for it."""
    return kind == _TAX and tax_code is not None


def objections(
    document: Document, label: str, taxes: TaxUse, options: QuickBooksOptions, known: Callable[[str], LedgerTax | None]
) -> list[Objection]:
    """Return what speaks against letting QuickBooks work this document's tax out; ``known``: its item as it is now."""
    code = tax_item_of(document)
    if not code:
        return []
    if not taxes.is_on:
        return [_no(f"{label}: its tax goes by {code}, and sales tax is switched off in QuickBooks.", _SWITCH_ON)]
    if not (options.taxable_code or taxes.taxable_code):
        return [_no(f"{label}: the company has no sales tax code for lines that are taxable.", _CHOOSE_CODE)]
    codes = {line.tax_code for line in document.lines if line.tax_code}
    if len(codes) > 1:
        return [_no(f"{label}: its lines name {len(codes)} tax items; a form of QuickBooks has one.", _AGAIN)]
    item = known(code)
    if item is None:
        return [_no(f"{label}: QuickBooks has no sales tax item {code} in use.", _AGAIN)]
    on, stated = _sums(document)
    came = tax_by_item(on, item.rates)
    if came == (stated,):
        return []
    figures = " or ".join(plain(one, document.currency) for one in came)
    return [
        _no(
            f"{label}: the shop's tax is {plain(stated, document.currency)}; {code} ({item.percent} in QuickBooks now) comes to"
            f" {figures} on {plain(on, document.currency)}.",
            _AGAIN,
        )
    ]


def _sums(document: Document) -> tuple[int, int]:
    """Return what is taxed, and what the tax must come to."""
    marked = [line for line in document.lines if line.tax_code]
    stated = sum(line.amount_minor for line in marked if line.kind == _TAX)
    return sum(line.amount_minor for line in marked if line.kind != _TAX), stated


_SWITCH_ON: Final = 'Switch it on there under Edit > Preferences > Sales Tax, or set taxes = "line".'
_CHOOSE_CODE: Final = "Choose one in QuickBooks under Edit > Preferences > Sales Tax, or set quickbooks.taxable_code."


def _no(text: str, remedy: str) -> Objection:
    return Objection(field="tax", text=text, remedy=remedy)


def problems(
    taxes: TaxUse, options: QuickBooksOptions, items: Mapping[str, Row], accounts: Mapping[str, Row]
) -> Iterable[str]:
    """Yield what the company file lacks so that it can work tax out itself."""
    if not taxes.is_on:
        yield f'taxes = "items", and sales tax is switched off in QuickBooks. {_SWITCH_ON}'
        return
    if not (options.taxable_code or taxes.taxable_code):
        yield f"sales tax: the company has no code for lines that are taxable. {_CHOOSE_CODE}"
    if not ledger_taxes(items):
        yield "sales tax: QuickBooks has no sales tax item. Create one per jurisdiction there (Lists > Item List > New, type Sales Tax Item)."
    own = [name for name, row in accounts.items() if row.text("SpecialAccountType") == SPECIAL_ACCOUNT]
    for setting, account in options.tax_accounts.items():
        if own and account not in own:
            yield (
                f"{setting} = {account}: QuickBooks books the tax it works out on {' or '.join(own)}. Set this account, so that the"
                " postings here are those made there."
            )

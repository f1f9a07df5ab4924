"""Words for settings of American books: QuickBooks Desktop, sales tax and discounts as lines, as the settings screen shows them."""

from __future__ import annotations

from typing import Final

from tui.i18n import N_

AMERICAN_NAMES: Final[dict[str, str]] = {
    "quickbooks.text_item": N_("item of lines without a product"),
    "quickbooks.refunds": N_("money paid back is recorded"),
    "quickbooks.tax_item": N_("sales tax item of 0 %"),
    "quickbooks.non_taxable_code": N_("sales tax code of every line"),
    "quickbooks.received": N_("received goods become"),
    "quickbooks.new_items": N_("products that are created become"),
    "quickbooks.cogs_account": N_("account of the cost of stock"),
    "quickbooks.asset_account": N_("account of the stock"),
    "quickbooks.taxable_code": N_("sales tax code of taxed lines"),
    "quickbooks.payment_methods": N_("payment methods of channels"),
    "quickbooks.classes": N_("classes of sales channels"),
    "quickbooks.company_file": N_("company file"),
    "quickbooks.port": N_("port for the Web Connector"),
    "quickbooks.tls": N_("Web Connector speaks TLS"),
    "quickbooks.wait_minutes": N_("minutes it is waited for"),
    "quickbooks.poll_minutes": N_("minutes between its visits"),
    "quickbooks.iif.style": N_("import files hold"),
    "quickbooks.iif.tax_row": N_("row of sales tax on forms"),
    "quickbooks.iif.tax_agency": N_("tax agency of that row"),
    "quickbooks.iif.tax_account": N_("account of that row"),
    "quickbooks.iif.report_column": N_("report's column of numbers"),
    "quickbooks.iif.unchecked_names": N_("writes files without lists"),
}
"""Setting to its name."""
AMERICAN_CHOICES: Final[dict[str, dict[str, str]]] = {
    "taxes": {
        "vat": N_("VAT, worked out"),
        "line": N_("the shop's own tax, as a line"),
        "items": N_("the ledger's tax items"),
        "codes": N_("the ledger's VAT code per line"),
    },
    "tax_differs": {"hold": N_("hold the order"), "line": N_("the shop's tax as a line")},
    "discounts": {"in-prices": N_("in the prices"), "line": N_("a line of their own")},
    "quickbooks.received": {"bill": N_("a bill"), "item-receipt": N_('an "Item Receipt"')},
    "quickbooks.new_items": {"non-inventory": N_("goods without stock"), "inventory": N_("inventory parts")},
    "quickbooks.refunds": {"card": N_("as card refunds"), "check": N_("as checks"), "by-hand": N_("by hand")},
    "quickbooks.iif.style": {"journal": N_("journal entries"), "forms": N_("sales receipts, invoices ...")},
}
"""Setting to its choices, each with its words."""

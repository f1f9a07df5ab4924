"""Words for settings of tills and of the ledger their settlements go to, as the settings screen shows them."""

from __future__ import annotations

from typing import Final

from tui.i18n import N_

TILL_NAMES: Final[dict[str, str]] = {
    "till.departments": N_("departments of places"),
    "till.projects": N_("projects of places"),
    "till.voucher": N_("one voucher holds"),
    "till.day_ends": N_("business day ends at"),
    "till.counting": N_("cash nobody counted"),
    "till.recorded_difference": N_("recorded difference above zero"),
    "till.bank_deposits": N_("cash taken to the bank"),
    "till.bookkeeping_months": N_("months of a bookkeeping term"),
    "till.invoices": N_("credit sales"),
    "till.signatures": N_("signatures of receipts"),
    "till.signature_key": N_("file of the till's public key"),
    "till.columns": N_("columns of a till's day export"),
    "poweroffice.route": N_("settlements land"),
    "poweroffice.draft_lines": N_("lines of a draft stand"),
    "poweroffice.clearing_account": N_("clearing account of drafts"),
    "poweroffice.order_prices": N_("unit prices of order drafts"),
    "poweroffice.import_url": N_("address of the Import list's API"),
    "poweroffice.read_imports": N_("read the Import list for others"),
    "poweroffice.attach": N_("put on each voucher"),
    "poweroffice.requests_per_second": N_("requests per second at most"),
}
"""Setting to its name."""
NAMES_OF_TILLS: Final[dict[str, str]] = {
    "source": N_("settlements come from"),
    "shop": N_("the tills' short name"),
    "timezone": N_("the tills' time zone"),
    "channels.unmapped": N_("means of payment without account"),
    "channels.cash_method": N_("account they go to then"),
    "contacts.default": N_("customer of nameless credit sales"),
    "contacts.by_channel": N_("such customers by place"),
    "number_prefix.payment": N_("payments on invoices begin with"),
}
"""Names of settings every connection has, where it is one of tills."""
CHOICES_OF_TILLS: Final[dict[str, dict[str, str]]] = {
    "channels.unmapped": {"hold": N_("hold the settlement"), "cash": N_("book it on one account")},
}
"""The same for choices."""
TILL_CHOICES: Final[dict[str, dict[str, str]]] = {
    "till.voucher": {"report": N_("one Z report"), "day": N_("a department's day")},
    "till.counting": {
        "hold": N_("hold the settlement"),
        "warn": N_("send it with a warning"),
        "till": N_("book what the till recorded"),
        "off": N_("cash is not counted here"),
    },
    "till.recorded_difference": {
        "unknown": N_("not known yet"),
        "over": N_("too much in the drawer"),
        "short": N_("too little in the drawer"),
    },
    "till.bookkeeping_months": {"1": "1", "2": "2", "4": "4"},
    "till.signatures": {
        "present": N_("must be there"),
        "public-key": N_("checked by the till's public key"),
        "shared-key": N_("checked by a shared key"),
    },
    "till.bank_deposits": {"settlement": N_("with the settlement"), "statement": N_("from the bank statement")},
    "till.invoices": {
        "hold": N_("wait for a decision"),
        "order": N_("the ledger issues the invoice"),
        "issued": N_("the till has issued the invoice"),
        "others": N_("others send them; ignored here"),
    },
    "poweroffice.route": {
        "draft": N_("unposted, among the drafts"),
        "import": N_("unposted, in the Import list"),
        "posted": N_("posted at once"),
    },
    "poweroffice.draft_lines": {
        "one-sided": N_("with one account each"),
        "against-clearing": N_("against the clearing account"),
    },
    "poweroffice.order_prices": {
        "unknown": N_("not known; orders wait"),
        "without-vat": N_("without VAT"),
        "with-vat": N_("VAT included"),
    },
    "poweroffice.attach": {
        "off": N_("nothing"),
        "z-report": N_("the Z report as PDF"),
    },
}
"""Setting to its choices, each with its words."""

"""The first recon.toml for American books: dollars, sales tax as the shop states it, accounts by their names.

The names of the sandbox's chart are filled in for the sandbox; for real books they stay empty, and `recon connect` proposes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from recon.config.first.answers import FirstAnswers
from recon.config.first.source_tables import source_table, store_table
from recon.domain.providers import SOURCES, ledger_facts, source_facts

SANDBOX: Final[Mapping[str, str]] = {
    "text_item": "Shop Line", "customer": "Shopify Customer", "sales": "Sales", "receivable": "Accounts Receivable",
    "payable": "Accounts Payable", "shipping": "Shipping Income", "discount": "Sales Discounts", "tax": "Sales Tax Payable",
    "tip": "Tips Payable", "gift_card": "Gift Cards Outstanding", "rounding": "Cash Rounding",
}  # fmt: skip
"""Names of the sandbox's company file."""


def american_settings(answers: FirstAnswers) -> str:
    """Return a commented recon.toml for American books."""
    names = SANDBOX if ledger_facts(answers.target).is_sandbox else dict.fromkeys(SANDBOX, "")
    return _orders(answers) + _books(answers, names)


def _orders(answers: FirstAnswers) -> str:
    """Return the company, and where its orders come from."""
    name = answers.connection
    profile = (
        f"profile = {_text(answers.profile)}           # file in profiles/ without .toml\n" if answers.profile else ""
    )
    kinds = [kind for kind in source_facts(answers.source).record_kinds if kind != "sale"]
    facts = ledger_facts(answers.target)
    return f"""# Settings of this workspace. Every setting is explained in docs/settings.md; secrets never stand here.
format = 1

[company]
name = {_text(answers.company)}    # as it stands in the ledger
tax_id = {_text(answers.tax_id)}
currency = {_text(facts.currency)}
timezone = {_text(facts.timezone)}     # the zone in which a day begins and ends for the books

[connections.{name}]
source = {_text(answers.source)}               # {", ".join(list(SOURCES)[:-1])}, or profile (any CSV or Excel export)
target = {_text(answers.target)}
shop = {_text(answers.shop)}                   # part of every order's key: never change it
{profile}start_date = {answers.start_date.isoformat()}      # nothing before this day is ever posted; locked after the first upload
record_kinds = ["sale"]           # others: {", ".join(kinds)}
receipts = {_text(answers.receipts)}           # paid, or paid-and-completed
invoices = {_text(answers.invoices)}           # off, completed-unpaid, or awaiting-transfer-unpaid
payment_channels = ["*"]          # "*": all; others are ignored, visibly
taxes = "line"                    # sales tax as the shop states it, a line of its own; or items (the ledger's tax items)
discounts = "line"                # one line takes all discounts off; or in-prices
vat_registered = false
document_date = "paid"            # paid, ordered, or completed
{source_table(name, answers.source, answers.source_base_url)}{store_table(name, answers.source, answers.shop)}"""


def _books(answers: FirstAnswers, names: Mapping[str, str]) -> str:
    """Return where documents go, and the names of the ledger they use."""
    name, facts = answers.connection, ledger_facts(answers.target)
    return f"""
[connections.{name}.number_prefix]   # a number has at most 11 signs in QuickBooks, prefix included
invoice = ""
receipt = ""
payment = "P"
credit_note = "R"
expense = ""                      # payouts are named by their day: SP-20261006

[connections.{name}.credit_note_reasons]
cancelled = "Order cancelled"
returned = "Goods returned"
refunded = "Money refunded"
corrected = "Amount corrected"

[connections.{name}.ledger]
environment = {_text("sandbox" if facts.is_sandbox else answers.environment)}
lookup_grace_seconds = 5
number_max_length = 11

[connections.{name}.quickbooks]
text_item = {_text(names["text_item"])}           # item of type Other Charge, for lines without a product

[connections.{name}.summary]
sales = "each"                    # each; or day: one document per day, sales channel and account

# Detail or summary of customers, goods and vendors, each by itself; summary.sales above says it of sales.
[connections.{name}.detail]
customers = "one"                 # one: the standing customer; or each: buyers become customers of their own
inventory = "each"                # each: by the product of the SKU; or one: all goods by one product or account
vendors = "each"                  # each; or one (then vendor names the supplier of all others)

[connections.{name}.products]
unlinked = "hold"                 # hold, or text (the line goes as text on the sales account)
without_sku = "hold"

[connections.{name}.channels]
unmapped = "hold"                 # hold, or cash (then cash_method names the ledger's cash account)

# Where each part of an order is booked; hold = its orders wait until an account is named.
[connections.{name}.charges.default]
{_charges(names)}

[connections.{name}.contacts]
default = {_text(names["customer"])}        # standing customer for all buyers

[connections.{name}.accounts]
sales = {_text(names["sales"])}
receivable = {_text(names["receivable"])}
payable = {_text(names["payable"])}

[approval]
two_persons = "warn"              # off, warn or block: the person who planned also approves
valid_days = 7
"""


def _charges(names: Mapping[str, str]) -> str:
    lines = []
    for kind in ("shipping", "discount", "tax", "tip", "gift_card", "rounding"):
        account = names[kind]
        treatment = "book" if account else "hold"
        lines.append(f'{kind} = {{ treatment = "{treatment}", account = {_text(account)} }}')
    return "\n".join(lines)


def _text(value: str) -> str:
    """Write a TOML basic string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")

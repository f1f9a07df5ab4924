"""The first recon.toml of a shop: commented text, valid as it stands."""

from __future__ import annotations

import json
import tomllib
from typing import Final, get_args

from recon.config.first.american import american_settings
from recon.config.first.answers import FirstAnswers
from recon.config.first.source_tables import store_table
from recon.config.first.till import till_settings
from recon.config.settings import parse_settings
from recon.domain.providers import SourceName, ledger_facts, source_facts

SANDBOX_ACCOUNTS: Final = {
    "sales": "410101",
    "other_income": "420101",
    "receivable": "113101",
    "output_vat": "215301",
    "undue_output_vat": "215302",
}
"""Account codes of the sandbox ledger; in a real one a person chooses from its chart."""


def first_settings(answers: FirstAnswers) -> str:
    """Return a commented recon.toml for these answers; it validates.

    Raises:
        SettingsError: An answer is not acceptable.
    """
    text = _text_of(answers)
    parse_settings(tomllib.loads(text))
    return text


def _text_of(answers: FirstAnswers) -> str:
    """Return the recon.toml for the kind of books the ledger keeps."""
    facts = ledger_facts(answers.target)
    if facts.takes_settlements and source_facts(answers.source).is_till:
        return till_settings(answers)
    return american_settings(answers) if facts.is_american else _template(answers)


def _template(answers: FirstAnswers) -> str:
    facts = ledger_facts(answers.target)
    is_sandbox = facts.is_sandbox
    environment = "sandbox" if is_sandbox else answers.environment
    name = answers.connection
    accounts = "\n".join(
        f"{setting} = {_text(code if is_sandbox else '')}" for setting, code in SANDBOX_ACCOUNTS.items()
    )
    ledger_url = f"base_url = {_text(answers.base_url)}\n" if answers.base_url else ""
    source_url = f"base_url = {_text(answers.source_base_url)}\n" if answers.source_base_url else ""
    profile = (
        f"profile = {_text(answers.profile)}           # file in profiles/ without .toml\n" if answers.profile else ""
    )
    return f"""# Settings of this workspace. Every setting is explained in docs/settings.md; secrets never stand here.
format = 1

[company]
name = {_text(answers.company)}    # as it stands in the ledger
tax_id = {_text(answers.tax_id)}
currency = {_text(facts.currency)}
timezone = {_text(facts.timezone)}

[connections.{name}]
source = {_text(answers.source)}               # {", ".join(get_args(SourceName)[:-1])}, or profile (any CSV or Excel export)
target = {_text(answers.target)}               # peak (API), peak-file (Excel import), sandbox (a PEAK to try things on)
shop = {_text(answers.shop)}                   # part of every order's key: never change it
{profile}start_date = {answers.start_date.isoformat()}      # nothing before this day is ever posted; locked after the first upload
numbering = {_text(answers.numbering)}         # source: our number from the order's number; ledger: the ledger numbers
record_kinds = ["sale"]           # each kind that is pulled and posted{_kinds_words(answers.source)}
receipts = {_text(answers.receipts)}           # paid, or paid-and-completed
invoices = {_text(answers.invoices)}           # off, completed-unpaid, or awaiting-transfer-unpaid
payment_channels = ["*"]          # "*": all; others are ignored, visibly
vat_registered = {str(answers.vat_registered).lower()}
vat_rate_percent = "7"
prices = {_text(answers.prices)}               # as-source, by-order, with-vat, or without-vat
neutral_orders = "with-vat"       # orders that state no VAT: with-vat (7 % is inside the price) or no-vat
document_date = "paid"            # tax point: paid, ordered, or completed

[connections.{name}.source_api]
{source_url}{store_table(name, answers.source, answers.shop)}
[connections.{name}.ledger]
environment = {_text(environment)}
{ledger_url}
[connections.{name}.products]
unlinked = "hold"                 # hold, or text (the line goes as text on the sales account)
without_sku = "hold"

[connections.{name}.channels]
unmapped = "hold"                 # hold, or cash (then cash_method names the ledger's cash channel)

# One [charges.NAME] table per sales channel where it differs, e.g. Lazada bills shipping itself:
#   [connections.{name}.charges.Lazada]
#   shipping = {{ treatment = "leave-out" }}
[connections.{name}.charges.default]
{_charge_lines(answers.source)}
{_marketplace_lines(name) if source_facts(answers.source).is_marketplace else ""}
[connections.{name}.contacts]
default = "ONLINE"                # the ledger's standing contact for buyers without a tax id

# Codes from the ledger's own chart of accounts; `recon connect` lists them and proposes.
[connections.{name}.accounts]
{accounts}

[approval]
two_persons = "warn"              # off, warn or block: the person who planned also approves
valid_days = 7
"""


def _kinds_words(source: str) -> str:
    """Return which kinds there are beside sales; empty: none."""
    more = [kind for kind in source_facts(source).record_kinds if kind != "sale"]
    return f"; others: {', '.join(more)}" if more else ""


def _charge_lines(source: str) -> str:
    """Return how charges are booked at first; what a marketplace decides differently is written out and explained."""
    facts = source_facts(source)
    if not facts.is_marketplace:
        return (
            'shipping = { treatment = "book" }\n'
            'platform_voucher = "hold"         # hold, spread, other-income, or leave-out'
        )
    shipping = (
        f"# {facts.label} bills the buyer's shipping itself, as ZORT's published link to PEAK treats it; ask your accountant.\n"
        'shipping = { treatment = "leave-out" }'
        if facts.bills_shipping
        else "# Shipping the buyer paid as your own revenue, as ZORT's published link to PEAK treats it; ask your accountant.\n"
        'shipping = { treatment = "book" }'
    )
    return (
        f"{shipping}\n# A discount the marketplace pays for: spread = your revenue is your own price; leave-out = what the buyer "
        'paid.\n# Which of the two VAT is due on is a tax question.\nplatform_voucher = "spread"'
    )


def _marketplace_lines(name: str) -> str:
    return f"""
# The export never says that you were paid. From this state on an order counts as paid into the marketplace's account:
# completed, delivered, shipped, or settled (only a settlement proves it: until then held, or invoiced as `invoices` says).
[connections.{name}.marketplace]
counts_as_paid = "completed"
"""


def _text(value: str) -> str:
    """Write a TOML basic string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")

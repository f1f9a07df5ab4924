"""Which settings of a connection anybody reads: its source, its ledger, or the planning of what both deal in.

recon.toml has one form for all connections, so that a till's has tables of web shops too. What nobody reads there is not
shown; it stays acceptable in the file, and a connection whose source or ledger is another one reads it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from recon.domain.providers import BOUGHT, LEDGERS, SOURCES, LedgerFacts, SourceFacts

Reads = Callable[[SourceFacts, LedgerFacts], bool]


def _of_shops(source: SourceFacts, ledger: LedgerFacts) -> bool:
    """Orders, not what a till sums up."""
    del ledger
    return not source.is_till


def _of_buyers(source: SourceFacts, ledger: LedgerFacts) -> bool:
    """What is bought."""
    del ledger
    return bool(set(source.record_kinds) & set(BOUGHT))


def _of_debtors(source: SourceFacts, ledger: LedgerFacts) -> bool:
    """Sales to somebody who is named, or owes the money: of a till only those on account."""
    del ledger
    return not source.is_till or "till_invoice" in source.record_kinds


def _of_summaries(source: SourceFacts, ledger: LedgerFacts) -> bool:
    """One document for the orders of a day."""
    return ledger.takes_summaries and not source.is_till


_READ: Final[Mapping[str, Reads]] = {
    "profile": lambda source, _ledger: not source.has_columns_of_its_own,
    **dict.fromkeys(
        (
            "numbering", "receipts", "invoices", "cancelled_paid", "tax_invoice_on", "payment_channels", "taxes", "discounts",
            "vat_registered", "vat_rate_percent", "status_words", "prices", "neutral_orders", "document_date",
            "payment_terms_days", "yields_to", "gift_card_names", "not_gift_card_names", "credit_note_reasons", "products",
            "schedule.link_exact_skus", "detail", "charges", "number_prefix.invoice", "number_prefix.credit_note", "contacts.full_tax_invoice",
            "contacts.branch_missing", "contacts.named_on", "accounts.other_income", "accounts.output_vat",
            "accounts.undue_output_vat", "ledger.vat_rounding",
        ),
        _of_shops,
    ),
    **dict.fromkeys(
        (
            "purchases", "number_prefix.expense", "number_prefix.supplier_credit", "detail.vendors", "detail.vendor",
            "accounts.input_vat", "accounts.undue_input_vat", "accounts.payable", "accounts.withholding_payable",
        ),
        _of_buyers,
    ),
    **dict.fromkeys(("summary", "number_prefix.summary"), _of_summaries),
    **dict.fromkeys(("till.invoices", "poweroffice.order_prices", "contacts", "accounts.receivable"), _of_debtors),
    **dict.fromkeys(("till.signatures", "till.signature_key", "till.recorded_difference"), lambda source, _ledger: source.signs_receipts),
    "till.columns": lambda source, _ledger: not source.signs_receipts,
    "tax_differs": lambda _source, ledger: ledger.has_tax_items,
    "detail.customers": lambda _source, ledger: ledger.creates_customers,
    "purchases.new_suppliers": lambda _source, ledger: ledger.creates_customers,
    "source_api": lambda source, _ledger: source.has_api,
    "ledger.base_url": lambda _source, ledger: bool(ledger.keys),
    "ledger.signature_encoding": lambda _source, ledger: ledger.signs_requests,
    **dict.fromkeys(("ledger.timeout_seconds", "ledger.lookup_grace_seconds"), lambda _source, ledger: not ledger.is_file),
    "ledger.number_max_length": lambda source, ledger: not (source.is_till or ledger.is_american),
    "quickbooks.iif": lambda _source, ledger: ledger.is_file,
    **dict.fromkeys(
        (
            "quickbooks.company_file", "quickbooks.port", "quickbooks.tls", "quickbooks.wait_minutes", "quickbooks.poll_minutes",
        ),
        lambda _source, ledger: ledger.is_visited,
    ),
}  # fmt: skip
"""Setting or table, below its connection, to whether a connection of this source and this ledger reads it; all others are read."""
_OF_SOURCES: Final = frozenset(facts.settings for facts in SOURCES.values() if facts.settings)
"""Tables that say something only where orders come from the sources that read them."""
_OF_LEDGERS: Final = frozenset(facts.settings for facts in LEDGERS.values() if facts.settings)
"""Tables that say something only where documents go to the ledgers that read them."""


def is_read(setting: Sequence[str], source: str, target: str) -> bool:
    """Return whether a connection from this source to this ledger reads a setting.

    Args:
        setting: Its tables and its name below the connection: ``("till", "voucher")``.
        source: Name of the source in recon.toml.
        target: Name of the ledger there.
    """
    shop, ledger = SOURCES[source], LEDGERS[target]
    table = setting[0] if len(setting) > 1 else ""
    if (table in _OF_SOURCES and shop.settings != table) or (table in _OF_LEDGERS and ledger.settings != table):
        return False
    names = (".".join(setting[: length + 1]) for length in range(len(setting)))
    return all(_READ[name](shop, ledger) for name in names if name in _READ)

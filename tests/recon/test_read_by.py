"""Which settings a connection of a source and a ledger reads: a till no web shop's, and a ledger no other ledger's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from recon.config.connection import Connection
from recon.config.read_by import _READ, is_read
from recon.domain.providers import LEDGERS


def names(model: type[BaseModel], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield every table and every setting below a connection."""
    for name, field in model.model_fields.items():
        yield (*before, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from names(field.annotation, (*before, name))


def read(source: str, target: str) -> set[str]:
    return {".".join(name) for name in names(Connection) if is_read(name, source, target)}


def test_every_rule_names_a_setting() -> None:
    assert set(_READ) <= {".".join(name) for name in names(Connection)}


@pytest.mark.parametrize(
    ("source", "target", "there", "hidden"),
    [
        ("saft", "poweroffice",
         "till.voucher till.signatures poweroffice.route accounts.receivable ledger.base_url writers number_prefix.payment",
         "receipts invoices status_words gift_card_names charges.default summary.sales source_api.base_url quickbooks.port "
         "marketplace.counts_as_paid purchases.account credit_note_reasons.returned till.columns ledger.vat_rounding taxes"),
        ("z-reports", "sandbox-poweroffice", "till.columns till.counting", "till.invoices till.signatures accounts.receivable ledger.base_url"),
        ("shopify", "peak", "receipts ledger.signature_encoding accounts.output_vat purchases.account",
         "till.voucher quickbooks.port quickbooks.iif.style poweroffice.route source_api.base_url summary.sales tax_differs profile"),
        ("zort", "quickbooks-iif", "source_api.base_url quickbooks.iif.style summary.sales", "quickbooks.port detail.customers"),
        ("bentoweb", "quickbooks", "quickbooks.port detail.customers tax_differs", "quickbooks.iif.style purchases.account"),
        ("shopee", "sandbox", "marketplace.counts_as_paid yields_to", "till.voucher bentoweb.store_id"),
    ],
)  # fmt: skip
def test_a_connection_reads_what_its_source_and_its_ledger_read(
    source: str, target: str, there: str, hidden: str
) -> None:
    found = read(source, target)
    assert set(there.split()) <= found
    assert not set(hidden.split()) & found


@pytest.mark.parametrize("target", sorted(LEDGERS))
def test_what_a_connection_is_made_of_is_always_read(target: str) -> None:
    always = {
        "source",
        "target",
        "shop",
        "start_date",
        "record_kinds",
        "writers",
        "schedule.when",
        "ledger.environment",
    }
    assert always <= read("saft" if LEDGERS[target].takes_settlements else "shopify", target)

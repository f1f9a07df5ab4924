"""Tax invoices of suppliers that persons entered, as reports, plans and import files read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import polars as pl

from recon.domain.document import Document
from recon.proof.tax_invoices import SUPPLIED, TaxInvoice
from recon.service.context import Context
from recon.store.mappings import Value
from recon.store.moments import moment

KIND = "tax-invoice"
"""Kind of mapping: order key of a purchase to number, day and month of the supplier's tax invoice."""


def stored(invoice: TaxInvoice, supplier: str, tax_id: str) -> dict[str, str]:
    """Return the value a tax invoice is kept as; who bills stands beside, so that a second use is seen in every connection."""
    return {
        "number": invoice.number, "on": invoice.on.isoformat(), "month": f"{invoice.month:%Y-%m}", "supplier": supplier,
        "tax_id": tax_id,
    }  # fmt: skip


def invoice_of(value: Value) -> TaxInvoice:
    """Return the tax invoice of a stored value."""
    assert isinstance(value, dict)
    return TaxInvoice(
        value["number"], dt.date.fromisoformat(value["on"]), dt.date.fromisoformat(f"{value['month']}-01")
    )


def entered_invoices(context: Context, name: str) -> dict[str, TaxInvoice]:
    """Return the tax invoice of each record of a connection, by order key."""
    return {key: invoice_of(value) for key, value in context.store.mappings.current(name, KIND).items()}


def told_invoices(context: Context, name: str) -> dict[str, TaxInvoice]:
    """Return the tax invoices that the ledger of a connection is told of with its expenses: none where it takes none."""
    rules = context.settings.connections.get(name)
    takes = rules is not None and context.outside.capabilities(name, rules).takes_tax_invoice
    return entered_invoices(context, name) if takes else {}


def with_invoice(document: Document, invoices: Mapping[str, TaxInvoice]) -> Document:
    """Return an expense that was approved as having its tax invoice with number and days of it."""
    found = invoices.get(document.order_key) if document.kind == "expense" and document.is_tax_invoice else None
    if found is None:
        return document
    own_month = found.month == found.on.replace(day=1)
    return replace(
        document, supplier_invoice=found.number, supplier_invoice_on=found.on,
        input_vat_on=found.on if own_month else found.month,
    )  # fmt: skip


def supplied(context: Context, names: Sequence[str]) -> pl.DataFrame:
    """Return SUPPLIED: what persons entered, over several connections, with who and when."""
    zone = ZoneInfo(context.settings.company.timezone)
    rows = []
    for name in names:
        for change in context.store.mappings.dated(name, KIND):
            assert change.value is not None
            invoice = invoice_of(change.value)
            day = moment(change.at).astimezone(zone).date()
            rows.append((change.key, invoice.number, invoice.on, invoice.month, change.who, day))
    return pl.DataFrame(rows, schema=SUPPLIED, orient="row")

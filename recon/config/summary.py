"""Settings of summaries: whether sales go out one by one or day by day."""

from __future__ import annotations

from typing import Literal

from recon.config.base import Section


class Summary(Section):
    """What goes out as one document for many orders. Only for ledgers whose credit notes need not name one document."""

    sales: Literal["each", "day"] = "each"
    """Paid sales and refunds. `each`: a document per order; `day`: one per day, sales channel and account the money comes in on, with a line per product and price; the orders behind each are kept and shown. Invoices, payments and tax invoices always go out one by one."""


def unfit_summary(rules: Summary, *, takes_summaries: bool, numbering: str, writers: str) -> str:
    """Return why a connection cannot have these settings; empty: it can."""
    if rules.sales == "each":
        return ""
    if not takes_summaries:
        return (
            'summary.sales = "day" only with a ledger that takes a credit note without the document it is about; this one needs '
            'that document, and a tax invoice is one sale\'s. Set summary.sales = "each"'
        )
    if numbering != "source" or writers != "recon":
        return 'summary.sales = "day" needs numbering = "source" and writers = "recon": a summary stands under our own number, and nobody else can write it'
    return ""

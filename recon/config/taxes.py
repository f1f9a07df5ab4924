"""Settings of sales tax that do not fit together, in words: where the ledger works it out by items of its own."""

from __future__ import annotations

from collections.abc import Mapping

from recon.config.charges import Charges


def unfit_taxes(taxes: str, charges: Mapping[str, Charges], *, has_tax_items: bool, summary: str) -> str:
    """Return why a connection cannot have these settings; empty: it can."""
    if taxes != "items":
        return ""
    if not has_tax_items:
        return (
            'taxes = "items" only with a ledger that works sales tax out by items of its own and answers what it came to; this one does not. '
            'Set taxes = "line": the tax the shop states is a line of its own'
        )
    if summary != "each":
        return (
            'taxes = "items" needs summary.sales = "each": the tax of a day is rounded order by order and may differ from rate x sum of the '
            'day, and a document has one tax item only. Set taxes = "line" for summaries'
        )
    apart = [name for name, each in charges.items() if each.tax.treatment == "leave-out" or each.tax.product]
    if apart:
        return (
            f'taxes = "items" needs charges.{apart[0]}.tax to be booked on the account where the ledger keeps sales tax, or held: the ledger '
            "works the tax out and books it there itself. Take `product` out and set `treatment` to book with that account, or taxes to line"
        )
    return ""

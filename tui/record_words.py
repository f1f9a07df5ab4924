"""How the records of a source are called where they are counted: orders; settlements of tills; and payouts of a marketplace or purchases."""

from __future__ import annotations

from typing import Final

from recon.domain.providers import SOURCES
from tui.i18n import N_, _, count, ngettext

ADDED_WORDS: Final = {"cash difference": N_("cash difference"), "to bank": N_("to bank"), "cash": N_("cash")}
"""Channels of a till's place that recon names itself."""


def at_place(channel: str) -> str:
    """Return a payment channel; those that recon adds at a till's place in the language of the screen."""
    place, slash, part = channel.rpartition("/")
    return f"{place}{slash}{_(ADDED_WORDS[part])}" if part in ADDED_WORDS else channel


def counted(orders: int, bought: int, source: str) -> str:
    """Return how many records there are, in words.

    Args:
        orders: Those that are sold, or taken back.
        bought: Purchases; a marketplace's are its payouts.
        source: What they come from; empty: several sources.
    """
    sold = (settled if is_of_tills(source) else ordered)(orders)
    if not bought:
        return sold
    if is_of_marketplaces(source):
        words = ngettext("{n} payout", "{n} payouts", bought)
    elif source:
        words = ngettext("{n} purchase", "{n} purchases", bought)
    else:
        words = ngettext("{n} purchase or payout", "{n} purchases and payouts", bought)
    other = words.format(n=count(bought))
    return f"{sold}, {other}" if orders else other


def ordered(n: int) -> str:
    """Return how many orders there are."""
    return ngettext("{n} order", "{n} orders", n).format(n=count(n))


def settled(n: int) -> str:
    """Return how many records of tills there are: a Z report is a settlement, a sale on account an invoice."""
    return ngettext("{n} settlement or invoice", "{n} settlements and invoices", n).format(n=count(n))


def is_of_tills(*sources: str) -> bool:
    """Return whether there are sources, and every one is a till's."""
    return bool(sources) and all(source in SOURCES and SOURCES[source].is_till for source in sources)


def is_of_marketplaces(*sources: str) -> bool:
    """Return whether every one of these sources is a marketplace."""
    return all(source in SOURCES and SOURCES[source].is_marketplace for source in sources)


def held_purchases(count_of: int, *sources: str) -> str:
    """Return the sentence about held purchases, with room for how many and how much."""
    marketplaces = {is_of_marketplaces(source) for source in sources}
    if marketplaces == {True}:
        return ngettext("{n} payout is held, {total}", "{n} payouts are held, {total}", count_of)
    if marketplaces == {True, False}:
        return ngettext(
            "{n} purchase or payout is held, {total}", "{n} purchases and payouts are held, {total}", count_of
        )
    return ngettext("{n} purchase is held, {total}", "{n} purchases are held, {total}", count_of)


def no_document(order_key: str) -> str:
    """Return the sentence above what holds a record; a purchase, a payout or a till's settlement is no order."""
    if ":purchase" in order_key:
        return _("No document is made for this record. Held back:")
    if ":settlement:" in order_key:
        return _("No document is made for this settlement. Held back:")
    if ":till_invoice:" in order_key:
        return _("No document is made for this sale on account. Held back:")
    return _("No document is made for this order. Held back:")


def only_version(order_key: str | None) -> str:
    """Return the sentence about a record that never changed."""
    if ":settlement:" in (order_key or ""):
        return _("One version of this settlement is known; nothing changed since.")
    if ":till_invoice:" in (order_key or ""):
        return _("One version of this sale on account is known; nothing changed since.")
    return _("One version of this order is known; nothing changed since.")

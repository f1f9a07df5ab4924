"""The words and columns of the lists about tills: accounts of groups, VAT codes, what is missing, and counted cash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import N_, _, count, day
from tui.screens.match_words import Minor, channel_words
from tui.widgets.columns import Column

ACCOUNT_STATES: Final = {
    "wrong": ("!", N_("does not fit"), "bad"),
    "unlinked": ("!", N_("no account"), "bad"),
    "suggested": ("?", N_("proposed"), "check"),
    "linked": ("+", N_("has its account"), "ready"),
}
COUNT_STATES: Final = {
    "waiting": ("!", N_("not counted"), "bad"),
    "counted": ("+", N_("counted"), "ready"),
    "sent": ("=", N_("sent, closed"), "dim"),
    "not-needed": ("-", N_("no cash"), "dim"),
}
TAX_STATES: Final = {
    "unmapped": ("!", N_("no VAT code"), "bad"),
    "as-line": ("-", N_("as a line"), "dim"),
    "mapped": ("+", N_("mapped"), "ready"),
    "not-needed": ("-", N_("by the account"), "dim"),
}
FROM_WORDS: Final = {
    "locked": N_("locked on the account"),
    "chosen": N_("chosen here"),
    "mapped": N_("from the rate"),
    "account": N_("the account's own"),
    "none-needed": N_("bears no VAT"),
}
"""Where the VAT code of a line comes from."""
PART_WORDS: Final = {"tip": N_("Tips"), "rounding": N_("Cash rounding"), "customer_payment": N_("Paid on invoices")}
KIND_WORDS: Final = {"pay_in": N_("Paid in"), "pay_out": N_("Paid out")}
_PART_CODES: Final = {"tip": "tip", "rounding": "rounding", "customer payment": "customer_payment"}
_KIND_CODES: Final = {"pay-in": "pay_in", "pay-out": "pay_out"}
WHAT_WORDS: Final = {
    "account": N_("account"),
    "vat-code": N_("VAT code"),
    "payment": N_("account"),
    "department": N_("department"),
    "project": N_("project"),
    "product": N_("product"),
    "count": N_("cash count"),
    "lists": N_("ledger not read"),
}
"""What is missing."""


def group_words(row: dict[str, Any]) -> str:
    """Return a line of a till as a person calls it: code and name of a group, tips, rounding, money in or out."""
    kind = row["kind"]
    if kind in PART_WORDS:
        return _(PART_WORDS[kind])
    if kind in KIND_WORDS:
        return f"{_(KIND_WORDS[kind])} {shown(row['part'].partition(' ')[2])}"
    return " ".join(filter(None, (shown(row["part"]), shown(row["name"]) if row["name"] != row["part"] else "")))


def proposal_words(proposal: str) -> str:
    """Return a proposal, ``Kafé/to bank -> 1920  Bank (its name says bank)``, with all but names in the language of the screen."""
    named, bracket, reason = proposal.rpartition(" (")
    thing, arrow, target = (named if bracket else proposal).rpartition(" -> ")
    said = f"{thing_words(thing)}{arrow}{target}" if arrow else target
    return f"{said} ({tr_composed(reason.removesuffix(')'))})" if bracket else said


def thing_words(thing: str) -> str:
    """Return a line or a channel of a till, at its place or without it, and what stands for many, as a person calls it.

    ``Kafé Torget/rounding``, ``pay-out MELK``, ``to bank``, ``K1/214 and 25 more``; empty stays empty.
    """
    place, slash, part = thing.rpartition("/")
    kind, _space, what = part.partition(" ")
    if part in _PART_CODES:
        return f"{place}{slash}{_(PART_WORDS[_PART_CODES[part]])}"
    if kind in _KIND_CODES:
        return f"{place}{slash}{_(KIND_WORDS[_KIND_CODES[kind]])} {what}"
    first, more, n = thing.rpartition(" and ")
    if more and n.endswith(" more"):
        return first + " " + _("and {n} more").format(n=n.removesuffix(" more"))
    return channel_words(thing) if thing else ""


def place_words(place: str) -> str:
    """Return a place; articles are the same everywhere."""
    return place or _("everywhere")


def state_of(states: dict[str, tuple[str, str, str]]) -> Callable[[str], str]:
    """Return how a state of a list is written: sign and word."""
    return lambda state: f"{states[state][0]} {_(states[state][1])}"


def tone_of(states: dict[str, tuple[str, str, str]]) -> Callable[[str], str]:
    """Return the tone of a state."""
    return lambda state: states[state][2]


def _state(states: dict[str, tuple[str, str, str]]) -> Column:
    return Column("state", lambda: _("State"), render=state_of(states), tone=tone_of(states), priority=0)


def _amount(name: str, words: Callable[[], str], minor: Minor, priority: int = 0, drop_below: int = 0) -> Column:
    return Column(
        name, words, amount=True, render=lambda value: "" if value is None else minor(value), priority=priority,
        drop_below=drop_below,
    )  # fmt: skip


def account_columns(minor: Minor, currency: str) -> Sequence[Column]:
    """Return the columns of what a till books."""
    return (
        Column("place", lambda: _("Place"), render=place_words, priority=0, least=8),
        Column("group", lambda: _("Article group"), grow=True, priority=0, least=10),
        Column("rate", lambda: _("Rate"), align="right", priority=2, drop_below=66),
        Column("target", lambda: _("Account"), grow=True, priority=1, least=10),
        Column("tax_code", lambda: _("VAT"), priority=1),
        _amount("blocked_minor", lambda: _("Holds back {currency}").format(currency=shown(currency)),
                lambda value: minor(value) if value else "", priority=3, drop_below=136),
        _state(ACCOUNT_STATES),
    )  # fmt: skip


def vat_columns(minor: Minor, currency: str) -> Sequence[Column]:
    """Return the columns of the taxes a till names."""
    return (
        Column("tax", lambda: _("VAT of the till"), render=channel_words, grow=True, priority=0, least=12),
        Column("target", lambda: _("VAT code"), grow=True, priority=1, least=10),
        Column("orders", lambda: _("Settlements"), align="right", render=count, priority=3, drop_below=70),
        _amount("amount_minor", lambda: _("Gross {currency}").format(currency=shown(currency)), minor, priority=4, drop_below=90),
        _state(TAX_STATES),
    )  # fmt: skip


def setup_columns(minor: Minor, currency: str) -> Sequence[Column]:
    """Return the columns of what is missing."""
    return (
        Column("place", lambda: _("Place"), priority=0, least=8),
        Column("thing", lambda: _("What about"), render=thing_words, grow=True, priority=0, least=10),
        Column("what", lambda: _("Missing"), render=what_words, priority=0),
        Column("proposal", lambda: _("Proposed"), render=lambda text: shown(proposal_words(text)), grow=True, priority=3, least=10, drop_below=100),
        Column("settlements", lambda: _("Wait"), align="right", render=lambda n: count(n) if n else "", priority=2, drop_below=60),
        _amount("amount_minor", lambda: _("Amount {currency}").format(currency=shown(currency)),
                lambda value: minor(value) if value else "", priority=3, drop_below=80),
    )  # fmt: skip


def what_words(what: str) -> str:
    """Return what is missing in a word."""
    return f"! {_(WHAT_WORDS[what])}"


def count_columns(minor: Minor, currency: str) -> Sequence[Column]:
    """Return the columns of settlements and their cash."""
    del currency
    return (
        Column("number", lambda: _("Settlement"), priority=0, least=7),
        Column("day", lambda: _("Day"), render=lambda value: day(str(value)), priority=1, drop_below=58),
        Column("place", lambda: _("Place"), grow=True, priority=2, least=8),
        _amount("expected_minor", lambda: _("Expected"), minor),
        _amount("counted_minor", lambda: _("Counted"), minor),
        _amount("difference_minor", lambda: _("Difference"), minor, priority=1),
        _amount("to_bank_minor", lambda: _("To bank"), minor, priority=3, drop_below=100),
        Column("counted_by", lambda: _("By"), priority=4, drop_below=110),
        _state(COUNT_STATES),
    )

"""The words and columns of the Match step: states, treatments of charges, and what can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tui.cells import shown
from tui.i18n import N_, _, count
from tui.record_words import at_place
from tui.widgets.columns import Column

Minor = Callable[[int], str]
"""Minor units to an amount as it is written here."""

STATE_WORDS: Final = {
    "unlinked": ("!", N_("not linked"), "bad"),
    "suggested": ("?", N_("suggested"), "check"),
    "to-create": ("o", N_("to create"), "done"),
    "text": ("-", N_("as text"), "dim"),
    "linked": ("+", N_("linked"), "ready"),
    "unmapped": ("!", N_("no account"), "bad"),
    "cash": ("?", N_("on cash"), "check"),
    "mapped": ("+", N_("mapped"), "ready"),
    "not-needed": ("-", N_("not needed"), "dim"),
}
"""State to its sign, word and tone."""
TAX_WORDS: Final = {
    "unmapped": ("!", N_("no item"), "bad"),
    "as-line": ("-", N_("as a line"), "dim"),
    "mapped": ("+", N_("mapped"), "ready"),
}
"""State of a sales tax to its sign, word and tone."""
CHARGE_WORDS: Final = {
    "shipping": N_("Shipping"),
    "cod_fee": N_("Cash-on-delivery fee"),
    "discount": N_("Discount of the shop"),
    "platform_voucher": N_("Platform voucher"),
    "rounding": N_("Rounding"),
    "duties": N_("Import duties"),
    "tip": N_("Tip"),
    "gift_card": N_("Gift card sold"),
    "fee": N_("Additional fee"),
    "tax": N_("Sales tax"),
}
TREATMENT_WORDS: Final = {
    "book": N_("booked"),
    "leave-out": N_("left out"),
    "hold": N_("held"),
    "would-hold": N_("would be held"),
    "spread": N_("in the prices"),
    "other-income": N_("other income"),
}
_TREATMENTS: Final = {"hold": ("!", "bad"), "would-hold": ("-", "dim"), "leave-out": ("-", "dim")}
"""Sign and tone of what happens to a charge, where it is not booked."""
EXPLAINED: Final = {
    "book": N_("A line of its own on the document, on the sales account."),
    "account": N_("A line of its own, on an account of the ledger you choose."),
    "product": N_("A line of its own, as a product or service of the ledger."),
    "leave-out": N_("Not on the document: the platform bills it itself."),
    "hold": N_("Orders that have it wait until somebody says where it belongs."),
    "voucher-hold": N_("Orders with a voucher of the platform wait until somebody decides."),
    "voucher-spread": N_("The platform's money is part of the price: it goes into the lines."),
    "voucher-other-income": N_("A line of its own, on the account for other income."),
    "voucher-leave-out": N_("Not booked: what the buyer paid is the sale."),
    "discount": N_("Taken off the goods of the order, to the last digit. Nobody sets this."),
}
"""Each choice in a sentence."""


def product_columns(minor: Minor, currency: str, *, tills: bool = False) -> Sequence[Column]:
    """Return the columns of SKUs; ``tills``: articles that were sold on account."""
    return (
        Column("sku", lambda: _("Article") if tills else _("SKU"), render=lambda sku: sku or _("(no SKU)"), priority=0),
        Column(
            "name",
            lambda: _("Name at the till") if tills else _("Name in the orders"),
            grow=True,
            priority=2,
            least=10,
            drop_below=78,
        ),
        Column("target", lambda: _("Product in the ledger"), grow=True, priority=1, least=9),
        Column("score", lambda: _("Alike"), align="right", render=str, priority=6, drop_below=150),
        Column(
            "orders",
            lambda: _("Sales") if tills else _("Orders"),
            align="right",
            render=count,
            priority=4,
            drop_below=140,
        ),
        Column("lines", lambda: _("Lines"), align="right", render=count, priority=5, drop_below=145),
        _blocked(minor, currency),
        _state(),
    )


def channel_columns(minor: Minor, currency: str, *, tills: bool = False) -> Sequence[Column]:
    """Return the columns of payment channels; ``tills``: settlements hold them, not orders."""
    return (
        Column(
            "channel",
            lambda: _("Payment channel"),
            render=channel_words,
            grow=True,
            priority=0,
            least=26 if tills else 12,
        ),
        Column("target", lambda: _("Goes to"), grow=True, priority=1, least=10),
        *_counted(minor, currency, tills=tills),
        _state(),
    )


def tax_columns(minor: Minor, currency: str) -> Sequence[Column]:
    """Return the columns of sales taxes."""
    return (
        Column("tax", lambda: _("Sales tax"), render=channel_words, grow=True, priority=0, least=12),
        Column("target", lambda: _("Tax item"), grow=True, priority=1, least=10),
        *_counted(minor, currency),
        Column("state", lambda: _("State"), render=tax_state_words, tone=tax_tone, priority=0),
    )


def _counted(minor: Minor, currency: str, *, tills: bool = False) -> tuple[Column, ...]:
    """Return the columns of orders, their amount and how much of it waits."""
    return (
        Column("orders", lambda: _("Settlements") if tills else _("Orders"), align="right", render=count, priority=3, drop_below=70),
        Column(
            "amount_minor", lambda: _("Amount {currency}").format(currency=shown(currency)),
            amount=True, render=minor, priority=4, drop_below=100,
        ),
        _blocked(minor, currency),
    )  # fmt: skip


def charge_columns(minor: Minor, currency: str) -> Sequence[Column]:
    """Return the columns of charges."""
    return (
        Column("sales_channel", lambda: _("Sales channel"), render=sales_channel_words, priority=0),
        Column("kind", lambda: _("Charge"), render=charge_words, priority=0),
        Column("target", lambda: _("Booked on"), grow=True, priority=2, least=10, drop_below=70),
        Column("orders", lambda: _("Orders"), align="right", render=_some, priority=3, drop_below=90),
        Column(
            "amount_minor", lambda: _("Amount {currency}").format(currency=shown(currency)),
            amount=True, render=lambda value: minor(value) if value else "", priority=1,
        ),
        Column("what", lambda: _("What happens"), render=treatment_words, tone=treatment_tone, priority=0),
    )  # fmt: skip


def _blocked(minor: Minor, currency: str) -> Column:
    return Column(
        "blocked_minor",
        lambda: _("Holds back {currency}").format(currency=shown(currency)),
        amount=True,
        render=lambda value: minor(value) if value else "",
        priority=0,
    )


def _state() -> Column:
    return Column("state", lambda: _("State"), render=state_words, tone=lambda state: STATE_WORDS[state][2], priority=0)


def state_words(state: str) -> str:
    """Return sign and word of a state."""
    sign, word, _tone = STATE_WORDS[state]
    return f"{sign} {_(word)}"


def tax_state_words(state: str) -> str:
    """Return sign and word of a tax's state."""
    sign, word, _tone = TAX_WORDS[state]
    return f"{sign} {_(word)}"


def tax_tone(state: str) -> str:
    """Return the tone of a tax's state."""
    return TAX_WORDS[state][2]


def channel_words(channel: str) -> str:
    """Return a payment channel; orders that name none have words too, and so have the channels a count adds at a place."""
    return at_place(channel) or _("(none named)")


def sales_channel_words(channel: str) -> str:
    """Return a sales channel; the default has words of its own."""
    return _("all others") if channel == "default" else channel or _("(none named)")


def charge_words(kind: str) -> str:
    """Return a kind of charge in words."""
    return _(CHARGE_WORDS[kind])


def treatment_words(treatment: str) -> str:
    """Return sign and word of what happens to a charge."""
    return f"{_TREATMENTS.get(treatment, ('+', 'ready'))[0]} {_(TREATMENT_WORDS[treatment])}"


def treatment_tone(treatment: str) -> str:
    """Return the tone of what happens to a charge."""
    return _TREATMENTS.get(treatment, ("+", "ready"))[1]


def _some(n: int) -> str:
    return count(n) if n else ""

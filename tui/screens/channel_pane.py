"""What the pane of the Channels screen says about one payment channel, or about one charge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.cells import shown, split_line, width_of
from tui.composed import tr_composed
from tui.i18n import _, count, ngettext
from tui.screens.match_words import (
    EXPLAINED,
    STATE_WORDS,
    channel_words,
    charge_words,
    sales_channel_words,
    state_words,
    treatment_tone,
    treatment_words,
)
from tui.widgets.match_pane import Part

Minor = Callable[[int], str]


def channel_parts(row: dict[str, Any], width: int, *, minor: Minor, tills: bool = False) -> list[Part]:
    """Return what is known about a payment channel; ``tills``: settlements hold it, not orders."""
    status = state_words(row["state"])
    parts: list[Part] = [
        *_head(shown(channel_words(row["channel"])), status, STATE_WORDS[row["state"]][2], width),
        split_line((_settlements if tills else _orders)(row["orders"]), minor(row["amount_minor"]), width), "\n",
    ]  # fmt: skip
    if row["target"]:
        parts += [f"> {shown(row['target'])}", "\n"]
    if row["account"] and row["account"] != row["method"]:
        parts += [_("Account {code}").format(code=shown(row["account"])), "\n"]
    sentences = _STATE_SENTENCES | _TILL_SENTENCES if tills else _STATE_SENTENCES
    parts += [sentences[row["state"]](), "\n"]
    if row["suggestion"] and row["state"] in {"unmapped", "cash"}:
        hint = f"{shown(row['suggestion'])}  {shown(row['suggestion_name'] or '')}"
        parts += [
            (_("Might be"), "$recon-accent"),
            f"  {hint}",
            "\n",
            (shown(tr_composed(row["reason"])), "$recon-dim"),
            "\n",
        ]
    return parts


_STATE_SENTENCES: dict[str, Callable[[], str]] = {
    "unmapped": lambda: _("Its orders are held until somebody says where the money lands."),
    "cash": lambda: _("Nobody mapped it: it is booked on the channel for all others, visibly."),
    "mapped": lambda: _("Payments of these orders are booked there."),
    "not-needed": lambda: _("No order of it brings money to an account: test payments, or nothing to pay."),
}
_TILL_SENTENCES: dict[str, Callable[[], str]] = {
    "unmapped": lambda: _("Its settlements are held until somebody says where the money lands."),
    "mapped": lambda: _("Payments of these settlements are booked there."),
}


def charge_parts(row: dict[str, Any], width: int, *, minor: Minor) -> list[Part]:
    """Return what happens to a charge, in sentences."""
    name = f"{charge_words(row['kind'])}, {shown(sales_channel_words(row['sales_channel']))}"
    parts = _head(name, treatment_words(row["what"]), treatment_tone(row["what"]), width)
    if row["orders"]:
        parts += [split_line(_orders(row["orders"]), minor(row["amount_minor"]), width), "\n"]
    elif row["sales_channel"] != "default":
        parts += [_("No order of this channel has it."), "\n"]
    if row["target"]:
        parts += [f"> {shown(row['target'])}", "\n"]
    parts += [_(EXPLAINED[_sentence(row)]), "\n"]
    if row["vat"]:
        parts += [_("VAT: {code}").format(code=shown(row["vat"])), "\n"]
    if row["sales_channel"] != "default":
        own = _("This sales channel has rules of its own.")
        follows = _(
            "It follows the rules of all others; a change gives it rules of its own, the others stay as they are."
        )
        parts += [(own if row["is_own"] else follows, "$recon-dim"), "\n"]
    return parts


def _settlements(n: int) -> str:
    return ngettext("In {n} settlement", "In {n} settlements", n).format(n=count(n))


def _orders(n: int) -> str:
    return ngettext("{n} order", "{n} orders", n).format(n=count(n))


def _sentence(row: dict[str, Any]) -> str:
    if row["kind"] == "discount" and row["treatment"] == "spread":
        return "discount"
    if row["kind"] == "platform_voucher":
        return f"voucher-{row['treatment']}"
    if row["treatment"] == "book":
        return "product" if row["is_product"] else "book" if row["on_sales"] else "account"
    return str(row["treatment"])


def _head(name: str, status: str, tone: str, width: int) -> list[Part]:
    return [
        (split_line(name, "", width - width_of(status) - 1).rstrip() + " ", "bold"),
        (status, f"bold $recon-{tone}"),
        "\n",
    ]

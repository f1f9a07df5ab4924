"""What the pane of the Products screen says about one SKU: why, what it might be, who linked it when, and its orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from recon.service.product_table import MappingEntry, ProductDetail
from tui.cells import fit, shown, split_line, width_of
from tui.composed import tr_composed
from tui.core_texts import ORDER_STATES, word
from tui.i18n import _, count, day, day_heading, ngettext
from tui.screens.match_words import STATE_WORDS, state_words
from tui.widgets.match_pane import Part

Say = Callable[[str], str]


def product_parts(
    row: dict[str, Any], detail: ProductDetail | None, width: int, *, amount: Say, at: Say, tills: bool = False
) -> list[Part]:
    """Return the text of the pane; ``detail`` None: it is on its way; ``tills``: it was sold on account there."""
    status = state_words(row["state"])
    sku = shown(row["sku"]) or _("(no SKU)")
    parts: list[Part] = [
        (split_line(sku, "", width - width_of(status) - 1).rstrip() + " ", "bold"),
        (status, f"bold $recon-{STATE_WORDS[row['state']][2]}"),
        "\n",
        shown(row["name"]), "\n",
    ]  # fmt: skip
    if row["state"] == "linked":
        parts += [f"> {shown(row['target'])}", "\n"]
    if row["state"] == "to-create":
        parts += _coming(row)
    if row["reason"]:
        parts += [shown(tr_composed(row["reason"])), "\n"]
    if row["state"] == "text" and not (detail and detail.history):
        parts += [_("Goes as text on the sales account, as the settings say."), "\n"]
    if detail is None:
        return parts
    return (
        parts
        + _suggestions(row, detail)
        + _orders(detail, width, amount, tills=tills)
        + history_parts(detail.history, at, _entry_words)
    )


def _coming(row: dict[str, Any]) -> list[Part]:
    """Say what is created, when, and when the orders follow."""
    head = _("New service in the ledger") if row["new_kind"] == "service" else _("New product in the ledger")
    words = _("The next batch creates it, once it is approved and sent; its orders follow in the plan after that.")
    name = [] if row["new_name"] == row["name"] else [shown(row["new_name"]), "\n"]
    return [(head, "$recon-accent"), "\n", *name, words, "\n"]


def _suggestions(row: dict[str, Any], detail: ProductDetail) -> list[Part]:
    """Return what else it might be; what it is linked to already is left out."""
    parts: list[Part] = []
    for one in detail.suggestions:
        if one.code == row["code"]:
            continue
        parts += [
            (fit(count(one.score), 3, right=True), "$recon-check"),
            f"  {shown(one.code)}  {shown(one.name)}",
            "\n",
        ]
    if parts:
        return [(_("Might be"), "$recon-accent"), "\n", *parts]
    if row["state"] == "unlinked" and row["key"]:
        return [_("No product of the ledger is called like this."), "\n"]
    return []


def _orders(detail: ProductDetail, width: int, amount: Say, *, tills: bool) -> list[Part]:
    if not detail.orders:
        return []
    said = (
        ngettext("In {n} sale on account", "In {n} sales on account", detail.order_count)
        if tills
        else ngettext("In {n} order", "In {n} orders", detail.order_count)
    )
    head = said.format(n=count(detail.order_count))
    parts: list[Part] = [(day_heading(head), "$recon-accent"), "\n"]
    for order in detail.orders:
        state = "" if order.state in {"open", "completed"} else f"  {word(ORDER_STATES, order.state)}"
        words = (
            f"{day(order.ordered_on)}  {shown(order.order_number)}  x {order.quantity}{state}  {shown(order.customer)}"
        )
        parts += [split_line(words, amount(order.amount), width), "\n"]
    if detail.order_count > len(detail.orders):
        more = detail.order_count - len(detail.orders)
        parts += [(_("and {n} older").format(n=count(more)), "$recon-dim"), "\n"]
    return parts


def history_parts(history: Sequence[MappingEntry], at: Say, said: Callable[[MappingEntry], str]) -> list[Part]:
    """Return who linked a row and when; ``said``: the words of one entry."""
    if not history:
        return []
    parts: list[Part] = [(_("Who and when"), "$recon-accent"), "\n"]
    for entry in history:
        parts += [f"{at(entry.at)}  {shown(entry.who)}  {said(entry)}", "\n"]
    return parts


def _entry_words(entry: MappingEntry) -> str:
    if entry.to is None:
        return _("link taken away")
    if entry.created:
        return _("created there as {code} by {batch}").format(code=shown(entry.to), batch=shown(entry.created))
    return _("linked to {code}").format(code=shown(entry.to)) if entry.to else _("as text")

"""Part of the document pane: the orders a summary holds, and what each put into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from recon.summaries.documents import DocumentView
from tui.cells import shown, split_line
from tui.i18n import _, count

SHOWN: Final = 100


def summed_orders(document: DocumentView, width: int, amount: Callable[[str], str]) -> list[str | tuple[str, str]]:
    """Return the lines that name the orders of a summary; nothing for a document of one order."""
    parts: list[str | tuple[str, str]] = [(_("Orders"), "bold"), "\n"] if document.orders else []
    for order in document.orders[:SHOWN]:
        parts += [split_line(shown(order.order_number), amount(order.total), width), "\n"]
    if (more := len(document.orders) - SHOWN) > 0:
        parts += [(_("and {n} more").format(n=count(more)), "$recon-dim"), "\n"]
    return parts

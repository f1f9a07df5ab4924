"""The questions before products are marked for the ledger to create: the name of one, a look at many."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from tui.cells import cut, shown
from tui.i18n import _, count, ngettext
from tui.widgets.dialogs import ConfirmDialog, TextDialog

SHOWN: Final = 5
"""Products named before many are created."""
Row = dict[str, Any]


def shop_name(row: Row) -> str:
    """Return the name a product would get: the one it was given, else the shop's, else its SKU."""
    return " ".join((row["new_name"] or row["name"] or row["sku"]).split())


def name_dialog(row: Row, longest: int) -> TextDialog:
    """Ask for the name of one product; the shop's stands there to be changed."""
    words = [f"{shown(row['sku'])}  {shown(row['name'])}"]
    if row["state"] == "suggested":
        words += ["", _("The ledger may have it already: {product}").format(product=shown(row["target"]))]
    words += ["", _("Name in the ledger, at most {n} characters:").format(n=count(longest))]
    return TextDialog(
        _("Create a product in the ledger"),
        "\n".join(words),
        yes=_("Create"),
        value=shop_name(row),
        check=partial(_name_problem, longest),
    )


def many_dialog(rows: Sequence[Row], missing: Sequence[Row], good: Sequence[Row], *, room: int) -> ConfirmDialog:
    """Show what would be created under the shop's names, and what is left as it is.

    Args:
        rows: What is marked.
        missing: What of it the ledger does not have.
        good: Those of these whose name the ledger takes.
        room: Cells of a line.
    """
    title = ngettext("Create {n} product in the ledger", "Create {n} products in the ledger", len(good))
    lines = [_("Under the shop's names:")]
    lines += [cut(f"{cut(shown(row['sku']), 16)}  {shown(shop_name(row))}", room) for row in good[:SHOWN]]
    if len(good) > SHOWN:
        lines.append(_("and {n} more").format(n=count(len(good) - SHOWN)))
    hinted, long, left = (
        sum(row["state"] == "suggested" for row in good), len(missing) - len(good), len(rows) - len(missing)
    )  # fmt: skip
    remarks = (
        (hinted, ngettext(
            "{n} of them has a suggestion: the ledger may have it already.",
            "{n} of them have a suggestion: the ledger may have them already.",
            hinted,
        )),
        (long, ngettext(
            "{n} has a longer name than the ledger takes; create it by itself.",
            "{n} have a longer name than the ledger takes; create them one by one.",
            long,
        )),
        (left, ngettext(
            "{n} marked SKU stays as it is: it has a link, no SKU, or exactly a code of the ledger.",
            "{n} marked SKUs stay as they are: they have a link, no SKU, or exactly a code of the ledger.",
            left,
        )),
    )  # fmt: skip
    for n, words in remarks:
        lines += ["", words.format(n=count(n))] if n else []
    lines += ["", _("Nothing is sent: they become lines of the plan, to be approved like documents.")]
    return ConfirmDialog(title.format(n=count(len(good))), "\n".join(lines), yes=_("Create"))


def _name_problem(longest: int, name: str) -> str:
    n = len(name)
    if not n:
        return _("Something must be written here.")
    return _("{n} characters; the ledger takes {most}.").format(n=count(n), most=count(longest)) if n > longest else ""

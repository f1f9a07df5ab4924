"""What can be undone or done again, in the language of the screen: `Undo: approve 12`."""

from __future__ import annotations

from typing import Final

from tui.cells import shown
from tui.i18n import N_, count, tr

UNDO_WORDS: Final = {
    "approve": N_("approve {n}"),
    "reject": N_("reject {n}"),
    "back to draft": N_("back to draft {n}"),
    "link": N_("link {n}"),
    "link exact": N_("link exact {n}"),
    "accept": N_("accept {n}"),
    "unlink": N_("take away {n}"),
    "text": N_("as text {n}"),
    "create": N_("create {n}"),
    "uncreate": N_("do not create {n}"),
    "map": N_("map {n}"),
    "map all": N_("map all {n}"),
    "unmap": N_("take away {n}"),
    "return": N_("returns linked {n}"),
    "workbook": N_("workbook {n}"),
    "change": N_("change {n}"),
    "seen": N_("seen {n}"),
    "gap": N_("missing numbers explained {n}"),
    "tax-invoice": N_("tax invoices entered {n}"),
    "tax item": N_("tax items {n}"),
    "account": N_("accounts {n}"),
    "proposed accounts": N_("certain proposals {n}"),
    "count": N_("counts {n}"),
    "not ours": N_("not ours {n}"),
}
"""By what the service calls it."""


def undo_words(name: str) -> str:
    """Return what would be undone, e.g. ``approve 12``; what nobody named is shown as it is."""
    what, _space, number = name.rpartition(" ")
    digits = number.replace(",", "")
    return (
        tr(UNDO_WORDS[what]).format(n=count(int(digits))) if what in UNDO_WORDS and digits.isdecimal() else shown(name)
    )

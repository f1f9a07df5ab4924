"""What waits for a person, in words: each kind of wait, its sign, and the place where it is settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tui.i18n import _, ngettext

GOES_TO: Final = {
    "unsure": "upload",
    "approved": "upload",
    "refused": "upload",
    "draft": "review",
    "decided": "upload",
    "held": "review",
    "held-purchases": "review",
    "matching": "match",
    "others": "others",
    "new-thing": "match",
    "till-days": "audit",
    "sheets": "upload",
    "inbox": "import",
    "connect": "settings",
    "notice": "doctor",
}
"""Kind of wait to the place where it is settled."""
SIGNS: Final = {
    "unsure": ("~", "$recon-check"),
    "refused": ("!", "$recon-bad"),
    "held": ("!", "$recon-bad"),
    "held-purchases": ("!", "$recon-bad"),
}
WAITS: Final[dict[str, Callable[[int], str]]] = {
    "unsure": lambda n: ngettext(
        "{n} outcome of {batch} is unknown: it is looked up, never sent again",
        "{n} outcomes of {batch} are unknown: they are looked up, never sent again",
        n,
    ),
    "draft": lambda n: ngettext(
        "{n} document of {batch} waits for your decision",
        "{n} documents of {batch} wait for your decision",
        n,
    ),
    "decided": lambda n: ngettext(
        "{n} document of {batch} is approved: the upload is the next door",
        "{n} documents of {batch} are approved: the upload is the next door",
        n,
    ),
    "approved": lambda n: ngettext(
        "{n} document of {batch} is approved and not sent, or needs a person",
        "{n} documents of {batch} are approved and not sent, or need a person",
        n,
    ),
    "refused": lambda n: ngettext(
        "{n} document of {batch} was refused by the ledger",
        "{n} documents of {batch} were refused by the ledger",
        n,
    ),
    "matching": lambda n: ngettext(
        "{n} order waits for a product or a payment channel to be linked",
        "{n} orders wait for a product or a payment channel to be linked",
        n,
    ),
    "others": lambda n: ngettext(
        "{n} order seems to be posted by somebody else: say whether it is",
        "{n} orders seem to be posted by somebody else: say whether they are",
        n,
    ),
    "new-thing": lambda n: ngettext(
        "{n} new thing (channel, status, tax, SKU) was never seen before: look and answer once",
        "{n} new things (channels, statuses, taxes, SKUs) were never seen before: look and answer once",
        n,
    ),
    "till-days": lambda n: ngettext(
        "{n} settlement missing, day not closed, or term late in the books",
        "{n} settlements missing, days not closed, or terms late in the books",
        n,
    ),
    "sheets": lambda n: ngettext(
        "{n} settlement stands there without its Z report: recon till attach",
        "{n} settlements stand there without their Z report: recon till attach",
        n,
    ),
    "held": lambda n: ngettext(
        "{n} order is held, {total}",
        "{n} orders are held, {total}",
        n,
    ),
    "inbox": lambda n: ngettext(
        "{n} new file in the inbox",
        "{n} new files in the inbox",
        n,
    ),
    "connect": lambda _n: _("The ledger of {batch} was never asked who it is"),
}
"""Kind of wait to its words; what is not here brings words of the core."""
WAITS_OF_TILLS: Final[dict[str, Callable[[int], str]]] = {
    "matching": lambda n: ngettext(
        "{n} settlement or invoice waits for an account, a VAT code, a department or a cash count",
        "{n} settlements and invoices wait for accounts, VAT codes, departments or cash counts",
        n,
    ),
    "others": lambda n: ngettext(
        "{n} settlement seems to be posted by somebody else: say whether it is",
        "{n} settlements seem to be posted by somebody else: say whether they are",
        n,
    ),
    "new-thing": lambda n: ngettext(
        "{n} new thing (department, means of payment, VAT code, article group) was never seen before: look and answer once",
        "{n} new things (departments, means of payment, VAT codes, article groups) were never seen before: look and answer once",
        n,
    ),
    "held": lambda n: ngettext(
        "{n} settlement or invoice is held, {total}",
        "{n} settlements and invoices are held, {total}",
        n,
    ),
}
"""The same where everything comes from tills."""

"""Whether everything is there, in one line for each connection: orders of the source, where they are, and every satang of them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from recon.summaries.proof import CompletenessBlock, CompletenessReport
from tui.cells import shown
from tui.i18n import N_, _, count, day, ngettext
from tui.record_words import ordered, settled

MOST: int = 3
"""Connections that have a line; `recon status` has all."""
_BLOCKS = {"sales": N_("sales"), "purchases": N_("purchases")}


class CompletenessLines(Static):
    """Empty until the answer came, and where no connection has a plan."""

    DEFAULT_CSS = "CompletenessLines { height: auto; max-height: 6; padding: 0 1; display: none; }"

    def came(self, reports: Sequence[CompletenessReport], *, tills: bool = False) -> None:
        """Show the answer; ``tills``: it is about settlements."""
        told = [(report, block) for report in reports for block in report.blocks][:MOST]
        self.display = bool(told)
        parts: list[Content] = []
        for report, block in told:
            whole = _is_whole(block)
            sign = ("! ", "$recon-bad") if not whole else ("✓ ", "$recon-done") if _is_all_there(block) else ("- ", "")
            parts.append(Content.assemble(sign, _words(report, block, whole=whole, tills=tills)))
        self.update(Content("\n").join(parts))


def _is_whole(block: CompletenessBlock) -> bool:
    """Return whether nothing is unexplained, and the ledger's list agrees as far as it was read."""
    return not block.total.difference.strip("-0.") and not block.total.unlike


def _is_all_there(block: CompletenessBlock) -> bool:
    """Return whether every order stands in the ledger: what is held or left out is explained, and not there."""
    return block.total.in_ledger == block.total.orders


def _records(block: CompletenessBlock, *, tills: bool) -> str:
    """Return how many records a block has, in words."""
    n = block.total.orders
    if block.block != "sales":
        return ngettext("{n} record", "{n} records", n).format(n=count(n))
    return (settled if tills else ordered)(n)


def _empty_days(block: CompletenessBlock, *, tills: bool) -> str:
    """Return how many days have nothing; empty: none."""
    n = len(block.empty_days)
    if not n:
        return ""
    if block.block != "sales":
        words = ngettext("{n} day without records", "{n} days without records", n)
    elif tills:
        words = ngettext("{n} day without a settlement", "{n} days without a settlement", n)
    else:
        words = ngettext("{n} day without orders", "{n} days without orders", n)
    return "; " + words.format(n=count(n))


def _words(report: CompletenessReport, block: CompletenessBlock, *, whole: bool, tills: bool) -> str:
    total = block.total
    parts = [
        (total.in_ledger, _("{n} in the ledger")),
        (total.waiting, _("{n} approved and not sent")),
        (total.planned, _("{n} planned")),
        (total.held, _("{n} held")),
        (total.ignored, _("{n} not posted")),
    ]
    went = [words.format(n=count(number)) for number, words in parts if number]
    all_there, orders = _is_all_there(block), _records(block, tills=tills)
    line = _("{connection}, {block} in {currency}, {first} to {last}: {counts}; ").format(
        connection=shown(report.connection), block=_(_BLOCKS[block.block]), currency=shown(block.currency),
        first=day(block.first_day, era=True), last=day(block.last_day, era=True),
        counts=orders if whole and not all_there else ", ".join([orders, *went]),
    )  # fmt: skip
    if not whole:
        line += _("sums differ, see `recon status`")
    elif all_there:
        thai = block.currency == "THB"
        line += _("every satang is accounted for") if thai else _("accounted for to the last digit")
    else:
        line += _("accounted for: {counts}").format(counts=", ".join(went))
    return line + _empty_days(block, tills=tills)

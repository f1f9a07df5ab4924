"""The words and columns of the review list: kinds, statuses, causes, groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from textual.content import Content

from tui.cells import shown, width_of
from tui.core_texts import DOCUMENT_KINDS, finding_title, word
from tui.i18n import N_, _, count, day, day_heading
from tui.themes import SIGNS, STATUS_COLOURS
from tui.widgets.columns import Column
from tui.widgets.document_pane import STATUS_WORDS

Part = tuple[str, str]
"""Text and style."""
Minor = Callable[[int], str]
"""Minor units to an amount as it is written here."""
TONES: Final = {
    "ready": "ready",
    "approved": "ready",
    "check": "check",
    "open": "check",
    "unsure": "check",
    "blocked": "bad",
    "refused": "bad",
    "posted": "done",
    "rejected": "dim",
}
GROUPS: Final = {
    "status": N_("Status"),
    "kind": N_("Kind"),
    "sales_channel": N_("Sales channel"),
    "payment_channel": N_("Payment channel"),
    "cause": N_("Cause"),
    "customer": N_("Customer"),
    "day": N_("Day"),
    "month": N_("Month"),
}


def document_columns(minor: Minor, currency: str) -> Sequence[Column]:
    """Return the columns of documents and held orders."""
    return (
        Column("name", lambda: _("Document"), priority=0, least=10),
        Column("kind", lambda: _("Kind"), render=kind_words, priority=3, drop_below=100),
        Column("issued_on", lambda: day_heading(_("Date")), render=day, priority=4, drop_below=100),
        Column("customer", lambda: _("Customer"), grow=True, priority=1, least=10, drop_below=70),
        Column("payment_channel", lambda: _("Paid by"), priority=6, drop_below=150),
        Column("cause", lambda: _("Cause"), render=cause_words, priority=5, drop_below=150),
        Column(
            "total_minor",
            lambda: _("Gross {currency}").format(currency=shown(currency)),
            amount=True,
            render=minor,
            priority=0,
        ),
        Column(
            "status", lambda: _("Status"), render=status_words, tone=lambda status: TONES.get(status, ""), priority=0
        ),
    )


def group_columns(minor: Minor, column: str) -> Sequence[Column]:
    """Return the columns of groups by a column."""
    return (
        Column(
            "value", lambda: _(GROUPS[column]), render=lambda value: group_words(column, value), grow=True, priority=0
        ),
        Column("count", lambda: _("Documents"), align="right", render=count, priority=0),
        Column("total_minor", lambda: _("Gross"), amount=True, render=minor, priority=0),
        Column("check", lambda: _("check"), align="right", render=_some, priority=3, drop_below=80),
        Column("blocked", lambda: _("blocked"), align="right", render=_some, priority=3, drop_below=80),
        Column("ready", lambda: _("ready"), align="right", render=_some, priority=3, drop_below=80),
    )


def tally(rows: Sequence[tuple[str, int, int]], minor: Minor, batch: str, room: int) -> Content:
    """Return how many documents stand at each status and their sums, in the widest form that fits whole.

    Args:
        rows: Status, count and minor units.
        minor: How an amount is written.
        batch: The batch, cleaned; the first thing to be left out, then the sums, then the words.
        room: Cells there are.
    """
    made: list[Part] = []
    for has_batch, has_sums, has_words in (
        (True, True, True),
        (False, True, True),
        (False, False, True),
        (False, False, False),
    ):
        made = _tally_parts(rows, minor, has_sums=has_sums, has_words=has_words)
        made += [(f"   {batch}", "$recon-dim")] if batch and has_batch else []
        if sum(width_of(text) for text, _style in made) <= room:
            break
    return Content.assemble(*made)


def _tally_parts(rows: Sequence[tuple[str, int, int]], minor: Minor, *, has_sums: bool, has_words: bool) -> list[Part]:
    parts: list[Part] = []
    for status, number, sum_ in rows:
        if parts:
            parts.append(("   " if has_words else "  ", ""))
        words = f"{SIGNS[status]} {count(number)}" + (f" {_(STATUS_WORDS[status])}" if has_words else "")
        parts.append((words, f"bold ${STATUS_COLOURS[status]}"))
        if has_sums:
            parts.append((f" {minor(sum_)}", ""))
    return parts


def kind_words(kind: str) -> str:
    """Return a kind of document in words."""
    return _("held order") if kind == "order" else word(DOCUMENT_KINDS, kind)


def status_words(status: str) -> str:
    """Return sign and word of a status."""
    return f"{SIGNS[status]} {_(STATUS_WORDS[status])}"


def cause_words(cause: str) -> str:
    """Return a finding's title."""
    return finding_title(cause)


def group_words(column: str, value: str) -> str:
    """Return a group's value in words."""
    if not value:
        return _("(none)")
    makers = {"status": status_words, "kind": kind_words, "cause": cause_words, "day": day}
    return makers[column](value) if column in makers else value


def _some(n: int) -> str:
    return count(n) if n else ""

"""The unwatched runs of a connection in words: how the last one ended, when the next is due, who could not be told."""

from __future__ import annotations

from typing import Final

from recon.service.run_state import RunState
from tui.cells import shown
from tui.i18n import N_, _, count, moment, ngettext

WHEN_WORDS: Final = {
    "manual": N_("runs by hand"),
    "hourly": N_("runs every hour"),
    "daily": N_("runs every day"),
    "weekly": N_("runs every week"),
    "monthly": N_("runs every month"),
}
"""How often a connection runs by itself."""


def run_words(runs: RunState, timezone: str) -> list[str]:
    """Return a line about the next run and one about the last; none where it never runs by itself."""
    lines = []
    if runs.when != "manual":
        next_one = (
            _("overdue; {at} at the latest") if runs.is_overdue else _("next {at}")
        ).format(at=moment(runs.due, timezone))  # fmt: skip
        lines.append(f"{_(WHEN_WORDS[runs.when])}, {next_one}")
    if runs.last_at:
        lines.append(_("last run {at}: {ended}").format(at=moment(runs.last_at, timezone), ended=_ended(runs)))
    if runs.not_told:
        lines.append("! " + _("Nobody could be told of it: {why}").format(why=shown(runs.not_told)))
    return lines


def _ended(runs: RunState) -> str:
    if runs.last_ended == "failed":
        return "! " + _("failed. {why}").format(why=shown(runs.last_words)).strip()
    documents = ngettext("{n} document", "{n} documents", runs.last_count).format(n=count(runs.last_count))
    if runs.last_ended == "waits":
        return "? " + _("{documents}, something waits for you").format(documents=documents)
    return "+ " + _("{documents}, nothing waits").format(documents=documents)

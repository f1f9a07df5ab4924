"""Usual schedules in a person's words, where one is chosen."""

from __future__ import annotations

from typing import Final

from tui.i18n import N_, _

USUAL: Final = "usual:"
"""Before the name of a usual schedule among the choices of how often it runs."""
PRESET_WORDS: Final = {
    "daily": N_("Every day at 05:00"),
    "weekly": N_("Every Monday at 05:00"),
    "monthly": N_("The 1st of every month at 05:00"),
}
"""Name of a usual schedule to its words."""


def preset_choices() -> list[tuple[str, str]]:
    """Return the usual schedules as choices."""
    return [(USUAL + name, _(words)) for name, words in PRESET_WORDS.items()]

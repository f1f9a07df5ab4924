"""Usual schedules by name: each day, Mondays, and the first of the month, all at five in the morning, when shops are closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from recon.config.schedule import Schedule

PRESETS: Final[Mapping[str, Mapping[str, str]]] = {
    "daily": {"when": "daily", "at": "05:00"},
    "weekly": {"when": "weekly", "at": "05:00", "weekday": "monday"},
    "monthly": {"when": "monthly", "at": "05:00", "month_day": "1"},
}
"""Name to settings of the table ``schedule``, as a person types them."""


def preset_of(schedule: Schedule) -> str:
    """Return the name of the usual schedule these settings are; empty: none of them."""
    same = (name for name, preset in PRESETS.items() if all(str(getattr(schedule, k)) == v for k, v in preset.items()))
    return next(same, "")


def preset_settings(connection: str, preset: str) -> dict[tuple[str, ...], str]:
    """Return the settings of a usual schedule with their places in recon.toml, to be written at once."""
    return {("connections", connection, "schedule", name): value for name, value in PRESETS[preset].items()}

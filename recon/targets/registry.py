"""The ledgers recon knows, by the name used in ``recon.toml``; loaded only when one is used.

A target is added here and nowhere else; the contract suite then tests it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Final

from recon.errors import SettingsError
from recon.targets.base import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetEntry:
    """One ledger of the list."""

    name: str
    title: str
    """As a person reads it."""
    module: str
    class_name: str
    credentials: tuple[tuple[str, str], ...] = ()
    """Name of each secret and what it is called on the other side."""

    def load(self) -> type[Target]:
        """Import the target's class."""
        found = getattr(import_module(self.module), self.class_name)
        assert issubclass(found, Target)
        return found  # type: ignore[no-any-return]


_PEAK_CREDENTIALS: Final = (
    ("connect_id", "Connect ID"),
    ("connect_key", "Connect Key"),
    ("user_token", "User Token (PEAK, Settings, connect apps)"),
)

TARGETS: Final[dict[str, TargetEntry]] = {
    entry.name: entry
    for entry in (
        TargetEntry(
            name="peak",
            title="PEAK (API)",
            module="recon.targets.peak.target",
            class_name="PeakTarget",
            credentials=_PEAK_CREDENTIALS,
        ),
        TargetEntry(
            name="sandbox",
            title="Sandbox PEAK (to try things on)",
            module="recon.targets.peak.target",
            class_name="PeakTarget",
            credentials=_PEAK_CREDENTIALS,
        ),
    )
}
"""Targets reached over the network; import files are written by `exports`."""


def target_entry(name: str) -> TargetEntry:
    """Return the ledger of this name.

    Raises:
        SettingsError: There is none of that name.
    """
    if name not in TARGETS:
        raise SettingsError(f"There is no ledger {name!r}. There are: {', '.join(TARGETS)}.")
    return TARGETS[name]

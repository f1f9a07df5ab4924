"""Which actions of the key table work on a screen now, and carrying one out where its key would."""

from __future__ import annotations

from typing import Any

from textual.binding import ActiveBinding
from textual.screen import Screen

from tui.keys import KEYS


def binding_here(screen: Screen[Any], action: str) -> ActiveBinding | None:
    """Return the binding of an action that works on a screen now, with the widget it acts on; None: there is none."""
    bare = action.removeprefix("app.")
    found = (active for active in screen.active_bindings.values() if active.binding.action.removeprefix("app.") == bare)
    return next((active for active in found if active.enabled), None)


async def run_here(screen: Screen[Any], name: str) -> None:
    """Carry out an action of the key table where its key would: on what has the focus, the screen, or the program."""
    active = binding_here(screen, KEYS[name].name)
    if active is not None:
        await screen.app.run_action(active.binding.action, active.node)

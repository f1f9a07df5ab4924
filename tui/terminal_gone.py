"""Leaving when the terminal is gone: closed windows do not always say so, and their end of file would be read for ever (Textual 8.2)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from textual.app import App

SECONDS: Final = 2
"""How often it is looked whether the terminal is still there."""


def has_terminal() -> bool:
    """Return whether the program still has the terminal it was started in."""
    return sys.__stdin__ is not None and sys.__stdin__.isatty()


def leave_without_terminal(app: App[Any], leave: Callable[[], object]) -> None:
    """Carry out ``leave`` when the terminal is gone; a program that never had one, as in tests, stays."""
    if has_terminal():
        app.set_interval(SECONDS, lambda: None if has_terminal() else leave())

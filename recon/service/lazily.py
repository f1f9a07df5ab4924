"""Modules that are imported when something of them is first asked for: a question needs few of the service's rooms.

Type checkers see ordinary imports; this stands in their place while the program runs.
"""

from __future__ import annotations

import importlib
from typing import Any


class Lazily:
    """A module that is not imported yet. What is set on it is set on the module."""

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_name", name)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a module holds
        """Return what the module has under this name."""
        return getattr(importlib.import_module(self._name), name)

    def __setattr__(self, name: str, value: object) -> None:
        """Set it on the module."""
        setattr(importlib.import_module(self._name), name, value)

    def __delattr__(self, name: str) -> None:
        """Take it from the module."""
        delattr(importlib.import_module(self._name), name)

"""The workspaces of the command's own tests, for the browser."""

from tests.tui.conftest import heads, originals, planned, ready, shell

__all__ = ["heads", "originals", "planned", "ready", "shell"]

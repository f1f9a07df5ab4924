"""The workspaces of the command's own tests, for the browser."""

from tests.tui.conftest import originals, planned, ready, shell

__all__ = ["originals", "planned", "ready", "shell"]

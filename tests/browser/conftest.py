"""The workspaces of the command's own tests, for the browser."""

from tests.tui.conftest import planned, ready, shell

__all__ = ["planned", "ready", "shell"]

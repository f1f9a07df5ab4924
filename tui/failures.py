"""Errors on their way to a person: the message, the exit code, and nothing secret."""

from __future__ import annotations

import sys
import traceback

from recon.errors import ReconError, SettingsError, StaleApproval
from recon.text import show_lines
from tui.output import Output


def report_error(error: ReconError, *, as_json: bool) -> int:
    """Print an expected error and return its exit code."""
    more: list[str] = []
    if isinstance(error, SettingsError) and len(error.problems) > 1:
        more = list(error.problems)
    if isinstance(error, StaleApproval):
        more = list(error.changes)
    if as_json:
        facts = {
            "title": error.title,
            "message": str(error),
            "kind": type(error).__name__,
            "exit_code": error.exit_code,
            "details": more,
        }
        Output(as_json=True).document("error", facts)
    sys.stderr.write(show_lines(f"recon: {error.title}: {error}") + "\n")
    return error.exit_code


def report_unexpected(error: BaseException, *, as_json: bool) -> int:
    """Print a defect of ours without any value from the data or the key store, and return exit code 1."""
    where = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in where[-6:]]
    if as_json:
        facts = {
            "title": "Unexpected error",
            "message": type(error).__name__,
            "kind": "defect",
            "exit_code": 1,
            "details": places,
        }
        Output(as_json=True).document("error", facts)
    sys.stderr.write(
        f"recon: this is a defect of recon ({type(error).__name__}), not of your data. Nothing was sent because of it.\n"
    )
    for place in places:
        sys.stderr.write(f"  at {place}\n")
    return 1

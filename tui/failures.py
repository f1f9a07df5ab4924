"""Errors on their way to a person: the message, the exit code, and nothing secret."""

from __future__ import annotations

import sys
import traceback

from recon.errors import NotSettled, ReconError, SettingsError, StaleApproval
from recon.text import show_lines
from tui.output import Output, warn


def report_error(error: ReconError, *, as_json: bool) -> int:
    """Print an expected error and return its exit code."""
    more: list[str] = []
    if isinstance(error, SettingsError | NotSettled) and len(error.problems) > 1:
        more = list(error.problems)
    if isinstance(error, StaleApproval):
        more = list(error.changes)
    facts = {
        "title": error.title,
        "message": str(error),
        "kind": type(error).__name__,
        "exit_code": error.exit_code,
        "details": more,
    }
    Output(as_json=as_json).document("error", facts)
    warn(f"recon: {error.title}:", show_lines(f" {error}"))
    return error.exit_code


def report_interrupted(*, as_json: bool) -> int:
    """Say that a person stopped the command, and return exit code 130."""
    words = "Everything recorded so far is safe; run the same command again."
    facts = {"title": "Interrupted", "message": words, "kind": "interrupted", "exit_code": 130, "details": []}
    Output(as_json=as_json).document("error", facts)
    sys.stderr.write(f"\nInterrupted. {words}\n")
    return 130


def report_unexpected(error: BaseException, *, as_json: bool) -> int:
    """Print a defect of ours without any value from the data or the key store, and return exit code 1."""
    where = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in where[-6:]]
    facts = {
        "title": "Unexpected error",
        "message": type(error).__name__,
        "kind": "defect",
        "exit_code": 1,
        "details": places,
    }
    Output(as_json=as_json).document("error", facts)
    sys.stderr.write(defect_words(error))
    return 1


def defect_words(error: BaseException) -> str:
    """Return what a person reads of a defect of ours: its kind and its places, never a value."""
    where = traceback.extract_tb(error.__traceback__)
    places = "".join(f"\n  at {frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in where[-6:])
    return f"recon: this is a defect of recon ({type(error).__name__}), not of your data. Nothing was sent because of it.{places}\n"

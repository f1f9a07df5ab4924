"""Questions to a person, and what happens where there is no terminal to ask on."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable

from recon.errors import UsageError


def can_ask(*, no_input: bool) -> bool:
    """Return whether a question can be put."""
    return not no_input and sys.stdin.isatty() and sys.stderr.isatty()


def ask(
    question: str, *, default: str = "", option: str, no_input: bool, check: Callable[[str], str | None] | None = None
) -> str:
    """Ask until the answer is acceptable; ``check`` returns what is wrong, or None.

    Raises:
        UsageError: There is no terminal; the text names the option that would have answered.
    """
    if not can_ask(no_input=no_input):
        raise UsageError(f"{question}? There is no terminal to ask on: give {option}. Nothing was done.")
    while True:
        sys.stderr.write(f"{question}{f' [{default}]' if default else ''}: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise UsageError(f"{question}? No answer came. Give {option}. Nothing was done.")
        answer = line.strip() or default
        wrong = check(answer) if check else (None if answer else "an answer is needed")
        if wrong is None:
            return answer
        sys.stderr.write(f"  {wrong}\n")


def ask_secret(question: str, *, no_input: bool) -> str:
    """Ask for a secret without showing it.

    Raises:
        UsageError: There is no terminal.
    """
    if not can_ask(no_input=no_input):
        raise UsageError(f"{question}? There is no terminal to ask on: give the keys with --stdin. Nothing was done.")
    return getpass.getpass(f"{question}: ", stream=sys.stderr).strip()


def ask_yes(question: str, *, no_input: bool, option: str) -> bool:
    """Ask for a plain yes; anything else is no.

    Raises:
        UsageError: There is no terminal.
    """
    answer = ask(f"{question} (yes/no)", default="no", option=option, no_input=no_input)
    return answer.casefold() in {"yes", "y", "ja", "ใช่"}

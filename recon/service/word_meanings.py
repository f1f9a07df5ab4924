"""What a status word means, said by a person: written into recon.toml, and every kept file is read anew with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from recon.config_words import StateName
from recon.errors import UsageError
from recon.service.context import Context
from recon.settings_text import Value, with_settings
from recon.workspace import write_settings


def say_means(
    context: Context, connection: str | None, words: Sequence[tuple[str, str]], *, dry_run: bool = False
) -> tuple[str, ...]:
    """Set what words mean; returns what was set.

    Raises:
        UsageError: A meaning is no state; nothing is set then.
    """
    name, _rules = context.connection(connection)
    states = get_args(StateName)
    for word, state in words:
        if state not in states:
            raise UsageError(f"{word!r} cannot mean {state!r}; there are {', '.join(states)}. Nothing was set.")
    if not dry_run:
        text = context.workspace.settings_file.read_text(encoding="utf-8")
        changes: dict[tuple[str, ...], Value | None] = {
            ("connections", name, "status_words", word): state for word, state in words
        }
        write_settings(context.workspace, with_settings(text, changes), crash=context.store.database.crash)
    return tuple(f"status {word} means {state} (connections.{name}.status_words)" for word, state in words)

"""What a status word means, said by a person: written into recon.toml, and every kept file is read anew with it."""

from __future__ import annotations

from collections.abc import Sequence

from recon.config.edits import with_settings
from recon.config.status_words import halves, joined
from recon.config.toml_edits import Value
from recon.errors import UsageError
from recon.frames.text import fold
from recon.service.context import Context
from recon.workspace import write_settings


def say_means(
    context: Context, connection: str | None, words: Sequence[tuple[str, str]], *, dry_run: bool = False
) -> tuple[str, ...]:
    """Set what words mean; returns what was set.

    A word may speak of the order and of its payment: what is said of one leaves what was said of the other.

    Raises:
        UsageError: A meaning is no state; nothing is set then.
    """
    name, rules = context.connection(connection)
    known = {fold(word): (word, meaning) for word, meaning in rules.status_words.items()}
    for word, meaning in words:
        try:
            order, payment = halves(meaning)
        except ValueError as error:
            raise UsageError(f"{word!r} cannot mean {meaning!r}: {error}. Nothing was set.") from None
        spelled, before = known.get(fold(word), (word, ""))
        of_order, of_payment = halves(before) if before else ("", "")
        known[fold(word)] = (spelled, joined(order or of_order, payment or of_payment))
    said = dict(known[fold(word)] for word, _ in words)
    if not dry_run:
        text = context.workspace.settings_file.read_text(encoding="utf-8")
        changes: dict[tuple[str, ...], Value | None] = {
            ("connections", name, "status_words", word): meaning for word, meaning in said.items()
        }
        write_settings(context.workspace, with_settings(text, changes), crash=context.store.database.crash)
    return tuple(f"status {word} means {meaning} (connections.{name}.status_words)" for word, meaning in said.items())

"""Which connection files belong to, where a person named none: the one whose source knows them by their headings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recon.errors import IntakeError, SettingsError, UsageError
from recon.service.context import Context
from recon.service.known import read_options
from recon.sources.base import IntakeFile
from recon.sources.registry import source_named


def connection_of_files(context: Context, paths: Sequence[Path], named: str | None) -> str | None:
    """Return the connection named, or the one that all files belong to by their content.

    Raises:
        UsageError: A file fits no connection or several, or the files belong to different ones; nothing was taken in.
    """
    if named is not None or len(context.settings.connections) < 2:
        return named
    found = {path: _connections(context, path) for path in paths}
    problems = [_problem(context, path, names) for path, names in found.items() if len(names) != 1]
    chosen = {name for names in found.values() for name in names}
    if not problems and len(chosen) > 1:
        problems = [f"{path.name} belongs to connection {names[0]}." for path, names in found.items()]
        problems.append("Import them connection by connection.")
    if problems:
        raise UsageError(" ".join([*problems, "Nothing was taken in."]))
    return chosen.pop() if chosen else None


def _connections(context: Context, path: Path) -> list[str]:
    """Return the connections whose source reads the file."""
    able = []
    for name, rules in context.settings.connections.items():
        try:
            file = IntakeFile(path, path.name, "0" * 64, path.stat().st_size)
            source = source_named(rules.source, profile_text=read_options(context, rules).profile_text)
            if source.identify(file):
                able.append(name)
        except (IntakeError, SettingsError, OSError):
            continue  # a connection whose profile is missing knows no files; what is wrong with the file is said below
    return able


def _problem(context: Context, path: Path, names: list[str]) -> str:
    if names:
        return f"{path.name} fits the connections {', '.join(names)}: name one with --connection NAME."
    listed = ", ".join(f"{name} ({rules.source})" for name, rules in context.settings.connections.items())
    return f"{path.name} fits none of the connections by its headings: {listed}. Name one with --connection NAME to see why."

"""What could stand next on the command line: commands, options, and the workspace's own batches, numbers and names.

The shells' scripts ask `recon __complete WORDS... +WORD` at every press of the key, so nothing heavy is imported: the
workspace is read with the standard library, and only looked at. Whatever fails offers nothing.
"""

from __future__ import annotations

import argparse
import sqlite3
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

from tui.grammar import build_parser
from tui.output import put

OFFERED: Final = 200
"""More than this nobody reads; the shell asks again after the next letter."""
FILES, FOLDERS = ":files", ":folders"
"""The shell itself completes names of files or folders."""
SETTINGS_FILE: Final = "recon.toml"
STORE: Final = Path(".recon") / "store.db"

Candidate = tuple[str, str]


def complete(words: Sequence[str]) -> int:
    """Print what fits, one candidate a line with a tab before what it is; the last word is begun with ``+``."""
    begun = words[-1].removeprefix("+") if words else ""
    try:
        lines = list(_lines(list(words[:-1]), begun))
    except (OSError, ValueError, sqlite3.Error):
        return 0
    put("".join(f"{line}\n" for line in lines))
    return 0


def _lines(before: list[str], begun: str) -> Iterator[str]:
    fits = (one for one in candidates(before, begun) if one[0] in {FILES, FOLDERS} or one[0].startswith(begun))
    for word, meaning in islice(fits, OFFERED):
        yield f"{word}\t{meaning}" if meaning else word


def candidates(before: Sequence[str], begun: str) -> Iterable[Candidate]:
    """Return what may stand next, after these words."""
    parser = build_parser()
    place = _Place(parser, before)
    action = place.open_option or (None if begun.startswith("-") else place.positional())
    if action is not None:
        return _values(action, place.workspace())
    return place.options() if begun.startswith("-") else ()


class _Place:
    """Where on the command line the next word stands."""

    def __init__(self, parser: argparse.ArgumentParser, words: Sequence[str]) -> None:
        self._parser = parser
        self._used: list[str] = []
        self._given: dict[str, str] = {}
        self._positionals = 0
        self.open_option: argparse.Action | None = None
        for word in words:
            self._take(word)

    def _take(self, word: str) -> None:
        if word == "=":  # bash hands over --option=value in three words
            return
        if self.open_option is not None:
            self._given[self.open_option.dest] = word
            self.open_option = None
            return
        if word.startswith("-"):
            name, equals, value = word.partition("=")
            self._used.append(name)
            option = next((a for a in _actions(self._parser) if name in a.option_strings), None)
            if option is not None and option.nargs != 0:
                self.open_option, value = (None, value) if equals else (option, "")
                self._given[option.dest] = value
            return
        chooser = _chooser(self._parser)
        if chooser is not None and word in chooser.choices:
            self._parser = chooser.choices[word]
        else:
            self._positionals += 1

    def positional(self) -> argparse.Action | None:
        """Return what the next word without a dash would be."""
        listed = [action for action in _actions(self._parser) if not action.option_strings]
        if listed and self._positionals >= len(listed) and listed[-1].nargs in {"+", "*"}:
            return listed[-1]
        return listed[self._positionals] if self._positionals < len(listed) else None

    def options(self) -> Iterator[Candidate]:
        """Yield the options that were not given yet."""
        for action in _actions(self._parser):
            if action.help == argparse.SUPPRESS or any(name in self._used for name in action.option_strings):
                continue
            yield from ((name, action.help or "") for name in action.option_strings if name.startswith("--"))

    def workspace(self) -> Path | None:
        """Return the workspace this command is about, if there is one."""
        start = Path(self._given.get("workspace") or ".").expanduser().resolve()
        return next((folder for folder in (start, *start.parents) if (folder / SETTINGS_FILE).is_file()), None)


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return list(parser._actions)  # noqa: SLF001 - argparse has no public list of them


def _chooser(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[argparse.ArgumentParser] | None:
    return next((a for a in _actions(parser) if isinstance(a, argparse._SubParsersAction)), None)  # noqa: SLF001


def _values(action: argparse.Action, workspace: Path | None) -> Iterable[Candidate]:
    """Return what an option or a place takes."""
    if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
        return [(str(choice.dest), choice.help or "") for choice in action._choices_actions]  # noqa: SLF001
    if action.choices is not None:
        return [(str(choice), "") for choice in action.choices]
    kind = action.dest if action.dest in {"connection", "profile"} else str(action.metavar or "")
    if kind == "CODE" and action.dest == "code":
        kind = "FINDING"
    if kind in _SHELL_KINDS:
        return [(word, "") for word in _SHELL_KINDS[kind]]
    if kind == "FINDING":
        return _finding_codes()
    if workspace is None or kind not in _WORKSPACE_KINDS:
        return ()
    return _WORKSPACE_KINDS[kind](workspace)


def _batches(workspace: Path) -> Iterator[Candidate]:
    for row in _rows(workspace, "SELECT batch_id, state, document_count FROM batches ORDER BY batch_no DESC LIMIT 100"):
        yield str(row[0]), f"{row[1]}, {row[2]} documents"


def _batches_and_files(workspace: Path) -> Iterator[Candidate]:
    yield from _batches(workspace)
    yield from _connections(workspace)
    yield FILES, ""


def _documents(workspace: Path) -> Iterator[Candidate]:
    question = "SELECT number, kind, state FROM outbox WHERE number IS NOT NULL ORDER BY id DESC"
    for number, kind, state in _rows(workspace, question):
        yield str(number), f"{kind}, {state}"


def _rows(workspace: Path, question: str) -> Iterator[tuple[object, ...]]:
    """Yield rows of the store, opened for reading only."""
    with closing(sqlite3.connect(f"{(workspace / STORE).as_uri()}?mode=ro", uri=True, timeout=0.05)) as store:
        yield from store.execute(question)


def _connections(workspace: Path) -> list[Candidate]:
    known = tomllib.loads((workspace / SETTINGS_FILE).read_text(encoding="utf-8")).get("connections", {})
    return [(name, f"{one.get('source', '')} -> {one.get('target', '')}") for name, one in known.items()]


def _profiles(workspace: Path) -> list[Candidate]:
    return [(path.stem, "") for path in sorted((workspace / "profiles").glob("*.toml"))]


def _profiles_and_files(workspace: Path) -> list[Candidate]:
    return [*_profiles(workspace), (FILES, "")]


def _finding_codes() -> list[Candidate]:
    from recon.domain.finding import FINDING_CODES

    return [(code, found.title) for code, found in FINDING_CODES.items()]


_SHELL_KINDS: Final = {"FILE": (FILES,), "DIR": (FOLDERS,)}
_WORKSPACE_KINDS: Final[dict[str, Callable[[Path], Iterable[Candidate]]]] = {
    "BATCH": _batches,
    "BATCH|CONNECTION|WORKBOOK": _batches_and_files,
    "DOCUMENT": _documents,
    "PROFILE": _profiles_and_files,
    "connection": _connections,
    "profile": _profiles,
}

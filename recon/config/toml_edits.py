"""Single edits of a TOML text that keep its comments, whatever shape the person gave it.

A file may have its tables in any order, keys with dots, tables in one line, and sections appended at the end. Every result is read
back and compared with what was asked for: a text that says anything else is never handed out.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from copy import deepcopy
from typing import Any, Final

from recon.errors import SettingsError

Value = str | bool | int | dt.date | list[str]
"""What a key may hold."""
Path = tuple[str, ...]
_HEADER: Final = re.compile(r"\s*\[[^\[]")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def with_values(text: str, changes: Mapping[Path, Value | None]) -> str:
    """Return the TOML with some values set, comments kept; a value of None takes the key out.

    Raises:
        SettingsError: The file's shape does not take a value, e.g. a plain value stands where a table is needed.
    """
    for path, value in changes.items():
        text = _with_value(text, path, value)
    return text


def _with_value(text: str, path: Path, value: Value | None) -> str:
    before = tomllib.loads(text)
    wanted = _meant(before, path, value)
    if wanted == before:
        return text
    for written in _written(text, path, value):
        try:
            if _without_empty(tomllib.loads(written)) == _without_empty(wanted):
                return written
        except tomllib.TOMLDecodeError:
            continue
    raise SettingsError(
        f"{'.'.join(path)} could not be written into the file as it stands. Write [{'.'.join(path[:-1])}] as a section of its own and set {path[-1]} there by hand. Nothing was changed."
    )


def _meant(facts: Mapping[str, Any], path: Path, value: Value | None) -> dict[str, Any]:
    """Return what the file should say afterwards."""
    meant = dict(deepcopy(facts))
    table = meant
    for part in path[:-1]:
        if value is None and part not in table:
            return meant
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            raise SettingsError(
                f"{part} is no section in the file, so {'.'.join(path)} cannot be set. Nothing was changed."
            )
    if value is None:
        table.pop(path[-1], None)
    else:
        table[path[-1]] = value
    return meant


def _without_empty(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts without empty tables: a table written with dots is gone with its last key."""
    kept = {key: _without_empty(value) if isinstance(value, dict) else value for key, value in facts.items()}
    return {key: value for key, value in kept.items() if value != {}}


def _written(text: str, path: Path, value: Value | None) -> Iterator[str]:
    """Yield texts that may be what is wanted, the most natural first."""
    from tomlkit.exceptions import TOMLKitError  # slow to import, and few commands write settings

    # The library does not know every shape that is TOML; the lines below do.
    with suppress(TOMLKitError, AttributeError, KeyError, TypeError, ValueError):
        yield _in_place(text, path, value)
    yield from _by_lines(text.splitlines(), path, value)


def _in_place(text: str, path: Path, value: Value | None) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    table: MutableMapping[str, Any] = document
    in_one_line = False
    for part in path[:-1]:
        if part not in table:
            table[part] = tomlkit.inline_table() if in_one_line else tomlkit.table()
        table = table[part]
        in_one_line = isinstance(table, tomlkit.items.InlineTable)
    if value is None:
        del table[path[-1]]
    else:
        table[path[-1]] = value
    return tomlkit.dumps(document)


def _by_lines(lines: list[str], path: Path, value: Value | None) -> Iterator[str]:
    """Yield texts with one line changed, added, or a section appended; the caller takes the one that says what is meant."""
    for above in range(len(path) - 1, -1, -1):  # the key's own section first, then the ones around it, with dots
        key = _dotted(path[above:])
        new = [] if value is None else [f"{key} = {_toml(value)}"]
        for start, end in _sections(lines, path[:above]):
            spots = [
                at for at in range(start, end) if lines[at].strip().startswith((path[above], _dotted(path[above:])))
            ]
            for at in spots:
                yield _joined([*lines[:at], *(line + _remark(lines[at]) for line in new), *lines[at + 1 :]])
            if new:
                yield _joined([*lines[:start], *new, *lines[start:]])
    if value is not None and path[:-1]:
        yield _joined([*lines, "", f"[{_dotted(path[:-1])}]", f"{_dotted(path[-1:])} = {_toml(value)}"])


def _remark(line: str) -> str:
    """Return the comment at the end of a line with a key, with the blanks before it."""
    before, sign, after = line.rpartition("#")
    with suppress(tomllib.TOMLDecodeError):
        if sign and tomllib.loads(before) == tomllib.loads(line):
            return f"  #{after}"
    return ""


def _sections(lines: list[str], path: Path) -> Iterator[tuple[int, int]]:
    """Yield first line and end of what stands under this header; an empty path: what stands before the first one."""
    heads = [at for at, line in enumerate(lines) if _HEADER.match(line)]
    ends = [*heads[1:], len(lines)]
    if not path:
        yield 0, heads[0] if heads else len(lines)
        return
    for at, end in zip(heads, ends, strict=True):
        if _named(lines[at]) == path:
            yield at + 1, end


def _named(header: str) -> Path:
    """Return the path a header line names; empty: it is none."""
    try:
        facts: Any = tomllib.loads(header)
    except tomllib.TOMLDecodeError:
        return ()
    path: Path = ()
    while isinstance(facts, dict) and len(facts) == 1:
        (part,) = facts
        path, facts = (*path, part), facts[part]
    return path


def _dotted(path: Path) -> str:
    return ".".join(part if _BARE.fullmatch(part) else _toml(part) for part in path)


def _toml(value: Value) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"

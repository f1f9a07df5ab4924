"""Answer a proposed profile: single values are set or taken away, the comments of the text stay, answered ones go.

An edit names a key of the profile by its path and gives a value, or None to leave the key out. Paths are those of
docs/profiles.md: ``("grain",)``, ``("read", "era")``, ``("columns", "total")``, ``("status_map", "exact", "สำเร็จ")``.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from recon.errors import UsageError
from recon.sources.profile.fields import BY_NAME

if TYPE_CHECKING:
    import tomlkit

Value = str | int | bool | tuple[str, ...]
Path = tuple[str, ...]
_TABLES: Final = ("match", "read", "columns", "status_map", "payment_map", "constants", "conventions")
_TOP: Final = ("profile", "platform", "version", "grain")
_LISTS: Final = ("required", "forbidden", "known", "sheet", "encodings", "date_formats", "strip_currency", "fill_down", "totals_words", "tip_names")  # fmt: skip
_OPEN: Final = re.compile(r'^#\s*("(?:[^"\\]|\\.)*"|[A-Za-z0-9_-]+)\s*=')
_HEADER: Final = re.compile(r"^\[([A-Za-z0-9_.]+)\]")
_RECOGNISED_BY: Final = ("order_id", "ordered_on", "total", "sku")


@dataclass(frozen=True, slots=True)
class ProfileEdit:
    """One answer."""

    path: Path
    value: Value | None
    """None: the key is left out. A column's value is its heading, with ``nth`` behind a line break if not the first."""


def parse_edit(text: str) -> ProfileEdit:
    """Return the edit a person wrote as ``read.era=BE`` or ``columns.total=ยอดสุทธิ``; an empty value leaves the key out.

    Raises:
        UsageError: It is no key of a profile.
    """
    key, sign, value = text.partition("=")
    path = tuple(key.strip().split(".", 2 if key.startswith(("status_map.", "payment_map.")) else 1))
    table, known = path[0], len(path) > 1
    if not sign or not all(path) or (table not in _TABLES if known else table not in _TOP):
        raise UsageError(
            f"--set {text!r}: write KEY=VALUE with a key of docs/profiles.md, such as grain=line, read.era=BE, "
            'columns.total="Net amount" or status_map.exact.Done=completed. Nothing was done.'
        )
    if not value.strip():
        return ProfileEdit(path, None)
    return ProfileEdit(path, _typed(path, value.strip()))


def _typed(path: Path, value: str) -> Value:
    if path[-1] in _LISTS and path[0] in {"match", "read", "conventions"}:
        return tuple(part.strip() for part in value.split("|"))
    if value in {"true", "false"}:
        return value == "true"
    return int(value) if path[-1] in {"version", "tolerance_minor", "header_search_rows"} and value.isdigit() else value


def edits_of(text: str) -> tuple[ProfileEdit, ...]:
    """Return what a profile says as answers: whatever stands in it needs not be asked again. No text, no answers."""
    found: list[ProfileEdit] = []
    for name, value in tomllib.loads(text).items():
        if not isinstance(value, dict):
            found.append(ProfileEdit((name,), value))
            continue
        for key, inner in value.items():
            if name in {"status_map", "payment_map"} and isinstance(inner, dict):
                found += [ProfileEdit((name, key, word), str(meaning)) for word, meaning in inner.items()]
            elif name == "columns":
                found.append(ProfileEdit((name, key), _first_heading(inner)))
            elif not isinstance(inner, dict):
                found.append(ProfileEdit((name, key), tuple(inner) if isinstance(inner, list) else inner))
    if found:
        found.append(ProfileEdit(("headings",), None))  # headings that occur twice were told apart when it was made
    return tuple(found)


def _first_heading(column: object) -> str:
    headings = _headings(column)
    nth = column.get("nth", 1) if isinstance(column, Mapping) else 1
    return f"{headings[0]}\n{nth}" if headings and nth != 1 else headings[0] if headings else ""


def with_edits(text: str, edits: Iterable[ProfileEdit], *, repeats: Mapping[str, str] | None = None) -> str:
    """Return the profile with these answers, later ones over earlier ones.

    Args:
        text: A profile, as proposed or as it stands in its file.
        edits: The answers.
        repeats: For fields of the order whose value stands on the first row only: ``{"total": "first"}``.
    """
    import tomlkit  # slow to import, and few commands write profiles

    last = {edit.path: edit for edit in edits}
    if not last:
        return text
    document = tomlkit.parse(_without_answered(text, set(last)))
    for edit in last.values():
        _set(document, edit, (repeats or {}).get(edit.path[-1], ""))
    if any(path[0] == "columns" and path[1] in _RECOGNISED_BY for path in last):
        _recognise(document)
    return tomlkit.dumps(document)


def _without_answered(text: str, paths: set[Path]) -> str:
    """Drop the comment lines that stood for keys which have a value, or are left out, from now on."""
    kept, table = [], ()
    for line in text.splitlines():
        header = _HEADER.match(line)
        if header:
            table = tuple(header[1].split("."))
        found = _OPEN.match(line)
        if found and (*table, _bare(found[1])) in paths:
            continue
        kept.append(line)
    return "\n".join(kept) + "\n"


def _bare(key: str) -> str:
    return str(json.loads(key)) if key.startswith('"') else key


def _set(document: tomlkit.TOMLDocument, edit: ProfileEdit, repeat: str) -> None:
    *tables, key = edit.path
    if not tables and edit.value is not None and key not in document:
        _set_at_top(document, key, edit.value)
        return
    table: MutableMapping[str, Any] = document
    for name in tables:
        table = _table(table, name)
    table.pop(key, None)
    if edit.value is None:
        return
    if tables[:1] == ["columns"]:
        table[key] = _column(key, str(edit.value), repeat)
        _table(document, "constants").pop(key, None)
        return
    if tables[:1] == ["constants"]:
        _table(document, "columns").pop(key, None)
    table[key] = list(edit.value) if isinstance(edit.value, tuple) else edit.value


def _set_at_top(document: tomlkit.TOMLDocument, key: str, value: Value) -> None:
    """Put a key of the top before the first table, where it belongs."""
    import tomlkit

    rest = [(name, document[name]) for name in list(document) if isinstance(document[name], dict)]
    for name, _ in rest:
        del document[name]
    document[key] = tomlkit.item(list(value) if isinstance(value, tuple) else value)
    for name, table in rest:
        document[name] = table


def _table(inside: MutableMapping[str, Any], name: str) -> MutableMapping[str, Any]:
    import tomlkit

    if name not in inside:
        inside[name] = tomlkit.table()
    found: MutableMapping[str, Any] = inside[
        name
    ]  # a table, or the parts of one where some of it was appended at the end
    return found


def _column(field: str, heading: str, repeat: str) -> dict[str, object]:
    import tomlkit

    text, _sign, nth = heading.partition("\n")
    column = tomlkit.inline_table()
    column["from"] = [text]
    if nth.isdigit() and int(nth) > 1:
        column["nth"] = int(nth)
    if repeat == "first":
        column["repeat"] = "first"
    if field in BY_NAME and BY_NAME[field].is_required:
        column["required"] = True
    return column


def _recognise(document: tomlkit.TOMLDocument) -> None:
    """Files of this profile are recognised by the headings of its most telling columns."""
    columns = document.get("columns", {})
    headings: list[str] = []
    for name in _RECOGNISED_BY:
        headings += _headings(columns.get(name))[:1]
    if headings:
        _table(document, "match")["required"] = list(dict.fromkeys(headings))


def _headings(column: object) -> Sequence[str]:
    if isinstance(column, Mapping):
        column = column.get("from", [])
    return [column] if isinstance(column, str) else [str(text) for text in column] if isinstance(column, list) else []

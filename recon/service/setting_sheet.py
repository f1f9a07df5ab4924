"""Every setting of a workspace as a line a person can read and change: what it is, what it accepts, what stands there.

Lines come from the model of the settings itself, so that none can be missing. A change is written into recon.toml with
the person's comments kept, and only if the whole file is still acceptable.
"""

from __future__ import annotations

import datetime as dt
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from recon.config.edits import with_settings
from recon.config.explanations import setting_words
from recon.config.read_by import is_read
from recon.config.toml_edits import Value
from recon.domain.providers import source_facts
from recon.errors import SettingsError
from recon.service.context import Context
from recon.workspace import write_settings

_YES: Final = ("yes", "true", "on", "1")
_NO: Final = ("no", "false", "off", "0")
NOT_SHOWN: Final = ("format",)
START_DATE_LOCKED: Final = (
    "Locked since the first upload: an earlier date would post what somebody else may have posted before recon came, a later "
    "one would drop orders that were planned. Make a new connection for another date."
)
SHOP_LOCKED: Final = "Locked since the first import: it is part of every order's key."


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting."""

    key: str
    """Its name in recon.toml, with its tables: ``connections.shop.receipts``."""
    path: tuple[str, ...]
    section: str
    """The table it stands in: ``connections.shop``."""
    name: str
    value: str
    """As it is typed; empty: nothing."""
    default: str
    is_default: bool
    needed: bool
    kind: str
    """text, yes-no, number, date, list, choice, choices or table."""
    choices: tuple[str, ...]
    pattern: str
    """What a text must look like, as a regular expression; empty: anything."""
    bounds: tuple[int | None, int | None]
    """Least and greatest number, or length of a text."""
    help: str
    locked: str
    """Why it cannot be changed; empty: it can."""
    is_read: bool = True
    """Whether anybody reads it: of a connection its source, its ledger, or the planning of what these deal in."""
    of_tills: bool = False
    """It is of a connection of tills, which has settlements where others have orders."""


def setting_lines(context: Context) -> tuple[SettingLine, ...]:
    """Return every setting of the company, its connections and the approval, as recon.toml stands now."""
    settings = context.workspace.settings()
    locked = _locked(context, tuple(settings.connections))
    sides = {name: (one.source, one.target) for name, one in settings.connections.items()}
    return tuple(
        _at_sides(line, *sides[line.path[1]]) if line.path[0] == "connections" else line
        for line in _lines(settings, (), locked)
    )


def _at_sides(line: SettingLine, source: str, target: str) -> SettingLine:
    """Return a line of a connection that joins these two."""
    return replace(line, is_read=is_read(line.path[2:], source, target), of_tills=source_facts(source).is_till)


def change_settings(context: Context, typed: Mapping[tuple[str, ...], str]) -> tuple[str, ...]:
    """Write settings a person typed into recon.toml; return their keys.

    Raises:
        SettingsError: A value is not acceptable, or the setting is locked; everything wrong is named, nothing was written.
    """
    known = {line.path: line for line in setting_lines(context)}
    problems, changes = [], dict[tuple[str, ...], Value | None]()
    for path, text in typed.items():
        line = known.get(path)
        if line is None:
            problems.append(f"`{'.'.join(path)}` is not a setting.")
        elif line.locked:
            problems.append(f"`{line.key}` is not changed. {line.locked}")
        else:
            try:
                changes[path] = typed_value(line, text)
            except ValueError as error:
                problems.append(f"`{line.key}` is {text!r}; accepted: {error}.")
    if problems:
        raise SettingsError("\n".join(problems), problems=tuple(problems))
    text = context.workspace.settings_file.read_text(encoding="utf-8")
    whole = _with_siblings(changes, known)
    write_settings(context.workspace, with_settings(text, whole), crash=context.store.database.crash)
    return tuple(known[path].key for path in changes)


def _with_siblings(
    changes: Mapping[tuple[str, ...], Value | None], known: Mapping[tuple[str, ...], SettingLine]
) -> dict[tuple[str, ...], Value | None]:
    """Return the changes with what else holds in their tables beside the plain defaults.

    A table that recon.toml does not name has values of its own (tips are held); naming it for one value would lose the others.
    """
    sections = {path[:-1] for path in changes if len(path) > 3}
    kept = {
        path: typed_value(line, line.value)
        for path, line in known.items()
        if path[:-1] in sections and not line.is_default and line.kind != "table"
    }
    return {**kept, **changes}


def typed_value(line: SettingLine, text: str) -> Value | None:
    """Return what was typed as the setting's own type; None: back to the default.

    Raises:
        ValueError: It is nothing of the kind; the text says what is accepted.
    """
    text = text.strip()
    if line.kind == "table":
        raise ValueError("a table; edit recon.toml")
    if line.kind in {"list", "choices"}:
        return [part.strip() for part in text.split(",") if part.strip()]
    if not text and not line.needed:
        return None
    if line.kind == "yes-no":
        if text.casefold() in (*_YES, *_NO):
            return text.casefold() in _YES
        raise ValueError("yes or no")
    if line.kind == "number":
        if re.fullmatch(r"-?[0-9]{1,9}", text):
            return int(text)
        raise ValueError("a whole number")
    return _date(text) if line.kind == "date" else text


def _date(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError("a date like 2026-01-31") from None
    if day.year >= 2400:
        raise ValueError(f"a Gregorian year; write {day.year - 543}")
    return day


def _locked(context: Context, connections: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    locked: dict[tuple[str, ...], str] = {}
    for name in connections:
        if "locked_start_date" in context.store.mappings.current(name, "setting"):
            locked["connections", name, "start_date"] = START_DATE_LOCKED
        if context.store.files.intakes(name):
            locked["connections", name, "shop"] = SHOP_LOCKED
    return locked


def _lines(model: BaseModel, path: tuple[str, ...], locked: Mapping[tuple[str, ...], str]) -> Iterator[SettingLine]:
    """Yield a table's own settings first, then those of its tables."""
    inner: list[tuple[str, Any]] = []
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            inner.append((name, value))
        elif isinstance(value, dict) and _holds_tables(field):
            inner += [(f"{name}.{key}", each) for key, each in value.items()]
        elif not (not path and name in NOT_SHOWN):
            yield _line((*path, name), field, setting_words(type(model), name), value, locked)
    for name, value in inner:
        first, _dot, rest = name.partition(".")
        yield from _lines(value, (*path, first, rest) if rest else (*path, first), locked)


def _line(
    path: tuple[str, ...], field: FieldInfo, words: str, value: object, locked: Mapping[tuple[str, ...], str]
) -> SettingLine:
    needed = field.is_required()
    default = "" if needed else as_typed(field.get_default(call_default_factory=True))
    kind, choices = _kind(field.annotation)
    marks = {
        name: getattr(mark, name) for mark in field.metadata for name in _MARKS if getattr(mark, name, None) is not None
    }
    return SettingLine(
        key=".".join(path),
        path=path,
        section=".".join(path[:-1]),
        name=path[-1],
        value=as_typed(value),
        default=default,
        is_default=not needed and as_typed(value) == default,
        needed=needed,
        kind=kind,
        choices=choices,
        pattern=str(marks.get("pattern", "")),
        bounds=(marks.get("ge", marks.get("min_length")), marks.get("le", marks.get("max_length"))),
        help=words,
        locked=locked.get(path, ""),
    )


_MARKS: Final = ("pattern", "ge", "le", "min_length", "max_length")


def as_typed(value: object) -> str:
    """Return a value as a person types it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(str(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} = {part}" for key, part in value.items())
    return str(value)


def _kind(annotation: Any) -> tuple[str, tuple[str, ...]]:  # noqa: ANN401 - a type as pydantic holds it
    """Return the kind of a setting and what can be chosen."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return _kind(next(each for each in args if each is not type(None)))
    if origin is Literal:
        return "choice", tuple(str(each) for each in args)
    if origin is tuple:
        inner = _kind(args[0])
        return ("choices", inner[1]) if inner[0] == "choice" else ("list", ())
    if origin is dict:
        return "table", ()
    return {bool: "yes-no", int: "number", dt.date: "date"}.get(annotation, "text"), ()


def _holds_tables(field: FieldInfo) -> bool:
    args = get_args(field.annotation)
    return len(args) == 2 and isinstance(args[1], type) and issubclass(args[1], BaseModel)

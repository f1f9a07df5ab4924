"""Lays the values of one request out in the order of its table, and collects what is wrong with them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from recon.targets.quickbooks.qbxml.chars import escaped, windows_text
from recon.targets.quickbooks.qbxml.fields import OLDEST, Choice, Field, Kind, Part, Version, fields_of
from recon.targets.quickbooks.qbxml.problems import QbxmlProblem
from recon.targets.quickbooks.qbxml.tables import LEFT_OUT
from recon.targets.quickbooks.qbxml.values import NotWritten, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Newer:
    """An element that not every version of qbXML has."""

    path: str
    since: Version


@dataclass(slots=True)
class Tree:
    """One request on its way to text."""

    root: str
    lines: list[str] = field(default_factory=list)
    problems: list[QbxmlProblem] = field(default_factory=list)
    newer: list[Newer] = field(default_factory=list)

    def write(self, parts: tuple[Part, ...], values: object, *, depth: int, path: str = "") -> None:
        """Write the elements of one level in table order."""
        path = path or self.root
        if not isinstance(values, Mapping):
            self._wrong(path, values, "this element has elements of its own; give them by name")
            return
        self._refuse_unknown(parts, values, path)
        self._row(parts, values, depth=depth, path=path)

    def _row(self, parts: tuple[Part, ...], values: Mapping[str, object], *, depth: int, path: str) -> None:
        for part in parts:
            if isinstance(part, Choice):
                self._choice(part, values, depth=depth, path=path)
            elif is_given(values.get(part.name)):
                self._field(part, values[part.name], depth=depth, path=f"{path}/{part.name}")
            elif part.required:
                self._wrong(f"{path}/{part.name}", None, "QuickBooks needs it and it is missing")

    def _choice(self, choice: Choice, values: Mapping[str, object], *, depth: int, path: str) -> None:
        chosen = [branch for branch in choice.branches if _named(branch, values)]
        if not chosen and choice.required:
            wanted = " or ".join(_first(branch).name for branch in choice.branches)
            self._wrong(path, None, f"QuickBooks needs {wanted}")
        if len(chosen) > 1 and not choice.mixed:
            both = " and ".join(_named(branch, values)[0] for branch in chosen)
            self._wrong(path, None, f"{both} exclude each other; give one of them")
            return
        for branch in chosen:
            self._row(branch, values, depth=depth, path=path)

    def _field(self, part: Field, value: object, *, depth: int, path: str) -> None:
        if part.since > OLDEST:
            self.newer.append(Newer(path=path, since=part.since))
        if not _is_row(value):
            self._one(part, value, depth=depth, path=path)
        elif not part.repeats:
            self._wrong(path, value, "QuickBooks takes it once only")
        else:
            for number, one in enumerate(value, start=1):
                self._repeated(part, one, depth=depth, path=f"{path}[{number}]")

    def _repeated(self, part: Field, value: object, *, depth: int, path: str) -> None:
        if is_given(value):
            self._one(part, value, depth=depth, path=path)
        else:
            self._wrong(path, value, "nothing stands here; leave it out")

    def _one(self, part: Field, value: object, *, depth: int, path: str) -> None:
        indent = " " * depth
        if part.kind in {Kind.BLOCK, Kind.REF}:
            inner = {"FullName": value} if part.kind is Kind.REF and isinstance(value, str) else value
            self.lines.append(f"{indent}<{part.name}>")
            self.write(part.children, inner, depth=depth + 1, path=path)
            self.lines.append(f"{indent}</{part.name}>")
            return
        try:
            said = written(part, value)
        except NotWritten as no:
            self._wrong(path, value, str(no))
        else:
            self.lines.append(f"{indent}<{part.name}>{escaped(said)}</{part.name}>")

    def _refuse_unknown(self, parts: tuple[Part, ...], values: Mapping[str, object], path: str) -> None:
        known = [part.name for part in fields_of(parts)]
        for name in values:
            if name in known:
                continue
            close = difflib.get_close_matches(str(name), known, n=1)
            reason = (
                f"recon does not write it: {LEFT_OUT[name]}" if name in LEFT_OUT else "there is no such element here"
            )
            hint = f"; did you mean {close[0]}?" if close and name not in LEFT_OUT else ""
            self._wrong(f"{path}/{name}", values[name], reason + hint)

    def _wrong(self, path: str, value: object, reason: str) -> None:
        shown = "" if value is None else str(value)
        self.problems.append(QbxmlProblem(path=path, value=shown, reason=reason))


def is_given(value: object) -> bool:
    """Return whether there is something to write; None, empty text and empty groups leave an element out."""
    if value is None:
        return False
    if isinstance(value, str):
        return bool(windows_text(value))
    if isinstance(value, Mapping):
        return any(is_given(one) for one in value.values())
    if _is_row(value):
        return len(value) > 0
    return True


def _is_row(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def _named(branch: tuple[Part, ...], values: Mapping[str, object]) -> list[str]:
    """Return the names of the branch's elements that are given."""
    return [part.name for part in fields_of(branch) if is_given(values.get(part.name))]


def _first(branch: tuple[Part, ...]) -> Field:
    fields = fields_of(branch)
    return next((part for part in fields if part.required), fields[0])

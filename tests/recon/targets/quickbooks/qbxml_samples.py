"""Values for every request of the qbXML tables: least, all of them, and any; and what must come back when they are read.

`python -m tests.recon.targets.quickbooks.qbxml_samples` writes the expected texts anew; it replaces nothing unless FORCE=1
is set, and every changed line is read before it is committed.
"""

from __future__ import annotations

import datetime as dt
import os
import string
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from recon.targets.quickbooks.qbxml.chars import windows_text
from recon.targets.quickbooks.qbxml.fields import Choice, Field, Kind, Part, Table, fields_of
from recon.targets.quickbooks.qbxml.rows import Row
from recon.targets.quickbooks.qbxml.tables import TABLES
from recon.targets.quickbooks.qbxml.values import written
from recon.targets.quickbooks.qbxml.write import request

EXPECTED = Path(__file__).parent / "qbxml"
GUID = "{0f3e2d1c-1111-2222-3333-444455556666}"
SAMPLES = {
    Kind.AMT: -123405,
    Kind.PRICE: Decimal("12.34567"),
    Kind.QUAN: 1500,
    Kind.PERCENT: Decimal("8.250"),
    Kind.DATE: dt.date(2026, 1, 31),
    Kind.DATETIME: dt.datetime(2026, 1, 31, 23, 59, 30, tzinfo=dt.timezone(dt.timedelta(hours=-8))),
    Kind.BOOL: True,
    Kind.INT: 7,
    Kind.ID: "80000001-1234567890",
    Kind.GUID: GUID,
}


def samples(field: Field) -> list[Any]:
    """Return values for a field with everything that may stand below it: one for each way to choose there."""
    if field.kind is Kind.STR:
        said = field.name if field.names else f"{field.name} é & <1>"
        return [said[: field.length or None]]
    if field.kind is Kind.WORD:
        return [field.words[-1]]
    if field.kind is Kind.REF:
        return [{"FullName": "Über:Sub"[: field.length or None], "ListID": "80000001-1"}]
    if field.kind is Kind.BLOCK:
        return everything(field.children)
    return [SAMPLES[field.kind]]


def everything(parts: tuple[Part, ...]) -> list[dict[str, Any]]:
    """Return values for all fields, last first; as many as there are ways to choose, so that each is taken once."""
    ways = [_ways(part) for part in reversed(parts)]
    found: list[dict[str, Any]] = []
    for number in range(max(map(len, ways), default=1)):
        found.append({})
        for way in ways:
            found[-1] |= way[min(number, len(way) - 1)]
    return found


def _ways(part: Part) -> list[dict[str, Any]]:
    if isinstance(part, Choice):
        if part.mixed:
            return everything(tuple(one for branch in part.branches for one in branch))
        return [way for branch in part.branches for way in everything(branch)]
    if not part.repeats:
        return [{part.name: said} for said in samples(part)]
    return [{part.name: [said] * (1 if part.children else 2)} for said in samples(part)]


def least(parts: tuple[Part, ...]) -> dict[str, Any]:
    """Return values for what is required and nothing more."""
    values: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, Choice):
            values |= (least(part.branches[0]) or one_thing(part.branches[0])) if part.required else {}
        elif part.required:
            values[part.name] = least_of(part)
    return values


def one_thing(parts: tuple[Part, ...]) -> dict[str, Any]:
    """Return a value for the first field, with as little below it as can be."""
    first = fields_of(parts)[0]
    return {first.name: least_of(first)}


def least_of(field: Field) -> Any:
    """Return the smallest value of a field that still writes it."""
    if field.kind is Kind.BLOCK:
        value = least(field.children) or one_thing(field.children)
        return [value] if field.repeats else value
    return "Name"[: field.length or None] if field.kind is Kind.REF else samples(field)[0]


def variants(table: Table) -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through the sample values of a request, each with a title."""
    yield "least", least(table.parts)
    for number, values in enumerate(everything(table.parts), start=1):
        yield f"everything, choice {number}", values


def rendered(table: Table) -> str:
    """Return all samples of a request as the text that is kept."""
    texts = (
        f"== {title} ==\n{request(table.name, values, request_id=str(number)).text}\n"
        for number, (title, values) in enumerate(variants(table), start=1)
    )
    return "\n".join(texts)


Said = list[tuple[str, Any]]


def must_read(parts: tuple[Part, ...], values: Any) -> Said:
    """Return names and texts in table order, as they must come back."""
    found: Said = []
    for part in parts:
        if isinstance(part, Choice):
            for branch in part.branches:
                found += must_read(branch, values)
        elif part.name in values:
            several = values[part.name] if isinstance(values[part.name], list) else [values[part.name]]
            found += [(part.name, _one(part, value)) for value in several]
    return found


def _one(field: Field, value: Any) -> Any:
    if field.kind is Kind.REF and isinstance(value, str):
        value = {"FullName": value}
    return must_read(field.children, value) if field.children else written(field, value)


def as_read(row: Row) -> Any:
    """Return what an element says, as names and texts in the order they stand."""
    return [(child.name, as_read(child)) for child in row.children] if row.children else row.own_text


WESTERN = string.ascii_letters + string.digits + " .,-'&<>\"éßÜ€“”"
_TEXTS = st.text(min_size=1, max_size=20) | st.text(WESTERN + "\t\n\x00😀ไทยé", min_size=1, max_size=20)
_STRATEGIES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.AMT: st.integers(-(10**15) + 1, 10**15 - 1),
    Kind.PRICE: st.decimals(-(10**9), 10**9, places=5),
    Kind.QUAN: st.integers(-(10**12), 10**12) | st.decimals(-(10**9), 10**9, places=5),
    Kind.PERCENT: st.decimals(-100, 100, places=4),
    Kind.DATE: st.dates(),
    Kind.DATETIME: st.datetimes() | st.datetimes(timezones=st.just(dt.timezone(dt.timedelta(hours=-7)))),
    Kind.BOOL: st.booleans(),
    Kind.INT: st.integers(-(10**9), 10**9),
    Kind.ID: st.text(string.hexdigits + "-", min_size=1, max_size=36),
    Kind.GUID: st.just(GUID) | st.just("0"),
}


def any_values(parts: tuple[Part, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Return values that fit the parts, in any order of names; optional ones are there or not."""

    @st.composite
    def draw_all(draw: st.DrawFn) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for part in parts:
            if isinstance(part, Choice):
                if part.required or draw(st.booleans()):
                    branch = draw(st.sampled_from(part.branches))
                    values |= draw(any_values(branch)) or draw(any_one(branch))
            elif part.required or draw(st.integers(0, 3)) == 0:
                values[part.name] = draw(any_of(part))
        return {name: values[name] for name in draw(st.permutations(sorted(values)))}

    return draw_all()


def any_one(parts: tuple[Part, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a value for the first field."""
    first = fields_of(parts)[0]
    return any_of(first).map(lambda value: {first.name: value})


def any_of(field: Field) -> st.SearchStrategy[Any]:
    """Return values for one field, with repeats where it repeats."""
    one = _any_single(field)
    return st.lists(one, min_size=1, max_size=3) | one if field.repeats else one


def _any_single(field: Field) -> st.SearchStrategy[Any]:
    if field.kind is Kind.STR:
        texts = st.text(WESTERN, min_size=1, max_size=20) if field.names else _TEXTS
        return texts.filter(lambda said: 0 < len(windows_text(said)) <= (field.length or 99))
    if field.kind is Kind.WORD:
        return st.sampled_from(field.words)
    if field.kind is Kind.REF:
        return _any_single(field.children[1]) | st.just({"ListID": "80000001-1"})  # type: ignore[arg-type]
    if field.kind is Kind.BLOCK:
        return any_values(field.children).flatmap(lambda got: st.just(got) if got else any_one(field.children))
    return _STRATEGIES[field.kind]


def main() -> int:
    """Write the expected texts of all requests."""
    for table in TABLES.values():
        file = EXPECTED / f"{table.name}.txt"
        if file.exists() and os.environ.get("FORCE") != "1":
            sys.stderr.write(f"{file} is there. Set FORCE=1 to write it anew, then read every changed line.\n")
            continue
        file.parent.mkdir(exist_ok=True)
        file.write_text(rendered(table), encoding="ascii", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

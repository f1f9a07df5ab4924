"""Read JSON of outside, and turn its records into columns of text: field names without regard to case, values exactly as written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl


def json_as_text(content: bytes | str) -> Any:  # noqa: ANN401 - whatever JSON there is
    """Return what JSON says, every number as the text it was written as.

    Raises:
        ValueError: It is none; the text says what it is instead.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not whole JSON (line {error.lineno}, column {error.colno}: {error.msg})") from None
    except RecursionError:
        raise ValueError("its JSON is nested without end") from None


def json_object(content: bytes | str) -> dict[str, Any]:
    """Return what one JSON object says, every number as the text it was written as.

    Raises:
        ValueError: It is none; the text says what it is instead.
    """
    found = json_as_text(content)
    if not isinstance(found, dict):
        raise ValueError("it is JSON, but no object")  # noqa: TRY004 - the content is wrong, not an argument
    return found


def field_names(records: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return every field name that occurs, in lower case, with its spellings in sorted order."""
    names: dict[str, list[str]] = {}
    for spelling in sorted(set().union(*records)):
        names.setdefault(spelling.lower(), []).append(spelling)
    return names


def text_column(records: Sequence[Mapping[str, Any]], spellings: Sequence[str], name: str) -> pl.Series:
    """Return one field of all records as text: stripped, empty and missing as null, anything odd as its JSON."""
    values = [record.get(spellings[0]) for record in records] if spellings else [None] * len(records)
    for spelling in spellings[1:]:
        values = [
            record.get(spelling) if value is None else value for record, value in zip(records, values, strict=True)
        ]
    try:
        column = pl.Series(name, values, dtype=pl.String, strict=True)
    except (TypeError, UnicodeEncodeError):
        column = pl.Series(name, [_as_text(value) for value in values], dtype=pl.String)
    stripped = column.str.strip_chars()
    return stripped.set(stripped == "", None)


def text_frame(records: Sequence[Mapping[str, Any]], fields: Iterable[str]) -> pl.DataFrame:
    """Return the named fields (lower case) of all records as text columns; a field nobody has is all null."""
    names = field_names(records)
    return pl.DataFrame([text_column(records, names.get(field, []), field) for field in fields])


def entries(records: Sequence[Mapping[str, Any]], field: str) -> tuple[list[int], list[int], list[dict[str, Any]]]:
    """Return the objects inside a list field of all records: record position, place in the list from 1, object."""
    spellings = field_names(records).get(field, [])
    owners: list[int] = []
    places: list[int] = []
    found: list[dict[str, Any]] = []
    for position, record in enumerate(records):
        inner = next((record[spelling] for spelling in spellings if isinstance(record.get(spelling), list)), ())
        objects = [entry for entry in inner if isinstance(entry, dict)]
        owners.extend([position] * len(objects))
        places.extend(range(1, len(objects) + 1))
        found.extend(objects)
    return owners, places, found


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # Half of a surrogate pair is no character; everything behind this point is valid UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")

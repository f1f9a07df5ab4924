"""Put problems of a profile into words: key, value, what is accepted, a close match."""

from __future__ import annotations

import difflib
import re
import typing
from typing import Any

from pydantic import BaseModel

from recon.sources.profile.fields import BY_NAME


def explain(problem: dict[str, Any], raw: dict[str, Any], model: type[BaseModel]) -> list[str]:
    """Return one sentence per fault of one of pydantic's problems."""
    path = [str(part) for part in problem["loc"]]
    key = ".".join(path)
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        return [f"`{key}` is not a key of a profile; {_closest(path[-1], _keys(model, path[:-1]))}"]
    if kind == "missing":
        return [f"`{key}` is missing."]
    value = _value(raw, path)
    shown = f" is {value!r}" if isinstance(value, str | int | bool) else ""
    if kind == "literal_error":
        accepted = str(context.get("expected", ""))
        hint = _did_you_mean(str(value), re.findall("'([^']*)'", accepted))
        return [f"`{key}`{shown}; accepted: {accepted}.{hint}"]
    if kind == "value_error":
        return [_sentence(key, text) for text in str(problem["msg"]).removeprefix("Value error, ").split("\n")]
    return [f"`{key or 'the profile'}`{shown}: {problem['msg']}."]


def _sentence(key: str, text: str) -> str:
    """Name the key once and offer a close match for a misspelt field."""
    named = f"`{key}`: {text}" if key else text
    wrong = re.match(r"([a-z_, ]+): not a ", text)
    hint = _did_you_mean(wrong[1].split(", ")[0], list(BY_NAME)) if wrong else ""
    return (named if named.endswith((".", "?", ")")) else f"{named}.") + hint


def _closest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(sorted(known))}."


def _did_you_mean(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _keys(model: type[BaseModel], path: list[str]) -> list[str]:
    """Return the keys known below a path such as columns.sku."""
    current: Any = model
    for part in path:
        if typing.get_origin(current) is dict:
            current = typing.get_args(current)[1]
            continue
        field = current.model_fields.get(part) if _is_model(current) else None
        current = field.annotation if field else None
        if typing.get_origin(current) is not dict:
            current = next((option for option in typing.get_args(current) if _is_model(option)), current)
    return [field.alias or name for name, field in current.model_fields.items()] if _is_model(current) else []


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _value(raw: object, path: list[str]) -> object:
    for part in path:
        if isinstance(raw, dict) and part in raw:
            raw = raw[part]
        elif isinstance(raw, list) and part.isdigit() and int(part) < len(raw):
            raw = raw[int(part)]
        else:
            return None
    return raw

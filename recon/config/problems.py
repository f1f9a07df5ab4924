"""Wrong settings in the accountant's words: key, value, what is accepted, and a close match for a misspelt key."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from typing import Any, Final

from pydantic import BaseModel

_LIMITS: Final = ("ge", "gt", "le", "lt", "max_length", "min_length")
_MORE_THAN: Final = {
    "greater_than_equal": "at least",
    "greater_than": "more than",
    "less_than_equal": "at most",
    "less_than": "less than",
}
_FORMS: Final = {
    "int_": "a whole number",
    "decimal_": "a number such as 7 or 7.5",
    "bool_": "true or false",
    "date_": "a day such as 2026-10-31",
    "string_type": "text between quotation marks",
    "list_type": "a list between square brackets",
    "tuple_type": "a list between square brackets",
    "dict_type": "a table of its own",
    "model_type": "a table of its own",
}
"""What pydantic wants by the beginning of its own name for the problem."""


def explain(problem: dict[str, Any], raw: dict[str, Any], settings: type[BaseModel]) -> str:
    """Put one of pydantic's problems into the accountant's words."""
    path = [str(part) for part in problem["loc"]]
    key = ".".join(path)
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        known = _known_keys(path[:-1], settings)
        close = difflib.get_close_matches(path[-1], known, 1)
        hint = f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(sorted(known))}."
        return f"`{key}` is not a setting; {hint}"
    if kind == "missing":
        return f"`{key}` is missing."
    value = _value_at(raw, path)
    shown = f" is {value!r}" if value is not None else ""
    if kind == "literal_error":
        accepted = context.get("expected", "")
        close = difflib.get_close_matches(
            str(value), [word.strip("' ") for word in accepted.replace(" or ", ", ").split(",")], 1
        )
        hint = f" Did you mean '{close[0]}'?" if close else ""
        return f"`{key}`{shown}; accepted: {accepted}.{hint}"
    accepted = _accepted(kind, context)
    if accepted:
        return f"`{key}`{shown}; accepted: {accepted}."
    message = str(problem["msg"]).removeprefix("Value error, ")
    return (
        f"`{key}`{shown}; accepted: {message}."
        if kind == "value_error" and key
        else f"`{key or 'settings'}`{shown}: {message}."
    )


def _accepted(kind: str, context: dict[str, Any]) -> str:
    """Return what pydantic would have taken, in plain words; empty for what it seldom refuses."""
    limit = next((context[name] for name in _LIMITS if name in context), "")
    if kind in _MORE_THAN:
        return f"{_MORE_THAN[kind]} {limit}"
    if kind == "string_pattern_mismatch":
        return f"text of the form {context['pattern']}"
    if kind in ("string_too_long", "string_too_short"):
        return f"at most {limit} characters" if kind == "string_too_long" else f"at least {limit} characters"
    return next((words for beginning, words in _FORMS.items() if kind.startswith(beginning)), "")


def _value_at(raw: object, path: list[str]) -> str | int | bool | dt.date | None:
    for part in path:
        if isinstance(raw, dict) and part in raw:
            raw = raw[part]
        else:
            return None
    if isinstance(raw, str) and "://" in raw:  # a password or key that somebody wrote into an address is not shown
        return re.sub(r"[?#].*", "?...", re.sub(r"//[^/]*@", "//...@", raw))
    return raw if isinstance(raw, str | int | bool | dt.date) else None


def _known_keys(path: list[str], settings: type[BaseModel]) -> list[str]:
    """Return the setting names that are known below a path such as connections.main.charges."""
    model: Any = settings
    for part in path:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(part)
            if field is None:
                return []
            model = field.annotation
        elif getattr(model, "__origin__", None) is dict:
            model = model.__args__[1]
        if getattr(model, "__origin__", None) is dict and part != path[-1]:
            continue
    if getattr(model, "__origin__", None) is dict:
        model = model.__args__[1]
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []

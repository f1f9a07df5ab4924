"""Wrong settings in the accountant's words: key, value, what is accepted, and a close match for a misspelt key."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from typing import Any

from pydantic import BaseModel


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
    message = str(problem["msg"]).removeprefix("Value error, ")
    return (
        f"`{key}`{shown}; accepted: {message}."
        if kind == "value_error" and key
        else f"`{key or 'settings'}`{shown}: {message}."
    )


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

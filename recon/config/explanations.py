"""The explanation of each setting: the text under its field in the class, read from the source when somebody asks.

Pydantic can read these itself (``use_attribute_docstrings``), but does it whenever a class is made: every start of the
program would parse the settings' source once for each of their twenty classes, 35 ms that only a settings page needs.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache

from pydantic import BaseModel


def setting_words(model: type[BaseModel], name: str) -> str:
    """Return the explanation of a field of a settings class, its own or one it inherits; empty where none stands."""
    return next((words for kind in model.__mro__ if (words := _own_words(kind).get(name))), "")


@cache
def _own_words(kind: type) -> dict[str, str]:
    if kind.__module__.partition(".")[0] != __name__.partition(".")[0]:
        return {}
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    words: dict[str, str] = {}
    for field, after in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            words[field.target.id] = inspect.cleandoc(after.value.value)
    return words

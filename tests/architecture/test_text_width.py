"""No screen pads text by code points: `ljust`, `:<10` and the like make a list crooked at the first Thai name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ("tui/widgets", "tui/screens")
PADDING_CALLS = {"ljust", "rjust", "center", "zfill"}
WIDTH_SPEC = re.compile(r"^.?[<>=^]|^[1-9]")
"""A format specification that aligns, or begins with a width; ``02`` and ``,`` are for figures."""
IN_TEMPLATE = re.compile(r"\{[^{}]*:(?:.?[<>=^][^{}]*|[1-9][^{}]*)\}|%-?[1-9]\d*s")


def offences(source: str) -> list[str]:
    """Return what in a module pads text by code points, with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PADDING_CALLS:
            found.append(f"{node.lineno}: {node.func.attr}()")
        elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            first = node.format_spec.values[0] if isinstance(node.format_spec, ast.JoinedStr) else None
            nested = not isinstance(first, ast.Constant)
            if nested or WIDTH_SPEC.search(str(first.value)):
                found.append(f"{node.lineno}: width in an f-string")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and IN_TEMPLATE.search(node.value):
            found.append(f"{node.lineno}: width in a template")
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "format"
            and len(node.args) > 1
        ):
            found.append(f"{node.lineno}: format() with a width")
    return found


def test_no_screen_pads_by_code_points() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{offence}"
        for place in PLACES
        for path in sorted((ROOT / place).rglob("*.py"))
        for offence in offences(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "use tui.cells.fit, cut or columns"


def test_the_places_exist() -> None:
    assert list((ROOT / "tui/widgets").glob("*.py"))


@pytest.mark.parametrize(
    "line",
    [
        "x = name.ljust(10)",
        "x = name.center(10)",
        'x = f"{name:<10}"',
        'x = f"{name:10}"',
        'x = f"{name:>{width}}"',
        'x = f"{name:{width}}"',
        'x = f"{name!s:.^10}"',
        'x = "{:<10}".format(name)',
        'x = "{name:>8}".format(name=name)',
        'x = "%-10s" % name',
        'x = format(name, "<10")',
    ],
)
def test_every_way_to_pad_is_found(line: str) -> None:
    assert offences(line)


@pytest.mark.parametrize(
    "line", ['x = f"{hours:02}:{minutes:02d}"', 'x = f"{total:,}"', 'x = f"{day:%Y-%m-%d}"', 'x = "{found} of {total}"']
)
def test_figures_may_be_formatted(line: str) -> None:
    assert offences(line) == []

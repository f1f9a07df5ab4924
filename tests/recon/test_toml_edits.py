"""Single edits of recon.toml: whatever shape a person gave the file, the value is set, everything else stays, or nothing is written."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.config.edits import with_settings
from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.config.toml_edits import Path, Value, with_values
from recon.errors import SettingsError
from tests.trying import examples

FACTS: dict[str, Any] = {
    "format": 1,
    "company": {"name": "x"},
    "connections": {
        "shop": {
            "source": "s", "shop": "a", "charges": {"default": {"shipping": {"treatment": "book"}}, "Laz": {"x": "1"}},
            "purchases": {"account": "51"}, "words": {"w": "open"},
        },
        "other": {"source": "q", "ledger": {"b": "x"}},
    },
    "approval": {"d": 1},
}  # fmt: skip
SHOP = ("connections", "shop")
CHANGES: tuple[tuple[Path, Value | None], ...] = (
    ((*SHOP, "words", "กำลังตรวจสอบ"), "paid"), ((*SHOP, "words", "w"), "paid"), ((*SHOP, "more", "w"), "paid"),
    ((*SHOP, "source"), "z"), ((*SHOP, "new"), "z"), ((*SHOP, "shop"), None),
    ((*SHOP, "charges", "default", "shipping", "treatment"), "hold"), ((*SHOP, "charges", "New", "cod", "t"), "hold"),
    ((*SHOP, "charges", "Laz", "x"), ["a", "b"]), (("approval", "d"), 3), (("format",), 2), (("none", "there"), None),
)  # fmt: skip


def written(random: Random, facts: Mapping[str, Any], *, in_one_line: bool) -> str:
    """Write facts as a person may: tables in any order, with dots, in one line; every line that can has a comment."""
    blocks: list[str] = []

    def go(path: tuple[str, ...], table: Mapping[str, Any]) -> None:
        lines, below = [], []
        for key, value in table.items():
            if not isinstance(value, dict):
                lines.append(f"{key} = {json.dumps(value)}  # about {key}")
            elif any(isinstance(inner, dict) for inner in value.values()) or (how := random.randrange(4)) < 2:
                below.append((key, value))
            elif how == 2 and in_one_line:
                inside = ", ".join(f"{name} = {json.dumps(inner)}" for name, inner in value.items())
                lines.append(f"{key} = {{ {inside} }}  # about {key}")
            else:
                lines += [f"{key}.{name} = {json.dumps(inner)}" for name, inner in value.items()]
        if path and (lines or random.randrange(3) == 0):
            blocks.append("\n".join([f"[{'.'.join(path)}]  # section", *lines, ""]))
        elif not path:
            blocks.append("\n".join([*lines, ""]))
        for key, value in below:
            go((*path, key), value)

    go((), facts)
    top, *rest = blocks
    random.shuffle(rest)
    return "\n".join([top, *rest])


def meant(facts: Mapping[str, Any], path: Path, value: Value | None) -> dict[str, Any]:
    (part, *rest), changed = path, dict(facts)
    if rest:
        changed[part] = meant(changed.get(part, {}), tuple(rest), value)
    elif value is None:
        changed.pop(part, None)
    else:
        changed[part] = value
    return {key: inside for key, inside in changed.items() if inside != {}}


def comments(text: str) -> set[str]:
    return {line.partition("#")[2] for line in text.splitlines() if "#" in line}


@examples(50)
@given(random=st.randoms(use_true_random=False), change=st.sampled_from(CHANGES), in_one_line=st.booleans())
def test_a_value_is_set_in_a_file_of_any_shape(
    random: Random, change: tuple[Path, Value | None], *, in_one_line: bool
) -> None:
    text = written(random, FACTS, in_one_line=in_one_line)
    assert tomllib.loads(text) == FACTS
    path, value = change
    try:
        changed = with_values(text, {path: value})
    except SettingsError as error:
        assert in_one_line and "Nothing was changed" in str(error)  # said, and nothing half done
        return
    assert tomllib.loads(changed) == tomllib.loads(changed) | meant(FACTS, path, value)
    assert comments(text) - comments(changed) <= {f" about {path[-1]}"}


def test_a_section_appended_at_the_end_is_no_obstacle() -> None:
    first = first_settings(FirstAnswers(company="บริษัท", start_date=dt.date(2026, 6, 1)))
    text = first + '\n[connections.shop.purchases]\naccount = "510111"\n'
    changed = with_settings(
        text, {(*SHOP, "status_words", "กำลังตรวจ"): "unpaid", (*SHOP, "receipts"): "paid-and-completed"}
    )
    shop = tomllib.loads(changed)["connections"]["shop"]
    assert shop["status_words"] == {"กำลังตรวจ": "unpaid"}
    assert (shop["receipts"], shop["purchases"]) == ("paid-and-completed", {"account": "510111"})
    assert comments(first) - comments(changed) == set()


def test_a_value_where_a_section_is_needed_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="source is no section"):
        with_values('source = "x"\n', {("source", "deep"): "y"})

"""Every step of the store has words of its own: no person meets a step's inner name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from recon.errors import StoreError
from recon.store.database import Database
from recon.store.steps import NOT_DONE, not_done

ROOT = Path(__file__).parents[2]
SPOKEN = {"open", "copy", "read", "mappings", "settle", "catalog", "batch", "intake", "workbook", "approve", "adopt"}
"""Steps whose name is an everyday word; the others, such as send-result, are ours alone."""


def _steps() -> set[str]:
    """Every name the code gives a transaction; of a formatted one the part before the first figure."""
    found = set()
    for path in (*(ROOT / "recon").rglob("*.py"), *(ROOT / "tui").rglob("*.py"), *(ROOT / "exports").rglob("*.py")):
        if "sandbox" in path.parts:
            continue  # ledgers of their own, whose transactions are documents
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "transaction":
                found |= {str(part.value) for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)}
    return {step.rstrip("-") for step in found if step}


def test_every_step_has_words() -> None:
    steps = _steps()
    assert {"send-intent", "send-result", "lookup-result", "settle", "migrate"} <= steps
    assert steps | {"open", "read", "copy"} == set(NOT_DONE)


@pytest.mark.parametrize("step", sorted(NOT_DONE))
def test_the_words_never_hold_an_inner_name(step: str) -> None:
    words = not_done(step)
    assert not {name for name in NOT_DONE if name not in SPOKEN and re.search(rf"\b{name}\b", words)}, words
    assert words[0].islower()
    assert not words.endswith(".")


def test_a_migration_is_told_without_its_number() -> None:
    assert not_done("migrate-7") == NOT_DONE["migrate"]


def test_a_store_open_for_reading_says_what_was_not_done(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.touch()
    Database(path, writable=True).close()
    reader = Database(path, writable=False)
    with (
        pytest.raises(StoreError, match="reading only; the ledger's answer was not noted") as caught,
        reader.transaction("send-result"),
    ):
        raise AssertionError
    assert "send-result" not in str(caught.value)
    reader.close()

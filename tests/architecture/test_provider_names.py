"""The core asks facts of a source or a ledger (`recon.domain.providers`, `Capabilities`) and never compares a provider's name."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from recon.domain.providers import LEDGERS as FACTS
from recon.domain.providers import MARKETPLACES, SOURCES, SourceName, TargetName, keys_of
from recon.sources.registry import SOURCES as READERS
from tui.providers import LEDGERS, SHOPS

ROOT = Path(__file__).parents[2]
ROOMS = ("service", "plan", "match", "normalize", "upload", "review", "proof", "store", "frames")
NAMES = re.compile(
    r"(?<![A-Za-z])(shopify|zort|bentoweb|shopee|lazada|tiktok|xcommerce|peak|quickbooks|woocommerce)(?![A-Za-z])", re.I
)
EXAMPLES = {"ch:Shopee"}
"""What a person reads as an example of a filter; a sales channel's name, compared with nothing."""


def named(source: str) -> list[str]:
    """Return the texts of a module, docstrings aside, that name a provider."""
    tree = ast.parse(source)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        f"{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        and node.value not in EXAMPLES and NAMES.search(node.value)
    ]  # fmt: skip


@pytest.mark.parametrize("room", ROOMS)
def test_no_provider_is_named_in_the_core(room: str) -> None:
    modules = sorted((ROOT / "recon" / room).rglob("*.py"))
    assert modules
    found = [f"{path.relative_to(ROOT)}:{text}" for path in modules for text in named(path.read_text(encoding="utf-8"))]
    assert found == [], "state a fact in recon/domain/providers.py and ask that"


@pytest.mark.parametrize("line", ['x = source == "zort"', 'x = f"{name} of PEAK"', 'x = {"tiktok-orders": 1}'])
def test_a_name_is_found(line: str) -> None:
    assert named(line)


@pytest.mark.parametrize("line", ['"""ZORT says so."""', 'x = "peaks"', 'x = ""'])
def test_words_that_are_no_names_are_not(line: str) -> None:
    assert named(line) == []


def test_every_source_has_its_facts() -> None:
    assert set(SOURCES) == set(get_args(SourceName)) == {name for name, *_ in READERS}
    assert all(facts.has_api or not facts.keys for facts in SOURCES.values())
    assert {"shopee", "lazada", "tiktok"} == set(MARKETPLACES)
    assert keys_of("peak") == FACTS["peak"].keys
    assert keys_of("sandbox") == ()


def test_every_ledger_and_every_shop_system_that_is_asked_can_be_opened() -> None:
    assert set(LEDGERS) == set(FACTS) == set(get_args(TargetName))
    assert set(SHOPS) == {name for name, facts in SOURCES.items() if facts.has_api}


def test_the_import_contract_names_every_provider() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    core = next(each for each in contracts if each["name"].endswith("knows no provider"))
    readers = {".".join(module.split(".")[:3]) for name, module, _ in READERS if SOURCES[name].has_columns_of_its_own}
    ledgers = {
        f"recon.targets.{path.name}"
        for path in (ROOT / "recon" / "targets").iterdir()
        if (path / "__init__.py").exists()
    }
    assert readers | ledgers == set(core["forbidden_modules"])

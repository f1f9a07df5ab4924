"""The documentation cannot fall behind: pages written from the code are current, and everything a person meets is explained."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from recon.config.explanations import setting_words
from recon.config.settings import Settings
from recon.domain.finding import FINDING_CODES
from recon.sandbox.peak.faults import KINDS as FAULTS
from tui.docs import PAGES
from tui.grammar import build_parser

ROOT = Path(__file__).parents[2]
REQUIRED_ROWS = (
    "F01", "F02", *(f"F{n:02}" for n in range(5, 12)), *(f"F{n}" for n in range(17, 27)), *(f"F{n}" for n in range(28, 32)),
    "F35", *(f"F{n}" for n in range(47, 66)), *(f"F{n}" for n in range(67, 73)), "F76", "F77", "F82", "F84",
)  # fmt: skip
"""Rows of the fault table that need a test of their own."""
CODE = ("recon", "exports", "tui")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_written_from_the_code_is_current(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs` and read the change"


def _commands() -> dict[str, argparse.ArgumentParser]:
    chooser = next(action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(chooser.choices)


def test_every_command_and_option_is_documented() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name, command in _commands().items():
        if name == "preview":  # another name of plan
            continue
        part = re.search(rf"^## recon {name}\n(.*?)(?=^## |\Z)", page, re.S | re.M)
        assert part, name
        for action in command._actions:
            for option in action.option_strings:
                assert option in part[1], (name, option)
            assert action.help, (
                f"{name} {action.option_strings or action.dest}: no help text" if action.option_strings else name
            )


def _settings(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        yield f"{path}{name}", setting_words(model, name)
        inner = field.annotation
        if getattr(inner, "__origin__", None) is dict:
            inner = inner.__args__[1]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _settings(inner, f"{path}{name}.")


SECTIONS = {"format", "company", "connections", "approval"}


def test_every_setting_is_documented_with_its_meaning() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    unexplained = []
    for path, text in _settings(Settings):
        name = path.rpartition(".")[2]
        assert f"| `{name}` |" in page, path
        is_section = name in SECTIONS or f"{name}\n" in re.sub(r"NAME\.?", "", page)
        if not text and not is_section:
            unexplained.append(path)
    assert [path for path in unexplained if path.count(".") > 2] == [] or unexplained == [], unexplained


@pytest.mark.parametrize("code", sorted(FINDING_CODES))
def test_a_finding_code_is_explained_and_used(code: str) -> None:
    known = FINDING_CODES[code]
    assert known.title, code
    assert known.remedy.endswith((".", "?")) or known.severity == "note", code
    assert f"| `{code}` |" in (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert code in _strings(), f"no code ever reports {code}"


def _strings() -> frozenset[str]:
    """Every string constant of the code, but for the list of codes itself and the sandboxes."""
    if not _FOUND:
        for package in CODE:
            for path in (ROOT / package).rglob("*.py"):
                if path.name == "finding.py" or "sandbox" in path.parts:
                    continue
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        _FOUND.add(node.value)
    return frozenset(_FOUND)


_FOUND: set[str] = set()


def test_every_word_used_as_a_finding_is_one() -> None:
    """Codes that stand where a finding is made, but are not in the list, would end in a KeyError at the person's desk."""
    makers = {"findings_from", "one_finding", "Finding", "hold_acting"}
    unknown = []
    for package in CODE:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
                for argument in node.args if name in makers and name != "hold_acting" else ():
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "-" in argument.value:
                        unknown += [argument.value] if argument.value not in FINDING_CODES else []
    assert not unknown


def test_remedies_name_commands_that_exist() -> None:
    commands = _commands()
    for code, known in FINDING_CODES.items():
        for command, rest in re.findall(r"`recon ([a-z]+)([^`]*)`", known.remedy):
            assert command in commands, (code, command)
            options = {option for action in commands[command]._actions for option in action.option_strings}
            for option in re.findall(r"--[a-z-]+", rest):
                assert option in options, (code, command, option)


def test_every_command_named_in_a_message_exists() -> None:
    """`recon WORD` in any text of the code is a command, and its options are options."""
    commands = _commands()
    wrong = []
    for text in _strings():
        for command, rest in re.findall(r"`recon (?:-C \S+ )?([a-z]+)((?: [^`]*)?)`", text):
            if command not in commands:
                wrong.append(f"recon {command}")
                continue
            options = {option for action in commands[command]._actions for option in action.option_strings}
            wrong += [f"recon {command} {option}" for option in re.findall(r"--[a-z-]+", rest) if option not in options]
    assert not wrong


def test_every_command_named_in_the_documentation_exists() -> None:
    commands = _commands()
    wrong = []
    for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *(ROOT / "docs").glob("*.md")]:
        if not page.is_file() or page.name == "decisions.md":
            continue
        for command, rest in re.findall(
            r"`recon (?:-C \S+ )?([a-z]+)((?: [^`\n]*)?)`", page.read_text(encoding="utf-8")
        ):
            if command not in commands:
                wrong.append(f"{page.name}: recon {command}")
                continue
            options = {option for action in commands[command]._actions for option in action.option_strings}
            wrong += [
                f"{page.name}: recon {command} {o}" for o in re.findall(r"(?<= )--[a-z-]+", rest) if o not in options
            ]
    assert not wrong


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "fixtures").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert not broken


def test_every_fault_of_the_sandbox_is_described() -> None:
    page = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    assert [kind for kind in FAULTS if kind not in page] == []


def _test_names() -> set[str]:
    names = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                names.add(node.name)
    return names


def test_every_required_fault_row_has_a_test() -> None:
    """A test is named for its row: test_f18_..., or test_f76_f77_... for two."""
    named = {f"F{number}" for name in _test_names() for number in re.findall(r"(?<=_)f(\d\d)(?=_|$)", name)}
    assert [row for row in REQUIRED_ROWS if row not in named] == []


def test_the_changelog_has_an_unreleased_part() -> None:
    assert "Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_nothing_committed_is_unfinished() -> None:
    found = []
    for package in (*CODE, "tests", "bench"):
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found += [
                f"{path.relative_to(ROOT)}: {word}"
                for word in ("raise NotImplemented" + "Error", "TO" + "DO", "FIX" + "ME")
                if word in text
            ]
    assert not found

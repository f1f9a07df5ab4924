"""The import rule of ARCHITECTURE.md holds, and what is promised about start-up."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.shell import process_env

ROOT = Path(__file__).parents[2]
NO_FLOAT = ("recon/money.py", "recon/plan", "recon/review", "recon/normalize", "recon/match", "recon/domain", "exports")


def test_the_import_contracts_hold() -> None:
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=process_env(), check=False
    )
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_the_contracts_would_find_a_broken_rule(tmp_path: Path) -> None:
    """The same tool, told that tui may not know recon, finds plenty."""
    config = tmp_path / "contracts.toml"
    config.write_text(
        '[tool.importlinter]\nroot_packages = ["recon", "exports", "tui"]\n[[tool.importlinter.contracts]]\nname = "x"\n'
        'type = "forbidden"\nsource_modules = ["tui"]\nforbidden_modules = ["recon"]\n',
        encoding="utf-8",
    )
    script = f"import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(config_filename={str(config)!r}, no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=process_env(), check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr


@pytest.mark.parametrize(
    "module", ["recon.service", "tui.wiring", "tui.commands.work", "tui.commands.reports", "tui.demo"]
)
def test_no_command_loads_the_screen(module: str) -> None:
    script = f"import sys, {module}; sys.stdout.write(','.join(sorted({{'textual'}} & set(sys.modules))))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=process_env(), check=True
    )
    assert done.stdout == ""


@dataclass(frozen=True)
class Module:
    """What the tests below want to know of one file; all files are parsed once."""

    name: str
    path: str
    lines: int
    is_silent: bool
    """It does not say what it is for."""
    long_functions: tuple[str, ...]
    floats: tuple[str, ...]
    """Where text or a column is turned into float."""
    imports: frozenset[str]
    """Everything it imports, at the top, in a function and for the type checker: modules, and names in modules."""


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for package in ("recon", "exports", "tui", "bench"):
        for path in sorted((ROOT / package).rglob("*.py")):
            text, own = path.read_text(encoding="utf-8"), path.relative_to(ROOT)
            tree = ast.parse(text)
            nodes = list(ast.walk(tree))
            found.append(
                Module(
                    name=".".join(own.with_suffix("").parts).removesuffix(".__init__"),
                    path=own.as_posix(),
                    lines=text.count("\n"),
                    is_silent=bool(text.strip()) and ast.get_docstring(tree) is None,
                    long_functions=tuple(
                        f"{own}:{node.lineno} {node.name}"
                        for node in nodes
                        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 70
                    ),
                    floats=tuple(f"{own}:{node.lineno}" for node in nodes if _is_float(node)),
                    imports=frozenset(name for node in nodes for name in _imported(node)),
                )
            )
    return tuple(found)


def _is_float(node: ast.AST) -> bool:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    return is_call or (isinstance(node, ast.Attribute) and node.attr in {"Float64", "Float32"})


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def test_nobody_turns_text_into_float() -> None:
    """`float(` may stand where seconds are counted, never where money is."""
    watched = [module for module in modules() if module.path.startswith(NO_FLOAT)]
    assert len(watched) > 100
    assert [place for module in watched for place in module.floats] == []


def test_modules_stay_small_and_say_what_they_are_for() -> None:
    long = [f"{module.path}: {module.lines} lines" for module in modules() if module.lines > 400]
    assert (long, [module.path for module in modules() if module.is_silent]) == ([], [])


def test_functions_stay_below_seventy_lines() -> None:
    assert [place for module in modules() for place in module.long_functions] == []


def test_no_modules_import_each_other() -> None:
    """Not in functions, and not for the type checker only: whoever reads one module of a circle has to read them all."""
    names = {module.name for module in modules()}
    knows = {
        module.name: {
            target
            for target in (name if name in names else name.rpartition(".")[0] for name in module.imports)
            if target in names and target != module.name
        }
        for module in modules()
    }
    assert sum(map(len, knows.values())) > 2000
    TopologicalSorter(knows).prepare()  # raises CycleError, which names the circle


def test_the_review_table_may_not_know_store_or_service() -> None:
    """The contract names recon.review, and the tool finds what would break it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(c["layers"] for c in contracts if c.get("containers") == ["recon"])
    assert layers.index("approve") < layers.index("review") < layers.index("plan")
    pure = next(
        c for c in contracts if "recon.review" in c.get("source_modules", ()) and "sqlite3" in c["forbidden_modules"]
    )
    assert {"recon.store", "recon.http", "httpx"} <= set(pure["forbidden_modules"])
    for path in (ROOT / "recon" / "review").glob("*.py"):
        assert "recon.store" not in path.read_text(encoding="utf-8"), path.name

"""The import rule of ARCHITECTURE.md holds, and what is promised about start-up."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
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


def test_nobody_turns_text_into_float() -> None:
    """`float(` may stand where seconds are counted, never where money is."""
    found = []
    for place in NO_FLOAT:
        paths = [ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py")
        for path in paths:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
                is_dtype = isinstance(node, ast.Attribute) and node.attr in {"Float64", "Float32"}
                if is_call or is_dtype:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found


def test_modules_stay_small_and_say_what_they_are_for() -> None:
    long, silent = [], []
    for package in ("recon", "exports", "tui"):
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if text.count("\n") > 400:
                long.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
            if ast.get_docstring(ast.parse(text)) is None and text.strip():
                silent.append(str(path.relative_to(ROOT)))
    assert (long, silent) == ([], [])


def test_functions_stay_below_seventy_lines() -> None:
    long = []
    for package in ("recon", "exports", "tui"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 70:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not long


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

"""Journals held against the two programs they are written for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Literal

import pytest
from beancount import loader
from beancount.ops.validation import HARDCORE_VALIDATIONS


def require_accepted(path: Path, form: Literal["hledger", "beancount"]) -> None:
    """Fail where the program of this form does not take a journal; skip where hledger is not installed."""
    if form == "beancount":
        _, errors, _ = loader.load_file(str(path), extra_validations=HARDCORE_VALIDATIONS)
        assert errors == []
    else:
        hledger(path, "check", "--strict")


def hledger(path: Path, *words: str) -> str:
    """Return what hledger prints of a journal."""
    found = shutil.which("hledger")
    if found is None:
        pytest.skip("hledger is not installed here; CI installs it")
    done = subprocess.run(
        [found, "-f", str(path), *words], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout

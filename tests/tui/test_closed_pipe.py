"""`recon plan | head`: a reader that goes away ends the printing; the command goes on and says with its code how it ended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shell import Shell, process_env

ROOT = Path(__file__).parents[2]
RECON = (sys.executable, "-m", "tui.cli")
BUFFERING = pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])


def unread(*words: str | Path, unbuffered: str = "") -> tuple[int, str]:
    """Run one real process whose reader is gone before it writes; return its exit code and what it said beside."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [*RECON, *map(str, words)], stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE, text=True,
            encoding="utf-8", cwd=ROOT, env=process_env(PYTHONUNBUFFERED=unbuffered), timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(writer)
    return done.returncode, done.stderr


@BUFFERING
def test_a_plan_nobody_reads_still_says_that_documents_wait(ready: Shell, unbuffered: str) -> None:
    assert unread("-C", ready.root, "plan", unbuffered=unbuffered) == (4, "")
    assert ready.json("status")["batches"][0]["batch"] == "B0001", "the plan was kept although nobody read it"


@BUFFERING
def test_an_upload_goes_on_when_its_reader_goes_away(planned: Shell, unbuffered: str) -> None:
    assert unread("-C", planned.root, "approve", "B0001", "--as", "Nok")[0] == 0
    code, _ = unread("-C", planned.root, "upload", "B0001", unbuffered=unbuffered)
    assert code == 0
    assert planned.json("status")["batches"][0]["posted"] == 3


@BUFFERING
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--version"], 0), (["--version", "--json"], 0), (["--help"], 0), (["plan", "--help"], 0),
        (["help", "exit-codes"], 0), (["completion", "bash"], 0), (["documents", "--json", "--nonsense"], 2),
    ],
)  # fmt: skip
def test_no_traceback_for_a_reader_that_went_away(words: list[str], code: int, unbuffered: str) -> None:
    ended, said = unread(*words, unbuffered=unbuffered)
    assert ended == code
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    assert bool(said) == (code != 0)


def test_what_was_read_before_is_whole(planned: Shell) -> None:
    command = [*RECON, "-C", str(planned.root), "documents", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=process_env(), cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1) == b"{"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0

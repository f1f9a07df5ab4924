"""Runs `recon` commands inside the test's own process and gives back what a shell would see."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from tui.cli import main
from tui.grammar import build_parser

SANDBOX_COMPANY = "บริษัท แซนด์บ็อกซ์ จำกัด"
SANDBOX_TAX_ID = "0105500000003"


@dataclass(frozen=True)
class Ran:
    """What one command left behind."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, Any]:
        """The one JSON document on standard output; fails where there is anything else."""
        found = json.loads(self.out)
        assert isinstance(found, dict), self.out
        return found

    def expect(self, code: int) -> Ran:
        """Fail with everything that was printed unless the exit code is the expected one."""
        assert self.code == code, f"recon {' '.join(self.argv)}: exit code {self.code}\n{self.out}\n{self.err}"
        return self


class Shell:
    """A person's shell, standing in a workspace; time is the fake clock's."""

    def __init__(self, root: Path, clock: object) -> None:
        self.root = root
        self.clock = clock

    def __call__(self, *argv: str | Path, stdin: str = "") -> Ran:
        """Run one command in this workspace."""
        return run("-C", self.root, *argv, clock=self.clock, stdin=stdin)

    def json(self, *argv: str | Path, stdin: str = "", code: int | None = None) -> dict[str, Any]:
        """Run one command with --json and return its document."""
        ran = self(*argv, "--json", stdin=stdin)
        return (ran if code is None else ran.expect(code)).facts

    def edit(self, old: str, new: str) -> None:
        """Write something else into recon.toml, as with an editor; the old words must stand there."""
        file = self.root / "recon.toml"
        text = file.read_text(encoding="utf-8")
        assert old in text, old
        file.write_text(text.replace(old, new), encoding="utf-8")


GRAMMAR = functools.cache(build_parser)
"""The command line's grammar, put together once for a worker of the run: a fifth of the time of a small command."""


def run(*argv: str | Path, clock: object, stdin: str = "") -> Ran:
    """Run one command; the result carries exit code and both outputs."""
    words = tuple(str(word) for word in argv)
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "stdin", io.StringIO(stdin)),
        mock.patch("tui.cli.build_parser", GRAMMAR),
        mock.patch("tui.wiring.SystemClock", lambda: clock),
        mock.patch("recon.ports.SystemClock", lambda: clock),
        mock.patch("tui.wiring.Wiring.sandbox_durable", new=False, create=True),
    ):
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
    return Ran(words, code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


def process_env(**changes: str) -> dict[str, str]:
    """Return the environment for a real process: the tests' own, with UTF-8 output."""
    import os

    return {**os.environ, "PYTHONIOENCODING": "utf-8", **changes}


def closed_port() -> int:
    """Return a port of this machine nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

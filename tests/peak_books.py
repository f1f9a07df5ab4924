"""A workspace whose ledger is a PEAK on loopback: made, connected, an export taken in and mapped, a batch sent."""

from __future__ import annotations

import json
from pathlib import Path

from recon.sandbox.peak import SandboxPeak
from tests.shell import SANDBOX_COMPANY, Shell, run
from tests.tui.conftest import WHOLESALE


def peak_books(root: Path, ledger: SandboxPeak, clock: object, *words: str, environment: str = "test") -> Shell:
    """Make the workspace; ``words``: what else `recon init` is told."""
    run("init", root, "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01", "--target", "peak",
        "--ledger-url", ledger.url, "--environment", environment, *words, clock=clock).expect(0)  # fmt: skip
    return Shell(root, clock)


def taken_in(shell: Shell, ledger: SandboxPeak, export: Path = WHOLESALE, *, code: int = 0) -> Shell:
    """Connect, take an export in and map it; ``code``: what both end with, 4 where something of it waits."""
    shell("connect", "--stdin", "--set-accounts", stdin=json.dumps(ledger.credentials)).expect(0)
    shell("import", export).expect(code)
    shell("match", "--link-all", "--all-channels", "BSV002").expect(code)
    return shell


def sent(shell: Shell, batch: str = "B0001", actor: str = "Nok") -> Shell:
    """Plan, approve and send a batch that goes through as a whole."""
    shell("plan").expect(4)
    shell("approve", batch, "--as", actor).expect(0)
    shell("upload", batch).expect(0)
    return shell

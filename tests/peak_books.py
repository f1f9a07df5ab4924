"""A workspace whose ledger is a PEAK on loopback: made, connected, an export taken in and mapped, a batch sent.

What a test begins with is made once for a worker of the run and copied: the workspaces, the ledger's books, the keys, the time.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from recon.sandbox.peak import SandboxPeak
from tests.clock import FakeClock
from tests.copies import Folders
from tests.key_store import MemoryKeyring
from tests.shell import SANDBOX_COMPANY, Shell, run
from tests.thai_shop import WHOLESALE

BOOKS = "peak.db"
"""The ledger's books, beside the workspaces."""
Way = Callable[[Path, SandboxPeak, FakeClock], object]
"""Makes workspaces in a folder, joined to a ledger, and goes with them to the state a test begins with."""


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


class PeakOriginals:
    """Ledgers at the end of ways, each gone once for a worker of the run."""

    def __init__(self, folder: Path) -> None:
        self._folders = Folders(folder)
        self._ports: dict[Way, socket.socket] = {}

    @contextmanager
    def open(
        self, way: Way, folder: Path, config: Path, clock: FakeClock, keys: MemoryKeyring
    ) -> Iterator[SandboxPeak]:
        """Give the ledger at the end of a way; everything lies in ``folder`` as if the way had been gone there."""
        if way not in self._ports:
            self._ports[way] = _kept_port()
        port = self._ports[way]

        def go(folder: Path, clock: FakeClock) -> None:
            with _ledger(folder, clock, port) as ledger:
                way(folder, ledger, clock)

        self._folders.bring(way, go, folder, config, clock, keys)
        with _ledger(folder, clock, port) as ledger:
            yield ledger

    def close(self) -> None:
        """Let the ports go."""
        for port in self._ports.values():
            port.close()


def _ledger(folder: Path, clock: FakeClock, port: socket.socket) -> SandboxPeak:
    return SandboxPeak(path=folder / BOOKS, clock=clock, durable=False, port=port.getsockname()[1])


def _kept_port() -> socket.socket:
    """Keep a port for all the ledgers of an original, one after the other: the address is part of who a company is."""
    port = socket.socket()
    port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port.bind(("127.0.0.1", 0))
    return port

"""A workspace whose ledger is a PEAK on loopback: made, connected, an export taken in and mapped, a batch sent.

What a test begins with is made once for a worker of the run and copied: the workspaces, the ledger's books, the keys, the time.
"""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import keyring

from recon.sandbox.peak import SandboxPeak
from tests.clock import FakeClock
from tests.conftest import MemoryKeyring
from tests.copies import settle
from tests.shell import SANDBOX_COMPANY, Shell, run
from tests.tui.conftest import WHOLESALE

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


@dataclass(frozen=True)
class _Reached:
    folder: Path
    config: Path
    port: socket.socket
    keys: dict[tuple[str, str], str]
    clock: FakeClock


class PeakOriginals:
    """States that ways lead to, each reached once for a worker of the run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reached: dict[Way, _Reached] = {}

    @contextmanager
    def open(
        self, way: Way, folder: Path, config: Path, clock: FakeClock, keys: MemoryKeyring
    ) -> Iterator[SandboxPeak]:
        """Give the ledger at the end of a way; everything lies in ``folder`` as if the way had been gone there."""
        reached = self._reached.get(way) or self._go(way)
        assert vars(clock) == vars(FakeClock()), "an original is made at the time every test begins at"
        shutil.copytree(reached.folder, folder, dirs_exist_ok=True)
        shutil.copytree(reached.config, config, dirs_exist_ok=True)
        vars(clock).update(vars(reached.clock))
        keys.kept.update(reached.keys)
        for settings in folder.glob("*/recon.toml"):
            settle(settings.parent)
        with _ledger(folder, clock, reached.port) as ledger:
            yield ledger

    def close(self) -> None:
        """Let the ports go."""
        for reached in self._reached.values():
            reached.port.close()

    def _go(self, way: Way) -> _Reached:
        place = self._folder / str(len(self._reached))
        folder, config, clock, keys = place / "folder", place / "config", FakeClock(), MemoryKeyring()
        port = _kept_port()
        folder.mkdir(parents=True)
        config.mkdir()
        before = keyring.get_keyring()
        keyring.set_keyring(keys)
        try:
            with (
                mock.patch.dict("os.environ", {"XDG_CONFIG_HOME": str(config)}),
                _ledger(folder, clock, port) as ledger,
            ):
                way(folder, ledger, clock)
        finally:
            keyring.set_keyring(before)
        self._reached[way] = _Reached(folder, config, port, keys.kept, clock)
        return self._reached[way]


def _ledger(folder: Path, clock: FakeClock, port: socket.socket) -> SandboxPeak:
    return SandboxPeak(path=folder / BOOKS, clock=clock, durable=False, port=port.getsockname()[1])


def _kept_port() -> socket.socket:
    """Keep a port for all the ledgers of an original, one after the other: the address is part of who a company is."""
    port = socket.socket()
    port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port.bind(("127.0.0.1", 0))
    return port

"""Copies of workspaces that were made once: the commands before a test take half a second, a copy of their work none."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Hashable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import keyring

from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.key_store import MemoryKeyring
from tests.shell import Shell

Steps = Mapping[str, Callable[[Shell], object]]
"""What is done to a new workspace, in order, each by the name of the state it leads to."""


def settle(root: Path) -> None:
    """Let the copy be at home where it lies: a copy is not trusted to send anything."""
    folder = Workspace(root).private
    with closing(sqlite3.connect(folder / "store.db")) as database, database:
        database.execute("UPDATE workspace SET inode = ?, path = ?", (folder.stat().st_ino, str(folder)))


class Originals:
    """A new workspace, and the states that the steps lead to, each reached once for a worker of the run."""

    def __init__(self, folder: Path, make: Callable[[Path, FakeClock], Shell], steps: Steps) -> None:
        self._folder, self._make, self._steps = folder, make, steps
        self._reached: dict[str, Shell] = {}

    def bring(self, shell: Shell, state: str, config: Path) -> None:
        """Bring a new workspace to a state; heads of its log are noted in ``config``, where the tests' process looks.

        One with other settings than the original's, or at another time, goes the way by its own commands.
        """
        if not self._is_like(shell, self._at("")):
            self._go(shell, state)
            return
        reached = self._at(state)
        shutil.rmtree(shell.root)
        shutil.copytree(reached.root, shell.root)
        shutil.copytree(reached.root.with_name("config"), config, dirs_exist_ok=True)
        settle(shell.root)
        vars(shell.clock).update(vars(reached.clock))

    def _at(self, state: str) -> Shell:
        if state not in self._reached:
            root = self._folder / (state or "new") / "books"
            root.parent.mkdir()
            config = root.with_name("config")
            config.mkdir()
            with mock.patch.dict("os.environ", {"XDG_CONFIG_HOME": str(config)}):
                made = self._make(root, FakeClock())
                self._go(made, state)
            self._reached[state] = made
        return self._reached[state]

    def _go(self, shell: Shell, state: str) -> None:
        for name, step in self._steps.items():
            if not state:
                return
            step(shell)
            if name == state:
                return

    @staticmethod
    def _is_like(shell: Shell, new: Shell) -> bool:
        texts = [(at.root / "recon.toml").read_text("utf-8") for at in (shell, new)]
        return texts[0] == texts[1] and vars(shell.clock) == vars(new.clock)


@dataclass(frozen=True)
class _Made:
    folder: Path
    config: Path
    keys: dict[tuple[str, str], str]
    clock: FakeClock


class Folders:
    """Folders with workspaces at the end of a way, each way gone once for a worker of the run; every test gets copies."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._made: dict[Hashable, _Made] = {}

    def bring(
        self, name: Hashable, go: Callable[[Path, FakeClock], object], folder: Path, config: Path, clock: FakeClock, keys: MemoryKeyring,
    ) -> None:  # fmt: skip
        """Let everything lie in ``folder`` as if ``go`` had been gone there; ``config``, ``clock`` and ``keys`` as well."""
        assert vars(clock) == vars(FakeClock()), "ways are gone at the time every test begins at"
        made = self._made.get(name) or self._make(name, go)
        shutil.copytree(made.folder, folder, dirs_exist_ok=True)
        shutil.copytree(made.config, config, dirs_exist_ok=True)
        vars(clock).update(vars(made.clock))
        keys.kept.update(made.keys)
        for settings in folder.glob("*/recon.toml"):
            settle(settings.parent)

    def _make(self, name: Hashable, go: Callable[[Path, FakeClock], object]) -> _Made:
        place, keys = self._place / str(len(self._made)), MemoryKeyring()
        made = _Made(place / "folder", place / "config", keys.kept, FakeClock())
        made.folder.mkdir(parents=True)
        made.config.mkdir()
        before = keyring.get_keyring()
        keyring.set_keyring(keys)
        try:
            with mock.patch.dict("os.environ", {"XDG_CONFIG_HOME": str(made.config)}):
                go(made.folder, made.clock)
        finally:
            keyring.set_keyring(before)
        self._made[name] = made
        return made

"""What holds for every test: no home directory, no key store of this machine, no network but loopback, a clock that stands.

The fixtures are few: `clock`, `workspace` (an empty one with the sandbox ledger) and `key_store` (a key store in memory).
"""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import keyring
import pytest
from hypothesis import settings
from keyring.backends import fail

from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.key_store import MemoryKeyring
from tests.thai_shop import empty_workspace

settings.register_profile("default", deadline=None, database=None)
settings.register_profile("nightly", deadline=None, database=None, max_examples=1000)
settings.load_profile("default")

OS_USER = "lek"
"""The user of the computer, the same in every test: who prepared a batch must not depend on which tests ran before."""
NO_KEY_STORE = "keyring.backends.fail.Keyring"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object | None:
    """Deal whole modules to the workers, unless another way was asked for."""
    if config.getvalue("dist") != "load":
        return None
    from tests.dealing import ByModule

    return ByModule(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while all modules are imported, nor ever after among what they brought: half of that time went there."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


class OutsideNetwork(AssertionError):
    """A test tried to leave this machine."""


@pytest.fixture(scope="session", autouse=True)
def no_outside_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the tests, and every process they start, a home of their own and no key store; watch the sockets."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _surroundings(home).items():
            patch.setenv(name, value)
        patch.delenv(
            "PYTHONDONTWRITEBYTECODE", raising=False
        )  # processes of the tests need not compile everything anew
        for name in [name for name in os.environ if name.startswith("RECON_") or name.lower().endswith("_proxy")]:
            patch.delenv(name)
        patch.setattr(socket.socket, "connect", _watched(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _watched(socket.socket.connect_ex))
        before = keyring.core._keyring_backend
        keyring.set_keyring(fail.Keyring())
        yield
        keyring.core._keyring_backend = before


def _surroundings(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "LOGNAME": OS_USER,
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PYTHON_KEYRING_BACKEND": NO_KEY_STORE,
        "NO_COLOR": "1",
        "COLUMNS": "120",
        "LINES": "40",
    }


def _watched(connect):
    """Return ``connect``, refusing every address that is not on this machine."""

    def watch(self: socket.socket, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(str(address[0])):
            raise OutsideNetwork(f"a test wanted to reach {address[0]}; only loopback is allowed")
        return connect(self, address)

    return watch


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture
def clock() -> FakeClock:
    """A clock that only moves when told: the morning of 2 November 2026 in Bangkok."""
    return FakeClock()


@pytest.fixture
def key_store() -> Iterator[MemoryKeyring]:
    """A key store in memory instead of none."""
    before, store = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(store)
    yield store
    keyring.set_keyring(before)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace of that kind."""
    return empty_workspace(tmp_path / "books")


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable:
    """A function that plays a case the first time it is asked for; who asks reads in the workspace and changes nothing."""
    from tests.cases import story
    from tests.cases.conftest import Played

    stories: dict[str, Played] = {}

    def tell(case: Path) -> Played:
        if case.name not in stories:
            root = tmp_path_factory.mktemp(case.name) / "books"
            stories[case.name] = Played(case, root, dict(story.play(case, root)))
        return stories[case.name]

    return tell


@pytest.fixture(scope="session")
def peak_originals(tmp_path_factory: pytest.TempPathFactory):
    """States of workspaces joined to a PEAK on loopback, each reached once."""
    from tests.peak_books import PeakOriginals

    with closing(PeakOriginals(tmp_path_factory.mktemp("peak-originals"))) as originals:
        yield originals


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory):
    """Folders of workspaces, each made once."""
    from tests.copies import Folders

    return Folders(tmp_path_factory.mktemp("folders"))


@pytest.fixture
def own_heads(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for what is noted outside of a workspace: copies share the name their heads are noted by."""
    config = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
    return config


@pytest.fixture
def peak_at(tmp_path: Path, own_heads: Path, clock: FakeClock, key_store, peak_originals) -> Iterator[Callable]:
    """A function that gives the ledger at the end of a way (`tests/peak_books.py`), with a copy of its workspaces in ``tmp_path``."""
    with ExitStack() as open_ones:
        yield lambda way: open_ones.enter_context(peak_originals.open(way, tmp_path, own_heads, clock, key_store))


@pytest.fixture
def shell_at(tmp_path: Path, own_heads: Path, clock: FakeClock, folders) -> Callable:
    """A function that gives the shell in ``books`` at the end of a way of workspaces without keys (`tests/copies.py`)."""
    from tests.shell import Shell

    def brought(way):
        folders.bring(way, way, tmp_path, own_heads, clock, MemoryKeyring())
        return Shell(tmp_path / "books", clock)

    return brought

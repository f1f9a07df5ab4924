"""A shell in an empty workspace, and in one that is ready to plan three wholesale orders."""

from __future__ import annotations

from pathlib import Path

import pytest

from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.copies import Originals
from tests.shell import Shell
from tests.thai_shop import WHOLESALE, empty_workspace
from tui.wiring import service_for


def _new(workspace: Workspace, clock: FakeClock) -> Shell:
    with service_for(workspace, clock=clock):
        pass
    return Shell(workspace.root, clock)


@pytest.fixture
def shell(workspace: Workspace, clock: FakeClock) -> Shell:
    """A shell in an empty workspace with the sandbox ledger, as `recon init` leaves it."""
    return _new(workspace, clock)


def _be_ready(shell: Shell) -> None:
    shell("connect").expect(0)
    shell("import", WHOLESALE).expect(0)
    shell("match", "--link-all", "--channel", "Bank Deposit", "--method", "BSV002").expect(0)


def _be_planned(shell: Shell) -> None:
    shell("plan").expect(4)


def _be_posted(shell: Shell) -> None:
    shell("approve", "B0001", "--as", "Nok").expect(0)
    shell("upload", "B0001").expect(0)


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Originals:
    """The states below, reached once; every test gets a copy."""
    steps = {"ready": _be_ready, "planned": _be_planned, "posted": _be_posted}
    return Originals(
        tmp_path_factory.mktemp("originals"), lambda root, clock: _new(empty_workspace(root), clock), steps
    )


@pytest.fixture
def ready(shell: Shell, originals: Originals, own_heads: Path) -> Shell:
    """Connected, three orders taken in, everything mapped: `recon plan` comes next."""
    originals.bring(shell, "ready", own_heads)
    return shell


@pytest.fixture
def planned(shell: Shell, originals: Originals, own_heads: Path) -> Shell:
    """Batch B0001 with three receipts waits for approval."""
    originals.bring(shell, "planned", own_heads)
    return shell


@pytest.fixture
def posted(shell: Shell, originals: Originals, own_heads: Path) -> Shell:
    """Batch B0001 stands in the sandbox ledger."""
    originals.bring(shell, "posted", own_heads)
    return shell


@pytest.fixture
def tree(shell: Shell):
    """A function that gives every file of the workspace with its bytes, to prove that nothing changed."""
    own = {"lock", "holder.json", "uploading.json", "store.db-shm", "store.db-wal"}

    def look() -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in sorted(shell.root.rglob("*")) if p.is_file() and p.name not in own}

    return look

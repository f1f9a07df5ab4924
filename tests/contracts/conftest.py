"""The sandbox PEAK every contract is held against, with a clock that only moves when told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recon.sandbox.peak import SandboxPeak
from tests.recon.peak_tools import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    """The clock of the target and of the sandbox."""
    return FakeClock()


@pytest.fixture
def peak(clock: FakeClock) -> Iterator[SandboxPeak]:
    """A ledger of its own for every test."""
    with SandboxPeak(clock=clock) as sandbox:
        yield sandbox

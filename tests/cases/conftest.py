"""Worlds of the crash tests, made once for each process of the test run (every test puts back the state it starts from), and a
shop of ZORT for stories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from recon.sandbox.zort import ZortShop
from tests.cases.crash_world import World
from tests.cases.nursery import Nursery
from tests.cases.sweep import Walked, walk
from tests.clock import FakeClock


@dataclass(frozen=True)
class Played:
    """A case after its last command."""

    case: Path
    root: Path
    texts: dict[str, str]


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> FakeClock:
    """A clock that only moves when told; a module says with ``NOW`` when its stories are told."""
    now = getattr(request.module, "NOW", None)
    return FakeClock() if now is None else FakeClock(now)


@pytest.fixture
def shop(clock: FakeClock) -> Iterator[ZortShop]:
    """A shop of ZORT on this computer."""
    with ZortShop(now=clock.now) as shop:
        yield shop


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Runs commands in processes of their own."""
    nursery = Nursery(tmp_path_factory.mktemp("nursery"))
    yield nursery
    nursery.close()


@pytest.fixture(scope="session")
def sandbox(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """A workspace with the ledger of its own, which dies with the process."""
    world = World(tmp_path_factory.mktemp("inside"), nursery)
    return world, walk(world)


@pytest.fixture(scope="session")
def peak(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """The same with the ledger in the test's own process, where no kill reaches it."""
    world = World(tmp_path_factory.mktemp("outside"), nursery, target="peak")
    return world, walk(world)

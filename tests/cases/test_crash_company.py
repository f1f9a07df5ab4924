"""Killed in the middle of a run, and another company answers when it goes on: nothing goes there, and nothing twice here.

F01 and F35 of reliability.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recon.sandbox.peak import SandboxPeak, sandbox_company
from tests.cases.crash_world import FIRST_EVENTS, FIRST_STEPS, World
from tests.cases.nursery import Nursery
from tests.cases.sweep import PROCESSES

pytestmark = PROCESSES


@contextmanager
def somebody_else(world: World) -> Iterator[SandboxPeak]:
    """Let another company answer, with the same keys."""
    company = sandbox_company(name="บริษัท คนละเจ้า จำกัด", tax_id="0105500000020")
    with SandboxPeak(path=world.folder / "theirs.db", company=company, durable=False) as server:
        world.set(base_url=server.url)
        yield server


@pytest.mark.parametrize("point", ["send.before:1", "send.after:1", "send-result.after:1", "send.after:3"])
def test_f35_killed_while_sending_and_resumed_with_another_company_there(
    nursery: Nursery, tmp_path: Path, point: str
) -> None:
    world = World(tmp_path, nursery, target="peak")
    world.make()
    with world.ledger():
        world.connect()
        for name, step in FIRST_STEPS.items():
            if name != "upload":
                world.run(*step).expect(0, 4)
        assert world.run("upload", "B0001", crash=point).killed
    with somebody_else(world) as theirs:
        world.run("upload", "B0001").expect(8)
        assert list(theirs.truth()) == []
        assert {seen.path for seen in theirs.requests} == {"/clienttoken", "/user"}
    with world.ledger():
        world.until_settled("B0001")
    assert world.truth() == FIRST_EVENTS

"""Killed at every durable step of the journal, and whatever the Web Connector loses: each document is processed once (F40)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing, suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from recon.sandbox.quickbooks.company import SandboxCompany
from recon.targets.quickbooks.endpoint.journal import Journal
from recon.targets.quickbooks.qbxml.read import read
from recon.targets.quickbooks.qbxml.write import message_set, request
from tests.clock import FakeClock
from tests.recon.webconnector_child import NAME
from tests.recon.webconnector_tools import DIGEST, Connector

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not known there")
ROOT = Path(__file__).parents[2]
SENDING = (
    "set-handed.before",
    "set-handed.after",
    "set-answered.before",
    "set-answered.after",
    "webconnector-visit.before:2",
)
RECOVERING = (
    "set-recovered.before",
    "set-recovered.after",
    "webconnector-visit.after:2",
    "webconnector-visit.before:3",
)
NOT_PROCESSED = ("set-not-processed.before", "set-not-processed.after")


class World:
    """The company file, and programs that come and go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / ".recon"
        self.company = SandboxCompany(folder / "company.db", clock=FakeClock(), durable=False)
        self.changes = 0
        with closing(Journal(self.folder, FakeClock())) as journal:
            journal.keep_facts(password=DIGEST)

    def run(self, point: str = "", *, lose: str = "") -> tuple[int, str]:
        """Run the program once with a Web Connector beside it.

        ``lose``: what happens to the first change: "request" (QuickBooks never sees it) or "answer".
        """
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.recon.webconnector_child", str(self.folder), point, "own"], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            connector = Connector(process.stdout.readline().strip(), self.company)
            while process.poll() is None:
                with suppress(OSError, HTTPException):  # it was killed, or has ended
                    lose = self.visit(connector, lose)
            said, beside = process.communicate(timeout=20)
            assert process.returncode in {0, 5, -signal.SIGKILL}, beside
            return process.returncode, said.strip()
        finally:
            process.kill()
            process.wait()

    def visit(self, connector: Connector, lose: str) -> str:
        """Come once; returns what is still to be lost."""
        assert connector.begin() in {"", "none", "busy"}
        while True:
            text = connector.fetch()
            if not text:
                if connector.last_error() == "NoOp":
                    continue
                connector.close()
                return lose
            is_change = "CustomerAdd" in text
            if is_change and lose == "request":
                connector.close()
                return ""
            answer = self.company.process(text)
            self.changes += is_change
            if is_change and lose == "answer":
                connector.close()
                return ""
            if connector.bring(answer) == 100:
                connector.close()
                return lose

    def customers(self) -> int:
        text = self.company.process(message_set([request("CustomerQuery", {"FullName": [NAME]}, request_id="1")]))
        return len(read(text).by_id("1").rows)


@pytest.fixture
def made(tmp_path):
    world = World(tmp_path)
    yield world
    world.company.close()


def settled(made: World) -> None:
    """Run until it is done; the document stands once, and QuickBooks was given it once."""
    for _ in range(4):
        code, _said = made.run()
        if code == 0:
            break
    assert code == 0
    assert made.customers() == 1
    assert made.changes == 1
    with closing(Journal(made.folder, FakeClock())) as journal:
        assert journal.unresolved() is None


@pytest.mark.parametrize("point", SENDING)
def test_f40_killed_while_sending_the_document_is_processed_once(made, point):
    code, _ = made.run(point)
    assert code == -signal.SIGKILL
    settled(made)


@pytest.mark.parametrize("point", RECOVERING)
def test_f40_killed_while_asking_what_became_of_a_lost_answer(made, point):
    assert made.run(lose="answer")[0] == 5
    code, _ = made.run(point)
    assert code == -signal.SIGKILL
    settled(made)


@pytest.mark.parametrize("point", NOT_PROCESSED)
def test_f40_killed_while_learning_that_quickbooks_never_saw_it(made, point):
    assert made.run(lose="request")[0] == 5
    code, _ = made.run(point)
    assert code == -signal.SIGKILL
    settled(made)


def test_f40_a_lost_answer_is_known_at_the_next_start_without_another_send(made):
    assert made.run(lose="answer")[0] == 5
    assert made.run() == (0, "known")
    assert made.changes == 1


# --- through `recon qbwc serve` in another process


class Relayed(World):
    """One process stands for the Web Connector, another one asks through it; either may be killed."""

    def run(self, point: str = "", *, lose: str = "", kill: str = "") -> tuple[int, str]:
        """Ask once; ``kill``: who dies while the change is with QuickBooks: "serve" or "ask"; ``point``: of the one that serves."""
        serve = self._start(point, "serve")
        asker = None
        try:
            connector = Connector(serve.stdout.readline().strip(), self.company)
            asker = self._start("", "ask")
            while asker.poll() is None and serve.poll() is None:
                with suppress(OSError, HTTPException):
                    lose = self.visit(connector, lose, {"serve": serve, "ask": asker}.get(kill))
            if serve.poll() is None:
                with suppress(OSError, HTTPException):
                    self.visit(connector, "")
                serve.stdin.close()
            said, beside = asker.communicate(timeout=40)
            serve.wait(timeout=20)
            assert asker.returncode in {0, 5, 1, -signal.SIGKILL}, beside
            self.served = serve.returncode
            return asker.returncode, said.strip()
        finally:
            for one in filter(None, (serve, asker)):
                one.kill()
                one.wait()
                for stream in filter(None, (one.stdin, one.stdout, one.stderr)):
                    with suppress(OSError):
                        stream.close()

    def _start(self, point: str, how: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.recon.webconnector_child", str(self.folder), point, how], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def visit(self, connector: Connector, lose: str, dies: subprocess.Popen[str] | None = None) -> str:
        """Come once; who dies does so after QuickBooks has carried the change out and before its answer is brought."""
        if dies is None:
            return super().visit(connector, lose)
        assert connector.begin() in {"", "none", "busy"}
        while True:
            text = connector.fetch()
            if not text:
                if connector.last_error() != "NoOp":
                    connector.close()
                    return lose
                continue
            answer = self.company.process(text)
            if "CustomerAdd" in text:
                self.changes += 1
                dies.kill()
                dies.wait()
            if connector.bring(answer) == 100:
                connector.close()
                return ""


@pytest.fixture
def relay(tmp_path):
    world = Relayed(tmp_path)
    yield world
    world.company.close()


@pytest.mark.parametrize("who", ["serve", "ask"])
def test_f40_killed_while_quickbooks_works_for_one_that_asks_through_another(relay, who):
    """Whoever dies, the answer is recovered or was written down; the document is there once and is not sent again."""
    code, said = relay.run(kill=who)
    assert code == (-signal.SIGKILL if who == "ask" else 5), said
    assert relay.run() == (0, "known")
    settled(relay)


@pytest.mark.parametrize(
    "point",
    [
        "set-handed.after",
        *(
            pytest.param(one, marks=pytest.mark.slow)
            for one in ("set-handed.before", "set-answered.before", "set-answered.after")
        ),
    ],
)
def test_f40_the_one_that_serves_dies_at_a_durable_step(relay, point):
    relay.run(point)
    assert relay.served == -signal.SIGKILL
    settled(relay)


@pytest.mark.parametrize("what", ["answer", pytest.param("request", marks=pytest.mark.slow)])
def test_f40_what_the_web_connector_loses_is_recovered_through_another_process_too(relay, what):
    assert relay.run(lose=what)[0] == 5
    settled(relay)

"""`recon demo` as the README promises it: one command, the whole chain, everything adds up."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.money import parse_minor
from recon.sandbox.peak import SandboxPeak, sandbox_company
from tests.clock import FakeClock
from tests.shell import Ran, Shell, run
from tests.tui.test_json import check
from tui.demo import COMPANY, ORDERS, TAX_ID
from tui.sample import MARKER

GENEROUS_SECONDS = 45
"""Ten seconds are promised on a free machine; tests share theirs."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[tuple[Ran, Path, float]]:
    root = tmp_path_factory.mktemp("demo") / "my-demo"
    began = time.monotonic()
    ran = run("demo", root, "--json", clock=FakeClock())
    yield ran.expect(0), root, time.monotonic() - began


def total(causes: dict[str, dict[str, str]]) -> int:
    return sum(parse_minor(cause["amount"]) for cause in causes.values())


def test_the_demo_tells_one_document_of_the_documented_shape(demo) -> None:
    ran, root, seconds = demo
    facts = check(ran)
    assert facts["workspace"] == str(root)
    assert seconds < GENEROUS_SECONDS


def test_everything_adds_up(demo) -> None:
    facts = demo[0].facts
    controls = {name: parse_minor(amount) for name, amount in facts["controls"].items()}
    assert facts["orders"]["count"] == ORDERS
    assert facts["difference"] == "0.00"
    assert sum(controls.values()) == parse_minor(facts["orders"]["net"])
    assert total(facts["ignored"]) == controls["ignored"]
    assert total(facts["held"]) >= controls["held"], "an order with several causes counts in each"
    assert (
        sum(kind["count"] for kind in facts["documents"].values())
        == facts["posted"]["count"] + facts["posted"]["refused"]
    )


def test_every_lifecycle_path_and_many_causes_are_in_it(demo) -> None:
    facts = demo[0].facts
    assert set(facts["documents"]) == {"invoice", "receipt", "payment", "void", "credit_note"}
    assert len(facts["held"]) >= 6


def test_the_ledgers_own_books_agree_with_ours(demo) -> None:
    ran, root, _ = demo
    facts = ran.facts
    truth = facts["truth"]
    assert truth["duplicates"] == 0
    documents = facts["documents"]
    numbered = sum(documents[kind]["count"] for kind in ("invoice", "receipt", "credit_note"))
    assert truth["documents"] + truth["voided"] == numbered
    assert truth["voided"] == documents["void"]["count"]
    assert truth["by_kind"]["receipt"] == documents["receipt"]["count"]
    assert truth["by_kind"]["credit_note"] == documents["credit_note"]["count"]
    assert facts["verify"]["compared"] == facts["verify"]["equal"] == facts["posted"]["count"]
    with SandboxPeak(
        path=root / ".recon" / "sandbox" / "peak.db", company=sandbox_company(name=COMPANY, tax_id=TAX_ID)
    ) as ledger:
        live = ledger.truth()
    assert len({(document.kind, document.code) for document in live}) == len(live) == truth["documents"]


def test_what_it_wrote_is_there_and_the_ordinary_commands_work_in_it(demo, clock: FakeClock) -> None:
    ran, root, _ = demo
    for path in (*ran.facts["paths"]["workbooks"], *ran.facts["paths"]["journals"]):
        assert Path(path).stat().st_size > 1000
    shell = Shell(root, clock)
    assert [batch["posted"] + batch["refused"] for batch in shell.json("status")["batches"]] == [
        batch["documents"] for batch in shell.json("status")["batches"]
    ]
    assert len(shell.json("orders")["orders"]) == ORDERS
    assert shell.json("findings")["causes"]
    shell("verify", "--chain").expect(0)
    assert shell.json("verify", ran.facts["paths"]["workbooks"][0])["problems"] == []
    assert shell.json("plan")["documents"] == 0, "run again: the plan is empty"


def test_a_second_demo_replaces_only_a_demo(demo, tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("keep me", encoding="utf-8")
    ran = run("demo", tmp_path / "mine", clock=clock).expect(2)
    assert "another folder" in ran.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]
    assert (demo[1] / MARKER).is_file()


def test_left_open_the_second_batch_waits_and_the_ordinary_commands_bring_it_to_its_end(tmp_path: Path) -> None:
    ran = run("demo", tmp_path / "open", "--leave-open", "--json", clock=FakeClock()).expect(0)
    facts = check(ran)
    assert facts["waits"] == facts["batches"][1]
    assert facts["verify"]["compared"] == facts["verify"]["equal"] == facts["posted"]["count"] > 0
    for at in (dt.datetime(2026, 11, 22, 6, 0, tzinfo=dt.UTC), dt.datetime(2026, 11, 23, 6, 0, tzinfo=dt.UTC)):
        shell = Shell(tmp_path / "open", FakeClock(at))
        assert shell.json("status")["chain_head"]
    shell("approve", facts["waits"], "--as", "Nok").expect(0)
    shell("upload", facts["waits"]).expect(0)
    compared = shell.json("verify", facts["waits"])
    assert compared["compared"] == compared["equal"] > 0
    assert shell.json("plan")["documents"] == 0

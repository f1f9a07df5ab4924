"""A document the ledger refused and a person entered there by hand: settled, with who said so, and never sent again."""

from __future__ import annotations

import pytest

from recon.sandbox.peak import Fault, SandboxPeak
from recon.workspace import Workspace
from tests.shell import Shell
from tests.tui.test_cli_work import approve_live, live, refused_waits  # noqa: F401
from tui.wiring import service_for


@pytest.fixture
def refused(live: tuple[Shell, SandboxPeak]) -> Shell:  # noqa: F811
    """A batch of which the ledger refused RT-1002."""
    shell, ledger = live
    approve_live(shell)
    fault = Fault(
        kind="refuse", method="POST", path="/receipts*", containing="RT-1002", code="400", text="no such thing"
    )
    ledger.inject(fault)
    shell.json("upload", "B0001", code=4)
    return shell


def entered(shell: Shell, order: str = "#1002") -> None:
    shell("match", "--decide", f"{order}=by-hand:RC-77", "--as", "Malee").expect(0)


def test_what_was_refused_and_entered_by_hand_is_shown_as_that_and_by_whom(refused: Shell) -> None:
    assert len(refused_waits(refused)) == 1
    entered(refused)
    words = "Entered in the ledger by hand as RC-77, says Malee."
    for _ in range(2):  # before the next plan, and after it
        assert refused_waits(refused) == []
        first = refused.json("status")["batches"][0]
        assert (first["posted"], first["refused"], first["by_hand"]) == (3, 0, [f"RT-1002 was refused. {words}"])
        assert f"B0001: RT-1002 was refused. {words}" in refused("status").out
        state = refused.json("upload", "B0001", "--state", code=0)
        assert (state["counts"], state["refused"]) == ({"posted": 2, "by_hand": 1}, [])
        (line,) = [each for each in state["results"] if each["number"] == "RT-1002"]
        assert (line["state"], line["ledger_number"], line["words"]) == ("by_hand", "RC-77", words)
        assert refused.json("documents", "B0001", "--status", "refused")["documents"] == []
        assert [each["number"] for each in refused.json("documents", "B0001", "--status", "posted")["documents"]
                if each["state"] == "by_hand"] == ["RT-1002"]  # fmt: skip
        assert words in refused("show", "RT-1002").out
        assert refused.json("findings", "--code", "ledger-refused", code=0)["findings"] == []
        with service_for(Workspace(refused.root), clock=refused.clock, write=False) as service:
            assert "refused" not in service.overview().states
        refused("plan")


def test_an_order_entered_by_hand_is_not_planned_again(refused: Shell) -> None:
    entered(refused)
    made = refused.json("plan")
    assert (made["documents"], made["controls"]["difference"]) == (0, "0.00")
    (order,) = [each for each in refused.json("orders", code=0)["orders"] if each["order_number"] == "#1002"]
    assert (order["disposition"], order["reason"], order["posted"]) == ("posted", "by-hand", "4124.76")


def test_a_word_from_before_the_refusal_is_about_something_else(live: tuple[Shell, SandboxPeak]) -> None:  # noqa: F811
    shell, ledger = live
    entered(shell, "#1003")  # its part credit note, which the ledger does not take from us
    approve_live(shell)
    ledger.inject(
        Fault(kind="refuse", method="POST", path="/receipts*", containing="RT-1003", code="400", text="no such thing")
    )
    shell.json("upload", "B0001", code=4)
    assert len(refused_waits(shell)) == 1, "nobody said that the receipt was entered"
    planned = shell.json("plan", code=4)
    assert [row["order_number"] for row in planned["rows"]] == ["#1003"]

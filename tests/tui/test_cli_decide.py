"""`recon decide`, `documents --filter` and `approve --decided`: review without a screen, from single documents to a sealed part."""

from __future__ import annotations

import csv
import io
import sqlite3
from typing import Any

import pytest

from recon.review.rows import STATUSES as CORE_STATUSES
from recon.sandbox.peak import SandboxPeak, sandbox_company
from tests.shell import Shell
from tests.thai_shop import WHOLESALE
from tests.tui.test_json import check
from tui.help_texts import STATUSES

ALL = ("documents", "--filter", "", "--connection", "shop")


def decide(shell: Shell, *words: str, who: str = "Nok", code: int = 0) -> dict[str, Any]:
    """Run `recon decide` and hold its JSON against the page."""
    return check(shell("decide", *words, "--as", who, "--json").expect(code))


def statuses(shell: Shell) -> dict[str, str]:
    facts = check(shell(*ALL, "--json").expect(0))
    return {row["number"]: row["status"] for row in facts["documents"]} | {
        row["order_number"]: row["status"] for row in facts["held"]
    }


def batches(shell: Shell) -> dict[str, tuple[str, int, str]]:
    rows = shell.json("status")["batches"]
    return {row["batch"]: (row["state"], row["documents"], row["created_by"]) for row in rows}


def truth(shell: Shell) -> list[str]:
    with SandboxPeak(path=shell.root / ".recon" / "sandbox" / "peak.db", company=sandbox_company()) as ledger:
        return [document.code for document in ledger.truth()]


# looking ----------------------------------------------------------------------------------------------------------


def test_the_command_knows_every_status() -> None:
    assert STATUSES == CORE_STATUSES


def test_a_filter_lists_documents_with_count_and_sum(planned: Shell) -> None:
    facts = check(planned("documents", "--filter", "amt>4000", "--json").expect(0))
    assert (facts["count"], facts["total"], facts["held"]) == (2, "10705.26", [])
    assert [(row["number"], row["status"]) for row in facts["documents"]] == [
        ("RT-1001", "ready"),
        ("RT-1002", "ready"),
    ]
    assert statuses(planned) == {"RT-1001": "ready", "RT-1002": "ready", "RT-1003": "check"}
    out = planned("documents", "--status", "check", "--kind", "receipt").expect(0).out
    assert "RT-1003" in out and "RT-1001" not in out
    assert "1 shown, 1,176.91: 1 check" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("documents", "--filter", "st:redy"), "did you mean ready?"),
        (("documents", "--filter", "amt>many"), "is no amount"),
        (("documents", "B0009", "--filter", "x"), "newest batch (B0001)"),
        (("decide", "approve", "--filter", "st:redy", "--as", "Nok"), "did you mean ready?"),
        (("decide", "approve", "RT-1", "RT-1001", "--as", "Nok"), "is called RT-1."),
        (("decide", "approve", "--as", "Nok"), "exactly one of them"),
        (("decide", "approve", "RT-1001", "--status", "ready", "--as", "Nok"), "exactly one of them"),
        (("decide", "approve", "RT-1001", "--below", "5", "--as", "Nok"), "--below goes with --like"),
        (("decide", "reject", "--like", "RT-1001", "--as", "Nok"), "approve only"),
        (("decide", "reject", "RT-1001", "--as", "Nok"), "--reason TEXT"),
        (("decide", "reject", "RT-1001", "--reason", " ", "--as", "Nok"), "--reason TEXT"),
        (("decide", "undo", "RT-1001", "--as", "Nok"), "takes no documents"),
        (("decide", "undo", "--as", "Nok"), "nothing to undo"),
        (("decide", "redo", "--as", "Nok"), "nothing to do again"),
        (("approve", "--as", "Nok"), "Name the batch"),
        (("approve", "B0001", "--decided", "--as", "Nok"), "leave the batch out"),
        (("approve", "--decided", "--as", "Nok"), "Nothing in B0001 is approved yet"),
    ],
)
def test_a_wrong_call_does_nothing(planned: Shell, tree, words: tuple[str, ...], told: str) -> None:
    before = {name: data for name, data in tree().items() if not name.endswith(("store.db", "head"))}
    ran = planned(*words).expect(2)
    assert told in ran.err
    assert {name: data for name, data in tree().items() if not name.endswith(("store.db", "head"))} == before
    assert set(statuses(planned).values()) == {"ready", "check"}


# deciding ---------------------------------------------------------------------------------------------------------


def test_approve_reject_and_put_back(planned: Shell) -> None:
    facts = decide(planned, "approve", "RT-1001", "#1002")
    assert (facts["name"], facts["count"], facts["total"], facts["by"]) == ("approve 2", 2, "10705.26", "Nok")
    decide(planned, "reject", "RT-1003", "--reason", "sample, not sold", who="Lek")
    assert statuses(planned) == {"RT-1001": "approved", "RT-1002": "approved", "RT-1003": "rejected"}
    row = check(planned("documents", "--status", "rejected", "--json"))["documents"][0]
    assert (row["decided_by"], row["note"]) == ("Lek", "sample, not sold")
    again = decide(planned, "approve", "--filter", "", "--status", "approved", code=4)
    assert (again["count"], again["skipped"][0]["reason"], again["skipped"][0]["count"]) == (0, "approved already", 2)
    decide(planned, "draft", "RT-1001")
    assert statuses(planned)["RT-1001"] == "ready"


def test_undo_and_redo_are_named_and_survive_every_restart(planned: Shell) -> None:
    decide(planned, "approve", "RT-1001", "RT-1002")
    decide(planned, "reject", "RT-1003", "--reason", "sample")
    undone = decide(planned, "undo")
    assert (undone["name"], undone["next_undo"], undone["next_redo"]) == ("reject 1", "approve 2", "reject 1")
    decide(planned, "undo")
    assert statuses(planned) == {"RT-1001": "ready", "RT-1002": "ready", "RT-1003": "check"}
    decide(planned, "redo")
    assert decide(planned, "redo")["name"] == "reject 1"
    assert statuses(planned) == {"RT-1001": "approved", "RT-1002": "approved", "RT-1003": "rejected"}


def test_like_this_takes_what_is_ready_and_nothing_with_a_finding(planned: Shell, tree) -> None:
    before = tree()
    dry = decide(planned, "approve", "--like", "RT-1001", "--dry-run")
    assert (dry["count"], dry["total"], dry["name"]) == (2, "10705.26", "")
    assert tree() == before
    assert decide(planned, "approve", "--like", "RT-1001", "--below", "100")["count"] == 1, "only itself"
    decide(planned, "approve", "--like", "RT-1002")
    assert statuses(planned) == {"RT-1001": "approved", "RT-1002": "approved", "RT-1003": "check"}


def test_an_approval_is_lost_when_the_document_changes_and_says_so(planned: Shell) -> None:
    decide(planned, "approve", "RT-1001", "RT-1002")
    after = planned.root / "after.csv"
    text = WHOLESALE.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("#1001,"))
    after.write_text(text.replace(line, line.replace("2026-10-03", "2026-10-04")), encoding="utf-8")
    planned("import", str(after)).expect(0)
    planned("plan").expect(4)
    rows = {row["number"]: row for row in check(planned(*ALL, "--json"))["documents"]}
    assert (rows["RT-1001"]["status"], rows["RT-1001"]["note"]) == ("ready", "changed since Nok approved it")
    assert rows["RT-1002"]["status"] == "approved", "what did not change keeps its approval"
    assert check(planned("approve", "--decided", "--as", "Nok", "--dry-run", "--json"))["door"]["count"] == 1


# the second door --------------------------------------------------------------------------------------------------


def test_part_of_a_draft_is_sealed_and_the_rest_is_a_draft_with_its_decisions(planned: Shell) -> None:
    decide(planned, "approve", "RT-1002", who="Lek")
    decide(planned, "reject", "RT-1003", "--reason", "sample", who="Lek")
    door = check(planned("approve", "--decided", "--as", "Nok", "--dry-run", "--json").expect(0))["door"]
    assert (door["count"], door["total"], door["vat"], door["period"]) == (1, "4124.76", "269.84", ["2026-10-12"] * 2)
    assert (door["left"], door["rejected"], door["approved_by"], door["largest"]) == (1, 1, ["Lek"], "RT-1002")
    assert batches(planned)["B0001"][:2] == ("draft", 3), "a dry run changes nothing"
    done = check(planned("approve", "--decided", "--as", "Nok", "--json").expect(0))
    assert (done["batch"]["batch"], done["batch"]["documents"], done["batch"]["approved_by"]) == ("B0002", 1, "Nok")
    assert done["door"]["digest"] == door["digest"]
    assert {name: facts[:2] for name, facts in batches(planned).items()} == {
        "B0002": ("approved", 1),
        "B0003": ("draft", 1),
    }
    assert statuses(planned) == {"RT-1001": "ready", "#1003": "rejected"}
    planned("upload", "B0002").expect(0)
    assert truth(planned) == ["RT-1002"]
    decide(planned, "approve", "--status", "ready")
    planned("approve", "--decided", "--as", "Nok").expect(0)
    planned("upload", "B0003").expect(0)
    assert truth(planned) == ["RT-1002", "RT-1001"]
    decide(planned, "draft", "#1003")
    planned("plan").expect(4)
    assert statuses(planned)["RT-1003"] == "check"
    assert planned.json("verify", "--chain", code=0)["events"] > 0


def test_control_totals_of_every_plan_on_the_way_tie(planned: Shell) -> None:
    decide(planned, "approve", "RT-1002")
    decide(planned, "reject", "RT-1003", "--reason", "sample")
    planned("approve", "--decided", "--as", "Nok").expect(0)
    facts = planned.json("plan")
    assert facts["controls"]["difference"] == "0.00"
    held = {cause["code"]: cause["amount"] for cause in facts["held"]}
    assert held["rejected-by-person"] == "1069.91"
    assert planned("audit", "B0002").code == 0


def test_what_is_sealed_cannot_be_decided_or_undone(planned: Shell) -> None:
    decide(planned, "approve", "--filter", "amt>0")
    planned("approve", "--decided", "--as", "Nok").expect(0)
    assert set(statuses(planned).values()) == {"open"}
    facts = decide(planned, "reject", "RT-1001", "--reason", "too late", code=4)
    assert (facts["count"], facts["name"]) == (0, "")
    assert "corrections are credit notes" in facts["skipped"][0]["reason"]
    ran = planned("decide", "undo", "--as", "Nok").expect(4)
    assert "cannot be undone: all of its documents were approved with batch B0001" in ran.err


def test_an_approval_of_many_takes_no_rejection_away(planned: Shell) -> None:
    """Somebody rejected one of them with a reason; who approves a whole group has not looked at that."""
    decide(planned, "reject", "RT-1002", "--reason", "sample", who="Lek")
    facts = decide(planned, "approve", "RT-1001", "RT-1002", code=4)
    assert facts["count"] == 1 and "put it back (draft) first" in facts["skipped"][0]["reason"]
    decide(planned, "draft", "RT-1002")
    assert decide(planned, "approve", "RT-1002")["count"] == 1


def test_a_whole_draft_with_a_rejected_document_is_not_approved(planned: Shell) -> None:
    decide(planned, "reject", "RT-1003", "--reason", "sample", who="Lek")
    ran = planned("approve", "B0001", "--as", "Nok").expect(4)
    assert "RT-1003 (Rejected by Lek on" in ran.err
    planned("plan").expect(4)
    planned("approve", "B0002", "--as", "Nok").expect(0)


def test_a_draft_that_is_out_of_date_is_not_sealed(planned: Shell) -> None:
    decide(planned, "approve", "RT-1001")
    planned.edit("start_date = 2026-10-01", "start_date = 2026-10-05")
    ran = planned("approve", "--decided", "--as", "Nok").expect(4)
    assert "out of date" in ran.err
    assert batches(planned)["B0001"][0] == "draft"


@pytest.mark.parametrize("policy", ['two_persons = "block"', 'two_persons = "off"\ntwo_persons_above = "11000.00"'])
def test_the_policy_of_two_persons_holds_for_a_part_and_for_the_rest(ready: Shell, policy: str) -> None:
    """The sum of the whole draft counts, and who prepared the whole is who prepared the parts."""
    file = ready.root / "recon.toml"
    text = file.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("two_persons")]
    file.write_text("\n".join(kept).replace("[approval]", f"[approval]\n{policy}") + "\n", encoding="utf-8")
    assert policy in file.read_text(encoding="utf-8")
    ready("plan").expect(4)
    prepared = batches(ready)["B0001"][2]
    decide(ready, "approve", "RT-1002", who="Somchai")
    ran = ready("approve", "--decided", "--as", prepared).expect(4)
    assert "needs a second person" in ran.err
    assert list(batches(ready)) == ["B0001"], "the draft stays whole"
    with_another_user(ready)
    ready("approve", "--decided", "--as", "Somchai").expect(0)
    assert {name: facts[2] for name, facts in batches(ready).items()} == {"B0002": prepared, "B0003": prepared}
    decide(ready, "approve", "RT-1001", who="Somchai")
    assert "needs a second person" in ready("approve", "--decided", "--as", prepared).expect(4).err


def with_another_user(shell: Shell) -> None:
    """Let the draft have been planned by another user of this computer."""
    raw = sqlite3.connect(shell.root / ".recon" / "store.db")
    raw.execute("DROP TRIGGER batches_content")
    raw.execute("UPDATE batches SET created_os_user = 'somebody'")
    raw.commit()
    raw.close()


def test_a_live_ledger_wants_the_short_name_at_the_second_door(planned: Shell) -> None:
    raw = sqlite3.connect(planned.root / ".recon" / "store.db")
    raw.execute("UPDATE connections SET environment = 'live'")
    raw.commit()
    raw.close()
    decide(planned, "approve", "RT-1001")
    door = check(planned("approve", "--decided", "--as", "Nok", "--dry-run", "--json"))["door"]
    assert (door["environment"], door["confirmation"]) == ("live", "แซนด์บ็อกซ์")
    ran = planned("approve", "--decided", "--as", "Nok", "--no-input").expect(2)
    assert "--confirm" in ran.err
    assert batches(planned)["B0001"][0] == "draft"
    planned("approve", "--decided", "--as", "Nok", "--confirm", "แซนด์บ็อกซ์").expect(0)
    assert batches(planned)["B0002"][:2] == ("approved", 1)


def test_the_documents_of_one_order_go_together(ready: Shell) -> None:
    """Named or filtered alone, a credit note takes its receipt along, and says so; undone, both are."""
    text = WHOLESALE.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("#1002,"))
    cells = next(csv.reader([line]))
    head = next(csv.reader([text.splitlines()[0]]))
    cells[head.index("Financial Status")], cells[head.index("Refunded Amount")] = "refunded", cells[head.index("Total")]
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    newer = ready.root / "newer.csv"
    newer.write_text(text.replace(line, out.getvalue()), encoding="utf-8")
    ready("import", str(newer)).expect(0)
    ready("plan").expect(4)
    assert {"RT-1002", "CN-1002"} < set(statuses(ready))
    facts = decide(ready, "approve", "CN-1002")
    assert (facts["count"], facts["together"], facts["name"]) == (2, 1, "approve 2")
    assert {number for number, status in statuses(ready).items() if status == "approved"} == {"RT-1002", "CN-1002"}
    decide(ready, "undo")
    assert "approved" not in statuses(ready).values()
    assert decide(ready, "reject", "--filter", "kind:credit_note", "--reason", "sample")["together"] == 1


def test_a_part_that_is_not_what_was_looked_at_is_not_sealed(planned: Shell) -> None:
    """The seal compares every document with the digest of the decision; a decision edited by hand fits nothing."""
    decide(planned, "approve", "RT-1002")
    raw = sqlite3.connect(planned.root / ".recon" / "store.db")
    raw.execute("DROP TRIGGER review_changes_no_update")
    raw.execute("UPDATE review_changes SET digest = 'of something else'")
    raw.commit()
    raw.close()
    ran = planned("approve", "--decided", "--as", "Nok").expect(4)
    assert "1 documents would not be those that were approved" in ran.err
    assert {name: facts[:2] for name, facts in batches(planned).items()} == {"B0001": ("draft", 3)}

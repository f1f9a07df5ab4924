"""Numbering proof from the command line: a missing order number is told before sending, a used one is never sent again."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from recon.sandbox.peak import SandboxPeak
from recon.sandbox.peak.faults import Fault
from recon.workspace import find_workspace
from tests.clock import FakeClock
from tests.peak_books import peak_books, sent, taken_in
from tests.shell import Shell
from tests.thai_shop import MID_MONTH, WHOLESALE
from tui.wiring import service_for

LATER = WHOLESALE.read_text(encoding="utf-8").replace("#100", "#200").replace("772000000100", "772000000200")
"""The wholesale export with other orders."""
OTHERWISE = (
    LATER.replace("2026-10-03", "2026-10-05").replace("2026-10-12", "2026-10-14").replace("2026-10-21", "2026-10-19")
)
"""The same numbers, but other documents: of other days."""


def without(tmp_path: Path, *numbers: str) -> Path:
    """The export of 16 October without some orders."""
    rows = MID_MONTH.read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "with-holes.csv"
    path.write_text(
        "".join(row for row in rows if not row.startswith(tuple(f"{n}," for n in numbers))), encoding="utf-8"
    )
    return path


def planned(shell: Shell, path: Path) -> Shell:
    shell("connect").expect(0)
    shell("import", path)
    shell("match", "--link-all", "--text", "--all-channels", "BSV001")
    shell("plan").expect(4)
    return shell


def gaps(shell: Shell) -> list[tuple[str, str]]:
    found = shell.json("findings")["findings"]
    return [(one["value"], one["detail"]) for one in found if one["code"] == "number-gap"]


def test_a_missing_order_number_is_told_and_sends_on(shell: Shell, tmp_path: Path) -> None:
    planned(shell, without(tmp_path, "#1016", "#1027", "#1028"))
    assert [value for value, _ in gaps(shell)] == ["#1016", "#1027 to #1028"]
    assert "2 numbers of series #n are not among the orders" in gaps(shell)[1][1]
    assert "next one that is was ordered on 2026-10-13" in gaps(shell)[1][1]
    again = shell.json("plan", "--dry-run")
    assert {cause["code"]: cause["count"] for cause in again["other"]}["number-gap"] == 2
    shell("approve", "B0001", "--as", "Nok").expect(0)
    with service_for(find_workspace(shell.root), clock=shell.clock, write=False) as service:
        told = service.upload_door("B0001").warnings
    assert told == ("Order numbers are missing between those that were taken in (number-gap): #1016, #1027 to #1028",)
    assert shell.json("upload", "B0001", "--dry-run")["warnings"] == list(told)
    assert f"warning: {told[0]}" in shell("upload", "B0001", "--dry-run").out
    shell("upload", "B0001")
    verified = shell.json("verify", "B0001", code=4)
    assert [one["number"] for one in verified["numbering"]] == ["#1016", "#1027 to #1028"]
    assert {one["code"] for one in verified["numbering"]} == {"number-gap"}
    assert "No order of these numbers was taken in" in shell("verify", "B0001").expect(4).out


def known(rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [(row["number"], row["count"], row["arrived"], row["reason"], row["who"]) for row in rows]


def test_a_gap_whose_reason_a_person_says_stays_listed_and_warns_no_more(shell: Shell, tmp_path: Path) -> None:
    planned(shell, without(tmp_path, "#1016", "#1027", "#1028"))
    words = ("match", "--gap", "#1016=deleted in the shop", "--gap", "#1027..#1028=test orders", "--as", "Nok")
    assert "would set: #1016: known to be missing, deleted in the shop" in shell(*words, "--dry-run").out
    assert [value for value, _ in gaps(shell)] == ["#1016", "#1027 to #1028"]
    shell("approve", "B0001", "--as", "Nok").expect(0)
    assert shell.json("upload", "B0001", "--dry-run")["warnings"]
    assert "set: #1027..#1028: known to be missing, test orders" in shell(*words).out
    assert not shell.json("upload", "B0001", "--dry-run")["warnings"], (
        "no new plan and no new approval is needed for it"
    )
    assert "number-gap" not in {cause["code"] for cause in shell.json("plan", "--dry-run")["other"]}
    shell("upload", "B0001")
    verified = shell.json("verify", "B0001", code=0)
    assert verified["numbering"] == []
    both = [("#1016", 1, 0, "deleted in the shop", "Nok"), ("#1027 to #1028", 2, 0, "test orders", "Nok")]
    assert known(verified["known_gaps"]) == both
    told = "known gap     #1016: Known to be missing: deleted in the shop (Nok, 2026-11-0"
    assert told in shell("verify", "B0001").expect(0).out
    assert known(shell.json("status")["completeness"][0]["known_gaps"]) == both
    assert "known gap  #1027 to #1028: Known to be missing: test orders (Nok, 2026-11-0" in shell("status").out
    rows = [row for row in numbering_sheet(shell) if row[2] in {"gap", "known gap"}]
    assert {row[2] for row in rows} == {"known gap"}
    assert {row[3:6] for row in rows} == {("#1016", "#1016", 1), ("#1027", "#1028", 2)}
    shell("plan")
    assert gaps(shell) == []


def test_a_word_about_a_gap_is_taken_back_and_said_again(shell: Shell, tmp_path: Path) -> None:
    planned(shell, without(tmp_path, "#1016", "#1027", "#1028"))
    shell("match", "--gap", "#1027..#1028=test orders", "--as", "Nok")
    shell("plan")
    assert [value for value, _ in gaps(shell)] == ["#1016"]
    assert "Undone: gap 1" in shell("match", "--undo", "--as", "Malee").out
    shell("approve", "B0001", "--as", "Nok").expect(0)
    assert "#1027 to #1028" in shell.json("upload", "B0001", "--dry-run")["warnings"][0]
    assert "Done again: gap 1" in shell("match", "--redo", "--as", "Malee").out
    assert "#1027" not in shell.json("upload", "B0001", "--dry-run")["warnings"][0]
    assert "no longer known to be missing" in shell("match", "--gap", "#1027..#1028=", "--as", "Malee").out
    assert "#1027 to #1028" in shell.json("upload", "B0001", "--dry-run")["warnings"][0]


def test_a_number_that_is_not_missing_is_refused_with_everything_that_is_wrong(shell: Shell, tmp_path: Path) -> None:
    planned(shell, without(tmp_path, "#1016", "#1027", "#1028"))
    ran = shell(
        "match", "--gap", "#1016=deleted", "--gap", "#1020=deleted", "--gap", "#1026..#1028=deleted", "--gap", "#9000=gone",
        "--gap", "#1029..#1027=x", "--gap", "#1027=", "--gap", "#1..SO-2=x",
    ).expect(2)  # fmt: skip
    for words in (
        "#1020: not missing, for it was taken in: #1020 (ordered on 2026-10-",
        "#1026..#1028: not missing, for it was taken in: #1026 (ordered on 2026-10-",
        "#9000: not missing between the numbers that were taken in, or explained by something else (missing are #1016, #1027 to #1028)",
        "#1029..#1027: the last number comes before the first",
        "#1027: nothing was said of it",
        "#1..SO-2: the two numbers are not built alike",
        "Nothing was set.",
    ):
        assert words in ran.err, ran.err
    assert "NUMBER=REASON" in shell("match", "--gap", "#1016").expect(2).err
    assert "without other changes" in shell("match", "--undo", "--gap", "#1016=x").expect(2).err
    assert known(shell.json("status")["completeness"][0]["known_gaps"]) == []


def test_an_order_that_comes_after_all_wins_over_the_word(shell: Shell, tmp_path: Path) -> None:
    planned(shell, without(tmp_path, "#1016", "#1027", "#1028"))
    shell("match", "--gap", "#1016=deleted in the shop", "--gap", "#1027..#1028=test orders", "--as", "Nok")
    rest = tmp_path / "rest.csv"
    rest.write_text(without(tmp_path, "#1016", "#1028").read_text(encoding="utf-8"), encoding="utf-8")
    shell("import", rest)
    shell("plan")
    assert gaps(shell) == []
    told = shell.json("status")["completeness"][0]["known_gaps"]
    assert known(told) == [
        ("#1016", 1, 0, "deleted in the shop", "Nok"),
        ("#1027 to #1028", 2, 1, "test orders", "Nok"),
    ]
    assert told[1]["text"].endswith("; 1 of these numbers were taken in since")
    rows = {row[2:6] for row in numbering_sheet(shell, shell.json("status")["batches"][-1]["batch"])}
    assert {
        ("known gap", "#1016", "#1016", 1),
        ("known gap", "#1028", "#1028", 1),
        ("arrived", "#1027", "#1027", 1),
    } <= rows
    assert "was taken in" in shell("match", "--gap", "#1027=again").expect(2).err


def test_held_and_cancelled_orders_are_no_gap(shell: Shell) -> None:
    """Twelve of these orders are held, four are not due or cancelled: their numbers are there."""
    planned(shell, MID_MONTH)
    assert gaps(shell) == []


def test_before_the_start_date_nothing_is_missing(shell: Shell, tmp_path: Path) -> None:
    settings = shell.root / "recon.toml"
    text = settings.read_text(encoding="utf-8")
    start = next(line for line in text.splitlines() if line.startswith("start_date"))
    settings.write_text(text.replace(start, "start_date = 2026-10-10"), encoding="utf-8")
    planned(shell, without(tmp_path, "#1005", "#1024"))
    assert [value for value, _ in gaps(shell)] == ["#1024"]


@pytest.fixture
def ledger(clock):
    with SandboxPeak(clock=clock, durable=False) as sandbox:
        yield sandbox


def workspace_at(root: Path, ledger: SandboxPeak, clock: object, path: Path) -> Shell:
    return taken_in(peak_books(root, ledger, clock), ledger, path, code=4 if path == MID_MONTH else 0)


def ours_posted(folder: Path, ledger: SandboxPeak, clock: FakeClock) -> None:
    """Three receipts of ours stand in the ledger."""
    sent(workspace_at(folder / "ours", ledger, clock, WHOLESALE))


@pytest.fixture
def posted_there(tmp_path: Path, clock: FakeClock, peak_at) -> tuple[SandboxPeak, Shell]:
    """The ledger, and our workspace whose three receipts stand there."""
    return peak_at(ours_posted), Shell(tmp_path / "ours", clock)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_f39_a_number_the_ledger_shows_under_another_document_is_never_sent(tmp_path, clock, posted_there) -> None:
    """Somebody else posts under numbers we would use next; verify sees them, and from then on their orders are held."""
    ledger, ours = posted_there
    later = written(tmp_path / "later.csv", LATER)
    otherwise = written(tmp_path / "otherwise.csv", OTHERWISE)
    sent(workspace_at(tmp_path / "theirs", ledger, clock, otherwise), actor="Malee")
    assert len(ours.json("verify", "B0001", code=4)["strangers"]) == 3
    ours("import", later)
    plan = ours.json("plan")
    assert {cause["code"]: cause["orders"] for cause in plan["held"]}["number-taken"] == 3
    assert plan["documents"] == 0
    detail = next(one["detail"] for one in ours.json("findings")["findings"] if one["code"] == "number-taken")
    assert "is the number of receipt RT-" in detail and "as listed on" in detail


def test_an_equal_document_under_our_number_is_taken_for_ours(tmp_path, clock, posted_there) -> None:
    """As after a restored backup: the ledger holds it, the store does not know; the upload looks it up and takes it over."""
    ledger, ours = posted_there
    later = written(tmp_path / "later.csv", LATER)
    sent(workspace_at(tmp_path / "theirs", ledger, clock, later), actor="Malee")
    assert len(ours.json("verify", "B0001", code=4)["strangers"]) == 3
    ours("import", later)
    assert ours.json("plan")["documents"] == 3
    ours("approve", "B0002", "--as", "Nok").expect(0)
    assert ours.json("upload", "B0002", code=0)["found_there"] == 3


def test_f39_an_upload_refuses_a_number_that_was_taken_meanwhile(tmp_path, clock, posted_there) -> None:
    ledger, ours = posted_there
    later = written(tmp_path / "later.csv", LATER)
    ours("import", later)
    ours("plan").expect(4)
    ours("approve", "B0002", "--as", "Nok").expect(0)
    otherwise = written(tmp_path / "otherwise.csv", OTHERWISE)
    sent(workspace_at(tmp_path / "theirs", ledger, clock, otherwise), actor="Malee")
    ours("verify", "B0001").expect(0)  # the numbers are approved here, so they are no strangers' yet
    before = len(ledger.requests)
    for words in (("upload", "B0002", "--dry-run"), ("upload", "B0002")):
        ran = ours(*words)
        assert ran.code == 4, ran.err
        assert "3 numbers stand on other documents already" in ran.err
        assert "Nothing was sent." in ran.err
    assert len(ledger.requests) == before


def test_the_ledger_doubling_a_number_is_told(tmp_path, clock, posted_there) -> None:
    ledger, ours = posted_there
    first = ours.json("documents", "B0001")["documents"][0]["number"]
    ledger.inject(Fault(kind="set-field", path="/receipts*", field="code", text=first, times=None))
    found = ours.json("verify", "B0001", code=4)["numbering"]
    assert [(one["number"], one["code"]) for one in found] == [(first, "number-twice")]


def numbering_sheet(shell: Shell, batch: str = "B0001") -> list[tuple[object, ...]]:
    path = shell.json("audit", batch)["path"]
    sheet = openpyxl.load_workbook(path, data_only=True)["Numbering"]
    return [row[:7] for row in sheet.iter_rows(min_row=6, values_only=True)]


def test_the_sheet_numbering_tells_before_and_after(shell: Shell, tmp_path: Path) -> None:
    planned(shell, without(tmp_path, "#1016"))
    before = numbering_sheet(shell)
    assert {row[0] for row in before} == {"Orders of the source", "Documents, before sending"}
    assert before[0] == ("Orders of the source", "#n", "series", "#1000", "#1033", 33, 34)
    assert [row[3:6] for row in before if row[2] == "gap"] == [("#1016", "#1016", 1)]
    assert ("Orders of the source", "#n", "no document", "#1000", "#1000", 1) in [row[:6] for row in before]
    shell("approve", "B0001", "--as", "Nok").expect(0)
    shell("upload", "B0001")
    shell("verify", "B0001").expect(4)
    after = [row for row in numbering_sheet(shell) if row not in before]
    assert {row[0] for row in after} == {"Documents, as the ledger lists them", "Orders, by the ledger's list"}
    assert [row[2:5] for row in after if row[0].startswith("Orders")] == [
        ("series", "#1000", "#1033"),
        ("gap", "#1016", "#1016"),
    ]
    listed = {row[1]: row[5] for row in after if row[0].startswith("Documents")}
    posted = shell.json("documents", "B0001")["documents"]
    assert listed["RT-n"] == sum(row["kind"] == "receipt" for row in posted)


def test_a_document_the_ledger_lost_is_told_in_the_sheet(tmp_path, clock, key_store, ledger) -> None:
    ours = workspace_at(tmp_path / "ours", ledger, clock, MID_MONTH)
    ours("match", "--text")
    ours("plan").expect(4)
    ours("approve", "B0001", "--as", "Nok").expect(0)
    ours("upload", "B0001")
    ledger.inject(Fault(kind="set-field", path="/receipts?*", field="code", text="OTHER-1", times=None))
    ours("verify", "B0001")
    words = [row for row in numbering_sheet(ours) if row[0] == "Orders, by the ledger's list"]
    assert any(row[2] == "no document" for row in words)


def test_where_the_ledger_numbers_its_own_series_is_proved(tmp_path, clock, key_store, ledger) -> None:
    ours = workspace_at(tmp_path / "ours", ledger, clock, MID_MONTH)
    settings = ours.root / "recon.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('numbering = "source"', 'numbering = "ledger"'), encoding="utf-8"
    )
    ours("plan").expect(4)
    ours("approve", "B0001", "--as", "Nok").expect(0)
    ours("upload", "B0001")
    assert ours.json("verify", "B0001")["numbering"] == []
    rows = numbering_sheet(ours)
    (series,) = [row for row in rows if row[0].startswith("Documents, as") and row[1] == "RT-202611#####"]
    posted = [row["ledger_number"] for row in ours.json("documents", "B0001")["documents"] if row["kind"] == "receipt"]
    assert (series[3], series[4], series[5]) == (min(posted), max(posted), len(posted))
    (known,) = [row for row in rows if row[0] == "Documents, before sending" and row[1] == "RT-202611#####"]
    assert known[4] == max(posted), "the last number known"

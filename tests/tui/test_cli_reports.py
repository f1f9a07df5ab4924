"""`recon audit`, `journal`, `status`, `show`, `documents`, `findings`, `orders`: what a person or a program asks afterwards."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.shell import Shell
from tests.thai_shop import MID_MONTH, MONTH_END, WHOLESALE


@pytest.fixture
def month(shell: Shell) -> Shell:
    """Half a month planned, with held orders of many causes."""
    shell("connect").expect(0)
    shell("import", MID_MONTH).expect(4)
    shell("match", "--link-all", "--all-channels", "BSV001").expect(4)
    shell("plan").expect(4)
    return shell


def test_audit_writes_where_it_is_told(posted: Shell, tmp_path: Path) -> None:
    assert Path(posted.json("audit", code=0)["path"]) == posted.root / "audit" / "B0001.xlsx"
    facts = posted.json("audit", "B0001", "-o", tmp_path / "month.xlsx", code=0)
    assert Path(facts["path"]).is_file()
    assert facts["message"] == "All control totals agree."


def test_audit_dry_run_writes_nothing(posted: Shell, tree) -> None:
    before = tree()
    assert posted.json("audit", "--dry-run", code=0)["dry_run"] is True
    assert tree() == before


def test_a_workbook_that_cannot_be_written_is_no_defect(posted: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for target in (tmp_path, tmp_path / "file" / "month.xlsx"):
        ran = posted("audit", "-o", target).expect(2)
        assert "was not written" in ran.err


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed here")
def test_hledger_accepts_the_journal(posted: Shell) -> None:
    facts = posted.json("journal", "--format", "hledger", code=0)
    assert (facts["entries"], facts["debits"]) == (3, "11882.17")
    subprocess.run(["hledger", "-f", facts["path"], "check"], check=True, capture_output=True)


def test_beancount_accepts_the_journal(posted: Shell) -> None:
    facts = posted.json("journal", "--format", "beancount", code=0)
    check = Path(sys.executable).with_name("bean-check")
    if not check.exists():
        pytest.skip("beancount is not installed here")
    subprocess.run([check, facts["path"]], check=True, capture_output=True)


def test_journal_dry_run_writes_nothing(posted: Shell, tree) -> None:
    before = tree()
    assert posted.json("journal", "--dry-run", code=0)["entries"] == 3
    assert tree() == before


def test_status_says_what_waits_for_whom(planned: Shell) -> None:
    facts = planned.json("status", code=4)
    (connection,) = facts["connections"]
    assert (connection["orders"], connection["total"], connection["environment"]) == (3, "11882.17", "sandbox")
    assert connection["start_date_locked"] is False
    assert any("wait for approval" in text for text in facts["waits"])
    planned("approve", "B0001", "--as", "Nok").expect(0)
    planned("upload", "B0001").expect(0)
    after = planned.json("status", code=0)
    assert after["connections"][0]["start_date_locked"] is True
    assert after["batches"][0]["posted"] == 3
    assert after["waits"] == []


@pytest.mark.parametrize(
    "name", ["RT-1001", "#1001", "shopify:thai-shop:7720000001001", "shopify:thai-shop:7720000001001/receipt/1"]
)
def test_a_document_is_found_by_number_key_and_order(planned: Shell, name: str) -> None:
    facts = planned.json("show", name, code=0)
    assert (facts["header"]["number"], facts["header"]["total"]) == ("RT-1001", "6580.50")
    assert facts["source_name"] == "3-orders_export_wholesale.csv"
    assert facts["header"]["row"] == 5
    debits = [posting["debit"] for posting in facts["postings"] if posting["debit"] != "0.00"]
    assert debits == ["6580.50"]
    assert [line["row"] for line in facts["lines"][:2]] == [5, 6]


def test_an_order_shows_its_documents_of_every_batch(posted: Shell, tmp_path: Path) -> None:
    refunded = tmp_path / "later.csv"
    lines = WHOLESALE.read_text(encoding="utf-8").split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith("#1002,"))
    lines[at] = lines[at].replace(",paid,", ",refunded,", 1).replace(",r1002.1,0.00,", ",r1002.1,4124.76,", 1)
    refunded.write_text("\n".join(lines), encoding="utf-8")
    assert posted.json("import", refunded, code=0)["files"][0]["changed"] == 1
    posted("plan").expect(4)
    facts = posted.json("show", "#1002", code=0)
    assert facts["header"]["kind"] == "credit_note"
    assert facts["also"] == ["shopify:thai-shop:7720000001002/receipt/1"]


def test_what_is_not_there_is_said(planned: Shell) -> None:
    assert "recon documents" in planned("show", "RT-9999").expect(2).err
    assert "B0001" in planned("documents", "B0009").expect(2).err
    assert "recon findings" in planned("findings", "--code", "nonsense").expect(2).err


def test_documents_of_a_kind(month: Shell) -> None:
    everything = month.json("documents", code=0)["documents"]
    receipts = month.json("documents", "--kind", "receipt", code=0)["documents"]
    credits_ = month.json("documents", "B0001", "--kind", "credit_note", code=0)["documents"]
    assert (len(credits_), {row["kind"] for row in credits_}) == (1, {"credit_note"})
    assert {row["kind"] for row in everything} == {"receipt", "credit_note"}
    assert len(receipts) + len(credits_) == len(everything)
    assert {row["kind"] for row in receipts} == {"receipt"}


def test_findings_by_cause_and_row_by_row(month: Shell) -> None:
    facts = month.json("findings", code=0)
    assert sum(cause["count"] for cause in facts["causes"]) == len(facts["findings"])
    one = month.json("findings", "--code", "does-not-foot", code=0)
    assert [finding["row"] for finding in one["findings"]] == [15]
    assert "449.00" in one["findings"][0]["detail"]
    assert "449.00" in month("findings", "--code", "does-not-foot").expect(0).out


def test_amounts_in_other_currencies_say_so_and_are_in_no_sum(month: Shell) -> None:
    def foreign(facts: dict[str, Any], *names: str) -> list[tuple[str, dict[str, str]]]:
        causes = [cause for name in names for cause in facts[name]]
        return [(c["amount"], c["other_currencies"]) for c in causes if c["code"] == "currency-foreign"]

    assert foreign(month.json("findings", code=0), "causes") == [("0.00", {"USD": "20.00"})]
    assert foreign(month.json("plan", "--dry-run"), "held") == [("0.00", {"USD": "20.00"})]
    assert "(currency-foreign, USD 20.00)" in month("findings").expect(0).out
    (row,) = month.json("findings", "--code", "currency-foreign", code=0)["findings"]
    assert (row["currency"], row["amount"]) == ("USD", "20.00")
    assert "USD 20.00" in month("findings", "--code", "currency-foreign").expect(0).out


def test_findings_name_their_files(month: Shell) -> None:
    month("import", MONTH_END).expect(4)
    month("plan").expect(4)
    (gone,) = month.json("findings", "--code", "order-gone", code=0)["findings"]
    assert gone["file_name"] == MID_MONTH.name
    assert gone["detail"] == f"Missing in {MONTH_END.name}, whose period covers it."
    shown = month("findings", "--code", "order-gone").expect(0).out
    assert MID_MONTH.name in shown
    assert gone["file"] not in shown


def test_what_a_newer_file_lacks_is_still_said_when_the_files_are_read_again(month: Shell) -> None:
    month("import", MONTH_END).expect(4)
    month("plan").expect(4)
    before = month.json("findings", "--code", "order-gone", code=0)["findings"]
    assert len(before) == 1
    settings = month.root / "recon.toml"
    text = settings.read_text(encoding="utf-8")
    assert "timezone" in text
    settings.write_text(
        text.replace("Asia/Bangkok", "Asia/Jakarta"), encoding="utf-8"
    )  # the same time, another reading
    month("plan").expect(4)
    assert month.json("findings", "--code", "order-gone", code=0)["findings"] == before


def test_orders_say_where_their_money_went(month: Shell) -> None:
    orders = month.json("orders", code=0)["orders"]
    held = month.json("orders", "--held", code=0)["orders"]
    assert len(orders) == 34
    assert {order["order_number"] for order in held} == {
        o["order_number"] for o in orders if o["disposition"] == "held"
    }
    assert all(order["reason"] for order in held)


def test_long_lists_are_cut_for_people_and_whole_for_programs(month: Shell) -> None:
    lines = month("orders").expect(0).out.splitlines()
    assert len(lines) == 1 + 34
    assert "..." not in lines[-1]


def test_findings_before_the_first_plan_are_those_of_the_files(shell: Shell) -> None:
    shell("import", MID_MONTH).expect(4)
    codes = {cause["code"] for cause in shell.json("findings", code=0)["causes"]}
    assert {"does-not-foot", "test-payment", "refund-undated"} <= codes
    assert "recon plan" in shell("orders").expect(2).err


def test_who_sold_an_order_is_shown_where_the_export_says_it(shell: Shell, tmp_path: Path) -> None:
    with WHOLESALE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    first = rows[0]["Name"]
    for row in rows:
        row["Employee"] = "Jo \x1b[31mHill" if row["Name"] == first and row["Total"] else ""
    with (tmp_path / "orders.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    shell("connect").expect(0)
    shell("import", str(tmp_path / "orders.csv")).expect(0)
    shell("match", "--link-all", "--channel", "Bank Deposit", "--method", "BSV002").expect(0)
    shell("plan").expect(4)
    staff = {row["order_number"]: row["staff"] for row in shell.json("orders")["orders"]}
    assert {name for name, said in staff.items() if said} == {first}
    said = shell("show", first).expect(0).out
    assert "  sold by Jo" in said
    assert "\x1b" not in said  # outside text is cleaned
    others = [name for name in staff if name != first]
    assert "sold by" not in shell("show", others[0]).expect(0).out
    assert shell.json("show", first)["staff"] == staff[first]

"""`recon vat`: a month over all batches, from posted documents only, as figures and as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from recon.config.edits import with_settings
from tests.shell import Shell
from tests.thai_shop import MONTH_END

SHEETS = [
    "VAT",
    "Sales tax report",
    "Input tax report",
    "VAT not due",
    "Ledger differs",
    "Not in these figures",
    "Seal",
]


def vat(shell: Shell, month: str = "2026-10", *more: str, code: int = 0) -> dict[str, Any]:
    return shell.json("vat", "--month", month, *more, code=code)


def apart(facts: dict[str, Any]) -> dict[str, tuple[int, str]]:
    """What is not in the figures; nothing of it is bought here."""
    assert all((one["purchases_count"], one["purchases"]) == (0, "0.00") for one in facts["not_in_these_figures"])
    return {
        f"{one['what']}: {one['reason']}": (one["sales_count"], one["sales"]) for one in facts["not_in_these_figures"]
    }


def test_posted_receipts_make_the_figures_and_what_is_held_stands_beside(posted: Shell) -> None:
    facts = vat(posted)
    sums, vat_sum = "11104.84", "777.33"
    assert facts["figures"] == {
        "sales": sums, "taxable": sums, "zero": "0.00", "exempt": "0.00", "output_vat": vat_sum, "purchases": "0.00",
        "input_vat": "0.00", "waiting_vat": "0.00", "payable": vat_sum,
    }  # fmt: skip
    assert facts["sales_documents"] == 3
    assert {check["agrees"] for check in facts["checks"]} == {True}
    assert list(apart(facts).values()) == [(1, "-107.00")]


def test_what_is_planned_or_approved_is_not_in_the_figures(planned: Shell) -> None:
    facts = vat(planned)
    assert facts["figures"]["sales"] == "0.00"
    assert apart(facts)["planned: B0001"] == (3, "11882.17")
    planned("approve", "B0001", "--as", "Nok").expect(0)
    assert apart(vat(planned))["approved: queued"] == (3, "11882.17")


def test_another_month_is_empty_and_agrees(posted: Shell) -> None:
    facts = vat(posted, "2026-09")
    assert (facts["figures"]["sales"], facts["sales_documents"], facts["not_in_these_figures"]) == ("0.00", 0, [])


def test_the_workbook_holds_the_lists_and_says_where_it_lies(posted: Shell, tmp_path: Path) -> None:
    path = tmp_path / "october.xlsx"
    assert vat(posted, "2026-10", "-o", str(path))["path"] == str(path)
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == SHEETS
    cells = {row[0].value: row[1].value for row in book["VAT"].iter_rows(max_col=2)}
    assert round(cells["Output VAT · ภาษีขาย"] * 100) == 77_733
    assert [cell.value for cell in book["Sales tax report"][5]][:4] == [
        "Date วันที่", "Tax invoice เลขที่ใบกำกับภาษี", "Kind", "Buyer ผู้ซื้อ",
    ]  # fmt: skip


def test_a_dry_run_writes_nothing(posted: Shell) -> None:
    facts = vat(posted, "2026-10", "--dry-run")
    assert facts["dry_run"] is True
    assert not Path(facts["path"]).exists()


def test_a_company_without_vat_is_told_so(shell: Shell) -> None:
    file = shell.root / "recon.toml"
    file.write_text(
        with_settings(file.read_text("utf-8"), {("connections", "shop", "vat_registered"): False}), encoding="utf-8"
    )
    shell("connect").expect(0)
    shell("import", MONTH_END)
    shell("match", "--link-all", "--text", "--all-channels", "BSV001")
    shell("plan")
    shell("approve", "B0001", "--as", "Nok").expect(0)
    shell("upload", "B0001")
    facts = vat(shell)
    assert facts["vat_registered"] is False
    assert facts["notes"][0].startswith("The company is not registered for VAT")
    assert facts["figures"]["output_vat"] == facts["figures"]["taxable"] == "0.00"
    assert facts["figures"]["sales"] == facts["figures"]["exempt"] != "0.00"
    assert {check["agrees"] for check in facts["checks"]} == {True}


@pytest.mark.parametrize("month", ["June", "2026-13", "2026"])
def test_what_is_no_month_is_refused(posted: Shell, month: str) -> None:
    assert "is no month" in posted("vat", "--month", month).expect(2).err


def test_without_a_ledger_there_is_nothing_to_file(shell: Shell) -> None:
    assert "recon connect" in shell("vat", "--month", "2026-10").expect(2).err


def test_a_month_that_has_not_begun_is_refused_and_one_that_is_not_over_says_so(posted: Shell) -> None:
    ran = posted("vat", "--month", "2031-01").expect(2)
    assert "2031-01 has not begun" in ran.err
    today = posted.clock.now().date()
    assert any("not over" in note for note in vat(posted, f"{today:%Y-%m}", "--dry-run")["notes"])

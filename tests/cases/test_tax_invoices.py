"""Tax invoices of suppliers by the commands a person types: entered, claimed in the month's VAT, refused, and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from recon.sandbox.zort import ZortShop
from tests.cases.test_purchases import SUPPLIER, UNPAID, bought, filed, post, ready
from tests.cases.zort_books import books, change, codes, sale
from tests.clock import FakeClock
from tests.shell import Shell


@pytest.fixture
def shell(tmp_path: Path, clock: FakeClock, shop: ZortShop) -> Shell:
    """Books with one sale and two purchases of one supplier; everything is set."""
    shop.replace_orders([sale("SO-1")])
    shop.change("purchases", [bought("PO-1"), bought("PO-2", 30, **UNPAID)])
    made = ready(books(tmp_path, clock, shop))
    change(made, accounts__undue_input_vat="113105")
    return made


def vat(shell: Shell, month: str = "2026-06", *more: str) -> dict[str, Any]:
    facts = shell.json("vat", "--month", month, *more, code=0)
    return facts | {"purchases": sorted(facts["purchases"], key=lambda row: row["record"])}


def claims(facts: dict[str, Any]) -> list[tuple[str, str, str | None, str | None]]:
    return [(row["record"], row["claim"], row["tax_invoice"], row["entered_by"]) for row in facts["purchases"]]


def enter(shell: Shell, *texts: str, code: int = 0) -> Any:
    words = [word for text in texts for word in ("--tax-invoice", text)]
    return shell("match", *words, "--as", "Nok").expect(code)


def test_a_tax_invoice_that_was_entered_is_claimed_with_who_and_when_in_the_workbook(
    shell: Shell, tmp_path: Path
) -> None:
    post(shell)
    before = vat(shell)
    assert {row["claim"] for row in before["purchases"]} == {"no tax invoice"}
    assert before["figures"]["input_vat"] == "0.00"
    told = shell("vat", "--month", "2026-06", "--dry-run").expect(0).out
    assert "recon match --tax-invoice 'RECORD=NUMBER YYYY-MM-DD'" in told
    assert "PO-1" in told
    said = enter(shell, "PO-1=IV6906-112 2026-06-12")
    assert "PO-1: tax invoice IV6906-112 of 2026-06-12, claimed in 2026-06" in said.out
    path = tmp_path / "june.xlsx"
    facts = vat(shell, "2026-06", "-o", str(path))
    assert claims(facts) == [("PO-1", "yes", "IV6906-112", "Nok"), ("PO-2", "no tax invoice", None, None)]
    one, two = (row["vat"] for row in facts["purchases"])
    assert (facts["figures"]["input_vat"], facts["figures"]["waiting_vat"]) == (one, two)
    assert facts["figures"]["input_vat"] != "0.00"
    assert all(check["agrees"] for check in facts["checks"])
    assert any("booked as VAT not yet due: 1" in note for note in facts["notes"])
    heads, *rows = openpyxl.load_workbook(path, data_only=True)["Input tax report"].iter_rows(
        min_row=5, values_only=True
    )
    (row,) = (dict(zip(heads, cells, strict=True)) for cells in rows if "PO-1" in cells)
    assert row["Supplier's tax invoice เลขที่ใบกำกับภาษี"] == "IV6906-112"
    assert f"{row['Its day วันที่ใบกำกับภาษี']:%Y-%m-%d}" == "2026-06-12"
    assert (row["Claimable ใช้หักได้"], row["Number entered by"]) == ("yes", "Nok")
    assert f"{row['Entered on']:%Y-%m-%d}" == f"{shell.clock.now():%Y-%m-%d}"


def test_another_month_claims_it_once_and_undo_and_an_empty_word_take_it_back(shell: Shell) -> None:
    change(shell, purchases__tax_invoice="with-expense")
    post(shell)
    enter(shell, "PO-1=IV6906-112 2026-06-12 2026-07")
    june, july = vat(shell), vat(shell, "2026-07")
    assert claims(june)[0] == ("PO-1", "other month", "IV6906-112", "Nok")
    assert claims(july) == [("PO-1", "yes", "IV6906-112", "Nok")]
    assert june["figures"]["input_vat"] == "0.00"
    assert july["figures"]["input_vat"] == july["purchases"][0]["vat"] != "0.00"
    assert all(check["agrees"] for facts in (june, july) for check in facts["checks"])
    enter(shell, "PO-1=")
    assert claims(vat(shell))[0][1:] == ("no number", None, None)
    shell("match", "--undo", "--as", "Nok").expect(0)
    assert claims(vat(shell, "2026-07")) == [("PO-1", "yes", "IV6906-112", "Nok")]


def test_everything_wrong_is_named_at_once_and_nothing_is_set(shell: Shell) -> None:
    post(shell)
    enter(shell, "PO-1=IV-1 2026-06-12")
    ran = enter(
        shell, "PO-2=iv-1 2026-06-13", "PO-9=IV-2 2031-01-01", "SO-1=IV-3 2026-06-13", "PO-2=IV-4 2026-06-13", code=2
    )
    assert f"PO-2: tax invoice iv-1 of {SUPPLIER} stands on PO-1 already" in ran.err
    assert "PO-9: no purchase of this number or key was taken in" in ran.err
    assert "recon vat --month YYYY-MM" in ran.err
    assert "PO-9: 2031-01-01 is in the future" in ran.err
    assert "SO-1: it is no purchase" in ran.err
    assert "PO-2: it is named twice" in ran.err
    assert claims(vat(shell))[1][1:] == ("no tax invoice", None, None)
    both = enter(shell, "PO-1=IV-8 2026-06-12", "PO-2=IV-8 2026-06-12", code=2).err
    assert f"PO-2: tax invoice IV-8 of {SUPPLIER} stands on PO-1 already. Both are entered here" in both
    assert "'PO-1', 'PO-2=X'" in enter(shell, "PO-1", "PO-2=X", code=2).err
    assert "PO-2: no tax invoice was entered" in enter(shell, "PO-2=", code=2).err
    enter(shell, "PO-1=IV-1 2026-06-14")  # the same record again is a correction
    assert vat(shell)["purchases"][0]["tax_invoice_on"] == "2026-06-14"


def test_a_dry_run_says_and_changes_nothing(shell: Shell) -> None:
    post(shell)
    said = shell("match", "--tax-invoice", "PO-1=IV-1 2026-06-12", "--as", "Nok", "--dry-run")
    assert "tax invoice IV-1 of 2026-06-12" in said.out
    assert claims(vat(shell))[0][1] == "no tax invoice"
    assert "go without other changes" in shell("match", "--undo", "--tax-invoice", "PO-1=").expect(2).err


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_many_are_entered_from_a_list(shell: Shell, tmp_path: Path, kind: str) -> None:
    post(shell)
    rows = [
        ["Record", "Number", "Date", "Month"],
        ["PO-1", "0012", "2026-06-12", ""],
        ["PO-2", "", "", ""],
        ["", "X", "2026-06-12", ""],
    ]
    path = tmp_path / f"invoices.{kind}"

    def write(*some: list[str]) -> None:
        if kind == "csv":
            path.write_text("\n".join(",".join(row) for row in some), encoding="utf-8")
        else:
            book = openpyxl.Workbook()
            for row in some:
                book.active.append([None if cell == "" else cell for cell in row])
            book.save(path)

    write(*rows)
    ran = shell("match", "--tax-invoices", path, "--as", "Nok").expect(2)
    assert "row 4, (no record): no purchase" in ran.err
    write(*rows[:3])
    shell("match", "--tax-invoices", path, "--as", "Nok").expect(0)
    assert claims(vat(shell))[0][1:] == ("yes", "0012", "Nok")
    assert claims(vat(shell))[1][1:] == ("no tax invoice", None, None)
    write(["Record", "Number"], ["PO-1", "1"])
    assert "no column date" in shell("match", "--tax-invoices", path, "--as", "Nok").expect(2).err
    assert "cannot be read" in shell("match", "--tax-invoices", tmp_path / "none.csv").expect(2).err


def test_the_import_file_carries_the_tax_invoice_that_was_entered_before_the_plan(
    tmp_path: Path, clock: FakeClock, shop: ZortShop
) -> None:
    shell = filed(tmp_path / "books", clock, shop, accounts__undue_input_vat="113105")
    enter(shell, "PO-1=IV6906-112 2026-06-12 2026-07")
    plan = shell.json("plan")
    assert "tax-invoice-not-told" not in codes(shell)
    shell("approve", plan["batch"], "--as", "Nok", "--confirm", "แซนด์บ็อกซ์").expect(0)
    enter(shell, "PO-2=IV6906-113 2026-06-13")
    assert "is_tax_invoice was False, is now True" in shell("upload", plan["batch"]).expect(4).err
    plan = shell.json("plan")
    shell("approve", plan["batch"], "--as", "Nok", "--confirm", "แซนด์บ็อกซ์").expect(0)
    shell("upload", plan["batch"])
    (path,) = (shell.root / "outgoing").glob("PEAK_ImportExpense_*.xlsx")
    heads, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    written = {row[heads.index("อ้างอิงถึง")]: row[6:9] for row in rows}
    assert written == {
        "EX-PO-1": ("IV6906-112", "20260612", "20260701"), "EX-PO-2": ("IV6906-113", "20260613", "20260613"),
    }  # fmt: skip

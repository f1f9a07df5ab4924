"""The sheet Settlements: only where there are settlement files, each cycle tied to what was transferred, sealed like the others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl

from exports.audit_frames import audit_frames
from exports.audit_workbook import write_audit_workbook
from exports.verify_workbook import verify_workbook
from recon.normalize.merge import combine
from recon.normalize.settlement_view import PARTS, SETTLEMENTS, settlement_cycles
from recon.views import AuditDossier
from tests.recon.marketplace_files import read, shopee
from tests.recon.settlement_files import lazada_leg, lazada_rows, settled, shopee_row

DOSSIER = AuditDossier(
    company="บ้านคอตตอน", connection="shopee", source="shopee", target="sandbox", currency="THB", timezone="Asia/Bangkok",
    batch="B0001", plan_digest="0" * 64, chain_head="", written_at=dt.datetime(2026, 7, 2, tzinfo=dt.UTC),
)  # fmt: skip


def test_every_cycle_adds_up_to_what_was_transferred(tmp_path: Path) -> None:
    orders = read("shopee", tmp_path, [shopee()])
    files = [orders, settled("shopee", tmp_path, [shopee_row(), shopee_row("2606050000000X", "2026-06-12")])]
    first, second = settlement_cycles(combine(files)).iter_rows(named=True)
    assert (first["cycle"], first["orders"], first["unknown_orders"]) == ("SHOPEE-2026-06-11", 1, 0)
    assert (second["paid_on"], second["unknown_orders"]) == (dt.date(2026, 6, 12), 1)
    assert (first["sale_minor"], first["discount_minor"], first["shipping_fee_minor"]) == (70000, -13200, -3800)
    for row in (first, second):
        assert sum(row[name] for name in PARTS.values()) == row["transferred_minor"] == 50919
        assert (row["difference_minor"], row["held"]) == (0, "")


def test_what_is_not_known_and_what_holds_stand_in_the_row(tmp_path: Path) -> None:
    rows = [*lazada_rows(), lazada_leg("ค่าอะไรใหม่", "-3.00"), lazada_leg("Lost Claim", "20.00", "")]
    (row,) = settlement_cycles(settled("lazada", tmp_path, rows)).iter_rows(named=True)
    assert (row["unknown_minor"], row["compensation_minor"], row["transferred_minor"]) == (
        -300,
        2000,
        18068 - 300 + 2000,
    )
    assert (row["orders"], row["held"]) == (1, "settlement-leg-unknown")


def test_without_settlement_files_there_is_no_sheet(tmp_path: Path) -> None:
    assert settlement_cycles(read("shopee", tmp_path, [shopee()])).schema == SETTLEMENTS
    written = write_audit_workbook(DOSSIER, audit_frames(), tmp_path / "without.xlsx")
    assert "Settlements" not in openpyxl.load_workbook(written.path).sheetnames
    assert verify_workbook(written.path).problems == ()


def test_the_sheet_is_sealed_and_missed_when_it_is_taken_out(tmp_path: Path) -> None:
    cycles = settlement_cycles(settled("shopee", tmp_path, [shopee_row()]))
    written = write_audit_workbook(DOSSIER, audit_frames(settlements=cycles), tmp_path / "with.xlsx")
    assert verify_workbook(written.path).problems == ()
    book = openpyxl.load_workbook(written.path)
    page = book["Settlements"]
    headings = {
        cell.value: cell.column for row in page.iter_rows(max_row=8) for cell in row if cell.value == "Transferred"
    }
    column = headings["Transferred"]
    (place,) = [cell for row in page.iter_rows(min_col=column, max_col=column) for cell in row if cell.value == 509.19]
    place.value = 519.19
    book.save(tmp_path / "changed.xlsx")
    assert any("Settlements" in text for text in verify_workbook(tmp_path / "changed.xlsx").problems)
    del book["Settlements"]
    book.save(tmp_path / "less.xlsx")
    assert "Sheet Settlements: it is missing in less.xlsx" in verify_workbook(tmp_path / "less.xlsx").problems

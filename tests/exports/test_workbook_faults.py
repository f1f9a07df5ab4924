"""Faults while a workbook is written, and afterwards: the old file stays, the person is told, changes are found."""

from __future__ import annotations

import errno
import io
import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import openpyxl
import pytest

import exports.workbook
from bench.made_audit import CHAIN, dossier, made_frames
from exports.audit_workbook import write_audit_workbook
from exports.vat_workbook import write_vat_workbook
from exports.verify_workbook import verify_workbook
from exports.workbook import write_safely
from recon.errors import ExportError
from tests.exports.test_vat_workbook import AT, made

ROOT = Path(__file__).parents[2]


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if ".part" in path.name)


def test_f06_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "audit.xlsx"
    target.write_bytes(b"the old workbook")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        with pytest.raises(
            ExportError, match=r"audit\.xlsx was not written: File too large\. The file that was there is unchanged"
        ):
            write_audit_workbook(dossier(), made_frames(900), target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert target.read_bytes() == b"the old workbook"
    assert [path.name for path in tmp_path.iterdir()] == ["audit.xlsx"]


@pytest.fixture
def full_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file can be made in the system's temporary folder; every other folder has room."""

    def full(*_args: object, **_kwargs: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "mkstemp", full)
    monkeypatch.setattr(tempfile, "_mkstemp_inner", full)
    with pytest.raises(OSError, match="No space left"):
        openpyxl.Workbook().save(io.BytesIO())  # what a workbook must not depend on


@pytest.mark.usefixtures("full_temporary_folder")
def test_f06_a_full_temporary_folder_hinders_no_workbook(tmp_path: Path) -> None:
    done = write_audit_workbook(dossier(), made_frames(20), tmp_path / "audit.xlsx")
    assert verify_workbook(done.path).problems == ()
    month = write_vat_workbook(made(), tmp_path / "vat.xlsx", written_at=AT)
    assert openpyxl.load_workbook(month).sheetnames[0] == "VAT"


def test_f06_full_disk_while_the_month_of_vat_is_written_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "vat.xlsx"
    target.write_bytes(b"the old workbook")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
    try:
        with pytest.raises(
            ExportError, match=r"vat\.xlsx was not written: File too large\. The file that was there is"
        ):
            write_vat_workbook(made(), target, written_at=AT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert target.read_bytes() == b"the old workbook"
    assert [path.name for path in tmp_path.iterdir()] == ["vat.xlsx"]


def test_f06_killed_in_the_middle_leaves_the_old_file_and_the_next_run_tidies_up(tmp_path: Path) -> None:
    target = tmp_path / "audit.xlsx"
    target.write_bytes(b"the old workbook")
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from bench.made_audit import dossier, made_frames\n"
        "from exports.audit_workbook import write_audit_workbook\n"
        "kill = lambda what, done, whole: os.kill(os.getpid(), signal.SIGKILL) if 'Postings' in what else None\n"
        "write_audit_workbook(dossier(), made_frames(200), Path(sys.argv[1]), on_progress=kill)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(target)], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert target.read_bytes() == b"the old workbook"
    assert len(leftovers(tmp_path)) == 1
    assert write_audit_workbook(dossier(), made_frames(20), target).path == target
    assert leftovers(tmp_path) == []


def test_f06_what_does_not_read_back_is_not_put_in_place(tmp_path: Path) -> None:
    target = tmp_path / "audit.xlsx"
    target.write_bytes(b"the old workbook")
    with pytest.raises(ExportError, match="it does not say what was meant"):
        write_safely(target, lambda path: path.write_bytes(b"half"), lambda _: ["row 7 is missing"])
    assert target.read_bytes() == b"the old workbook"
    assert leftovers(tmp_path) == []


def test_f06_a_bit_that_flips_on_the_way_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import exports.fast_sheet as fast_sheet
    import exports.package as package

    honest = fast_sheet.render_rows

    def flipped(part, styles):
        for rows, count in honest(part, styles):
            yield rows.replace(b"<v>436.22</v>", b"<v>436.23</v>"), count

    monkeypatch.setattr(package, "render_rows", flipped)
    with pytest.raises(ExportError, match="Sheet Postings, column Credit"):
        write_audit_workbook(dossier(), made_frames(20), tmp_path / "audit.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_f07_a_locked_target_gets_a_numbered_neighbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "audit.xlsx"
    target.write_bytes(b"open in Excel")
    (tmp_path / "audit (2).xlsx").write_bytes(b"somebody's copy")
    honest = os.replace

    def locked(source: object, destination: object) -> None:
        if Path(str(destination)) == target:
            raise PermissionError(13, "The process cannot access the file")
        honest(source, destination)

    monkeypatch.setattr(exports.workbook.os, "replace", locked)
    done = write_audit_workbook(dossier(), made_frames(20), target)
    assert done.path.name == "audit (3).xlsx"
    assert "audit.xlsx is open in another program, so it was written as audit (3).xlsx" in done.message
    assert target.read_bytes() == b"open in Excel"
    assert (tmp_path / "audit (2).xlsx").read_bytes() == b"somebody's copy"
    assert verify_workbook(done.path).problems == ()
    assert leftovers(tmp_path) == []


def test_f07_a_folder_that_takes_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file where the folder should be")
    with pytest.raises(ExportError, match=r"audit\.xlsx was not written"):
        write_audit_workbook(dossier(), made_frames(20), tmp_path / "audit" / "audit.xlsx")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook nobody changed."""
    return write_audit_workbook(dossier(), made_frames(40), tmp_path_factory.mktemp("written") / "audit.xlsx").path


def edited(written: Path, folder: Path, sheet: str, cell: str, value: object) -> tuple[str, ...]:
    """Change one cell as a person would, verify."""
    book = openpyxl.load_workbook(written)
    assert book[sheet][cell].value != value
    book[sheet][cell].value = value
    book.save(folder / "audit.xlsx")
    return verify_workbook(folder / "audit.xlsx").problems


def test_f88_saving_without_a_change_breaks_nothing(tmp_path: Path) -> None:
    done = write_audit_workbook(dossier(), made_frames(40), tmp_path / "audit.xlsx")
    book = openpyxl.load_workbook(done.path)
    book.save(done.path)
    check = verify_workbook(done.path)
    assert check.problems == ()
    assert (check.chain_head, check.seal, check.batch) == (CHAIN, done.seal, "B-2026-06-001 (done)")


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "says"),
    [
        ("Documents", "K6", 1, "Sheet Documents, column Total"),
        ("Documents", "E6", "Another name", "Sheet Documents, column Contact"),
        ("Postings", "G7", 99, "Sheet Postings, column Debit"),
        ("Orders", "B6", None, "Sheet Orders, column Ordered on"),
        ("Events", "G8", "0" * 64, "Sheet Events, column SHA-256 of the chain"),
        ("Approvals", "B6", "Somebody", "Sheet Approvals, column Approved by"),
        ("Seal", "D6", "0" * 64, "The seal on the summary does not fit"),
        ("Summary", "B28", 41, "The seal on the summary does not fit"),
    ],
)
def test_f88_one_changed_cell_is_found_and_named(
    written: Path, tmp_path: Path, sheet: str, cell: str, value: object, says: str
) -> None:
    problems = edited(written, tmp_path, sheet, cell, value)
    assert any(problem.startswith(says) for problem in problems), problems


def test_f88_a_changed_amount_moves_its_control_totals(written: Path, tmp_path: Path) -> None:
    problems = edited(written, tmp_path, "Postings", "G6", 1)
    assert any(problem.startswith("Control total Debits, THB: our figure") for problem in problems), problems


def test_f88_rows_and_sheets_taken_out_are_found(tmp_path: Path) -> None:
    done = write_audit_workbook(dossier(), made_frames(40), tmp_path / "audit.xlsx")
    book = openpyxl.load_workbook(done.path)
    book["Findings"].delete_rows(7)
    book["Postings"].delete_cols(5)
    del book["Attempts"]
    book.save(done.path)
    problems = verify_workbook(done.path).problems
    assert "Sheet Findings: 3 rows, sealed with 4" in problems
    assert "Sheet Attempts: it is missing in audit.xlsx" in problems
    assert any(problem.startswith("Sheet Postings") for problem in problems)

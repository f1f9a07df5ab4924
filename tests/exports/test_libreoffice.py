"""LibreOffice opens the audit workbook, calculates every formula anew and comes to the values it carries."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from bench.made_audit import dossier, made_frames
from exports.audit_workbook import write_audit_workbook
from exports.verify_workbook import verify_workbook

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here"),
]


def without_values(source: Path, target: Path) -> Path:
    """Copy a workbook and take the values out of its formulas, so that they must be calculated."""
    with ZipFile(source) as read, ZipFile(target, "w", ZIP_DEFLATED) as made:
        for name in read.namelist():
            content = read.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
            made.writestr(name, content)
    return target


def saved_by_libreoffice(source: Path, folder: Path) -> Path:
    folder.mkdir()
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(folder),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / source.name


@pytest.mark.parametrize("rows_per_sheet", [1_000_000, 50])
def test_formulas_come_to_the_values_they_carry(tmp_path: Path, rows_per_sheet: int) -> None:
    done = write_audit_workbook(dossier(), made_frames(60), tmp_path / "audit.xlsx", rows_per_sheet=rows_per_sheet)
    bare = without_values(done.path, tmp_path / "bare.xlsx")
    again = saved_by_libreoffice(bare, tmp_path / "out")
    formulas = openpyxl.load_workbook(done.path)
    carried = openpyxl.load_workbook(done.path, data_only=True)
    calculated = openpyxl.load_workbook(again, data_only=True)
    count = 0
    for sheet in formulas:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            count += 1
            meant = carried[sheet.title][cell.coordinate].value
            found = calculated[sheet.title][cell.coordinate].value
            same = found == meant if isinstance(meant, str) else round(found * 1000) == round(meant * 1000)
            assert same, (sheet.title, cell.coordinate, cell.value, meant, found)
    assert count > 100
    assert verify_workbook(again).problems == (), "saved by another program, every cell still says the same"

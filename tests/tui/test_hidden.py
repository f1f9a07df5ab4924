"""Amounts inside texts are hidden; days, times, numbers of documents and versions are not."""

from __future__ import annotations

import pytest

from tui.hidden import cell_without_amount, without_amounts


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("total: ours 6580.50, PEAK 6,581.50", "total: ours ***, PEAK ***"),
        ("lines 1 234,50 and -99.5", "lines *** and ***"),
        ("12,345 THB in all", "*** THB in all"),
        ("VAT 7.00% of 100.00.", "VAT ***% of ***."),
        ("row 7, 2026-10-05 09:00:00, RT-1001.5, v1.2.3", "row 7, 2026-10-05 09:00:00, RT-1001.5, v1.2.3"),
        ("3 documents, code 400", "3 documents, code 400"),
        ("05.10.2026", "05.10.2026"),
    ],
)
def test_amounts_in_sentences(text: str, hidden: str) -> None:
    assert without_amounts(text) == hidden


@pytest.mark.parametrize(
    ("cell", "hidden"),
    [("250", "***"), (" 1250.00 ", " *** "), ("7720000002001", "7720000002001"), ("SKU 12", "SKU 12"), ("", "")],
)
def test_amounts_in_cells(cell: str, hidden: str) -> None:
    assert cell_without_amount(cell) == hidden

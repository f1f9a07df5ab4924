"""Tills: a Z report as one voucher, line by line, and everything that keeps one back."""

from __future__ import annotations

import polars as pl
from till_shop import plan, z_report

VOUCHER_LINES = [
    ("3000", "Group 100@25", 1_000_000, "3"),
    ("3030", "Group 110@15", 230_000, "31"),
    ("3000", "Group 200@25", 500_000, "3"),
    ("2901", "Group 900@0", 50_000, "0"),
    ("2910", "Group tip", 30_000, "0"),
    ("7740", "Øreavrunding", 40, "0"),
]
VOUCHER_MONEY = [
    ("1900", 300_000), ("1503", 900_040), ("1504", 380_000), ("1505", 200_000), ("2901", 30_000),
    ("1909", 2_000), ("1900", -2_000), ("1920", 298_000), ("1900", -298_000),
]  # fmt: skip


def test_the_worked_example_line_by_line() -> None:
    made = plan(z_report())
    head = made.documents.row(0, named=True)
    assert (head["kind"], head["number"], head["department"]) == ("settlement", "K1/214", "10")
    assert head["remark"] == "Dagsoppgjør K1 Z214 14.03.2026"
    assert (head["net_minor"], head["vat_minor"], head["total_minor"]) == (1_480_040, 330_000, 1_810_040)
    lines = made.lines.select("account_code", "description", "amount_minor", "tax_code").rows()
    assert lines == VOUCHER_LINES
    assert [(part["payment_method"], part["amount_minor"]) for part in head["payments"]] == VOUCHER_MONEY
    assert sum(amount for _, amount in VOUCHER_MONEY) == head["paid_minor"] == 1_810_040
    assert (made.controls.debit_minor, made.controls.credit_minor) == (2_110_040, 2_110_040)
    booked = made.postings.group_by("account_code").agg((pl.col("debit_minor") - pl.col("credit_minor")).sum())
    balances = dict(booked.iter_rows())
    assert balances["3000"] == -1_200_000
    assert (balances["output vat 3"], balances["output vat 31"], balances["1900"]) == (-300_000, -30_000, 0)
    assert made.findings.is_empty()

"""`recon vat`: the VAT of a month over all batches, as a workbook and in figures."""

from __future__ import annotations

import argparse
from pathlib import Path

from recon.money import plain
from recon.proof.vat_month import NO_INVOICE, NO_NUMBER
from recon.service.vat_report import VatReport
from tui.output import SHOWN, Output, grouped
from tui.wiring import open_service

_WORDS = (
    ("sales", "Sales total, without VAT"), ("taxable", "  taxable"), ("zero", "  zero-rated"), ("exempt", "  exempt or without VAT"),
    ("output_vat", "Output VAT"), ("purchases", "Purchases with claimable VAT"), ("input_vat", "Input VAT that can be claimed"),
    ("waiting_vat", "Input VAT that cannot be claimed yet"), ("payable", "Payable, or (negative) creditable"),
)  # fmt: skip


def vat(args: argparse.Namespace) -> int:
    """Write the workbook of a month."""
    from exports.vat_workbook import write_vat_workbook
    from tui.workbook_words import words_of

    output = Output(as_json=args.json)
    with open_service(args, write=not args.dry_run) as service:
        report = service.upkeep.vat(args.month, args.connection)
        wanted = Path(args.output) if args.output else service.upkeep.audit_folder / f"vat-{report.month.name}.xlsx"
        if not args.dry_run:
            words = words_of(report.language)
            wanted = write_vat_workbook(report, wanted, written_at=service.upkeep.now, words=words)
            service.upkeep.note_vat(report, wanted)
    facts = report.as_facts() | {"path": str(wanted), "dry_run": args.dry_run}
    output.document("vat", facts)
    _print(report, output)
    output.line(f"{'Would write' if args.dry_run else 'Wrote'} {wanted}")
    return 0 if report.agrees else 4


def _print(report: VatReport, output: Output) -> None:
    figures = report.as_facts()["figures"]
    output.line(f"{report.company}, VAT of {report.month.name} ({report.environment.upper()}), from what is posted")
    output.table(("Figure", report.currency), [(words, grouped(figures[name])) for name, words in _WORDS], right=(1,))
    for check in report.checks:
        said = (
            "agrees"
            if check.agrees
            else f"DIFFERS by {grouped(plain(check.listed_minor - check.other_minor, report.currency))}: "
            f"{grouped(plain(check.listed_minor, report.currency))} against {grouped(plain(check.other_minor, report.currency))}"
        )
        output.line(f"  {check.name}: {said}")
    _print_unlike(report, output)
    _print_waiting(report, output)
    if report.apart:
        output.table(
            ("Not in these figures", "Why", "Sales", "Adds to sales", "Purchases", "Adds to purchases"),
            [
                (
                    one.what, one.reason, one.sold_count, grouped(plain(one.sold_minor, report.currency)), one.bought_count,
                    grouped(plain(one.bought_minor, report.currency)),
                )
                for one in report.apart
            ],
            right=(2, 3, 4, 5),
        )  # fmt: skip
    for note in report.notes:
        output.line(f"  {note}")


def _print_waiting(report: VatReport, output: Output) -> None:
    """Print purchases whose VAT waits, by the record that `recon match --tax-invoice` wants."""
    rows = [row for row in report.as_facts()["purchases"] if row["claim"] in (NO_INVOICE, NO_NUMBER)]
    if not rows:
        return
    output.table(
        ("VAT that waits: record", "Our document", "Date", "Supplier", "VAT", "Why"),
        [
            (row["record"], row["number"] or "", row["issued_on"], row["supplier"], grouped(row["vat"]), row["claim"])
            for row in rows[:SHOWN]
        ],
        right=(4,),
    )
    output.more(len(rows) - SHOWN, "--json and the workbook have all")


def _print_unlike(report: VatReport, output: Output) -> None:
    """Print documents of which the ledger has another sum."""
    rows = report.as_facts()["ledger_differs"]
    if not rows:
        return
    sums = ("total", "ledger", "difference", "vat", "ledger_vat", "vat_difference")
    output.table(
        ("The ledger differs", "Date", "Kind", "Batch", "Ours", "Ledger", "Difference", "VAT ours", "VAT ledger", "Difference"),
        [
            (row["number"], row["issued_on"], row["kind"], row["batch_id"], *("not stated" if row[name] is None else grouped(row[name]) for name in sums))
            for row in rows[:SHOWN]
        ],
        right=(4, 5, 6, 7, 8, 9),
    )  # fmt: skip
    output.more(len(rows) - SHOWN, "--json and the workbook have all")

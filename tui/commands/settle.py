"""`recon settle`: a named person ends documents that wait for one."""

from __future__ import annotations

import argparse

from recon.service import PersonsWord
from recon.summaries.settled import SettledDocument, SettleReport
from tui.output import Output, grouped
from tui.told import tell_notes
from tui.wiring import open_service


def settle(args: argparse.Namespace) -> int:
    """Look at the ledger, then write the person's word down; never asks a question."""
    output = Output(as_json=args.json)
    said = PersonsWord(
        to=args.to,
        reason=args.reason,
        numbers=tuple(args.number),
        ledger_ids=tuple(args.ledger_id),
        accept_differences=args.accept_differences,
        without_look_up=args.without_look_up,
    )
    with open_service(args, write=not args.dry_run) as service:
        report = service.settle(args.documents, said, dry_run=args.dry_run)
        tell_notes(service, output)
    output.document("settle", report.as_facts())
    print_settled(report, output)
    return 4 if report.waiting and not report.dry_run else 0


def print_settled(report: SettleReport, output: Output) -> None:
    """Print what was settled, what the ledger showed, and what comes next."""
    for one in report.documents:
        output.line(f"{'would settle' if report.dry_run else 'settled'}: {_line(one)}")
        for difference in one.differences:
            output.line(f"  accepted as it stands there: {difference}")
    output.line(f"  by {report.by}: {report.reason}")
    if report.dry_run:
        output.line("Dry run: nothing was changed.")
        return
    for batch, state in report.batches.items():
        output.line(
            f"{batch} is {state}." if not report.waiting else f"{batch}: {report.waiting} more wait for a person."
        )
    output.line(f"next: {report.next_step}")


def _line(one: SettledDocument) -> str:
    seen = {
        "equal": "looked up, equal",
        "different": "looked up, differs",
        "absent": "looked up, not there",
        "voided": "looked up, void",
    }
    under = f" as {one.ledger_number}" if one.ledger_number else ""
    return f"{one.kind} {one.number}, {grouped(one.total)}: {one.was} -> {one.state}{under}  ({seen.get(one.looked_up, 'not looked up')})"

"""`recon till`: settlements with the cash they should have left, what is missing for them, and what was counted."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from recon.errors import UsageError
from recon.service import CountWord
from recon.summaries.till import CountReport
from tui.asking import ask_yes, can_ask
from tui.output import SHOWN, Output, grouped
from tui.till_output import print_days, print_setup
from tui.told import tell_notes
from tui.wiring import open_service


def till(args: argparse.Namespace) -> int:
    """List settlements and counts, or keep one; 4: something waits for a person."""
    output = Output(as_json=args.json)
    if args.what == "form":
        return _form(args, output)
    if args.what == "days":
        return _days(args, output)
    if args.what == "attach":
        from tui.commands.till_attach import attach

        return attach(args, output)
    if args.to:
        raise UsageError("--to goes with recon till attach. Nothing was changed.")
    word = _word(args)
    with open_service(args, write=word is not None and not args.dry_run) as service:
        if word is None:
            report = service.tills.counts(args.connection)
        else:
            _require_sure(service.tills.doubts(args.connection, [word]), args)
            report = service.tills.count(args.connection, [word], dry_run=args.dry_run)
        tell_notes(service, output)
    output.document("till", report.as_facts() | {"dry_run": args.dry_run})
    _print(report, output, dry_run=args.dry_run, only_waiting=args.waiting)
    return 4 if report.waiting or report.setup else 0


def _form(args: argparse.Namespace, output: Output) -> int:
    """Write the empty form of Z reports.

    Raises:
        UsageError: No file is named, or one of that name is there.
    """
    from exports.z_report_form import write_form
    from recon.money import exponent
    from tui.workbook_words import words_of

    path = Path(args.settlement or "")
    if path.suffix.lower() != ".xlsx" or args.counted:
        raise UsageError("Name the file to write: recon till form FILE.xlsx. Nothing was written.")
    if path.exists():
        raise UsageError(
            f"There is a file {path} already, which may be filled in. Name another one. Nothing was written."
        )
    with open_service(args, write=False) as service:
        facts = service.tills.form(args.connection)
    if not args.dry_run:
        path = write_form(
            path, company=facts.company, currency_digits=exponent(facts.currency), places=facts.places, written_at=facts.now,
            words=words_of(facts.language),
        )  # fmt: skip
    output.document("till-form", {"path": str(path), "language": facts.language, "dry_run": args.dry_run})
    output.line(f"{'Would write' if args.dry_run else 'Wrote'} {path}")
    output.line(f"next: fill it in, then recon import {path}")
    return 0


def _days(args: argparse.Namespace, output: Output) -> int:
    """List the tills' days; 4: a day is missing or was not closed, or settlements are late."""
    if args.settlement or args.counted or args.to_bank or args.remark or args.undo:
        raise UsageError("recon till days goes without further words. Nothing was changed.")
    with open_service(args, write=False) as service:
        report = service.tills.days(args.connection)
    output.document("till-days", report.as_facts() | {"needing": report.needing})
    print_days(report, output)
    return 4 if report.needing else 0


def _word(args: argparse.Namespace) -> CountWord | None:
    """Return what was said about a count; None: nothing.

    Raises:
        UsageError: Half of it is missing.
    """
    counted = " ".join(args.counted)
    if args.what is None:
        if args.to_bank or args.remark or args.undo:
            raise UsageError("Say which settlement: recon till count REGISTER/Z COUNTED. Nothing was changed.")
        return None
    if args.settlement is None or not (counted or args.undo):
        raise UsageError(
            "Write recon till count REGISTER/Z COUNTED, e.g. recon till count K1/214 4480,00. Nothing was changed."
        )
    if args.undo and (counted or args.to_bank):
        raise UsageError("--undo takes the count away and goes without amounts. Nothing was changed.")
    return CountWord(name=args.settlement, counted=counted, to_bank=args.to_bank, remark=args.remark, undo=args.undo)


def _require_sure(doubts: Sequence[str], args: argparse.Namespace) -> None:
    """Ask once more where a count differs a lot.

    Raises:
        UsageError: The answer was no, or nobody could be asked.
    """
    if not doubts or args.sure:
        return
    told = "; ".join(doubts)
    if not can_ask(no_input=args.no_input):
        raise UsageError(f"{told}. Count again; if it is right, say the same with --sure. Nothing was changed.")
    if not ask_yes(f"{told}. Is that right", no_input=args.no_input, option="--sure"):
        raise UsageError("The count was not kept. Nothing was changed.")


def _print(report: CountReport, output: Output, *, dry_run: bool, only_waiting: bool) -> None:
    for change in report.changes:
        output.line(f"{'would set' if dry_run else 'set'}: {change}")
    lines = [line for line in report.lines if line.state == "waiting" or not only_waiting]
    output.line(
        f"Settlements: {len(report.lines):,}, waiting for a cash count: {report.waiting:,}"
        + ("" if report.counting != "off" else ' (till.counting = "off": counts are not asked for)')
    )
    output.table(
        ("Settlement", "Day", "Place", "Expected", "Counted", "Difference", "To bank", "State", "By", "Remark"),
        [
            (line.number, line.day, line.place, _amount(line.expected) or "no float", _amount(line.counted),
             _amount(line.difference), _amount(line.to_bank), line.state, line.counted_by, line.remark)
            for line in lines[:SHOWN]
        ],
        right=(3, 4, 5, 6),
    ) if lines else None  # fmt: skip
    output.more(len(lines) - SHOWN, "recon till --json")
    print_setup(report.setup, output)
    if report.waiting:
        first = next(line for line in report.lines if line.state == "waiting")
        output.line(f"next: recon till count {first.number} AMOUNT [--to-bank AMOUNT]")
    elif not report.lines:
        output.line("There are no settlements yet. next: recon import FILE")
    elif not report.setup:
        output.line("Nothing is missing. next: recon plan")


def _amount(plain_amount: str | None) -> str:
    return "" if plain_amount is None else grouped(plain_amount)

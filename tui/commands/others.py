"""`recon others` and `recon adopt`: what somebody else posted, and a person's word on it."""

from __future__ import annotations

import argparse

from recon.service.adoptable import Word
from recon.service.adopting import AdoptReport
from recon.service.others_list import OthersReport
from tui.output import Output, grouped
from tui.told import tell_notes
from tui.wiring import open_service

SURETY_WORDS = {
    "certain": "number, kind and amount agree",
    "likely": "number and amount agree, kind or day does not",
    "differs": "our number, something else differs",
    "several": "several entries come into question",
    "possible": "only amount and day agree",
}

ONE_SIDED = {"missing": "missing there"}


def others(args: argparse.Namespace) -> int:
    """List what the ledger showed last; 4: something waits for a word, or is not as planned."""
    output = Output(as_json=args.json)
    with open_service(args, write=args.undo) as service:
        if args.undo:
            undone = service.others.undo(args.connection)
            output.line(f"Undone: {undone.count:,} orders are held again. next: recon plan")
        report = service.others.recognised(args.connection)
        tell_notes(service, output)
    output.document("others", report.as_facts())
    _print_others(report, output)
    waits = report.one_sided or (report.lines if report.writers == "shared" else report.compared.get("differs"))
    return 4 if waits else 0


def _print_others(report: OthersReport, output: Output) -> None:
    output.line(
        f"{report.connection}: the ledger was read on {report.read_at[:16].replace('T', ' ')} UTC for {report.since} to "
        f"{report.until}; it holds {report.entries:,} documents that recon did not post."
    )
    for surety, count in report.by_surety.items():
        output.line(f"  {surety:<9}{count:>8,}  {SURETY_WORDS[surety]}")
    for line in report.lines:
        told = line.surety if report.writers == "shared" else ", ".join(line.differs_in) or "equal"
        output.line(f"{line.order_number}  {line.kind}  {grouped(line.total)}  {told}: {line.words}")
    for one in report.one_sided:
        name = one.order_number or " ".join(filter(None, (one.entry_number, one.entry_reference)))
        output.line(
            f"{name}  {one.kind}  {one.day or 'no day'}  {grouped(one.total) if one.total else 'no sum'}  {one.words if one.side == 'stranger' else ONE_SIDED[one.side]}"
        )
    if report.writers == "others":
        output.line(
            "  ".join(f"{state} {count:,}" for state, count in report.compared.items()) or "Nothing to compare."
        )
    elif report.lines:
        output.line('next: recon adopt ORDER --as "YOUR NAME" --reason TEXT  (or --all-certain, or --not-the-same)')


def adopt(args: argparse.Namespace) -> int:
    """Write a person's word down; never asks a question."""
    output = Output(as_json=args.json)
    sureties = tuple(dict.fromkeys([*(["certain"] if args.all_certain else []), *args.all_of]))
    word = Word(actor=args.actor, reason=args.reason, names=args.orders, sureties=sureties)
    with open_service(args, write=not args.dry_run) as service:
        if args.not_the_same:
            report = service.others.another_sale(args.connection, word, dry_run=args.dry_run)
        else:
            report = service.others.adopt(
                args.connection,
                word,
                accept_differences=args.accept_differences,
                dry_run=args.dry_run,
                on_progress=output.progress,
            )
            output.progress_done()
        tell_notes(service, output)
    output.document("adopt", report.as_facts())
    _print_adopted(report, output)
    return 0


def _print_adopted(report: AdoptReport, output: Output) -> None:
    would = "would be " if report.dry_run else ""
    if report.said == "adopted":
        batch = f" as batch {report.batch}" if report.batch else ""
        output.line(
            f"{report.orders:,} orders with {report.documents:,} documents of {grouped(report.total)} {would}taken as posted by "
            f"somebody else{batch}."
        )
    else:
        output.line(f"{report.orders:,} orders {would}freed: the entries of the ledger are other sales.")
    output.line(f"  by {report.by}: {report.reason}")
    output.line(f"next: {report.next_step}")

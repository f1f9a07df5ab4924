"""`recon audit`, `journal` and `status`: what proves what was done, for people and programs."""

from __future__ import annotations

import argparse
from pathlib import Path

from recon.proof.days import day_ranges
from recon.summaries.proof import CompletenessBlock, CompletenessLine, CompletenessReport
from tui.output import Output, grouped
from tui.record_words import is_of_tills
from tui.wiring import open_service

_HEADS = (
    "Day",
    "Channel",
    "Orders",
    "In ledger",
    "Source",
    "Ledger",
    "Waiting",
    "Planned",
    "Held",
    "Not posted",
    "Unexplained",
)
_HEADS_OF_TILLS = ("Day", "Place", "Settlements", *_HEADS[3:])


def audit(args: argparse.Namespace) -> int:
    """Write the audit workbook of a batch."""
    output = Output(as_json=args.json)
    with open_service(args, write=not args.dry_run) as service:
        result = service.audit(
            args.batch, Path(args.output) if args.output else None, dry_run=args.dry_run, on_progress=output.progress
        )
    output.progress_done()
    output.document("audit", result)
    output.line(
        f"{'Would write' if args.dry_run else 'Wrote'} {result['path']}  (batch {result['batch']}, event chain head {str(result['chain_head'])[:16]})"
    )
    if result["message"]:
        output.line(f"  {result['message']}")
    return 0


def journal(args: argparse.Namespace) -> int:
    """Write documents as journal entries."""
    output = Output(as_json=args.json)
    with open_service(args, write=False) as service:
        result = service.journal(
            args.batch, args.format, Path(args.output) if args.output else None, dry_run=args.dry_run
        )
    output.document("journal", result)
    output.line(
        f"{'Would write' if args.dry_run else 'Wrote'} {result['path']}: {result['entries']:,} entries, debit = credit = {grouped(str(result['debits']))}"
    )
    output.line(f"check it with: {result['check_with']}")
    return 0


def status(args: argparse.Namespace) -> int:
    """Show counts and sums of every state."""
    output = Output(as_json=args.json)
    with open_service(args, write=False) as service:
        view = service.status(args.connection)
        every = args.days == "all"
        reports = service.completeness(args.connection, days=None if every else args.days, every_day=every)
    output.document("status", {**view, "completeness": [report.as_facts() for report in reports]})
    output.line(f"{view['company']}   {view['workspace']}")
    for connection in view["connections"]:
        also = (
            f"; purchases and settlements {connection['purchases']:,}, {grouped(connection['purchases_total'])}"
            if connection["purchases"]
            else ""
        )
        noun = "settlements and invoices" if is_of_tills(connection["source"]) else "orders"
        output.line(
            f"  {connection['name']}: {connection['source']} -> {connection['target']} ({connection['environment'].upper()}), files {connection['files']:,}, {noun} {connection['orders']:,}, {grouped(connection['total'])}{also}"
        )
    rows = [
        (
            b["batch"],
            b["connection"],
            b["state"],
            f"{b['documents']:,}",
            grouped(b["total"]),
            b["approved_by"] or "",
            b["posted"],
            b["refused"],
            b["unknown"],
            b["open"],
        )
        for b in view["batches"]
    ]
    output.table(
        ("Batch", "Connection", "State", "Documents", "Total", "Approved by", "Posted", "Refused", "Unclear", "Open"),
        rows,
        right=(3, 4, 6, 7, 8, 9),
    )
    for b in view["batches"]:
        for said in b["by_hand"]:
            output.line(f"  {b['batch']}: {said}")
    tills = {one["name"] for one in view["connections"] if is_of_tills(one["source"])}
    for report in reports:
        print_completeness(report, output, tills=report.connection in tills)
    for text in view["waits"]:
        output.line(f"waits: {text}")
    output.line(f"event chain head {str(view['chain_head'])[:16]}")
    return 4 if view["waits"] else 0


def print_completeness(report: CompletenessReport, output: Output, *, tills: bool = False) -> None:
    """Print the verdict, the days and channels that are not whole, days without orders, and why; ``tills``: without settlements."""
    for block in report.blocks:
        output.line()
        output.line(
            f"{report.connection}, {block.block} in {block.currency}: source against ledger, by the {'settlement' if tills else 'order' if block.block == 'sales' else 'record'}'s own day"
        )
        sold = block.block == "sales"
        heads = (
            _HEADS_OF_TILLS
            if tills
            else _HEADS
            if sold
            else tuple("Records" if head == "Orders" else head for head in _HEADS)
        )
        output.table(
            heads,
            [_cells(line, tills=tills) for line in (*block.lines, block.total)],
            right=tuple(range(2, len(heads))),
        )
        if block.more:
            output.line(f"... and {block.more:,} more with a difference (recon status --days all)")
        if block.empty_days:
            output.line(
                f"no {'settlement' if tills else 'orders' if sold else 'records'} on: {', '.join(day_ranges(block.empty_days))}"
            )
        _print_causes(block, output)
    for gap in report.known_gaps:
        output.line(f"  known gap  {gap.number}: {gap.text}")
    output.line(f"{report.connection}: {report.verdict}")
    if report.read_at:
        output.line(f"{report.connection}: the ledger's own list was read {report.read_at[:16].replace('T', ' ')} UTC")


def _cells(line: CompletenessLine, *, tills: bool) -> tuple[object, ...]:
    if line.day and line.sales_channel is None:
        return (line.day, "(no settlement)" if tills else "(no orders)", *[""] * (len(_HEADS) - 2))
    channel = "(none named)" if line.sales_channel == "" else line.sales_channel
    listed = f" (its list: {grouped(line.ledger_unlike)} off)" if line.unlike else ""
    return (
        line.day or "Total",
        channel or "",
        f"{line.orders:,}",
        f"{line.in_ledger:,}",
        grouped(line.source),
        grouped(line.ledger) + listed,
        grouped(line.ledger_waiting),
        grouped(line.ledger_planned),
        grouped(line.ledger_held),
        grouped(line.ledger_ignored),
        grouped(line.difference),
    )


def _print_causes(block: CompletenessBlock, output: Output) -> None:
    words = {"held": "held", "ignored": "not posted"}
    for cause in block.causes:
        output.line(
            f"  {words[cause.went_to]:<10} {cause.orders:>5,}  {grouped(cause.amount):>14}  {cause.title} ({cause.code})"
        )

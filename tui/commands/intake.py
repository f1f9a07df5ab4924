"""`recon import`, `recon pull`, `recon profile` and `recon files`: what comes in, and what was found in it."""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import asdict
from pathlib import Path

from recon.errors import UsageError
from recon.service.asking_again import order_numbers
from recon.service.intakes import IntakeDetail, IntakeLine
from recon.summaries.intake import CauseLine, FileReport, IntakeReport
from tui.output import Output, grouped
from tui.record_words import counted
from tui.wiring import open_service


def import_files(args: argparse.Namespace) -> int:
    """Take in files; all of them are tried, refused ones are named with the reason."""
    output = Output(as_json=args.json)
    paths = [Path(name) for name in args.files]
    with open_service(args, write=not args.dry_run) as service:
        report = service.import_files(
            paths, connection=args.connection, profile=args.profile, dry_run=args.dry_run, on_progress=output.progress
        )
        recognised = args.connection is None and len(service.settings.connections) > 1
    output.progress_done()
    if recognised:
        output.line(f"Connection {report.connection}: recognised by the headings.")
    return _print(report, output, "import")


def pull(args: argparse.Namespace) -> int:
    """Fetch from the shop system's API; every raw answer is kept as a file before it is read."""
    output = Output(as_json=args.json)
    since, until = _day(args.since, "--since"), _day(args.until, "--until")
    orders = order_numbers(args.orders, Path(args.orders_from) if args.orders_from else None)
    with open_service(args, write=not args.dry_run) as service:
        if args.products:
            count = service.pull_products(args.connection, dry_run=args.dry_run)
            output.document("pull", {"products": count, "dry_run": args.dry_run})
            output.line(f"{count} products of the shop system kept as it answered.")
            return 0
        report = service.pull(
            args.connection,
            since=since,
            until=until,
            by=args.by,
            status=args.status,
            payment_status=args.payment_status,
            orders=orders,
            dry_run=args.dry_run,
            on_progress=output.progress,
        )
    output.progress_done()
    return _print(report, output, "pull")


def _day(text: str | None, option: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is not a date like 2026-01-31. Nothing was fetched.") from None


def _print(report: IntakeReport, output: Output, command: str) -> int:
    output.document(command, report.as_facts())
    for file in report.files:
        _print_file(file, output)
    if report.dry_run:
        output.line("Dry run: nothing was kept.")
    taken = [file for file in report.files if file.status == "taken"]
    if taken and not report.dry_run:
        output.line("next: recon match, then recon plan")
    if any(file.status == "refused" for file in report.files):
        return 3
    waits = any(file.refused or any(c.severity in {"hold", "refused"} for c in file.causes) for file in report.files)
    return 4 if waits else 0


def _print_file(file: FileReport, output: Output) -> None:
    if file.status != "taken":
        output.line(file.message if file.status == "refused" else f"{file.name}: {file.message}")
        return
    others = "".join(f", {currency} {grouped(total)}" for currency, total in file.other_currencies.items())
    output.line(
        f"{file.name}: {file.source}, {file.rows:,} rows, {_records(file)}, {grouped(file.total)}{others}"
        f"  (file {file.digest[:12]}; its own sum {grouped(file.stated_total)})"
    )
    output.line(
        f"  known {file.known:,}   new {file.new:,}   changed {file.changed:,}   gone {file.gone:,}   unreadable {file.refused:,}"
    )
    print_causes(file.causes, output)
    for note in file.notes:
        output.line(f"  note: {note}")


def _records(file: FileReport | IntakeLine) -> str:
    """Return how many records a file has, in words."""
    return counted(file.orders - file.purchases, file.purchases, file.source)


def print_causes(causes: tuple[CauseLine, ...], output: Output) -> None:
    """Print findings grouped by cause, with the first example and the remedy."""
    for cause in causes:
        sums = [grouped(cause.amount)] if cause.amount not in {"", "0", "0.00"} else []
        if cause.orders_total:
            sums = [f"{grouped(cause.amount)} waits, orders of {grouped(cause.orders_total)}"]
        sums += [f"{currency} {grouped(other)}" for currency, other in cause.other_currencies.items()]
        sums += [f"purchase records {grouped(cause.purchases)}"] if cause.purchases else []
        amount = "".join(f", {text}" for text in sums)
        output.line(f"  {cause.severity:<8} {cause.count:>6,}  {cause.title} ({cause.code}{amount})")
        if cause.example:
            output.line(f"           e.g. {cause.example}")
        if cause.severity in {"hold", "refused"}:
            output.line(f"           -> {cause.remedy}")


def profile(args: argparse.Namespace) -> int:
    """Propose a column profile from the headings, check or change one; without a file, list those that are there."""
    output = Output(as_json=args.json)
    if args.file is None and args.change is None:
        return _list_profiles(args, output)
    with open_service(args, write=bool(args.save) and not args.dry_run) as service:
        result = service.profile(
            Path(args.file) if args.file is not None else None,
            save=args.save,
            check=args.check,
            sheet=args.sheet,
            answers=args.set,
            change=args.change,
            start=args.start or "",
            dry_run=args.dry_run,
        )
    output.document("profile", result.as_facts())
    for line in result.lines():
        output.line(line)
    return 4 if result.questions else 0


def _list_profiles(args: argparse.Namespace, output: Output) -> int:
    given = [flag for flag in ("save", "check", "set", "sheet", "start") if getattr(args, flag)]
    if given:
        raise UsageError(f"--{given[0]}: name the file, or a profile with --change. Nothing was done.")
    with open_service(args, write=False) as service:
        found = service.profile_list()
    output.document("profiles", found.as_facts())
    rows = [
        (one.name, f"{one.files:,}", f"{one.orders:,}", ", ".join(one.connections), one.example_name, one.problem)
        for one in found.profiles
    ]
    output.table(("Profile", "Files", "Orders", "Connections", "Newest file", "What is wrong"), rows, right=(1, 2))
    if not rows:
        output.line("No column profile yet. Next: recon profile FILE --save NAME")
    return 0


def files(args: argparse.Namespace) -> int:
    """List what was taken in and what waits in the inbox; of one file also what was found in it."""
    output = Output(as_json=args.json)
    with open_service(args, write=False) as service:
        history = service.intakes(args.connection)
        detail = service.intake(args.file) if args.file else None
    output.document("files", history.as_facts() | {"found": None if detail is None else asdict(detail)})
    if detail is not None:
        _print_taken(detail, output)
        return 0
    rows = [
        (
            line.file, line.name, line.profile or line.source, line.at[:16].replace("T", " "), line.who, f"{line.orders:,}",
            grouped(line.total), f"{line.new:,}", f"{line.changed:,}", f"{line.gone:,}", f"{line.refused:,}",
        )
        for line in history.files
    ]  # fmt: skip
    heads = ("File", "Name", "Format", "When (UTC)", "Who", "Orders", "Total", "New", "Changed", "Gone", "Refused")
    output.table(heads, rows, right=(5, 6, 7, 8, 9, 10))
    for waiting in history.inbox:
        output.line(f"in the inbox, not taken in yet: {waiting.name}  ({waiting.size:,} bytes)")
    return 4 if history.inbox else 0


def _print_taken(detail: IntakeDetail, output: Output) -> None:
    line = detail.line
    ties = "which ties" if line.ties else "which differs"
    output.line(
        f"{line.name}: {line.profile or line.source}, {line.rows:,} rows, {_records(line)}, {grouped(line.total)}  "
        f"(file {line.file}; its own sum {grouped(line.stated_total)}, {ties})"
    )
    output.line(
        f"  known {line.known:,}   new {line.new:,}   changed {line.changed:,}   gone {line.gone:,}   unreadable {line.refused:,}"
    )
    print_causes(detail.causes, output)
    for note in detail.notes:
        output.line(f"  note: {note}")

"""`recon verify`: a batch against its ledger, a connection against everything it needs, the event chain, a workbook."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from recon.errors import ExportError, UsageError
from recon.service import ReconService
from recon.summaries.checks import ConnectionChecks
from recon.summaries.sent import VerifySummary
from tui.connection_checks import STATES, check_name, timer_is_in
from tui.output import SHOWN, Output, grouped
from tui.record_words import is_of_tills
from tui.till_output import print_sheets
from tui.wiring import open_service

GAP_COMMAND: Final = "recon match --gap NUMBER='why it is missing' --as NAME"
"""Says why a number is missing."""


def verify(args: argparse.Namespace) -> int:
    """Compare with the ledger, list what a connection needs, check the event chain, or check a workbook."""
    if args.books:
        from tui.commands.verify_books import verify_books

        return verify_books(args)
    require_no_books_options(args)
    output = Output(as_json=args.json)
    with open_service(args, write=False) as service:
        if args.what and args.what.lower().endswith(".xlsx"):
            return _verify_workbook(service, Path(args.what), output)
        if args.what and is_connection(service, args.what):
            return _check_connection(service, args.what, output, offline=args.offline)
        if args.offline:
            raise UsageError(
                "--offline is for the check-list of a connection: `recon verify CONNECTION --offline`. Nothing was checked."
            )
        if args.chain or not args.what:
            return _verify_chain(service, output)
        report = service.verify(args.what)
    output.document("verify", report.as_facts())
    print_verify(report, output)
    return 4 if report.differences or report.missing or report.strangers or report.numbering else 0


PLACES: Final = {"draft": "unposted drafts", "import": "unposted in the list of imports", "posted": "posted"}
"""Lists a voucher can stand in, in words."""


def require_no_books_options(args: argparse.Namespace) -> None:
    """Refuse what only `--books` reads.

    Raises:
        UsageError: Something of it was given.
    """
    given = {
        "--since": args.since, "--until": args.until, "--column": args.column, "--decimal": args.decimal,
        "--department-type": args.department_type, "--project-type": args.project_type, "--vat-account": args.vat_account, "--output": args.output,
    }  # fmt: skip
    alone = [name for name, value in given.items() if value]
    if alone:
        raise UsageError(f"{' and '.join(alone)} goes with --books FILE. Nothing was checked.")


def print_verify(report: VerifySummary, output: Output) -> None:
    """Print what the ledger holds differently."""
    output.line(f"{report.batch} against {report.company}: {report.compared:,} compared, {report.equal:,} equal")
    for title, rows in (
        ("differs", report.differences),
        ("missing there", report.missing),
        ("not ours", report.strangers),
        ("numbers", report.numbering),
    ):
        for row in rows[:SHOWN]:
            output.line(f"  {title:<13} {row.get('number')}: {row.get('text')}")
    for gap in report.known_gaps[:SHOWN]:
        output.line(f"  {'known gap':<13} {gap.number}: {gap.text}")
    for text in report.not_compared:
        output.line(f"  {'not compared':<13} {text}")
    if report.places:
        output.line(
            f"  {'where':<13} {', '.join(f'{number:,} {PLACES[place]}' for place, number in report.places.items())}"
        )
    print_sheets(report.attachments, output)
    if any(row.get("code") == "number-gap" for row in report.numbering):
        output.line(f"  a gap you know the reason of: {GAP_COMMAND}")
    output.line(f"event chain: unbroken, head {report.chain_head[:16]}")


def _verify_chain(service: ReconService, output: Output) -> int:
    head, count = service.verify_chain()
    output.document("verify", {"chain_head": head, "events": count})
    output.line(f"event chain: {count:,} events, unbroken, head {head}")
    return 0


def _verify_workbook(service: ReconService, path: Path, output: Output) -> int:
    if not path.is_file():
        raise UsageError(f"There is no workbook {path}. Nothing was checked.")
    try:
        problems, head_known, notes = service.verify_workbook(path)
    except ExportError as error:
        problems, head_known, notes = [str(error)], False, []
    facts = {"workbook": str(path), "problems": problems, "chain_head_known": head_known, "notes": notes}
    output.document("verify", facts)
    for note in notes:
        output.line(f"  note: {note}")
    for problem in problems:
        output.line(f"  {problem}")
    output.line(
        f"{path}: {'unchanged, all control totals hold' if not problems and not notes else 'unchanged, as far as it was compared' if not problems else '1 problem' if len(problems) == 1 else f'{len(problems)} problems'}"
    )
    return 8 if problems else 0


def is_connection(service: ReconService, name: str) -> bool:
    """Return whether a name is a connection's and no batch's."""
    return name in service.settings.connections and not service.upkeep.is_batch(name)


def _check_connection(service: ReconService, name: str, output: Output, *, offline: bool) -> int:
    installed = timer_is_in(service.upkeep.folder().root, service.settings, name)
    report = service.upkeep.check_list(name, offline=offline, timer_installed=installed)
    output.document("check-list", report.as_facts())
    print_checks(report, output)
    return 4 if report.blocks else 0


def print_checks(report: ConnectionChecks, output: Output) -> None:
    """Print the check-list: a line each, and under what falls short where to set it."""
    asked = "asked just now" if report.asked else "not asked"
    output.line(
        f"{report.connection}: {report.source} -> {report.target} ({report.environment.upper()}) for {report.company}, {asked}"
    )
    room = max(len(STATES[line.state]) for line in report.lines)
    names = [check_name(line.check, tills=is_of_tills(report.source)) for line in report.lines]
    wide = max(map(len, names))
    for line, name in zip(report.lines, names, strict=True):
        amount = f"  {grouped(line.total)}" if line.total not in {None, "0.00"} else ""
        output.line(f"  {STATES[line.state]:<{room}}  {name:<{wide}}  {line.text}{amount}")
        if line.remedy and line.state != "ok":
            output.line(f"  {'':<{room}}  {'':<{wide}}  set it: {line.remedy}")
    said = ", ".join(f"{count} {STATES[state]}" for state, count in report.counts.items() if count)
    output.line(
        f"{said}. {'Something is missing before everything can be posted.' if report.blocks else 'Nothing is missing.'}"
    )

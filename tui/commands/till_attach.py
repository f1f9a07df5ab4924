"""`recon till attach`: Z reports put on their vouchers, or written into a folder for a person to do it by hand."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from recon.errors import UsageError
from tui.commands.work import stop_after_this_one
from tui.output import Output
from tui.till_output import print_sheets
from tui.told import tell_notes
from tui.wiring import open_service


def attach(args: argparse.Namespace, output: Output) -> int:
    """Attach what lacks; 4: something still does.

    Raises:
        UsageError: Words that mean nothing here, or the connection attaches no Z reports.
    """
    if args.counted or args.to_bank or args.remark or args.undo or (args.settlement and not args.to):
        raise UsageError(
            "Write recon till attach, or recon till attach [REGISTER/Z] --to FOLDER for files. Nothing was attached."
        )
    if args.to:
        return _write(args, output)
    if args.dry_run:
        return _count(args, output)
    with open_service(args, write=True) as service, stop_after_this_one(output) as stop:
        found = service.tills.attach(args.connection, stop=stop, on_progress=output.progress)
        tell_notes(service, output)
    output.progress_done()
    batches = [{"batch": batch, **asdict(summary)} for batch, summary in found]
    output.document("till-attach", {"batches": batches, "files": [], "dry_run": False})
    for batch, summary in found:
        if summary.attached_now or summary.missing:
            output.line(f"{batch}")
            print_sheets(summary, output, command=False)
    missing = sum(len(summary.missing) for _, summary in found)
    if missing:
        output.line("next: recon till attach --to FOLDER writes them as files, to put there by hand")
    else:
        wanted = sum(summary.wanted for _, summary in found)
        output.line(f"Every settlement in the ledger has its Z report: {wanted:,}")
    return 4 if missing else 0


def _count(args: argparse.Namespace, output: Output) -> int:
    """Say how many would be attached; nobody is asked."""
    with open_service(args, write=False) as service:
        missing = service.tills.sheets_missing(args.connection)
    output.document("till-attach", {"batches": [], "files": [], "dry_run": True})
    output.line(f"Z reports that would be attached: {missing:,}")
    return 0


def _write(args: argparse.Namespace, output: Output) -> int:
    """Write the sheets as files; one of that name is written anew, as it is the same."""
    with open_service(args, write=False) as service:
        files = () if args.dry_run else service.tills.write_sheets(args.connection, Path(args.to), args.settlement)
    listed = [{"number": number, "path": str(path)} for number, path in files]
    output.document("till-attach", {"batches": [], "files": listed, "dry_run": args.dry_run})
    for number, path in files:
        output.line(f"wrote {number}: {path}")
    if not files and not args.dry_run:
        output.line("No settlement in the ledger lacks its Z report.")
    return 0

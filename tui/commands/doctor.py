"""`recon doctor`: what this machine and this workspace offer, each with what to do where it falls short."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from recon.ports import SystemClock
from recon.service import ReconService
from tui.checks import machine_checks, workspace_checks
from tui.output import Output
from tui.thai_probe import measured_widths
from tui.told import tell_notes
from tui.wiring import open_service


def doctor(args: argparse.Namespace) -> int:
    """Look at the machine and, where there is one, the workspace."""
    output = Output(as_json=args.json)
    if args.adopt:
        with open_service(args, write=not args.dry_run) as service:
            service.adopt(dry_run=args.dry_run)
            tell_notes(service, output)
        done = "Would adopt" if args.dry_run else "Adopted"
        output.note(f"{done}: documents that were not sent yet are looked up in the ledger before they are sent.")
    widths = None if args.json else measured_widths()

    def ask(question: Callable[[ReconService], object]) -> object:
        with open_service(args, write=False) as service:
            return question(service)

    checks = [
        *machine_checks(SystemClock().now(), widths),
        *workspace_checks(Path(args.workspace or ".").resolve(), ask),
    ]
    output.document("doctor", {"checks": [asdict(check) for check in checks]})
    output.table(("Check", "State", "What"), [(c.name, c.state, c.text) for c in checks])
    return 8 if any(c.state == "fault" for c in checks) else 0

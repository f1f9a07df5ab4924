"""`recon sandbox poweroffice`: a PowerOffice Go to try things on, and the person in front of it who posts what was put there."""

from __future__ import annotations

import argparse
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from recon.errors import UsageError
from recon.files import atomic_write
from recon.money import plain
from recon.workspace import find_workspace
from tui.output import Output, end_printing, grouped

if TYPE_CHECKING:
    from recon.sandbox.poweroffice import SandboxPowerOffice


def poweroffice(args: argparse.Namespace, output: Output) -> int:
    """Serve both APIs; or, with --post or --saft, do what a person there does, and end."""
    from recon.sandbox.poweroffice import SandboxPowerOffice

    if args.post or args.saft:
        ledger = SandboxPowerOffice(_books(args))
        try:
            return _as_person(ledger, args, output)
        finally:
            ledger.stop()
    with SandboxPowerOffice(path=Path(args.file) if args.file else None, port=args.port) as server:
        output.document("sandbox", {"which": "poweroffice", "url": server.url, "keys": server.credentials})
        output.line(
            f"poweroffice sandbox at {server.url} (older API with the Import list: {server.v1_url}); keys (invented):"
        )
        for name, value in server.credentials.items():
            output.line(f"  {name}={value}")
        end_printing()  # a program reads the address while the sandbox runs
        output.note(
            f"persons over there: POST {server.origin}/_sandbox/person with the header Sandbox-Token: {server.admin_token} (docs/sandbox.md)"
        )
        output.note("Ctrl+C stops it.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            output.note("stopped")
    return 0


def _books(args: argparse.Namespace) -> Path:
    """Return the file of the books: as named, else the one of the workspace.

    Raises:
        UsageError: There is none.
    """
    path = Path(args.file) if args.file else find_workspace(Path(args.workspace or ".").resolve()).sandbox_poweroffice
    if not path.is_file():
        raise UsageError(
            f'There are no books in {path}: upload with target = "sandbox-poweroffice" first, or name their --file.'
        )
    return path


def _as_person(ledger: SandboxPowerOffice, args: argparse.Namespace, output: Output) -> int:
    posted, refused = 0, []
    for words, deed in _waiting(ledger) if args.post else ():
        failure = _done(deed)
        posted += not failure
        refused += [f"{words}: {failure}"] if failure else []
    if args.saft:
        first, last = _period(ledger)
        atomic_write(Path(args.saft), ledger.saft_financial(first, last))
    accounts = ledger.trial_balance()
    output.document("sandbox-posted", {
        "company": ledger.companies[0].name, "posted": posted, "refused": refused, "saft": args.saft,
        "accounts": {str(one.account): plain(one.balance_minor) for one in accounts},
    })  # fmt: skip
    if args.post:
        output.line(f"{ledger.companies[0].name}: {posted} drafts and imports posted by hand, {len(refused)} refused")
    for text in refused:
        output.line(f"  refused  {text}")
    output.table(
        ("Account", "Name", "Balance"),
        [(str(one.account), one.name, grouped(plain(one.balance_minor))) for one in accounts],
        right=(2,),
    )
    if args.saft:
        output.line(f"SAF-T Financial: {args.saft}")
    return 4 if refused else 0


def _waiting(ledger: SandboxPowerOffice) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what waits for a person: its words, and what posts it."""
    person = ledger.person()
    for paper in ledger.papers("draft"):
        if paper.state == "open":
            yield str(paper.body["Description"] or paper.id), lambda paper=paper: person.post_draft(paper.id)  # type: ignore[misc]
    for paper in ledger.papers("import"):
        if paper.state == "open":
            yield str(paper.body["description"] or paper.id), lambda paper=paper: person.post_import(paper.id)  # type: ignore[misc]


def _done(deed: Callable[[], object]) -> str:
    """Do it; return why Go refuses, empty where it does not."""
    from recon.sandbox.poweroffice import Problem

    try:
        deed()
    except Problem as problem:
        return problem.detail
    return ""


def _period(ledger: SandboxPowerOffice) -> tuple[dt.date, dt.date]:
    """Return the whole months that hold everything posted; the present one where nothing is."""
    days = [entry.posting_date for entry in ledger.books.entries(ledger.companies[0].key)]
    first = dt.date.fromisoformat(min(days)) if days else ledger.moment().date()
    last = dt.date.fromisoformat(max(days)) if days else first
    after = (last.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return first.replace(day=1), after - dt.timedelta(days=1)

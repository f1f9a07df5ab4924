"""`recon sandbox quickbooks`: a company file of an invented American firm, and a Web Connector that visits a workspace with it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recon.errors import UsageError
from recon.ports import SystemClock
from recon.text import show
from tui.asking import ask_secret
from tui.output import Output, end_printing

if TYPE_CHECKING:
    from recon.sandbox.quickbooks.driver import Visit

COMPANY_FILE: Final = "sandbox-quickbooks.sqlite"
"""Where the company's books are kept unless --file says otherwise, beside the .qwc file."""
_WORDS: Final = {
    "done": "done", "nothing": "nothing to do", "busy": "the workspace is busy", "wrong-password": "wrong user or password",
    "unreachable": "nobody answers", "stopped": "stopped by the workspace", "error": "went wrong",
    "broke-off": "broke off",
}  # fmt: skip


def quickbooks(args: argparse.Namespace, output: Output) -> int:
    """Visit again and again, saying how each visit went; with --once a single time."""
    from recon.sandbox.quickbooks.company import SandboxCompany
    from recon.sandbox.quickbooks.driver import WebConnector
    from recon.sandbox.quickbooks.qwc import read_application

    if not args.qwc:
        raise UsageError("Name the .qwc file of the workspace: recon sandbox quickbooks FILE.qwc.")
    application = read_application(Path(args.qwc))
    password = sys.stdin.readline().strip() if args.stdin else ask_secret("password", no_input=args.no_input)
    place = Path(args.file) if args.file else Path(args.qwc).with_name(COMPANY_FILE)
    company = SandboxCompany(place, clock=SystemClock(), name=args.company)
    try:
        connector = WebConnector(application=application, password=password, company=company)
        told = Told(output)
        keys = {"user": application.user, "company": company.books.fact("name"), "file": str(place)}
        output.document("sandbox", {"which": "quickbooks", "url": application.url, "keys": keys})
        output.line(f"A Web Connector for {keys['company']} ({place}) visits {application.url}.")
        end_printing()
        if args.once:
            visit = connector.update_now()
            told(visit)
            return 0 if visit.ended in {"done", "nothing", "busy"} else UsageError.exit_code
        output.note("Ctrl+C stops it.")
        connector.poll(told, every_seconds=args.every)
    except KeyboardInterrupt:
        output.note("stopped")
    finally:
        company.close()
    return 0


class Told:
    """Says how visits went; visits that had nothing to do are said once."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._last = ""

    def __call__(self, visit: Visit) -> None:
        """Say how a visit went."""
        what = _WORDS.get(visit.ended, visit.ended)
        words = f"{what}: {show(visit.words, limit=300)}" if visit.words else what
        if not visit.sets and words == self._last:
            return
        self._last = "" if visit.sets else words
        count = f"{visit.sets} message set{'' if visit.sets == 1 else 's'}, " if visit.sets else ""
        self._output.note(f"visit {visit.number}: {count}{words}")

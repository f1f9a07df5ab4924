"""The command that compares: `recon verify`."""

from __future__ import annotations

import argparse
import datetime as dt

from tui.grammar_parts import Parser, add_command


def verify_command(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add it."""
    verify = add_command(
        commands,
        "verify",
        "tui.commands.verify:verify",
        "read the ledger back and compare; list what a connection needs; or check the event chain or a workbook",
        connection=False,
    )
    verify.add_argument(
        "what",
        metavar="BATCH|CONNECTION|WORKBOOK",
        nargs="?",
        help="batch to compare with the ledger, connection whose check-list is wanted, or an audit workbook",
    )
    verify.add_argument("--chain", action="store_true", help="check the event log's chain")
    verify.add_argument(
        "--books",
        metavar="FILE",
        help="compare with books the ledger exported: SAF-T Financial, or a trial balance as CSV or Excel; give the connection before it",
    )
    _books_options(verify)
    verify.add_argument("--offline", action="store_true", help="connection: ask neither ledger nor shop")


def _books_options(verify: argparse.ArgumentParser) -> None:
    """Add what only `--books` reads."""
    verify.add_argument("--since", metavar="DAY", type=_day, help="books: first day to compare (default: the file's)")
    verify.add_argument("--until", metavar="DAY", type=_day, help="books: last day to compare (default: the file's)")
    verify.add_argument(
        "--column",
        metavar="WHAT=HEADING",
        action="append",
        default=[],
        help="books: heading of a trial balance for account, name, opening, debit, credit, movement or closing; may be given more than once",
    )
    verify.add_argument(
        "--decimal",
        choices=("comma", "point"),
        help="books: how a trial balance writes decimals, where its numbers do not tell",
    )
    verify.add_argument(
        "--vat-account",
        metavar="CODE=ACCOUNT",
        action="append",
        default=[],
        help="books: account on which the ledger books the VAT of a code, where its vouchers do not tell; may be given more than once",
    )
    verify.add_argument(
        "--department-type",
        metavar="TYPE",
        default="",
        help="books: AnalysisType of departments in a SAF-T Financial file",
    )
    verify.add_argument(
        "--project-type", metavar="TYPE", default="", help="books: AnalysisType of projects in a SAF-T Financial file"
    )
    verify.add_argument("-o", "--output", metavar="XLSX", help="books: write the comparison as a workbook")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it like 2026-03-14") from None

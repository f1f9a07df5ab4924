"""The command that compares: `recon verify`."""

from __future__ import annotations

import argparse

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
    verify.add_argument("--offline", action="store_true", help="connection: ask neither ledger nor shop")

"""The commands that prove what was done: `recon audit`, `recon journal` and `recon status`."""

from __future__ import annotations

import argparse

from tui.grammar_parts import Parser, add_command, add_dry_run


def proof_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add all three."""
    audit = add_command(
        commands, "audit", "tui.commands.proof:audit", "write the audit workbook of a batch", connection=False
    )
    audit.add_argument("batch", metavar="BATCH", nargs="?", help="default: the newest batch")
    audit.add_argument("-o", "--output", metavar="FILE", help="default: audit/BATCH.xlsx")
    add_dry_run(audit)

    journal = add_command(
        commands,
        "journal",
        "tui.commands.proof:journal",
        "write documents as journal entries for another program to check",
        connection=False,
    )
    journal.add_argument("batch", metavar="BATCH", nargs="?", help="default: the newest batch")
    journal.add_argument("--format", choices=("hledger", "beancount"), default="hledger", help="for which program")
    journal.add_argument("-o", "--output", metavar="FILE", help="default: audit/BATCH.journal or .beancount")
    add_dry_run(journal)

    status = add_command(
        commands,
        "status",
        "tui.commands.proof:status",
        "counts and sums of every state, source against ledger by day and channel, and what waits for whom",
    )
    status.add_argument(
        "--days",
        metavar="N",
        type=_days,
        help="all channels of the newest N days, or of `all` days (default: where source and ledger differ)",
    )


def _days(text: str) -> int | str:
    """Return how many days, or ``all``."""
    if text == "all":
        return text
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days; give 1, 2, 3 ... or all")
    return int(text)

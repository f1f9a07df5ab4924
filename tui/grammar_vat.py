"""The command for the VAT of a month: `recon vat`."""

from __future__ import annotations

import argparse

from tui.grammar_parts import Parser, add_command, add_dry_run


def vat_command(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add it."""
    vat = add_command(
        commands,
        "vat",
        "tui.commands.vat:vat",
        "write the VAT of a month: sales tax report, input tax report and their totals",
    )
    vat.add_argument("--month", metavar="YYYY-MM", required=True, help="month of the documents, e.g. 2026-06")
    vat.add_argument("-o", "--output", metavar="FILE", help="default: audit/vat-YYYY-MM.xlsx")
    add_dry_run(vat)

"""The command `recon sandbox`."""

from __future__ import annotations

import argparse

from tui.grammar_parts import Parser, add_command, at_least_one, port


def sandbox_command(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add it."""
    sandbox = add_command(
        commands,
        "sandbox",
        "tui.commands.sandbox:sandbox",
        "serve a sandbox ledger or shop on loopback until interrupted",
        connection=False,
    )
    sandbox.add_argument(
        "which",
        choices=("peak", "poweroffice", "zort", "bentoweb", "shopify", "quickbooks"),
        help="a ledger (peak, poweroffice), a shop (zort, bentoweb, shopify), or QuickBooks with its Web Connector (quickbooks)",
    )
    sandbox.add_argument("qwc", nargs="?", metavar="QWC", help="file of the application to visit (quickbooks)")
    sandbox.add_argument("--port", type=port, default=0, metavar="N", help="port to listen on (default: any free one)")
    sandbox.add_argument("--file", metavar="FILE", help="keep its books in this file (peak, poweroffice, quickbooks)")
    sandbox.add_argument(
        "--post",
        action="store_true",
        help="post every draft and import in its books as a person does, and end (poweroffice; books of the workspace unless --file)",
    )
    sandbox.add_argument(
        "--saft",
        metavar="FILE",
        help="write its books as SAF-T Financial, for recon verify --books, and end (poweroffice)",
    )
    sandbox.add_argument("--orders", type=at_least_one, default=240, metavar="N", help="invented orders (shops)")
    sandbox.add_argument(
        "--company", metavar="NAME", default="Cedar & Pine LLC", help="company of a new company file (quickbooks)"
    )
    sandbox.add_argument(
        "--every",
        type=at_least_one,
        default=2,
        metavar="SECONDS",
        help="time between two visits (quickbooks; default 2)",
    )
    sandbox.add_argument("--once", action="store_true", help="visit a single time (quickbooks)")
    sandbox.add_argument("--stdin", action="store_true", help="read the password from standard input (quickbooks)")

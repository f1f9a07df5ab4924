"""The command for the QuickBooks Web Connector: recon qbwc."""

from __future__ import annotations

import argparse

from tui.grammar_parts import Parser, add_command, add_dry_run


def qbwc_command(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add it."""
    qbwc = add_command(
        commands,
        "qbwc",
        "tui.commands.qbwc:qbwc",
        "set up, serve and look at the connection to the QuickBooks Web Connector",
    )
    qbwc.add_argument(
        "action",
        choices=("file", "password", "serve", "status", "reset", "settle"),
        help="file: write the .qwc file; password: set the one to type there; serve: stand for all commands until Ctrl-C; "
        "status: what is set up, and the last visits; reset: let it belong to another company file; "
        "settle: a person's word on a message set whose company file is lost",
    )
    qbwc.add_argument("-o", "--output", metavar="FILE", help="file: where to (default: outgoing/recon.qwc)")
    qbwc.add_argument("--generate", action="store_true", help="password: make one up and print it once")
    qbwc.add_argument("--stdin", action="store_true", help="password: read it from standard input")
    qbwc.add_argument("--new-file-id", action="store_true", help="reset: also a new id, which QuickBooks must be told")
    qbwc.add_argument("--confirm", metavar="WORD", help="reset --new-file-id: the word it asks for on a terminal")
    qbwc.add_argument(
        "--to", choices=("there", "not-there"), help="settle: whether QuickBooks holds what the set was to enter"
    )
    qbwc.add_argument("--number", metavar="N", help="settle --to there: the number it was seen under")
    qbwc.add_argument("--as", dest="actor", metavar="NAME", help="settle: name of the person who looked")
    qbwc.add_argument("--reason", metavar="TEXT", help="settle: what was seen, and why QuickBooks cannot be asked")
    add_dry_run(qbwc)

"""The commands about documents that somebody else posts: `recon others` and `recon adopt`."""

from __future__ import annotations

import argparse

from tui.grammar_parts import Parser, add_command, add_dry_run


def others_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add both."""
    others = add_command(
        commands,
        "others",
        "tui.commands.others:others",
        "list the orders that somebody else seems to have posted, and what speaks for it",
    )
    others.add_argument(
        "--undo",
        action="store_true",
        help="take back the last word that entries are other sales (adopt --not-the-same)",
    )
    adopt = add_command(
        commands,
        "adopt",
        "tui.commands.others:adopt",
        "take orders as posted by somebody else, by a named person's word; or say that an entry is another sale's",
    )
    adopt.add_argument("orders", metavar="ORDER", nargs="*", help="order number, order key or document key")
    adopt.add_argument("--as", dest="actor", metavar="NAME", required=True, help="name of the person who decides")
    adopt.add_argument("--reason", metavar="TEXT", required=True, help="what was found; stays in the event log")
    adopt.add_argument(
        "--all-certain",
        action="store_true",
        help="all orders whose entry has the same number or reference, kind and amount within a month",
    )
    adopt.add_argument(
        "--all",
        dest="all_of",
        metavar="SURETY",
        action="append",
        default=[],
        choices=("certain", "likely", "differs", "several", "possible"),
        help="all orders recognised like that: certain, likely, differs, several or possible; may be given more than once",
    )
    adopt.add_argument(
        "--accept-differences",
        action="store_true",
        help="also where the ledger's amount is another; it stands as it is",
    )
    adopt.add_argument(
        "--not-the-same",
        action="store_true",
        help="the entry is another sale's: the next plan makes the documents of these orders",
    )
    add_dry_run(adopt)

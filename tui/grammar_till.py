"""What `recon till` takes: the settlements with their cash, and what was counted."""

from __future__ import annotations

import argparse

from tui.grammar_parts import Parser, add_command, add_dry_run


def till_command(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `recon till`."""
    till = add_command(
        commands,
        "till",
        "tui.commands.till:till",
        "list the settlements of tills with their cash, what is missing for them, and say what was counted",
    )
    till.add_argument(
        "what",
        nargs="?",
        choices=("count", "days", "form", "attach"),
        help="count: say what was counted; days: what is missing, was not closed or is late; form: write an empty Excel form for Z reports of tills without SAF-T; attach: put on their vouchers the Z reports that are not there yet; without it: list",
    )
    till.add_argument(
        "settlement",
        metavar="REGISTER/Z",
        nargs="?",
        help="the settlement, e.g. K1/214, or its order key; with form: the file to write; with attach --to: the one to write",
    )
    till.add_argument(
        "counted",
        metavar="COUNTED",
        nargs="*",
        help="cash in the drawer before anything was taken out: 4480, 4480.00 or 4 480,00",
    )
    till.add_argument("--to-bank", metavar="AMOUNT", default="", help="of it taken out for the bank")
    till.add_argument(
        "--to",
        metavar="FOLDER",
        help="with attach: send nothing, write the Z reports that lack (or the one named) as PDF into this folder",
    )
    till.add_argument("--remark", metavar="TEXT", default="", help="why it differs, or who counted")
    till.add_argument("--undo", action="store_true", help="take the count of this settlement away")
    till.add_argument("--sure", action="store_true", help="keep a large difference without being asked once more")
    till.add_argument("--waiting", action="store_true", help="list only the settlements that wait for a count")
    till.add_argument("--as", dest="actor", metavar="NAME", help="who says so (default: the system's user)")
    add_dry_run(till)

"""What `recon profile` takes: proposing a column profile for an export, answering its questions, changing one."""

from __future__ import annotations

import argparse

from tui.grammar_parts import Parser, add_command, add_dry_run


def profile_command(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `recon profile`."""
    profile = add_command(
        commands,
        "profile",
        "tui.commands.intake:profile",
        "propose a column profile for an unknown export and show a preview",
    )
    profile.add_argument(
        "file", metavar="FILE", nargs="?", help="CSV or Excel export; without it, the profiles that are there"
    )
    profile.add_argument("--save", metavar="NAME", help="write profiles/NAME.toml")
    profile.add_argument("--check", metavar="PROFILE", help="read with this profile and show the preview")
    profile.add_argument(
        "--change",
        metavar="PROFILE",
        help="change this profile with --set; without FILE on the newest file taken in with it",
    )
    profile.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="answer a question of the proposal, or change it; repeat it",
    )
    profile.add_argument(
        "--start",
        choices=("xcommerce", "zort", "bentoweb", "stocky"),
        default=None,
        help="whose export it is: what decides its accounting is asked, and it is not saved before that is answered",
    )
    profile.add_argument("--sheet", metavar="NAME", help="sheet of the workbook")
    add_dry_run(profile)

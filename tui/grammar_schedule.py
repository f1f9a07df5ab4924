"""The commands for runs without a person: `recon run` and `recon schedule`."""

from __future__ import annotations

import argparse

from recon.config.schedule_presets import PRESETS
from recon.timers import SYSTEMS
from tui.grammar_parts import Parser, add_command, add_dry_run


def schedule_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add both."""
    run = add_command(
        commands,
        "run",
        "tui.commands.schedule:run",
        "fetch, match and plan without a person; approve and send only within the limits of auto_approve",
    )
    run.add_argument("name", metavar="CONNECTION", nargs="?", help="connection to run (default: the only one)")
    run.add_argument("--if-due", action="store_true", help="only if a run is due that none has made good yet")

    schedule = add_command(
        commands,
        "schedule",
        "tui.commands.schedule:schedule",
        "show, set, put in or take out when a connection runs by itself, and the operating system's timer for it",
    )
    schedule.add_argument(
        "action", choices=("show", "set", "install", "remove"), help="show changes nothing; set writes recon.toml only"
    )
    schedule.add_argument(
        "--preset",
        choices=tuple(PRESETS),
        help="for set and install: daily at 05:00, weekly on Mondays at 05:00, or monthly on the 1st at 05:00",
    )
    schedule.add_argument("--system", choices=SYSTEMS, help="another timer than this machine's usual one")
    schedule.add_argument("--yes", action="store_true", help="do it without asking")
    add_dry_run(schedule)

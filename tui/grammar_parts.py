"""What the commands of the grammar are built from: the parser itself, options that many commands share, kinds of values."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from tui.help_texts import EXAMPLES


class WrongCall(Exception):
    """The words of a call fit no command; carries the usage of the nearest one."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a call without ending the program itself."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing, so that --json holds for wrong calls too."""
        raise WrongCall(message, self.format_usage())


def add_command(
    commands: argparse._SubParsersAction[Parser],
    name: str,
    run: str,
    summary: str,
    *,
    aliases: Sequence[str] = (),
    connection: bool = True,
) -> argparse.ArgumentParser:
    """Add a command with what every command has; ``run`` names the function that carries it out, module:function."""
    examples = "\n".join(f"  {example}" for example in EXAMPLES.get(name, ()))
    command = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=f"examples:\n{examples}" if examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        aliases=list(aliases),
    )
    command.set_defaults(run=run, command=name)
    command.add_argument("-C", "--workspace", metavar="DIR", default=argparse.SUPPRESS, help="workspace to use")
    command.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document")
    add_looks(command, default=argparse.SUPPRESS)
    command.add_argument("--no-input", action="store_true", help="never ask; a missing answer is exit code 2")
    if connection:
        command.add_argument("--connection", metavar="NAME", help="connection to use (default: the only one)")
    return command


def add_looks(parser: argparse.ArgumentParser, *, default: object) -> None:
    """Add how a command prints; before and after the command's name these mean the same."""
    parser.add_argument(
        "--plain", action="store_true", default=default, help="one fact a line, no tables; for screen readers too"
    )
    parser.add_argument(
        "--color",
        action=argparse.BooleanOptionalAction,
        default=default,
        help="colours also where there is no terminal, or never (default: on a terminal, unless NO_COLOR is set)",
    )
    parser.add_argument(
        "--log", metavar="FILE", default=default, help="write what happens to FILE as JSON lines, secrets masked"
    )


def add_lines(command: argparse.ArgumentParser) -> None:
    """Add --jsonl, for commands that print a long list."""
    command.add_argument("--jsonl", action="store_true", help="print the list as one JSON object a line (docs/json.md)")


def count(text: str) -> int:
    """Return a whole number from 0 on."""
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def port(text: str) -> int:
    """Return a port number; 0 is any free one."""
    if count(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text} is no port: 0 to 65535")
    return int(text)


def at_least_one(text: str) -> int:
    """Return a whole number from 1 on."""
    if not count(text):
        raise argparse.ArgumentTypeError("at least 1 is needed")
    return int(text)


def add_dry_run(command: argparse.ArgumentParser) -> None:
    """Add --dry-run, for commands that write."""
    command.add_argument("--dry-run", action="store_true", help="print what would be done; change nothing")

"""The command line: runs one command and turns its result into an exit code.

Nothing heavy is imported here: `recon --help`, `--version` and completion answer at once; each command imports what it
needs when it runs.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

from tui.grammar import WrongCall, build_parser
from tui.help_texts import EXIT_CODES

KEEP_FREED_PAGES: Final = "narenas:1,oversize_threshold:0,dirty_decay_ms:1000,muzzy_decay_ms:0"
"""How Polars' allocator (jemalloc) handles memory: one pool for all threads instead of four for each core, columns above
8 MiB in it too instead of given back at once, and freed pages kept for a second to be used again. At 1,000,000 rows
this takes 0.84 of the processor time and no more memory. It is read when Polars is loaded, so it is set before."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if sys.flags.optimize:
        sys.stderr.write("recon does not run under python -O: its checks of itself would be switched off.\n")
        return 2
    os.environ.setdefault("_RJEM_MALLOC_CONF", KEEP_FREED_PAGES)
    parser = build_parser()
    try:
        args = parser.parse_args(arguments)
    except WrongCall as wrong:
        return _wrong_call(wrong, as_json="--json" in arguments)
    if getattr(args, "version", False):
        return _version(as_json=args.json)
    if args.command is None:
        parser.print_help()
        return 0
    return _run(args)


def _wrong_call(wrong: WrongCall, *, as_json: bool) -> int:
    from recon.errors import UsageError
    from tui.failures import report_error

    sys.stderr.write(wrong.usage)
    return report_error(UsageError(str(wrong)), as_json=as_json)


def _run(args: argparse.Namespace) -> int:
    module_name, _, function_name = str(args.run).partition(":")
    from recon.errors import ReconError
    from tui.failures import report_error, report_unexpected

    try:
        function = getattr(importlib.import_module(module_name), function_name)
        return int(function(args))
    except ReconError as error:
        return report_error(error, as_json=args.json)
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. Everything recorded so far is safe; run the same command again.\n")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last door: a person never meets a traceback with values in it
        return report_unexpected(error, as_json=args.json)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Polars raises its own defects past Exception
            raise
        return report_unexpected(error, as_json=args.json)


def help_topic(args: argparse.Namespace) -> int:
    """Print a help topic."""
    assert args.topic == "exit-codes"
    sys.stdout.write(EXIT_CODES + "\n")
    return 0


def _version(*, as_json: bool) -> int:
    from recon import __version__

    if not as_json:
        sys.stdout.write(f"recon {__version__}\n")
        return 0
    import json
    from importlib.metadata import version

    names = ("polars", "openpyxl", "textual", "httpx", "pydantic", "fastexcel", "keyring")
    facts = {"schema": "recon.version/1", "recon": __version__, "libraries": {name: version(name) for name in names}}
    sys.stdout.write(json.dumps(facts, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

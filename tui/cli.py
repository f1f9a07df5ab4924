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
from pathlib import Path
from typing import Final

from tui.garbage import collect_garbage, wait_with_garbage
from tui.grammar import build_parser
from tui.grammar_parts import WrongCall
from tui.help_texts import EXIT_CODES
from tui.output import Output, Style, end_printing, put, use_style

COMPLETE: Final = "__complete"
"""What the completion scripts call; no command of its own."""

KEEP_FREED_PAGES: Final = "narenas:1,oversize_threshold:0,dirty_decay_ms:1000,muzzy_decay_ms:0"
"""How Polars' allocator (jemalloc) handles memory: one pool for all threads instead of four for each core, columns above
8 MiB in it too instead of given back at once, and freed pages kept for a second to be used again. At 1,000,000 rows
this takes 0.84 of the processor time and no more memory. It is read when Polars is loaded, so it is set before."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; it says how the command ended, also where nobody reads on (``| head``)."""
    try:
        return _main(argv)
    finally:
        collect_garbage()
        end_printing()


def _main(argv: Sequence[str] | None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if sys.flags.optimize:
        sys.stderr.write("recon does not run under python -O: its checks of itself would be switched off.\n")
        return 2
    os.environ.setdefault("_RJEM_MALLOC_CONF", KEEP_FREED_PAGES)
    wait_with_garbage()
    if arguments[:1] == [COMPLETE]:
        from tui.candidates import complete

        return complete(arguments[1:])
    parser = build_parser()
    try:
        args = parser.parse_args(arguments)
    except WrongCall as wrong:
        return _wrong_call(wrong, arguments)
    args.json = args.json or getattr(args, "jsonl", False)
    use_style(Style(plain=bool(args.plain), colour=args.color, json_lines=getattr(args, "jsonl", False)))
    if getattr(args, "version", False):
        return _version(as_json=args.json)
    if args.command is None:
        return _no_command(parser, arguments, as_json=args.json)
    return _logged(args, arguments) if args.log else _run(args)


def _wrong_call(wrong: WrongCall, arguments: Sequence[str]) -> int:
    from recon.errors import UsageError
    from tui.failures import report_error

    use_style(Style(plain="--plain" in arguments, json_lines="--jsonl" in arguments))
    sys.stderr.write(wrong.usage)
    return report_error(
        UsageError(f"{str(wrong).rstrip('.')}. Nothing was done."), as_json=bool({"--json", "--jsonl"} & set(arguments))
    )


def _no_command(parser: argparse.ArgumentParser, arguments: Sequence[str], *, as_json: bool) -> int:
    if as_json:
        return _wrong_call(WrongCall("--json needs a command.", parser.format_usage()), ["--json"])
    if sys.stdin.isatty() and sys.stdout.isatty():
        return _main([*arguments, "tui"])
    parser.print_help()
    return 0


def _logged(args: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Run one command and write down what happens."""
    from recon.errors import ReconError
    from tui.failures import report_error
    from tui.run_log import run_log

    try:
        with run_log(Path(args.log), arguments) as log:
            code = _run(args)
            log.end(code)
            return code
    except ReconError as error:
        return report_error(error, as_json=args.json)


def _run(args: argparse.Namespace) -> int:
    module_name, _, function_name = str(args.run).partition(":")
    from recon.errors import ReconError
    from tui.failures import report_error, report_interrupted, report_unexpected

    try:
        function = getattr(importlib.import_module(module_name), function_name)
        if args.command != "tui":  # the screens import more before they begin
            collect_garbage()
        return int(function(args))
    except ReconError as error:
        return report_error(error, as_json=args.json)
    except KeyboardInterrupt:
        return report_interrupted(as_json=args.json)
    except Exception as error:  # noqa: BLE001 - the last door: a person never meets a traceback with values in it
        return report_unexpected(error, as_json=args.json)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Polars raises its own defects past Exception
            raise
        return report_unexpected(error, as_json=args.json)


def help_topic(args: argparse.Namespace) -> int:
    """Print a help topic."""
    assert args.topic == "exit-codes"
    output = Output(as_json=args.json)
    output.document("help", {"topic": args.topic, "text": EXIT_CODES})
    if not args.json:
        put(EXIT_CODES + "\n")
    return 0


def _version(*, as_json: bool) -> int:
    from recon import __version__

    if not as_json:
        put(f"recon {__version__}\n")
        return 0
    import json
    from importlib.metadata import version

    names = ("polars", "openpyxl", "textual", "httpx", "pydantic", "fastexcel", "keyring")
    facts = {"schema": "recon.version/1", "recon": __version__, "libraries": {name: version(name) for name in names}}
    put(json.dumps(facts, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

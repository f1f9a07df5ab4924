"""One tab's app: `python -m tui.browser.child DIR --size 80x24`, started by `recon serve`, speaking in packets."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from recon.errors import ReconError
from tui.failures import report_error


def command(root: Path, *, actor: str, columns: int, rows: int, read_only: bool) -> tuple[str, ...]:
    """Return the command that starts the app of one tab."""
    words = [sys.executable, "-m", "tui.browser.child", str(root), "--size", f"{columns}x{rows}"]
    words += ["--as", actor] if actor else []
    return (*words, "--read-only") if read_only else tuple(words)


def main(words: Sequence[str]) -> int:
    """Run the app until the person leaves, or the server is gone."""
    parser = argparse.ArgumentParser(prog="python -m tui.browser.child", description="the screens of one tab")
    parser.add_argument("workspace", metavar="DIR", help="the workspace")
    parser.add_argument("--size", default="80x24", help="columns and rows of the page")
    parser.add_argument("--as", dest="actor", default="", help="who works here")
    parser.add_argument("--read-only", action="store_true", help="look, and change nothing")
    args = parser.parse_args(words)
    columns, _x, rows = args.size.partition("x")
    os.environ |= {"TEXTUAL_DRIVER": "tui.browser.driver:BrowserDriver", "COLUMNS": columns, "ROWS": rows}
    os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
    from tui.app import ReconApp
    from tui.session import Session

    try:
        app = ReconApp(Session(Path(args.workspace), actor=args.actor, read_only=args.read_only))
    except ReconError as error:
        return report_error(error, as_json=False)
    app.run()
    return int(app.return_value or app.return_code or 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

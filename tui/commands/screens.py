"""`recon tui` (and `recon` alone at a terminal): opens the screens on the workspace here, or the guide where there is none."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from recon.errors import SettingsError, UsageError
from recon.workspace import find_workspace
from tui.garbage import collect_garbage_soon
from tui.output import Output
from tui.preferences import load_preferences
from tui.sample import is_sample


def tui(args: argparse.Namespace) -> int:
    """Open the screens; blocks until the person leaves.

    Raises:
        UsageError: There is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("The screens need a terminal. `recon --help` lists the commands that do the same without one.")
    start, first = Path(getattr(args, "workspace", "") or ".").resolve(), "home"
    try:
        find_workspace(start)
    except SettingsError:
        from tui.first_run import first_run

        made = first_run(start)
        if made is None:
            return 0
        start, first = made, "review" if is_sample(made) else "home"
    from tui.app import ReconApp
    from tui.session import Session

    preferences = load_preferences()
    actor = getattr(args, "actor", None) or preferences.name
    session = Session(start, actor=actor, read_only=getattr(args, "read_only", False))
    app = ReconApp(session, start=getattr(args, "place", None) or first, preferences=preferences)
    collect_garbage_soon()
    app.run()
    Output(as_json=args.json).document("tui", {"workspace": str(session.workspace.root), "left_at": app.place})
    return int(app.return_value or app.return_code or 0)

"""What every action of `recon qbwc` needs: the words typed, the output, the workspace and its rules, the journal."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from recon import ports
from recon.config.quickbooks import QuickBooks
from recon.targets.quickbooks.endpoint.journal import Journal
from recon.workspace import Workspace
from tui.crashing import crash_points
from tui.output import Output


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the command."""

    args: argparse.Namespace
    output: Output
    workspace: Workspace
    connection: str
    company: str
    rules: QuickBooks

    def journal(self) -> Journal:
        """Open the journal for writing."""
        return Journal(self.workspace.private, ports.SystemClock(), crash=crash_points())

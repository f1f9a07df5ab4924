"""Twelve American orders whose sales tax QuickBooks' own items are to work out."""

from __future__ import annotations

from pathlib import Path

from recon.workspace import make_workspace
from tests.cases import story
from tests.clock import FakeClock
from tests.shell import Shell

CASE = story.CASES / "us-tax-items"
CA, LA, NV, TX = (
    "California State Tax 7.25%", "Los Angeles County Tax 2.25%", "Nevada State Tax 6.85%", "Texas State Tax 6.25%",
)  # fmt: skip


def begun(folder: Path, clock: FakeClock) -> None:
    """Twelve American orders, whose taxes QuickBooks' items are to work out; none is named."""
    make_workspace(folder / "books", (CASE / "settings.toml").read_text("utf-8"))
    shell = Shell(folder / "books", clock)
    shell("connect").expect(0)
    shell("import", CASE / "in" / "1-orders_export_16-october.csv").expect(0)

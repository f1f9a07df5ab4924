"""File to stored plan where the sales of a day go out as one document, against the bare read of the same file.

The export is the one of the chain; the books are American (tax and discounts as lines, no VAT), because only such sales are summed up.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any, Final

from bench.measure import Steps, child, median
from bench.report import Report

AIM: Final = 4.0
STEPS: Final = (
    "import in all",
    "make the plan",
    "  of it summing up",
    "store the plan",
    "plan in all",
    "FILE TO STORED SUMMARIES",
)
JUDGED: Final = "plan in all"
"""From the orders as they were taken in to the stored summaries; the way before is the chain's."""
SETTINGS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("products", "unlinked"), "text"),
    (("products", "without_sku"), "text"),
    (("channels", "cash_method"), "Undeposited Funds"),
    (("channels", "unmapped"), "cash"),
    (("cancelled_paid",), "credit"),
    (("summary", "sales"), "day"),
)
_GIFT_CARD_ACCOUNT: Final = "Gift Cards Outstanding"


def measure(rows: int, path: Path, rounds: int, report: Report) -> None:
    """Measure bare read and chain in turns and print the table."""
    bare, ours = [], []
    for _ in range(rounds):
        bare.append(child("scan", path))
        with tempfile.TemporaryDirectory(prefix="bench-", dir=path.parent) as folder:
            ours.append(child("summary", path, folder))
    facts = ours[-1].facts
    report.title(
        f"summaries, {rows:,} rows: {facts['parts']:,} documents of {facts['orders']:,} orders in {facts['documents']:,} summaries and "
        f"documents, difference {facts['difference']}",
        "seconds   peak MiB   x bare read",
    )
    report.row("summary", "bare read", seconds=median([f.seconds for f in bare]), mib=bare[-1].peak_mib, ratio=1.0)
    for step in STEPS:
        pairs = [(o.steps[step].seconds, b.seconds) for o, b in zip(ours, bare, strict=True)]
        report.row(
            "summary", step, seconds=median([o for o, _ in pairs]), mib=ours[-1].steps[step].peak_mib,
            ratio=median([o / b for o, b in pairs]), aim=AIM if step == JUDGED else None,
        )  # fmt: skip


def run_summary(path: Path, folder: Path) -> tuple[Steps, dict[str, Any]]:
    """Import the file into a fresh workspace and plan it day by day."""
    import polars as pl

    from bench.chain import CONNECTION, GIFT_CARD_CHANNEL, open_bench
    from recon.plan import plan as planner
    from recon.service import MatchEdits, planning

    workspace = _workspace(folder / "workspace")
    steps = Steps()
    with open_bench(workspace) as service:
        service.connect(CONNECTION, sides=("ledger",), set_accounts=False)
        service.match(CONNECTION, MatchEdits(channels=((GIFT_CARD_CHANNEL, _GIFT_CARD_ACCOUNT, None),)))
        steps.wrap(planner, "folded", STEPS[2])
        steps.wrap(planning, "build_plan", "make the plan")
        steps.wrap(planning, "keep_plan", "store the plan")
        with steps.step(STEPS[-1]):
            with steps.step("import in all"):
                taken = service.import_files([path]).files[0]
            with steps.step("plan in all"):
                made = service.plan(CONNECTION, rows=20)
    assert taken.status == "taken", taken.message
    plan = next(each for each in (workspace.frames / "plans").iterdir() if each.is_dir())
    parts = pl.scan_parquet(plan / "parts.parquet").select(pl.len()).collect().item()
    facts = {
        "orders": made.controls.orders,
        "documents": made.documents,
        "parts": parts,
        "difference": made.controls.difference,
    }
    return steps, facts


def _workspace(root: Path) -> Any:
    """Make American books in the currency of the invented export, in which little is held for want of a mapping."""
    from recon.config.edits import with_setting
    from recon.config.first.answers import FirstAnswers
    from recon.config.first.text import first_settings
    from recon.workspace import make_workspace

    answers = FirstAnswers(
        company="Bench LLC", target="sandbox-quickbooks", start_date=dt.date(2025, 1, 1), vat_registered=False
    )
    text = with_setting(first_settings(answers), ("company", "currency"), value="THB")
    for place, value in SETTINGS:
        text = with_setting(text, ("connections", answers.connection, *place), value=value)
    return make_workspace(root, text)

"""Control totals of a plan as plain text, and those written with a plan."""

from __future__ import annotations

from pathlib import Path

from recon.frames.parquet import read_facts
from recon.money import plain
from recon.plan.inputs import ControlTotals as PlanControls
from recon.summaries import ControlTotals


def stored_controls(folder: Path) -> PlanControls:
    """Return the control totals written with a plan."""
    return PlanControls(**read_facts(folder)["controls"])


def control_view(controls: PlanControls) -> ControlTotals:
    """Return control totals as plain text.

    Raises:
        AssertionError: They do not tie: a defect of ours that must never reach a ledger.
    """
    assert controls.ties, controls
    return ControlTotals(
        orders=controls.order_count,
        source=plain(controls.truth_minor),
        posted=plain(controls.posted_minor),
        documents=plain(controls.documents_minor),
        held=plain(controls.held_minor),
        ignored=plain(controls.ignored_minor),
        difference=plain(controls.difference_minor),
        source_gross=plain(controls.source_gross_minor),
        debits=plain(controls.debit_minor),
        credits=plain(controls.credit_minor),
    )

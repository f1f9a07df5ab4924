"""Control totals of a plan as plain text, and those written with a plan."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from recon.frames.parquet import read_facts
from recon.money import plain
from recon.plan.inputs import ControlTotals as PlanControls
from recon.plan.inputs import Plan
from recon.summaries.plans import ControlTotals


def stored_controls(folder: Path) -> PlanControls:
    """Return the control totals written with a plan."""
    return PlanControls(**read_facts(folder)["controls"])


def stored_bought(folder: Path) -> PlanControls | None:
    """Return the control totals of purchases written with a plan; None: it has no such records."""
    found = read_facts(folder).get("bought")
    return PlanControls(**found) if found else None


def control_facts(made: Plan) -> dict[str, Any]:
    """Return the control totals as they are written with a plan and its batch; those of purchases only where there are some."""
    return {"controls": asdict(made.controls), **({"bought": asdict(made.bought)} if made.bought else {})}


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

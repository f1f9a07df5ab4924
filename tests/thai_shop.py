"""The Thai shop most tests begin with: the exports of its month, and an empty workspace for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.workspace import Workspace, make_workspace

CASE = Path(__file__).parents[1] / "fixtures" / "cases" / "thai-shop-month"
WHOLESALE = CASE / "in" / "3-orders_export_wholesale.csv"
"""Three paid orders of 11,882.17 in all, VAT on top; 107.00 of the third was given back."""
MID_MONTH = CASE / "in" / "1-orders_export_16-october.csv"
MONTH_END = CASE / "in" / "2-orders_export_2-november.csv"


def empty_workspace(root: Path) -> Workspace:
    """Make an empty workspace: a Shopify shop joined to the sandbox ledger, from 1 October 2026 on."""
    answers = FirstAnswers(
        company="บริษัท แซนด์บ็อกซ์ จำกัด", target="sandbox", start_date=dt.date(2026, 10, 1), shop="thai-shop"
    )
    return make_workspace(root, first_settings(answers))

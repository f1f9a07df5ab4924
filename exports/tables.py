"""The tables of the audit workbook, in the order of its sheets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from exports.fast_sheet import Table
from exports.sheets import (
    charts,
    clearing,
    completeness,
    documents,
    findings,
    logs,
    mappings,
    numbering,
    orders,
    settlements,
    summaries,
    z_reports,
)
from exports.sheets.context import Prepared

TABLES: Final[tuple[Callable[[Prepared], Table], ...]] = (
    orders.orders_table, orders.held_table, findings.findings_table, completeness.sales_table, completeness.purchases_table,
    numbering.numbering_table, documents.documents_table, documents.lines_table, documents.postings_table,
    mappings.products_table, mappings.channels_table, logs.uploads_table,
    logs.attempts_table, logs.approvals_table, mappings.changes_table, logs.files_table, logs.events_table,
    charts.by_day_table, charts.by_channel_table, settlements.settlements_table, settlements.payouts_table,
    clearing.clearing_table,
    summaries.summaries_table, z_reports.z_reports_table,
)  # fmt: skip
"""The summary stands before them, the seal after them."""
OPTIONAL: Final = frozenset({"settlements", "payouts", "clearing", "summed", "completeness_bought", "z_reports"})
"""Tables of which there is no sheet where they have no row."""

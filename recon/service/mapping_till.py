"""What a till's plan needs beside the mappings of every connection: cash counts, the chart with its VAT codes, departments, projects, locks."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, replace
from typing import Any, Final

import polars as pl

from recon.config.connection import Connection
from recon.frames.conform import fill
from recon.frames.schemas import LEDGER_ACCOUNTS, TILL_COUNTS
from recon.plan.inputs import PlanInputs
from recon.service.context import Context
from recon.service.mapping_frames import ledger_taxes, tax_links

CLOSED_UNTIL: Final = "closed_until"
"""Name of the row, among what the ledger says of its limits, with the last day nothing is entered on."""


def till_inputs(context: Context, name: str, rules: Connection, inputs: PlanInputs) -> PlanInputs:
    """Return the inputs of a plan with what only lines with accounts and VAT codes of the ledger need."""
    if rules.taxes != "codes":
        return inputs
    return replace(
        inputs,
        counts=till_counts(context, name),
        ledger_accounts=ledger_account_frame(context, name),
        ledger_departments=tuple(ledger_departments(context, name)),
        ledger_projects=tuple(ledger_projects(context, name)),
        closed_until=closed_until(context, name),
    )


def till_facts(context: Context, name: str, rules: Connection) -> dict[str, Any]:
    """Return the same as facts for the digest of what a plan is made from; nothing for other connections."""
    if rules.taxes != "codes":
        return {}
    closed = closed_until(context, name)
    return {
        "taxes": [sorted(tax_links(context, name).rows()), [asdict(tax) for tax in ledger_taxes(context, name)]],
        "counts": context.store.mappings.current(name, "count"),
        "accounts": ledger_account_frame(context, name).rows(),
        "departments": sorted(ledger_departments(context, name)),
        "closed_until": closed.isoformat() if closed else None,
        **({"projects": sorted(ledger_projects(context, name))} if rules.till.projects else {}),
    }


def ledger_account_frame(context: Context, name: str) -> pl.DataFrame:
    """Return LEDGER_ACCOUNTS: the ledger's chart with its VAT codes and what it requires, as last read."""
    part = context.store.catalog.get(name, "accounts")
    rows = [
        (
            str(row["code"]), str(row["name"]), str(row.get("root") or ""), str(row.get("tax_code") or ""),
            *(bool(row.get(one)) for one in ("is_tax_locked", "needs_department", "needs_project")),
        )
        for row in (part.rows if part else ())
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=LEDGER_ACCOUNTS, orient="row").unique(
        "account_code", keep="first", maintain_order=True
    )


def ledger_departments(context: Context, name: str) -> dict[str, str]:
    """Return code and name of the ledger's departments, as last read."""
    return _named(context, name, "classes")


def ledger_projects(context: Context, name: str) -> dict[str, str]:
    """Return code and name of the ledger's projects, as last read."""
    return _named(context, name, "projects")


def _named(context: Context, name: str, listed: str) -> dict[str, str]:
    part = context.store.catalog.get(name, listed)
    return {str(row["code"]): str(row["name"]) for row in part.rows} if part else {}


def closed_until(context: Context, name: str) -> dt.date | None:
    """Return the last day nothing is entered on there, as last read; None: the ledger says nothing."""
    part = context.store.catalog.get(name, "limits")
    said = [row[CLOSED_UNTIL] for row in (part.rows if part else ()) if row.get(CLOSED_UNTIL)]
    return dt.date.fromisoformat(said[0]) if said else None


def till_counts(context: Context, name: str) -> pl.DataFrame:
    """Return TILL_COUNTS of a connection: cash that persons counted."""
    rows = [{"order_key": key, **_value(value)} for key, value in context.store.mappings.current(name, "count").items()]
    return fill(pl.DataFrame(rows), TILL_COUNTS) if rows else pl.DataFrame(schema=TILL_COUNTS)


def _value(value: object) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value

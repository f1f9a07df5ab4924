"""The settlements of a connection, cycle by cycle, as its files say them today."""

from __future__ import annotations

import polars as pl

from recon.frames.conform import empty
from recon.normalize.clearing import CLEARING, clearing_balances
from recon.normalize.settlement_view import SETTLEMENTS, settlement_cycles
from recon.service.context import Context
from recon.service.known import combined, current_sets


def settlements(context: Context, connection: str | None) -> pl.DataFrame:
    """Return SETTLEMENTS; no rows: the connection has no settlement files."""
    name, rules = context.connection(connection)
    sets = [frames for _, frames in current_sets(context, name, rules)]
    return settlement_cycles(combined(context, name, sets)) if sets else empty(SETTLEMENTS)


def clearing(context: Context, connection: str | None) -> pl.DataFrame:
    """Return CLEARING; no rows: the connection has no payouts, or its account is empty."""
    name, rules = context.connection(connection)
    sets = [frames for _, frames in current_sets(context, name, rules)]
    if not sets:
        return empty(CLEARING)
    by_part = context.outside.capabilities(name, rules).split_payments
    return clearing_balances(combined(context, name, sets), by_part=by_part)

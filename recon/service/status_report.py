"""The state of everything for `recon status`: what every connection and batch came to, and what waits for a person."""

from __future__ import annotations

from typing import Any

import polars as pl

from recon.domain.providers import source_facts
from recon.errors import UsageError
from recon.money import plain
from recon.plan.buying.state import is_bought
from recon.service.batch_view import batch_view
from recon.service.context import Context
from recon.service.kept_plans import latest_plan
from recon.service.refused import refused_waiting
from recon.service.seen_waiting import waiting_things
from recon.service.waiting import waiting_lines, waiting_rows
from recon.summaries.plans import BatchView


def status(context: Context, connection: str | None) -> dict[str, Any]:
    """Return counts and sums of every state, and what waits for a person."""
    names = [context.connection(connection)[0]] if connection else list(context.settings.connections)
    views = [
        batch_view(context, batch) for batch in context.store.batches.all(connection) if batch.state != "superseded"
    ]
    head = context.store.events.head()
    return {
        "workspace": str(context.workspace.root),
        "company": context.settings.company.name,
        "connections": [_connection_state(context, name) for name in names],
        "batches": [{name: getattr(view, name) for name in BatchView.__dataclass_fields__} for view in views],
        "waits": [*context.store.notices, *_waits(context, names, views)],
        "chain_head": head.hash,
        "events": head.seq,
    }


def _connection_state(context: Context, name: str) -> dict[str, Any]:
    rules = context.settings.connections[name]
    verified = context.store.catalog.verified(name)
    facts: dict[str, Any] = {
        "name": name,
        "source": rules.source,
        "target": rules.target,
        "environment": verified.environment if verified else rules.environment,
        "company": verified.name if verified else None,
        "files": len(context.store.files.all(name)),
        "start_date": rules.start_date.isoformat(),
        "start_date_locked": context.store.outbox.has_sent(name),
        "orders": 0,
        "total": "0.00",
        "purchases": 0,
        "purchases_total": "0.00",
        "dispositions": {},
    }
    try:
        results, known = latest_plan(context, name, "results"), latest_plan(context, name, "orders")
    except UsageError:
        (facts["orders"], total), (facts["purchases"], bought_total) = taken_in(context, name)
        return facts | {"total": plain(total), "purchases_total": plain(bought_total)}
    bought = is_bought(known)
    sold = known.filter(~bought)
    facts |= {"orders": sold.height, "purchases": known.height - sold.height}
    for word, records in (("total", sold), ("purchases_total", known.filter(bought))):
        facts[word] = plain(int(records.select(_own(context, "total_minor")).item() or 0))
    grouped = (
        results.join(sold.select("order_key", "currency"), on="order_key", how="inner")
        .group_by("disposition")
        .agg(pl.len().alias("n"), _own(context, "truth_minor"))
        .sort("disposition")
    )
    facts["dispositions"] = {
        r["disposition"]: {"orders": r["n"], "amount": plain(r["truth_minor"])} for r in grouped.iter_rows(named=True)
    }
    return facts


def taken_in(context: Context, name: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return count and sum of the sales and of the purchases of a connection's files, before any plan."""
    intakes = context.store.files.intakes(name)
    kinds = [intake.facts.get("purchases") or {} for intake in intakes]
    count, total = (sum(int(kind.get(word, 0)) for kind in kinds) for word in ("count", "total_minor"))
    sold = sum(intake.order_count for intake in intakes) - count, sum(intake.total_minor for intake in intakes) - total
    return sold, (count, total)


def _own(context: Context, column: str) -> pl.Expr:
    """Return the sum of a column over the orders in the currency of the books; other currencies meet no sum of ours."""
    return pl.col(column).filter(pl.col("currency") == context.settings.company.currency).cast(pl.Int128).sum()


def _new_things(context: Context, name: str) -> list[str]:
    """Return one line for each new thing of the newest plan that waits for a word."""
    return [f"{name}: {thing.words} (recon match --connection {name})" for thing in waiting_things(context, name)]


def late_days(context: Context, name: str) -> int:
    """Return how many settlements of tills are missing, days were not closed, or terms are over."""
    if not source_facts(context.settings.connections[name].source).is_till:
        return 0
    from recon.service.till_days import till_days

    return till_days(context, name, context.settings.connections[name]).needing


def _late_days(context: Context, name: str) -> list[str]:
    needing = late_days(context, name)
    words = f"{name}: settlements missing, days not closed, or late in the books: {needing:,} (recon till days)"
    return [words] if needing else []


def _waits(context: Context, names: list[str], views: list[BatchView]) -> list[str]:
    waiting = waiting_rows(context, names)
    waits = waiting_lines(waiting)
    for view in views:
        unsent = view.open - sum(row.batch_id == view.batch for row in waiting)
        if view.state == "draft":
            waits.append(
                f'{view.batch}: documents that wait for approval: {view.documents:,} (recon approve {view.batch} --as "NAME")'
            )
        elif view.unknown:
            waits.append(
                f"{view.batch}: outcomes not known yet: {view.unknown:,} (recon upload {view.batch} looks them up)"
            )
        elif unsent:
            waits.append(f"{view.batch}: documents not sent yet: {unsent:,} (recon upload {view.batch})")
        refused = refused_waiting(context, context.store.batches.get(view.batch)) if view.refused else 0
        if refused:
            waits.append(
                f"{view.batch}: documents refused by the ledger: {refused:,} (recon documents {view.batch} --status refused)"
            )
    for name in names:
        waits += [*_new_things(context, name), *_late_days(context, name)]
        try:
            held = latest_plan(context, name, "results").filter(pl.col("disposition") == "held")
        except UsageError:
            continue
        if held.height:
            known = latest_plan(context, name, "orders").select("order_key", "currency", "record_kind")
            told = held.join(known, on="order_key")
            tills = source_facts(context.settings.connections[name].source).is_till
            sold = "settlements and invoices" if tills else "orders"
            for noun, some in ((sold, told.filter(~is_bought(told))), ("purchases", told.filter(is_bought(told)))):
                amount = plain(int(some.select(_own(context, "held_minor")).item() or 0)) if some.height else ""
                if amount:
                    waits.append(f"{name}: {noun} held: {some.height:,}, {amount} (recon findings --connection {name})")
    return waits

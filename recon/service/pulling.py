"""Fetching from the shop's API: its answers are kept like files and taken in, its products are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from recon.config.connection import Connection
from recon.domain.providers import source_facts
from recon.errors import UsageError
from recon.intake import keep_bytes
from recon.service.asking_again import pull_begins, pull_ended, query_by_number
from recon.service.causes import causes
from recon.service.context import Context, Progress
from recon.service.taking_in import take_in_kept
from recon.sources.base import Fetched, IntakeFile
from recon.sources.registry import source_named
from recon.summaries.intake import FileReport, IntakeReport

LAST_PULL: Final = "last_pull"
"""Note of the day of the last pull; with a kind of record behind it, of the last pull of that kind."""


def pull(
    context: Context,
    *,
    connection: str | None,
    since: dt.date | None,
    until: dt.date | None,
    by: str,
    status: str,
    payment_status: str,
    orders: Sequence[str],
    dry_run: bool,
    on_progress: Progress,
) -> IntakeReport:
    """Fetch answers, keep each as it came, and take each in like a file."""
    name, rules = context.connection(connection)
    if not source_facts(rules.source).has_api:
        raise UsageError(f"Connection {name} reads {rules.source}, which has no API here; use `recon import FILE`.")
    query = {"since": since, "until": until, "by": by, "status": status, "payment_status": payment_status}
    by_number = not source_facts(rules.source).lists_orders
    if by_number:
        query |= query_by_number(context, name, rules, orders)
    elif orders:
        raise UsageError(
            f"Connection {name} reads {rules.source}, which is asked by days (--since), not by order numbers."
        )
    source, began = source_named(rules.source), context.clock.now()
    reports = []
    with context.outside.shop(name, rules) as shop:
        for kind in rules.record_kinds:
            asked = query if by_number else query | {"since": since or day_of_last_pull(context, name, rules, kind)}
            for answer in shop.fetch(kind, asked):
                on_progress(f"fetched {answer.name}")
                if dry_run:
                    reports.append(
                        FileReport(
                            name=answer.name,
                            status="known",
                            message=f"{len(answer.content):,} bytes answered; dry run, not kept",
                        )
                    )
                    continue
                if by_number and not orders:
                    pull_begins(context, name, began)
                file = _keep_answer(context, answer)
                reports.append(take_in_kept(context, name, rules, file, source, profile=None, dry_run=False))
        odd, same = causes(shop.findings()), shop.unchanged()
    if same:
        said = f"{same:,} orders answered exactly as they are kept; nothing of them was kept again"
        reports.append(FileReport(name=rules.source, status="known", message=said, orders=same, known=same))
    if odd and reports:
        reports[-1] = replace(reports[-1], causes=(*reports[-1].causes, *odd))
    if not dry_run:
        today = context.today().isoformat()
        pulled = {f"{LAST_PULL} {kind}": today for kind in rules.record_kinds}
        ended = {LAST_PULL: today, **pulled, **({} if orders else pull_ended())}
        context.store.mappings.set(name, "setting", ended, reason="pull")
    return IntakeReport(connection=name, files=tuple(reports), dry_run=dry_run)


def _keep_answer(context: Context, answer: Fetched) -> IntakeFile:
    return keep_bytes(
        answer.content,
        answer.name,
        context.workspace.intake,
        context.clock.now().isoformat(),
        crash=context.store.database.crash,
    )


def day_of_last_pull(context: Context, name: str, rules: Connection, kind: str | None = None) -> dt.date:
    """Return one day before the last pull, so that late changes are not lost; the start date the first time.

    A kind of record that was switched on later has a first time of its own. None: the earliest of all kinds switched on.
    """
    if kind is None:
        return min(day_of_last_pull(context, name, rules, each) for each in rules.record_kinds)
    noted = context.store.mappings.current(name, "setting")
    by_kind = any(key.startswith(f"{LAST_PULL} ") for key in noted)
    last = noted.get(f"{LAST_PULL} {kind}") if by_kind or kind != "sale" else noted.get(LAST_PULL)
    return dt.date.fromisoformat(str(last)) - dt.timedelta(days=1) if last else rules.start_date


def pull_products(context: Context, connection: str | None, *, dry_run: bool) -> int:
    """Fetch the shop system's product list and keep the answers; returns how many products it names."""
    name, rules = context.connection(connection)
    if not source_facts(rules.source).has_api:
        raise UsageError(f"Connection {name} reads {rules.source}, which has no API here.")
    source, count = source_named(rules.source), 0
    with context.outside.shop(name, rules) as shop:
        for answer in shop.fetch_products():
            if dry_run:
                continue
            file = _keep_answer(context, answer)
            context.store.files.keep(
                digest=file.digest, name=file.name, size=file.size, source=f"{rules.source}-products", connection=name
            )
            count += source.count_products(file)
    return count

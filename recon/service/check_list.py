"""The check-list of a connection: everything that has to be right before its orders can be posted, a line each.

The ledger and the shop are asked who they are, unless nobody wants it or they cannot be reached; everything else is looked up
here. Nothing is kept and nothing is changed.
"""

from __future__ import annotations

from recon.domain.providers import source_facts
from recon.errors import ReconError
from recon.service.check_ledger import Answers, Kept, ledger_lines
from recon.service.check_orders import order_lines
from recon.service.check_work import work_lines
from recon.service.connecting import known_catalog
from recon.service.context import Context
from recon.store.catalog import ALWAYS_READ
from recon.store.moments import stamp
from recon.summaries.checks import ConnectionChecks


def check_list(
    context: Context, connection: str | None, *, offline: bool, timer_installed: bool | None = None
) -> ConnectionChecks:
    """Return the check-list of a connection.

    Args:
        context: The open workspace.
        connection: Its name; None: the only one.
        offline: Ask neither the ledger nor the shop.
        timer_installed: Whether the operating system's timer is in; None: it cannot be told.
    """
    name, rules = context.connection(connection)
    answers = Answers(asked=False) if offline else _asked(context, name)
    kept = _kept(context, name)
    lines = (
        *ledger_lines(context, name, rules, answers, kept),
        *order_lines(context, name, rules, kept.catalog),
        *work_lines(context, name, rules, timer_installed=timer_installed),
    )
    return ConnectionChecks(
        connection=name,
        company=context.settings.company.name,
        source=rules.source,
        target=rules.target,
        environment=rules.environment,
        checked_at=stamp(context.clock.now()),
        asked=answers.asked,
        lines=lines,
    )


def _asked(context: Context, name: str) -> Answers:
    """Ask both sides who they are; what goes wrong becomes words."""
    rules = context.settings.connections[name]
    found = Answers(asked=True)
    try:
        with context.outside.target(name, rules, known=known_catalog(context, name)) as target:
            try:
                found.company = target.verify()
            finally:
                found.session = target.session()
    except ReconError as error:
        found.error = str(error)
    if source_facts(rules.source).has_api:
        try:
            with context.outside.shop(name, rules) as shop:
                found.shop = shop.verify()
                found.shop_checks = tuple(shop.checks())
        except ReconError as error:
            found.shop_error = str(error)
    return found


def _kept(context: Context, name: str) -> Kept:
    """Return what the ledger said of itself the last time."""
    parts = [context.store.catalog.get(name, part) for part in ALWAYS_READ]
    read = [part.fetched_at for part in parts if part is not None]
    return Kept(
        verified=context.store.catalog.verified(name),
        catalog=known_catalog(context, name),
        read_at=min(read) if len(read) == len(ALWAYS_READ) else "",
    )

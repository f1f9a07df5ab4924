"""What a connection's source makes of its settings: the table only that source reads, and rules it can never meet.

Rules that a source never meets would let orders wait for ever, so they are told when settings are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from recon.config.base import Section
from recon.domain.providers import source_facts

ASK_AGAIN_DAYS: Final = 60
"""So long an order is asked for again where the source's settings say nothing about it."""


class SourceRules(Section):
    """Base of the tables only one source, or one kind of source, reads; named in `SourceFacts.settings`."""

    def reading_fields(self) -> tuple[tuple[str, str], ...]:
        """Return what these settings say of the fields of a file, as `ReadOptions.fields`; only what is no default."""
        return ()

    def secret_names(self) -> tuple[str, ...]:
        """Return what a person is asked for beside the keys of the two sides; kept like these."""
        return ()

    def ask_again_for_days(self) -> int:
        """Return how many days after its own day an order is asked for again, where orders are asked for one by one."""
        return ASK_AGAIN_DAYS


def unfit_rules(source: str, receipts: str, invoices: str, record_kinds: Sequence[str]) -> str:
    """Return what is wrong with rules that the source's states and records never meet; empty: nothing."""
    facts = source_facts(source)
    waits = [
        f'{name} = "{value}"'
        for name, value in (("receipts", receipts), ("invoices", invoices))
        if "completed" in value and not facts.has_completed
    ]
    if waits:
        return (
            f"{facts.label} has no state for completed, so {' and '.join(waits)} would wait for ever; use receipts = "
            '"paid", and invoices = "off" or "awaiting-transfer-unpaid"'
        )
    if set(record_kinds) <= set(facts.record_kinds):
        return ""
    kinds = ", ".join(f'"{kind}"' for kind in facts.record_kinds)
    return f"{facts.label} has {' and '.join(f'{kind}s' for kind in facts.record_kinds)} only; record_kinds must be [{kinds}]"

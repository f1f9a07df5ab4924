"""Rules of a connection that its source can never meet, so that orders would wait for ever; told when settings are read."""

from __future__ import annotations

from collections.abc import Sequence

from recon.domain.providers import source_facts


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

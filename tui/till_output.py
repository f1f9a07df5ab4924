"""How the accounts of a till's groups and what is missing for its settlements are printed."""

from __future__ import annotations

from collections.abc import Sequence

from recon.summaries_till import SetupLine, TillLine
from tui.output import SHOWN, Output, grouped


def print_groups(groups: Sequence[TillLine], output: Output) -> None:
    """Print what a till books, with accounts and VAT codes."""
    linked = sum(line.state == "linked" for line in groups)
    output.line(f"Accounts: {linked} of {len(groups)} groups, tips and roundings have an account and a VAT code")
    output.table(
        ("Place", "Group", "Name", "Rate", "Amount", "Account", "VAT", "From", "Proposed", "Reason"),
        [
            (one.place or "everywhere", one.part, one.name[:28], one.rate, grouped(one.amount),
             f"{one.account} {one.account_name}" if one.account else "", one.tax_code or "", one.tax_from or "",
             " ".join(filter(None, (one.suggestion, f"VAT {one.suggestion_tax}" if one.suggestion_tax else "", "(certain)" if one.certain else ""))),
             one.reason)
            for one in groups[:SHOWN]
        ],
        right=(4,),
    )  # fmt: skip
    output.more(len(groups) - SHOWN, "recon match --json, or --export FILE")


def print_setup(setup: Sequence[SetupLine], output: Output) -> None:
    """Print what is missing before settlements can go out; accounts and payments stand in the tables above, so they are counted."""
    if not setup:
        return
    output.line(f"Missing before settlements can go out: {len(setup):,}")
    listed = [line for line in setup if line.what in {"account", "payment"}]
    if listed:
        proposed = sum(bool(line.proposal) for line in listed)
        output.line(
            f"  Accounts of groups and payments: {len(listed):,}, {proposed:,} of them proposed (recon match lists them)"
        )
        output.line("    recon match --take-accounts takes what is certain, --accept SKU one of them")
    others = [line for line in setup if line.what not in {"account", "payment"}]
    for line in others[:SHOWN]:
        waits = f"  (settlements that wait: {line.settlements:,}, {grouped(line.amount)})"
        output.line(f"  {_about(line)}: {line.why}{waits if line.settlements else ''}")
        if line.proposal:
            output.line(f"    proposed: {line.proposal}")
        output.line(f"    {line.where}")
    output.more(len(others) - SHOWN, "recon match --json")


def _about(line: SetupLine) -> str:
    return " ".join(filter(None, (line.place, line.thing))) or "ledger"

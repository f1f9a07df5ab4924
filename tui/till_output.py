"""How the accounts of a till's groups and what is missing for its settlements are printed."""

from __future__ import annotations

from collections.abc import Sequence

from recon.summaries.sent import AttachSummary
from recon.summaries.till import SetupLine, TillLine
from recon.summaries.till_days import MissingZ, TillDays
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


def print_days(report: TillDays, output: Output) -> None:
    """Print the tills with their days, then what a person has to look at, and what to do about it."""
    if not report.registers:
        output.line("There are no settlements yet. next: recon import FILE")
        return
    output.table(
        ("Register", "Place", "Settlements", "From", "To", "Last", "Days without", "Not counted", "Not sent"),
        [
            (one.register, one.place, one.settlements, one.first_day, one.last_day, one.last_number, one.without,
             one.uncounted, one.unsent)
            for one in report.registers
        ],
        right=(2, 6, 7, 8),
    )  # fmt: skip
    if any(one.without for one in report.registers):
        output.line("A day without a settlement is a day without sales, where the Z numbers run on.")
    _print_missing(report.missing, output)
    for day in report.open_days[:SHOWN]:
        output.line(f"not closed   {day.number}: {day.text}")
    output.more(len(report.open_days) - SHOWN, "recon till days --json")
    for term in report.terms:
        late = "late: its term is over" if term.is_over else "to be booked in its term"
        output.line(
            f"not in the ledger   of {term.first_day} .. {term.last_day}: {term.settlements:,}, {grouped(term.amount)}, the oldest of"
            f" {term.oldest_day} ({late})"
        )
    if any(term.is_over for term in report.terms):
        output.line(
            "The books are kept current with the VAT return, in practice every two months, and at least every four months; when the return is due "
            "is not known here."
        )
    if not report.needing:
        output.line("No settlement is missing, every day is closed, and nothing is late.")


def print_sheets(found: AttachSummary | None, output: Output, *, command: bool = True) -> None:
    """Print how many settlements have their Z report on their voucher, and why the others have not."""
    if found is None:
        return
    now = f", {found.attached_now:,} of them now" if found.attached_now else ""
    output.line(f"Z reports attached to their vouchers: {found.attached:,} of {found.wanted:,}{now}")
    for one in found.missing[:SHOWN]:
        output.line(f"  not attached  {one['number']}{': ' if one['why'] else ''}{one['why']}")
    output.more(len(found.missing) - SHOWN, "recon till attach --json")
    if found.words and not any(found.words == one["why"] for one in found.missing[:SHOWN]):
        output.line(f"  {found.words}")
    if found.missing and command:
        output.line(
            "  recon till attach tries again; recon till attach --to FOLDER writes them as files, to put there by hand"
        )


def _print_missing(missing: Sequence[MissingZ], output: Output) -> None:
    for one in missing[:SHOWN]:
        between = f"after {one.after or 'the beginning'}, before {one.before or 'the end'}"
        output.line(
            f"{'known gap' if one.known else 'missing'}   {one.number} ({between}){': ' + one.known if one.known else ''}"
        )
    output.more(len(missing) - SHOWN, "recon till days --json")
    unknown = next((one for one in missing if not one.known), None)
    if unknown is not None:
        output.line(
            f"  take in the file that has it; where there is none: recon match --gap {unknown.number}='the till was exchanged' --as NAME"
        )

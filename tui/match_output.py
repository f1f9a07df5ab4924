"""What `recon match` shows: links and what is open, charges, taxes, returns, why a link stands, and what was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recon.frames.text import fold
from recon.money import plain
from recon.service.account_proposals import AccountProposal
from recon.service.charge_rules import ChargeTable
from recon.service.connecting import proposal_lines
from recon.service.match_undo import MappingUndo
from recon.service.matching import CODE_RULE
from recon.service.product_table import ProductDetail
from recon.service.return_table import OpenReturn
from recon.summaries.match import MatchReport
from recon.summaries.things import ThingLine
from tui.output import SHOWN, Output, grouped
from tui.till_output import print_groups, print_setup


def show_accounts(taken: Sequence[AccountProposal], proposed: Sequence[AccountProposal], output: Output) -> None:
    """Say which proposed accounts were taken, and which wait for a person."""
    for head, proposals in (
        ("Accounts written to recon.toml:", taken),
        ("Accounts proposed from the ledger's chart (recon match --take-accounts writes them):", proposed),
    ):
        for line in [head, *proposal_lines(proposals)] if proposals else []:
            output.line(line)


def charge_facts(table: ChargeTable) -> list[dict[str, Any]]:
    """Return the charges as recon.match/1 lists them."""
    return [
        {
            "sales_channel": row["sales_channel"], "kind": row["kind"], "orders": row["orders"],
            "amount": plain(row["amount_minor"], table.currency), "treatment": row["treatment"], "code": row["code"],
            "is_product": row["is_product"], "vat": row["vat"], "own": row["is_own"], "open": row["is_open"],
        }
        for row in table.frame.iter_rows(named=True)
    ]  # fmt: skip


def show_taxes(report: MatchReport, output: Output) -> None:
    """Show sales taxes, or VAT rates of tills, with what each goes to."""
    if not report.taxes:
        return
    mapped = sum(tax.state == "mapped" for tax in report.taxes)
    if report.groups:
        done = sum(tax.state != "unmapped" for tax in report.taxes)
        output.line(f"VAT: {done} of {len(report.taxes)} rates have a VAT code, or their accounts bring it")
    else:
        output.line(f"Sales taxes: {mapped} of {len(report.taxes)} have a tax item")
    output.table(
        ("Tax", "Settlements" if report.groups else "Orders", "Gross" if report.groups else "Tax in all", "State", "VAT code" if report.groups else "Tax item", "Might be"),
        [
            (tax.name or "(none named)", tax.orders, grouped(tax.amount), tax.state,
             f"{tax.item or ''} {tax.percent}".strip(), " - ".join(filter(None, (tax.suggestion, tax.reason))))
            for tax in report.taxes[:SHOWN]
        ],
        right=(1, 2),
    )  # fmt: skip
    output.more(len(report.taxes) - SHOWN, "recon match --json")


def show_charges(table: ChargeTable, output: Output) -> None:
    """Show what happens to every charge."""
    rows = [row for row in table.frame.iter_rows(named=True) if row["orders"] or row["sales_channel"] == "default"]
    output.table(
        ("Sales channel", "Charge", "Orders", "Amount", "What happens", "Booked on"),
        [
            (row["sales_channel"] or "(none named)", row["kind"], row["orders"], grouped(plain(row["amount_minor"])),
             row["treatment"], f"{row['code']} {row['code_name']}".strip())
            for row in rows
        ],
        right=(2, 3),
    )  # fmt: skip


def show_returns(waiting: tuple[OpenReturn, ...], output: Output) -> None:
    """Show the returns whose sale a person has to name, with what it may be."""
    output.line(f"Returns whose sale is not known: {len(waiting)}")
    for each in waiting:
        output.line(f"{each.order_number}  {each.ordered_on}  {grouped(each.total)}  {each.customer}")
        output.line(f"  {each.why}")
        output.table(
            ("May be", "Date", "Total", "Why"),
            [(one.order_number, one.ordered_on, grouped(one.total), ", ".join(one.reasons)) for one in each.candidates],
            right=(2,),
        ) if each.candidates else None
    if waiting:
        output.line("Say it with `recon match --return RETURN=SALE`.")


def show_why(detail: ProductDetail, output: Output) -> None:
    """Show why a product stands where it does: what is like it, its orders, and who said so."""
    output.line(f"SKU {detail.sku or '(none)'}: {detail.order_count:,} orders")
    output.table(
        ("Alike", "Code", "Name", "Why"),
        [(one.score, one.code, one.name, one.reason) for one in detail.suggestions], right=(0,),
    )  # fmt: skip
    output.table(
        ("Order", "Date", "Quantity", "Amount"),
        [(one.order_number, one.ordered_on, one.quantity, grouped(one.amount)) for one in detail.orders], right=(2, 3),
    )  # fmt: skip
    words = {None: "link taken away", "": "as text"}
    for entry in detail.history:
        output.line(f"{entry.at[:19]}  {entry.who}  {words.get(entry.to, f'linked to {entry.to}')}  ({entry.reason})")


def show_undone(undone: MappingUndo, output: Output, *, dry_run: bool) -> None:
    """Say what was taken back, and what would be next."""
    done = {"undo": ("Undone", "Would undo"), "redo": ("Done again", "Would do again")}[undone.what][dry_run]
    output.line(f"{done}: {undone.name}.")
    if undone.next_undo and not dry_run:
        output.line(f"  undo with `recon match --undo`: {undone.next_undo}")


def show_match(report: MatchReport, things: Sequence[ThingLine], output: Output) -> None:
    """Show products, payment channels and taxes: what is mapped, what is open, and what comes next."""
    for change in report.changes:
        output.line(f"{'would set' if report.dry_run else 'set'}: {change}")
    if report.groups:
        print_groups(report.groups, output)
    linked = sum(p.state == "linked" for p in report.products)
    as_text = sum(p.state == "text" for p in report.products)
    waiting = [p for p in report.products if p.state in {"unlinked", "suggested"}]
    coming = [p for p in report.products if p.state == "to-create"]
    words = f", {len(coming)} to be created" if coming else ""
    by_code = sum(p.state == "linked" and p.reason == CODE_RULE for p in report.products)
    rule = f" ({by_code} by the rule {CODE_RULE})" if by_code else ""
    if report.products or not report.groups:
        output.line(f"Products: {linked} linked{rule}, {as_text} as text{words}, {len(waiting)} open")
    output.table(
        ("SKU", "Name", "Orders", "Amount", "Suggestion", "Reason"),
        [(p.sku, p.name[:40], p.orders, grouped(p.amount), p.suggestion, p.reason) for p in waiting[:SHOWN]],
        right=(2, 3),
    ) if waiting else None
    output.more(len(waiting) - SHOWN, "recon match --json, or --export FILE")
    output.table(
        ("SKU", "To be created as", "Orders", "Amount"),
        [(p.sku, (p.new_name or "")[:60], p.orders, grouped(p.amount)) for p in coming[:SHOWN]],
        right=(2, 3),
    ) if coming else None
    _show_channels(report, things, output)
    show_taxes(report, output)
    if report.open_returns:
        output.line(f"Returns whose sale is not known: {report.open_returns} (recon match --returns)")
    print_setup(report.setup, output)
    if not report.products and not report.channels and not report.groups:
        output.line("There are no orders yet. next: recon import FILE, or recon pull")
    elif not report.open_count:
        if report.setup:
            return
        if as_text and not report.sales_account:
            output.line(
                "Lines go as text, but accounts.sales in recon.toml names no account for them: their orders are held until it does."
            )
        if any(thing.holds for thing in things):
            output.line("Everything is mapped, and orders wait for what is new below.")
        else:
            output.line("Everything is mapped. next: recon plan")


def _show_channels(report: MatchReport, things: Sequence[ThingLine], output: Output) -> None:
    """Show payment channels: where each goes, and what is open."""
    waits = {fold(thing.value) for thing in things if thing.holds and thing.kind == "payment-channel"}
    noun, nobody = ("Settlements", "no settlement") if report.groups else ("Orders", "no order")
    needed = [c for c in report.channels if c.state != "not-needed"]
    idle = len(report.channels) - len(needed)
    hinted = any(c.suggestion for c in report.channels[:SHOWN])
    output.line(
        f"Payment channels: {sum(c.state != 'unmapped' for c in needed)} of {len(needed)} mapped"
        + (f", {idle} {'needs' if idle == 1 else 'need'} no account ({nobody} brings money there)" if idle else "")
    )
    output.table(
        ("Channel", noun, "Amount", "State", "Goes to", *(("Suggestion", "Reason") if hinted else ())),
        [
            (
                c.channel or "(none named)",
                c.orders,
                grouped(c.amount),
                "new, waits" if fold(c.channel) in waits else c.state,
                c.method,
                *((c.suggestion, c.reason) if hinted else ()),
            )
            for c in report.channels[:SHOWN]
        ],
        right=(1, 2),
    ) if report.channels else None
    if any(c.state == "unmapped" for c in report.channels) and report.methods:
        output.line(
            "The ledger's payment channels: " + ", ".join(f"{code} {name}" for code, name in report.methods[:SHOWN])
        )

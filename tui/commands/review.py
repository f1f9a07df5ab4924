"""`recon decide`, `documents --filter` and `approve --decided`: the review of a draft, document by document, without a screen."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from recon.errors import UsageError
from recon.money import parse_minor, plain
from recon.review.records import DecisionReport, DoorView
from recon.review.table import ReviewTable, Shown
from recon.service import ReconService
from tui.asking import ask, can_ask
from tui.output import Output, bought, grouped, totals
from tui.told import correction_words, next_upload, tell_notes
from tui.wiring import open_service

if TYPE_CHECKING:
    import polars as pl

SHOWN = 50
DECISIONS = {"approve": "approved", "reject": "rejected", "draft": "draft"}


def documents(args: argparse.Namespace) -> int:
    """List the documents and held orders of the newest batch that pass a filter."""
    output = Output(as_json=args.json)
    with open_service(args, write=False) as service:
        table = service.review(args.connection)
        if args.batch and args.batch.upper() != table.batch:
            raise UsageError(
                f"--filter, --status and --connection look at the newest batch ({table.batch or 'none'}), not at {args.batch}; leave "
                "the batch out. Of any batch: --status open, unsure, refused or posted, alone."
            )
        shown = _filtered(table, _filter_text(args.filter, args.status, args.kind))
        rows = service.review_documents(table, shown.order)
    picked = table.window(shown.order, 0, shown.count)
    output.document("documents", _facts(table, shown, picked, rows))
    _print_rows(table, shown, picked.head(SHOWN), output)
    return 0


def _filter_text(text: str | None, status: str | None, kind: str | None = None) -> str:
    parts = (text or "", f"st:{status}" if status else "", f"kind:{kind}" if kind else "")
    return " ".join(part for part in parts if part)


def _filtered(table: ReviewTable, text: str) -> Shown:
    """Return what passes; a command must not act on half of a filter.

    Raises:
        UsageError: Some of it is not understood.
    """
    shown = table.filter(text)
    if shown.problems:
        raise UsageError(
            f"The filter is not understood: {' '.join(_sentence(one) for one in shown.problems)} Nothing was done."
        )
    return shown


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def _facts(table: ReviewTable, shown: Shown, picked: pl.DataFrame, rows: Any) -> dict[str, Any]:  # noqa: ANN401
    of_review = ("status", "customer", "causes", "decided_by", "note")
    told = {row["key"]: row for row in picked.iter_rows(named=True)}
    extra = [{name: told[row.document_key][name] for name in of_review} for row in rows]
    held = [row for row in told.values() if row["kind"] == "order"]
    return {
        "batch": table.batch,
        "documents": [asdict(row) | more for row, more in zip(rows, extra, strict=True)],
        "held": [
            {
                "order_key": row["order_key"],
                "order_number": row["order_number"],
                "ordered_on": str(row["issued_on"] or ""),
                "sales_channel": row["sales_channel"],
                "payment_channel": row["payment_channel"],
                "currency": row["currency"],
                "held": plain(row["total_minor"], row["currency"]),
                "file": row["file"],
                "row": row["row"],
            }
            | {name: row[name] for name in of_review}
            for row in held
        ],
        "count": shown.count,
        "total": plain(shown.total_minor, table.currency),
    }


def _print_rows(table: ReviewTable, shown: Shown, rows: pl.DataFrame, output: Output) -> None:
    output.table(
        ("Document", "Kind", "Status", "Date", "Customer", "Total", "Findings"),
        [
            (
                row["number"] or row["order_number"] or row["key"], row["kind"], row["status"], row["issued_on"],
                (row["customer"] or "")[:30], grouped(plain(row["total_minor"], row["currency"])), row["causes"] or row["note"],
            )
            for row in rows.iter_rows(named=True)
        ],
        right=(5,),
    )  # fmt: skip
    output.more(shown.count - rows.height, "--json has all")
    totals = table.totals(shown.order).filter(table.totals(shown.order)["count"] > 0)
    parts = [f"{row['count']:,} {row['status']}" for row in totals.iter_rows(named=True)]
    output.line(
        f"{shown.count:,} shown, {grouped(plain(shown.total_minor, table.currency))}: {', '.join(parts) or 'none'}"
    )


def decide(args: argparse.Namespace) -> int:
    """Approve, reject or put back documents of the newest draft; undo and redo that."""
    output = Output(as_json=args.json)
    with open_service(args, write=not args.dry_run) as service:
        report = _moved(service, args) if args.what in {"undo", "redo"} else _decided(service, args)
    output.document("decide", report.as_facts())
    _print_decision(report, output)
    return 4 if report.skipped else 0


def _moved(service: ReconService, args: argparse.Namespace) -> DecisionReport:
    if args.documents or args.filter or args.status or args.like or args.reason or args.dry_run:
        raise UsageError(
            f"`recon decide {args.what}` takes no documents and no options but --as and --connection. Nothing was done."
        )
    return service.undo(args.connection) if args.what == "undo" else service.redo(args.connection)


def _decided(service: ReconService, args: argparse.Namespace) -> DecisionReport:
    table = service.review(args.connection)
    keys = _chosen(service, table, args)
    return service.decide(args.connection, keys, DECISIONS[args.what], args.reason, dry_run=args.dry_run)


def _chosen(service: ReconService, table: ReviewTable, args: argparse.Namespace) -> list[str]:
    """Return the keys of the rows meant: named, filtered, or like one that is named."""
    ways = [bool(args.documents), bool(args.filter or args.status), bool(args.like)]
    if sum(ways) != 1:
        raise UsageError(
            "Name documents, or give --filter or --status, or --like DOCUMENT: exactly one of them. Nothing was decided."
        )
    if args.below and not args.like:
        raise UsageError("--below goes with --like; in a filter write amt<AMOUNT. Nothing was decided.")
    if args.documents:
        return table.keys(service.review_rows(table, args.documents))
    if args.like:
        if args.what != "approve":
            raise UsageError("--like goes with approve only. Nothing was decided.")
        rows = service.review_rows(table, [args.like])
        like = table.like(rows[0], below_minor=parse_minor(args.below, table.currency) if args.below else None)
        return [*table.keys(rows), *table.keys(like.order)]
    return table.keys(_filtered(table, _filter_text(args.filter, args.status)).order)


def _print_decision(report: DecisionReport, output: Output) -> None:
    words = {
        "approved": "Approved",
        "rejected": "Rejected",
        "draft": "Put back",
        "undo": "Undone",
        "redo": "Done again",
    }
    would = {"approved": "Would approve", "rejected": "Would reject", "draft": "Would put back"}
    done = (would if report.dry_run else words)[report.decision]
    what = f"{report.name}: " if report.decision in {"undo", "redo"} else ""
    output.line(f"{done} {what}{report.count:,} documents, {grouped(report.total)}, by {report.by}.")
    if report.together:
        output.line(
            f"  {report.together:,} of them because they belong to the same orders: an order's documents go together"
        )
    for line in report.skipped:
        output.line(f"  left as they are: {line.count:,}, {line.reason} ({', '.join(line.examples)})")
    if report.next_undo and not report.dry_run:
        output.line(f'  undo with `recon decide undo --as "{report.by}"`: {report.next_undo}')
    if report.next_step:
        output.line(f"next: {report.next_step}")


def approve_decided(args: argparse.Namespace) -> int:
    """Seal exactly the approved documents of the newest draft."""
    output = Output(as_json=args.json)
    with open_service(args, write=not args.dry_run) as service:
        door = service.door(args.connection)
        if args.dry_run:
            output.document("approve", {"batch": None, "dry_run": True, "door": door.as_facts()})
            print_door(door, output)
            return 0
        confirm = args.confirm
        if door.confirmation and confirm is None and can_ask(no_input=args.no_input):
            print_door(door, output)
            confirm = ask(
                f"This ledger is LIVE. Type the company's short name ({door.confirmation})",
                option="--confirm NAME",
                no_input=args.no_input,
            )
        batch = service.approve_decided(args.connection, args.actor, confirm)
        tell_notes(service, output)
        how = correction_words(service, batch)
    output.document("approve", {"batch": asdict(batch), "dry_run": False, "door": door.as_facts()})
    print_door(door, output)
    output.line(f"Approved {batch.batch}: {batch.documents:,} documents, {grouped(batch.total)}, by {args.actor}.")
    if batch.products:
        output.line(f"  of them products to create: {batch.products:,}")
    output.line(next_upload(batch, how))
    return 0


def print_door(door: DoorView, output: Output) -> None:
    """Print what a person should see before documents are let out."""
    output.line(
        f"{door.company}  {door.environment.upper()}  tax id {door.tax_id or 'none'}  (the ledger says {door.ledger_company})"
    )
    output.line(
        f"  {door.count:,} documents of {door.batch}, {totals(door.total, door.for_books)}{bought(door.purchases, door.purchases_total)}, VAT {grouped(door.vat)}"
    )
    if door.period:
        output.line(
            f"  {door.period[0]} .. {door.period[1]}, numbers {door.first_number or '(by ledger)'} .. {door.last_number or '(by ledger)'}"
        )
    output.line(f"  largest {door.largest} {grouped(door.largest_total)}")
    output.table(
        ("Kind", "Documents", "Total", "VAT"),
        [(_kind_word(kind.kind), f"{kind.count:,}", grouped(kind.total), grouped(kind.vat)) for kind in door.by_kind],
        right=(1, 2, 3),
    )
    output.line(f"  prepared by {door.prepared_by}, decided by {', '.join(door.approved_by)} {door.approved_at[:16]}")
    output.line(f"  content {door.digest[:16]}")
    output.line(f"  stay behind: {door.left:,} not decided, {door.rejected:,} rejected, {door.blocked:,} held")
    for text in door.warnings:
        output.line(f"  note: {text}")


def _kind_word(kind: str) -> str:
    return "products to create" if kind == "product" else kind

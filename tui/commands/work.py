"""`recon plan`, `approve`, `upload` and `verify`: from open questions to documents in the ledger."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from recon.domain.document import NUMBERLESS, PURCHASE_KINDS
from recon.errors import TargetUnavailable, UsageError
from recon.summaries.plans import BatchView, ControlTotals, PlanReport
from recon.summaries.sent import UploadSummary
from tui.asking import ask, can_ask
from tui.commands.intake import print_causes
from tui.output import SHOWN, Output, bought, grouped, totals
from tui.record_words import is_of_tills
from tui.till_output import print_sheets
from tui.told import correction_words, next_upload, tell_notes
from tui.wiring import open_service


def plan(args: argparse.Namespace) -> int:
    """Work out what should stand in the ledger and does not."""
    output = Output(as_json=args.json)
    with open_service(args, write=not args.dry_run) as service:
        report = service.plan(
            args.connection, dry_run=args.dry_run, rows=None if args.json else args.rows, on_progress=output.progress
        )
        rules = service.settings.connections[report.connection]
    output.progress_done()
    output.document("plan", report.as_facts())
    print_plan(report, output, by_others=rules.writers == "others", tills=is_of_tills(rules.source))
    return 4 if report.documents or report.held else 0


def print_kinds(report: PlanReport, output: Output) -> None:
    """Print count and sums of the documents by kind."""
    rows = [
        ("products to create" if k.kind == "product" else k.kind, f"{k.count:,}", grouped(k.total), grouped(k.vat))
        for k in report.by_kind
    ]
    output.table(("Kind", "Documents", "Total", "VAT"), rows, right=(1, 2, 3))


def _bought_count(report: PlanReport) -> int:
    return sum(kind.count for kind in report.by_kind if kind.kind in PURCHASE_KINDS)


def print_plan(report: PlanReport, output: Output, *, by_others: bool = False, tills: bool = False) -> None:
    """Print a plan: documents by kind, what is held and why, control totals.

    ``by_others``: somebody else posts them; ``tills``: they are settlements.
    """
    name = report.batch or "no batch"
    output.line(
        f"{name}: {report.documents:,} documents, {totals(report.total, report.controls.documents)}"
        + (bought(_bought_count(report), report.bought.documents) if report.bought else "")
        + (f"  ({report.period[0]} .. {report.period[1]})" if report.period else "")
    )
    if report.by_kind:
        print_kinds(report, output)
    if report.rows:
        output.line()
        output.table(
            (
                "Number",
                "Kind",
                "Date",
                *(("Settlement", "Place") if tills else ("Order", "Channel")),
                "Contact",
                "VAT",
                "Total",
            ),
            [
                (
                    r.number or ("" if r.kind in NUMBERLESS else "(by ledger)"),
                    r.kind,
                    r.issued_on,
                    r.order_number,
                    (r.sales_channel if tills else r.payment_channel)[:20],
                    r.contact,
                    grouped(r.vat),
                    grouped(r.total),
                )
                for r in report.rows
            ],
            right=(6, 7),
        )
        output.more(report.documents - len(report.rows), "recon documents")
    print_contacts(report, output)
    for title, causes in (("Held", report.held), ("Not posted", report.ignored), ("Shown", report.other)):
        if causes:
            output.line()
            output.line(f"{title}:")
            print_causes(causes, output)
    what = "settlements and invoices of tills" if tills else "orders, less refunds and cancelled"
    _print_controls("Control totals", what, report.controls, output)
    if report.bought:
        _print_controls("Purchases", "records, less returns and cancelled", report.bought, output)
    if report.dry_run:
        output.line("Dry run: no batch was made.")
    elif report.batch and by_others:
        output.line('next: recon others (writers = "others": it is compared and never sent)')
    elif report.batch:
        output.line(
            f'next: recon show {report.rows[0].number or report.rows[0].document_key if report.rows else "DOCUMENT"}, recon approve {report.batch} --as "YOUR NAME"'
        )
    else:
        output.line(_nothing_to_post(report))


def print_contacts(report: PlanReport, output: Output) -> None:
    """Print the contacts the upload creates before the documents, and those the ledger has under another code."""
    if not report.contacts:
        return
    said = {
        "to-create": "created by the upload",
        "by-hand": "create it there: files create none",
        "reused": "taken from the ledger",
        "twice": "several there: merge them",
    }
    output.line()
    output.table(
        ("Contact", "Name", "Tax id", "Branch", "Documents", "In the ledger"),
        [
            (c.code, c.name[:40], c.tax_id, c.branch, f"{c.documents:,}", " ".join((said[c.state], *c.held)))
            for c in report.contacts[:SHOWN]
        ],
        right=(4,),
    )
    output.more(len(report.contacts) - SHOWN, "recon plan --json")


def _print_controls(title: str, what: str, c: ControlTotals, output: Output) -> None:
    """Print where the money went; sales and purchases are never summed into one figure."""
    output.line()
    output.table(
        (title, "Amount"),
        [
            (f"source ({c.orders:,} {what})", grouped(c.source)),
            ("= posted before", grouped(c.posted)),
            ("+ documents of this plan", grouped(c.documents)),
            ("+ held", grouped(c.held)),
            ("+ not posted", grouped(c.ignored)),
            ("difference", grouped(c.difference)),
        ],
        right=(1,),
    )


def _nothing_to_post(report: PlanReport) -> str:
    """Say why a plan is empty; an order left out on purpose is not in the ledger and must not sound as if it were."""
    if any(cause.orders for cause in report.held):
        return "Nothing more can be posted until the causes above are mended; then run `recon plan` again."
    left_out = sum(cause.orders for cause in report.ignored)
    if left_out and left_out == report.controls.orders + (report.bought.orders if report.bought else 0):
        return f"Nothing to post: all {left_out:,} orders are left out, for the reasons under `Not posted`."
    if left_out:
        return f"Nothing to post: the ledger holds everything it should; {left_out:,} orders are left out, see `Not posted`."
    return "Nothing to post: the ledger holds everything it should."


def approve(args: argparse.Namespace) -> int:
    """Bind a person's name to exactly the documents of a batch."""
    if args.decided:
        if args.batch:
            raise UsageError("--decided is about the newest draft; leave the batch out. Nothing was approved.")
        from tui.commands.review import approve_decided

        return approve_decided(args)
    if not args.batch:
        raise UsageError(
            "Name the batch, e.g. `recon approve B0001 --as NAME`, or give --decided. Nothing was approved."
        )
    output = Output(as_json=args.json)
    with open_service(args, write=not args.dry_run) as service:
        confirm = args.confirm
        need = service.confirmation_needed(args.batch)
        if need and confirm is None and can_ask(no_input=args.no_input):
            confirm = ask(
                f"This ledger is LIVE. Type the company's short name ({need})",
                option="--confirm NAME",
                no_input=args.no_input,
            )
        batch = service.approve(args.batch, actor=args.actor, confirm=confirm, dry_run=args.dry_run)
        tell_notes(service, output)
        how = correction_words(service, batch)
    output.document("approve", {"batch": _facts(batch), "dry_run": args.dry_run})
    output.line(
        f"{'Would approve' if args.dry_run else 'Approved'} {batch.batch}: {batch.documents:,} documents, {totals(batch.total, batch.for_books)}, by {args.actor}."
    )
    if batch.company:
        output.line(f"  for {batch.company}")
    if batch.purchases:
        output.line(f"  of them purchases: {batch.purchases:,} documents, {grouped(batch.purchases_total)}")
    if batch.products:
        output.line(f"  of them products to create: {batch.products:,}")
    output.line(f"  digest {batch.digest}")
    if not args.dry_run:
        output.line(next_upload(batch, how))
    return 0


def _facts(batch: BatchView) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(batch)


def upload(args: argparse.Namespace) -> int:
    """Send what is approved; the first Ctrl+C finishes the document in hand, then stops."""
    if args.state or args.stop:
        from tui.commands.upload_state import look_on

        return look_on(args)
    output = Output(as_json=args.json)
    with open_service(args, write=not args.dry_run) as service, stop_after_this_one(output) as stop:
        if args.confirm_taken:
            report = service.confirm_taken(args.batch, Path(args.confirm_taken), dry_run=args.dry_run)
        else:
            try:
                report = service.upload(
                    args.batch,
                    limit=args.limit,
                    stop=stop,
                    on_progress=output.progress,
                    dry_run=args.dry_run,
                )
            except TargetUnavailable as error:
                if error.code != "stopped" or not stop.is_set():
                    raise
                output.note(str(error))
                raise KeyboardInterrupt from error
        tell_notes(service, output)
    output.progress_done()
    output.document("upload", report.as_facts())
    print_upload(report, output)
    return upload_exit_code(report, interrupted=stop.is_set())


def upload_exit_code(report: UploadSummary, *, interrupted: bool = False) -> int:
    """Return the exit code of an upload: unknown outcomes weigh most, then that a person stopped it."""
    if report.dry_run:
        return 0
    if report.counts.get("unknown", 0):
        return 6
    if interrupted and report.ending == "stopped":
        return 130
    if report.ending == "paused":
        return 5
    open_states = ("refused", "conflict", "duplicate", "needs_person", "queued", "waiting")
    return 4 if any(report.counts.get(state, 0) for state in open_states) else 0


def print_upload(report: UploadSummary, output: Output) -> None:
    """Print what became of each document."""
    output.line(
        f"{report.batch} -> {report.company} ({report.environment.upper()}): {report.posted_now:,} posted in this run"
        + (f", {report.found_there:,} of them found there, equal, and taken over" if report.found_there else "")
    )
    output.table(
        ("State", "Documents", "Total"),
        [(s, f"{n:,}", grouped(report.sums.get(s, "0.00"))) for s, n in report.counts.items() if n],
        right=(1, 2),
    )
    for row in report.refused[:SHOWN]:
        output.line(f"  refused  {row.get('number')}: {row.get('reason')}")
    for row in report.unknown[:SHOWN]:
        output.line(f"  {'person ' if row.get('settle') else 'unclear'}  {row.get('number')}: {row.get('reason')}")
        if row.get("settle"):
            output.line(f"           {row['settle']}")
    for file in report.files:
        output.line(f"  wrote {file}")
    if report.words:
        output.line(report.words)
    for text in report.warnings:
        output.line(f"warning: {text}")
    print_sheets(report.attachments, output)
    if report.products_created:
        output.line(_created_words(report))
    if report.next_step:
        output.line(f"next: {report.next_step}")


def _created_words(report: UploadSummary) -> str:
    """Return how many products the ledger has now, and what can be planned because of them."""
    made, orders = report.products_created, report.orders_to_plan
    words = f"{made:,} {'product was' if made == 1 else 'products were'} created"
    if orders:
        words += f"; {orders:,} {'order' if orders == 1 else 'orders'} can be planned now: recon plan"
    return words


@contextmanager
def stop_after_this_one(output: Output) -> Iterator[threading.Event]:
    """Turn SIGINT, SIGTERM and SIGHUP into "stop after this one" (F15); the third time stops at once.

    What was being sent then is looked up by the next run, like after any other crash. A hang-up that whoever started this
    process had ignored (`nohup`, the screens) stays ignored.
    """
    stop = threading.Event()
    asked: list[int] = []
    signals = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)

    def ask_to_stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
        asked.append(number)
        stop.set()
        output.progress_done()
        if len(asked) == 1:
            output.note("Finishing this document, then stopping. State is safe.")
        elif len(asked) == 2:
            output.note(
                "Still waiting for the ledger's answer. Once more stops at once; this document is then looked up by "
                "the next `recon upload` before anything is sent."
            )
        else:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, ask_to_stop) for number in signals}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""`recon show`, `documents`, `findings`, `orders`: what happened, for people and programs."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from recon.domain.document import NUMBERLESS
from recon.summaries.documents import DocumentView
from tui.commands.intake import print_causes
from tui.output import Output, grouped
from tui.wiring import open_service

SHOWN = 50
SETTLEMENT = "settlement"


def show_document(args: argparse.Namespace) -> int:
    """Show one document whole."""
    output = Output(as_json=args.json)
    with open_service(args, write=False) as service:
        views = service.show(args.document)
    first, *more = views
    output.document("show", {**first.as_facts(), "also": [view.header.document_key for view in more]})
    for view in views:
        print_document(view, output)
    return 0


def document_title(kind: str, *, is_tax_invoice: bool) -> str:
    """Return what a document is called; a credit note takes a tax invoice back and is none itself."""
    titles = {"invoice": "invoice", "receipt": "receipt", "payment": "receipt for an invoice",
              "credit_note": "credit note", "void": "void of an invoice"}  # fmt: skip
    tax = " / tax invoice" if is_tax_invoice and kind in {"invoice", "receipt", "payment"} else ""
    return titles.get(kind, kind.replace("_", " ")) + tax


def _number(view: DocumentView) -> str:
    """Return a document's number; what stands under another document's number names that one."""
    h = view.header
    shared = f"of {view.applies_to}" if h.kind in NUMBERLESS and view.applies_to else ""
    return h.number or shared or "(numbered by the ledger)"


def print_document(view: DocumentView, output: Output) -> None:
    """Print a document: as it will look, why, and where it comes from."""
    h = view.header
    if h.kind == "product":
        _print_new_product(view, output)
        return
    _print_head(view, output)
    _print_lines(view, output)
    output.line(
        f"  net {grouped(h.net)}   VAT {grouped(h.vat)} ({_other_vat(h.kind)} {grouped(view.vat_by_line)})   total {grouped(h.total)} {h.currency}   prices: VAT {view.vat_mode}"
    )
    _print_tax_item(view, output)
    if view.withheld != "0.00":
        output.line(f"  tax withheld {grouped(view.withheld)}")
    for channel, method, paid in _payments(view):
        through = f"through {channel or '(no channel named)'}"
        ways = (
            f"on {view.paid_on} {through} from"
            if h.kind == "expense_payment"
            else (
                f"back on {view.paid_on} {through} from"
                if h.kind in {"credit_note", "refund"}
                else (f"{through} ->" if h.kind == SETTLEMENT else f"on {view.paid_on} {through} ->")
            )
        )
        output.line(f"  paid {grouped(paid)} {ways} {method}")
    output.table(
        ("Posting", "Debit", "Credit"),
        [(p.account, grouped(p.debit), grouped(p.credit)) for p in view.postings],
        right=(1, 2),
    )
    output.line(
        f"  why: {h.reason}   {h.order_number} ({h.order_key}): {view.remark}"
        if view.orders
        else f"  why: {h.reason}   source: {view.source_name}, row {h.row} (file {h.file}), order {h.order_number} ({h.order_key})"
    )
    if view.orders:
        output.table(
            ("Order", "Its part", "Row", "File", "Key"),
            [(x.order_number, grouped(x.total), x.row, x.file, x.order_key) for x in view.orders[:SHOWN]],
            right=(1, 2),
        )
    if len(view.orders) > SHOWN:
        output.line(f"  and {len(view.orders) - SHOWN:,} more; `recon show {h.number} --json` names all")
    _print_fate(view, output)


def _other_vat(kind: str) -> str:
    """Return what the VAT beside a document's own is: a till states its own, added up receipt by receipt."""
    return "on the report" if kind == SETTLEMENT else "by line"


def _print_lines(view: DocumentView, output: Output) -> None:
    """Print the lines; those of a settlement with account and VAT code, a day's sum has neither pieces nor prices."""
    if view.header.kind == SETTLEMENT:
        rows = [
            (x.line_no, x.account_code, x.tax_code or "", x.description[:44], grouped(x.amount), grouped(x.vat))
            for x in view.lines
        ]
        output.table(("#", "Account", "VAT code", "Description", "Amount", "VAT"), rows, right=(0, 4, 5))
        return
    output.table(
        ("#", "Product", "Account", "Description", "Qty", "Price", "Discount", "Amount", "VAT"),
        [
            (
                x.line_no,
                x.product_code or "(text)",
                x.account_code,
                x.description[:44],
                x.quantity,
                grouped(x.list_price or x.unit_price),
                grouped(x.discount) if x.list_price else "in price",
                grouped(x.amount),
                grouped(x.vat),
            )
            for x in view.lines
        ],
        right=(0, 4, 5, 6, 7, 8),
    )


def _print_head(view: DocumentView, output: Output) -> None:
    """Print what a document is, for whom, and who sold it."""
    h = view.header
    output.line(
        f"{document_title(h.kind, is_tax_invoice=view.is_tax_invoice)}  {_number(view)}   {h.state}   batch {view.batch}"
    )
    output.line(
        f"  date {h.issued_on}   due {view.due_on}   contact {h.contact} {view.contact_name}"
        + (f"   tax id {view.contact_tax_id}" if view.contact_tax_id else "")
    )
    if view.department:
        output.line(f"  department {view.department}")
    if view.project:
        output.line(f"  project {view.project}")
    if view.staff:
        output.line(f"  sold by {view.staff}")
    if view.applies_to:
        output.line(f"  applies to {view.applies_to}")


def _print_tax_item(view: DocumentView, output: Output) -> None:
    """Say which lines a tax item of the ledger taxes."""
    if view.header.kind == SETTLEMENT:
        return
    taxed = [str(x.line_no) for x in view.lines if x.tax_code and x.kind != "tax"]
    if taxed:
        item = next(x.tax_code for x in view.lines if x.tax_code)
        output.line(f"  sales tax is worked out by {item} on line{'s' if len(taxed) > 1 else ''} {', '.join(taxed)}")


def _payments(view: DocumentView) -> list[tuple[str, str, str]]:
    """Return channel, account and amount of each payment of a document."""
    if view.payments or not view.payment_method:
        return [(part.channel, part.method, part.amount) for part in view.payments]
    return [(view.header.payment_channel, view.payment_method, view.paid)]


def _print_fate(view: DocumentView, output: Output) -> None:
    """Print what the ledger holds, what was found, and every attempt."""
    h = view.header
    if h.ledger_number or h.ledger_id:
        output.line(f"  in the ledger: {h.ledger_number} {h.ledger_id or ''}")
    if view.attachment:
        output.line(f"  Z report: {view.attachment}")
    if view.words:
        output.line(f"  {h.state}: {view.words}")
    if view.settle:
        output.line(f"  needs a person: {view.settle}")
    for finding in view.findings:
        output.line(f"  {finding['severity']}: {finding['title']} ({finding['code']}) {finding['detail'] or ''}")
    for attempt in view.attempts:
        output.line(
            f"  attempt {attempt.get('attempt')}: {attempt.get('started_at')} {attempt.get('result')} {attempt.get('words') or ''}"
        )


def _print_new_product(view: DocumentView, output: Output) -> None:
    """Print a product the ledger is to create, or has created."""
    h = view.header
    kind = {"create-service": "service", "create-stock": "inventory item"}.get(h.reason, "product")
    output.line(f"new {kind} in the ledger  {view.contact_name}   {h.state}   batch {view.batch}")
    output.line(f"  SKU {h.order_number}   found again by {view.remark!r}   marked {h.issued_on}")
    if not h.ledger_number:
        output.line("  its code comes from the ledger; orders that need it follow in the next plan")
    _print_fate(view, output)


def _states_asked(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the states asked for of a named batch, new or old: what became of its documents, and nothing else, is asked."""
    if not args.batch or not args.status or args.filter or args.connection:
        return ()
    from recon.review.rows import SENT

    return SENT.get(args.status, ())


def documents(args: argparse.Namespace) -> int:
    """List documents."""
    states = _states_asked(args)
    if not states and (args.filter or args.status or args.connection):
        from tui.commands.review import documents as filtered

        return filtered(args)
    output = Output(as_json=args.json)
    with open_service(args, write=False) as service:
        batch, rows = service.documents(args.batch, kind=args.kind, states=states)
    output.document("documents", {"batch": batch, "documents": [asdict(row) for row in rows]})
    output.table(
        ("Number", "Kind", "State", "Date", "Order", "Total", "Ledger", "File", "Row"),
        [
            (
                r.number or r.document_key,
                r.kind,
                r.state,
                r.issued_on,
                r.order_number,
                grouped(r.total),
                r.ledger_number,
                r.file,
                r.row,
            )
            for r in rows[:SHOWN]
        ],
        right=(5, 8),
    )
    output.more(len(rows) - SHOWN, "--json has all")
    return 0


def findings(args: argparse.Namespace) -> int:
    """List findings, by cause or row by row."""
    output = Output(as_json=args.json)
    with open_service(args, write=False) as service:
        causes, rows = service.findings(args.connection, code=args.code)
    output.document("findings", {"causes": [asdict(cause) for cause in causes], "findings": rows})
    print_causes(causes, output)
    if args.code:
        output.table(
            ("Order", "File", "Row", "Column", "Value", "Amount", "Detail"),
            [
                (
                    r["order_key"],
                    r["file_name"] or r["file"],
                    r["row"],
                    r["column"],
                    r["value"],
                    " ".join(filter(None, (r["currency"], r["amount"]))),
                    r["detail"],
                )
                for r in rows[:SHOWN]
            ],
            right=(2, 5),
        )
        output.more(len(rows) - SHOWN, "--json has all")
    return 0


def orders(args: argparse.Namespace) -> int:
    """List orders and where their money went."""
    output = Output(as_json=args.json)
    with open_service(args, write=False) as service:
        rows = service.orders(args.connection, held=args.held)
    output.document("orders", {"orders": rows})
    output.table(
        ("Order", "Date", "State", "Payment", "Channel", "Total", "Goes to", "Why", "File", "Row"),
        [
            (
                r["order_number"],
                r["ordered_on"],
                r["order_state"],
                r["payment_state"],
                r["payment_channel"],
                grouped(r["total"]),
                r["disposition"],
                r["reason"],
                r["file"],
                r["row"],
            )
            for r in rows[:SHOWN]
        ],
        right=(5, 9),
    )
    output.more(len(rows) - SHOWN, "--json has all")
    return 0

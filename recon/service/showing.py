"""One document whole, read by its rows only: a plan of a million documents answers as fast as one of ten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from recon.domain.document import Document, DocumentLine
from recon.errors import UsageError
from recon.frames.parquet import scan_frame
from recon.money import plain
from recon.plan.findings import with_vat_figures
from recon.plan.records import documents_by_key
from recon.service.causes import finding_row, with_currency
from recon.service.context import Context
from recon.service.kept_plans import batch_folder
from recon.service.part_frames import summaries_with, summed_orders
from recon.service.reading import document_row
from recon.service.refused import entered_by_hand
from recon.service.sheet_state import sheet_of
from recon.service.waiting import settle_command
from recon.store.batches import Batch
from recon.store.outbox import OutboxRow
from recon.summaries.documents import DocumentLineView, DocumentView, PostingView
from recon.summaries.held import PaymentView


def show(context: Context, name: str) -> tuple[DocumentView, ...]:
    """Return every document of that number, key or order, newest batch first; of an order in a summary, the summary.

    Raises:
        UsageError: There is none.
    """
    called = pl.any_horizontal(
        pl.col(column) == name for column in ("number", "document_key", "order_number", "order_key")
    )
    views: list[DocumentView] = []
    for batch in reversed(context.store.batches.standing()):
        folder = batch_folder(context, batch)
        found = scan_frame(folder, "documents").filter(called).select("document_key").collect()
        keys = [*found["document_key"], *summaries_with(folder, called)]
        views += [document_view(context, batch, key) for key in dict.fromkeys(keys)]
    if views:
        return tuple(views)
    raise UsageError(
        f"No document is called {name!r}. `recon documents` lists those of the newest batch, `recon orders` what is held."
    )


def document_view(context: Context, batch: Batch, key: str) -> DocumentView:
    """Return one document of a batch by its key."""
    folder = batch_folder(context, batch)
    documents = scan_frame(folder, "documents").filter(pl.col("document_key") == key).collect()
    record = documents.row(0, named=True)
    lines, postings = (
        scan_frame(folder, part).filter(pl.col("doc_no") == record["doc_no"]).collect()
        for part in ("lines", "postings")
    )
    orders = scan_frame(folder, "orders").filter(pl.col("order_key") == record["order_key"]).collect()
    document = documents_by_key(documents, lines, postings, orders, [key])[key]
    sent = _outbox_row(context, batch, key)
    row = document_row(record, sent, document.file, document.row)
    kept = context.store.files.find(row.file) if row.file else None
    return DocumentView(
        header=row,
        batch=batch.batch_id,
        revision=document.revision,
        due_on=document.due_on.isoformat(),
        is_tax_invoice=document.is_tax_invoice,
        vat_mode=document.vat_mode,
        gross=plain(document.gross_minor),
        discount=plain(document.discount_minor),
        vat_by_line=plain(document.vat_by_line_minor),
        vat_difference=plain(document.vat_minor - document.vat_by_line_minor),
        payment_method=document.payment_method,
        paid_on=document.paid_on.isoformat() if document.paid_on else None,
        paid=plain(document.paid_minor),
        withheld=plain(document.wht_minor),
        applies_to=record["applies_to_number"] or record["applies_to_key"],
        depends_on=document.depends_on,
        contact_name=document.contact_name,
        contact_tax_id=document.contact_tax_id,
        remark=document.remark,
        lines=tuple(_line_view(line, document) for line in document.lines),
        postings=tuple(
            PostingView(p.account_code, plain(p.debit_minor), plain(p.credit_minor)) for p in document.postings
        ),
        findings=findings_about(context, folder, row.order_key, key, documents=documents, orders=orders),
        attempts=_attempts(context, sent),
        source_name=kept.name if kept else "",
        words=(sent.words or "") if sent else "",
        settle=settle_command(sent) if sent else "",
        orders=summed_orders(folder, key),
        payments=tuple(
            PaymentView(part.payment_channel, part.payment_method, plain(part.amount_minor, document.currency))
            for part in document.payments
        ),
        staff=staff_of(orders),
        department=document.department,
        project=document.project,
        attachment=_attachment(context, batch, sent),
    )


def _attachment(context: Context, batch: Batch, sent: OutboxRow | None) -> str:
    """Return whether its Z report is on it; empty: it is to have none."""
    if sent is None or sent.kind != "settlement":
        return ""
    return sheet_of(context, batch, sent)


def staff_of(orders: pl.DataFrame) -> str | None:
    """Return who sold the one order of a plan; None: not stated, none, or the plan was kept before anybody asked."""
    stated = orders.height == 1 and "staff" in orders.columns
    return orders["staff"].item() if stated else None


def findings_about(
    context: Context, folder: Path, order_key: str, document_key: str, *, documents: pl.DataFrame, orders: pl.DataFrame
) -> tuple[dict[str, Any], ...]:
    """Return what a plan found about an order and its document."""
    about = (pl.col("order_key") == order_key) | (pl.col("document_key") == document_key)
    found = with_vat_figures(scan_frame(folder, "findings").filter(about).collect(), documents, orders)
    found = with_currency(found, orders, context.settings.company.currency)
    names = context.store.files.names()
    return tuple(finding_row(row, names) for row in found.iter_rows(named=True))


def _outbox_row(context: Context, batch: Batch, key: str) -> OutboxRow | None:
    if batch.first_row is None:
        return None
    company_no = context.store.outbox.company_no(batch.company_id)
    if company_no is None:
        return None
    return entered_by_hand(context, batch).get(key) or context.store.outbox.of_batch(company_no, key, batch.batch_id)


def _list_price(line: DocumentLine) -> int | None:
    """Return the price of a piece before discount; None where the line's discount does not go into its pieces evenly."""
    price, rest = divmod((line.amount_minor + line.discount_minor) * 1000, line.quantity_milli or 1000)
    return None if rest else price


def _line_view(line: DocumentLine, document: Document) -> DocumentLineView:
    currency = document.currency
    quantity = (
        f"{line.quantity_milli // 1000}"
        if line.quantity_milli % 1000 == 0
        else f"{line.quantity_milli // 1000}.{line.quantity_milli % 1000:03d}".rstrip("0")
    )
    return DocumentLineView(
        line_no=line.line_no,
        kind=line.kind,
        product_code=line.product_code,
        account_code=line.account_code,
        sku=line.sku,
        description=line.description,
        quantity=quantity,
        unit_price=plain(line.unit_price_minor, currency),
        amount=plain(line.amount_minor, currency),
        discount=plain(line.discount_minor, currency),
        list_price=None if (price := _list_price(line)) is None else plain(price, currency),
        vat_code=line.vat_code,
        net=plain(line.net_minor, currency),
        vat=plain(line.vat_minor, currency),
        withheld=plain(line.wht_minor, currency),
        row=line.row,
        tax_code=line.tax_code,
    )


def _attempts(context: Context, sent: OutboxRow | None) -> tuple[dict[str, Any], ...]:
    if sent is None:
        return ()
    return tuple(
        {
            "attempt": a.attempt,
            "started_at": a.started_at,
            "finished_at": a.finished_at,
            "result": a.result,
            "code": a.code,
            "words": a.words,
        }
        for a in context.store.outbox.attempts(sent.id)
    )

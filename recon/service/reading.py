"""What a person asks to see as lists: documents of a batch, findings and orders of the newest plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from recon.domain.finding import FINDING_CODES
from recon.errors import UsageError
from recon.frames.findings import gather
from recon.frames.parquet import read_frame
from recon.money import plain
from recon.plan.findings import with_vat_figures
from recon.service.causes import causes, finding_row, with_currency
from recon.service.context import Context
from recon.service.kept_plans import batch_folder, latest_plan
from recon.service.refused import entered_by_hand
from recon.service.sent import sent_findings
from recon.store.batches import Batch
from recon.store.outbox import OutboxRow
from recon.summaries.documents import DocumentRow
from recon.summaries.intake import CauseLine


def document_rows(
    context: Context, documents: pl.DataFrame, orders: pl.DataFrame, batch: Batch | None
) -> tuple[DocumentRow, ...]:
    """Return documents as list rows with their state and provenance.

    ``orders`` are those of the plan, because a document names its order's position there.
    """
    places = orders.select(pl.col("file", "row").gather(documents["order_no"]))  # null: of no order
    states = _states(context, batch)
    return tuple(
        document_row(record, states.get(record["document_key"]), file or "", row or 0)
        for record, (file, row) in zip(documents.iter_rows(named=True), places.iter_rows(), strict=True)
    )


def _states(context: Context, batch: Batch | None) -> dict[str, OutboxRow]:
    if batch is None or batch.first_row is None:
        return {}
    rows = {row.document_key: row for row in context.store.outbox.rows(batch.batch_id)}
    return rows | entered_by_hand(context, batch)


def document_row(record: Mapping[str, Any], sent: OutboxRow | None, file: str, row: int) -> DocumentRow:
    """Return a document as a list shows it; ``sent``: what became of it."""
    return DocumentRow(
        document_key=record["document_key"],
        number=record["number"],
        kind=record["kind"],
        state=sent.state if sent else "planned",
        issued_on=record["issued_on"].isoformat(),
        order_number=record["order_number"],
        order_key=record["order_key"],
        contact=record["contact_code"],
        sales_channel=record["sales_channel"],
        payment_channel=record["payment_channel"],
        currency=record["currency"],
        net=plain(record["net_minor"], record["currency"]),
        vat=plain(record["vat_minor"], record["currency"]),
        total=plain(record["total_minor"], record["currency"]),
        ledger_number=sent.ledger_number if sent else None,
        ledger_id=sent.ledger_id if sent else None,
        reason=record["reason"],
        file=file,
        row=row,
    )


def newest_batch(context: Context, batch: str | None, connection: str | None = None) -> Batch:
    """Return the named batch, or the newest that was not superseded.

    Raises:
        UsageError: There is none.
    """
    if batch is not None:
        return context.store.batches.get(batch)
    standing = context.store.batches.standing(connection)
    if not standing:
        raise UsageError("There is no batch yet: make one with `recon plan`.")
    return standing[-1]


def documents(
    context: Context, batch: str | None, *, kind: str | None, states: tuple[str, ...] = ()
) -> tuple[str, tuple[DocumentRow, ...]]:
    """Return the documents of a batch, all or of one kind; ``states``: only those that became one of these."""
    found = newest_batch(context, batch)
    frame = _frame(context, found, "documents")
    chosen = frame if kind is None else frame.filter(pl.col("kind") == kind)
    if states:
        keys = [key for key, row in _states(context, found).items() if row.state in states]
        chosen = chosen.filter(pl.col("document_key").is_in(keys))
    return found.batch_id, document_rows(context, chosen, _frame(context, found, "orders"), found)


def _frame(context: Context, batch: Batch, name: str) -> pl.DataFrame:
    return read_frame(batch_folder(context, batch), name)


def findings(
    context: Context, connection: str | None, *, code: str | None
) -> tuple[tuple[CauseLine, ...], list[dict[str, Any]]]:
    """Return findings of the newest plan (before it: of the files), by cause and row by row."""
    name, rules = context.connection(connection)
    try:
        orders = latest_plan(context, name, "orders")
        frame = with_vat_figures(
            latest_plan(context, name, "findings"), latest_plan(context, name, "documents"), orders
        )
    except UsageError:
        from recon.service.known import current_frames

        frames = current_frames(context, name, rules)
        if frames is None:
            raise
        frame, orders = frames.findings, frames.orders
    frame = gather([frame, sent_findings(context, name)])
    if code is not None:
        if code not in FINDING_CODES:
            raise UsageError(f"There is no finding {code!r}; `recon findings` lists those there are.")
        frame = frame.filter(pl.col("code") == code)
    currency, names = context.settings.company.currency, context.store.files.names()
    rows = with_currency(frame, orders, currency)
    found = [finding_row(row, names) for row in rows.iter_rows(named=True)]
    return causes(frame, orders, currency, files=names), found


def orders(context: Context, connection: str | None, *, held: bool) -> list[dict[str, Any]]:
    """Return orders with where their money went."""
    name, _ = context.connection(connection)
    results = latest_plan(context, name, "results").rename({"reason": "why"}).drop("order_no")
    frame = latest_plan(context, name, "orders").join(results, on="order_key", how="left", maintain_order="left")
    if held:
        frame = frame.filter(pl.col("disposition") == "held")
    return [_order(row) for row in frame.iter_rows(named=True)]


def _order(row: Mapping[str, Any]) -> dict[str, Any]:
    currency = row["currency"]
    amounts: dict[str, str | None] = {
        name: plain(row[f"{name}_minor"] or 0, currency)
        for name in (
            "total",
            "refunded",
            "tax",
            "shipping",
            "discount",
            "truth",
            "posted",
            "planned",
            "held",
            "ignored",
        )
    }
    plain_columns = (
        "order_key", "order_number", "record_kind", "order_state", "payment_state", "sales_channel", "payment_channel",
        "customer_name", "currency", "vat_mode", "file", "row", "disposition",
    )  # fmt: skip
    staff = {"staff": row.get("staff")}  # plans of before have no such column
    days = {name: row[name].isoformat() if row[name] else None for name in ("ordered_on", "paid_on", "cancelled_on")}
    if row["tax_minor"] is None:
        amounts["tax"] = None
    return {name: row[name] for name in plain_columns} | staff | days | amounts | {"reason": row["why"]}

"""What a person asks to see: documents, findings, orders, one document whole, the state of everything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from recon.domain.finding import FINDING_CODES
from recon.domain.providers import source_facts
from recon.errors import UsageError
from recon.frames.findings import gather
from recon.frames.parquet import read_frame
from recon.money import plain
from recon.plan.buying.state import is_bought
from recon.plan.findings import with_vat_figures
from recon.service.causes import causes, finding_row, with_currency
from recon.service.context import Context
from recon.service.refused import counted, entered_by_hand, refused_waiting
from recon.service.sent import sent_findings
from recon.service.waiting import waiting_lines, waiting_rows
from recon.store.batches import Batch
from recon.store.outbox import OutboxRow
from recon.summaries.documents import DocumentRow
from recon.summaries.intake import CauseLine
from recon.summaries.plans import BatchView


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
    standing = [b for b in context.store.batches.all(connection) if b.state not in {"superseded", "void"}]
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
    return read_frame(context.workspace.private / str(batch.facts["frames"]), name)


def latest_plan_folder(context: Context, name: str) -> Path | None:
    """Return where the newest plan of a connection lies, also where it had nothing to post; None before the first."""
    folder = context.store.mappings.current(name, "setting").get("last_plan")
    path = context.workspace.frames / "plans" / str(folder)
    return path if folder is not None and path.is_dir() else None


def latest_plan(context: Context, name: str, frame: str) -> pl.DataFrame:
    """Return a frame of the newest plan of a connection, also where it had nothing to post.

    Raises:
        UsageError: There is no plan yet.
    """
    path = latest_plan_folder(context, name)
    if path is None:
        raise UsageError(f"Connection {name} has no plan yet: run `recon plan`.")
    return read_frame(path, frame)


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


def batch_view(context: Context, batch: Batch) -> BatchView:
    """Return a batch with what became of its documents."""
    by_hand = entered_by_hand(context, batch)
    tallies = counted(context, batch, by_hand.values()) if batch.first_row is not None else {}
    counts = {state: tally.count for state, tally in tallies.items()}
    approval = context.store.batches.approval(batch.batch_id)
    closed = ("posted", "by_hand", "refused", "skipped", "cancelled", "unknown")
    return BatchView(
        batch=batch.batch_id,
        connection=batch.connection,
        state=batch.state,
        created_at=batch.created_at,
        created_by=batch.created_by,
        digest=batch.plan_digest,
        documents=batch.document_count,
        total=plain(batch.total_minor),
        approved_by=approval.approver if approval else None,
        approved_at=approval.at if approval else None,
        posted=counts.get("posted", 0) + counts.get("by_hand", 0),
        refused=counts.get("refused", 0) + counts.get("skipped", 0),
        unknown=counts.get("unknown", 0) + counts.get("sending", 0),
        open=sum(count for state, count in counts.items() if state not in closed),
        products=int(batch.facts.get("products", 0)),
        for_books=plain(int(batch.facts["controls"]["documents_minor"])),
        purchases=int(batch.facts.get("bought", {}).get("document_count", 0)),
        purchases_total=plain(int(batch.facts.get("bought", {}).get("documents_minor", 0))),
        company=known.name if (known := context.store.catalog.verified(batch.connection)) else "",
        by_hand=tuple(f"{row.number or row.document_key} was refused. {row.words}" for row in by_hand.values()),
    )


def status(context: Context, connection: str | None) -> dict[str, Any]:
    """Return counts and sums of every state, and what waits for a person."""
    names = [context.connection(connection)[0]] if connection else list(context.settings.connections)
    views = [
        batch_view(context, batch) for batch in context.store.batches.all(connection) if batch.state != "superseded"
    ]
    head = context.store.events.head()
    return {
        "workspace": str(context.workspace.root),
        "company": context.settings.company.name,
        "connections": [_connection_state(context, name) for name in names],
        "batches": [{name: getattr(view, name) for name in BatchView.__dataclass_fields__} for view in views],
        "waits": [*place_notices(context), *_waits(context, names, views)],
        "chain_head": head.hash,
        "events": head.seq,
    }


def place_notices(context: Context) -> tuple[str, ...]:
    """Return what is odd about the folder: a network drive, an older state put back, or a copy."""
    return context.store.notices


def _connection_state(context: Context, name: str) -> dict[str, Any]:
    rules = context.settings.connections[name]
    verified = context.store.catalog.verified(name)
    facts: dict[str, Any] = {
        "name": name,
        "source": rules.source,
        "target": rules.target,
        "environment": verified.environment if verified else rules.environment,
        "company": verified.name if verified else None,
        "files": len(context.store.files.all(name)),
        "start_date": rules.start_date.isoformat(),
        "start_date_locked": context.store.outbox.has_sent(name),
        "orders": 0,
        "total": "0.00",
        "purchases": 0,
        "purchases_total": "0.00",
        "dispositions": {},
    }
    try:
        results, known = latest_plan(context, name, "results"), latest_plan(context, name, "orders")
    except UsageError:
        (facts["orders"], total), (facts["purchases"], bought_total) = taken_in(context, name)
        return facts | {"total": plain(total), "purchases_total": plain(bought_total)}
    bought = is_bought(known)
    sold = known.filter(~bought)
    facts |= {"orders": sold.height, "purchases": known.height - sold.height}
    for word, records in (("total", sold), ("purchases_total", known.filter(bought))):
        facts[word] = plain(int(records.select(_own(context, "total_minor")).item() or 0))
    grouped = (
        results.join(sold.select("order_key", "currency"), on="order_key", how="inner")
        .group_by("disposition")
        .agg(pl.len().alias("n"), _own(context, "truth_minor"))
        .sort("disposition")
    )
    facts["dispositions"] = {
        r["disposition"]: {"orders": r["n"], "amount": plain(r["truth_minor"])} for r in grouped.iter_rows(named=True)
    }
    return facts


def taken_in(context: Context, name: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return count and sum of the sales and of the purchases of a connection's files, before any plan."""
    intakes = context.store.files.intakes(name)
    kinds = [intake.facts.get("purchases") or {} for intake in intakes]
    count, total = (sum(int(kind.get(word, 0)) for kind in kinds) for word in ("count", "total_minor"))
    sold = sum(intake.order_count for intake in intakes) - count, sum(intake.total_minor for intake in intakes) - total
    return sold, (count, total)


def _own(context: Context, column: str) -> pl.Expr:
    """Return the sum of a column over the orders in the currency of the books; other currencies meet no sum of ours."""
    return pl.col(column).filter(pl.col("currency") == context.settings.company.currency).cast(pl.Int128).sum()


def new_thing_lines(context: Context, name: str) -> list[str]:
    """Return one line for each new thing of the newest plan that waits for a word."""
    from recon.service.seen_waiting import waiting_things

    return [f"{name}: {thing.words} (recon match --connection {name})" for thing in waiting_things(context, name)]


def _late_days(context: Context, name: str) -> list[str]:
    """Return one line where tills miss settlements, were not closed, or are late in the books."""
    from recon.service.till_days import till_days

    rules = context.settings.connections[name]
    needing = till_days(context, name, rules).needing if source_facts(rules.source).is_till else 0
    return (
        [f"{name}: settlements missing, days not closed, or late in the books: {needing:,} (recon till days)"]
        if needing
        else []
    )


def _waits(context: Context, names: list[str], views: list[BatchView]) -> list[str]:
    waiting = waiting_rows(context, names)
    waits = waiting_lines(waiting)
    for view in views:
        unsent = view.open - sum(row.batch_id == view.batch for row in waiting)
        if view.state == "draft":
            waits.append(
                f'{view.batch}: documents that wait for approval: {view.documents:,} (recon approve {view.batch} --as "NAME")'
            )
        elif view.unknown:
            waits.append(
                f"{view.batch}: outcomes not known yet: {view.unknown:,} (recon upload {view.batch} looks them up)"
            )
        elif unsent:
            waits.append(f"{view.batch}: documents not sent yet: {unsent:,} (recon upload {view.batch})")
        refused = refused_waiting(context, context.store.batches.get(view.batch)) if view.refused else 0
        if refused:
            waits.append(
                f"{view.batch}: documents refused by the ledger: {refused:,} (recon documents {view.batch} --status refused)"
            )
    for name in names:
        waits += [*new_thing_lines(context, name), *_late_days(context, name)]
        try:
            held = latest_plan(context, name, "results").filter(pl.col("disposition") == "held")
        except UsageError:
            continue
        if held.height:
            known = latest_plan(context, name, "orders").select("order_key", "currency", "record_kind")
            told = held.join(known, on="order_key")
            for noun, some in (("orders", told.filter(~is_bought(told))), ("purchases", told.filter(is_bought(told)))):
                amount = plain(int(some.select(_own(context, "held_minor")).item() or 0)) if some.height else ""
                if amount:
                    waits.append(f"{name}: {noun} held: {some.height:,}, {amount} (recon findings --connection {name})")
    return waits

"""Everything about one row of the review table: the document whole, what was found, the rows of the file, what changed.

Each question reads only the rows it needs, so that the answer comes at once for plans of a million documents.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from recon.errors import ReconError, UsageError
from recon.frames.parquet import scan_frame
from recon.frames.tables import read_table
from recon.money import plain
from recon.plan.products import KEY_PREFIX, PRODUCT
from recon.plan.summing.keys import is_summary_key
from recon.service.context import Context
from recon.service.kept_plans import batch_folder, latest_plan_folder, standing_batch
from recon.service.known import frames_path, kept_file
from recon.service.showing import document_view, findings_about, staff_of
from recon.store.files import KeptFile
from recon.summaries.documents import DocumentView

COMPARED: Final = (
    "order_state", "payment_state", "total_minor", "tax_minor", "discount_minor", "shipping_minor",
    "shipping_discount_minor", "cod_fee_minor", "paid_minor", "refunded_minor", "paid_on", "cancelled_on",
    "completed_on", "customer_name", "customer_tax_id", "sales_channel", "payment_channel",
)  # fmt: skip
"""Columns of an order whose changes are shown."""
_NEW_PRODUCT: Final = re.compile(rf"/{PRODUCT}/[0-9]+$")
ROWS_SHOWN: Final = 6
"""Rows of a file shown from an order's first one on; an order of more lines goes on below."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One row of a file as it stands there."""

    row: int
    cells: tuple[tuple[str, str], ...]
    """Heading and cell; empty cells are left out."""


@dataclass(frozen=True, slots=True)
class SourceView:
    """Where an order comes from."""

    name: str
    digest: str
    kept_at: str
    taken_in_by: str
    records: tuple[RawRecord, ...] = ()
    problem: str = ""
    """Why its rows cannot be shown."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a later file says otherwise about an order than the one before it."""

    name: str
    """Of the later file."""
    at: str
    fields: tuple[tuple[str, str, str], ...]
    """Column of the order, before, now."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One row of the review table whole."""

    key: str
    document: DocumentView | None
    """None: the order is held and has none."""
    findings: tuple[dict[str, Any], ...]
    source: SourceView | None = None
    """None: not asked for."""
    changes: tuple[Change, ...] = ()
    account_names: tuple[tuple[str, str], ...] = ()
    staff: str | None = None
    """Who sold the order; None: not stated."""


def detail(context: Context, connection: str | None, key: str, *, whole: bool) -> Detail:
    """Return everything about one document or one held order of a connection.

    Args:
        context: The open workspace.
        connection: None: the only one.
        key: Of a document, or of a held order.
        whole: Also the rows of its file and what changed between files.

    Raises:
        UsageError: There is no plan yet, or nothing of that key in the newest one.
    """
    name, _rules = context.connection(connection)
    batch = standing_batch(context, name)
    folder = batch_folder(context, batch) if batch else latest_plan_folder(context, name)
    if folder is None:
        raise UsageError(f"Connection {name} has no plan yet: run `recon plan`.")
    order_key = _order_of(key) if batch is not None else key
    orders = scan_frame(folder, "orders").filter(pl.col("order_key") == order_key).collect()
    is_product = order_key.startswith(KEY_PREFIX)  # of no order, and of no file
    is_order = not (is_product or is_summary_key(order_key))
    if not orders.height and is_order:
        raise UsageError(f"There is nothing called {key!r} in the newest plan.")
    is_document = order_key != key
    view = document_view(context, batch, key) if batch is not None and is_document else None
    findings = (
        view.findings
        if view
        else findings_about(context, folder, order_key, key, documents=_no_documents(folder), orders=orders)
    )
    return Detail(
        key=key,
        document=view,
        findings=findings,
        source=_source(context, orders.row(0, named=True)) if whole and is_order else None,
        changes=_changes(context, name, order_key) if whole and is_order else (),
        account_names=_account_names(context, name),
        staff=staff_of(orders),
    )


def _order_of(key: str) -> str:
    """Return the order key of a document's key; a held order's key, or that of a product nobody wants, is its own."""
    if key.startswith(KEY_PREFIX):
        return key.rsplit("/", 2)[0] if _NEW_PRODUCT.search(key) else key
    return key.rsplit("/", 2)[0] if key.count("/") >= 2 else key


def _no_documents(folder: Path) -> pl.DataFrame:
    return scan_frame(folder, "documents").head(0).collect()


def _account_names(context: Context, name: str) -> tuple[tuple[str, str], ...]:
    part = context.store.catalog.get(name, "accounts")
    return tuple((str(row["code"]), str(row["name"])) for row in part.rows) if part else ()


def _source(context: Context, order: dict[str, Any]) -> SourceView:
    kept = context.store.files.find(order["file"])
    if kept is None:
        return SourceView("", order["file"], "", "", problem="The file is not in the register.")
    facts = (kept.name, kept.digest, kept.kept_at, kept.taken_in_by)
    try:
        return SourceView(*facts, records=_records(context, kept, order["row"]))
    except ReconError as error:
        return SourceView(*facts, problem=str(error))


def _records(context: Context, kept: KeptFile, row: int) -> tuple[RawRecord, ...]:
    """Return the rows of a file that belong to one order, as they stand there."""
    file = kept_file(context, kept.digest, kept.name, kept.size)
    if file.path.suffix == ".json":
        return _json_record(file.path, row)
    table = read_table(file.path, name=kept.name)
    found = table.frame.filter((pl.col("row") >= row) & (pl.col("row") < row + ROWS_SHOWN))
    headings = [
        (heading.text or "", table.column(heading.text, heading.nth)) for heading in table.headings if heading.text
    ]
    records = []
    for record in found.iter_rows(named=True):
        cells = tuple((text, str(record[column])) for text, column in headings if record[column] not in {None, ""})
        records.append(RawRecord(record["row"], cells))
    return tuple(records)


def _json_record(path: Path, row: int) -> tuple[RawRecord, ...]:
    """Return one record of a provider's raw answer; row counts the records from 1."""
    answer = json.loads(path.read_text(encoding="utf-8"))
    records = answer.get("list", []) if isinstance(answer, dict) else answer
    if not 1 <= row <= len(records):
        return ()
    record = records[row - 1]
    cells = tuple((str(name), _json_text(value)) for name, value in record.items() if value not in (None, "", [], {}))
    return (RawRecord(row, cells),)


def _json_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _changes(context: Context, name: str, order_key: str) -> tuple[Change, ...]:
    """Return what each later file said otherwise about an order, oldest first."""
    _name, rules = context.connection(name)
    kept = {file.digest: file for file in context.store.files.all(name)}
    changes: list[Change] = []
    before: dict[str, Any] | None = None
    for intake in sorted(context.store.files.intakes(name), key=lambda each: kept[each.digest].kept_at):
        rows = (
            scan_frame(frames_path(context, rules, intake), "orders")
            .filter(pl.col("order_key") == order_key)
            .select(COMPARED)
            .collect()
        )
        if not rows.height:
            continue
        now = rows.row(0, named=True)
        fields = tuple(
            (each, _said(each, before[each]), _said(each, now[each]))
            for each in COMPARED
            if before and before[each] != now[each]
        )
        if fields:
            changes.append(Change(kept[intake.digest].name, kept[intake.digest].kept_at, fields))
        before = now
    return tuple(changes)


def _said(column: str, value: object) -> str:
    if value is None:
        return "-"
    return plain(int(str(value))) if column.endswith("_minor") else str(value)

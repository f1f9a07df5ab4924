"""Products a person wants the ledger to have: what is marked, and the link that follows once the ledger made one.

The link follows from the outbox row that is *posted*, which is on the disk before anybody reads its result. Whatever
stops recon in between, the next command that looks finds the row and writes the link; it is written once, so a person who
takes it away again is not overruled.
"""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from recon.domain.outbox import IN_LEDGER
from recon.frames.parquet import scan_frame
from recon.frames.schemas import PRODUCT_WISHES
from recon.match.keys import fold
from recon.plan.products import KEY_PREFIX, PRODUCT
from recon.service.context import Context
from recon.service.kept_plans import batch_folder
from recon.service.mapping_frames import ledger_products
from recon.store.batches import Batch
from recon.store.moments import moment
from recon.store.outbox import OutboxRow

CREATED: Final = "created in "
"""What the reason of a link begins with that followed from a product line; the batch's name follows."""


def product_wishes(context: Context, name: str) -> pl.DataFrame:
    """Return PRODUCT_WISHES of a connection."""
    marked = context.store.mappings.dated(name, "create")
    if not marked:
        return pl.DataFrame(schema=PRODUCT_WISHES)
    zone = ZoneInfo(context.settings.company.timezone)
    rows = [
        (change.key, facts["sku"], facts["name"], facts["kind"], moment(change.at).astimezone(zone).date(), change.who)
        for change in marked
        for facts in [_as_dict(change.value)]
    ]
    held = {fold(code): code for code in reversed(ledger_products(context, name)["product_code"].to_list())}
    frame = pl.DataFrame([(*row, held.get(row[0])) for row in rows], schema=PRODUCT_WISHES, orient="row")
    return frame.sort("sku_key")


def link_created(context: Context, name: str) -> int:
    """Link the SKUs whose products the ledger made, and take the marks off; return how many were linked now.

    Asked by every command that plans, matches or uploads: it costs a look at the batches where nothing waits for it.
    """
    if not context.store.database.writable:
        return 0
    count = 0
    for batch in context.store.batches.all(name):
        if batch.facts.get("products") and batch.first_row is not None:
            count += _link_batch(context, batch)
    return count


def created_in(reason: str) -> str:
    """Return the batch with which the ledger made a product, from the reason of its link; empty: it did not."""
    return reason.removeprefix(CREATED) if reason.startswith(CREATED) else ""


def created_rows(context: Context, batch: Batch) -> tuple[OutboxRow, ...]:
    """Return the product lines of a batch that the ledger holds."""
    wanted = int(batch.facts.get("products", 0))
    if not wanted or batch.first_row is None:
        return ()
    rows = context.store.outbox.rows(batch.batch_id, states=IN_LEDGER, limit=wanted)  # product lines stand first
    return tuple(row for row in rows if row.kind == PRODUCT)


def orders_to_plan(context: Context, batch: Batch) -> int:
    """Return how many orders waited for products of this batch only, which are linked now, until the next plan."""
    newest = context.store.mappings.current(batch.connection, "setting").get("last_plan")
    folder = batch_folder(context, batch)
    if not batch.facts.get("products") or folder.name != newest:
        return 0
    hold = scan_frame(folder, "findings").filter((pl.col("severity") == "hold") & pl.col("order_key").is_not_null())
    held = hold.select("order_key", "code", "value").collect()
    linked = context.store.mappings.current(batch.connection, "product")
    waited = held.filter(pl.col("code") == "product-to-create")
    skus = {sku for sku in waited["value"].drop_nulls().unique().to_list() if fold(sku) in linked}
    free = (pl.col("code") == "product-to-create") & pl.col("value").is_in(list(skus)).fill_null(value=False)
    return waited.select("order_key").unique().join(held.filter(~free), on="order_key", how="anti").height


def _link_batch(context: Context, batch: Batch) -> int:
    mappings, name, reason = context.store.mappings, batch.connection, f"{CREATED}{batch.batch_id}"
    rows = {row.order_key.removeprefix(KEY_PREFIX): row for row in created_rows(context, batch)}
    if not rows:
        return 0
    done = mappings.keys_changed(name, "product", reason)
    linked = mappings.current(name, "product")
    fresh = {key: row for key, row in rows.items() if key not in done and key not in linked and row.ledger_number}
    if not fresh:
        return 0
    who = _approver(context, batch)
    wishes = mappings.current(name, "create")
    with context.store.database.transaction("products-linked"):
        links = {key: {"product_code": row.ledger_number} for key, row in fresh.items()}
        mappings.set(name, "product", links, who=who, reason=reason)
        mappings.set(name, "create", {key: None for key in fresh if key in wishes}, who=who, reason=reason)
        context.store.catalog.add(name, "products", _new_in_catalog(context, batch, list(fresh.values())))
    return len(fresh)


def _new_in_catalog(context: Context, batch: Batch, rows: list[OutboxRow]) -> list[dict[str, Any]]:
    """Return products as the ledger's list holds them, those that are not in it yet."""
    part = context.store.catalog.get(batch.connection, "products")
    known = {row["code"] for row in part.rows} if part else set()
    folder = batch_folder(context, batch)
    made = scan_frame(folder, "documents").filter(pl.col("kind") == PRODUCT)
    named = made.select("document_key", "contact_name", "reason").collect()
    facts = {key: (name, reason) for key, name, reason in named.iter_rows()}
    rules = context.settings.connections[batch.connection]
    stock = {
        "purchase_account": context.outside.capabilities(batch.connection, rules).stock_account,
        "keeps_stock": True,
    }
    return [
        {
            "code": row.ledger_number,
            "name": facts[row.document_key][0],
            "ledger_id": row.ledger_id if row.ledger_id != row.ledger_number else "",
            "kind": "service" if facts[row.document_key][1] == "create-service" else "product",
            **(stock if facts[row.document_key][1] == "create-stock" else {}),
        }
        for row in rows
        if row.ledger_number not in known
    ]


def _approver(context: Context, batch: Batch) -> str:
    approvals = context.store.batches.approvals(batch.batch_id)
    return approvals[-1].approver if approvals else context.actor


def _as_dict(value: object) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value

"""What the tests of store, approval and upload share: a clock that only moves when told, and small plans."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import polars as pl

from recon.approve import ApprovalPolicy, approve
from recon.crash import NO_CRASH
from recon.frames.conform import fill
from recon.frames.schemas import DOCUMENTS
from recon.store.batches import NewBatch
from recon.store.store import Store

COMPANY = "company-1"
DAY = dt.date(2026, 7, 1)


class FakeClock:
    """Stands still unless somebody sleeps or the test moves it."""

    def __init__(self) -> None:
        self.at = dt.datetime(2026, 7, 1, 8, 0, tzinfo=dt.UTC)
        self.seconds = 0

    def now(self) -> dt.datetime:
        self.at += dt.timedelta(microseconds=1)
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds) -> None:
        self.forward(seconds)

    def forward(self, seconds) -> None:
        self.at += dt.timedelta(seconds=seconds)
        self.seconds += seconds


def plan(*rows, first_order=1) -> pl.DataFrame:
    """A DOCUMENTS frame: each row is a dict of what matters, everything else is made up."""
    built = []
    for position, row in enumerate(rows):
        order = row.get("order", first_order + position)
        kind = row.get("kind", "receipt")
        total = row.get("total", 10_700 + position)
        key = row.get("key", f"shopify:shop:{order}/{kind}/1")
        vat = total * 7 // 107
        built.append(
            {
                "doc_no": position, "document_key": key, "order_key": f"shopify:shop:{order}", "order_no": position,
                "order_number": f"#{order}", "kind": kind, "revision": row.get("revision", 1),
                "number": row.get("number", None if kind in ("void", "payment") else f"{kind[:2].upper()}-{order}"),
                "applies_to_key": row.get("applies_to"), "applies_to_number": None, "issued_on": DAY, "due_on": DAY,
                "contact_code": "ONLINE", "contact_name": "ลูกค้าออนไลน์", "sales_channel": "", "payment_channel": "",
                "payment_method": "BNK001", "paid_on": DAY, "paid_minor": total, "currency": "THB",
                "vat_mode": "included", "is_tax_invoice": kind == "receipt", "gross_minor": total, "discount_minor": 0,
                "net_minor": total - vat, "vat_minor": vat, "vat_by_line_minor": vat, "total_minor": total,
                "remark": "", "reason": "paid-receipt", "depends_on": row.get("depends_on"),
            }
        )  # fmt: skip
    return fill(pl.DataFrame(built, infer_schema_length=None), DOCUMENTS) if built else pl.DataFrame(schema=DOCUMENTS)


def many(count, first=1) -> pl.DataFrame:
    """A plan of that many receipts."""
    return plan(*({"order": first + n, "total": 10_700 + n} for n in range(count)), first_order=first)


def digest_of(documents) -> str:
    return hashlib.sha256(documents.write_ndjson().encode()).hexdigest()


def open_store(folder: Path, clock, *, crash=NO_CRASH, **options) -> Store:
    return Store.open(
        folder / ".recon", clock=clock, actor="office-pc", create=options.pop("create", True), crash=crash, **options
    )


def draft(store, documents, *, company=COMPANY, inputs="inputs-1", who="Malee", os_user="malee"):
    return store.batches.create(
        NewBatch(
            connection="main",
            company_id=company,
            plan_digest=digest_of(documents),
            inputs_digest=inputs,
            document_count=documents.height,
            total_minor=int(documents["total_minor"].sum()),
        ),
        who=who,
        os_user=os_user,
    )


def approve_batch(store, batch, documents, *, policy=None, **changes):
    said = {
        "batch_id": batch.batch_id,
        "plan_digest": batch.plan_digest,
        "company_id": batch.company_id,
        "documents": documents,
        "approver": "Somchai",
        "os_user": "somchai",
        "count": batch.document_count,
        "sum_minor": batch.total_minor,
        "policy": policy or ApprovalPolicy(),
    }
    return approve(store, **{**said, **changes})


def approved(store, documents, **options):
    """Plan and approve in one go; returns the batch."""
    batch = draft(store, documents, **options)
    approve_batch(store, batch, documents)
    return store.batches.get(batch.batch_id)

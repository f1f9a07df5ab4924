"""A store, an uploader and the sandbox's company file, with thirty approved documents and one question: what stands in the books?"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from pathlib import Path

import polars as pl
from fake_ledger import whole
from store_world import approved, open_store, plan

from recon.domain.document import Document
from recon.frames.schemas import DOCUMENTS
from recon.sandbox.quickbooks import chart
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.store.outbox import OutboxRow
from recon.store.store import Store
from recon.targets.quickbooks.desk import Desk
from recon.targets.quickbooks.options import QuickBooksOptions
from recon.targets.quickbooks.target import QuickBooksTarget
from recon.upload.engine import Uploader
from tests.clock import FakeClock

OPTIONS = QuickBooksOptions(
    environment="sandbox", text_item=chart.TEXT_ITEM, receivable="Accounts Receivable", income_account="Sales",
    needed_accounts={"accounts.sales": "Sales"}, classes={}, payment_methods={},
)  # fmt: skip
DAY = dt.date(2026, 11, 1)
KEY = "shopify:shop:{}/{}/1"
PAID = ("IN-200", "IN-201", "IN-202", "IN-203")
Truth = Counter[tuple[str, str, int, bool]]
"""Form, number, total and whether it is void."""


def thirty() -> pl.DataFrame:
    """Twelve receipts, eight invoices, four of them paid, two void, two credited, and two receipts credited."""
    rows = [{"order": 100 + n, "kind": "receipt", "total": 1_000 + n} for n in range(12)]
    rows += [{"order": 200 + n, "kind": "invoice", "total": 2_000 + n} for n in range(8)]
    for n in range(4):
        invoice = KEY.format(200 + n, "invoice")
        paid = {"number": f"PY-{200 + n}", "applies_to": invoice, "depends_on": invoice}
        rows.append({"order": 200 + n, "kind": "payment", "total": 2_000 + n, **paid})
    for n in (4, 5):
        invoice = KEY.format(200 + n, "invoice")
        rows.append(
            {"order": 200 + n, "kind": "void", "total": 2_000 + n, "applies_to": invoice, "depends_on": invoice}
        )
    for order, kind, total in (
        (206, "invoice", 2_006),
        (207, "invoice", 2_007),
        (100, "receipt", 1_000),
        (101, "receipt", 1_001),
    ):
        key = KEY.format(order, kind)
        rows.append({"order": order, "kind": "credit_note", "total": total, "applies_to": key, "depends_on": key})
    made = plan(*rows)
    no_vat = pl.lit(0, dtype=pl.Int64)
    return made.with_columns(
        currency=pl.lit("USD"), contact_code=pl.lit(chart.CUSTOMER), contact_name=pl.lit(chart.CUSTOMER), vat_mode=pl.lit("none", dtype=DOCUMENTS["vat_mode"]),
        is_tax_invoice=pl.lit(value=False), net_minor=pl.col("total_minor"), vat_minor=no_vat, vat_by_line_minor=no_vat,
        payment_method=pl.when(pl.col("kind") == "invoice").then(None).otherwise(pl.lit("Checking")),
        paid_minor=pl.when(pl.col("kind") == "invoice").then(no_vat).otherwise(pl.col("paid_minor")),
        issued_on=pl.lit(DAY), due_on=pl.lit(DAY), paid_on=pl.when(pl.col("kind") == "invoice").then(None).otherwise(pl.lit(DAY)),
    )  # fmt: skip


def expected(documents: pl.DataFrame) -> Truth:
    """Return what the books must hold when every document of a plan is posted, each once."""
    forms = {"receipt": "SalesReceipt", "invoice": "Invoice", "credit_note": "CreditMemo", "payment": "ReceivePayment"}
    gone = set(documents.filter(pl.col("kind") == "void")["applies_to_key"])
    rows = documents.filter(pl.col("kind") != "void").iter_rows(named=True)
    return Counter(
        (
            forms[row["kind"]],
            row["number"],
            0 if row["document_key"] in gone else row["total_minor"],
            row["document_key"] in gone,
        )
        for row in rows
    )


def american(row: dict[str, object]) -> Document:
    """Return the document of a row, with one line of goods."""
    made = whole(row)
    if made.kind in {"payment", "void"}:
        return dataclasses.replace(made, lines=())
    line = dataclasses.replace(made.lines[0], product_code="TEE-BLK-M", vat_code="none", description="T-shirt black M")
    return dataclasses.replace(made, lines=(line,))


class Office:
    """One store, one company file, one clock."""

    def __init__(self, folder: Path, documents: pl.DataFrame, *, clock: FakeClock | None = None) -> None:
        self.folder, self.documents = folder, documents
        self.clock = clock or FakeClock(dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC))
        self.company = SandboxCompany(folder / "cedar.sqlite", clock=self.clock, durable=False)
        self.other = SandboxCompany(
            folder / "maple.sqlite", clock=self.clock, name="Maple Inc.", tax_id="98-7654321", durable=False
        )
        self.store: Store = open_store(folder, self.clock)
        self._by_key = {row["document_key"]: american(row) for row in documents.iter_rows(named=True)}

    def approve(self, desk: Desk) -> None:
        """Approve everything for the company file that answers now."""
        self.batch = approved(self.store, self.documents, company=QuickBooksTarget(desk, OPTIONS).identify().company_id)

    def document(self, key: str) -> Document:
        """Return a document of the plan."""
        return self._by_key[key]

    def uploader(self, desk: Desk, options: QuickBooksOptions = OPTIONS) -> Uploader:
        """Return a run of the real engine over this desk."""
        return Uploader(
            self.store, QuickBooksTarget(desk, options), document_of=lambda row: self.document(row.document_key),
            free_bytes=lambda _: 10**12,
        )  # fmt: skip

    def close(self) -> None:
        """Close everything."""
        self.store.close()
        self.company.close()
        self.other.close()

    def states(self) -> Counter[str]:
        """Return how many documents are in which state."""
        return Counter(row.state for row in self._rows())

    def truth(self) -> Truth:
        """Return what stands in the company file."""
        return Counter((one.kind, one.ref, one.total_minor, one.is_void) for one in self.company.truth())

    def check(self) -> None:
        """Hold the books against the plan: each document once, none twice, none lost, and the store knows it."""
        unposted = [(row.document_key, row.state, row.words) for row in self._rows() if row.state != "posted"]
        assert unposted == [], unposted
        wanted, held = expected(self.documents), self.truth()
        assert wanted == held, (wanted - held, held - wanted)
        assert self.other.truth() == []
        assert self.store.verify_chain().ok
        assert self.store.compare_tables() == ()
        paid = [one.balance_minor for one in self.company.truth() if one.kind == "Invoice" and one.ref in PAID]
        assert paid == [0] * len(PAID), paid
        ids = {one.txn_id for one in self.company.truth()}
        assert all(row.ledger_id in ids for row in self._rows())

    def _rows(self) -> list[OutboxRow]:
        return list(self.store.outbox.rows(self.batch.batch_id))

"""Whole documents of the outbox's rows, made from the frames of their batches' plans as they are needed."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.domain.document import Document
from recon.plan.records import documents_by_key
from recon.service.context import Context
from recon.service.kept_plans import load_plan_frame
from recon.service.tax_invoice_words import told_invoices, with_invoice
from recon.store.batches import Batch
from recon.store.outbox import OutboxRow

DOCUMENTS_AT_ONCE: Final = 500
"""Documents are made from frames in groups of this many, ahead of sending."""


class DocumentMaker:
    """Makes documents from the frames of their batches, in groups, in the order of sending."""

    def __init__(self, context: Context, batch: Batch) -> None:
        self._context, self._batch = context, batch
        self._frames: dict[str, tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]] = {}
        self._made: dict[str, Document] = {}
        self._invoices = told_invoices(context, batch.connection)

    def document_of(self, row: OutboxRow) -> Document:
        """Return the document of an outbox row, of this batch or an earlier one."""
        if row.document_key not in self._made:
            documents, lines, postings, orders = self._of(row.batch_id)
            near = documents.filter(pl.col("doc_no").is_between(row.doc_no, row.doc_no + DOCUMENTS_AT_ONCE - 1))
            self._made = documents_by_key(near, lines, postings, orders, near["document_key"].to_list())
        return with_invoice(self._made[row.document_key], self._invoices)

    def documents(self) -> pl.DataFrame:
        """Return the documents of the batch."""
        return self._of(self._batch.batch_id)[0]

    def _of(self, batch_id: str) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        if batch_id not in self._frames:
            batch = self._batch if batch_id == self._batch.batch_id else self._context.store.batches.get(batch_id)
            documents, lines, postings, orders = (
                load_plan_frame(self._context, batch, part) for part in ("documents", "lines", "postings", "orders")
            )
            self._frames[batch_id] = (documents, lines, postings, orders.select("order_no", "order_key", "file", "row"))
        return self._frames[batch_id]

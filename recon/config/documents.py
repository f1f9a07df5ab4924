"""Settings of documents themselves: what their numbers begin with, and the reasons credit notes state."""

from __future__ import annotations

from pydantic import Field

from recon.config.base import Section


class NumberPrefixes(Section):
    """What own document numbers begin with."""

    invoice: str = "IV-"
    receipt: str = "RT-"
    payment: str = ""
    """Payments on invoices; left out: as receipts, which they are in Thailand."""
    credit_note: str = "CN-"
    expense: str = "EX-"
    """Purchases; a ledger that numbers expenses itself gets ours as the reference."""
    supplier_credit: str = "SC-"
    summary: str = Field(default="D", pattern=r"^[A-Za-z]?$")
    """Summaries of a day (one letter or none): D260605-01 is the first of 5 June 2026."""


class CreditNoteReasons(Section):
    """Reasons that stand on credit notes, one per cause; the law wants the reason, not only a number."""

    cancelled: str = Field(default="ยกเลิกการขายตามคำสั่งซื้อ", min_length=1, max_length=200)
    """The order was cancelled after it was posted."""
    returned: str = Field(default="ลูกค้าคืนสินค้า", min_length=1, max_length=200)
    """The goods came back."""
    refunded: str = Field(default="คืนเงินให้ลูกค้า", min_length=1, max_length=200)
    """Money went back, all or a part, and the goods did not."""
    corrected: str = Field(default="แก้ไขยอดเงินที่คำนวณผิด ออกเอกสารใหม่แทน", min_length=1, max_length=200)
    """The amount changed, and a new document takes the place of this one."""

"""One file, or several combined, as canonical frames, with the control totals that prove nothing was lost.

Every order of a file is in ``orders``, or kept out and named by a finding of severity ``refused`` (or by
``order-repeated``) that carries its total, or replaced by a newer version of itself. `Stated.controls` shows that the
sum of the file's own total column equals these three to the minor unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from recon.frames.conform import conform, empty
from recon.frames.schemas import FINDINGS, ORDER_LINES, ORDERS, PAYMENTS, REFUND_LINES, REFUNDS

REFUND_LINE_NEEDS: Final = (
    "order_no", "refund_no", "line_no", "kind", "quantity_milli", "discount_minor", "amount_minor", "tax_minor",
)  # fmt: skip
"""Columns of refund lines that are never null."""


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """Where the sum of a file's own total column went, for one currency."""

    currency: str
    stated_minor: int
    """Sum of the total column, added up from the file's text by another route than the orders' amounts."""
    orders_minor: int
    refused_minor: int
    """Totals of orders kept out; a finding names each."""
    superseded_minor: int = 0
    """Totals of orders replaced by a newer version of the same order."""
    unreadable_count: int = 0
    """Orders kept out whose total cannot be read; no sum can hold them."""

    @property
    def difference_minor(self) -> int:
        """Return what is unaccounted for: 0, or a defect of ours."""
        return self.stated_minor - self.orders_minor - self.refused_minor - self.superseded_minor


@dataclass(frozen=True, slots=True)
class Stated:
    """Counts and sums of one file, made from its text before anything is converted."""

    file: str
    """First 12 digits of the file's SHA-256."""
    rows: int
    """Data rows of the file; blank rows and totals rows left out."""
    orders: int
    """Orders the file holds, kept out ones included."""
    refused_orders: int = 0
    superseded_orders: int = 0
    controls: tuple[ControlTotal, ...] = ()


@dataclass(frozen=True, slots=True)
class CanonicalFrames:
    """Orders and what hangs on them, joined by ``order_no`` (dense from 0), with findings and control totals."""

    orders: pl.DataFrame
    """ORDERS."""
    lines: pl.DataFrame
    """ORDER_LINES, sorted by order_no and line_no."""
    payments: pl.DataFrame
    """PAYMENTS beyond what the order's own columns say: payments listed one by one, or several channels."""
    refunds: pl.DataFrame
    """REFUNDS; one row without a date where the source states a cumulative sum only."""
    findings: pl.DataFrame
    """FINDINGS."""
    stated: tuple[Stated, ...] = ()
    """One per file, in the order the files were combined."""
    notes: tuple[str, ...] = field(default=())
    """What the formats cannot tell, in plain words."""
    refund_lines: pl.DataFrame = field(default_factory=lambda: empty(REFUND_LINES))
    """REFUND_LINES, sorted by order_no; of the refunds whose source says what they consist of."""

    def in_one_piece(self) -> CanonicalFrames:
        """Return these frames with every column in one chunk.

        Polars 2.1 panics in ``pl.format`` and ``concat_str`` over columns whose chunks differ, as those of filtered and
        concatenated frames may.
        """
        return replace(
            self,
            orders=self.orders.rechunk(),
            lines=self.lines.rechunk(),
            payments=self.payments.rechunk(),
            refunds=self.refunds.rechunk(),
            refund_lines=self.refund_lines.rechunk(),
            findings=self.findings.rechunk(),
        )

    def checked(self) -> CanonicalFrames:
        """Return these frames after checking every schema at the border.

        Raises:
            FrameError: A frame breaks its schema; our mistake.
        """
        required = [
            "order_key", "record_kind", "ordered_on", "order_state", "payment_state", "currency", "vat_mode",
            "goods_minor", "total_minor", "refunded_minor", "file", "row",
        ]  # fmt: skip
        conform(self.orders, ORDERS, name="orders", key=("order_no",), required=required)
        conform(
            self.lines,
            ORDER_LINES,
            name="order_lines",
            required=("order_no", "line_no", "quantity_milli", "amount_minor"),
        )
        conform(self.payments, PAYMENTS, name="payments", required=("order_no", "payment_no"))
        conform(self.refunds, REFUNDS, name="refunds", required=("order_no", "refund_no", "amount_minor"))
        conform(self.refund_lines, REFUND_LINES, name="refund_lines", required=REFUND_LINE_NEEDS)
        conform(self.findings, FINDINGS, name="findings", required=("code", "severity"))
        return self

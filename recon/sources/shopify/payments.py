"""Shopify Payments: its transactions and payouts exports, recognised by content, each read by a module of its own."""

from __future__ import annotations

from recon.frames.delimited import TextHead
from recon.sources.base import Reading, ReadOptions
from recon.sources.shopify.payment_files import payment_kind as payment_kind
from recon.sources.shopify.payment_payouts import read_payouts
from recon.sources.shopify.payment_transactions import read_transactions


def read_payments(kind: str, head: TextHead, options: ReadOptions, *, name: str, file_id: str) -> Reading:
    """Return one of the two exports under canonical names; ``kind``: as `payment_kind` says.

    Raises:
        MalformedFile: Columns are missing or stand there twice, or the rows cannot be read.
    """
    read = read_transactions if kind == "transactions" else read_payouts
    return read(head, name, options, file_id=file_id)

"""What status words mean that a source's own list does not know: settings, because nobody else can say it.

recon.toml has them under ``[connections.NAME.status_words]``, one line per word: ``"in review" = "unpaid"``.
"""

from __future__ import annotations

from typing import Literal

StateName = Literal[
    "open", "in_fulfilment", "shipped", "delivered", "completed", "cancelled", "returned", "failed_delivery", "hold",
    "unpaid", "claimed", "partial", "paid", "overpaid", "cod_due", "partly_refunded", "refunded", "void",
]  # fmt: skip
"""States of an order and of its payment; a word is looked for in the column that has such states."""

"""What was changed on a line of a voucher that a ledger holds unposted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """One thing that was changed on a voucher that is not posted yet."""

    field: str
    """account, amount, VAT code, department or project; line: it is on one side only."""
    line: str
    """Text and account of the line as it was sent, else as it stands there; empty: it is about the whole voucher."""
    sent: str
    held: str

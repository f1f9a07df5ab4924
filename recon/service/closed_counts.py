"""Counts that are closed: a settlement that was approved or posted has the cash difference of its count in its voucher."""

from __future__ import annotations

from collections.abc import Sequence

from recon.errors import UsageError
from recon.service.context import Context


def sent_keys(context: Context, name: str) -> frozenset[str]:
    """Return the order keys of what was approved or posted."""
    verified = context.store.catalog.verified(name)
    if verified is None:
        return frozenset()
    return frozenset(context.store.posted_orders_frame(verified.company_id)["order_key"].drop_nulls().to_list())


def require_unsent(context: Context, name: str, keys: Sequence[str]) -> None:
    """Refuse to undo counts of settlements that were approved or posted since.

    Raises:
        UsageError: One was.
    """
    closed = sorted(sent_keys(context, name).intersection(keys))
    if closed:
        raise UsageError(
            f"The count of {closed[0].rpartition(':')[2]} cannot be undone: its settlement was approved or posted with it since. "
            "Nothing was changed."
        )

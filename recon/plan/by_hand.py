"""Orders whose documents a person entered in the ledger by hand: they are planned no more, and count as entered.

The word (decision *by-hand*) is about the order as it is. Where a part of it cannot be sent at all, such as a credit note
over a part, that part is what was entered, and the rest of the order goes on.
"""

from __future__ import annotations

import polars as pl

from recon.plan.verdict import Verdicts, mask_of_keys


def entered_by_hand(verdicts: Verdicts, asked: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Return the documents asked for without those that a person entered by hand; their orders are settled so.

    Args:
        verdicts: The orders and what is said about each.
        asked: Documents asked for: order_no, and blocked where one cannot be sent.
        decisions: DECISIONS; those over a stated amount are about a held part and count elsewhere.
    """
    said = decisions.filter(pl.col("decision") == "by-hand", pl.col("amount_minor").is_null())
    if said.is_empty() or asked.is_empty():
        return asked
    whole = asked.filter(pl.col("blocked").is_null().all().over("order_no"))["order_no"].unique()
    keys = verdicts.orders["order_key"].gather(whole)
    named = keys.filter(keys.is_in(said["order_key"].implode()))
    if named.is_empty():
        return asked
    settled = verdicts.settle(mask_of_keys(verdicts.orders, named), "by-hand", hold=True)
    return asked.filter(~settled.gather(asked["order_no"]))

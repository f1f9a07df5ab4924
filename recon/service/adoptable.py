"""Which orders and entries of somebody else a person's word is about, and what stands against adopting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from recon.errors import NotSettled, UsageError
from recon.money import plain
from recon.plan.inputs import Plan

NAMED_MOST: Final = 20
"""So many problems are named one by one; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person says, and about what."""

    actor: str
    reason: str
    names: Sequence[str] = ()
    """Order keys, order numbers or document keys."""
    sureties: Sequence[str] = ()
    """And all orders recognised like that."""

    def require_whole(self) -> None:
        """Refuse a word that lacks a part.

        Raises:
            UsageError: No name or no reason.
        """
        wrong = [
            words for given, words in (
                (self.actor, "It needs a name: --as NAME."), (self.reason, "It needs a reason: --reason TEXT."),
            ) if not given.strip()
        ]  # fmt: skip
        if wrong:
            raise UsageError(f"{' '.join(wrong)} Nothing was noted.")


def orders_named(made: Plan, found: pl.DataFrame, word: Word) -> pl.Series:
    """Return the order keys of what a person named, by order key, order number, document or surety.

    Raises:
        UsageError: Nothing was named.
        NotSettled: A name fits no recognised order, or several.
    """
    if not word.names and not word.sureties:
        raise UsageError("Name the orders, or give --all-certain. Nothing was noted.")
    by_surety = found.filter(pl.col("surety").cast(pl.String).is_in(list(word.sureties)))["order_key"]
    wanted = pl.DataFrame({"wanted": list(dict.fromkeys(word.names))}, schema={"wanted": pl.String})
    called = pl.concat(
        found.select(pl.col(name).alias("wanted"), "order_key") for name in ("order_key", "order_number", "document_key")
    ).unique(maintain_order=True)  # fmt: skip
    fits = wanted.join(called, on="wanted", how="left", maintain_order="left_right")
    odd = fits.group_by("wanted", maintain_order=True).agg("order_key").filter(
        (pl.col("order_key").list.len() > 1) | pl.col("order_key").list.first().is_null()
    )  # fmt: skip
    problems = [_name_problem(made, name, keys) for name, keys in odd.iter_rows()]
    if problems:
        raise NotSettled("\n".join([*problems, "Nothing was noted."]), problems=tuple(problems))
    keys = pl.concat([by_surety, fits["order_key"]]).unique(maintain_order=True).drop_nulls()
    if not keys.len():
        raise UsageError(
            f"No order is recognised as {' or '.join(word.sureties)}. `recon others` lists what was recognised. Nothing was noted."
        )
    return keys


def _name_problem(made: Plan, wanted: str, keys: list[str | None]) -> str:
    if len(keys) > 1:
        return f"{wanted} names {len(keys)} orders; give one key: {', '.join(key for key in keys if key)}."
    named = (pl.col("order_key") == wanted) | (pl.col("order_number") == wanted)
    if made.documents.filter(named).height:
        return (
            f"{wanted}: no entry of the ledger seems to be this order. `recon plan` reads the ledger again; `recon others` lists "
            "what was recognised."
        )
    return f"{wanted}: no order of that name waits for a document."


def pairs_of(made: Plan, found: pl.DataFrame) -> pl.DataFrame:
    """Return every document of the chosen orders with its entry, in order of the plan."""
    documents = made.documents.select(
        "doc_no", "document_key", "order_number", pl.col("kind").cast(pl.String), "total_minor"
    ).sort("doc_no")
    entry = found.select("document_key", "entry_no", "surety", "their_kind", "their_number", "ledger_id", "detail")
    return documents.join(entry, on="document_key", how="left", maintain_order="left")


def problems_of(pairs: pl.DataFrame, *, accept_differences: bool) -> list[str]:
    """Return why some of the documents cannot be taken as posted, each in words; past the first ones only how many."""
    other_kind = pl.col("their_kind") != pl.col("kind")
    surety = pl.col("surety").cast(pl.String)
    unsettled = surety.is_in(["several"] if accept_differences else ["several", "differs"])
    odd = pairs.filter(surety.is_null() | other_kind | unsettled)
    found = [_problem(row) for row in odd.head(NAMED_MOST).iter_rows(named=True)]
    more = odd.height - len(found)
    return [*found, f"And {more:,} documents more."] if more else found


def _problem(row: dict[str, Any]) -> str:
    called = f"order {row['order_number']}, {row['kind']} of {plain(row['total_minor'])}"
    if row["surety"] is None:
        return (
            f"{called}: the ledger shows no entry for it, so the order is there in part only. Complete it in the ledger, "
            "or say with --not-the-same that the entry is another sale's."
        )
    if row["their_kind"] != row["kind"]:
        return (
            f"{called}: the ledger holds {row['their_kind']} {row['their_number']} instead. Change `invoices` or `receipts` of "
            "the connection so that both make the same kind of document."
        )
    if row["surety"] == "several":
        return f"{called}: {row['detail']}. Void all but one in the ledger first, then `recon plan`."
    return f"{called}: {row['detail']}. Correct it there, or give --accept-differences if it shall stand like that."

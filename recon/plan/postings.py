"""Postings: the balanced journal entry every document causes, summed per account.

| document | debit | credit |
| --- | --- | --- |
| receipt | account of the payment channel | income per account, output VAT |
| invoice | receivable | income per account, output VAT (or VAT not yet due) |
| payment | account of the payment channel, VAT not yet due | receivable, output VAT |
| void | income, the invoice's VAT | receivable |
| credit note | income, output VAT | account of the payment channel |

Where several channels paid a receipt, each has its own money posting with its part (`recon.plan.payments`).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.plan.columns import as_postings, run_sums

_MONEY_FIRST, _MONEY_LAST, _VAT, _VAT_MOVED = 0, 9, 7, 8
_INCOME: Final = 1
_SLOTS: Final = 16


def postings(
    documents: pl.DataFrame,
    lined: pl.DataFrame,
    account_of_item: pl.Series,
    accounts: dict[str, str],
    parts: pl.DataFrame,
) -> pl.DataFrame:
    """Return POSTINGS.

    Args:
        documents: doc_no, kind, total_minor, net_minor, vat_minor, is_tax_invoice, money_account.
        lined: Lines with doc_no, item and net_minor, sorted by doc_no.
        account_of_item: Income account of each item.
        accounts: Account of each setting in recon.config.settings.Accounts, or its name in words.
        parts: doc_no, account_code and amount_minor of documents whose money goes to several accounts.
    """
    takes_back = pl.col("kind").is_in(["void", "credit_note"])
    sides = documents.lazy().with_columns(pl.when(takes_back).then(-1).otherwise(1).cast(pl.Int64).alias("sign"))
    frames = [
        *_money(sides, accounts, parts), _income(documents, lined, account_of_item, accounts["sales"]), _vat(sides, accounts),
        *_payments(sides, accounts),
    ]  # fmt: skip
    rows = pl.concat(frames).sort("place", maintain_order=True)
    doc_no = (pl.col("place") // _SLOTS).cast(pl.UInt32).alias("doc_no")
    return as_postings(rows.with_columns(doc_no))


def _money(documents: pl.LazyFrame, accounts: dict[str, str], parts: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the bank or receivable side; ``signed``: debits positive, credits negative."""
    on_account = pl.col("kind").is_in(["invoice", "void"])
    account = pl.when(on_account).then(pl.lit(accounts["receivable"])).otherwise("money_account")
    slot = pl.when(pl.col("sign") > 0).then(_MONEY_FIRST).otherwise(_MONEY_LAST)
    if parts.is_empty():
        return [_rows(documents, slot, account, pl.col("total_minor") * pl.col("sign"))]
    whole = documents.join(parts.lazy(), on="doc_no", how="anti", maintain_order="left")
    split = documents.join(parts.lazy(), on="doc_no", how="inner", maintain_order="left_right")
    return [
        _rows(whole, slot, account, pl.col("total_minor") * pl.col("sign")),
        _rows(split, slot, pl.col("account_code"), pl.col("amount_minor") * pl.col("sign")),
    ]


def _income(documents: pl.DataFrame, lined: pl.DataFrame, account_of_item: pl.Series, sales: str) -> pl.DataFrame:
    """Return income per account: one posting a document where all its lines go to one account."""
    sign = pl.when(pl.col("kind").is_in(["void", "credit_note"])).then(1).otherwise(-1).cast(pl.Int64)
    names = pl.concat([account_of_item, pl.Series([sales], dtype=pl.String)])
    item = lined["item"].fill_null(names.len() - 1)
    distinct = names.gather(item.unique()).unique().sort()
    if distinct.len() <= 1:
        only = distinct.item() if distinct.len() else sales
        with_lines = documents.lazy().filter(pl.col("kind") != "payment")
        return _rows(with_lines, pl.lit(_INCOME), pl.lit(only), pl.col("net_minor") * sign)
    numbers = pl.int_range(distinct.len(), dtype=pl.UInt64, eager=True)
    account = names.replace_strict(distinct, numbers, default=None, return_dtype=pl.UInt64).gather(item)
    keyed = lined.select(
        (pl.col("doc_no").cast(pl.UInt64) * distinct.len() + pl.lit(account)).alias("_key"), "net_minor"
    )
    summed = run_sums(keyed.sort("_key"), "_key", net_minor=pl.col("net_minor"))
    signs = documents.select(sign.alias("sign")).to_series()
    doc_no = (summed["_key"] // distinct.len()).cast(pl.UInt32)
    rows = pl.DataFrame(
        [
            doc_no.alias("doc_no"),
            distinct.gather(summed["_key"] % distinct.len()).alias("account_code"),
            (summed["net_minor"] * signs.gather(doc_no)).alias("debit_minor"),
        ]
    )
    return _rows(rows.lazy(), pl.lit(_INCOME), pl.col("account_code"), pl.col("debit_minor"))


def _vat(documents: pl.LazyFrame, accounts: dict[str, str]) -> pl.DataFrame:
    """Return output VAT of documents with income; VAT of an invoice that is no tax invoice is not due yet."""
    own = documents.filter(pl.col("kind") != "payment", pl.col("vat_minor") != 0)
    not_due = pl.col("kind").is_in(["invoice", "void"]) & ~pl.col("is_tax_invoice")
    account = pl.when(not_due).then(pl.lit(accounts["undue_output_vat"])).otherwise(pl.lit(accounts["output_vat"]))
    return _rows(own, pl.lit(_VAT), account, -pl.col("vat_minor") * pl.col("sign"))


def _payments(documents: pl.LazyFrame, accounts: dict[str, str]) -> list[pl.DataFrame]:
    """Return what a payment does beside the bank: it settles the receivable and makes VAT due."""
    paid = documents.filter(pl.col("kind") == "payment")
    moved = paid.filter(pl.col("is_tax_invoice"), pl.col("vat_minor") != 0)
    return [
        _rows(paid, pl.lit(_INCOME), pl.lit(accounts["receivable"]), -pl.col("total_minor")),
        _rows(moved, pl.lit(_VAT), pl.lit(accounts["undue_output_vat"]), pl.col("vat_minor")),
        _rows(moved, pl.lit(_VAT_MOVED), pl.lit(accounts["output_vat"]), -pl.col("vat_minor")),
    ]


def _rows(frame: pl.LazyFrame, slot: pl.Expr, account: pl.Expr, signed: pl.Expr) -> pl.DataFrame:
    place = (pl.col("doc_no").cast(pl.UInt64) * _SLOTS + slot.cast(pl.UInt64)).alias("place")
    return (
        frame.select(place, account.alias("account_code"), signed.alias("signed"))
        .filter(pl.col("signed") != 0)
        .collect()
    )

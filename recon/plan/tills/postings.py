"""Postings of a till's documents: the journal entry each causes, balanced.

| document | debit | credit |
| --- | --- | --- |
| settlement | account of each means of payment, of the cash difference, of the bank | account of each line net, output VAT per VAT code |
| invoice | receivable | account of each line net, output VAT per VAT code |
| payment | account of the means of payment | receivable |
| credit note | account of each line net, output VAT per VAT code | receivable |

What is negative stands on the other side. Money stands part by part, as it moves; lines are summed per account.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.plan.columns import as_postings

_MONEY, _INCOME, _VAT = 0, 1, 2
_VAT_WORDS: Final = "output vat"


def is_vat_account(account: str) -> bool:
    """Return whether an account of a posting is the ledger's own for the output VAT of a code."""
    return account.split(" ")[:2] == _VAT_WORDS.split(" ")


def vat_account(code: pl.Expr) -> pl.Expr:
    """Return the name of the ledger's VAT account of a code: it has one per code and books it there by itself."""
    return pl.concat_str([pl.lit(_VAT_WORDS), code], separator=" ", ignore_nulls=True)


def till_postings(
    documents: pl.DataFrame, lines: pl.DataFrame, parts: pl.DataFrame, receivable: str, sales: str
) -> pl.DataFrame:
    """Return POSTINGS.

    Args:
        documents: DOCUMENTS.
        lines: DOCUMENT_LINES of them.
        parts: doc_no, account_code and amount_minor of the money, in its order.
        receivable: Account of what customers owe.
        sales: Account of lines whose account the ledger takes from their product.
    """
    credit = documents.select("doc_no", pl.when(pl.col("kind") == "credit_note").then(1).otherwise(-1).alias("_sign"))
    signed = lines.join(credit, on="doc_no", how="left", maintain_order="left")
    net = _summed(signed, pl.col("account_code").fill_null(sales), pl.col("net_minor") * pl.col("_sign"), _INCOME)
    taxed = signed.filter(pl.col("vat_minor") != 0)
    vat = _summed(taxed, vat_account(pl.col("tax_code")), pl.col("vat_minor") * pl.col("_sign"), _VAT)
    money = parts.select(
        "doc_no", pl.lit(_MONEY).alias("_slot"), "account_code", pl.col("amount_minor").alias("signed")
    )
    rows = pl.concat([_row(each) for each in (money, _owed(documents, receivable), net, vat)])
    ordered = rows.filter(pl.col("signed") != 0).sort("doc_no", "_slot", maintain_order=True)
    return as_postings(ordered)


def _owed(documents: pl.DataFrame, receivable: str) -> pl.DataFrame:
    """Return what invoices, credit notes and payments do to what customers owe."""
    direction = pl.when(pl.col("kind") == "invoice").then(1).otherwise(-1)
    owed = documents.filter(pl.col("kind") != "settlement")
    return owed.select(
        "doc_no", pl.lit(_MONEY).alias("_slot"), pl.lit(receivable).alias("account_code"),
        (pl.col("total_minor") * direction).alias("signed"),
    )  # fmt: skip


def _summed(lines: pl.DataFrame, account: pl.Expr, amount: pl.Expr, slot: int) -> pl.DataFrame:
    """Return one row per document and account, in the order of the lines."""
    keyed = lines.select("doc_no", pl.lit(slot).alias("_slot"), account.alias("account_code"), amount.alias("signed"))
    return keyed.group_by("doc_no", "_slot", "account_code", maintain_order=True).agg(pl.col("signed").sum())


def _row(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col("doc_no").cast(pl.UInt32), pl.col("_slot").cast(pl.UInt8), pl.col("account_code").cast(pl.String),
        pl.col("signed").cast(pl.Int64),
    )  # fmt: skip

"""Mirrors: a void or credit note over a whole posted document takes back exactly what was posted.

Same lines, same accounts, same VAT line by line, taken from the plan the document was approved in, whatever mappings,
settings or the order say today. A ledger that copies the lines of the original itself then holds what was shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.frames.schemas import DOCUMENT_LINES, POSTINGS
from recon.plan.inputs import PostedContents, PostedReader
from recon.plan.items import ACCOUNT_SETTINGS, account_name

_TAKES_BACK: Final = ("void", "credit_rest")
_LIKE_ORIGINAL: Final = ("gross_minor", "discount_minor", "vat_by_line_minor", "vat_mode")
"""Columns of the header that follow from the lines."""
_LAST: Final = 1_000_000
"""Sorts the money side behind everything, as in every other credit note."""
_PLANNED: Final = ("_planned_money", "_planned_tax")
"""Of an invoice that is paid and credited by the same plan: the account of that payment, and whether it makes VAT due."""


@dataclass(frozen=True, slots=True)
class Mirrors:
    """The documents that mirror a posted one."""

    frame: pl.DataFrame
    """All documents, those that mirror with the amounts of the original, and ``mirrors`` (Boolean)."""
    lines: pl.DataFrame
    """DOCUMENT_LINES of the mirroring documents."""
    postings: pl.DataFrame
    """POSTINGS of the mirroring documents."""
    unknown: pl.Series
    """Per document, whether it takes back a whole posted document whose lines are not known."""


def find_mirrors(
    frame: pl.DataFrame, posted: pl.DataFrame, read: PostedReader, rows: pl.Series, connection: Connection
) -> Mirrors:
    """Return what takes back a whole posted document, line by line.

    Args:
        frame: Per document doc_no, action, kind, after_sale, live_key, total_minor, vat_minor, base_total_minor,
            repeats, payment_method, payments, money_account, is_tax_invoice and the columns of the header that follow from the
            lines.
        posted: POSTED.
        read: Gives the contents of posted documents.
        rows: Per document, the row its order stands in.
        connection: The connection's settings.
    """
    whole = frame.select(
        pl.col("action").is_in(_TAKES_BACK)
        & ~pl.col("after_sale")
        & pl.col("live_key").is_not_null()
        & (pl.col("total_minor") == pl.col("base_total_minor"))
    ).to_series()
    if not whole.any():
        return _none(frame, whole)
    asked = frame.with_columns(rows.alias("row")).filter(whole).join(_payments(posted), on="live_key", how="left")
    asked = asked.join(_planned_payments(frame), on="live_key", how="left", maintain_order="left")
    asked = asked.select("doc_no", "kind", "live_key", "payment_key", "total_minor", "vat_minor", "row", *_PLANNED)
    keys = pl.concat([asked["live_key"], asked["payment_key"].drop_nulls()]).unique().sort()
    contents = read(keys.to_list())
    known = _known(asked, contents)
    if known.is_empty():
        return _none(frame, whole)
    mirrors = frame["doc_no"].is_in(known["doc_no"].implode())
    return Mirrors(
        frame=_like_original(frame, mirrors, known),
        lines=_lines(known, contents),
        postings=_postings(known, contents, connection),
        unknown=whole & ~mirrors & ~frame["repeats"],
    )


def _none(frame: pl.DataFrame, whole: pl.Series) -> Mirrors:
    return Mirrors(
        frame.with_columns(pl.lit(value=False).alias("mirrors")),
        pl.DataFrame(schema=DOCUMENT_LINES),
        pl.DataFrame(schema=POSTINGS),
        whole & ~frame["repeats"],
    )


def _payments(posted: pl.DataFrame) -> pl.DataFrame:
    """Return the last payment of each posted invoice: live_key, payment_key."""
    paid = posted.filter(pl.col("kind") == "payment", pl.col("applies_to_key").is_not_null()).sort("revision")
    last = paid.group_by("applies_to_key", maintain_order=True).agg(pl.col("document_key").last())
    return last.select(pl.col("applies_to_key").alias("live_key"), pl.col("document_key").alias("payment_key"))


def _planned_payments(frame: pl.DataFrame) -> pl.DataFrame:
    """Return where the payments of this plan put the money, and whether they make the VAT due; by the invoice they pay."""
    paid = frame.filter(pl.col("kind") == "payment")
    return paid.select(
        "live_key", pl.col("money_account").alias("_planned_money"), pl.col("is_tax_invoice").alias("_planned_tax")
    )


def _known(asked: pl.DataFrame, contents: PostedContents) -> pl.DataFrame:
    """Return the documents whose original (and its payment) is known and has the amounts that are posted."""
    facts = contents.documents.select(
        pl.col("document_key").alias("live_key"),
        pl.col("total_minor").alias("_total"),
        pl.col("vat_minor").alias("_vat"),
        pl.col("payment_method").alias("_method"),
        pl.col("payments").alias("_payments"),
        *[
            pl.col(name).cast(pl.String if name == "vat_mode" else pl.Int64).alias(f"_{name}")
            for name in _LIKE_ORIGINAL
        ],
    )
    paid = contents.documents.select(
        pl.col("document_key").alias("payment_key"),
        pl.col("payment_method").alias("_paid_method"),
        pl.col("is_tax_invoice").alias("_paid_tax"),
        pl.lit(value=True).alias("_paid_known"),
    )
    both = asked.join(facts, on="live_key", how="inner", maintain_order="left")
    both = both.join(paid, on="payment_key", how="left", maintain_order="left")
    same = (pl.col("_total") == pl.col("total_minor")) & (pl.col("_vat") == pl.col("vat_minor"))
    settled = (pl.col("kind") == "void") | pl.col("payment_key").is_null() | pl.col("_paid_known")
    return both.filter(same & settled.fill_null(value=False))


def _like_original(frame: pl.DataFrame, mirrors: pl.Series, known: pl.DataFrame) -> pl.DataFrame:
    names = [f"_{name}" for name in _LIKE_ORIGINAL]
    facts = known.select("doc_no", pl.coalesce("_paid_method", "_method").alias("_method"), "_payments", *names)
    joined = frame.with_columns(mirrors.alias("mirrors")).join(facts, on="doc_no", how="left", maintain_order="left")
    taken = {name: pl.col(f"_{name}") for name in _LIKE_ORIGINAL} | {"payment_method": pl.col("_method")}
    return joined.with_columns(
        *[pl.coalesce(value, pl.col(name)).alias(name) for name, value in taken.items()],
        pl.when("mirrors").then("_payments").otherwise("payments").alias("payments"),
        (pl.col("repeats") & ~pl.col("mirrors")).alias("repeats"),
    ).drop(*names, "_method", "_payments")


def _lines(known: pl.DataFrame, contents: PostedContents) -> pl.DataFrame:
    """Return the original's lines; rows point to where the order stands today, as everything about the document does."""
    mine = known.select("doc_no", pl.col("live_key").alias("document_key"), pl.col("row").alias("_row"))
    lines = mine.join(contents.lines, on="document_key", how="inner").sort("doc_no", "line_no")
    row = pl.when(pl.col("row").is_not_null()).then("_row").alias("row")
    return lines.with_columns(row).select(pl.col(name).cast(dtype) for name, dtype in DOCUMENT_LINES.items())


def _postings(known: pl.DataFrame, contents: PostedContents, connection: Connection) -> pl.DataFrame:
    """Return the original's postings with the sides changed.

    A sale's first posting is its money or receivable side, its last one the VAT where it has any (`postings`). A credit
    note on a paid invoice takes the money from where the payment put it, and the VAT from where the payment moved it,
    whether that payment is posted already or stands before it in this plan.
    """
    sides = _payment_accounts(known, contents)
    mine = known.select(
        "doc_no", "kind", "vat_minor", "payment_key", "_paid_tax", *_PLANNED, pl.col("live_key").alias("document_key")
    )
    rows = mine.join(contents.postings, on="document_key", how="inner").join(sides, on="payment_key", how="left")
    money = pl.col("posting_no") == 1
    vat = (pl.col("posting_no") == pl.col("posting_no").max().over("doc_no")) & (pl.col("vat_minor") != 0)
    paid = (pl.col("kind") == "credit_note") & pl.col("payment_key").is_not_null()
    planned = (pl.col("kind") == "credit_note") & pl.col("_planned_money").is_not_null()
    account = (
        pl.when(money & paid).then("_money_account")
        .when(money & planned).then("_planned_money")
        .when(vat & paid & pl.col("_paid_tax").fill_null(value=False)).then("_vat_account")
        .when(vat & planned & pl.col("_planned_tax")).then(pl.lit(account_name(connection, "output_vat")))
        .otherwise("account_code")
    )  # fmt: skip
    words = {setting.replace("_", " "): account_name(connection, setting) for setting in ACCOUNT_SETTINGS}
    ordered = rows.with_columns(
        account.replace(list(words), list(words.values())).alias("account_code"),
        pl.when(money).then(_LAST).otherwise("posting_no").alias("_place"),
    ).sort("doc_no", "_place")
    number = pl.int_range(pl.len(), dtype=pl.UInt32).over("doc_no") + 1
    return ordered.select(
        "doc_no",
        number.cast(pl.UInt32).alias("posting_no"),
        "account_code",
        pl.col("credit_minor").alias("debit_minor"),
        pl.col("debit_minor").alias("credit_minor"),
    )


def _payment_accounts(known: pl.DataFrame, contents: PostedContents) -> pl.DataFrame:
    """Return payment_key, and the accounts a payment put the money and the VAT on."""
    keys = known.select(pl.col("payment_key").alias("document_key")).drop_nulls().unique()
    rows = contents.postings.join(keys, on="document_key", how="semi").sort("document_key", "posting_no")
    return (
        rows.group_by("document_key", maintain_order=True)
        .agg(
            pl.col("account_code").first().alias("_money_account"), pl.col("account_code").last().alias("_vat_account")
        )
        .rename({"document_key": "payment_key"})
    )

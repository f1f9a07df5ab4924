"""What differs between a document of ours and a voucher that is taken for it: accounts, amounts, VAT codes, department, project, day.

A voucher is compared by what it moves on each account, not line by line: ledgers put lines of one account together and take
them apart as they like. Amounts may be gross (a draft) or net with VAT on accounts of its own (posted), as long as both sides are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text

FIELDS: Final = ("date", "account", "amount", "vat-code", "department", "project")
"""In the order they are said; *account*: one that only one side moves."""

LEDGERS_VAT: Final = "output vat "
"""What accounts of VAT are called in postings, before the code, where the ledger books it by itself (`recon.plan.tills.postings`)."""

VOUCHER_LINES: Final = pl.Schema({
    "document_key": pl.String(),        # of our document it is taken for
    "account_code": pl.String(),
    "amount_minor": pl.Int64(),         # debit > 0
    "tax_code": pl.String(),            # null or empty: none
    "department": pl.String(),          # null or empty: none
    "project": pl.String(),             # null or empty: none
})  # fmt: skip
"""Lines of their vouchers, as far as they are needed here."""

VOUCHER_DIFFERENCES: Final = pl.Schema({
    "document_key": pl.String(),
    "field": pl.String(),               # of FIELDS
    "account_code": pl.String(),        # null: of the whole voucher
    "ours": pl.String(),
    "theirs": pl.String(),
    "difference_minor": pl.Int64(),     # theirs less ours; null: no sum
})  # fmt: skip


def moved_net(postings: pl.DataFrame) -> pl.DataFrame:
    """Return document_key, account_code and ours_minor: what POSTINGS with their document's key move, debit > 0."""
    return postings.group_by("document_key", "account_code", maintain_order=True).agg(
        (pl.col("debit_minor") - pl.col("credit_minor")).sum().alias("ours_minor")
    )


def moved_gross(documents: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return the same of what is sent to a ledger that takes VAT out of gross lines itself.

    ``documents``: DOCUMENTS with their payments; ``lines``: DOCUMENT_LINES with their document's key.
    """
    sums = gross_parts(documents, lines).group_by("document_key", "account_code", maintain_order=True)
    return sums.agg(pl.col("amount_minor").sum().alias("ours_minor"))


def debit_sums(moved: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Return document_key and sum_minor: sums of debits a voucher of a document may have, line by line and account by account.

    ``parts``: document_key and amount_minor of every single line, debit > 0.
    """
    above = [
        frame.filter(pl.col(name) > 0).group_by("document_key").agg(pl.col(name).sum().alias("sum_minor"))
        for frame, name in ((moved, "ours_minor"), (parts, "amount_minor"))
    ]
    return pl.concat(above).unique(maintain_order=True)


def gross_parts(documents: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return document_key, account_code and amount_minor of every payment and line as it is sent, gross, debit > 0."""
    parts = documents.select("document_key", "payments").explode("payments", empty_as_null=True).drop_nulls("payments")
    paid = parts.select(
        "document_key", pl.col("payments").struct.field("payment_method").alias("account_code"),
        pl.col("payments").struct.field("amount_minor").alias("amount_minor"),
    )  # fmt: skip
    sold = lines.join(documents.select("document_key"), on="document_key", how="semi")
    return pl.concat(
        [paid, sold.select("document_key", "account_code", (-pl.col("amount_minor")).alias("amount_minor"))]
    )


def in_ledgers_accounts(
    moved: pl.DataFrame, theirs: pl.DataFrame, given: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Return what ours move with the ledger's own VAT accounts, where they can be told.

    A ledger that works VAT out itself books it on accounts we never name. Which account is which VAT code's is learned from the
    vouchers that agree: the one that most often moves exactly the VAT of the code, and is none of our own.

    Args:
        moved: Of `moved_net`.
        theirs: VOUCHER_LINES.
        given: Account by VAT code, where a person says it.
    """
    ours = moved.filter(pl.col("account_code").str.starts_with(LEDGERS_VAT))
    known = {f"{LEDGERS_VAT}{code}": account for code, account in (given or {}).items()}
    there = theirs.group_by("document_key", "account_code").agg(pl.col("amount_minor").sum().alias("_minor"))
    loose = there.join(moved, on=["document_key", "account_code"], how="anti").rename({"account_code": "_account"})
    pairs = ours.join(loose, on="document_key").filter(pl.col("ours_minor") == pl.col("_minor"))
    votes = (
        pairs.group_by("account_code", "_account")
        .len()
        .sort("account_code", "len", "_account", descending=[False, True, False])
    )
    best = votes.group_by("account_code", maintain_order=True).agg(
        pl.col("_account").first(), (pl.col("len") == pl.col("len").max()).sum().alias("_best")
    )
    learned = {**dict(best.filter(pl.col("_best") == 1).select("account_code", "_account").iter_rows()), **known}
    named = moved.with_columns(pl.col("account_code").replace(list(learned), list(learned.values())))
    return named.group_by("document_key", "account_code", maintain_order=True).agg(pl.col("ours_minor").sum())


def voucher_differences(
    documents: pl.DataFrame, moved: pl.DataFrame, lines: pl.DataFrame, theirs: pl.DataFrame, days: pl.DataFrame, *,
    with_departments: bool, with_projects: bool, no_code_is_none: bool = True,
) -> pl.DataFrame:  # fmt: skip
    """Return VOUCHER_DIFFERENCES of every document that has a voucher, in the order of the documents.

    Args:
        documents: DOCUMENTS.
        moved: What ours move, of `moved_net` or `moved_gross`; a document that is not in it has no known accounts.
        lines: DOCUMENT_LINES with their document's key.
        theirs: VOUCHER_LINES.
        days: document_key and their_day of each voucher.
        with_departments: Their lines say departments.
        with_projects: Their lines say projects.
        no_code_is_none: A line of theirs without a VAT code has none; without that the ledger takes the account's own, and nothing is said.
            Likewise a voucher of which no line says a project: without that it may not say projects at all.
    """
    parts = [
        _dates(documents, days), _amounts(moved, theirs), _tax_codes(lines, theirs, no_code_is_none=no_code_is_none),
        *([_dimension(documents, theirs, "department")] if with_departments else []),
        *([_dimension(documents, theirs, "project", silent_is_none=no_code_is_none)] if with_projects else []),
    ]  # fmt: skip
    order = documents.select("document_key", pl.int_range(pl.len(), dtype=pl.UInt32).alias("_at"))
    rank = pl.col("field").replace_strict(dict(zip(FIELDS, range(len(FIELDS)), strict=True)))
    every = pl.concat(parts).join(order, on="document_key")
    return every.sort("_at", rank, "account_code").select(VOUCHER_DIFFERENCES.names()).cast(VOUCHER_DIFFERENCES)


def _row(field: str | pl.Expr, ours: pl.Expr, theirs: pl.Expr, *, account: bool, difference: str = "") -> list[pl.Expr]:
    said = pl.lit(field) if isinstance(field, str) else field
    return [
        pl.col("document_key"), said.alias("field"),
        (pl.col("account_code") if account else pl.lit(None, pl.String)).alias("account_code"),
        ours.alias("ours"), theirs.alias("theirs"),
        (pl.col(difference) if difference else pl.lit(None, pl.Int64)).alias("difference_minor"),
    ]  # fmt: skip


def _dates(documents: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    both = documents.select("document_key", "issued_on").join(days, on="document_key")
    odd = both.filter(pl.col("their_day").ne_missing(pl.col("issued_on")))
    ours, theirs = pl.col("issued_on").cast(pl.String), pl.col("their_day").cast(pl.String).fill_null("none")
    return odd.select(_row("date", ours, theirs, account=False))


def _amounts(moved: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Return accounts that move otherwise; one that only one side moves is another account."""
    here = moved.join(theirs, on="document_key", how="semi")
    known = theirs.join(here, on="document_key", how="semi")  # of what is held no account is known
    there = known.group_by("document_key", "account_code").agg(pl.col("amount_minor").sum().alias("their_minor"))
    both = here.join(there, on=["document_key", "account_code"], how="full", coalesce=True)
    apart = pl.col("their_minor").fill_null(0) - pl.col("ours_minor").fill_null(0)
    odd = both.with_columns(apart.alias("difference_minor")).filter(pl.col("difference_minor") != 0)
    alone = pl.col("ours_minor").is_null() | pl.col("their_minor").is_null()
    field = pl.when(alone).then(pl.lit("account")).otherwise(pl.lit("amount"))
    sums = (
        pl.when(pl.col(name).is_null()).then(pl.lit("none")).otherwise(plain_text(name))
        for name in ("ours_minor", "their_minor")
    )
    return odd.select(_row(field, *sums, account=True, difference="difference_minor"))


def _tax_codes(lines: pl.DataFrame, theirs: pl.DataFrame, *, no_code_is_none: bool) -> pl.DataFrame:
    """Return accounts of our lines on which the voucher has other VAT codes; none and 0 are the same."""
    code = pl.col("tax_code").fill_null("").replace("", "0")
    is_stated = pl.col("tax_code").fill_null("") != ""
    mine = lines.filter(pl.col("account_code").is_not_null()).group_by("document_key", "account_code")
    ours = mine.agg(code.unique().sort().str.join(", ").alias("ours"))
    stated = theirs if no_code_is_none else theirs.filter(is_stated)
    there = stated.group_by("document_key", "account_code").agg(code.unique().sort().str.join(", ").alias("theirs"))
    both = ours.join(there, on=["document_key", "account_code"])
    return both.filter(pl.col("ours") != pl.col("theirs")).select(
        _row("vat-code", pl.col("ours"), pl.col("theirs"), account=True)
    )


def _dimension(
    documents: pl.DataFrame, theirs: pl.DataFrame, name: str, *, silent_is_none: bool = True
) -> pl.DataFrame:
    """Return documents that name a department or project and whose voucher names others, or (``silent_is_none``) none."""
    said = theirs.group_by("document_key").agg(
        pl.col(name).replace("", None).drop_nulls().unique().sort().str.join(", ").alias("theirs")
    )
    both = documents.select("document_key", pl.col(name).alias("ours")).drop_nulls("ours").join(said, on="document_key")
    odd = both.filter(pl.col("ours") != pl.col("theirs"), pl.lit(silent_is_none) | (pl.col("theirs") != ""))
    return odd.select(_row(name, pl.col("ours"), pl.col("theirs").replace("", "none"), account=False))

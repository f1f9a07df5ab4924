"""Our documents against books read back: voucher by voucher and account by account, to the minor unit. Changes nothing.

A voucher is compared by what it moves on each account, because ledgers put lines together and take them apart as they
like: three sales lines of ours may stand as one there. VAT codes are compared per account, the department per voucher.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.books.base import Books
from recon.match.elsewhere import LEDGER_ENTRIES
from recon.match.tills import INVOICES, NEAR_DAYS, PAYMENT, every_pair, recognise_tills, z_number
from recon.proof.vouchers import (
    LEDGERS_VAT,
    VOUCHER_LINES,
    debit_sums,
    gross_parts,
    in_ledgers_accounts,
    moved_net,
    voucher_differences,
)

VERDICTS: Final = ("equal", "there", "differs", "twice", "missing")
"""*equal*: there once, with the same accounts, amounts, VAT codes, department, project and day. *there*: there once, but held here, so
that its accounts could not be compared. *differs*: there once, otherwise. *twice*: several vouchers are it. *missing*: none is."""
HELD: Final = "held"
"""What stands here of a document that is held: day, sum and number, no accounts."""

VOUCHER_CHECKS: Final = pl.Schema({
    "document_key": pl.String(),
    "order_key": pl.String(),
    "order_number": pl.String(),
    "kind": pl.String(),
    "issued_on": pl.Date(),
    "total_minor": pl.Int64(),
    "stands": pl.String(),              # here: posted, planned (recon has not sent it), or held (nor can it yet)
    "verdict": pl.String(),             # of VERDICTS
    "differs_in": pl.List(pl.String()), # date, account, amount, vat-code, department, project; of DIFFERENCES
    "way": pl.String(),                 # what speaks for it; null: missing, as are all below
    "voucher_no": pl.UInt32(),
    "voucher": pl.String(),
    "vouchers": pl.List(pl.String()),   # all that are named as it
    "writers": pl.List(pl.String()),    # who entered each of them; "": the file does not say
    "voucher_on": pl.Date(),
    "voucher_text": pl.String(),
    "entered_by": pl.String(),          # null also: the file does not say
    "entered_on": pl.Date(),            # null also: the file does not say
    "posted_on": pl.Date(),             # null also: the file does not say
})  # fmt: skip

DIFFERENCES: Final = pl.Schema({
    "document_key": pl.String(),
    "voucher": pl.String(),
    "field": pl.String(),               # date, account (on one side only), amount, vat-code, department, project
    "account_code": pl.String(),        # null: of the whole voucher
    "ours": pl.String(),
    "theirs": pl.String(),
    "difference_minor": pl.Int64(),     # theirs less ours; null: no sum
})  # fmt: skip

STRANGE: Final = pl.Schema({
    "voucher": pl.String(), "voucher_on": pl.Date(), "text": pl.String(), "debit_minor": pl.Int64(),
    "entered_by": pl.String(), "entered_on": pl.Date(),
    "why": pl.String(),                 # names-report: it names a Z report; like-settlement: it moves sales and money of a till
})  # fmt: skip
"""Vouchers that look like a settlement and are none of ours."""

ACCOUNT_CHECKS: Final = pl.Schema({
    "account_code": pl.String(),
    "name": pl.String(),
    "ours_minor": pl.Int64(),           # what our documents move; debit > 0
    "found_minor": pl.Int64(),          # what their vouchers move; null: a trial balance tells no vouchers
    "others_minor": pl.Int64(),         # what all other vouchers move; null likewise
    "ledger_minor": pl.Int64(),         # all of it; null: not stated
    "difference_minor": pl.Int64(),     # found less ours; of a trial balance ledger less ours
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OurSide:
    """What should stand in the books."""

    documents: pl.DataFrame
    """DOCUMENTS and ``stands``: posted, planned, or held, which have neither lines nor postings."""
    lines: pl.DataFrame
    """DOCUMENT_LINES with ``document_key``."""
    postings: pl.DataFrame
    """POSTINGS with ``document_key``."""
    sale_accounts: frozenset[str] = frozenset()
    money_accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BooksCompared:
    """What came of it."""

    vouchers: pl.DataFrame
    differences: pl.DataFrame
    strange: pl.DataFrame
    accounts: pl.DataFrame
    left_out: int
    """Documents of other days than the books cover."""


def compare_books(
    ours: OurSide, books: Books, *, mark: str, since: dt.date | None, until: dt.date | None,
    vat_accounts: Mapping[str, str] | None = None,
) -> BooksCompared:  # fmt: skip
    """Hold our documents of a period against the books.

    Args:
        ours: What should stand there.
        books: What the file says.
        mark: The company's number, digits only.
        since: First day; None: from the first document on.
        until: Last day; None: to the last document.
        vat_accounts: The ledger's own account by VAT code, where a person says it; else it is learned from the vouchers.
    """
    day = pl.col("issued_on")
    inside = (day >= since if since else pl.lit(value=True)) & (day <= until if until else pl.lit(value=True))
    documents = ours.documents.filter(inside)
    keys = documents.select("document_key")
    postings = ours.postings.join(keys, on="document_key", how="semi")
    lines = ours.lines.join(keys, on="document_key", how="semi")
    left_out = ours.documents.height - documents.height
    moved = moved_net(postings)
    if not books.has_vouchers:
        accounts = _trial(in_ledgers_accounts(moved, pl.DataFrame(schema=VOUCHER_LINES), vat_accounts), books)
        return BooksCompared(
            vouchers=pl.DataFrame(schema=VOUCHER_CHECKS), differences=pl.DataFrame(schema=DIFFERENCES),
            strange=pl.DataFrame(schema=STRANGE), accounts=accounts, left_out=left_out,
        )  # fmt: skip
    invoices = documents.filter(pl.col("kind").cast(pl.String).is_in(INVOICES)).select("document_key")
    invoiced = lines.join(invoices, on="document_key", how="semi")["account_code"].drop_nulls().unique()
    entries = _entries(books, documents, invoiced)
    sums = debit_sums(moved, gross_parts(documents, lines))
    found = recognise_tills(documents, entries, mark=mark, sums=sums)
    pairs = every_pair(documents, entries, mark=mark, sums=sums)
    single = found.select("document_key", pl.col("entry_no").alias("voucher_no"))
    theirs = books.lines.join(single, on="voucher_no").select(VOUCHER_LINES.names())
    moved = in_ledgers_accounts(moved, theirs, vat_accounts)
    differences = _differences(documents, moved, lines, single, books)
    return BooksCompared(
        vouchers=_vouchers(documents, found, pairs, differences, books), differences=differences,
        strange=_strange(ours, books, pl.concat([found["entry_no"], pairs["entry_no"]]), since, until),
        accounts=_accounts(moved, books, single["voucher_no"], since, until), left_out=left_out,
    )  # fmt: skip


def _entries(books: Books, documents: pl.DataFrame, invoiced: pl.Series) -> pl.DataFrame:
    """Return the vouchers near our documents as LEDGER_ENTRIES; what moves none of the ``invoiced`` accounts is no invoice."""
    first, last = documents["issued_on"].min(), documents["issued_on"].max()
    near = books.vouchers.filter(
        pl.col("issued_on").is_between(
            pl.lit(first, pl.Date).dt.offset_by(f"-{NEAR_DAYS}d"), pl.lit(last, pl.Date).dt.offset_by(f"{NEAR_DAYS}d")
        )
    )
    body = books.lines.join(near, on="voucher_no", how="semi")
    said = body.group_by("voucher_no").agg(
        pl.concat_list("reference", "document")
        .list.explode()
        .drop_nulls()
        .unique(maintain_order=True)
        .str.join(" ")
        .alias("reference"),
        pl.col("text").drop_nulls().unique(maintain_order=True).str.join(" ").alias("line_texts"),
        pl.col("account_code").is_in(invoiced.implode()).any().alias("sells"),
    )
    known = near.join(said, on="voucher_no", how="left", maintain_order="left")
    return known.select(
        pl.col("voucher_no").alias("entry_no"), pl.when(pl.lit(value=invoiced.len() > 0) & ~pl.col("sells").fill_null(value=True)).then(pl.lit(PAYMENT)).otherwise(pl.lit("")).alias("kind"), pl.col("voucher").alias("ledger_id"),
        pl.col("voucher").fill_null("").alias("number"),
        pl.concat_str("reference", "batch", separator=" ", ignore_nulls=True).alias("reference"),
        pl.concat_str("text", "line_texts", separator=" ", ignore_nulls=True).alias("remark"),
        "issued_on", pl.col("debit_minor").alias("total_minor"), pl.lit(None, pl.Int64).alias("vat_minor"),
        pl.lit(None, pl.Int64).alias("remain_minor"), pl.lit("").alias("contact_code"), pl.lit(value=False).alias("is_void"),
    ).cast(LEDGER_ENTRIES)  # fmt: skip


def _differences(
    documents: pl.DataFrame, moved: pl.DataFrame, lines: pl.DataFrame, single: pl.DataFrame, books: Books
) -> pl.DataFrame:
    """Return DIFFERENCES of every document that was found, in the order of the documents."""
    theirs = books.lines.join(single, on="voucher_no").select(VOUCHER_LINES.names())
    heads = single.join(
        books.vouchers.select("voucher_no", "voucher", pl.col("issued_on").alias("their_day")), on="voucher_no"
    )
    found = voucher_differences(
        documents,
        moved,
        lines,
        theirs,
        heads.select("document_key", "their_day"),
        with_departments=books.has_departments,
        with_projects=books.has_projects,
    )
    named = found.join(heads.select("document_key", "voucher"), on="document_key", how="left", maintain_order="left")
    return named.select(DIFFERENCES.names()).cast(DIFFERENCES)


def _vouchers(
    documents: pl.DataFrame, found: pl.DataFrame, pairs: pl.DataFrame, differences: pl.DataFrame, books: Books
) -> pl.DataFrame:
    facts = books.vouchers.select(
        "voucher_no", "voucher", pl.col("issued_on").alias("voucher_on"), pl.col("text").alias("voucher_text"), "entered_by",
        "entered_on", "posted_on",
    )  # fmt: skip
    named = pairs.join(facts, left_on="entry_no", right_on="voucher_no").sort("entry_no")
    who = pl.col("entered_by").fill_null("").alias("writers")
    every = named.group_by("document_key").agg(pl.col("voucher").alias("vouchers"), who)
    fields = differences.group_by("document_key", maintain_order=True).agg(
        pl.col("field").unique(maintain_order=True).alias("differs_in")
    )
    one = found.select("document_key", pl.col("entry_no").alias("voucher_no"), pl.col("way").cast(pl.String), "entries")
    both = documents.select(
        "document_key",
        "order_key",
        "order_number",
        pl.col("kind").cast(pl.String),
        "issued_on",
        "total_minor",
        "stands",
    ).join(one, on="document_key", how="left", maintain_order="left")
    for more, key in ((facts, "voucher_no"), (every, "document_key"), (fields, "document_key")):
        both = both.join(more, on=key, how="left", maintain_order="left")
    verdict = (
        pl.when(pl.col("voucher_no").is_null()).then(pl.lit("missing"))
        .when(pl.col("entries") > 1).then(pl.lit("twice"))
        .when(pl.col("differs_in").is_not_null()).then(pl.lit("differs"))
        .when(pl.col("stands") == HELD)
        .then(pl.lit("there"))
        .otherwise(pl.lit("equal"))
    )  # fmt: skip
    nothing = pl.lit([], pl.List(pl.String))
    alone = pl.when(pl.col("voucher").is_not_null()).then(pl.concat_list("voucher")).otherwise(nothing)
    by = (
        pl.when(pl.col("voucher").is_not_null())
        .then(pl.concat_list(pl.col("entered_by").fill_null("")))
        .otherwise(nothing)
    )
    return both.with_columns(
        verdict.alias("verdict"), pl.col("differs_in").fill_null(nothing), pl.coalesce("vouchers", alone).alias("vouchers"),
        pl.coalesce("writers", by).alias("writers"),
    ).select(VOUCHER_CHECKS.names()).cast(VOUCHER_CHECKS)  # fmt: skip


def _within(frame: pl.DataFrame, since: dt.date | None, until: dt.date | None) -> pl.DataFrame:
    day = pl.col("issued_on")
    frame = frame.filter(day >= since) if since else frame
    return frame.filter(day <= until) if until else frame


def _strange(
    ours: OurSide, books: Books, used: pl.Series, since: dt.date | None, until: dt.date | None
) -> pl.DataFrame:
    """Return vouchers of the period that look like settlements and are none of ours."""
    free = _within(books.vouchers, since, until).filter(~pl.col("voucher_no").is_in(used.unique().implode()))
    touched = books.lines.join(free, on="voucher_no", how="semi").group_by("voucher_no").agg(
        pl.col("account_code").is_in(list(ours.sale_accounts)).any().alias("sells"),
        pl.col("account_code").is_in(list(ours.money_accounts)).any().alias("pays"),
        z_number(pl.col("text").fill_null("")).is_not_null().any().alias("line_names"),
    )  # fmt: skip
    odd = free.join(touched, on="voucher_no", how="left", maintain_order="left").with_columns(
        (z_number(pl.col("text").fill_null("")).is_not_null() | pl.col("line_names").fill_null(value=False)).alias(
            "names"
        )
    )
    why = pl.when(pl.col("names")).then(pl.lit("names-report")).otherwise(pl.lit("like-settlement"))
    both = (pl.col("sells") & pl.col("pays")).fill_null(value=False)
    return odd.filter(pl.col("names") | both).select(
        "voucher", pl.col("issued_on").alias("voucher_on"), "text", "debit_minor", "entered_by", "entered_on", why.alias("why")
    ).cast(STRANGE)  # fmt: skip


def _accounts(
    moved: pl.DataFrame, books: Books, used: pl.Series, since: dt.date | None, until: dt.date | None
) -> pl.DataFrame:
    """Return ACCOUNT_CHECKS of every account that our documents or their vouchers move."""
    ours = moved.group_by("account_code").agg(pl.col("ours_minor").sum())
    inside = books.lines.join(_within(books.vouchers, since, until), on="voucher_no", how="semi")
    mine = pl.col("voucher_no").is_in(used.implode())
    found = books.lines.filter(mine).group_by("account_code").agg(pl.col("amount_minor").sum().alias("found_minor"))
    rest = inside.filter(~mine).group_by("account_code").agg(pl.col("amount_minor").sum().alias("others_minor"))
    both = ours.join(found, on="account_code", how="full", coalesce=True).join(rest, on="account_code", how="left")
    sums = [pl.col(name).fill_null(0) for name in ("ours_minor", "found_minor", "others_minor")]
    known = both.with_columns(sums).with_columns(
        (pl.col("found_minor") + pl.col("others_minor")).alias("ledger_minor"),
        (pl.col("found_minor") - pl.col("ours_minor")).alias("difference_minor"),
    )
    return _named(known, books)


def _trial(moved: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return ACCOUNT_CHECKS without vouchers; VAT accounts nobody has named are left out (`unnamed_vat`)."""
    moved = moved.filter(~pl.col("account_code").str.starts_with(LEDGERS_VAT))
    ours = moved.group_by("account_code").agg(pl.col("ours_minor").sum())
    there = books.balances.select("account_code", pl.col("moved_minor").alias("ledger_minor"))
    both = ours.join(there, on="account_code", how="left").with_columns(
        pl.col("ledger_minor").fill_null(0), pl.lit(None, pl.Int64).alias("found_minor"), pl.lit(None, pl.Int64).alias("others_minor")
    ).with_columns((pl.col("ledger_minor") - pl.col("ours_minor")).alias("difference_minor"))  # fmt: skip
    return _named(both, books)


def _named(accounts: pl.DataFrame, books: Books) -> pl.DataFrame:
    names = books.balances.select("account_code", "name").unique("account_code")
    known = accounts.join(names, on="account_code", how="left").with_columns(pl.col("name").fill_null(""))
    return known.select(ACCOUNT_CHECKS.names()).cast(ACCOUNT_CHECKS).sort("account_code")


def unnamed_vat(ours: OurSide, named: Mapping[str, str]) -> list[str]:
    """Return the VAT codes of ours whose account in the ledger nobody has named, where vouchers cannot tell it."""
    accounts = ours.postings["account_code"].unique().sort().to_list()
    codes = [code.removeprefix(LEDGERS_VAT) for code in accounts if code.startswith(LEDGERS_VAT)]
    return [code for code in codes if code not in named]

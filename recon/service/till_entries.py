"""Vouchers of tills that a ledger lists: what they are called, which are ours, and what differs in those that are taken for ours.

Such vouchers carry no number of ours unless we wrote them, lie in several lists of the ledger before they are posted, and have
lines with accounts, VAT codes and departments, so that more can be compared than a total.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.schemas import DOCUMENTS
from recon.frames.text import fold
from recon.match.keys import fold_column
from recon.match.tills import SETTLEMENT, every_pair
from recon.plan.inputs import Plan
from recon.proof.vouchers import (
    VOUCHER_LINES,
    debit_sums,
    gross_parts,
    in_ledgers_accounts,
    moved_gross,
    moved_net,
    voucher_differences,
)
from recon.service.context import Context
from recon.targets.base import LedgerDocument

ENTRY_LINES: Final = pl.Schema({
    "entry_no": pl.UInt32(),
    "account_code": pl.String(),
    "amount_minor": pl.Int64(),         # debit > 0
    "tax_code": pl.String(),            # null: none, or not stated
    "department": pl.String(),          # null: none, or not stated
    "project": pl.String(),             # null: none, or not stated
})  # fmt: skip
"""Lines of the entries that are settlements."""

ENTRY_PLACES: Final = pl.Schema({
    "entry_no": pl.UInt32(),
    "place": pl.String(),               # draft, import or posted; empty: there is one list
    "made_by": pl.String(),             # empty: the ledger does not say
})  # fmt: skip

_PLACES: Final = {
    "draft": ", an unposted draft,", "import": ", unposted in the list of imports,", "posted": ", posted,", "": ""
}  # fmt: skip
_BRACKETS: Final = r"\[([^\[\]]+)\]"


def mark_of(context: Context) -> str:
    """Return the company's number by which recon marks its vouchers, digits only; empty: none is set."""
    return "".join(filter(str.isdigit, context.settings.company.tax_id))


def total_of(held: LedgerDocument) -> int | None:
    """Return the total of a listed document; of a settlement whose total the list does not state, the sum of its debits."""
    if held.kind != SETTLEMENT or held.total_minor is not None or held.lines is None:
        return held.total_minor
    amounts = [line.amount_minor for line in held.lines]
    return None if None in amounts else sum(amount for amount in amounts if amount and amount > 0)


def line_rows(number: int, held: LedgerDocument) -> list[tuple[object, ...]]:
    """Return ENTRY_LINES of one listed document."""
    lines = held.lines or () if held.kind == SETTLEMENT else ()
    return [
        (number, line.account_code, line.amount_minor, line.tax_code, line.department, line.project) for line in lines
    ]


def without_ours(context: Context, company_id: str, entries: pl.DataFrame) -> pl.DataFrame:
    """Leave out settlements that recon wrote: by the ledger's id, or by our mark on them."""
    posted = context.store.posted_frame(company_id).filter(pl.col("kind").cast(pl.String) == SETTLEMENT)
    company_no = context.store.outbox.company_no(company_id)
    ids = [] if company_no is None else sorted(context.store.outbox.ledger_ids(company_no, SETTLEMENT))
    mark = mark_of(context)
    marks = [fold(f"{mark}/{number}") for number in posted["number"].drop_nulls()] if mark else []
    said = fold_column(entries.select(pl.coalesce(pl.col("remark").str.extract(_BRACKETS), "reference")).to_series())
    reference = fold_column(entries["reference"])
    mine = pl.col("ledger_id").is_in(ids) | pl.lit(said).is_in(marks) | pl.lit(reference).is_in(marks)
    return entries.filter(~((pl.col("kind") == SETTLEMENT) & mine))


def held_settlements(made: Plan, orders: pl.DataFrame) -> pl.DataFrame:
    """Return settlements that a plan holds as DOCUMENTS of which only number, day and sum are known."""
    held = made.results.filter(pl.col("held_minor") != 0, pl.col("disposition").cast(pl.String) == "held")
    known = orders.filter(pl.col("record_kind").cast(pl.String) == SETTLEMENT).join(
        held.select("order_key"), on="order_key", how="semi", maintain_order="left"
    )
    named = known.select(
        pl.format("{}/settlement/1", "order_key").alias("document_key"), "order_key", "order_number",
        pl.lit(SETTLEMENT).cast(DOCUMENTS["kind"]).alias("kind"), pl.col("order_number").alias("number"),
        pl.col("ordered_on").alias("issued_on"), "total_minor",
    )  # fmt: skip
    return named.select(
        (pl.col(name) if name in named.columns else pl.lit(None, dtype)).alias(name)
        for name, dtype in DOCUMENTS.items()
    )


def sums_of(made: Plan | None) -> pl.DataFrame | None:
    """Return what vouchers of a plan's settlements may come to; None: no plan is at hand."""
    return None if made is None else debit_sums_of(made.documents, made.lines, made.postings)


def debit_sums_of(documents: pl.DataFrame, lines: pl.DataFrame, postings: pl.DataFrame) -> pl.DataFrame:
    """Return document_key and sum_minor: what vouchers of a plan's settlements may come to."""
    ours = documents.filter(pl.col("kind").cast(pl.String) == SETTLEMENT)
    keys = ours.select("doc_no", "document_key")
    moved = moved_net(postings.join(keys, on="doc_no"))
    return debit_sums(moved, gross_parts(ours, lines.join(keys, on="doc_no")))


def second_vouchers(documents: pl.DataFrame, entries: pl.DataFrame, mark: str, made: Plan | None) -> pl.DataFrame:
    """Return entry_no and order_number of every entry that names a settlement of ours."""
    ours = documents.filter(pl.col("kind").cast(pl.String) == SETTLEMENT)
    pairs = every_pair(ours, entries.filter(pl.col("kind") == SETTLEMENT), mark=mark, sums=sums_of(made))
    named = pairs.join(ours.select("document_key", "order_number"), on="document_key", maintain_order="left")
    return named.select("entry_no", "order_number").unique("entry_no", keep="first", maintain_order=True)


def differing(found: pl.DataFrame, made: Plan | None, lines: pl.DataFrame) -> pl.DataFrame:
    """Return RECOGNISED with ``fields`` and ``differs`` (words): what is not the same in a settlement's lines.

    One that says our number and sum and differs in its lines *differs*.
    """
    nothing = pl.lit([], pl.List(pl.String))
    if made is None or not lines.height:
        return found.with_columns(nothing.alias("fields"), pl.lit("").alias("differs"))
    ours = made.documents.filter(pl.col("kind").cast(pl.String) == SETTLEMENT).join(
        found, on="document_key", how="semi"
    )
    keys = ours.select("doc_no", "document_key")
    own = made.lines.join(keys, on="doc_no")
    theirs = found.select("document_key", "entry_no").join(lines, on="entry_no").select(VOUCHER_LINES.names())
    odd = _fewest(ours, made.postings.join(keys, on="doc_no"), own, theirs)
    on = (
        pl.when(pl.col("account_code").is_null())
        .then(pl.lit(""))
        .otherwise(pl.format(" of account {}", "account_code"))
    )
    word = pl.col("field").replace({"vat-code": "VAT code"})
    account = (
        pl.when(pl.col("field") == "account")
        .then(pl.format("account {}", "account_code"))
        .otherwise(pl.concat_str(word, on))
    )
    said = odd.with_columns(pl.format("{}: ours {}, there {}", account, "ours", "theirs").alias("_said"))
    each = said.group_by("document_key", maintain_order=True).agg(
        pl.col("field").replace("amount", "account-amount").unique(maintain_order=True).alias("fields"),
        pl.col("_said").str.join("; ").alias("differs"),
    )
    both = found.join(each, on="document_key", how="left", maintain_order="left").with_columns(
        pl.col("fields").fill_null(nothing), pl.col("differs").fill_null("")
    )
    sure = (
        pl.when((pl.col("surety") == "certain") & (pl.col("differs") != "")).then(pl.lit("differs")).otherwise("surety")
    )
    return both.with_columns(sure.cast(found.schema["surety"]).alias("surety"))


def _fewest(ours: pl.DataFrame, postings: pl.DataFrame, own: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Return VOUCHER_DIFFERENCES by the reading that fits each voucher better: gross as it was sent, or net as it was posted."""
    days = pl.DataFrame(schema={"document_key": pl.String, "their_day": pl.Date})
    net = in_ledgers_accounts(moved_net(postings), theirs)
    read = [
        voucher_differences(
            ours, moved, own, theirs, days, with_departments=True, with_projects=True, no_code_is_none=False
        )
        for moved in (moved_gross(ours, own), net)
    ]
    counts = [frame.group_by("document_key").len() for frame in read]
    worse = counts[0].join(counts[1], on="document_key", how="left", suffix="_net")
    worse = worse.filter(pl.col("len") > pl.col("len_net").fill_null(0))
    return pl.concat([
        read[0].join(worse, on="document_key", how="anti"), read[1].join(worse, on="document_key", how="semi")
    ])  # fmt: skip


def voucher_name() -> pl.Expr:
    """Return what a settlement's voucher is called: its text, else its number."""
    text = pl.col("their_text").fill_null("").str.strip_chars()
    return pl.when(text == "").then(pl.format("voucher {}", pl.col("their_number").fill_null(""))).otherwise(text)


def lies() -> pl.Expr:
    """Return in which list a voucher lies, for the middle of a sentence."""
    return pl.col("place").fill_null("").replace_strict(_PLACES)

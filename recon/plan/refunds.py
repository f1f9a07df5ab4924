"""Refunds: the money that went back behind a credit note, as documents of their own.

Where a ledger's credit note moves no money (`PlanLimits.refund_document`), the credit note stands on receivables and a refund
pays it out of the account the money left, one refund for each account. They are made of the credit note as it was planned:
before sales are summed up the credit notes are put on receivables (`on_receivables`), after that each one, of an order or of
a day, gets its refunds right behind it (`with_refunds`). A credit note that is posted already gets none: whoever posted it
said where its money is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.errors import FrameError
from recon.frames.conform import conform
from recon.frames.findings import gather
from recon.frames.schemas import DOCUMENTS, POSTINGS
from recon.plan.findings import account_findings
from recon.plan.inputs import Plan, PlanInputs, PlanLimits
from recon.plan.items import account_name
from recon.plan.payments import by_payment
from recon.plan.recount import recounted

_NOTES: Final = (pl.col("kind") == "credit_note") & pl.col("payment_method").is_not_null()
_NEXT_PART: Final = 1000
"""What the revision of the refund out of a second account is ahead of the first one's; that is the credit note's own."""
_MONEY: Final = pl.Schema({
    "document_key": pl.String(), "payment_method": pl.String(), "account_code": pl.String(), "minor": pl.Int64(),
})  # fmt: skip


def _paid_out(documents: pl.DataFrame, limits: PlanLimits) -> pl.DataFrame:
    """Return the payments back that become refunds: DOCUMENTS of credit notes, a row per account, with ``is_main``."""
    return by_payment(documents.filter(_NOTES)).filter(~limits.refund_by_hand())


def on_receivables(made: Plan, inputs: PlanInputs) -> tuple[Plan, pl.DataFrame]:
    """Return the plan with its credit notes on receivables, and what each takes out of which account.

    The latter: document_key, payment_method, account_code and minor.

    Raises:
        FrameError: The postings of a credit note do not say where its money is (a defect).
    """
    paid = _paid_out(made.documents, inputs.limits)
    if paid.is_empty():
        return made, pl.DataFrame(schema=_MONEY)
    numbered = made.postings.with_row_index("_at")
    money = _placed(paid.join(_accounts(made, inputs), on=["doc_no", "payment_method"], how="left"), numbered)
    if money.height != paid.height:
        raise FrameError("a credit note's postings do not name the account its money left")
    receivable = pl.lit(account_name(inputs.connection, "receivable"))
    owed = pl.when(pl.col("_at").is_in(money["_at"].implode())).then(receivable).otherwise("account_code")
    postings = numbered.with_columns(owed.alias("account_code")).drop("_at")
    moved = replace(made, postings=postings, findings=_told(made.findings, inputs.connection))
    return moved, money.select(_MONEY.names())


def _placed(paid: pl.DataFrame, postings: pl.DataFrame) -> pl.DataFrame:
    """Return the payments back (_MONEY) with ``_at``, the posting each stands on.

    ``postings``: with ``_at``. The last one on the account with the amount, as lines may stand there too; where a channel was
    linked anew since the sale was posted, the last ones with the amount.
    """
    wanted = paid.select(
        "doc_no", "document_key", "payment_method", "account_code", pl.col("total_minor").alias("minor")
    )
    out = postings.filter(pl.col("credit_minor") > 0).select(
        "doc_no", "account_code", "_at", pl.col("credit_minor").alias("minor")
    )
    by_account = wanted.join(out, on=["doc_no", "account_code", "minor"])
    named = by_account.group_by(_MONEY.names()).agg(pl.col("_at").max())
    nth = pl.int_range(pl.len(), dtype=pl.UInt32).over("doc_no", "minor")
    left = wanted.join(named, on=["document_key", "payment_method"], how="anti").with_columns(nth.alias("_nth"))
    free = out.join(named, on="_at", how="anti").sort("_at", descending=True).with_columns(nth.alias("_nth"))
    others = left.drop("account_code").join(free, on=["doc_no", "minor", "_nth"])
    return pl.concat([named, others.select(named.columns)]).sort("_at")


def _accounts(made: Plan, inputs: PlanInputs) -> pl.DataFrame:
    """Return doc_no, payment_method and account_code of every payment of a credit note.

    One payment stands on the last posting (`postings`, `mirror`), several on the accounts their methods are linked to.
    """
    notes = made.documents.filter(_NOTES)
    is_last = (pl.col("doc_no") != pl.col("doc_no").shift(-1)).fill_null(value=True)
    single = notes.filter(pl.col("payments").is_null()).select("doc_no", "payment_method")
    single = single.join(
        made.postings.filter(is_last).select("doc_no", "account_code"), on="doc_no", maintain_order="left"
    )
    links = inputs.channel_links.select("payment_method", "account_code").unique("payment_method", keep="first")
    several = by_payment(notes.filter(pl.col("payments").is_not_null())).select("doc_no", "payment_method")
    several = several.join(links, on="payment_method", how="left", maintain_order="left")
    return pl.concat(
        [single, several.with_columns(pl.coalesce("account_code", "payment_method").alias("account_code"))]
    )


def _told(findings: pl.DataFrame, connection: Connection) -> pl.DataFrame:
    """Say that no account is chosen for receivables, where nothing said so before."""
    if connection.accounts.receivable or (findings["column"] == "accounts.receivable").any():
        return findings
    return gather([findings, account_findings(["receivable"])])


def with_refunds(made: Plan, money: pl.DataFrame, inputs: PlanInputs) -> Plan:
    """Return the plan with refunds behind every credit note; ``money``: of `on_receivables`.

    Raises:
        FrameError: It does not add up (a defect).
    """
    paid = _paid_out(made.documents, inputs.limits)
    if paid.is_empty():
        return made
    each = made.documents.select("doc_no").join(
        paid.group_by("doc_no").agg(pl.len().alias("_count")), on="doc_no", how="left", maintain_order="left"
    )
    count = each["_count"].fill_null(0).cast(pl.UInt32)
    place = made.documents["doc_no"] + count.cum_sum() - count
    refunds = _refunds(paid, place)
    noted = _unpaid(made.documents, inputs.limits).with_columns(place.alias("doc_no"))
    documents = pl.concat([noted, refunds.select(DOCUMENTS.names())]).sort("doc_no")
    conform(documents, DOCUMENTS, name="documents", key=("document_key",), required=("issued_on", "contact_code"))
    lines, kept = (f.with_columns(place.gather(f["doc_no"]).alias("doc_no")) for f in (made.lines, made.postings))
    own = _postings(refunds, money, made.parts.documents, account_name(inputs.connection, "receivable"))
    postings = pl.concat([kept, own]).sort("doc_no", "posting_no")
    return recounted(replace(made, documents=documents, lines=lines, postings=postings), inputs)


def _refunds(paid: pl.DataFrame, place: pl.Series) -> pl.DataFrame:
    """Return the refund of each payment back: the same day, order and amount, and nothing of net, VAT or lines."""
    nth = pl.int_range(pl.len(), dtype=pl.UInt32).over("doc_no")
    doc_no = pl.lit(place).gather(pl.col("doc_no")) + nth + 1
    numbered = paid.with_columns(doc_no.alias("doc_no"), (pl.col("revision") + nth * _NEXT_PART).alias("revision"))
    total = pl.col("total_minor")
    columns = {
        "document_key": pl.format("{}/refund/{}", "order_key", "revision"),
        "kind": pl.lit("refund"),
        "number": pl.lit(None),
        "applies_to_key": pl.col("document_key"),
        "applies_to_number": pl.col("number"),
        "depends_on": pl.col("document_key"),
        "vat_mode": pl.lit("none"),
        "is_tax_invoice": pl.lit(value=False),
        **dict.fromkeys(("gross_minor", "net_minor", "paid_minor"), total),
        **dict.fromkeys(("discount_minor", "vat_minor", "vat_by_line_minor", "wht_minor"), pl.lit(0)),
    }
    made = numbered.with_columns(value.alias(name) for name, value in columns.items())
    return made.select(pl.col(name).cast(dtype) for name, dtype in DOCUMENTS.items())


def _unpaid(documents: pl.DataFrame, limits: PlanLimits) -> pl.DataFrame:
    """Return all documents; credit notes move only what a person records."""
    left = by_payment(documents.filter(_NOTES)).filter(limits.refund_by_hand())
    listed = left.group_by("doc_no", maintain_order=True).agg(
        pl.struct("payment_channel", "payment_method", pl.col("paid_minor").alias("amount_minor")).alias("_parts"),
        pl.col("payment_method").first().alias("_method"), pl.col("paid_minor").sum().alias("_left"), pl.len().alias("_count"),
    )  # fmt: skip
    both = documents.join(listed, on="doc_no", how="left", maintain_order="left")
    changed = {
        "payments": pl.when(pl.col("_count") > 1).then(pl.col("_parts").cast(DOCUMENTS["payments"])),
        "payment_method": pl.col("_method"),
        "paid_on": pl.when(pl.col("_left").is_not_null()).then("paid_on"),
        "paid_minor": pl.col("_left").fill_null(0),
    }
    noted = both.with_columns(
        pl.when(_NOTES).then(value).otherwise(pl.col(name)).alias(name) for name, value in changed.items()
    )
    return noted.select(DOCUMENTS.names())


def _postings(refunds: pl.DataFrame, money: pl.DataFrame, parts: pl.DataFrame, receivable: str) -> pl.DataFrame:
    """Return the postings of the refunds: receivables against the account the money left."""
    held = parts.select("document_key", "summary_key")
    whose = money.join(held, on="document_key", how="left", maintain_order="left").select(
        pl.coalesce("summary_key", "document_key").alias("applies_to_key"), "payment_method", "account_code", "minor"
    )
    mine = refunds.select("doc_no", "applies_to_key", "payment_method", "total_minor")
    left = mine.join(whose, on=["applies_to_key", "payment_method"]).group_by("doc_no", "account_code")
    nothing = pl.lit(0, dtype=pl.Int64)
    owed = mine.select(
        "doc_no", pl.lit(receivable).alias("account_code"), pl.col("total_minor").alias("debit_minor"),
        nothing.alias("credit_minor"),
    )  # fmt: skip
    out = left.agg(pl.col("minor").sum().alias("credit_minor")).sort("doc_no", "account_code")
    gone = out.select("doc_no", "account_code", nothing.alias("debit_minor"), "credit_minor")
    both = pl.concat([owed, gone]).sort("doc_no", maintain_order=True)
    number = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).over("doc_no")
    return both.with_columns(number.alias("posting_no")).select(POSTINGS.names())

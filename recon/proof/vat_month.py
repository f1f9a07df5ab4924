"""VAT of one month: the sales tax report and the input tax report from posted documents, with the figures of the return.

A document counts in the month it bears, a credit note and a void as negatives in their own month. An invoice that is no tax
invoice makes VAT due when it is paid, so its payment counts and it does not. Nothing is rounded here: amounts are those of the
documents. Pure: frames in, frames out.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.domain.document import PAYMENT_KINDS, PURCHASE_KINDS
from recon.proof.tax_invoices import SUPPLIED

FILED: Final = pl.Schema({
    "document_key": pl.String(),
    "kind": pl.String(),
    "number": pl.String(),              # under which the ledger has it; null: not said
    "issued_on": pl.Date(),
    "total_minor": pl.Int64(),
    "vat_minor": pl.Int64(),
    "is_tax_invoice": pl.Boolean(),
    "applies_to_key": pl.String(),
    "state": pl.String(),               # as in the outbox
    "ledger_id": pl.String(),           # null: not known
    "batch_id": pl.String(),
    "connection": pl.String(),
})  # fmt: skip
"""Documents the store knows as approved and live, whatever became of them."""

VAT_LIST: Final = pl.Schema({
    "issued_on": pl.Date(),
    "number": pl.String(),
    "kind": pl.String(),
    "contact_name": pl.String(),
    "contact_tax_id": pl.String(),
    "contact_branch": pl.String(),
    "taxable_minor": pl.Int64(),        # without VAT; negative where something is taken back, like all amounts here
    "zero_minor": pl.Int64(),
    "exempt_minor": pl.Int64(),
    "vat_minor": pl.Int64(),
    "total_minor": pl.Int64(),
    "applies_to_number": pl.String(),   # document that is paid, credited or voided
    "applies_on": pl.Date(),            # its day
    "supplier_number": pl.String(),     # purchases: the supplier's own document; null: not known
    "tax_invoice_on": pl.Date(),        # its day; null: nobody entered it
    "claimed_on": pl.Date(),            # first day of the month it is claimed in, where a person entered it
    "entered_by": pl.String(),          # who entered number and day; null: nobody
    "entered_on": pl.Date(),
    "claim": pl.String(),               # purchases: yes, no tax invoice, no number, other month
    "booked": pl.String(),              # purchases: how our posting has their VAT, due or not due; null: no VAT
    "order_number": pl.String(),
    "connection": pl.String(),
    "state": pl.String(),               # posted or by hand
    "note": pl.String(),
    "document_key": pl.String(),
})  # fmt: skip
"""One row per document of a list, in the order of day and number."""

SUPPLIERS: Final = pl.Schema({
    "document_key": pl.String(),
    "supplier_number": pl.String(),     # as the record states it
    **{name: dtype for name, dtype in SUPPLIED.items() if name != "order_key"},
})  # fmt: skip
"""Per purchase: the supplier's number the record states, and the tax invoice a person entered."""

POSTED_STATES: Final = ("posted", "by_hand")
CLAIMED, NO_INVOICE, NO_NUMBER, OTHER_MONTH = "yes", "no tax invoice", "no number", "other month"
DUE, NOT_DUE = "due", "not due"
_TAKES_BACK: Final = ("void", "credit_note", "supplier_credit")


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar."""

    first: dt.date

    @classmethod
    def of(cls, text: str) -> Month:
        """Return the month of a text like 2026-06; raises ValueError."""
        return cls(dt.datetime.strptime(text, "%Y-%m").replace(tzinfo=dt.UTC).date())

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.first.replace(day=calendar.monthrange(self.first.year, self.first.month)[1])

    @property
    def name(self) -> str:
        """The month as 2026-06."""
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True, slots=True)
class VatLists:
    """What the return of a month rests on."""

    sales: pl.DataFrame
    """VAT_LIST: documents with output VAT of the month, and sales without VAT."""
    purchases: pl.DataFrame
    """VAT_LIST: suppliers' documents of the month, claimable or not, and those of other months that are claimed in it."""
    not_due: pl.DataFrame
    """VAT_LIST: invoices whose VAT is not due at the end of the month."""
    unknown: pl.DataFrame
    """FILED: posted documents of the month whose contents are not known here."""

    @property
    def claimed(self) -> pl.DataFrame:
        """Purchases whose input VAT can be claimed."""
        return self.purchases.filter(pl.col("claim") == CLAIMED)

    @property
    def waiting(self) -> pl.DataFrame:
        """Purchases whose input VAT cannot be claimed yet."""
        return self.purchases.filter(pl.col("claim").is_in([NO_INVOICE, NO_NUMBER]))


def vat_lists(
    month: Month, filed: pl.DataFrame, documents: pl.DataFrame, lines: pl.DataFrame, suppliers: pl.DataFrame
) -> VatLists:
    """Return the lists of a month.

    Args:
        month: Which one.
        filed: FILED.
        documents: DOCUMENTS of those the lists may need: of the month, what they apply to, and open invoices.
        lines: DOCUMENT_LINES by document_key.
        suppliers: SUPPLIERS of purchases.
    """
    posted = filed.filter(pl.col("state").is_in(POSTED_STATES))
    whole = _with_contents(posted, documents, lines, suppliers, month)
    of_month = pl.col("issued_on").is_between(month.first, month.last)
    claimed_here = suppliers.filter(pl.col("claimed_on") == month.first)["document_key"].implode()
    during = whole.filter(of_month)
    billed = whole.filter(
        (of_month & pl.col("kind").is_in(["expense", "supplier_credit"])) | pl.col("document_key").is_in(claimed_here)
    )
    known = documents["document_key"]
    unknown = posted.filter(
        of_month | pl.col("document_key").is_in(claimed_here),
        ~pl.col("document_key").is_in(known.implode()),
        pl.col("kind").is_in([*PAYMENT_KINDS, "product"]).not_() | pl.col("is_tax_invoice"),
    )
    bought = pl.col("kind").is_in(PURCHASE_KINDS)
    return VatLists(
        sales=_listed(_noted(during.filter(~bought, counts()), month)),
        purchases=_listed(_noted(billed, month)),
        not_due=_listed(_open_invoices(whole, posted, month)),
        unknown=unknown,
    )


def counts() -> pl.Expr:
    """Return whether a sales document belongs into the list of its month.

    An invoice without VAT has nothing to wait for, so it counts like a tax invoice.
    """
    kind, tax = pl.col("kind"), pl.col("is_tax_invoice")
    on_invoice = kind.is_in(["invoice", "void"]) & (tax | (pl.col("doc_vat_minor") == 0))
    return kind.is_in(["receipt", "credit_note", "settlement"]) | on_invoice | ((kind == "payment") & tax)


def _with_contents(
    posted: pl.DataFrame, documents: pl.DataFrame, lines: pl.DataFrame, suppliers: pl.DataFrame, month: Month
) -> pl.DataFrame:
    """Return posted documents that are known whole, with net by VAT code, signed, and what they apply to."""
    heads = documents.select(
        "document_key", "order_number", "contact_name", "contact_tax_id", "contact_branch", "applies_to_number",
        pl.col("net_minor").alias("doc_net_minor"), pl.col("number").alias("own_number"),
    )  # fmt: skip
    facts = posted.rename({"total_minor": "doc_total_minor", "vat_minor": "doc_vat_minor"})
    facts = facts.join(heads, on="document_key", how="inner", maintain_order="left")
    facts = facts.join(suppliers, on="document_key", how="left", maintain_order="left")
    split = _split(lines)
    facts = facts.join(split, on="document_key", how="left", maintain_order="left")
    facts = facts.join(
        split.rename(lambda name: f"base_{name}"), left_on="applies_to_key", right_on="base_document_key", how="left",
        maintain_order="left",
    )  # fmt: skip
    base = posted.select(
        pl.col("document_key").alias("applies_to_key"), pl.col("issued_on").alias("applies_on"),
        pl.col("number").alias("applies_number"),
    )  # fmt: skip
    facts = facts.join(base, on="applies_to_key", how="left", maintain_order="left")
    return _signed(facts).with_columns(_claim(month).alias("claim"), _booked().alias("booked"))


def _split(lines: pl.DataFrame) -> pl.DataFrame:
    """Return per document its net at the rate, at zero, and without VAT; a line with a VAT code of the ledger says it by its VAT."""
    by_code = {"taxable": "vat7", "zero": "vat0", "exempt": "none"}
    own = (pl.col("vat_code") == "none") & (pl.col("vat_minor") != 0)
    code = pl.when(own).then(pl.lit("vat7")).otherwise(pl.col("vat_code").cast(pl.String))
    return lines.group_by("document_key").agg(
        pl.col("net_minor").filter(code == word).sum().alias(name) for name, word in by_code.items()
    )


def _signed(facts: pl.DataFrame) -> pl.DataFrame:
    """Give each document its amounts: by its own lines, by those of the document it pays, else by whether it has VAT."""
    net = pl.col("doc_net_minor")
    parts = ("taxable", "zero", "exempt")
    own = pl.sum_horizontal(parts) == net
    theirs = pl.sum_horizontal(f"base_{name}" for name in parts) == net
    own, theirs = (
        (mask & pl.col(name).is_not_null()).fill_null(value=False)
        for mask, name in ((own, "taxable"), (theirs, "base_taxable"))
    )
    plain = {
        "taxable": pl.when(pl.col("doc_vat_minor") != 0).then(net).otherwise(0),
        "zero": pl.lit(0),
        "exempt": pl.when(pl.col("doc_vat_minor") == 0).then(net).otherwise(0),
    }
    sign = pl.when(pl.col("kind").is_in(_TAKES_BACK)).then(-1).otherwise(1).cast(pl.Int64)
    chosen = [
        (pl.when(own).then(name).when(theirs).then(f"base_{name}").otherwise(plain[name]) * sign).alias(f"{name}_minor")
        for name in parts
    ]
    return facts.with_columns(
        *chosen,
        (pl.col("doc_vat_minor") * sign).alias("vat_minor"),
        (pl.col("doc_total_minor") * sign).alias("total_minor"),
        pl.coalesce("number", "own_number").alias("number"),
        pl.coalesce("applies_number", "applies_to_number").alias("applies_to_number"),
        pl.when(pl.col("state") == "by_hand").then(pl.lit("by hand")).otherwise("state").alias("state"),
        pl.coalesce("tax_invoice", "supplier_number").alias("supplier_number"),
    )


def _with_vat() -> pl.Expr:
    return pl.col("kind").is_in(["expense", "supplier_credit"]) & (pl.col("doc_vat_minor") != 0)


def _booked() -> pl.Expr:
    """Return how our own posting has a purchase's VAT."""
    return pl.when(_with_vat()).then(pl.when("is_tax_invoice").then(pl.lit(DUE)).otherwise(pl.lit(NOT_DUE)))


def _claim(month: Month) -> pl.Expr:
    """Return whether a purchase's input VAT can be claimed as far as is known here; null for sales and without VAT.

    What a person entered goes first: number and day say that the tax invoice is at hand, and in which month it counts.
    """
    numbered = pl.col("supplier_number").fill_null("").str.strip_chars() != ""
    entered = pl.col("claimed_on")
    return pl.when(_with_vat()).then(
        pl.when(entered == month.first).then(pl.lit(CLAIMED))
        .when(entered.is_not_null()).then(pl.lit(OTHER_MONTH))
        .when(~pl.col("is_tax_invoice")).then(pl.lit(NO_INVOICE))
        .when(numbered).then(pl.lit(CLAIMED))
        .otherwise(pl.lit(NO_NUMBER))
    )  # fmt: skip


def _noted(rows: pl.DataFrame, month: Month) -> pl.DataFrame:
    """Say what a person has to look at: a month that was filed before, a number that is missing, VAT of another month."""
    before = (pl.col("applies_on") < month.first).fill_null(value=False)
    day = pl.col("applies_on").dt.to_string("%Y-%m-%d")
    note = (
        pl.when((pl.col("kind") == "void") & before).then(
            pl.format("Voids {} of {}: if that month is filed, its return may have to be corrected.", pl.col("applies_to_number").fill_null("?"), day)
        )
        .when((pl.col("kind") == "credit_note") & before).then(
            pl.format("Credits {} of {}.", pl.col("applies_to_number").fill_null("?"), day)
        )
        .when((pl.col("kind") == "payment") & before).then(
            pl.format("Pays {} of {}; its VAT is due with the payment.", pl.col("applies_to_number").fill_null("?"), day)
        )
        .when(pl.col("claim") == OTHER_MONTH).then(
            pl.format("Its tax invoice of {} is claimed in {}, not in this month.", pl.col("tax_invoice_on").dt.to_string("%Y-%m-%d"), pl.col("claimed_on").dt.to_string("%Y-%m"))
        )
        .when((pl.col("claim") == CLAIMED) & ~pl.col("issued_on").is_between(month.first, month.last)).then(
            pl.format("Expense of {}, claimed here by its tax invoice.", pl.col("issued_on").dt.to_string("%Y-%m-%d"))
        )
        .when(pl.col("claim") == NO_NUMBER).then(pl.lit("The supplier's tax invoice number is not known: not claimable yet."))
        .when(pl.col("claim") == NO_INVOICE).then(pl.lit("No tax invoice of the supplier is at hand: not claimable yet."))
        .otherwise(pl.lit(""))
    )  # fmt: skip
    return rows.with_columns(note.alias("note"))


def by_tax_code(lists: VatLists, lines: pl.DataFrame) -> pl.DataFrame:
    """Return tax_code, net_minor and vat_minor of the sales list's documents whose lines carry VAT codes of the ledger.

    ``lines``: DOCUMENT_LINES by document_key.
    """
    sign = pl.when(pl.col("kind").is_in(_TAKES_BACK)).then(-1).otherwise(1).cast(pl.Int64)
    listed = lists.sales.select("document_key", sign.alias("_sign"))
    coded = lines.filter(pl.col("tax_code").is_not_null(), pl.col("kind") != "tax").join(
        listed, on="document_key", how="inner"
    )
    signed = ((pl.col(name) * pl.col("_sign")).sum().alias(name) for name in ("net_minor", "vat_minor"))
    return coded.group_by("tax_code").agg(signed).sort(pl.col("tax_code").str.len_chars(), "tax_code")


def _open_invoices(whole: pl.DataFrame, posted: pl.DataFrame, month: Month) -> pl.DataFrame:
    """Return invoices with VAT that are no tax invoices and were neither paid nor taken back by the end of the month."""
    by_then = posted.filter(pl.col("issued_on") <= month.last, pl.col("kind").is_in(["payment", "void", "credit_note"]))
    invoices = whole.filter(
        pl.col("kind") == "invoice", ~pl.col("is_tax_invoice"), pl.col("doc_vat_minor") != 0,
        pl.col("issued_on") <= month.last,
    )  # fmt: skip
    ended = by_then.select(pl.col("applies_to_key").alias("document_key")).drop_nulls().unique()
    note = pl.lit("No tax invoice: its VAT is due when it is paid.")
    return invoices.join(ended, on="document_key", how="anti", maintain_order="left").with_columns(note.alias("note"))


def _listed(rows: pl.DataFrame) -> pl.DataFrame:
    sorted_rows = rows.sort("issued_on", "number", "document_key", nulls_last=True, maintain_order=True)
    return sorted_rows.select(pl.col(name).cast(dtype) for name, dtype in VAT_LIST.items())


def total(frame: pl.DataFrame, column: str) -> int:
    """Return an exact sum."""
    return int(frame[column].cast(pl.Int128).sum() or 0)

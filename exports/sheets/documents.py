"""Sheets of documents: headers, lines, and the postings each document causes."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import PROVENANCE, STATE_TONES, Prepared, words
from exports.words import N_
from recon.plan.columns import BOUGHT_EFFECT, MOVES_MONEY, SALES_EFFECT
from recon.plan.payments import payments_text

_DOCUMENTS: Final = (
    Column("number", "Number", width=18),
    Column("issued_on", "Date", "date", 12),
    Column("kind", "Kind", width=12, ours="words"),
    Column("order_number", "Order", width=16),
    Column("contact_name", "Contact", width=24),
    Column("payment_channel", "Payment channel", ours="channels", width=18),
    Column("payment_method", "Paid into", width=11, ours="sums"),
    Column("currency", "Currency", width=9),
    Column("net_minor", "Net", "money", 15, total=True),
    Column("vat_minor", "VAT", "money", 13, total=True),
    Column("total_minor", "Total", "money", 15, total=True),
    Column("effect_minor", "Adds to sales", "money", 15, total=True),
    Column("state", "State", width=13, tones=STATE_TONES, ours="words"),
    Column("ledger_number", "Number in ledger", width=18),
    *PROVENANCE,
    Column("sales_channel", "Sales channel", width=16),
    Column("contact_code", "Contact code", width=13),
    Column("contact_tax_id", "Tax id", width=15),
    Column("contact_branch", "Branch", width=10),
    Column("paid_on", "Paid on", "date", 12),
    Column("paid_minor", "Money moved", "money", 15),
    Column("gross_minor", "Before discount", "money", 15, total=True),
    Column("discount_minor", "Discount", "money", 13, total=True),
    Column("vat_by_line_minor", "VAT by line", "money", 13, total=True),
    Column("bought_minor", "Adds to purchases", "money", 15, total=True),
    Column("wht_minor", "Tax withheld", "money", 13, total=True),
    Column("vat_mode", "VAT in price", width=11, ours="words"),
    Column("tax_invoice", "Tax invoice", width=11, ours="words"),
    Column("due_on", "Due on", "date", 12),
    Column("applies_to_number", "Applies to", width=20),
    Column("reason", "Rule", width=24, ours="words"),
    Column("remark", "Remark", width=24),
    Column("revision", "Revision", "count", 9),
    Column("document_key", "Document key", width=36),
    Column("file_name", "Source file", width=28),
)
_TAX_INVOICES: Final = ("invoice", "receipt", "payment")
"""Kinds that can be a tax invoice; credit notes and voids only take one back."""
_DOCUMENTS_PRINTED: Final = 16

_ABOUT_DOCUMENT: Final = (
    Column("number", "Document", width=20),
    Column("issued_on", "Date", "date", 12),
    Column("document_kind", "Kind of document", width=12, ours="words"),
    Column("order_number", "Order", width=18),
)

_LINES: Final = (
    *_ABOUT_DOCUMENT,
    Column("line_no", "Line", "count", 6),
    Column("kind", "Kind", width=11, ours="words"),
    Column("sku", "SKU", width=16),
    Column("product_code", "Product", width=14),
    Column("account_code", "Account", width=10),
    Column("description", "Description", width=40),
    Column("quantity_milli", "Quantity", "quantity", 10, total=True),
    Column("list_price_minor", "Price before discount", "money", 13),
    Column("discount_minor", "Discount", "money", 13, total=True),
    Column("unit_price_minor", "Price after discount", "money", 13),
    Column("amount_minor", "Amount", "money", 15, total=True),
    Column("vat_code", "VAT code", width=9, ours="words"),
    Column("net_minor", "Net", "money", 15, total=True),
    Column("vat_minor", "VAT", "money", 13, total=True),
    *PROVENANCE,
    Column("document_key", "Document key", width=36),
)
_LINES_PRINTED: Final = 20

_POSTINGS: Final = (
    *_ABOUT_DOCUMENT,
    Column("posting_no", "Posting", "count", 8),
    Column("account_code", "Account", width=12),
    Column("debit_minor", "Debit", "money", 16, total=True),
    Column("credit_minor", "Credit", "money", 16, total=True),
    *PROVENANCE,
    Column("document_key", "Document key", width=36),
)


_ABOUT: Final = N_(
    "Every document of this batch. Totals are positive; the kind says the direction, and 'Adds to sales' and 'Adds to purchases' carry the sign. A payment shows no net and VAT: they stand on what it pays."
)
_ABOUT_PRODUCTS: Final = N_(
    " Kind product: a product the ledger was told to create; its SKU stands under Order, and it has no amounts."
)
_HAS_AMOUNTS: Final = pl.col("kind").cast(pl.String) != "product"


def _amounts() -> list[pl.Expr]:
    """Return the amounts of documents; a line that creates a product has none, which is not the same as zero.

    Net and VAT of a payment stand on what it pays, so that no sum has them twice.
    """
    names = (
        "gross_minor",
        "discount_minor",
        "net_minor",
        "vat_minor",
        "vat_by_line_minor",
        "total_minor",
        "paid_minor",
        "wht_minor",
    )
    once = ("gross_minor", "net_minor", "vat_minor", "vat_by_line_minor")
    return [
        pl.when(_HAS_AMOUNTS & ~MOVES_MONEY if name in once else _HAS_AMOUNTS).then(name).alias(name) for name in names
    ]


def documents_table(prepared: Prepared) -> Table:
    """Every document of the batch and what became of it in the ledger."""
    origin = prepared.document_facts.select("doc_no", "file", "row")
    state, say = prepared.latest.select("document_key", "state", "ledger_number"), prepared.words.say
    frame = (
        prepared.frames.documents.join(origin, on="doc_no", how="left", maintain_order="left")
        .join(state, on="document_key", how="left", maintain_order="left")
        .with_columns(
            pl.when(_HAS_AMOUNTS).then(SALES_EFFECT).alias("effect_minor"),
            pl.when(_HAS_AMOUNTS).then(BOUGHT_EFFECT).alias("bought_minor"),
            pl.when(pl.col("is_tax_invoice") & pl.col("kind").cast(pl.String).is_in(_TAX_INVOICES))
            .then(pl.lit("yes"))
            .alias("tax_invoice"),
            *_amounts(),
            pl.coalesce(payments_text(), "payment_method").alias("payment_method"),
            words("kind"),
            words("state"),
            prepared.file_name(),
        )
    )
    return prepared.table(
        "documents",
        "Documents",
        say(_ABOUT) + (say(_ABOUT_PRODUCTS) if (prepared.frames.documents["kind"] == "product").any() else ""),
        prepared.apart(_DOCUMENTS),
        frame,
        currency_column="currency",
        printed=_DOCUMENTS_PRINTED,
    )


def _list_price() -> pl.Expr:
    """Return the price of a piece before discount; null where the discount does not go into the pieces evenly."""
    before, quantity = (pl.col("amount_minor") + pl.col("discount_minor")) * 1000, pl.col("quantity_milli")
    return pl.when(before % quantity == 0).then(before // quantity).alias("list_price_minor")


def _vat_code() -> pl.Expr:
    """Return the VAT code of a line: the ledger's own where lines carry those, as a till's do."""
    coded = (pl.col("vat_code") == "none") & pl.col("tax_code").is_not_null() & (pl.col("kind") != "tax")
    of_till = coded & ((pl.col("document_kind") == "settlement") | (pl.col("vat_minor") != 0))
    return pl.when(of_till).then("tax_code").otherwise(words("vat_code")).alias("vat_code")


def lines_table(prepared: Prepared) -> Table:
    """Every line of every document."""
    lines = prepared.frames.lines
    facts = prepared.document_facts
    frame = lines.rename({"row": "line_row"}).join(facts, on="doc_no", how="left", maintain_order="left")
    return prepared.table(
        "lines",
        "Document lines",
        "Every line of every document. Quantity x price before discount - discount = amount; where that price has more digits than the"
        " currency it is empty. Row is the line's own row in the file; charges of the order show the order's row.",
        prepared.apart(_LINES),
        frame.with_columns(_list_price(), pl.coalesce("line_row", "row").alias("row"), words("kind"), _vat_code()),
        printed=_LINES_PRINTED,
    )


def postings_table(prepared: Prepared) -> Table:
    """The balanced postings of every document."""
    frame = prepared.frames.postings.join(prepared.document_facts, on="doc_no", how="left", maintain_order="left")
    return prepared.table(
        "postings",
        "Postings",
        "What each document does to the accounts. Every document balances: debit = credit.",
        _POSTINGS,
        frame,
    )

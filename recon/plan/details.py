"""Document lines: the finished lines of sales under their documents, and one line for a credit over a part.

A credit note or void over a whole document has that document's lines (`mirror`), or the order's where the document stands
in the same plan; one over a part has one line that says what it takes back (two where only a part of it carried VAT).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.schemas import DOCUMENT_LINES, LINE_KINDS, LineKind, VatCode
from recon.plan.columns import divide_half_up, place_in_run
from recon.plan.items import Items

CHARGE_TEXTS: Final = {
    "shipping": "Shipping",
    "cod_fee": "Cash on delivery fee",
    "tip": "Tip",
    "gift_card": "Gift card",
    "duties": "Import duties",
    "rounding": "Rounding",
    "voucher": "Platform discount",
    "product": "Goods",
    "discount": "Discount",
    "tax": "Sales tax",
    "fee": "Additional fee",
    "adjustment": "Refund adjustment",
    "pay_in": "Cash paid in",
    "pay_out": "Cash paid out",
    "customer_payment": "Payment on an invoice",
}

LINED: Final = pl.Schema({
    "doc_no": pl.UInt32(),
    "kind": LineKind,
    "item": pl.UInt32(),                # null: the sales account
    "source": pl.UInt32(),              # position in the order lines; null: none
    "text_no": pl.UInt32(),             # row of `texts`
    "quantity_milli": pl.Int64(),
    "unit_price_minor": pl.Int64(),
    "amount_minor": pl.Int64(),
    "discount_minor": pl.Int64(),
    "vat_code": VatCode,
    "net_minor": pl.Int64(),
    "vat_minor": pl.Int64(),
    "is_fraction": pl.Boolean(),
    "taxed": pl.Boolean(),              # by the document's tax item; of a line of tax: worked out by it
})  # fmt: skip
"""Lines under their documents, texts and codes still to be looked up."""


def texts(order_lines: pl.DataFrame, documents: pl.DataFrame, taken_back: pl.Series) -> pl.Series:
    """Return all descriptions: of the order lines, of charges by kind, of the documents ``taken_back`` by one line."""
    names = order_lines["name"]
    if names.null_count():
        names = order_lines.select(
            pl.coalesce("name", "sku", pl.lit(CHARGE_TEXTS["product"])).alias("name")
        ).to_series()
    about = documents.select("kind", "applies_to_number", "order_number")[taken_back]
    number = pl.coalesce("applies_to_number", pl.format("the document of order {}", "order_number"))
    said = (
        pl.when(pl.col("kind") == "void")
        .then(pl.format("Void of {}", number))
        .otherwise(pl.format("Credit of {}", number))
    )
    charges = pl.Series([CHARGE_TEXTS[kind] for kind in LINE_KINDS], dtype=pl.String)
    return pl.concat([names, charges, about.select(said).to_series()])


def document_lines(
    documents: pl.DataFrame,
    finished: pl.DataFrame,
    refunded: pl.DataFrame,
    order_count: int,
    line_count: int,
    rate_basis_points: int,
) -> tuple[pl.DataFrame, pl.Series]:
    """Return LINED for all documents, sorted by doc_no, and the doc_no of those taken back by one line.

    ``documents``: doc_no, order_no, kind, is_sale, repeats (takes the order's lines), mirrors (has the lines of a posted
    document, which are added later), itemized (its lines are among ``refunded``, LINED), total_minor, vat_minor, tax_minor
    (sales tax in a refund of a part), tax_item, tax_code (item that works it out; null: it is a line), taxed_minor (what
    it is on). ``finished``: with ``taxed``.
    """
    sales = documents.filter("is_sale").select("order_no", "doc_no")
    if sales.height == order_count:
        doc_no = sales["doc_no"]
    else:
        orders = pl.DataFrame({"order_no": pl.int_range(order_count, dtype=pl.UInt32, eager=True)})
        doc_no = orders.join(sales, on="order_no", how="left", maintain_order="left")["doc_no"]
    charge = pl.col("kind").to_physical().cast(pl.UInt32) + line_count
    numbered = finished.with_columns(
        doc_no.gather(finished["order_no"]).alias("doc_no"), pl.coalesce("source", charge).alias("text_no")
    )
    goods = numbered.filter(pl.col("doc_no").is_not_null()) if numbered["doc_no"].null_count() else numbered
    parts = [goods.select(LINED.names())]
    repeats = documents.filter("repeats", ~pl.col("is_sale")).select("order_no", "doc_no")
    if repeats.height:
        again = numbered.drop("doc_no").join(repeats, on="order_no", how="inner", maintain_order="left")
        parts.append(again.select(LINED.names()))
    if refunded.height:
        parts.append(refunded)
    has_lines = pl.col("repeats") | pl.col("mirrors") | pl.col("is_sale") | pl.col("itemized")
    single = documents.filter(~has_lines, pl.col("kind") != "payment")
    if single.height:
        first = line_count + len(LINE_KINDS)
        parts += _single_lines(single.with_row_index("text_no", first), rate_basis_points)
    lined = parts[0] if len(parts) == 1 else pl.concat(parts).sort("doc_no", maintain_order=True)
    return lined, single["doc_no"]


def _single_lines(documents: pl.DataFrame, rate: int) -> list[pl.DataFrame]:
    """Return a line with VAT, one without where the amount is more than that VAT stands for, and one of sales tax."""
    vat, total = pl.col("vat_minor"), pl.col("total_minor")
    if rate == 0:
        taxed = pl.lit(0, dtype=pl.Int64)
    else:
        taxed = pl.min_horizontal(divide_half_up(vat, 10_000 + rate, rate), total)
        whole = divide_half_up(total, rate, 10_000 + rate)
        taxed = pl.when(vat == 0).then(0).when(whole == vat).then(total).otherwise(taxed)
    rest = total - pl.col("_taxed") - pl.col("tax_minor") - pl.col("taxed_minor")
    both = documents.with_columns(taxed.alias("_taxed")).with_columns(rest.alias("_rest"))
    none, no_item = pl.lit(0, dtype=pl.Int64), pl.lit(None, dtype=pl.UInt32)
    by_item, tax = both.filter(pl.col("taxed_minor") > 0), pl.col("tax_minor")
    is_worked_out = pl.col("tax_code").is_not_null()
    return [
        _single(both.filter(pl.col("_taxed") > 0), "vat7", pl.col("_taxed"), vat, no_item),
        _single(by_item, "none", pl.col("taxed_minor"), none, no_item, taxed=pl.lit(value=True)),
        _single(both.filter(pl.col("_rest") > 0), "none", pl.col("_rest"), none, no_item),
        _single(both.filter(tax > 0), "none", tax, none, pl.col("tax_item"), "tax", taxed=is_worked_out),
    ]


def _single(
    documents: pl.DataFrame,
    vat_code: str,
    amount: pl.Expr,
    vat: pl.Expr,
    item: pl.Expr,
    kind: str = "product",
    *,
    taxed: pl.Expr | None = None,
) -> pl.DataFrame:
    return documents.select(
        "doc_no",
        pl.lit(kind, dtype=LineKind).alias("kind"),
        item.alias("item"),
        pl.lit(None, dtype=pl.UInt32).alias("source"),
        "text_no",
        pl.lit(1000, dtype=pl.Int64).alias("quantity_milli"),
        amount.alias("unit_price_minor"),
        amount.alias("amount_minor"),
        pl.lit(0, dtype=pl.Int64).alias("discount_minor"),
        pl.lit(vat_code, dtype=VatCode).alias("vat_code"),
        (amount - vat).alias("net_minor"),
        vat.alias("vat_minor"),
        pl.lit(value=False).alias("is_fraction"),
        (pl.lit(value=False) if taxed is None else taxed).alias("taxed"),
    )


def line_frame(
    lined: pl.DataFrame,
    tax_codes: pl.Series,
    said: pl.Series,
    order_lines: pl.DataFrame,
    items: Items,
    sales_account: str,
    text_max_length: int,
) -> pl.DataFrame:
    """Return DOCUMENT_LINES: codes and texts looked up. ``tax_codes``: per document; ``said``: `texts`."""
    source, item = lined["source"], lined["item"]
    bare = item.null_count() > 0
    accounts = items.frame["account_code"]
    if bare:
        item = item.fill_null(items.frame.height)
        accounts = pl.concat([accounts, pl.Series([sales_account or None], dtype=pl.String)])
    frame = lined.with_columns(
        place_in_run("doc_no").alias("line_no"),
        order_lines["sku"].gather(source).alias("sku"),
        said.gather(lined["text_no"]).alias("description"),
        order_lines["row"].gather(source).alias("row"),
        pl.concat([items.frame["product_code"], pl.Series([None], dtype=pl.String)]).gather(item).alias("product_code"),
        accounts.gather(item).alias("account_code"),
        pl.lit(0, dtype=pl.Int64).alias("wht_minor"),
        _by_line(lined, tax_codes),
    )
    frame = _say_fractions(frame, order_lines)
    if tax_codes.null_count() < tax_codes.len():
        worked_out = pl.format("{}, {}", "description", "tax_code")
        is_tax = (pl.col("kind") == "tax") & pl.col("tax_code").is_not_null()
        frame = frame.with_columns(pl.when(is_tax).then(worked_out).otherwise("description").alias("description"))
    longest = frame["description"].str.len_bytes().max()
    if isinstance(longest, int) and longest > text_max_length:
        frame = frame.with_columns(pl.col("description").str.slice(0, text_max_length))
    return frame.select(DOCUMENT_LINES.names())


def _by_line(lined: pl.DataFrame, tax_codes: pl.Series) -> pl.Series:
    """Return the tax item of each line; null where it is not taxed by one."""
    if tax_codes.null_count() == tax_codes.len():
        return pl.repeat(None, lined.height, dtype=pl.String, eager=True).alias("tax_code")
    own = tax_codes.gather(lined["doc_no"])
    return pl.select(pl.when(pl.lit(lined["taxed"])).then(pl.lit(own))).to_series().alias("tax_code")


def _say_fractions(frame: pl.DataFrame, order_lines: pl.DataFrame) -> pl.DataFrame:
    """Write a quantity that is no whole number of pieces into the description, and one piece into the quantity."""
    concerned = frame["is_fraction"] & frame["source"].is_not_null()
    if not concerned.any():
        return frame
    milli = order_lines["quantity_milli"].gather(frame["source"])
    whole, rest = milli // 1000, (milli % 1000).cast(pl.String).str.zfill(3).str.strip_chars_end("0")
    quantity = (
        pl.when(pl.lit(rest) == "")
        .then(pl.lit(whole).cast(pl.String))
        .otherwise(pl.format("{}.{}", pl.lit(whole), pl.lit(rest)))
    )
    said = pl.format("{} (quantity {})", "description", quantity)
    return frame.with_columns(pl.when(pl.lit(concerned)).then(said).otherwise("description").alias("description"))

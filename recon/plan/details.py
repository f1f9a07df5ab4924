"""Document lines: the finished lines of sales under their documents, and one line for a credit over a part.

A credit note or void over a whole document repeats that document's lines where the order still gives them exactly;
otherwise it has one line that says what it takes back (two where only a part of it carried VAT).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.schemas import DOCUMENT_LINES, LineKind, VatCode
from recon.plan.columns import divide_half_up
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
}

LINED: Final = pl.Schema({
    "doc_no": pl.UInt32(),
    "kind": LineKind,
    "item": pl.UInt32(),                # null: the sales account
    "source": pl.UInt32(),
    "quantity_milli": pl.Int64(),
    "unit_price_minor": pl.Int64(),
    "amount_minor": pl.Int64(),
    "discount_minor": pl.Int64(),
    "vat_code": VatCode,
    "net_minor": pl.Int64(),
    "vat_minor": pl.Int64(),
    "is_fraction": pl.Boolean(),
})  # fmt: skip
"""Lines under their documents, texts and codes still to be looked up."""


def document_lines(
    documents: pl.DataFrame, finished: pl.DataFrame, order_count: int, rate_basis_points: int
) -> pl.DataFrame:
    """Return LINED for all documents, sorted by doc_no.

    ``documents``: doc_no, order_no, kind, is_sale, repeats (takes the order's lines), total_minor, vat_minor.
    """
    sales = documents.filter("is_sale").select("order_no", "doc_no")
    parts = []
    if sales.height == order_count:
        doc_no = sales["doc_no"]
    else:
        orders = pl.DataFrame({"order_no": pl.int_range(order_count, dtype=pl.UInt32, eager=True)})
        doc_no = orders.join(sales, on="order_no", how="left", maintain_order="left")["doc_no"]
    numbered = finished.with_columns(doc_no.gather(finished["order_no"]).alias("doc_no"))
    if doc_no.null_count():
        numbered = numbered.filter(pl.col("doc_no").is_not_null())
    parts.append(numbered.select(LINED.names()))
    repeats = documents.filter("repeats", ~pl.col("is_sale")).select("order_no", "doc_no")
    if repeats.height:
        again = finished.join(repeats, on="order_no", how="inner", maintain_order="left")
        parts.append(again.select(LINED.names()))
    single = documents.filter(~pl.col("repeats"), ~pl.col("is_sale"), pl.col("kind") != "payment")
    if single.height:
        parts += _single_lines(single, rate_basis_points)
    if len(parts) == 1:
        return parts[0]
    return pl.concat(parts).sort("doc_no", maintain_order=True)


def _single_lines(documents: pl.DataFrame, rate: int) -> list[pl.DataFrame]:
    """Return a line with VAT and, where the amount is more than that VAT stands for, one without."""
    vat, total = pl.col("vat_minor"), pl.col("total_minor")
    if rate == 0:
        taxed = pl.lit(0, dtype=pl.Int64)
    else:
        taxed = pl.min_horizontal(divide_half_up(vat, 10_000 + rate, rate), total)
        whole = divide_half_up(total, rate, 10_000 + rate)
        taxed = pl.when(vat == 0).then(0).when(whole == vat).then(total).otherwise(taxed)
    both = documents.with_columns(taxed.alias("_taxed"))
    none = pl.lit(0, dtype=pl.Int64)
    return [
        _single(both.filter(pl.col("_taxed") > 0), "vat7", pl.col("_taxed"), vat),
        _single(both.filter(total > pl.col("_taxed")), "none", total - pl.col("_taxed"), none),
    ]


def _single(documents: pl.DataFrame, vat_code: str, amount: pl.Expr, vat: pl.Expr) -> pl.DataFrame:
    return documents.select(
        "doc_no",
        pl.lit("product", dtype=LineKind).alias("kind"),
        pl.lit(None, dtype=pl.UInt32).alias("item"),
        pl.lit(None, dtype=pl.UInt32).alias("source"),
        pl.lit(1000, dtype=pl.Int64).alias("quantity_milli"),
        amount.alias("unit_price_minor"),
        amount.alias("amount_minor"),
        pl.lit(0, dtype=pl.Int64).alias("discount_minor"),
        pl.lit(vat_code, dtype=VatCode).alias("vat_code"),
        (amount - vat).alias("net_minor"),
        vat.alias("vat_minor"),
        pl.lit(value=False).alias("is_fraction"),
    )


def line_frame(
    lined: pl.DataFrame,
    documents: pl.DataFrame,
    order_lines: pl.DataFrame,
    items: Items,
    sales_account: str,
    text_max_length: int,
) -> pl.DataFrame:
    """Return DOCUMENT_LINES: codes and texts looked up."""
    source, item = lined["source"], lined["item"]
    name, sku = order_lines["name"].gather(source), order_lines["sku"].gather(source)
    text = lined["kind"].replace_strict(CHARGE_TEXTS, return_dtype=pl.String)
    description = pl.coalesce(pl.lit(name), pl.lit(sku), pl.lit(text))
    frame = lined.with_columns(
        _line_no(),
        pl.lit(sku).alias("sku"),
        description.alias("description"),
        pl.lit(order_lines["row"].gather(source)).alias("row"),
        pl.lit(items.frame["product_code"].gather(item)).alias("product_code"),
        pl.lit(items.frame["account_code"].gather(item)).alias("account_code"),
    )
    frame = _say_fractions(frame, order_lines)
    frame = _say_credits(frame, documents, sales_account)
    longest = frame["description"].str.len_bytes().max()
    if isinstance(longest, int) and longest > text_max_length:
        frame = frame.with_columns(pl.col("description").str.slice(0, text_max_length))
    return frame.select(DOCUMENT_LINES.names())


def _line_no() -> pl.Expr:
    at = pl.int_range(pl.len(), dtype=pl.UInt32)
    start = pl.when(pl.col("doc_no").ne_missing(pl.col("doc_no").shift(1))).then(at).forward_fill()
    return (at - start + 1).alias("line_no")


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


def _say_credits(frame: pl.DataFrame, documents: pl.DataFrame, sales_account: str) -> pl.DataFrame:
    """Say on a line without an item which document it takes back, and book it on the sales account."""
    bare = frame["item"].is_null()
    if not bare.any():
        return frame
    about = documents.select("doc_no", "kind", "applies_to_number", "order_number").rename({"kind": "_kind"})
    joined = frame.join(about, on="doc_no", how="left", maintain_order="left")
    number = pl.coalesce("applies_to_number", pl.format("the document of order {}", "order_number"))
    text = (
        pl.when(pl.col("_kind") == "void")
        .then(pl.format("Void of {}", number))
        .otherwise(pl.format("Credit of {}", number))
    )
    account = pl.lit(sales_account or None, dtype=pl.String)
    is_bare = pl.col("item").is_null()
    return joined.with_columns(
        pl.when(is_bare).then(text).otherwise("description").alias("description"),
        pl.when(is_bare).then(account).otherwise("account_code").alias("account_code"),
    )

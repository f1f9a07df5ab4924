"""Sales on account: what a customer of a till pays later, as invoices with customer, articles and the payments that name them.

A sale on account is no part of the cash sales of a Z report; a negative one is a credit note. Due date and KID are not in the format.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import polars as pl

from recon.frames.amounts import minor_units, plain_text
from recon.frames.findings import findings_from
from recon.frames.text import blank_to_null
from recon.sources.saft.codes import GROUP, ON_ACCOUNT, PAYMENT, channel, names_of, official, predefined_of, tax_text
from recon.sources.saft.file import CashRegisterFile
from recon.sources.saft.periods import BOTH_WAYS, PAID_LATER
from recon.sources.saft.periods import ON_ACCOUNT as SOLD_ON_ACCOUNT
from recon.sources.saft.reading import Records, business_day, place_of

INVOICE: Final = "till_invoice"


def invoices_of(file: CashRegisterFile) -> pl.DataFrame:
    """Return the heads of sales on account: trans_no, order_id, place, row, invoice_id, kind, at, signed, and the like."""
    kept = file.sums.heads.filter("counts", pl.col("kind").is_in(SOLD_ON_ACCOUNT))
    rows = file.lines_of(kept["trans_no"].to_list())
    line = pl.Series("row", [rows[number] for number in kept["trans_no"]], dtype=pl.UInt32)
    placed = kept.with_columns(line).join(place_of(file.lists), on="till_no", how="left", maintain_order="left")
    return placed.with_columns(
        blank_to_null(placed["invoice_id"]), pl.concat_str("register", pl.lit("/"), "nr").alias("order_id")
    )


def invoice_records(file: CashRegisterFile, heads: pl.DataFrame, *, day_ends: dt.time) -> Records:
    """Return the sales on account.

    Args:
        file: The file as read.
        heads: Those of `invoices_of`.
        day_ends: Until when a sale belongs to the day before.
    """
    lines = _lines(file, heads)
    payments = _payments(file, heads, day_ends)
    paid = payments.group_by("trans_no").agg(pl.sum("amount").alias("_paid"))
    heads = heads.join(paid, on="trans_no", how="left", maintain_order="left")
    return Records(*(
        rows.rename({"trans_no": "number"})
        for rows in (_orders(heads, file, day_ends), lines, payments.with_columns(plain_text("amount").alias("amount")))
    ))  # fmt: skip


def _orders(heads: pl.DataFrame, file: CashRegisterFile, day_ends: dt.time) -> pl.DataFrame:
    customers = file.lists.customers.unique("customer_id", keep="first", maintain_order=True)
    rows = heads.join(customers, on="customer_id", how="left", maintain_order="left")
    vat = _signed_lines(file, heads).group_by("trans_no").agg(pl.sum("vat").alias("_vat"))
    rows = rows.join(vat, on="trans_no", how="left", maintain_order="left")
    customer, order = (blank_to_null(rows[name]).str.replace_all(r"\s", "_") for name in ("customer_id", "refers_to"))
    known = pl.concat_str(pl.lit("customer=") + customer, pl.lit("order=") + order, separator=" ", ignore_nulls=True)
    is_paid = (pl.col("_paid").fill_null(0) >= pl.col("signed")) & (pl.col("_paid") > 0)
    day = pl.col("date").cast(pl.String).str.slice(0, 10)
    return rows.select(
        "trans_no", "row", "order_id", pl.coalesce("invoice_id", "order_id").alias("order_number"),
        pl.when(known != "").then(known).alias("other_numbers"), pl.lit(INVOICE).alias("record_kind"),
        business_day(day_ends).alias("ordered_on"), day.alias("completed_on"),
        pl.coalesce(pl.col("at").dt.to_string("%Y-%m-%d %H:%M:%S"), day).alias("updated_at"), pl.lit("completed").alias("order_state"),
        pl.when(is_paid.fill_null(value=False)).then(pl.lit("paid")).otherwise(pl.lit("unpaid")).alias("payment_state"),
        pl.col("place").alias("sales_channel"), pl.col("name").alias("customer_name"), pl.col("tax_id").alias("customer_tax_id"),
        _address().alias("customer_address"), plain_text("signed").alias("total"),
        plain_text(pl.col("rounding").fill_null(0)).alias("rounding"), plain_text(pl.col("_vat").fill_null(0)).alias("tax"),
    )  # fmt: skip


def _address() -> pl.Expr:
    """Return the customer's address in one line: that for post, else that of the street."""

    def of(kind: str) -> pl.Expr:
        street = pl.concat_str(f"{kind}_streetname", f"{kind}_number", separator=" ", ignore_nulls=True)
        city = pl.concat_str(f"{kind}_postalCode", f"{kind}_city", separator=" ", ignore_nulls=True)
        parts = [pl.when(part != "").then(part) for part in (street, city)]
        whole = pl.concat_str(*parts, f"{kind}_country", separator=", ", ignore_nulls=True)
        return pl.when(whole != "").then(whole)

    return pl.coalesce(of("postal"), of("street"))


def _signed_lines(file: CashRegisterFile, heads: pl.DataFrame) -> pl.DataFrame:
    """Return the ticket lines of sales on account; where a whole sale is given back without signs, its lines are too."""
    told = heads.select("trans_no", ((pl.col("signed") < 0) & (pl.col("gross") > 0)).alias("_back"), "place")
    rows = file.till.lines.join(told, on="trans_no", how="inner", maintain_order="left")
    return rows.with_columns(
        pl.when("_back").then(-pl.col(name)).otherwise(name).alias(name) for name in ("gross", "net", "vat")
    )


def _lines(file: CashRegisterFile, heads: pl.DataFrame) -> pl.DataFrame:
    rows = _signed_lines(file, heads)
    articles = {code: text for code, text in file.lists.articles.select("article", "text").iter_rows() if text}
    rate = minor_units(rows.select(pl.col("vat_percent").cast(pl.String)), ["vat_percent"], 3)["vat_percent"]
    free = rate.is_null() & (rows["gross"] == rows["net"])
    percent = pl.select(pl.when(free).then(0).otherwise(rate)).to_series()
    group = pl.col("group").cast(pl.String)
    article = blank_to_null(rows["article"])
    name = pl.coalesce(
        blank_to_null(rows["description"]), article.replace_strict(articles, default=None, return_dtype=pl.String),
        group.replace_strict(names_of(file.lists, GROUP), default=None, return_dtype=pl.String), article, group, pl.lit("sale"),
    )  # fmt: skip
    count = pl.col("quantity").str.strip_chars().str.strip_prefix("-").fill_null("1")  # the sign stands with the amount
    return rows.with_columns(percent.alias("_rate")).select(
        "trans_no", pl.lit("product").alias("kind"), pl.coalesce(article, group).alias("sku"), name.alias("name"),
        count.alias("quantity"), plain_text("gross").alias("line_amount"),
        tax_text(pl.col("_rate"), pl.col("vat_code").cast(pl.String), file.lists).alias("tax_text"), plain_text("vat").alias("tax"),
    )  # fmt: skip


def _payments(file: CashRegisterFile, heads: pl.DataFrame, day_ends: dt.time) -> pl.DataFrame:
    """Return what customers paid later on an invoice by its number; amounts as minor units."""
    later = file.sums.heads.filter("counts", pl.col("kind") == PAID_LATER, pl.col("invoice_id").fill_null("") != "")
    places = place_of(file.lists)
    later = later.join(places, on="till_no", how="left", maintain_order="left")
    paid = later.select("invoice_id", "place", business_day(day_ends).alias("paid_on"), pl.col("trans_no").alias("_by"))
    named = heads.filter(pl.col("invoice_id").is_not_null()).unique("invoice_id", keep="first", maintain_order=True)
    both = named.select("trans_no", "invoice_id").join(paid, on="invoice_id", how="inner", maintain_order="left")
    rows = both.join(file.till.payments, left_on="_by", right_on="trans_no", how="inner", maintain_order="left")
    code = pl.col("payment_type").cast(pl.String)
    return rows.select(
        "trans_no",
        pl.concat_str("place", pl.lit("/"), channel(code, names_of(file.lists, PAYMENT))).alias("payment_channel"), "amount", "paid_on",
        official(code, predefined_of(file.lists, PAYMENT)).alias("reference"),
    )  # fmt: skip


def apart_findings(file: CashRegisterFile, heads: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Return customers' payments on invoices that this file does not have: nothing says whose they are.

    Args:
        file: The file as read.
        heads: Those of `invoices_of`.
        keys: report_no, order_key of the Z reports, whose settlements hold the money.
    """
    named = heads["invoice_id"].drop_nulls().unique().implode()
    later = file.sums.heads.filter("counts", pl.col("kind") == PAID_LATER)
    number = blank_to_null(later["invoice_id"])
    rows = later.with_columns(number.alias("invoice_id")).filter(
        ~pl.col("invoice_id").is_in(named).fill_null(value=False)
    )
    lines = file.lines_of(rows["trans_no"].to_list())
    rows = rows.with_columns(pl.Series("row", [lines[one] for one in rows["trans_no"].to_list()], dtype=pl.UInt32)).join(
        keys.select("report_no", "order_key"), on="report_no", how="left", maintain_order="left"
    )  # fmt: skip
    return findings_from(
        rows, "till-payment-apart", column="invoiceID", value=pl.col("invoice_id"), amount_minor=pl.col("signed"),
        detail=pl.format("Receipt {}: a customer paid {} on invoice {}.", "nr", plain_text("signed"), pl.col("invoice_id").fill_null("?")),
    )  # fmt: skip


def invoice_findings(file: CashRegisterFile, heads: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield what is in the way of sales on account; ``heads`` with ``order_key``."""
    known = set(file.lists.customers["customer_id"].drop_nulls())
    nameless = ~pl.col("customer_id").is_in(list(known)).fill_null(value=False)
    yield findings_from(
        heads.filter(nameless), "till-invoice-nameless", column="custSupID", value=pl.col("customer_id"), amount_minor=pl.col("signed"),
        detail=pl.format("Receipt {} of {} is on account, and the file does not say whose.", "order_id", plain_text("signed")),
    )  # fmt: skip
    other = (
        (pl.col("side").cast(pl.String) != file.sums.usual_side)
        & (pl.col("signed") > 0)
        & (pl.col("kind") != BOTH_WAYS)
    )
    yield findings_from(
        heads.filter(other.fill_null(value=False)), "till-invoice-side", column="amntTp", value=pl.col("side").cast(pl.String),
        amount_minor=pl.col("signed"),
        detail=pl.format("Receipt {} is {} on side {}; nearly all others are on the other side.", "order_id", plain_text("signed"), pl.col("side").cast(pl.String)),
    )  # fmt: skip
    numbers = predefined_of(file.lists, PAYMENT)
    kinds = official(pl.col("payment_type").cast(pl.String), numbers)
    at_once = (
        file.till.payments.filter((kinds != ON_ACCOUNT) | kinds.is_null())
        .group_by("trans_no")
        .agg(pl.sum("amount").alias("_now"))
    )
    rows = heads.join(at_once, on="trans_no", how="inner", maintain_order="left").filter(pl.col("_now") != 0)
    yield findings_from(
        rows, "till-invoice-mixed", column="paymentType", amount_minor=pl.col("signed"),
        detail=pl.format("Of receipt {}, {} in all, {} were paid at the till.", "order_id", plain_text("signed"), plain_text("_now")),
    )  # fmt: skip
    sums = _signed_lines(file, heads).group_by("trans_no").agg(pl.sum("gross").alias("_lines"))
    apart = heads.join(sums, on="trans_no", how="left", maintain_order="left").with_columns(
        pl.col("_lines").fill_null(0)
    )
    difference = pl.col("signed") - pl.col("_lines") - pl.col("rounding").fill_null(0)
    yield findings_from(
        apart.filter(difference != 0), "till-invoice-differs", column="transAmntIn", amount_minor=difference,
        detail=pl.format("Receipt {} is {}, its lines come to {}.", "order_id", plain_text("signed"), plain_text("_lines")),
    )  # fmt: skip

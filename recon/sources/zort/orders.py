"""Records of one answer under canonical names: orders and their lines, all text.

No amount is converted here; which reading of the discount columns is right and whether prices include VAT is found
by normalize, by arithmetic (docs/zort.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from recon.frames.json_records import entries, field_names, text_frame
from recon.sources.zort.dates import days, moments
from recon.sources.zort.payments import PREFIX, Payments, channel_expression
from recon.sources.zort.references import said_references
from recon.sources.zort.words import COD_SUFFIX, KINDS, LINE_FIELDS, NO_WORDS, UNPAID_WORDS, UNUSED_AMOUNTS, YES_WORDS

HEAD_OFFICE: Final = "สำนักงานใหญ่"
HEAD_OFFICE_CODE: Final = "00000"
"""Branch code of a head office on a Thai tax invoice."""

_FIELDS: Final = (
    "id", "number", "uniquenumber", "reference", "status", "paymentstatus", "iscod", "isdeposit", "saleschannel", "marketplacename",
    "marketplacepayment", "paymentmethod", "shippingchannel", "customername", "customeridnumber", "customerbranchname",
    "customerbranchno", "customeraddress", "customerstreetaddress", "customersubdistrict", "customerdistrict",
    "customerprovince", "customerpostcode", "currency", "vattype", "vatpercent", "vatamount", "discountamount",
    "voucheramount", "shippingamount", "platformdiscount", "amount", "paymentamount", "createdatetime",
    "createdatetimestring", "updatedatetime", "updatedatetimestring", "shippingdate", "shippingdatestring",
    "paymentdate", "paymentdatestring", *UNUSED_AMOUNTS,
)  # fmt: skip
_ADDRESS_PARTS: Final = (
    "customerstreetaddress", "customersubdistrict", "customerdistrict", "customerprovince", "customerpostcode",
)  # fmt: skip


def read_orders(
    records: Sequence[Mapping[str, Any]],
    rows: Sequence[int],
    *,
    kind: str,
    payments: Payments,
    channel_field: str = "",
) -> pl.DataFrame:
    """Return one row per record under canonical names, with the fields findings are made from.

    Args:
        records: Orders.
        rows: The row of each in the answer, from 1.
        kind: Record kind of all of them.
        payments: Their payment entries.
        channel_field: Setting that names the field of the payment channel; empty: the rules of payments.py.
    """
    date = f"{KINDS[kind]}date"
    wanted = dict.fromkeys((*_FIELDS, "orderdate", "orderdatestring", date, f"{date}string"))
    if channel_field and not channel_field.startswith(PREFIX):
        wanted[channel_field.lower()] = None
    frame = (
        text_frame(records, wanted)
        .with_columns(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("order_no"),
            pl.Series("row", rows, dtype=pl.UInt32),
            pl.lit(kind).alias("record_kind"),
            pl.col("iscod").fill_null("").str.to_lowercase().is_in(YES_WORDS).alias("is_cod"),
        )
        .join(payments.by_order, on="order_no", how="left", maintain_order="left")
    )
    channel, rule = channel_expression(channel_field)
    return frame.select(
        "order_no",
        "row",
        # 0 is what .NET writes for an id that was never given.
        pl.col("id").replace("0", None).alias("order_id"),
        pl.col("number").alias("order_number"),
        said_references(records) if kind == "sale_return" else _other_numbers().alias("other_numbers"),
        "record_kind",
        days(frame, *_twins(date), *_twins("orderdate")).alias("ordered_on"),
        pl.coalesce("entry_paid_on", days(frame, *_twins("paymentdate"))).alias("paid_on"),
        days(frame, *_twins("shippingdate")).alias("shipped_on"),
        moments(frame, *_twins("updatedatetime")).alias("updated_at"),
        pl.col("status").alias("order_state"),
        _payment_state().alias("payment_state"),
        pl.col("saleschannel").fill_null("").alias("sales_channel"),
        channel.alias("payment_channel"),
        pl.col("customername").alias("customer_name"),
        pl.col("customeridnumber").alias("customer_tax_id"),
        _branch().alias("customer_branch"),
        _address().alias("customer_address"),
        pl.col("currency"),
        pl.col("vattype").alias("vat_code"),
        pl.col("vatpercent").alias("vat_percent"),
        pl.col("discountamount").alias("discount"),
        pl.col("voucheramount").alias("discount_extra"),
        pl.col("shippingamount").alias("shipping"),
        pl.col("platformdiscount").alias("platform_discount"),
        pl.col("vatamount").alias("tax"),
        pl.col("amount").alias("total"),
        pl.col("paymentamount").alias("paid"),
        rule.alias("_channel_rule"),
        pl.col("isdeposit").str.to_lowercase().is_in(YES_WORDS).fill_null(value=False).alias("_deposit"),
        *(pl.col(name).alias(f"_{name}") for name in UNUSED_AMOUNTS),
    )


def read_lines(records: Sequence[Mapping[str, Any]], rows: Sequence[int]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the lines of all records under canonical names, and the names of fields nobody has described."""
    owners, places, found = entries(records, "list")
    texts = text_frame(found, ("sku", "name", "number", "pricepernumber", "discount", "discountamount", "totalprice"))
    frame = texts.select(
        pl.Series("order_no", owners, dtype=pl.UInt32),
        pl.Series("line_no", places, dtype=pl.UInt32),
        pl.Series("row", [rows[owner] for owner in owners], dtype=pl.UInt32),
        "sku",
        "name",
        pl.col("number").alias("quantity"),
        pl.col("pricepernumber").alias("unit_price"),
        # `discount` is what the seller typed, per piece; a percentage stands there too, then the amount is beside it.
        pl.when(pl.col("discount").str.contains("%", literal=True))
        .then(pl.col("discountamount"))
        .otherwise(pl.coalesce("discount", "discountamount"))
        .alias("line_discount"),
        pl.col("totalprice").alias("line_amount"),
    )
    unknown = tuple(f"list.{name}" for name in field_names(found) if name not in LINE_FIELDS)
    return frame, unknown


def _twins(field: str) -> tuple[str, str]:
    """Return a date's twin that is written for people, then the date itself."""
    return f"{field}string", field


def _payment_state() -> pl.Expr:
    """Return the payment status; for unpaid cash on delivery with a mark that says so.

    A mark for COD that is neither yes nor no makes a status nobody knows, which holds the order.
    """
    status, cod = pl.col("paymentstatus"), pl.col("iscod").fill_null("").str.to_lowercase()
    due = pl.col("is_cod") & status.str.to_lowercase().is_in(UNPAID_WORDS)
    return (
        pl.when(due)
        .then(status + COD_SUFFIX)
        .when(~cod.is_in(YES_WORDS) & ~cod.is_in(NO_WORDS))
        .then(pl.format("{}, isCOD {}", status.fill_null(""), pl.col("iscod")))
        .otherwise(status)
    )


def _other_numbers() -> pl.Expr:
    """Return what else the order may be called: a marketplace's own number stands in one of these fields (which: unverified)."""
    others = [pl.when(pl.col(name) != pl.col("number")).then(name) for name in ("uniquenumber", "reference")]
    joined = pl.concat_str(others, separator=" ", ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def _branch() -> pl.Expr:
    name = pl.col("customerbranchname")
    return pl.coalesce("customerbranchno", pl.when(name == HEAD_OFFICE).then(pl.lit(HEAD_OFFICE_CODE)).otherwise(name))


def _address() -> pl.Expr:
    parts = pl.concat_str(_ADDRESS_PARTS, separator=" ", ignore_nulls=True)
    return pl.coalesce("customeraddress", pl.when(parts != "").then(parts))

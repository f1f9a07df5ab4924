"""Sales on account at a till: who bought, and what came in on them afterwards.

Money on an account that went through the drawer stands in the Z report of its day already, on the account that is mapped for it
("PLACE/customer payment"); the payment takes it from there to the customer, so that it is booked once.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.match.channels import resolve_channels
from recon.plan.columns import mask_of
from recon.plan.contacts import standing_contact
from recon.plan.inputs import PlanInputs

PAID: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "nth": pl.UInt16(),                 # 1.. within the sale; the revision of its payment
    "payment_channel": pl.String(),
    "payment_method": pl.String(),      # null: not mapped
    "account_code": pl.String(),        # null: not mapped
    "amount_minor": pl.Int64(),
    "paid_on": pl.Date(),               # null: not stated
})  # fmt: skip
"""What came in on sales on account, sorted by order_no."""

BUYERS: Final = pl.Schema({
    "contact_code": pl.String(),        # null: nobody is named
    "contact_name": pl.String(),
    "contact_tax_id": pl.String(),
    "contact_branch": pl.String(),
    "contact_address": pl.String(),
})  # fmt: skip
"""Whose name stands on the documents of each record; a settlement names its place."""
_NUMBER: Final = r"(?:^|\s)customer=(\S+)"


def paid_on_account(inputs: PlanInputs, coded: pl.DataFrame) -> pl.DataFrame:
    """Return PAID; ``coded``: CODED of all records, which say whether a till counts such money in its reports."""
    sold = (inputs.orders["record_kind"] != "settlement").gather(inputs.payments["order_no"])
    rows = inputs.payments.filter(sold, pl.col("amount_minor").fill_null(0) != 0).sort("order_no", maintain_order=True)
    places = inputs.orders.select("order_no", "sales_channel")
    inside = coded.filter(pl.col("kind") == "customer_payment").join(places, on="order_no", how="inner")
    through = inside.group_by("sales_channel").agg(
        pl.col("sku").first().alias("_channel"), pl.col("account_code").first().alias("_account")
    )
    resolved = resolve_channels(rows["payment_channel"], inputs.channel_links)
    found = (
        rows.join(resolved.select("payment_channel", "payment_method", "account_code"), on="payment_channel", how="left", maintain_order="left")
        .join(places, on="order_no", how="left", maintain_order="left")
        .join(through, on="sales_channel", how="left", maintain_order="left")
    )  # fmt: skip
    is_inside = pl.col("_channel").is_not_null()
    return found.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.UInt16).over("order_no").alias("nth"),
        *(pl.when(is_inside).then("_account").otherwise(name).alias(name) for name in ("payment_method", "account_code")),
        pl.when(is_inside).then("_channel").otherwise("payment_channel").alias("payment_channel"),
    ).select(pl.col(name).cast(dtype) for name, dtype in PAID.items())  # fmt: skip


def buyers_of(inputs: PlanInputs) -> pl.DataFrame:
    """Return BUYERS: the customer the till names by its number, else the standing customer of the place."""
    orders, longest = inputs.orders, inputs.limits.contact_name_max_length
    report = pl.col("record_kind") == "settlement"
    own = pl.col("other_numbers").str.extract(_NUMBER)
    places = orders["sales_channel"].unique().to_list()
    contacts = inputs.connection.contacts
    chosen = (
        "default" in contacts.model_fields_set
    )  # the name settings begin with stands for web shops' buyers, not for debtors
    rules = inputs.connection.model_copy(
        update={"contacts": contacts.model_copy(update={"default": contacts.default if chosen else ""})}
    )
    standing = {place: standing_contact(rules, place or "") for place in places}
    codes = {place: code for place, (code, _) in standing.items()}
    names = {place: name for place, (_, name) in standing.items()}
    code, name = (
        pl.col("sales_channel").replace_strict(values, default=None, return_dtype=pl.String)
        for values in (codes, names)
    )
    stated = pl.col("customer_name").str.strip_chars()
    named = own.is_not_null()
    return orders.select(
        pl.when(report).then(pl.lit("")).otherwise(pl.coalesce(own, pl.when(code != "").then(code))).alias("contact_code"),
        pl.when(report).then("sales_channel").when(named).then(pl.coalesce(stated, own).str.slice(0, longest)).otherwise(name).alias("contact_name"),
        pl.when(named & ~report).then(pl.col("customer_tax_id")).alias("contact_tax_id"),
        pl.lit(None, dtype=pl.String).alias("contact_branch"),
        pl.when(named & ~report).then(pl.col("customer_address")).alias("contact_address"),
    ).select(pl.col(column).cast(dtype) for column, dtype in BUYERS.items())  # fmt: skip


def nameless(buyers: pl.DataFrame) -> tuple[pl.Series, str, dict[str, pl.Expr]]:
    """Return which sales on account name nobody, as `hold_acting` takes it."""
    words = "The till names no customer for it, and no standing one is named. Enter the customer in the till and import again."
    said = {"column": pl.lit("customer_name"), "value": pl.col("customer_name"), "detail": pl.lit(words)}
    return buyers["contact_code"].is_null(), "customer-missing", said


def money_back(paid: pl.DataFrame, count: int) -> tuple[pl.Series, str, dict[str, pl.Expr]]:
    """Return which sales on account had money paid back on them, which no payment here can say."""
    back = mask_of(paid.filter(pl.col("amount_minor") < 0)["order_no"], count)
    words = pl.format("Money was paid back on a sale over {}.", plain_text("total_minor"))
    return back, "ledger-cannot", {"detail": words}

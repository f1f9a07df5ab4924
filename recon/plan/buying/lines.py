"""Lines of purchases: which account, VAT code and withholding each has, and the tax withheld in satang.

Tax is withheld from the amount without VAT, per record and rate, rounded half up once; the satang that are left go to the
lines with the largest remainders (`recon.plan.allocate`), so that a line that was split in two withholds nothing more.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.config.purchases import PurchaseLine
from recon.frames.payout_keys import OTHER
from recon.match.keys import distinct_keys, fold
from recon.plan.allocate import spread
from recon.plan.columns import run_sums, share_half_up
from recon.plan.inputs import PlanInputs
from recon.plan.items import CHARGE_KINDS, ITEMS, Items

NO_ACCOUNT: Final = "purchase account"
"""Stands in a posting where no account is set; such records are held, so none is ever planned with it."""
_FULL: Final = 10_000
_RULES: Final = pl.Schema({"key": pl.String(), "account": pl.String(), "vat_code": pl.String(), "rate": pl.Int64()})


def buying_items(inputs: PlanInputs, connection: Connection) -> tuple[Items, pl.Series]:
    """Return the items of all SKUs and charges that occur, and the rate withheld on each, in hundredths of a percent.

    What a person set for a SKU stands above its product in the ledger, and that above the account of all purchases.
    """
    orders, lines, bought = inputs.orders, inputs.lines, connection.purchases
    skus = distinct_keys(lines["sku"], name="sku", key_name="key")
    charges_have_none = [None] * len(CHARGE_KINDS)  # also where a SKU of the shop has the name of a charge
    keys = pl.DataFrame(
        {"key": ["", *skus["key"], *CHARGE_KINDS], "sku_key": [None, *skus["key"], *charges_have_none]},
        schema={"key": pl.String, "sku_key": pl.String},
    )
    rules = pl.DataFrame([_rule(fold(key), line) for key, line in bought.by_sku.items()], schema=_RULES, orient="row")
    found = keys.join(rules.unique("key", keep="first"), on="key", how="left", maintain_order="left")
    # What is neither a sale nor a fee (a reserve, a dispute) is booked where a person said, never where fees go.
    fallback = pl.when(~pl.col("key").str.starts_with(OTHER)).then(pl.lit(bought.account or None, dtype=pl.String))
    account = pl.coalesce("account", fallback)
    found = found.join(_products(inputs), on="sku_key", how="left", maintain_order="left")
    product = pl.when(pl.col("account").is_null()).then("product_code")
    posting = pl.when(product.is_not_null()).then("purchase_account").otherwise(account)
    frame = found.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("item"),
        pl.when(_waits(inputs) & pl.col("account").is_null() & pl.col("product_code").is_null())
        .then(pl.lit("to_create"))
        .when(posting.is_null())
        .then(pl.lit("no_account"))
        .otherwise(pl.lit("ok"))
        .alias("state"),
        product.alias("product_code"),
        pl.when(product.is_null()).then(account).alias("account_code"),
        posting.fill_null(NO_ACCOUNT).alias("posting_account"),
        "vat_code",
    ).select(pl.col(name).cast(dtype) for name, dtype in ITEMS.items())
    numbers, first_charge = frame["item"], 1 + skus.height
    charges = pl.DataFrame({"kind": CHARGE_KINDS}).with_columns(
        pl.lit(0, dtype=pl.UInt16).alias("channel_no"), numbers[first_charge:].alias("item")
    )
    items = Items(
        frame=frame,
        by_sku=skus.select("sku").with_columns(numbers[1:first_charge].alias("item")),
        by_charge=charges.select("channel_no", "kind", "item"),
        channel_no=pl.repeat(0, orders.height, dtype=pl.UInt16, eager=True).alias("channel_no"),
        no_sku=0,
    )
    rate = found["rate"].fill_null(0)
    return items, rate if bought.withholds else rate * 0


def _products(inputs: PlanInputs) -> pl.DataFrame:
    """Return by SKU the linked product and the account the ledger books a purchase of it on; products without one have none.

    Where all goods are sold as one product (`detail.inventory`), none is bought by its own.
    """
    known = inputs.ledger_products.filter(pl.col("purchase_account").is_not_null())
    if inputs.connection.detail.inventory == "one":
        known = known.clear()
    linked = inputs.product_links.select("sku_key", "product_code")
    return linked.join(known.drop("keeps_stock"), on="product_code", how="inner", maintain_order="left")


def _waits(inputs: PlanInputs) -> pl.Expr:
    """Return whether a SKU's product is asked for and still to be created: stock must not be bought past it."""
    asked = inputs.wishes["sku_key"] if inputs.limits.expense_items else inputs.wishes["sku_key"].clear()
    unlinked = asked.filter(~asked.is_in(inputs.product_links["sku_key"].implode()))
    return pl.col("sku_key").is_in(unlinked.implode())


def _rule(key: str, line: PurchaseLine) -> tuple[str, str | None, str | None, int]:
    return (key, line.account or None, line.vat, line.withholding_basis_points)


def withheld(lines: pl.DataFrame, rates: pl.Series) -> pl.Series:
    """Return the tax withheld per line.

    Args:
        lines: Finished lines with order_no, item and net_minor, in runs of order_no.
        rates: Rate of each item, in hundredths of a percent.
    """
    keyed = lines.select(
        "order_no", "net_minor", rates.gather(lines["item"]).alias("rate"), pl.int_range(pl.len()).alias("line")
    )
    taxed = keyed.filter(pl.col("rate") > 0).with_columns(
        (pl.col("order_no").cast(pl.Int64) * (_FULL + 1) + pl.col("rate")).alias("group")
    )
    if taxed.is_empty():
        return pl.repeat(0, lines.height, dtype=pl.Int64, eager=True)
    taxed = taxed.sort("group", "line")
    whole = run_sums(taxed, "group", net=pl.col("net_minor")).with_columns(
        (pl.col("group") % (_FULL + 1)).alias("rate")
    )
    amount = share_half_up(pl.col("net").clip(lower_bound=0), pl.col("rate"), pl.lit(_FULL))
    shares = taxed.select(
        "group", pl.col("group").alias("order_no"), "line", pl.col("net_minor").clip(lower_bound=0).alias("weight")
    ).join(whole.select("group", amount.alias("amount")), on="group", how="left", maintain_order="left")
    parts = spread(shares.select("order_no", "line", "weight", "amount"))
    return keyed.select("line").join(parts, on="line", how="left", maintain_order="left")["part"].fill_null(0)

"""Lines of sales: goods and charges of an order, each with its item, discounts spread, before VAT.

A discount of the order (and a negative cash rounding, which would be a negative line) is spread over the product lines;
the shipping discount comes off the shipping line. Charges that are left out do not become lines; what they amount to is
kept per order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.frames.schemas import LineKind, VatCode
from recon.plan.allocate import add_parts, spread
from recon.plan.columns import mask_of, per_order, run_sums
from recon.plan.items import Items, ItemState
from recon.plan.own_lines import before_discounts, with_own_lines, without_tax_inside

SALE_LINES: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "line": pl.UInt32(),                # position in this frame
    "kind": LineKind,
    "item": pl.UInt32(),                # row of ITEMS
    "source": pl.UInt32(),              # position in the order lines; null: a charge of the order
    "quantity_milli": pl.Int64(),
    "amount_minor": pl.Int64(),         # after all discounts, in the order's price basis
    "discount_minor": pl.Int64(),       # inside the amount already
    "vat_code": VatCode,                # as if the order had VAT
    "like_goods": pl.Boolean(),         # a charge whose VAT nobody set
})  # fmt: skip

_BLOCKED: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "kind": LineKind,
    "source": pl.UInt32(),
    "state": ItemState,
    "amount_minor": pl.Int64(),
})  # fmt: skip

_CHARGES: Final = {
    "shipping": pl.col("shipping_minor") - pl.col("shipping_discount_minor"),
    "cod_fee": pl.col("cod_fee_minor"),
    "duties": pl.col("duties_minor"),
    "rounding": pl.col("rounding_line_minor"),
    "voucher": pl.col("voucher_minor"),
    "discount": -pl.col("discount_line_minor"),
    "tax": pl.col("tax_line_minor"),
}
"""Charges of the order that become lines: kind to amount."""


@dataclass(frozen=True, slots=True)
class SaleLines:
    """Lines of the orders that may be posted, and what was found on the way."""

    frame: pl.DataFrame
    """SALE_LINES, sorted by order_no."""
    sums: pl.DataFrame
    """Per order of the plan, vouchers apart: amount, taxable, line_count, left_minor, left_taxable, shipping_taxable, spread_rounding."""
    blocked: pl.DataFrame
    """Lines whose item is not ready: order_no, kind, source, state, amount_minor."""


def sale_lines(
    orders: pl.DataFrame,
    lines: pl.DataFrame,
    items: Items,
    wanted: pl.Series,
    voucher_lines: pl.Series,
    connection: Connection,
) -> SaleLines:
    """Return the lines of the ``wanted`` orders (Boolean per order).

    ``voucher_lines``: per order, the platform's discount that becomes a line of its own.
    """
    numbered = orders.with_columns(items.channel_no, voucher_lines.alias("voucher_minor"))
    numbered = with_own_lines(numbered, lines, connection)
    chosen = numbered if wanted.all() else numbered.filter(wanted)
    both = pl.concat([booked_lines(before_discounts(lines, connection), items, wanted), _charges(chosen, items)])
    both = both.sort("order_no", maintain_order=True)
    state = items.frame["state"]
    kept, blocked, left = both, _no_blocked(), both.clear()
    if (state != "ok").any():
        odd = (state != "ok").gather(both["item"])
        if odd.any():
            states = state.gather(both["item"])
            left = both.filter(states == "leave-out")
            kept = both.filter(states != "leave-out") if left.height else both
            blocked = _blocked(both.with_columns(states.alias("state")).filter(odd))
    kept = kept.with_columns(line=pl.int_range(pl.len(), dtype=pl.UInt32)).select(SALE_LINES.names())
    rounding = _rounded_down(chosen, items)
    kept = _spread_discounts(
        kept, chosen.select("order_no", pl.col("spread_discount_minor").alias("discount_minor")), rounding
    )
    kept = without_tax_inside(kept, chosen)
    kept = _charges_like_goods(kept)
    return SaleLines(kept, _sums(kept, left, rounding, orders.height), blocked)


def booked_lines(lines: pl.DataFrame, items: Items, wanted: pl.Series) -> pl.DataFrame:
    """Return order lines with their items; lines other than products are booked like the charge of their kind."""
    columns = ["order_no", "kind", "sku", "quantity_milli", "amount_minor", "discount_minor", "taxable"]
    chosen = lines.select(*columns, pl.int_range(pl.len(), dtype=pl.UInt32).alias("source"))
    if not wanted.all():
        chosen = chosen.filter(wanted.gather(lines["order_no"]))
    found = chosen.join(items.by_sku, on="sku", how="left", maintain_order="left")
    found = found.with_columns(pl.col("item").fill_null(items.no_sku))
    if (found["kind"] != "product").any():
        keyed = found.with_columns(
            items.channel_no.gather(found["order_no"]), pl.col("kind").cast(pl.String).alias("_kind")
        )
        charges = items.by_charge.rename({"item": "_charge", "kind": "_kind"})
        keyed = keyed.join(charges, on=["channel_no", "_kind"], how="left", maintain_order="left")
        found = found.with_columns(
            pl.when(pl.col("kind") == "product")
            .then("item")
            .otherwise(keyed["_charge"].fill_null(items.no_sku))
            .alias("item")
        )
    codes = items.frame["vat_code"]
    by_line = pl.when(pl.col("taxable").not_()).then(pl.lit("none")).otherwise(pl.lit("vat7")).cast(VatCode)
    own = pl.lit(codes.gather(found["item"])) if codes.null_count() < codes.len() else pl.lit(None, dtype=VatCode)
    return found.select(
        "order_no", "kind", "item", "source", "quantity_milli", "amount_minor", "discount_minor",
        pl.coalesce(own, by_line).alias("vat_code"), pl.lit(value=False).alias("like_goods"),
    )  # fmt: skip


def _charges(orders: pl.DataFrame, items: Items) -> pl.DataFrame:
    """Return one line per charge of an order that is not zero."""
    parts = []
    for kind, amount in _CHARGES.items():
        some = orders.select("order_no", "channel_no", amount.alias("amount_minor"), "shipping_discount_minor").filter(
            pl.col("amount_minor") != 0
        )
        rules = items.by_charge.filter(pl.col("kind") == kind).select("channel_no", "item")
        parts.append(_charge_lines(some.join(rules, on="channel_no", how="left", maintain_order="left"), kind, items))
    return pl.concat(parts)


def _charge_lines(charges: pl.DataFrame, kind: str, items: Items) -> pl.DataFrame:
    codes = items.frame["vat_code"].gather(charges["item"])
    discount = pl.col("shipping_discount_minor") if kind == "shipping" else pl.lit(0, dtype=pl.Int64)
    return charges.select(
        "order_no",
        pl.lit(kind, dtype=LineKind).alias("kind"),
        "item",
        pl.lit(None, dtype=pl.UInt32).alias("source"),
        pl.lit(1000, dtype=pl.Int64).alias("quantity_milli"),
        "amount_minor",
        discount.alias("discount_minor"),
        pl.coalesce(pl.lit(codes), pl.lit("vat7", dtype=VatCode)).alias("vat_code"),
        pl.lit(codes.is_null()).alias("like_goods"),
    )


def _blocked(lines: pl.DataFrame) -> pl.DataFrame:
    found = lines.filter(~pl.col("state").is_in(["ok", "leave-out"]))
    return found.select("order_no", "kind", "source", "state", "amount_minor")


def _no_blocked() -> pl.DataFrame:
    return pl.DataFrame(schema=_BLOCKED)


def _rounded_down(orders: pl.DataFrame, items: Items) -> pl.DataFrame:
    """Return order_no, rounding_minor (< 0) and whether it is left out, for orders rounded down."""
    rounded = (pl.col("rounding_minor") - pl.col("rounding_line_minor")).alias("rounding_minor")
    down = orders.select("order_no", "channel_no", rounded).filter(pl.col("rounding_minor") < 0)
    if down.is_empty():
        return down.select("order_no", "rounding_minor", pl.lit(value=False).alias("left_out"))
    rules = items.by_charge.filter(pl.col("kind") == "rounding")
    left_out = rules.select("channel_no", left_out=items.frame["state"].gather(rules["item"]) == "leave-out")
    return down.join(left_out, on="channel_no", how="left", maintain_order="left").drop("channel_no")


def _spread_discounts(lines: pl.DataFrame, orders: pl.DataFrame, rounding: pl.DataFrame) -> pl.DataFrame:
    """Take the orders' discounts off their product lines; off all their goods where the products are not enough."""
    given = orders.select("order_no", pl.col("discount_minor").alias("amount")).filter(pl.col("amount") != 0)
    down = rounding.filter(~pl.col("left_out")).select("order_no", (-pl.col("rounding_minor")).alias("amount"))
    if down.height:
        given = pl.concat([given, down]).group_by("order_no").agg(pl.col("amount").sum()).sort("order_no")
    if given.is_empty():
        return lines
    goods = lines.filter(pl.col("source").is_not_null()).join(given, on="order_no", how="inner", maintain_order="left")
    positive = pl.col("amount_minor").clip(lower_bound=0)
    product = pl.when(pl.col("kind") == "product").then(positive).otherwise(0)
    enough = run_sums(goods, "order_no", product=product).join(given, on="order_no")
    enough = enough.select("order_no", (pl.col("product") >= pl.col("amount")).alias("_enough"))
    goods = goods.join(enough, on="order_no", how="left", maintain_order="left")
    parts = spread(
        goods.select("order_no", "line", pl.when("_enough").then(product).otherwise(positive).alias("weight"), "amount")
    )
    return add_parts(lines, parts, sign=-1, discount=True)


def _charges_like_goods(lines: pl.DataFrame) -> pl.DataFrame:
    """Give charges without a VAT code that of the goods: no VAT where none of the order's goods carries any."""
    exempt = lines.filter(pl.col("source").is_not_null(), pl.col("vat_code") != "vat7")
    if exempt.is_empty():
        return lines
    taxed = lines.filter(pl.col("source").is_not_null(), pl.col("vat_code") == "vat7")
    only_exempt = exempt.join(taxed.select("order_no").unique(), on="order_no", how="anti").select("order_no").unique()
    concerned = pl.col("like_goods") & pl.col("order_no").is_in(only_exempt["order_no"].implode())
    return lines.with_columns(
        pl.when(concerned).then(pl.lit("none", dtype=VatCode)).otherwise("vat_code").alias("vat_code")
    )


def _sums(lines: pl.DataFrame, left: pl.DataFrame, rounding: pl.DataFrame, order_count: int) -> pl.DataFrame:
    amount, taxed = pl.col("amount_minor"), pl.col("vat_code") == "vat7"
    own = pl.when(pl.col("kind") != "voucher").then(amount).otherwise(0)
    shipping = taxed & pl.col("like_goods") & (pl.col("kind") == "shipping")
    kept = run_sums(
        lines,
        "order_no",
        amount=own,
        taxable=pl.when(taxed).then(own).otherwise(0),
        line_count=pl.col("line").is_not_null(),
        shipping_taxable=pl.when(shipping).then(amount).otherwise(0),
    )
    sums = per_order(kept, order_count)
    out = _zero_or(left, order_count, left_minor=amount, left_taxable=pl.when(taxed).then(amount).otherwise(0))
    down = pl.when(~pl.col("left_out")).then(-pl.col("rounding_minor")).otherwise(0)
    gone = pl.when("left_out").then("rounding_minor").otherwise(0)
    rounded = _zero_or(rounding, order_count, spread_rounding=down, left_rounding=gone)
    return pl.concat([sums, out, rounded], how="horizontal").with_columns(
        pl.col("left_minor") + pl.col("left_rounding")
    )


def _zero_or(frame: pl.DataFrame, order_count: int, **sums: pl.Expr) -> pl.DataFrame:
    if frame.is_empty():
        return pl.select(pl.repeat(0, order_count, dtype=pl.Int64).alias(name) for name in sums)
    return per_order(run_sums(frame, "order_no", **sums), order_count)


def orders_of(blocked: pl.DataFrame, states: tuple[str, ...], order_count: int) -> pl.Series:
    """Return per order whether one of its lines is blocked in one of these states."""
    return mask_of(blocked.filter(pl.col("state").is_in(states))["order_no"], order_count)

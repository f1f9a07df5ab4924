"""Settlement rows of marketplaces become one purchase per cycle: its fees as lines, and the orders it paid as payments.

Rows are read as records of their own, so that files may overlap and come in any order; the latest version of each row
counts once. For a plan they are taken off the orders and become the purchases. Pure: no file, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from recon.domain.providers import SETTLING
from recon.frames.amounts import plain_text
from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import fill
from recon.frames.findings import findings_from, gather
from recon.frames.order_keys import of_marketplace, platform_of
from recon.frames.payout_keys import is_payout_row
from recon.frames.schemas import ORDER_LINES, ORDERS, PAYMENTS
from recon.normalize.payout_refunds import date_refunds
from recon.normalize.payouts import Payouts, apart, charges_differ, payouts_differ, with_sale_keys
from recon.normalize.sequence import by_day, chronological, without_orders
from recon.normalize.settled_refunds import paid_in_full, refunds_shown
from recon.normalize.settlement_purchases import credit_key, purchases

_UNKNOWN: Final = "unknown"
_ROW: Final = r"^((?:[^:]*:){2}purchase:[^/]+)/"
"""Key of a settlement's row: the key of its cycle, and what tells the row apart."""
_SAME: Final = r"^(.*)/[^/]+/[0-9]+$"
"""Key of a row, less its amounts and its running number."""
_OF_SO_MANY: Final = r"/\?([0-9]+)/[0-9]+$"
"""End of the key of a row whose amounts cannot be read: of how many of its order it is one."""
_DELIVERED: Final = ("delivered", "completed")


@dataclass(frozen=True, slots=True)
class Settled:
    """Settlement rows of a set of frames."""

    rows: pl.DataFrame
    """ORDERS columns plus cycle_key and sale_key (null: the row names no order)."""
    legs: pl.DataFrame
    """order_no, sku, name, amount_minor, row, cycle_key, sale_key."""
    files: tuple[str, ...]
    """All files, oldest first."""
    payouts: Payouts
    """Rows of a payment provider that wait, and payouts stated as a whole."""


def settled_of(frames: CanonicalFrames) -> Settled | None:
    """Return the settlement rows among the orders; None where there are none."""
    is_row = is_settlement_row(frames.orders)
    if not is_row.any():
        return None
    rows = frames.orders.filter(is_row).with_columns(pl.col("order_key").str.extract(_ROW).alias("cycle_key"))
    rows = with_sale_keys(rows, frames.orders)
    legs = frames.lines.select("order_no", "sku", "name", "amount_minor", "row").join(
        rows.select("order_no", "cycle_key", "sale_key"), on="order_no", how="inner", maintain_order="left"
    )
    rows, legs, payouts = apart(rows, legs)
    return Settled(rows, legs, tuple(stated.file for stated in frames.stated), payouts)


def is_settlement_row(orders: pl.DataFrame) -> pl.Series:
    """Return which records are rows of settlements or payouts."""
    if not (orders["record_kind"] == "purchase").any():
        return pl.repeat(value=False, n=orders.height, dtype=pl.Boolean, eager=True)
    found = (pl.col("record_kind") == "purchase") & platform_of().is_in(SETTLING) & is_payout_row()
    return orders.select(found.fill_null(value=False).alias("is_row")).to_series()


def gather_settlements(frames: CanonicalFrames) -> CanonicalFrames:
    """Return the frames, oldest order first, with settlement rows put together to one purchase per cycle."""
    settled = settled_of(frames)
    if settled is None:
        return chronological(frames)
    others = chronological(without_orders(frames, ~is_settlement_row(frames.orders)))
    others = date_refunds(others, *with_waiting(settled))
    held = held_cycles(settled, frames.findings)
    of_markets = _of_marketplaces(settled)
    records, lines, given_back = purchases(settled.rows, settled.legs)
    payments = _payments(settled, held)
    findings = [
        _without_row_keys(others.findings),
        held,
        _credits_held(held, records),
        given_back,
        refunds_shown(of_markets.rows, of_markets.legs),
        paid_in_full(of_markets.rows, of_markets.legs, others.orders),
        charges_differ(settled.rows, settled.legs, settled.payouts, others.orders),
        *_told(settled, others.orders),
    ]
    return _put_together(replace(others, findings=gather(findings)), records, lines, payments)


def _of_marketplaces(settled: Settled) -> Settled:
    """Return what marketplaces settled; they state refunds and prices that a payment provider knows nothing of."""
    rows = settled.rows.filter(of_marketplace())
    if rows.height == settled.rows.height:
        return settled
    return replace(settled, rows=rows, legs=settled.legs.join(rows.select("order_no"), on="order_no", how="semi"))


def with_waiting(settled: Settled) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return all rows and legs, those that are not paid out yet too."""
    more = settled.payouts
    return pl.concat([settled.rows, more.waiting]), pl.concat([settled.legs, more.waiting_legs])


def _credits_held(held: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Return why credits are held: what holds their cycle; its sum is said there."""
    backs = records.filter(pl.col("record_kind") == "purchase_return").select("order_key")
    same = held.with_columns(
        credit_key(pl.col("order_key")).alias("order_key"), pl.lit(None, dtype=pl.Int64).alias("amount_minor")
    )
    return same.join(backs, on="order_key", how="semi", maintain_order="left")


def _payments(settled: Settled, held: pl.DataFrame) -> pl.DataFrame:
    """Return what each cycle paid for each order; cycles that are held prove nothing, nor does a compensation."""
    only = settled.legs.group_by("order_no").agg((pl.col("sku") != "compensation").any().alias("proves"))
    proof = settled.rows.filter(pl.col("sale_key").is_not_null()).join(
        only, on="order_no", how="left", maintain_order="left"
    )
    proof = proof.filter(
        pl.col("proves").fill_null(value=False), ~pl.col("cycle_key").is_in(held["order_key"].implode())
    )
    return proof.group_by("cycle_key", "order_number", maintain_order=True).agg(
        pl.col("payment_channel").first(), pl.col("total_minor").sum().alias("amount_minor"), pl.col("paid_on").max(), pl.col("row").first()
    )  # fmt: skip


def held_cycles(settled: Settled, findings: pl.DataFrame) -> pl.DataFrame:
    """Return why cycles are held: findings about their rows, rows that were refused, files that do not add up."""
    rows = settled.rows
    of_file = rows.select("cycle_key", "file").unique(maintain_order=True)
    whole = findings.filter(pl.col("order_key").is_null(), pl.col("code") == "control-total-differs")
    return gather([
        _of_rows(settled, findings),
        _refused(settled, findings),
        _for_files(of_file, whole),
        _unnamed(settled, of_file, findings),
        _named(findings, settled),
        _repeated(settled),
        payouts_differ(settled.rows, settled.payouts),
    ])  # fmt: skip


def _for_files(of_file: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return a finding about a file's total for every cycle it has rows of."""
    told = found.select("file", "row", "value", "amount_minor", "detail").unique(
        "file", keep="first", maintain_order=True
    )
    both = of_file.join(told, on="file", how="inner", maintain_order="left")
    return findings_from(
        both,
        "control-total-differs",
        order_key=pl.col("cycle_key"),
        value=pl.col("value"),
        amount_minor=pl.col("amount_minor"),
        detail=pl.col("detail"),
    )


def _unnamed(settled: Settled, of_file: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Return a finding for every cycle of a file with legs nobody has named: each with its own sum, the others with none."""
    told = findings.filter(pl.col("order_key").is_null(), pl.col("code") == "settlement-leg-unknown")
    told = told.select("file", "value", "detail").unique("file", keep="first", maintain_order=True)
    legs = settled.legs.filter(pl.col("sku") == _UNKNOWN).join(settled.rows.select("order_no", "file"), on="order_no")
    own = legs.group_by("file", "cycle_key", maintain_order=True).agg(
        pl.col("amount_minor").sum(), pl.col("row").first(), pl.col("order_no").n_unique().alias("count")
    )
    cycle = pl.col("cycle_key").str.extract("([^:]*)$")
    where = own.group_by("file", maintain_order=True).agg(cycle.str.join(", ").alias("where"))
    both = of_file.join(told, on="file", how="inner", maintain_order="left").join(
        where, on="file", how="inner", maintain_order="left"
    )
    both = both.join(own, on=["file", "cycle_key"], how="left", maintain_order="left")
    elsewhere = pl.format("The file does not add up; what nobody has named stands in {}.", "where")
    here = pl.format(
        "In this cycle: rows {}, not known {}. In the whole file: {}", "count", plain_text("amount_minor"), "detail"
    )
    return findings_from(
        both, "settlement-leg-unknown", order_key=pl.col("cycle_key"), value=pl.col("value"), amount_minor=pl.col("amount_minor"),
        detail=pl.when(pl.col("count").is_null()).then(elsewhere).otherwise(here),
    )  # fmt: skip


def _of_rows(settled: Settled, findings: pl.DataFrame) -> pl.DataFrame:
    """Return findings about rows as findings about their cycles."""
    cycles = pl.concat([settled.rows, settled.payouts.stated]).select("order_key", "cycle_key").unique("order_key")
    found = findings.filter(pl.col("severity") == "hold").join(
        cycles, on="order_key", how="inner", maintain_order="left"
    )
    return found.with_columns(pl.col("cycle_key").alias("order_key")).drop("cycle_key")


def _named(findings: pl.DataFrame, settled: Settled) -> pl.DataFrame:
    """Return the findings that name a cycle already, as long as one of its rows still has a leg nobody has named."""
    still = settled.legs.filter(pl.col("sku") == _UNKNOWN).select(pl.col("cycle_key").alias("order_key")).unique()
    said = findings.filter(pl.col("code") == "settlement-leg-unknown").join(still, on="order_key", how="semi")
    return said.unique(["order_key", "value"], keep="last", maintain_order=True)


def _refused(settled: Settled, findings: pl.DataFrame) -> pl.DataFrame:
    """Return a hold for every cycle of which a row was refused and did not come right since; without a day: all of its file."""
    rows = settled.rows
    of_file = pl.col("file").is_in(rows["file"].unique().implode())
    of_row = pl.col("order_key").str.contains(_ROW)
    refused = findings.filter(pl.col("severity") == "refused", of_row.fill_null(value=False) | of_file)
    refused = _still_refused(refused, rows, {file: number for number, file in enumerate(settled.files)})
    refused = refused.with_columns(pl.col("order_key").str.extract(_ROW).alias("cycle_key"))
    known = refused.filter(pl.col("cycle_key").is_in(rows["cycle_key"].unique().implode()))
    lost = refused.filter(pl.col("cycle_key").is_null()).drop("cycle_key")
    all_of = lost.join(
        rows.select("file", "cycle_key").unique(maintain_order=True), on="file", how="inner", maintain_order="left"
    )
    both = pl.concat([known, all_of.select(known.columns)])
    both = both.unique(["cycle_key", "file", "row"], keep="first", maintain_order=True)
    detail = pl.format(
        "Row {}: {} in column {}.", "row", pl.col("value").fill_null("nothing"), pl.col("column").fill_null("?")
    )
    return findings_from(
        both, "settlement-row-refused", order_key=pl.col("cycle_key"), value=pl.col("value"), column=pl.col("column"),
        amount_minor=pl.col("amount_minor"), detail=detail,
    )  # fmt: skip


def _still_refused(refused: pl.DataFrame, rows: pl.DataFrame, place: dict[str, int]) -> pl.DataFrame:
    """Return the refusals that no later file makes good: by the same row, or by as many rows of its order as there were."""
    at = pl.col("file").replace_strict(place, default=-1)
    numbered = refused.with_row_index("_i").with_columns(at.alias("_at"))
    same = numbered.select("_i", "_at", "order_key").join(
        rows.select("order_key", at.alias("_stands")), on="order_key", how="inner"
    )
    like = numbered.select(
        "_i", "_at", pl.col("order_key").str.extract(_SAME).alias("_same"),
        pl.col("order_key").str.extract(_OF_SO_MANY).cast(pl.UInt32).alias("_many"),
    ).filter(pl.col("_many").is_not_null())  # fmt: skip
    like = like.join(
        rows.select(pl.col("order_key").str.extract(_SAME).alias("_same"), at.alias("_stands")), on="_same"
    )
    newer = (
        like.filter(pl.col("_stands") > pl.col("_at"))
        .group_by("_i")
        .agg(pl.len().alias("_have"), pl.col("_many").first())
    )
    good = pl.concat([
        same.filter(pl.col("_stands") >= pl.col("_at"))["_i"], newer.filter(pl.col("_have") >= pl.col("_many"))["_i"],
    ])  # fmt: skip
    return numbered.filter(~pl.col("_i").is_in(good.implode())).drop("_i", "_at")


def _repeated(settled: Settled) -> pl.DataFrame:
    """Return the cycles that repeat a transaction of an earlier one, where a transaction comes once."""
    once = settled.rows.filter(pl.col("other_numbers").is_not_null()).sort("paid_on", "cycle_key", maintain_order=True)
    first = once.unique("other_numbers", keep="first", maintain_order=True).select(
        "other_numbers", pl.col("cycle_key").alias("_first")
    )
    later = once.join(first, on="other_numbers", how="left", maintain_order="left").filter(
        pl.col("cycle_key") != pl.col("_first")
    )
    return findings_from(
        later, "settlement-repeated", order_key=pl.col("cycle_key"), value=pl.col("other_numbers"), amount_minor=pl.col("total_minor"),
        detail=pl.format("It was settled in {} already.", pl.col("_first").str.extract("([^:]*)$")),
    )  # fmt: skip


def _without_row_keys(findings: pl.DataFrame) -> pl.DataFrame:
    """Return the findings less those about rows and cycles, which are said of the cycle as long as they are true."""
    of_row = pl.col("order_key").str.contains(_ROW)
    of_cycle = pl.col("code") == "settlement-leg-unknown"
    return findings.filter(~((of_row & (pl.col("severity") != "refused")) | of_cycle).fill_null(value=False))


def _told(settled: Settled, sales: pl.DataFrame) -> list[pl.DataFrame]:
    """Return what is said of cycles that are booked: unknown orders, tax and compensations, other prices."""
    known = sales.filter(pl.col("record_kind") == "sale").select(pl.col("order_key").alias("sale_key"))
    strange = settled.rows.filter(pl.col("sale_key").is_not_null()).join(
        known, on="sale_key", how="anti", maintain_order="left"
    )
    by_cycle = strange.group_by("cycle_key", maintain_order=True).agg(
        pl.col("order_number").unique(maintain_order=True),
        pl.col("total_minor").sum(),
        pl.col("file").first(),
        pl.col("row").first(),
    )
    numbers = pl.col("order_number")
    unknown = findings_from(
        by_cycle, "settled-order-unknown", order_key=pl.col("cycle_key"), amount_minor=pl.col("total_minor"),
        value=numbers.list.head(5).list.join(", "),
        detail=pl.format("Orders: {}, transferred {}.", numbers.list.len(), plain_text("total_minor")),
    )  # fmt: skip
    kept = [
        _by_group(settled, group, code)
        for group, code in (("tax", "settlement-tax-kept"), ("compensation", "settlement-compensation"))
    ]
    return [unknown, *kept, _differs(_of_marketplaces(settled), sales)]


def _by_group(settled: Settled, group: str, code: str) -> pl.DataFrame:
    files = settled.rows.select("order_no", "file")
    legs = settled.legs.filter(pl.col("sku") == group).join(files, on="order_no", how="left", maintain_order="left")
    found = legs.group_by("cycle_key", maintain_order=True).agg(
        pl.col("amount_minor").sum(),
        pl.col("name").unique(maintain_order=True).str.join(", "),
        pl.col("file", "row").first(),
    )
    return findings_from(
        found, code, order_key=pl.col("cycle_key"), value=pl.col("name"), amount_minor=pl.col("amount_minor")
    )


def _differs(settled: Settled, sales: pl.DataFrame) -> pl.DataFrame:
    """Return delivered orders whose goods were settled at another price than the seller's own price in the order.

    Asked only where nothing went back on either side: then price less the shop's own discounts must be the same.
    """
    group = pl.col("sku")
    legs = settled.legs.filter(group.is_in(["sale", "discount", "refund"])).group_by("sale_key").agg(
        pl.col("amount_minor").filter(group != "refund").sum().alias("settled_minor"),
        (group == "refund").any().alias("back"), (group == "sale").any().alias("sold"),
    )  # fmt: skip
    goods = (
        pl.col("total_minor")
        + pl.col("platform_discount_minor")
        - pl.col("shipping_minor")
        + pl.col("shipping_discount_minor")
    )
    asked = sales.filter(
        (pl.col("record_kind") == "sale") & pl.col("order_state").is_in(_DELIVERED) & (pl.col("refunded_minor") == 0)
    )
    both = asked.join(
        legs.filter(pl.col("sold") & ~pl.col("back")), left_on="order_key", right_on="sale_key", maintain_order="left"
    )
    both = both.with_columns(goods.alias("goods_minor")).filter(pl.col("goods_minor") != pl.col("settled_minor"))
    return findings_from(
        both, "settled-differs", amount_minor=pl.col("settled_minor") - pl.col("goods_minor"), value=pl.col("order_number"),
        detail=pl.format("Goods at the seller's price: order {}, settlement {}.", plain_text("goods_minor"), plain_text("settled_minor")),
    )  # fmt: skip


def _put_together(
    others: CanonicalFrames, records: pl.DataFrame, lines: pl.DataFrame, payments: pl.DataFrame
) -> CanonicalFrames:
    """Return the orders with the purchases among them by their day, everything numbered anew."""
    count = others.orders.height
    places = pl.int_range(count, count + records.height, dtype=pl.UInt32, eager=True).alias("order_no")
    named = records.with_columns(places)
    by_key = named.select("order_key", "order_no")
    orders = pl.concat([others.orders, fill(named, ORDERS)])
    line_no = pl.int_range(1, pl.len() + 1).over("order_no")
    own_lines = lines.join(by_key, on="order_key", how="inner", maintain_order="left").sort(
        "order_no", maintain_order=True
    )
    own_lines = own_lines.with_columns(
        line_no.alias("line_no"), pl.lit("product").alias("kind"), pl.lit(1000).alias("quantity_milli"), pl.lit(0).alias("discount_minor"),
        pl.col("amount_minor").alias("unit_price_minor"),
    )  # fmt: skip
    paid = payments.rename({"cycle_key": "order_key"})
    own_payments = paid.join(by_key, on="order_key", how="inner", maintain_order="left").with_columns(
        line_no.alias("payment_no"), pl.col("order_number").alias("reference")
    )
    both = replace(
        others,
        orders=orders,
        lines=pl.concat([others.lines, fill(own_lines, ORDER_LINES)]),
        payments=pl.concat([others.payments, fill(own_payments, PAYMENTS)]),
    )
    return by_day(both).checked()

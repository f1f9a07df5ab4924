"""Settlements of a table under the canonical names of a reading, as text: the same orders, lines and payments as of a SAF-T file."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.sources.tills.rates import rate_text
from recon.sources.z_reports.settlement import CASH_CODE, COUNTED, DEPOSIT, ZSettlements

SETTLEMENT: Final = "settlement"
_MOVES: Final = ("pay-in", "pay-out")


def order_id() -> pl.Expr:
    """Return the identity of a report: register and number, K1/214."""
    return pl.concat_str("register", pl.lit("/"), "z")


def orders(found: ZSettlements, day_ends: dt.time) -> pl.DataFrame:
    """Return one row per Z report; ``report_no`` stays for what hangs on it."""
    late = (pl.col("clock") < day_ends).fill_null(value=False)
    day = pl.col("day")
    business = pl.when(late).then(day.dt.offset_by("-1d")).otherwise(day)
    moment = pl.when(pl.col("clock").is_not_null()).then(
        pl.format("{} {}", day, pl.col("clock").dt.to_string("%H:%M:%S"))
    )
    received = found.payments.group_by("report_no").agg(pl.sum("amount").alias("received"))
    heads = found.heads.join(received, on="report_no", how="left", maintain_order="left")
    return heads.select(
        "report_no", "row", order_id().alias("order_id"), order_id().alias("order_number"), pl.lit(SETTLEMENT).alias("record_kind"),
        business.cast(pl.String).alias("ordered_on"), day.cast(pl.String).alias("completed_on"),
        pl.coalesce(moment, day.cast(pl.String)).alias("updated_at"), pl.lit("completed").alias("order_state"),
        pl.lit("paid").alias("payment_state"), pl.col("place").alias("sales_channel"),
        plain_text(pl.col("received").fill_null(0)).alias("total"), plain_text("rounding").alias("rounding"),
        plain_text("tax").alias("tax"), plain_text("opening_float").alias("opening_float"),
    )  # fmt: skip


def lines(found: ZSettlements) -> pl.DataFrame:
    """Return one line per article group and rate, tips, customers' payments, and what went into and out of the drawer."""
    places = found.heads.select("report_no", "place")
    rows = found.lines.join(places, on="report_no", how="left", maintain_order="left")
    kind, bare = pl.col("kind"), pl.col("code") == pl.col("kind")
    is_group, rate = kind == "group", rate_text(pl.col("rate"))
    group = pl.when(rate.is_null()).then("code").otherwise(pl.concat_str("code", pl.lit("@"), rate))
    move = pl.when(bare).then(kind).otherwise(pl.concat_str("kind", pl.lit(" "), "code"))
    what = pl.when(is_group).then(group).when(kind.is_in(_MOVES)).then(move).otherwise(kind.str.replace("-", " "))
    ours = kind.str.replace_all("-", "_")
    return rows.select(
        "report_no", "row", pl.when(is_group).then(pl.lit("product")).otherwise(ours).alias("kind"),
        pl.concat_str("place", pl.lit("/"), what).alias("sku"), pl.when(is_group).then("name").otherwise(what).alias("name"),
        pl.lit("1").alias("quantity"), plain_text("amount").alias("line_amount"),
        pl.when(is_group).then(pl.concat_str(rate, pl.lit(" %"))).alias("tax_text"), plain_text("tax").alias("tax"),
    )  # fmt: skip


def payments(found: ZSettlements) -> pl.DataFrame:
    """Return where the money is, and what a count moved between the cash, the difference and the bank."""
    places = found.heads.select("report_no", "place")
    shown = pl.when(pl.col("name") == pl.col("code")).then("code").otherwise(pl.concat_str("code", pl.lit(" "), "name"))
    paid = found.payments.join(places, on="report_no", how="left", maintain_order="left").select(
        "report_no", pl.concat_str("place", pl.lit("/"), shown).alias("payment_channel"), "amount", "reference"
    )
    both = pl.concat([paid, *_counted(found, paid)]).sort("report_no", maintain_order=True)
    return both.with_columns(plain_text("amount").alias("amount"))


def _counted(found: ZSettlements, paid: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the parts of counted cash: each amount once on its own channel and once, the other way round, on the cash."""
    cash = paid.filter(pl.col("reference") == CASH_CODE).unique("report_no", keep="first", maintain_order=True)
    heads = found.heads.filter(pl.col("counted").is_not_null() & pl.col("expected").is_not_null())
    heads = heads.join(
        cash.select("report_no", pl.col("payment_channel").alias("_cash")),
        on="report_no",
        how="left",
        maintain_order="left",
    )
    drawer = pl.coalesce("_cash", pl.concat_str("place", pl.lit("/cash")))
    over, bank = pl.col("counted") - pl.col("expected"), pl.col("to_bank").fill_null(0)
    sides = [
        (pl.concat_str("place", pl.lit("/cash difference")), -over, COUNTED),
        (drawer, over, COUNTED),
        (pl.concat_str("place", pl.lit("/to bank")), bank, DEPOSIT),
        (drawer, -bank, DEPOSIT),
    ]
    return [
        heads.select(
            "report_no", channel.alias("payment_channel"), amount.alias("amount"), pl.lit(reference).alias("reference")
        )
        for channel, amount, reference in sides
    ]

"""What a till now says otherwise within a settlement that was posted, though the total is the same.

Money under another means of payment, sales in another group, the register at a place of another department. Compared are the
names of the source, each on the account (and with the VAT code) it was posted on: what a person maps otherwise today is no
change of the till's. A name the posted voucher does not have stands where it is mapped now. What is not known of a posted
voucher any more is not compared.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.match.till_cash import ADDED_CHANNELS, CASH_DIFFERENCE, TO_BANK, needed_channels
from recon.plan.inputs import PlanInputs, PostedContents
from recon.plan.tills.money import Money

MOVED: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "what": pl.String(),                # where the voucher and the till differ, a sentence each
})  # fmt: skip
"""Records whose posted settlement the till no longer tells."""

_PARTS: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "side": pl.String(),                # line or money
    "name": pl.String(),                # of the group or means of payment, without its place
    "account_code": pl.String(),
    "tax_code": pl.String(),            # "": none
    "amount_minor": pl.Int64(),         # debit > 0
})  # fmt: skip
_NAME: Final = ("order_no", "side", "name")
_KEY: Final = ("order_no", "account_code", "tax_code")


def moved_within(
    inputs: PlanInputs, facts: pl.DataFrame, lines: pl.DataFrame, money: Money, places: pl.DataFrame
) -> pl.DataFrame:
    """Return MOVED of the settlements that stand in the ledger.

    Args:
        inputs: What the plan is made from.
        facts: TILL_FACTS.
        lines: CODED.
        money: What came in.
        places: Per record ``department`` and ``project``.
    """
    orders = pl.concat([inputs.orders.select("order_no", "sales_channel"), facts, places], how="horizontal")
    alone = (pl.col("ledger") == "settlement") & ~pl.col("pending") & (pl.col("live_count") == 1)
    standing = orders.filter(alone)
    if standing.is_empty():
        return pl.DataFrame(schema=MOVED)
    contents = inputs.read_posted(standing["live_key"].to_list())
    posted = contents.documents.unique("document_key", keep="first", maintain_order=True).select(
        pl.col("document_key").alias("live_key"), "payments",
        *(pl.col(name).alias(f"_{name}") for name in ("sales_channel", "department", "project")),
    )  # fmt: skip
    known = standing.join(posted, on="live_key", how="inner", maintain_order="left")
    if known.is_empty():
        return pl.DataFrame(schema=MOVED)
    there = _posted_parts(known, contents)
    here = _parts_now(known, lines, money)
    there, here = _without_count(inputs, there, here, known, money)
    said = pl.concat([_accounts(there, _as_posted(here, there)), _dimensions(known)])
    return said.sort("order_no", maintain_order=True).group_by("order_no", maintain_order=True).agg(
        pl.col("what").str.join(" ")
    ).cast(MOVED)  # fmt: skip


def _bare(name: str, place: str) -> pl.Expr:
    """Return a group or means of payment without the place it belongs to."""
    return pl.col(name).str.strip_prefix(pl.format("{}/", place))


def _posted_parts(known: pl.DataFrame, contents: PostedContents) -> pl.DataFrame:
    """Return _PARTS of what was posted."""
    paid = known.select("order_no", "_sales_channel", "payments").explode("payments", empty_as_null=True)
    paid = paid.filter(pl.col("payments").is_not_null()).unnest("payments")
    heads = known.select("order_no", "_sales_channel", pl.col("live_key").alias("document_key"))
    sold = heads.join(contents.lines, on="document_key", how="inner", maintain_order="left")
    return pl.concat(
        [
            _as_parts(paid, "money", _bare("payment_channel", "_sales_channel"), pl.col("payment_method"), pl.col("amount_minor")),
            _as_parts(sold, "line", _bare("sku", "_sales_channel"), pl.col("account_code"), -pl.col("amount_minor"), pl.col("tax_code")),
        ]
    )  # fmt: skip


def _parts_now(known: pl.DataFrame, lines: pl.DataFrame, money: Money) -> pl.DataFrame:
    """Return _PARTS of what the till says now, on the accounts of now."""
    heads = known.select("order_no", "sales_channel")
    paid = heads.join(money.parts, on="order_no", how="inner", maintain_order="left")
    sold = heads.join(lines, on="order_no", how="inner", maintain_order="left")
    return pl.concat(
        [
            _as_parts(paid, "money", _bare("payment_channel", "sales_channel"), pl.col("account_code"), pl.col("amount_minor")),
            _as_parts(sold, "line", _bare("sku", "sales_channel"), pl.col("account_code"), -pl.col("amount_minor"), pl.col("tax_code")),
        ]
    )  # fmt: skip


def _as_parts(
    frame: pl.DataFrame, side: str, name: pl.Expr, account: pl.Expr, amount: pl.Expr, tax: pl.Expr | None = None
) -> pl.DataFrame:
    code = pl.lit("") if tax is None else tax.fill_null("")
    columns = (pl.lit(side), name.fill_null(""), account, code, amount)
    return frame.select(
        "order_no", *(each.alias(column) for each, column in zip(columns, list(_PARTS)[1:], strict=True))
    ).cast(_PARTS)


def _without_count(
    inputs: PlanInputs, there: pl.DataFrame, here: pl.DataFrame, known: pl.DataFrame, money: Money
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put back on the cash what only one side books of a count, because the settings of then and now differ.

    Posted parts of a count stay where counts are booked today; those of today where the voucher has a count too.
    """
    till = inputs.connection.till
    booked = needed_channels(counts=till.counting != "off", deposits=till.bank_deposits == "settlement")
    cash = known.select("order_no", "sales_channel").join(
        money.cash.select("order_no", "cash_channel"), on="order_no", how="left", maintain_order="left"
    ).select("order_no", _bare("cash_channel", "sales_channel").alias("_cash"))  # fmt: skip
    counted = there.filter(pl.col("name").is_in(ADDED_CHANNELS))
    any_count = counted.select("order_no").unique()
    deposits = counted.filter(pl.col("name") == TO_BANK).select("order_no").unique()
    alike = pl.concat(
        [
            any_count.with_columns(pl.lit(CASH_DIFFERENCE).alias("name")),
            deposits.with_columns(pl.lit(TO_BANK).alias("name")),
        ]
    ).with_columns(pl.lit(value=True).alias("_alike"))
    both = here.join(alike, on=["order_no", "name"], how="left", maintain_order="left")
    one_sided = pl.col("name").is_in(ADDED_CHANNELS) & pl.col("_alike").is_null()
    return (
        _onto_cash(there, cash, pl.col("name").is_in(ADDED_CHANNELS) & ~pl.col("name").is_in(booked)),
        _onto_cash(both, cash, one_sided),
    )


def _onto_cash(parts: pl.DataFrame, cash: pl.DataFrame, one_sided: pl.Expr) -> pl.DataFrame:
    """Return parts with these of them as cash, on the account of the record's cash."""
    named = parts.join(cash, on="order_no", how="left", maintain_order="left")
    own = named.filter(pl.col("side") == "money", pl.col("name") == pl.col("_cash"))
    drawer = own.select("order_no", pl.col("account_code").alias("_drawer")).unique("order_no", keep="first")
    named = named.join(drawer, on="order_no", how="left", maintain_order="left")
    return named.with_columns(
        pl.when(one_sided).then("_cash").otherwise("name").alias("name"),
        pl.when(one_sided).then("_drawer").otherwise("account_code").alias("account_code"),
    ).select(_PARTS.names())


def _as_posted(here: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Return what the till says now on the accounts its names were posted on; other names stay where they are mapped."""
    single = (pl.struct("account_code", "tax_code").n_unique() == 1).alias("_single")
    places = there.group_by(_NAME, maintain_order=True).agg(
        single, pl.col("account_code").first().alias("_account"), pl.col("tax_code").first().alias("_tax")
    )
    both = here.join(places.filter("_single"), on=_NAME, how="left", maintain_order="left")
    known = pl.col("_single").fill_null(value=False)
    return both.with_columns(
        pl.when(known).then("_account").otherwise(pl.coalesce("account_code", "name")).alias("account_code"),
        pl.when(known).then("_tax").otherwise("tax_code").alias("tax_code"),
    ).select(_PARTS.names())


def _accounts(there: pl.DataFrame, here: pl.DataFrame) -> pl.DataFrame:
    """Return a sentence per account whose sum is another one now."""
    sums = [
        frame.group_by(_KEY, maintain_order=True).agg(pl.col("amount_minor").sum().alias(name))
        for frame, name in ((there, "_posted"), (here, "_now"))
    ]
    both = sums[0].join(sums[1], on=_KEY, how="full", coalesce=True, nulls_equal=True)
    both = both.with_columns(pl.col("_posted", "_now").fill_null(0)).filter(pl.col("_posted") != pl.col("_now"))
    ordered = both.sort(_KEY).with_columns(pl.col("account_code").fill_null("?"))
    coded = pl.format(
        "Account {} with VAT code {}: posted {}, by the till now {}.",
        "account_code", "tax_code", plain_text("_posted"), plain_text("_now"),
    )  # fmt: skip
    plain = pl.format(
        "Account {}: posted {}, by the till now {}.", "account_code", plain_text("_posted"), plain_text("_now")
    )
    return ordered.select("order_no", pl.when(pl.col("tax_code") == "").then(plain).otherwise(coded).alias("what"))


def _dimensions(known: pl.DataFrame) -> pl.DataFrame:
    """Return a sentence per department and project that is another one because the register stands at another place now."""
    elsewhere = known.filter(pl.col("sales_channel").ne_missing(pl.col("_sales_channel")))
    posted, now = (pl.col(name).fill_null("none") for name in ("_department", "department"))
    departments = pl.format("Department: posted {}, by the till now {} ({}).", posted, now, "sales_channel")
    before, after = (pl.col(name).fill_null("none") for name in ("_project", "project"))
    projects = pl.format("Project: posted {}, by the till now {} ({}).", before, after, "sales_channel")
    return pl.concat(
        elsewhere.filter(pl.col(name).ne_missing(pl.col(f"_{name}"))).select("order_no", words.alias("what"))
        for name, words in (("department", departments), ("project", projects))
    )

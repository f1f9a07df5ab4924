"""Which sale a return belongs to, where the return itself only mentions it: by a person's word, a reference, a description.

For sources whose returns carry no field that is known to hold their order's number (ZORT). A reference counts where its value
is exactly the number or the id of one known sale of the same shop; else the description, where exactly one number of a known
sale stands in it as a whole word. Two candidates are none: a person says it. Pure.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.order_keys import shop_of

DESCRIPTION: Final = "description"
SAID: Final = pl.Schema({"return_key": pl.String(), "sale_key": pl.String()})
"""What persons said: one row per return."""
SURE_DIGITS: Final = 6
"""A number of digits alone has so many at least to be looked for in a description, where amounts and days stand too."""
_SHOWN: Final = 3

RETURN_SALES: Final = pl.Schema({
    "return_key": pl.String(),
    "sale_key": pl.String(),            # null: not known
    "how": pl.String(),                 # why this sale, or why none, as the end of a sentence
})  # fmt: skip


def return_sales(returns: pl.DataFrame, sales: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """Return RETURN_SALES, one row per return.

    Args:
        returns: ORDERS rows of returns.
        sales: ORDERS rows of sales.
        said: SAID.
    """
    words = _words(returns)
    numbers = sales.select(
        pl.col("order_key").alias("sale_key"), pl.col("order_number").alias("word"), "total_minor", "ordered_on",
        shop_of().alias("shop"), pl.lit(value=True).alias("by_number"),
    )  # fmt: skip
    ids = numbers.with_columns(
        pl.col("sale_key").str.extract("([^:]*)$").alias("word"), pl.lit(value=False).alias("by_number")
    )
    found = words.join(pl.concat([numbers, ids]), on=["shop", "word"], how="inner", maintain_order="left")
    in_text = pl.col("field") == DESCRIPTION
    sure = pl.col("word").str.contains("[^0-9]") | (pl.col("word").str.len_chars() >= SURE_DIGITS)
    found = found.filter(~in_text | (pl.col("by_number") & sure))
    by_person = said.rename({"sale_key": "said_key"})
    known = returns.select(pl.col("order_key").alias("return_key")).join(
        by_person, on="return_key", how="left", maintain_order="left"
    )
    for rank, mask in ((1, ~in_text), (2, in_text)):
        known = known.join(_of_rank(found.filter(mask), rank), on="return_key", how="left", maintain_order="left")
    there = known["said_key"].is_in(sales["order_key"].implode()).fill_null(value=False)
    return known.with_columns(there.alias("there")).select("return_key", _sale(), _how())


def _words(returns: pl.DataFrame) -> pl.DataFrame:
    """Return return_key, shop, field and word: one row per word a return states; its own number is none."""
    stated = returns.filter(pl.col("other_numbers").is_not_null()).select(
        pl.col("order_key").alias("return_key"), "order_number",
        shop_of().alias("shop"), pl.col("other_numbers").str.split(" ").alias("stated"),
    ).explode("stated")  # fmt: skip
    parts = pl.col("stated").str.split_exact("=", 1)
    split = stated.with_columns(
        parts.struct.field("field_0").alias("field"),
        pl.col("stated").str.extract("^[^=]*=(.*)$").alias("word"),
    )
    own = pl.col("word") == pl.col("order_number")
    return split.filter(pl.col("word").is_not_null() & ~own.fill_null(value=False)).drop("stated", "order_number")


def _of_rank(found: pl.DataFrame, rank: int) -> pl.DataFrame:
    """Return per return how many sales words of this rank name, the first, where it stands, and all in words."""
    sales = found.unique(["return_key", "sale_key"], keep="first", maintain_order=True)
    shown = pl.format("{} ({}, {})", plain_text("total_minor"), "ordered_on", "sale_key")
    grouped = sales.group_by("return_key", maintain_order=True).agg(
        pl.len().alias("n"), pl.col("sale_key").first().alias("key"), pl.col("field").first(), pl.col("word").first(),
        shown.head(_SHOWN).str.join("; ").alias("all"),
    )  # fmt: skip
    return grouped.rename({name: f"{name}_{rank}" for name in ("n", "key", "field", "word", "all")})


def _sale() -> pl.Expr:
    """Return the sale a return belongs to; null where nobody and nothing names exactly one."""
    return (
        pl.when(pl.col("said_key").is_not_null()).then(pl.when("there").then("said_key"))
        .when(pl.col("n_1") == 1).then("key_1")
        .when(pl.col("n_1") > 1).then(None)
        .when(pl.col("n_2") == 1).then("key_2")
        .otherwise(None).alias("sale_key")
    )  # fmt: skip


def _how() -> pl.Expr:
    fields = pl.format("{} sales are meant by what its field `{}` says ({}): {}", "n_1", "field_1", "word_1", "all_1")
    texts = pl.format("{} sales are meant by what its description says ({}): {}", "n_2", "word_2", "all_2")
    return (
        pl.when("there").then(pl.lit("a person said so"))
        .when(pl.col("said_key").is_not_null())
        .then(pl.format("a person named {}, which is not among the sales", "said_key"))
        .when(pl.col("n_1") == 1).then(pl.format("its field `{}` says {}", "field_1", "word_1"))
        .when(pl.col("n_1") > 1).then(fields)
        .when(pl.col("n_2") == 1).then(pl.format("its description names {}", "word_2"))
        .when(pl.col("n_2") > 1).then(texts)
        .otherwise(pl.lit("no reference and no word of its description is the number of a known sale")).alias("how")
    )  # fmt: skip

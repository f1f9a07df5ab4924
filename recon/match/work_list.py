"""The list of SKUs as a person works through it: what each is linked to or might be, and what it holds back.

One frame, made without a loop over SKUs, and the ways to look at it. Nothing here changes a link.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.schemas import PRODUCT_WISHES
from recon.match.keys import fold_column
from recon.match.products import SOLD, unlinked_products
from recon.match.suggest import SUGGESTIONS
from recon.match.work_filter import matching_rows

STATES: Final = ("unlinked", "suggested", "to-create", "text", "linked")
"""What waits for a person first."""
PRODUCT_STATE: Final = pl.Enum(STATES)

PRODUCT_ROWS: Final = pl.Schema({
    "key": pl.String(),                 # folded SKU; "" for lines without one
    "sku": pl.String(),                 # one spelling of it; "" where the lines name none
    "name": pl.String(),                # one of the names it was sold under
    "orders": pl.UInt32(),
    "lines": pl.UInt32(),
    "amount_minor": pl.Int64(),         # sum of these lines
    "blocked_minor": pl.Int64(),        # totals of the orders it holds back; 0 where it holds none
    "state": PRODUCT_STATE,
    "code": pl.String(),                # ledger's product it is linked to; null: none
    "target": pl.String(),              # code and name of the product, or of the suggestion; "" for none
    "suggestion": pl.String(),          # code; null: none
    "suggestion_name": pl.String(),
    "product_name": pl.String(),        # of the linked product; null: not in the ledger's list
    "score": pl.UInt8(),                # of the suggestion
    "reason": pl.String(),              # why it is so, one sentence; "" where the state says it all
    "new_name": pl.String(),            # under which the ledger is to create it; null: it is not
    "new_kind": pl.String(),            # product or service; null as above
    "same_code": pl.String(),           # the ledger's product that is written exactly like this SKU; null: none
    "clash": pl.String(),               # codes of several products that are written like this SKU; null: none
    "search": pl.String(),              # folded text for the filter
})  # fmt: skip
"""One row per SKU of the orders, the most money first."""


@dataclass(frozen=True, slots=True)
class TextRules:
    """Whether lines go as text where no person said anything."""

    unlinked: bool
    without_sku: bool


def product_rows(
    weighed: pl.DataFrame,
    links: pl.DataFrame,
    catalog: pl.DataFrame,
    suggestions: pl.DataFrame,
    rules: TextRules,
    wishes: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return PRODUCT_ROWS.

    Args:
        weighed: UNLINKED_PRODUCTS of all SKUs, linked or not (`all_products`).
        links: PRODUCT_LINKS.
        catalog: The ledger's products.
        suggestions: SUGGESTIONS for SKUs without a link.
        rules: What the settings say about the others.
        wishes: PRODUCT_WISHES: products the ledger is to create.
    """
    clashes = two_products(catalog)
    hints = suggestions.join(clashes, left_on="open_key", right_on="sku_key", how="anti", maintain_order="left")
    hints = hints.unique("open_key", keep="first", maintain_order=True).select(
        pl.col("open_key").alias("sku_key"),
        pl.col("code").alias("suggestion"),
        pl.col("name").alias("suggestion_name"),
        "score",
        pl.col("reason").alias("hint"),
    )
    names = catalog.unique("product_code", keep="first", maintain_order=True)
    linked = links.select("sku_key", pl.col("product_code").alias("code"), pl.lit(value=True).alias("has_link"))
    wanted = (pl.DataFrame(schema=PRODUCT_WISHES) if wishes is None else wishes).select(
        "sku_key", pl.col("name").alias("new_name"), pl.col("kind").alias("new_kind")
    )
    frame = (
        weighed.join(linked, on="sku_key", how="left", maintain_order="left")
        .join(names.rename({"product_code": "code"}), on="code", how="left", maintain_order="left")
        .join(hints, on="sku_key", how="left", maintain_order="left")
        .join(clashes, on="sku_key", how="left", maintain_order="left")
        .join(wanted, on="sku_key", how="left", maintain_order="left")
        .join(_same_codes(catalog), on="sku_key", how="left", maintain_order="left")
        .with_columns(_state(rules).cast(PRODUCT_STATE).alias("state"))
    )
    frame = frame.with_columns(_reason(has_list=catalog.height > 0), _target())
    named = ("sku", "name", "target", "clash")
    folded = [fold_column(frame[name]).fill_null("") for name in named]
    search = pl.concat_str([pl.lit(text) for text in folded], separator="\x1f")
    holds_back = pl.col("state").is_in(["unlinked", "suggested", "to-create"])
    coming = pl.col("state") == "to-create"
    return frame.with_columns(search.alias("search")).select(
        pl.col("sku_key").alias("key"), pl.col("sku").fill_null(""), pl.col("name").fill_null(""),
        pl.col("order_count").alias("orders"), pl.col("line_count").alias("lines"), "amount_minor",
        pl.when(holds_back).then("blocked_minor").otherwise(0).alias("blocked_minor"),
        "state", "code", "target",
        *(pl.when(pl.col("state") == "suggested").then(name).alias(name) for name in ("suggestion", "suggestion_name")),
        "product_name", "score", "reason",
        *(pl.when(coming).then(name).alias(name) for name in ("new_name", "new_kind")),
        "same_code", "clash", "search",
    )  # fmt: skip


def all_products(orders: pl.DataFrame, lines: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return UNLINKED_PRODUCTS of every SKU, linked or not."""
    return unlinked_products(orders, lines, links.clear())


def two_products(catalog: pl.DataFrame) -> pl.DataFrame:
    """Return sku_key and the codes of products whose codes are written alike, so that no SKU tells them apart."""
    codes = catalog.select("product_code").unique(maintain_order=True)
    keyed = codes.with_columns(fold_column(codes["product_code"]).alias("sku_key"))
    grouped = keyed.group_by("sku_key").agg(pl.col("product_code").sort(), pl.len().alias("count"))
    return grouped.filter(pl.col("count") > 1).select("sku_key", pl.col("product_code").list.join(", ").alias("clash"))


def _same_codes(catalog: pl.DataFrame) -> pl.DataFrame:
    """Return sku_key and same_code of every product, the first of those that are written alike."""
    codes = catalog.select(pl.col("product_code").alias("same_code")).unique(maintain_order=True)
    keyed = codes.with_columns(fold_column(codes["same_code"]).alias("sku_key"))
    return keyed.unique("sku_key", keep="first", maintain_order=True)


def blocked_orders(orders: pl.DataFrame, lines: pl.DataFrame, rows: pl.DataFrame) -> tuple[int, int]:
    """Return how many orders wait for a SKU, and their total; an order counts once."""
    waiting = rows.filter(pl.col("state").is_in(["unlinked", "suggested", "to-create"]))
    goods = lines.filter(pl.col("kind") == "product").select("order_no", "sku")
    keyed = goods.with_columns(fold_column(goods["sku"]).fill_null("").alias("key"))
    held = keyed.join(waiting.select("key"), on="key", how="semi").select("order_no").unique()
    totals = orders.filter(SOLD).join(held, on="order_no", how="semi")["total_minor"]
    return totals.len(), int(totals.sum() or 0)


def filter_products(rows: pl.DataFrame, text: str, *, currency: str) -> tuple[pl.Series, tuple[str, ...]]:
    """Return the positions of the rows that pass what was typed, and what of it was not understood."""
    states = {"open": ("unlinked", "suggested"), "unlinked": ("unlinked",), "suggested": ("suggested",),
              "create": ("to-create",), "to-create": ("to-create",),
              "text": ("text",), "linked": ("linked",)}  # fmt: skip
    return matching_rows(rows, text, states=states, amount="blocked_minor", currency=currency)


def empty_products() -> pl.DataFrame:
    """Return PRODUCT_ROWS without a row."""
    return pl.DataFrame(schema=PRODUCT_ROWS)


def no_suggestions() -> pl.DataFrame:
    """Return SUGGESTIONS without a row."""
    return pl.DataFrame(schema=SUGGESTIONS)


def _state(rules: TextRules) -> pl.Expr:
    by_rule = pl.when(pl.col("sku_key") == "").then(rules.without_sku).otherwise(rules.unlinked)
    is_named = pl.col("has_link").is_not_null() & (pl.col("sku_key") != "")
    return (
        pl.when(is_named & pl.col("code").is_not_null()).then(pl.lit("linked"))
        .when(~is_named & pl.col("new_name").is_not_null()).then(pl.lit("to-create"))
        .when(is_named | by_rule).then(pl.lit("text"))
        .when(pl.col("suggestion").is_not_null()).then(pl.lit("suggested"))
        .otherwise(pl.lit("unlinked"))
    )  # fmt: skip


def _reason(*, has_list: bool) -> pl.Expr:
    """Return why a SKU stands as it does, in one sentence, where its state does not say it all."""
    gone = pl.lit(has_list) & (pl.col("state") == "linked") & pl.col("product_name").is_null()
    return (
        pl.when(gone).then(pl.format("{} is not among the ledger's products as last read", "code"))
        .when((pl.col("state") != "linked") & pl.col("clash").is_not_null())
        .then(pl.format("two products of the ledger are written like this SKU: {}; choose one", "clash"))
        .when(pl.col("state") == "suggested").then("hint")
        .when((pl.col("sku_key") == "") & (pl.col("state") == "unlinked"))
        .then(pl.lit("these lines name no SKU; they can only go as text, all of them"))
        .otherwise(pl.lit(""))
        .alias("reason")
    )  # fmt: skip


def _target() -> pl.Expr:
    linked = pl.concat_str(["code", pl.col("product_name").fill_null("")], separator="  ").str.strip_chars_end()
    hinted = pl.concat_str(["suggestion", pl.col("suggestion_name").fill_null("")], separator="  ")
    return (
        pl.when(pl.col("state") == "linked").then(linked)
        .when(pl.col("state") == "to-create").then("new_name")
        .when(pl.col("state") == "suggested").then(hinted.str.strip_chars_end())
        .otherwise(pl.lit(""))
        .alias("target")
    )  # fmt: skip

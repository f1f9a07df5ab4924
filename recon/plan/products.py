"""Products to create: what a person marked becomes lines of the plan that are approved and sent like documents.

A product line stands in front of the documents, without an order, an amount or postings, so that no control total knows it.
The ledger gives the product's code only when it creates it; a document that names the code can be approved only after that.
So the orders that need the product are held, and follow in the next plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from recon.frames.conform import conform, fill
from recon.frames.findings import findings_from, gather
from recon.frames.schemas import DOCUMENT_LINES, DOCUMENTS
from recon.plan.controls import by_kind
from recon.plan.inputs import Plan, PlanInputs

PRODUCT: Final = "product"
"""Kind of document of a line that creates a product or a service."""
STOCK: Final = "stock"
"""Kind of a product the ledger is to keep the stock of."""
KEY_PREFIX: Final = "sku:"
"""Stands before the SKU key in the place of an order key: each product is decided about by itself, like an order."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What became of the products a person marked."""

    lines: pl.DataFrame
    """Those that this plan creates: PRODUCT_WISHES with order_key and revision."""
    on_the_way: pl.Series
    """Keys of SKUs whose product this plan, or a batch that is under way, creates."""
    findings: pl.DataFrame


def product_mark(sku: str) -> str:
    """Return the text by which a product we asked for is found again: the ledger keeps it in the description."""
    return f"sku:{sku}"


def judged_wishes(inputs: PlanInputs) -> Wishes:
    """Return which of the marked products this plan creates, and why it does not create the others."""
    wishes = inputs.wishes
    if wishes.is_empty():
        return Wishes(_no_lines(wishes), wishes["sku_key"], gather([]))
    judged = _with_facts(wishes, inputs).with_columns(_verdict(inputs).alias("verdict"))
    lines = judged.filter(pl.col("verdict") == "line").sort("sku_key")
    if inputs.limits.creates_stock:
        lines = lines.with_columns(pl.col("kind").replace({PRODUCT: STOCK}))
    coming = judged.filter(pl.col("verdict").is_in(["line", "pending", "later"]))["sku_key"]
    return Wishes(lines.select(*wishes.columns, "order_key", "revision"), coming, _findings(judged, inputs.items_full))


def _no_lines(wishes: pl.DataFrame) -> pl.DataFrame:
    return wishes.clear().with_columns(
        pl.lit(None, dtype=pl.String).alias("order_key"), pl.lit(None, dtype=pl.UInt16).alias("revision")
    )


def _with_facts(wishes: pl.DataFrame, inputs: PlanInputs) -> pl.DataFrame:
    """Add order_key, revision, linked_code, pending_in, left_code and left_detail."""
    asked = inputs.posted.filter(pl.col("kind") == PRODUCT).group_by("order_key")
    posted = asked.agg(
        pl.col("revision").max().alias("last"),
        pl.col("batch_id").filter(pl.col("pending")).first().alias("pending_in"),
    )
    links = inputs.product_links.select(
        "sku_key", pl.coalesce("product_code", pl.lit("text on the sales account")).alias("linked_to")
    )
    left = inputs.left_out.unique("order_key", keep="first").rename({"code": "left_code", "detail": "left_detail"})
    keyed = wishes.with_columns(pl.concat_str([pl.lit(KEY_PREFIX), "sku_key"]).alias("order_key"))
    joined = (
        keyed.join(posted, on="order_key", how="left", maintain_order="left")
        .join(links, on="sku_key", how="left", maintain_order="left")
        .join(left, on="order_key", how="left", maintain_order="left")
    )
    return joined.with_columns((pl.col("last").fill_null(0) + 1).cast(pl.UInt16).alias("revision"))


def _verdict(inputs: PlanInputs) -> pl.Expr:
    limits = inputs.limits
    length = pl.col("name").str.len_chars()
    return (
        pl.when(pl.col("linked_to").is_not_null()).then(pl.lit("linked"))
        .when(pl.col("pending_in").is_not_null()).then(pl.lit("pending"))
        .when(pl.col("held_code").is_not_null()).then(pl.lit("exists"))
        .when(pl.lit(PRODUCT not in limits.kinds)).then(pl.lit("cannot"))
        .when(pl.lit(inputs.connection.detail.inventory == "one")).then(pl.lit("in-one"))
        .when(pl.lit(bool(inputs.items_full))).then(pl.lit("full"))
        .when((length == 0) | (length > limits.product_name_max_length)).then(pl.lit("name"))
        .when(pl.col("left_code") == "rejected-by-person").then(pl.lit("rejected"))
        .when(pl.col("left_code").is_not_null()).then(pl.lit("later"))
        .otherwise(pl.lit("line"))
    )  # fmt: skip


def _findings(judged: pl.DataFrame, full: str) -> pl.DataFrame:
    """Return one finding per marked product that this plan does not create; ``full``: why the ledger gets no new ones."""
    sku = pl.col("sku")
    length = pl.col("name").str.len_chars()
    words = {
        "linked": ("product-exists", pl.format("SKU {} is linked to {}; nothing is created.", sku, "linked_to")),
        "exists": ("product-exists", pl.format("The ledger has a product of exactly the code {}; nothing is created.", "held_code")),
        "cannot": ("product-not-created", pl.format("This ledger takes import files from us, and none of them creates products: SKU {}, {}.", sku, "name")),
        "in-one": ("product-not-created", pl.format('SKU {}, {}: detail.inventory = "one" books all goods together, so none needs a product.', sku, "name")),
        "full": ("product-not-created", pl.format("SKU {}, {}: {}", sku, "name", pl.lit(full))),
        "name": ("product-not-created", pl.format("SKU {}: its name has {} characters, more than the ledger takes; mark it again with a shorter one.", sku, length)),
        "rejected": ("product-rejected", pl.format("SKU {}: {}", sku, "left_detail")),
    }  # fmt: skip
    # The key stands only where a decision is about it: there is no order of that key to look for.
    rejected = pl.col("verdict") == "rejected"
    about = judged.with_columns(
        pl.when(rejected).then("order_key").alias("order_key"),
        pl.lit(None, dtype=pl.String).alias("file"),
        pl.lit(None, dtype=pl.UInt32).alias("row"),
    )
    found = [
        findings_from(about.filter(pl.col("verdict") == verdict), code, column="sku", value=sku, detail=detail)
        for verdict, (code, detail) in words.items()
    ]
    return gather(found)


def with_products(made: Plan, lines: pl.DataFrame, currency: str) -> Plan:
    """Return the plan with its product lines in front, so that products are created before anything else is sent."""
    if lines.is_empty():
        return made
    numbered = lines.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("doc_no"))
    shift = pl.col("doc_no") + pl.lit(numbered.height, dtype=pl.UInt32)
    documents = pl.concat([_headers(numbered, currency), made.documents.with_columns(shift)])
    conform(documents, DOCUMENTS, name="documents", key=("document_key",))
    return replace(
        made,
        documents=documents,
        lines=pl.concat([_lines(numbered), made.lines.with_columns(shift)]),
        postings=made.postings.with_columns(shift),
        by_kind=by_kind(documents),
    )


def _headers(numbered: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Return DOCUMENTS of product lines: the SKU in the order's place, the name in the buyer's, the mark as remark."""
    key = pl.format("{}/{}/{}", "order_key", pl.lit(PRODUCT), "revision")
    empty = {name: pl.lit("") for name in ("contact_code", "sales_channel", "payment_channel")}
    zero = {name: pl.lit(0) for name in DOCUMENTS if name.endswith("_minor")}
    columns = {
        **empty,
        **zero,
        "document_key": key,
        "order_number": pl.col("sku"),
        "kind": pl.lit(PRODUCT),
        "issued_on": pl.col("wished_on"),
        "due_on": pl.col("wished_on"),
        "contact_name": pl.col("name"),
        "currency": pl.lit(currency),
        "vat_mode": pl.lit("none"),
        "is_tax_invoice": pl.lit(value=False),
        "remark": pl.concat_str([pl.lit(product_mark("")), "sku"]),
        "reason": pl.concat_str([pl.lit("create-"), "kind"]),
    }
    own = ("doc_no", "order_key", "revision")
    return fill(numbered.select(*own, *(each.alias(name) for name, each in columns.items())), DOCUMENTS)


def _lines(numbered: pl.DataFrame) -> pl.DataFrame:
    """Return one line per product: what it is and what it will be called."""
    zero = {name: pl.lit(0) for name in DOCUMENT_LINES if name.endswith("_minor")}
    columns = {
        **zero,
        "line_no": pl.lit(1),
        "kind": pl.lit(PRODUCT),
        "description": pl.col("name"),
        "quantity_milli": pl.lit(1000),
        "vat_code": pl.lit("none"),
    }
    return fill(numbered.select("doc_no", "sku", *(each.alias(name) for name, each in columns.items())), DOCUMENT_LINES)

"""Findings of the plan about lines, VAT, refunds and accounts, and all findings grouped by cause."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.config.charges import SERVICE_NAMES
from recon.domain.finding import FINDING_CODES
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, gather, one_finding

BY_CAUSE: Final = pl.Schema({
    "code": pl.String(),
    "severity": pl.String(),
    "finding_count": pl.UInt32(),
    "order_count": pl.UInt32(),         # different orders; 0: about no order
    "amount_minor": pl.Int64(),         # in the books' currency; hold: what these orders hold back; note that ignores: what is ignored; else sum at stake
    "example": pl.String(),             # detail or value of the first one
})  # fmt: skip
"""One row per cause: holds first, the most money first. An order held for two reasons counts under both."""

BLOCKED_LINE_CODES: Final = {
    "unlinked": "product-not-linked",
    "to_create": "product-to-create",
    "no_sku": "sku-missing",
    "no_account": "sales-account-missing",
    "hold": "charge-not-mapped",
    "unmapped": "charge-not-mapped",
}
"""Finding of a line whose item is not ready, by the item's state."""


_LEFT_OUT: Final = (
    "before-start-date",
    "kind-off",
    "channel-not-chosen",
    "not-due",
    "nothing-to-post",
    "till-invoice-by-others",
)
"""Notes that say why an order is ignored; they count what it leaves out."""
_WHOLE_ORDER: Final = ("first-seen",)
"""Findings whose amount is the whole order's: an order with two of them counts once in their sum."""


def blocked_line_findings(blocked: pl.DataFrame, orders: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return one finding per line that cannot be booked yet.

    ``blocked``: order_no, kind, source, state, amount_minor of the lines of held orders.
    """
    parts = []
    place = blocked["order_no"]
    frame = blocked.with_columns(
        orders["order_key"].gather(place).alias("order_key"),
        orders["file"].gather(place).alias("file"),
        pl.coalesce(pl.lit(lines["row"].gather(blocked["source"])), pl.lit(orders["row"].gather(place))).alias("row"),
        pl.coalesce(
            pl.lit(lines["sku"].gather(blocked["source"])), pl.lit(lines["name"].gather(blocked["source"]))
        ).alias("sku"),
    )
    frame = frame.with_columns(lines["name"].gather(blocked["source"]).alias("line_name"))
    for state, code in BLOCKED_LINE_CODES.items():
        some = frame.filter(pl.col("state") == state)
        if some.is_empty():
            continue
        charge = code == "charge-not-mapped"
        kind = pl.col("kind").cast(pl.String)
        is_service = (state == "to_create") & kind.is_in(list(SERVICE_NAMES))
        value = kind if charge else pl.when(is_service).then(kind).otherwise("sku")
        parts.append(
            findings_from(
                some,
                code,
                column="kind" if charge else "sku",
                value=value,
                amount_minor=pl.col("amount_minor"),
                detail="It goes as text, and accounts.sales names no account for it."
                if state == "no_account"
                else pl.when(is_service).then(_service(kind))
                if state == "to_create"
                else _gift_card(charge),
            )
        )
    return gather(parts)


def _service(kind: pl.Expr) -> pl.Expr:
    """Return what a charge waits for whose service product is asked for."""
    name = kind.replace_strict(SERVICE_NAMES, default=None, return_dtype=pl.String)
    return pl.format(
        "Once the ledger has {}, `recon match --create-services` books {} on it; until then its orders wait.",
        name,
        kind,
    )


def _gift_card(charge: bool) -> pl.Expr | None:  # noqa: FBT001
    """Return what a gift card sold needs; null for other charges."""
    said = pl.format(
        "{} is no sale yet: name the account of what is owed on gift cards under charges.gift_card; if it is none, "
        "name the line in not_gift_card_names.",
        pl.coalesce("line_name", pl.lit("A gift card")),
    )
    return pl.when(pl.col("kind").cast(pl.String) == "gift_card").then(said) if charge else None


def vat_rounding_findings(documents: pl.DataFrame) -> pl.DataFrame:
    """Return a note per sale whose VAT by line differs from its VAT on the document; `with_vat_figures` words it.

    ``documents``: document_key, order_key, is_sale, vat_minor, vat_by_line_minor, file and row.
    """
    differing = documents.filter("is_sale", pl.col("vat_minor") != pl.col("vat_by_line_minor"))
    return findings_from(
        differing, "vat-rounding", amount_minor=(pl.col("vat_minor") - pl.col("vat_by_line_minor")).abs()
    )


def with_vat_figures(findings: pl.DataFrame, documents: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return findings with the figures of the notes about VAT rounding: the shop's VAT, ours, the difference.

    Worded when somebody looks: a plan may hold hundreds of thousands of these notes that nobody ever reads.
    """
    bare = (pl.col("code") == "vat-rounding") & pl.col("detail").is_null()
    if not findings.select(bare.any()).item():
        return findings
    figures = documents.select("document_key", "vat_minor", "vat_by_line_minor")
    stated = orders.select("order_key", "tax_minor").unique("order_key", keep="first", maintain_order=True)
    known = findings.join(figures, on="document_key", how="left", maintain_order="left")
    known = known.join(stated, on="order_key", how="left", maintain_order="left")
    ours, by_line, theirs = pl.col("vat_minor"), pl.col("vat_by_line_minor"), pl.col("tax_minor")
    direction = pl.when(ours > by_line).then(pl.lit("more")).otherwise(pl.lit("less"))
    stated_by_shop = (
        pl.when(theirs.is_null()).then(pl.lit("The shop states none."))
        .when(theirs == ours).then(pl.format("The shop states {}, as the document.", plain_text(theirs)))
        .otherwise(pl.format("The shop states {}, {} from the document's.", plain_text(theirs), plain_text((theirs - ours).abs())))
    )  # fmt: skip
    detail = pl.format(
        "VAT {} on the document, {} line by line: {} {}. {}",
        plain_text(ours), plain_text(by_line), plain_text((ours - by_line).abs()), direction, stated_by_shop,
    )  # fmt: skip
    return known.with_columns(
        pl.when(bare & ours.is_not_null()).then(detail).otherwise("detail").alias("detail")
    ).select(findings.columns)


def account_findings(used: list[str]) -> pl.DataFrame:
    """Return a warning per account setting that postings use although nobody has chosen it."""
    return gather(
        [
            one_finding(
                "account-not-chosen",
                column=f"accounts.{setting}",
                detail=f"Postings say {setting.replace('_', ' ')!r} where accounts.{setting} would stand.",
            )
            for setting in used
        ]
    )


def findings_by_cause(findings: pl.DataFrame, results: pl.DataFrame, foreign: pl.Series) -> pl.DataFrame:
    """Return BY_CAUSE.

    A hold counts only orders that are still held (a decision may have settled them), with what they hold back. Orders in
    other currencies (``foreign``: their keys) are counted, but in no sum.
    """
    if findings.is_empty():
        return pl.DataFrame(schema=BY_CAUSE)
    other = pl.col("order_key").is_in(foreign.implode()).fill_null(value=False)
    if foreign.len():
        findings = findings.with_columns(pl.when(~other).then("amount_minor").alias("amount_minor"))
    columns = findings.select("code", "severity", "order_key", "amount_minor", pl.int_range(pl.len()).alias("at"))
    placed = pl.col("order_key").is_not_null() & ((pl.col("severity") == "hold") | pl.col("code").is_in(_LEFT_OUT))
    facts = results.select("order_key", "held_minor", "ignored_minor", "disposition")
    waiting = columns.filter(placed).join(facts, on="order_key", how="left", maintain_order="left")
    settled = (pl.col("disposition") == "posted") & (pl.col("held_minor") == 0) & (pl.col("severity") == "hold")
    waiting = waiting.filter(~settled.fill_null(value=False))
    per_order = waiting.unique(["code", "order_key"], keep="first", maintain_order=True)
    share = pl.when(other).then(0).when(pl.col("severity") == "hold").then("held_minor").otherwise("ignored_minor")
    placed_money = per_order.group_by("code").agg(pl.len().alias("order_count"), share.sum().alias("amount_minor"))
    others = columns.filter(~placed)
    whole = pl.col("code").is_in(_WHOLE_ORDER) & pl.col("order_key").is_not_null()
    once = others.filter(whole).group_by("code", "order_key").agg(pl.col("amount_minor").max())
    counted = pl.concat([others.filter(~whole).select(once.columns), once])
    other_money = counted.group_by("code").agg(
        pl.col("order_key").drop_nulls().n_unique().alias("order_count"), pl.col("amount_minor").sum()
    )
    money = pl.concat([placed_money, other_money]).group_by("code").agg(pl.col("order_count", "amount_minor").sum())
    joined = pl.concat([waiting.select(columns.columns), others])
    grouped = joined.group_by("code", maintain_order=True).agg(
        pl.col("severity").first(), pl.len().alias("finding_count"), pl.col("at").first()
    )
    examples = findings.select("detail", "value", "order_key")[grouped["at"]]
    grouped = pl.concat(
        [grouped, examples.select(pl.coalesce("detail", "value", "order_key").alias("example"))], how="horizontal"
    )
    grouped = grouped.join(money, on="code", how="left", maintain_order="left")
    ranks = {"refused": 0, "hold": 1, "warning": 2, "note": 3}
    ordered = grouped.with_columns(
        pl.col("amount_minor", "order_count").fill_null(0),
        pl.col("severity").cast(pl.String).replace_strict(ranks, return_dtype=pl.UInt8).alias("_rank"),
    ).sort(["_rank", pl.col("amount_minor").abs(), "code"], descending=[False, True, False])
    return ordered.select(pl.col(name).cast(dtype) for name, dtype in BY_CAUSE.items())


def said_already(findings: pl.DataFrame, code: str) -> pl.Series:
    """Return the keys of orders for which this finding is there already."""
    assert code in FINDING_CODES, code
    return findings.filter(pl.col("code") == code, pl.col("order_key").is_not_null())["order_key"]

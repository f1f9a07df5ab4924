"""Which orders' sales tax the ledger works out itself (`taxes = "items"`): only where it comes to the shop's tax to the cent.

Documents are the same either way: the shop's tax is a line, and the postings are those of that line. Where the order's tax is
mapped to a tax item of the ledger and the rule *tax by item* gives exactly the stated tax, that line and the lines it is on
carry the item's code; a ledger is then told the item and which lines are taxed, and not the line of tax. Everything else
(totals, postings, credit notes, control totals) stays as it is, and what does not tie is a line, or held.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recon.domain.taxes import RATE_UNIT, LedgerTax
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, no_findings
from recon.match.taxes import PROBLEMS, resolve_taxes
from recon.money import AMOUNT_LIMIT_MINOR
from recon.plan.columns import per_order, run_sums
from recon.plan.inputs import PlanInputs
from recon.plan.items import Items

TAX_DIFFERS: Final = "tax-differs"
CODES: Final = (*PROBLEMS, TAX_DIFFERS)
CHOICE: Final = pl.Schema({
    "tax_code": pl.String(),            # item that works the order's tax out; null: its tax is a line, or it has none
    "tax_on_shipping": pl.Boolean(),    # whether that is so with the shipping line taxed
    "tax_problem": pl.String(),         # of CODES; null: none
    "tax_detail": pl.String(),          # the figures; null: none
})  # fmt: skip
"""One row per order."""
_MIXED_DISCOUNT: Final = (
    'The discount is one line over goods with and without tax, and an item taxes a line whole or not at all; discounts = "in-prices" '
    "takes it off each line instead."
)


def taxed_goods(lines: pl.DataFrame, order_lines: pl.DataFrame, items: Items) -> pl.Series:
    """Return which lines (kind, item, source) are goods that are taxed: all but those the source says are not."""
    said = order_lines["taxable"].gather(lines["source"]).fill_null(value=True)
    code = items.frame["vat_code"].gather(lines["item"]).cast(pl.String).fill_null("vat7")
    return (lines["kind"] == "product") & lines["source"].is_not_null() & said & (code == "vat7")


def choose_items(inputs: PlanInputs, items: Items, lines: pl.DataFrame, voucher: pl.Series) -> pl.DataFrame:
    """Return CHOICE per order.

    Args:
        inputs: Everything the plan depends on.
        items: Where lines are booked.
        lines: SALE_LINES, discounts spread and included tax taken out; sorted by order_no.
        voucher: Per order, the platform's discount that is booked.
    """
    orders = inputs.orders
    if inputs.connection.taxes != "items":
        return pl.DataFrame(schema=CHOICE).clear(orders.height)
    facts = orders.select(
        pl.col("tax_minor").fill_null(0).alias("tax"),
        "shipping_taxed",
        pl.col("tax_text").fill_null("").alias("tax_text"),
    )
    texts = facts.filter(pl.col("tax") != 0)["tax_text"].unique()
    resolved = resolve_taxes(texts, inputs.tax_links, inputs.ledger_taxes)
    frame = pl.concat([facts, _bases(lines, taxed_goods(lines, inputs.lines, items), orders.height)], how="horizontal")
    frame = frame.with_columns(voucher.alias("voucher")).join(
        resolved, on="tax_text", how="left", maintain_order="left"
    )
    rates, names = _rates(inputs.ledger_taxes)
    return _judged(frame.join(rates, on="tax_code", how="left", maintain_order="left"), names)


def _bases(lines: pl.DataFrame, taxed: pl.Series, order_count: int) -> pl.DataFrame:
    """Return per order what is taxed for sure (``base``), ``shipping``, and whether its discount line is neither nor."""
    amount, kind = pl.col("amount_minor"), pl.col("kind")
    is_taxed, is_goods = pl.lit(taxed), (kind == "product") & pl.col("source").is_not_null()
    sums = run_sums(
        lines,
        "order_no",
        goods=pl.when(is_taxed).then(amount).otherwise(0),
        discount=pl.when(kind == "discount").then(amount).otherwise(0),
        shipping=pl.when(kind == "shipping").then(amount).otherwise(0),
        taxed_lines=is_taxed,
        free_lines=is_goods & ~is_taxed,
    )
    some, free = pl.col("taxed_lines") > 0, pl.col("free_lines") > 0
    return per_order(sums, order_count).select(
        (pl.col("goods") + pl.when(some).then("discount").otherwise(0)).alias("base"),
        "shipping",
        (some & free & (pl.col("discount") != 0)).alias("mixed"),
    )


def _rates(taxes: Sequence[LedgerTax]) -> tuple[pl.DataFrame, list[str]]:
    """Return tax_code, the item as a person reads it, and its rates in columns of their own, 0 where it has fewer; and these columns."""
    most = max((len(tax.rates) for tax in taxes), default=1)
    rows = [(tax.code, f"{tax.code} ({tax.percent})", *tax.rates, *[0] * (most - len(tax.rates))) for tax in taxes]
    names = [f"rate_{number}" for number in range(most)]
    schema = {"tax_code": pl.String, "item_words": pl.String, **dict.fromkeys(names, pl.Int64)}
    return pl.DataFrame(rows, schema=schema, orient="row").unique("tax_code", keep="first", maintain_order=True), names


def comes_to(base: pl.Expr, rates: list[str]) -> tuple[pl.Expr, pl.Expr]:
    """Return what the rule *tax by item* gives: by the sum of the rates, and item by item (128 bits in between)."""

    def rounded(rate: pl.Expr) -> pl.Expr:
        wide = base.abs().cast(pl.Int128) * rate.cast(pl.Int128)
        return base.sign() * ((2 * wide + RATE_UNIT) // (2 * RATE_UNIT)).cast(pl.Int64)

    return rounded(pl.sum_horizontal(rates)), pl.sum_horizontal(rounded(pl.col(name)) for name in rates)


def _judged(frame: pl.DataFrame, rates: list[str]) -> pl.DataFrame:
    """Return CHOICE: the reading of shipping that ties; without it where both do."""
    alone, with_shipping = pl.col("base"), pl.col("base") + pl.col("shipping")
    tax = pl.col("tax")
    ties = [
        (tax == together) & (tax == one_by_one)
        for together, one_by_one in (comes_to(alone, rates), comes_to(with_shipping, rates))
    ]
    fits = (pl.col("voucher") == 0) & ~pl.col("mixed") & pl.col("tax_code").is_not_null()
    frame = frame.with_columns(
        (fits & ties[0] & ~pl.col("shipping_taxed").fill_null(value=False)).fill_null(value=False).alias("_alone"),
        (fits & ties[1] & pl.col("shipping_taxed").fill_null(value=True)).fill_null(value=False).alias("_with"),
        (tax != 0).alias("_taxed"),
        _detail(rates).alias("_figures"),
    )
    tied = pl.col("_alone") | pl.col("_with")
    return frame.select(
        pl.when("_taxed", tied).then("tax_code").alias("tax_code"),
        ~pl.col("_alone") & pl.col("_with") & pl.col("_taxed"),
        pl.when("_taxed", ~tied).then(pl.coalesce("problem", pl.lit(TAX_DIFFERS))).alias("tax_problem"),
        pl.when("_taxed", ~tied).then(pl.coalesce("detail", "_figures")).alias("tax_detail"),
    ).rename({"_alone": "tax_on_shipping"}).cast(CHOICE)  # fmt: skip


def _detail(rates: list[str]) -> pl.Expr:
    """Return the shop's figure and the ledger's, for every reading of shipping that is open."""
    alone, shipping = pl.col("base"), pl.col("shipping")

    def figure(base: pl.Expr) -> pl.Expr:
        together, one_by_one = comes_to(base, rates)
        both = pl.format(
            "{} or {}, as its items are rounded together or one by one,", plain_text(together), plain_text(one_by_one)
        )
        came = pl.when(together == one_by_one).then(plain_text(together)).otherwise(both)
        return pl.format("{} on {}", came, plain_text(base))

    said = pl.col("shipping_taxed")
    open_one = pl.format(
        "{}, or {} with shipping (whether shipping is taxed is not stated)", figure(alone), figure(alone + shipping)
    )
    figures = (
        pl.when((shipping == 0) | said.not_().fill_null(value=False)).then(figure(alone))
        .when(said.fill_null(value=False)).then(figure(alone + shipping))
        .otherwise(open_one)
    )  # fmt: skip
    return (
        pl.when(pl.col("mixed")).then(pl.lit(_MIXED_DISCOUNT))
        .otherwise(pl.format("The shop states {}; {} comes to {}.", plain_text("tax"), "item_words", figures))
    )  # fmt: skip


def marked_lines(lines: pl.DataFrame, choice: pl.DataFrame, order_lines: pl.DataFrame, items: Items) -> pl.Series:
    """Return which finished lines (order_no, kind, item, source) the order's tax item taxes, and its line of tax."""
    code = choice["tax_code"]
    if code.null_count() == code.len():
        return pl.repeat(value=False, n=lines.height, dtype=pl.Boolean, eager=True).alias("taxed")
    place, kind = lines["order_no"], lines["kind"]
    goods = taxed_goods(lines, order_lines, items)
    any_goods = pl.DataFrame([place, goods.alias("goods")]).select(pl.col("goods").any().over("order_no")).to_series()
    shipping = (kind == "shipping") & choice["tax_on_shipping"].gather(place)
    with_goods = (kind == "discount") & any_goods
    return (code.is_not_null().gather(place) & (goods | shipping | with_goods | (kind == "tax"))).alias("taxed")


def credited_bases(documents: pl.DataFrame, taxes: Sequence[LedgerTax]) -> pl.DataFrame:
    """Return documents with ``taxed_minor``: what of a refund of a part its tax is on, so that the item gives exactly that tax.

    All of it where that ties, else the part that tax stands for; where neither does, tax_code is null and the tax is a line.
    ``documents``: is_sale, repeats, mirrors, itemized, total_minor, tax_minor, tax_code.
    """
    if documents["tax_code"].null_count() == documents.height:
        return documents.with_columns(pl.lit(0, dtype=pl.Int64).alias("taxed_minor"))
    rates, names = _rates(taxes)
    tax, whole = pl.col("tax_minor"), pl.col("total_minor") - pl.col("tax_minor")
    rate = pl.max_horizontal(pl.sum_horizontal(names), pl.lit(1)).cast(pl.Int128)
    part = ((2 * tax.cast(pl.Int128) * RATE_UNIT + rate) // (2 * rate)).clip(0, AMOUNT_LIMIT_MINOR).cast(pl.Int64)
    frame = documents.join(rates, on="tax_code", how="left", maintain_order="left")
    frame = frame.with_columns(pl.min_horizontal(part, whole).alias("_part"))
    ties = [(pl.all_horizontal(came == tax for came in comes_to(base, names))) for base in (whole, pl.col("_part"))]
    part_of_sale = ~(pl.col("is_sale") | pl.col("repeats") | pl.col("mirrors") | pl.col("itemized"))
    base = pl.when(ties[0]).then(whole).when(ties[1]).then("_part").otherwise(0).fill_null(0)
    taxed = pl.when(part_of_sale & pl.col("tax_code").is_not_null() & (tax > 0)).then(base).otherwise(0)
    frame = frame.with_columns(taxed.alias("taxed_minor"))
    lost = part_of_sale & (pl.col("taxed_minor") == 0)
    return frame.with_columns(pl.when(~lost).then("tax_code").alias("tax_code")).drop(*names, "item_words", "_part")


def lost_items(documents: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """Return doc_no and ``tax_detail`` of refunds of a part whose tax no part of them gives by the item ``wanted``."""
    frame = documents.select("doc_no", "tax_minor", "tax_code", wanted.alias("_wanted"))
    lost = frame.filter(pl.col("_wanted").is_not_null(), pl.col("tax_code").is_null(), pl.col("tax_minor") > 0)
    detail = pl.format("No part of the refund gives exactly {} of tax by {}.", plain_text("tax_minor"), "_wanted")
    return lost.select("doc_no", detail.alias("tax_detail"))


def untied_as_lines(lines: pl.DataFrame, taxes: Sequence[LedgerTax]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return DOCUMENT_LINES whose every tax item gives exactly its line of tax; what does not tie (any more) is a line.

    That is so where a document takes back one that was posted when its item had another rate. The second frame has doc_no
    and ``tax_detail`` of those documents.
    """
    marked = lines.filter(pl.col("tax_code").is_not_null())
    if marked.is_empty():
        return lines, pl.DataFrame(schema={"doc_no": pl.UInt32, "tax_detail": pl.String})
    (rates, names), is_tax, amount = _rates(taxes), pl.col("kind") == "tax", pl.col("amount_minor")
    sums = marked.group_by("doc_no", maintain_order=True).agg(
        pl.col("tax_code").first(), pl.col("tax_code").n_unique().alias("_codes"),
        pl.when(is_tax).then(0).otherwise(amount).sum().alias("base"), pl.when(is_tax).then(amount).otherwise(0).sum().alias("tax"),
    ).join(rates, on="tax_code", how="left", maintain_order="left")  # fmt: skip
    ties = pl.all_horizontal(came == pl.col("tax") for came in comes_to(pl.col("base"), names)) & (
        pl.col("_codes") == 1
    )
    odd = sums.filter(~ties.fill_null(value=False))
    if odd.is_empty():
        return lines, odd.select("doc_no", pl.col("tax_code").alias("tax_detail"))
    came, _ = comes_to(pl.col("base"), names)
    now = pl.format("{} comes to {} on {} now", "item_words", plain_text(came), plain_text("base"))
    gone = pl.format("{} is not among the ledger's tax items as last read", "tax_code")
    detail = pl.format("The document states {} of tax; {}.", plain_text("tax"), pl.coalesce(now, gone))
    lost = pl.col("doc_no").is_in(odd["doc_no"].implode())
    bare = pl.col("description").str.strip_suffix(pl.concat_str([pl.lit(", "), "tax_code"]))
    return lines.with_columns(
        pl.when(lost).then(None).otherwise("tax_code").alias("tax_code"),
        pl.when(lost & is_tax & pl.col("tax_code").is_not_null()).then(bare).otherwise("description").alias("description"),
    ), odd.select("doc_no", detail.alias("tax_detail"))  # fmt: skip


def tax_problems(choice: pl.DataFrame) -> list[tuple[pl.Series, str, dict[str, pl.Expr]]]:
    """Return per problem that occurs the mask of its orders, and what its finding says of orders with their CHOICE."""
    named: dict[str, pl.Expr] = {
        "column": pl.lit("tax_text"), "value": pl.col("tax_text"), "detail": pl.col("tax_detail"),
        "amount_minor": pl.col("total_minor"),
    }  # fmt: skip
    problem = choice["tax_problem"]
    occurring = set() if problem.null_count() == problem.len() else set(problem.unique())
    return [((problem == code).fill_null(value=False), code, named) for code in CODES if code in occurring]


def tax_as_line(orders: pl.DataFrame, choice: pl.DataFrame, sells: pl.Series) -> pl.DataFrame:
    """Return a note per sold order whose tax stays a line although items are wanted (`tax_differs = "line"`)."""
    concerned = sells & choice["tax_problem"].is_not_null()
    if not concerned.any():
        return no_findings()
    told = pl.concat([orders, choice], how="horizontal").filter(concerned)
    return findings_from(
        told,
        "tax-as-line",
        column="tax_text",
        value=pl.col("tax_text"),
        amount_minor=pl.col("tax_minor"),
        detail=pl.col("tax_detail"),
    )

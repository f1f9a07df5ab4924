"""Findings about orders whose cells could all be read: each rule is a mask over the orders and a sentence.

Masks are worked out together in one pass; a finding is built only where a mask has a hit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.canonical import Stated
from recon.frames.dates import plausible_span
from recon.frames.findings import findings_from, one_finding
from recon.money import AMOUNT_LIMIT_MINOR, exponent, plain
from recon.normalize.controls import text_sum
from recon.normalize.identity import mixed_script_rows, repeated_numbers
from recon.normalize.lines import CONTRADICTED
from recon.normalize.order_cells import ORDER_DAYS, TAX_LISTED
from recon.normalize.states import channel_checks, payment_checks
from recon.normalize.vat_mode import contradicted_prices, mixed_minority, unknown_rates
from recon.sources.base import Reading, ReadOptions

_AMOUNT_AT_STAKE: Final = {
    "does-not-foot": "difference", "paid-but-outstanding": "total", "partly-paid": "total", "overpaid": "total",
    "refund-undated": "refunded", "refund-unclear": "refunded", "vat-does-not-tie": "tax",
    "taxes-beyond-columns": "other_tax", "tax-rate-unknown": "tax",
}  # fmt: skip
"""The sum a finding is about; the order's total where it is not named here."""

_VALUE: Final = {
    "tax-rate-unknown": "tax_text", "test-payment": "payment_channel", "gateways-not-split": "payment_channel",
    "currency-foreign": "currency", "status-unknown": "order_word", "payment-status-unknown": "payment_word",
    "number-repeated": "order_number", "order-on-hold": "state_text", "refund-unclear": "state_text",
}  # fmt: skip
_COLUMN: Final = {
    "tax-rate-unknown": "tax_text", "test-payment": "payment_channel", "gateways-not-split": "payment_channel",
    "currency-foreign": "currency", "status-unknown": "order_state", "payment-status-unknown": "payment_state",
    "number-repeated": "order_number", "refund-undated": "refunded", "refund-unclear": "refunded",
    "paid-but-outstanding": "outstanding", "cancelled-but-paid": "refunded", "paid-undated": "paid_on", "does-not-foot": "total", "vat-does-not-tie": "tax",
}  # fmt: skip


def order_findings(
    orders: pl.DataFrame, lines: pl.DataFrame, reading: Reading, options: ReadOptions, file_id: str
) -> Iterator[pl.DataFrame]:
    """Yield the findings about orders, one frame per rule that found something."""
    masks = _masks(orders, reading, options)
    hits = orders.select(
        (mask if isinstance(mask, pl.Expr) else pl.lit(mask)).any().alias(code) for code, mask in masks.items()
    )
    for code in masks:
        if not hits[code][0]:
            continue
        found = orders.filter(masks[code])
        yield _findings(found, code, reading, file_id, options.prices)
    if "paid_on" in reading.orders.columns and "paid-undated" not in masks:
        yield one_finding("payment-days-not-stated", file=file_id, detail=_undated_words(reading))
    yield from _dates(orders, reading, file_id)
    yield from _scripts(orders, lines, reading, file_id)


def file_findings(reading: Reading, stated: Stated, file_id: str) -> Iterator[pl.DataFrame]:
    """Yield findings about the file's own totals and counts."""
    announced = reading.stated.order_count
    if announced is not None and announced != stated.orders:
        yield one_finding("count-differs", file=file_id, detail=f"Announced {announced}, delivered {stated.orders}.")
    if reading.stated.total_text is None or len(stated.controls) != 1:
        return
    control = stated.controls[0]
    said = text_sum(pl.Series([reading.stated.total_text]), reading.forms.numbers, exponent(control.currency))
    if said != control.stated_minor:
        code = control.currency
        yield one_finding(
            "control-total-differs", file=file_id, amount_minor=said - control.stated_minor,
            detail=f"The file states {plain(said, code)} {code}; its orders sum to {plain(control.stated_minor, code)} {code}.",
        )  # fmt: skip


def _masks(orders: pl.DataFrame, reading: Reading, options: ReadOptions) -> dict[str, pl.Expr | pl.Series]:
    """Return every rule as a mask."""
    conventions = reading.conventions
    masks: dict[str, pl.Expr | pl.Series] = {
        "does-not-foot": ~pl.col("foots"),
        "vat-does-not-tie": pl.col("foots") & ~pl.col("vat_ties"),
        "currency-foreign": pl.col("currency") != options.currency,
        **payment_checks(orders, conventions),
        **channel_checks(orders, conventions),
    }
    if conventions.footing_told:
        masks.pop("does-not-foot")
    if reading.payments is not None:
        masks.pop("gateways-not-split", None)
    if reading.refunds is None:
        dated = pl.col("refund_on").is_not_null() if "refund_on" in orders.columns else pl.lit(value=False)
        masks["refund-undated"] = (pl.col("refunded") > 0) & ~dated
    if "paid_on" in reading.orders.columns:
        money_in = pl.col("payment_state").is_in(["paid", "overpaid", "partly_refunded", "refunded"])
        live = (pl.col("order_state") != "cancelled") & (pl.col("total") != 0)
        undated = money_in & live & pl.col("paid_on").is_null()
        if not _is_the_rule(
            orders, undated, of=money_in & live
        ):  # else the source never says it, and that is said once
            masks["paid-undated"] = undated
    if CONTRADICTED in orders.columns:
        masks["line-does-not-multiply"] = pl.col(CONTRADICTED) > 0
    if "repeated" in orders.columns:
        masks["order-repeated"] = pl.col("repeated")
    if TAX_LISTED in orders.columns:
        masks["taxes-beyond-columns"] = (pl.col("tax_due") > pl.col(TAX_LISTED)) & (pl.col(TAX_LISTED) != 0)
        masks["vat-does-not-tie"] = masks["vat-does-not-tie"] | (pl.col("tax_due") < pl.col(TAX_LISTED))
    optional = {
        "tax-rate-unknown": unknown_rates(orders, options),
        "tax-mode-mixed": None if conventions.tax_mode_by_order else mixed_minority(orders, options),
        "prices-contradicted": contradicted_prices(orders, options),
        "number-repeated": repeated_numbers(orders)
        if "order_number" in orders.columns and not conventions.numbers_repeat
        else None,
    }
    return masks | {code: mask for code, mask in optional.items() if mask is not None}


def _findings(found: pl.DataFrame, code: str, reading: Reading, file_id: str, prices: str) -> pl.DataFrame:
    column = _COLUMN.get(code)
    if code == "cancelled-but-paid" and "refunded" not in reading.orders.columns:
        column = None  # a source that states no refunds cannot say that the money went back
    if TAX_LISTED in found.columns:
        found = found.with_columns((pl.col("tax_due") - pl.col(TAX_LISTED)).alias("other_tax"))
    value = _VALUE.get(code)
    return findings_from(
        found, code, file=file_id,
        column=None if column is None else reading.headings.get(column, column),
        value=pl.col(value).cast(pl.String) if value and value in found.columns else None,
        amount_minor=pl.col(_AMOUNT_AT_STAKE.get(code, "total")).clip(1 - AMOUNT_LIMIT_MINOR, AMOUNT_LIMIT_MINOR - 1),
        detail=_worded(found, code, reading, prices),
    )  # fmt: skip


def _worded(found: pl.DataFrame, code: str, reading: Reading, prices: str) -> pl.Expr | None:
    """Return the sentence of a finding that needs more than the order's own figures, else the figures."""
    if code == "paid-undated":
        return _paid_undated(reading)
    if code == "prices-contradicted":
        way = pl.when(pl.col("vat_mode") == "excluded").then(pl.lit("on top of")).otherwise(pl.lit("inside"))
        digits = exponent(found["currency"][0])
        return pl.format(
            "prices = {}, but the order's tax {} is {} its prices: only so its lines come to its total {}.",
            pl.lit(prices), plain_text("tax_due", digits), way, plain_text("total", digits),
        )  # fmt: skip
    return _detail(found, code)


_A_RULE_FROM: Final = 5
"""In a file of fewer such orders each is an exception."""


def _is_the_rule(orders: pl.DataFrame, alike: pl.Expr, *, of: pl.Expr) -> bool:
    """Return whether so many of some orders are like this that each is no exception: a tenth of them, and not just a few."""
    like, whole = (int(count or 0) for count in orders.select(alike.sum().alias("like"), of.sum().alias("all")).row(0))
    return like >= _A_RULE_FROM and 10 * like > whole


def _undated_words(reading: Reading) -> str:
    paid, ordered = (reading.headings.get(name, name) for name in ("paid_on", "ordered_on"))
    return f"{paid} is empty for many paid orders of this file; {ordered} is used for them."


def _paid_undated(reading: Reading) -> pl.Expr:
    """Return which day a document takes where the day of payment is empty, and the headings of both."""
    paid, ordered = (reading.headings.get(name, name) for name in ("paid_on", "ordered_on"))
    return pl.format("{} is empty; {} ({}) is used for it.", pl.lit(paid), pl.col("ordered_on"), pl.lit(ordered))


def _detail(found: pl.DataFrame, code: str) -> pl.Expr | None:
    """Return the sentence with the figures; null where the code says it all."""
    digits = exponent(found["currency"][0])
    money = {c: plain_text(c, digits) for c in found.columns if found.schema[c] == pl.Int64}
    if code == "does-not-foot":
        return pl.format(
            "Lines {} - discount {} + shipping {} - shipping discount {} + other charges {} = {}; tax {}; total {}: {} too {}.",
            money["goods"], money["discount"], money["shipping"], money["shipping_discount"],
            plain_text(pl.sum_horizontal("cod_fee", "duties", "rounding"), digits), money["due"], money["tax_due"], money["total"],
            plain_text(pl.col("difference").abs(), digits), pl.when(pl.col("difference") > 0).then(pl.lit("much")).otherwise(pl.lit("little")),
        )  # fmt: skip
    if code == "vat-does-not-tie":
        return pl.format(
            "Stated tax {} on {}; neither inside nor on top at the set rate.", money["tax_due"], money["due"]
        )
    if code in {"paid-but-outstanding", "partly-paid", "overpaid"} and "outstanding" in money:
        return pl.format("Outstanding {} of {}.", money["outstanding"], money["total"])
    if code == "paid-amount-differs":
        return pl.format("Paid {} of {}.", money["paid"], money["total"])
    if code in {"refund-unclear", "refund-undated"}:
        return pl.format("Refunded {} of {}.", money["refunded"], money["total"])
    if code == "taxes-beyond-columns":
        return pl.format("Taxes {}, listed {}; the rest is other tax.", money["tax_due"], money[TAX_LISTED])
    if code == "tax-mode-mixed":
        return pl.format("Here the tax is {}; other orders of the file have it the other way.", pl.col("vat_mode"))
    if code == "order-repeated":
        return pl.lit("The order stands in the file again further down; only this first one counts.")
    return None


def _dates(orders: pl.DataFrame, reading: Reading, file_id: str) -> Iterator[pl.DataFrame]:
    """Yield orders with a day that stands apart from all other days of the file."""
    days = [column for column in ORDER_DAYS if column in orders.columns]
    if not orders.height:
        return
    low, high = plausible_span(orders["ordered_on"])
    for column in days:
        number = orders[column].to_physical()
        mask = ((number < low) | (number > high)).fill_null(value=False)
        if mask.any():
            yield findings_from(
                orders.filter(mask), "date-far-off", file=file_id, column=reading.headings.get(column, column),
                value=pl.col(column).cast(pl.String), amount_minor=pl.col("total"),
            )  # fmt: skip


def _scripts(orders: pl.DataFrame, lines: pl.DataFrame, reading: Reading, file_id: str) -> Iterator[pl.DataFrame]:
    """Yield one warning per order number or SKU that mixes alphabets that look alike."""
    suspects = [(orders, "order_number")]
    if "sku" in lines.columns:
        suspects.append((lines, "sku"))
    for frame, column in suspects:
        rows = mixed_script_rows(frame, column)
        if rows.height:
            keyed = (
                rows if "order_key" in rows.columns else rows.with_columns(orders["order_key"].gather(rows["order_no"]))
            )
            yield findings_from(
                keyed, "mixed-scripts", file=file_id, column=reading.headings.get(column, column), value=pl.col(column)
            )

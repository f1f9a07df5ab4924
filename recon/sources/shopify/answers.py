"""Kept answers of Shopify's Admin API into readings; the CSV export is read by `csv_orders`.

What does not add up is held here where only the API shows it: edited orders whose present total is another, refunds that
do not come to their sum, tax the platform remits itself, test orders, rounding of cash that no refund shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import polars as pl

from recon.errors import MalformedFile
from recon.frames.findings import findings_from, gather, no_findings
from recon.sources.base import Conventions, Forms, IntakeFile, Reading, ReadOptions, Source, StatedTotals
from recon.sources.shopify.api_edits import as_sold, edit_note, held_edit
from recon.sources.shopify.api_money import payments_frame
from recon.sources.shopify.api_orders import lines_frame, orders_frame
from recon.sources.shopify.api_records import Record, is_cut, listed, money, order_records, text_at
from recon.sources.shopify.api_refunds import (
    does_not_tie,
    refund_lines_frame,
    refunds_differ,
    refunds_frame,
    rounding_differs,
)
from recon.sources.shopify.csv_orders import CONVENTIONS as OF_THE_EXPORT
from recon.sources.shopify.csv_orders import WORDS as WORDS_OF_THE_EXPORT
from recon.sources.shopify.csv_orders import ShopifyOrders
from recon.sources.shopify.kept import KEPT, KeptAnswer, kept_answers
from recon.sources.shopify.payout_answers import is_about_payouts, payouts_reading
from recon.sources.shopify.purchase_answers import is_about_purchases, purchases_reading

HEAD_BYTES: Final = 200
PLATFORM_TAX: Final = "platform_tax"
"""Name under which `shopify.platform_tax` reaches a reading."""
WORDS: Final = replace(
    WORDS_OF_THE_EXPORT,
    order={
        **WORDS_OF_THE_EXPORT.order, "in_progress": "in_fulfilment", "open": "open", "on_hold": "open", "scheduled": "open",
        "pending_fulfillment": "open", "request_declined": "open", "fulfillment_not_required": "completed",
    },
)  # fmt: skip
CONVENTIONS: Final = Conventions(
    line_discount="per-line", tax_mode_by_order=True, outstanding_contradicts_paid=True,
    test_gateways=OF_THE_EXPORT.test_gateways, tolerance_minor_per_line=OF_THE_EXPORT.tolerance_minor_per_line,
)  # fmt: skip
_HEADINGS: Final = {
    "order_id": "legacyResourceId", "order_number": "name", "ordered_on": "processedAt", "paid_on": "transactions.processedAt",
    "shipped_on": "fulfillments.createdAt", "completed_on": "fulfillments.createdAt", "cancelled_on": "cancelledAt",
    "updated_at": "updatedAt", "order_state": "displayFulfillmentStatus", "payment_state": "displayFinancialStatus",
    "sales_channel": "sourceName", "payment_channel": "transactions.formattedGateway", "total": "totalPriceSet",
    "tax": "totalTaxSet", "refunded": "totalRefundedSet", "outstanding": "totalOutstandingSet", "sku": "lineItems.sku",
    "quantity": "lineItems.quantity", "unit_price": "lineItems.originalUnitPriceSet", "tax_text": "taxLines.title",
    "line_discount": "lineItems.discountAllocations", "name": "lineItems.name",
}  # fmt: skip
_T = TypeVar("_T")
_Rule = tuple[str, str, Callable[[Record], str | None]]


class ShopifyAnswers(Source):
    """Answers of the Admin GraphQL API, kept by a pull; and orders exports of the same shop, for what no pull reaches."""

    name = "shopify-api"
    platform = "shopify"
    version = 2
    specification = "https://shopify.dev/docs/api/admin-graphql"
    holds_whole_period = False

    def identify(self, file: IntakeFile) -> bool:
        """Return whether a pull has kept the file, or it is an orders export."""
        return _is_kept(file) or ShopifyOrders().identify(file)

    def read(self, file: IntakeFile, options: ReadOptions) -> Reading:
        """Return the orders of one kept file under canonical names.

        Raises:
            MalformedFile: An answer says no, is not whole, or is not about orders; an export cannot be read.
        """
        if not _is_kept(file):
            return ShopifyOrders().read(file, options)

        def made(answers: Sequence[KeptAnswer]) -> Reading | list[Record]:
            if is_about_payouts(answers):
                return payouts_reading(answers, options, file_id=file.file_id)
            if is_about_purchases(answers):
                return purchases_reading(answers, options, file_id=file.file_id)
            return [*map(as_sold, order_records(answers))]

        records = self._opened(file, made)
        if isinstance(records, Reading):
            return records
        orders, lines = orders_frame(records), lines_frame(records)
        return Reading(
            platform=self.platform,
            orders=orders,
            lines=lines,
            forms=Forms(date_formats=("%Y-%m-%d %H:%M:%S %z",), timezone=options.timezone),
            conventions=CONVENTIONS,
            words=WORDS,
            findings=_findings(records, orders, options).with_columns(pl.lit(file.file_id).alias("file")),
            stated=StatedTotals(row_count=len(records)),
            payments=payments_frame(records),
            refunds=refunds_frame(records),
            refund_lines=refund_lines_frame(records),
            headings=_HEADINGS,
        )

    def count_products(self, file: IntakeFile) -> int:
        """Return how many variants a kept answer about products names."""

        def counted(answers: Sequence[KeptAnswer]) -> int:
            return sum(len(listed(each.data(), "productVariants")) for each in answers)

        return self._opened(file, counted)

    def _opened(self, file: IntakeFile, made: Callable[[Sequence[KeptAnswer]], _T]) -> _T:
        try:
            return made(kept_answers(file.path.read_bytes()))
        except ValueError as error:
            raise MalformedFile(
                f"{file.name}: not a whole answer of Shopify that can be read: {error}. Nothing of it was taken in. Pull again.",
                file=file.name,
            ) from None


def _is_kept(file: IntakeFile) -> bool:
    with file.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    return head.lstrip().startswith(b"{") and f'"{KEPT}"'.encode() in head


def _findings(records: Sequence[Record], orders: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    key = pl.concat_str(pl.lit(f"{options.platform}:{options.shop}:"), "order_id").alias("order_key")
    keyed = orders.select("row", key)
    zone = ZoneInfo(options.timezone)
    books_platform_tax = dict(options.fields).get(PLATFORM_TAX) == "as-tax"
    rules: list[_Rule] = [
        (
            "test-payment",
            "test",
            lambda each: "The shop marks the order as a test." if each.get("test") is True else None,
        ),
        ("does-not-foot", "currentTotalPriceSet", lambda each: held_edit(each, zone)),
        ("order-edited", "agreements", lambda each: edit_note(each, zone)),
        ("refund-unclear", "refunds", _refunds),
        ("refund-does-not-tie", "refunds", lambda each: does_not_tie(each, zone)),
        ("does-not-foot", "transactions", _cut),
        ("does-not-foot", "totalCashRoundingAdjustment", _rounded_back),
    ]
    if not books_platform_tax:
        rules.append(("tax-rate-unknown", "taxLines.channelLiable", _platform_tax))
    return gather([_told(records, keyed, *rule) for rule in rules])


def _told(
    records: Sequence[Record], keyed: pl.DataFrame, code: str, column: str, rule: Callable[[Record], str | None]
) -> pl.DataFrame:
    said = pl.Series("detail", [rule(each) for each in records], dtype=pl.String)
    found = keyed.with_columns(said).filter(pl.col("detail").is_not_null())
    if found.is_empty():
        return no_findings()
    return findings_from(found, code, column=column, detail=pl.col("detail"))


def _refunds(record: Record) -> str | None:
    if not refunds_differ(record):
        return None
    return f"The order says {money(record, 'totalRefundedSet')} refunded; its refunds come to another sum."


def _cut(record: Record) -> str | None:
    return "More payments, refunds or shipments than Shopify lists; enter it by hand." if is_cut(record) else None


def _rounded_back(record: Record) -> str | None:
    rounding = money(record, "totalCashRoundingAdjustment", "refundSet")
    if not rounding_differs(record):
        return None
    return f"Cash that was paid back was rounded by {rounding}, and its refunds show another sum. Enter its credit note by hand."


def _platform_tax(record: Record) -> str | None:
    taxes = [each for each in listed(record, "taxLines") if each.get("channelLiable") is True]
    if not taxes:
        return None
    names = ", ".join(f"{text_at(each, 'title')} {money(each, 'priceSet')}" for each in taxes)
    return f"{names}: the platform pays this tax itself. Post the order by hand, or set shopify.platform_tax = as-tax."

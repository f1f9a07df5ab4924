"""Shopify's orders export (CSV), in all header versions seen from 2021 to 2026, read by heading, never by position.

Several rows make one order: the first carries what belongs to the order and its first line, the others their line.
They stand together; a name that comes again further down was joined or edited by hand and holds its order. What the
export cannot tell is listed in `NOTES` and shown with every import.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.errors import MalformedFile
from recon.frames.delimited import TextHead, ends_open, read_rows, read_text_head, refuse_damaged
from recon.frames.encodings import ENCODINGS
from recon.frames.findings import gather, no_findings, one_finding
from recon.frames.headings import Heading, find_heading
from recon.sources.base import (
    BUYER_FIELD,
    Conventions,
    Forms,
    IntakeFile,
    Reading,
    ReadOptions,
    Source,
    StatedTotals,
    StateWords,
)
from recon.sources.shopify.csv_columns import columns_new
from recon.sources.shopify.csv_rows import orders_and_lines, without_blank
from recon.sources.shopify.csv_saved import date_formats, saved_again
from recon.sources.shopify.payments import payment_kind, read_payments

REQUIRED: Final = (
    "Name", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Amount",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Payment Method",
    "Refunded Amount",
)  # fmt: skip
"""Without these no sale can be posted (with the five pairs of tax columns)."""
TAX_COLUMNS: Final = 5
ORDER_HEADINGS: Final = {
    "order_number": "Name", "payment_state": "Financial Status", "paid_on": "Paid at",
    "order_state": "Fulfillment Status", "shipped_on": "Fulfilled at", "currency": "Currency", "subtotal": "Subtotal",
    "shipping": "Shipping", "tax": "Taxes", "total": "Total", "discount": "Discount Amount",
    "ordered_on": "Created at", "customer_name": "Billing Name", "cancelled_on": "Cancelled at",
    "payment_channel": "Payment Method", "refunded": "Refunded Amount", "outstanding": "Outstanding Balance",
    "order_id": "Id", "sales_channel": "Source", "location": "Location", "staff": "Employee", "duties": "Duties",
    **{f"tax_name_{n}": f"Tax {n} Name" for n in range(1, TAX_COLUMNS + 1)},
    **{f"tax_listed_{n}": f"Tax {n} Value" for n in range(1, TAX_COLUMNS + 1)},
}  # fmt: skip
BUYER_HEADINGS: Final = {
    "buyer_1": "Billing Street", "buyer_2": "Billing City", "buyer_3": "Billing Province", "buyer_4": "Billing Zip",
    "buyer_5": "Billing Country", "buyer_mail": "Email",
}  # fmt: skip
"""Read only where buyers are told apart; the e-mail stands in for an address that is not there."""
LINE_HEADINGS: Final = {
    "quantity": "Lineitem quantity", "name": "Lineitem name", "unit_price": "Lineitem price", "sku": "Lineitem sku",
    "taxable": "Lineitem taxable", "line_discount": "Lineitem discount",
}  # fmt: skip
SIGNS: Final = ("Name", "Financial Status", "Lineitem quantity", "Lineitem price", "Created at")
"""Headings by which the export is recognised."""
OTHER_EXPORTERS: Final = (("Line: Type", "Line: Quantity"), ("Command", "Line: Type"))
"""Headings of exporters that write Shopify's orders in a form of their own (Matrixify)."""

_CHECKED: Final = ("name", "sku", "payment_channel", "sales_channel", "payment_state", "order_state")
"""Text columns in which destroyed characters are looked for; the others used are numbers, days and people's names."""

WORDS: Final = StateWords(
    order={
        "": "open", "unfulfilled": "open", "partial": "in_fulfilment", "fulfilled": "completed", "restocked": "returned",
    },
    payment={
        "paid": "paid", "pending": "unpaid", "authorized": "unpaid", "expired": "void", "voided": "void",
        "partially_paid": "partial", "refunded": "refunded", "partially_refunded": "partly_refunded",
    },
)  # fmt: skip
"""Fulfilled means that the goods have left; an authorisation is no money yet, an expired one never will be."""
CONVENTIONS: Final = Conventions(
    line_discount="per-line", order_discount="contains-lines", shipping_discount_inside=True, tax="infer",
    outstanding_contradicts_paid=True, test_gateways=("bogus", "(for testing) bogus gateway", "test"),
    tip_names=("Tip",), tolerance_minor_per_line=1,
)  # fmt: skip
NOTES: Final = (
    "The export does not say whether prices include tax; it is found by arithmetic, order by order.",
    "Refunds have no date, no lines and no share of tax in the export; only the sum refunded so far.",
    "An order paid through several gateways does not say how much went through each.",
    "Only five taxes have columns; what goes beyond them is part of the tax sum.",
    "Gift cards sold are ordinary lines; those named like one and not taxable are held, others are named in gift_card_names.",
    "Cash rounding, fees, payouts, test orders and lines removed from edited orders are not in the export.",
    "Shopify's API tells all of this: source = shopify-api (docs/shopify.md).",
)


class ShopifyOrders(Source):
    """The orders export of a Shopify shop."""

    name = "shopify"
    platform = "shopify"
    version = 2
    specification = "Shopify admin, Orders > Export; header versions 2021 to 2026 (docs/pipeline.md)"

    def identify(self, file: IntakeFile) -> bool:
        """Return whether the headings are those of Shopify's orders, payments or payouts, or of another program's export of orders."""
        try:
            head = read_text_head(file.path, name=file.name, search_damage=False)
        except MalformedFile:
            return False
        return bool(payment_kind(head)) or _has(head, SIGNS) or any(_has(head, signs) for signs in OTHER_EXPORTERS)

    def read(self, file: IntakeFile, options: ReadOptions) -> Reading:
        """Return the export under canonical names.

        Raises:
            MalformedFile: Columns are missing, stand there twice, or the rows cannot be read.
        """
        head = read_text_head(file.path, name=file.name, search_damage=False)
        if kind := payment_kind(head):
            return read_payments(kind, head, options, name=file.name, file_id=file.file_id)
        columns = _columns(head, file.name)
        if BUYER_FIELD in options.fields:
            found = {key: find_heading(head.headings, heading) for key, heading in BUYER_HEADINGS.items()}
            columns |= {key: heading for key, heading in found.items() if heading is not None}
        orders, lines, repeated, row_count = _taken_apart(head, columns, file, options)
        formats, lost_zone = date_formats(orders, name=file.name)
        cut_short = one_finding("last-row-open", file=file.file_id) if ends_open(head.content) else no_findings()
        odd = columns_new(head.headings, 1, file.file_id)
        return Reading(
            platform=self.platform,
            orders=orders,
            lines=lines,
            forms=Forms(date_formats=formats, timezone=options.timezone),
            conventions=CONVENTIONS,
            words=WORDS,
            findings=gather([saved_again(head, lines, file.file_id, lost_zone=lost_zone), cut_short, repeated, odd]),
            stated=StatedTotals(row_count=row_count),
            notes=NOTES,
            headings={name: heading.text for name, heading in columns.items() if name not in BUYER_HEADINGS}
            | {"tax_text": "Tax 1 Name", "completed_on": "Fulfilled at"},
        )


def _taken_apart(
    head: TextHead, columns: dict[str, Heading], file: IntakeFile, options: ReadOptions
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, int]:
    """Read the rows and return orders, lines, findings and the number of rows; the rows themselves are let go."""
    rows, _ = read_rows(head, list(columns.values()), name=file.name, encodings=ENCODINGS)
    refuse_damaged(rows, [columns[name].column for name in _CHECKED if name in columns], name=file.name)
    rows = without_blank(rows.rename({heading.column: name for name, heading in columns.items()}))
    return *orders_and_lines(rows, options, file.file_id), rows.height


def _has(head: TextHead, wanted: tuple[str, ...]) -> bool:
    return all(find_heading(head.headings, heading) for heading in wanted)


def _columns(head: TextHead, name: str) -> dict[str, Heading]:
    """Return the columns to read by canonical name.

    Raises:
        MalformedFile: Another exporter's form, headings missing, or one that stands there twice.
    """
    if any(_has(head, signs) for signs in OTHER_EXPORTERS):
        raise MalformedFile(
            f"{name} holds Shopify orders as another export program writes them (its heading `Line: Type` shows it). "
            "Only Shopify's own export is read: in the Shopify admin choose Orders, Export, Plain CSV. Nothing was imported.",
            file=name,
        )  # fmt: skip
    wanted = (*REQUIRED, *(f"Tax {n} {part}" for n in range(1, TAX_COLUMNS + 1) for part in ("Name", "Value")))
    missing = [heading for heading in wanted if find_heading(head.headings, heading) is None]
    if missing:
        raise MalformedFile(
            f"{name} looks like Shopify's orders export, but lacks {', '.join(missing)}. Without these columns an order "
            "cannot be added up. Export again without taking columns out. Nothing was imported.",
            file=name, column=missing[0],
        )  # fmt: skip
    used = {**ORDER_HEADINGS, **LINE_HEADINGS}
    twice = [heading for heading in used.values() if find_heading(head.headings, heading, 2)]
    if twice:
        raise MalformedFile(
            f"{name} has the heading {', '.join(twice)} more than once; which column is meant cannot be known. "
            "Export again and import the file as it came. Nothing was imported.",
            file=name, column=twice[0],
        )  # fmt: skip
    found = {key: find_heading(head.headings, heading) for key, heading in used.items()}
    return {key: heading for key, heading in found.items() if heading is not None}

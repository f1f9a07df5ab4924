"""One schema per canonical frame; every column with its meaning.

Amounts are ``Int64`` minor units of the order's currency, bounded by ``money.AMOUNT_LIMIT_MINOR``; sums of many
rows run in ``Int128``. Quantities are ``Int64`` thousandths. Dates are the shop's local dates. Inside one set of
frames rows are joined by ``order_no`` / ``doc_no`` (positions, dense from 0); across sets by ``order_key`` /
``document_key`` (stable text). Frames are sorted by their first key columns.
"""

from __future__ import annotations

from typing import Final

import polars as pl

RECORD_KINDS: Final = ("sale", "sale_return", "purchase", "purchase_return", "settlement", "till_invoice")
"""``settlement``: what a till took between two Z reports; ``till_invoice``: a sale, or a return, on account at a till. New kinds
stand last, so that stored frames stay readable."""
ORDER_STATES: Final = (
    "open", "in_fulfilment", "shipped", "delivered", "completed", "cancelled", "returned", "failed_delivery",
    "hold", "unknown",
)  # fmt: skip
PAYMENT_STATES: Final = (
    "unpaid", "claimed", "partial", "paid", "overpaid", "cod_due", "partly_refunded", "refunded", "void", "unknown",
)  # fmt: skip
VAT_MODES: Final = ("included", "excluded", "none", "unknown")
LINE_KINDS: Final = (
    "product", "shipping", "cod_fee", "tip", "gift_card", "duties", "rounding", "voucher", "discount", "tax", "fee",
    "adjustment", "pay_in", "pay_out", "customer_payment",
)  # fmt: skip
"""``fee``: what the shop charges beside goods and shipping, under a name of its own; ``adjustment``: what a refund gives
back beyond its lines, or keeps of them; of settlements ``pay_in`` and ``pay_out`` (< 0): cash put into the drawer or taken out of it for
a purpose, ``customer_payment``: money on an invoice of before. New kinds are added at the end."""
VAT_CODES: Final = ("vat7", "vat0", "none")
DOCUMENT_KINDS: Final = (
    "invoice", "receipt", "payment", "void", "credit_note", "product", "expense", "expense_payment", "supplier_credit",
    "refund", "settlement",
)  # fmt: skip
"""``product``: a product or service the ledger is told to create; no order, no amount, no postings. ``expense``: what a
supplier or platform bills us; ``expense_payment``: money paid on it; ``supplier_credit``: a supplier's credit note. ``refund``: money paid
back behind a credit note, in a ledger where the credit note alone moves none. ``settlement``: a till's Z reports as one voucher. New kinds stand last, so that stored frames
stay readable."""
SEVERITIES: Final = ("refused", "hold", "warning", "note")
DISPOSITIONS: Final = ("documents", "posted", "held", "ignored")

RecordKind = pl.Enum(RECORD_KINDS)
OrderState = pl.Enum(ORDER_STATES)
PaymentState = pl.Enum(PAYMENT_STATES)
VatMode = pl.Enum(VAT_MODES)
LineKind = pl.Enum(LINE_KINDS)
VatCode = pl.Enum(VAT_CODES)
DocumentKind = pl.Enum(DOCUMENT_KINDS)
Severity = pl.Enum(SEVERITIES)
Disposition = pl.Enum(DISPOSITIONS)

FILE_ID_LENGTH: Final = 12
"""Frames name a file by the first 12 hex digits of its SHA-256 (held inline by Polars); the register has it whole."""

ORDERS: Final = pl.Schema({
    "order_no": pl.UInt32(),            # position in this set of frames
    "order_key": pl.String(),           # platform:shop:order id; with the record kind before the id unless a sale
    "order_number": pl.String(),        # what the merchant sees, e.g. #1001 or SO-202606021; not always unique
    "other_numbers": pl.String(),       # under which others know it (the marketplace's own), between blanks; null: none;
                                        # of a return FIELD=VALUE: what it says of the document it belongs to
    "record_kind": RecordKind,
    "ordered_on": pl.Date(),
    "paid_on": pl.Date(),               # null: not stated
    "shipped_on": pl.Date(),            # null: not stated
    "completed_on": pl.Date(),          # null: not stated
    "cancelled_on": pl.Date(),          # null: not stated
    "updated_at": pl.Datetime("us"),    # provider's last change, shop-local; null: not stated
    "order_state": OrderState,
    "payment_state": PaymentState,
    "state_text": pl.String(),          # the source's own words for both states, joined with " / "
    "sales_channel": pl.String(),       # "" when the source names none
    "payment_channel": pl.String(),     # "" when the source names none; several joined with " + "
    "customer_name": pl.String(),       # null: not stated
    "customer_tax_id": pl.String(),     # null: not stated
    "customer_branch": pl.String(),     # null: not stated
    "customer_address": pl.String(),    # null: not stated
    "currency": pl.String(),            # ISO 4217
    "vat_mode": VatMode,                # what the arithmetic of the order shows; unknown = neutral (no VAT stated)
    "goods_minor": pl.Int64(),          # sum of all lines' amount_minor, tips and gift cards sold included
    "discount_minor": pl.Int64(),       # order discount on goods that is not in the lines yet; >= 0 lowers the total
    "shipping_minor": pl.Int64(),       # charged to the buyer, before shipping_discount_minor
    "shipping_discount_minor": pl.Int64(),  # >= 0 lowers the total
    "cod_fee_minor": pl.Int64(),
    "duties_minor": pl.Int64(),
    "rounding_minor": pl.Int64(),       # cash rounding, signed
    "platform_discount_minor": pl.Int64(),  # funded by the platform, not in total_minor; >= 0
    "tax_minor": pl.Int64(),            # VAT as the source states it, inside or on top as vat_mode says; null: not stated
    "tax_text": pl.String(),            # the source's name for the tax ("VAT 7%"), several joined with " + "; null: none
    "shipping_taxed": pl.Boolean(),     # whether tax_minor is on shipping too; null: not stated
    "total_minor": pl.Int64(),          # what the source says the buyer pays in all
    "paid_minor": pl.Int64(),           # null: not stated
    "refunded_minor": pl.Int64(),       # cumulative; 0 when none
    "staff": pl.String(),               # who sold it, as the source names the person; null: not stated
    "opening_float_minor": pl.Int64(),  # of a settlement: cash in the drawer when the till opened; null: not stated
    "discount_basis": pl.String(),      # which reading of the discount columns tied, e.g. "order-total"
    "file": pl.String(),                # first 12 digits of the file's SHA-256
    "row": pl.UInt32(),                 # row of the order as a spreadsheet counts them (header = 1); JSON: nth record
})  # fmt: skip
"""An order without a ``does-not-foot`` finding foots exactly: ``total = goods - discount + shipping -
shipping_discount + cod_fee + duties + rounding``, plus ``tax`` where vat_mode is excluded."""

ORDER_LINES: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "line_no": pl.UInt32(),             # 1.. within the order
    "row": pl.UInt32(),                 # row in the order's file
    "kind": LineKind,                   # product, tip, gift_card or fee here; charges of the order live in ORDERS
    "sku": pl.String(),                 # as it came; null: none
    "name": pl.String(),
    "quantity_milli": pl.Int64(),       # thousandths of a piece
    "unit_price_minor": pl.Int64(),     # before any discount
    "discount_minor": pl.Int64(),       # whole line, already taken off amount_minor; >= 0
    "amount_minor": pl.Int64(),         # what the line adds to goods_minor
    "taxable": pl.Boolean(),            # null: not stated
    "tax_text": pl.String(),            # source's name of the line's own tax ("25 %"); null: none, or the order's
    "tax_minor": pl.Int64(),            # that tax as the source states it, inside amount_minor; null: not stated
})  # fmt: skip

PAYMENTS: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "payment_no": pl.UInt32(),          # 1.. within the order
    "payment_channel": pl.String(),
    "amount_minor": pl.Int64(),         # null: the source does not split the sum over its channels
    "paid_on": pl.Date(),
    "reference": pl.String(),
    "row": pl.UInt32(),
})  # fmt: skip

REFUNDS: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "refund_no": pl.UInt32(),           # 1.. within the order
    "refunded_on": pl.Date(),           # null: the source does not date refunds
    "amount_minor": pl.Int64(),         # > 0
    "tax_minor": pl.Int64(),            # tax inside the amount as the source states it; null: not stated
    "reason": pl.String(),
    "payment_channel": pl.String(),     # through which it went back; null: not stated, or through several
    "row": pl.UInt32(),
})  # fmt: skip

REFUND_LINES: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "refund_no": pl.UInt32(),           # as in REFUNDS
    "line_no": pl.UInt32(),             # 1.. within the refund
    "kind": LineKind,
    "sku": pl.String(),                 # null: none
    "name": pl.String(),
    "quantity_milli": pl.Int64(),       # thousandths of a piece
    "discount_minor": pl.Int64(),       # taken off amount_minor already; >= 0
    "amount_minor": pl.Int64(),         # given back for it, without tax; below 0: kept back
    "tax_minor": pl.Int64(),            # tax given back for it
    "restocked": pl.Boolean(),          # whether the goods went back to the shelf; null: no goods, or not stated
    "row": pl.UInt32(),
})  # fmt: skip
"""What refunds consist of, where the source says it and it comes to the refund: amount + tax of a refund's lines is its
amount_minor. Refunds without rows here are a sum only."""

FINDINGS: Final = pl.Schema({
    "code": pl.String(),                # key of domain.finding.FINDING_CODES
    "severity": Severity,
    "order_key": pl.String(),           # null: about the file or the workspace
    "document_key": pl.String(),        # null: not about one document
    "file": pl.String(),                # first 12 digits; null: not about a file
    "row": pl.UInt32(),
    "column": pl.String(),
    "value": pl.String(),               # the offending text, as it came (cleaned where it is shown)
    "amount_minor": pl.Int64(),         # sum at stake; null: none
    "detail": pl.String(),              # one English sentence with the figures; null: the code says it all
})  # fmt: skip

PAYMENT_PART: Final = pl.Schema({
    "payment_channel": pl.String(),     # of the shop; several that lead to one method are joined with " + "
    "payment_method": pl.String(),      # ledger's code of the bank, cash or clearing account
    "amount_minor": pl.Int64(),         # > 0; of a settlement also below: what went out that way
})  # fmt: skip
"""One of several payments of a document."""

DOCUMENTS: Final = pl.Schema({
    "doc_no": pl.UInt32(),              # position in the plan; also the order of sending
    "document_key": pl.String(),        # order_key/kind/revision: the same from any copy of the workspace
    "order_key": pl.String(),
    "order_no": pl.UInt32(),            # position in the orders of the plan
    "order_number": pl.String(),
    "kind": DocumentKind,
    "revision": pl.UInt16(),            # 1.. of this kind for this order
    "number": pl.String(),              # own number sent to the ledger; null: the ledger numbers it
    "applies_to_key": pl.String(),      # document paid, voided or credited; null: none
    "applies_to_number": pl.String(),
    "issued_on": pl.Date(),
    "due_on": pl.Date(),
    "contact_code": pl.String(),        # ledger contact, e.g. the standing contact of the channel
    "contact_name": pl.String(),
    "contact_tax_id": pl.String(),      # null: none
    "contact_branch": pl.String(),      # null: none
    "contact_address": pl.String(),     # null: none
    "sales_channel": pl.String(),
    "payment_channel": pl.String(),
    "payment_method": pl.String(),      # ledger's code of the bank, cash or clearing account; null: no money moves
    "paid_on": pl.Date(),               # null: no money moves
    "paid_minor": pl.Int64(),           # money moved by this document; 0: none
    "currency": pl.String(),
    "vat_mode": VatMode,                # included, excluded or none; never unknown
    "is_tax_invoice": pl.Boolean(),
    "gross_minor": pl.Int64(),          # sum of lines before discounts, in the order's price basis
    "discount_minor": pl.Int64(),       # spread over the lines; >= 0
    "net_minor": pl.Int64(),            # without VAT
    "vat_minor": pl.Int64(),            # rounded once on the document
    "vat_by_line_minor": pl.Int64(),    # the sum if VAT were rounded on each line
    "total_minor": pl.Int64(),          # net + VAT; positive, the kind says the direction; a settlement's own sign counts
    "wht_minor": pl.Int64(),            # tax we withhold from the supplier; >= 0, inside total_minor
    "remark": pl.String(),
    "reason": pl.String(),              # name of the lifecycle rule that asked for it
    "depends_on": pl.String(),          # document_key in the same plan that must be posted first; null: none
    "payments": pl.List(pl.Struct(PAYMENT_PART)),  # its payments, the main one first, summing to paid_minor; null: one, all of it
    "department": pl.String(),          # ledger's code of the department; null: none
    "project": pl.String(),             # ledger's code of the project; null: none
})  # fmt: skip

PARTS: Final = pl.Schema({**DOCUMENTS, "summary_key": pl.String()})
"""Documents of single orders that summaries hold; ``summary_key``: document_key of the summary that goes out instead."""

SUMMED: Final = pl.Schema({
    "summary": pl.String(),             # number of the summary
    "kind": DocumentKind,
    "issued_on": pl.Date(),
    "sales_channel": pl.String(),
    "payment_method": pl.String(),
    "order_number": pl.String(),
    "currency": pl.String(),
    "total_minor": pl.Int64(),          # what the order put into it
    "order_key": pl.String(),
    "file": pl.String(),
    "row": pl.UInt32(),
})  # fmt: skip
"""What each order put into the summaries of a plan, as a person looks it up."""

DOCUMENT_LINES: Final = pl.Schema({
    "doc_no": pl.UInt32(),
    "line_no": pl.UInt32(),             # 1.. within the document
    "kind": LineKind,
    "product_code": pl.String(),        # ledger's product; null: text line on account_code
    "account_code": pl.String(),        # income account; null: the product's own
    "sku": pl.String(),
    "description": pl.String(),
    "quantity_milli": pl.Int64(),
    "unit_price_minor": pl.Int64(),     # quantity x unit price = amount_minor exactly
    "amount_minor": pl.Int64(),         # in the document's price basis (with or without VAT)
    "discount_minor": pl.Int64(),       # share of discounts already inside amount_minor; >= 0
    "vat_code": VatCode,
    "net_minor": pl.Int64(),
    "vat_minor": pl.Int64(),            # sums to the document's vat_minor
    "wht_minor": pl.Int64(),            # sums to the document's wht_minor; >= 0
    "row": pl.UInt32(),                 # row in the order's file; null for charges of the order
    "tax_code": pl.String(),            # ledger's tax item that taxes the line; of a line of tax: that works it out; null: none
})  # fmt: skip

POSTINGS: Final = pl.Schema({
    "doc_no": pl.UInt32(),
    "posting_no": pl.UInt32(),          # 1.. within the document
    "account_code": pl.String(),
    "debit_minor": pl.Int64(),          # exactly one of the two is positive, the other 0
    "credit_minor": pl.Int64(),
})  # fmt: skip

ORDER_RESULTS: Final = pl.Schema({
    "order_no": pl.UInt32(),            # one row per order of the plan: where its money went
    "order_key": pl.String(),
    "disposition": Disposition,         # of the part not posted before
    "reason": pl.String(),              # finding code or lifecycle rule
    "truth_minor": pl.Int64(),          # what should stand in the ledger in the end: total, less refunds; 0 cancelled
    "posted_minor": pl.Int64(),         # what stands there already
    "planned_minor": pl.Int64(),        # sales less credits of this plan's documents
    "held_minor": pl.Int64(),
    "ignored_minor": pl.Int64(),
})  # fmt: skip
"""``truth = posted + planned + held + ignored`` for every row, to the minor unit."""

POSTED: Final = pl.Schema({
    "document_key": pl.String(),
    "order_key": pl.String(),
    "kind": DocumentKind,
    "revision": pl.UInt16(),
    "number": pl.String(),
    "applies_to_key": pl.String(),
    "issued_on": pl.Date(),
    "total_minor": pl.Int64(),
    "vat_minor": pl.Int64(),
    "is_tax_invoice": pl.Boolean(),
    "pending": pl.Boolean(),            # true: in an approved batch, outcome not known yet
    "batch_id": pl.String(),
})  # fmt: skip
"""What the ledger is known to hold, or is about to be told: one row per document, refused ones left out."""

PRODUCT_LINKS: Final = pl.Schema({
    "sku_key": pl.String(),             # folded SKU (match.keys)
    "product_code": pl.String(),        # ledger's product; null: goes as text on account_code
    "account_code": pl.String(),        # null: the connection's sales account
    "vat_code": VatCode,                # null: as the order line says
    "tax_code": pl.String(),            # ledger's VAT code of a till's lines; null: as the tax of the line is mapped
})  # fmt: skip

LEDGER_PRODUCTS: Final = pl.Schema({
    "product_code": pl.String(),        # the ledger's code
    "purchase_account": pl.String(),    # account a purchase of it is booked on there; null: none, or not known
    "keeps_stock": pl.Boolean(),        # the ledger keeps its stock and books its cost itself
})  # fmt: skip
"""What is known of the ledger's products where it takes them on purchases, one row per product."""

PRODUCT_WISHES: Final = pl.Schema({
    "sku_key": pl.String(),             # folded SKU (match.keys)
    "sku": pl.String(),                 # as the shop spells it
    "name": pl.String(),                # it gets in the ledger
    "kind": pl.String(),                # product or service
    "wished_on": pl.Date(),             # day a person marked it
    "wished_by": pl.String(),
    "held_code": pl.String(),           # the ledger's product of exactly this code, as last read; null: none
})  # fmt: skip
"""Products a person wants the ledger to have, at most one row per SKU."""

CHANNEL_LINKS: Final = pl.Schema({
    "payment_channel": pl.String(),     # as the source spells it, folded
    "payment_method": pl.String(),      # ledger's code: bank, cash or clearing
    "account_code": pl.String(),        # account behind it, for postings; the method's code where not known
})  # fmt: skip

TAX_LINKS: Final = pl.Schema({
    "tax_key": pl.String(),             # the source's name of a tax, folded; "" where it names none
    "tax_code": pl.String(),            # ledger's tax item
})  # fmt: skip

DECISIONS: Final = pl.Schema({
    "order_key": pl.String(),
    "decision": pl.String(),            # repost, credit, leave or by-hand
    "number": pl.String(),              # number of the document written by hand; null: none
    "amount_minor": pl.Int64(),         # by-hand: held_minor when it was decided; null: whatever is held
})  # fmt: skip
"""What a person decided about a held order, at most one row per order."""

LEFT_OUT: Final = pl.Schema({
    "order_key": pl.String(),
    "code": pl.String(),                # rejected-by-person or left-for-later
    "detail": pl.String(),              # who decided it and why
})  # fmt: skip
"""Orders a person keeps out of a plan although they have documents, at most one row per order."""

ELSEWHERE: Final = pl.Schema({
    "order_key": pl.String(),
    "detail": pl.String(),              # which connection books it, and over how much
})  # fmt: skip
"""Orders of this connection that another connection of the same books books, at most one row per order."""

TILL_COUNTS: Final = pl.Schema({
    "order_key": pl.String(),           # of the settlement
    "counted_minor": pl.Int64(),        # cash in the drawer when it was counted
    "to_bank_minor": pl.Int64(),        # of it taken out for the bank; 0: nothing
    "counted_by": pl.String(),
    "remark": pl.String(),              # why it differs; "" for nothing
})  # fmt: skip
"""Cash that persons counted, at most one row per settlement."""

LEDGER_ACCOUNTS: Final = pl.Schema({
    "account_code": pl.String(),
    "name": pl.String(),
    "root": pl.String(),                # Assets, Liabilities, Equity, Income, Expenses; "" where the ledger does not say
    "tax_code": pl.String(),            # VAT code it is posted with; "" where the ledger names none
    "is_tax_locked": pl.Boolean(),      # no other VAT code is taken on it
    "needs_department": pl.Boolean(),
    "needs_project": pl.Boolean(),
})  # fmt: skip
"""Accounts of the ledger as last read, where lines are booked on them directly."""

FIRST_SEEN: Final = pl.Schema({
    "order_key": pl.String(),
    "refund_minor": pl.Int64(),         # cumulative refund of the order; 0: the cancellation
    "seen_on": pl.Date(),               # day recon first saw it
})  # fmt: skip
"""When an undated refund or cancellation was first seen, so that its date does not move with the day of planning."""

"""Kept answers about purchase orders as a reading: a purchase for each shipment something was accepted of, and what is still to come.

The accepted pieces of a shipment are one purchase on the day they came, at the order's own cost; what was rejected is none. What
neither came nor was rejected is a record of its own that is only ordered, so that the order's whole sum is seen. Tax is the
order's percentage of each line, half up; where a line came whole, what Shopify itself says of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import polars as pl

from recon.frames.findings import findings_from, no_findings
from recon.sources.base import Conventions, Forms, Reading, ReadOptions, StatedTotals, StateWords
from recon.sources.shopify.api_money import moment
from recon.sources.shopify.api_records import Record, goes_on, listed, number, text_at
from recon.sources.shopify.kept import KeptAnswer
from recon.sources.shopify.purchase_queries import PURCHASE_LINES, PURCHASE_ORDERS, PURCHASE_TRANSFERS, SHIPMENT

WORDS: Final = StateWords(
    order={"ordered": "open", "partly received": "completed", "received": "completed"}, payment={"unpaid": "unpaid"}
)
NOTES: Final = (
    "Shopify does not say whether a purchase order was billed or paid: what came is unpaid until a person pays it in the ledger.",
    "A shipment has the day on which something of it came first; pieces of it that come later change its record.",
)
_HEADINGS: Final = {
    "order_id": "id", "order_number": "name", "ordered_on": "dateReceived", "completed_on": "dateReceived", "order_state": "status",
    "customer_name": "origin.supplierName", "currency": "currency", "total": "totalCost", "tax": "taxPercent",
    "sku": "inventoryItem.sku", "name": "title", "quantity": "acceptedQuantity", "unit_price": "unitCost",
}  # fmt: skip
_CENT: Final = Decimal("0.01")
_PART_RECEIVED: Final = "PARTIALLY_RECEIVED"


@dataclass(slots=True)
class _Bought:
    """One record to be: a shipment that came, or what is still to come."""

    order_id: str
    number: str
    order: Record
    day: str | None
    state: str
    lines: list[tuple[Record, Decimal]] = field(default_factory=list)
    """Line of the order and pieces."""
    unclear: str = ""


def is_about_purchases(answers: Sequence[KeptAnswer]) -> bool:
    """Return whether a kept file is about purchase orders."""
    return bool(answers) and answers[0].asked == PURCHASE_ORDERS.name


def purchases_reading(answers: Sequence[KeptAnswer], options: ReadOptions, *, file_id: str) -> Reading:
    """Return the purchase orders of one kept file under canonical names.

    Raises:
        ValueError: An answer says no, or a part of an order is missing.
    """
    records = [record for order in _orders(answers) for record in _records(order)]
    orders = _orders_frame(records)
    found = _unclear(records, options).with_columns(pl.lit(file_id).alias("file"))
    return Reading(
        platform=options.platform,
        orders=orders,
        lines=_lines_frame(records),
        forms=Forms(date_formats=("%Y-%m-%d %H:%M:%S %z",), timezone=options.timezone),
        conventions=Conventions(tax_mode_by_order=True),
        words=WORDS,
        findings=found,
        stated=StatedTotals(row_count=len(records)),
        notes=NOTES,
        headings=_HEADINGS,
    )


def _orders(answers: Sequence[KeptAnswer]) -> Iterable[Record]:
    """Return the orders that were placed, each with all lines under ``_lines`` and its shipments under ``_shipments``."""
    placed = [
        node
        for answer in answers
        if answer.asked == PURCHASE_ORDERS.name
        for node in listed(answer.data(), "inventoryPurchaseOrders")
    ]
    by_about: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for answer in answers:
        by_about.setdefault((answer.asked, answer.about), []).append(answer.data())
    for order in placed:
        about = text_at(order, "id") or ""
        transfers = by_about.get((PURCHASE_TRANSFERS.name, about))
        if transfers is None:
            continue  # a draft, or one archived long ago: nothing more was asked about it
        more = by_about.get((PURCHASE_LINES.name, about), [])
        if goes_on(order, "lineItems") and not more:
            raise ValueError(f"further lines of purchase order {text_at(order, 'name')} are missing")
        lines = [*listed(order, "lineItems"), *(line for each in more for line in _inner(each, "lineItems"))]
        shipments = [
            _shipment(text_at(each, "id") or "", by_about)
            for page in transfers
            for transfer in _inner(page, "transfers")
            for each in listed(transfer, "shipments")
        ]
        yield {**order, "_lines": lines, "_shipments": sorted(shipments, key=lambda one: _number_of(one, ""))}


def _inner(data: Mapping[str, Any], name: str) -> list[Record]:
    return listed(data.get("inventoryPurchaseOrder") or {}, name)


def _shipment(about: str, by_about: Mapping[tuple[str, str], list[dict[str, Any]]]) -> Record:
    pages = [each.get("inventoryShipment") or {} for each in by_about.get((SHIPMENT.name, about), [])]
    if not pages or goes_on(pages[-1], "lineItems"):
        raise ValueError(f"what came of {about} is missing")
    return {**pages[0], "_lines": [line for page in pages for line in listed(page, "lineItems")]}


def _number_of(record: Mapping[str, Any], prefix: str) -> str:
    """Return the number at the end of an id, such that numbers sort by it where nothing stands before it."""
    last = (text_at(record, "id") or "").rpartition("/")[2]
    return f"{prefix}{last}" if prefix else last.zfill(20)


def _records(order: Record) -> Iterable[_Bought]:
    """Return a record per shipment something came of, and one of what is still to come."""
    lines: list[Record] = order["_lines"]
    by_item: dict[str, list[Record]] = {}
    for line in lines:
        by_item.setdefault(text_at(line, "inventoryItem", "id") or "", []).append(line)
    name, own = text_at(order, "name") or "", _number_of(order, "PO")
    settled: dict[str, Decimal] = {}
    came: list[_Bought] = []
    for place, shipment in enumerate(order["_shipments"], 1):
        made = _Bought(
            _number_of(shipment, f"{own}-"), f"{name}-{place}", order, moment(text_at(shipment, "dateReceived")),
            "partly received" if shipment.get("status") == _PART_RECEIVED else "received",
        )  # fmt: skip
        _fill(made, shipment, by_item, settled)
        if made.lines or made.unclear:
            came.append(made)
    day = moment(text_at(order, "orderedAt") or text_at(order, "dateCreated"))
    # Where what came cannot be told, what is still to come cannot either.
    doubts = [one.unclear for one in came if one.unclear] or [_costs_differ(lines)]
    rest = _Bought(own, name, order, day, "ordered", unclear=doubts[0])
    for line in lines:
        open_pieces = _pieces(line, "totalQuantity") - settled.get(text_at(line, "id") or "", Decimal(0))
        if open_pieces > 0:
            rest.lines.append((line, open_pieces))
    return [*came, rest]


def _fill(made: _Bought, shipment: Record, by_item: Mapping[str, list[Record]], settled: dict[str, Decimal]) -> None:
    """Give a shipment's record its lines, and note what of each line of the order came or was rejected."""
    accepted = Decimal(0)
    for each in shipment["_lines"]:
        pieces, refused = _pieces(each, "acceptedQuantity"), _pieces(each, "rejectedQuantity")
        accepted += pieces
        found = by_item.get(text_at(each, "inventoryItem", "id") or "", [])
        if pieces and (not found or len(set(map(_rate, found))) > 1):
            sku = text_at(each, "inventoryItem", "sku") or "a product without a SKU"
            what = "two costs for it" if found else "no line for it"
            made.unclear = f"{pieces} pieces of {sku} came, and the purchase order has {what}."
            continue
        made.lines += _settle(found, pieces, settled)
        _settle(found, refused, settled)
    if accepted != _pieces(shipment, "totalAcceptedQuantity"):
        made.unclear = (
            f"The shipment says {shipment.get('totalAcceptedQuantity')} pieces were accepted, its lines {accepted}."
        )
    made.unclear = made.unclear or _costs_differ([line for line, _ in made.lines])


def _rate(line: Record) -> tuple[str | None, Decimal]:
    """Return what a piece of a line costs: its price and its tax in percent."""
    return text_at(line, "unitCost", "amount"), _percent(line)


def _settle(lines: Sequence[Record], pieces: Decimal, settled: dict[str, Decimal]) -> list[tuple[Record, Decimal]]:
    """Return which lines of one product some pieces are of: each takes what is still open of it, the last one what is left."""
    taken = []
    for place, line in enumerate(lines, 1):
        key = text_at(line, "id") or ""
        is_last, left = place == len(lines), _pieces(line, "totalQuantity") - settled.get(key, Decimal(0))
        mine = pieces if is_last else min(pieces, max(left, Decimal(0)))
        if mine:
            taken.append((line, mine))
            settled[key] = settled.get(key, Decimal(0)) + mine
            pieces -= mine
    return taken


def _costs_differ(lines: Sequence[Record]) -> str:
    """Return why the order's own sums are doubted; empty: they are not."""
    for line in lines:
        cost, stated = number(text_at(line, "unitCost", "amount")), number(text_at(line, "subtotal", "amount"))
        if line.get("subtotal") is not None and cost is not None and cost * _pieces(line, "totalQuantity") != stated:
            return f"{_title(line)}: {_pieces(line, 'totalQuantity')} pieces at {cost} are not {stated}."
    return ""


def _pieces(record: Mapping[str, Any], name: str) -> Decimal:
    return number(text_at(record, name)) or Decimal(0)


def _title(line: Record) -> str:
    return " - ".join(part for part in (text_at(line, "title"), text_at(line, "variantTitle")) if part)


def _goods(line: Record, pieces: Decimal) -> Decimal:
    return (number(text_at(line, "unitCost", "amount")) or Decimal(0)) * pieces


def _tax(line: Record, pieces: Decimal) -> Decimal:
    """Return the tax on some pieces of a line."""
    whole, subtotal = (number(text_at(line, name, "amount")) for name in ("totalCost", "subtotal"))
    stated = line.get("totalCost") is not None and line.get("subtotal") is not None
    if stated and pieces == _pieces(line, "totalQuantity") and whole is not None and subtotal is not None:
        return whole - subtotal
    return (_goods(line, pieces) * _percent(line) / 100).quantize(_CENT, ROUND_HALF_UP)


def _percent(line: Record) -> Decimal:
    return number(text_at(line, "taxPercent")) or Decimal(0)


def _orders_frame(records: Sequence[_Bought]) -> pl.DataFrame:
    """Return one row per record, all text."""
    position = pl.int_range(len(records), dtype=pl.UInt32, eager=True)
    sums = [
        (sum((_goods(*each) for each in one.lines), Decimal(0)), sum((_tax(*each) for each in one.lines), Decimal(0)))
        for one in records
    ]
    columns: dict[str, list[str | None]] = {
        "order_id": [one.order_id for one in records],
        "order_number": [one.number for one in records],
        "record_kind": ["purchase" for _ in records],
        "ordered_on": [one.day for one in records],
        "completed_on": [one.day if one.state != "ordered" else None for one in records],
        "order_state": [one.state for one in records],
        "payment_state": ["unpaid" for _ in records],
        "customer_name": [text_at(one.order, "origin", "supplierName") for one in records],
        "currency": [text_at(one.order, "currency") for one in records],
        "prices_include_tax": ["false" for _ in records],
        "tax": [format(tax, "f") for _, tax in sums],
        "total": [format(goods + tax, "f") for goods, tax in sums],
    }
    made = [pl.Series(name, values, dtype=pl.String) for name, values in columns.items()]
    return pl.DataFrame([position.alias("order_no"), (position + 1).alias("row"), *made])


def _lines_frame(records: Sequence[_Bought]) -> pl.DataFrame:
    """Return one row per line, numbered within its record, all text."""
    rows = [
        {
            "order_no": order_no, "line_no": place, "row": order_no + 1, "kind": "product", "name": _title(line),
            "sku": (text_at(line, "inventoryItem", "sku") or text_at(line, "supplierSku") or "").strip() or None,
            "quantity": format(pieces, "f"), "unit_price": text_at(line, "unitCost", "amount"),
        }
        for order_no, one in enumerate(records)
        for place, (line, pieces) in enumerate(one.lines, 1)
    ]  # fmt: skip
    schema = dict.fromkeys(("order_no", "line_no", "row"), pl.UInt32()) | dict.fromkeys(
        ("kind", "sku", "name", "quantity", "unit_price"), pl.String()
    )
    return pl.DataFrame(rows, schema=schema)


def _unclear(records: Sequence[_Bought], options: ReadOptions) -> pl.DataFrame:
    """Return what holds a record: what came does not fit the order."""
    rows = [(at, one.order_id, one.unclear) for at, one in enumerate(records, 1) if one.unclear]
    if not rows:
        return no_findings()
    frame = pl.DataFrame(rows, schema={"row": pl.UInt32, "order_id": pl.String, "detail": pl.String}, orient="row")
    key = pl.concat_str(pl.lit(f"{options.platform}:{options.shop}:purchase:"), "order_id")
    return findings_from(
        frame.with_columns(key.alias("order_key")),
        "receipt-unclear",
        column="acceptedQuantity",
        detail=pl.col("detail"),
    )

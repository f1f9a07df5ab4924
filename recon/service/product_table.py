"""The list of SKUs as screens and commands know it, the ledger's products to choose from, and everything about one SKU."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import polars as pl

from recon.config.connection import Connection
from recon.frames.canonical import CanonicalFrames
from recon.match.catalog_search import CatalogList, catalog_list
from recon.match.keys import fold, fold_column
from recon.match.suggest import suggest_products
from recon.match.work_list import (
    TextRules,
    all_products,
    blocked_orders,
    empty_products,
    filter_products,
    no_suggestions,
    product_rows,
)
from recon.money import plain
from recon.plan.products import PRODUCT
from recon.service import match_undo
from recon.service.context import Context
from recon.service.mapping_frames import catalog_read_at, ledger_products, product_links
from recon.service.new_products import created_in, product_wishes
from recon.service.returned import planned_frames
from recon.service.till_table import is_till
from recon.store.mappings import MappingChange

ORDERS_SHOWN: Final = 8
"""Orders of one SKU that are shown, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTable:
    """Every SKU of a connection's orders; see `recon.match.work_list.PRODUCT_ROWS` for the columns."""

    connection: str
    currency: str
    frame: pl.DataFrame
    blocked_orders: int
    """Orders that wait for a SKU; each counts once."""
    blocked_minor: int
    catalog_count: int
    """Products of the ledger, as last read."""
    has_orders: bool
    name_limit: int
    """Longest name of a product the ledger takes; 0: it creates none for us."""
    found: pl.DataFrame | None
    """SUGGESTIONS as they were worked out; None: not yet. Handed in again they need not be worked out anew."""
    undo_name: str
    redo_name: str

    def filter(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the positions of the rows that pass what was typed, and what of it was not understood."""
        return filter_products(self.frame, text, currency=self.currency)

    def work_order(self) -> pl.Series:
        """Return all rows: not linked, suggested, as text, linked; the most money first in each."""
        return self.frame.select(
            pl.int_range(pl.len(), dtype=pl.UInt32).sort_by("state", maintain_order=True)
        ).to_series()

    def tally(self) -> dict[str, tuple[int, int]]:
        """Return number and amount held back per state."""
        found = self.frame.group_by("state").agg(pl.len(), pl.col("blocked_minor").sum())
        return {state: (number, minor) for state, number, minor in found.iter_rows()}


@dataclass(frozen=True, slots=True)
class MappingEntry:
    """One change of a mapping."""

    at: str
    who: str
    to: str | None
    """Ledger's code; empty: as text; None: taken away."""
    reason: str
    created: str = ""
    """Batch with which the ledger made it; empty: it was linked by a person."""


@dataclass(frozen=True, slots=True)
class OrderUse:
    """An order that holds a SKU."""

    order_number: str
    ordered_on: str
    customer: str
    quantity: str
    amount: str
    state: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A product a SKU might be."""

    code: str
    name: str
    score: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDetail:
    """Everything about one SKU."""

    key: str
    sku: str
    suggestions: tuple[Suggestion, ...]
    history: tuple[MappingEntry, ...]
    """The newest first."""
    orders: tuple[OrderUse, ...]
    order_count: int

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.match-why/1."""
        return asdict(self)


def product_table(
    context: Context, connection: str | None, *, suggestions: bool = True, found: pl.DataFrame | None = None
) -> ProductTable:
    """Return every SKU.

    Args:
        context: The open workspace.
        connection: Its name; None: the only one.
        suggestions: False: without them, which takes no time however many products the ledger has.
        found: Suggestions as an earlier table holds them, used instead of new ones.
    """
    name, rules = context.connection(connection)
    frames = planned_frames(context, name, rules)
    frame = empty_products()
    if frames is not None:
        frame, found = product_frame(context, name, rules, frames, suggestions=suggestions, found=found)
    count, minor = blocked_orders(frames.orders, frames.lines, frame) if frames else (0, 0)
    undo_name, redo_name = match_undo.names(context, name)
    return ProductTable(
        connection=name,
        currency=context.settings.company.currency,
        frame=frame,
        blocked_orders=count,
        blocked_minor=minor,
        catalog_count=ledger_products(context, name).height,
        has_orders=frames is not None,
        name_limit=_name_limit(context, name, rules),
        found=found,
        undo_name=undo_name,
        redo_name=redo_name,
    )


def _name_limit(context: Context, name: str, rules: Connection) -> int:
    capabilities = context.outside.capabilities(name, rules)
    return capabilities.product_name_max_length if PRODUCT in capabilities.kinds else 0


def product_frame(
    context: Context,
    name: str,
    rules: Connection,
    frames: CanonicalFrames,
    *,
    suggestions: bool = True,
    found: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return PRODUCT_ROWS of a connection, and the suggestions in them; arguments as of `product_table`."""
    frames = _by_products(rules, frames)
    links, catalog = product_links(context, name), ledger_products(context, name)
    in_one = rules.detail.inventory == "one"
    if in_one:  # all goods are booked together, whatever a SKU is linked to
        links = links.clear()
    weighed = all_products(frames.orders, frames.lines, links)
    as_text = TextRules(rules.products.unlinked == "text" or in_one, rules.products.without_sku == "text" or in_one)
    if found is None and suggestions:
        open_items = weighed.join(links.select("sku_key"), on="sku_key", how="anti", maintain_order="left")
        found = no_suggestions() if as_text.unlinked else suggest_products(open_items, catalog)
    hints = no_suggestions() if found is None else found
    is_open = hints.join(links, left_on="open_key", right_on="sku_key", how="anti", maintain_order="left")
    return product_rows(weighed, links, catalog, is_open, as_text, product_wishes(context, name)), found


def _by_products(rules: Connection, frames: CanonicalFrames) -> CanonicalFrames:
    """Return the orders whose lines go by products; of a till the sales on account that the ledger is to invoice."""
    if not is_till(rules):
        return frames
    mine = (frames.orders["record_kind"] == "till_invoice") & (rules.till.invoices == "order")
    orders = frames.orders.filter(mine)
    return replace(frames, orders=orders, lines=frames.lines.join(orders.select("order_no"), on="order_no", how="semi"))


def catalog(context: Context, connection: str | None) -> CatalogList:
    """Return the ledger's products as last read, ready to be searched."""
    name, _rules = context.connection(connection)
    return catalog_list(ledger_products(context, name), read_at=catalog_read_at(context, name))


def product_detail(context: Context, connection: str | None, sku: str) -> ProductDetail:
    """Return everything about one SKU: what it might be, who linked it when, and the newest orders that hold it."""
    name, rules = context.connection(connection)
    frames, key = planned_frames(context, name, rules), fold(sku)
    changes = context.store.mappings.history(name, "product", key)
    history = tuple(_entry(change) for change in reversed(changes))
    if frames is None:
        return ProductDetail(key=key, sku=sku, suggestions=(), history=history, orders=(), order_count=0)
    used = _lines_of(frames, key)
    orders = used.unique("order_no", keep="first", maintain_order=True)
    found = suggest_products(_open_item(used, key), ledger_products(context, name)) if key and used.height else None
    return ProductDetail(
        key=key,
        sku=str(used["sku"][0] or "") if used.height else sku,
        suggestions=tuple(
            Suggestion(row["code"], row["name"], row["score"], row["reason"])
            for row in (found.iter_rows(named=True) if found is not None else ())
        ),
        history=history,
        orders=tuple(_order_use(row) for row in orders.head(ORDERS_SHOWN).iter_rows(named=True)),
        order_count=orders.height,
    )


def _entry(change: MappingChange) -> MappingEntry:
    return MappingEntry(
        change.at, change.who, _code_of(change.value), match_undo.reason_words(change.reason), created_in(change.reason)
    )


def _code_of(value: object) -> str | None:
    """Return the product, or of a till the account with its VAT code; empty: as text; None: taken away."""
    if not isinstance(value, dict):
        return None
    code, account = value.get("product_code"), value.get("account_code")
    chosen = f" (VAT {value['tax_code']})" if value.get("tax_code") else ""
    return code or (f"{account}{chosen}" if account else "")


def _open_item(used: pl.DataFrame, key: str) -> pl.DataFrame:
    return used.head(1).select(pl.lit(key).alias("sku_key"), "sku", "name")


def _lines_of(frames: CanonicalFrames, key: str) -> pl.DataFrame:
    """Return the lines of a SKU with their orders, the newest order first; cancelled ones do not count."""
    goods = frames.lines.filter(pl.col("kind") == "product")
    keys = fold_column(goods["sku"]).fill_null("")
    mine = goods.filter(keys == key).select("order_no", "sku", "name", "quantity_milli", "amount_minor")
    live = frames.orders.filter(pl.col("order_state") != "cancelled")
    facts = live.select("order_no", "order_number", "ordered_on", "customer_name", "order_state")
    return mine.join(facts, on="order_no", how="inner", maintain_order="left").sort(
        "ordered_on", descending=True, nulls_last=True, maintain_order=True
    )


def _order_use(row: dict[str, Any]) -> OrderUse:
    whole, part = divmod(row["quantity_milli"] or 0, 1000)
    quantity = f"{whole}.{part:03d}".rstrip("0") if part else str(whole)
    return OrderUse(
        order_number=row["order_number"] or "",
        ordered_on=str(row["ordered_on"] or ""),
        customer=row["customer_name"] or "",
        quantity=quantity,
        amount=plain(row["amount_minor"]),
        state=row["order_state"],
    )

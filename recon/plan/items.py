"""Items: where a document line is booked. One small frame for products, text lines and charges; lines carry its row.

So that a million lines carry one integer each, and codes are looked up once, at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.config.charges import SERVICE_NAMES, Charge
from recon.config.connection import Connection
from recon.frames.schemas import VatCode
from recon.match.keys import distinct_keys, fold
from recon.plan.state import BOOKED_VOUCHERS

CHARGE_KINDS: Final = (
    "shipping", "cod_fee", "tip", "gift_card", "duties", "rounding", "voucher", "discount", "tax", "fee", "adjustment",
)  # fmt: skip
"""Line kinds with a treatment of their own, per sales channel."""
ITEM_STATES: Final = (
    "ok",
    "unlinked",
    "to_create",
    "no_sku",
    "no_account",
    "hold",
    "unmapped",
    "undecided",
    "leave-out",
)
ItemState = pl.Enum(ITEM_STATES)

ITEMS: Final = pl.Schema({
    "item": pl.UInt32(),                # row in this frame
    "state": ItemState,
    "product_code": pl.String(),        # null: text line
    "account_code": pl.String(),        # null: the product's own
    "posting_account": pl.String(),     # never null; the setting's name where no account is chosen
    "vat_code": VatCode,                # null: as the order line says
})  # fmt: skip

_BOOKED: Final = ("state", "product_code", "account_code", "posting_account")
"""Where an item is booked; its VAT code is the SKU's own."""
ACCOUNT_SETTINGS: Final = ("sales", "other_income", "receivable", "output_vat", "undue_output_vat")


@dataclass(frozen=True, slots=True)
class Items:
    """Items of one plan and the ways to them."""

    frame: pl.DataFrame
    """ITEMS."""
    by_sku: pl.DataFrame
    """sku, item."""
    by_charge: pl.DataFrame
    """channel_no, kind, item."""
    channel_no: pl.Series
    """Per order, the number of its sales channel's rules."""
    no_sku: int
    """Item of product lines without a SKU."""


def account_name(connection: Connection, setting: str) -> str:
    """Return the account code of a setting, or the setting's name in words where none is chosen."""
    return getattr(connection.accounts, setting) or setting.replace("_", " ")


def build_items(
    orders: pl.DataFrame,
    lines: pl.DataFrame,
    product_links: pl.DataFrame,
    connection: Connection,
    to_create: pl.Series | None = None,
) -> Items:
    """Return the items of all SKUs and charges that occur; ``to_create``: keys of SKUs whose product is on its way."""
    in_one = connection.detail.inventory == "one"
    nameless = (
        _one_item(connection) if in_one else _text_item(connection.products.without_sku == "text", "no_sku", connection)
    )
    skus = _sku_items(lines["sku"], product_links, connection, to_create)
    if in_one:
        skus = skus.with_columns(
            pl.lit(value).alias(name) for name, value in nameless.select(_BOOKED).row(0, named=True).items()
        ).cast({"state": ItemState})
    channel_no, channels = _channel_numbers(orders["sales_channel"], connection)
    charges = _charge_items(channels, connection, services_on_the_way(product_links, to_create))
    frame = pl.concat([nameless, skus.drop("sku"), charges.drop("channel_no", "kind")])
    frame = frame.with_columns(item=pl.int_range(pl.len(), dtype=pl.UInt32)).select(ITEMS.names())
    numbers, split = frame["item"], 1 + skus.height
    return Items(
        frame=frame,
        by_sku=skus.select("sku").with_columns(numbers[1:split].alias("item")),
        by_charge=charges.select("channel_no", "kind").with_columns(numbers[split:].alias("item")),
        channel_no=channel_no,
        no_sku=0,
    )


def services_on_the_way(product_links: pl.DataFrame, to_create: pl.Series | None) -> frozenset[str]:
    """Return the charges whose service product a person asked for: it is to be created, or it is and nobody has chosen it yet."""
    linked = product_links.filter(pl.col("product_code").is_not_null())["sku_key"]
    asked = {*linked, *(() if to_create is None else to_create)}
    return frozenset(kind for kind, service in SERVICE_NAMES.items() if fold(service) in asked)


def voucher_treatment(orders: pl.DataFrame, connection: Connection) -> tuple[pl.Series, pl.Series]:
    """Return per order the platform's discount that is booked, and whether nobody decided about it."""
    given = orders["platform_discount_minor"]
    if not (given != 0).any():
        return given, pl.repeat(value=False, n=orders.height, dtype=pl.Boolean, eager=True)
    names = sorted({*connection.charges, "default"})
    rules = {name: connection.charges_for(name).platform_voucher for name in names}
    chosen = orders["sales_channel"].replace_strict(rules, default=rules["default"], return_dtype=pl.String)
    booked = pl.select(pl.when(pl.lit(chosen).is_in(BOOKED_VOUCHERS)).then(pl.lit(given)).otherwise(0)).to_series()
    return booked, (chosen == "hold") & (given != 0)


def spread_vouchers(orders: pl.DataFrame, connection: Connection) -> pl.Series:
    """Return per order whether the platform's discount goes into the item prices."""
    rules = {name: charges.platform_voucher == "spread" for name, charges in connection.charges.items()}
    default = connection.charges_for("default").platform_voucher == "spread"
    return orders["sales_channel"].replace_strict(rules, default=default, return_dtype=pl.Boolean)


def _sku_items(
    skus: pl.Series, product_links: pl.DataFrame, connection: Connection, to_create: pl.Series | None
) -> pl.DataFrame:
    keyed = distinct_keys(skus, name="sku", key_name="sku_key")
    found = keyed.join(
        product_links.with_columns(_found=pl.lit(value=True)), on="sku_key", how="left", maintain_order="left"
    )
    sales = connection.accounts.sales or None
    as_text = connection.products.unlinked == "text"
    text = pl.col("product_code").is_null()
    account = pl.when(text).then(pl.coalesce("account_code", pl.lit(sales, dtype=pl.String))).otherwise("account_code")
    waits = pl.lit(value=False) if to_create is None else pl.col("sku_key").is_in(to_create.implode())
    state = (
        pl.when(pl.col("_found").is_null() & waits).then(pl.lit("to_create"))  # also where others go as text: it is wanted
        .when(pl.col("_found").is_null() & (not as_text)).then(pl.lit("unlinked"))
        .when(text & account.is_null()).then(pl.lit("no_account"))
        .otherwise(pl.lit("ok"))
    )  # fmt: skip
    return found.select(
        "sku",
        pl.lit(0, dtype=pl.UInt32).alias("item"),
        state.cast(ItemState).alias("state"),
        "product_code",
        account.alias("account_code"),
        pl.coalesce("account_code", pl.lit(account_name(connection, "sales"))).alias("posting_account"),
        "vat_code",
    )


def _text_item(allowed: bool, otherwise: str, connection: Connection) -> pl.DataFrame:  # noqa: FBT001
    sales = connection.accounts.sales or None
    state = ("ok" if sales else "no_account") if allowed else otherwise
    return _rows([(0, state, None, sales, account_name(connection, "sales"), None)])


def _one_item(connection: Connection) -> pl.DataFrame:
    """Return where all goods are booked, whatever their SKU."""
    item, sales = connection.detail.item or None, connection.accounts.sales or None
    account = None if item else sales
    state = "ok" if item or sales else "no_account"
    return _rows([(0, state, item, account, account or account_name(connection, "sales"), None)])


def _channel_numbers(sales_channels: pl.Series, connection: Connection) -> tuple[pl.Series, list[str]]:
    """Return per order the number of its rules; channels without rules of their own share number 0."""
    own = sorted(name for name in connection.charges if name != "default")
    if not own:
        return pl.repeat(0, sales_channels.len(), dtype=pl.UInt16, eager=True).alias("channel_no"), ["default"]
    numbers = {name: place for place, name in enumerate(own, 1)}
    channel_no = sales_channels.replace_strict(numbers, default=0, return_dtype=pl.UInt16)
    return channel_no.alias("channel_no"), ["default", *own]


def _charge_items(channels: list[str], connection: Connection, coming: frozenset[str]) -> pl.DataFrame:
    rows = []
    for channel_no, channel in enumerate(channels):
        charges = connection.charges_for(channel)
        for kind in CHARGE_KINDS:
            if kind == "voucher":
                item = _voucher_row(charges.platform_voucher, connection)
            elif kind == "adjustment":
                place = charges.adjustment
                item = _charge_row(
                    Charge(product=place.product, account=place.account, vat="none"), connection, waits=False
                )
            else:
                item = _charge_row(getattr(charges, kind), connection, waits=kind in coming and channel == "default")
            rows.append((channel_no, kind, *item))
    head = {"channel_no": pl.UInt16, "kind": pl.String}
    return pl.DataFrame(rows, schema={**head, **ITEMS}, orient="row")


def _charge_row(charge: Charge, connection: Connection, *, waits: bool) -> tuple[object, ...]:
    """Return a charge's item; ``waits``: a service product is asked for, so it does not go as text where nothing is named."""
    account = charge.account or (None if charge.product else connection.accounts.sales or None)
    state = {"book": "ok", "leave-out": "leave-out", "hold": "hold"}[charge.treatment]
    if state == "ok" and not charge.product and account is None:
        state = "unmapped"
    if charge.treatment == "book" and waits and not charge.product and not charge.account:
        state = "to_create"
    return (0, state, charge.product or None, account, account or account_name(connection, "sales"), charge.vat)


def _voucher_row(treatment: str, connection: Connection) -> tuple[object, ...]:
    account = connection.accounts.other_income or None
    state = {"hold": "undecided", "leave-out": "leave-out", "spread": "ok"}.get(
        treatment, "ok" if account else "unmapped"
    )
    return (0, state, None, account, account_name(connection, "other_income"), None)


def _rows(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=ITEMS, orient="row")

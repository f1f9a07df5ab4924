"""Mappings of the store and lists of the ledger as the frames match works with."""

from __future__ import annotations

from typing import Any

import polars as pl

from recon.domain.taxes import LedgerTax
from recon.frames.conform import fill
from recon.frames.schemas import CHANNEL_LINKS, DECISIONS, LEDGER_PRODUCTS, PRODUCT_LINKS, TAX_LINKS
from recon.match.channels import METHODS
from recon.match.keys import fold_column
from recon.match.products import CATALOG, catalog_frame
from recon.service.context import Context


def product_links(context: Context, name: str) -> pl.DataFrame:
    """Return PRODUCT_LINKS of a connection: what persons linked, and where SKUs are the ledger's codes, these."""
    said = _said_links(context, name)
    by_code = code_links(context, name)
    more = by_code.join(said, on="sku_key", how="anti", maintain_order="left")
    return pl.concat([said, more]) if more.height else said


def code_links(context: Context, name: str) -> pl.DataFrame:
    """Return PRODUCT_LINKS that follow from `products.sku_is_code`; two products of one key are linked to neither."""
    rules = context.settings.connections.get(name)
    if rules is None or not rules.products.sku_is_code:
        return pl.DataFrame(schema=PRODUCT_LINKS)
    codes = ledger_products(context, name).select("product_code").unique(maintain_order=True)
    keyed = codes.with_columns(fold_column(codes["product_code"]).alias("sku_key"))
    return fill(keyed.filter(~pl.col("sku_key").is_duplicated()), PRODUCT_LINKS)


def _said_links(context: Context, name: str) -> pl.DataFrame:
    rows = context.store.mappings.current(name, "product")
    return fill(
        pl.DataFrame(
            [{"sku_key": key, **_as_dict(value)} for key, value in rows.items()],
            schema_overrides={"sku_key": pl.String},
            infer_schema_length=None,
        )
        if rows
        else pl.DataFrame(schema={"sku_key": pl.String}),
        PRODUCT_LINKS,
    )


def channel_links(context: Context, name: str) -> pl.DataFrame:
    """Return CHANNEL_LINKS of a connection; the account is the method's code where nobody named one."""
    rows = context.store.mappings.current(name, "channel")
    listed = []
    for key, value in rows.items():
        facts = _as_dict(value)
        method = facts["payment_method"]
        listed.append(
            {"payment_channel": key, "payment_method": method, "account_code": facts.get("account_code") or method}
        )
    return pl.DataFrame(listed, schema=CHANNEL_LINKS)


def tax_links(context: Context, name: str) -> pl.DataFrame:
    """Return TAX_LINKS of a connection."""
    rows = context.store.mappings.current(name, "tax")
    return pl.DataFrame(
        [(key, _as_dict(value)["tax_code"]) for key, value in rows.items()], schema=TAX_LINKS, orient="row"
    )


def ledger_taxes(context: Context, name: str) -> tuple[LedgerTax, ...]:
    """Return the ledger's sales tax items, as last read."""
    part = context.store.catalog.get(name, "taxes")
    return tuple(tax_of_row(row) for row in part.rows) if part else ()


def tax_of_row(row: dict[str, Any]) -> LedgerTax:
    """Return a tax item as it was kept; what else a version kept of it is passed over."""
    return LedgerTax(code=row["code"], name=row["name"], rates=tuple(row["rates"]), members=tuple(row["members"]))


def decisions(context: Context, name: str, orders: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return what persons decided about changed orders; with ``orders`` only what was decided about them as they are now.

    A decision is about an order with its total, its refunds and whether it is cancelled. When one of these changes, somebody
    has to look again.
    """
    rows = context.store.mappings.current(name, "decision")
    if not rows:
        return pl.DataFrame(schema=DECISIONS)
    values = {key: _as_dict(value) for key, value in rows.items()}
    if orders is not None:
        asked = orders.join(pl.DataFrame({"order_key": list(values)}), on="order_key", how="semi")
        now = dict(asked.select("order_key", version_of()).iter_rows())
        values = {key: value for key, value in values.items() if value.get("about", now.get(key)) == now.get(key)}
    plain = [{"order_key": key, **{k: v for k, v in value.items() if k != "about"}} for key, value in values.items()]
    return fill(pl.DataFrame(plain), DECISIONS) if plain else pl.DataFrame(schema=DECISIONS)


def version_of() -> pl.Expr:
    """Return the part of an order that a decision is about, as text."""
    cancelled = pl.col("order_state").cast(pl.String).eq_missing("cancelled")
    return pl.format(
        "{} {} {}",
        "total_minor",
        "refunded_minor",
        pl.when(cancelled).then(pl.lit("cancelled")).otherwise(pl.lit("open")),
    )


def _as_dict(value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON from the store
    assert isinstance(value, dict)
    return value


def ledger_products(context: Context, name: str) -> pl.DataFrame:
    """Return the ledger's products and services, as last read."""
    part = context.store.catalog.get(name, "products")
    return catalog_frame([(row["code"], row["name"]) for row in part.rows]) if part else pl.DataFrame(schema=CATALOG)


def products_bought(context: Context, name: str, *, is_taken: bool) -> pl.DataFrame:
    """Return LEDGER_PRODUCTS as last read; none where the ledger takes no products of its own on purchases."""
    part = context.store.catalog.get(name, "products") if is_taken else None
    rows = [
        (row["code"], row.get("purchase_account") or None, bool(row.get("keeps_stock"))) for row in part.rows
    ] if part else []  # fmt: skip
    return pl.DataFrame(rows, schema=LEDGER_PRODUCTS, orient="row").unique(
        "product_code", keep="first", maintain_order=True
    )


def ledger_methods(context: Context, name: str) -> pl.DataFrame:
    """Return the ledger's bank, cash and clearing channels, as last read."""
    part = context.store.catalog.get(name, "methods")
    rows = [(row["code"], row["name"], row.get("account_code") or None) for row in part.rows] if part else []
    return pl.DataFrame(rows, schema=METHODS, orient="row")


def catalog_read_at(context: Context, name: str) -> str:
    """Return when the ledger's products were last read; empty: never."""
    part = context.store.catalog.get(name, "products")
    return part.fetched_at if part else ""


def ledger_accounts(context: Context, name: str) -> dict[str, str]:
    """Return code and name of the ledger's accounts, as last read."""
    part = context.store.catalog.get(name, "accounts")
    return {row["code"]: row["name"] for row in part.rows} if part else {}


def owed_accounts(context: Context, name: str) -> frozenset[str]:
    """Return the codes of accounts the ledger calls liabilities, as last read; none where it does not say."""
    part = context.store.catalog.get(name, "accounts")
    return frozenset(str(row["code"]) for row in part.rows if row.get("root") == "Liabilities") if part else frozenset()

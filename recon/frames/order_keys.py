"""What the key of a record says of where it comes from: `PLATFORM:SHOP:...`."""

from __future__ import annotations

import polars as pl

from recon.domain.providers import MARKETPLACES


def platform_of(key: str = "order_key") -> pl.Expr:
    """Return the first part of keys; null where there is none."""
    return pl.col(key).str.extract("^([^:]*):")


def shop_of(key: str = "order_key") -> pl.Expr:
    """Return the first two parts of keys with their colons, as the keys of other records of the same shop begin."""
    return pl.col(key).str.extract("^([^:]*:[^:]*:)")


def of_marketplace(key: str = "order_key") -> pl.Expr:
    """Return whether records are a marketplace's; null where a key does not say."""
    return platform_of(key).is_in(MARKETPLACES)

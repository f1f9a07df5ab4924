"""Settings of Shopify's Admin API; recon.toml has them under ``[connections.NAME.shopify]``, and orders exports need none."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from recon.config.source import SourceRules


class ShopifyApi(SourceRules):
    """How Shopify's orders are asked for (source = shopify)."""

    store: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9-]{0,59})?$")
    """The shop's name in front of .myshopify.com; left out: `shop` of the connection."""
    version: str = Field(default="2026-10", pattern=r"^20[0-9]{2}-(01|04|07|10)$")
    """Version of the Admin API that is asked; each is supported for a year at least."""
    buyers: bool = True
    """Whether names of buyers are asked for; an app without the right to personal data pulls with false."""
    bulk_from: int = Field(default=5000, ge=1, le=20_000)
    """From so many orders on, Shopify collects them by itself (bulk operation) instead of page by page."""
    platform_tax: Literal["hold", "as-tax"] = "hold"
    """Tax a platform pays itself (`channelLiable`). `hold`: a person decides, order by order; `as-tax`: booked like any other tax."""

    def reading_fields(self) -> tuple[tuple[str, str], ...]:
        """Return how the platform's own tax is read, where it is not the default."""
        return () if self.platform_tax == "hold" else (("platform_tax", self.platform_tax),)

"""Shopify: its orders export (CSV), recognised by content and read under canonical names."""

from recon.sources.shopify.csv_orders import LINE_HEADINGS, NOTES, ORDER_HEADINGS, ShopifyOrders

__all__ = ["LINE_HEADINGS", "NOTES", "ORDER_HEADINGS", "ShopifyOrders"]

"""What a first recon.toml says of the shop system that is asked: its address, and the shop's name where that is one."""

from __future__ import annotations

import json

from recon.domain.providers import source_facts


def source_table(connection: str, source: str, base_url: str) -> str:
    """Return the table ``source_api`` of a connection, for a source with an API; empty for one without."""
    if not source_facts(source).has_api:
        return ""
    url = f"base_url = {json.dumps(base_url, ensure_ascii=False)}\n" if base_url else ""
    return f"\n[connections.{connection}.source_api]\n{url}"


def store_table(connection: str, source: str, shop: str) -> str:
    """Return the table in which the shop's name in its address stands; empty where the source has none."""
    if source_facts(source).settings != "shopify":
        return ""
    store = json.dumps(shop.lower().replace("_", "-").replace(".", "-").strip("-"))
    return (
        f"\n[connections.{connection}.shopify]\nstore = {store}          # the shop's name in front of .myshopify.com\n"
    )

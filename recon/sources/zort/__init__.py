"""ZORT: what its API answers, kept as files, becomes readings; and the client that fetches the answers."""

from recon.sources.zort.answers import ZortAnswers
from recon.sources.zort.client import ZortClient
from recon.sources.zort.products import ProductRow, read_products
from recon.sources.zort.shop import ZortShopClient

__all__ = ["ProductRow", "ZortAnswers", "ZortClient", "ZortShopClient", "read_products"]

"""Order, return and settlement files of Shopee, Lazada and TikTok Shop in Thailand: fixed column profiles, shipped with recon.

The profiles are the same kind of file a person writes for an export of their own; they are only not to be edited.
"""

from recon.sources.marketplaces.source import LazadaExports, MarketplaceExports, ShopeeExports, TiktokExports

__all__ = ["LazadaExports", "MarketplaceExports", "ShopeeExports", "TiktokExports"]

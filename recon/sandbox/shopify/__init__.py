"""A Shopify shop to try things on: its Admin GraphQL endpoint, log-in, limit and bulk operations on loopback."""

from recon.sandbox.shopify.invented import invented_month
from recon.sandbox.shopify.orders import Line, SandboxEdit, SandboxOrder, SandboxRefund
from recon.sandbox.shopify.server import FAULTS, Rules, ShopifyFault, ShopifySandbox

__all__ = [
    "FAULTS",
    "Line",
    "Rules",
    "SandboxEdit",
    "SandboxOrder",
    "SandboxRefund",
    "ShopifyFault",
    "ShopifySandbox",
    "invented_month",
]

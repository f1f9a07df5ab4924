"""What Shopify's Admin API is asked, as GraphQL texts; tests hold every text against Shopify's published schema.

Only what is used is asked for: each field may need a right of its own, and costs points. Amounts are asked for in the
shop's own currency (`shopMoney`). Plain lists have no pages, so an order that fills one is asked for again by itself.

Specification: https://shopify.dev/docs/api/admin-graphql (versions 2026-01 to 2026-10).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

LISTED: Final = 10
"""So many payments, refunds and shipments of an order are asked for at first."""
LISTED_ALL: Final = 100
"""So many where an order is asked for by itself."""
LINES: Final = 25
"""Lines of an order in the first answer; further ones are asked for page by page."""

_MONEY: Final = "{ shopMoney { amount } }"
_PAGE: Final = "pageInfo { hasNextPage endCursor }"
_TRANSACTION: Final = (
    f"id kind status test gateway formattedGateway processedAt amountSet {_MONEY} amountRoundingSet {_MONEY}"
)
_REFUND: Final = f"id createdAt processedAt note totalRefundedSet {_MONEY}"
_LINE: Final = f"""
id name sku quantity currentQuantity isGiftCard taxable requiresShipping
originalUnitPriceSet {_MONEY} discountAllocations {{ allocatedAmountSet {_MONEY} }}"""
_SHIPPING: Final = f"id title originalPriceSet {_MONEY} discountedPriceSet {_MONEY} taxLines {{ priceSet {_MONEY} }}"
_ORDER: Final = f"""
id legacyResourceId name createdAt processedAt updatedAt cancelledAt test edited sourceName
displayFinancialStatus displayFulfillmentStatus currencyCode presentmentCurrencyCode taxesIncluded dutiesIncluded
totalPriceSet {_MONEY} currentTotalPriceSet {_MONEY} subtotalPriceSet {_MONEY} totalTaxSet {_MONEY}
totalTipReceivedSet {_MONEY} totalRefundedSet {_MONEY} totalOutstandingSet {_MONEY}
originalTotalDutiesSet {_MONEY} additionalFees {{ name price {_MONEY} taxLines {{ priceSet {_MONEY} }} }}
totalCashRoundingAdjustment {{ paymentSet {_MONEY} refundSet {_MONEY} }}
taxLines {{ title ratePercentage channelLiable priceSet {_MONEY} }}
retailLocation {{ id name }}"""
_BUYER: Final = "billingAddress { name }"
_STAFF: Final = "staffMember { id name }"
_ADDRESS: Final = "email billingAddress { name address1 address2 city provinceCode zip country }"
_LISTS: Final = f"""
fulfillments(first: {LISTED}) {{ createdAt status }}
transactions(first: {LISTED}) {{ {_TRANSACTION} }}
refunds(first: {LISTED}) {{ {_REFUND} }}"""


@dataclass(frozen=True, slots=True)
class Operation:
    """One question."""

    name: str
    """Name of the GraphQL operation; also how a kept answer says what was asked."""
    text: str
    about: str
    """What it asks for, for messages."""


def _persons(*, with_buyers: bool, with_addresses: bool, with_staff: bool) -> str:
    """Return what is asked about persons; each needs a right of its own."""
    buyer = _ADDRESS if with_addresses else _BUYER
    return " ".join([buyer] * with_buyers + [_STAFF] * with_staff)


def orders(*, with_buyers: bool, with_addresses: bool = False, with_staff: bool = False) -> Operation:
    """Return the question for one page of orders.

    Args:
        with_buyers: Names of buyers too.
        with_addresses: Buyers of one name are to be told apart.
        with_staff: Who sold it too.
    """
    persons = _persons(with_buyers=with_buyers, with_addresses=with_addresses, with_staff=with_staff)
    text = f"""query Orders($first: Int!, $after: String, $query: String!, $sortKey: OrderSortKeys!, $lines: Int!) {{
  orders(first: $first, after: $after, query: $query, sortKey: $sortKey) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ {_ORDER} {persons} {_LISTS}
      shippingLines(first: 5) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {_SHIPPING} }} }}
      lineItems(first: $lines) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {_LINE} }} }}
    }}
  }}
}}"""
    return Operation("Orders", text, "orders")


ORDER_LINES: Final = Operation(
    "OrderLines",
    f"""query OrderLines($id: ID!, $first: Int!, $after: String) {{
  order(id: $id) {{ id updatedAt
    lineItems(first: $first, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {_LINE} }} }}
  }}
}}""",
    "further lines of an order",
)
"""Lines of an order beyond the first answer."""

ORDER_CHANGES: Final = Operation(
    "OrderChanges",
    f"""query OrderChanges($id: ID!) {{
  order(id: $id) {{ id updatedAt
    fulfillments(first: {LISTED_ALL}) {{ createdAt status }}
    transactions(first: {LISTED_ALL}) {{ {_TRANSACTION} }}
    refunds(first: {LISTED_ALL}) {{ {_REFUND} }}
    shippingLines(first: {LISTED_ALL}) {{ {_PAGE} nodes {{ {_SHIPPING} }} }}
  }}
}}""",
    "payments, refunds and shipments of an order",
)
"""All payments, refunds and shipments of an order: asked for where a list of the first answer was full."""

ORDER_AGREEMENTS: Final = Operation(
    "OrderAgreements",
    f"""query OrderAgreements($id: ID!, $first: Int!, $after: String) {{
  order(id: $id) {{ id updatedAt
    agreements(first: $first, after: $after) {{ {_PAGE} nodes {{ happenedAt reason
      sales(first: 25) {{ {_PAGE} nodes {{ quantity totalAmount {_MONEY} totalTaxAmount {_MONEY}
        ... on ProductSale {{ lineItem {{ id }} }} ... on GiftCardSale {{ lineItem {{ id }} }}
        ... on TipSale {{ lineItem {{ id }} }} }} }} }} }}
  }}
}}""",
    "the changes of an edited order",
)
"""What an edited order was agreed to be, change by change, each with its day."""

REFUND_PARTS: Final = Operation(
    "RefundParts",
    f"""query RefundParts($id: ID!, $first: Int!, $after: String) {{
  refund(id: $id) {{ id order {{ id updatedAt }}
    refundLineItems(first: $first, after: $after) {{ {_PAGE} nodes {{
      lineItem {{ id }} quantity restockType subtotalSet {_MONEY} totalTaxSet {_MONEY} }} }}
    refundShippingLines(first: 5) {{ {_PAGE} nodes {{ subtotalAmountSet {_MONEY} taxAmountSet {_MONEY} }} }}
    orderAdjustments(first: 5) {{ {_PAGE} nodes {{ reason amountSet {_MONEY} taxAmountSet {_MONEY} }} }}
    transactions(first: 10) {{ {_PAGE} nodes {{ kind status gateway formattedGateway
      amountSet {_MONEY} amountRoundingSet {_MONEY} }} }}
    duties {{ amountSet {_MONEY} }}
  }}
}}""",
    "what a refund consists of",
)
"""Lines, shipping, adjustments and payments of one refund: lists inside a list cost too much in a page of orders."""

ORDERS_COUNT: Final = Operation(
    "OrdersCount",
    "query OrdersCount($query: String!) { ordersCount(query: $query, limit: null) { count precision } }",
    "the number of orders",
)
SHOP: Final = Operation(
    "Shop",
    "query Shop { shop { name myshopifyDomain currencyCode ianaTimezone } currentAppInstallation { accessScopes { handle } } }",
    "the shop and the app's rights",
)
PRODUCTS: Final = Operation(
    "Products",
    """query Products($first: Int!, $after: String) {
  productVariants(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id sku displayName price taxable product { id title isGiftCard } }
  }
}""",
    "products",
)
PAYOUTS: Final = Operation(
    "Payouts",
    """query Payouts($first: Int!, $after: String, $query: String!) {
  shopifyPaymentsAccount { payouts(first: $first, after: $after, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes { id legacyResourceId issuedAt status net { amount currencyCode } }
  } }
}""",
    "payouts",
)
PAYOUT_ROWS: Final = Operation(
    "PayoutRows",
    """query PayoutRows($first: Int!, $after: String, $query: String!) {
  shopifyPaymentsAccount { balanceTransactions(first: $first, after: $after, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes { id type test transactionDate amount { amount currencyCode } fee { amount } net { amount }
      associatedOrder { name } associatedPayout { id } }
  } }
}""",
    "transactions of a payout",
)
BULK_RUN: Final = Operation(
    "BulkRun",
    """mutation BulkRun($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id status } userErrors { field message }
  }
}""",
    "a bulk operation",
)
BULK_STATE: Final = Operation(
    "BulkState",
    "query BulkState($id: ID!) { bulkOperation(id: $id) { id status errorCode objectCount url } }",
    "the state of a bulk operation",
)


def bulk_orders(search: str, *, with_buyers: bool, with_addresses: bool = False, with_staff: bool = False) -> str:
    """Return the query a bulk operation runs: no variables, no pages, two connections one deep."""
    persons = _persons(with_buyers=with_buyers, with_addresses=with_addresses, with_staff=with_staff)
    return f"""{{ orders(query: {json.dumps(search)}) {{ edges {{ node {{ __typename {_ORDER} {persons} {_LISTS}
    shippingLines {{ edges {{ node {{ __typename {_SHIPPING} }} }} }}
    lineItems {{ edges {{ node {{ __typename {_LINE} }} }} }}
}} }} }} }}"""


def all_texts() -> dict[str, str]:
    """Return every text that may go out, by name, for the tests."""
    made = [
        orders(with_buyers=True),
        ORDER_LINES,
        ORDER_CHANGES,
        ORDER_AGREEMENTS,
        REFUND_PARTS,
        ORDERS_COUNT,
        SHOP,
        PRODUCTS,
        PAYOUTS,
        PAYOUT_ROWS,
        BULK_RUN,
        BULK_STATE,
    ]
    bulk = bulk_orders("updated_at:>='2026-11-01T00:00:00Z'", with_buyers=True)
    others = {
        "Orders without buyers": orders(with_buyers=False).text,
        "Orders with addresses": orders(with_buyers=True, with_addresses=True).text,
        "Orders with staff": orders(with_buyers=True, with_staff=True).text,
        "Bulk": bulk,
        "Bulk with staff": bulk_orders("", with_buyers=True, with_staff=True),
    }
    return {operation.name: operation.text for operation in made} | others

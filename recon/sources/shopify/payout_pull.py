"""Payouts of Shopify Payments by the Admin API: a page of payouts, and with it every transaction each of them is made of.

A payout may become paid days after it was first listed, so payouts are asked for again for two weeks. Transactions that are in no
payout yet are not asked for: they come with their payout.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from recon.errors import SourceUnavailable
from recon.sources.base import Fetched
from recon.sources.shopify.client import ShopifyClient
from recon.sources.shopify.kept import KeptAnswer, kept_together
from recon.sources.shopify.pages import inside, next_page, nodes_of
from recon.sources.shopify.queries import PAYOUT_ROWS, PAYOUTS

PAYOUTS_PER_PAGE: Final = 20
ROWS_PER_PAGE: Final = 50
MAX_PAGES: Final = 2_500
LOOK_BACK: Final = dt.timedelta(days=14)
PAID: Final = "PAID"
_ACCOUNT: Final = "shopifyPaymentsAccount"


def fetch_payouts(client: ShopifyClient, since: dt.date | None, until: dt.date | None) -> Iterator[Fetched]:
    """Yield one file per page of payouts, with the transactions of those that were paid; nothing without Shopify Payments.

    Raises:
        SourceUnavailable: Shopify refused, or could not be reached; what was yielded so far is good.
    """
    terms = [f"issued_at:>='{since - LOOK_BACK}'"] if since else []
    terms += [f"issued_at:<='{until + dt.timedelta(days=1)}'"] if until else []
    stamp = client.clock.now().strftime("%Y%m%dT%H%M%SZ")
    after: str | None = None
    for number in range(1, MAX_PAGES + 1):
        reply = client.ask_for_less(PAYOUTS, {"first": PAYOUTS_PER_PAGE, "after": after, "query": " AND ".join(terms)})
        page = inside(reply.data, _ACCOUNT, "payouts")
        nodes = nodes_of(page)
        if nodes:
            belonging = [answer for node in nodes if node.get("status") == PAID for answer in _rows(client, node)]
            content = kept_together([reply.kept, *belonging])
            yield Fetched(name=f"shopify-payouts-{stamp}-{number:05d}.json", content=content, page=number)
        after = next_page(page, after)
        if after is None:
            return
    raise SourceUnavailable(f"Shopify has more than {MAX_PAGES} pages of payouts. Pull smaller spans.")


def _rows(client: ShopifyClient, payout: Mapping[str, Any]) -> Iterator[KeptAnswer]:
    """Yield the answers about the transactions of one payout."""
    number, after = str(payout.get("legacyResourceId") or ""), None
    for _ in range(MAX_PAGES):
        asked = {"first": ROWS_PER_PAGE, "after": after, "query": f"payments_transfer_id:{number}"}
        reply = client.ask_for_less(PAYOUT_ROWS, asked, about=str(payout.get("id") or ""))
        yield reply.kept
        after = next_page(inside(reply.data, _ACCOUNT, "balanceTransactions"), after)
        if after is None:
            return
    raise SourceUnavailable(f"Payout {number} has more than {MAX_PAGES} pages of transactions.")

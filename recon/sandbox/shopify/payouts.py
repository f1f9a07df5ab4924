"""Shopify Payments of the sandbox shop: payouts and their transactions, made from short descriptions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recon.sandbox.shopify.query import QueryError

_ISSUED: Final = re.compile(r"^issued_at:(>=|<=)'([0-9-]+)'$")
_TRANSFER: Final = re.compile(r"^payments_transfer_id:([0-9]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxTransaction:
    """One balance transaction; amounts in cents."""

    kind: str
    order: str = ""
    at: str
    """Moment, UTC: 2026-10-01T14:01:10Z."""
    amount: int
    fee: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPayout:
    """One payout with its transactions; what it comes to is their sum."""

    number: int
    issued_at: str
    status: str = "PAID"
    currency: str = "USD"
    transactions: tuple[SandboxTransaction, ...] = ()

    @property
    def net(self) -> int:
        """Cents that go to the bank."""
        return sum(one.amount - one.fee for one in self.transactions)

    @property
    def gid(self) -> str:
        """Id in answers."""
        return f"gid://shopify/ShopifyPaymentsPayout/{self.number}"


def account_records(payouts: Sequence[SandboxPayout], name: str, search: str) -> list[Mapping[str, Any]]:
    """Return the records of one connection of the account, oldest first, as a search finds them.

    Raises:
        QueryError: It has a term the sandbox does not know.
    """
    if name == "payouts":
        return [_payout(one) for one in payouts if all(_issued(one, term) for term in search.split(" AND ") if term)]
    if name == "balanceTransactions":
        wanted = _TRANSFER.match(search)
        if wanted is None:
            raise QueryError(f"Invalid search: {search}")
        return [record for one in payouts if str(one.number) == wanted[1] for record in _rows(one)]
    raise QueryError(f"Field '{name}' doesn't exist on type 'ShopifyPaymentsAccount'")


def _issued(payout: SandboxPayout, term: str) -> bool:
    found = _ISSUED.match(term.strip())
    if found is None:
        raise QueryError(f"Invalid search: {term}")
    return payout.issued_at >= found[2] if found[1] == ">=" else payout.issued_at[:10] <= found[2]


def _payout(one: SandboxPayout) -> Mapping[str, Any]:
    return {
        "id": one.gid, "legacyResourceId": str(one.number), "issuedAt": one.issued_at, "status": one.status,
        "net": _money(one.net, one.currency),
    }  # fmt: skip


def _rows(payout: SandboxPayout) -> list[Mapping[str, Any]]:
    """Return the transactions of a payout, and the transfer itself, which is their sum taken off."""
    made = [_row(payout, at, one) for at, one in enumerate(payout.transactions, 1)]
    transfer = SandboxTransaction(kind="TRANSFER", at=payout.issued_at, amount=-payout.net)
    return [*made, _row(payout, 0, transfer)]


def _row(payout: SandboxPayout, at: int, one: SandboxTransaction) -> Mapping[str, Any]:
    return {
        "id": f"gid://shopify/ShopifyPaymentsBalanceTransaction/{payout.number}{at:04d}", "type": one.kind, "test": False,
        "transactionDate": one.at, "amount": _money(one.amount, payout.currency), "fee": _money(one.fee, payout.currency),
        "net": _money(one.amount - one.fee, payout.currency), "associatedOrder": {"name": one.order} if one.order else None,
        "associatedPayout": {"id": payout.gid},
    }  # fmt: skip


def _money(cents: int, currency: str) -> Mapping[str, str]:
    sign = "-" if cents < 0 else ""
    return {"amount": f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}", "currencyCode": currency}

"""Settings of marketplace exports (Shopee, Lazada, TikTok Shop) that are decisions of the accountant, not facts of the file.

They stand apart from `recon.config.settings` only because that module is long; recon.toml has them under
``[connections.NAME.marketplace]``. Who bears a platform's discount and who bills shipping are settings of charges.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from recon.config.source import SourceRules

LegGroup = Literal[
    "sale", "discount", "shipping", "refund", "fee:commission", "fee:payment", "fee:service", "fee:shipping",
    "fee:marketing", "fee:affiliate", "fee:other", "tax", "compensation",
]  # fmt: skip
"""What a part of a settlement can be."""


class Marketplace(SourceRules):
    """How orders of a marketplace's export are taken."""

    counts_as_paid: Literal["completed", "delivered", "shipped", "settled"] = "completed"
    """The export never says that you were paid. From this state on an order counts as paid into the marketplace's account: map its channel to a clearing account, which settlements empty. `settled`: only a settlement proves it; until then orders get an invoice as `invoices` says, or are held. An order that a settlement names counts as paid under every setting."""
    settlement_legs: dict[str, LegGroup] = {}  # noqa: RUF012 - pydantic copies defaults
    """What parts of a settlement are that recon does not know, by their names in the file: `sale`, `discount`, `shipping` (paid by the buyer), `refund`, `fee:commission`, `fee:payment`, `fee:service`, `fee:shipping`, `fee:marketing`, `fee:affiliate`, `fee:other`, `tax` (kept back), `compensation`. They also replace what recon takes a known part for."""
    settled_on: dict[str, dt.date] = {}  # noqa: RUF012
    """Day of the payout of settlement files that state none (some of TikTok Shop), by the file's name."""
    unsettled_after_days: int = Field(default=0, ge=0, le=400)
    """List completed orders that no settlement names after so many days; 0: do not look."""

    def reading_fields(self) -> tuple[tuple[str, str], ...]:
        """Return what parts of settlements are, and when files were settled."""
        from recon.sources.base import settlement_fields  # slow to import; settings are read by every command

        return settlement_fields(self.settlement_legs, self.settled_on)


def check_yields(yields_to: Mapping[str, Sequence[str]]) -> None:
    """Check which connections leave shared orders to which.

    Raises:
        ValueError: One is not there, is the connection itself, or leaves them back.
    """
    for name, others in yields_to.items():
        for other in others:
            if other == name or other not in yields_to:
                listed = ", ".join(one for one in yields_to if one != name) or "none"
                raise ValueError(f"connections.{name}.yields_to names {other!r}; other connections: {listed}")
            if name in yields_to[other]:
                raise ValueError(f"connections {name} and {other} yield to each other; then nobody books their orders")

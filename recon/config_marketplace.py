"""Settings of marketplace exports (Shopee, Lazada, TikTok Shop) that are decisions of the accountant, not facts of the file.

They stand apart from `recon.config` only because that module is long; recon.toml has them under
``[connections.NAME.marketplace]``. Who bears a platform's discount and who bills shipping are settings of charges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from recon.settings_base import Section


class Marketplace(Section):
    """How orders of a marketplace's export are taken."""

    counts_as_paid: Literal["completed", "delivered", "shipped", "settled"] = "completed"
    """The export never says that you were paid. From this state on an order counts as paid into the marketplace's account: map its channel to a clearing account, which settlements empty. `settled`: only a settlement proves it; until then orders get an invoice as `invoices` says, or are held."""


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

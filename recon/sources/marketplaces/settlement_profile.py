"""A settlement profile: which headings of a marketplace's settlement hold order, day, net and legs, and what each leg is.

A leg is one part of what the marketplace paid for an order: the sale, a discount, a refund, a fee. Legs stand in columns
(Shopee, TikTok Shop) or one per row (Lazada). Order and number of the columns are not known, so everything is by name.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from recon.frames.headings import norm

FEES: Final = (
    "fee:commission", "fee:payment", "fee:service", "fee:shipping", "fee:marketing", "fee:affiliate", "fee:other",
)  # fmt: skip
"""What the marketplace bills for itself; each becomes a line of the purchase."""
GROUPS: Final = ("sale", "discount", "shipping", "refund", *FEES, "tax", "compensation", "ask")
"""sale, discount (the shop's own), shipping (paid by the buyer), refund; tax: kept back; ask: nobody has published what it is."""
ASK: Final = "ask"
UNKNOWN: Final = "unknown"
"""Group of legs nobody has named, and of sums no leg explains; they hold."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Where(_Table):
    """Headings of what every row states; each list holds spellings of one heading."""

    order: tuple[str, ...]
    """The marketplace's order number."""
    related: tuple[str, ...] = ()
    """Order an adjustment is about."""
    settled: tuple[str, ...]
    """Day of the payout."""
    cycle: tuple[str, ...] = ()
    """Number of the cycle; left out: the day of the payout is the cycle."""
    net: tuple[str, ...] = ()
    """What was transferred for the row; left out: the file states none."""
    type: tuple[str, ...] = ()
    """What kind of row it is."""
    adjustment: tuple[str, ...] = ()
    """Amount of a row that is no order."""
    currency: tuple[str, ...] = ()
    leg: tuple[str, ...] = ()
    """Name of the leg (one per row)."""
    amount: tuple[str, ...] = ()
    """Its amount."""
    withheld: tuple[str, ...] = ()
    """Tax withheld on the leg."""
    withheld_inside: tuple[str, ...] = ()
    """Whether that is in the amount already."""


class SettlementProfile(_Table):
    """Everything in the profile of one settlement file."""

    profile: str
    kind: Literal["settlement"] = "settlement"
    platform: str
    supplier: str
    """The marketplace's name as a supplier."""
    prefix: str = ""
    """Put before the day where that is the cycle, so that two marketplaces' payouts of one day are told apart."""
    channel: str
    """Sales and payment channel, as the orders have it."""
    grain: Literal["columns", "rows"]
    """Where legs stand."""
    sheet: tuple[str, ...] = ("*",)
    known_by: tuple[tuple[str, ...], ...]
    """Spellings of the headings that make the file this one; the first list says in which row the headings stand."""
    not_with: tuple[str, ...] = ()
    """Headings of other exports."""
    date_formats: tuple[str, ...]
    where: Where
    legs: dict[str, str]
    """Heading or name of a leg -> group."""
    reduces: dict[str, str] = {}
    """Leg that gives back (a part of) another -> that other one; they are one line."""
    no_leg: tuple[str, ...] = ()
    """Amounts that are no part of the sum: roll-ups of others, or the marketplace's own money."""
    plain: tuple[str, ...] = ()
    """Headings that hold no amounts."""
    once: bool = False
    """A row's number and kind come once, whatever the cycle; later cycles that repeat them are held."""
    total_words: tuple[str, ...] = ()
    """What the sum above the header is called."""
    period_sheets: tuple[str, ...] = ()
    """Sheet of a workbook that states the period as `2026/04/01-2026/06/05`."""
    period_words: tuple[tuple[str, ...], ...] = ()
    """What the first and the last day of the period above the header are called."""
    row_types: dict[str, Literal["order", "compensation"]] = Field(default_factory=dict)
    """Kind of row -> what its amounts are."""


@cache
def settlement_profile(name: str) -> SettlementProfile:
    """Return a settlement profile that is shipped with recon."""
    text = files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    profile = SettlementProfile.model_validate(tomllib.loads(text))
    assert set(profile.legs.values()) <= set(GROUPS), name
    assert set(profile.reduces.values()) <= set(profile.legs), name
    return profile


def groups_of(profile: SettlementProfile, own: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return what each leg is, by its heading in normal form; ``own``: what the settings say, which goes first."""
    return {norm(name): group for name, group in (*profile.legs.items(), *own)}


def lines_of(profile: SettlementProfile) -> dict[str, str]:
    """Return, for legs that give back a part of another, that other leg, both in the file's words."""
    return {norm(name): target for name, target in profile.reduces.items()}

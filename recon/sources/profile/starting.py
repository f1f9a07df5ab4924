"""Beginning a profile with what is known of an export beside its headings: platform, words for states, what must be asked.

No provider's headings are invented: the starters of `recon.sources.profiles` are empty of them. What decides the accounting
is asked by name, and a profile is not saved before each of these questions has an answer; an empty one says that the export
has no such column.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from recon.sources.profile.edit import ProfileEdit
from recon.sources.profile.guesses import Question
from recon.sources.profile.propose import Proposal
from recon.sources.profiles import starter_text


@dataclass(frozen=True, slots=True)
class Starter:
    """What is known of one provider's export."""

    platform: str
    must: Mapping[str, str]
    """Fields that must be answered, each with its question."""
    form: str = "orders-xlsx"
    """What it exports and how, as its starter profile is named."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Constants that hold for every such file; an answer of a person counts before them."""
    note: str = ""
    """What has to be known of these files; stands above the proposed profile and is saved with it."""
    services: tuple[str, ...] = ()
    """Charges the provider's own link to the ledger books on service products, which therefore have to exist there."""

    @property
    def file(self) -> str:
        """Name of its starter profile."""
        return f"{self.platform}-{self.form}"

    def words(self) -> dict[str, dict[str, str]]:
        """Return the published words of order_state and payment_state."""
        raw = tomllib.loads(starter_text(self.file))
        tables = {"order_state": "status_map", "payment_state": "payment_map"}
        return {field: dict(raw.get(table, {}).get("exact", {})) for field, table in tables.items()}


_CHANNEL: Final = "Which column says how the buyer paid (ช่องทางการชำระเงิน)? Each channel gets an account of its own."
STARTERS: Final[Mapping[str, Starter]] = MappingProxyType({
    "xcommerce": Starter("xcommerce", MappingProxyType({
        "sku": "Which column holds รหัสสินค้า (the SKU)? With products.sku_is_code it is PEAK's product code (เลขที่สินค้า).",
        "shipping": "Which column holds the shipping fee the buyer pays (ค่าขนส่ง)?",
        "cod_fee": "Which column holds the fee for cash on delivery (ค่าบริการ COD)?",
        "payment_channel": _CHANNEL,
    }), services=("shipping", "cod_fee")),
    "zort": Starter("zort", MappingProxyType({
        "sku": "Which column holds the product code (SKU)?",
        "payment_channel": _CHANNEL,
        "sales_channel": "Which column says where the order came from (ช่องทางการขาย)? Shipping differs by it.",
    })),
    "bentoweb": Starter("bentoweb", MappingProxyType({
        "sku": "Which column holds the product code (SKU)?",
        "order_state": "Which column holds BentoWeb's state of the order (สถานะ)? One word speaks of order and payment.",
        "payment_channel": _CHANNEL,
    })),
    "stocky": Starter("stocky", MappingProxyType({
        "order_id": "Which column holds the number of the purchase order?",
        "customer_name": "Which column holds the supplier?",
        "sku": "Which column holds the SKU?",
        "quantity": "Which column holds how many pieces were received (not how many were ordered)?",
        "unit_price": "Which column holds what one piece costs you?",
        "completed_on": "Which column holds the day the goods were received?",
        "order_state": "Which column says how far the purchase order is? Ordered only becomes nothing, received becomes an expense.",
    }), form="purchases-csv", fixed=MappingProxyType({"record_kind": "purchase", "payment_state": "unpaid"}),
        note="Stocky ended on 31 August 2026 and gives no new files: this reads what was saved before then."),
})  # fmt: skip
"""By the name of `recon profile FILE --start NAME`."""


def _none(field: str) -> str:
    return f'None: --set "columns.{field}=".'


def with_musts(proposal: Proposal, start: str) -> Proposal:
    """Return the proposal with a question for each field that must be answered and was not found."""
    taken = {guess.field for guess in proposal.guesses if guess.certainty == "proposed"}
    must = {field: text for field, text in STARTERS[start].must.items() if field not in taken}
    others = [question for question in proposal.asked if question.about.removeprefix("columns.") not in must]
    asked = [Question(f"columns.{field}", f"{text} {_none(field)}") for field, text in must.items()]
    note = STARTERS[start].note
    toml = f"# {note}\n{proposal.toml}" if note else proposal.toml
    return replace(proposal, asked=(*asked, *others), toml=toml)


def fixed_answers(start: str) -> list[ProfileEdit]:
    """Return what is the same in every file of that provider, as answers a person may give anew; ``start`` empty: none."""
    constants = STARTERS[start].fixed if start else {}
    return [ProfileEdit(("constants", name), value) for name, value in constants.items()]

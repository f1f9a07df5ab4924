"""Accounts a connection needs, proposed from the ledger's own chart: by name, and by type where the ledger states types.

Only proposed, each with its reason: a person takes them (``recon connect --set-accounts``, ``recon match --take-accounts``, the
settings screen) or chooses others. Nothing is ever taken silently, and an account
that is chosen already is never proposed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recon.config.charges import Charge
from recon.config.connection import Connection
from recon.config.toml_edits import Value
from recon.domain.providers import BOUGHT, ledger_facts
from recon.targets.base import LedgerAccount

ACCOUNT_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "sales": ("รายได้จากการขาย", "ขายสินค้า", "รายได้ขาย", "sales"),
    "other_income": ("รายได้อื่น", "other income"),
    "receivable": ("ลูกหนี้การค้า", "trade receivable", "accounts receivable"),
    "undue_output_vat": (
        "ภาษีขายยังไม่ถึงกำหนด",
        "ภาษีขายรอเรียกเก็บ",
        "undue output",
        "output vat not yet due",
        "output vat undue",
    ),
    "output_vat": ("ภาษีขาย", "output vat", "output tax"),
}
"""How ledgers usually name these accounts."""
BOUGHT_ACCOUNT_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "undue_input_vat": ("ภาษีซื้อยังไม่ถึงกำหนด", "undue input", "input vat not yet due", "input vat undue"),
    "input_vat": ("ภาษีซื้อ", "input vat", "input tax"),
    "payable": ("เจ้าหนี้การค้า", "trade payable", "accounts payable"),
    "withholding_payable": ("ภาษีหัก ณ ที่จ่ายค้างจ่าย", "withholding tax payable"),
}
"""The same for purchases, where they are switched on."""


@dataclass(frozen=True, slots=True)
class AccountProposal:
    """An account for a setting that names none yet."""

    setting: str
    """Under ``accounts``, or with the table it stands in: `charges.default.tax`."""
    code: str
    name: str
    """Of the account in the ledger."""
    reason: str
    """Why this one, a sentence."""

    @property
    def path(self) -> tuple[str, ...]:
        """Where it stands in recon.toml, inside its connection."""
        return _path(self.setting)

    @property
    def full_name(self) -> str:
        """The setting as recon.toml names it inside its connection."""
        return ".".join(f'"{part}"' if ":" in part else part for part in self.path)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which account fits a setting of American books."""

    roots: tuple[str, ...]
    words: tuple[str, ...]
    """One of them stands in its name; none: its type decides."""
    kind: str = ""
    """Type as the ledger calls it."""


_CHARGES: Final[Mapping[str, _Wanted]] = {
    "charges.default.shipping": _Wanted(("Income",), ("shipping", "freight", "delivery", "postage")),
    "charges.default.discount": _Wanted(("Income", "Expenses"), ("discount",)),
    "charges.default.tax": _Wanted(("Liabilities",), ("sales tax",)),
    "charges.default.tip": _Wanted(("Liabilities", "Income"), ("tips", "tip ", "gratuit")),
    "charges.default.gift_card": _Wanted(("Liabilities",), ("gift card", "gift certificate")),
    "charges.default.rounding": _Wanted(("Income", "Expenses"), ("rounding", "over/short", "over and short")),
    "charges.default.duties": _Wanted(("Liabilities", "Income"), ("duties", "duty", "customs")),
    "charges.default.fee": _Wanted(("Income", "Liabilities"), ("additional fee", "surcharge", "handling fee")),
}
_BOUGHT: Final[Mapping[str, _Wanted]] = {
    "purchases.by_sku.fee:payment": _Wanted(
        ("Expenses",), ("merchant", "processing", "card fee", "payment fee", "transaction fee", "bank charge", "bank service", "fees"),
    ),
    "purchases.account": _Wanted(("Expenses",), (), "CostOfGoodsSold"),
}  # fmt: skip
"""Where purchases are taken: what a payment provider keeps, and goods without an account of their own."""
_STOCK: Final[Mapping[str, _Wanted]] = {
    "cogs_account": _Wanted(("Expenses",), (), "CostOfGoodsSold"),
    "asset_account": _Wanted(("Assets",), ("inventory", "stock")),
}
"""In ledgers that keep stock themselves: the cost of goods sold and the stock."""
_BOOKS: Final[Mapping[str, _Wanted]] = {
    "receivable": _Wanted(("Assets",), (), "AccountsReceivable"),
    "payable": _Wanted(("Liabilities",), (), "AccountsPayable"),
    "sales": _Wanted(("Income",), ("sales", "revenue", "merchandise")),
}
_SHARED: Final = ("purchases.account", "cogs_account")
"""May name one account: goods are costs either way."""


def buys(connection: Connection) -> bool:
    """Return whether a connection takes purchases or purchase returns."""
    return any(kind in BOUGHT for kind in connection.record_kinds)


def proposed_accounts(connection: Connection, accounts: Sequence[LedgerAccount]) -> list[AccountProposal]:
    """Return an account for each setting that names none yet and that one of the chart fits."""
    if ledger_facts(connection.target).is_american:
        return _american(connection, accounts)
    proposals = []
    taken: set[str] = set()
    for setting, names in (ACCOUNT_NAMES | (BOUGHT_ACCOUNT_NAMES if buys(connection) else {})).items():
        if getattr(connection.accounts, setting):
            continue
        for account in accounts:
            folded = account.name.casefold()
            word = next((name for name in names if name in folded), "")
            if account.code not in taken and word:
                proposals.append(AccountProposal(setting, account.code, account.name, f"Its name says {word}."))
                taken.add(account.code)
                break
    return proposals


def _american(connection: Connection, accounts: Sequence[LedgerAccount]) -> list[AccountProposal]:
    table = ledger_facts(connection.target).stock_settings
    stock = {f"{table}.{name}": wanted for name, wanted in _STOCK.items()} if table else {}
    wishes = {
        **_CHARGES,
        **(_BOUGHT if buys(connection) else {}),
        **stock,
        **_BOOKS,
    }  # narrow names first: sales fits many
    proposals = []
    taken = {_chosen(connection, setting) for setting in wishes if not _is_shared(setting)}
    for setting, wanted in wishes.items():
        if _chosen(connection, setting):
            continue
        found = ((one, reason) for one in accounts if (reason := _fits(one, wanted)))
        fitting = next((pair for pair in found if _is_shared(setting) or pair[0].code not in taken), None)
        if fitting is not None:
            account, reason = fitting
            proposals.append(AccountProposal(setting, account.code, account.name, reason))
            taken |= set() if _is_shared(setting) else {account.code}
    return proposals


def _is_shared(setting: str) -> bool:
    return setting.endswith(_SHARED)


def _fits(account: LedgerAccount, wanted: _Wanted) -> str:
    """Return why an account fits; empty: it does not."""
    if account.root not in wanted.roots or (wanted.kind and account.kind != wanted.kind):
        return ""
    if not wanted.words:
        return f"The chart's first account of type {account.kind}."
    folded = f"{account.code} ".casefold()
    word = next((word for word in wanted.words if word in folded), "")
    return f"Its name says {word.strip()}, and its type is {account.kind or account.root}." if word else ""


def _path(setting: str) -> tuple[str, ...]:
    if "." not in setting:
        return ("accounts", setting)
    needs_account = setting.startswith(("charges.", "purchases.by_sku."))
    return (*setting.split("."), *(["account"] if needs_account else []))


def _chosen(connection: Connection, setting: str) -> str:
    """Return the account a setting names; empty where it names none, or its charge goes by a product or is left out."""
    if setting.startswith("charges.default."):
        charge = getattr(connection.charges_for("default"), setting.removeprefix("charges.default."))
        assert isinstance(charge, Charge)
        return charge.account or charge.product or ("left out" if charge.treatment == "leave-out" else "")
    if setting.startswith("purchases.by_sku."):
        line = connection.purchases.by_sku.get(setting.removeprefix("purchases.by_sku."))
        return line.account if line else ""
    table, _, name = setting.rpartition(".")
    return str(getattr(getattr(connection, table or "accounts"), name))


def proposal_values(connection: str, proposals: Sequence[AccountProposal]) -> dict[tuple[str, ...], Value]:
    """Return the settings that write proposals down; a charge whose account is named is booked."""
    chosen: dict[tuple[str, ...], Value] = {}
    for proposal in proposals:
        path = ("connections", connection, *proposal.path)
        chosen[path] = proposal.code
        if proposal.setting.startswith("charges."):
            chosen[*path[:-1], "treatment"] = "book"
    return chosen

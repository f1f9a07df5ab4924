"""Accounts a connection needs, proposed from the ledger's own chart: by name, and by type where the ledger states types.

Only proposed: a person writes them with ``--set-accounts`` or chooses others. Nothing is ever taken silently, and an account
that is chosen already is never proposed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recon.config import Connection
from recon.config_charges import Charge
from recon.domain.providers import BOUGHT, ledger_facts
from recon.settings_text import Value
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
class _Wanted:
    """Which account fits a setting of American books."""

    roots: tuple[str, ...]
    words: tuple[str, ...]
    """One of them stands in its name; none: its type decides."""
    kind: str = ""
    """Type as the ledger calls it."""


_AMERICAN: Final[Mapping[str, _Wanted]] = {
    "charges.default.shipping": _Wanted(("Income",), ("shipping", "freight", "delivery", "postage")),
    "charges.default.discount": _Wanted(("Income", "Expenses"), ("discount",)),
    "charges.default.tax": _Wanted(("Liabilities",), ("sales tax",)),
    "charges.default.tip": _Wanted(("Liabilities", "Income"), ("tips", "tip ", "gratuit")),
    "charges.default.gift_card": _Wanted(("Liabilities",), ("gift card", "gift certificate")),
    "charges.default.rounding": _Wanted(("Income", "Expenses"), ("rounding", "over/short", "over and short")),
    "charges.default.duties": _Wanted(("Liabilities", "Income"), ("duties", "duty", "customs")),
    "charges.default.fee": _Wanted(("Income", "Liabilities"), ("additional fee", "surcharge", "handling fee")),
    "receivable": _Wanted(("Assets",), (), "AccountsReceivable"),
    "payable": _Wanted(("Liabilities",), (), "AccountsPayable"),
    "sales": _Wanted(("Income",), ("sales", "revenue", "merchandise")),
}
"""By setting; the narrow names come before `sales`, which would fit some of them too."""


def buys(connection: Connection) -> bool:
    """Return whether a connection takes purchases or purchase returns."""
    return any(kind in BOUGHT for kind in connection.record_kinds)


def proposed_accounts(connection: Connection, accounts: Sequence[LedgerAccount]) -> list[tuple[str, str, str]]:
    """Return (setting, code, name) for settings that name no account yet."""
    if ledger_facts(connection.target).is_american:
        return _american(connection, accounts)
    proposals = []
    taken: set[str] = set()
    for setting, names in (ACCOUNT_NAMES | (BOUGHT_ACCOUNT_NAMES if buys(connection) else {})).items():
        if getattr(connection.accounts, setting):
            continue
        for account in accounts:
            folded = account.name.casefold()
            if account.code not in taken and any(name in folded for name in names):
                proposals.append((setting, account.code, account.name))
                taken.add(account.code)
                break
    return proposals


def _american(connection: Connection, accounts: Sequence[LedgerAccount]) -> list[tuple[str, str, str]]:
    proposals = []
    taken = {_chosen(connection, setting) for setting in _AMERICAN}
    for setting, wanted in _AMERICAN.items():
        if _chosen(connection, setting):
            continue
        fitting = next((one for one in accounts if one.code not in taken and _fits(one, wanted)), None)
        if fitting is not None:
            proposals.append((setting, fitting.code, fitting.name))
            taken.add(fitting.code)
    return proposals


def _fits(account: LedgerAccount, wanted: _Wanted) -> bool:
    if account.root not in wanted.roots or (wanted.kind and account.kind != wanted.kind):
        return False
    folded = f"{account.code} ".casefold()
    return not wanted.words or any(word in folded for word in wanted.words)


def _chosen(connection: Connection, setting: str) -> str:
    """Return the account a setting names; empty where it names none, or its charge goes by a product or is left out."""
    kind = setting.removeprefix("charges.default.")
    if kind == setting:
        return str(getattr(connection.accounts, setting))
    charge = getattr(connection.charges_for("default"), kind)
    assert isinstance(charge, Charge)
    return charge.account or charge.product or ("left out" if charge.treatment == "leave-out" else "")


def full_name(setting: str) -> str:
    """Return a setting as recon.toml names it inside its connection."""
    return f"{setting}.account" if setting.startswith("charges.") else f"accounts.{setting}"


def proposal_values(connection: str, proposals: Sequence[tuple[str, str, str]]) -> dict[tuple[str, ...], Value]:
    """Return the settings that write proposals down; a charge whose account is named is booked."""
    chosen: dict[tuple[str, ...], Value] = {}
    for setting, code, _ in proposals:
        path = ("connections", connection, *full_name(setting).split("."))
        chosen[path] = code
        if setting.startswith("charges."):
            chosen[*path[:-1], "treatment"] = "book"
    return chosen

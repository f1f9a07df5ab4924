"""Who answers on the other side, held against the company that is meant, before anything is sent there (F35).

Keys and address do not prove a company: another one may answer behind the same ones. So its name and tax id are compared
with what the ledger said when the connection was verified. A ledger that never named a company is known by its keys only.
"""

from __future__ import annotations

from recon.errors import TargetUnavailable, WrongCompany
from recon.store.catalog import Verified
from recon.targets.base import Company


def same_name(one: str, other: str) -> bool:
    """Return whether two spellings name one company: capitals and spaces aside."""
    return _plain(one) == _plain(other)


def same_tax_id(one: str, other: str) -> bool:
    """Return whether two spellings are one tax id: what is no letter and no digit says nothing (12-3456789)."""
    return _bare(one) == _bare(other)


def require_company(
    answered: Company, *, company_id: str, known: Verified | None, meant_for: str, outcome: str = "Nothing was sent."
) -> None:
    """Stop where another company answers than the one that is meant.

    Args:
        answered: What the ledger says just now.
        company_id: The identity that is meant.
        known: What the ledger said when the connection was verified last; None: it never was.
        meant_for: Begins the message, e.g. "Batch B0001 was approved for".
        outcome: What was not done.

    Raises:
        WrongCompany: Keys, address, name or tax id differ.
        TargetUnavailable: The ledger named its company before and does not now.
    """
    meant = f"{meant_for} {_called(known.name, known.tax_id, known.environment) if known is not None else company_id}"
    answers = f"the ledger answers as {_called(answered.name, answered.tax_id, answered.environment)}"
    if answered.company_id != company_id:
        raise WrongCompany(f"{meant}, but {answers}. {outcome} Check the connection's credentials and address.")
    if known is None:
        return
    if known.name and not answered.name:
        raise TargetUnavailable(f"{meant}, but the ledger does not say now which company it answers for. {outcome} Try again later.")  # fmt: skip
    if known.tax_id and answered.tax_id and not same_tax_id(known.tax_id, answered.tax_id):
        raise WrongCompany(
            f"{meant}, but {answers}. {outcome} Somebody else's books stand behind the same keys and address: correct them. "
            "Another company needs a workspace of its own."
        )
    if known.name and not same_name(known.name, answered.name):
        raise WrongCompany(
            f"{meant}, but {answers}. {outcome} {_if_renamed(known, answered)}write company.name = \"{answered.name}\" into "
            "recon.toml and run `recon connect`; if it is another company, correct the connection's credentials and address."
        )  # fmt: skip


def _if_renamed(known: Verified, answered: Company) -> str:
    is_same = known.tax_id and same_tax_id(known.tax_id, answered.tax_id)
    return "The tax id is the same, so it seems to have a new name: " if is_same else "If it only has a new name, "


def _called(name: str, tax_id: str, environment: str) -> str:
    facts = ", ".join(fact for fact in (f"tax id {tax_id}" if tax_id else "", environment) if fact)
    return f"{name or 'a company without a name'} ({facts})"


def _bare(tax_id: str) -> str:
    return "".join(sign for sign in tax_id.casefold() if sign.isalnum())


def _plain(name: str) -> str:
    return "".join(name.casefold().split())

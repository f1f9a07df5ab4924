"""The ledger is asked who it is, and its answer held against the kept one and recon.toml's, before anything is done there."""

from __future__ import annotations

from recon.config.connection import Connection
from recon.config.settings import Company as OurCompany
from recon.errors import WrongCompany
from recon.service.connecting import known_company
from recon.service.context import Context
from recon.targets.base import Company, Target
from recon.upload.company import require_company, same_name, same_tax_id


def ask_company(
    context: Context, name: str, target: Target, *, company_id: str, meant_for: str, outcome: str = "Nothing was sent."
) -> Company:
    """Return who answers for a connection just now, if it is the company that is meant (F35).

    Args:
        context: The open workspace.
        name: The connection.
        target: Its ledger.
        company_id: The identity a batch or this folder is bound to.
        meant_for: Begins the message, e.g. "Batch B0001 was approved for".
        outcome: What was not done.

    Raises:
        WrongCompany: Another company answers.
        TargetUnavailable: The ledger does not answer, or does not say who it is though it did before.
    """
    answered = target.identify()
    known = context.store.catalog.verified(name)
    require_company(answered, company_id=company_id, known=known, meant_for=meant_for, outcome=outcome)
    ours = context.settings.company
    if differs(ours, answered):
        raise WrongCompany(
            f"recon.toml is for {ours.name} (tax id {ours.tax_id or 'none'}), but the ledger answers for {answered.name} (tax "
            f"id {answered.tax_id or 'none'}). {outcome} One folder is one company: correct [company] in recon.toml or the "
            "connection's keys, then run `recon connect`."
        )
    return answered


def require_ours(context: Context, name: str, rules: Connection, *, outcome: str) -> None:
    """Open a connection's ledger and ask it, before something is noted as standing there; import files cannot be asked.

    Raises:
        WrongCompany, TargetUnavailable: See `ask_company`.
    """
    if context.outside.capabilities(name, rules).is_file:
        return
    company_id, meant_for = known_company(context, name)[0], f"The documents of {name} are for"
    with context.outside.target(name, rules) as target:
        ask_company(context, name, target, company_id=company_id, meant_for=meant_for, outcome=outcome)


def differs(ours: OurCompany, answered: Company) -> bool:
    """Return whether the ledger names another company than recon.toml."""
    is_other_tax_id = bool(ours.tax_id and answered.tax_id and not same_tax_id(ours.tax_id, answered.tax_id))
    return is_other_tax_id or bool(answered.name and not same_name(answered.name, ours.name))

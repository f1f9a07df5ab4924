"""The check-list of a connection in a person's words: names of what is looked at, and whether the timer is in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from recon.config.settings import Settings
from recon.errors import ReconError
from recon.timers import Timer
from tui.i18n import N_
from tui.timer_install import is_installed, this_system

NAMES: Final[dict[str, str]] = {
    "ledger-keys": N_("Ledger's keys"),
    "ledger-answers": N_("Ledger"),
    "company": N_("Company"),
    "tax-id": N_("Tax id"),
    "environment": N_("Environment"),
    "package": N_("Package"),
    "rights": N_("Rights"),
    "token": N_("Log-in"),
    "clock": N_("Clock"),
    "lists": N_("Ledger's lists"),
    "rooms": N_("Room in its lists"),
    "closed-until": N_("Closed until"),
    "vat-codes": N_("VAT codes"),
    "accounts": N_("Accounts"),
    "ledger-lacks": N_("In the ledger"),
    "shop-keys": N_("Shop's keys"),
    "shop-answers": N_("Shop"),
    "orders": N_("Orders"),
    "payment-channels": N_("Payment channels"),
    "skus": N_("SKUs"),
    "till-setup": N_("Settlements"),
    "till-days": N_("Days of tills"),
    "services": N_("Service products"),
    "charges": N_("Charges"),
    "shipping": N_("Shipping"),
    "vat": N_("Taxes"),
    "words": N_("Status words"),
    "contacts": N_("Contacts"),
    "schedule": N_("Timer"),
    "new-things": N_("New things"),
    "batches": N_("Batches"),
    "person": N_("Needs a person"),
}
"""What is looked at, by its fixed word."""
NAMES_OF_TILLS: Final[dict[str, str]] = {"orders": N_("Taken in"), "skus": N_("Articles")}
"""The same of a connection of tills, where it has another name there."""
STATES: Final[dict[str, str]] = {
    "ok": N_("ok"),
    "warning": N_("warning"),
    "missing": N_("missing"),
    "unknown": N_("not known"),
}
"""How it stands."""


def check_name(check: str, *, tills: bool) -> str:
    """Return what is looked at, in English."""
    return NAMES_OF_TILLS.get(check, NAMES[check]) if tills else NAMES[check]


def timer_is_in(root: Path, settings: Settings, name: str) -> bool | None:
    """Return whether the operating system's timer of a connection is in; None: it needs none, or this machine cannot tell."""
    schedule = settings.connections[name].schedule
    if schedule.when == "manual":
        return None
    minute = int(schedule.at[3:])
    try:
        return is_installed(this_system(), Timer(str(root), name, minute, (sys.executable, "-m", "tui.cli")))
    except (ReconError, OSError):
        return None

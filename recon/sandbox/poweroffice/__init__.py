"""A PowerOffice Go to try things on: a loopback HTTP server for both of its APIs, with books of its own.

Written from what is documented about Go, not from what our client sends; what nobody has verified is a switch in
`rules.Rules`. ``docs/sandbox.md`` describes all of it.
"""

from recon.sandbox.poweroffice.books import Event, Paper
from recon.sandbox.poweroffice.company import (
    APPLICATION_KEY,
    SUBSCRIPTION_KEY,
    Account,
    Company,
    Customer,
    Dimension,
    Product,
    VatCode,
    other_company,
    sandbox_company,
)
from recon.sandbox.poweroffice.faults import PowerOfficeFault
from recon.sandbox.poweroffice.person import Person
from recon.sandbox.poweroffice.rules import Rules
from recon.sandbox.poweroffice.server import SandboxPowerOffice
from recon.sandbox.poweroffice.transactions import Balance
from recon.sandbox.poweroffice.wire import Problem

__all__ = [
    "APPLICATION_KEY",
    "SUBSCRIPTION_KEY",
    "Account",
    "Balance",
    "Company",
    "Customer",
    "Dimension",
    "Event",
    "Paper",
    "Person",
    "PowerOfficeFault",
    "Problem",
    "Product",
    "Rules",
    "SandboxPowerOffice",
    "VatCode",
    "other_company",
    "sandbox_company",
]

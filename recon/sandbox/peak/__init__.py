"""A PEAK to try things on: a loopback HTTP server with books of its own.

Written from what is documented and reported about PEAK, not from what our client sends; what nobody has verified is a
switch in `rules.Rules`, set to the strictest plausible behaviour. ``docs/sandbox.md`` describes all of it.
"""

from recon.sandbox.peak.company import (
    CONNECT_ID,
    CONNECT_KEY,
    Account,
    Company,
    Contact,
    Method,
    Product,
    other_company,
    sandbox_company,
)
from recon.sandbox.peak.faults import Fault
from recon.sandbox.peak.ledger import TruthDocument, TruthEvent
from recon.sandbox.peak.rules import Rules
from recon.sandbox.peak.server import SandboxPeak

__all__ = [
    "CONNECT_ID",
    "CONNECT_KEY",
    "Account",
    "Company",
    "Contact",
    "Fault",
    "Method",
    "Product",
    "Rules",
    "SandboxPeak",
    "TruthDocument",
    "TruthEvent",
    "other_company",
    "sandbox_company",
]

"""PowerOffice Go as a ledger: settlements of tills as vouchers, drafts first, over API v2 or v1."""

from recon.targets.poweroffice.capable import capabilities
from recon.targets.poweroffice.options import PowerOfficeOptions
from recon.targets.poweroffice.target import PowerOfficeTarget

__all__ = ["PowerOfficeOptions", "PowerOfficeTarget", "capabilities"]

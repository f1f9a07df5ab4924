"""PEAK (peakaccount.com): invoices, receipts, payments, voids and full credit notes through its API.

Where PEAK's own text could not be read, the safest reading is used and ``docs/peak.md`` says so, setting by setting.
"""

from recon.targets.log_in import MemoryTokenCache, TokenCache
from recon.targets.peak.options import PeakOptions
from recon.targets.peak.target import PeakTarget

__all__ = ["MemoryTokenCache", "PeakOptions", "PeakTarget", "TokenCache"]

"""SAF-T Cash Register (SAF-T Kasse): the electronic journal of a till, as the Norwegian Tax Administration laid it down.

Schema 1.00 of 7 July 2016, namespace urn:StandardAuditFile-Taxation-CashRegister:NO; unchanged since.
"""

from recon.sources.saft.source import CashRegisterFiles

__all__ = ["CashRegisterFiles"]

"""A desk with the sandbox's company file behind it: no Web Connector, no waiting, the same rules."""

from __future__ import annotations

from collections.abc import Sequence

from recon.errors import OutcomeUnknown
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.sandbox.quickbooks.strict import Unparsable
from recon.targets.quickbooks.desk import CompanyFile, Recovered


class SandboxDesk:
    """Hands message sets straight to the company file."""

    def __init__(self, company: SandboxCompany) -> None:
        self._company = company

    def company_file(self) -> CompanyFile:
        """Return the file."""
        return CompanyFile(path=self._company.windows_path, country="US", major_version=13, minor_version=0)

    def ask(self, text: str, *, set_id: str = "", about: Sequence[str] = ()) -> str:
        """Return the answer at once."""
        if set_id:
            self._company.books.note_about(set_id, about)
        try:
            return self._company.process(text)
        except Unparsable as error:
            raise OutcomeUnknown(
                f"QuickBooks could not read the message (0x80040400): {error}", code="0x80040400"
            ) from error

    def recovered(self, key: str) -> Recovered | None:
        """Return what the company file keeps of the last set about this key."""
        set_id = self._company.books.set_about(key)
        return Recovered(set_id=set_id, answer=self._company.books.answered(set_id)) if set_id else None

"""The sandbox as others use it: start it, get its address and credentials, switch faults, ask for the truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from recon.ports import Clock, SystemClock
from recon.sandbox.ledgers.faults import FaultBook, LedgerFault
from recon.sandbox.ledgers.server import SandboxLedger
from recon.sandbox.peak.admin import Admin
from recon.sandbox.peak.company import CONNECT_ID, CONNECT_KEY, Company, other_company, sandbox_company
from recon.sandbox.peak.connection import BASE_PATH, Connection
from recon.sandbox.peak.engine import Engine
from recon.sandbox.peak.ledger import LIVE, Books, TruthDocument, TruthEvent, truth_of
from recon.sandbox.peak.masters import seed
from recon.sandbox.peak.rules import Rules


class SandboxPeak(SandboxLedger[Engine]):
    """A PEAK on 127.0.0.1; use it as a context manager, or call `start` and `stop`.

    Args:
        path: SQLite file that keeps the books across processes; None: in memory.
        company: The company, or several; the first one's credentials are `credentials`. Left out: the sandbox company
            and a second one.
        clock: The server's clock; left out: the machine's.
        faults: Faults that are on from the beginning.
        rules: Switches; left out: the strictest plausible behaviour.
        durable: False leaves out the fsync of a file's commits (for tests of speed only).
        port: 0 takes any free one.
    """

    name = "sandbox-peak"
    connection = Connection
    admin = Admin

    def __init__(
        self,
        path: Path | None = None,
        company: Company | Sequence[Company] | None = None,
        clock: Clock | None = None,
        faults: Iterable[LedgerFault] = (),
        *,
        rules: Rules | None = None,
        durable: bool = True,
        port: int = 0,
    ) -> None:
        if company is None:
            company = (sandbox_company(), other_company())
        self.companies: tuple[Company, ...] = (company,) if isinstance(company, Company) else tuple(company)
        self._books = Books(path, durable=durable)
        for one in self.companies:
            seed(self._books, one)
        faulty = FaultBook(tuple(faults))
        super().__init__(
            Engine(self._books, self.companies, clock or SystemClock(), faulty, rules or Rules()), port=port
        )

    @property
    def url(self) -> str:
        """Base address, ending in /api/v1."""
        return self.origin + BASE_PATH

    def credentials_of(self, key: str) -> dict[str, str]:
        """Return the credentials of one company, by its key."""
        company = self._engine.company(key)
        return {"connect_id": CONNECT_ID, "connect_key": CONNECT_KEY, "user_token": company.user_token}

    @property
    def rules(self) -> Rules:
        """The switches as they stand."""
        return self._engine.rules

    def truth(self, *, live_only: bool = True, company: str | None = None) -> list[TruthDocument]:
        """Return the documents in the books, oldest first; all companies unless one is named by its key."""
        self._engine.settle()
        return [
            truth_of(document)
            for document in self._books.all_documents()
            if (not live_only or document.status in LIVE) and company in (None, document.company)
        ]

    def events(self) -> list[TruthEvent]:
        """Return everything that was ever committed, oldest first."""
        self._engine.settle()
        return self._books.events()

    def contacts(self, company: str | None = None) -> list[dict[str, Any]]:
        """Return the contacts of a company (the first one if none is named)."""
        return self._books.masters(company or self.companies[0].key, "contact")

    def products(self, company: str | None = None) -> list[dict[str, Any]]:
        """Return the products and services of a company (the first one if none is named)."""
        key = company or self.companies[0].key
        return self._books.masters(key, "product") + self._books.masters(key, "service")

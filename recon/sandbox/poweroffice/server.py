"""The sandbox as others use it: start it, get its addresses and credentials, be a person there, ask for the truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

from recon.ports import Clock, SystemClock
from recon.sandbox.ledgers.faults import FaultBook, LedgerFault
from recon.sandbox.ledgers.server import SandboxLedger
from recon.sandbox.poweroffice.admin import Admin
from recon.sandbox.poweroffice.books import Books, Event, Paper
from recon.sandbox.poweroffice.company import APPLICATION_KEY, SUBSCRIPTION_KEY, Company, other_company, sandbox_company
from recon.sandbox.poweroffice.connection import V1_PATH, V2_PATH, Connection
from recon.sandbox.poweroffice.engine import Engine
from recon.sandbox.poweroffice.export import saft_financial
from recon.sandbox.poweroffice.masters import named, seed
from recon.sandbox.poweroffice.person import Person
from recon.sandbox.poweroffice.rules import Rules
from recon.sandbox.poweroffice.transactions import Balance, trial_balance


class SandboxPowerOffice(SandboxLedger[Engine]):
    """A PowerOffice Go on 127.0.0.1; use it as a context manager, or call `start` and `stop`.

    Args:
        path: SQLite file that keeps the books across processes; None: in memory.
        company: The company, or several; the first one's credentials are `credentials`. Left out: the sandbox company
            and a second one, under the names the books have.
        clock: The server's clock; left out: the machine's.
        faults: Faults that are on from the beginning.
        rules: Switches; left out: the strictest we can send to.
        durable: False leaves out the fsync of a file's commits (for tests of speed only).
        port: 0 takes any free one.
    """

    name = "sandbox-poweroffice"
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
        given = company or (sandbox_company(), other_company())
        chosen = (given,) if isinstance(given, Company) else tuple(given)
        self.books = Books(path, durable=durable)
        self.companies: tuple[Company, ...] = tuple(named(self.books, one, keep=company is not None) for one in chosen)
        for one in self.companies:
            seed(self.books, one)
        faulty = FaultBook(tuple(faults))
        super().__init__(
            Engine(self.books, self.companies, clock or SystemClock(), faulty, rules or Rules()), port=port
        )

    @property
    def url(self) -> str:
        """Base address of v2; its token is at `token_url`, beside /v2 as in the real service."""
        return self.origin + V2_PATH

    @property
    def token_url(self) -> str:
        """Where tokens of v2 are given."""
        return f"{self.origin}/OAuth/Token"

    @property
    def v1_url(self) -> str:
        """Base address of v1; its token is at `v1_token_url`."""
        return self.origin + V1_PATH

    @property
    def v1_token_url(self) -> str:
        """Where tokens of v1 are given."""
        return f"{self.v1_url}/OAuth/Token"

    def credentials_of(self, key: str) -> dict[str, str]:
        """Return the credentials of one company, by its key."""
        company = self._engine.company(key)
        return {
            "application_key": APPLICATION_KEY, "client_key": company.client_key, "subscription_key": SUBSCRIPTION_KEY,
        }  # fmt: skip

    def person(self, company: str = "") -> Person:
        """Return somebody who sits in front of it, in a company (the first one if none is named)."""
        return Person(self._engine, company or self.companies[0].key)

    @property
    def rules(self) -> Rules:
        """The switches as they stand."""
        return self._engine.rules

    def moment(self) -> dt.datetime:
        """Return the server's time."""
        return self._engine.moment()

    def papers(self, family: str, company: str = "") -> list[Paper]:
        """Return drafts, vouchers, orders or imports (`draft`, `voucher`, `order`, `import`) that were not deleted, oldest first."""
        self._engine.settle()
        return self.books.papers(company or self.companies[0].key, family)

    def events(self) -> list[Event]:
        """Return everything that was ever committed, oldest first."""
        self._engine.settle()
        return self.books.events()

    def trial_balance(self, company: str = "", last: str = "9999-99-99") -> list[Balance]:
        """Return every account that was posted on, as it stands at the end of a day yyyy-mm-dd."""
        self._engine.settle()
        return trial_balance(self.books, company or self.companies[0].key, last)

    def saft_financial(self, first: dt.date, last: dt.date, company: str = "") -> bytes:
        """Return the books of a period as the ledger exports them: SAF-T Financial 1.30."""
        self._engine.settle()
        own = self._engine.company(company or self.companies[0].key)
        return saft_financial(self.books, own, first, last, self._engine.moment().date())

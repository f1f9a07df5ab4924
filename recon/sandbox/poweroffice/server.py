"""The sandbox as others use it: start it, get its addresses and credentials, be a person there, ask for the truth."""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from recon.ports import Clock, SystemClock
from recon.sandbox.peak.connection import Listener
from recon.sandbox.peak.engine import Seen
from recon.sandbox.peak.faults import Fault, FaultBook
from recon.sandbox.poweroffice.books import Books, Event, Paper
from recon.sandbox.poweroffice.company import APPLICATION_KEY, SUBSCRIPTION_KEY, Company, other_company, sandbox_company
from recon.sandbox.poweroffice.connection import V1_PATH, V2_PATH, Connection
from recon.sandbox.poweroffice.engine import Engine
from recon.sandbox.poweroffice.export import saft_financial
from recon.sandbox.poweroffice.masters import named, seed
from recon.sandbox.poweroffice.person import Person
from recon.sandbox.poweroffice.rules import Rules, changed
from recon.sandbox.poweroffice.transactions import Balance, trial_balance

_POLL_SECONDS: Final = 0.05
"""How quickly the listener notices that it shall stop."""


class SandboxPowerOffice:
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

    def __init__(
        self,
        path: Path | None = None,
        company: Company | Sequence[Company] | None = None,
        clock: Clock | None = None,
        faults: Iterable[Fault] = (),
        *,
        rules: Rules | None = None,
        durable: bool = True,
        port: int = 0,
    ) -> None:
        given = company or (sandbox_company(), other_company())
        chosen = (given,) if isinstance(given, Company) else tuple(given)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # SQLite would make it readable by others
        self.books = Books(path, durable=durable)
        self.companies: tuple[Company, ...] = tuple(named(self.books, one, keep=company is not None) for one in chosen)
        for one in self.companies:
            seed(self.books, one)
        self._engine = Engine(
            self.books, self.companies, clock or SystemClock(), FaultBook(tuple(faults)), rules or Rules()
        )
        self.admin_token = secrets.token_urlsafe(24)
        """What the admin endpoints below /_sandbox/ ask for."""
        self._port = port
        self._listener: Listener | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listen on the loopback address."""
        assert self._listener is None
        self._listener = Listener(self._port, self._engine, self.admin_token, Connection)
        self._engine.base_url = self.url
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(_POLL_SECONDS,), name="sandbox-poweroffice", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """End all connections and close the books."""
        if self._listener is not None and self._thread is not None:
            self._listener.stop()
            self._thread.join()
            self._listener = self._thread = None
        self.books.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def origin(self) -> str:
        """Address of the server, without a path."""
        assert self._listener is not None
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

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

    @property
    def credentials(self) -> dict[str, str]:
        """Credentials of the first company."""
        return self.credentials_of(self.companies[0].key)

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

    def change_rules(self, **values: object) -> None:
        """Set switches from now on; raises ValueError for one that does not exist."""
        self._engine.rules = changed(self._engine.rules, values)

    def inject(self, fault: Fault) -> None:
        """Switch a fault on; it counts requests from now on."""
        self._engine.faults.add(fault)

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._engine.faults.clear()

    def moment(self) -> dt.datetime:
        """Return the server's time."""
        return self._engine.moment()

    def tick(self, seconds: int) -> None:
        """Put the server's clock forward and do what has fallen due."""
        self._engine.tick(seconds)

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

    @property
    def requests(self) -> list[Seen]:
        """The last 5,000 requests, oldest first, without headers."""
        return list(self._engine.seen)

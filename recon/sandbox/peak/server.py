"""The sandbox as others use it: start it, get its address and credentials, switch faults, ask for the truth."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from recon.ports import Clock, SystemClock
from recon.sandbox.peak.admin import changed
from recon.sandbox.peak.company import CONNECT_ID, CONNECT_KEY, Company, other_company, sandbox_company
from recon.sandbox.peak.connection import BASE_PATH, Listener
from recon.sandbox.peak.engine import Engine, Seen
from recon.sandbox.peak.faults import Fault, FaultBook
from recon.sandbox.peak.ledger import LIVE, Books, TruthDocument, TruthEvent, truth_of
from recon.sandbox.peak.masters import seed
from recon.sandbox.peak.rules import Rules

_POLL_SECONDS: Final = 0.05
"""How quickly the listener notices that it shall stop."""


class SandboxPeak:
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
        if company is None:
            company = (sandbox_company(), other_company())
        self.companies: tuple[Company, ...] = (company,) if isinstance(company, Company) else tuple(company)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # SQLite would make it readable by others
        self._books = Books(path, durable=durable)
        for one in self.companies:
            seed(self._books, one)
        self._engine = Engine(
            self._books, self.companies, clock or SystemClock(), FaultBook(tuple(faults)), rules or Rules()
        )
        self.admin_token = secrets.token_urlsafe(24)
        """What the admin endpoints below /_sandbox/ ask for."""
        self._port = port
        self._listener: Listener | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listen on the loopback address."""
        assert self._listener is None
        self._listener = Listener(self._port, self._engine, self.admin_token)
        self._engine.base_url = self.url
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(_POLL_SECONDS,), name="sandbox-peak", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """End all connections and close the books."""
        if self._listener is not None and self._thread is not None:
            self._listener.stop()
            self._thread.join()
            self._listener = self._thread = None
        self._books.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Base address, ending in /api/v1."""
        assert self._listener is not None
        return f"http://127.0.0.1:{self._listener.server_address[1]}{BASE_PATH}"

    @property
    def credentials(self) -> dict[str, str]:
        """Credentials of the first company."""
        return self.credentials_of(self.companies[0].key)

    def credentials_of(self, key: str) -> dict[str, str]:
        """Return the credentials of one company, by its key."""
        company = next(company for company in self.companies if company.key == key)
        return {"connect_id": CONNECT_ID, "connect_key": CONNECT_KEY, "user_token": company.user_token}

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

    def tick(self, seconds: int) -> None:
        """Put the server's clock forward and do what has fallen due."""
        self._engine.tick(seconds)

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

    @property
    def requests(self) -> list[Seen]:
        """The last 5,000 requests, oldest first, without headers."""
        return list(self._engine.seen)

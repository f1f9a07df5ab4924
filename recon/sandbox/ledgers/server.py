"""A sandbox ledger as others use it: start it, get its address and credentials, switch faults, put its clock forward."""

from __future__ import annotations

import secrets
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

from recon.sandbox.ledgers.admin import Admin, changed
from recon.sandbox.ledgers.connection import Connection, Listener
from recon.sandbox.ledgers.engine import LedgerEngine, Seen
from recon.sandbox.ledgers.faults import LedgerFault

_POLL_SECONDS: Final = 0.05
"""How quickly the listener notices that it shall stop."""

_Engine = TypeVar("_Engine", bound=LedgerEngine[Any, Any, Any])


class SandboxLedger(ABC, Generic[_Engine]):
    """A ledger on 127.0.0.1; use it as a context manager, or call `start` and `stop`."""

    name: ClassVar[str]
    """What its thread is called."""
    connection: ClassVar[type[Connection]]
    admin: ClassVar[type[Admin]]

    def __init__(self, engine: _Engine, *, port: int) -> None:
        self._engine = engine
        self.admin_token = secrets.token_urlsafe(24)
        """What the admin endpoints below /_sandbox/ ask for."""
        self._port = port
        self._listener: Listener | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listen on the loopback address."""
        assert self._listener is None
        admin = self.admin(self._engine, self.admin_token)
        self._listener = Listener(self._port, self._engine, admin, self.connection)
        self._engine.base_url = self.url
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(_POLL_SECONDS,), name=self.name, daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """End all connections and close the books."""
        if self._listener is not None and self._thread is not None:
            self._listener.stop()
            self._thread.join()
            self._listener = self._thread = None
        self._engine.books.close()

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
    @abstractmethod
    def url(self) -> str:
        """Base address of the API."""

    @property
    def credentials(self) -> dict[str, str]:
        """Credentials of the first company."""
        return self.credentials_of(self._engine.companies[0].key)

    @abstractmethod
    def credentials_of(self, key: str) -> dict[str, str]:
        """Return the credentials of one company, by its key."""

    def change_rules(self, **values: object) -> None:
        """Set switches from now on; raises ValueError for one that does not exist."""
        self._engine.rules = changed(self._engine.rules, values)

    def inject(self, fault: LedgerFault) -> None:
        """Switch a fault on; it counts requests from now on."""
        self._engine.faults.add(fault)

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._engine.faults.clear()

    def tick(self, seconds: int) -> None:
        """Put the server's clock forward and do what has fallen due."""
        self._engine.tick(seconds)

    @property
    def requests(self) -> list[Seen]:
        """The last 5,000 requests, oldest first, without headers."""
        return list(self._engine.seen)

"""An office whose desk is the real endpoint, visited over loopback by the sandbox's Web Connector in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import polars as pl
from quickbooks_world import Office

from recon.sandbox.quickbooks.driver import Visit, WebConnector
from recon.sandbox.quickbooks.mishaps import Mishap, Script
from recon.sandbox.quickbooks.qwc import Application
from recon.targets.quickbooks.desk import Desk
from recon.targets.quickbooks.endpoint.desks import EndpointDesk
from recon.targets.quickbooks.endpoint.listen import PASSWORD_FACT, Endpoint, endpoint
from recon.targets.quickbooks.endpoint.password import digest_of
from recon.targets.quickbooks.endpoint.qwc import USER_NAME
from recon.targets.quickbooks.endpoint.waiting import Times

PASSWORD = "a-password-for-tests"
QUICK_COST = 2
"""Every visit of the Web Connector shows its password; at the cost that is kept, half of these tests was that digest."""
LONG = 3_600
"""Seconds that pass when a Web Connector goes away: longer than anybody waits."""


class Visited(Office):
    """One office, one Web Connector; everything both do is kept."""

    def __init__(self, folder: Path, documents: pl.DataFrame) -> None:
        super().__init__(folder, documents)
        self.script = Script()
        self.visits: list[Visit] = []
        self.steps: list[tuple[str, str]] = []

    def plan(self, *mishaps: Mishap) -> None:
        """Let these go wrong from now on."""
        self.script = Script(mishaps)

    @contextmanager
    def endpoint(self) -> Iterator[Endpoint]:
        """Listen, and let nobody come."""
        with (
            mock.patch("recon.targets.quickbooks.endpoint.password._COST", QUICK_COST),
            endpoint(
                folder=self.folder / ".recon", port=0, clock=self.clock, times=Times(wait=600), company_file=self.wanted
            ) as here,
        ):
            here.journal.keep_facts(**{PASSWORD_FACT: digest_of(PASSWORD)})
            yield here

    wanted = ""
    """Company file the Web Connector is told to open."""

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Listen, and let the Web Connector come again and again, as one that polls every moment."""
        with self.endpoint() as here:
            connector = self.connector(here.url)
            thread = threading.Thread(target=self._poll, args=(connector,), daemon=True)
            thread.start()
            try:
                yield EndpointDesk(here.dispatch)
            finally:
                self.is_over = True
        connector.stop.set()
        thread.join(10)
        assert not thread.is_alive()

    def connector(self, url: str, password: str = PASSWORD) -> WebConnector:
        """Return a Web Connector for an endpoint."""
        application = Application(name="recon", url=url, user=USER_NAME, every_seconds=0)
        return WebConnector(
            application=application, password=password, company=self.company, other=self.other, script=self.script,
            pause_seconds=0.01, on_step=lambda step, said: self.steps.append((step, said)),
        )  # fmt: skip

    def _poll(self, connector: WebConnector) -> None:
        while not connector.stop.is_set():
            visit = connector.update_now()
            if visit.ended not in {"nothing", "unreachable"}:
                self.visits.append(visit)
            if visit.ended == "broke-off":
                self.clock.forward(LONG)
            connector.stop.wait(0.005)

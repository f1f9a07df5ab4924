"""Approved settlements, the uploader and a sandbox PowerOffice Go on one clock that only moves when told."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from recon.crash import NO_CRASH, CrashPoints
from recon.domain.document import Document
from recon.sandbox.poweroffice import PowerOfficeFault, SandboxPowerOffice
from recon.store.outbox import OutboxRow
from recon.targets.poweroffice import PowerOfficeOptions, PowerOfficeTarget
from recon.upload.engine import Uploader
from recon.upload.report import UploadReport
from tests.clock import FakeClock
from tests.recon.scripted_go import DAY, settlement
from tests.recon.store_world import approved, open_store, plan

START = dt.datetime(2026, 3, 17, 6, 0, tzinfo=dt.UTC)
WRITES = {
    "draft": "/JournalEntryVouchers/ManualJournals",
    "posted": "/Vouchers/CashJournals",
    "import": "/Import",
}
"""Where each route writes."""
FAMILIES = {"draft": "draft", "posted": "voucher", "import": "import"}


class World:
    """A folder with a store, and a ledger; the ledger outlives every process of ours."""

    def __init__(self, folder: Path, route: str = "draft", **options: Any) -> None:
        self.clock = FakeClock(START)
        self.go = SandboxPowerOffice(clock=self.clock).start()
        self.folder, self.route = folder, route
        self.options = {"tax_id": "999999999", "requests_per_second": 10, "timeout_seconds": 0.25, **options}
        self.documents: dict[str, Document] = {}
        self.keys = self.go.credentials
        self.batch = ""

    def close(self) -> None:
        """End the ledger."""
        self.go.stop()

    def target(self) -> PowerOfficeTarget:
        """Return a target as a process of its own would open it."""
        return PowerOfficeTarget(
            base_url=self.go.url, v1_url=self.go.v1_url, environment="sandbox", credentials=self.keys, clock=self.clock,
            options=PowerOfficeOptions(route=self.route, **self.options),  # type: ignore[arg-type]
        )  # fmt: skip

    def fault(self, kind: str, **facts: Any) -> None:
        """Let the next write meet a fault."""
        facts = {"method": "POST", "path": WRITES[self.route], **facts}
        self.go.inject(PowerOfficeFault(kind=kind, **facts))

    def approve(self, *numbers: str) -> None:
        """Plan and approve settlements as one batch."""
        rows = []
        for number in numbers:
            day = DAY - dt.timedelta(days=len(self.documents))
            made = settlement(number, issued_on=day, due_on=day)
            document = self.documents.setdefault(made.document_key, made)
            rows.append(
                {
                    "order": number, "kind": "settlement", "number": number, "key": document.document_key,
                    "total": document.total_minor,
                }
            )  # fmt: skip
        with self.target() as target:
            company = target.identify().company_id
        with open_store(self.folder, self.clock) as store:
            self.batch = approved(store, plan(*rows), company=company, inputs=f"inputs of {numbers}").batch_id

    def upload(self, crash: CrashPoints = NO_CRASH) -> UploadReport:
        """Run the uploader once, in a process of its own so to speak."""
        with open_store(self.folder, self.clock, crash=crash) as store, self.target() as target:
            uploader = Uploader(store, target, document_of=self.document_of, crash=crash, free_bytes=lambda _: 10**12)
            return uploader.run(self.batch)

    def document_of(self, row: OutboxRow) -> Document:
        """Return a row's document."""
        return self.documents[row.document_key]

    def finish(self, times: int = 12) -> UploadReport:
        """Run the uploader again, a quarter of an hour apart, until nothing is left to do by itself."""
        for _ in range(times):
            report = self.upload()
            if report.ending in ("done", "waiting"):
                return report
            self.clock.forward(900)
        raise AssertionError(report)

    def states(self) -> dict[str, str]:
        """Return the state of every document of the batch, by its number."""
        with open_store(self.folder, self.clock, writable=False, create=False) as store:
            return {str(row.number): row.state for row in store.outbox.rows(self.batch)}

    def words(self) -> str:
        """Return what the outbox says of the batch's documents."""
        with open_store(self.folder, self.clock, writable=False, create=False) as store:
            return " ".join(row.words or "" for row in store.outbox.rows(self.batch))

    def held(self) -> Counter[str]:
        """Return how often Go holds each settlement, by what tells it apart."""
        found: Counter[str] = Counter()
        for paper in self.go.papers(FAMILIES[self.route]):
            if paper.state != "reversed":
                text = paper.reference or str(paper.body["Description"]).rpartition("[")[2].rstrip("]")
                found[text.removeprefix("999999999/")] += 1
        return found

    def moved(self, number: str, **changes: Any) -> None:
        """Let a document say something else."""
        key = next(key for key, one in self.documents.items() if one.number == number)
        self.documents[key] = replace(self.documents[key], **changes)

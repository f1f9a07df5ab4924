"""What screens and commands ask about proofs: workbooks, journals, states, and whether everything is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon.service.context import quiet
from recon.service.lazily import Lazily

if TYPE_CHECKING:
    from recon.service import books_check, completing, proving, status_report
    from recon.service.books_check import BooksAsked
    from recon.service.context import Context, Progress
    from recon.summaries.books import BooksReport
    from recon.summaries.proof import CompletenessReport
else:
    books_check, completing, proving, status_report = (
        Lazily(f"recon.service.{room}") for room in ("books_check", "completing", "proving", "status_report")
    )


class ProofQuestions:
    """The Audit step of an open workspace."""

    _context: Context

    def audit(
        self,
        batch: str | None = None,
        path: Path | None = None,
        *,
        dry_run: bool = False,
        on_progress: Progress = quiet,
    ) -> dict[str, Any]:
        """Write the audit workbook."""
        return proving.audit(self._context, batch, path, dry_run=dry_run, on_progress=on_progress)

    def journal(
        self, batch: str | None, form: str, path: Path | None = None, *, dry_run: bool = False
    ) -> dict[str, Any]:
        """Write journal entries for hledger or beancount."""
        return proving.journal(self._context, batch, form, path, dry_run=dry_run)

    def verify_books(self, connection: str | None, asked: BooksAsked, *, on_progress: Progress = quiet) -> BooksReport:
        """Hold documents against books that the ledger exported to a file."""
        return books_check.verify_books(self._context, connection, asked, on_progress=on_progress)

    def status(self, connection: str | None = None) -> dict[str, Any]:
        """Return counts and sums of every state."""
        return status_report.status(self._context, connection)

    def completeness(
        self, connection: str | None = None, *, days: int | None = None, every_day: bool = False
    ) -> tuple[CompletenessReport, ...]:
        """Return source against ledger by day and channel: where they differ, of the newest days, or of every day."""
        return completing.reports(self._context, connection, days, every_day=every_day)

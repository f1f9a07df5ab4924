"""What screens and commands ask about tills: accounts of their groups, what is missing, and counted cash."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from recon.match.till_proposals import Proposal
from recon.service.attaching import attach_all, require_attaching, write_sheets
from recon.service.context import Context, Progress, quiet
from recon.service.match_said import MatchEdits
from recon.service.matching import carry_out
from recon.service.returned import planned_frames
from recon.service.sheet_state import sheets_missing
from recon.service.till_counts import CountTable, CountWord, count_edits, count_report, count_table, doubts
from recon.service.till_days import till_days
from recon.service.till_edits import certain_edits, require_till
from recon.service.till_missing import SetupTable, missing_for_till, setup_table
from recon.service.till_table import TillTable, proposals_of, till_table
from recon.summaries.sent import AttachSummary
from recon.summaries.till import CountReport, FormFacts, SetupLine
from recon.summaries.till_days import TillDays


class Tills:
    """The tills of an open workspace."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def accounts(self, connection: str | None) -> TillTable:
        """Return what a till books with its accounts, and the ledger's chart to choose from."""
        return till_table(self._context, connection)

    def proposals(self, connection: str | None, sku: str) -> tuple[Proposal, ...]:
        """Return everything one group's account might be, the likeliest first."""
        name, rules = self._context.connection(connection)
        frames = planned_frames(self._context, name, rules)
        return () if frames is None else tuple(proposals_of(self._context, name, rules, frames, sku))

    def certain(self, connection: str | None) -> tuple[str, ...]:
        """Return what taking all certain proposals would set, in words."""
        name, rules = self._context.connection(connection)
        links, channels, taxes, words = certain_edits(
            self._context, name, rules, planned_frames(self._context, name, rules)
        )
        return tuple(words) if links or channels or taxes else ()

    def missing(self, connection: str | None) -> tuple[SetupLine, ...]:
        """Return what is missing before settlements can go out, each with where to set it."""
        name, rules = self._context.connection(connection)
        require_till(rules)
        frames = planned_frames(self._context, name, rules)
        return () if frames is None else missing_for_till(self._context, name, rules, frames)

    def form(self, connection: str | None) -> FormFacts:
        """Return what the empty form of Z reports is written with."""
        _name, rules = self._context.connection(connection)
        require_till(rules)
        company = self._context.settings.company
        return FormFacts(
            company.name,
            company.currency,
            company.workbook_language,
            tuple(sorted(rules.till.departments)),
            self._context.clock.now(),
        )

    def counts(self, connection: str | None) -> CountReport:
        """Return every settlement with the cash it should have left, and what was counted."""
        name, rules = self._context.connection(connection)
        require_till(rules)
        return count_report(self._context, name, rules, setup=self.missing(name))

    def days(self, connection: str | None) -> TillDays:
        """Return which days have their settlement, which miss one, and which settlements are late."""
        name, rules = self._context.connection(connection)
        require_till(rules)
        return till_days(self._context, name, rules)

    def doubts(self, connection: str | None, words: Sequence[CountWord]) -> list[str]:
        """Return which counts differ so much that a person should look again, in words."""
        name, rules = self._context.connection(connection)
        require_till(rules)
        return doubts(self._context, name, rules, words)

    def count(self, connection: str | None, words: Sequence[CountWord], *, dry_run: bool = False) -> CountReport:
        """Keep what was counted and return all settlements.

        Raises:
            UsageError: A settlement that is not there or was sent already, or an amount that is none; nothing is changed then.
        """
        name, rules = self._context.connection(connection)
        require_till(rules)
        if dry_run:
            _kept, said = count_edits(self._context, name, rules, words)
        else:
            said = list(carry_out(self._context, name, MatchEdits(counts=tuple(words))))
        return count_report(self._context, name, rules, changes=said, setup=self.missing(name))

    def attach(
        self, connection: str | None, *, stop: threading.Event, on_progress: Progress = quiet
    ) -> tuple[tuple[str, AttachSummary], ...]:
        """Put on their vouchers the Z reports that are not there yet; return what each batch has now."""
        return attach_all(self._context, connection, stop=stop, on_progress=on_progress)

    def sheets_missing(self, connection: str | None) -> int:
        """Return how many settlements in the ledger lack their Z report."""
        name, _rules = require_attaching(self._context, connection)
        return sheets_missing(self._context, name)

    def write_sheets(
        self, connection: str | None, folder: Path, number: str | None = None
    ) -> tuple[tuple[str, Path], ...]:
        """Write Z reports into a folder as they would be attached: those that lack, or one."""
        return write_sheets(self._context, connection, folder, number)

    def count_table(self, connection: str | None) -> CountTable:
        """Return every settlement with its cash, as a screen lists them."""
        return count_table(self._context, connection)

    def setup_table(self, connection: str | None) -> SetupTable:
        """Return what is missing, as a screen lists it, and the departments there are."""
        return setup_table(self._context, connection)

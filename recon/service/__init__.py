"""The whole application seen from outside: everything a command or a screen can ask for. Blocking; shows nothing."""

# ruff: noqa: TC004 - rooms are imported for the type checker, and stand there as `Lazily` while the program runs
from __future__ import annotations

import datetime as dt
import importlib
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from recon.errors import UsageError
from recon.ports import Patience, for_ever
from recon.service.context import quiet
from recon.service.file_questions import FileQuestions
from recon.service.lazily import Lazily
from recon.service.match_questions import MatchQuestions
from recon.service.proof_questions import ProofQuestions

if TYPE_CHECKING:
    import polars as pl

    from recon.config.settings import Settings
    from recon.review.records import DecisionReport, DoorView
    from recon.review.table import ReviewTable
    from recon.service import (
        approving,
        checking,
        connecting,
        deciding,
        part_approval,
        planning,
        pulling,
        reading,
        reviewing,
        sending,
        settling,
        showing,
        taken,
        taking_in,
        waiting,
    )
    from recon.service import detail as details
    from recon.service import door as second_door
    from recon.service import overview as overviews
    from recon.service import upload_door as upload_doors
    from recon.service import upload_state as upload_states
    from recon.service.context import Context, Outside, Progress
    from recon.service.match_said import MatchEdits
    from recon.service.settling import PersonsWord
    from recon.service.till_counts import CountWord
    from recon.service.upkeep import Upkeep
    from recon.service.upload_records import CompanyCheck, UploadDoor, UploadState
    from recon.summaries.documents import DocumentRow, DocumentView
    from recon.summaries.intake import CauseLine, IntakeReport
    from recon.summaries.plans import BatchView, PlanReport
    from recon.summaries.sent import UploadSummary, VerifySummary
    from recon.summaries.settled import SettleReport
else:
    _ROOMS = [
        "approving",
        "checking",
        "connecting",
        "deciding",
        "part_approval",
        "planning",
        "pulling",
        "reading",
        "reviewing",
        "sending",
        "settling",
        "showing",
        "taken",
        "taking_in",
        "waiting",
    ]
    globals().update({room: Lazily(f"{__name__}.{room}") for room in _ROOMS})
    details, second_door, overviews, upload_doors, upload_states = (
        Lazily(f"{__name__}.{room}") for room in ("detail", "door", "overview", "upload_door", "upload_state")
    )

_ELSEWHERE = {"CountWord": "till_counts", "MatchEdits": "match_said", "Outside": "context", "PersonsWord": "settling"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's own hook
    """Return what belongs to the service and stands in a room of its own."""
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_ELSEWHERE[name]}"), name)


__all__ = ["CountWord", "MatchEdits", "Outside", "PersonsWord", "ReconService"]


class ReconService(FileQuestions, MatchQuestions, ProofQuestions):
    """One open workspace. Use it in a ``with`` block, so that the next one may write."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def __enter__(self) -> ReconService:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.store.close()

    @property
    def settings(self) -> Settings:
        """Settings as they were when the workspace was opened."""
        return self._context.settings

    @property
    def notes(self) -> tuple[str, ...]:
        """What the person should be told beside the result, and what is odd about this folder."""
        return (*self._context.store.notices, *self._context.notes)

    @property
    def upkeep(self) -> Upkeep:
        """Settings, keys, proofs and the state of the folder."""
        from recon.service.upkeep import Upkeep

        return Upkeep(self._context)

    def keep_secrets(self, name: str, values: dict[str, str], *, keep: str) -> None:
        """Put a connection's keys into the key store (or the owner-only file)."""
        connecting.keep_secrets(self._context, name, values, keep=keep)

    def connect(
        self,
        name: str,
        *,
        sides: tuple[str, ...],
        set_accounts: bool,
        given: dict[str, str] | None = None,
        keep: str = "keyring",
        dry_run: bool = False,
        lists: Path | None = None,
    ) -> connecting.ConnectionReport:
        """Ask both sides who they are and read the ledger's lists; keys given are kept only if they open the right door.

        ``lists``: an export of the ledger's lists, where it has no API to ask.
        """
        if given:
            self._context.outside.lend_secrets(name, given)
        if lists is not None:
            self._context.outside.lend_lists(name, lists)
        report = connecting.connect(self._context, name, sides=sides, set_accounts=set_accounts, dry_run=dry_run)
        self._reload()
        if given and not dry_run:
            connecting.keep_secrets(self._context, name, given, keep=keep)
        return report

    def import_files(
        self,
        paths: Sequence[Path],
        *,
        connection: str | None = None,
        profile: str | None = None,
        dry_run: bool = False,
        on_progress: Progress = quiet,
    ) -> IntakeReport:
        """Take in order exports."""
        return taking_in.import_files(
            self._context, paths, connection=connection, profile=profile, dry_run=dry_run, on_progress=on_progress
        )

    def pull(
        self,
        connection: str | None,
        *,
        since: dt.date | None,
        until: dt.date | None,
        by: str = "updated",
        status: str = "",
        payment_status: str = "",
        orders: Sequence[str] = (),
        dry_run: bool = False,
        on_progress: Progress = quiet,
    ) -> IntakeReport:
        """Fetch orders from the shop system's API; ``orders`` names those to ask for (BentoWeb)."""
        return pulling.pull(
            self._context,
            connection=connection,
            since=since,
            until=until,
            by=by,
            status=status,
            payment_status=payment_status,
            orders=orders,
            dry_run=dry_run,
            on_progress=on_progress,
        )

    def pull_products(self, connection: str | None, *, dry_run: bool = False) -> int:
        """Fetch the shop system's product list; its names help suggestions."""
        return pulling.pull_products(self._context, connection, dry_run=dry_run)

    def plan(
        self,
        connection: str | None = None,
        *,
        dry_run: bool = False,
        rows: int | None = None,
        on_progress: Progress = quiet,
    ) -> PlanReport:
        """Work out the documents that should stand in the ledger and do not."""
        return planning.plan(self._context, connection, dry_run=dry_run, rows=rows, on_progress=on_progress)

    def confirmation_needed(self, batch: str) -> str:
        """Return what must be typed to approve a live batch; empty where the ledger is not live."""
        return sending.confirmation_needed(self._context, batch)

    def approve(self, batch: str, *, actor: str, confirm: str | None = None, dry_run: bool = False) -> BatchView:
        """Bind a person's name to exactly the documents of a batch."""
        return approving.approve_batch(self._context, batch, actor=actor, confirm=confirm, dry_run=dry_run)

    def review(self, connection: str | None = None) -> ReviewTable:
        """Return every document of the newest batch and every held order beside it, to look at."""
        return reviewing.review(self._context, connection)

    def review_rows(self, table: ReviewTable, names: Sequence[str]) -> pl.Series:
        """Return the positions of rows named by key, number, order number or order key."""
        return reviewing.named_rows(table, names)

    def review_documents(self, table: ReviewTable, order: pl.Series) -> tuple[DocumentRow, ...]:
        """Return the documents among some rows as list rows, in the plan's order."""
        return reviewing.review_documents(self._context, table, order)

    def decide(
        self,
        connection: str | None,
        keys: Sequence[str] | pl.Series,
        decision: str,
        reason: str = "",
        *,
        dry_run: bool = False,
    ) -> DecisionReport:
        """Approve or reject documents by the keys of their rows, or put them back (approved, rejected, draft)."""
        return deciding.decide(self._context, connection, keys, decision, reason=reason, dry_run=dry_run)

    def undo(self, connection: str | None = None) -> DecisionReport:
        """Take back the newest decision."""
        return deciding.undo(self._context, connection)

    def redo(self, connection: str | None = None) -> DecisionReport:
        """Do again what was undone last."""
        return deciding.redo(self._context, connection)

    def undo_name(self, connection: str | None = None) -> str:
        """Return what would be undone next, e.g. ``approve 12``; empty: nothing."""
        return deciding.undo_name(self._context, connection)

    def undo_refused(self, connection: str | None = None) -> str:
        """Return why that cannot be undone any more; empty: it can, or there is nothing."""
        return deciding.undo_refused(self._context, connection)

    def redo_name(self, connection: str | None = None) -> str:
        """Return what would be done again next; empty: nothing."""
        return deciding.redo_name(self._context, connection)

    def door(self, connection: str | None = None) -> DoorView:
        """Return what a person looks at before exactly the approved documents are sealed as a batch."""
        return second_door.door(self._context, connection)

    def approve_decided(self, connection: str | None, actor: str, confirm: str | None = None) -> BatchView:
        """Seal exactly the approved documents of the newest draft; what is left becomes a draft of its own."""
        return part_approval.approve_decided(self._context, connection, actor=actor, confirm=confirm)

    def upload(
        self,
        batch: str,
        *,
        limit: int | None = None,
        stop: threading.Event | None = None,
        on_progress: Progress = quiet,
        dry_run: bool = False,
    ) -> UploadSummary:
        """Send what is approved, each document once."""
        return sending.upload(
            self._context,
            batch,
            limit=limit,
            stop=stop or threading.Event(),
            on_progress=on_progress,
            dry_run=dry_run,
        )

    def confirm_taken(self, batch: str, path: Path, *, dry_run: bool = False) -> UploadSummary:
        """Settle the documents of an import file by the ledger's own list of numbers."""
        return taken.confirm_taken(self._context, batch, path, dry_run=dry_run)

    def upload_state(self, batch: str | None = None) -> UploadState:
        """Return where a batch stands on its way to the ledger; without a name the one to look at first."""
        return upload_states.upload_state(self._context, batch)

    def upload_door(self, batch: str) -> UploadDoor:
        """Return what a person looks at once more before a batch is sent."""
        return upload_doors.upload_door(self._context, batch)

    def check_company(self, batch: str, *, patience: Patience = for_ever) -> CompanyCheck:
        """Ask the ledger who it is, and compare with the company a batch was made for."""
        return upload_doors.check_company(self._context, batch, patience=patience)

    def stop_upload(self, batch: str) -> bool:
        """Ask the upload that sends a batch to stop after the document in hand; False: none runs."""
        return upload_states.stop_upload(self._context, batch)

    def settle(self, documents: Sequence[str], said: PersonsWord, *, dry_run: bool = False) -> SettleReport:
        """End documents that wait for a person, by that person's word and after a look at the ledger."""
        return settling.settle(self._context, documents, said, dry_run=dry_run)

    def waiting(self) -> tuple[str, ...]:
        """Return the documents that wait for a person, each with the command that settles it."""
        return tuple(waiting.waiting_lines(waiting.waiting_rows(self._context, self._context.settings.connections)))

    def verify(self, batch: str, *, on_progress: Progress = quiet) -> VerifySummary:
        """Read the ledger back and compare."""
        return checking.verify_batch(self._context, batch, on_progress=on_progress)

    def verify_chain(self) -> tuple[str, int]:
        """Check the event log; return head and length."""
        return checking.verify_chain(self._context)

    def verify_workbook(self, path: Path) -> tuple[list[str], bool, list[str]]:
        """Check a workbook's control totals and its chain head."""
        return checking.verify_workbook(self._context, path)

    def overview(self) -> overviews.Overview:
        """Return the state of everything, and what waits for whom."""
        return overviews.overview(self._context)

    def events(
        self, *, limit: int = 200, before: int | None = None, kinds: tuple[str, ...] = ()
    ) -> tuple[overviews.EventLine, ...]:
        """Return entries of the event log, newest first, of all kinds or of some."""
        return overviews.events(self._context, limit=limit, before=before, kinds=kinds)

    def detail(self, connection: str | None, key: str, *, whole: bool = False) -> details.Detail:
        """Return everything about one row of the review table; ``whole``: also the file's rows and what changed."""
        return details.detail(self._context, connection, key, whole=whole)

    def show(self, name: str) -> tuple[DocumentView, ...]:
        """Return a document whole; several where the name is an order's."""
        return showing.show(self._context, name)

    def documents(
        self, batch: str | None = None, *, kind: str | None = None, states: tuple[str, ...] = ()
    ) -> tuple[str, tuple[DocumentRow, ...]]:
        """Return the documents of a batch."""
        return reading.documents(self._context, batch, kind=kind, states=states)

    def findings(
        self, connection: str | None = None, *, code: str | None = None
    ) -> tuple[tuple[CauseLine, ...], list[dict[str, Any]]]:
        """Return findings by cause and row by row."""
        return reading.findings(self._context, connection, code=code)

    def orders(self, connection: str | None = None, *, held: bool = False) -> list[dict[str, Any]]:
        """Return orders with where their money went."""
        return reading.orders(self._context, connection, held=held)

    def adopt(self, *, dry_run: bool = False) -> None:
        """Make a copied workspace one of its own.

        Raises:
            UsageError: It is no copy.
        """
        if not self._context.store.is_copy:
            raise UsageError("This workspace is no copy of another one. Nothing was done.")
        if not dry_run:
            self._context.notes.extend(
                self._context.outside.leave_behind()
            )  # before it counts as its own, so that a crash leaves no tie
            self._context.store.adopt(who=self._context.actor)

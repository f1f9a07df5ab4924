"""Looking after a workspace: its settings and keys, what proves its batches, and the state of its own folder.

Steps of the pipeline have façade methods of their own; this is what stands beside them.
"""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recon.domain.providers import keys_of
from recon.errors import ReconError, SecretsError
from recon.ports import SecretStore
from recon.service.context import Context, Progress, quiet
from recon.service.setting_sheet import SettingLine, change_settings, setting_lines
from recon.store.lock import Holder, holder_of
from recon.targets.base import Company

if TYPE_CHECKING:
    from recon.service.account_proposals import AccountProposal
    from recon.service.lost_answers import LostAnswer, LostDocument
    from recon.service.run_state import Notice
    from recon.service.scheduled import RunReport
    from recon.service.vat_report import VatReport
    from recon.summaries.checks import ConnectionChecks


@dataclass(frozen=True, slots=True)
class OtherSide:
    """Who answers on the other side of a connection; None: not asked."""

    ledger: Company | None
    shop: str | None


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key of a connection; its value is never shown."""

    connection: str
    system: str
    name: str
    place: str
    """file, key-store, nowhere, or no-key-store."""


@dataclass(frozen=True, slots=True)
class Answered:
    """When the ledger of a connection last said who it is."""

    connection: str
    company: str
    at: str


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A file that proves something: a workbook, a journal, an import file."""

    path: Path
    kind: str
    """workbook, journal or import-file."""
    size: int
    is_ours: bool
    """The event log tells that we wrote it; known of workbooks only."""


@dataclass(frozen=True, slots=True)
class FolderState:
    """How the workspace's own folder stands."""

    root: Path
    private: Path
    free_bytes: int
    store_bytes: int
    backups: int
    newest_backup: str
    """Name of the file; empty: there is none."""
    holder: Holder | None
    """Who writes here now; None: nobody."""
    newest_event_at: str
    now: dt.datetime
    notices: tuple[str, ...]
    answered: tuple[Answered, ...]


class Upkeep:
    """What a person asks beside the steps; part of the service."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def vat(self, month: str, connection: str | None = None) -> VatReport:
        """Return the VAT of a month, like 2026-06, over everything one company's connections have posted."""
        from recon.service.vat_report import vat_report

        return vat_report(self._context, month, connection)

    def require_own(self) -> None:
        """Refuse to go on in a copy that nobody adopted.

        Raises:
            StoreError: This is such a copy.
        """
        self._context.store.require_own()

    def state_lost(self, said: LostAnswer, *, dry_run: bool = False) -> tuple[LostDocument, ...]:
        """Write down a person's word on something whose answer can never be asked for again; returns what waits for a person now."""
        from recon.service.lost_answers import state_lost

        return state_lost(self._context, said, dry_run=dry_run)

    @property
    def audit_folder(self) -> Path:
        """Where workbooks go."""
        return self._context.workspace.audit

    @property
    def now(self) -> dt.datetime:
        """The moment it is."""
        return self._context.clock.now()

    def note_vat(self, report: VatReport, path: Path) -> None:
        """Enter in the event log which workbook was written, and with which figures."""
        from recon.service.vat_report import note_written

        note_written(self._context, report, path)

    def settings(self) -> tuple[SettingLine, ...]:
        """Return every setting as recon.toml stands now."""
        return setting_lines(self._context)

    def change_settings(self, typed: Mapping[tuple[str, ...], str]) -> tuple[str, ...]:
        """Write settings a person typed; raises SettingsError naming everything that is wrong."""
        return change_settings(self._context, typed)

    def account_proposals(self, connection: str | None) -> tuple[AccountProposal, ...]:
        """Return the accounts proposed from the ledger's chart, as read last, for settings that name none."""
        from recon.service.connecting import account_proposals

        return tuple(account_proposals(self._context, self._context.connection(connection)[0]))

    def take_accounts(
        self, connection: str | None, settings: Sequence[str] | None = None
    ) -> tuple[AccountProposal, ...]:
        """Write proposed accounts (``settings``: only those) into recon.toml; raises SettingsError where it cannot take them."""
        from recon.service.connecting import take_accounts

        return tuple(take_accounts(self._context, self._context.connection(connection)[0], settings))

    def run(
        self, connection: str | None, *, if_due: bool, stop: threading.Event, on_progress: Progress = quiet
    ) -> RunReport:
        """Fetch, match and plan as the timer does; approve and send only within the limits a person set."""
        from recon.service.scheduled import run

        return run(self._context, connection, if_due=if_due, stop=stop, on_progress=on_progress)

    def check_list(
        self, connection: str | None, *, offline: bool, timer_installed: bool | None = None
    ) -> ConnectionChecks:
        """Return what is in order and what is missing before a connection's orders can be posted; keeps nothing."""
        from recon.service.check_list import check_list

        return check_list(self._context, connection, offline=offline, timer_installed=timer_installed)

    def is_batch(self, name: str) -> bool:
        """Return whether there is a batch of this name."""
        return any(batch.batch_id == name for batch in self._context.store.batches.all())

    def run_notice(self, connection: str | None, ended: RunReport | ReconError) -> Notice | None:
        """Return what a person is to be told of a run that ended, or failed; None: nothing."""
        from recon.service.scheduled import notice_of

        return notice_of(self._context, connection, ended)

    def note_told(self, connection: str | None, how: str, problem: str) -> None:
        """Write down that a person was told of the last run, or why nobody could be."""
        from recon.service.run_state import note_told

        note_told(self._context, self._context.connection(connection)[0], how, problem)

    def kept_keys(self) -> tuple[KeyLine, ...]:
        """Return which keys are kept, and where; never what they are."""
        found = []
        for name, rules in self._context.settings.connections.items():
            file, store = (self._context.outside.secrets(name, keep=place) for place in ("file", "keyring"))
            for system in (rules.source, rules.target):
                found += [KeyLine(name, system, key, _place(name, key, file, store)) for key in keys_of(system)]
        return tuple(found)

    def who_answers(self, name: str, given: Mapping[str, str], *, ledger: bool, shop: bool) -> OtherSide:
        """Ask the ledger or the shop who they are, with these keys; nothing is kept.

        Raises:
            TargetUnavailable, SourceUnavailable, SecretsError: Not reached, or the keys are wrong or missing.
        """
        context, rules = self._context, self._context.settings.connections[name]
        context.outside.lend_secrets(name, given)
        company = says = None
        if ledger:
            with context.outside.target(name, rules) as target:
                company = target.verify()
        if shop:
            with context.outside.shop(name, rules) as client:
                says = client.verify()
        return OtherSide(company, says)

    def proofs(self) -> tuple[ProofFile, ...]:
        """Return workbooks, journals and import files of this workspace, by name."""
        written = {
            str(event.facts.get("name"))
            for event in self._context.store.events.newest(limit=1_000, kinds=("workbook",))
        }
        kinds = {".xlsx": "workbook", ".journal": "journal", ".beancount": "journal"}
        found = []
        for folder, kind in ((self._context.workspace.audit, ""), (self._context.workspace.outgoing, "import-file")):
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                what = kind or kinds.get(path.suffix, "")
                if what and path.is_file() and not path.name.startswith((".", "~")):
                    found.append(ProofFile(path, what, path.stat().st_size, path.name in written))
        return tuple(found)

    def folder(self) -> FolderState:
        """Return how the workspace's own folder stands."""
        context = self._context
        workspace, store = context.workspace, context.store
        backups = sorted(path.name for path in (workspace.private / "backups").glob("store-*.db"))
        newest = store.events.newest(limit=1)
        seen = [(name, store.catalog.verified(name)) for name in context.settings.connections]
        return FolderState(
            root=workspace.root,
            private=workspace.private,
            free_bytes=shutil.disk_usage(workspace.root).free,
            store_bytes=workspace.store_file.stat().st_size,
            backups=len(backups),
            newest_backup=backups[-1] if backups else "",
            holder=None if store.database.writable else holder_of(workspace.private),
            newest_event_at=newest[0].at if newest else "",
            now=context.clock.now(),
            notices=context.store.notices,
            answered=tuple(Answered(name, known.name, known.verified_at) for name, known in seen if known is not None),
        )


def _place(name: str, key: str, file: SecretStore, store: SecretStore) -> str:
    """Return where a key is kept, without keeping hold of it."""
    try:
        file.get(name, key)
    except SecretsError:
        pass
    else:
        return "file"
    try:
        store.get(name, key)
    except SecretsError as error:
        return "nowhere" if str(error).startswith("No ") else "no-key-store"
    return "key-store"

"""The one place that knows everybody: builds the service with the ledgers, shops, key stores and writers of this machine."""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

from recon.config.connection import Connection
from recon.config.settings import Settings
from recon.crash import NO_CRASH, CrashPoints
from recon.domain.document import Document
from recon.domain.z_report import SettlementSheet
from recon.errors import UsageError
from recon.money import parse_minor
from recon.ports import Clock, Patience, SecretStore, SystemClock, for_ever
from recon.secrets import SHOP_TOKEN_ENTRY, TOKEN_ENTRY, FileSecrets, KeptTokens, KeyringSecrets, LayeredSecrets
from recon.service import ReconService
from recon.service.context import Context, Frames, Progress, Rows, ShopClient
from recon.store.store import Store
from recon.summaries.channels import ChannelLine
from recon.summaries.match import ProductLine
from recon.summaries.till import CountLine, TillLine
from recon.targets.base import Capabilities, Catalog, Target
from recon.views import AuditDossier
from recon.workspace import Workspace, find_workspace
from tui.access import Access
from tui.crashing import crash_points
from tui.i18n import _
from tui.provider_files import files_of
from tui.providers import LEDGERS, SHOPS, left_behind

if TYPE_CHECKING:
    from exports.audit_frames import AuditFrames
    from tui.till_workbook import ReadMappings

APP: Final = "recon"


def open_service(args: argparse.Namespace, *, write: bool = True) -> ReconService:
    """Open the workspace a command is about."""
    workspace = find_workspace(Path(args.workspace or ".").resolve())
    return service_for(workspace, clock=SystemClock(), actor=getattr(args, "actor", None) or "", write=write)


def service_for(
    workspace: Workspace,
    *,
    clock: Clock,
    actor: str = "",
    write: bool = True,
    config_folder: Path | None = None,
    wiring: type[Wiring] | None = None,
) -> ReconService:
    """Open a workspace. The store is made with the first writing command."""
    settings = workspace.settings()
    traces = (workspace.store_file, workspace.private / "head")
    if not write and not any(trace.exists() for trace in traces):
        raise UsageError(
            _("Nothing was done in {folder} yet. Begin with `recon connect` or `recon import FILE`.").format(
                folder=workspace.root
            )
        )
    os_user = _os_user()
    folder = config_folder or Path(platformdirs.user_config_path(APP))
    crash = crash_points()
    store = Store.open(
        workspace.private,
        clock=clock,
        actor=actor or os_user,
        writable=write,
        create=write,
        anchors=folder / "heads",
        crash=crash,
    )
    outside = (wiring or Wiring)(workspace, settings, clock, folder, store.identity.workspace_id, crash)
    outside.require_own = store.require_own
    return ReconService(Context(workspace, settings, store, clock, actor or os_user, os_user, outside))


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}" if hasattr(os, "getuid") else "unknown"


class Wiring:
    """What lies outside the core, on this machine; see recon.service.context.Outside."""

    sandbox_durable = True
    """Whether the sandbox ledger flushes each commit to the disk, like a real one."""

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        clock: Clock,
        config_folder: Path,
        workspace_id: str,
        crash: CrashPoints = NO_CRASH,
    ) -> None:
        self._workspace = workspace
        self._settings = settings
        self._clock = clock
        self._secrets_file = config_folder / "secrets.json"
        self._workspace_id = workspace_id
        self._crash = crash
        self._lent: dict[str, dict[str, str]] = {}
        self._token_shelves: dict[tuple[str, str], KeptTokens] = {}
        self._lists: dict[str, Path] = {}
        self.require_own: Callable[[], None] = lambda: None
        """Raises StoreError in a copied workspace that nobody adopted."""

    def target(
        self, name: str, connection: Connection, *, batch_id: str = "", known: Catalog | None = None,
        patience: Patience = for_ever,
    ) -> AbstractContextManager[Target]:  # fmt: skip
        """Return the ledger of a connection; ``known`` is its master data as last read."""
        access = self._access(name, connection, TOKEN_ENTRY)
        return LEDGERS[connection.target].open(replace(access, batch_id=batch_id, known=known, patience=patience))

    def capabilities(self, name: str, connection: Connection) -> Capabilities:
        """Return what the ledger can do, without asking it."""
        return LEDGERS[connection.target].capabilities(self._access(name, connection, TOKEN_ENTRY))

    def shop(self, name: str, connection: Connection) -> AbstractContextManager[ShopClient]:
        """Return the shop system's API of a connection."""
        return SHOPS[connection.source](self._access(name, connection, SHOP_TOKEN_ENTRY))

    def _access(self, name: str, connection: Connection, entry: str) -> Access:
        def keys(wanted: tuple[str, ...]) -> dict[str, str]:
            secrets = self.secrets(name, keep="")
            return {key: secrets.get(name, key) for key in wanted}

        return Access(
            connection=connection,
            settings=self._settings,
            workspace=self._workspace,
            clock=self._clock,
            keys=keys,
            tokens=lambda key: self._tokens(name, key, entry),
            crash=self._crash,
            durable=self.sandbox_durable,
            lists=self._lists.get(name),
            require_own=self.require_own,
        )

    def _tokens(self, name: str, key: str, entry: str) -> KeptTokens:
        """Return where tokens given for a key are kept between commands: beside it."""
        if (name, entry) not in self._token_shelves:
            store = self.secrets(name, keep="")
            self._token_shelves[name, entry] = (
                store.tokens(name, key, entry=entry) if isinstance(store, LayeredSecrets) else KeptTokens(None, name)
            )
        return self._token_shelves[name, entry]

    def _forget_tokens(self, name: str) -> None:
        for entry in (TOKEN_ENTRY, SHOP_TOKEN_ENTRY):
            self._token_shelves.pop((name, entry), None)

    def secrets(self, name: str, *, keep: str) -> SecretStore:
        """Return where keys of a connection are kept: as asked, else where they were put."""
        file = FileSecrets(self._secrets_file, self._workspace_id, crash=self._crash)
        store = KeyringSecrets(self._workspace_id)
        if keep:
            return file if keep == "file" else store
        return LayeredSecrets(self._lent.get(name, {}), file, store)

    def lend_secrets(self, name: str, values: Mapping[str, str]) -> None:
        """Use these keys in this process, before those that are kept."""
        self._lent[name] = dict(values)
        self._forget_tokens(name)

    def lend_lists(self, name: str, path: Path) -> None:
        """Use this export of a ledger's lists in this process."""
        if not LEDGERS[self._settings.connections[name].target].takes_lists:
            raise UsageError(
                f"The ledger of {name} is asked for its lists; it takes no list export. Leave --lists away."
            )
        self._lists[name] = path

    def keep_secrets(self, name: str, values: Mapping[str, str], *, keep: str) -> None:
        """Keep keys as asked; what the key store takes leaves the file, so that no older key is used instead."""
        store = self.secrets(name, keep=keep)
        for key, value in values.items():
            store.put(name, key, value)
        if keep != "file":
            gone = (*values, TOKEN_ENTRY, SHOP_TOKEN_ENTRY)
            FileSecrets(self._secrets_file, self._workspace_id, crash=self._crash).forget(name, gone)
        self._forget_tokens(name)

    def leave_behind(self) -> tuple[str, ...]:
        """Put away what ties this copied folder to the outside connections of its original."""
        return left_behind(self._workspace, self._clock)

    def write_workbook(
        self, dossier: AuditDossier, frames: Frames, rows: Rows, path: Path, on_progress: Progress
    ) -> tuple[Path, str, str]:
        """Write the audit workbook; return where it lies, its seal, and one sentence about it."""
        from exports.audit_workbook import write_audit_workbook
        from tui.workbook_words import words_of

        written = write_audit_workbook(
            dossier,
            _audit_frames(frames, rows),
            path,
            words=words_of(dossier.language),
            on_progress=lambda what, done, whole: on_progress(f"{what}: {done * 100 // max(whole, 1)} %"),
            crash=self._crash,
        )
        return written.path, written.seal, written.message

    def check_workbook(self, path: Path) -> tuple[list[str], str, str, list[str]]:
        """Return problems of a workbook, the chain head and seal printed in it, and notes about one of an earlier version."""
        from exports.verify_workbook import verify_workbook
        from tui.workbook_words import all_words

        found = verify_workbook(path, languages=all_words())
        return list(found.problems), found.chain_head, found.seal, list(found.notes)

    def write_journal(
        self, frames: Frames, rows: Rows, path: Path, *, program: str, names: Mapping[str, tuple[str, str]], title: str
    ) -> tuple[Path, int]:
        """Write documents as journal entries; return where, and how many."""
        from exports.journal import JournalAccount, write_journal

        accounts = {code: JournalAccount(root, name) for code, (root, name) in names.items()}  # type: ignore[arg-type]  # roots are one of five words
        written = write_journal(
            _audit_frames(frames, rows),
            path,
            format=program,  # type: ignore[arg-type]  # one of two words
            accounts=accounts,
            title=title,
            crash=self._crash,
        )
        return written.path, written.entries

    def write_mappings(
        self,
        path: Path,
        *,
        products: Sequence[ProductLine],
        channels: Sequence[ChannelLine],
        catalog: Catalog,
        groups: Sequence[TillLine] = (),
        counts: Sequence[CountLine] | None = None,
    ) -> Path:
        """Write the mapping workbook."""
        import polars as pl

        from exports.mapping_workbook import AS_TEXT, CHANNEL_ROWS, PRODUCT_ROWS, write_mappings
        from tui.till_workbook import till_sheets
        from tui.workbook_words import words_of

        product_rows = [
            (
                p.sku or None,
                p.name,
                p.lines,
                parse_minor(p.amount),
                p.product_code or (AS_TEXT if p.state == "text" else None),
                _STATES.get(p.state, p.state),
                p.suggestion,
                p.reason,
            )
            for p in products
        ]
        channel_rows = [
            (c.channel, c.orders, parse_minor(c.amount), c.method, _STATES.get(c.state, c.state), None, "")
            for c in channels
        ]
        return write_mappings(
            path,
            products=pl.DataFrame(product_rows, schema=PRODUCT_ROWS, orient="row"),
            channels=pl.DataFrame(channel_rows, schema=CHANNEL_ROWS, orient="row"),
            ledger_products=catalog.products,
            methods=catalog.methods,
            title=self._settings.company.name,
            currency=self._settings.company.currency,
            written_at=self._clock.now(),
            words=words_of(self._settings.company.workbook_language),
            till=None if counts is None else till_sheets(groups, counts, catalog),
            crash=self._crash,
        )

    def read_mappings(self, path: Path, skus: frozenset[str]) -> ReadMappings:
        """Read the mapping workbook."""
        from exports.mapping_workbook import read_mappings
        from exports.till_sheets import read_till_sheets
        from tui.till_workbook import ReadMappings
        from tui.workbook_words import all_words

        edits, sheets = (
            read_mappings(path, skus=skus, languages=all_words()),
            read_till_sheets(path, languages=all_words()),
        )
        return ReadMappings(
            edits.products, edits.channels, sheets.accounts, sheets.counts, (*edits.problems, *sheets.problems)
        )

    def settlement_sheet(self, sheet: SettlementSheet, language: str) -> bytes:
        """Return the sheet of a settlement's voucher as PDF."""
        from exports.z_report_pdf import z_report_pdf
        from tui.workbook_words import words_of

        return z_report_pdf(sheet, words_of(language))

    def write_import_files(self, documents: Sequence[Document], batch_id: str, rules: Connection) -> tuple[Path, ...]:
        """Write the import files of a whole batch."""
        return tuple(files_of(rules).write(documents, self._workspace.outgoing, batch_id, rules, self._crash))

    def read_confirmation(self, path: Path, rules: Connection) -> Mapping[str, int]:
        """Read the numbers a ledger took in, and how often each stands there."""
        return files_of(rules).taken(path, rules)


_STATES: Final = {
    "unlinked": "not linked",
    "suggested": "not linked",
    "to-create": "not linked",
    "unmapped": "not mapped",
    "cash": "mapped",
    "not-needed": "needs none",
}


def _audit_frames(frames: Frames, rows: Rows) -> AuditFrames:
    from exports import audit_frames as tables

    schemas = {
        "outbox": tables.OUTBOX,
        "attempts": tables.ATTEMPTS,
        "files": tables.FILES,
        "approvals": tables.APPROVALS,
        "mappings": tables.MAPPINGS,
        "events": tables.EVENTS,
        "settlements": tables.SETTLEMENTS,
    }
    return tables.audit_frames(
        **frames, **{name: tables.log_frame(listed, schemas[name]) for name, listed in rows.items()}
    )

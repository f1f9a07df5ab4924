"""The one place that knows everybody: builds the service with the ledgers, shops, key stores and writers of this machine."""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

from recon.config import Connection, Settings
from recon.crash import NO_CRASH, CrashPoints
from recon.domain.document import Document
from recon.errors import UsageError
from recon.money import parse_minor
from recon.ports import Clock, SecretStore, SystemClock
from recon.secrets import SHOP_TOKEN_ENTRY, TOKEN_ENTRY, FileSecrets, KeptTokens, KeyringSecrets, LayeredSecrets
from recon.service import ReconService
from recon.service.context import Context, Frames, Progress, Rows, ShopClient
from recon.store.store import Store
from recon.summaries import ChannelLine, ProductLine
from recon.targets.base import Capabilities, Catalog, Target
from recon.views import AuditDossier
from recon.workspace import Workspace, find_workspace
from tui.crashing import crash_points
from tui.i18n import _
from tui.output import Output

if TYPE_CHECKING:
    from exports.audit_frames import AuditFrames
    from exports.mapping_workbook import MappingEdits
    from recon.targets.peak import PeakOptions

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
        self._token_shelves: dict[str, KeptTokens] = {}

    def target(
        self, name: str, connection: Connection, *, batch_id: str = "", known: Catalog | None = None
    ) -> AbstractContextManager[Target]:
        """Return the ledger of a connection; ``known`` is its master data as last read."""
        if connection.target == "peak-file":
            return self._file_target(connection, batch_id, known)
        return (
            self._sandbox(connection, known) if connection.target == "sandbox" else self._peak(name, connection, known)
        )

    def capabilities(self, name: str, connection: Connection) -> Capabilities:
        """Return what the ledger can do, without asking it."""
        del name
        if connection.target == "peak-file":
            from exports.import_files.peak_excel import PeakExcel

            return PeakExcel(self._workspace.outgoing, "").capabilities
        from recon.targets.peak.target import capabilities

        return capabilities(self._options(connection))

    def _options(self, connection: Connection) -> PeakOptions:
        from recon.targets.peak import PeakOptions

        ledger, accounts = connection.ledger, connection.accounts
        return PeakOptions(
            numbering=connection.numbering,
            signature_encoding=ledger.signature_encoding,
            timeout_seconds=ledger.timeout_seconds,
            lookup_grace_seconds=ledger.lookup_grace_seconds,
            number_max_length=ledger.number_max_length,
            journal_book=connection.purchases.journal_book,
            needed_accounts={"accounts.sales": accounts.sales} if accounts.sales else {},
        )

    @contextmanager
    def _peak(self, name: str, connection: Connection, known: Catalog | None) -> Iterator[Target]:
        from recon.targets.peak import PeakTarget
        from recon.targets.peak.options import PRODUCTION_URL, UAT_URL

        secrets = self.secrets(name, keep="")
        keys = {key: secrets.get(name, key) for key in ("connect_id", "connect_key", "user_token")}
        environment = connection.ledger.environment
        base_url = connection.ledger.base_url or (UAT_URL if environment == "test" else PRODUCTION_URL)
        with PeakTarget(
            base_url=base_url,
            environment=environment,
            credentials=keys,
            clock=self._clock,
            options=self._options(connection),
            catalog=known,
            token_cache=self._tokens(name),
            on_wait=lambda text: Output(as_json=True).note(f"note: {text}"),
        ) as target:
            yield target

    def _tokens(self, name: str) -> KeptTokens:
        """Return where the ledger's token is kept between commands: beside its keys."""
        if name not in self._token_shelves:
            store = self.secrets(name, keep="")
            self._token_shelves[name] = (
                store.tokens(name, "connect_key") if isinstance(store, LayeredSecrets) else KeptTokens(None, name)
            )
        return self._token_shelves[name]

    @contextmanager
    def _sandbox(self, connection: Connection, known: Catalog | None) -> Iterator[Target]:
        from recon.sandbox.peak import SandboxPeak, sandbox_company
        from recon.targets.peak import PeakTarget

        path = self._workspace.sandbox_file
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        company = sandbox_company(name=self._settings.company.name, tax_id=self._settings.company.tax_id)
        with (
            SandboxPeak(path=path, company=company, clock=self._clock, durable=self.sandbox_durable) as server,
            PeakTarget(
                base_url=server.url,
                environment="sandbox",
                credentials=server.credentials,
                clock=self._clock,
                options=self._options(connection),
                catalog=known,
            ) as target,
        ):
            yield target

    @contextmanager
    def _file_target(self, connection: Connection, batch_id: str, known: Catalog | None) -> Iterator[Target]:
        from exports.import_files.peak_excel import PeakExcel, options_for

        name, tax_id, cells = self._settings.company.name, self._settings.company.tax_id, options_for(connection)
        yield PeakExcel(
            self._workspace.outgoing, batch_id, company_name=name, tax_id=tax_id, options=cells, known=known
        )

    @contextmanager
    def shop(self, name: str, connection: Connection) -> Iterator[ShopClient]:
        """Return the shop system's API of a connection."""
        making = self._bentoweb if connection.source == "bentoweb" else self._zort
        with making(name, connection) as shop:
            yield shop

    @contextmanager
    def _zort(self, name: str, connection: Connection) -> Iterator[ShopClient]:
        from recon.sources.zort import ZortClient, ZortShopClient

        secrets = self.secrets(name, keep="")
        api = connection.source_api
        with ZortClient(
            store_name=secrets.get(name, "storename"),
            api_key=secrets.get(name, "apikey"),
            api_secret=secrets.get(name, "apisecret"),
            base_url=api.base_url,
            page_size=api.page_size,
            requests_per_second=api.requests_per_second,
            clock=self._clock,
        ) as client:
            yield ZortShopClient(client)

    @contextmanager
    def _bentoweb(self, name: str, connection: Connection) -> Iterator[ShopClient]:
        from recon.sources.bentoweb import BentoWebClient, BentoWebShopClient
        from recon.sources.bentoweb.fields import FieldMap
        from recon.sources.bentoweb.tokens import KEYS

        secrets = self.secrets(name, keep="")
        assert isinstance(secrets, LayeredSecrets)
        api, rules = connection.source_api, connection.bentoweb
        with BentoWebClient(
            keys={key: secrets.get(name, key) for key in KEYS},
            shelf=secrets.tokens(name, "client_secret", entry=SHOP_TOKEN_ENTRY),
            base_url=api.base_url,
            login_url=api.login_url,
            requests_per_second=api.requests_per_second,
            clock=self._clock,
        ) as client:
            yield BentoWebShopClient(
                client,
                clock=self._clock,
                store_id=rules.store_id,
                list_path=rules.list_path,
                list_page_parameter=rules.list_page_parameter,
                fields=FieldMap.of(rules.fields.model_dump().items()),
            )

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
        self._token_shelves.pop(name, None)

    def keep_secrets(self, name: str, values: Mapping[str, str], *, keep: str) -> None:
        """Keep keys as asked; what the key store takes leaves the file, so that no older key is used instead."""
        store = self.secrets(name, keep=keep)
        for key, value in values.items():
            store.put(name, key, value)
        if keep != "file":
            gone = (*values, TOKEN_ENTRY, SHOP_TOKEN_ENTRY)
            FileSecrets(self._secrets_file, self._workspace_id, crash=self._crash).forget(name, gone)
        self._token_shelves.pop(name, None)

    def write_workbook(
        self, dossier: AuditDossier, frames: Frames, rows: Rows, path: Path, on_progress: Progress
    ) -> tuple[Path, str, str]:
        """Write the audit workbook; return where it lies, its seal, and one sentence about it."""
        from exports.audit_workbook import write_audit_workbook

        written = write_audit_workbook(
            dossier,
            _audit_frames(frames, rows),
            path,
            on_progress=lambda what, done, whole: on_progress(f"{what}: {done * 100 // max(whole, 1)} %"),
            crash=self._crash,
        )
        return written.path, written.seal, written.message

    def check_workbook(self, path: Path) -> tuple[list[str], str, str]:
        """Return problems of a workbook, and the chain head and seal printed in it."""
        from exports.verify_workbook import verify_workbook

        found = verify_workbook(path)
        return list(found.problems), found.chain_head, found.seal

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
        self, path: Path, *, products: Sequence[ProductLine], channels: Sequence[ChannelLine], catalog: Catalog
    ) -> Path:
        """Write the mapping workbook."""
        import polars as pl

        from exports.mapping_workbook import AS_TEXT, CHANNEL_ROWS, PRODUCT_ROWS, write_mappings

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
            crash=self._crash,
        )

    def read_mappings(self, path: Path, skus: frozenset[str]) -> MappingEdits:
        """Read the mapping workbook."""
        from exports.mapping_workbook import read_mappings

        return read_mappings(path, skus=skus)

    def write_import_files(self, documents: Sequence[Document], batch_id: str, rules: Connection) -> tuple[Path, ...]:
        """Write the import files of a whole batch."""
        from exports.import_files.peak_excel import options_for, write_batch

        return tuple(write_batch(documents, self._workspace.outgoing, batch_id, options_for(rules), crash=self._crash))

    def read_confirmation(self, path: Path) -> frozenset[str]:
        """Read the numbers a ledger took in."""
        from exports.import_files.peak_excel import read_confirmation

        return read_confirmation(path)


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

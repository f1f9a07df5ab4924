"""What every step of the service works with, and what it needs from outside the core."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import polars as pl

from recon.config.connection import Connection
from recon.config.settings import Settings
from recon.domain.document import Document
from recon.domain.z_report import SettlementSheet
from recon.frames.canonical import CanonicalFrames
from recon.ports import Clock, Patience, SecretStore, for_ever
from recon.sources.base import Fetched
from recon.store.store import Store
from recon.summaries.channels import ChannelLine
from recon.summaries.match import ProductLine
from recon.summaries.till import CountLine, TillLine
from recon.targets.base import Capabilities, Catalog, Target
from recon.views import AuditDossier
from recon.workspace import Workspace

Progress = Callable[[str], None]


class ShopClient(Protocol):
    """A shop system's API as the service uses it."""

    def verify(self) -> str:
        """Return who answered, in words; raises SourceUnavailable."""
        ...

    def checks(self) -> Sequence[str]:
        """Return what `verify` could confirm and what not, a sentence each, without any value of an answer."""
        ...

    def fetch(self, record_kind: str, query: Mapping[str, Any]) -> Iterator[Fetched]:
        """Yield raw answers of one kind of record; raises SourceUnavailable."""
        ...

    def fetch_products(self) -> Iterator[Fetched]:
        """Yield raw answers with the product list."""
        ...

    def unchanged(self) -> int:
        """Return how many records of the pulls were answered exactly as they are kept, and were left out."""
        ...

    def findings(self) -> pl.DataFrame:
        """Return what was odd about the pull itself, as FINDINGS."""
        ...


Frames = Mapping[str, pl.DataFrame]
Rows = Mapping[str, Sequence[Mapping[str, object]]]


class ProductEdit(Protocol):
    """One changed link of a mapping workbook."""

    @property
    def sku(self) -> str | None:
        """The SKU as it came; None: lines without one."""
        ...

    @property
    def product_code(self) -> str | None:
        """Ledger's product; None with ``as_text``: text; None without: the link is taken away."""
        ...

    @property
    def as_text(self) -> bool:
        """Goes as text on the sales account."""
        ...


class ChannelEdit(Protocol):
    """One changed channel of a mapping workbook."""

    @property
    def payment_channel(self) -> str:
        """As the source spells it."""
        ...

    @property
    def payment_method(self) -> str | None:
        """Ledger's code; None: the mapping is taken away."""
        ...


class AccountEdit(Protocol):
    """One changed account of a till's group; no account: the link is taken away."""

    @property
    def sku(self) -> str: ...  # noqa: D102
    @property
    def account(self) -> str | None: ...  # noqa: D102
    @property
    def tax_code(self) -> str | None: ...  # noqa: D102
    @property
    def row(self) -> int: ...  # noqa: D102


class CountEdit(Protocol):
    """One changed count as typed; no amount: it is taken away."""

    @property
    def order_key(self) -> str: ...  # noqa: D102
    @property
    def counted(self) -> str | None: ...  # noqa: D102
    @property
    def to_bank(self) -> str: ...  # noqa: D102
    @property
    def remark(self) -> str: ...  # noqa: D102
    @property
    def row(self) -> int: ...  # noqa: D102


class WorkbookEdits(Protocol):
    """What a person changed in a mapping workbook."""

    @property
    def products(self) -> Sequence[ProductEdit]:
        """Changed products."""
        ...

    @property
    def channels(self) -> Sequence[ChannelEdit]:
        """Changed channels."""
        ...

    @property
    def accounts(self) -> Sequence[AccountEdit]:
        """Changed accounts of a till's groups."""
        ...

    @property
    def counts(self) -> Sequence[CountEdit]:
        """Changed cash counts."""
        ...

    @property
    def problems(self) -> Sequence[object]:
        """What cannot be taken over, in words; then nothing is."""
        ...


class Outside(Protocol):
    """What lies outside the core: ledgers, shop systems, key stores and writers. The wiring provides it."""

    def target(
        self, name: str, connection: Connection, *, batch_id: str = "", known: Catalog | None = None,
        patience: Patience = for_ever,
    ) -> AbstractContextManager[Target]:  # fmt: skip
        """Return the ledger of a connection, ready to be asked; ``known`` is its master data as last read.

        ``patience`` says, while the ledger is waited for, whether somebody wants that to end.
        """
        ...

    def capabilities(self, name: str, connection: Connection) -> Capabilities:
        """Return what the ledger of a connection can do, without asking it."""
        ...

    def shop(self, name: str, connection: Connection) -> AbstractContextManager[ShopClient]:
        """Return the shop system's API of a connection."""
        ...

    def secrets(self, name: str, *, keep: str) -> SecretStore:
        """Return where secrets of a connection are kept."""
        ...

    def lend_secrets(self, name: str, values: Mapping[str, str]) -> None:
        """Use these secrets from now on in this process, before those that are kept."""
        ...

    def lend_lists(self, name: str, path: Path) -> None:
        """Use this export of a ledger's lists in this process; raises UsageError where the ledger is asked itself."""
        ...

    def keep_secrets(self, name: str, values: Mapping[str, str], *, keep: str) -> None:
        """Keep secrets in the key store or the owner-only file, and in no other place."""
        ...

    def leave_behind(self) -> tuple[str, ...]:
        """Put away what ties this copied folder to the outside connections of its original; return what a person should know."""
        ...

    def write_workbook(
        self, dossier: AuditDossier, frames: Frames, rows: Rows, path: Path, on_progress: Progress
    ) -> tuple[Path, str, str]:
        """Write the audit workbook; return where it lies, its seal, and one sentence about it."""
        ...

    def check_workbook(self, path: Path) -> tuple[list[str], str, str, list[str]]:
        """Return problems of a workbook, and the chain head and seal printed in it."""
        ...

    def write_journal(
        self, frames: Frames, rows: Rows, path: Path, *, program: str, names: Mapping[str, tuple[str, str]], title: str
    ) -> tuple[Path, int]:
        """Write documents as journal entries; return where, and how many."""
        ...

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
        """Write the mapping workbook; with ``counts`` also the sheets of tills."""
        ...

    def read_mappings(self, path: Path, skus: frozenset[str]) -> WorkbookEdits:
        """Read the mapping workbook."""
        ...

    def settlement_sheet(self, sheet: SettlementSheet, language: str) -> bytes:
        """Return the sheet of a settlement's voucher as PDF; the same sheet gives the same bytes."""
        ...

    def write_import_files(self, documents: Sequence[Document], batch_id: str, rules: Connection) -> tuple[Path, ...]:
        """Write the import files of a whole batch for a ledger that takes files."""
        ...

    def read_confirmation(self, path: Path, rules: Connection) -> Mapping[str, int]:
        """Read the numbers a ledger took in, and how often each stands there."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """One open workspace."""

    workspace: Workspace
    settings: Settings
    store: Store
    clock: Clock
    actor: str
    """Name of the person, as given or the system's user."""
    os_user: str
    outside: Outside
    notes: list[str] = field(default_factory=list)
    """What the person should be told beside the result."""
    read_frames: dict[Path, CanonicalFrames] = field(default_factory=dict)
    """Stored frames read so far, by their folder."""
    combined: dict[str, tuple[Sequence[CanonicalFrames], CanonicalFrames]] = field(default_factory=dict)
    """By connection: the frames that were combined last, and what came of it."""

    def connection(self, name: str | None) -> tuple[str, Connection]:
        """Return the named connection or the only one; raises SettingsError."""
        return self.settings.connection(name)

    def today(self) -> dt.date:
        """Return the day it is for the books."""
        return self.clock.now().astimezone(ZoneInfo(self.settings.company.timezone)).date()


def quiet(text: str) -> None:
    """Take progress and show nothing."""
    del text

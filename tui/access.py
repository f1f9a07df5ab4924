"""What a ledger or a shop system is opened with: settings, keys, clock, and who waits for its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recon.config.connection import Connection
from recon.config.settings import Settings
from recon.crash import NO_CRASH, CrashPoints
from recon.ports import Clock, Patience, for_ever
from recon.secrets import KeptTokens
from recon.targets.base import Catalog
from recon.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a provider is opened with."""

    connection: Connection
    settings: Settings
    workspace: Workspace
    clock: Clock
    keys: Callable[[tuple[str, ...]], dict[str, str]]
    """Values of the keys of these names; raises SecretsError where one is missing."""
    tokens: Callable[[str], KeptTokens]
    """Where tokens given for the key of this name are kept between commands: beside it."""
    crash: CrashPoints = NO_CRASH
    """Where the process may be killed, for tests."""
    durable: bool = True
    """Whether a sandbox ledger flushes each commit to the disk, like a real one."""
    known: Catalog | None = None
    """Master data of the ledger as last read."""
    batch_id: str = ""
    lists: Path | None = None
    """Export of the ledger's lists that was handed in."""
    patience: Patience = for_ever
    """Whether somebody wants a wait for the ledger to end."""
    require_own: Callable[[], None] = lambda: None
    """Raises StoreError in a copied workspace that nobody adopted."""

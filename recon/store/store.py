"""The store of one workspace: opened by one writer or many readers, checked, recognised, and put together here."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import StoreDamaged, StoreError
from recon.files import OWNER_FILE_MODE, atomic_file, make_folder
from recon.ports import Clock
from recon.store import migrations
from recon.store.anchor import Anchor
from recon.store.batches import Batches
from recon.store.catalog import CatalogCache
from recon.store.database import Database, damage_text, header_numbers
from recon.store.event_log import ChainReport, EventLog, Head
from recon.store.files import FileRegister
from recon.store.integrity import compare_batch, compare_tables
from recon.store.lock import WriterLock
from recon.store.mappings import Mappings
from recon.store.moments import stamp
from recon.store.outbox import Outbox
from recon.store.outbox_moves import OutboxMoves
from recon.store.reviews import Reviews
from recon.store.workspace_id import WorkspaceId, is_copy, place_warnings, read_identity, surroundings

if TYPE_CHECKING:
    import polars as pl

STORE_FILE: Final = "store.db"
HEAD_FILE: Final = "head"


class Store:
    """Everything a workspace remembers; open it with `Store.open`, close it, or use it in a ``with`` block."""

    def __init__(
        self, database: Database, clock: Clock, *, actor: str, lock: WriterLock | None, anchors: Path | None
    ) -> None:
        self.database = database
        self.folder = database.path.parent
        self.clock = clock
        self.events = EventLog(database, clock, actor)
        self.files = FileRegister(database, clock, self.events)
        self.mappings = Mappings(database, clock, self.events)
        self.catalog = CatalogCache(database, clock, self.events)
        self.batches = Batches(database, clock, self.events)
        self.reviews = Reviews(database, clock, self.events)
        self.outbox = Outbox(database)
        self.moves = OutboxMoves(database, clock, self.events, self.outbox)
        self.identity: WorkspaceId = read_identity(database)
        self.is_copy = is_copy(self.identity, surroundings(self.folder))
        """The folder was copied from elsewhere; nothing is approved or uploaded before `adopt`."""
        self.notices: tuple[str, ...] = place_warnings(self.folder)
        """What a person should know about this workspace, in words."""
        self._lock = lock
        self._anchors_folder = anchors
        self._anchors = self._find_anchors()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        clock: Clock,
        actor: str = "",
        writable: bool = True,
        create: bool = False,
        anchors: Path | None = None,
        crash: CrashPoints = NO_CRASH,
        check: bool = True,
    ) -> Store:
        """Open the store in ``folder`` (a workspace's ``.recon``).

        Args:
            folder: Where store.db lies.
            clock: The clock.
            actor: The user of this computer, written into the event log.
            writable: Take the lock; without it everything can be read and nothing changed.
            create: Make the store if there never was one here.
            anchors: Folder outside the workspace where heads of event logs are noted; None: inside only.
            crash: Crash points, for tests.
            check: Let SQLite check the file first.

        Raises:
            StoreBusy: Another process has it open for writing.
            StoreDamaged: The file is damaged, or is gone although it existed; nothing is made over it.
            StoreTooNew: Written by a later recon; the file is left as it is, to the byte.
            StoreError: There is no store here.
        """
        path = folder / STORE_FILE
        lock = None
        if writable:
            if create:
                make_folder(folder)
            if not folder.is_dir():
                raise _missing(path)
            lock = WriterLock(folder, clock)
            lock.acquire()
        try:
            if not path.exists():
                if not (create and writable):
                    raise _missing(path)
                _make(path, clock, actor, crash)
            return cls._open_found(path, clock, actor, lock, anchors, crash, check=check)
        except BaseException:
            if lock is not None:
                lock.release()
            raise

    @classmethod
    def _open_found(
        cls,
        path: Path,
        clock: Clock,
        actor: str,
        lock: WriterLock | None,
        anchors: Path | None,
        crash: CrashPoints,
        *,
        check: bool,
    ) -> Store:
        """Open a file that is there: whose it is, what version, sound or not, then migrate and recognise it."""
        version = _version(path)
        writable = lock is not None
        if version < migrations.VERSION and not writable:
            raise StoreError(f"{path} is of an older form. Open it once for writing (any `recon import` or `plan`).")
        database = Database(path, writable=writable, crash=crash)
        try:
            if check:
                database.require_sound()
            if version < migrations.VERSION:
                migrations.backup(database, clock.now(), why=f"before-form-{migrations.VERSION}")
                migrations.migrate(database, clock.now(), from_version=version)
            store = cls(database, clock, actor=actor, lock=lock, anchors=anchors)
            if writable:
                database.after_commit = store._note_head
                store._recognise()
            else:
                store._notice()
        except BaseException:
            database.close()
            raise
        return store

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let others write."""
        self.database.after_commit = _nothing
        self.database.close()
        for anchor in self._anchors:
            anchor.close()
        if self._lock is not None:
            self._lock.release()

    def posted_frame(self, company_id: str | None = None) -> pl.DataFrame:
        """Return what a company's ledger holds or is about to be told, as a POSTED frame; of all companies if None."""
        from recon.store.posted import posted_frame

        if company_id is None:
            return posted_frame(self.database, None)
        number = self.outbox.company_no(company_id)
        return posted_frame(self.database, 0 if number is None else number)

    def posted_orders_frame(self, company_id: str) -> pl.DataFrame:
        """Return the same with what single orders put into summaries, as documents of their own: what an order has there.

        The rows of a summary and of its parts bear one number; add up the ones or the others.
        """
        from recon.store.posted import posted_orders_frame

        number = self.outbox.company_no(company_id)
        return posted_orders_frame(self.database, 0 if number is None else number)

    def verify_chain(self, *, anchors: tuple[Head, ...] = ()) -> ChainReport:
        """Check the event log, also against the heads noted beside and outside the store."""
        noted = tuple(head for head in (anchor.read() for anchor in self._anchors) if head is not None)
        return self.events.verify(anchors=(*noted, *anchors))

    def compare_tables(self, batch_id: str | None = None) -> tuple[str, ...]:
        """Return where tables and event log say different things; empty: they agree."""
        return compare_tables(self.database) if batch_id is None else compare_batch(self.database, batch_id)

    def backup(self, why: str) -> Path:
        """Put a verified copy of the store into .recon/backups."""
        return migrations.backup(self.database, self.clock.now(), why=why)

    def adopt(self, *, who: str) -> None:
        """Make a copied workspace one of its own: a new identity, and everything is looked up before it is sent."""
        here = surroundings(self.folder)
        before = self.identity.workspace_id
        with self.database.transaction("adopt"):
            self.database.write(
                "UPDATE workspace SET workspace_id = ?, machine = ?, path = ?, inode = ?",
                (secrets.token_hex(16), here.machine, here.path, here.inode),
            )
            self._look_first()
            facts = {"copied_from": self.identity.path, "before": before, "path": here.path}
            self.events.append("adopted", before, facts, who=who)
        self.identity = read_identity(self.database)
        self.is_copy = False
        for anchor in self._anchors:
            anchor.close()
        self._anchors = self._find_anchors()
        self._note_head()

    def require_own(self) -> None:
        """Refuse to go on in a copy that nobody adopted.

        Raises:
            StoreError: This is such a copy.
        """
        if self.is_copy:
            raise StoreError(
                f"This workspace is a copy of {self.identity.path}. If both went on, documents could be posted twice, "
                "so nothing is approved or sent from here. If the original is not used any more, run "
                "`recon doctor --adopt`; everything is then looked up before it is sent."
            )

    def look_first_everywhere(self, because: str, *, who: str = "") -> None:
        """Have every document that was not sent looked up before its first send, now and in later batches."""
        with self.database.transaction("look-first"):
            self._look_first()
            self.events.append("look-first", self.identity.workspace_id, {"because": because}, who=who)
        self.identity = read_identity(self.database)

    def _look_first(self) -> None:
        self.database.write("UPDATE workspace SET look_first = 1, epoch = epoch + 1")
        self.database.write("UPDATE outbox SET look_first = 1 WHERE state = 'queued'")

    def _recognise(self) -> None:
        """Notice a moved folder, a copy, and an older state that was put back; the last one is written down."""
        missing = self._notice()
        if self.is_copy:
            return
        here = surroundings(self.folder)
        if here.path != self.identity.path:
            with self.database.transaction("moved"):
                self.database.write("UPDATE workspace SET path = ?", (here.path,))
                self.events.append("moved", self.identity.workspace_id, {"from": self.identity.path, "to": here.path})
            self.identity = read_identity(self.database)
        if missing is not None:
            self.look_first_everywhere(
                f"event {missing} is noted elsewhere but missing here: an older state was put back"
            )
        self._note_head()

    def _notice(self) -> int | None:
        """Say what a person should know about this folder; return the last event that is missing here, if one is."""
        if self.is_copy:
            self.notices += (
                f"This workspace is a copy of {self.identity.path}: nothing is sent from here until it is adopted "
                "(`recon doctor --adopt`).",
            )
            return None
        noted = [head for head in (anchor.read() for anchor in self._anchors) if head is not None]
        gone = [head.seq for head in noted if not self.events.holds(head)]
        if not gone:
            return None
        self.notices += (
            f"The store is older than it was: event {max(gone)} is missing. An older state was put back, or the disk "
            "lost its last writes. Every document is looked up in the ledger before anything is sent.",
        )
        return max(gone)

    def _find_anchors(self) -> tuple[Anchor, ...]:
        """Return the places where the head is noted; a copy leaves the one of its original alone."""
        places = [self.folder / HEAD_FILE]
        if self._anchors_folder is not None and not self.is_copy:
            places.append(self._anchors_folder / f"{self.identity.workspace_id}.head")
        return tuple(Anchor(place, self.identity.workspace_id) for place in places)

    def _note_head(self) -> None:
        head = self.events.head()
        for anchor in self._anchors:
            anchor.note(head)


def _version(path: Path) -> int:
    """Return the form of the store, asked in a way that changes nothing.

    Raises:
        StoreTooNew, StoreDamaged: See `Store.open`.
    """
    migrations.require_known(path, *header_numbers(path))
    looker = Database(path, writable=False)
    try:
        version = looker.pragma("user_version")
        migrations.require_known(path, looker.pragma("application_id"), version)
    finally:
        looker.close()
    return version


def _make(path: Path, clock: Clock, actor: str, crash: CrashPoints) -> None:
    """Make a store under another name and put it in its place when it is complete."""
    traces = [name for name in ("backups", HEAD_FILE) if (path.parent / name).exists()]
    if traces:
        raise StoreDamaged(
            damage_text(path, f"it is gone, although {' and '.join(traces)} beside it show that it existed")
        )
    for leftover in path.parent.glob(f".{path.name}.*"):  # of a run that was killed; the lock is ours
        leftover.unlink(missing_ok=True)
    with atomic_file(path, crash=crash, step="make-store") as place:
        place.temporary.touch(mode=OWNER_FILE_MODE)
        database = Database(place.temporary, writable=True)
        try:
            migrations.migrate(database, clock.now(), from_version=0)
            here = surroundings(path.parent)
            with database.transaction("make-store"):
                identity = (secrets.token_hex(16), here.machine, here.path, here.inode, stamp(clock.now()))
                database.write(
                    "INSERT INTO workspace (id, workspace_id, machine, path, inode, created_at) VALUES (1, ?, ?, ?, ?, ?)",
                    identity,
                )
                EventLog(database, clock, actor).append("made", identity[0], {"path": here.path})
            database.outside("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            database.close()
            for tail in ("-wal", "-shm"):
                with suppress(OSError):
                    Path(f"{place.temporary}{tail}").unlink(missing_ok=True)


def _missing(path: Path) -> StoreError:
    return StoreError(
        f"There is no store at {path}. Nothing was done. `recon init DIR` makes a workspace with its store; where only the "
        "store is missing, the next command that writes (`recon connect`, `recon import`) makes it."
    )


def _nothing() -> None:
    """Note no more heads."""

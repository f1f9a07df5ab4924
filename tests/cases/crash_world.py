"""A shop and its ledger for crash tests: the real command line in processes of its own, and the ledger's truth.

Two files make two batches. The first holds two unpaid orders and a paid one (two invoices, a receipt); in the later one
an unpaid order is paid, one is cancelled, the paid one refunded, and a new one came (payment, void, credit note, receipt).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from recon.config.edits import with_setting
from recon.config.settings import load_settings
from recon.ports import SystemClock
from recon.sandbox.peak import Fault, SandboxPeak, sandbox_company
from recon.store.store import Store
from tests.cases.nursery import Ended, Nursery, Running
from tests.recon.shopify_tools import csv_text, order

COMPANY = "บริษัท แซนด์บ็อกซ์ จำกัด"
TAX_ID = "0105500000003"
NOBODY = "http://127.0.0.1:1/api/v1"
GRACE_SECONDS = TIMEOUT_SECONDS = 1
RESTART_SECONDS = 2
OLD = 1_700_000_000
"""When the exports were last changed: long ago, so that nobody waits for a download to end."""

_UNPAID = {
    "Financial_Status": "pending", "Paid_at": "", "Fulfillment_Status": "fulfilled",
    "Fulfilled_at": "2026-06-06 10:00:00 +0700", "Outstanding_Balance": "107.00",
}  # fmt: skip
FIRST = (order(1001, **_UNPAID), order(1002, **_UNPAID), order(1003))
LATER = (
    order(1001, **{**_UNPAID, "Financial_Status": "paid", "Paid_at": "2026-06-09 10:00:00 +0700", "Outstanding_Balance": "0.00"}),
    order(1002, **{**_UNPAID, "Financial_Status": "voided", "Cancelled_at": "2026-06-08 10:00:00 +0700", "Outstanding_Balance": "0.00"}),
    order(1003, Financial_Status="refunded", Refunded_Amount="107.00"),
    order(1004),
)  # fmt: skip
FIRST_EVENTS = Counter(
    {
        ("created", "invoice", "IV-1001", 10700): 1,
        ("created", "invoice", "IV-1002", 10700): 1,
        ("created", "receipt", "RT-1003", 10700): 1,
    }
)
LATER_EVENTS = Counter(
    {
        ("paid", "invoice", "IV-1001", 10700): 1,
        ("voided", "invoice", "IV-1002", 10700): 1,
        ("created", "credit_note", "CN-1003", 10700): 1,
        ("credited", "receipt", "RT-1003", 10700): 1,
        ("created", "receipt", "RT-1004", 10700): 1,
    }
)
"""Everything that may ever be committed in the ledger, each exactly once."""

FIRST_STEPS = {
    "import": ("import", "FIRST"),
    "match": ("match", "--link-all", "--text", "--all-channels", "BSV001"),
    "plan": ("plan",),
    "approve": ("approve", "B0001", "--as", "Nok"),
    "upload": ("upload", "B0001"),
}
LATER_STEPS = {
    "import": ("import", "LATER"),
    "plan": ("plan",),
    "approve": ("approve", "B0002", "--as", "Nok"),
    "upload": ("upload", "B0002"),
}


class World:
    """One workspace with its home, and a ledger that lives elsewhere where the target is PEAK."""

    def __init__(self, folder: Path, nursery: Nursery, *, target: str = "sandbox", numbering: str = "source") -> None:
        self.folder, self.root, self.home = folder, folder / "books", folder / "home"
        self.target, self.numbering = target, numbering
        self.nursery = nursery
        self.server: SandboxPeak | None = None
        self._books = folder / "peak.db"
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in (("FIRST", FIRST), ("LATER", LATER)):
            path = folder / f"{name.lower()}.csv"
            path.write_text(csv_text(list(rows)), encoding="utf-8")
            os.utime(path, (OLD, OLD))

    # commands ---------------------------------------------------------------------------------------------------

    def run(self, *argv: str, **options: Any) -> Ended:
        """Run a command in the workspace; options as for `start`."""
        return self.start(*argv, **options).end()

    def start(
        self,
        *argv: str,
        crash: str = "",
        record: Path | None = None,
        stdin: str = "",
        env: dict[str, str] | None = None,
    ) -> Running:
        """Start a command that dies at ``crash`` (point:visit), or whose doings are written to ``record``."""
        words = [str(self.folder / f"{word.lower()}.csv") if word in {"FIRST", "LATER"} else word for word in argv]
        where = () if argv[0] == "init" else ("-C", str(self.root))
        return self.nursery.start(*where, *words, env=self.env(crash) | (env or {}), record=record, stdin=stdin)

    def env(self, crash: str = "") -> dict[str, str]:
        home = str(self.home)
        return {"HOME": home, "USERPROFILE": home, "XDG_CONFIG_HOME": f"{home}/config", "RECON_CRASH_AT": crash}

    def until_settled(self, batch: str) -> Ended:
        """Upload until everything is settled; each run waits out its look-ups."""
        for _ in range(4):
            ended = self.run("upload", batch, "--json")
            if ended.code == 0:
                return ended
            ended.expect(4, 5, 6)
        raise AssertionError(f"{batch} is not settled\n{ended.out}\n{ended.err}")

    # stages -----------------------------------------------------------------------------------------------------

    def init(self, *, crash: str = "", record: Path | None = None) -> Ended:
        """Run `recon init`."""
        address = ("--ledger-url", NOBODY, "--environment", "sandbox") if self.target == "peak" else ()
        return self.run(
            "init", str(self.root), "--no-input", "--company", COMPANY, "--tax-id", TAX_ID, "--source", "shopify",
            "--target", self.target, *address, "--start-date", "2026-06-01", "--invoices", "completed-unpaid",
            "--numbering", self.numbering, crash=crash, record=record,
        )  # fmt: skip

    def make(self, *, record: Path | None = None) -> None:
        """Make the workspace; short waits, so that look-ups come soon."""
        self.init(record=record).expect(0)
        self.set(lookup_grace_seconds=GRACE_SECONDS, timeout_seconds=TIMEOUT_SECONDS)
        if self.target != "sandbox":
            accounts = {"sales": "410101", "receivable": "113101", "output_vat": "215301", "undue_output_vat": "215302"}
            for setting, code in accounts.items():
                self._write(("connections", "shop", "accounts", setting), code)

    def connect(self) -> None:
        """Give the keys; they are kept in a file below the home folder."""
        assert self.server is not None
        self.run("connect", "--keep", "file", "--stdin", stdin=json.dumps(self.server.credentials)).expect(0, 4)

    def post_first(self) -> None:
        """Bring the first batch into the ledger."""
        for step in FIRST_STEPS.values():
            self.run(*step).expect(0, 4)

    def set_start(self, day: dt.date) -> None:
        """Write the start date into recon.toml."""
        self._write(("connections", "shop", "start_date"), day)

    def set_source(self, **values: object) -> None:
        """Write settings of the shop's API into recon.toml."""
        for name, value in values.items():
            self._write(("connections", "shop", "source_api", name), value)

    def set(self, **ledger: object) -> None:
        """Write settings of the ledger into recon.toml."""
        for name, value in ledger.items():
            self._write(("connections", "shop", "ledger", name), value)

    def _write(self, path: tuple[str, ...], value: object) -> None:
        file = self.root / "recon.toml"
        file.write_text(with_setting(file.read_text(encoding="utf-8"), path, value=value), encoding="utf-8")

    # the ledger -------------------------------------------------------------------------------------------------

    @contextmanager
    def ledger(self, *faults: Fault) -> Iterator[SandboxPeak | None]:
        """Let the ledger run in this process, where no kill reaches it; the sandbox runs in recon's own anyway."""
        if self.target != "peak":
            assert not faults
            yield None
            return
        with SandboxPeak(path=self._books, company=self._company(), faults=faults, durable=False) as server:
            server.change_rules(token_requests_per_minute=10_000)  # nobody is killed that often
            self.server = server
            self.set(base_url=server.url)
            try:
                yield server
            finally:
                self.server = None

    def _company(self):
        return sandbox_company(name=COMPANY, tax_id=TAX_ID)

    def truth(self) -> Counter:
        """Return everything that was ever committed in the ledger, counted."""
        if self.server is not None:
            return _events(self.server)
        path = self._books if self.target == "peak" else self.root / ".recon" / "sandbox" / "peak.db"
        with SandboxPeak(path=path, company=self._company(), durable=False) as server:
            return _events(server)

    # going back -------------------------------------------------------------------------------------------------

    def save(self, name: str) -> None:
        """Keep everything as it is now."""
        place = self.folder / "saved" / name
        shutil.rmtree(place, ignore_errors=True)
        for part in (self.root, self.home):
            if part.exists():
                shutil.copytree(part, place / part.name)
        if self._books.exists():
            assert self.server is None
            shutil.copy2(self._books, place / self._books.name)

    def restore(self, name: str) -> None:
        """Put everything back. The workspace's folders stay the same ones: others would be taken for a copy."""
        place = self.folder / "saved" / name
        for part in (self.root / ".recon", self.root, self.home):
            _empty(part, keep={".recon"})
        for part in (self.root, self.home):
            if (place / part.name).exists():
                shutil.copytree(place / part.name, part, dirs_exist_ok=True)
        for path in self.folder.glob("peak.db*"):
            path.unlink()
        if (place / self._books.name).exists():
            shutil.copy2(place / self._books.name, self._books)

    # oracles ----------------------------------------------------------------------------------------------------

    def check_restart(self) -> None:
        """Open the store as the next command would: soon, sound, chain and tables agreeing, and no partial file."""
        if not (self.root / ".recon" / "store.db").exists():
            return
        began = time.monotonic()
        store = Store.open(self.root / ".recon", clock=SystemClock(), writable=False)
        with store:
            assert time.monotonic() - began < RESTART_SECONDS, "usable soon after a crash (G6)"
            store.database.require_sound(thorough=True)
            assert store.verify_chain().ok, store.verify_chain().words
            assert store.compare_tables() == ()
        self.check_files()

    def check_files(self) -> None:
        """Whatever lies under a final name is whole."""
        load_settings(self.root / "recon.toml")
        private = self.root / ".recon"
        for kept in private.glob("intake/*"):
            if not kept.name.startswith("."):
                assert hashlib.sha256(kept.read_bytes()).hexdigest() == kept.name.partition(".")[0]
        for folder in private.glob("frames/*/*"):
            if not folder.name.startswith("."):
                json.loads((folder / "facts.json").read_text(encoding="utf-8"))
                assert {pl.read_parquet(path).width > 0 for path in folder.glob("*.parquet")} == {True}, folder
        for backup in private.glob("backups/store-*.db"):
            with closing(sqlite3.connect(f"{backup.as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
                assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for name in self.home.rglob("secrets.json"):
            json.loads(name.read_text(encoding="utf-8"))

    def check_posted(self, *batches: str) -> None:
        """Every approved document is posted, under the ledger's id, and was sent at most three times."""
        with Store.open(self.root / ".recon", clock=SystemClock(), writable=False) as store:
            assert store.verify_chain().ok and store.compare_tables() == ()
            for batch in batches:
                assert store.batches.get(batch).state == "done"
                for row in store.outbox.rows(batch):
                    assert row.state == "posted" and 0 <= row.sends <= 3, row


def _events(server: SandboxPeak) -> Counter:
    contacts = Counter(str(contact.get("code")) for contact in server.contacts())
    assert max(contacts.values(), default=1) == 1, f"a contact stands twice (F37): {contacts}"
    return Counter((event.action, event.kind, event.code, event.total_minor) for event in server.events())


def _empty(folder: Path, keep: set[str]) -> None:
    if not folder.exists():
        return
    for path in folder.iterdir():
        if path.name in keep:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def wait_for(seen: Callable[[], object]) -> None:
    """Wait until something has happened."""
    until = time.monotonic() + 30
    while not seen():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.01)

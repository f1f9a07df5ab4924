"""The store: opened once, checked, recognised, never made anew over what is damaged."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap

import pytest
from store_world import FakeClock, approved, many, open_store

from recon.errors import StoreBusy, StoreDamaged, StoreError, StoreTooNew
from recon.store import migrations
from recon.store.files import NewIntake
from recon.store.migrations import Migration
from recon.store.workspace_id import place_warnings


@pytest.fixture
def clock():
    return FakeClock()


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def keep(store, number=1):
    return store.files.keep(
        digest=f"{number:064x}", name=f"orders {number}.csv", size=10, source="shopify", connection="main"
    )


def test_settings_of_sqlite_are_the_safe_ones(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        ask = store.database.pragma
        assert (ask("synchronous"), ask("foreign_keys"), ask("trusted_schema")) == (2, 1, 0)
        assert store.database.one("PRAGMA journal_mode")[0] == "wal"
        assert ask("user_version") == migrations.VERSION
        strict = store.database.query(
            "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        )
        assert [row["name"] for row in strict if not row["strict"] and not row["name"].startswith("sqlite_")] == []


def test_files_are_for_the_owner_only(tmp_path, clock):
    old = os.umask(0)
    try:
        with open_store(tmp_path, clock) as store:
            keep(store)
            assert store.folder.stat().st_mode & 0o077 == 0
            for path in store.folder.glob("store.db*"):
                assert path.stat().st_mode & 0o077 == 0, path
    finally:
        os.umask(old)


def test_a_file_is_entered_once(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        first = keep(store)
        assert keep(store) == first
        assert store.files.find(first.digest[:12]) == first
        assert [event.kind for event in store.events.entries()] == ["made", "file-kept"]
        store.database.require_sound(thorough=True)


def test_a_newer_reading_supersedes_an_older_one(tmp_path, clock):
    def reading(read_key):
        return NewIntake(
            connection="main", digest=f"{1:064x}", read_key=read_key, frames="frames/x", known_count=0, new_count=3,
            changed_count=0, gone_count=0, order_count=3, total_minor=32_100, finding_count=0, facts={"period": "2026-07"},
        )  # fmt: skip

    with open_store(tmp_path, clock) as store:
        keep(store)
        old = store.files.add_intake(reading("v1"))
        assert store.files.add_intake(reading("v1")) == old
        new = store.files.add_intake(reading("v2"), supersedes=(old.intake_id,))
        assert [intake.intake_id for intake in store.files.intakes("main")] == [new.intake_id]
        assert [i.superseded_by for i in store.files.intakes(superseded=True)] == [new.intake_id, None]
        assert new.facts == {"period": "2026-07"} and new.name == "orders 1.csv"


def test_mappings_keep_their_history(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        assert (
            store.mappings.set(
                "main", "product", {"A": {"product_code": "P1"}, "B": {"product_code": "P2"}}, who="Malee"
            )
            == 2
        )
        assert store.mappings.set("main", "product", {"A": {"product_code": "P1"}}, who="Malee") == 0
        before = store.mappings.revision("main")
        assert (
            store.mappings.set("main", "product", {"A": None, "ข้าว": {"product_code": "P3"}}, who="Nok", reason="typo")
            == 2
        )
        assert store.mappings.current("main", "product") == {"B": {"product_code": "P2"}, "ข้าว": {"product_code": "P3"}}
        assert store.mappings.revision("main") == before + 2
        history = store.mappings.history("main", "product", "A")
        assert [(c.value, c.who, c.reason) for c in history] == [
            ({"product_code": "P1"}, "Malee", ""),
            (None, "Nok", "typo"),
        ]
        assert store.compare_tables() == ()
        for statement in ("UPDATE mapping_changes SET who = 'x'", "DELETE FROM mapping_changes"):
            with pytest.raises(sqlite3.IntegrityError, match="history of mappings"), store.database.transaction("edit"):
                store.database.write(statement)


def test_catalog_and_verification_come_back_as_put(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        assert store.catalog.get("main", "products") is None and store.catalog.verified("main") is None
        store.catalog.put("main", {"products": [{"code": "P1", "name": "เสื้อ"}], "methods": []})
        assert store.catalog.get("main", "products").rows == ({"code": "P1", "name": "เสื้อ"},)
        store.catalog.note_verified(
            "main",
            company_id="c",
            name="บริษัท ทดลอง",
            tax_id="0105551234567",
            environment="sandbox",
            missing=["VAT code"],
        )
        assert store.catalog.verified("main").missing == ("VAT code",)


def test_f05_disk_full_writes_nothing_and_names_the_drive(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        keep(store)
        pages = store.database.pragma("page_count")
        store.database.outside(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match=r"drive that holds .* is full: the mappings were not changed") as caught:
            store.mappings.set("main", "product", {f"SKU-{n}": {"product_code": "x" * 500} for n in range(200)})
        assert str(store.folder) in str(caught.value)
        store.database.outside("PRAGMA max_page_count = 1000000")
        assert store.mappings.current("main", "product") == {} and store.mappings.revision() == 0
        assert store.verify_chain().ok
        assert store.mappings.set("main", "product", {"A": "P1"}) == 1


def test_f05_limit_of_the_system_on_file_size(tmp_path):
    script = textwrap.dedent("""
        import resource, signal, sys
        from pathlib import Path
        from store_world import FakeClock, open_store
        from recon.errors import StoreError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        folder = Path(sys.argv[1])
        store = open_store(folder, FakeClock())
        store.mappings.set("main", "product", {"A": "P1"})
        size = max(path.stat().st_size for path in (folder / ".recon").glob("store.db*"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20_000, size + 20_000))
        try:
            store.mappings.set("main", "product", {f"S{n}": "x" * 900 for n in range(500)})
        except StoreError as error:
            print("REFUSED", error)
        try:
            store.mappings.set("main", "product", {"B": "P2"})
        except StoreError as error:
            print("CLOSED", error)
        print("KEPT", store.mappings.current("main", "product"))
    """)
    shown = run_child(script, tmp_path).stdout
    assert "REFUSED" in shown and "the mappings were not changed" in shown
    assert "CLOSED The disk refused an earlier write" in shown
    assert "KEPT {'A': 'P1'}" in shown
    with open_store(tmp_path, FakeClock()) as store:
        assert store.mappings.current("main", "product") == {"A": "P1"}
        assert store.mappings.set("main", "product", {"B": "P2"}) == 1


@pytest.mark.parametrize("damage", ["empty", "header", "cut", "page", "text"])
def test_f08_damaged_store_is_named_and_left_alone(tmp_path, clock, damage):
    with open_store(tmp_path, clock) as store:
        approved(store, many(200))
        backup = store.backup("test")
        path = store.database.path
    content = bytearray(path.read_bytes())
    if damage == "empty":
        content = bytearray()
    elif damage == "header":
        content[0:16] = b"\x00" * 16
    elif damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "text":
        content = bytearray(b"not a store at all, but long enough to hold a header of one hundred bytes " * 4)
    else:
        for page in range(4096 * 2, len(content), 4096):
            content[page : page + 64] = b"\xa5" * 64
    path.write_bytes(content)
    for writable in (True, False):
        with pytest.raises(StoreDamaged, match="Nothing was changed") as caught:
            open_store(tmp_path, clock, writable=writable, create=writable)
        assert str(backup) in str(caught.value)
    assert path.read_bytes() == bytes(content)


def test_f08_every_page_flipped_is_seen_or_harmless(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        approved(store, many(30))
        path = store.database.path
    good = path.read_bytes()
    for page in range(len(good) // 4096):
        content = bytearray(good)
        for at in range(page * 4096 + (100 if page == 0 else 0), page * 4096 + 200):
            content[at] ^= 0xFF
        path.write_bytes(content)
        try:
            with open_store(tmp_path, clock) as store:
                assert not store.verify_chain().ok or store.compare_tables() or _same_documents(store), page
        except (StoreDamaged, StoreError, sqlite3.DatabaseError):
            pass
        for tail in ("-wal", "-shm"):
            path.with_name(path.name + tail).unlink(missing_ok=True)


def _same_documents(store) -> bool:
    return len(store.outbox.rows("B0001")) == 30 and store.batches.approval("B0001") is not None


def test_f08_missing_store_is_not_made_anew(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        keep(store)
    (tmp_path / ".recon" / "store.db").unlink()
    with pytest.raises(StoreDamaged, match="it is gone, although head beside it"):
        open_store(tmp_path, clock)
    assert not (tmp_path / ".recon" / "store.db").exists()


def test_f08_lost_write_ahead_log_is_noticed(tmp_path):
    """Committed entries that stand nowhere any more: everything is looked up before it is sent."""
    script = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from store_world import FakeClock, approved, many, open_store
        store = open_store(Path(sys.argv[1]), FakeClock())
        approved(store, many(5))
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    assert run_child(script, tmp_path, check=False).returncode == -signal.SIGKILL
    for tail in ("-wal", "-shm"):
        (tmp_path / ".recon" / f"store.db{tail}").unlink()
    with open_store(tmp_path, FakeClock()) as store:
        assert store.identity.look_first
        assert "older than it was" in store.notices[0]


def test_f09_store_of_a_later_version_is_left_to_the_byte(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        path = store.database.path
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA journal_mode = DELETE")
    raw.execute(f"PRAGMA user_version = {migrations.VERSION + 1}")
    raw.close()
    before = digest(path)
    for writable in (True, False):
        with pytest.raises(
            StoreTooNew, match=f"form {migrations.VERSION + 1}; this one knows up to {migrations.VERSION}"
        ):
            open_store(tmp_path, clock, writable=writable)
    assert digest(path) == before


def test_f09_later_version_that_stands_in_the_write_ahead_log_only(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        path = store.database.path
    script = textwrap.dedent("""
        import os, signal, sqlite3, sys
        raw = sqlite3.connect(sys.argv[1])
        raw.execute("PRAGMA user_version = 99")
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    run_child(script, path, check=False)
    before = digest(path), digest(path.with_name("store.db-wal"))
    with pytest.raises(StoreTooNew, match="form 99"):
        open_store(tmp_path, clock)
    assert (digest(path), digest(path.with_name("store.db-wal"))) == before


def test_f09_somebody_elses_database_is_refused(tmp_path, clock):
    (tmp_path / ".recon").mkdir()
    raw = sqlite3.connect(tmp_path / ".recon" / "store.db")
    raw.execute("CREATE TABLE x (y)")
    raw.close()
    with pytest.raises(StoreDamaged, match="not a store of recon"):
        open_store(tmp_path, clock)


FOURTH = Migration(
    4, "a fourth form", ("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT", "INSERT INTO later VALUES (1)")
)


def test_migration_takes_a_backup_and_is_recorded(tmp_path, clock, monkeypatch):
    with open_store(tmp_path, clock) as store:
        keep(store)
    monkeypatch.setattr(migrations, "VERSION", 4)
    monkeypatch.setattr(migrations.migrate, "__kwdefaults__", {"migrations": (*migrations.MIGRATIONS, FOURTH)})
    with pytest.raises(StoreError, match="older form"):
        open_store(tmp_path, clock, writable=False)
    with open_store(tmp_path, clock) as store:
        rows = store.database.query("SELECT version, name FROM migrations ORDER BY version")
        assert [tuple(row) for row in rows][-2:] == [(3, "what summaries hold"), (4, "a fourth form")]
        assert len(store.files.all()) == 1
        assert [path.name.split("-", 2)[2] for path in (store.folder / "backups").iterdir()] == ["before-form-4.db"]


@pytest.mark.parametrize("point", ["backup.before", "backup.after", "migrate-4.before", "migrate-4.after"])
def test_f10_migration_killed_leaves_the_old_form_or_the_new(tmp_path, clock, point):
    with open_store(tmp_path, clock) as store:
        keep(store)
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from store_world import FakeClock, open_store
        from recon.crash import crash_points_from
        from recon.store import migrations
        from test_store import FOURTH
        migrations.VERSION = 4
        migrations.migrate.__kwdefaults__["migrations"] = (*migrations.MIGRATIONS, FOURTH)
        open_store(Path(sys.argv[1]), FakeClock(), crash=crash_points_from(sys.argv[2]))
    """)
    assert run_child(script, tmp_path, point, check=False).returncode == -signal.SIGKILL
    raw = sqlite3.connect(tmp_path / ".recon" / "store.db")
    version = raw.execute("PRAGMA user_version").fetchone()[0]
    later = raw.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'later'").fetchone()[0]
    assert (version, later) == ((4, 1) if point == "migrate-4.after" else (3, 0))
    assert raw.execute("SELECT COUNT(*) FROM files").fetchone() == (1,)
    assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


def test_f11_second_writer_is_told_who_holds_it_and_readers_may_read(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        keep(store)
        with pytest.raises(StoreBusy, match=rf"Process {os.getpid()} on .* \(since 2026-07-01 08:00"):
            open_store(tmp_path, clock)
        with open_store(tmp_path, clock, writable=False, create=False) as reader:
            assert len(reader.files.all()) == 1
            with pytest.raises(StoreError, match="reading only"):
                keep(reader, 2)


def test_f11_killed_holder_frees_the_workspace_at_once(tmp_path):
    script = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from store_world import FakeClock, open_store
        store = open_store(Path(sys.argv[1]), FakeClock())
        print("HELD", flush=True)
        sys.stdin.readline()
    """)
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=child_env(),
        text=True,
    )
    assert child.stdout.readline() == "HELD\n"
    with pytest.raises(StoreBusy, match=f"Process {child.pid} on"):
        open_store(tmp_path, FakeClock())
    child.kill()
    child.wait()
    open_store(tmp_path, FakeClock()).close()
    child.stdin.close()
    child.stdout.close()


def test_f12_copied_workspace_is_recognised_and_must_be_adopted(tmp_path, clock):
    original, copy = tmp_path / "shop", tmp_path / "shop copy"
    original.mkdir()
    documents = many(3)
    with open_store(original, clock, anchors=tmp_path / "anchors") as store:
        approved(store, documents)
        first_id = store.identity.workspace_id
    shutil.copytree(original, copy)
    with open_store(copy, clock, anchors=tmp_path / "anchors") as store:
        assert store.is_copy
        with pytest.raises(StoreError, match=r"is a copy of .*shop/.recon.*nothing is approved or sent"):
            store.require_own()
        keep(store)  # looking and importing is allowed
        store.adopt(who="Malee")
        store.require_own()
        assert store.identity.workspace_id != first_id and store.identity.look_first
        assert all(row.look_first for row in store.outbox.rows("B0001"))
        assert store.verify_chain().ok
    with open_store(copy, clock, anchors=tmp_path / "anchors") as store:
        assert not store.is_copy and store.notices == ()
    with open_store(original, clock, anchors=tmp_path / "anchors") as store:
        assert not store.is_copy and not store.identity.look_first and store.notices == ()


def test_moved_workspace_is_no_copy(tmp_path, clock):
    (tmp_path / "old").mkdir()
    with open_store(tmp_path / "old", clock):
        pass
    (tmp_path / "old").rename(tmp_path / "new")
    with open_store(tmp_path / "new", clock) as store:
        assert not store.is_copy
        assert store.identity.path == str(tmp_path / "new" / ".recon")


def test_f12_network_drives_and_synchronised_folders_are_named(tmp_path):
    mounts = f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n"
    assert "network drive (nfs4)" in place_warnings(tmp_path / "a", mounts=mounts)[0]
    assert place_warnings(tmp_path, mounts="/dev/sda1 / ext4 rw 0 0\n") == ()
    assert "synchronised" in place_warnings(tmp_path / "OneDrive - Shop" / "books", mounts="")[0]


@pytest.mark.parametrize("outside", [True, False])
def test_f13_restored_backup_is_noticed_and_everything_is_looked_up_first(tmp_path, clock, outside):
    anchors = tmp_path / "anchors" if outside else None
    with open_store(tmp_path, clock, anchors=anchors) as store:
        approved(store, many(3))
        backup = store.backup("before")
        store.mappings.set("main", "channel", {"cod": "CSH001"})
    if outside:
        (tmp_path / ".recon" / "head").unlink()
    shutil.copyfile(backup, tmp_path / ".recon" / "store.db")
    with open_store(tmp_path, clock, anchors=anchors) as store:
        assert "older than it was" in store.notices[0]
        assert store.identity.epoch == 2 and store.identity.look_first
        assert all(row.look_first for row in store.outbox.rows("B0001"))
    with open_store(tmp_path, clock, anchors=anchors) as store:
        assert store.notices == ()


def test_backups_read_back_and_only_thirty_are_kept(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        keep(store)
        for _ in range(migrations.BACKUPS_KEPT + 2):
            last = store.backup("daily")
        assert len(list(last.parent.iterdir())) == migrations.BACKUPS_KEPT
    raw = sqlite3.connect(f"file:{last}?mode=ro", uri=True)
    assert raw.execute("SELECT COUNT(*) FROM files").fetchone() == (1,)
    raw.close()


# the event log ---------------------------------------------------------------------------------------------------


def edit(path, *statements):
    """Edit the file as a person with a database tool would: triggers taken away first."""
    raw = sqlite3.connect(path)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()


@pytest.fixture
def busy_store(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        for number in range(1, 6):
            keep(store, number)
    return store.folder / "store.db"


@pytest.mark.parametrize("statement", ["UPDATE events SET who = 'x' WHERE seq = 3", "DELETE FROM events WHERE seq = 3"])
def test_f85_events_cannot_be_changed_in_normal_use(tmp_path, clock, statement):
    with open_store(tmp_path, clock) as store:
        keep(store)
        with pytest.raises(sqlite3.IntegrityError, match="events are never"), store.database.transaction("edit"):
            store.database.write(statement.replace("3", "2"))


@pytest.mark.parametrize("column", ["at", "kind", "who", "subject", "facts", "hash"])
@pytest.mark.parametrize("seq", [1, 3, 6])
def test_f85_edited_entry_is_named(tmp_path, clock, busy_store, column, seq):
    edit(busy_store, f"UPDATE events SET {column} = {column} || ' ' WHERE seq = {seq}")
    with open_store(tmp_path, clock, writable=False) as store:
        report = store.verify_chain()
        assert (report.ok, report.bad_seq) == (False, seq), report


def test_f85_removed_and_swapped_entries_are_named(tmp_path, clock, busy_store):
    edit(busy_store, "DELETE FROM events WHERE seq = 3")
    with open_store(tmp_path, clock, writable=False) as store:
        assert store.verify_chain().words == "entry 3 is missing"
    edit(
        busy_store,
        "UPDATE events SET seq = 99 WHERE seq = 4",
        "UPDATE events SET seq = 4 WHERE seq = 5",
        "UPDATE events SET seq = 5 WHERE seq = 99",
    )
    with open_store(tmp_path, clock, writable=False) as store:
        assert store.verify_chain().bad_seq == 3


def test_f86_cut_tail_is_seen_by_heads_kept_elsewhere_only(tmp_path, clock, busy_store):
    edit(busy_store, "DELETE FROM events WHERE seq >= 5")
    with open_store(tmp_path, clock, writable=False) as store:
        assert store.events.verify().ok, "a chain alone cannot see it"
        report = store.verify_chain()
        assert not report.ok and report.words == "entries 5 to 6 were cut off; a head kept elsewhere knows them"


def test_f87_chain_written_anew_is_seen_by_a_head_kept_elsewhere(tmp_path, clock, busy_store):
    with open_store(tmp_path, clock, writable=False) as store:
        printed = store.events.head()
    shutil.rmtree(tmp_path / ".recon")
    with open_store(tmp_path, clock) as store:
        for number in range(11, 18):
            keep(store, number)
        assert store.verify_chain().ok
        assert not store.verify_chain(anchors=(printed,)).ok


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE outbox SET total_minor = total_minor + 1 WHERE id = 2", "documents of B0001 are not those"),
        ("UPDATE outbox SET number = 'X' WHERE id = 2", "documents of B0001 are not those"),
        ("UPDATE outbox SET state = 'posted', ledger_id = 'x' WHERE id = 2", "nothing ever happened"),
        ("DELETE FROM outbox WHERE id = 2", "documents of B0001 are not those"),
        ("UPDATE approvals SET approver = 'Nobody'", "approval of B0001 by Nobody was changed"),
        ("UPDATE approvals SET document_count = 4", "was changed afterwards"),
        ("UPDATE batches SET plan_digest = 'x'", "batch B0001 is not what was planned"),
        ("UPDATE mappings SET value = '\"P9\"' WHERE key = 'A'", "mapping main/product/A is not what was set"),
        ("DELETE FROM mappings WHERE key = 'A'", "mapping main/product/A is not what was set"),
        ("UPDATE mapping_changes SET value = '\"P9\"' WHERE key = 'A'", "history of mappings main/product"),
    ],
)
def test_f89_hand_edited_tables_are_named(tmp_path, clock, statement, words):
    with open_store(tmp_path, clock) as store:
        store.mappings.set("main", "product", {"A": "P1", "B": "P2"})
        approved(store, many(3))
        path = store.database.path
        assert store.compare_tables() == ()
    edit(path, statement)
    with open_store(tmp_path, clock) as store:
        assert words in "; ".join(store.compare_tables())


def test_facts_are_canonical_and_hold_no_floats(tmp_path, clock):
    with open_store(tmp_path, clock) as store, store.database.transaction("test"):
        store.events.append("note", "ก", {"b": 1, "a": "ข้อความ"})
        assert store.database.one("SELECT facts FROM events ORDER BY seq DESC")["facts"] == '{"a":"ข้อความ","b":1}'
        with pytest.raises(AssertionError):
            store.events.append("note", "x", {"rate": 7 / 100})


def test_a_failed_transaction_leaves_neither_change_nor_event(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        before = store.events.head()
        with pytest.raises(RuntimeError), store.database.transaction("test"):
            keep(store)
            raise RuntimeError
        assert store.files.all() == () and store.events.head() == before


def child_env():
    return {**os.environ, "PYTHONPATH": os.pathsep.join([os.path.dirname(__file__), os.getcwd()])}


def run_child(script, *arguments, check=True):
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        check=check,
        env=child_env(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_holder_file_that_cannot_be_read_does_not_matter(tmp_path, clock):
    with open_store(tmp_path, clock) as store:
        (store.folder / "holder.json").write_text("{", encoding="utf-8")
        with pytest.raises(StoreBusy, match="Another process has this workspace open"):
            open_store(tmp_path, clock)

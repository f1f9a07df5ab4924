"""The audit screen: log, chain, files and comparison, every key, every state at three sizes, hostile names."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from recon.summaries.sent import VerifySummary
from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.screens.looking import Script, pictured_at_each_size, play, press, quiet, says, text_of, until
from tests.shell import Shell
from tests.thai_shop import WHOLESALE
from tui.app import ReconApp
from tui.preferences import Preferences
from tui.screens.audit_words import event_frame, passing
from tui.session import Session

HOSTILE_FILE = "[b] \u202e\x1b]0;t\x07.csv"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three receipts stand in the sandbox ledger; the file had a hostile name."""
    import datetime as dt

    from recon.config.first.answers import FirstAnswers
    from recon.config.first.text import first_settings
    from recon.workspace import make_workspace

    root = tmp_path_factory.mktemp("audit") / "books"
    make_workspace(
        root, first_settings(FirstAnswers(company="Sandbox", target="sandbox", start_date=dt.date(2026, 10, 1)))
    )
    shell = Shell(root, FakeClock())
    export = root.parent / HOSTILE_FILE
    shutil.copyfile(WHOLESALE, export)
    shell("connect").expect(0)
    shell("import", export).expect(0)
    shell("match", "--link-all", "--channel", "Bank Deposit", "--method", "BSV002").expect(0)
    shell("plan").expect(4)
    shell("approve", "B0001", "--as", "Nok").expect(0)
    shell("upload", "B0001").expect(0)
    return root


@pytest.fixture
def books(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of its own, seen from the folder beside it, so that its paths are always the same."""
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(Path(os.environ["XDG_CONFIG_HOME"]) / "recon" / "heads", ignore_errors=True)  # of the copy before
    shutil.copytree(original, tmp_path / "books")
    folder = (tmp_path / "books" / ".recon").resolve()
    with closing(sqlite3.connect(folder / "store.db")) as database, database:
        database.execute("UPDATE workspace SET inode = ?, path = ?", (folder.stat().st_ino, str(folder)))
    return Path("books")


def screens(books: Path, *, read_only: bool = False, hide: bool = False) -> ReconApp:
    session = Session(books, clock=FakeClock(), actor="nok", read_only=read_only)
    return ReconApp(session, start="audit", preferences=Preferences(hide_numbers=hide, language="en"), keep=False)


def still(text: str) -> str:
    """Return a picture without what differs from run to run: digests of the chain, sizes of files."""
    text = re.sub(r"[0-9a-f]{16,64}", lambda found: "0" * len(found[0]), text)
    return re.sub(r"(\.(?:xlsx|journal) .*[a-z ] )\d\d( *\|)$", r"\1##\2", text, flags=re.MULTILINE)


def pictured(books: Path, snapshot: Any, *keys: str, before: Script | None = None) -> None:
    play(screens(books), pictured_at_each_size(snapshot, *keys, before=before, still=still))


def test_picture_of_the_log(books: Path, snapshot: Any) -> None:
    pictured(books, snapshot)


def test_picture_of_an_open_entry(books: Path, snapshot: Any) -> None:
    pictured(books, snapshot, "f4", "=planned", "enter", "enter")


def test_picture_of_a_hostile_entry(books: Path, snapshot: Any) -> None:
    pictured(books, snapshot, "f4", "=csv -taken", "enter", "enter")


def test_picture_of_no_files(books: Path, snapshot: Any) -> None:
    pictured(books, snapshot, "tab")


def test_picture_of_a_checked_workbook(books: Path, snapshot: Any) -> None:
    Shell(books, FakeClock())("audit", "B0001").expect(0)
    Shell(books, FakeClock())("journal", "B0001").expect(0)
    pictured(books, snapshot, "f6", "end", "enter")


def test_picture_of_a_comparison(books: Path, snapshot: Any) -> None:
    pictured(books, snapshot, "v")


def test_picture_of_differences(books: Path, snapshot: Any) -> None:
    report = VerifySummary(
        "B0001",
        "[/x] \x1b[31mSandbox",
        3,
        1,
        ({"number": "RT-1001", "text": "total: sent 100.00, the ledger holds 90.00", "code": "read-back-differs"},),
        ({"number": "RT-1002", "text": "receipt of 5.00 is not there", "code": "read-back-missing"},),
        ({"number": "[b]\u202e9", "text": "receipt of 1.00, sent by somebody else", "code": "stranger-in-ledger"},),
    )

    async def before(app: Any, pilot: Any) -> None:
        app.screen._compared(report)
        await quiet(pilot)

    pictured(books, snapshot, "down", "enter", before=before)


def test_picture_of_an_empty_workspace(workspace: Workspace, snapshot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace.root.parent)
    pictured(Path("books"), snapshot)


def test_picture_of_a_broken_chain(books: Path, snapshot: Any) -> None:
    with closing(sqlite3.connect(books / ".recon" / "store.db")) as database, database:
        database.execute("DROP TRIGGER IF EXISTS events_no_update")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE events SET who = 'somebody' WHERE seq = 5")
    pictured(books, snapshot)


# --- keys


def test_v_reads_the_ledger_back_and_says_so(books: Path) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "อ")
        assert says(app, "3 compared, 3 equal")
        assert says(app, "[Compared with the ledger]")
        await press(pilot, "escape")
        assert says(app, "[Event log]")

    play(screens(books), script)


def test_e_writes_a_workbook_that_then_proves_itself(books: Path) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "e")
        assert says(app, "Write which file?")
        await press(pilot, "enter")
        await until(pilot, lambda: says(app, "Wrote books/audit/B0001.xlsx"))
        await press(pilot, "tab", "enter")
        await until(pilot, lambda: says(app, "as recon wrote it: its totals add up"))

    play(screens(books), script)
    assert (books / "audit" / "B0001.xlsx").stat().st_size > 1000


def test_a_journal_is_written_with_the_program_that_checks_it(books: Path) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "ctrl+e", "down", "enter")
        await until(pilot, lambda: says(app, "Check it with: hledger"))

    play(screens(books), script)
    assert (books / "audit" / "B0001.journal").is_file()


def test_a_foreign_workbook_is_told_apart(books: Path) -> None:
    shell = Shell(books, FakeClock())
    shell("audit", "B0001").expect(0)
    other = books / "audit" / "B0001.xlsx"
    other.write_bytes(other.read_bytes()[:-10])

    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "f6", "enter")
        await until(pilot, lambda: not says(app, "Checking"))
        assert not says(app, "its totals add up")

    play(screens(books), script)


def test_the_filter_finds_words_in_any_column(books: Path) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "/", "=nok approved")
        await until(pilot, lambda: says(app, "1 of"))
        await press(pilot, "enter", "escape")
        await until(pilot, lambda: not app.screen.has_class("-filtering"))

    play(screens(books), script)


def test_older_entries_come_when_the_cursor_reaches_the_end(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.audit.PAGE", 5)

    async def script(app: Any, pilot: Any) -> None:
        assert app.screen.rows.row_count == 5
        await press(pilot, "end")
        assert app.screen.rows.row_count == 10
        for _ in range(20):
            await press(pilot, "end")
        assert app.screen.rows.cursor_key == 1

    play(screens(books), script)


def test_numbers_can_be_hidden(books: Path) -> None:
    async def script(app: Any, pilot: Any) -> None:
        assert says(app, "11,882.17")
        await press(pilot, "f8")
        assert not says(app, "11,882.17")
        assert says(app, "***")

    play(screens(books), script)


def test_a_read_only_session_writes_nothing(books: Path) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "e")
        assert not says(app, "Write which file?")
        assert not says(app, "e Workbook"), "no key is offered that does nothing"

    play(screens(books, read_only=True), script)
    assert list((books / "audit").iterdir()) == []


def test_reading_anew_and_another_width_leave_the_place_where_it_was(books: Path) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "s", "home", "down", "down", "enter")
        assert app.screen.rows.cursor_key == 3
        await press(pilot, "f5")
        assert app.screen.rows.cursor_key == 3
        assert app.screen.has_class("-opened")
        assert app.screen.rows.sorted_by is not None
        await pilot.resize_terminal(130, 36)
        await quiet(pilot)
        assert app.screen.rows.cursor_key == 3
        assert says(app, "09:00:00"), "seconds where there is room"

    play(screens(books), script)


def test_sort_and_faces_by_mouse(books: Path) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "s", "home")
        assert app.screen.rows.cursor_key == 1, "the oldest first"
        await pilot.click("#audit-faces", offset=(15, 0))
        await quiet(pilot)
        assert "[Files]" in text_of(app)

    play(screens(books), script)


def test_a_filter_leaves_out_words_too() -> None:
    frame = event_frame(())
    assert passing(frame, "x -y").len() == 0

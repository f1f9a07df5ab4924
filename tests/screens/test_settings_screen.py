"""The settings screen: every setting with its explanation, editing, locks, keys never shown, what the person likes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from recon.config.edits import with_setting
from recon.sandbox.peak import SandboxPeak
from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.screens.grid import lines_of
from tests.screens.looking import pictured_at_each_size, play, press, says, until
from tests.shell import SANDBOX_COMPANY, Shell, run
from tests.thai_shop import WHOLESALE
from tui import i18n
from tui.app import ReconApp
from tui.preferences import Preferences
from tui.session import Session
from tui.wiring import service_for


def screens(root: Path, *, read_only: bool = False) -> ReconApp:
    session = Session(root, clock=FakeClock(), actor="nok", read_only=read_only)
    return ReconApp(session, start="settings", preferences=Preferences(language="en", name="nok"), keep=False)


@pytest.fixture
def books(workspace: Workspace, clock: FakeClock) -> Workspace:
    with service_for(workspace, clock=clock):
        pass
    return workspace


def pictured(root: Path, snapshot: Any, *keys: str) -> None:
    play(screens(root), pictured_at_each_size(snapshot, *keys))


def at(name: str) -> tuple[str, ...]:
    """Return the keys that bring the cursor to a setting."""
    return ("f4", f"={name}", "enter")


def test_picture_of_the_list(books: Workspace, snapshot: Any) -> None:
    pictured(books.root, snapshot)


def test_picture_of_a_choice(books: Workspace, snapshot: Any) -> None:
    pictured(books.root, snapshot, *at("shop.receipts"), "enter")


def test_picture_of_how_often_it_runs(books: Workspace, snapshot: Any) -> None:
    pictured(books.root, snapshot, *at("schedule.when"), "enter")


def test_a_usual_schedule_is_written_whole(books: Workspace) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, *at("schedule.when"), "enter", "home", "down", "enter")
        await until(pilot, lambda: says(app, "Saved in recon.toml"))

    play(screens(books.root), script)
    schedule = books.settings().connections["shop"].schedule
    assert (schedule.when, schedule.at, schedule.weekday) == ("weekly", "05:00", "monday")


def test_picture_of_a_text(books: Workspace, snapshot: Any) -> None:
    pictured(books.root, snapshot, *at("payment_terms"), "enter")


def test_picture_of_a_wrong_value(books: Workspace, snapshot: Any) -> None:
    pictured(books.root, snapshot, *at("payment_terms"), "enter", "=soon", "enter")


def test_picture_of_what_a_person_likes(books: Workspace, snapshot: Any) -> None:
    pictured(books.root, snapshot, "end")


def test_picture_of_keys(books: Workspace, snapshot: Any) -> None:
    text = books.settings_file.read_text("utf-8")
    books.settings_file.write_text(with_setting(text, ("connections", "shop", "target"), value="peak"), "utf-8")
    pictured(books.root, snapshot, *at("connect_key"))


def test_picture_of_the_dialog_for_keys(books: Workspace, snapshot: Any) -> None:
    text = books.settings_file.read_text("utf-8")
    books.settings_file.write_text(with_setting(text, ("connections", "shop", "target"), value="peak"), "utf-8")
    pictured(books.root, snapshot, *at("connect_key"), "enter")


def test_picture_of_hostile_values(books: Workspace, snapshot: Any) -> None:
    text = books.settings_file.read_text("utf-8")
    hostile = "[/x] 100[b] \x1b]0;t\x07 \u202egnirts"
    text = with_setting(text, ("company", "name"), value=hostile)
    books.settings_file.write_text(
        with_setting(text, ("connections", "shop", "contacts", "default"), value=hostile), "utf-8"
    )
    pictured(books.root, snapshot, "enter")


def test_a_value_is_written_and_the_comments_stay(books: Workspace) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, *at("payment_terms"), "enter")
        app.screen.query_one(Input).value = "30"
        await press(pilot, "enter")
        assert says(app, "Saved in recon.toml: connections.shop.payment_terms_days")
        await press(pilot, *("f4", "end", "ctrl+u"), "=shop.receipts", "enter", "enter", "down", "enter")
        await until(pilot, lambda: books.settings().connections["shop"].receipts == "paid-and-completed")

    play(screens(books.root), script)
    assert books.settings().connections["shop"].payment_terms_days == 30
    assert "# as it stands in the ledger" in books.settings_file.read_text("utf-8")


def test_the_title_follows_the_company(books: Workspace) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "enter")
        app.screen.query_one(Input).value = "ร้านใหม่"
        await press(pilot, "enter")
        await until(pilot, lambda: "ร้านใหม่" in lines_of(app)[0])

    play(screens(books.root), script)


def test_what_only_makes_sense_together_is_judged_as_a_whole(books: Workspace) -> None:
    before = books.settings_file.read_bytes()

    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, *at("channels.unmapped"), "enter", "down", "enter")
        assert says(app, "channels.cash_method, the")

    play(screens(books.root), script)
    assert books.settings_file.read_bytes() == before


def test_what_is_locked_says_why(books: Workspace) -> None:
    shell = Shell(books.root, FakeClock())
    shell("connect").expect(0)
    shell("import", WHOLESALE).expect(0)
    shell("match", "--link-all", "--channel", "Bank Deposit", "--method", "BSV002").expect(0)
    shell("plan").expect(4)
    shell("approve", "B0001", "--as", "Nok").expect(0)
    shell("upload", "B0001").expect(0)

    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, *at("shop.start_date"), "enter")
        assert says(app, "Locked since the first upload")
        assert not app.screen.query(Input).filter(".-textual-dialog")

    play(screens(books.root), script)
    assert books.settings().connections["shop"].start_date.isoformat() == "2026-10-01"


def test_the_connection_is_tried_and_named(books: Workspace) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "v")
        await until(pilot, lambda: says(app, "✓"))
        assert says(app, "SANDBOX, sandbox")
        await pilot.click("#test")
        await until(pilot, lambda: says(app, "ledger lists"))

    play(screens(books.root), script)


def test_keys_are_typed_tried_kept_and_never_shown(tmp_path: Path, clock: FakeClock) -> None:
    with SandboxPeak(path=tmp_path / "peak.db", clock=clock, durable=False) as ledger:
        root = tmp_path / "books"
        run("init", root, "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01", "--target", "peak",
            "--ledger-url", ledger.url, "--environment", "test", clock=clock).expect(0)  # fmt: skip
        secrets = dict(ledger.credentials)

        async def script(app: Any, pilot: Any) -> None:
            await press(pilot, *at("connect_key"))
            assert says(app, "not there")
            await press(pilot, "enter")
            for line in app.screen.query(Input).results(Input):
                line.value = secrets[str(line.name)]
            assert not [key for key in secrets.values() if any(key in text for text in lines_of(app))]
            await pilot.click("#yes")
            await until(pilot, lambda: says(app, SANDBOX_COMPANY) and says(app, "TEST, peak"))
            await press(pilot, "escape")
            assert says(app, "kept in a file only you can read")

        play(screens(root), script)
        held = root.joinpath("recon.toml").read_text("utf-8")
        assert not [key for key in secrets.values() if key in held]
        assert Shell(root, clock)("connect", "--refresh", "--json").expect(4).facts["company"] == SANDBOX_COMPANY


def test_language_theme_and_numbers_are_the_persons_own(books: Workspace) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "end", "up", "up", "up", "enter", "down", "enter")
        assert i18n.language() == "th"
        assert app.preferences.language == "th"

    play(screens(books.root), script)

    async def colours(app: Any, pilot: Any) -> None:
        await press(pilot, *at("colours"), "enter", "down", "enter")
        assert app.theme == "recon-light"
        await press(pilot, "f4", "end", "ctrl+u", "=hide numbers", "enter", "enter", "down", "enter")
        assert app.preferences.hide_numbers

    play(screens(books.root), colours)
    assert "hide" not in books.settings_file.read_text("utf-8")


def test_a_read_only_session_changes_nothing(books: Workspace) -> None:
    before = books.settings_file.read_bytes()

    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, *at("shop.receipts"), "enter")
        assert says(app, "may only read")
        assert not says(app, "v Test"), "no key is offered that does nothing"
        await press(pilot, "f4", "end", "ctrl+u", "=hide numbers", "enter", "enter", "down", "enter")
        assert app.preferences.hide_numbers, "what is the person's own can be changed"

    play(screens(books.root, read_only=True), script)
    assert books.settings_file.read_bytes() == before


def test_esc_goes_home(books: Workspace) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "escape")
        assert app.place == "home"

    play(screens(books.root), script)


@pytest.fixture
def american(tmp_path: Path, clock: FakeClock) -> Path:
    """Books of a sandbox QuickBooks, with its lists read and some accounts not chosen."""
    root = tmp_path / "american"
    run("init", root, "--no-input", "--company", "Cedar & Pine LLC", "--source", "shopify", "--target", "sandbox-quickbooks",
        "--start-date", "2026-01-01", clock=clock).expect(0)  # fmt: skip
    settings = root / "recon.toml"
    text = settings.read_text("utf-8").replace('receivable = "Accounts Receivable"', 'receivable = ""')
    settings.write_text(text.replace('sales = "Sales"', 'sales = ""'), "utf-8")
    Shell(root, clock)("connect")
    return root


def test_picture_of_proposed_accounts(american: Path, snapshot: Any) -> None:
    pictured(american, snapshot, "k")


def test_proposed_accounts_are_taken_with_a_key(american: Path) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "k")
        await until(pilot, lambda: says(app, "Take all 4"))
        await press(pilot, "enter")
        await until(pilot, lambda: says(app, "Saved in recon.toml: quickbooks.cogs_account"))

    play(screens(american), script)
    accounts = (american / "recon.toml").read_text("utf-8").split("[connections.shop.accounts]")[1]
    assert 'receivable = "Accounts Receivable"' in accounts
    assert 'sales = "Sales"' in accounts

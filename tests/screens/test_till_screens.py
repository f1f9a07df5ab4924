"""Accounts, VAT codes, cash counts and what is missing, by their keys; one start serves the pictures of a list at each size."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests import till_world
from tests.clock import FakeClock
from tests.screens.grid import lines_of
from tests.screens.looking import picture, pictured_at_each_size, play, press, quiet, says
from tests.screens.match_world import match_app
from tests.screens.test_languages import left_over
from tests.shell import Shell
from tui.screens.audit import AuditScreen
from tui.screens.till_accounts import TillAccountsScreen
from tui.screens.till_counts import TillCountsScreen
from tui.screens.till_setup import TillSetupScreen
from tui.screens.till_taxes import TillTaxesScreen
from tui.widgets.count_dialog import CountDialog
from tui.widgets.dialogs import ConfirmDialog
from tui.widgets.pick_dialog import PickDialog

WIDE = (130, 36)


@pytest.fixture
def shell(shell_at) -> Shell:
    return shell_at(till_world.begun)


def cells(app: App[Any], *columns: str) -> list[tuple[Any, ...]]:
    frame = getattr(app.screen, "frame", None)
    assert frame is not None
    rows: list[tuple[Any, ...]] = frame.select(columns).rows()
    return rows


async def at(app: App[Any], pilot: Pilot[Any], key: str) -> None:
    """Go to the row with this key."""
    screen = app.screen
    assert isinstance(screen, (TillAccountsScreen, TillCountsScreen, TillSetupScreen))
    screen.rows.move_to_key(key)
    await quiet(pilot)


def test_accounts_are_proposed_taken_found_and_given_a_vat_code(shell: Shell, clock: FakeClock) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        assert isinstance(app.screen, TillAccountsScreen)
        assert says(app, "8 proposed 5 proposals are certain")
        await press(pilot, "k")
        assert isinstance(app.screen, ConfirmDialog)
        assert says(app, "Take 18 certain proposals")
        await press(pilot, "tab", "enter")
        assert says(app, "3 proposed")
        await at(app, pilot, "kafétorget/200@25")
        await press(pilot, "enter")
        assert ("Kafé Torget/200@25", "3000", "3") in cells(app, "sku", "account", "tax_code")
        await at(app, pilot, "kafétorget/100@25")
        await press(pilot, "f")
        assert isinstance(app.screen, PickDialog)
        await press(pilot, "=3900", "enter")
        assert ("Kafé Torget/100@25", "3900", "3", "mapped") in cells(app, "sku", "account", "tax_code", "tax_from")
        await at(app, pilot, "kafétorget/100@25")
        await press(pilot, "o", "enter")
        assert ("Kafé Torget/100@25", "3900", "3", "chosen") in cells(app, "sku", "account", "tax_code", "tax_from")
        await press(pilot, "u")
        assert ("Kafé Torget/100@25", "mapped") in cells(app, "sku", "tax_from")
        await at(app, pilot, "kafétorget/100@25")
        await press(pilot, "d")
        assert ("Kafé Torget/100@25", None) in cells(app, "sku", "account")

    play(match_app(shell.root, clock), script, size=WIDE)


def test_what_is_missing_leads_to_where_it_is_set(shell: Shell, clock: FakeClock) -> None:
    shell("match", "--take-accounts", "--sku", "Brygga/200@25", "--account", "3010").expect(4)

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        assert isinstance(app.screen, TillSetupScreen)
        by_what = dict(cells(app, "what", "key"))
        await at(app, pilot, by_what["department"])
        await press(pilot, "enter")
        assert isinstance(app.screen, PickDialog)
        await press(pilot, "=brygga", "enter")
        assert "department" not in {what for (what,) in cells(app, "what")}
        assert 'Brygga = "20"' in (shell.root / "recon.toml").read_text("utf-8")
        await at(app, pilot, dict(cells(app, "what", "key"))["count"])
        await press(pilot, "enter")
        assert isinstance(app.screen, TillCountsScreen)

    play(match_app(shell.root, clock, place="setup"), script, size=WIDE)


def test_a_count_shows_the_difference_and_a_large_one_is_asked_about_again(shell: Shell, clock: FakeClock) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        await press(pilot, "enter")
        assert isinstance(app.screen, CountDialog)
        assert says(app, "Opening float 1,500.00 + cash 3,000.00")
        assert says(app, "= 4,500.00 should be there.")
        await press(pilot, "=4.480")
        assert says(app, "can be read as 4480 or as 4,480")
        await press(pilot, "=,00", "enter", "=2 980", "enter")
        assert says(app, "20.00 short 1,500.00 stays in the drawer")
        await press(pilot, "=byttet", "enter")
        assert ("K1/214", "counted", -2_000, 298_000, "nok", "byttet") in cells(
            app, "number", "state", "difference_minor", "to_bank_minor", "counted_by", "remark"
        )
        await at(app, pilot, "till:shop:settlement:K7/31")
        await press(pilot, "enter", "=1000", "enter", "enter", "enter")
        assert isinstance(app.screen, ConfirmDialog)
        assert says(app, "2,400.00 less than the 3,400.00 that should be there.")
        await press(pilot, "escape")
        assert isinstance(app.screen, CountDialog)
        assert says(app, "2,400.00 short 1,000.00 stays in the drawer"), "what was typed is looked at again, not lost"
        await press(pilot, "enter", "enter", "enter", "tab", "enter")
        assert says(app, "2 counted differences -2,420.00")
        await press(pilot, "u")
        await at(app, pilot, "till:shop:settlement:K1/214")
        await press(pilot, "d")
        assert {state for (state,) in cells(app, "state")} == {"waiting"}

    play(match_app(shell.root, clock, place="counts"), script, size=WIDE)


def test_postings_of_a_settlement_show_whole_sums_and_the_vat_account_in_words(shell: Shell, clock: FakeClock) -> None:
    shell("match", "--take-accounts", "--accept", "*", "--department", "Kafé Torget=10").expect(0)
    shell("till", "count", "K1/214", "4480", "--to-bank", "2980", "--as", "Kari")
    shell("plan").expect(4)

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        assert says(app, "2026-03-14 Kafé Torget")
        await press(pilot, "/", "=st:ready", "enter", "enter", *["f6"] * 4)
        assert says(app, "Output VAT, code 31 300.00")
        assert says(app, "Sum 21,100.40 21,100.40")

    play(match_app(shell.root, clock, place="review"), script, size=WIDE)


def test_vat_codes_are_chosen_and_taken_away(shell: Shell, clock: FakeClock) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        assert isinstance(app.screen, TillTaxesScreen)
        await press(pilot, "enter", "enter")
        assert ("0 (0 %)", "0") in cells(app, "tax", "code")
        await press(pilot, "f6")
        assert isinstance(app.screen, TillCountsScreen)

    play(match_app(shell.root, clock, place="taxes"), script, size=WIDE)


@pytest.mark.parametrize("place", ["match", "counts", "setup", "taxes"])
def test_picture(shell: Shell, clock: FakeClock, grids: Any, place: str) -> None:
    shell("match", "--sku", "Kafé Torget/200@25", "--account", "3000").expect(4)
    shell("till", "count", "K1/214", "4480", "--to-bank", "2980").expect(4)
    play(match_app(shell.root, clock, place=place), pictured_at_each_size(grids))


@pytest.mark.parametrize(("place", "keys"), [("match", ("k",)), ("match", ("f",)), ("counts", ("enter", "=3380"))])
def test_picture_of_a_dialog(shell: Shell, clock: FakeClock, grids: Any, place: str, keys: tuple[str, ...]) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        await press(pilot, *keys)
        assert picture(app) == grids(name="80x24")

    play(match_app(shell.root, clock, place=place), script)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["match", "channels", "taxes", "counts", "setup", "review"])
@pytest.mark.parametrize("language", ["nb", "th"])
def test_no_english_is_left_on_the_screens_of_tills(shell: Shell, clock: FakeClock, place: str, language: str) -> None:
    """Names of files and accounts stand as they came; everything recon says is in the language of the screen."""
    shell("match", "--take-accounts").expect(4)
    shell("plan").expect(4)

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        await quiet(pilot)
        ours = [re.sub(r"tills\.xml|[0-9]{4}  Tips", "", line) for line in lines_of(app)]
        assert left_over(ours, language) == []

    app = match_app(shell.root, clock, place=place)
    app.use_language(language)
    play(app, script, size=WIDE)


@pytest.mark.parametrize("place", ["home", "import", "audit"])
def test_tills_have_settlements_and_no_orders(shell: Shell, clock: FakeClock, place: str) -> None:
    """Counts, headings and what holds a record speak of settlements, invoices and tills; of web shops nothing is said."""
    shell("plan").expect(4)

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        await quiet(pilot)
        assert says(app, "2 settlements and invoices")
        assert not re.search(r"\b(?:orders?|shop's|refunds)\b", "\n".join(lines_of(app)))

    play(match_app(shell.root, clock, place=place), script, size=WIDE)


def test_commands_speak_of_settlements(shell: Shell) -> None:
    plan = shell("plan").expect(4).out
    assert "source (2 settlements and invoices of tills)" in plan
    assert "settlement K1/214" in plan
    status = shell("status").expect(4).out
    assert "files 1, settlements and invoices 2" in status
    assert "Settlements  In ledger" in status
    assert "Taken in" in shell("verify", "shop").expect(4).out
    for text in (plan, status, shell("match").expect(4).out):
        assert not re.search(r"\borders?\b", text, re.IGNORECASE)


def test_what_the_law_wants_of_days_is_shown_where_home_leads(tmp_path: Path, clock: FakeClock) -> None:
    """A missing Z report, a term that is over, and the tills with their days, each with its reason and the remedy."""
    shell = till_world.begun(tmp_path, clock, till_world.bar(31, 13), till_world.bar(33, 15))

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        assert says(app, "2 settlements missing, days not closed")
        await press(pilot, "enter")
        assert says(app, "[Days of tills]")
        assert isinstance(app.screen, AuditScreen)
        assert app.screen._days.select("state", "about").rows() == [
            ("missing", "K7/32"), ("late", "2026-03-01 - 2026-04-30"), ("till", "K7  Brygga"),
        ]  # fmt: skip
        await press(pilot, "home", "enter")
        assert says(app, "after 2026-03-13, before 2026-03-15")
        assert says(app, "Z reports are numbered without gaps, so a day is missing")
        await press(pilot, "down")
        assert says(app, "2 settlements not in the ledger")
        assert says(app, "at least every four months")

    play(match_app(shell.root, clock, place="home"), script, size=WIDE)

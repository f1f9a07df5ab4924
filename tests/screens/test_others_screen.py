"""What others posted, by its keys: adopted after a look at what it does, called another sale, taken back, grouped, compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, Static

from recon.sandbox.peak import SandboxPeak
from tests.clock import FakeClock
from tests.screens.grid import lines_of
from tests.screens.looking import play, press, until
from tests.screens.match_world import match_app
from tests.screens.worlds import Worlds
from tests.tui.test_cli_others import PARTLY, Books, orders_of, workspace
from tui.screens.others import OthersScreen
from tui.widgets.dialogs import TextDialog
from tui.widgets.table import VirtualTable


@pytest.fixture
def books(tmp_path: Path, clock: FakeClock, key_store: object):
    path = tmp_path / "peak.db"
    with SandboxPeak(path=path, clock=clock, durable=False) as ledger:
        ours = workspace(tmp_path / "books", ledger, clock, writers="shared")
        theirs = workspace(tmp_path / "others", ledger, clock, numbering="ledger")
        yield Books(ours, theirs, ledger, path)


def here(pilot: Pilot[Any]) -> OthersScreen:
    assert isinstance(pilot.app.screen, OthersScreen)
    return pilot.app.screen


def states(pilot: Pilot[Any]) -> list[str]:
    frame = here(pilot).frame
    assert frame is not None
    return list(frame["state"])


def dialog_words(pilot: Pilot[Any]) -> str:
    assert isinstance(pilot.app.screen, TextDialog)
    return "\n".join(str(part.render()) for part in pilot.app.screen.query(Static))


@pytest.mark.parametrize("key", ["a", "ฟ", "insert", "enter"])
def test_adopting_says_first_what_it_does_and_then_does_it(books: Books, clock: FakeClock, key: str) -> None:
    first, *_rest = orders_of(books.ours)
    books.they_post(first)
    books.held()

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        assert states(pilot) == ["certain"]
        await press(pilot, key)
        words = dialog_words(pilot)
        assert "1 document of " in words
        assert "in the books of " in words
        assert "approved by nok" in words
        app.screen.query_one(Input).value = "pushed at night"
        await press(pilot, "enter")
        await until(pilot, lambda: "Nothing in the ledger looks like" in "\n".join(lines_of(app)))

    play(match_app(books.ours.root, clock, place="others"), script)
    assert first not in orders_of(books.ours)
    assert max(books.live().values()) == 1
    books.ours("doctor").expect(0)


def test_going_back_from_the_dialog_adopts_nothing(books: Books, clock: FakeClock) -> None:
    first, *_rest = orders_of(books.ours)
    books.they_post(first)
    books.held()

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        await press(pilot, "a")
        await press(pilot, "escape")
        assert states(pilot) == ["certain"]

    play(match_app(books.ours.root, clock, place="others"), script)
    assert books.held() == {"stands-in-ledger": 1, **PARTLY}


def test_another_sale_is_said_with_a_reason_and_can_be_undone(books: Books, clock: FakeClock) -> None:
    first, *_rest = orders_of(books.ours)
    books.they_post(first)
    books.held()

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        await press(pilot, "r")
        app.screen.query_one(Input).value = "a counter sale"
        await press(pilot, "enter")
        await until(pilot, lambda: states(pilot) == [])
        assert "Undo: not ours 1" in " ".join(lines_of(app))
        await press(pilot, "u")
        await until(pilot, lambda: states(pilot) == ["certain"])

    play(match_app(books.ours.root, clock, place="others"), script, size=(130, 36))
    assert books.held() == {"stands-in-ledger": 1, **PARTLY}


def test_a_ledger_that_does_not_answer_is_said_and_what_was_read_stays(books: Books, clock: FakeClock) -> None:
    first, *_rest = orders_of(books.ours)
    books.they_post(first)
    books.held()

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        books.ledger.stop()
        await press(pilot, "m")
        await until(pilot, lambda: app.screen.query_one("#error").has_class("-shown"))
        await press(pilot, "escape")
        assert states(pilot) == ["certain"]
        assert first in "\n".join(lines_of(app))

    play(match_app(books.ours.root, clock, place="others"), script)


def test_marking_like_this_and_groups_reach_the_same_orders(worlds: Worlds) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        await press(pilot, "f7")
        marked = here(pilot).touched()
        assert {row["surety"] for row in marked} == {"certain"}
        await press(pilot, "escape")
        await press(pilot, "ctrl+g")
        rows = app.screen.query_one("#rows", VirtualTable)
        assert rows.row_count == len(set(states(pilot)))
        assert {row["key"] for row in here(pilot).touched()} == {row["key"] for row in marked}
        await press(pilot, "asterisk")
        everything = here(pilot).touched()
        await press(pilot, "ctrl+g")
        assert len(everything) == app.screen.query_one("#rows", VirtualTable).row_count

    play(worlds("others").app("others"), script)


def test_what_differs_and_what_is_not_certain_is_said_before_it_is_adopted(worlds: Worlds) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        for key in ("f4", "=st:differs", "enter", "asterisk", "insert"):
            await press(pilot, key)
        words = dialog_words(pilot)
        assert "have another amount in the ledger, 21.00 in all" in words
        await press(pilot, "escape")
        for key in ("escape", "escape", "f4", "=st:likely", "enter", "asterisk", "insert"):
            await press(pilot, key)
        assert "are not certain" in dialog_words(pilot)

    play(worlds("others").app("others"), script)


def test_where_others_post_everything_nothing_can_be_decided(worlds: Worlds) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        assert set(states(pilot)) == {"equal", "differs", "missing", "stranger"}
        before = lines_of(app)
        for key in ("insert", "delete", "enter"):
            await press(pilot, key)
        assert lines_of(app) == before

    play(worlds("compared").app("others"), script)


def test_the_tab_is_there_only_where_somebody_else_posts(worlds: Worlds) -> None:
    async def hidden(_app: App[Any], pilot: Pilot[Any]) -> None:
        assert "Posted by others" not in "\n".join(lines_of(pilot.app))

    async def there(app: App[Any], pilot: Pilot[Any]) -> None:
        assert "Posted by others" in "\n".join(lines_of(app))
        for _ in range(3):
            await press(pilot, "f6")
        assert isinstance(app.screen, OthersScreen)
        await press(pilot, "f6")
        assert app.place == "match"  # type: ignore[attr-defined]

    play(worlds("demo").app("match"), hidden)
    play(worlds("others").app("match"), there)


def test_settings_changed_while_the_list_is_open(worlds: Worlds) -> None:
    world = worlds("others")

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        text = (world.root / "recon.toml").read_text("utf-8").replace('writers = "shared"', 'writers = "others"')
        (world.root / "recon.toml").write_text(text, "utf-8")
        await press(pilot, "f5")
        await until(pilot, lambda: "missing" in states(pilot))
        assert "Adopt" not in "\n".join(lines_of(app))

    play(world.app("others"), script)

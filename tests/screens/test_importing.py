"""The import screen by its keys and by the mouse: every state as a text grid, every way in, every refusal in words."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from recon.service import ReconService
from recon.service.intakes import IntakeHistory
from tests.screens.grid import grid, lines_of
from tests.screens.import_world import (
    CUT,
    HOSTILE,
    LINES,
    ImportWorld,
    click_words,
    import_world,
    screen_of,
    seen,
    settled,
    sizes,
)
from tests.screens.looking import SIZES, play, press, quiet, says
from tests.thai_shop import MID_MONTH, MONTH_END, WHOLESALE
from tui.app import ReconApp
from tui.screens.importing import ImportScreen
from tui.widgets.file_chooser import FileChooser
from tui.widgets.pull_dialog import PullDialog


@pytest.fixture
def world(tmp_path: Path) -> ImportWorld:
    return import_world(tmp_path / "books")


@pytest.fixture
def stocked(world: ImportWorld) -> ImportWorld:
    """One file is known, four wait: a newer one, one that is cut off, one nobody knows, and a hostile name."""
    world.take_in(MID_MONTH)
    for source, name in ((MONTH_END, ""), (CUT, "cut.csv"), (LINES, "x-lines.csv"), (WHOLESALE, HOSTILE[0])):
        world.put(source, name)
    return world


def pictures(world: ImportWorld, snapshot: SnapshotAssertion, *keys: str, **options: Any) -> None:
    """Take the text grid at every size after the same keys."""

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, *keys)
        async for name in sizes(app, pilot):
            assert grid(app) == snapshot(name=name)

    play(world.app(**options), script, size=SIZES[0])


# --- every state


def test_empty(world: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(world, snapshot)


def test_files_and_inbox(stocked: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(stocked, snapshot)


def test_a_file_that_was_taken_in(stocked: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(stocked, snapshot, "end", "enter")


def test_a_look_before(stocked: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(stocked, snapshot, "enter")


def test_findings_before(stocked: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(stocked, snapshot, "enter", "f6")


def test_refused(stocked: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(stocked, snapshot, "down", "down", "enter")


def test_unknown(stocked: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(stocked, snapshot, "down", "down", "down", "enter")


def test_numbers_hidden(stocked: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(stocked, snapshot, "enter", hide=True)


def test_read_only(stocked: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(stocked, snapshot, "enter", read_only=True)


@pytest.mark.parametrize("language", ["th", "nb"])
def test_other_languages_stand_straight(stocked: ImportWorld, language: str) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        async for _name in sizes(app, pilot):
            grid(app)
        await press(pilot, "enter")
        async for _name in sizes(app, pilot):
            grid(app)

    play(stocked.app(speak=language), script, size=SIZES[0])


def test_result(world: ImportWorld, snapshot: SnapshotAssertion) -> None:
    world.put(MID_MONTH)
    world.put(CUT, "cut.csv")
    pictures(world, snapshot, "i")


def test_hostile_names(world: ImportWorld, snapshot: SnapshotAssertion) -> None:
    for name in HOSTILE:
        world.put(WHOLESALE, name)
    world.take_in(world.inbox / HOSTILE[0])
    pictures(world, snapshot)


def test_many_files(stocked: ImportWorld, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> None:
    original = ReconService.intakes

    def many(service: ReconService, connection: str | None = None) -> IntakeHistory:
        from dataclasses import replace

        history = original(service, connection)
        files = [replace(history.files[0], file=f"{n:012d}", name=f"export-{n:04d}.csv") for n in range(3000)]
        return replace(history, files=tuple(files), inbox=())

    monkeypatch.setattr(ReconService, "intakes", many)
    monkeypatch.setattr(ReconService, "intake", lambda service, _file: _first(service, original))
    pictures(stocked, snapshot, "end")


def _first(service: ReconService, original: Any) -> Any:
    from recon.service.intakes import intake

    return intake(service._context, original(service).files[0].file)


def test_while_it_reads(stocked: ImportWorld, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen answers keys while a file is read, and Esc gives the look up."""
    gate = threading.Event()
    original = ReconService.preview_file

    def slow(service: ReconService, path: Path, **options: Any) -> Any:
        assert gate.wait(60)
        return original(service, path, **options)

    monkeypatch.setattr(ReconService, "preview_file", slow)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert grid(app) == snapshot(name="80x24")
        await pilot.press("escape")
        await pilot.pause(0.1)
        assert says(app, "Stopping after this one")
        gate.set()
        await quiet(pilot)
        assert screen_of(app).face == "files"

    try:
        play(stocked.app(), script)
    finally:
        gate.set()


# --- ways in


def test_a_file_is_looked_at_then_taken_in(stocked: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "enter")
        preview = screen_of(app).preview
        assert preview is not None
        takes = preview.takes_in
        assert says(app, f"Take in {takes}")
        await press(pilot, "enter")
        assert screen_of(app).face == "result"
        assert screen_of(app).reports[0].status == "taken"
        assert screen_of(app).reports[0].new + screen_of(app).reports[0].changed == takes
        await press(pilot, "escape")
        assert says(app, "2 files taken in")

    play(stocked.app(), script)
    assert len(stocked.shell().json("files", code=4)["files"]) == 2


def test_nothing_is_kept_by_a_look(stocked: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "enter", "f6", "f6", "s", "escape")
        assert screen_of(app).face == "files"

    before = sorted(path.name for path in (stocked.root / ".recon" / "intake").iterdir())
    play(stocked.app(), script)
    assert sorted(path.name for path in (stocked.root / ".recon" / "intake").iterdir()) == before
    assert len(stocked.shell().json("files")["files"]) == 1


def test_the_inbox_is_taken_in_by_one_key_and_a_refused_file_stops_nothing(stocked: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "ร")
        assert [report.status for report in screen_of(app).reports] == ["taken", "taken", "refused", "refused"]
        assert says(app, "4 files")
        await press(pilot, "f3")
        assert app.place == "match"

    play(stocked.app(), script)


def test_taking_in_stops_after_the_file_in_hand(stocked: ImportWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, gate = threading.Event(), threading.Event()
    original = ReconService.import_files

    def slow(service: ReconService, paths: Any, **options: Any) -> Any:
        begun.set()
        assert gate.wait(60)
        return original(service, paths, **options)

    monkeypatch.setattr(ReconService, "import_files", slow)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await pilot.press("i")
        while not begun.is_set():
            await pilot.pause(0.02)
        assert says(app, "0 / 4")
        await pilot.press("escape")
        gate.set()
        await quiet(pilot)
        assert len(screen_of(app).reports) == 1

    try:
        play(stocked.app(), script)
    finally:
        gate.set()


def test_the_same_file_again_brings_nothing(stocked: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).look_at(MID_MONTH)
        await quiet(pilot)
        assert says(app, "already imported as 1-orders_export_16-october.csv")
        assert says(app, "Nothing new")
        assert says(app, "34 orders 13,770.75 THB")
        assert not says(app, "file says"), "it was not read again"
        await press(pilot, "enter")
        assert screen_of(app).face == "files"

    play(stocked.app(), script)


def test_a_dragged_file_is_looked_at(world: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        target = app.focused or app.screen
        target.post_message(Paste(f"'{WHOLESALE}'\n"))
        await quiet(pilot)
        assert screen_of(app).face == "preview"
        assert says(app, "3 new")

    play(world.app(), script)


def test_afterwards_one_key_plans(world: ImportWorld) -> None:
    world.put(WHOLESALE)
    world.shell()("connect").expect(0)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "i", "m")
        assert app.place == "review"

    play(world.app(), script)


def test_a_place_that_was_left_is_as_it_was(stocked: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "enter")
        before = lines_of(app)
        app.go("home")
        await quiet(pilot)
        app.go("import")
        await quiet(pilot)
        assert lines_of(app) == before
        app.use_language("nb")
        await quiet(pilot)
        assert screen_of(app).orders.row_count == 37
        grid(app)

    play(stocked.app(), script)


# --- refusals


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.csv", "There is no file"),
        ("folder", "is not a file"),
        ("empty.csv", "empty"),
        ("half.csv.crdownload", "unfinished download"),
        ("page.xls", "page.xls"),
    ],
)
def test_what_cannot_be_taken_in_is_said_in_words(world: ImportWorld, name: str, words: str) -> None:
    path = world.root / name
    if name == "folder":
        path.mkdir()
    elif name == "page.xls":
        path.write_text("<html><table><tr><td>x</td></tr></table></html>")
    elif name != "missing.csv":
        path.write_bytes(b"")

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).look_at(path)
        await quiet(pilot)
        assert screen_of(app).face == "result"
        assert says(app, "refused")
        assert says(app, words)
        assert screen_of(app).unknown is None
        await press(pilot, "escape")
        assert screen_of(app).face == "files"

    play(world.app(), script, size=(130, 36))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(world: ImportWorld) -> None:
    path = world.put(WHOLESALE)
    path.chmod(0)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "enter")
        assert says(app, "cannot be opened")

    play(world.app(), script)


def test_another_process_that_writes_is_said(stocked: ImportWorld) -> None:
    from recon.workspace import find_workspace
    from tests.clock import FakeClock
    from tui.wiring import service_for

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        with service_for(find_workspace(stocked.root), clock=FakeClock(), write=True):
            await press(pilot, "i")
            assert screen_of(app).face == "files"
            assert screen_of(app).query_one("#error").has_class("-shown")

    play(stocked.app(), script)


def test_without_an_api_pull_says_what_else_to_do(world: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "p")
        assert says(app, "Choose a file instead")

    play(world.app(), script)


# --- the chooser


def test_the_chooser(world: ImportWorld, snapshot: SnapshotAssertion) -> None:
    for name in HOSTILE[:2]:
        world.put(WHOLESALE, name)
    world.put(WHOLESALE)
    (world.inbox / ".hidden.csv").write_text("x")
    (world.inbox / "notes.pdf").write_text("x")
    (world.inbox / "older").mkdir()

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "b")
        async for name in sizes(app, pilot):
            lines = grid(app).splitlines()
            where = next(number for number, line in enumerate(lines) if f" /{world.root.parts[1]}/" in line)
            picture = "\n".join(line for number, line in enumerate(lines) if number != where)
            assert picture == snapshot(name=name)
            assert not says(app, "hidden")
            assert says(app, "1 other file is not shown")
        await press(pilot, "escape")
        assert screen_of(app).face == "files"

    play(world.app(), script, size=SIZES[0])


def test_a_file_is_chosen_by_keys(world: ImportWorld) -> None:
    world.put(WHOLESALE)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+b", "enter")
        assert screen_of(app).face == "preview"

    play(world.app(), script)


def test_folders_are_walked_up_and_down(world: ImportWorld) -> None:
    deep = world.inbox / "2026" / "10"
    deep.mkdir(parents=True)
    settled(Path(deep / "orders.csv").parent)
    (deep / "orders.csv").write_bytes(WHOLESALE.read_bytes())

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "b", "enter", "enter")
        assert says(app, "orders.csv")
        await press(pilot, "backspace")
        assert says(app, "10/")
        await press(pilot, "enter", "enter")
        assert screen_of(app).face == "preview"

    play(world.app(), script)


@pytest.mark.parametrize("form", ["{}", "'{}'", '"{}"', "file://{}", "{} "])
def test_a_pasted_path_is_understood(world: ImportWorld, form: str) -> None:
    path = world.root / "my orders.csv"
    path.write_bytes(WHOLESALE.read_bytes())
    text = form.format(path.as_uri().removeprefix("file://") if form.startswith("file") else path)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "b")
        field = app.screen.query_one(Input)
        field.focus()
        field.post_message(Paste(text))
        await quiet(pilot)
        await press(pilot, "enter")
        assert screen_of(app).face == "preview"

    play(world.app(), script)


def test_a_path_that_is_not_there_is_said_and_nothing_closes(world: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "b")
        app.screen.query_one(Input).focus()
        await press(pilot, "enter")
        assert says(app, "Write the path of a file or a folder.")
        app.screen.query_one(Input).value = "nothing-here"
        await press(pilot, "enter")
        assert isinstance(app.screen, FileChooser)
        assert says(app, "There is no file or folder")

    play(world.app(), script)


# --- the mouse


def test_everything_by_mouse(stocked: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await click_words(app, pilot, "2-orders_export", times=2)
        assert screen_of(app).face == "preview"
        await click_words(app, pilot, "[ Cancel ]")
        assert screen_of(app).face == "files"
        await click_words(app, pilot, "[ Choose file ]")
        assert isinstance(app.screen, FileChooser)
        await click_words(app, pilot, "Cancel")
        await click_words(app, pilot, "[ Take in inbox (4) ]")
        assert screen_of(app).face == "result"
        await click_words(app, pilot, "[ Files ]")
        assert screen_of(app).face == "files"
        await click_words(app, pilot, "Sum THB")
        assert screen_of(app).files.sorted_by == ("total_minor", False)

    play(stocked.app(), script, size=(130, 36))


# --- several connections, and the shop's own answers


def test_whose_orders_are_these_is_asked_where_there_are_several(world: ImportWorld) -> None:
    settings = world.root / "recon.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[connections.shop", "[connections.first") + _second(text), encoding="utf-8")

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).look_at(WHOLESALE)
        await quiet(pilot)
        assert await seen(app, pilot, "Whose orders are these?")
        await press(pilot, "enter")
        assert screen_of(app).preview is not None
        await press(pilot, "escape", "p")
        assert isinstance(app.screen, PullDialog)
        assert app.screen.query_one("#since", Input).value == "2026-10-01"
        app.screen.query_one("#until", Input).value = "31/12"
        await press(pilot, "enter")
        assert await seen(app, pilot, "31/12 is no day such as 2026-01-31.")
        app.screen.query_one("#until", Input).value = "2026-09-01"
        await quiet(pilot)
        await press(pilot, "enter")
        assert await seen(app, pilot, "The last day lies before the first.")
        await press(pilot, "escape")
        assert screen_of(app).face == "files"

    play(world.app(), script)


@pytest.mark.parametrize(("key", "words"), [("", "Whose orders are these?"), ("p", "Fetch orders of second")])
def test_who_is_faster_than_the_list_of_files_is_asked_whose_orders_these_are_too(
    world: ImportWorld, monkeypatch: pytest.MonkeyPatch, key: str, words: str
) -> None:
    settings = world.root / "recon.toml"
    text = settings.read_text(encoding="utf-8")
    both = text.replace("[connections.shop", "[connections.first") + _second(text)
    settings.write_text(both, encoding="utf-8")
    gate, intakes = threading.Event(), ReconService.intakes

    def held_back(service: ReconService, connection: str | None = None) -> IntakeHistory:
        assert gate.wait(30)
        return intakes(service, connection)

    monkeypatch.setattr(ReconService, "intakes", held_back)

    async def run() -> None:
        app = world.app()
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            while not isinstance(app.screen, ImportScreen):
                await pilot.pause(0.02)
            if key:
                await pilot.press(key)
            else:
                screen_of(app).look_at(WHOLESALE)
            await pilot.pause(0.1)
            gate.set()
            assert await seen(app, pilot, words)

    asyncio.run(run())


def _second(text: str) -> str:
    """Return the first connection's settings as those of a second one that reads ZORT."""
    own = "\n".join(part for part in re.split(r"(?m)^(?=\[)", text) if part.startswith("[connections.shop"))
    return "\n" + own.replace("[connections.shop", "[connections.second").replace('"shopify"', '"zort"')

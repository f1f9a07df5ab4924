"""The columns of an unknown file by keys and mouse: every question is asked, every answer is tried at once, undone, saved."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from recon.sources.profile.edit import ProfileEdit
from recon.workspace import find_workspace
from tests.clock import FakeClock
from tests.screens.grid import grid
from tests.screens.import_world import (
    LINES,
    WORST_CELLS,
    ImportWorld,
    click_words,
    import_world,
    screen_of,
    sizes,
)
from tests.screens.looking import SIZES, play, press, quiet, says
from tui.app import ReconApp
from tui.screens.profile_editor import ProfileEditor
from tui.widgets.file_chooser import FileChooser
from tui.wiring import service_for


@pytest.fixture
def world(tmp_path: Path) -> ImportWorld:
    made = import_world(tmp_path / "books")
    made.put(LINES, "back-office.csv")
    return made


def editor_of(app: ReconApp) -> ProfileEditor:
    return screen_of(app).editor


async def to_row(app: ReconApp, pilot: Pilot[Any], key: str) -> None:
    """Put the cursor on a row of the list and open it."""
    assert editor_of(app).rows.move_to_key(key), key
    await press(pilot, "enter")


async def choose(app: ReconApp, pilot: Pilot[Any], words: str) -> None:
    """Choose the first line of the dialog that holds these words."""
    options = app.screen.query_one(OptionList)
    texts = [str(options.get_option_at_index(number).prompt) for number in range(options.option_count)]
    options.highlighted = next(number for number, text in enumerate(texts) if words in text)
    await press(pilot, "enter")


def pictures(world: ImportWorld, snapshot: SnapshotAssertion, *keys: str, file: Path | None = None) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).edit_columns(file or world.inbox / "back-office.csv")
        await quiet(pilot)
        await press(pilot, *keys)
        async for name in sizes(app, pilot):
            assert grid(app) == snapshot(name=name)

    play(world.app(), script, size=SIZES[0])


def test_questions_first(world: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(world, snapshot)


def test_findings(world: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(world, snapshot, "f6")


def test_text(world: ImportWorld, snapshot: SnapshotAssertion) -> None:
    pictures(world, snapshot, "f6", "f6")


def test_a_list_of_headings(world: ImportWorld, snapshot: SnapshotAssertion) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).edit_columns(world.inbox / "back-office.csv")
        await quiet(pilot)
        await to_row(app, pilot, "c:columns\ntotal")
        async for name in sizes(app, pilot):
            assert grid(app) == snapshot(name=name)

    play(world.app(), script, size=SIZES[0])


def test_hostile_headings_and_cells(world: ImportWorld, snapshot: SnapshotAssertion) -> None:
    path = world.inbox / "hostile.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        names = [name[:40] for name in WORST_CELLS]
        writer.writerow(["Order ID", "Date", "Total", "Status", *names])
        for number in range(4):
            writer.writerow([f"A-{number} {names[number]}", "2026-01-31", "1250.00", f"[b]{names[number]}", *names])
    pictures(world, snapshot, file=path)


def test_from_an_unknown_file_to_orders(world: ImportWorld) -> None:
    """Enter on the file, Enter to tell its columns, answer both words, save, look, take in."""

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "enter", "enter")
        assert screen_of(app).face == "editor"
        assert says(app, "? 3 questions")
        await press(pilot, "enter")
        await choose(app, pilot, "being packed")
        assert says(app, "? 2 questions")
        await to_row(app, pilot, "w:payment_map\nexact\nรอโอน")
        await choose(app, pilot, "unpaid")
        assert says(app, "? 1 question ")
        await press(pilot, "w")
        assert app.screen.query_one(Input).value == "back-office"
        await press(pilot, "enter")
        assert screen_of(app).face == "preview"
        assert says(app, "column profile back-office")
        await press(pilot, "enter")
        assert screen_of(app).reports[0].orders == 4

    play(world.app(), script)
    assert (world.root / "profiles" / "back-office.toml").is_file()
    assert world.shell().json("files", code=0)["files"][0]["profile"] == "back-office"


def test_a_profile_that_is_there_is_offered(world: ImportWorld) -> None:
    world.shell()("profile", LINES, "--save", "office").expect(4)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "enter", "enter")
        assert says(app, "How is this file read?")
        await choose(app, pilot, "office")
        assert screen_of(app).face == "preview"

    play(world.app(), script)


def test_every_change_is_tried_at_once_and_undone(world: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).edit_columns(world.inbox / "back-office.csv")
        await quiet(pilot)
        assert says(app, "4 orders 13,465.00")
        await to_row(app, pilot, "c:columns\ntotal")
        await choose(app, pilot, "มูลค่า")
        assert says(app, "4 orders 13,287.00")
        await press(pilot, "u")
        assert says(app, "4 orders 13,465.00")
        await to_row(app, pilot, "s:read\nera")
        await choose(app, pilot, "Gregorian years")
        draft = editor_of(app).draft
        assert draft is not None
        assert any(problem.column == "วันที่" for problem in draft.problems)
        await press(pilot, "u")
        await to_row(app, pilot, "s:grain")
        await choose(app, pilot, "a whole order")
        assert editor_of(app).edits[-1].value == "order"

    play(world.app(), script)


def test_a_column_may_be_left_out_or_be_one_value(world: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).edit_columns(world.inbox / "back-office.csv")
        await quiet(pilot)
        await to_row(app, pilot, "c:columns\npayment_state")
        await choose(app, pilot, "paid (whole file)")
        assert says(app, "paid (whole file)")
        await to_row(app, pilot, "c:columns\ntotal")
        await choose(app, pilot, "no column")
        assert says(app, "not complete yet")
        assert says(app, "columns.total is missing")
        await press(pilot, "w")
        assert says(app, "Nothing was saved")
        assert screen_of(app).face == "editor"

    play(world.app(), script, size=(130, 36))
    assert not list((world.root / "profiles").iterdir())


def test_a_date_written_otherwise(world: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).edit_columns(world.inbox / "back-office.csv")
        await quiet(pilot)
        await to_row(app, pilot, "s:read\ndate_formats")
        await choose(app, pilot, "written otherwise")
        app.screen.query_one(Input).value = "%q"
        await press(pilot, "enter")
        assert says(app, "not complete yet")
        await press(pilot, "u")
        assert says(app, "4 orders")

    play(world.app(), script)


def test_a_bad_name_is_said_and_a_taken_one_too(world: ImportWorld) -> None:
    world.shell()("profile", LINES, "--save", "back-office").expect(4)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).edit_columns(world.inbox / "back-office.csv")
        await quiet(pilot)
        await press(pilot, "ไ")
        app.screen.query_one(Input).value = "../x"
        await press(pilot, "enter")
        assert says(app, "Small letters, digits and dashes only, please.")
        app.screen.query_one(Input).value = "back-office"
        await press(pilot, "enter")
        assert says(app, "is there already")
        await press(pilot, "escape")
        assert screen_of(app).face == "files"

    play(world.app(), script)


def test_by_mouse(world: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).edit_columns(world.inbox / "back-office.csv")
        await quiet(pilot)
        await click_words(app, pilot, "Years", times=2)
        await click_words(app, pilot, "Gregorian years")
        assert [edit.path for edit in editor_of(app).edits] == [("read", "era")]
        await click_words(app, pilot, "[ Save and take in ]")
        await click_words(app, pilot, "Cancel")
        await click_words(app, pilot, "[ Cancel ]")
        assert screen_of(app).face == "files"

    play(world.app(), script)


@pytest.mark.parametrize("language", ["th", "nb"])
def test_other_languages_stand_straight(world: ImportWorld, language: str) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).edit_columns(world.inbox / "back-office.csv")
        await quiet(pilot)
        grid(app)
        app.use_language("en")
        await quiet(pilot)
        assert says(app, "4 orders 13,465.00")

    play(world.app(speak=language), script)


# --- profiles that are there


@pytest.fixture
def office(world: ImportWorld) -> ImportWorld:
    """A profile, and the file that was taken in with it; one word of it is still open."""
    file = world.inbox / "back-office.csv"
    with service_for(find_workspace(world.root), clock=FakeClock(), actor="nok", write=True) as service:
        service.profile_work(file, [ProfileEdit(("payment_map", "exact", "รอโอน"), "unpaid")]).save("office")
        service.import_files([file], profile="office")
    return world


async def open_office(app: ReconApp, pilot: Pilot[Any]) -> None:
    await press(pilot, "z")
    assert says(app, "office 1 file, 4 orders")
    await choose(app, pilot, "office")
    assert screen_of(app).face == "editor"
    assert says(app, "column profile office File: back-office.csv")


def test_a_profile_that_is_there_is_opened_changed_and_its_files_are_read_anew(office: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await open_office(app, pilot)
        assert says(app, "? 1 question ")
        assert says(app, "4 orders 13,465.00")
        await to_row(app, pilot, "w:status_map\nexact\nรอแพ็ค")
        await choose(app, pilot, "cancelled")
        assert not says(app, "? 1 question ")
        await press(pilot, "w")
        assert app.screen.query_one(Input).value == "office"
        assert says(app, "Under its own name it is changed for every file read with it")
        await press(pilot, "enter")
        assert says(app, "Change column profile office?")
        assert says(app, "1 file was taken in with it.")
        assert says(app, "0 new 3 known 1 changed 0 gone")
        assert app.focused is not None and app.focused.id == "cancel"
        await press(pilot, "tab", "enter")
        assert screen_of(app).face == "files"
        assert says(app, "Column profile office is saved.")

    play(office.app(), script)
    assert "cancelled" in (office.root / "profiles" / "office.toml").read_text(encoding="utf-8")
    assert office.shell().json("profile")["profiles"][0]["files"] == 1


def test_cancel_leaves_the_profile_as_it_is(office: ImportWorld) -> None:
    before = (office.root / "profiles" / "office.toml").read_text(encoding="utf-8")

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await open_office(app, pilot)
        await to_row(app, pilot, "w:status_map\nexact\nรอแพ็ค")
        await choose(app, pilot, "cancelled")
        await press(pilot, "w", "enter", "enter")
        assert screen_of(app).face == "editor"
        assert len(editor_of(app).edits) == 1
        await press(pilot, "escape")
        assert screen_of(app).face == "files"

    play(office.app(), script)
    assert (office.root / "profiles" / "office.toml").read_text(encoding="utf-8") == before


def test_a_profile_is_saved_as_another_one(office: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await open_office(app, pilot)
        await to_row(app, pilot, "w:status_map\nexact\nรอแพ็ค")
        await choose(app, pilot, "cancelled")
        await press(pilot, "w")
        app.screen.query_one(Input).value = "office-2"
        await press(pilot, "enter")
        assert screen_of(app).face == "files"
        assert screen_of(app).history is not None and screen_of(app).history.profiles == ("office", "office-2")

    play(office.app(), script)


def test_a_change_that_its_files_do_not_stand_is_not_saved(office: ImportWorld) -> None:
    newer = office.root / "newer.csv"
    newer.write_bytes(LINES.read_bytes().decode("cp874").replace("ยอดสุทธิ", "Net").encode("cp874"))

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        screen_of(app).edit_columns(newer, base="office")
        await quiet(pilot)
        assert says(app, "not complete yet")
        await to_row(app, pilot, "c:columns\ntotal")
        await choose(app, pilot, "Net")
        assert says(app, "4 orders")
        await press(pilot, "w", "enter")
        assert says(app, "could not be read any more")
        assert says(app, "Save it under another name.")
        assert screen_of(app).face == "editor"

    play(office.app(), script, size=(130, 36))


def test_a_profile_nothing_was_read_with_asks_for_a_file(world: ImportWorld) -> None:
    world.shell()("profile", LINES, "--save", "fresh").expect(4)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "ผ")
        await choose(app, pilot, "fresh")
        assert isinstance(app.screen, FileChooser)
        await press(pilot, "enter")
        assert screen_of(app).face == "editor"
        assert editor_of(app).base == "fresh"
        assert says(app, "4 orders 13,465.00")

    play(world.app(), script)


def test_without_a_profile_it_says_how_one_is_made(world: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+n")
        assert says(app, "There is no column profile yet.")
        assert screen_of(app).face == "files"

    play(world.app(), script)


def test_a_profile_that_is_no_toml_is_named_and_said(world: ImportWorld) -> None:
    (world.root / "profiles" / "torn.toml").write_text("profile = ", encoding="utf-8")

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "z")
        assert says(app, "! torn")
        await press(pilot, "enter")
        await press(pilot, "enter")
        assert says(app, "profiles/torn.toml is no TOML")

    play(world.app(), script, size=(130, 36))


def test_a_profile_is_opened_by_mouse_and_looked_at_read_only(office: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await click_words(app, pilot, "[ Columns ]")
        await click_words(app, pilot, "office   1 file")
        assert screen_of(app).face == "editor"
        await press(pilot, "w")
        assert screen_of(app).face == "editor", "nothing is saved while the screens may only read"
        assert not says(app, "[ Save ]")

    play(office.app(read_only=True), script)


def test_the_pictures_of_a_profile_that_is_there(office: ImportWorld, snapshot: SnapshotAssertion) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "z")
        async for name in sizes(app, pilot):
            assert grid(app) == snapshot(name=f"list-{name}")
        await press(pilot, "enter")
        async for name in sizes(app, pilot):
            assert grid(app) == snapshot(name=f"editor-{name}")
        await to_row(app, pilot, "w:status_map\nexact\nรอแพ็ค")
        await choose(app, pilot, "cancelled")
        await press(pilot, "w", "enter")
        async for name in sizes(app, pilot):
            assert grid(app) == snapshot(name=f"effect-{name}")

    play(office.app(), script, size=SIZES[0])


def test_another_language_keeps_the_profile_that_is_changed(office: ImportWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await open_office(app, pilot)
        app.use_language("nb")
        await quiet(pilot)
        assert (editor_of(app).base, editor_of(app).title) == ("office", "back-office.csv")
        grid(app)

    play(office.app(), script)

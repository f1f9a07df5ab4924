"""The review screen in use: every key with its twins and its other ways, the mouse, decisions, undo, groups, pane, filter."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from tests.screens.gallery import READY, play, press, still
from tests.screens.grid import lines_of
from tests.screens.looking import text_of
from tests.screens.worlds import World, Worlds
from tui.app import ReconApp
from tui.keys import KEYS
from tui.keys_here import binding_here
from tui.screens.review import ReviewScreen
from tui.widgets.dialogs import ChoiceDialog, ConfirmDialog, TextDialog
from tui.widgets.filter_line import FilterLine
from tui.widgets.help_panel import HelpPanel

Script = Callable[[ReconApp, Pilot[Any], ReviewScreen], Awaitable[None]]
Seen = Callable[[ReconApp, ReviewScreen], bool]


@pytest.fixture
def world(worlds: Worlds) -> World:
    return worlds("demo")


def use(world: World, script: Script, *, size: tuple[int, int] = (80, 24), **options: Any) -> ReconApp:
    app = world.app("review", **options)

    async def run(pilot: Pilot[Any]) -> None:
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        await script(app, pilot, screen)

    play(app, run, size=size)
    return app


async def keys(app: ReconApp, pilot: Pilot[Any], *pressed: str) -> None:
    for key in pressed:
        await press(app, pilot, key)


async def comes(app: ReconApp, pilot: Pilot[Any], seen: Callable[[], object], words: str = "it") -> None:
    """Wait until something is so; a machine with other work takes its time."""
    for _ in range(20):
        if seen():
            return
        await still(app, pilot)
    raise AssertionError(f"{words}: not so\n" + "\n".join(lines_of(app)))


def statuses(screen: ReviewScreen) -> dict[str, int]:
    assert screen.table is not None
    return {status: count for status, count, _minor, _foreign in screen.table.totals().iter_rows() if count}


def approved(app: ReconApp, screen: ReviewScreen) -> bool:
    return statuses(screen).get("approved", 0) == 1


def dialog(kind: type) -> Seen:
    return lambda app, _screen: isinstance(app.screen, kind)


@dataclass(frozen=True)
class Probe:
    """How to see that a key did what it is for, and how to get back to where it was."""

    seen: Seen
    reset: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


def marked(count: int) -> Seen:
    return lambda _app, screen: len(screen.rows.marked_keys()) == count


class Changed:
    """Whether something is another thing than at the last look."""

    def __init__(self, look: Callable[[ReviewScreen], object]) -> None:
        self.look, self.last = look, object()
        self.first = True

    def __call__(self, _app: ReconApp, screen: ReviewScreen) -> bool:
        before, self.last = self.last, self.look(screen)
        first, self.first = self.first, False
        return not first and before != self.last


PROBES = {
    "toggle_help": Probe(lambda app, _: bool(app.screen.query(HelpPanel)), ("f1",)),
    "previous_step": Probe(lambda app, _: app.place == "match", ("f3",)),
    "next_step": Probe(lambda app, _: app.place == "upload", ("f2",)),
    "go_upload": Probe(lambda app, _: app.place == "upload", ("f2",)),
    "toggle_numbers": Probe(lambda app, _: not re.search(r"[0-9][.,][0-9]{2}", text_of(app)), ("f8",)),
    "command_palette": Probe(dialog(CommandPalette), ("escape",)),
    "back": Probe(lambda _, screen: not screen.query_one(FilterLine).is_active, (), ("f4", "=st:ready", "enter")),
    "open": Probe(lambda _, screen: screen.has_class("-opened"), ("escape",)),
    "filter": Probe(lambda app, _: isinstance(app.focused, Input), ("escape",)),
    "mark": Probe(marked(1), ("up", "space", "up")),
    "mark_all": Probe(lambda _, s: len(s.rows.marked_keys()) == statuses(s)["ready"], ("asterisk",), READY),
    "mark_like": Probe(dialog(ConfirmDialog), ("escape", "escape"), READY),
    "approve": Probe(approved, ("f5", "ctrl+u"), READY),
    "reject": Probe(dialog(TextDialog), ("escape",)),
    "draft": Probe(lambda a, s: not approved(a, s), (), (*READY, "insert", "escape", "f4", "=st:approved", "enter")),
    "undo": Probe(lambda a, s: not approved(a, s), (), (*READY, "insert")),
    "redo": Probe(approved, ("ctrl+u",), (*READY, "insert", "ctrl+u")),
    "group": Probe(dialog(ChoiceDialog), ("escape",)),
    "sort": Probe(Changed(lambda screen: screen.rows.sorted_by)),
    "next_pane": Probe(lambda _, screen: screen.pane.face == "why", ("f6",) * 4),
    "copy": Probe(lambda app, _: "SO-2026100" in app.clipboard and "\t" in app.clipboard),
}
"""Actions of the review screen; the last three are looked at by tests of their own."""
OTHERS = {"refresh", "plan", "leave", "mark_up", "mark_down", "back_step"}


def test_every_action_of_this_place_is_probed(world: World) -> None:
    async def script(app: ReconApp, _pilot: Pilot[Any], screen: ReviewScreen) -> None:
        actions = {name for name, action in KEYS.items() if binding_here(screen, action.name) is not None}
        assert actions - set(PROBES) - OTHERS == set()
        assert set(PROBES) - actions == set()

    use(world, script)


@pytest.mark.parametrize("name", PROBES)
def test_every_way_to_press_a_key_does_it(world: World, name: str) -> None:
    probe = PROBES[name]

    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        for key in KEYS[name].keys:
            await keys(app, pilot, *probe.before)
            app._clipboard = ""
            await comes(app, pilot, lambda: not probe.seen(app, screen), f"before {key}")
            await press(app, pilot, key)
            await comes(app, pilot, lambda: probe.seen(app, screen), f"{key} does not {name}")
            await keys(app, pilot, *probe.reset)
            if probe.before:
                screen.query_one(FilterLine).set_text("")
                screen.rows.focus()
                await still(app, pilot)

    use(world, script)


@pytest.mark.parametrize("name", ["mark", "approve", "reject", "filter", "undo", "go_upload", "toggle_help"])
def test_every_key_of_the_last_line_can_be_clicked(world: World, name: str) -> None:
    probe = PROBES[name]

    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *probe.before)
        assert not probe.seen(app, screen)
        line = lines_of(app)[-1]
        word = screen.query_one("KeyLine").words.get(name) or KEYS[name].words  # type: ignore[attr-defined]
        place = line.find(word)
        assert place > 0, line
        await pilot.click(offset=(place + 1, len(lines_of(app)) - 1))
        await still(app, pilot)
        assert probe.seen(app, screen)

    use(world, script, size=(130, 36))


# --- the mouse


def test_a_click_moves_the_cursor_a_click_on_the_mark_marks_a_double_click_opens(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await pilot.click("#rows", offset=(10, 3))
        await still(app, pilot)
        assert screen.rows.cursor_position == 2 and not len(screen.rows.marked_keys())
        await pilot.click("#rows", offset=(1, 4))
        await still(app, pilot)
        assert len(screen.rows.marked_keys()) == 1
        await pilot.click("#rows", offset=(10, 2), times=2)
        await still(app, pilot)
        assert screen.has_class("-opened")

    use(world, script)


def test_a_click_on_a_heading_sorts_and_another_turns_it(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        place = lines_of(app)[4].index("Gross")
        for wanted in (False, True):
            await pilot.click("#rows", offset=(place, 0))
            await still(app, pilot)
            assert screen.rows.sorted_by == ("total_minor", wanted)
        await keys(app, pilot, "home")
        assert "1,686.00" in lines_of(app)[5]

    use(world, script)


def test_buttons_and_faces_and_steps_take_clicks(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *READY)
        await click_words(app, pilot, "Why ")
        assert screen.pane.face == "why"
        await keys(app, pilot, "space", "space")
        await click_words(app, pilot, "Clear")
        assert not len(screen.rows.marked_keys())
        await keys(app, pilot, "space")
        await click_words(app, pilot, "Approve 1")
        assert statuses(screen)["approved"] == 1
        await click_words(app, pilot, "Match")
        assert app.place == "match"

    use(world, script)


def test_why_says_who_sold_it_where_the_source_does(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *READY, "tab")
        assert screen.pane.face == "why"
        assert not any("Sold by" in line for line in lines_of(app))
        row, known = screen.pane._row, screen.pane._detail
        assert known is not None
        screen.pane.show(row, replace(known, staff="Jo Hill"), timezone="UTC", documents_in="en")
        await still(app, pilot)
        assert any("Sold by Jo Hill" in line for line in lines_of(app))

    use(world, script)


async def click_words(app: ReconApp, pilot: Pilot[Any], words: str) -> None:
    row = next(row for row, line in enumerate(lines_of(app)) if words in line)
    await pilot.click(offset=(lines_of(app)[row].index(words) + 1, row))
    await still(app, pilot)


# --- decisions


def test_a_rejection_wants_a_reason_and_esc_rejects_nothing(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *READY, "delete", "enter")
        assert "Something must be written here." in text_of(app)
        await keys(app, pilot, "escape")
        assert "rejected" not in statuses(screen)
        await keys(app, pilot, "delete", "=จ่ายซ้ำ ค่าขนส่ง [/x]", "enter")
        assert statuses(screen)["rejected"] == 1
        await keys(app, pilot, "escape", "f4", "=st:rejected", "enter", "enter", "f6")
        assert "จ่ายซ้ำ ค่าขนส่ง [/x]" in text_of(app)

    use(world, script, size=(130, 36))


def test_what_is_marked_is_decided_and_marks_outlive_filter_and_sort(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *READY, "space", "space", "space", "escape", "f4", "=st:blocked", "enter", "ctrl+o")
        assert "3 marked" in text_of(app) and "(3 not in view)" in text_of(app)
        await keys(app, pilot, "insert")
        assert statuses(screen)["approved"] == 3
        assert not len(screen.rows.marked_keys())

    use(world, script)


def test_undo_goes_back_through_names_and_forth_again_also_after_a_restart(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *READY, "space", "space", "insert", "delete", "=twice", "enter")
        await comes(app, pilot, lambda: "Undo: reject 1" in lines_of(app)[-1])

    use(world, script, size=(130, 36))

    async def later(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        assert "Undo: reject 1" in lines_of(app)[-1] and "u  Undo: reject 1" in lines_of(app)[-2]
        await keys(app, pilot, "u")
        await comes(app, pilot, lambda: "Undo: approve 2" in lines_of(app)[-1] and "rejected" not in statuses(screen))
        await keys(app, pilot, "u")
        await comes(app, pilot, lambda: "approved" not in statuses(screen))
        assert "Undo" not in lines_of(app)[-1], "there is nothing to undo"
        await keys(app, pilot, "y", "y")
        await comes(app, pilot, lambda: statuses(screen).get("rejected") == 1)
        assert statuses(screen)["approved"] == 2

    use(world, later, size=(130, 36))


def test_like_this_shows_what_it_would_mark_and_marks_it_only_after_a_yes(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *READY, "l")
        assert "The largest:" in text_of(app) and "The oddest:" in text_of(app)
        await keys(app, pilot, "enter")
        assert not len(screen.rows.marked_keys()), "Cancel is the default"
        await keys(app, pilot, "l", "tab", "enter")
        assert screen.table is not None
        like = screen.table.like(int(screen.rows.cursor_values()["row_id"]))
        assert like.count > 1 and f"{like.count} marked" in text_of(app)

    use(world, script)


def test_the_pane_follows_a_decision_and_its_undo(world: World) -> None:
    """The row stays where it is and is another one: pane and list never contradict each other."""

    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        assert screen.table is not None
        number = screen.table.frame.filter(status="ready")["number"][0]
        await keys(app, pilot, "f4", f"={number}", "enter", "insert")
        pane = screen.pane.query_one("#pane-text", Static)
        await comes(app, pilot, lambda: "approved" in str(pane.content), str(pane.content))
        await keys(app, pilot, "u")
        await comes(app, pilot, lambda: "ready" in str(pane.content), str(pane.content))

    use(world, script, size=(130, 36))


def test_held_orders_cannot_be_approved_and_it_says_why(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, "f4", "=st:blocked", "enter", "insert")
        assert "Left as they are" in text_of(app) and "mend its cause" in text_of(app)
        assert "approved" not in statuses(screen)

    use(world, script)


def test_while_one_may_only_read_nothing_is_decided(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        before = statuses(screen)
        await keys(app, pilot, *READY, "a", "insert", "r", "delete", "d", "u", "y")
        assert statuses(screen) == before and app.screen is screen
        assert "[READ-ONLY]" in lines_of(app)[0] and "Approve" not in text_of(app)

    use(world, script, read_only=True)


# --- groups, filter, pane


def test_a_group_opens_as_a_filter_that_can_be_read(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, "g", "enter", "insert")
        assert "approved" not in statuses(screen), "no group is meant before it has a mark"
        await keys(app, pilot, "enter")
        found = screen.query_one(FilterLine).text
        of_all = f"{statuses(screen)[found.removeprefix('st:')]} of 183"
        assert found.startswith("st:") and of_all in text_of(app)
        await keys(app, pilot, "g", "enter", "escape")
        assert of_all in text_of(app), "Esc leaves the groups, the filter stays"

    use(world, script)


def test_a_group_opens_beside_what_is_filtered_already(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, "f4", "=amt>400", "enter", "g", "down", "enter")
        ready = next(line for line in lines_of(app) if "receipt" in line).split()
        await keys(app, pilot, "enter")
        assert screen.query_one(FilterLine).text == "amt>400 kind:receipt"
        assert ready[ready.index("receipt") + 1] == str(screen.rows.row_count)

    use(world, script)


def test_a_mark_on_a_group_is_a_mark_on_its_documents_and_is_decided(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, "f4", "=kind:payment", "enter", "space", "f4", "escape", "escape")
        await keys(app, pilot, "g", "down", "enter")
        assert "1 marked" in text_of(app), "a document's mark is counted where only groups are seen"
        await keys(app, pilot, "space")
        assert screen.table is not None
        n = screen.table.filter("kind:receipt").count + 1
        assert f"{n} marked" in text_of(app) and f"Approve {n}" in text_of(app)
        await keys(app, pilot, "g")
        assert len(screen.rows.marked_keys()) == n, "the same marks on the rows"
        await keys(app, pilot, "g", "down", "enter", "a")
        assert statuses(screen)["approved"] == n
        assert "Kind" in text_of(app) and "marked" not in text_of(app), "the groups stay, the marks are done with"
        await keys(app, pilot, "asterisk")
        assert "183 marked" in text_of(app)
        await click_words(app, pilot, "Clear")
        assert "marked" not in text_of(app)

    use(world, script)


def test_groups_are_sorted_hidden_filtered_and_spoken_like_rows(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, "g", "enter", "space")
        first = len(screen.marked())
        assert first in statuses(screen).values()
        await keys(app, pilot, "ctrl+o")
        assert "blocked" in lines_of(app)[5], "by the word of the group"
        await keys(app, pilot, "f8")
        assert not re.search(r"[0-9][.,][0-9]{2}", text_of(app))
        await keys(app, pilot, "f8", "f4", "=amt>400", "enter")
        assert "Documents" in text_of(app) and "of 183" in text_of(app), "a filter narrows the groups"
        app.use_language("nb")
        await still(app, pilot)
        assert "Bilag" in text_of(app) and f"{first} merket" in text_of(app)
        await keys(app, pilot, "escape")
        assert not screen.has_class("-grouped") and len(screen.rows.marked_keys()) == first

    use(world, script)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("st:klar", "st:ready"),
        ("st:พร้อม", "st:ready"),
        ("ติดขัด", "st:blocked"),
        ("sperret", "st:blocked"),
        ("Blocked", "st:blocked"),
        ("kind:innbetaling", "kind:payment"),
    ],
)
def test_statuses_and_kinds_are_found_in_every_language(world: World, typed: str, found: str) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, "f4", f"={typed}", "enter")
        assert screen.table is not None
        assert screen.rows.row_count == screen.table.filter(found).count > 0

    use(world, script)


def test_a_filter_typed_fast_counts_for_the_very_next_key(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        screen.query_one(FilterLine).set_text("st:blocked")
        screen.action_mark_all()
        assert len(screen.rows.marked_keys()) == statuses(screen)["blocked"]

    use(world, script)


def test_what_is_marked_while_a_decision_is_written_stays_marked(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *READY, "space")
        screen.action_approve()
        screen.rows.action_mark()
        await still(app, pilot)
        assert statuses(screen)["approved"] == 1 and len(screen.rows.marked_keys()) == 1

    use(world, script)


def test_the_filter_counts_with_every_letter_and_thai_is_typed_as_it_is_written(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, "f4", "=น้ำ")
        assert "/ น้ำ" in text_of(app) and "0 of 183" in text_of(app)
        await keys(app, pilot, "escape", "f4", "=ใจดี amt>100", "enter")
        assert app.focused is screen.rows
        shown = screen.query_one(FilterLine)
        assert shown.text == "ใจดี amt>100" and "0 of 183" not in text_of(app)

    use(world, script)


def test_esc_steps_back_one_thing_at_a_time_and_loses_no_mark(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *READY, "space", "enter")
        assert screen.has_class("-opened")
        await keys(app, pilot, "escape")
        assert not screen.has_class("-opened") and screen.query_one(FilterLine).is_active
        await keys(app, pilot, "escape")
        assert not screen.query_one(FilterLine).is_active and app.place == "review"
        await keys(app, pilot, "escape")
        assert app.place == "match"
        await keys(app, pilot, "f3")
        assert "1 marked" in text_of(app)

    use(world, script)


def test_an_opened_document_is_scrolled_with_the_keys(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *READY, "enter")
        assert "ใบเสร็จรับเงิน" in text_of(app)
        await keys(app, pilot, "end")
        assert screen.pane.query_one("VerticalScroll").scroll_y > 0 or "ชำระ" in text_of(app)
        await keys(app, pilot, "escape", "down")
        assert screen.rows.cursor_position == 1, "the keys belong to the list again"

    use(world, script, size=(60, 20))


def test_all_numbers_are_hidden_and_come_back(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *READY, "space", "f8")
        assert not re.search(r"[0-9][.,][0-9]{2}", text_of(app)), "no amount anywhere"
        await keys(app, pilot, "f8")
        assert re.search(r"[0-9]\.[0-9]{2}", text_of(app))

    use(world, script)


def test_another_language_and_theme_while_it_runs_keep_place_filter_and_marks(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, *READY, "space", "ctrl+o", "ctrl+o")
        for language, word in (("th", "ตรวจทาน"), ("nb", "Gjennomgang"), ("en", "Review")):
            app.use_language(language)
            await still(app, pilot)
            assert f"[{word}]" in lines_of(app)[1]
            assert screen.rows.sorted_by == ("name", True) and screen.rows.row_count == statuses(screen)["ready"]
        app.use_theme("recon-light")
        await still(app, pilot)
        assert screen.query_one(FilterLine).text == "st:ready"
        assert len(screen.rows.marked_keys()) == 1

    use(world, script)


def test_planning_anew_from_here_brings_a_fresh_list(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        before, ready = screen.table, statuses(screen)["ready"]
        await keys(app, pilot, "ctrl+t")
        assert screen.table is not None and screen.table is not before and statuses(screen)["ready"] == ready
        again = screen.table
        await keys(app, pilot, "f5")
        assert screen.table is not again

    use(world, script)


def test_no_more_than_six_keys_from_forty_ready_documents_to_the_second_door(world: World) -> None:
    """tui-ux U4. Mark all that is shown is one key; what is blocked stays behind by itself."""

    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        pressed = ("asterisk", "a", "f9")
        wanted = statuses(screen)["ready"] + statuses(screen).get("check", 0)
        await keys(app, pilot, *pressed)
        assert statuses(screen)["approved"] == wanted
        assert app.place == "upload" and f"{wanted} documents" in text_of(app)
        assert len(pressed) <= 6

    use(world, script)


def test_the_palette_is_told_what_works_here(world: World) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any], screen: ReviewScreen) -> None:
        await keys(app, pilot, "ctrl+p", "=Approve")
        assert app.screen.query_one(OptionList).option_count >= 1
        await keys(app, pilot, "escape")
        assert app.screen is screen

    use(world, script)

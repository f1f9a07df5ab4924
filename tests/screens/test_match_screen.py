"""The Match step by its keys: products, payment channels and charges, what is set, taken back, and said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from tests.clock import FakeClock
from tests.screens.grid import grid, lines_of
from tests.screens.looking import play, press, quiet
from tests.screens.match_world import CATALOG, HOSTILE, SOLD, copied, match_app, match_world
from tests.shell import Shell
from tui.app import ReconApp
from tui.keys import KEYS
from tui.screens.channels import ChannelsScreen
from tui.screens.products import ProductsScreen
from tui.widgets.dialogs import ConfirmDialog, TextDialog
from tui.widgets.filter_line import FilterLine
from tui.widgets.pick_dialog import ExplainedDialog, PickDialog
from tui.widgets.table import VirtualTable

SIZES = ((60, 20), (80, 24), (130, 36))


class GridFile(SingleFileSnapshotExtension):
    """A text grid in a file of its own."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def grids(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(GridFile)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven orders, nothing linked, nothing mapped."""
    return match_world(tmp_path_factory.mktemp("match") / "books", FakeClock()).root


@pytest.fixture
def shop(original: Path, tmp_path: Path, clock: FakeClock) -> Shell:
    """A copy of it that is at home where it lies."""
    return copied(original, tmp_path / "books", clock)


def said(app: ReconApp) -> list[str]:
    """What was said for a moment."""
    return [notification.message for notification in app._notifications]


def products(app: ReconApp) -> ProductsScreen:
    assert isinstance(app.screen, ProductsScreen)
    return app.screen


def channels(app: ReconApp) -> ChannelsScreen:
    assert isinstance(app.screen, ChannelsScreen)
    return app.screen


def shown_keys(app: ReconApp) -> list[str]:
    """Keys of the rows in sight, from the first."""
    rows = app.screen.query_one("#rows", VirtualTable)
    return [str(rows._rows.key_at(place)) for place in range(rows.row_count)]


def states(shell: Shell) -> dict[str, str]:
    return {row["sku"]: row["state"] for row in shell.json("match")["products"]}


def methods(shell: Shell) -> dict[str, str | None]:
    return {row["channel"]: row["method"] for row in shell.json("match")["channels"]}


def on(app: ReconApp, key: str) -> None:
    assert app.screen.query_one("#rows", VirtualTable).move_to_key(key)


# products


def test_the_list_opens_on_what_is_open_the_most_money_first(shop: Shell, clock: FakeClock) -> None:
    shop("match", "--sku", "XX-1", "--product", "P00003")

    async def script(app: ReconApp, _pilot: Pilot[Any]) -> None:
        assert shown_keys(app) == ["mug", "", "ts-white-m", "p-00002", "p00001"]
        tally = str(app.screen.query_one("#tally", Static).render())
        assert tally.startswith("! 2 not linked   ? 3 suggested   6 orders wait: 1,200.00   + 1 linked")

    play(match_app(shop.root, clock), script, size=(130, 36))


def test_enter_takes_the_suggestion_and_the_next_row_comes_up(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        on(app, "p-00002")
        await press(pilot, "enter")
        assert "p-00002" not in shown_keys(app)
        assert "Undo: accept 1" in lines_of(app)[-1]

    play(match_app(shop.root, clock), script, size=(130, 36))
    assert states(shop)["P-00002"] == "linked"


@pytest.mark.parametrize("key", KEYS["link_all"].keys)
def test_one_key_links_all_exact_skus(shop: Shell, clock: FakeClock, key: str) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press_key(app, pilot, key)
        assert "p00001" not in shown_keys(app)
        assert any("1 SKUs linked" in line for line in lines_of(app))

    play(match_app(shop.root, clock), script)
    assert [sku for sku, state in states(shop).items() if state == "linked"] == ["P00001"]


async def press_key(app: ReconApp, pilot: Pilot[Any], key: str) -> None:
    """Press a key as a terminal sends it; Thai letters come as the character."""
    if len(key) == 1 and not key.isascii():
        app.post_message(Key(key, key))
    else:
        await pilot.press(key)
    await quiet(pilot)


def test_many_suggestions_are_accepted_after_a_look_at_the_least_alike(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "asterisk", "enter")
        assert isinstance(app.screen, ConfirmDialog)
        text = "\n".join(lines_of(app))
        assert "Accept 3 suggestions" in text
        assert "3 marked SKUs have no suggestion and stay as they are." in text
        await press(pilot, "enter")
        assert set(states(shop).values()) <= {"suggested", "unlinked"}, "Cancel is the default"
        await press(pilot, "enter")
        await press(pilot, "tab", "enter")
        assert products(app).rows.marked_count == 0

    play(match_app(shop.root, clock), script)
    assert [sku for sku, state in states(shop).items() if state == "linked"] == ["TS-WHITE-M", "P-00002", "P00001"]


@pytest.mark.parametrize("key", KEYS["find"].keys)
def test_a_product_is_looked_for_while_typing(shop: Shell, clock: FakeClock, key: str) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        on(app, "xx-1")
        await press_key(app, pilot, key)
        dialog = app.screen
        assert isinstance(dialog, PickDialog)
        dialog.query_one(FilterLine).set_text("แก้ว ฟ้า")
        await quiet(pilot)
        assert dialog.table.row_count == 1
        await press(pilot, "enter")

    play(match_app(shop.root, clock), script)
    row = next(row for row in shop.json("match")["products"] if row["sku"] == "XX-1")
    assert (row["state"], row["product_code"]) == ("linked", "mug")


def test_enter_without_a_suggestion_looks_for_a_product_and_esc_changes_nothing(shop: Shell, clock: FakeClock) -> None:
    before = states(shop)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        on(app, "mug")
        assert "Enter Find product" in lines_of(app)[-1]
        await press(pilot, "enter")
        assert isinstance(app.screen, PickDialog)
        await press(pilot, "down", "escape")
        assert isinstance(app.screen, ProductsScreen)

    play(match_app(shop.root, clock), script)
    assert states(shop) == before


@pytest.mark.parametrize("key", KEYS["as_text"].keys)
def test_lines_go_as_text_and_the_link_is_taken_away_again(shop: Shell, clock: FakeClock, key: str) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        on(app, "xx-1")
        await press_key(app, pilot, key)
        assert states(shop)["XX-1"] == "text"
        app.screen.query_one(FilterLine).set_text("st:text")
        await quiet(pilot)
        assert shown_keys(app) == ["xx-1"]
        await press(pilot, "d")

    play(match_app(shop.root, clock), script)
    assert states(shop)["XX-1"] == "unlinked"


@pytest.mark.parametrize("key", KEYS["create"].keys)
def test_a_product_is_marked_to_be_created_under_a_name_one_has_looked_at(
    shop: Shell, clock: FakeClock, key: str
) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        on(app, "xx-1")
        await press_key(app, pilot, key)
        dialog = app.screen
        assert isinstance(dialog, TextDialog)
        field = dialog.query_one(Input)
        assert field.value == "zzz qqq", "the shop's name stands there"
        field.value = "ก" * 101
        await press(pilot, "enter")
        assert "101 characters; the ledger takes 100." in "\n".join(lines_of(app))
        field.value = "ปลอกหมอน"
        await press(pilot, "enter")
        assert states(shop)["XX-1"] == "to-create"
        assert "Undo: create 1" in lines_of(app)[-1]
        app.screen.query_one(FilterLine).set_text("st:create")
        await quiet(pilot)
        assert shown_keys(app) == ["xx-1"]
        text = "\n".join(lines_of(app))
        assert "o to create" in text
        assert "New product in the ledger" in text
        await press(pilot, "d")

    play(match_app(shop.root, clock), script, size=(130, 36))
    assert states(shop)["XX-1"] == "unlinked"


def test_many_are_created_under_the_shops_names_and_what_the_ledger_has_is_left(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "asterisk", "n")
        assert isinstance(app.screen, ConfirmDialog)
        text = "\n".join(lines_of(app))
        assert "Create 3 products in the ledger" in text
        assert "2 of them have a suggestion: the ledger may have them already." in text
        assert "3 marked SKUs stay as they are" in text
        await press(pilot, "enter")
        assert "to-create" not in states(shop).values(), "Cancel is the default"
        await press(pilot, "n", "tab", "enter")
        tally = str(app.screen.query_one("#tally", Static).render())
        assert "o 3 to create" in tally
        await press(pilot, "u")
        assert "to-create" not in states(shop).values(), "one thing, undone as one"
        await press(pilot, "y")

    play(match_app(shop.root, clock), script, size=(130, 36))
    assert [sku for sku, state in states(shop).items() if state == "to-create"] == ["XX-1", "TS-WHITE-M", "P-00002"]


@pytest.mark.parametrize(
    ("key", "words"),
    [("mug", "exactly this code"), ("", "Only SKUs without a link"), ("p00001", "exactly this code")],
)
def test_what_cannot_be_created_says_why(shop: Shell, clock: FakeClock, key: str, words: str) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        on(app, key)
        await press(pilot, "n")
        assert isinstance(app.screen, ProductsScreen)
        assert words in said(app)[0]

    play(match_app(shop.root, clock), script)


def test_a_created_product_says_so_in_its_history(shop: Shell, clock: FakeClock) -> None:
    shop("match", "--create", "XX-1=ปลอกหมอน", "--as", "Nok")
    shop("plan").expect(4)
    shop("approve", "B0001", "--as", "Lek").expect(0)
    shop("upload", "B0001").expect(0)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        app.screen.query_one(FilterLine).set_text("st:linked")
        await quiet(pilot)
        text = "\n".join(lines_of(app))
        assert "Lek  created there as" in text
        assert "by B0001" in text

    play(match_app(shop.root, clock), script, size=(130, 36))


def test_lines_without_a_sku_are_asked_about_once_more(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        on(app, "")
        await press(pilot, "enter")
        assert isinstance(app.screen, ConfirmDialog)
        await press(pilot, "escape", "t", "tab", "enter")

    play(match_app(shop.root, clock), script)
    assert states(shop)[""] == "text"
    assert 'without_sku = "text"' in (shop.root / "recon.toml").read_text("utf-8")


@pytest.mark.parametrize(("undo", "redo"), list(zip(KEYS["undo"].keys, KEYS["redo"].keys, strict=True)))
def test_undo_is_named_and_redo_brings_it_back(shop: Shell, clock: FakeClock, undo: str, redo: str) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        on(app, "p-00002")
        await press(pilot, "enter")
        await press_key(app, pilot, undo)
        assert "p-00002" in shown_keys(app)
        await press_key(app, pilot, redo)
        assert "p-00002" not in shown_keys(app)

    play(match_app(shop.root, clock), script)
    assert states(shop)["P-00002"] == "linked"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("st:open", 6),
        ("st:suggested", 3),
        ("st:linked", 0),
        ("เสื้อยืด", 3),
        ("เสื้อยืด -st:sugg", 0),
        ("-เสื้อยืด", 3),
        ("amt>500", 2),
        ("amt>=999 zzz", 1),
        ("p00003", 1),
    ],
)
def test_the_filter_follows_what_is_typed(shop: Shell, clock: FakeClock, typed: str, found: int) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "slash")
        app.screen.query_one(FilterLine).set_text(typed)
        await quiet(pilot)
        assert products(app).rows.row_count == found
        assert any(f"{found} of 6" in line for line in lines_of(app))

    play(match_app(shop.root, clock), script)


@pytest.mark.parametrize("typed", ["st:nothing", "amt>many"])
def test_what_the_filter_does_not_understand_is_said(shop: Shell, clock: FakeClock, typed: str) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        app.screen.query_one(FilterLine).set_text(typed)
        await quiet(pilot)
        assert products(app).rows.row_count == 6
        assert any(typed in line and ("there are" in line or "no amount" in line) for line in lines_of(app))

    play(match_app(shop.root, clock), script)


def test_marks_survive_sort_and_filter_and_esc_goes_back_one_thing_at_a_time(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "space", "s", "s")
        assert products(app).rows.marked_count == 1
        app.screen.query_one(FilterLine).set_text("st:suggested")
        await quiet(pilot)
        assert any("(1 not in view)" in line for line in lines_of(app))
        await press(pilot, "escape")
        assert products(app).rows.marked_count == 0
        await press(pilot, "escape")
        assert not app.screen.query_one(FilterLine).is_active
        await press(pilot, "escape")
        assert app.place == "import"

    play(match_app(shop.root, clock), script)


def test_the_pane_says_why_where_and_who(shop: Shell, clock: FakeClock) -> None:
    shop("match", "--sku", "XX-1", "--product", "P00003", "--as", "Lek")
    shop("match", "--undo", "--as", "Nok")

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        on(app, "xx-1")
        await quiet(pilot)
        text = "\n".join(lines_of(app))
        for words in ("No product of the ledger is called", "In 1 order", "#3005", "999.00", "Who and when"):
            assert words in text
        assert "Nok  link taken away" in text
        assert "Lek  linked to P00003" in text

    play(match_app(shop.root, clock), script, size=(130, 36))


def test_a_session_that_may_only_read_says_so_and_links_nothing(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        on(app, "p-00002")
        await quiet(pilot)
        await press(pilot, "enter")
        assert any("may only read" in line for line in lines_of(app))
        await press(pilot, "escape")
        for key in ("k", "n", "t", "d", "f6", "o", "k"):
            await press(pilot, key)
            assert isinstance(app.screen, ProductsScreen | ChannelsScreen), "keys that write are not there"
            bar, last = lines_of(app)[-2:]
            assert "[ " not in bar
            for words in ("Link all", "Create", "As text", "Otherwise", "All open", "Undo"):
                assert words not in last

    play(match_app(shop.root, clock, read_only=True), script, size=(130, 36))
    assert set(states(shop).values()) == {"suggested", "unlinked"}


def test_hidden_numbers_are_hidden_everywhere(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        for key in ("f8", "f6", "f6"):
            await press(pilot, key)
            assert not any("999.00" in line or "2,199" in line for line in lines_of(app))

    play(match_app(shop.root, clock), script, size=(130, 36))


# mouse


def at(app: ReconApp, words: str) -> tuple[int, int]:
    """Where words stand on the screen."""
    for y, line in enumerate(lines_of(app)):
        if words in line:
            from rich.cells import cell_len

            return cell_len(line[: line.index(words)]) + 1, y
    raise AssertionError(f"{words!r} is nowhere:\n" + "\n".join(lines_of(app)))


def test_everything_works_by_mouse(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        async def click(words: str, times: int = 1) -> None:
            await pilot.click(offset=at(app, words), times=times)
            await quiet(pilot)

        await click("[ Link all exact ]")
        assert states(shop)["P00001"] == "linked"
        await click("P-00002", times=2)
        assert states(shop)["P-00002"] == "linked"
        await click("XX-1")
        await click("[ As text ]")
        assert states(shop)["XX-1"] == "text"
        await click("Payment channels")
        assert isinstance(app.screen, ChannelsScreen)
        await click("COD", times=2)
        assert isinstance(app.screen, PickDialog)
        await click("CSH001", times=2)
        assert methods(shop)["COD"] == "CSH001"
        await click("Charges")
        assert channels(app).tab == "charges"
        await click("Products")
        assert isinstance(app.screen, ProductsScreen)

    play(match_app(shop.root, clock), script)


# payment channels


@pytest.mark.parametrize("key", KEYS["next_pane"].keys)
def test_the_three_lists_follow_each_other(shop: Shell, clock: FakeClock, key: str) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, key)
        assert channels(app).tab == "payment"
        assert lines_of(app)[2].startswith("  Products 6  [Payment channels 3]  Charges ")
        await press(pilot, key)
        assert channels(app).tab == "charges"
        await press(pilot, key)
        assert isinstance(app.screen, ProductsScreen)

    play(match_app(shop.root, clock), script)


def test_enter_maps_a_channel_and_undo_takes_it_back(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        on(app, "shopeewallet")
        await press(pilot, "enter")
        dialog = app.screen
        assert isinstance(dialog, PickDialog)
        assert dialog.table.cursor_key == "EWL001", "the dialog begins on what is suggested"
        await press(pilot, "enter")
        assert methods(shop)["Shopee Wallet"] == "EWL001"
        assert "Undo: map 1" in lines_of(app)[-1]
        await press(pilot, "u")

    play(match_app(shop.root, clock, place="channels"), script, size=(130, 36))
    assert methods(shop)["Shopee Wallet"] is None


def test_all_that_is_open_goes_to_one_channel_at_once(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "k")
        app.screen.query_one(FilterLine).set_text("bsv001")
        await quiet(pilot)
        await press(pilot, "enter", "k")
        assert said(app) == ["Every payment channel has its account."]

    play(match_app(shop.root, clock, place="channels"), script)
    assert methods(shop) == {"Bank Deposit": "BSV001", "COD": "BSV001", "Shopee Wallet": "BSV001"}


def test_marked_channels_go_to_one_and_are_taken_away(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "space", "space", "enter", "enter")
        assert sum(method is not None for method in methods(shop).values()) == 2
        await press(pilot, "asterisk", "d")

    play(match_app(shop.root, clock, place="channels"), script)
    assert set(methods(shop).values()) == {None}


@pytest.mark.parametrize("key", KEYS["otherwise"].keys)
def test_channels_nobody_mapped_are_held_or_booked_on_cash(shop: Shell, clock: FakeClock, key: str) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        assert any("else their orders are held" in line for line in lines_of(app))
        await press_key(app, pilot, key)
        await press(pilot, "down", "enter")
        app.screen.query_one(FilterLine).set_text("csh001")
        await quiet(pilot)
        await press(pilot, "enter")
        assert any("else booked on CSH001" in line for line in lines_of(app))
        await press_key(app, pilot, key)
        await press(pilot, "up", "enter")
        assert any("else their orders are held" in line for line in lines_of(app))

    play(match_app(shop.root, clock, place="channels"), script)


# charges


def test_a_charge_is_chosen_with_the_reason_for_each_choice(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "f6")
        on(app, "default\x1fshipping")
        await press(pilot, "enter")
        dialog = app.screen
        assert isinstance(dialog, ExplainedDialog)
        text = "\n".join(lines_of(app))
        assert "Not on the document: the platform bills it itself." in text
        dialog.query_one(OptionList).highlighted = 3
        await press(pilot, "enter")
        on(app, "default\x1fcod_fee")
        await press(pilot, "enter")
        app.screen.query_one(OptionList).highlighted = 1
        await press(pilot, "enter")
        app.screen.query_one(FilterLine).set_text("420101")
        await quiet(pilot)
        await press(pilot, "enter")

    play(match_app(shop.root, clock, place="channels"), script)
    rules = {
        row["kind"]: row for row in shop.json("match", "--charges")["charges"] if row["sales_channel"] == "default"
    }
    assert rules["shipping"]["treatment"] == "leave-out"
    assert (rules["cod_fee"]["treatment"], rules["cod_fee"]["code"]) == ("book", "420101")


def test_a_discount_is_explained_and_cannot_be_set(shop: Shell, clock: FakeClock) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, "f6")
        on(app, "default\x1fdiscount")
        await quiet(pilot)
        await press(pilot, "enter")
        assert isinstance(app.screen, ChannelsScreen)
        assert any("nobody sets" in line for line in lines_of(app))

    play(match_app(shop.root, clock, place="channels"), script)


# pictures


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize(
    "state",
    [
        "open",
        "marked",
        "confirm",
        "search",
        "create",
        "create-many",
        "to-create",
        "payment",
        "methods",
        "otherwise",
        "charges",
        "charge",
    ],
)
def test_pictures_of_a_shop_with_open_questions(
    shop: Shell, clock: FakeClock, grids: SnapshotAssertion, size: tuple[int, int], state: str
) -> None:
    keys = {
        "open": ["down", "down"], "marked": ["asterisk"], "confirm": ["asterisk", "enter"], "search": ["f"],
        "payment": ["f6"], "methods": ["f6", "enter"], "otherwise": ["f6", "o"], "charges": ["f6", "f6"],
        "charge": ["f6", "f6", "enter"], "create": ["n"], "create-many": ["asterisk", "n"],
        "to-create": ["asterisk", "n", "tab", "enter", "slash", *"st", "colon", *"create", "enter"],
    }[state]  # fmt: skip
    took: list[str] = []

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await press(pilot, *keys)
        took.append(grid(app))

    play(match_app(shop.root, clock), script, size=size)
    assert took[0] == grids


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("state", ["empty", "linked", "worst", "many"])
def test_pictures_of_other_shops(
    tmp_path: Path, clock: FakeClock, grids: SnapshotAssertion, size: tuple[int, int], state: str
) -> None:
    app = match_app(OTHERS[state](tmp_path / "books", clock), clock)
    took: list[str] = []

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        took.append(grid(app))
        await press(pilot, "f6")
        took.append(grid(app))

    play(app, script, size=size)
    assert "\n".join(took) == grids


def empty(root: Path, clock: FakeClock) -> Path:
    return match_world(root, clock, sold=()).root


def linked(root: Path, clock: FakeClock) -> Path:
    shell = match_world(root, clock, sold=SOLD[:1])
    shell("match", "--link-all", "--all-channels", "BSV001").expect(0)
    return root


def worst(root: Path, clock: FakeClock) -> Path:
    """Names as an enemy would write them, in the shop and in the ledger."""
    sold = [
        (f"S{n} {text[:40]}", text[:300], f"{9_999_999_999 - n}.99", f"P{n} {text[:20]}")
        for n, text in enumerate(HOSTILE)
    ]
    return match_world(root, clock, sold, [(f"C{n}", text) for n, text in enumerate(HOSTILE)]).root


def many(root: Path, clock: FakeClock) -> Path:
    """Ten thousand SKUs and a ledger that knows none of them."""
    sold = [(f"SKU-{n:05d}", f"สินค้า {n}", "100.00", "COD") for n in range(10_000)]
    return match_world(root, clock, sold, CATALOG[:0]).root


OTHERS = {"empty": empty, "linked": linked, "worst": worst, "many": many}

"""The first-run guide: every page at every size, every key, the test call, the workspace in the end, the sample."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from recon.config.settings import parse_settings
from recon.sandbox.peak import SandboxPeak, sandbox_company
from recon.sandbox.zort import ZortShop
from recon.workspace import Workspace, find_workspace
from tests.clock import FakeClock
from tests.screens.grid import lines_of
from tests.screens.looking import SIZES, picture, play, press, quiet, says, until
from tests.shell import SANDBOX_COMPANY, SANDBOX_TAX_ID, Shell
from tui import i18n
from tui.app import ReconApp
from tui.checks import Check
from tui.demo import STEPS, DemoStep
from tui.first_answers import Answers
from tui.first_checks import CHECKS, check_digit
from tui.first_guide import AMERICAN
from tui.first_run import FirstRunApp
from tui.first_till_answers import departments_of, departments_problem
from tui.first_workspace import settings_text
from tui.preferences import Preferences
from tui.sample import free_folder, is_sample, throw_away
from tui.session import Session
from tui.wiring import service_for

LISTS = Path(__file__).parents[2] / "fixtures" / "ledger_api" / "quickbooks" / "lists.iif"
HOSTILE = "[/x] 100[b] \x1b]0;t\x07 \u202egnirts"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder, on a machine that is always the same."""
    monkeypatch.chdir(tmp_path)
    checks = [
        Check("terminal", "ok", "UTF-8, xterm"),
        Check("thai", "warning", "This terminal gives Thai words another width: น้ำ 3 (2)."),
        Check("clock", "ok", "2026-11-02 02:00:00 UTC"),
    ]
    monkeypatch.setattr("tui.first_pages.machine_checks", lambda *_, **__: checks)


def guide(**answers: Any) -> FirstRunApp:
    start = {"folder": "books", "start_date": "2026-11-01", "person": "nok"}
    return FirstRunApp(
        Path(),
        clock=FakeClock(),
        sample_clock=FakeClock(),
        preferences=Preferences(language="en"),
        keep=False,
        answers=Answers(**{**start, **answers}),
    )


# --- pages


TILLS = ("escape", "up", "up", "up")
"""Keys to the page of the source with files of tills chosen."""
PAGES = {
    "1-language": (),
    "2-zort": ("escape",),
    "2-shopify": ("escape", "down"),
    "2-other": ("escape", "up"),
    "3-company": ("escape", "escape"),
    "3-wrong-tax-id": ("escape", "escape", "tab", "=Siam", "tab", "=0105500000004", "f3"),
    "4-sandbox": ("escape", "escape", "escape"),
    "4-peak": ("escape", "escape", "escape", "down"),
    "4-file": ("escape", "f3", "f3", "up"),
    "4-web-connector": ("escape", "f3", "f3", "up", "up"),
    "6-web-connector": ("escape", "f3", "f3", "up", "up", "f3"),
    "6-password-too-short": ("escape", "f3", "f3", "up", "up", "f3", "tab", "tab", "tab", "=short", "f3"),
    "6-daily": ("escape", "f3", "f3", "up", "up", "f3", "tab", "tab", "tab", "tab", "down"),
    "6-import-file": ("escape", "f3", "f3", "up", "f3"),
    "2-tills": TILLS,
    "3-tills": (*TILLS, "f3"),
    "3-tills-mistyped": (*TILLS, "f3", "tab", "=Kafe", "tab", "=999 999 998", "f3"),
    "4-tills-live": (*TILLS, "f3", "f3", "down"),
    "7-tills": (*TILLS, "f3", "f3", "f3"),
    "7-tills-departments": (*TILLS, "f3", "f3", "f3", "tab", "tab", "tab", "=Bar", "f3"),
    "8-tills": (*TILLS, "f3", "f3", "f3", "f3"),
    "5-nothing-answered": ("escape", "escape", "escape", "escape"),
    "help": ("f1",),
}


@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, snapshot: Any) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, *PAGES[name])
        await at_each_size(app, pilot, snapshot)

    play(guide(), script, size=SIZES[0])


async def at_each_size(app: Any, pilot: Any, snapshot: Any) -> None:
    """Take the picture at each size; it also proves what a change of size leaves."""
    for width, height in SIZES:
        await pilot.resize_terminal(width, height)
        await quiet(pilot)
        assert picture(app) == snapshot(name=f"{width}x{height}")


def test_page_while_the_sample_is_made(snapshot: Any) -> None:
    async def script(app: Any, pilot: Any) -> None:
        app.pages.show_making(is_making=True)
        app.pages.show_step(DemoStep(4, STEPS[3], "34 of 90 documents, 13975.90 posted, 0 refused, 0 unclear"))
        await at_each_size(app, pilot, snapshot)

    play(guide(), script, size=SIZES[0])


def test_keys_go_on_and_back() -> None:
    async def script(app: Any, pilot: Any) -> None:
        assert app.pages.number == 1
        await press(pilot, "enter", "f3", "escape")
        assert app.pages.number == 4
        await press(pilot, "f2")
        assert app.pages.number == 3
        for button in ("#previous", "#next", "#next"):
            await pilot.click(button)
            await quiet(pilot)
        assert app.pages.number == 4
        await press(pilot, "f1")
        assert says(app, "Keys of this place")
        await press(pilot, "f1", "ctrl+q")

    app = guide()
    play(app, script)
    assert app.return_value is None
    assert list(Path().iterdir()) == [], "nothing is made by looking"


def test_enter_in_a_line_goes_to_the_next_line_then_to_the_next_page() -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "escape", "escape", "enter", "=Siam", "enter")
        assert app.focused.name == "tax_id"
        await press(pilot, "enter", "enter")
        assert app.pages.number == 4

    play(guide(), script)


def test_another_language_is_spoken_at_once_and_remembered() -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "down")
        assert i18n.language() == "th"
        assert app.answers.language == "th"
        await press(pilot, "up", "up")
        assert i18n.language() == "nb"

    play(guide(), script)


def test_hostile_words_are_shown_as_text() -> None:
    async def script(app: Any, pilot: Any) -> None:
        app.answers.company = HOSTILE
        await press(pilot, "escape", "escape")
        picture(app)
        await press(pilot, "escape", "escape")
        picture(app)

    play(guide(folder=HOSTILE.replace("\x07", "")), script)


# --- answers


@pytest.mark.parametrize(
    ("tax_id", "fault"),
    [
        ("", ""),
        (SANDBOX_TAX_ID, ""),
        ("0105500000004", "last digit"),
        ("123", "13 digits"),
        ("๐๑๐๕๕๐๐๐๐๐๐๐๓", "13 digits"),
    ],
)
def test_a_tax_id_is_checked_by_its_last_digit(tax_id: str, fault: str) -> None:
    said = CHECKS["tax_id"](tax_id)
    assert fault in said
    assert bool(said) == bool(fault)


def test_the_check_digit_is_the_published_one() -> None:
    assert [check_digit(digits[:12]) for digits in (SANDBOX_TAX_ID, "0107562000123")] == [
        3,
        int("0107562000123"[-1]),
    ] or (check_digit("010550000000") == 3)


def test_a_buddhist_year_and_a_workspace_in_the_way_are_named(workspace: Workspace) -> None:
    assert "write 2026" in CHECKS["start_date"]("2569-10-01")
    assert "not touched" in CHECKS["folder"](str(workspace.root))
    (Path() / "file").write_text("x")
    assert "is a file" in CHECKS["folder"]("file")


# --- the end


def test_who_answers_nothing_is_led_to_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    def make(folder: Path, clock: Any, tell: Any) -> Workspace:
        made.append(folder)
        tell(DemoStep(1, STEPS[0]))
        return Workspace(folder)

    monkeypatch.setattr("tui.first_run.make_sample", make)
    (Path() / "demo").mkdir()
    (Path() / "demo" / "thesis.txt").write_text("keep me")

    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "escape", "escape", "escape", "escape")
        assert says(app, "Enter Sample data")
        await pilot.press("f3")
        await until(pilot, lambda: app._return_value is not None)

    app = guide()
    play(app, script)
    assert app.return_value == Path("demo-2") == made[0], "never over anything that exists"


def test_a_company_is_enough_for_a_workspace() -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "escape", "down", "f3", "tab", "=ร้านน้ำใส จำกัด", "f3", "f3")
        assert says(app, "Enter Open recon")
        await pilot.press("f3")
        await until(pilot, lambda: app._return_value is not None)

    app = guide()
    play(app, script)
    settings = find_workspace(Path("books").resolve()).settings()
    assert app.return_value == Path("books")
    assert settings.company.name == "ร้านน้ำใส จำกัด"
    assert (settings.connections["shop"].source, settings.connections["shop"].target) == ("shopify", "sandbox")
    assert settings.connections["shop"].start_date == dt.date(2026, 11, 1)
    shell = Shell(Path("books").resolve(), FakeClock())
    assert not [w for w in shell.json("status")["waits"] if "connect" in w]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SandboxPeak]:
    company = sandbox_company(name=SANDBOX_COMPANY, tax_id=SANDBOX_TAX_ID)
    with SandboxPeak(path=tmp_path / "ledger.db", clock=FakeClock(), durable=False, company=company) as running:
        yield running


def peak_keys(running: SandboxPeak) -> list[str]:
    keys = running.credentials
    return [f"={keys[name]}" for name in ("connect_id", "connect_key", "user_token")]


def test_keys_are_tried_and_kept_and_stand_nowhere_else(ledger: SandboxPeak, tmp_path: Path) -> None:
    secrets = [word[1:] for word in peak_keys(ledger)]

    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "escape", "down", "f3", "tab", "=Somebody else", "f3", "down", "down")
        for word in peak_keys(ledger):
            await press(pilot, "tab", word)
        await pilot.click("#try-ledger")
        await until(pilot, lambda: says(app, "You typed another name"))
        assert says(app, f"{SANDBOX_COMPANY} answers (TEST, tax id {SANDBOX_TAX_ID})")
        assert not [key for key in secrets if any(key in line for line in lines_of(app))]
        assert sum(line.rstrip().endswith("****") for line in lines_of(app)) == 3, "signs of one cell in any terminal"
        await pilot.click(".take")
        await quiet(pilot)
        assert (app.answers.company, app.answers.tax_id) == (SANDBOX_COMPANY, SANDBOX_TAX_ID)
        assert not Path("books").exists(), "nothing is made before the end"
        await press(pilot, "f3")
        await pilot.press("f3")
        await until(pilot, lambda: app._return_value is not None)

    play(guide(ledger_url=ledger.url), script, size=(80, 24))
    root = Path("books").resolve()
    with service_for(Workspace(root), clock=FakeClock(), write=False) as service:
        assert {key.place for key in service.upkeep.kept_keys()} == {"file"}
        assert service.upkeep.folder().answered[0].company == SANDBOX_COMPANY
    held = "".join(path.read_text("utf-8", "replace") for path in root.rglob("*") if path.is_file())
    assert not [key for key in secrets if key in held], "no key lies in the workspace"


def test_wrong_keys_are_said_and_nothing_is_kept(ledger: SandboxPeak) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "escape", "down", "f3", "tab", f"={SANDBOX_COMPANY}", "f3", "down", "down")
        await press(pilot, "tab", "=wrong", "tab", "=wrong", "tab", "=wrong")
        await pilot.click("#try-ledger")
        await until(pilot, lambda: says(app, "!") and not says(app, "Asking"))
        await press(pilot, "f3")
        await pilot.press("f3")
        await until(pilot, lambda: says(app, "The workspace is made"))
        assert app._return_value is None

    app = guide(ledger_url=ledger.url)
    play(app, script)
    with service_for(Workspace(Path("books").resolve()), clock=FakeClock(), write=False) as service:
        assert {key.place for key in service.upkeep.kept_keys()} == {"no-key-store"}


def test_the_shops_keys_are_tried_alone() -> None:
    with ZortShop(orders=[], products=[], merchant="ร้านน้ำใส", now=FakeClock().now) as shop:

        async def script(app: Any, pilot: Any) -> None:
            await press(pilot, "escape")
            for line, word in zip(app.screen.query("#page-2 Input").results(Input), keys, strict=True):
                line.value = word
            await pilot.click("#try-shop")
            await until(pilot, lambda: says(app, "ร้านน้ำใส"))

        keys = (shop.store_name, shop.api_key, shop.api_secret)
        play(guide(source_url=shop.url), script)


# --- the sample


def test_from_the_first_key_to_an_uploaded_batch_with_the_ordinary_wiring(monkeypatch: pytest.MonkeyPatch) -> None:
    """U5: look around, review, upload: the open batch is brought to its end by the ordinary commands."""

    async def script(app: Any, pilot: Any) -> None:
        await pilot.click("#sample")
        await until(pilot, lambda: app._return_value is not None, seconds=90)

    app = guide()
    play(app, script)
    root = app.return_value.resolve()
    assert is_sample(root)
    clock = FakeClock(dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC))

    async def review(app: Any, pilot: Any) -> None:
        await until(pilot, lambda: says(app, "24 blocked"))
        await press(pilot, "f4", "=st:ready,check", "enter", "asterisk", "insert")
        await until(pilot, lambda: says(app, "159 approved"))

    play(
        ReconApp(Session(root, clock=clock, actor="nok"), start="review", preferences=Preferences(), keep=False), review
    )
    with service_for(Workspace(root), clock=clock, actor="nok") as service:
        batch = service.approve_decided(None, "nok").batch
    shell = Shell(root, clock)
    sent = shell("upload", batch, "--json").expect(0).facts
    assert sent["counts"] == {"posted": 159}
    found = shell.json("verify", batch)
    assert found["compared"] == found["equal"] == 159
    waits = shell.json("status")["waits"]
    assert len(waits) == 1 and "orders held: 24" in waits[0], "only what no document can be made of"


def test_leaving_while_the_sample_is_made_leaves_nothing_behind() -> None:
    async def script(app: Any, pilot: Any) -> None:
        await pilot.click("#sample")
        await until(pilot, lambda: says(app, "fetched"))
        await pilot.press("escape")
        await until(pilot, lambda: not Path("demo").exists(), seconds=60)
        assert says(app, "Welcome")

    app = guide()
    play(app, script)
    assert list(Path().iterdir()) == []


@pytest.fixture
def sample(workspace: Workspace, clock: FakeClock) -> Path:
    """A small workspace that bears the marker."""
    with service_for(workspace, clock=clock):
        pass
    (workspace.root / "DEMO.txt").write_text("sample", encoding="utf-8")
    return workspace.root


def test_only_a_sample_is_thrown_away(sample: Path, clock: FakeClock) -> None:
    from recon.errors import StoreBusy, UsageError

    text = (sample / "recon.toml").read_text("utf-8")
    (sample / "recon.toml").write_text(text.replace('target = "sandbox"', 'target = "peak"'), "utf-8")
    with pytest.raises(UsageError, match="Nothing was deleted"):
        throw_away(sample)
    (sample / "recon.toml").write_text(text, "utf-8")
    with service_for(Workspace(sample), clock=clock), pytest.raises(StoreBusy, match="Nothing was deleted"):
        throw_away(sample)
    link = sample.parent / "link"
    link.symlink_to(sample)
    with pytest.raises(UsageError):
        throw_away(link)
    (sample / "DEMO.txt").unlink()
    with pytest.raises(UsageError):
        throw_away(sample)
    assert (sample / ".recon" / "store.db").is_file()


def test_what_a_person_put_there_stays(sample: Path) -> None:
    (sample / "thesis.txt").write_text("keep me", encoding="utf-8")
    (sample / "inbox" / "export.csv").write_text("mine", encoding="utf-8")
    outside = sample.parent / "outside"
    outside.mkdir()
    (outside / "mine.xlsx").write_text("mine", encoding="utf-8")
    (sample / "outgoing").rmdir()
    (sample / "outgoing").symlink_to(outside)
    assert throw_away(sample) == ("inbox", "outgoing", "thesis.txt")
    assert (sample / "inbox" / "export.csv").read_text("utf-8") == "mine"
    assert (outside / "mine.xlsx").is_file()
    assert not (sample / ".recon").exists()


def test_a_sample_without_anything_else_is_gone_whole(sample: Path) -> None:
    assert throw_away(sample) == ()
    assert not sample.exists()
    assert free_folder(sample.parent) == sample.parent / "demo"


def test_the_palette_throws_the_sample_away_after_a_yes(sample: Path, clock: FakeClock) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "ctrl+p", "=Throw the sample", "enter")
        await until(pilot, lambda: says(app, "Throw the sample away?"))
        assert app.focused.id == "cancel", "Cancel is the default"
        await pilot.press("enter")
        await quiet(pilot)
        assert sample.is_dir()
        await press(pilot, "ctrl+p", "=Throw the sample", "enter")
        await until(pilot, lambda: says(app, "Throw the sample away?"))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: not sample.exists())

    app = ReconApp(Session(sample, clock=clock, actor="nok"), preferences=Preferences(), keep=False)
    play(app, script)
    assert app.return_value == 0


def test_a_real_workspace_has_no_such_command(workspace: Workspace, clock: FakeClock) -> None:
    with service_for(workspace, clock=clock):
        pass

    async def script(app: Any, pilot: Any) -> None:
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert not [title for title in titles if "sample" in title]

    play(ReconApp(Session(workspace.root, clock=clock), preferences=Preferences(), keep=False), script)


# --- American books

PASSWORD = "cedar-and-pine-1"


def american(target: str, **answers: Any) -> FirstRunApp:
    return guide(source="shopify", target=target, company="Cedar & Pine LLC", tax_id="12-3456789", **answers)


def test_tills_are_set_up_with_departments_a_writer_and_a_time(tmp_path: Path) -> None:
    answers = Answers(
        folder=str(tmp_path / "kasse"), start_date="2026-03-01", company="Kafé Torget AS", tax_id="999 999 999",
        departments="Kafé Torget = 10; Bar = 20", till_invoices="issued", runs="weekly", counting="warn",
    )  # fmt: skip
    answers.use_source("saft")
    assert answers.target == "sandbox-poweroffice"
    for target, writer in (("sandbox-poweroffice", "recon"), ("poweroffice-test", "others")):
        answers.target = target
        settings = parse_settings(tomllib.loads(settings_text(answers)))
        rules = settings.connections["shop"]
        assert (rules.writers, rules.till.departments) == (writer, {"Kafé Torget": "10", "Bar": "20"})
        assert (rules.till.invoices, rules.till.counting, rules.till.voucher) == ("issued", "warn", "report")
        assert (rules.schedule.when, rules.schedule.at, rules.schedule.weekday) == ("weekly", "05:00", "monday")
        assert rules.environment == ("sandbox" if target.startswith("sandbox") else "test")
    assert (settings.company.tax_id, settings.company.currency) == ("999999999", "NOK")
    answers.use_source("zort")
    assert answers.target == "sandbox"


@pytest.mark.parametrize("typed", ["Bar", "Bar =", "= 10", "Bar = 10; Bar = 20"])
def test_departments_that_say_nothing_are_named(typed: str) -> None:
    assert departments_problem(typed)
    assert departments_of("Kafé = Torget = 10;") == {"Kafé = Torget": "10"}


def test_quickbooks_is_set_up_with_its_file_its_password_and_a_time() -> None:
    async def script(app: Any, pilot: Any) -> None:
        app.pages.turn_to(4)
        await press(pilot, "f3")
        assert app.pages.number == AMERICAN
        assert app.focused.id == "taxes"
        await press(pilot, "tab", "tab", "tab", f"={PASSWORD}", "tab", "down")
        assert app.answers.runs == "daily"
        await press(pilot, "tab", "ctrl+u", "=25:00", "f3")
        assert says(app, "25:00 is not a time like 05:00.")
        await press(pilot, "ctrl+u", "=06:30", "f3")
        assert app.pages.number == 5
        await press(pilot, "f2")
        assert app.pages.number == AMERICAN
        await press(pilot, "f3", "f3")
        await until(pilot, lambda: app.return_value is not None)

    app = american("quickbooks")
    play(app, script)
    workspace = find_workspace(Path("books"))
    rules = workspace.settings().connections["shop"]
    assert (rules.schedule.when, rules.schedule.at) == ("daily", "06:30")
    assert (rules.contacts.default, rules.quickbooks.text_item, rules.taxes) == (
        "Shopify Customer",
        "Shop Line",
        "line",
    )
    assert workspace.settings().company.tax_id == "12-3456789"
    assert "<QBWCXML>" in (workspace.outgoing / "recon.qwc").read_text("ascii")
    kept = b"".join(path.read_bytes() for path in workspace.root.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in kept
    said = Shell(workspace.root, FakeClock()).json("qbwc", "status")
    assert said["has_password"] is True


def test_the_exported_lists_are_chosen_and_read() -> None:
    lists = Path("lists.iif")
    lists.write_bytes(LISTS.read_bytes())
    Path("notes.txt").write_text("nothing", "utf-8")

    async def script(app: Any, pilot: Any) -> None:
        app.pages.turn_to(4)
        await press(pilot, "f3")
        await pilot.click("#choose-lists")
        await until(pilot, lambda: says(app, "lists.iif"))
        assert not says(app, "notes.txt")
        await press(pilot, "enter")
        await until(pilot, lambda: app.answers.lists.endswith("lists.iif"))
        await press(pilot, "f3", "f3")
        await until(pilot, lambda: app.return_value is not None)

    play(american("quickbooks-iif"), script)
    with service_for(find_workspace(Path("books")), clock=FakeClock()) as service:
        assert {each.full_name for each in service.upkeep.account_proposals(None)} >= {"accounts.sales"}


def test_lists_that_are_not_there_are_told() -> None:
    async def script(app: Any, pilot: Any) -> None:
        app.pages.turn_to(4)
        await press(pilot, "f3", "f3")
        assert says(app, "There is no file or folder nowhere.iif.")
        assert app.pages.number == AMERICAN

    play(american("quickbooks-iif", lists="nowhere.iif"), script)


def test_other_books_have_five_steps() -> None:
    async def script(app: Any, pilot: Any) -> None:
        app.pages.turn_to(4)
        assert says(app, "step 4 of 5")
        await press(pilot, "f3")
        assert app.pages.number == 5

    play(guide(target="peak-file"), script)

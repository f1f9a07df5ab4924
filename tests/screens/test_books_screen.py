"""Against the books: every state at each size from one start, and a file that is chosen, compared, and refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from recon.summaries.books import BooksAccount, BooksDifference, BooksReport, BooksStranger, BooksVoucher
from tests import till_world
from tests.clock import FakeClock
from tests.recon.books_tools import BookLine, BookVoucher, saft_financial
from tests.screens.grid import lines_of
from tests.screens.looking import SIZES, picture, play, press, quiet, says, until
from tests.screens.match_world import match_app
from tests.screens.test_languages import left_over
from tests.shell import Shell
from tui.app import ReconApp
from tui.i18n import _
from tui.preferences import Preferences
from tui.screens.books import BooksScreen, PeriodDialog
from tui.session import Session
from tui.widgets.file_chooser import FileChooser

STATES = ("empty", "running", "equal", "differences", "facts", "accounts", "failed")
MOVED = (
    BooksDifference(field="amount", account="1504", ours="303.50", theirs="313.50", difference="10.00", text=""),
    BooksDifference(field="department", account=None, ours="10", theirs="none", difference=None, text=""),
)


def voucher(number: str, verdict: str, **more: Any) -> BooksVoucher:
    given = {
        "order_number": number, "document_key": number, "kind": "settlement", "day": "2026-03-14", "total": "18100.40",
        "stands": "posted", "verdict": verdict, "way": "number", "voucher": "77", "vouchers": ("77",), "writers": ("ProTouch",), "voucher_day": "2026-03-14",
        "voucher_text": "Dagsoppgjør [b]\x1b[31m", "entered_by": "ProTouch", "entered_on": "2026-03-15", "posted_on": "2026-03-16",
        "differences": (), "text": "",
    }  # fmt: skip
    return BooksVoucher(**given | more)


def account(code: str, difference: str) -> BooksAccount:
    sums = {"found": "100.00", "others": "0.00", "ledger": "100.00"}
    return BooksAccount(account=code, name="Kontanter", ours="100.00", difference=difference, **sums)


def report(
    *vouchers: BooksVoucher, strange: tuple[BooksStranger, ...] = (), accounts: tuple[BooksAccount, ...] = ()
) -> BooksReport:
    counts: dict[str, int] = {}
    for one in vouchers:
        counts[one.verdict] = counts.get(one.verdict, 0) + 1
    return BooksReport(
        file="saft.xml", digest="0", form="SAF-T 1.30", company="Kafé AS", company_number="999999999", written_by="",
        written_on="", connection="shop", since="2026-03-01", until="2026-03-31", vouchers_read=3, counts=counts, vouchers=vouchers,
        strange=strange, accounts=accounts, left_out=0, notes=("The file states 4 vouchers and holds 3.",) if strange else (),
    )  # fmt: skip


EQUAL = report(voucher("K1/214", "equal"), accounts=(account("1900", "0.00"),))
LOST = {
    "voucher": None,
    "vouchers": (),
    "writers": (),
    "entered_by": None,
    "entered_on": None,
    "posted_on": None,
    "stands": "planned",
}
DIFFERENT = report(
    voucher("K1/214", "equal"), voucher("K1/215", "differs", differences=MOVED), voucher("K1/216", "missing", **LOST),
    voucher("K1/217", "twice", vouchers=("80", "81"), writers=("Kari", "ProTouch")), voucher("K1/218", "there", stands="held", way="amount"),
    strange=(BooksStranger(voucher="90", day="2026-03-20", description="Kiosk", debit="3.33", entered_by=None, entered_on=None, why="like-settlement", text=""),),
    accounts=(account("1900", "0.00"), account("1504", "-10.00")),
)  # fmt: skip


async def show(app: App[Any], pilot: Pilot[Any], state: str) -> None:
    """Bring the screen into a state."""
    screen = app.screen
    assert isinstance(screen, BooksScreen)
    if state == "running":
        screen._going_on = lambda: _("Comparing {name} ...").format(name="saft.xml")
        screen._draw()
    elif state in {"equal", "differences"}:
        screen._came(EQUAL if state == "equal" else DIFFERENT)
    elif state == "facts":
        screen.rows.move_to_key(1)
        await press(pilot, "enter")
    elif state == "accounts":
        await press(pilot, "enter", "f6")
    elif state == "failed":
        await press(pilot, "=/nowhere/saft.xml")
    await quiet(pilot)


def test_picture_of_every_state_at_each_size(shell_at: Any, clock: FakeClock, snapshot: Any) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        for state in STATES:
            await pilot.resize_terminal(*SIZES[0])
            await show(app, pilot, state)
            for width, height in SIZES:
                await pilot.resize_terminal(width, height)
                await quiet(pilot)
                assert picture(app) == snapshot(name=f"{state} {width}x{height}")

    play(match_app(shell_at(till_world.begun).root, clock, place="books"), script)


@pytest.mark.parametrize("language", ["nb", "th"])
def test_picture_has_no_english_left(shell_at: Any, clock: FakeClock, language: str) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        for state in STATES[:-1]:
            await show(app, pilot, state)
            assert left_over(lines_of(app), language) == []

    session = Session(shell_at(till_world.begun).root, clock=clock, actor="nok")
    play(
        ReconApp(session, start="books", preferences=Preferences(language=language), keep=False), script, size=SIZES[2]
    )


def test_a_file_is_chosen_compared_and_asked_for_its_days(shell_at: Any, clock: FakeClock) -> None:
    shell: Shell = shell_at(till_world.begun)
    shell("match", "--take-accounts", "--accept", "*", "--department", "Kafé Torget=10").expect(0)
    lines = (BookLine("1900", 12300, department="10"), BookLine("3000", -12300, "3", "10"))
    books = shell.root / "inbox" / "books.xml"
    books.write_text(
        saft_financial([BookVoucher("7", dt.date(2026, 3, 14), lines, text="Z214 K1", by="ProTouch")]), encoding="utf-8"
    )
    trial = shell.root / "inbox" / "saldo.csv"
    trial.write_text("Konto;Endring\n1900;123,00\n", encoding="utf-8")

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        await press(pilot, "j")
        assert isinstance(app.screen, BooksScreen)
        await press(pilot, "j")
        assert isinstance(app.screen, FileChooser)
        await press(pilot, "down", "enter")
        await until(pilot, lambda: says(app, "Entered by: ProTouch 1"))
        assert says(app, "1 not there, 1 there but held here")
        screen: Any = app.screen
        await press(pilot, f"={trial}")
        assert isinstance(app.screen, PeriodDialog)
        await press(pilot, "=2026-03-01", "enter")
        assert says(app, "Both days are needed.")
        await press(pilot, "=2026-03-31", "enter")
        await until(pilot, lambda: screen.report is not None)
        assert says(app, "[Accounts")
        await press(pilot, "escape")
        assert app.place == "audit"

    play(match_app(shell.root, clock, place="audit"), script, size=SIZES[2])

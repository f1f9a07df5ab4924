"""The connections' side of the doctor screen: every state of the check-list, the line below, and where Enter leads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recon.sandbox.peak import SandboxPeak
from tests.clock import FakeClock
from tests.screens.looking import picture, pictured_at_each_size, play, press, says
from tests.shell import Shell, closed_port
from tests.tui.buyers_shop import export, made, row
from tui.app import ReconApp
from tui.preferences import Preferences
from tui.session import Session


@pytest.fixture(autouse=True)
def no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at no timer of the machine, and at nothing else of it."""
    monkeypatch.setattr("tui.screens.doctor.timer_is_in", lambda *_: False)
    monkeypatch.setattr("tui.screens.doctor.machine_checks", lambda *_, **__: [])
    monkeypatch.setattr("tui.screens.doctor.workspace_checks", lambda *_: [])


@pytest.fixture
def ready(tmp_path: Path, clock: FakeClock, key_store) -> Shell:
    """Connected, one order taken in, everything mapped."""
    shell = made(tmp_path / "books", clock)
    shell("connect", "--set-accounts").expect(0)
    take(shell, row("A1"))
    shell("match", "--link-all", "--all-channels", "BSV001")
    return shell


@pytest.fixture
def peak(tmp_path: Path, clock: FakeClock, key_store) -> Iterator[tuple[Shell, SandboxPeak]]:
    with SandboxPeak(clock=clock, durable=False) as ledger:
        shell = made(tmp_path / "books", clock, target="peak", ledger=ledger.url)
        shell("connect", "--stdin", "--set-accounts", stdin=json.dumps(ledger.credentials)).expect(0)
        take(shell, row("A1"))
        shell("match", "--link-all", "--all-channels", "BSV001")
        yield shell, ledger


def take(shell: Shell, *rows: str) -> None:
    number = len(list(shell.root.glob("*.csv")))
    shell("import", export(shell.root / f"{number}.csv", *rows)).expect(0)


def screens(shell: Shell) -> ReconApp:
    session = Session(shell.root, clock=FakeClock(), actor="nok")
    return ReconApp(session, start="doctor", preferences=Preferences(language="en"), keep=False)


def missing_much(shell: Shell) -> None:
    """Let nearly everything be missing."""
    shell.edit('sales = "410101"', 'sales = "999999"')
    shell.edit('tax_id = "0105500000003"', 'tax_id = ""')
    path = shell.root / "recon.toml"
    extra = (
        '\n[connections.shop.charges.Web]\nshipping = { product = "S-SHIP" }\n'
        '\n[connections.shop.contacts.by_channel]\nWeb = "SHOP-WEB"\n'
        '\n[connections.shop.schedule]\nwhen = "daily"\n'
    )
    path.write_text(path.read_text(encoding="utf-8") + extra, encoding="utf-8")
    take(
        shell,
        row("B1", payment="TrueMoney", sku="NEW-1", shipping="50.00", total="157.00"),
        row("B2", channel="Lazada", shipping="40.00", total="147.00"),
    )


def test_picture_of_all_in_order(ready: Shell, snapshot: Any) -> None:
    play(screens(ready), pictured_at_each_size(snapshot, "f6", "v"))


def test_picture_of_much_missing(ready: Shell, snapshot: Any) -> None:
    missing_much(ready)
    play(screens(ready), pictured_at_each_size(snapshot, "f6"))


def test_picture_of_a_ledger_that_cannot_be_reached(peak: tuple[Shell, SandboxPeak], snapshot: Any) -> None:
    shell, ledger = peak
    port = ledger.url.rsplit("/api", 1)[0].rsplit(":", 1)[1]
    gone = str(closed_port())
    shell.edit(f":{port}/", f":{gone}/")
    still = lambda text: text.replace(gone, "00000")  # noqa: E731 - one port for another
    play(screens(shell), pictured_at_each_size(snapshot, "f6", "v", still=still))


def test_picture_before_the_first_order(tmp_path: Path, clock: FakeClock, key_store, snapshot: Any) -> None:
    shell = made(tmp_path / "books", clock)
    shell("connect").expect(0)
    play(screens(shell), pictured_at_each_size(snapshot, "f6"))


def test_the_screen_and_the_command_say_the_same(ready: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.commands.verify.timer_is_in", lambda *_: False)
    missing_much(ready)
    facts = ready.json("verify", "shop", "--offline", code=4)

    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "f6")
        side = app.screen.query_one("ConnectionSide")
        shown = sorted((line.check, line.state, line.text) for _name, line in side._lines)
        assert shown == sorted((line["check"], line["state"], line["text"]) for line in facts["lines"])
        assert says(app, f"{facts['counts']['missing']} missing")
        assert says(app, "nobody was asked now")
        await press(pilot, "v")
        assert says(app, "ledger and shop were asked just now")

    play(screens(ready), script, size=(130, 40))


@pytest.mark.parametrize(
    ("check", "place"),
    [("payment-channels", "channels"), ("skus", "match"), ("services", "channels"), ("accounts", "settings"), ("tax-id", "settings")],
)  # fmt: skip
def test_enter_goes_where_it_is_mended(ready: Shell, check: str, place: str) -> None:
    missing_much(ready)

    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "f6")
        side = app.screen.query_one("ConnectionSide")
        number = next(n for n, (_name, line) in enumerate(side._lines) if line.check == check and line.state != "ok")
        line = side._lines[number][1]
        side.rows.move_to(number)
        await press(pilot, "down", "up")
        assert says(app, "set it: " + line.remedy.split()[0])
        await press(pilot, "enter")
        assert app.place == place
        if place == "settings":
            key = line.setting if line.setting.startswith("company.") else f"connections.shop.{line.setting}"
            assert app.screen.rows.cursor_key == key

    play(screens(ready), script, size=(130, 40))


def test_a_line_that_is_mended_elsewhere_says_so(ready: Shell) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "f6", "enter")
        assert app.place == "doctor"
        await press(pilot, "f6")
        assert not app.screen._is_connection
        assert "Measure Thai" in picture(app)

    play(screens(ready), script)

"""Tabs and their apps: who may write, what a page may say, and that no app outlives its tab or the server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.browser.test_guard import run
from tests.browser.world import PATIENCE, World, alive, world
from tests.shell import Shell, process_env
from tui.browser.child import command
from tui.browser.tabs import MOST_TABS
from tui.browser.wire import Heard, NotOurs, Size, heard, size_of, told_packet, typed_packet

ROOT = Path(__file__).parents[2]


def test_f82_the_first_tab_writes_the_second_looks_and_the_next_writes_again(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        async with w.tab() as first:
            assert (await first.until("tab"))[1] == {"writes": True}
            await first.until("may write")
            async with w.tab() as second:
                assert (await second.until("tab"))[1] == {"writes": False}
                await second.until("READ-ONLY")
            async with w.tab() as third:
                await third.until("READ-ONLY")
                await first.socket.close()
                async with w.tab() as fourth:
                    assert (await fourth.until("tab"))[1] == {"writes": True}
                    await fourth.until("may write")
                await third.socket.send_json(["stdin", "x"])
                await third.until("typed x")
                assert b"may write" not in third.seen, "a tab that looks goes on looking"

    run(story, tmp_path)


def test_a_page_that_is_loaded_again_writes_again_although_its_old_app_takes_time_to_leave(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        async with w.tab() as tab:
            await tab.until("may write")
        async with w.tab() as again:
            await again.until("may write")
            old, new = sorted(w.apps(), key=lambda pid: (w.note / f"pid-{pid}").stat().st_mtime_ns)
            assert not alive(old), "two never write at once"
            assert alive(new)

    run(story, tmp_path, way="deaf")


def test_with_read_only_no_tab_writes(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        for _time in range(2):
            async with w.tab() as tab:
                assert (await tab.until("tab"))[1] == {"writes": False}
                await tab.until("READ-ONLY")

    run(story, tmp_path, read_only=True)


def test_more_tabs_than_may_be_are_told_so_and_start_nothing(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        async with contextlib.AsyncExitStack() as stack:
            for _number in range(MOST_TABS):
                tab = await stack.enter_async_context(w.tab())
                await tab.until("tab")
            async with w.tab() as one_too_many:
                assert "As many tabs" in await one_too_many.ended()
            assert len(w.apps()) <= MOST_TABS

    run(story, tmp_path)


def test_what_a_page_says_reaches_the_app(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        async with w.tab() as tab:
            await tab.until("may write")
            for said, shown in (
                (["stdin", "น้ำ\x1b[A"], "typed น้ำ\x1b[A"),
                (["resize", {"width": 132, "height": 43}], 'told {"type": "resize", "width": 132, "height": 43}'),
                (["resize", {"width": 9999999, "height": -1}], 'told {"type": "resize", "width": 1000, "height": 5}'),
                (["focus"], 'told {"type": "focus"}'),
                (["blur"], 'told {"type": "blur"}'),
            ):
                await tab.socket.send_json(said)
                await tab.until(shown)
            await tab.socket.send_json(["ping", "7"])
            assert await tab.until("pong") == ["pong", "7"]

    run(story, tmp_path)


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "7", '["quit"]', '["stdin"]', '["stdin", 7]', '["resize", {"width": "x", "height": 1}]', '["resize", []]',
             '["deliver_chunk_request", {"key": "k", "size": 1}]', '["stdin", "x", "y"]', "[" * 5000],
)  # fmt: skip
def test_what_no_page_of_ours_says_ends_the_tab_and_its_app(tmp_path: Path, said: str) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        async with w.tab() as tab:
            await tab.until("may write")
            await tab.socket.send_str(said)
            await tab.ended()
            assert not [pid for pid in w.apps() if alive(pid)]
            assert not w.complaints

    run(story, tmp_path)


def test_a_message_without_end_is_not_taken_in(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        async with w.tab() as tab:
            await tab.until("may write")
            await tab.socket.send_str('["stdin", "' + "x" * 2_000_000 + '"]')
            await tab.ended()
            assert tab.socket.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG

    run(story, tmp_path)


def test_an_app_that_opens_addresses_or_hands_out_files_is_not_listened_to(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        async with w.tab() as tab:
            while b"may write" not in tab.seen:
                message = await tab.socket.receive(timeout=PATIENCE)
                if message.type is aiohttp.WSMsgType.TEXT:
                    assert message.json()[0] == "tab"
                else:
                    tab.seen += message.data
            assert (await w.ask(w.room + "download/k", w.cookie)).status == 403

    run(story, tmp_path, way="doors")


@pytest.mark.parametrize("way", ["mute", "babble"])
def test_an_app_that_fails_ends_its_tab_and_its_words_are_told(tmp_path: Path, way: str) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        async with w.tab() as tab:
            why = await tab.ended()
        assert ("Settings need attention: canary words" in why) == (way == "mute")
        assert w.complaints == ([why + "\n"] if why else [])

    run(story, tmp_path, way=way)


@pytest.mark.parametrize("way", ["", "deaf"])
def test_stopping_ends_every_app_also_one_that_does_not_listen(tmp_path: Path, way: str) -> None:
    async def play() -> None:
        async with world(tmp_path, way=way) as made:
            await made.let_in()
            async with contextlib.AsyncExitStack() as stack:
                tabs = [await stack.enter_async_context(made.tab()) for _number in range(2)]
                for tab, words in zip(tabs, ("may write", "READ-ONLY"), strict=True):
                    await tab.until(words)
                await made.server.__aexit__(None, None, None)
                assert len(made.apps()) == 2
                assert not [pid for pid in made.apps() if alive(pid)]

    asyncio.run(play())


def test_an_upload_that_runs_outlives_tab_and_server(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        async with w.tab() as tab:
            await tab.until("may write")

    run(story, tmp_path, way="upload")
    upload = int((tmp_path / "upload").read_text())
    assert alive(upload)
    os.kill(upload, signal.SIGKILL)


def test_the_app_of_a_tab_ends_when_its_server_is_gone(workspace) -> None:
    """The real app, and a server that was killed: nobody says quit, its words just end."""
    words = command(workspace.root, actor="Nok", columns=80, rows=24, read_only=True)
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=process_env()
    ) as app:
        assert app.stdout.readline() == b"__GANGLION__\n"
        out, err = app.communicate(timeout=PATIENCE)  # closes its input
    assert app.returncode == 0
    assert err == b""
    assert out.endswith(b'{"type": "exit"}')


def test_the_real_app_takes_its_size_from_the_page_and_says_read_only(workspace) -> None:
    words = command(workspace.root, actor="Nok", columns=100, rows=30, read_only=True)
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=process_env()
    ) as app:
        shown = b""
        while b"READ-ONLY" not in shown:
            shown += os.read(app.stdout.fileno(), 65_536)
        rows = {int(row) for row in re.findall(rb"\x1b\[(\d+);\d+H", shown)}
        assert max(rows) == 30
        app.communicate(told_packet(type="quit"), timeout=PATIENCE)
    assert app.returncode == 0


def test_a_key_goes_to_what_is_chosen_although_no_page_said_that_it_is_looked_at(planned: Shell) -> None:
    """Textual's web driver begins as hidden, and a page may say that it is not before the app can hear it."""
    words = command(planned.root, actor="Nok", columns=100, rows=30, read_only=True)
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=process_env()
    ) as app:
        for awaited, then in ((b"B0001", typed_packet("\r")), (b"[Review]", told_packet(type="quit"))):
            shown = b""
            while awaited not in shown:
                more = os.read(app.stdout.fileno(), 65_536)
                assert more, shown[-2000:]
                shown += more
            app.stdin.write(then)
            app.stdin.flush()
        app.communicate(timeout=PATIENCE)
    assert app.returncode == 0


def test_an_app_without_settings_says_so_to_its_tab(tmp_path: Path) -> None:
    words = command(tmp_path, actor="", columns=80, rows=24, read_only=False)
    done = subprocess.run(
        words, capture_output=True, text=True, cwd=ROOT, env=process_env(), stdin=subprocess.DEVNULL, timeout=PATIENCE
    )
    assert done.returncode == 2
    assert "recon.toml" in done.stderr


def test_the_command_of_a_tab_holds_no_secret(tmp_path: Path) -> None:
    words = command(tmp_path, actor="Nok; rm -rf /", columns=80, rows=24, read_only=True)
    assert words == (
        sys.executable, "-m", "tui.browser.child", str(tmp_path), "--size", "80x24", "--as", "Nok; rm -rf /", "--read-only",
    )  # fmt: skip


@given(st.text())
def test_any_text_is_typed_or_refused_never_a_defect(text: str) -> None:
    packet = typed_packet(text)
    assert len(packet) == 5 + int.from_bytes(packet[1:5], "big")
    with contextlib.suppress(NotOurs):
        assert isinstance(heard(text), Heard)


@given(st.integers(), st.integers())
def test_every_size_is_one_a_screen_can_have(columns: int, rows: int) -> None:
    if len(str(columns)) < 4000 and len(str(rows)) < 4000:
        size = size_of(columns, rows)
        assert isinstance(size, Size)
        assert 20 <= size.columns <= 1000
        assert 5 <= size.rows <= 400

"""The door of `recon serve` against real requests: foreign hosts and pages, used links, no cookie, paths that lead elsewhere (F82)."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import sys
from pathlib import Path

import pytest

from recon.listening import listening_socket
from tests.browser.world import World, world
from tui.browser.guard import Guard
from tui.browser.page import static_files


def run(story, tmp_path: Path, **how) -> None:
    """Play a story in a fresh world."""

    async def play() -> None:
        async with world(tmp_path, **how) as made:
            await story(made)

    asyncio.run(play())


def refused(answer, words: str = "") -> bool:
    """Whether a plain sentence came back, and nothing of recon's."""
    sentence = re.sub(r"<[^>]+>", " ", answer.body)
    return answer.status == 403 and words in sentence and "." in sentence and "static/" not in answer.body


def test_f82_the_link_works_once_and_a_used_one_says_so(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        token = w.server.guard.link.partition("=")[2]
        first = await w.let_in()
        assert first.status == 200
        assert f'content="0; url={w.room}"' in first.body
        assert token not in first.body + str(first.headers), "the link leads away from itself"
        name, path, *flags = first.headers["set-cookie"].split("; ")
        assert path == f"Path={w.room}"
        assert flags == ["HttpOnly", "SameSite=Strict"]
        assert len(name) > 40
        assert token not in name
        second = await w.ask(f"/?token={token}")
        assert refused(second, "used already")
        assert "set-cookie" not in second.headers
        page = await w.ask(w.room, w.cookie)
        assert page.status == 200
        assert "บริษัท &lt;น้ำใส&gt; จำกัด" in page.body
        assert token not in page.body
        for file, known in static_files().items():
            answer = await w.ask(f"{w.room}static/{file}", w.cookie)
            assert (answer.status, answer.headers["content-length"]) == (200, str(len(known.body))), file

    run(story, tmp_path)


def test_f82_wrong_links_are_refused_and_use_nothing_up(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        token = w.server.guard.link.partition("=")[2]
        wrong = "does not belong"
        for path, words in (
            ("/", "has not been let in"),
            ("/?", "has not been let in"),
            ("/?token=", wrong),
            (f"/?token={token[:-1]}", wrong),
            (f"/?token={token}x", wrong),
            (f"/?token={token}&token={token}", wrong),
            ("/?token=%00%ff", wrong),
            ("/?token=%E0%B8%81", wrong),
            (f"/x?token={token}", "has not been let in"),
        ):
            assert refused(await w.ask(path), words), path
        in_advance = await w.ask(f"/?token={token}", "Sec-Purpose: prefetch;prerender")
        assert refused(in_advance, "in advance")
        assert (await w.let_in()).status == 200, "nothing of this used the link up"

    run(story, tmp_path)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost", "127.0.0.2:{port}", "[::1]:{port}",
             "0.0.0.0:{port}", "localhost.evil.example:{port}", "127.0.0.1:{port}.", "LOCALHOST:{port}@evil.example", ""],
)  # fmt: skip
def test_f82_a_foreign_host_reaches_nothing_not_even_with_link_or_cookie(tmp_path: Path, host: str) -> None:
    async def story(w: World) -> None:
        link = w.server.guard.link.partition(w.host)[2]
        said = host.format(port=w.server.port)
        assert refused(await w.ask(link, host=said), "not the address")
        await w.let_in()
        assert refused(await w.ask(w.room, w.cookie, host=said), "not the address")
        assert await w.upgrade(w.cookie, f"Origin: http://{said}", host=said or " ") in {400, 403}
        assert not w.apps()

    run(story, tmp_path)


def test_f82_two_hosts_or_an_address_in_the_request_line_reach_nothing(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        assert (await w.ask(w.room, w.cookie, "Host: evil.example")).status in {400, 403}
        assert (await w.ask(w.room, w.cookie, f"Host: {w.host}")).status in {400, 403}
        assert (await w.ask(f"http://evil.example{w.room}", w.cookie)).status == 403
        assert (await w.ask(f"http://{w.host}{w.room}", w.cookie)).status == 403
        assert (await w.ask(w.room, w.cookie, host=f"localhost:{w.server.port}")).status == 200

    run(story, tmp_path)


@pytest.mark.parametrize(
    "line", ["Origin: http://evil.example", "Origin: null", "Origin: http://127.0.0.1:1", "Origin: https://{host}", "Origin: http://localhost:{port}",
             "Origin: file://", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"],
)  # fmt: skip
def test_f82_what_another_page_sends_reaches_nothing_even_with_our_cookie(tmp_path: Path, line: str) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        said = line.format(host=w.host, port=w.server.port)
        assert refused(await w.ask(w.room, w.cookie, said), "another page")
        assert refused(await w.ask(w.room + "static/recon.js", w.cookie, said), "another page")
        ours = () if said.startswith("Origin") else (f"Origin: http://{w.host}",)
        assert await w.upgrade(w.cookie, said, *ours) == 403
        assert not w.apps()

    run(story, tmp_path)


def test_f82_without_the_cookie_of_this_run_there_is_nothing(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        value = w.cookie.partition("=")[2]
        origin = f"Origin: http://{w.host}"
        for lines in (
            (),
            ("Cookie: recon=",),
            (f"Cookie: recon={value[:-1]}",),
            (f"Cookie: other={value}",),
            ("Cookie: recon=\xa0\xff",),
            (f"Cookie: recon={w.server.guard.link.partition('=')[2]}",),
        ):
            assert refused(await w.ask(f"{w.room}live", *lines), "another page"), (
                "no live connection says not where it comes from"
            )
            for path in (w.room, f"{w.room}static/textual.js", "/static/recon.js", "/anything"):
                assert refused(await w.ask(path, *lines), "has not been let in"), (path, lines)
            assert await w.upgrade(origin, *lines) == 403
        assert not w.apps()
        assert await w.upgrade(w.cookie) == 403, "a browser always says where a live connection comes from"
        assert await w.upgrade(w.cookie, origin, path="/live") == 403
        assert await w.upgrade(w.cookie, origin, path=w.room + "live?width=x") == 403
        assert not w.apps()
        assert await w.upgrade(w.cookie, origin) == 101

    run(story, tmp_path)


def test_f82_no_path_leads_out_of_the_room(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        ways = (
            "static/../guard.py", "static/../../cli.py", "static/%2e%2e/guard.py", "static/%2e%2e%2fguard.py", "static/..%5cguard.py",
            "static//etc/passwd", "static/%2fetc%2fpasswd", "static/", "static", "static/recon.js/", "static/recon.js%00", "static/./recon.js",
            "static/RECON.JS", "../", "..", "%2e%2e/", "download/k", "static/xterm.css/../../guard.py", "recon.js", "live/", "static/live",
        )  # fmt: skip
        for way in ways:
            answer = await w.ask(w.room + way, w.cookie)
            assert refused(answer), way
            assert len(answer.body) < 500, "a sentence, not a file, and nothing of what was asked for"
        for path in ("//", "/..", "/static/recon.js", "/download/k", f"/{w.room}", w.room.rstrip("/"), f"/.{w.room}"):
            assert (await w.ask(path, w.cookie)).status == 403, path

    run(story, tmp_path)


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "CONNECT", "PROPFIND"])
def test_f82_the_page_can_only_be_looked_at(tmp_path: Path, method: str) -> None:
    async def story(w: World) -> None:
        link = w.server.guard.link.partition(w.host)[2]
        assert (await w.ask(link, method=method)).status in {400, 403}
        await w.let_in()
        answer = await w.ask(w.room, w.cookie, "Content-Length: 0", method=method)
        assert answer.status in {400, 403}
        assert not {"allow", "access-control-allow-origin"} & answer.headers.keys()

    run(story, tmp_path)


def test_f82_every_answer_is_kept_nowhere_framed_nowhere_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        answers = [await w.ask("/"), await w.let_in(), await w.ask(w.room, w.cookie)]
        answers += [await w.ask(f"{w.room}static/{name}", w.cookie) for name in ("recon.js", "mono.ttf", "nothing")]
        for answer in answers:
            policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
            assert (policy["default-src"], policy["frame-ancestors"], policy["base-uri"]) == ("'none'",) * 3
            assert policy["script-src"] == "'self'"
            assert policy["connect-src"] == f"ws://{w.host} ws://localhost:{w.server.port}"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            assert answer.headers["server"] == "recon"
            assert "access-control-allow-origin" not in answer.headers
        page = answers[2].body
        assert not re.search(r"""(?:src|href|action)="(?!static/|data:,)""", page), "only files of the room"
        assert not re.search(r"<script(?! src=)|\son\w+=", page), "no script in the page itself"

    run(story, tmp_path)


def test_f82_nothing_listens_anywhere_but_on_loopback(tmp_path: Path) -> None:
    async def story(w: World) -> None:
        assert w.server._socket.getsockname() == ("127.0.0.1", w.server.port)
        if sys.platform == "linux":  # every address of 127/8 is this computer there
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.2", w.server.port)
        with pytest.raises(OSError):
            await asyncio.open_connection("::1", w.server.port)

    run(story, tmp_path)


def test_a_port_somebody_listens_on_is_not_shared() -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        with pytest.raises(OSError):
            listening_socket(squatter.getsockname()[1])


def test_f82_link_and_cookie_are_in_no_log_and_in_no_description(tmp_path: Path, caplog, capfd) -> None:
    caplog.set_level(logging.DEBUG)

    async def story(w: World) -> None:
        await w.let_in()
        guard = w.server.guard
        secrets = [guard.link.partition("=")[2], w.cookie.partition("=")[2]]
        link = guard.link.partition(w.host)[2]
        await w.ask(link)
        await w.ask(link + "\x01", "Broken: \x00")
        await w.ask(w.room, w.cookie, method="P\x7fST")
        async with w.tab() as tab:
            await tab.until("may write")
            await tab.socket.send_str("{")
            await tab.ended()
        said = caplog.text + repr(guard) + repr(vars(guard)) + "".join(w.complaints) + "".join(capfd.readouterr())
        assert not [secret for secret in secrets if secret in said]

    run(story, tmp_path)


def test_two_runs_share_nothing() -> None:
    one, other = Guard(1000), Guard(1000)
    assert len({one.link, other.link}) == len({one.room, other.room}) == len({one.cookie(), other.cookie()}) == 2
    assert one.room.strip("/") not in one.link


def test_a_defect_of_ours_gives_a_sentence_and_no_value(tmp_path: Path, monkeypatch) -> None:
    async def story(w: World) -> None:
        await w.let_in()
        monkeypatch.setattr("tui.browser.page.screens_page", lambda *_: {}["canary-value"])
        answer = await w.ask(w.room, w.cookie)
        assert answer.status == 500
        assert "canary" not in answer.body + "".join(w.complaints)
        assert "defect of recon (KeyError)" in "".join(w.complaints)

    run(story, tmp_path)

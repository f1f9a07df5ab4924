"""A real browser: the link, the page, the company's name in its letters, a second tab that only looks, and a hostile page.

Needs Chromium (Debian: apt-get install chromium fonts-noto-core); without it these tests say that they did not run.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.browser.chromium import CHROMIUM, chromium
from tests.browser.test_serve_command import serving
from tests.shell import Shell
from tui.commands.serve import _door

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: the browser view was not tried in a browser"),
]
COMPANY = "บริษัท แซนด์บ็อกซ์ จำกัด"
WATCH = """
window.drawn = new Set(); window.received = "";
const paint = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { window.drawn.add(text); return paint.call(this, text, ...rest); };
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...where) {
    super(...where);
    window.live = this;
    this.addEventListener("message", (event) => {
      if (typeof event.data !== "string") window.received += new TextDecoder().decode(event.data);
    });
  }
};
"""
"""Looks over the page's shoulder: what it is sent and which letters it draws."""
SHOWN = "document.body && document.body.classList.contains('-first-byte')"


def in_browser(story, root: Path, tmp_path: Path, *words: str) -> None:
    """Play a story between `recon serve` and a Chromium."""

    async def play(url: str) -> None:
        async with chromium(tmp_path / "profile") as browser:
            await story(browser, url)

    with serving(root, *words) as (facts, _said):
        asyncio.run(play(facts["url"]))


def test_f82_the_page_shows_the_company_and_a_second_tab_only_looks(workspace, tmp_path: Path) -> None:
    async def story(browser, url: str) -> None:
        page = await browser.open(url, before=WATCH)
        await page.until(SHOWN)
        await page.until(f"window.received.includes({json.dumps(COMPANY)})")
        await page.until("window.drawn.has('บ') && window.drawn.has('ษั')")
        assert await page.run("document.title") == f"recon - {COMPANY}"
        address = await page.run("location.href")
        assert "token" not in address
        assert await page.run("document.cookie") == "", "out of reach of scripts"
        assert "READ-ONLY" not in await page.run("window.received")

        second = await browser.open(address, before=WATCH)
        await second.until("window.received.includes('READ-ONLY')")
        assert await second.run("document.title") == f"[READ-ONLY] recon - {COMPANY}"
        used = await browser.open(url)
        await used.until("document.body && document.body.innerText.includes('used already')")
        assert page.complaints == second.complaints == [], "nothing of the page is refused by its own policy"

        await browser.close(page)
        await second.do("Page.reload")
        await second.until(f"window.received.includes({json.dumps(COMPANY)})")
        assert await second.run("document.title") == f"recon - {COMPANY}", "the first is gone, so this one may write"
        assert "READ-ONLY" not in await second.run("window.received")

    in_browser(story, workspace.root, tmp_path)


def test_a_key_goes_to_what_is_chosen_on_the_screen(planned: Shell, tmp_path: Path) -> None:
    """Home begins with the cursor on what waits; Enter opens it. A page that counts as not looked at would lose the key."""

    async def story(browser, url: str) -> None:
        page = await browser.open(url, before=WATCH)
        await page.until("window.received.includes('B0001')")
        await page.press("Enter", "Enter", 13)
        await page.until("window.received.includes('[Review]')")
        assert page.complaints == []

    in_browser(story, planned.root, tmp_path)


def test_keys_reach_the_screens_without_a_click_and_leaving_is_said(workspace, tmp_path: Path) -> None:
    async def story(browser, url: str) -> None:
        page = await browser.open(url, before=WATCH)
        await page.until(SHOWN)
        await page.until(f"window.received.includes({json.dumps(COMPANY)})")
        await page.press("q", "KeyQ", 81, modifiers=2)
        await page.until("document.body.classList.contains('-closed')")
        assert "recon has ended in this tab" in await page.run("document.body.innerText")
        await page.run("document.querySelector('#again').click()")
        await page.until(f"{SHOWN} && window.received.includes({json.dumps(COMPANY)})")

    in_browser(story, workspace.root, tmp_path)


def test_f82_a_page_of_another_server_on_this_computer_gets_nothing(workspace, tmp_path: Path) -> None:
    """The same site to a browser (127.0.0.1, another port), with our cookie in its jar: no live connection, no frame, no script."""

    async def story(browser, url: str) -> None:
        ours = await browser.open(url, before=WATCH)
        await ours.until(SHOWN)
        address = await ours.run("location.href")
        async with hostile_server() as elsewhere:
            page = await browser.open(elsewhere)
            await page.until("document.readyState === 'complete'")
            live = address.replace("http", "ws", 1) + "live?width=80&height=24"
            tried = await page.run(
                "new Promise((done) => { const s = new WebSocket(" + json.dumps(live) + ");"
                " s.onopen = () => done('open'); s.onerror = () => done('refused'); })"
            )
            assert tried == "refused"
            read = f"fetch({json.dumps(address)}, {{credentials: 'include'}}).then((a) => a.text(), () => 'nothing')"
            assert await page.run(read) == "nothing"
            script = (
                "new Promise((done) => { const s = document.createElement('script'); s.src = "
                + json.dumps(address + "static/recon.js")
                + "; s.onload = () => done('ran'); s.onerror = () => done('refused'); document.body.append(s); })"
            )
            assert await page.run(script) == "refused"
            frame = (
                "new Promise((done) => { const f = document.createElement('iframe'); f.src = "
                + json.dumps(address)
                + "; f.onload = () => done(f.contentDocument === null ? 'closed' : f.contentDocument.title); document.body.append(f); })"
            )
            assert await page.run(frame) == "closed"

    in_browser(story, workspace.root, tmp_path)


@asynccontextmanager
async def hostile_server() -> AsyncIterator[str]:
    """A page on another port of this computer."""

    async def answer(reader, writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b"<!doctype html><title>elsewhere</title><body>elsewhere</body>"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


def test_the_door_of_open_leads_in_although_it_is_a_file(workspace, tmp_path: Path) -> None:
    async def story(browser, url: str) -> None:
        with _door(url) as door:
            page = await browser.open(door.as_uri(), before=WATCH)
            await page.until(SHOWN)
            assert "token" not in await page.run("location.href")

    in_browser(story, workspace.root, tmp_path)


def test_a_browser_without_webgl_shows_the_same(workspace, tmp_path: Path) -> None:
    none = """
    const give = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return String(kind).startsWith("webgl") ? null : give.call(this, kind, ...rest);
    };
    """

    async def story(browser, url: str) -> None:
        page = await browser.open(url, before=WATCH + none)
        await page.until(SHOWN)
        await page.until(f"document.body.innerText.includes({json.dumps(COMPANY)})")

    in_browser(story, workspace.root, tmp_path)

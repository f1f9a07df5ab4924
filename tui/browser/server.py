"""The guarded server: one function answers every request, on one address of this computer, for as long as a run lasts.

It has no routes, no log of requests and no path to the disk. What is not the link, the page, one of its files or its live
connection is refused with a sentence.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from recon.listening import listening_socket
from recon.text import show_lines
from tui.browser import page
from tui.browser.app_process import AppProcess
from tui.browser.guard import NOTHING_HERE, Guard
from tui.browser.tabs import Tab, Tabs, TooManyTabs
from tui.browser.wire import LARGEST_MESSAGE, NotOurs, Size, heard, size_of
from tui.failures import defect_words
from tui.i18n import N_, _

LIVE: Final = "live"
"""Name of the live connection in the room."""
HEARTBEAT_SECONDS: Final = 20
CLOSING_SECONDS: Final = 3
"""How long a page may take to agree that the connection is closed."""
LEAVE_SECONDS: Final = 20
"""How long stopping waits for the tabs' apps; they are killed before that."""
_TOO_MANY: Final = N_("As many tabs as recon keeps are open. Close one of them first.")
_UNABLE: Final = N_("recon could not answer this; the terminal says more.")

Command = Callable[[Size, bool], Sequence[str]]
"""Gives the command of a tab's app, from its size and whether it may only read."""


class BrowserServer:
    """Serves the screens to one browser on this computer."""

    def __init__(
        self,
        command: Command,
        *,
        company: str,
        port: int = 0,
        read_only: bool = False,
        theme: str = "",
        complain: Callable[[str], None],
    ) -> None:
        self._command = command
        self._company = company
        self._theme = theme
        self._complain = complain
        self._socket = listening_socket(port)
        self.port: int = self._socket.getsockname()[1]
        self.guard = Guard(self.port)
        self._tabs = Tabs(read_only=read_only)
        self._live: set[web.WebSocketResponse] = set()
        self._ending: set[asyncio.Task[object]] = set()
        self._files = page.static_files()
        self._headers = page.headers(self.port)
        _quieten()
        server = web.Server(self._answer, access_log=None, keepalive_timeout=30, lingering_time=0)
        self._runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=1)

    async def __aenter__(self) -> BrowserServer:
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every tab and its app, then stop answering."""
        closing = [live.close(code=WSCloseCode.GOING_AWAY) for live in self._live]
        await asyncio.gather(*closing, return_exceptions=True)
        if self._ending:
            await asyncio.wait(self._ending, timeout=LEAVE_SECONDS)
        await self._runner.cleanup()
        self._socket.close()

    # --- requests

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._judged(request)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 - the last door: no value of a defect goes anywhere
            self._complain(defect_words(error))
            return self._page(page.refusal_page(_(_UNABLE)), status=500)

    async def _judged(self, request: web.BaseRequest) -> web.StreamResponse:
        guard = self.guard
        if words := guard.stranger(request):
            return self._refused(words)
        if request.path == "/":
            if words := guard.exchange(request):
                return self._refused(words)
            answer = self._page(page.let_in_page(guard.room))
            answer.headers["Set-Cookie"] = guard.cookie()
            return answer
        name = request.path.removeprefix(guard.room)
        if words := guard.outsider(request, live=name == LIVE):
            return self._refused(words)
        if request.path == guard.room:
            return self._page(page.screens_page(self._company, f"ws://{request.host}{guard.room}{LIVE}", self._theme))
        if request.path == guard.room + LIVE:
            return await self._tab(request)
        known = self._files.get(name.removeprefix("static/")) if name.startswith("static/") else None
        return self._refused(NOTHING_HERE) if known is None else self._page(known)

    def _page(self, answer: page.Answer, *, status: int = 200) -> web.Response:
        charset = None if answer.type.startswith("font/") else "utf-8"
        return web.Response(
            body=answer.body, status=status, content_type=answer.type, charset=charset, headers=self._headers
        )

    def _refused(self, words: str) -> web.Response:
        answer = self._page(page.refusal_page(_(words)), status=403)
        answer.force_close()
        return answer

    # --- tabs

    async def _tab(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            size = size_of(request.query.get("width", "80"), request.query.get("height", "24"))
        except NotOurs:
            return self._refused(NOTHING_HERE)
        live = web.WebSocketResponse(
            timeout=CLOSING_SECONDS, heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_MESSAGE, compress=False
        )
        if not live.can_prepare(request):
            return self._refused(NOTHING_HERE)
        live.headers.update(self._headers)
        await live.prepare(request)
        whole = asyncio.current_task()
        assert whole is not None
        self._live.add(live)
        self._ending.add(whole)
        try:
            await self._one_tab(live, size)
        finally:
            self._live.discard(live)
            self._ending.discard(whole)
            await live.close()
        return live

    async def _one_tab(self, live: web.WebSocketResponse, size: Size) -> None:
        """Let a tab in, or tell it why not; an answer of another kind is not possible any more."""
        try:
            async with self._tabs.open() as tab:
                await self._run(live, tab, size)
        except (TooManyTabs, TimeoutError):
            await self._say(live, "ended", words=_(_TOO_MANY))
        except ConnectionError:
            return
        except Exception as error:  # noqa: BLE001 - as above
            self._complain(defect_words(error))
            await self._say(live, "ended", words=_(_UNABLE))

    async def _run(self, live: web.WebSocketResponse, tab: Tab, size: Size) -> None:
        """Run one app for one tab until either of them ends."""
        await self._say(live, "tab", writes=tab.writes)
        app = await AppProcess.start(self._command(size, not tab.writes))
        showing = asyncio.create_task(app.show_on(live.send_bytes))
        listening = asyncio.create_task(self._listen(live, app))
        try:
            await asyncio.wait({showing, listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            tab.leave()
            for task in (showing, listening):
                task.cancel()
            await asyncio.wait({showing, listening})
            words = show_lines(await app.end()).strip()
        if words:
            self._complain(words + "\n")
            await self._say(live, "ended", words=words)

    async def _listen(self, live: web.WebSocketResponse, app: AppProcess) -> None:
        async for message in live:
            if message.type is not WSMsgType.TEXT:
                return
            try:
                said = heard(message.data)
            except NotOurs:
                return
            if said.kind == "ping":
                await live.send_json(["pong", said.text])
            else:
                await app.hear(said)

    @staticmethod
    async def _say(live: web.WebSocketResponse, kind: str, **facts: object) -> None:
        with suppress(ConnectionError, RuntimeError):  # the page may be gone
            await live.send_json([kind, facts])


def _quieten() -> None:
    """Keep requests, and with them the link, out of every log."""
    for name in ("access", "client", "internal", "server", "web", "websocket"):
        logging.getLogger(f"aiohttp.{name}").setLevel(logging.CRITICAL + 1)

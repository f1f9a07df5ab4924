"""A guarded server with fake apps behind it, and a browser that can say anything: raw requests, cookies, live connections."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import aiohttp

from tui.browser.server import BrowserServer

FAKE_APP = Path(__file__).with_name("fake_app.py")
COMPANY = "บริษัท <น้ำใส> จำกัด"
PATIENCE = 30


@dataclass(frozen=True)
class Answer:
    """What came back for one raw request."""

    status: int
    headers: dict[str, str]
    body: str


class World:
    """One server, one person's browser, and whoever else is on this computer."""

    def __init__(self, server: BrowserServer, note: Path, complaints: list[str]) -> None:
        self.server = server
        self.note = note
        self.complaints = complaints
        self.host = f"127.0.0.1:{server.port}"
        self.cookie = ""

    @property
    def room(self) -> str:
        return self.server.guard.room

    async def ask(self, path: str, *lines: str, method: str = "GET", host: str | None = None) -> Answer:
        """Send exactly this, byte by byte, and read until the server closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host if host is None else host}",
            "Connection: close",
            *lines,
        ]
        writer.write("\r\n".join([*head, "", ""]).encode())
        raw = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        await writer.wait_closed()
        top, _blank, body = raw.decode("utf-8", "replace").partition("\r\n\r\n")
        status, *rest = top.split("\r\n")
        return Answer(int(status.split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in rest)}, body)

    async def upgrade(self, *lines: str, host: str | None = None, path: str | None = None) -> int:
        """Try to open the live connection with exactly these headers; return the status."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        head = [
            f"GET {path or self.room + 'live?width=90&height=30'} HTTP/1.1", f"Host: {host or self.host}", "Connection: Upgrade",
            "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", *lines,
        ]  # fmt: skip
        writer.write("\r\n".join([*head, "", ""]).encode())
        status = int((await asyncio.wait_for(reader.readline(), PATIENCE)).split()[1])
        writer.close()
        await writer.wait_closed()
        return status

    async def let_in(self) -> Answer:
        """Open the link, as the person does."""
        answer = await self.ask(self.server.guard.link.partition(self.host)[2])
        self.cookie = "Cookie: " + re.match(r"[^;]+", answer.headers["set-cookie"])[0]
        return answer

    @asynccontextmanager
    async def tab(self) -> AsyncIterator[Tab]:
        """Open a tab as our page does."""
        headers = {"Cookie": self.cookie.removeprefix("Cookie: "), "Origin": f"http://{self.host}"}
        async with aiohttp.ClientSession() as session:
            url = f"ws://{self.host}{self.room}live?width=90&height=30"
            async with session.ws_connect(url, headers=headers) as socket:
                yield Tab(socket)

    def apps(self) -> list[int]:
        """Process numbers of all apps there ever were."""
        return sorted(int(path.name.removeprefix("pid-")) for path in self.note.glob("pid-*"))


class Tab:
    """A live connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.seen = b""

    async def until(self, words: str) -> list:
        """Read on until the app has shown these words, or one of the server's own messages begins with them."""
        while True:
            message = await self.socket.receive(timeout=PATIENCE)
            assert message.type in {aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT}, (message, self.seen)
            if message.type is aiohttp.WSMsgType.TEXT:
                said = message.json()
                if said[0] == words:
                    return said
                continue
            self.seen += message.data
            if words.encode() in self.seen:
                return []

    async def ended(self) -> str:
        """Read until the server closes; return why, in its words."""
        why = ""
        while (message := await self.socket.receive(timeout=PATIENCE)).type is not aiohttp.WSMsgType.CLOSED:
            if message.type is aiohttp.WSMsgType.CLOSE:
                break
            if message.type is aiohttp.WSMsgType.TEXT and message.json()[0] == "ended":
                why = message.json()[1]["words"]
        return why


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@asynccontextmanager
async def world(note: Path, *, way: str = "", read_only: bool = False) -> AsyncIterator[World]:
    """Serve fake apps; nothing of them may be left at the end."""
    complaints: list[str] = []

    def command(_size, is_read_only: bool) -> list[str]:
        words = [sys.executable, "-I", str(FAKE_APP), str(note)]
        return words + ["--read-only"] * is_read_only + [way] * bool(way)

    with mock.patch("tui.browser.app_process.QUIT_SECONDS", 0.3):
        server = BrowserServer(command, company=COMPANY, read_only=read_only, complain=complaints.append)
        async with server:
            yield (made := World(server, note, complaints))
        assert not [pid for pid in made.apps() if alive(pid)]

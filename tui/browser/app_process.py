"""The app behind one tab: a process of its own, ended with the tab, also when it does not answer any more.

It gets a session of its own, so that Ctrl+C at the server's terminal reaches the server alone, which then ends its apps
in good order. An upload the person began is again a process of its own and is never ended from here.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from tui.browser.wire import PRELUDE, Heard, NotOurs, ends, next_packet, told_packet, typed_packet

QUIT_SECONDS: Final = 5
"""How long an app may take to leave before it is told by a signal, and then killed."""
_LINES_BEFORE: Final = 10
_WORDS_KEPT: Final = 64 * 1024
_NO_CONSOLE: Final = 0x00000200 | 0x08000000
"""Windows: CREATE_NEW_PROCESS_GROUP and CREATE_NO_WINDOW."""


class AppProcess:
    """One running app."""

    def __init__(self, process: Process) -> None:
        self._process = process
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._in, self._out, self._err = process.stdin, process.stdout, process.stderr
        self._said = bytearray()
        self._listening = asyncio.create_task(self._keep_words())

    @classmethod
    async def start(cls, command: Sequence[str]) -> AppProcess:
        """Start an app; it says nothing yet."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            start_new_session=sys.platform != "win32",
            creationflags=_NO_CONSOLE if sys.platform == "win32" else 0,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    async def show_on(self, show: Callable[[bytes], Awaitable[None]]) -> None:
        """Hand everything the app shows to the page until the app ends or says what no app of ours says."""
        with suppress(asyncio.IncompleteReadError, NotOurs, ValueError, ConnectionError):
            if not await self._has_begun():
                return
            while True:
                letter, payload = await next_packet(self._out)
                if letter == b"D":
                    await show(payload)
                elif letter == b"M" and ends(payload):
                    return

    async def _has_begun(self) -> bool:
        for _line in range(_LINES_BEFORE):
            line = await self._out.readline()
            if line in {PRELUDE, b""}:
                return line == PRELUDE
        return False

    async def hear(self, said: Heard) -> None:
        """Pass on what the page said."""
        if said.kind == "stdin":
            await self._tell(typed_packet(said.text))
        elif said.size is not None:
            await self._tell(told_packet(type="resize", width=said.size.columns, height=said.size.rows))
        elif said.kind in {"focus", "blur"}:
            await self._tell(told_packet(type=said.kind))

    async def _tell(self, packet: bytes) -> None:
        with suppress(ConnectionError, RuntimeError):  # it has just ended; the page is told by itself
            self._in.write(packet)
            await self._in.drain()

    async def end(self) -> str:
        """End the app, by force if need be; return what it said to whoever started it, its last words if it failed."""
        drain = asyncio.create_task(self._drain())  # an app that waits to show something cannot leave
        with suppress(ConnectionError, RuntimeError):
            self._in.write(told_packet(type="quit"))
            self._in.close()
        for more in (None, self._process.terminate, self._process.kill):
            if more is not None:
                with suppress(ProcessLookupError):
                    more()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), QUIT_SECONDS)
                break
        await asyncio.wait({drain, self._listening}, timeout=1)  # a grandchild may hold the pipes
        for task in (drain, self._listening):
            task.cancel()
        return self._said.decode("utf-8", "replace")

    async def _drain(self) -> None:
        while await self._out.read(65_536):
            pass

    async def _keep_words(self) -> None:
        while words := await self._err.read(4096):
            self._said += words
            del self._said[:-_WORDS_KEPT]

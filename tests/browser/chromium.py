"""A headless Chromium for tests, spoken to by its debugging protocol: opens pages, runs scripts in them, takes pictures."""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import shutil
import signal
import subprocess
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--metrics-recording-only",
    "--no-default-browser-check", "--remote-debugging-port=0", "--enable-unsafe-swiftshader",
)  # fmt: skip
PATIENCE = 40


class Page:
    """One tab of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, target: str) -> None:
        self.target = target
        self._socket = socket
        self._ids = itertools.count(1)
        self.complaints: list[str] = []
        """What the page's console said of errors and refused loads."""

    async def do(self, method: str, **facts):
        """Carry out one command of the protocol."""
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": facts})
        while True:
            said = await self._socket.receive_json(timeout=PATIENCE)
            if said.get("method") == "Log.entryAdded":
                self.complaints.append(said["params"]["entry"]["text"])
            elif said.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(str(said["params"]["exceptionDetails"]))
            elif said.get("id") == number:
                assert "error" not in said, said
                return said["result"]

    async def run(self, script: str):
        """Return the value of a script."""
        done = await self.do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    async def until(self, script: str):
        """Wait until a script's value is true; return it."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not (value := await self.run(script)):
            assert asyncio.get_running_loop().time() < end, (script, await self.run("document.body.innerText"))
            await asyncio.sleep(0.05)
        return value

    async def press(self, key: str, code: str, number: int, *, modifiers: int = 0) -> None:
        """Press a key: its name, its place on the keyboard, its number; 2 is Ctrl."""
        held = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers}
        await self.do("Input.dispatchKeyEvent", type="rawKeyDown", **held)
        await self.do("Input.dispatchKeyEvent", type="keyUp", **held)

    async def picture(self, file: Path) -> None:
        """Write what the page shows as a PNG file."""
        shot = await self.do("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))


class Browser:
    """A running Chromium."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self._address = address
        self._session = session
        self._sockets: list[aiohttp.ClientWebSocketResponse] = []

    async def open(self, url: str, *, width: int = 1200, height: int = 800, before: str = "") -> Page:
        """Open a tab; ``before`` is a script that runs before every page of it."""
        async with self._session.put(f"{self._address}/json/new?about:blank") as answer:
            made = await answer.json()
        socket = await self._session.ws_connect(made["webSocketDebuggerUrl"], max_msg_size=0)
        self._sockets.append(socket)
        page = Page(socket, made["id"])
        for domain in ("Page", "Runtime", "Log"):
            await page.do(f"{domain}.enable")
        await page.do(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        if before:
            await page.do("Page.addScriptToEvaluateOnNewDocument", source=before)
        await page.do("Page.navigate", url=url)
        return page

    async def close(self, page: Page) -> None:
        """Close a tab as a person does."""
        async with self._session.get(f"{self._address}/json/close/{page.target}") as answer:
            await answer.read()


@asynccontextmanager
async def chromium(profile: Path):
    """Run a Chromium with an empty profile and yield it."""
    process = subprocess.Popen(
        [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        port = await _port_of(profile, process)
        async with aiohttp.ClientSession() as session:
            yield Browser(f"http://127.0.0.1:{port}", session)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=PATIENCE)


async def _port_of(profile: Path, process: subprocess.Popen) -> int:
    note = profile / "DevToolsActivePort"
    for _try in range(PATIENCE * 20):
        assert process.poll() is None, "Chromium ended at once"
        if note.exists() and (text := note.read_text()):
            return int(text.split()[0])
        await asyncio.sleep(0.05)
    raise AssertionError("Chromium did not say where it listens")

"""`recon serve`: the screens in a browser on this computer, until interrupted."""

from __future__ import annotations

import argparse
import asyncio
import signal
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Final

from recon.errors import UsageError
from recon.files import OWNER_FILE_MODE
from recon.workspace import Workspace, find_workspace
from tui import i18n
from tui.browser.server import BrowserServer
from tui.output import Output, end_printing
from tui.preferences import load_preferences

STOP_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


def serve(args: argparse.Namespace) -> int:
    """Serve the screens and print the link that lets one browser in.

    Raises:
        UsageError: The port cannot be used.
        SettingsError: There is no workspace here, or its settings need attention.
    """
    output = Output(as_json=args.json)
    workspace = find_workspace(Path(getattr(args, "workspace", "") or ".").resolve())
    try:
        asyncio.run(_serve(args, output, workspace))
    except OSError as error:
        raise UsageError(
            f"The screens cannot be served on port {args.port} ({error.strerror or error}). Nothing was done: name another "
            "--port, or none for any free one."
        ) from None
    except KeyboardInterrupt:  # where signals cannot be caught (Windows)
        pass
    output.note("stopped")
    return 0


async def _serve(args: argparse.Namespace, output: Output, workspace: Workspace) -> None:
    from tui.browser.child import command

    preferences = load_preferences()
    i18n.use(i18n.default_language(preferences.language))
    server = BrowserServer(
        lambda size, read_only: command(
            workspace.root, actor=args.actor or "", columns=size.columns, rows=size.rows, read_only=read_only
        ),
        company=workspace.settings().company.name,
        port=args.port,
        read_only=args.read_only,
        theme=preferences.theme,
        complain=partial(_complain, output),
    )
    stopped = asyncio.Event()
    with _signals(stopped):
        async with server:
            _announce(output, server, workspace, read_only=args.read_only)
            with _door(server.guard.link) if args.open else nullcontext() as door:
                if door is not None and not await asyncio.to_thread(_open, door.as_uri()):
                    output.note("No browser could be opened from here; open the link by hand.")
                await stopped.wait()


def _complain(output: Output, words: str) -> None:
    for line in words.splitlines():
        output.note(line)


def _announce(output: Output, server: BrowserServer, workspace: Workspace, *, read_only: bool) -> None:
    facts = {"url": server.guard.link, "port": server.port, "workspace": str(workspace.root), "read_only": read_only}
    output.document("serve", facts)
    output.line("recon is open to one browser on this computer. This link works once:")
    output.line(f"  {server.guard.link}")
    end_printing()  # a program reads the link while recon serves
    output.note("Ctrl+C ends it; an upload that runs goes on.")


@contextmanager
def _signals(stopped: asyncio.Event) -> Iterator[None]:
    """Let every signal that ends a program end this one in good order."""
    loop = asyncio.get_running_loop()
    caught = []
    for name in STOP_SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            with suppress(NotImplementedError, ValueError):
                loop.add_signal_handler(number, stopped.set)
                caught.append(number)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


def _open(address: str) -> bool:
    """Open an address in the person's browser; False where there is none but one that would take this terminal."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    return type(browser) is not webbrowser.GenericBrowser and browser.open(address)


@contextmanager
def _door(link: str) -> Iterator[Path]:
    """Yield a page that leads to the link, for its owner's eyes: other users see the words a browser is started with."""
    with tempfile.TemporaryDirectory(prefix="recon-") as folder:
        page = Path(folder) / "open-recon.html"
        page.touch(mode=OWNER_FILE_MODE)
        page.write_text(
            f'<!doctype html><meta http-equiv="refresh" content="0; url={link}"><title>recon</title>', "utf-8"
        )
        yield page

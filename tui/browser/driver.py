"""What the app in a tab draws on: Textual's web driver, without opening addresses and handing out files.

The app ends when the server that started it is gone, however that ended: nobody could see it any more.
"""

from __future__ import annotations

import asyncio
from typing import BinaryIO, TextIO

from textual import messages
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Textual's web driver as `recon serve` allows it."""

    def run_input_thread(self) -> None:
        """Read what the server sends; its end is the app's end."""
        super().run_input_thread()
        if not self.exit_event.is_set() and not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(self._app._post_message(messages.ExitApp()), loop=self._loop)  # noqa: SLF001 - as the driver itself does

    def open_url(self, url: str, new_tab: bool = True) -> None:  # noqa: FBT001, FBT002 - the signature is Textual's
        """Open nothing: addresses may come from outside texts."""

    def deliver_binary(self, binary: BinaryIO | TextIO, **_how: object) -> None:
        """Hand out nothing: what recon writes lies in the workspace."""
        binary.close()

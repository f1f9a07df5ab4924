"""Who may come in: the link that works once, the cookie it is exchanged for, and whose requests are heard at all.

A request is let in when it names this server as its host, comes from a page of ours or from the person's own hand, and
carries the cookie of this run. Cookies know no ports: every server on loopback would be sent ours. So all of this run
lives below a path nobody else knows, and the cookie is bound to it.
"""

from __future__ import annotations

import secrets
from typing import Final

from aiohttp.web import BaseRequest

from recon.listening import HOST
from recon.masking import Secret
from tui.i18n import N_

COOKIE: Final = "recon"

WRONG_HOST: Final = N_("This is not the address of recon. Nothing is shown here.")
WRONG_ORIGIN: Final = N_("This request comes from another page. recon answers its own pages only.")
NOT_READ: Final = N_("recon is only looked at here; requests of this kind are refused.")
NO_COOKIE: Final = N_(
    "This browser has not been let in. Open the link that recon printed in the terminal; it works once. For a new link stop "
    "recon there with Ctrl+C and start it again."
)
USED: Final = N_(
    "This link has been used already; it works once. If recon is open in another tab, go on there; the address of that tab "
    "opens further ones. If that was not you, stop recon in the terminal with Ctrl+C; a new start prints a new link."
)
WRONG_LINK: Final = N_("This link does not belong to the recon that runs now. Use the one that was printed last.")
BY_HAND: Final = N_("The link was fetched in advance, not opened, and still works. Open it yourself.")
NOTHING_HERE: Final = N_("There is nothing at this address.")


class Guard:
    """The door of one run."""

    def __init__(self, port: int) -> None:
        self._hosts = (f"{HOST}:{port}", f"localhost:{port}")
        self._token = Secret(secrets.token_urlsafe(32))
        self._ticket = Secret(secrets.token_urlsafe(32))
        self._is_used = False
        self._port = port
        self.room = f"/{secrets.token_urlsafe(12)}/"
        """The path below which everything of this run lies."""

    def __repr__(self) -> str:
        return f"Guard(port={self._port})"

    @property
    def link(self) -> str:
        """The link that lets one browser in, once."""
        return f"http://{HOST}:{self._port}/?token={self._token.reveal()}"

    def cookie(self) -> str:
        """Return the header that gives the browser its cookie: for this run, not for scripts, not for other sites."""
        return f"{COOKIE}={self._ticket.reveal()}; Path={self.room}; HttpOnly; SameSite=Strict"

    def stranger(self, request: BaseRequest) -> str:
        """Return why a request is not heard at all, whatever it asks for; empty where it is."""
        hosts = request.headers.getall("Host", [])
        if len(hosts) != 1 or hosts[0] not in self._hosts or not request.raw_path.startswith("/"):
            return WRONG_HOST
        if any(origin != f"http://{hosts[0]}" for origin in request.headers.getall("Origin", [])):
            return WRONG_ORIGIN
        if request.method != "GET":
            return NOT_READ
        return ""

    def exchange(self, request: BaseRequest) -> str:
        """Return why a link gives no cookie; empty where it does, which it does once."""
        said = request.query.getall("token", [])
        if not said:
            return NO_COOKIE
        if len(said) != 1 or not secrets.compare_digest(said[0].encode(), self._token.reveal().encode()):
            return WRONG_LINK
        if "Sec-Purpose" in request.headers or "Purpose" in request.headers:
            return BY_HAND
        if self._is_used:
            return USED
        self._is_used = True
        return ""

    def outsider(self, request: BaseRequest, *, live: bool = False) -> str:
        """Return why a request may not see what lies in the room; empty where it may.

        Args:
            request: A request that is no stranger's.
            live: Whether it opens a connection that stays; a browser always says where such a one comes from.
        """
        if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
            return WRONG_ORIGIN
        if live and not request.headers.getall("Origin", []):
            return WRONG_ORIGIN
        ticket = request.cookies.get(COOKIE, "")
        if not secrets.compare_digest(ticket.encode(), self._ticket.reveal().encode()):
            return NO_COOKIE
        return ""

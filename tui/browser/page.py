"""What the browser gets: the page, its few files read from the packages beforehand, and the headers of every answer.

Files are looked up by name in a table, never on the disk, so no path of a request can lead anywhere else.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import Final

from recon.text import show
from tui.i18n import _, language
from tui.themes import THEMES

_FONT: Final = "RobotoMono-VariableFont_wght.ttf"
_SLANTED: Final = "RobotoMono-Italic-VariableFont_wght.ttf"
_FILES: Final = {
    "textual.js": ("textual_serve", "static/js/textual.js", "text/javascript"),
    "xterm.css": ("textual_serve", "static/css/xterm.css", "text/css"),
    "mono.ttf": ("textual_serve", f"static/fonts/{_FONT}", "font/ttf"),
    "mono-slanted.ttf": ("textual_serve", f"static/fonts/{_SLANTED}", "font/ttf"),
    "recon.js": ("tui.browser", "static/recon.js", "text/javascript"),
    "recon.css": ("tui.browser", "static/recon.css", "text/css"),
}
"""Name in the room to package, place in it and type."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer and its type."""

    body: bytes
    type: str


def static_files() -> dict[str, Answer]:
    """Return every file the page needs, by the name it has for the browser."""
    return {
        name: Answer(files(package).joinpath(place).read_bytes(), kind)
        for name, (package, place, kind) in _FILES.items()
    }


def headers(port: int) -> Mapping[str, str]:
    """Return the headers of every answer: nothing kept, nothing framed, nothing loaded from elsewhere, no referrer."""
    live = " ".join(f"ws://{host}:{port}" for host in ("127.0.0.1", "localhost"))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        f"connect-src {live}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )  # the terminal writes its own styles; no script can be written into the page
    return {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "Cache-Control": "no-store",
        "Server": "recon",
    }


def screens_page(company: str, live_url: str, theme: str) -> Answer:
    """Return the page that holds the screens, on the ground of a theme."""
    colours = THEMES.get(theme, THEMES["recon-dark"]).variables
    words = {
        "ground": colours["recon-ground"],
        "text": colours["recon-text"],
        "accent": colours["recon-accent"],
        "on_accent": colours["recon-on-accent"],
        "language": language(),
        "title": f"recon - {show(company)}",
        "live": live_url,
        "opening": _("Opening {company} ...").format(company=show(company)),
        "ended": _("recon has ended in this tab. What you did is kept; an upload that runs goes on."),
        "again": _("Open again"),
        "broken": _("This browser could not draw the screens. Try another one, or `recon` in a terminal."),
        "read_only": _("READ-ONLY"),
    }
    return _filled("screens.html", words)


def let_in_page(room: str) -> Answer:
    """Return the page that leads from the used link into the room, so that the link is not in the address any more.

    A plain redirect would not do: coming from another page or program, a browser follows it without a strict cookie.
    """
    return _filled("let_in.html", {"language": language(), "room": room, "words": _("Open recon")})


def refusal_page(words: str) -> Answer:
    """Return a sentence for a person."""
    return _filled("refusal.html", {"language": language(), "words": words})


def _filled(name: str, words: Mapping[str, str]) -> Answer:
    template = Template(files("tui.browser").joinpath("pages", name).read_text("utf-8"))
    escaped = {key: html.escape(word, quote=True) for key, word in words.items()}
    return Answer(template.substitute(escaped).encode(), "text/html")

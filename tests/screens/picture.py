"""Pictures of screens for people: SVG as the library writes it, with the width of each text counted in terminal cells.

The library counts letters, so that a line with Thai marks comes out wider than its place and its amounts move (Rich 15,
`Console.export_svg`: ``textLength=char_width * len(text)``).
"""

from __future__ import annotations

import html
import re
from typing import Any

from rich.cells import cell_len
from textual.app import App

_TEXT = re.compile(r'(<text [^>]*textLength=")([0-9.]+)("[^>]*>)([^<]*)(</text>)')
_MARK = re.compile(r"\bterminal-[0-9]+\b")
"""The library's number of a picture: made from all of it, also from what nobody sees, as what a click on a word does."""
FONTS = "'DejaVu Sans Mono', 'Noto Sans Mono', 'Noto Sans Thai', 'Tlwg Typist', monospace"


def picture(app: App[Any]) -> str:
    """Return the screen as SVG with straight columns and no address of another site."""
    drawn = app.export_screenshot(title="recon")
    straight = _TEXT.sub(_counted, drawn)
    alone = re.sub(r"@font-face \{.*?\}\s*", "", straight, flags=re.DOTALL)
    alone = _MARK.sub("terminal", alone)
    return re.sub(r"font-family: ?Fira Code, ?monospace", f"font-family: {FONTS}", alone)


def _counted(found: re.Match[str]) -> str:
    text = html.unescape(found[4])
    if not text:
        return found[0]
    cell = float(found[2]) / len(text)
    return f"{found[1]}{cell * cell_len(text):g}{found[3]}{found[4]}{found[5]}"

"""Clean outside text at one door before it reaches a terminal, a file name, a cell or a log.

Control characters (C0, C1, DEL), bidi controls and zero-width marks that can fool an approver become visible symbols;
everything else stays, Thai included. Stored text stays as it came; only what is shown goes through here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_PICTURES: Final = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
_C1: Final = dict.fromkeys(range(0x80, 0xA0), "\ufffd")
_BIDI: Final = dict.fromkeys(
    (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\u2bd1"
)  # shown as an "unsure" mark: the reader must see that something was there
_INVISIBLE: Final = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF), "\u2423")
_LINE_ENDS: Final = {0x2028: "\u2424", 0x2029: "\u2424"}
SHOWN_AS: Final[dict[int, str]] = _PICTURES | _C1 | _BIDI | _INVISIBLE | _LINE_ENDS
"""Code point to the symbol shown for it."""
_SHOWN: Final = str.maketrans(SHOWN_AS)


def show(text: object, *, limit: int = 0) -> str:
    """Return text that is safe on any terminal: one line, no control or bidi character; cut to ``limit`` if given."""
    cleaned = str(text).translate(_SHOWN)
    if limit and len(cleaned) > limit:
        cleaned = cleaned[: limit - 1] + "\u2026"
    return cleaned


def show_lines(text: object) -> str:
    """Return several lines of text with line breaks kept and everything else cleaned as in `show`."""
    return "\n".join(show(line) for line in str(text).split("\n"))


def safe_file_part(text: str, *, limit: int = 60) -> str:
    """Return ASCII letters, digits, ``-`` and ``_`` only, for a file name of ours; never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    cleaned = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:limit].strip("-")
    return cleaned or "file"


def cell_width(text: str) -> int:
    """Return how many terminal cells the text takes (Thai marks take none, wide characters two)."""
    width = 0
    for character in text:
        if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
            continue
        width += 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
    return width


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Pad to a number of terminal cells; the text itself is never cut."""
    space = " " * max(0, width - cell_width(text))
    return space + text if right else text + space

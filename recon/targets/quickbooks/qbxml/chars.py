"""Text for QuickBooks: what it can hold, and how it is written in a message.

Rules (reference sections 9 and 19): control characters are not allowed; characters outside Windows-1252 are replaced
before sending; everything beyond ASCII goes as a numeric entity, because raw UTF-8 is a known cause of 0x80040400.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

REPLACEMENT: Final = "?"
"""Stands for each character QuickBooks cannot hold."""

_BREAKS: Final = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]+")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MARKUP: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def windows_text(text: str) -> str:
    """Return text as QuickBooks can hold it (the rule "Windows-1252").

    Composed first (NFC); line ends and tabs become one space, other control characters go; every character outside
    Windows-1252 becomes a question mark.
    """
    if _is_plain(text):
        return text
    composed = _CONTROLS.sub("", _BREAKS.sub(" ", unicodedata.normalize("NFC", text)))
    return composed if composed.isascii() else "".join(map(_held, composed))


def _is_plain(text: str) -> bool:
    """Return whether nothing can be wrong with a text; most are ASCII, and every text is looked at several times."""
    return text.isascii() and text.isprintable()


def _held(character: str) -> str:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return REPLACEMENT
    return character


def foreign_characters(text: str) -> str:
    """Return the characters of the text QuickBooks cannot hold, each once, in order."""
    if _is_plain(text):
        return ""
    composed = _CONTROLS.sub("", _BREAKS.sub(" ", unicodedata.normalize("NFC", text)))
    return "".join(dict.fromkeys(one for one in composed if _held(one) != one))


def shortened(text: str, length: int) -> str:
    """Return text of at most ``length`` characters, with "..." where something was cut; for notes, never for names.

    The caller says that it cut. The text is first made what QuickBooks can hold, so that the length is the one that counts.
    """
    held = windows_text(text)
    if len(held) <= length:
        return held
    mark = "..." if length > len("...") else ""
    return held[: length - len(mark)].rstrip() + mark


def escaped(text: str) -> str:
    """Return text as it stands in a message: markup escaped, everything beyond ASCII as a numeric entity."""
    return text.translate(_MARKUP).encode("ascii", "xmlcharrefreplace").decode("ascii")

"""A path as a person gives it: typed, pasted, or dragged onto the terminal, with the quotes and escapes that come with it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

_DRIVE: Final = re.compile(r"/[A-Za-z]:[/\\]")
_ESCAPED: Final = re.compile(r"\\(.)")


def given_path(text: str, *, home: Path | None = None) -> Path | None:
    """Return the path that was meant, or None if the text holds none.

    Quotes around it, ``file://`` addresses, spaces escaped by a shell and ``~`` are understood. Of several files that were
    dragged together the first is taken.

    Args:
        text: What was typed or pasted.
        home: The person's own folder; the system's if not given.
    """
    line = next((part.strip() for part in text.splitlines() if part.strip()), "")
    if not line:
        return None
    bare = _unquoted(line)
    if bare.lower().startswith("file:"):
        bare = _from_address(bare)
    if "\x00" in bare or not bare:
        return None
    if bare == "~" or bare.startswith(("~/", "~\\")):
        return (home or Path.home()) / bare[2:]
    return Path(bare)


def _unquoted(line: str) -> str:
    if line[0] in "'\"":
        end = line.find(line[0], 1)
        if end < 0:
            return line.strip(line[0])
        if end == len(line) - 1:
            return line[1:end]
        try:  # a quoted part with more behind it, as shells write names with a quote in them
            return (shlex.split(line) or [""])[0]
        except ValueError:
            return line[1:end]
    if "\\" in line and "/" in line and not Path(line).exists():
        return _ESCAPED.sub(r"\1", line)
    return line


def _from_address(address: str) -> str:
    parts = urlsplit(address)
    path = unquote(parts.path)
    if parts.netloc and parts.netloc.lower() != "localhost":
        path = f"//{parts.netloc}{path}"
    return path[1:] if _DRIVE.match(path) else path

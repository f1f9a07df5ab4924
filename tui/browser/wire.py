"""What travels between the page, the server and the app: Textual's packets on one side, short JSON lists on the other.

Packets of the app: one letter, four bytes of length (big-endian), the payload. ``D`` is what the terminal shows, ``M`` is
a JSON object. The app also knows packets that open addresses or hand out files; they are not passed on.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Final

PRELUDE: Final = b"__GANGLION__\n"
"""Said by an app before its first packet."""
LARGEST_PACKET: Final = 16 * 1024 * 1024
LARGEST_MESSAGE: Final = 1024 * 1024
"""What a page may send at once; a long paste fits."""
NARROWEST, WIDEST = 20, 1000
LOWEST, HIGHEST = 5, 400


class NotOurs(Exception):
    """A message or packet that no page or app of ours sends."""


@dataclass(frozen=True, slots=True)
class Size:
    """Columns and rows."""

    columns: int = 80
    rows: int = 24


@dataclass(frozen=True, slots=True)
class Heard:
    """What a page said."""

    kind: str
    """stdin, resize, focus, blur or ping."""
    text: str = ""
    size: Size | None = None


def size_of(columns: object, rows: object) -> Size:
    """Return a size a screen can have.

    Raises:
        NotOurs: These are no numbers.
    """
    try:
        wide, high = int(str(columns)), int(str(rows))
    except ValueError:
        raise NotOurs from None
    return Size(min(max(wide, NARROWEST), WIDEST), min(max(high, LOWEST), HIGHEST))


def heard(message: str) -> Heard:
    """Return what a page said.

    Raises:
        NotOurs: A page of ours would not say that.
    """
    try:
        said = json.loads(message)
    except (ValueError, RecursionError):
        raise NotOurs from None
    match said:
        case ["stdin" | "ping" as kind, str(text)]:
            return Heard(kind, text=text)
        case ["resize", {"width": columns, "height": rows}]:
            return Heard("resize", size=size_of(columns, rows))
        case ["focus" | "blur" as kind]:
            return Heard(kind)
    raise NotOurs


def typed_packet(text: str) -> bytes:
    """Return what a person typed or pasted, or where the mouse is, as a packet for the app."""
    return _packet(b"D", text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode())


def told_packet(**facts: str | int) -> bytes:
    """Return a packet that tells the app of its surroundings: ``type`` is resize, focus, blur or quit."""
    return _packet(b"M", json.dumps(facts).encode())


def _packet(letter: bytes, payload: bytes) -> bytes:
    return letter + len(payload).to_bytes(4, "big") + payload


async def next_packet(stream: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Return letter and payload of the app's next packet.

    Raises:
        NotOurs: The app does not speak in packets.
        asyncio.IncompleteReadError: The app has ended.
    """
    head = await stream.readexactly(5)
    size = int.from_bytes(head[1:], "big")
    if head[:1] not in {b"D", b"M", b"P"} or size > LARGEST_PACKET:
        raise NotOurs
    return head[:1], await stream.readexactly(size)


def ends(payload: bytes) -> bool:
    """Return whether an ``M`` packet says that the app is ending."""
    try:
        said = json.loads(payload)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("type") == "exit"

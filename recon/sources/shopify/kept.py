"""The file in which Shopify's answers are kept: each exactly as it came, with what was asked.

Some answers belong together: an order with many lines is answered in parts. A file holds a page of orders and all that
belongs to it, or it does not come to be; so no order in a file is half.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recon.frames.json_records import json_as_text

KEPT: Final = "shopify_answers"
"""Name by which a file of kept answers is recognised."""
BULK: Final = "Bulk"
"""What was asked where the answer is the result of a bulk operation: lines of JSON."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One answer as it came."""

    asked: str
    """Name of the question (`queries`)."""
    about: str
    """The order the question was about; empty: none."""
    text: str

    def data(self) -> dict[str, Any]:
        """Return what the answer says, every number as text.

        Raises:
            ValueError: It is no answer that says yes.
        """
        content = json_as_text(self.text)
        if not isinstance(content, dict) or content.get("errors") or not isinstance(content.get("data"), dict):
            raise ValueError(f"its answer to {self.asked} says no, or was changed")
        found: dict[str, Any] = content["data"]
        return found

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the objects of a bulk operation's result.

        Raises:
            ValueError: A line is no JSON object.
        """
        for line in self.text.splitlines():
            if line.strip():
                found = json_as_text(line)
                if not isinstance(found, dict):
                    raise ValueError("a line of its bulk result is no JSON object")
                yield found


def kept_together(answers: Sequence[KeptAnswer]) -> bytes:
    """Return the file that keeps these answers; the same answers give the same file."""
    listed = [{"asked": each.asked, "about": each.about, "answer": each.text} for each in answers]
    return json.dumps({KEPT: listed}, ensure_ascii=False, indent=0).encode()


def kept_answers(content: bytes) -> list[KeptAnswer]:
    """Return the answers of a file.

    Raises:
        ValueError: It holds none.
    """
    found = json_as_text(content)
    listed = found.get(KEPT) if isinstance(found, dict) else None
    if not isinstance(listed, list) or not listed or not all(_is_kept(entry) for entry in listed):
        raise ValueError("its list of answers was changed")
    return [KeptAnswer(entry["asked"], entry["about"], entry["answer"]) for entry in listed]


def _is_kept(entry: object) -> bool:
    return isinstance(entry, Mapping) and all(isinstance(entry.get(n), str) for n in ("asked", "about", "answer"))

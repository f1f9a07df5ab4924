"""BentoWeb's envelope: does an answer say yes, which order does it hold, and the file in which answers are kept together.

`status` 1 means yes, whatever the HTTP status; it is not the order's state. All scalar values stay the text they were
written as: BentoWeb writes one price as 1000 and the next as "100.00". An order is answered one at a time, so a pull
keeps some answers in one file, each exactly as it came.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recon.frames.json_records import json_object

SUCCESS: Final = "1"
ORDER_PATH: Final = "/order/order-full/"
"""Path of one order; its number follows."""
KEPT: Final = "bentoweb_answers"
"""Name by which a file of kept answers is recognised."""
_WORDS: Final = ("message", "msg", "error", "error_description", "errors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An answer, opened."""

    fields: Mapping[str, Any]
    """The answer's own fields."""
    status: str
    """``status`` as text; empty where the answer has none."""
    words: str
    """What the answer says for itself; how BentoWeb words a refusal is not published."""
    order: Mapping[str, Any] | None
    """``data.order``; None where there is none."""

    @property
    def accepted(self) -> bool:
        """Whether the answer says yes."""
        return self.status == SUCCESS

    @property
    def data(self) -> Mapping[str, Any]:
        """``data``, or nothing."""
        found = self.fields.get("data")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One answer as it came."""

    asked: str
    """Path that was asked, or empty for an answer that came by itself (a webhook saved as a file)."""
    text: str

    @property
    def number(self) -> str:
        """Number of the order that was asked for; empty for everything else."""
        return self.asked.removeprefix(ORDER_PATH) if self.asked.startswith(ORDER_PATH) else ""

    @property
    def digest(self) -> str:
        """SHA-256 of the answer."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def open_answer(content: bytes | str) -> Envelope:
    """Read an answer, every scalar as text.

    Raises:
        ValueError: The content is not one JSON object in UTF-8; the text says what it is instead.
    """
    found = json_object(content)
    data = found.get("data")
    order = data.get("order") if isinstance(data, dict) else None
    places = [found, data if isinstance(data, dict) else {}]
    words = [_scalar(place.get(name)) for place in places for name in _WORDS]
    return Envelope(
        fields=found,
        status=_scalar(found.get("status")),
        words=" ".join(dict.fromkeys(word for word in words if word))[:500],
        order=order if isinstance(order, dict) else None,
    )


def kept_together(answers: Sequence[KeptAnswer]) -> bytes:
    """Return the file that keeps these answers; the same answers give the same file."""
    listed = [{"asked": answer.asked, "answer": answer.text} for answer in answers]
    return json.dumps({KEPT: listed}, ensure_ascii=False, indent=0).encode()


def kept_answers(content: bytes) -> list[KeptAnswer]:
    """Return the answers of a file: those kept by a pull, or the one answer it is.

    Raises:
        ValueError: It is neither.
    """
    found = json_object(content)
    listed = found.get(KEPT)
    if listed is None:
        return [KeptAnswer("", content.decode("utf-8-sig"))]
    if not isinstance(listed, list) or not all(_is_kept(entry) for entry in listed):
        raise ValueError("its list of answers was changed")
    return [KeptAnswer(entry["asked"], entry["answer"]) for entry in listed]


def _is_kept(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("asked"), str) and isinstance(entry.get("answer"), str)


def _scalar(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

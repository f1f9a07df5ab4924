"""Answers as faults change them: PEAK's refusals, and shapes nobody expects."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from recon.sandbox.peak.access import limited
from recon.sandbox.peak.faults import Fault
from recon.sandbox.peak.wire import Answer, Json


def refusing(fault: Fault) -> Answer | None:
    """Return the answer of a fault that does nothing but refuse; None for every other fault."""
    if fault.kind in ("rate", "concurrency"):
        answer = limited(fault.kind, fault.seconds if fault.kind == "rate" else None)
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = fault.retry_after
        return answer
    if fault.kind == "limit":
        return Answer({"message": "Transaction Limit exceeded"}, status=400)
    if fault.kind == "revoked":
        return Answer({"resCode": "403", "resDesc": "User-Token has no permission"}, status=403)
    if fault.kind == "refuse":
        return Answer({"resCode": fault.code, "resDesc": fault.text})
    return None


def reshaped(answer: Answer, fault: Fault) -> Answer:
    """Return the answer in the shape a fault asks for."""
    change = {
        "repeat-item": lambda items: [*items[:1], *items],
        "drop-item": lambda items: items[:-1],
        "reorder": lambda items: items[::-1],
    }.get(fault.kind)
    if change is not None:
        answer.body = _items(answer.body, change)
    elif fault.kind in ("drop-field", "rename-field", "set-field"):
        answer.body = _field(answer.body, fault)
    elif fault.kind == "numbers-as-text":
        answer.body = _texts(answer.body)
    return answer


def _items(value: Json, change: Callable[[list[Json]], list[Json]]) -> Json:
    """Apply a change to the list inside the wrapper."""
    if not isinstance(value, dict):
        return value
    inner = {}
    for key, item in value.items():
        if isinstance(item, dict):
            inner[key] = {k: change(v) if isinstance(v, list) else v for k, v in item.items()}
        else:
            inner[key] = item
    return inner


def _field(value: Json, fault: Fault) -> Json:
    if isinstance(value, list):
        return [_field(item, fault) for item in value]
    if not isinstance(value, dict):
        return value
    out: dict[str, Any] = {}
    for key, item in value.items():
        if key != fault.field:
            out[key] = _field(item, fault)
        elif fault.kind == "rename-field":
            out[fault.text] = item
        elif fault.kind == "set-field":
            out[key] = fault.text
    return out


def _texts(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    return value

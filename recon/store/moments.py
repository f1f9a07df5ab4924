"""Moments as the store writes them: UTC text of one fixed length, so that text order is time order."""

from __future__ import annotations

import datetime as dt
from typing import Final

_FORM: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


def stamp(moment: dt.datetime) -> str:
    """Return a moment as text, e.g. ``2026-07-01T08:30:00.000000Z``."""
    assert moment.tzinfo is not None
    return f"{moment.astimezone(dt.UTC).isoformat(timespec='microseconds')[:26]}Z"


def moment(text: str) -> dt.datetime:
    """Return the moment that `stamp` wrote."""
    return dt.datetime.strptime(text, _FORM).replace(tzinfo=dt.UTC)

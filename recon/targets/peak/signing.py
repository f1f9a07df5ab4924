"""PEAK's request signature: HMAC-SHA1 of a UTC time stamp, keyed with the Connect ID (peak.md 2.1).

The stamp is put together from numbers: ``strftime`` would follow the locale's digits and era.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from typing import Literal


def time_stamp(moment: dt.datetime) -> str:
    """Return a moment as ``yyyyMMddHHmmss``: UTC, Gregorian, ASCII digits."""
    assert moment.tzinfo is not None, "a naive moment says nothing about UTC"
    utc = moment.astimezone(dt.UTC)
    return f"{utc.year:04d}{utc.month:02d}{utc.day:02d}{utc.hour:02d}{utc.minute:02d}{utc.second:02d}"


def time_signature(connect_id: str, stamp: str, encoding: Literal["hex", "base64"] = "hex") -> str:
    """Return the signature of a time stamp, in lower-case hex or Base64."""
    digest = hmac.new(connect_id.encode(), stamp.encode(), hashlib.sha1).digest()
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()

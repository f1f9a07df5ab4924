"""Addresses of systems outside, as settings: nothing that would send keys in the clear over a network."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def _outside_url(value: str) -> str:
    """Accept https anywhere and plain http on loopback only."""
    parts = urlsplit(value)
    is_loopback = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if (
        parts.hostname
        and parts.username is None
        and parts.password is None
        and not (parts.query or parts.fragment)
        and (parts.scheme == "https" or is_loopback)
    ):
        return value.rstrip("/")
    raise ValueError("https:// anywhere, or http:// on 127.0.0.1 or localhost; no user, password or query in it")


OutsideUrl = Annotated[str, AfterValidator(_outside_url)]

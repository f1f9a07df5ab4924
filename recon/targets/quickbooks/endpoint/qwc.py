"""The .qwc file a person adds to the Web Connector: who we are, where we listen, how often it comes. Never the password."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from typing import Final

from recon.targets.quickbooks.qbxml.chars import escaped, shortened

OWNER_ID: Final = "{6d0f3f3e-5b0c-4c57-9a51-2f4f6a5f0c1b}"
"""Id of recon itself, the same everywhere; QuickBooks files our mark in a company file under it. It never changes."""
USER_NAME: Final = "recon"
"""Name the Web Connector gives beside the password."""
DESCRIPTION: Final = "Posts the sales of your shops, once, with proof."
"""Shorter than 80 characters."""
NAME_MAX: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the Web Connector finds us."""

    port: int
    room: str
    """Part of the path nobody else knows."""
    tls: bool = False

    @property
    def url(self) -> str:
        """The address as it stands in the file: the Web Connector takes http on `localhost` only."""
        return f"http{'s' if self.tls else ''}://localhost:{self.port}/{self.room}"


def new_room() -> str:
    """Return a part of a path that nobody can guess."""
    return secrets.token_hex(16)


def new_file_id() -> str:
    """Return an id for the connection to one company file."""
    return f"{{{uuid.UUID(bytes=secrets.token_bytes(16), version=4)}}}"


def qwc_text(address: Address, *, company: str, file_id: str, poll_minutes: int) -> str:
    """Return the file: plain ASCII.

    Args:
        address: Where we listen.
        company: Name of the company, for telling several connections apart in the Web Connector's list.
        file_id: Id of this connection; the same for ever.
        poll_minutes: How often the Web Connector comes by itself.
    """
    name = shortened(f"recon - {company}" if company else "recon", NAME_MAX)
    rows = (
        ("AppName", name),
        ("AppID", ""),
        ("AppURL", address.url),
        ("AppDescription", DESCRIPTION),
        ("AppSupport", f"{address.url}?support"),
        ("UserName", USER_NAME),
        ("OwnerID", OWNER_ID),
        ("FileID", file_id),
        ("QBType", "QBFS"),
        ("PersonalDataPref", "pdpNotNeeded"),
        ("UnattendedModePref", "umpOptional"),
        ("AuthFlags", "0xF"),
    )
    lines = [f"   <{tag}>{escaped(text)}</{tag}>" for tag, text in rows]
    scheduler = f"   <Scheduler>\n      <RunEveryNMinutes>{poll_minutes}</RunEveryNMinutes>\n   </Scheduler>"
    body = [*lines, scheduler, "   <IsReadOnly>false</IsReadOnly>"]
    return "\n".join(('<?xml version="1.0"?>', "<QBWCXML>", *body, "</QBWCXML>", ""))

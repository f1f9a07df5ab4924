"""Reads a .qwc file as the Web Connector does: where the service is, as whom to knock, and how often."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from recon.errors import UsageError

DESCRIPTION_MAX: Final = 80
_GUID: Final = re.compile(r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
_NEEDED: Final = ("AppName", "AppURL", "AppDescription", "AppSupport", "UserName", "OwnerID", "FileID", "QBType")
_LARGEST: Final = 1 << 20
CERTIFICATE: Final = "recon-localhost.cer"
"""Beside the .qwc file of a service with https: the one certificate that is trusted, as a person would have Windows do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a .qwc file says."""

    name: str
    url: str
    user: str
    every_seconds: int
    """How often it is to be run by itself; 0: only by hand."""
    certificate: bytes = b""
    """The one certificate that is trusted (DER); empty: the service speaks plainly."""


def read_application(path: Path) -> Application:
    """Return what a .qwc file says.

    Raises:
        UsageError: The Web Connector would not take it; all problems are in the text.
    """
    try:
        raw = path.read_bytes()[:_LARGEST]
        top = fromstring(raw, forbid_dtd=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UsageError(f"{path} is no .qwc file: {error}.") from error
    said = {child.tag: (child.text or "").strip() for child in top}
    problems = [] if top.tag == "QBWCXML" else [f"begins with {top.tag}, not with QBWCXML"]
    problems += [f"{name} is missing" for name in _NEEDED if not said.get(name)]
    if len(said.get("AppDescription", "")) >= DESCRIPTION_MAX:
        problems.append(
            f"AppDescription has {len(said['AppDescription'])} characters; fewer than {DESCRIPTION_MAX} belong there"
        )
    problems += [
        f"{name} is no GUID in braces" for name in ("OwnerID", "FileID") if not _GUID.fullmatch(said.get(name, ""))
    ]
    hosts = {urlsplit(said.get(name, "")).hostname for name in ("AppURL", "AppSupport")}
    if len(hosts) > 1:
        problems.append("AppSupport is on another host than AppURL")
    if said.get("QBType", "QBFS") != "QBFS":
        problems.append(f"QBType is {said['QBType']}, not QBFS")
    if any("password" in child.tag.lower() for child in top):
        problems.append("it holds a password; that is typed into the Web Connector")
    seconds = top.findtext("Scheduler/RunEveryNSeconds", "").strip() or "0"
    minutes = top.findtext("Scheduler/RunEveryNMinutes", "").strip() or "0"
    if not (seconds.isdecimal() and minutes.isdecimal()):
        problems.append("Scheduler holds something else than a whole number")
    certificate = b""
    if urlsplit(said.get("AppURL", "")).scheme == "https":
        try:
            certificate = path.with_name(CERTIFICATE).read_bytes()[:_LARGEST]
        except OSError:
            problems.append(f"AppURL is https, and its certificate {CERTIFICATE} does not lie beside the file")
    if problems:
        raise UsageError(f"{path}: the Web Connector would not take it: {'; '.join(problems)}.")
    return Application(
        name=said["AppName"], url=said["AppURL"], user=said["UserName"], every_seconds=int(seconds) or int(minutes) * 60,
        certificate=certificate,
    )  # fmt: skip

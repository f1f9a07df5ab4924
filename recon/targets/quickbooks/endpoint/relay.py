"""How another recon of this workspace asks through the one that has the port: signed messages over loopback.

The secret both share never travels: each side signs with it. Whoever sits on the port without it learns nothing, because
the one who asks has the other prove itself first (fault F46).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from recon.errors import OutcomeUnknown, TargetError, TargetUnavailable
from recon.files import OWNER_FILE_MODE

NOTE: Final = "webconnector.json"
"""Who has the port, for the other processes of this workspace; readable by its owner only."""
LOCK: Final = "webconnector.lock"
SIGNATURE: Final = "X-Recon-Signature"
NONCE: Final = "X-Recon-Nonce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The process that has the port."""

    port: int
    room: str
    pid: int
    secret: str
    serves: bool
    """It takes questions of other processes: `recon qbwc serve`."""
    certificate: str = ""
    """It speaks TLS with this certificate (PEM); empty: plainly."""

    def __repr__(self) -> str:
        """Show no secret."""
        return f"Holder(port={self.port}, pid={self.pid}, serves={self.serves})"


def new_holder(port: int, room: str, *, serves: bool, certificate: str = "") -> Holder:
    """Return this process as the holder, with a secret of its own."""
    secret = secrets.token_hex(32)
    return Holder(port=port, room=room, pid=os.getpid(), secret=secret, serves=serves, certificate=certificate)


def write_note(folder: Path, holder: Holder) -> None:
    """Write down who has the port, for the owner's eyes only."""
    path = folder / NOTE
    path.unlink(missing_ok=True)
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_FILE_MODE), "w", encoding="utf-8"
    ) as stream:
        json.dump(asdict(holder), stream)


def read_note(folder: Path) -> Holder | None:
    """Return who noted that it has the port; None: nobody, or the note cannot be read."""
    try:
        facts = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return Holder(
            port=int(facts["port"]), room=str(facts["room"]), pid=int(facts["pid"]), secret=str(facts["secret"]),
            serves=bool(facts["serves"]), certificate=str(facts.get("certificate", "")),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def signature(secret: str, *parts: bytes) -> str:
    """Return the signature over parts; each counts with its length."""
    whole = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.new(secret.encode(), whole, hashlib.sha256).hexdigest()


def is_signed(said: str, secret: str, *parts: bytes) -> bool:
    """Return whether a signature is the right one, in constant time."""
    return hmac.compare_digest(said.encode("utf-8", "surrogatepass"), signature(secret, *parts).encode())


def error_facts(error: TargetError) -> dict[str, Any]:
    """Return an error as it goes to the other process."""
    return {
        "kind": "unknown" if isinstance(error, OutcomeUnknown) else "unavailable",
        "message": str(error),
        "code": error.code,
        "words": error.words,
    }


def error_of(facts: Mapping[str, Any]) -> TargetError:
    """Return the error the other process met."""
    message, code, words = (str(facts.get(name, "")) for name in ("message", "code", "words"))
    if facts.get("kind") == "unavailable":
        return TargetUnavailable(message, code=code, words=words, stops_batch=True)
    return OutcomeUnknown(message, code=code, words=words)

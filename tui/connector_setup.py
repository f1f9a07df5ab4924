"""What the Web Connector needs of a workspace, once: its file and the password it gives. For the command and the first-run guide."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from recon.config_quickbooks import QuickBooks
from recon.crash import NO_CRASH, CrashPoints
from recon.files import atomic_write
from recon.ports import Clock
from recon.targets.quickbooks.endpoint.journal import Journal
from recon.targets.quickbooks.endpoint.listen import PASSWORD_FACT, identity
from recon.targets.quickbooks.endpoint.password import LONGEST, SHORTEST, digest_of
from recon.targets.quickbooks.endpoint.qwc import Address, qwc_text
from recon.workspace import Workspace


def write_qwc(
    journal: Journal, path: Path, *, company: str, rules: QuickBooks, crash: CrashPoints = NO_CRASH
) -> tuple[str, str]:
    """Write the .qwc file and return address and file id; the id stays the same for ever."""
    room, file_id = identity(journal)
    address = Address(port=rules.port, room=room)
    text = qwc_text(address, company=company, file_id=file_id, poll_minutes=rules.poll_minutes)
    atomic_write(path, text.encode("ascii"), crash=crash, step="qwc")
    journal.keep_facts(**{"file-port": str(rules.port)})
    return address.url, file_id


def keep_password(journal: Journal, password: str) -> None:
    """Keep the digest of the password; the password itself is kept nowhere."""
    journal.keep_facts(**{PASSWORD_FACT: digest_of(password)})


def fits(password: str) -> bool:
    """Return whether a password is of a length that is taken."""
    return SHORTEST <= len(password) <= LONGEST


def first_set_up(workspace: Workspace, rules: QuickBooks, *, company: str, password: str, clock: Clock) -> Path:
    """Write the file into ``outgoing`` and keep the password, if one is given; return the file."""
    path = workspace.outgoing / "recon.qwc"
    path.parent.mkdir(exist_ok=True)
    with closing(Journal(workspace.private, clock)) as journal:
        write_qwc(journal, path, company=company, rules=rules)
        if password:
            keep_password(journal, password)
    return path

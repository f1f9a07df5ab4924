"""What the Web Connector needs of a workspace, once: its file and the password it gives. For the command and the first-run guide."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from recon.config.quickbooks import QuickBooks
from recon.crash import NO_CRASH, CrashPoints
from recon.files import atomic_write
from recon.ports import Clock
from recon.targets.quickbooks.endpoint.certificate import (
    KEPT,
    PUBLIC,
    Certificate,
    kept_certificate,
    renewed_certificate,
)
from recon.targets.quickbooks.endpoint.journal import Journal
from recon.targets.quickbooks.endpoint.listen import PASSWORD_FACT, identity
from recon.targets.quickbooks.endpoint.password import LONGEST, SHORTEST, digest_of
from recon.targets.quickbooks.endpoint.qwc import Address, qwc_text
from recon.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written for the Web Connector."""

    url: str
    file_id: str
    certificate: Certificate | None
    """None: it speaks plainly with us."""
    certificate_path: Path | None
    is_new: bool
    """The certificate was made now, and nobody trusts it yet."""
    replaces: bool
    """Another one was there, which may be trusted."""


def write_qwc(
    journal: Journal, path: Path, *, private: Path, clock: Clock, company: str, rules: QuickBooks,
    crash: CrashPoints = NO_CRASH,
) -> Written:  # fmt: skip
    """Write the .qwc file, and with TLS the certificate beside it; the id of the connection stays the same for ever."""
    room, file_id = identity(journal)
    address = Address(port=rules.port, room=room, tls=rules.tls)
    certificate, is_new, beside, had_one = None, False, None, (private / KEPT).exists()
    if rules.tls:
        certificate, is_new = renewed_certificate(private, clock.now(), crash=crash)
        beside = atomic_write(path.with_name(PUBLIC), certificate.der, crash=crash, step="cer")
    text = qwc_text(address, company=company, file_id=file_id, poll_minutes=rules.poll_minutes)
    atomic_write(path, text.encode("ascii"), crash=crash, step="qwc")
    journal.keep_facts(**{"file-port": str(rules.port), "file-tls": "yes" if rules.tls else ""})
    return Written(
        url=address.url,
        file_id=file_id,
        certificate=certificate,
        certificate_path=beside,
        is_new=is_new,
        replaces=is_new and had_one,
    )


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
        write_qwc(journal, path, private=workspace.private, clock=clock, company=company, rules=rules)
        if password:
            keep_password(journal, password)
    return path


def certificate_warning(rules: QuickBooks, private: Path, clock: Clock) -> str:
    """Return what a person should know of the certificate for TLS; empty: nothing, or TLS is off."""
    if not rules.tls:
        return ""
    certificate, now = kept_certificate(private), clock.now()
    if certificate is None:
        return "quickbooks.tls is on, and there is no certificate yet: `recon qbwc file`"
    if not certificate.ends_soon(now):
        return ""
    ends = "does not count" if certificate.is_over(now) else "ends soon"
    return (
        f"The certificate of the Web Connector's connection {ends} (until {certificate.until:%Y-%m-%d}): `recon qbwc file` makes another,"
        " which Windows must be told to trust."
    )

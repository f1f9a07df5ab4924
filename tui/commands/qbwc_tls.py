"""What `recon qbwc` says about TLS with the Web Connector: how Windows comes to trust the certificate, and until when it counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from recon.config.quickbooks import QuickBooks
from recon.ports import Clock
from recon.targets.quickbooks.endpoint.certificate import Certificate, kept_certificate
from recon.targets.quickbooks.endpoint.journal import Journal
from recon.targets.quickbooks.endpoint.relay import Holder
from tui.connector_setup import Written, certificate_warning

TRUST: Final = (
    "Have Windows trust the certificate, once: double-click {path}, Install Certificate, Current User, Place all certificates in the"
    " following store, Trusted Root Certification Authorities. certutil -hashfile recon-localhost.cer SHA256 must show the fingerprint"
    " below."
)
LISTENS: Final = (
    "Keep recon qbwc serve running while the application is added: the Web Connector may look at the address."
)


def certificate_facts(certificate: Certificate | None) -> dict[str, Any] | None:
    """Return what everybody may know of a certificate, for --json."""
    if certificate is None:
        return None
    return {"until": certificate.until.isoformat(), "sha256": certificate.sha256}


def file_facts(written: Written | None) -> dict[str, Any]:
    """Return what the file's answer says of TLS; None: nothing is written."""
    path = written.certificate_path if written is not None else None
    return {
        "certificate": certificate_facts(written.certificate if written is not None else None),
        "certificate_path": "" if path is None else str(path),
        "certificate_is_new": written is not None and written.is_new,
    }


def first_steps(written: Written) -> Iterator[str]:
    """Say what comes before the application is added; nothing without TLS."""
    if written.certificate_path is not None:
        yield TRUST.format(path=written.certificate_path)
        yield LISTENS


def file_notes(written: Written, holder: Holder | None) -> Iterator[str]:
    """Say what a person should know beside the steps."""
    if written.certificate is not None:
        until, made = (
            written.certificate.until,
            "Made a new certificate" if written.is_new else "The certificate is the one from before",
        )
        yield f"{made}. It counts until {until:%Y-%m-%d}; fingerprint (SHA-256) {grouped(written.certificate.sha256)}"
        if written.replaces:
            yield (
                "Where an earlier certificate of recon was trusted, remove it: certmgr.msc, Trusted Root Certification Authorities,"
                " Certificates, localhost of recon."
            )
    pem = written.certificate.pem if written.certificate is not None else ""
    if holder is not None and holder.serves and holder.certificate != pem:
        yield f"`recon qbwc serve` (process {holder.pid}) goes on as it began: end it and start it again."


def status_facts(rules: QuickBooks, private: Path) -> dict[str, Any]:
    """Return what the status says of TLS."""
    return {
        "tls": rules.tls,
        "file_tls": None,
        "certificate": certificate_facts(kept_certificate(private) if rules.tls else None),
    }


def status_lines(facts: dict[str, Any], warning: str) -> Iterator[str]:
    """Say how the Web Connector speaks with us, where that is over TLS or not as its file says."""
    if facts["is_set_up"] and facts["file_tls"] != facts["tls"]:
        yield other_way(is_tls=facts["tls"])
    if facts["tls"] and facts["certificate"]:
        until, digest = facts["certificate"]["until"][:10], facts["certificate"]["sha256"]
        yield f"TLS: the certificate counts until {until}; fingerprint (SHA-256) {grouped(digest)}"
    if warning:
        yield warning


def serve_notes(journal: Journal, rules: QuickBooks, private: Path, clock: Clock) -> Iterator[str]:
    """Say at the start what would keep the Web Connector from coming."""
    if journal.fact("file-port") and (journal.fact("file-tls") == "yes") != rules.tls:
        yield other_way(is_tls=rules.tls)
    if warning := certificate_warning(rules, private, clock):
        yield warning


def other_way(*, is_tls: bool) -> str:
    """Say that the file in the Web Connector names another way than the settings."""
    named, wanted = ("http", "https") if is_tls else ("https", "http")
    return (
        f"The .qwc file names {named}, recon.toml wants {wanted} (quickbooks.tls): `recon qbwc file`, then remove recon in the Web"
        " Connector and add it again."
    )


def grouped(digest: str) -> str:
    """Return a fingerprint as Windows shows it: in groups of four, for comparing by eye."""
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))

"""The certificate of the endpoint for TLS on loopback: made here, for `localhost` and 127.0.0.1 of this computer only (F46).

Key and certificate are one file in the workspace's private folder, so that the one is never without the other. What a person
has Windows trust is a file beside the .qwc file, which holds the certificate only.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ssl
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import TargetUnavailable
from recon.files import atomic_write, make_folder
from recon.listening import HOST

KEPT: Final = "webconnector-tls.pem"
"""Key and certificate, readable by their owner only."""
PUBLIC: Final = "recon-localhost.cer"
"""The certificate for Windows, beside the .qwc file."""
NAME: Final = "localhost"
VALID_DAYS: Final = 825
"""Trusted by hand on one computer; no browser's limit for public certificates applies, and each renewal is to be trusted anew."""
RENEW_DAYS: Final = 60
"""So long before its end a person is warned, and `recon qbwc file` makes another."""
_KEY_BITS: Final = 2048
_BEGIN: Final = "-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What everybody may know of it."""

    pem: str
    starts: dt.datetime
    until: dt.datetime

    @property
    def der(self) -> bytes:
        """The bytes of the file for Windows."""
        return ssl.PEM_cert_to_DER_cert(self.pem)

    @property
    def sha256(self) -> str:
        """Its fingerprint, which is also the SHA-256 of the file for Windows."""
        return hashlib.sha256(self.der).hexdigest()

    def is_over(self, now: dt.datetime) -> bool:
        """Return whether it is valid no more, or not yet."""
        return not self.starts <= now < self.until

    def ends_soon(self, now: dt.datetime) -> bool:
        """Return whether it is time for another."""
        return self.is_over(now) or self.until - now < dt.timedelta(days=RENEW_DAYS)


def kept_certificate(folder: Path) -> Certificate | None:
    """Return the certificate of a workspace; None: there is none, or what lies there cannot be read."""
    try:
        text = (folder / KEPT).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
    _, begins, rest = text.partition(_BEGIN)
    return _read(begins + rest) if begins else None


def renewed_certificate(folder: Path, now: dt.datetime, *, crash: CrashPoints = NO_CRASH) -> tuple[Certificate, bool]:
    """Return the certificate of a workspace and whether it is new: made where there is none, or the one there ends soon.

    Raises:
        StoreError: It cannot be written; the one before is untouched.
    """
    kept = kept_certificate(folder)
    if kept is not None and not kept.ends_soon(now) and _has_its_key(folder):
        return kept, False
    make_folder(folder)
    key, certificate = _made(now)
    atomic_write(folder / KEPT, (key + certificate).encode("ascii"), crash=crash, step="certificate")
    made = _read(certificate)
    assert made is not None
    return made, True


def needed_certificate(folder: Path, now: dt.datetime) -> Certificate:
    """Return the certificate to listen with.

    Raises:
        TargetUnavailable: There is none, or the Web Connector would not take it any more.
    """
    kept = kept_certificate(folder)
    if kept is None or not _has_its_key(folder):
        raise _unusable(f"quickbooks.tls is on, and {folder / KEPT} holds no key with its certificate")
    if kept.is_over(now):
        raise _unusable(
            f"the certificate in {folder / KEPT} counts from {kept.starts:%Y-%m-%d} to {kept.until:%Y-%m-%d}, and this computer"
            f" says that it is {now:%Y-%m-%d}"
        )
    return kept


def server_context(folder: Path) -> ssl.SSLContext:
    """Return what the endpoint speaks TLS with: 1.2 and later.

    Raises:
        OSError: Key or certificate cannot be read, or do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.num_tickets = 0  # nothing comes after the handshake that is no answer: other recons wait for the first byte
    context.load_cert_chain(folder / KEPT)
    return context


def _has_its_key(folder: Path) -> bool:
    try:
        server_context(folder)
    except OSError:
        return False
    return True


def _unusable(why: str) -> TargetUnavailable:
    return TargetUnavailable(
        f"The Web Connector cannot be waited for: {why}. Nothing was handed out. `recon qbwc file` makes another certificate and says"
        " how Windows comes to trust it.",
        code="certificate", stops_batch=True,
    )  # fmt: skip


def _read(pem: str) -> Certificate | None:
    """Return what a certificate says."""
    from cryptography import x509

    try:
        said = x509.load_pem_x509_certificate(pem.encode("ascii"))
    except ValueError:
        return None
    return Certificate(pem=pem, starts=said.not_valid_before_utc, until=said.not_valid_after_utc)


def _made(now: dt.datetime) -> tuple[str, str]:
    """Return a new key and its certificate, which signs for nobody else: no authority, a server's use, two names."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, NAME), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "recon")]
    )
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(IPv4Address(HOST))])
    unused = dict.fromkeys(
        ("content_commitment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))  # a clock that was put right meanwhile
        .not_valid_after(now + dt.timedelta(days=VALID_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, key_encipherment=True, **unused), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(names, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()  # as private as the folder: nobody is there to type a password when it starts
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return secret.decode("ascii"), made.public_bytes(serialization.Encoding.PEM).decode("ascii")

"""A SAF-T file as canonical frames, for tests of the reader."""

from __future__ import annotations

import hashlib
from pathlib import Path

from recon.frames.canonical import CanonicalFrames
from recon.normalize import normalize
from recon.sources.base import IntakeFile, ReadOptions
from recon.sources.saft import CashRegisterFiles


def taken_in(folder: Path, content: bytes, *fields: tuple[str, str]) -> CanonicalFrames:
    """Return a file as canonical frames."""
    path = folder / "till.xml"
    path.write_bytes(content)
    file = IntakeFile(path, path.name, hashlib.sha256(content).hexdigest(), len(content))
    options = ReadOptions("till", "kafe", "NOK", "Europe/Oslo", tax_as_stated=True, fields=fields)
    return normalize(CashRegisterFiles().read(file, options), options, file_id=file.file_id)


def sold(frames: CanonicalFrames) -> dict[str, int]:
    return dict(frames.lines.select("sku", "amount_minor").iter_rows())


def received(frames: CanonicalFrames) -> dict[str, int]:
    return dict(frames.payments.select("payment_channel", "amount_minor").iter_rows())


def told(frames: CanonicalFrames) -> dict[str, str]:
    """Return the findings of a file, code to severity, but for the one about the company's number."""
    rows = frames.findings.select("code", "severity").iter_rows()
    return {code: severity for code, severity in rows if code != "till-company-unchecked"}

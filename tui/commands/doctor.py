"""`recon doctor`: what this machine and this workspace offer, each with what to do where it falls short."""

from __future__ import annotations

import argparse
import datetime as dt
import locale
import os
import shutil
import sqlite3
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from recon.errors import ReconError
from tui.output import Output
from tui.wiring import open_service

FREE_BYTES_NEEDED = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    state: str
    """ok, warning or fault."""
    text: str


def doctor(args: argparse.Namespace) -> int:
    """Look at the machine and, where there is one, the workspace."""
    output = Output(as_json=args.json)
    if args.adopt:
        with open_service(args, write=not args.dry_run) as service:
            service.adopt(dry_run=args.dry_run)
        done = "Would adopt" if args.dry_run else "Adopted"
        output.note(f"{done}: documents that were not sent yet are looked up in the ledger before they are sent.")
    checks = [_python(), _sqlite(), _terminal(), _clock(), _key_store(), *_workspace(args)]
    output.document("doctor", {"checks": [asdict(check) for check in checks]})
    output.table(("Check", "State", "What"), [(c.name, c.state, c.text) for c in checks])
    return 8 if any(c.state == "fault" for c in checks) else 0


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= (3, 11)
    return Check("python", "ok" if good else "fault", f"{version}" if good else f"{version}: recon needs 3.11 or later")


def _sqlite() -> Check:
    good = sqlite3.sqlite_version_info >= (3, 37, 0)
    return Check(
        "sqlite",
        "ok" if good else "fault",
        sqlite3.sqlite_version if good else f"{sqlite3.sqlite_version}: 3.37 or later is needed (STRICT tables)",
    )


def _terminal() -> Check:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    columns, rows = shutil.get_terminal_size()
    if encoding != "utf8":
        return Check(
            "terminal",
            "warning",
            f"writes {sys.stdout.encoding}, so Thai text may not show: set PYTHONIOENCODING=utf-8 or LC_ALL=C.UTF-8",
        )
    return Check(
        "terminal",
        "ok",
        f"UTF-8, {columns} x {rows}, locale {locale.setlocale(locale.LC_CTYPE)}; Thai sample: ใบกำกับภาษี น้ำ",
    )


def _clock() -> Check:
    now = dt.datetime.now(dt.UTC)
    if now.year >= 2400 or now.year < 2025:
        return Check(
            "clock",
            "fault",
            f"the system's year is {now.year}: set the clock (Gregorian, UTC underneath); signatures would be refused",
        )
    return Check("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC; compared with the ledger's clock at `recon connect`")


def _key_store() -> Check:
    import keyring
    from keyring.backends.fail import Keyring as NoKeyring

    backend = keyring.get_keyring()
    if isinstance(backend, NoKeyring):
        return Check(
            "key store", "warning", "none here: `recon connect --keep file` keeps keys in a file only you can read"
        )
    return Check("key store", "ok", f"{type(backend).__module__}.{type(backend).__name__}")


def _workspace(args: argparse.Namespace) -> list[Check]:
    from recon.workspace import find_workspace

    try:
        workspace = find_workspace(Path(args.workspace or ".").resolve())
        settings = workspace.settings()
    except ReconError as error:
        return [Check("workspace", "warning", str(error))]
    checks = [
        Check("workspace", "ok", f"{workspace.root} ({settings.company.name}, {len(settings.connections)} connections)")
    ]
    free = shutil.disk_usage(workspace.root).free
    checks.append(
        Check(
            "disk",
            "ok" if free >= FREE_BYTES_NEEDED else "fault",
            f"{free // 1024**2:,} MB free" + ("" if free >= FREE_BYTES_NEEDED else ": an upload needs 200 MB"),
        )
    )
    if os.name == "posix" and workspace.private.exists() and workspace.private.stat().st_mode & 0o077:
        checks.append(Check("file modes", "warning", f"{workspace.private} can be read by others: chmod 700 it"))
    try:
        with open_service(args, write=False) as service:
            head, events = service.verify_chain()
            checks.append(Check("state file", "ok", f"sound; {events:,} events, chain head {head[:16]}"))
            checks += [Check("workspace copy", "warning", text) for text in service.identity_warnings()]
            checks += [Check("needs a person", "warning", text) for text in service.waiting()]
    except ReconError as error:
        checks.append(Check("state file", "fault", str(error)))
    return checks

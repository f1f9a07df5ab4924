"""Checks of this machine and this workspace, each with what to do where it falls short: for `recon doctor` and its screen."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recon.errors import ReconError
from recon.service import ReconService
from recon.service.upkeep import FolderState
from recon.workspace import find_workspace
from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import N_, _, count, moment, ngettext
from tui.thai_probe import SAMPLES, Widths

FREE_BYTES_NEEDED: Final = 200 * 1024 * 1024
SMALLEST: Final = (60, 20)
_MEGABYTE: Final = 1024 * 1024
_CLOCKS_DIFFER: Final = dt.timedelta(minutes=5)
"""So far clocks are set right now and then; only more is worth a word."""
Asking = Callable[[Callable[[ReconService], object]], object]
"""Opens the service for a question, and closes it again."""

NAMES: Final = {
    "python": N_("Python"),
    "sqlite": N_("SQLite"),
    "terminal": N_("Terminal"),
    "size": N_("Size"),
    "colours": N_("Colours"),
    "thai": N_("Thai"),
    "fonts": N_("Fonts"),
    "clock": N_("Clock"),
    "key store": N_("Key store"),
    "workspace": N_("Workspace"),
    "disk": N_("Disk"),
    "file modes": N_("Rights of files"),
    "lock": N_("Who writes here"),
    "state file": N_("State file"),
    "backups": N_("Backups"),
    "ledger": N_("Ledger"),
    "workspace copy": N_("This folder"),
    "needs a person": N_("Needs a person"),
}
"""Check to its name on the screen."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    state: str
    """ok, warning or fault."""
    text: str


def machine_checks(
    now: dt.datetime, widths: Widths | None, *, colours: int | None = None, size: tuple[int, int] | None = None
) -> list[Check]:
    """Look at what recon runs on."""
    return [
        _python(),
        _sqlite(),
        _encoding(),
        _size(size),
        *_colours(colours),
        _thai(widths),
        _fonts(),
        _clock(now),
        _key_store(),
    ]


def _python() -> Check:
    return Check("python", "ok", ".".join(str(part) for part in sys.version_info[:3]))


def _sqlite() -> Check:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= (3, 37, 0):
        return Check("sqlite", "ok", version)
    return Check("sqlite", "fault", _("{version}: 3.37 or later is needed (STRICT tables)").format(version=version))


def _encoding() -> Check:
    stream = sys.__stdout__ or sys.stdout
    encoding = stream.encoding or ""
    if encoding.lower().replace("-", "") == "utf8":
        return Check("terminal", "ok", "UTF-8" + (f", {os.environ['TERM']}" if os.environ.get("TERM") else ""))
    return Check(
        "terminal",
        "warning",
        _("It writes {encoding}, so Thai text may not show: set PYTHONIOENCODING=utf-8 or LC_ALL=C.UTF-8").format(
            encoding=encoding or "?"
        ),
    )


def _size(known: tuple[int, int] | None) -> Check:
    columns, rows = known or shutil.get_terminal_size()
    size = f"{columns} x {rows}"
    if columns >= SMALLEST[0] and rows >= SMALLEST[1]:
        return Check("size", "ok", size)
    return Check(
        "size",
        "warning",
        _("{size}: the screens need at least {least}; widen the window").format(size=size, least="60 x 20"),
    )


def _colours(colours: int | None) -> list[Check]:
    if os.environ.get("NO_COLOR"):
        return [Check("colours", "ok", _("Switched off by NO_COLOR; signs and words say the same"))]
    if colours is None:
        return []
    return [Check("colours", "ok", _("{n} colours").format(n=count(colours)))]


def _thai(widths: Widths | None) -> Check:
    sample = "  ".join(text for text, _cells in SAMPLES)
    if widths is None:
        words = _("Not measured here. The marks of these words must stand on their letters: {sample}")
        return Check("thai", "ok", words.format(sample=sample))
    wrong = [(text, cells, found) for (text, cells), found in zip(SAMPLES, widths, strict=True) if cells != found]
    if not wrong:
        return Check("thai", "ok", _("All words have the width they should: {sample}").format(sample=sample))
    listed = ", ".join(f"{text} {found} ({cells})" for text, cells, found in wrong)
    return Check(
        "thai",
        "warning",
        _(
            "This terminal gives Thai words another width than recon, so columns may be crooked: {listed}. "
            "xterm, tmux and Windows Terminal show them right."
        ).format(listed=listed),
    )


def _fonts() -> Check:
    fonts = {"win32": "Cascadia Mono + Leelawadee UI", "darwin": "Menlo + Thonburi"}.get(
        sys.platform, "Noto Sans Mono + Noto Sans Thai"
    )
    words = _("A terminal does not tell its font. If Thai letters are missing, choose one that has them: {fonts}")
    return Check("fonts", "ok", words.format(fonts=fonts))


def _clock(now: dt.datetime) -> Check:
    if now.year >= 2400 or now.year < 2025:
        words = _("The system's year is {year}: set the clock (Gregorian, UTC underneath); signatures would be refused")
        return Check("clock", "fault", words.format(year=now.year))
    return Check("clock", "ok", f"{moment(now, 'UTC', seconds=True, era=True)} UTC")


def _key_store() -> Check:
    import keyring
    from keyring.backends.fail import Keyring as NoKeyring

    backend = keyring.get_keyring()
    if isinstance(backend, NoKeyring):
        words = _("None here: `recon connect --keep file` keeps keys in a file only you can read")
        return Check("key store", "warning", words)
    return Check("key store", "ok", f"{type(backend).__module__}.{type(backend).__name__}")


# --- the workspace


def workspace_checks(start: Path, ask: Asking) -> list[Check]:
    """Look at the workspace here; ``ask`` opens its service for a question."""
    try:
        workspace = find_workspace(start)
        settings = workspace.settings()
    except ReconError as error:
        return [Check("workspace", "warning", tr_composed(str(error)))]
    number = len(settings.connections)
    words = ngettext("{folder} ({company}, {n} connection)", "{folder} ({company}, {n} connections)", number).format(
        folder=shown(workspace.root), company=shown(settings.company.name), n=count(number)
    )
    checks = [Check("workspace", "ok", words), _disk(shutil.disk_usage(workspace.root).free)]
    if os.name == "posix" and workspace.private.exists() and workspace.private.stat().st_mode & 0o077:
        words = _("{folder} can be read by others: chmod 700 it").format(folder=shown(workspace.private))
        checks.append(Check("file modes", "warning", words))
    try:
        ask(lambda service: checks.extend(_inside(service)))
    except ReconError as error:
        checks.append(Check("state file", "fault", tr_composed(str(error))))
    return checks


def _inside(service: ReconService) -> list[Check]:
    """Look at the store of an open workspace."""
    state = service.upkeep.folder()
    checks = [_lock(state), _backups(state), *_ledger(state), *_time(state)]
    head, events = service.verify_chain()
    words = _("sound, {size} KB; {n} entries, chain head {head}").format(
        size=count(state.store_bytes // 1024), n=count(events), head=head[:16]
    )
    checks.insert(0, Check("state file", "ok", words))
    checks += [Check("workspace copy", "warning", tr_composed(text)) for text in state.notices]
    checks += [Check("needs a person", "warning", tr_composed(text)) for text in service.waiting()]
    return checks


def _disk(free: int) -> Check:
    words = _("{n} MB free").format(n=count(free // _MEGABYTE))
    if free >= FREE_BYTES_NEEDED:
        return Check("disk", "ok", words)
    return Check("disk", "fault", _("{free}: an upload needs 200 MB").format(free=words))


def _lock(state: FolderState) -> Check:
    holder = state.holder
    if holder is None:
        return Check("lock", "ok", _("nobody else"))
    if not holder.pid:
        return Check("lock", "warning", _("another process; wait until it has finished"))
    words = _("process {pid} on {host} since {since} UTC; wait until it has finished")
    since = moment(holder.since, "UTC", seconds=True, era=True)
    return Check("lock", "warning", words.format(pid=holder.pid, host=shown(holder.host), since=since))


def _backups(state: FolderState) -> Check:
    if not state.backups:
        return Check("backups", "ok", _("none yet; one is made before every upload"))
    words = _("{n} in .recon/backups, the newest {name}").format(
        n=count(state.backups), name=shown(state.newest_backup)
    )
    return Check("backups", "ok", words)


def _ledger(state: FolderState) -> list[Check]:
    words = _("{connection}: {company} answered last {at} UTC")
    return [
        Check("ledger", "ok", words.format(connection=shown(a.connection), company=shown(a.company), at=_short(a.at)))
        for a in state.answered
    ]


def _time(state: FolderState) -> list[Check]:
    """Say where the clock stands before what was written last: it was put back, or was wrong then."""
    last = _moment(state.newest_event_at)
    if last is None or last <= state.now + _CLOCKS_DIFFER:
        return []
    words = _(
        "The clock stands before the last entry of the event log ({at} UTC): set it right before anything is sent"
    )
    return [Check("clock", "warning", words.format(at=_short(state.newest_event_at)))]


def _short(at: str) -> str:
    return moment(at, "UTC", era=True)


def _moment(at: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(at)
    except ValueError:
        return None

"""Puts a timer into the operating system and takes it out again: which files, which commands, shown before anything is done.

systemd's user manager, cron, launchd and Windows' Task Scheduler each get what `recon.timers` says. What is written
belongs to this user only and carries the workspace's own name, so that taking it out touches nothing else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from recon.errors import UsageError
from recon.text import show_lines
from recon.timers import System, Timer, launchd_plist, systemd_units, windows_task, with_cron

_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Steps:
    """What putting a timer in, or taking it out, does."""

    system: System
    write: Mapping[Path, str] = field(default_factory=dict)
    remove: tuple[Path, ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()
    crontab: str | None = None
    """The whole new table of cron; None: it is not touched."""
    encoding: str = "utf-8"
    note: str = ""

    def lines(self) -> list[str]:
        """Return what would be done, for reading."""
        found = []
        for path, text in self.write.items():
            found += [f"write {path}:", *(f"  {line}" for line in text.splitlines())]
        found += [f"remove {path}" for path in self.remove]
        if self.crontab is not None:
            found += ["the table of cron becomes:", *(f"  {line}" for line in self.crontab.splitlines())]
        found += [f"run {subprocess.list2cmdline(list(words))}" for words in self.commands]
        return found


def this_system() -> System:
    """Return the timer of this machine.

    Raises:
        UsageError: There is none that we know.
    """
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "launchd"
    if shutil.which("systemctl") and _works(["systemctl", "--user", "show-environment"]):
        return "systemd"
    if shutil.which("crontab"):
        return "cron"
    raise UsageError(
        "This machine has neither systemd for users nor cron, so recon cannot put in a timer. Let your own scheduler call "
        "`recon run NAME --if-due` every hour. Nothing was done."
    )


def install_steps(system: System, timer: Timer, *, starts: str) -> Steps:
    """Return what puts a timer in; an older one of the same name is replaced.

    Args:
        system: Which timer.
        timer: What is to run.
        starts: First moment for Windows, local time.
    """
    if system == "systemd":
        folder = _systemd_folder()
        units = {folder / name: text for name, text in systemd_units(timer).items()}
        note = "It runs while you are logged in; `loginctl enable-linger` lets it run without that."
        enable = _systemctl("enable", "--now", f"{timer.name}.timer")
        return Steps(system, units, commands=(_systemctl("daemon-reload"), enable), note=note)
    if system == "cron":
        return Steps(system, crontab=with_cron(_crontab(), timer, installed=True))
    if system == "launchd":
        path = _launchd_file(timer)
        begin = ("launchctl", "bootstrap", _launchd_domain(), str(path))
        return Steps(system, {path: launchd_plist(timer)}, commands=(begin,))
    path = _windows_file(timer)
    create = ("schtasks", "/Create", "/F", "/TN", _windows_name(timer), "/XML", str(path))
    return Steps(system, {path: windows_task(timer, starts=starts)}, commands=(create,), encoding="utf-16")


def remove_steps(system: System, timer: Timer) -> Steps:
    """Return what takes a timer out; nothing where it is not in."""
    if system == "systemd":
        files = tuple(path for name in systemd_units(timer) if (path := _systemd_folder() / name).exists())
        if not files:
            return Steps(system)
        return Steps(
            system,
            remove=files,
            commands=(_systemctl("disable", "--now", f"{timer.name}.timer"), _systemctl("daemon-reload")),
        )
    if system == "cron":
        before = _crontab()
        after = with_cron(before, timer, installed=False)
        return Steps(system, crontab=after if after != before else None)
    if system == "launchd":
        path = _launchd_file(timer)
        end = ("launchctl", "bootout", f"{_launchd_domain()}/{timer.name}")
        return Steps(system, remove=(path,), commands=(end,)) if path.exists() else Steps(system)
    path = _windows_file(timer)
    delete = ("schtasks", "/Delete", "/F", "/TN", _windows_name(timer))
    return Steps(system, remove=(path,), commands=(delete,)) if path.exists() else Steps(system)


def is_installed(system: System, timer: Timer) -> bool:
    """Return whether the timer is in."""
    steps = remove_steps(system, timer)
    return bool(steps.remove) or steps.crontab is not None


def carry_out(steps: Steps) -> None:
    """Do it: files first; commands that take something out run before its files go.

    Raises:
        UsageError: The system refused; the text says what it said and what stands.
    """
    for path, text in steps.write.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding=steps.encoding)
    if steps.crontab is not None:
        _run(["crontab", "-"], given=steps.crontab)
    for words in steps.commands if not steps.remove else steps.commands[:1]:
        _run(words)
    for path in steps.remove:
        path.unlink(missing_ok=True)
    for words in steps.commands[1:] if steps.remove else ():
        _run(words)


def _run(words: Sequence[str], *, given: str = "") -> None:
    try:
        ended = subprocess.run(  # noqa: S603 - our own words, shown before
            list(words), input=given, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"`{words[0]}` could not be run ({type(error).__name__}). The timer is not in.") from error
    if ended.returncode:
        said = show_lines((ended.stderr or ended.stdout).strip())[:300]
        raise UsageError(
            f"`{subprocess.list2cmdline(list(words))}` was refused: {said or f'exit code {ended.returncode}'}. `recon schedule show` says "
            "what recon would put in; the timer may be in only in part."
        )


def _works(words: Sequence[str]) -> bool:
    try:
        ended = subprocess.run(list(words), capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired):
        return False
    return not ended.returncode


def _crontab() -> str:
    """Return the user's table; a user without one gets an error from crontab, which means empty."""
    ended = subprocess.run(["crontab", "-l"], capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S607
    return ended.stdout if not ended.returncode else ""


def _systemctl(*words: str) -> tuple[str, ...]:
    return ("systemctl", "--user", *words)


def _systemd_folder() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def _launchd_file(timer: Timer) -> Path:
    return Path.home() / "Library" / "LaunchAgents" / f"{timer.name}.plist"


def _launchd_domain() -> str:
    return f"gui/{os.getuid()}"


def _windows_file(timer: Timer) -> Path:
    return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "recon" / "timers" / f"{timer.name}.xml"


def _windows_name(timer: Timer) -> str:
    return f"recon\\{timer.name}"

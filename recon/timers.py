"""The operating system's own timers as text: systemd, cron, launchd, Windows Task Scheduler. Nothing is written here.

Each wakes ``recon run NAME --if-due`` once an hour at the schedule's minute and makes a missed hour good where the system can.
Formats: systemd.timer(5) and systemd.service(5), crontab(5), launchd.plist(5), Task Scheduler schema 1.2.
"""

from __future__ import annotations

import hashlib
import plistlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.sax.saxutils import escape

System = Literal["systemd", "cron", "launchd", "windows"]
SYSTEMS: Final = ("systemd", "cron", "launchd", "windows")


@dataclass(frozen=True, slots=True)
class Timer:
    """One connection's timer."""

    workspace: str
    """Absolute path of the workspace."""
    connection: str
    minute: int
    command: tuple[str, ...]
    """The words that run recon, e.g. an interpreter and ``-m tui.cli``."""

    @property
    def name(self) -> str:
        """Name of the timer, different for each workspace: a folder's name alone may occur twice."""
        place = hashlib.sha256(self.workspace.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        return f"recon-{place}-{self.connection}"

    @property
    def words(self) -> tuple[str, ...]:
        """The whole command."""
        return (*self.command, "-C", self.workspace, "run", self.connection, "--if-due", "--no-input")


def systemd_units(timer: Timer) -> dict[str, str]:
    """Return the names and texts of the service and of its timer, for the user's own systemd."""
    what = f"recon, connection {timer.connection}"
    service = (
        f"[Unit]\nDescription={what}\n\n[Service]\nType=oneshot\nExecStart={' '.join(map(_systemd_word, timer.words))}\n"
        "# 4: something waits for a person; 7: somebody else is at work, the next hour goes on\n"
        "SuccessExitStatus=4 7\n"
    )
    wakes = (
        f"[Unit]\nDescription={what}, every hour\n\n[Timer]\nOnCalendar=*-*-* *:{timer.minute:02}:00\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return {f"{timer.name}.service": service, f"{timer.name}.timer": wakes}


def _systemd_word(word: str) -> str:
    """Quote a word of ExecStart: specifiers, variables and quotes mean nothing in it (systemd.service(5), command lines)."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"'


def cron_lines(timer: Timer) -> str:
    """Return the marked lines of a crontab; a percent sign would end the command there, so it is escaped."""
    command = shlex.join(timer.words).replace("%", "\\%")
    return f"# {timer.name} begin\n{timer.minute} * * * * {command} >/dev/null 2>&1\n# {timer.name} end\n"


def with_cron(crontab: str, timer: Timer, *, installed: bool) -> str:
    """Return a crontab with the timer's lines in it once, or without them; all other lines stay as they are."""
    begin, end = f"# {timer.name} begin", f"# {timer.name} end"
    kept, inside = [], False
    for line in crontab.splitlines():
        inside = inside or line == begin
        if not inside:
            kept.append(line)
        inside = inside and line != end
    rest = "".join(f"{line}\n" for line in kept)
    return rest + cron_lines(timer) if installed else rest


def launchd_plist(timer: Timer) -> str:
    """Return the property list of a launch agent; a computer that slept runs it once when it wakes."""
    facts = {
        "Label": timer.name,
        "ProgramArguments": list(timer.words),
        "StartCalendarInterval": {"Minute": timer.minute},
        "ProcessType": "Background",
    }
    return plistlib.dumps(facts).decode("utf-8")


def windows_task(timer: Timer, *, starts: str) -> str:
    """Return a task for Windows' Task Scheduler.

    Args:
        timer: The timer.
        starts: First moment, local time, ``2026-11-22T05:00:00``.
    """
    first, *rest = timer.words
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{escape(f"recon, connection {timer.connection}")}</Description>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <Repetition>
        <Interval>PT1H</Interval>
      </Repetition>
      <StartBoundary>{escape(starts)}</StartBoundary>
      <Enabled>true</Enabled>
    </TimeTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(first)}</Command>
      <Arguments>{escape(_windows_words(rest))}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def _windows_words(words: Sequence[str]) -> str:
    """Join words as Windows' own rule splits them again."""
    import subprocess

    return subprocess.list2cmdline(list(words))

"""Tells a person how an unwatched run ended: on this computer's desktop, or through a command of the person's own.

Nothing here can fail a run: what goes wrong comes back in words and is noted. Words from outside are arguments or input of a
program, never part of a script, and no program gets recon's own variables of the environment.
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from recon.config.schedule import Schedule
from recon.service.run_state import Notice
from recon.text import show, show_lines

SECONDS: Final = 30
MOST_LINES: Final = 6
"""A desktop shows no more; a command gets all of them."""
MOST_CHARACTERS: Final = 600
_OWN: Final = "RECON_"
"""Beginning of the variables of the environment that may hold keys."""
_MAC_SCRIPT: Final = (
    "on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run",
)  # fmt: skip
_TITLE, _BODY = "NOTICE_TITLE", "NOTICE_BODY"
_WINDOWS_SCRIPT: Final = f"""
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent(1)
$texts = $xml.GetElementsByTagName('text')
$null = $texts.Item(0).AppendChild($xml.CreateTextNode($env:{_TITLE}))
$null = $texts.Item(1).AppendChild($xml.CreateTextNode($env:{_BODY}))
$toast = [Windows.UI.Notifications.ToastNotification]::new($xml)
$app = '{{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}}\\WindowsPowerShell\\v1.0\\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show($toast)
"""


def tell(notice: Notice, schedule: Schedule) -> str:
    """Tell a person, as the settings say; returns why that failed, empty: it did not."""
    if schedule.notify == "command":
        return _run(schedule.notify_command, given=notice.text)
    return _desktop(notice) if schedule.notify == "desktop" else ""


def _desktop(notice: Notice) -> str:
    title, *lines = notice.text.splitlines()
    title, body = show(title), show_lines("\n".join(lines[:MOST_LINES]))[:MOST_CHARACTERS]
    more: dict[str, str] = {}
    if sys.platform == "win32":
        name, words = "powershell", ["-NoProfile", "-NonInteractive", "-Command", _WINDOWS_SCRIPT]
        more = {_TITLE: title, _BODY: body}
    elif sys.platform == "darwin":
        name, words = "osascript", [*(part for line in _MAC_SCRIPT for part in ("-e", line)), title, body]
    else:  # the body is read as markup
        name, words = "notify-send", ["--app-name=recon", "--", title, html.escape(body, quote=False)]
    program = shutil.which(name)
    if program is None:
        return f"{name} is not on this computer; set schedule.notify to command, or to off"
    return _run([program, *words], more=more)


def _run(words: Sequence[str], *, given: str = "", more: Mapping[str, str] | None = None) -> str:
    around = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)} | dict(more or {})
    try:
        ended = subprocess.run(  # noqa: S603 - the person's own command, or one of ours; no shell reads it
            list(words), input=given.encode(), capture_output=True, timeout=SECONDS, check=False, env=around
        )
    except subprocess.TimeoutExpired:
        return f"{words[0]} did not end within {SECONDS} seconds"
    except (OSError, ValueError) as error:
        return f"{words[0]} could not be run ({type(error).__name__})"
    if ended.returncode:
        said = show_lines(ended.stderr.decode(errors="replace").strip())[:200]
        return f"{words[0]} ended with {ended.returncode}{f': {said}' if said else ''}"
    return ""

"""A run nobody watches ends with something a person sees; what tells it can fail, the run does not."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from recon.config.schedule import Schedule
from recon.errors import SettingsError
from recon.service.run_state import Notice
from tests.shell import Shell
from tests.tui.test_cli_schedule import setting
from tui import notifying
from tui.notifying import tell

HEARS = (
    "import os, sys, json; open(sys.argv[1], 'w').write(json.dumps([sys.stdin.read(), dict(os.environ), sys.argv[2:]]))"
)
"""A command that writes down what it was told, and what is around it."""


@pytest.fixture
def heard(ready: Shell, tmp_path: Path) -> Path:
    """Three orders wait; whoever is told writes it here."""
    file = tmp_path / "heard.json"
    setting(ready, ("schedule", "notify_command"), [sys.executable, "-c", HEARS, str(file), "$(touch x); `id`"])
    setting(ready, ("schedule", "notify"), "command")
    return file


def events(shell: Shell, *kinds: str) -> list[tuple[str, dict[str, str]]]:
    with sqlite3.connect(shell.root / ".recon" / "store.db") as store:
        rows = store.execute("SELECT kind, facts FROM events ORDER BY seq").fetchall()
    store.close()
    return [(kind, json.loads(facts)) for kind, facts in rows if kind in kinds]


def test_the_command_hears_what_waits_and_no_secret(ready: Shell, heard: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECON_PEAK_USER_TOKEN", "very-secret-token")
    ready("run").expect(4)
    said, around, rest = json.loads(heard.read_text(encoding="utf-8"))
    assert said.startswith("recon: shop, something waits for you (")
    assert "documents, " in said
    assert "very-secret-token" not in json.dumps([said, around])
    assert "RECON_PEAK_USER_TOKEN" not in around
    assert rest == ["$(touch x); `id`"], "no shell reads the arguments"
    assert [kind for kind, _facts in events(ready, "notified", "notify-failed")] == ["notified"]


def test_a_run_after_which_nothing_waits_is_told_only_if_all_are(shell: Shell, tmp_path: Path) -> None:
    shell("connect").expect(0)
    file = tmp_path / "heard.json"
    setting(shell, ("schedule", "notify_command"), [sys.executable, "-c", HEARS, str(file)])
    setting(shell, ("schedule", "notify"), "command")
    shell("run").expect(0)
    assert not file.exists(), "nothing waits"
    setting(shell, ("schedule", "notify_on"), "always")
    shell("run", "--if-due").expect(0)
    assert not file.exists(), "nothing was due"
    shell("run").expect(0)
    assert json.loads(file.read_text(encoding="utf-8"))[0].startswith("recon: shop, done (")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["/nowhere/at-all"], "could not be run (FileNotFoundError)"),
        ([sys.executable, "-c", "import sys; sys.exit('no mail here')"], "ended with 1: no mail here"),
    ],
)
def test_a_command_that_fails_is_noted_and_fails_no_run(ready: Shell, command: list[str], why: str) -> None:
    setting(ready, ("schedule", "notify_command"), command)
    setting(ready, ("schedule", "notify"), "command")
    ran = ready("run")
    assert ran.code == 4
    assert why in ran.err
    ((_kind, facts),) = events(ready, "notify-failed")
    assert why in facts["problem"]
    ready("doctor").expect(0)


def test_a_run_that_fails_is_told_too(ready: Shell, heard: Path) -> None:
    bad = ready.root / "inbox"
    bad.mkdir(exist_ok=True)
    shutil.rmtree(ready.root / ".recon" / "frames", ignore_errors=True)
    shutil.rmtree(ready.root / ".recon" / "intake", ignore_errors=True)
    ran = ready("run")
    assert ran.code not in {0, 4}
    said, *_rest = json.loads(heard.read_text(encoding="utf-8"))
    assert said.startswith("recon: the run of shop failed (")
    ((_kind, facts),) = events(ready, "run")
    assert facts["ended"] == "failed"
    assert facts["words"]


def test_a_command_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifying, "SECONDS", 0.2)
    rules = Schedule(notify="command", notify_command=(sys.executable, "-c", "import time; time.sleep(60)"))
    assert "did not end within" in tell(Notice("t", ("l",)), rules)


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="the program of this system")
def test_the_desktop_is_told_through_notify_send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "words.txt"
    program = tmp_path / "notify-send"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{file}"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    notice = Notice("recon: shop --help", ("<b>3</b> & more \x1b[31m", *(f"line {n}" for n in range(9))))
    monkeypatch.setattr(
        notifying.shutil, "which", lambda name: str(tmp_path / name) if (tmp_path / name).exists() else None
    )
    assert tell(notice, Schedule(notify="desktop")) == ""
    words = file.read_text(encoding="utf-8")
    assert words.startswith("--app-name=recon\n--\nrecon: shop --help\n&lt;b&gt;3&lt;/b&gt; &amp; more ")
    assert "\x1b" not in words
    assert "line 8" not in words
    program.unlink()
    assert "notify-send is not on this computer" in tell(notice, Schedule(notify="desktop"))


@pytest.mark.parametrize(("platform", "program"), [("darwin", "osascript"), ("win32", "powershell")])
def test_other_desktops_get_the_words_as_arguments_or_variables_only(
    monkeypatch: pytest.MonkeyPatch, platform: str, program: str
) -> None:
    ran = []
    monkeypatch.setattr(notifying.sys, "platform", platform)
    monkeypatch.setattr(notifying.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(notifying, "_run", lambda words, **more: ran.append((list(words), more)) or "")
    assert tell(Notice('t" & evil', ("$(x)",)), Schedule(notify="desktop")) == ""
    ((words, more),) = ran
    assert words[0] == f"/bin/{program}"
    script = [word for word in words[1:] if word not in {'t" & evil', "$(x)"}]
    assert not any("evil" in word or "$(x)" in word for word in script)
    assert more.get("more", {}).get("NOTICE_BODY", "$(x)") == "$(x)"


def test_the_setting_wants_a_command(ready: Shell) -> None:
    with pytest.raises(SettingsError, match="notify_command"):
        setting(ready, ("schedule", "notify"), "command")

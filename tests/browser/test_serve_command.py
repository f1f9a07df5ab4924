"""`recon serve` as a real process: what it prints, what it refuses, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.shell import process_env
from tests.tui.test_json import shape_problems
from tui.commands.serve import _door, _open

ROOT = Path(__file__).parents[2]
RECON = (sys.executable, "-m", "tui.cli")


@contextmanager
def serving(root: Path, *words: str, end: int = signal.SIGINT) -> Iterator[tuple[dict, list[str]]]:
    """Run `recon serve --json`, yield what it printed, end it by a signal; the list then holds what else it said."""
    said: list[str] = []
    process = subprocess.Popen(
        [*RECON, "-C", str(root), "serve", "--json", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=process_env(),
    )  # fmt: skip
    try:
        text = ""
        while not text.endswith("\n}\n") and (line := process.stdout.readline()):
            text += line
        yield json.loads(text), said
    finally:
        process.send_signal(end)
        out, err = process.communicate(timeout=40)
        said += [out, err]
    assert process.returncode == 0, err
    assert "stopped" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_prints_a_link_that_works_and_ends_cleanly(workspace, tmp_path: Path, end: int) -> None:
    log = tmp_path / "serve.log"
    with serving(workspace.root, "--log", str(log), end=end) as (facts, said):
        assert not list(shape_problems(facts, "recon.serve/1", "serve"))
        assert facts["url"].startswith(f"http://127.0.0.1:{facts['port']}/?token=")
        with urllib.request.urlopen(facts["url"], timeout=20) as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError) as used:
            urllib.request.urlopen(facts["url"], timeout=20)
        assert used.value.code == 403
        assert "used already" in used.value.read().decode()
        used.value.close()
    token = facts["url"].partition("=")[2]
    assert token not in log.read_text("utf-8") + said[1]
    assert log.read_text("utf-8").count("\n") >= 3


def test_for_a_person_it_prints_the_link_and_how_to_end_it(workspace) -> None:
    process = subprocess.Popen(
        [*RECON, "-C", str(workspace.root), "serve", "--plain"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=process_env(),
    )  # fmt: skip
    assert "works once" in process.stdout.readline()
    assert "http://127.0.0.1:" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=40)
    assert "Ctrl+C ends it; an upload that runs goes on." in err
    assert process.returncode == 0


def recon(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RECON, *words], capture_output=True, text=True, cwd=ROOT, env=process_env(), timeout=60, check=False
    )


def test_a_port_that_is_taken_is_said(workspace) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = str(squatter.getsockname()[1])
        done = recon("-C", str(workspace.root), "serve", "--port", port, "--json")
    facts = json.loads(done.stdout)
    assert (done.returncode, facts["kind"]) == (2, "UsageError")
    assert port in facts["message"]
    assert "--port" in facts["message"]


def test_there_is_no_other_address_to_serve_on_and_no_serving_without_a_workspace(workspace, tmp_path: Path) -> None:
    assert recon("-C", str(workspace.root), "serve", "--host", "0.0.0.0").returncode == 2
    done = recon("-C", str(tmp_path), "serve", "--json")
    assert (done.returncode, json.loads(done.stdout)["kind"]) == (2, "SettingsError")


def test_only_a_browser_that_leaves_the_terminal_alone_is_opened(monkeypatch) -> None:
    opened = []

    class Window(webbrowser.BackgroundBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            opened.append(url)
            return True

    for found, is_open in ((Window("x"), True), (webbrowser.GenericBrowser("false"), False)):
        monkeypatch.setattr(webbrowser, "get", lambda found=found: found)
        assert _open("file:///door") is is_open

    def none() -> None:
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", none)
    assert not _open("file:///door")
    assert opened == ["file:///door"]


def test_the_page_that_opens_the_browser_is_its_owners_and_goes_away() -> None:
    with _door("http://127.0.0.1:1/?token=abc") as page:
        assert "url=http://127.0.0.1:1/?token=abc" in page.read_text("utf-8")
        assert page.stat().st_mode & 0o077 == 0
        assert page.parent.stat().st_mode & 0o077 == 0
    assert not page.parent.exists()
